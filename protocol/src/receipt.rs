//! Receipts: what an organisation's node says it admitted from its own workers, as ids in batches. The batches of one node for one
//! scope are an append-only log, hash-chained and signed like any other chain of changes: each is a change of act *receipt* in a
//! document that the node began, so that author, organisation, scope and the batch before are signed in its header.
//!
//! ```text
//! receipt    = [1, epoch, first, ids]
//!   epoch    uint >= 1, which log of this node for this scope it is, by the node's own count; the same in all batches
//!   first    uint >= 1, position of the first id; positions go on from batch to batch without a gap
//!   ids      bstr, 32 bytes each; strictly ascending; 1 to 4,096 of them
//! checkpoint = [log, batch, size]
//!   log      bstr 32, the log's document id
//!   batch    bstr 32, the id of one of its batches
//!   size     uint, the position of that batch's last id
//! ```
//!
//! Ids ascend within a batch, so that it says nothing of the order in which they came. Pure, and not wired into the engine yet: the act
//! is still refused by name. docs/decisions/0043-receipts.md argues for all of it, docs/trust.md says what follows.
//!
//! - [`log`]: one log, batch by batch;
//! - [`ledger`]: all logs;
//! - [`verdict`]: whether a change counts.

pub mod ledger;
mod listings;
pub mod log;
#[cfg(test)]
mod tests;
pub mod verdict;

use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::header::{Act, Place, Position};
use crate::id::{ChangeId, DocumentId, NetworkId};
use crate::key::{PublicKey, SecretKey};
use crate::scope::{Kind, Scope};
use crate::sign::Moment;
use crate::signed::{self, Body, Intent, Verified};

/// Version of the batch's encoding.
const VERSION: u8 = 1;
/// Most ids in one batch: 128 KiB, half of what a body may hold.
pub const BATCH_IDS_MAX: usize = 4_096;
/// Bytes of an id.
const ID_BYTES: usize = 32;

/// Why a change is not a receipt. Each follows from its signed bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Its act is another.
    #[error("its act is not receipt")]
    Act,
    /// Its body was left out.
    #[error("it came without its body")]
    BodyMissing,
    /// Its body is not a batch.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It names no certificate: a receipt is a node's.
    #[error("it must name the certificate of the node that signs")]
    CertificatePresence,
    /// It begins a document of a kind that is not a node's, or has dependencies.
    #[error("a receipt log is a document of its node, and its batches build on the one before only")]
    OutOfPlace,
    /// It begins a log and does not begin with position 1, or goes on with one and does.
    #[error("the first batch of a log begins with position 1, and no other does")]
    First,
}

impl Error {
    /// Returns the stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::BodyMissing => "body_missing",
            Self::Malformed(_) => "malformed",
            Self::CertificatePresence => "certificate_presence",
            Self::OutOfPlace => "out_of_place",
            Self::First => "first",
        }
    }
}

/// Ids in strictly ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ids(Box<[ChangeId]>);

impl Ids {
    /// Returns the ids in ascending order, each once.
    pub fn as_slice(&self) -> &[ChangeId] {
        &self.0
    }

    /// Returns whether the id is among them.
    pub fn has(&self, id: &ChangeId) -> bool {
        self.0.binary_search(id).is_ok()
    }

    /// Writes one byte string.
    pub(crate) fn write(&self, e: &mut Encoder) -> Written {
        e.bytes(&self.0.iter().flat_map(|id| *id.as_bytes()).collect::<Vec<u8>>())?.ok()
    }

    /// Reads at most `max` of them; nothing is allocated for more.
    pub(crate) fn read(r: &mut Reader<'_>, max: usize) -> Result<Self, Malformed> {
        let bytes = r.bytes()?;
        let (ids, rest) = bytes.as_chunks::<ID_BYTES>();
        if !rest.is_empty() || ids.len() > max || !ids.is_sorted_by(|one, two| one < two) {
            return Err(r.malformed());
        }
        Ok(Self(ids.iter().map(|id| ChangeId::from_bytes(*id)).collect()))
    }
}

impl FromIterator<ChangeId> for Ids {
    /// Sorts, and leaves out doubles.
    fn from_iter<I: IntoIterator<Item = ChangeId>>(ids: I) -> Self {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self(ids.into())
    }
}

/// What one batch says: the content of the act *receipt*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    epoch: u32,
    first: u32,
    ids: Ids,
}

impl Batch {
    /// Takes 1 to [`BATCH_IDS_MAX`] ids, the first of them at position `first` of the node's `epoch`th log; both are counted from 1.
    ///
    /// # Errors
    /// [`Malformed`] if there are too few or too many ids, for a zero, and if positions would not fit 32 bits.
    pub fn new(epoch: u32, first: u32, ids: Ids) -> Result<Self, Malformed> {
        let counts = (1..=BATCH_IDS_MAX).contains(&ids.0.len());
        let fits = first.checked_add(ids.0.len() as u32).is_some();
        if counts && fits && epoch > 0 && first > 0 {
            Ok(Self { epoch, first, ids })
        } else {
            Err(Malformed { what: "batch of receipts" })
        }
    }

    /// Returns which log of this node for this scope it belongs to, from 1.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns the position of the first id, from 1.
    pub const fn first(&self) -> u32 {
        self.first
    }

