//! The changes of a bundle go through the node's door, batch by batch. What waits is tried again as long as anything new was let in;
//! what is stored is skipped, so taking in the same bundle again goes on where it stopped.

use std::collections::BTreeMap;
use std::io::Read;

use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::api::{Organisation, Outcome};
use talkoot_protocol::bundle::{Opening, Who};
use talkoot_protocol::header::Place;
use talkoot_protocol::id::{ChangeId, NetworkId, OrganisationId};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::statement::Names;

use super::{Error, Extent, Source};

/// Most changes in one submission.
const BATCH_CHANGES_MAX: usize = 1_024;
/// Bytes after which a submission goes off.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Most changes that are remembered as waiting; more are counted.
const WAITING_MAX: usize = 500_000;
/// Most times a bundle is gone through.
const PASSES_MAX: u32 = 16;

/// Who has the bundle and reaches the node.
pub trait Carrier {
    /// What can go wrong on the way.
    type Error: From<Error>;
    /// The bundle's bytes.
    type Input: Read;

    /// Opens the bundle at its beginning.
    ///
    /// # Errors
    /// If it cannot be read.
    fn open(&mut self) -> Result<Source<Self::Input>, Self::Error>;

    /// Submits changes, and returns what became of each.
    ///
    /// # Errors
    /// If the node does not answer.
    fn submit(&mut self, changes: Vec<Vec<u8>>) -> Result<Vec<Outcome>, Self::Error>;

    /// Is told how many bytes of the bundle were read since it was opened.
    fn progress(&mut self, bytes: u64);
}

/// A change on its way to the door.
#[derive(Debug)]
struct Sent {
    id: Option<ChangeId>,
    organisation: Option<OrganisationId>,
    bytes: Vec<u8>,
}

/// What waits, with whose it is.
type Waiting = BTreeMap<ChangeId, Option<OrganisationId>>;

/// What became of a bundle's changes.
#[derive(Debug)]
pub struct Intake {
    network: NetworkId,
    maker: OrganisationId,
    who: Who,
    /// Changes that were let in.
    pub stored: u64,
    /// Changes that were here before.
    pub known: u64,
    /// Changes that were refused, by the rule's stable name.
    pub refused: BTreeMap<String, u64>,
    /// Why the node could not take something, if it said so.
    pub trouble: Option<String>,
    waiting: Waiting,
    /// Changes that wait beyond those that are remembered.
    more_waiting: u64,
    batch: Vec<Sent>,
    batch_bytes: usize,
    /// Whether this is not the first time through.
    again: bool,
    /// Whether anything new was let in this time.
    moved: bool,
}

/// An organisation whose changes wait until it is a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unrecognised {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its names, if its record is in the bundle.
    pub names: Option<Names>,
    /// How many of its changes wait.
    pub changes: u64,
    /// Whether this organisation may still recognise it; if not it has, and others have to as well.
    pub open: bool,
}

/// What the changes wait for that were neither let in nor refused.
#[derive(Debug, Default)]
pub struct Waits {
    /// For the recognition of whom, the bundle's maker first.
    pub recognise: Vec<Unrecognised>,
    /// How many wait for changes that are neither here nor in the bundle.
    pub missing: u64,
}

impl Intake {
    /// Begins with what a bundle says of itself.
    ///
    /// # Errors
    /// [`Error::OtherNetwork`] if it is not of this node's.
    pub fn begin(ours: NetworkId, opening: &Opening) -> Result<Self, Error> {
        if opening.network != ours {
            return Err(Error::OtherNetwork { theirs: opening.network, ours });
        }
        Ok(Self {
            network: ours,
            maker: opening.organisation(),
            who: Who::default(),
            stored: 0,
            known: 0,
            refused: BTreeMap::new(),
            trouble: None,
            waiting: Waiting::new(),
            more_waiting: 0,
            batch: Vec::new(),
            batch_bytes: 0,
            again: false,
            moved: false,
        })
    }

    /// Goes through the bundle, and again as long as something that others may wait for was let in. Returns how much of it is there.
    ///
    /// # Errors
    /// Those of the carrier, [`Error::Read`], [`Error::NotTaken`], [`Error::Misfit`]. What is stored by then stays stored.
    pub fn run<C: Carrier>(&mut self, carrier: &mut C) -> Result<Extent, C::Error> {
        let extent = self.pass(carrier, None)?;
        for _ in 1..PASSES_MAX {
            if self.waiting.is_empty() || !self.moved {
                break;
            }
            let left = std::mem::take(&mut self.waiting);
            self.again = true;
            self.pass(carrier, Some(&left))?;
        }
        Ok(extent)
    }

