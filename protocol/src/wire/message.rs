//! The messages between two nodes (session protocol 2). Each is one CBOR array `[number, ...]` in one frame; decoding bounds
//! every count before it allocates and accepts only the deterministic form.

use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::id::{NetworkId, ShortId};
use crate::limits::CHANGE_BYTES_MAX;
use crate::scope::Scope;
use crate::sync::digest::Digest;
use crate::sync::sketch::Key;

use super::parcel::Parcel;

/// Longest frame, in bytes.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024 + 4096;
/// Most scopes compared at once.
pub const SCOPES_MAX: usize = 128;
/// Most ids in one request or announcement.
pub const IDS_MAX: usize = 512;
/// Bytes of changes that may be under way in one direction before the other side grants more.
pub const WINDOW_BYTES: u64 = 2 * 1024 * 1024;
/// Longest words in a goodbye, in bytes.
pub const REASON_BYTES_MAX: usize = 200;
/// Feature bit: reads parcels packed with zstd and the first dictionary.
pub const FEATURE_ZSTD_1: u64 = 1;

/// One side's first words: who it is, by the statements of its organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Lowest wire version it speaks.
    pub version_min: u8,
    /// Highest wire version it speaks.
    pub version_max: u8,
    /// Bits of optional features; unknown ones are passed over.
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

/// What the side that holds more says to a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// So many more coded symbols are needed.
    More(u32),
    /// The other side lacks so many changes; they follow as deliveries of this comparison's number.
    Lacking(u64),
    /// It cannot be told from coded symbols; the difference is about so large.
    Undecodable(u64),
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Who is speaking; first on every connection, in both directions.
    Hello(Box<Hello>),
    /// What one side has of the scopes it shares with the other.
    Compare(Vec<Held>),
    /// Coded symbols of the sender's set.
    Cells {
        /// The sender's number for this comparison.
        number: u32,
        /// The scope.
        scope: Scope,
        /// The key under which they are coded; `None` for the scope's shared one.
        key: Option<Key>,
        /// How many changes the set has.
        count: u64,
        /// Index of the first symbol.
        from: u32,
        /// The symbols, see [`sketch`](crate::sync::sketch).
        cells: Vec<u8>,
    },
    /// The answer to a comparison.
    Found {
        /// The comparison's number.
        number: u32,
        /// What was found.
        outcome: Outcome,
    },
    /// Everything the sender has, as keyed hashes of eight bytes: the receiver streams whatever is not among them.
    Have {
        /// The sender's number for this comparison.
        number: u32,
        /// The scope.
        scope: Scope,
        /// The key of the hashes.
        key: Key,
        /// The hashes.
        hashes: Vec<u8>,
        /// Whether these are the last.
        end: bool,
    },
    /// A round of comparing by ranges of ids.
    Ranges {
        /// The comparison's number, given by whoever began it.
        number: u32,
        /// The scope.
        scope: Scope,
        /// Whether the sender began this comparison.
        asks: bool,
        /// The round's message, see [`ranges`](crate::sync::ranges).
        round: Vec<u8>,
    },
    /// Asks for changes.
    Request {
        /// The asker's number for this request.
        number: u32,
        /// The ids.
        ids: Vec<ShortId>,
    },
    /// Delivers changes: for a request or a comparison of the receiver's, or number 0 for what is new.
    Deliver {
        /// The receiver's number, 0 for none.
        number: u32,
        /// Whether this is the last delivery of that number.
        end: bool,
        /// Bytes of the changes before packing.
        raw: u32,
        /// The changes, see [`parcel`](super::parcel).
        parcel: Vec<u8>,
    },
    /// How much more may be sent, and how much has arrived.
    Credit {
        /// Bytes of changes that the receiver of this may have sent in this session, in total.
        granted: u64,
        /// Changes of the receiver that are durable at the sender of this, in total in this session.
        stored: u64,
    },
    /// Names of what is new and was not sent whole.
    Announce(Vec<ShortId>),
    /// Why the connection is being closed.
    Goodbye {
        /// A sentence.
        reason: String,
    },
}

