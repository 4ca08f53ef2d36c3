//! The messages between two nodes. Each is one CBOR array `[number, ...]` in one frame; decoding bounds every count before it
//! allocates and accepts only the deterministic form.

use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::id::{ChangeId, NetworkId};
use crate::limits::CHANGE_BYTES_MAX;
use crate::scope::Scope;
use crate::sync::digest::Digest;

/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024 + 4096;
/// Most payload a node puts into one delivery, in bytes: any single change fits. Receivers hold to [`FRAME_BYTES_MAX`] only.
pub const DELIVERY_BYTES_MAX: usize = 512 * 1024;
/// Most changes in one delivery.
pub const DELIVERY_CHANGES_MAX: usize = 512;
/// Most scopes compared at once.
pub const SCOPES_MAX: usize = 128;
/// Most ids on one page of a listing.
pub const PAGE_IDS_MAX: usize = 4_096;
/// Most ids in one request.
pub const REQUEST_IDS_MAX: usize = 512;
/// Longest words in a goodbye, in bytes.
pub const REASON_BYTES_MAX: usize = 200;

/// One side's first words: who it is, by the statements of its organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Lowest wire version it speaks.
    pub version_min: u8,
    /// Highest wire version it speaks.
    pub version_max: u8,
    /// Bits of optional features; none are defined in version 1.
    pub features: u64,
    /// Its network.
    pub network: NetworkId,
    /// The encoded change that began its organisation's document (act *record*).
    pub record: Vec<u8>,
    /// The encoded change with its node certificate.
    pub certificate: Vec<u8>,
}

/// A scope as one side has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The scope.
    pub scope: Scope,
    /// Its digest.
    pub digest: Digest,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Who is speaking; first on every connection, in both directions.
    Hello(Box<Hello>),
    /// What one side has of the scopes it shares with the other.
    Compare(Vec<Held>),
    /// Asks for the ids of a scope from a position in the other's order.
    List {
        /// The scope.
        scope: Scope,
        /// The position: 0 is the first.
        from: u64,
    },
    /// A page of ids.
    Ids {
        /// The scope.
        scope: Scope,
        /// Names the order the positions belong to: another number, another order.
        epoch: u64,
        /// Position of the first id on this page.
        from: u64,
        /// The ids.
        ids: Vec<ChangeId>,
        /// Whether the listing ends here.
        end: bool,
    },
    /// Asks for changes by id.
    Request {
        /// The asker's number for this request.
        number: u32,
        /// The ids.
        ids: Vec<ChangeId>,
    },
    /// Delivers changes: the answer to a request, or number 0 for what is new.
    Deliver {
        /// The number of the request answered, 0 for none.
        number: u32,
        /// The encoded changes.
        changes: Vec<Vec<u8>>,
    },
    /// Why the connection is being closed.
    Goodbye {
        /// A sentence.
        reason: String,
    },
}

impl Message {
    /// Returns the message's frame content.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| self.write(e))
    }

    fn write(&self, e: &mut Encoder) -> Written {
        match self {
            Self::Hello(hello) => {
                e.array(7)?.u8(0)?.u8(hello.version_min)?.u8(hello.version_max)?.u64(hello.features)?;
                e.bytes(hello.network.as_bytes())?.bytes(&hello.record)?.bytes(&hello.certificate)?.ok()
            }
            Self::Compare(held) => {
                e.array(2)?.u8(1)?.array(held.len() as u64)?;
                held.iter().try_for_each(|held| {
                    e.array(2)?;
                    held.scope.encode(e)?;
                    held.digest.encode(e)
                })
            }
            Self::List { scope, from } => {
                e.array(3)?.u8(2)?;
                scope.encode(e)?;
                e.u64(*from)?.ok()
            }
            Self::Ids { scope, epoch, from, ids, end } => {
                e.array(6)?.u8(3)?;
                scope.encode(e)?;
                e.u64(*epoch)?.u64(*from)?;
                write_ids(ids, e)?;
                e.bool(*end)?.ok()
            }
            Self::Request { number, ids } => {
                e.array(3)?.u8(4)?.u32(*number)?;
                write_ids(ids, e)
            }
            Self::Deliver { number, changes } => {
                e.array(3)?.u8(5)?.u32(*number)?.array(changes.len() as u64)?;
                changes.iter().try_for_each(|change| e.bytes(change)?.ok())
            }
            Self::Goodbye { reason } => e.array(2)?.u8(6)?.str(reason)?.ok(),
        }
    }

    /// Reads a frame's content; accepts exactly what [`Message::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`]; nothing is allocated that the frame's own bytes do not fill.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let what = "message";
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(Malformed { what });
        }
        let mut r = Reader::new(bytes, what);
        let items = r.array_up_to(7)?;
        let message = match (items, r.u8()?) {
            (7, 0) => Self::Hello(Box::new(read_hello(&mut r)?)),
            (2, 1) => Self::Compare(read_compare(&mut r)?),
            (3, 2) => Self::List { scope: Scope::decode(&mut r)?, from: r.u64()? },
            (6, 3) => Self::Ids {
                scope: Scope::decode(&mut r)?,
                epoch: r.u64()?,
                from: r.u64()?,
                ids: read_ids(&mut r, PAGE_IDS_MAX)?,
                end: r.bool()?,
            },
            (3, 4) => Self::Request { number: r.u32()?, ids: read_ids(&mut r, REQUEST_IDS_MAX)? },
            (3, 5) => Self::Deliver { number: r.u32()?, changes: read_changes(&mut r)? },
            (2, 6) => Self::Goodbye { reason: r.text(REASON_BYTES_MAX)?.to_owned() },
            _ => return Err(r.malformed()),
        };
        r.end()?;
        cbor::exactly(bytes, &message.encode(), what)?;
        Ok(message)
    }
}

fn write_ids(ids: &[ChangeId], e: &mut Encoder) -> Written {
    e.array(ids.len() as u64)?;
    ids.iter().try_for_each(|id| e.bytes(id.as_bytes())?.ok())
}

fn read_ids(r: &mut Reader<'_>, max: usize) -> Result<Vec<ChangeId>, Malformed> {
    (0..r.array_up_to(max)?).map(|_| r.array().map(ChangeId::from_bytes)).collect()
}

fn read_compare(r: &mut Reader<'_>) -> Result<Vec<Held>, Malformed> {
    let held = |r: &mut Reader<'_>| {
        r.array_of(2)?;
        Ok(Held { scope: Scope::decode(r)?, digest: Digest::decode(r)? })
    };
    (0..r.array_up_to(SCOPES_MAX)?).map(|_| held(r)).collect()
}

fn read_changes(r: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    (0..r.array_up_to(DELIVERY_CHANGES_MAX)?).map(|_| read_change(r)).collect()
}

fn read_change(r: &mut Reader<'_>) -> Result<Vec<u8>, Malformed> {
    let bytes = r.bytes()?;
    if bytes.len() > CHANGE_BYTES_MAX { Err(r.malformed()) } else { Ok(bytes.to_vec()) }
}

fn read_hello(r: &mut Reader<'_>) -> Result<Hello, Malformed> {
    Ok(Hello {
        version_min: r.u8()?,
        version_max: r.u8()?,
        features: r.u64()?,
        network: NetworkId::from_bytes(r.array()?),
        record: read_change(r)?,
        certificate: read_change(r)?,
    })
}