    /// Goes through the bundle once; with `left`, only for what waited.
    fn pass<C: Carrier>(&mut self, carrier: &mut C, left: Option<&Waiting>) -> Result<Extent, C::Error> {
        self.moved = false;
        let mut source = carrier.open()?;
        while let Some(changes) = source.next()? {
            for change in changes {
                self.take(change, left, carrier)?;
            }
            carrier.progress(source.bytes());
        }
        self.flush(carrier)?;
        Ok(source.extent())
    }

    fn take<C: Carrier>(&mut self, bytes: Vec<u8>, left: Option<&Waiting>, carrier: &mut C) -> Result<(), C::Error> {
        let signed = Signed::decode(&bytes).ok();
        let id = signed.as_ref().map(Signed::id);
        if left.is_some_and(|left| id.is_none_or(|id| !left.contains_key(&id))) {
            return Ok(());
        }
        let organisation = signed.as_ref().and_then(|signed| self.who.learn_unchecked(&self.network, signed, &bytes));
        if let (Some(signed), Some(id)) = (&signed, id)
            && needs(signed).any(|needed| self.waiting.contains_key(&needed))
        {
            // The door would only let it wait too, in memory that others need.
            self.wait(id, organisation);
            return Ok(());
        }
        self.batch_bytes += bytes.len();
        self.batch.push(Sent { id, organisation, bytes });
        let is_full = self.batch.len() >= BATCH_CHANGES_MAX || self.batch_bytes >= BATCH_BYTES;
        if is_full { self.flush(carrier) } else { Ok(()) }
    }

    fn wait(&mut self, id: ChangeId, organisation: Option<OrganisationId>) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.insert(id, organisation);
        } else {
            self.more_waiting += 1;
        }
    }

    /// Submits what was gathered, and counts what became of it.
    fn flush<C: Carrier>(&mut self, carrier: &mut C) -> Result<(), C::Error> {
        let mut batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let changes = batch.iter_mut().map(|sent| std::mem::take(&mut sent.bytes)).collect();
        let outcomes = carrier.submit(changes)?;
        if outcomes.len() != batch.len() {
            return Err(Error::Misfit.into());
        }
        Ok(batch.iter().zip(outcomes).try_for_each(|(sent, outcome)| self.note(sent, outcome))?)
    }

    fn note(&mut self, sent: &Sent, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::Stored { .. } => self.let_in(),
            // It waited in the node since the last time, and came in by itself.
            Outcome::Known { .. } if self.again => self.let_in(),
            Outcome::Known { .. } => self.known += 1,
            Outcome::Waiting { id, .. } => self.wait(sent.id.unwrap_or(id), sent.organisation),
            Outcome::Refused { name, .. } => *self.refused.entry(name).or_default() += 1,
            // Where much waits, the node has no room for more that does. Otherwise it is the disk.
            Outcome::NotStored { id, message } if !self.waiting.is_empty() => {
                self.wait(sent.id.unwrap_or(id), sent.organisation);
                self.trouble = Some(message);
            }
            Outcome::NotStored { message, .. } => return Err(Error::NotTaken { message }),
        }
        Ok(())
    }

    fn let_in(&mut self) {
        self.stored += 1;
        self.moved = true;
    }

    /// Returns how many changes wait.
    pub fn waiting(&self) -> u64 {
        (self.waiting.len() as u64).saturating_add(self.more_waiting)
    }

    /// Sorts what waits, by the organisations that the node knows.
    pub fn waits(&self, known: &[Organisation]) -> Waits {
        let find = |id: &OrganisationId| known.iter().find(|known| known.id == *id);
        let (mut counts, mut missing): (BTreeMap<OrganisationId, u64>, u64) = (BTreeMap::new(), self.more_waiting);
        for organisation in self.waiting.values() {
            match organisation {
                Some(id) if !find(id).is_some_and(|known| known.member) => *counts.entry(*id).or_default() += 1,
                _ => missing += 1,
            }
        }
        let describe = |(id, changes): (OrganisationId, u64)| Unrecognised {
            organisation: id,
            names: self.who.names(&id).cloned(),
            changes,
            open: find(&id).is_none_or(|found| found.is_open(known)),
        };
        let mut recognise: Vec<_> = counts.into_iter().map(describe).collect();
        recognise.sort_by_key(|one| one.organisation != self.maker);
        Waits { recognise, missing }
    }
}

/// Returns what a change cannot be without.
fn needs(signed: &Signed) -> impl Iterator<Item = ChangeId> {
    let header = signed.header();
    let first = match header.place {
        Place::Continues(document) => Some(document.first_change()),
        Place::Begins { .. } => None,
    };
    header.certificate.into_iter().chain(first).chain(header.dependencies.iter().copied())
}
