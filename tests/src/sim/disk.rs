//! A disk in memory: a log of records that only grows, one batch being written at a time, and what can go wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::input::Batch;

use super::ledger::Known;

/// A record of the log.
#[derive(Debug, Clone)]
pub enum Record {
    /// A change, and the catalog's note about it.
    Change {
        /// The change.
        known: Arc<Known>,
        /// The note; empty: read the change itself at start.
        note: Vec<u8>,
        /// Whether it can still be read.
        readable: bool,
    },
    /// A header kept as evidence.
    Evidence(Vec<u8>),
}

/// A batch on its way to the disk.
#[derive(Debug)]
pub struct Writing {
    /// The engine's name for it.
    pub batch: Batch,
    /// The changes and their notes.
    pub changes: Vec<(Arc<Known>, Vec<u8>)>,
    /// Headers kept as evidence.
    pub evidence: Vec<Vec<u8>>,
}

/// A disk.
#[derive(Debug, Default)]
pub struct Disk {
    /// Whether it takes writes.
    pub full: bool,
    /// What is being written.
    pub writing: Option<Writing>,
    log: Vec<Record>,
    /// Position of each change that can be read, from 0. Never walked.
    held: HashMap<ChangeId, usize>,
    damaged: BTreeSet<ChangeId>,
    digests: BTreeMap<Scope, Digest>,
}

impl Disk {
    /// Returns the log, in order.
    pub fn log(&self) -> &[Record] {
        &self.log
    }

    /// Returns whether a change is durable and readable here.
    pub fn holds(&self, id: &ChangeId) -> bool {
        self.held.contains_key(id)
    }

    /// Returns whether nothing damaged is still to be replaced.
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty()
    }

    /// Returns how many changes are durable and readable here.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Returns the digest of what is durable of each scope.
    pub fn digests(&self) -> &BTreeMap<Scope, Digest> {
        &self.digests
    }

    /// Appends a change.
    pub fn append(&mut self, known: Arc<Known>, note: Vec<u8>) -> Ordinal {
        self.damaged.remove(&known.id);
        if self.held.insert(known.id, self.log.len()).is_none() {
            self.digests.entry(known.scope).or_default().add(&known.id);
        }
        self.log.push(Record::Change { known, note, readable: true });
        Ordinal::new(self.log.len() as u64)
    }

    /// Appends evidence.
    pub fn append_evidence(&mut self, header: Vec<u8>) {
        self.log.push(Record::Evidence(header));
    }

    /// Returns the change at a position, if it is one that can be read.
    pub fn read(&self, ordinal: Ordinal) -> Option<&Arc<Known>> {
        let at = usize::try_from(ordinal.number()).ok()?.checked_sub(1)?;
        match self.log.get(at)? {
            Record::Change { known, readable: true, .. } => Some(known),
            _ => None,
        }
    }

    /// Damages the record of a change; returns where it was.
    pub fn damage(&mut self, id: &ChangeId) -> Option<Ordinal> {
        let at = self.held.remove(id)?;
        self.damaged.insert(*id);
        if let Some(Record::Change { known, readable, .. }) = self.log.get_mut(at) {
            *readable = false;
            self.digests.entry(known.scope).or_default().remove(id);
        }
        Some(Ordinal::new(at as u64 + 1))
    }

    /// Makes the first `changes` changes of what is being written durable (all of it, evidence too, if there are no more), and
    /// returns batch, positions and changes.
    pub fn finish(&mut self, changes: usize) -> Option<(Batch, Vec<Ordinal>, Vec<Arc<Known>>)> {
        let writing = self.writing.take()?;
        let whole = changes >= writing.changes.len();
        let kept: Vec<_> = writing.changes.into_iter().take(changes).collect();
        let known: Vec<_> = kept.iter().map(|(known, _)| known.clone()).collect();
        let ordinals = kept.into_iter().map(|(known, note)| self.append(known, note)).collect();
        if whole {
            writing.evidence.into_iter().for_each(|header| self.append_evidence(header));
        }
        Some((writing.batch, ordinals, known))
    }
}