impl Message {
    /// Makes a delivery of changes that were packed.
    pub fn delivery(number: u32, end: bool, parcel: Parcel) -> Self {
        Self::Deliver { number, end, raw: parcel.raw, parcel: parcel.bytes }
    }

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
            Self::Cells { number, scope, key, count, from, cells } => {
                e.array(7)?.u8(2)?.u32(*number)?;
                scope.encode(e)?;
                match key {
                    Some(key) => e.bytes(key.as_bytes())?,
                    None => e.null()?,
                };
                e.u64(*count)?.u32(*from)?.bytes(cells)?.ok()
            }
            Self::Found { number, outcome } => {
                let (kind, amount) = match outcome {
                    Outcome::More(cells) => (0, u64::from(*cells)),
                    Outcome::Lacking(changes) => (1, *changes),
                    Outcome::Undecodable(estimate) => (2, *estimate),
                };
                e.array(4)?.u8(3)?.u32(*number)?.u8(kind)?.u64(amount)?.ok()
            }
            Self::Have { number, scope, key, hashes, end } => {
                e.array(6)?.u8(4)?.u32(*number)?;
                scope.encode(e)?;
                e.bytes(key.as_bytes())?.bytes(hashes)?.bool(*end)?.ok()
            }
            Self::Ranges { number, scope, asks, round } => {
                e.array(5)?.u8(5)?.u32(*number)?;
                scope.encode(e)?;
                e.bool(*asks)?.bytes(round)?.ok()
            }
            Self::Request { number, ids } => {
                e.array(3)?.u8(6)?.u32(*number)?;
                write_ids(ids, e)
            }
            Self::Deliver { number, end, raw, parcel } => {
                e.array(5)?.u8(7)?.u32(*number)?.bool(*end)?.u32(*raw)?.bytes(parcel)?.ok()
            }
            Self::Credit { granted, stored } => e.array(3)?.u8(8)?.u64(*granted)?.u64(*stored)?.ok(),
            Self::Announce(ids) => {
                e.array(2)?.u8(9)?;
                write_ids(ids, e)
            }
            Self::Goodbye { reason } => e.array(2)?.u8(10)?.str(reason)?.ok(),
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
        let number = r.u8()?;
        let message = match (items, number) {
            (7, 0) => Self::Hello(Box::new(read_hello(&mut r)?)),
            (2, 1) => Self::Compare(read_compare(&mut r)?),
            (7, 2) => read_cells(&mut r)?,
            (4, 3) => Self::Found { number: r.u32()?, outcome: read_outcome(&mut r)? },
            (6, 4) => Self::Have {
                number: r.u32()?,
                scope: Scope::decode(&mut r)?,
                key: Key::from_bytes(r.array()?),
                hashes: r.bytes()?.to_vec(),
                end: r.bool()?,
            },
            (5, 5) => Self::Ranges {
                number: r.u32()?,
                scope: Scope::decode(&mut r)?,
                asks: r.bool()?,
                round: r.bytes()?.to_vec(),
            },
            (3, 6) => Self::Request { number: r.u32()?, ids: read_ids(&mut r)? },
            (5, 7) => Self::Deliver { number: r.u32()?, end: r.bool()?, raw: r.u32()?, parcel: r.bytes()?.to_vec() },
            (3, 8) => Self::Credit { granted: r.u64()?, stored: r.u64()? },
            (2, 9) => Self::Announce(read_ids(&mut r)?),
            (2, 10) => Self::Goodbye { reason: r.text(REASON_BYTES_MAX)?.to_owned() },
            _ => return Err(r.malformed()),
        };
        r.end()?;
        cbor::exactly(bytes, &message.encode(), what)?;
        Ok(message)
    }
}

fn write_ids(ids: &[ShortId], e: &mut Encoder) -> Written {
    e.array(ids.len() as u64)?;
    ids.iter().try_for_each(|id| e.bytes(id.as_bytes())?.ok())
}

fn read_ids(r: &mut Reader<'_>) -> Result<Vec<ShortId>, Malformed> {
    (0..r.array_up_to(IDS_MAX)?).map(|_| r.array().map(ShortId::from_bytes)).collect()
}

fn read_compare(r: &mut Reader<'_>) -> Result<Vec<Held>, Malformed> {
    let held = |r: &mut Reader<'_>| {
        r.array_of(2)?;
        Ok(Held { scope: Scope::decode(r)?, digest: Digest::decode(r)? })
    };
    (0..r.array_up_to(SCOPES_MAX)?).map(|_| held(r)).collect()
}

fn read_cells(r: &mut Reader<'_>) -> Result<Message, Malformed> {
    let (number, scope) = (r.u32()?, Scope::decode(r)?);
    let key = if r.null() { None } else { Some(Key::from_bytes(r.array()?)) };
    Ok(Message::Cells { number, scope, key, count: r.u64()?, from: r.u32()?, cells: r.bytes()?.to_vec() })
}

fn read_outcome(r: &mut Reader<'_>) -> Result<Outcome, Malformed> {
    let kind = r.u8()?;
    let amount = r.u64()?;
    match kind {
        0 => Ok(Outcome::More(u32::try_from(amount).map_err(|_| r.malformed())?)),
        1 => Ok(Outcome::Lacking(amount)),
        2 => Ok(Outcome::Undecodable(amount)),
        _ => Err(r.malformed()),
    }
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
