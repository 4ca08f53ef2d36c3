//! A joint document as it reads: what each organisation says in it, and by whose hand. Phenomena, proposals and views are read
//! from this; what they mean together is worked out by their own modules, alike on every node.
//!
//! The door has seen to it that each organisation wrote under its own [prefix](crate::entry) only, so nothing of one organisation
//! contradicts or hides what another says: contradictions are between entries, and stay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::Reading;
use crate::entry::Prefix;
use crate::id::{ChunkHash, DocumentId, OrganisationId, WorkerId};
use crate::scope::{Kind, Scope};
use crate::statement::{Role, Roles};
use crate::time::Timestamp;

/// Who signed a change, by its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// The organisation that certified the worker.
    pub organisation: OrganisationId,
    /// The pseudonymous worker.
    pub worker: WorkerId,
    /// What the worker may do.
    pub roles: Roles,
    /// When the worker says it was; shown, never trusted.
    pub claimed: Timestamp,
}

/// One value and who said it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The value.
    pub value: Value,
    /// Who said it.
    pub by: Hand,
}

/// What an organisation says under one path: the value everyone shows first, then what workers of the same organisation wrote at
/// the same time. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry(Vec<Said>);

impl Entry {
    /// Returns the value shown first.
    pub fn said(&self) -> &Said {
        // Made with at least one, below.
        &self.0[0]
    }

    /// Returns every value, the one shown first before the others.
    pub fn all(&self) -> &[Said] {
        &self.0
    }

    /// Returns whether workers of the organisation contradict each other here.
    pub fn is_contested(&self) -> bool {
        self.0.len() > 1
    }
}

/// What one organisation says, by path.
pub type Entries = BTreeMap<String, Entry>;

/// A joint document: for each organisation that says anything, its entries.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// The document.
    pub document: DocumentId,
    /// What sort of document.
    pub kind: Kind,
    /// For whom it is.
    pub scope: Scope,
    /// The organisation that began it.
    pub owner: OrganisationId,
    /// When its first change says it was begun; shown, never trusted.
    pub begun: Timestamp,
    /// What each organisation says.
    pub words: BTreeMap<OrganisationId, Entries>,
}

/// Where a document stands: what its first change tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning {
    /// The document.
    pub document: DocumentId,
    /// What sort of document.
    pub kind: Kind,
    /// For whom it is.
    pub scope: Scope,
    /// The organisation that began it.
    pub owner: OrganisationId,
    /// When the change says it was.
    pub begun: Timestamp,
}

impl Joint {
    /// Sorts a document's fields by the organisation that says them. What is not of the form the door demands is passed over.
    ///
    /// `hand_of` tells who signed the change that carries an automerge change.
    pub fn new(beginning: Beginning, reading: &Reading, hand_of: impl Fn(&ChunkHash) -> Option<Hand>) -> Self {
        let Beginning { document, kind, scope, owner, begun } = beginning;
        let mut words: BTreeMap<OrganisationId, Entries> = BTreeMap::new();
        for (key, field) in &reading.fields {
            let others = field.others.iter().map(|other| (&other.value, &other.set_by));
            let values = std::iter::once((&field.value, &field.set_by)).chain(others);
            for (value, set_by) in values {
                let Some(by) = hand_of(set_by) else { continue };
                let Some(path) = Prefix::of(&by.organisation).path(key) else { continue };
                let said = Said { value: value.clone(), by };
                let entries = words.entry(by.organisation).or_default();
                entries
                    .entry(path.to_owned())
                    .and_modify(|entry| entry.0.push(said.clone()))
                    .or_insert(Entry(vec![said]));
            }
        }
        Self { document, kind, scope, owner, begun, words }
    }

    /// Returns what an organisation says under a path.
    pub fn entry(&self, organisation: &OrganisationId, path: &str) -> Option<&Entry> {
        self.words.get(organisation)?.get(path)
    }

    /// Returns each organisation's word on one path, in the order of their ids.
    pub fn each<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (OrganisationId, &'a Entry)> {
        self.words.iter().filter_map(move |(organisation, entries)| Some((*organisation, entries.get(path)?)))
    }

    /// Returns all entries whose path begins with `folder` and a slash: organisation, the rest of the path, entry.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (OrganisationId, &'a str, &'a Entry)> {
        self.words.iter().flat_map(move |(organisation, entries)| {
            let named = entries
                .iter()
                .filter_map(move |(path, entry)| Some((path.strip_prefix(folder)?.strip_prefix('/')?, entry)));
            named.map(move |(name, entry)| (*organisation, name, entry))
        })
    }
}

/// Who said something, as answers show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The pseudonymous worker.
    pub worker: WorkerId,
    /// When the worker says it was.
    pub claimed: Timestamp,
}

impl From<&Hand> for Source {
    fn from(hand: &Hand) -> Self {
        Self { organisation: hand.organisation, worker: hand.worker, claimed: hand.claimed }
    }
}

impl Hand {
    /// Returns whether the worker may act in this role.
    pub const fn has(&self, role: Role) -> bool {
        self.roles.has(role)
    }
}
