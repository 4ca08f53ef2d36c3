//! Phenomena that are one: those that words join, until they are parted. Nothing is moved when phenomena are merged, so parting
//! gives each back what it had.
//!
//! Two phenomena are joined if some organisation says so and neither of the two that began them says that they are parted. The
//! group is named by its least id, which every node that holds it finds alike.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Attributed;
use super::word::{Merge, MergeState, Word};
use crate::id::{DocumentId, OrganisationId};
use crate::joint::{Joint, Source};
use crate::scope::Kind;

/// What is said about two phenomena being one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edge {
    /// The lesser id.
    pub one: DocumentId,
    /// The greater id.
    pub other: DocumentId,
    /// Whether they are joined.
    pub joined: bool,
    /// Whether the other one is not here, so that nobody here can join them.
    pub missing: bool,
    /// Every word about it.
    pub words: Vec<Attributed<Merge>>,
}

/// All phenomena here, sorted into those that are one.
#[derive(Debug)]
pub struct Groups<'a> {
    joints: BTreeMap<DocumentId, &'a Joint>,
    edges: Vec<Edge>,
    /// The group of each document, by its least id.
    named: BTreeMap<DocumentId, DocumentId>,
    members: BTreeMap<DocumentId, BTreeSet<DocumentId>>,
    /// The edges that touch each group, by their places.
    touching: BTreeMap<DocumentId, BTreeSet<usize>>,
}

impl<'a> Groups<'a> {
    /// Sorts phenomena into groups, in whatever order they are given. Documents of another kind are passed over.
    pub fn new(joints: impl IntoIterator<Item = &'a Joint>) -> Self {
        Self::of(Kind::Phenomenon, joints)
    }

    /// Sorts joint documents of another kind into groups: those that are merged and parted in the same words.
    pub fn of(kind: Kind, joints: impl IntoIterator<Item = &'a Joint>) -> Self {
        let of_kind = joints.into_iter().filter(|joint| joint.kind == kind);
        let joints: BTreeMap<_, _> = of_kind.map(|joint| (joint.document, joint)).collect();
        let edges = edges(&joints);
        let mut next: BTreeMap<DocumentId, Vec<DocumentId>> = BTreeMap::new();
        for edge in edges.iter().filter(|edge| edge.joined) {
            next.entry(edge.one).or_default().push(edge.other);
            next.entry(edge.other).or_default().push(edge.one);
        }
        let mut named = BTreeMap::new();
        let mut members: BTreeMap<DocumentId, BTreeSet<DocumentId>> = BTreeMap::new();
        // In ascending order, so whoever is reached first from a document has no lesser one in its group.
        for least in joints.keys() {
            let mut waiting = vec![*least];
            while let Some(document) = waiting.pop() {
                if named.contains_key(&document) {
                    continue;
                }
                named.insert(document, *least);
                members.entry(*least).or_default().insert(document);
                waiting.extend(next.get(&document).into_iter().flatten());
            }
        }
        let mut touching: BTreeMap<DocumentId, BTreeSet<usize>> = BTreeMap::new();
        for (at, edge) in edges.iter().enumerate() {
            for group in [edge.one, edge.other].iter().filter_map(|end| named.get(end)) {
                touching.entry(*group).or_default().insert(at);
            }
        }
        Self { joints, edges, named, members, touching }
    }

    /// Returns the ids of all groups, in their order.
    pub fn ids(&self) -> impl Iterator<Item = DocumentId> {
        self.members.keys().copied()
    }

    /// Returns the id of the group a document is in; `None` if the document is not here.
    pub fn id_of(&self, document: &DocumentId) -> Option<DocumentId> {
        self.named.get(document).copied()
    }

    /// Returns the documents of a group, the least id first; none if there is no group of this id.
    pub fn documents(&self, group: &DocumentId) -> impl Iterator<Item = &'a Joint> {
        self.members.get(group).into_iter().flatten().filter_map(|document| self.joints.get(document).copied())
    }

    /// Returns what is said about joining a group's documents with each other and with others.
    pub fn edges(&self, group: &DocumentId) -> impl Iterator<Item = &Edge> {
        self.touching.get(group).into_iter().flatten().filter_map(|at| self.edges.get(*at))
    }
}

/// Gathers what is said about each two, in the order of documents, organisations and paths.
fn edges(joints: &BTreeMap<DocumentId, &Joint>) -> Vec<Edge> {
    let mut words: BTreeMap<(DocumentId, DocumentId), Vec<Attributed<Merge>>> = BTreeMap::new();
    for joint in joints.values() {
        for (_, name, entry) in joint.under("merge") {
            let path = format!("merge/{name}");
            for said in entry.all() {
                let Some(Word::Merge(other, merge)) = Word::read(&path, &said.value) else { continue };
                let pair = (joint.document.min(other), joint.document.max(other));
                if pair.0 != pair.1 {
                    let by = Source::from(&said.by);
                    let word = Attributed { said: merge, by, document: joint.document, path: path.clone() };
                    words.entry(pair).or_default().push(word);
                }
            }
        }
    }
    let edge = |((one, other), words): ((DocumentId, DocumentId), Vec<Attributed<Merge>>)| {
        let owners = [one, other].map(|id| joints.get(&id).map(|joint| joint.owner));
        let missing = owners.contains(&None);
        Edge { one, other, joined: !missing && are_joined(&words, &owners), missing, words }
    };
    words.into_iter().map(edge).collect()
}

/// An organisation that says both, in one place and another, says that they are parted.
fn are_joined(words: &[Attributed<Merge>], owners: &[Option<OrganisationId>]) -> bool {
    let of = |state: MergeState| -> BTreeSet<OrganisationId> {
        words.iter().filter(|word| word.said.state == state).map(|word| word.by.organisation).collect()
    };
    let (joined, parted) = (of(MergeState::Joined), of(MergeState::Parted));
    joined.difference(&parted).next().is_some() && !owners.iter().flatten().any(|owner| parted.contains(owner))
}
