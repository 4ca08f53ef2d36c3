//! The relays this node can be reached through: where a place is reserved, and when the next attempt is made.
//!
//! A reservation is a listener of libp2p that closes when it is refused or when the connection to the relay is lost; here
//! is only the timetable. Pure: the clock and the chance are arguments.

use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::core::transport::ListenerId;

use super::redial::pause;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting(Instant),
    /// Asked for, or held.
    Listening(ListenerId),
}

#[derive(Debug)]
struct Entry {
    /// Of the relay, with its name at the end.
    address: Multiaddr,
    state: State,
    failures: u32,
}

/// All relays, in the order of the settings.
#[derive(Debug)]
pub(super) struct Relays {
    entries: Vec<Entry>,
}

impl Relays {
    /// Returns a timetable in which each address is due at once.
    pub(super) fn new(addresses: &[Multiaddr], now: Instant) -> Self {
        let entry = |address: &Multiaddr| Entry { address: address.clone(), state: State::Waiting(now), failures: 0 };
        Self { entries: addresses.iter().map(entry).collect() }
    }

    /// Returns when the next address is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let due = |entry: &Entry| match entry.state {
            State::Waiting(due) => Some(due),
            State::Listening(_) => None,
        };
        self.entries.iter().filter_map(due).min()
    }

    /// Returns an address to ask for a place at now, to be followed by [`Relays::asked`] or [`Relays::failed`].
    pub(super) fn take_due(&self, now: Instant) -> Option<Multiaddr> {
        let is_due = |entry: &&Entry| matches!(entry.state, State::Waiting(due) if due <= now);
        self.entries.iter().find(is_due).map(|entry| entry.address.clone())
    }

    /// Notes that a place was asked for.
    pub(super) fn asked(&mut self, address: &Multiaddr, listener: ListenerId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.address == *address) {
            entry.state = State::Listening(listener);
        }
    }

    /// Notes that asking was not possible at all; returns the pause.
    pub(super) fn failed(&mut self, address: &Multiaddr, now: Instant, random: u64) -> Option<Duration> {
        let entry = self.entries.iter_mut().find(|entry| entry.address == *address)?;
        Some(entry.wait(now, random))
    }

    /// Notes that a place was given.
    pub(super) fn opened(&mut self, listener: ListenerId) {
        for entry in self.entries.iter_mut().filter(|entry| entry.state == State::Listening(listener)) {
            entry.failures = 0;
        }
    }

    /// Notes that a place was refused or lost; returns the address and the pause, or `None` if it was none of ours.
    pub(super) fn closed(&mut self, listener: ListenerId, now: Instant, random: u64) -> Option<(Multiaddr, Duration)> {
        let entry = self.entries.iter_mut().find(|entry| entry.state == State::Listening(listener))?;
        Some((entry.address.clone(), entry.wait(now, random)))
    }
}

impl Entry {
    fn wait(&mut self, now: Instant, random: u64) -> Duration {
        let pause = pause(self.failures, random);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(now + pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_place_is_asked_for_again_and_refusals_take_longer() {
        let (start, address) = (Instant::now(), "/ip4/192.0.2.7/tcp/1/p2p-circuit".parse::<Multiaddr>().unwrap());
        let mut relays = Relays::new(std::slice::from_ref(&address), start);
        let ask = |relays: &mut Relays, now| {
            let listener = ListenerId::next();
            relays.asked(&relays.take_due(now).unwrap(), listener);
            listener
        };
        let mut pauses = Vec::new();
        let mut now = start;
        for _ in 0..8 {
            let listener = ask(&mut relays, now);
            assert_eq!((relays.next_due(), relays.take_due(now)), (None, None));
            assert_eq!(relays.closed(ListenerId::next(), now, 0), None, "not ours");
            let (of, pause) = relays.closed(listener, now, 0).unwrap();
            assert_eq!((of, relays.next_due()), (address.clone(), Some(now + pause)));
            pauses.push(pause.as_secs());
            now += pause;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        let listener = ask(&mut relays, now);
        relays.opened(listener);
        assert_eq!(relays.closed(listener, now, 0).unwrap().1, Duration::from_secs(1));
    }
}
