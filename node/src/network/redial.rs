//! The addresses we keep, and when each is dialled next.
//!
//! Pure: the clock is an argument and the jitter comes from a seed, so that every timetable can be tested. Many nodes
//! lose the same peer at the same moment; without jitter they would all come back at the same moment too.

use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;
use talkoot_protocol::id::NodeId;

use super::address;

/// The pause after the first failure.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A session that lasted this long proves that the address works: the next failure is a first one again.
const STABLE_AFTER: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be dialled at this time.
    Waiting(Instant),
    /// Being dialled.
    Dialling(ConnectionId),
    /// Its node is connected, by this address or another. The time is when that led to a session; `None` while it has
    /// not, as at a peer that is full or has banned us.
    Up(Option<Instant>),
}

#[derive(Debug)]
struct Entry {
    address: Multiaddr,
    /// Who is expected, or was last found, there.
    node: Option<NodeId>,
    state: State,
    failures: u32,
}

/// All addresses we keep, in the order in which they were given.
#[derive(Debug)]
pub(super) struct Book {
    entries: Vec<Entry>,
    random: u64,
}

impl Book {
    /// Returns an empty book.
    pub(super) fn new(jitter_seed: u64) -> Self {
        Self { entries: Vec::new(), random: jitter_seed }
    }

    /// Adds an address, due at once; does nothing if it is there already.
    pub(super) fn keep(&mut self, address: Multiaddr, now: Instant) {
        if self.entries.iter().all(|entry| entry.address != address) {
            let node = address::node_of(&address);
            self.entries.push(Entry { address, node, state: State::Waiting(now), failures: 0 });
        }
    }

    /// Removes an address.
    pub(super) fn forget(&mut self, address: &Multiaddr) {
        self.entries.retain(|entry| entry.address != *address);
    }

    /// Returns when the next address is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let due = |entry: &Entry| match entry.state {
            State::Waiting(due) => Some(due),
            _ => None,
        };
        self.entries.iter().filter_map(due).min()
    }

    /// Returns an address to dial now, to be followed by [`Book::dialling`]; those whose node is connected rest.
    /// A way through a relay is no reason to rest for an address that leads to the node directly.
    pub(super) fn take_due(
        &mut self,
        now: Instant,
        is_connected: impl Fn(&NodeId, &Multiaddr) -> bool,
    ) -> Option<Multiaddr> {
        for entry in &mut self.entries {
            if !matches!(entry.state, State::Waiting(due) if due <= now) {
                continue;
            }
            if entry.node.as_ref().is_some_and(|node| is_connected(node, &entry.address)) {
                entry.state = State::Up(Some(now));
                continue;
            }
            return Some(entry.address.clone());
        }
        None
    }

    /// Notes that an address is being dialled.
    pub(super) fn dialling(&mut self, address: &Multiaddr, attempt: ConnectionId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.address == *address) {
            entry.state = State::Dialling(attempt);
        }
    }

    /// Notes a failed attempt; returns the address and the pause, or `None` if it was not an attempt of ours.
    pub(super) fn failed(&mut self, attempt: ConnectionId, now: Instant) -> Option<(Multiaddr, Duration)> {
        let random = self.random();
        let entry = self.entries.iter_mut().find(|entry| entry.state == State::Dialling(attempt))?;
        Some((entry.address.clone(), entry.wait(now, random)))
    }

    /// Notes that an attempt was not made because the same node is being dialled at another address: look again soon.
    pub(super) fn deferred(&mut self, attempt: ConnectionId, now: Instant) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.state == State::Dialling(attempt)) {
            entry.state = State::Waiting(now + PAUSE_MIN);
        }
    }

    /// Notes that a connection to a node was made.
    pub(super) fn connected(&mut self, id: ConnectionId, node: NodeId) {
        for entry in self.entries.iter_mut().filter(|entry| entry.state == State::Dialling(id)) {
            entry.node = Some(node);
            entry.state = State::Up(None);
        }
    }

    /// Notes that a session with a node began.
    pub(super) fn session_began(&mut self, node: &NodeId, now: Instant) {
        for entry in self.entries.iter_mut().filter(|entry| entry.node.as_ref() == Some(node)) {
            if matches!(entry.state, State::Up(_)) {
                entry.state = State::Up(Some(now));
            }
        }
    }

    /// Notes that no connection to a node is left. Returns the addresses that were reached and led to no session, each
    /// with the pause until the next attempt.
    pub(super) fn lost(&mut self, node: &NodeId, now: Instant) -> Vec<(Multiaddr, Duration)> {
        let random = self.random();
        let mut in_vain = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.node.as_ref() == Some(node)) {
            let State::Up(since) = entry.state else { continue };
            if since.is_some_and(|since| now.saturating_duration_since(since) >= STABLE_AFTER) {
                entry.failures = 0;
            }
            let pause = entry.wait(now, random);
            if since.is_none() {
                in_vain.push((entry.address.clone(), pause));
            }
        }
        in_vain
    }

    /// Returns the next number of a splitmix64 sequence (Steele, Lea, Flood 2014).
    pub(super) fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Entry {
    /// Puts off the next attempt and returns for how long.
    fn wait(&mut self, now: Instant, random: u64) -> Duration {
        let pause = pause(self.failures, random);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(now + pause);
        pause
    }
}