    /// Returns the position of the last id: the size of the log with this batch.
    pub fn last(&self) -> u32 {
        self.first.saturating_add(self.ids.0.len() as u32).saturating_sub(1)
    }

    /// Returns the ids.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Returns the deterministic CBOR.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| {
            e.array(4)?.u8(VERSION)?.u32(self.epoch)?.u32(self.first)?;
            self.ids.write(e)
        })
    }

    /// Reads a batch; accepts exactly what [`Batch::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes, "batch of receipts");
        r.array_of(4)?;
        if r.u8()? != VERSION {
            return Err(r.malformed());
        }
        let (epoch, first) = (r.u32()?, r.u32()?);
        let batch = Self::new(epoch, first, Ids::read(&mut r, BATCH_IDS_MAX)?)?;
        r.end()?;
        cbor::exactly(bytes, &batch.encode(), "batch of receipts")?;
        Ok(batch)
    }
}

/// A place in a log that nobody can shift: a batch by its id, and the size of the log with it. What is *within* it is what stands in that
/// batch and in those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checkpoint {
    /// The log.
    pub log: DocumentId,
    /// The last batch that is within.
    pub batch: ChangeId,
    /// The position of its last id.
    pub size: u32,
}

impl Checkpoint {
    /// Writes `[log, batch, size]`.
    pub(crate) fn write(&self, e: &mut Encoder) -> Written {
        e.array(3)?.bytes(self.log.as_bytes())?.bytes(self.batch.as_bytes())?.u32(self.size)?.ok()
    }

    /// Reads what [`Checkpoint::write`] writes.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(3)?;
        let (log, batch) = (DocumentId::from_bytes(r.array()?), ChangeId::from_bytes(r.array()?));
        Ok(Self { log, batch, size: r.u32()? })
    }
}

/// A batch with its place: all that a log needs to know of the change that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The change's id.
    pub id: ChangeId,
    /// The log: the document that its first batch began.
    pub log: DocumentId,
    /// The scope, if this batch begins the log.
    pub opens: Option<Scope>,
    /// The node's key.
    pub node: PublicKey,
    /// The node's certificate.
    pub certificate: ChangeId,
    /// The batch's place in the chain.
    pub position: Position,
    /// What it lists.
    pub batch: Batch,
}

impl Receipt {
    /// Reads a change whose signature has been verified. Whether its certificate is a node's, of a member and for this key, is for the
    /// door, as with what a node says of its addresses.
    ///
    /// # Errors
    /// [`Error`] names the first rule it breaks.
    pub fn read(change: &Verified) -> Result<Self, Error> {
        let header = change.header();
        let require = |holds: bool, error: Error| if holds { Ok(()) } else { Err(error) };
        require(header.act == Act::Receipt, Error::Act)?;
        let certificate = header.certificate.ok_or(Error::CertificatePresence)?;
        let opens = match change.begins() {
            Some((Kind::Node, scope)) => Some(scope),
            Some(_) => return Err(Error::OutOfPlace),
            None => None,
        };
        let is_first = header.position == Position::First;
        require(header.dependencies.is_empty() && opens.is_some() == is_first, Error::OutOfPlace)?;
        let batch = Batch::decode(change.body().ok_or(Error::BodyMissing)?.content())?;
        require((batch.first == 1) == is_first, Error::First)?;
        Ok(Self {
            id: change.id(),
            log: change.document(),
            opens,
            node: header.author,
            certificate,
            position: header.position,
            batch,
        })
    }

    /// Returns the checkpoint that holds everything up to this batch.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint { log: self.log, batch: self.id, size: self.batch.last() }
    }

    /// Returns where the batch after this one stands.
    pub fn after(&self) -> (Place, Position) {
        let sequence = self.position.sequence().saturating_add(1);
        (Place::Continues(self.log), Position::After { sequence, previous: self.id })
    }
}

/// The node at the pen: whose key signs batches, under which certificate, in which network.
#[derive(Debug, Clone, Copy)]
pub struct Clerk<'a> {
    /// The node's key.
    pub key: &'a SecretKey,
    /// The certificate's change id.
    pub certificate: ChangeId,
    /// The network.
    pub network: NetworkId,
}

impl Clerk<'_> {
    /// Signs the batch that begins a log for this scope.
    ///
    /// # Errors
    /// None today: a batch is always short enough for a body.
    pub fn open(&self, scope: Scope, batch: &Batch, moment: Moment) -> Result<Verified, signed::Error> {
        self.sign(Place::Begins { kind: Kind::Node, scope }, Position::First, batch, moment)
    }

    /// Signs the batch after this one.
    ///
    /// # Errors
    /// As [`Clerk::open`].
    pub fn append(&self, last: &Receipt, batch: &Batch, moment: Moment) -> Result<Verified, signed::Error> {
        let (place, position) = last.after();
        self.sign(place, position, batch, moment)
    }

    fn sign(&self, place: Place, position: Position, batch: &Batch, moment: Moment) -> Result<Verified, signed::Error> {
        let intent = Intent {
            network: self.network,
            act: Act::Receipt,
            place,
            certificate: Some(self.certificate),
            position,
            dependencies: Vec::new(),
            claimed: moment.claimed,
        };
        Ok(intent.seal(Body::new(moment.salt, &batch.encode())?, self.key))
    }
}
