//! One receipt log as a state machine: it is told batches in the order of their chain, and answers where an id stands, up to where it is
//! whole, and whether an id is within a checkpoint. It knows no signature and no certificate: whoever tells it has asked the door.
//!
//! A log that was forked is a tree. Nothing is thrown away: each branch is kept, since a checkpoint names a batch by its hash and so
//! picks its branch by itself. Whether one batch lies on the way to another is found by jump pointers (Myers, "An applicative
//! random-access stack", 1983): two numbers a batch, and a search that a deliberate heap of forks cannot make long.

use std::collections::{BTreeMap, BTreeSet};

use crate::header::Position;
use crate::id::{ChangeId, DocumentId, OrganisationId};
use crate::key::PublicKey;
use crate::scope::Scope;

use super::listings::{Listing, Listings};
use super::{Checkpoint, Ids, Receipt};

/// Most ids named in a statement of completeness; the rest are counted.
pub const LACKING_SHOWN_MAX: usize = 100;

/// Why a batch does not go into a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The batch before it is not here: it waits, and is not refused.
    #[error("the batch before it, {previous}, is not here yet")]
    Gap {
        /// The one that is awaited.
        previous: ChangeId,
    },
    /// It belongs to another log.
    #[error("it belongs to another log")]
    ForeignLog,
    /// Another key signed it than began the log, or one certified by another organisation.
    #[error("another node signed it than the one whose log this is")]
    ForeignNode,
    /// The log is scoped to an organisation that is not the node's.
    #[error("its scope is an organisation that is not the node's")]
    ForeignScope,
    /// Its sequence number is not one more than that of the batch before.
    #[error("its sequence number is {got}, it must be {expected}")]
    Sequence {
        /// The number it must have.
        expected: u32,
        /// The number it has.
        got: u32,
    },
    /// It counts another epoch than the log began with.
    #[error("it is of epoch {got}, the log is of epoch {expected}")]
    Epoch {
        /// The log's.
        expected: u32,
        /// The batch's.
        got: u32,
    },
    /// Its first id does not stand right behind the last of the batch before.
    #[error("its first id is at position {got}, it must be at {expected}")]
    Position {
        /// The position it must have.
        expected: u32,
        /// The position it has.
        got: u32,
    },
    /// It lists what this log has listed before.
    #[error("it lists {id}, which this log has listed before")]
    Repeated {
        /// The id.
        id: ChangeId,
    },
    /// More batches or certificates than a log may have.
    #[error("the log is full; its node must begin another")]
    Full,
}

impl Error {
    /// Returns the stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::ForeignLog => "foreign_log",
            Self::ForeignNode => "foreign_node",
            Self::ForeignScope => "foreign_scope",
            Self::Sequence { .. } => "chain",
            Self::Epoch { .. } => "epoch",
            Self::Position { .. } => "position",
            Self::Repeated { .. } => "repeated",
            Self::Full => "log_full",
        }
    }

    /// Returns whether the batch stays out for ever, at every node alike. Only a gap does not.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Gap { .. })
    }
}

/// What became of a batch that is in the log now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// It was there before.
    Known,
    /// It goes on from the end.
    Extends,
    /// It goes on from where another batch went on already. The two together prove it ([`crate::fork::ForkProof`]).
    Forks {
        /// The other, the one with the smallest id of several.
        with: ChangeId,
    },
}

/// Whether an id is within a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipted {
    /// It was listed by then.
    Before,
    /// It is listed later, or in another branch.
    After,
    /// It is not listed in this log.
    Not,
    /// The checkpoint's batch is not here: nobody can tell yet.
    Unknown,
}

/// How whole one's copy of what a log lists is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completeness {
    /// How many ids the log lists; of a forked log, before the fork.
    pub size: u32,
    /// Everything up to this position is here.
    pub through: u32,
    /// How many are not here.
    pub lacking: u32,
    /// Which: position and id, in order, the first [`LACKING_SHOWN_MAX`].
    pub shown: Vec<(u32, ChangeId)>,
    /// Whether the log was forked: what it lists beyond is not counted here.
    pub is_forked: bool,
}

