//! The newest record of each node: the same whatever order the records came in, and bounded whatever an organisation certifies.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::id::{ChangeId, NodeId, OrganisationId};

use super::AddressRecord;

/// Most nodes remembered of one organisation; of more, those with the smallest ids.
pub const NODES_PER_ORGANISATION_MAX: usize = 256;

/// A node's newest record, with the position that makes it the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// Its number in the node's chain.
    pub sequence: u32,
    /// The change that carries it.
    pub id: ChangeId,
    /// What it says.
    pub record: AddressRecord,
}

/// All nodes that said where they are reached. A copy shares what it holds and costs a pointer an organisation.
#[derive(Debug, Clone, Default)]
pub struct Book {
    organisations: BTreeMap<OrganisationId, Arc<BTreeMap<NodeId, Arc<Latest>>>>,
}

impl Book {
    /// Takes in a node's record: the greater sequence is newer; of two with the same, the smaller id.
    ///
    /// Records stay when they withdraw, and the limit keeps the smallest ids ever seen: a node that is among them at the end was
    /// among them all the time, so no order of arrival can lose its newest record.
    pub fn learn(&mut self, organisation: OrganisationId, node: NodeId, new: Latest) {
        let nodes = self.organisations.entry(organisation).or_default();
        let newer = |old: &Arc<Latest>| (new.sequence, old.id) > (old.sequence, new.id);
        let beyond = || {
            nodes.len() >= NODES_PER_ORGANISATION_MAX && nodes.last_key_value().is_some_and(|(last, _)| *last < node)
        };
        if nodes.get(&node).map_or_else(beyond, |old| !newer(old)) {
            return;
        }
        let nodes = Arc::make_mut(nodes);
        nodes.insert(node, Arc::new(new));
        if nodes.len() > NODES_PER_ORGANISATION_MAX {
            nodes.pop_last();
        }
    }

    /// Returns a node's newest record as a node of this organisation, one that withdraws included.
    pub fn latest(&self, organisation: &OrganisationId, node: &NodeId) -> Option<&Latest> {
        self.organisations.get(organisation)?.get(node).map(AsRef::as_ref)
    }

    /// Returns the nodes that are reached somewhere, ascending by organisation, then node. A node that two organisations certified
    /// may be there twice.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, OrganisationId, &AddressRecord)> {
        let all = self.organisations.iter().flat_map(|(organisation, nodes)| {
            nodes.iter().map(|(node, latest)| (*node, *organisation, &latest.record))
        });
        all.filter(|(.., record)| !record.is_withdrawn())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn learned(said: &[(u8, u16, u32, u8)]) -> Book {
        let mut book = Book::default();
        for (organisation, node, sequence, change) in said {
            let mut id = [0; 32];
            id[..2].copy_from_slice(&node.to_be_bytes());
            let record = AddressRecord::new([format!("/ip4/10.0.0.{}/tcp/1", change + 1).parse().unwrap()], false);
            let new = Latest { sequence: *sequence, id: ChangeId::from_bytes([*change; 32]), record: record.unwrap() };
            book.learn(OrganisationId::from_bytes([*organisation; 32]), NodeId::from_bytes(id), new);
        }
        book
    }

    fn all(book: &Book) -> Vec<(NodeId, OrganisationId, AddressRecord)> {
        book.iter().map(|(node, organisation, record)| (node, organisation, record.clone())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_order_and_repetition_ends_alike(
            said in proptest::collection::vec((0u8..2, 0u16..400, 1u32..4, 0u8..4), 0..900),
            seed in any::<u64>(),
        ) {
            let book = learned(&said);
            let mut other = said.clone();
            other.extend_from_slice(&said[..said.len() / 2]);
            other.sort_by_key(|word| (u64::from(word.1) * 7_919 + u64::from(word.2)).wrapping_mul(seed | 1));
            prop_assert_eq!(all(&learned(&other)), all(&book));
            prop_assert!(book.organisations.values().all(|nodes| nodes.len() <= NODES_PER_ORGANISATION_MAX));
        }
    }

    #[test]
    fn the_newest_is_the_greatest_sequence_then_the_smallest_id() {
        let book = learned(&[(1, 7, 2, 5), (1, 7, 1, 1), (1, 7, 2, 3), (1, 7, 2, 4)]);
        let [(.., record)] = all(&book).try_into().unwrap();
        assert_eq!(record.addresses()[0].as_str(), "/ip4/10.0.0.4/tcp/1", "of change 3");
    }

    #[test]
    fn a_copy_shares_until_it_is_written_to() {
        let book = learned(&[(1, 1, 1, 1), (2, 2, 1, 1)]);
        let mut copy = book.clone();
        let (one, two) = (OrganisationId::from_bytes([1; 32]), OrganisationId::from_bytes([2; 32]));
        let newer = Latest { sequence: 2, id: ChangeId::from_bytes([9; 32]), record: AddressRecord::default() };
        let node = all(&book)[0].0;
        copy.learn(one, node, newer);
        assert!(Arc::ptr_eq(&book.organisations[&two], &copy.organisations[&two]));
        assert_eq!(book.iter().count(), 2, "what was copied from stays");
        assert_eq!(copy.iter().count(), 1, "a withdrawn node is reached nowhere");
        assert_eq!(copy.latest(&one, &node).map(|latest| latest.sequence), Some(2));
    }
}
