//! What will happen, by virtual time and, at one time, by the order in which it was foreseen. Knows nothing of what happens.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::Duration;

#[derive(Debug)]
struct Entry<E> {
    at: Duration,
    number: u64,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

/// A queue of events on virtual time.
#[derive(Debug)]
pub struct Schedule<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
    foreseen: u64,
    now: Duration,
}

impl<E> Default for Schedule<E> {
    fn default() -> Self {
        Self { heap: BinaryHeap::new(), foreseen: 0, now: Duration::ZERO }
    }
}

impl<E> Schedule<E> {
    /// Returns what time it is.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Foresees an event; one in the past happens next.
    pub fn at(&mut self, at: Duration, event: E) {
        self.foreseen += 1;
        self.heap.push(Reverse(Entry { at: at.max(self.now), number: self.foreseen, event }));
    }

    /// Foresees an event some time from now.
    pub fn after(&mut self, delay: Duration, event: E) {
        self.at(self.now + delay, event);
    }

    /// Lets time go on to the next event.
    pub fn advance(&mut self) -> Option<E> {
        let Reverse(entry) = self.heap.pop()?;
        self.now = entry.at;
        Some(entry.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_first_then_the_order_in_which_it_was_foreseen() {
        let mut schedule = Schedule::default();
        for (at, event) in [(2, 'c'), (1, 'a'), (2, 'd'), (1, 'b')] {
            schedule.at(Duration::from_secs(at), event);
        }
        let order: String = std::iter::from_fn(|| schedule.advance()).collect();
        assert_eq!(order, "abcd");
        assert_eq!(schedule.now(), Duration::from_secs(2));
    }
}
