//! Calls to nodes that are made once: who is being called, so that each call has one outcome and there are never many.
//!
//! The call itself is libp2p's; [`super::redial`] is for addresses that are kept.

use std::collections::BTreeSet;

use libp2p::Multiaddr;
use talkoot_protocol::id::NodeId;

use super::address;

/// How many nodes may be called at once.
pub const DIALS_MAX: usize = 64;
/// How many addresses of one node are tried.
pub const DIAL_ADDRESSES_MAX: usize = 8;

/// The nodes being called.
#[derive(Debug, Default)]
pub(super) struct Dials {
    under_way: BTreeSet<NodeId>,
}

impl Dials {
    /// Returns whether a node is being called.
    pub(super) fn contains(&self, node: &NodeId) -> bool {
        self.under_way.contains(node)
    }

    /// Notes that a node is being called; returns whether there was room.
    pub(super) fn begin(&mut self, node: NodeId) -> bool {
        self.under_way.len() < DIALS_MAX && self.under_way.insert(node)
    }

    /// Notes that the call has an outcome; returns whether there was a call.
    pub(super) fn end(&mut self, node: &NodeId) -> bool {
        self.under_way.remove(node)
    }
}

/// Returns the addresses at which a node can be called: each once, with its name, none that names another.
pub(super) fn usable(node: &NodeId, addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    let named = addresses.into_iter().map(|address| address::with_node(address, node));
    let mut usable: Vec<Multiaddr> = Vec::new();
    for address in named.filter(|address| address::node_of(address) == Some(*node)) {
        if usable.len() < DIAL_ADDRESSES_MAX && !usable.contains(&address) {
            usable.push(address);
        }
    }
    usable
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::key::SecretKey;

    use super::*;

    fn node(seed: u8) -> NodeId {
        SecretKey::from_seed(&[seed; 32]).public().into()
    }

    #[test]
    fn calls_are_bounded_and_counted_once() {
        let mut dials = Dials::default();
        assert!((0..DIALS_MAX).all(|number| dials.begin(NodeId::from_bytes([number as u8; 32]))));
        assert!(!dials.begin(node(1)));
        let first = NodeId::from_bytes([0; 32]);
        assert!(!dials.begin(first) && dials.contains(&first));
        assert!(dials.end(&first) && !dials.end(&first));
        assert!(dials.begin(node(1)));
    }

    #[test]
    fn only_addresses_of_that_node_are_used_and_not_too_many() {
        let at = |port: usize| address::parse(&format!("127.0.0.1:{port}")).unwrap();
        let own = address::with_node(at(1), &node(1));
        let other = address::with_node(at(1), &node(2));
        assert_eq!(usable(&node(1), vec![at(1), other, own.clone()]), [own]);
        assert_eq!(usable(&node(1), (1..100).map(at).collect()).len(), DIAL_ADDRESSES_MAX);
    }
}
