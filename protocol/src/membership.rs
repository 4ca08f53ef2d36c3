//! Which key may act for which organisation, and which organisations are members: a deterministic, order-independent
//! function of the signed statements, the charter, and the organisation one stands in.
//!
//! In version 1 recognition only grows: withdrawal, rotation and revocation have their acts reserved and their place here.

pub mod standing;

use std::collections::{BTreeMap, BTreeSet};

use crate::address::AddressRecord;
use crate::address::book::{Book, Latest};
use crate::charter::Charter;
use crate::id::{ChangeId, NodeId, OrganisationId};
use crate::key::PublicKey;
use crate::statement::{Certificate, Endorsement, Record, Statement};

/// A record with the position that decides which of several is in force.
#[derive(Debug, Clone)]
struct Dated {
    sequence: u32,
    id: ChangeId,
    record: Record,
}

/// Who says a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speaker {
    /// The organisation: of a statement of its own the one whose document it stands in, of a node's the one that certified the node.
    pub organisation: OrganisationId,
    /// The key that signed: its root key, or the node's.
    pub key: PublicKey,
}

/// All statements admitted so far, and what follows from them.
#[derive(Debug, Clone)]
pub struct Membership {
    own: OrganisationId,
    charter: Charter,
    records: BTreeMap<OrganisationId, Dated>,
    certificates: BTreeMap<ChangeId, Certificate>,
    endorsed: BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
    members: BTreeSet<OrganisationId>,
    addresses: Book,
}

impl Membership {
    /// Begins with the charter, seen from one's own organisation.
    pub fn new(charter: Charter, own: OrganisationId) -> Self {
        let mut membership = Self {
            own,
            charter,
            records: BTreeMap::new(),
            certificates: BTreeMap::new(),
            endorsed: BTreeMap::new(),
            members: BTreeSet::new(),
            addresses: Book::default(),
        };
        membership.recount();
        membership
    }

    /// Takes in an admitted statement: `by` is who says it, `sequence` its position in that key's chain.
    pub fn learn(&mut self, id: ChangeId, by: Speaker, sequence: u32, statement: &Statement) {
        match statement {
            Statement::Record(record) => {
                self.learn_record(by.organisation, Dated { sequence, id, record: record.clone() })
            }
            Statement::Certificate(certificate) => {
                self.certificates.insert(id, certificate.clone());
            }
            Statement::Endorsement(Endorsement { organisation }) => {
                self.endorsed.entry(*organisation).or_default().insert(by.organisation);
                self.recount();
            }
            Statement::Address(record) => {
                let latest = Latest { sequence, id, record: record.clone() };
                self.addresses.learn(by.organisation, by.key.into(), latest);
            }
        }
    }

    /// The record with the greater sequence is in force; of two with the same, the one with the smaller id. Any order of
    /// arrival ends with the same one.
    fn learn_record(&mut self, organisation: OrganisationId, new: Dated) {
        let stays = self
            .records
            .get(&organisation)
            .is_some_and(|old| old.sequence > new.sequence || (old.sequence == new.sequence && old.id <= new.id));
        if !stays {
            self.records.insert(organisation, new);
        }
    }

    /// The least set that holds one's own organisation, the founders, and whomever `threshold` of its members endorse.
    fn recount(&mut self) {
        let mut members: BTreeSet<_> = self.charter.founders.iter().copied().chain([self.own]).collect();
        loop {
            let joining: Vec<_> = self
                .endorsed
                .iter()
                .filter(|(candidate, _)| !members.contains(candidate))
                .filter(|(_, by)| by.intersection(&members).count() >= usize::from(self.charter.threshold))
                .map(|(candidate, _)| *candidate)
                .collect();
            if joining.is_empty() {
                break;
            }
            members.extend(joining);
        }
        self.members = members;
    }

    /// Returns the organisation from which this is seen.
    pub fn own(&self) -> OrganisationId {
        self.own
    }

