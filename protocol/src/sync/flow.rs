//! Credit: how many bytes of changes may be under way in one direction of a session.
//!
//! The receiver grants a total, the sender counts what it has sent against it; nobody is ever sent more than it has room to
//! judge. Both sides begin with [`WINDOW_BYTES`] granted, so that what is new need not wait for a first grant.

use crate::wire::message::WINDOW_BYTES;

/// Share of the window that must have become free before more is granted: grants are few and large.
const GRANT_STEP: u64 = WINDOW_BYTES / 4;

/// What may still be sent to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outflow {
    granted: u64,
    spent: u64,
}

impl Default for Outflow {
    fn default() -> Self {
        Self { granted: WINDOW_BYTES, spent: 0 }
    }
}

impl Outflow {
    /// Returns the bytes that may be sent now.
    pub fn room(&self) -> u64 {
        self.granted.saturating_sub(self.spent)
    }

    /// Counts bytes as sent.
    pub fn spend(&mut self, raw: u64) {
        self.spent = self.spent.saturating_add(raw);
    }

    /// Takes back bytes that were not sent after all.
    pub fn refund(&mut self, raw: u64) {
        self.spent = self.spent.saturating_sub(raw);
    }

    /// Takes a grant; a smaller one than before changes nothing, and of one beyond a window only the window counts: an honest
    /// peer never grants more than that, and another must not make us send more at once.
    pub fn grant(&mut self, total: u64) {
        self.granted = self.granted.max(total.min(self.spent.saturating_add(WINDOW_BYTES)));
    }
}

/// What a peer may still send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inflow {
    granted: u64,
    received: u64,
    judged: u64,
}

impl Default for Inflow {
    fn default() -> Self {
        Self { granted: WINDOW_BYTES, received: 0, judged: 0 }
    }
}

impl Inflow {
    /// Counts bytes that arrived; returns whether they were granted.
    pub fn receive(&mut self, raw: u64) -> bool {
        self.received = self.received.saturating_add(raw);
        self.received <= self.granted
    }

    /// Counts bytes that have been judged, or dropped, and take no more room.
    pub fn judged(&mut self, raw: u64) {
        self.judged = self.judged.saturating_add(raw).min(self.received);
    }

    /// Returns the bytes that arrived and are not judged yet.
    pub fn under_judgement(&self) -> u64 {
        self.received - self.judged
    }

    /// Grants anew if enough has become free; returns the new total to be told.
    pub fn grant(&mut self) -> Option<u64> {
        let total = self.judged + WINDOW_BYTES;
        let due = total - self.granted >= GRANT_STEP;
        due.then(|| {
            self.granted = total;
            total
        })
    }

    /// Returns what has been granted in total.
    pub fn granted(&self) -> u64 {
        self.granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_judged_is_granted_anew_and_what_was_not_granted_is_seen() {
        let (mut out, mut inn) = (Outflow::default(), Inflow::default());
        let half = WINDOW_BYTES / 2;
        for _ in 0..2 {
            out.spend(half);
            assert!(inn.receive(half));
        }
        assert_eq!(out.room(), 0);
        assert_eq!(inn.grant(), None, "nothing is judged yet");
        inn.judged(half);
        let total = inn.grant().unwrap();
        assert_eq!(inn.grant(), None, "told once");
        out.grant(total);
        out.grant(0);
        assert_eq!(out.room(), half);
        assert!(inn.receive(half));
        assert!(!inn.receive(1));
        inn.judged(u64::MAX);
        assert_eq!(inn.under_judgement(), 0);
        out.grant(u64::MAX);
        assert_eq!(out.room(), WINDOW_BYTES, "never more than a window at once");
        out.spend(half);
        out.spend(half + 10);
        assert_eq!(out.room(), 0);
        out.refund(20);
        assert_eq!(out.room(), 10);
    }
}
