//! What waits for its past: bounded, listed, and let go as soon as what it waits for comes.
//!
//! Parked changes are in memory only and acknowledged to nobody: after a restart peers offer them again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::id::ChangeId;

use super::admit::Missing;
use super::check::Checked;
use super::input::Origin;

/// Most changes that wait at once.
pub const PARKED_MAX: usize = 20_000;
/// Most bytes that wait at once.
pub const PARKED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Most changes of organisations that are not recognised that wait at once: strangers must not crowd out members.
pub const STRANGERS_MAX: usize = 1_000;

/// Changes that wait.
#[derive(Debug, Default)]
pub struct Parked {
    waiting: BTreeMap<ChangeId, (Missing, Origin, Arc<Checked>)>,
    by_missing: BTreeMap<Missing, BTreeSet<ChangeId>>,
    bytes: usize,
    strangers: usize,
}

impl Parked {
    /// Parks a change; returns whether there was room.
    pub fn park(&mut self, missing: Missing, origin: Origin, change: Arc<Checked>) -> bool {
        let (id, bytes) = (change.id(), change.bytes().len());
        if self.waiting.contains_key(&id) {
            return true;
        }
        let stranger = matches!(missing, Missing::Recognition(_));
        let crowded = stranger && self.strangers >= STRANGERS_MAX;
        if crowded || self.waiting.len() >= PARKED_MAX || self.bytes + bytes > PARKED_BYTES_MAX {
            return false;
        }
        self.strangers += usize::from(stranger);
        self.bytes += bytes;
        self.by_missing.entry(missing).or_default().insert(id);
        self.waiting.insert(id, (missing, origin, change));
        true
    }

    /// Lets go what waited for this, in ascending order of id.
    pub fn release(&mut self, missing: Missing) -> Vec<(Origin, Arc<Checked>)> {
        let ids = self.by_missing.remove(&missing).unwrap_or_default();
        ids.into_iter()
            .filter_map(|id| self.waiting.remove(&id))
            .map(|(missing, origin, change)| {
                self.bytes -= change.bytes().len();
                self.strangers -= usize::from(matches!(missing, Missing::Recognition(_)));
                (origin, change)
            })
            .collect()
    }

    /// Returns whether a change waits.
    pub fn contains(&self, id: &ChangeId) -> bool {
        self.waiting.contains_key(id)
    }

    /// Returns the first change that waits, from an id on.
    pub fn next_from(&self, id: &ChangeId) -> Option<&ChangeId> {
        self.waiting.range(id..).next().map(|(id, _)| id)
    }

    /// Returns what waits for what, ascending by id.
    pub fn iter(&self) -> impl Iterator<Item = (ChangeId, Missing)> + '_ {
        self.waiting.iter().map(|(id, (missing, _, _))| (*id, *missing))
    }

    /// Returns how many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Returns what is missing, each once.
    pub fn missing(&self) -> impl Iterator<Item = Missing> + '_ {
        self.by_missing.keys().copied()
    }
}