    /// Returns the charter.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// Returns whether the organisation is a member.
    pub fn is_member(&self, organisation: &OrganisationId) -> bool {
        self.members.contains(organisation)
    }

    /// Returns the members in ascending order.
    pub fn members(&self) -> impl Iterator<Item = OrganisationId> + '_ {
        self.members.iter().copied()
    }

    /// Returns an organisation's record in force, if one is known.
    pub fn record(&self, organisation: &OrganisationId) -> Option<&Record> {
        self.records.get(organisation).map(|dated| &dated.record)
    }

    /// Returns the organisations with a known record, in ascending order.
    pub fn records(&self) -> impl Iterator<Item = (OrganisationId, &Record)> {
        self.records.iter().map(|(id, dated)| (*id, &dated.record))
    }

    /// Returns who endorses an organisation.
    pub fn endorsers(&self, organisation: &OrganisationId) -> impl Iterator<Item = OrganisationId> + '_ {
        self.endorsed.get(organisation).into_iter().flatten().copied()
    }

    /// Returns a certificate by the id of the change that carries it.
    pub fn certificate(&self, id: &ChangeId) -> Option<&Certificate> {
        self.certificates.get(id)
    }

    /// Returns where nodes of recognised organisations are reached, by the newest record of each: ascending by organisation,
    /// then node, without those that withdrew. A node that two organisations certified may be there twice.
    pub fn addresses(&self) -> impl Iterator<Item = (NodeId, OrganisationId, &AddressRecord)> {
        self.addresses.iter().filter(|(_, organisation, _)| self.is_member(organisation))
    }

    /// Returns a node's newest record as a node of this organisation, with its position; one that withdraws included. The node
    /// itself goes on from there.
    pub fn address(&self, organisation: &OrganisationId, node: &NodeId) -> Option<&Latest> {
        self.addresses.latest(organisation, node)
    }

    /// Returns all certificates with their ids, in ascending order of id.
    pub fn certificates(&self) -> impl Iterator<Item = (ChangeId, &Certificate)> {
        self.certificates.iter().map(|(id, certificate)| (*id, certificate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(name: u8) -> OrganisationId {
        OrganisationId::from_bytes([name; 32])
    }

    fn endorse(membership: &mut Membership, by: u8, whom: u8) {
        let statement = Statement::Endorsement(Endorsement { organisation: organisation(whom) });
        let speaker = Speaker { organisation: organisation(by), key: PublicKey::from_bytes([by; 32]) };
        membership.learn(ChangeId::from_bytes([by ^ whom; 32]), speaker, 2, &statement);
    }

    fn members_after(threshold: u16, endorsements: &[(u8, u8)]) -> Vec<OrganisationId> {
        let charter = Charter {
            founders: vec![organisation(1), organisation(2), organisation(3)],
            threshold,
            ..Charter::commons()
        };
        let mut membership = Membership::new(charter, organisation(1));
        for (by, whom) in endorsements {
            endorse(&mut membership, *by, *whom);
        }
        membership.members().collect()
    }

    #[test]
    fn threshold_counts_members_only() {
        let three = vec![organisation(1), organisation(2), organisation(3)];
        assert_eq!(members_after(2, &[(1, 4), (9, 4)]), three, "one member and a stranger are not two members");
        assert_eq!(members_after(2, &[(1, 4), (2, 4)]).len(), 4);
        assert_eq!(members_after(2, &[(9, 8), (8, 9), (9, 9)]), three, "strangers cannot admit each other");
    }

    #[test]
    fn order_of_endorsements_does_not_matter() {
        let chain = [(1, 4), (2, 4), (4, 5), (3, 5)];
        let mut reversed = chain;
        reversed.reverse();
        assert_eq!(members_after(2, &chain), members_after(2, &reversed));
        assert_eq!(members_after(2, &chain).len(), 5);
    }
}