#[derive(Debug, Clone)]
struct Entry {
    id: ChangeId,
    ids: Ids,
    /// Position of the last id.
    last: u32,
    /// The batch before; the first batch is before itself.
    before: u32,
    /// A batch further back.
    jump: u32,
    sequence: u32,
    /// The batch that first went on from this one, or [`NONE`].
    next: u32,
    certificate: u16,
}

/// No batch goes on from the last; and none goes on to the first, which has number 0.
const NONE: u32 = 0;
/// What stands nowhere.
const NOTHING: ChangeId = ChangeId::from_bytes([0; 32]);

/// One log.
#[derive(Debug, Clone)]
pub struct Log {
    id: DocumentId,
    organisation: OrganisationId,
    scope: Scope,
    node: PublicKey,
    epoch: u32,
    certificates: Vec<ChangeId>,
    batches: Vec<Entry>,
    by_id: Listings,
    listings: Listings,
    /// Batches after which several stand, and those.
    forks: BTreeMap<u32, BTreeSet<ChangeId>>,
}

impl Log {
    /// Begins with the batch that begins the log. `organisation` is the one that certified the node.
    ///
    /// # Errors
    /// [`Error::ForeignLog`] if the batch begins none, [`Error::ForeignScope`].
    pub fn open(organisation: OrganisationId, receipt: &Receipt) -> Result<Self, Error> {
        let scope = receipt.opens.ok_or(Error::ForeignLog)?;
        if matches!(scope, Scope::Organisation(owner) if owner != organisation) {
            return Err(Error::ForeignScope);
        }
        let mut log = Self {
            id: receipt.log,
            organisation,
            scope,
            node: receipt.node,
            epoch: receipt.batch.epoch(),
            certificates: Vec::new(),
            batches: Vec::new(),
            by_id: Listings::default(),
            listings: Listings::default(),
            forks: BTreeMap::new(),
        };
        log.insert(receipt, 0)?;
        Ok(log)
    }

    /// Takes the next batch. What is said of it depends on it and on those before it in its own branch, on nothing else.
    ///
    /// # Errors
    /// [`Error`], by name; all but [`Error::Gap`] are for ever.
    pub fn append(&mut self, organisation: OrganisationId, receipt: &Receipt) -> Result<Learnt, Error> {
        if self.ordinal(&receipt.id).is_some() {
            return Ok(Learnt::Known);
        }
        let Position::After { sequence, previous } = receipt.position else { return Err(Error::ForeignLog) };
        let before = self.ordinal(&previous).ok_or(Error::Gap { previous })?;
        self.judge(organisation, receipt, before, sequence)?;
        let ordinal = self.insert(receipt, before)?;
        Ok(self.note_fork(before, ordinal, receipt.id))
    }

    fn judge(&self, organisation: OrganisationId, receipt: &Receipt, before: u32, sequence: u32) -> Result<(), Error> {
        if receipt.log != self.id {
            return Err(Error::ForeignLog);
        }
        if receipt.node != self.node || organisation != self.organisation {
            return Err(Error::ForeignNode);
        }
        let last = self.entry(before).ok_or(Error::Full)?;
        let expected = last.sequence.saturating_add(1);
        if sequence != expected {
            return Err(Error::Sequence { expected, got: sequence });
        }
        if receipt.batch.epoch() != self.epoch {
            return Err(Error::Epoch { expected: self.epoch, got: receipt.batch.epoch() });
        }
        let expected = last.last.checked_add(1).ok_or(Error::Full)?;
        if receipt.batch.first() != expected {
            return Err(Error::Position { expected, got: receipt.batch.first() });
        }
        let mut ids = receipt.batch.ids().as_slice().iter();
        match ids.find(|id| self.batches_with(id).any(|batch| self.is_within(batch, before))) {
            Some(id) => Err(Error::Repeated { id: *id }),
            None => Ok(()),
        }
    }

    /// Puts it behind the batch `before`. The first is put behind itself.
    fn insert(&mut self, receipt: &Receipt, before: u32) -> Result<u32, Error> {
        let ordinal = u32::try_from(self.batches.len()).map_err(|_| Error::Full)?;
        let certificate = self.number_of(receipt.certificate)?;
        let (jump, ids) = (self.jump_from(before), receipt.batch.ids().clone());
        let places = (0..ids.as_slice().len()).map(|at| Listing { batch: ordinal, offset: at as u16 }).collect();
        let (last, sequence) = (receipt.batch.last(), receipt.position.sequence());
        self.batches.push(Entry { id: receipt.id, ids, last, before, jump, sequence, next: NONE, certificate });
        let batches = &self.batches;
        self.listings.insert(places, |listing| listed(batches, listing));
        self.by_id.insert(vec![Listing { batch: ordinal, offset: 0 }], |listing| named(batches, listing));
        Ok(ordinal)
    }

