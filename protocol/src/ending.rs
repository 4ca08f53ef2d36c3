//! Statements that end something: a certificate (act *revocation*), or one organisation's recognition of another (act *withdrawal*). Both
//! name checkpoints of receipt logs: what was receipted within them stands, whatever time anything claims; the rest does not.
//!
//! ```text
//! revocation = [1, certificate, stands, adopted]
//!   certificate  bstr 32, the change that carries it
//!   stands       [* checkpoint], strictly ascending, at most 256
//!   adopted      bstr, ids of changes that stand all the same; 32 bytes each, strictly ascending, at most 4,096
//! withdrawal = [1, organisation, words / null, stands]
//!   organisation bstr 32, from whom
//!   words        uint, the last place of its chain of statements that stands; null: this only says how far receipts stand
//!   stands       as above
//! ```
//!
//! A log's id, and how much it lists, must not be known outside its scope. So one ending is said once for each scope, in a document of
//! the root key for that scope, with the checkpoints of that scope's logs only. Pure, and not wired into the engine yet: both acts
//! are still refused by name. docs/decisions/0043-receipts.md argues for it.
//!
//! - [`said`]: which of several is the last word.

pub mod said;
#[cfg(test)]
mod tests;

use crate::cbor::{self, Encoder, Malformed, Reader, Written};
use crate::header::Act;
use crate::id::{ChangeId, OrganisationId};
use crate::receipt::{Checkpoint, Ids};
use crate::scope::{Kind, Scope};
use crate::signed::Verified;

/// Version of the encodings.
const VERSION: u8 = 1;
/// Most checkpoints in one statement.
pub const CHECKPOINTS_MAX: usize = 256;
/// Most adopted changes in one statement.
pub const ADOPTED_MAX: usize = 4_096;

/// Why a change is no ending. Each follows from its signed bytes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Its act ends nothing.
    #[error("its act is neither revocation nor withdrawal")]
    Act,
    /// Its body was left out.
    #[error("it came without its body")]
    BodyMissing,
    /// Its body is not such a statement.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It names a certificate: only the root key ends anything.
    #[error("it must be signed with the organisation's root key, which names no certificate")]
    CertificatePresence,
    /// It has dependencies, or begins a document that is not one of an organisation for another scope than the network.
    #[error("it stands in a document of its organisation; the one for the network begins with the record")]
    OutOfPlace,
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
        }
    }
}

/// An organisation ends a certificate that it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The change that carries the certificate.
    pub certificate: ChangeId,
    /// Of a worker's certificate: what was receipted within these stands. Of a node's: its own batches within these stand.
    pub stands: Vec<Checkpoint>,
    /// Changes under a worker's certificate that stand all the same.
    pub adopted: Ids,
}

/// An organisation no longer recognises another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The other.
    pub organisation: OrganisationId,
    /// The last place of the other's chain of statements that stands (0: none); nothing if this adds checkpoints for one more scope.
    pub words: Option<u32>,
    /// What the other receipted within these stands.
    pub stands: Vec<Checkpoint>,
}

/// Either of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Act *revocation*.
    Revocation(Revocation),
    /// Act *withdrawal*.
    Withdrawal(Withdrawal),
}

impl Ending {
    /// Returns the act under which it is signed.
    pub const fn act(&self) -> Act {
        match self {
            Self::Revocation(_) => Act::Revocation,
            Self::Withdrawal(_) => Act::Withdrawal,
        }
    }

    /// Reads a change whose signature has been verified. Whose root key signed it, and whose the certificate is, are for the door.
    ///
    /// # Errors
    /// [`Error`] names the first rule it breaks.
    pub fn read(change: &Verified) -> Result<Self, Error> {
        let header = change.header();
        let require = |holds: bool, error: Error| if holds { Ok(()) } else { Err(error) };
        require(matches!(header.act, Act::Revocation | Act::Withdrawal), Error::Act)?;
        require(header.certificate.is_none(), Error::CertificatePresence)?;
        let begins_well = |(kind, scope)| kind == Kind::Organisation && scope != Scope::Network;
        require(header.dependencies.is_empty() && change.begins().is_none_or(begins_well), Error::OutOfPlace)?;
        Ok(Self::decode(header.act, change.body().ok_or(Error::BodyMissing)?.content())?)
    }

    /// Returns the deterministic CBOR: the content of its body. What it holds must keep the order and the bounds of its fields.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| match self {
            Self::Revocation(revocation) => {
                e.array(4)?.u8(VERSION)?.bytes(revocation.certificate.as_bytes())?;
                write_checkpoints(&revocation.stands, e)?;
                revocation.adopted.write(e)
            }
            Self::Withdrawal(withdrawal) => {
                e.array(4)?.u8(VERSION)?.bytes(withdrawal.organisation.as_bytes())?;
                match withdrawal.words {
                    Some(place) => e.u32(place)?.ok()?,
                    None => e.null()?.ok()?,
                }
                write_checkpoints(&withdrawal.stands, e)
            }
        })
    }

    /// Reads the ending of an act; accepts exactly what [`Ending::encode`] writes.
    ///
    /// # Errors
    /// [`Malformed`] if the act ends nothing or the bytes are not such a statement.
    pub fn decode(act: Act, bytes: &[u8]) -> Result<Self, Malformed> {
        let what = "statement that ends something";
        let mut r = Reader::new(bytes, what);
        r.array_of(4)?;
        if r.u8()? != VERSION {
            return Err(r.malformed());
        }
        let ending = match act {
            Act::Revocation => Self::Revocation(Revocation {
                certificate: ChangeId::from_bytes(r.array()?),
                stands: read_checkpoints(&mut r)?,
                adopted: Ids::read(&mut r, ADOPTED_MAX)?,
            }),
            Act::Withdrawal => Self::Withdrawal(Withdrawal {
                organisation: OrganisationId::from_bytes(r.array()?),
                words: if r.null() { None } else { Some(r.u32()?) },
                stands: read_checkpoints(&mut r)?,
            }),
            _ => return Err(r.malformed()),
        };
        r.end()?;
        cbor::exactly(bytes, &ending.encode(), what)?;
        Ok(ending)
    }
}

fn write_checkpoints(checkpoints: &[Checkpoint], e: &mut Encoder) -> Written {
    e.array(checkpoints.len() as u64)?;
    checkpoints.iter().try_for_each(|checkpoint| checkpoint.write(e))
}

fn read_checkpoints(r: &mut Reader<'_>) -> Result<Vec<Checkpoint>, Malformed> {
    let count = r.array_up_to(CHECKPOINTS_MAX)?;
    let checkpoints = (0..count).map(|_| Checkpoint::read(r)).collect::<Result<Vec<_>, _>>()?;
    let ascends = checkpoints.is_sorted_by(|one, two| one < two);
    if ascends { Ok(checkpoints) } else { Err(r.malformed()) }
}
