//! What holds for a node until a moment, such as a ban: bounded, and over by itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use talkoot_protocol::id::NodeId;

/// A duration too long for the clock is one without end, which a century is.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Nodes, each with the moment at which something ends for it.
#[derive(Debug)]
pub(super) struct Until {
    ends: BTreeMap<NodeId, Instant>,
    max: usize,
}

impl Until {
    /// Returns a list that remembers at most `max` nodes; beyond it the one that ends first is forgotten.
    pub(super) fn new(max: usize) -> Self {
        Self { ends: BTreeMap::new(), max }
    }

    /// Notes when it ends for a node; what was noted before no longer counts. Returns that moment.
    pub(super) fn set(&mut self, node: NodeId, lasting: Duration, now: Instant) -> Instant {
        self.ends.retain(|_, end| *end > now);
        if self.ends.len() >= self.max
            && !self.ends.contains_key(&node)
            && let Some(first) = self.ends.iter().min_by_key(|(_, end)| **end).map(|(node, _)| *node)
        {
            self.ends.remove(&first);
        }
        let end = now + lasting.min(CENTURY);
        self.ends.insert(node, end);
        end
    }

    /// Returns when it ends for a node, if it has not ended.
    pub(super) fn end(&self, node: &NodeId, now: Instant) -> Option<Instant> {
        self.ends.get(node).copied().filter(|end| *end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(number: u8) -> NodeId {
        NodeId::from_bytes([number; 32])
    }

    #[test]
    fn each_ends_by_itself_and_the_list_is_bounded() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut until = Until::new(3);
        until.set(node(1), Duration::MAX, start);
        until.set(node(2), second, start);
        until.set(node(3), second * 2, start);
        until.set(node(3), second * 3, start);
        assert!(until.end(&node(2), start).is_some());
        until.set(node(4), second, start);
        assert_eq!(until.end(&node(2), start), None, "the one that would end first made room");
        assert_eq!(until.end(&node(3), start), Some(start + second * 3));
        assert_eq!(until.end(&node(3), start + second * 3), None);
        until.set(node(1), Duration::ZERO, start);
        assert_eq!(until.end(&node(1), start), None);
        until.set(node(5), second, start + second * 9);
        assert_eq!(until.ends.len(), 1);
    }
}