    fn number_of(&mut self, certificate: ChangeId) -> Result<u16, Error> {
        let known = self.certificates.iter().position(|known| *known == certificate);
        let number = u16::try_from(known.unwrap_or(self.certificates.len())).map_err(|_| Error::Full)?;
        if known.is_none() {
            self.certificates.push(certificate);
        }
        Ok(number)
    }

    /// Where the batch after this one jumps: as far again as the last two jumps, if they were equally far; else to this one.
    fn jump_from(&self, before: u32) -> u32 {
        let far = |ordinal: u32| self.entry(ordinal).map(|entry| (entry.jump, entry.sequence));
        let jump = || {
            let (one, here) = far(before)?;
            let (two, there) = far(one)?;
            let (_, yonder) = far(two)?;
            (here.checked_sub(there) == there.checked_sub(yonder)).then_some(two)
        };
        jump().unwrap_or(before)
    }

    fn note_fork(&mut self, before: u32, ordinal: u32, id: ChangeId) -> Learnt {
        let next = self.entry(before).map_or(NONE, |entry| entry.next);
        let Some(first) = self.entry(next).filter(|_| next != NONE).map(|first| first.id) else {
            if let Some(entry) = self.batches.get_mut(before as usize) {
                entry.next = ordinal;
            }
            return Learnt::Extends;
        };
        let siblings = self.forks.entry(before).or_default();
        siblings.insert(first);
        let with = siblings.first().copied().unwrap_or(first);
        siblings.insert(id);
        Learnt::Forks { with }
    }

    fn entry(&self, ordinal: u32) -> Option<&Entry> {
        self.batches.get(ordinal as usize)
    }

    /// Returns the place of a batch in the order of arrival.
    pub(super) fn ordinal(&self, batch: &ChangeId) -> Option<u32> {
        self.by_id.find(batch, |listing| named(&self.batches, listing)).next().map(|listing| listing.batch)
    }

    /// Returns the batches that list an id: one, unless the log was forked.
    pub(super) fn batches_with(&self, id: &ChangeId) -> impl Iterator<Item = u32> {
        self.listings.find(id, |listing| listed(&self.batches, listing)).map(|listing| listing.batch)
    }

    /// Returns the certificate under which a batch was signed.
    pub(super) fn certificate_of(&self, ordinal: u32) -> Option<ChangeId> {
        self.certificates.get(usize::from(self.entry(ordinal)?.certificate)).copied()
    }

    /// Returns whether a batch is another one, or lies on the way from the log's beginning to it.
    fn is_within(&self, batch: u32, mut last: u32) -> bool {
        let Some(depth) = self.entry(batch).map(|entry| entry.sequence) else { return false };
        while let Some(entry) = self.entry(last).filter(|entry| entry.sequence > depth) {
            let far = self.entry(entry.jump).is_some_and(|jump| jump.sequence >= depth);
            last = if far { entry.jump } else { entry.before };
        }
        last == batch
    }

    /// Returns whether a batch is within a checkpoint of this log; `None` while the checkpoint's batch is not here. Within a checkpoint
    /// of a wrong size is nothing.
    pub(super) fn holds(&self, batch: u32, checkpoint: &Checkpoint) -> Option<bool> {
        let last = self.ordinal(&checkpoint.batch)?;
        let is_sound = self.entry(last).is_some_and(|entry| entry.last == checkpoint.size);
        Some(is_sound && self.is_within(batch, last))
    }

    /// Returns whether an id was listed by a checkpoint of this log.
    pub fn receipted(&self, id: &ChangeId, by: &Checkpoint) -> Receipted {
        let mut found = Receipted::Not;
        if self.ordinal(&by.batch).is_none() {
            return Receipted::Unknown;
        }
        for batch in self.batches_with(id) {
            match self.holds(batch, by) {
                Some(true) => return Receipted::Before,
                _ => found = Receipted::After,
            }
        }
        found
    }