/// Returns the pause after a number of failures: doubling from one second to sixty, shortened by up to half at random.
pub(super) fn pause(failures: u32, random: u64) -> Duration {
    let whole = PAUSE_MIN.saturating_mul(1 << failures.min(10)).min(PAUSE_MAX);
    let half = u64::try_from(whole.as_millis() / 2).unwrap_or(u64::MAX);
    whole - Duration::from_millis(random % (half.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn node(number: u8) -> NodeId {
        NodeId::from_bytes([number; 32])
    }

    fn take(book: &mut Book, now: Instant, number: usize) -> bool {
        let address = book.take_due(now, |_, _| false);
        address.iter().for_each(|address| book.dialling(address, id(number)));
        address.is_some()
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_are_jittered() {
        for (failures, whole) in [(0, 1), (1, 2), (5, 32), (6, 60), (100, 60), (u32::MAX, 60)] {
            for random in [0, 1, 499, 500, u64::MAX] {
                let pause = pause(failures, random).as_millis();
                assert!(pause > whole * 500 && pause <= whole * 1000, "{failures}: {pause} ms");
            }
        }
        let (mut a, mut b, mut c) = (Book::new(1), Book::new(1), Book::new(2));
        assert_eq!(a.random(), b.random());
        assert_ne!(b.random(), c.random());
    }

    #[test]
    fn a_kept_address_is_dialled_again_after_each_end() {
        let start = Instant::now();
        let mut book = Book::new(7);
        book.keep(address::parse("127.0.0.1:1").unwrap(), start);
        book.keep(address::parse("127.0.0.1:1").unwrap(), start);
        assert!(take(&mut book, start, 1) && !take(&mut book, start, 2), "kept once, dialled once");
        assert_eq!(book.failed(id(9), start), None, "not our attempt");
        let (_, pause) = book.failed(id(1), start).unwrap();
        assert!(!take(&mut book, start, 3));
        assert!(take(&mut book, start + pause, 3));
        book.connected(id(3), node(1));
        assert_eq!(book.next_due(), None);
        book.lost(&node(2), start);
        assert_eq!(book.next_due(), None);
        book.session_began(&node(1), start);
        assert_eq!(book.lost(&node(1), start + STABLE_AFTER), Vec::new());
        let due = book.next_due().unwrap();
        assert!(due <= start + STABLE_AFTER + PAUSE_MIN, "a stable session forgives");
        assert!(take(&mut book, due, 4));
        book.connected(id(4), node(1));
        assert_eq!(book.lost(&node(1), due).len(), 1, "reached in vain");
        assert!(book.next_due().unwrap() > due + PAUSE_MIN, "a connection that never carried a session does not");
        book.forget(&address::parse("127.0.0.1:1").unwrap());
        assert_eq!(book.next_due(), None);
    }

    #[test]
    fn a_node_that_is_connected_is_not_dialled() {
        let start = Instant::now();
        let mut book = Book::new(7);
        let key = talkoot_protocol::key::SecretKey::from_seed(&[3; 32]).public();
        book.keep(address::with_node(address::parse("127.0.0.1:1").unwrap(), &key.into()), start);
        assert_eq!(book.take_due(start, |_, _| true), None);
        assert_eq!(book.next_due(), None);
        book.lost(&key.into(), start);
        assert!(book.next_due().is_some());
    }
}
