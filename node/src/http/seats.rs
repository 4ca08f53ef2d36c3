//! Seats for connections. There are so many; who comes when all are taken gets that of a connection which waits for its other end:
//! first of those of which nothing was asked, then of those that send a body or take an answer too slowly, always the one whose other
//! end has done nothing for longest. What is being answered keeps its seat. Knows no request and no route.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// How often a seat is looked for while none is to be had.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What one connection waits for.
#[derive(Debug)]
struct State {
    /// When its other end last sent or took something.
    moved: Instant,
    /// Something was asked, and the answer is not given yet.
    is_asked: bool,
    /// The rest of what is asked has to come.
    awaits_body: bool,
    /// The other end has to take what was written.
    is_stuck: bool,
}

/// One connection's seat.
#[derive(Debug)]
pub(super) struct Seat {
    state: Mutex<State>,
    leave: Notify,
}

impl Seat {
    fn new() -> Self {
        let state = State { moved: Instant::now(), is_asked: false, awaits_body: false, is_stuck: false };
        Self { state: Mutex::new(state), leave: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the other end sent something.
    pub(super) fn moved(&self) {
        self.state().moved = Instant::now();
    }

    /// Notes whether the other end takes what is written.
    pub(super) fn wrote(&self, is_stuck: bool) {
        let mut state = self.state();
        state.is_stuck = is_stuck;
        if !is_stuck {
            state.moved = Instant::now();
        }
    }

    /// Notes whether the rest of a body has to come.
    pub(super) fn awaits_body(&self, awaits: bool) {
        self.state().awaits_body = awaits;
    }

    /// Returns when the seat is to be given up.
    pub(super) async fn given_up(&self) {
        self.leave.notified().await;
    }

    /// Returns how readily it is given up, the readiest least; `None` while this node is at work for it.
    fn readiness(&self) -> Option<(bool, Instant)> {
        let state = self.state();
        let waits = !state.is_asked || state.awaits_body || state.is_stuck;
        waits.then_some((state.is_asked, state.moved))
    }
}

/// As long as it lives, something is being answered.
#[derive(Debug)]
pub(super) struct Asked(Arc<Seat>);

impl Asked {
    /// Notes that something was asked.
    pub(super) fn new(seat: &Arc<Seat>) -> Self {
        seat.state().is_asked = true;
        Self(seat.clone())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut state = self.0.state();
        (state.is_asked, state.awaits_body, state.moved) = (false, false, Instant::now());
    }
}

#[derive(Debug, Default)]
struct Taken {
    seats: BTreeMap<u64, Arc<Seat>>,
    next: u64,
}

/// All seats.
#[derive(Debug)]
pub(super) struct Seats {
    most: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

impl Seats {
    /// Makes so many seats.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default(), freed: Notify::new() })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a seat; waits while this node is at work for everyone who has one.
    pub(super) async fn take(self: &Arc<Self>) -> Occupied {
        loop {
            if let Some(occupied) = self.try_take() {
                return occupied;
            }
            let _looks_again = tokio::time::timeout(LOOK_EVERY, self.freed.notified()).await;
        }
    }

    fn try_take(self: &Arc<Self>) -> Option<Occupied> {
        let mut taken = self.taken();
        if taken.seats.len() >= self.most {
            let ready = taken.seats.iter().filter_map(|(number, seat)| Some((seat.readiness()?, *number)));
            let (_, readiest) = ready.min()?;
            // Whoever had it ends as soon as its task runs, and so it is free now.
            taken.seats.remove(&readiest)?.leave.notify_one();
        }
        let (number, seat) = (taken.next, Arc::new(Seat::new()));
        taken.next += 1;
        taken.seats.insert(number, seat.clone());
        Some(Occupied { seats: self.clone(), number, seat })
    }
}

/// A seat that is taken as long as this lives.
#[derive(Debug)]
pub(super) struct Occupied {
    seats: Arc<Seats>,
    number: u64,
    /// Where to note what the connection waits for.
    pub(super) seat: Arc<Seat>,
}

impl Drop for Occupied {
    fn drop(&mut self) {
        self.seats.taken().seats.remove(&self.number);
        self.seats.freed.notify_one();
    }
}