    /// Returns the positions of an id in ascending order: none, one, or in a forked log perhaps several.
    pub fn positions(&self, id: &ChangeId) -> Vec<u32> {
        let places = self.listings.find(id, |listing| listed(&self.batches, listing));
        let mut positions: Vec<_> = places.filter_map(|place| self.position(place)).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    fn position(&self, place: Listing) -> Option<u32> {
        let entry = self.entry(place.batch)?;
        let behind = entry.ids.as_slice().len().checked_sub(usize::from(place.offset))?;
        entry.last.checked_add(1)?.checked_sub(behind as u32)
    }

    /// Returns the checkpoint up to which there is one history: the end, or what stands before the first fork. The batches are in
    /// the order of their chain, so there is no gap before it.
    pub fn checkpoint(&self) -> Checkpoint {
        let forked = self.forks.keys().copied().min_by_key(|at| self.entry(*at).map(|entry| entry.sequence));
        let end = forked.unwrap_or(self.batches.len().saturating_sub(1) as u32);
        let (batch, size) = self.entry(end).map_or((self.id.first_change(), 0), |entry| (entry.id, entry.last));
        Checkpoint { log: self.id, batch, size }
    }

    /// Says how much of what the log lists is here.
    pub fn completeness(&self, is_held: impl Fn(&ChangeId) -> bool) -> Completeness {
        let end = self.checkpoint();
        let is_forked = !self.forks.is_empty();
        let mut said = Completeness { size: end.size, through: end.size, lacking: 0, shown: Vec::new(), is_forked };
        for entry in self.way_to(&end.batch) {
            let ids = entry.ids.as_slice();
            let first = entry.last.saturating_sub(ids.len() as u32);
            for (at, id) in (1u32..).zip(ids).filter(|(_, id)| !is_held(id)) {
                let position = first.saturating_add(at);
                said.through = said.through.min(position.saturating_sub(1));
                said.lacking = said.lacking.saturating_add(1);
                if said.shown.len() < LACKING_SHOWN_MAX {
                    said.shown.push((position, *id));
                }
            }
        }
        said
    }

    /// Returns the batches from the first to this one.
    fn way_to(&self, batch: &ChangeId) -> Vec<&Entry> {
        let mut way = Vec::new();
        let mut at = self.ordinal(batch);
        while let Some((ordinal, entry)) = at.and_then(|ordinal| Some((ordinal, self.entry(ordinal)?))) {
            way.push(entry);
            at = (entry.before != ordinal).then_some(entry.before);
        }
        way.reverse();
        way
    }

    /// Returns the batches that stand beside each other behind one batch: the forks, in the order of the chain. Any two of one set prove
    /// the fork.
    pub fn forks(&self) -> Vec<(u32, Vec<ChangeId>)> {
        let sequence = |at: &u32| self.entry(*at).map_or(0, |entry| entry.sequence.saturating_add(1));
        let mut forks: Vec<_> =
            self.forks.iter().map(|(at, ids)| (sequence(at), ids.iter().copied().collect())).collect();
        forks.sort_unstable();
        forks
    }

    /// Returns the log's id.
    pub const fn id(&self) -> DocumentId {
        self.id
    }

    /// Returns the organisation that certified its node.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Returns the node's key.
    pub const fn node(&self) -> PublicKey {
        self.node
    }

    /// Returns for which scope it is.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// Returns its epoch.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns about how many bytes the log takes in memory.
    pub fn memory_bytes(&self) -> usize {
        let ids: usize = self.batches.iter().map(|entry| size_of_val(entry.ids.as_slice())).sum();
        let certificates = self.certificates.capacity() * size_of::<ChangeId>();
        let batches = self.batches.capacity() * size_of::<Entry>() + certificates;
        size_of::<Self>() + ids + batches + self.by_id.memory_bytes() + self.listings.memory_bytes()
    }
}

fn named(batches: &[Entry], listing: &Listing) -> ChangeId {
    batches.get(listing.batch as usize).map_or(NOTHING, |entry| entry.id)
}

fn listed(batches: &[Entry], listing: &Listing) -> ChangeId {
    let entry = batches.get(listing.batch as usize);
    entry.and_then(|entry| entry.ids.as_slice().get(usize::from(listing.offset)).copied()).unwrap_or(NOTHING)
}
