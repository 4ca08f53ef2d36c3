//! The header of a change: who says what sort of thing, about which document, after what. Kept for ever, even when the body
//! is erased; everything that places a change (document, position, parents) is in it and therefore signed.
//!
//! Written as one CBOR map with ascending integer keys (docs/protocol.md, "The header"):
//!
//! ```text
//!  0 version      uint 1           6 author        bstr 32        11 claimed time  uint, ms
//!  1 network      bstr 32          7 certificate   bstr 32 ?      12 body hash     bstr 32
//!  2 act          uint             8 sequence      uint >= 1      13 body length   uint
//!  3 document     bstr 32 ?        9 previous      bstr 32 ?
//!  4 kind         uint ?          10 dependencies  [* bstr 32] ?
//!  5 scope        array ?
//! ```

use std::fmt;

use crate::cbor::{self, Malformed, Reader, Written};
use crate::id::{ChangeId, DocumentId, NetworkId, sha256};
use crate::key::PublicKey;
use crate::limits::{BODY_BYTES_MAX, DEPENDENCIES_MAX, HEADER_BYTES_MAX, SALT_BYTES};
use crate::scope::{Kind, Scope};
use crate::time::Timestamp;

/// The wire version this crate speaks.
pub const VERSION: u8 = 1;

/// Acts below this number must be understood: a node that does not know one refuses the change.
const CRITICAL_BELOW: u16 = 128;

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Changes a document: the body is an automerge change.
    Change,
    /// Says what an organisation is.
    Record,
    /// Lets a key act for an organisation.
    Certificate,
    /// Recognises another organisation.
    Endorsement,
    /// Takes an endorsement back. Reserved in version 1.
    Withdrawal,
    /// Replaces a root key by the one committed to. Reserved in version 1.
    Rotation,
    /// Ends a certificate at a receipt position. Reserved in version 1.
    Revocation,
    /// Lists what an organisation's node admitted. Reserved in version 1.
    Receipt,
    /// Erases bodies. Reserved in version 1.
    Erasure,
    /// Shows two headers of one key at one position. Reserved in version 1.
    ForkProof,
    /// Says where a node is reached.
    Address,
    /// An act this version does not know and need not: kept and passed on.
    Other(u16),
}

/// The known acts and their wire numbers.
const ACTS: [(Act, u16); 11] = [
    (Act::Change, 1),
    (Act::Record, 2),
    (Act::Certificate, 3),
    (Act::Endorsement, 4),
    (Act::Withdrawal, 5),
    (Act::Rotation, 6),
    (Act::Revocation, 7),
    (Act::Receipt, 8),
    (Act::Erasure, 9),
    (Act::ForkProof, 10),
    (Act::Address, 11),
];

impl Act {
    /// Returns the act of a wire number; `None` for an unknown number that must be understood.
    pub fn from_code(code: u16) -> Option<Self> {
        let known = ACTS.iter().find(|(_, number)| *number == code).map(|(act, _)| *act);
        known.or((code >= CRITICAL_BELOW).then_some(Self::Other(code)))
    }

    /// Returns the wire number.
    pub fn code(self) -> u16 {
        match self {
            Self::Other(code) => code,
            known => ACTS.iter().find(|(act, _)| *act == known).map_or(0, |(_, code)| *code),
        }
    }
}

/// Which document a change belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It begins a document of this kind for this audience; its own id names the document.
    Begins {
        /// What sort of document.
        kind: Kind,
        /// For whom.
        scope: Scope,
    },
    /// It continues this document.
    Continues(DocumentId),
}

/// A change's position in the chain of its author key in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The key's first header in this document.
    First,
    /// A later one.
    After {
        /// 2 for the second, and so on.
        sequence: u32,
        /// The id of the header with the sequence number one less.
        previous: ChangeId,
    },
}

impl Position {
    /// Returns the sequence number, from 1.
    pub const fn sequence(&self) -> u32 {
        match self {
            Self::First => 1,
            Self::After { sequence, .. } => *sequence,
        }
    }

    /// Returns the previous header's id, if there is one.
    pub const fn previous(&self) -> Option<ChangeId> {
        match self {
            Self::First => None,
            Self::After { previous, .. } => Some(*previous),
        }
    }
}

/// SHA-256 of a body, salt included.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BodyHash([u8; 32]);

impl BodyHash {
    /// Hashes a whole body: salt, then content.
    pub fn of(body: &[u8]) -> Self {
        Self(sha256(&[body]))
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for BodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyHash({})", ChangeId::from_bytes(self.0).short())
    }
}

/// The signed header of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The network it belongs to.
    pub network: NetworkId,
    /// What it does.
    pub act: Act,
    /// Which document it begins or continues.
    pub place: Place,
    /// The key that signs.
    pub author: PublicKey,
    /// The certificate that lets this key act; none for an organisation's root key.
    pub certificate: Option<ChangeId>,
    /// Its place in the author key's chain in this document.
    pub position: Position,
    /// The changes of the same document it builds on: strictly ascending, at most 64.
    pub dependencies: Vec<ChangeId>,
    /// When the author says it was; shown, never trusted.
    pub claimed: Timestamp,
    /// Commits to the body.
    pub body_hash: BodyHash,
    /// Length of the body, salt included, in bytes.
    pub body_length: u32,
}

/// Why bytes are not a header of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not the deterministic CBOR of a header.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Longer than any header may be.
    #[error("header of {got} bytes, at most {HEADER_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// Of a wire version this node does not speak.
    #[error("wire version {got}, this node speaks {VERSION}")]
    Version {
        /// The version named.
        got: u8,
    },
    /// An act that must be understood and is not.
    #[error("act {got} must be understood and is not known here")]
    UnknownAct {
        /// Its number.
        got: u16,
    },
    /// A kind of document this version does not know.
    #[error("document kind {got} is not known here")]
    UnknownKind {
        /// Its number.
        got: u8,
    },
    /// Dependencies not strictly ascending, or more than 64.
    #[error("dependencies must be at most {DEPENDENCIES_MAX}, each once, in ascending order")]
    Dependencies,
    /// A body longer than allowed or shorter than its salt.
    #[error("body of {got} bytes, allowed are {SALT_BYTES} to {BODY_BYTES_MAX}")]
    BodyLength {
        /// The length named.
        got: u32,
    },
}

impl Header {
    /// Returns the deterministic CBOR of this header.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| self.write(e))
    }

    fn write(&self, e: &mut cbor::Encoder) -> Written {
        let begins = matches!(self.place, Place::Begins { .. });
        let optional = [
            begins, // kind and scope in place of the document id: one entry more
            self.certificate.is_some(),
            self.position.previous().is_some(),
            !self.dependencies.is_empty(),
        ];
        e.map(9 + optional.iter().filter(|present| **present).count() as u64)?;
        e.u8(0)?.u8(VERSION)?.u8(1)?.bytes(self.network.as_bytes())?.u8(2)?.u16(self.act.code())?;
        match &self.place {
            Place::Continues(document) => e.u8(3)?.bytes(document.as_bytes())?.ok()?,
            Place::Begins { kind, scope } => {
                e.u8(4)?.u8(kind.code())?.u8(5)?;
                scope.encode(e)?;
            }
        }
        e.u8(6)?.bytes(self.author.as_bytes())?;
        if let Some(certificate) = &self.certificate {
            e.u8(7)?.bytes(certificate.as_bytes())?;
        }
        e.u8(8)?.u32(self.position.sequence())?;
        if let Some(previous) = self.position.previous() {
            e.u8(9)?.bytes(previous.as_bytes())?;
        }
        if !self.dependencies.is_empty() {
            e.u8(10)?.array(self.dependencies.len() as u64)?;
            for dependency in &self.dependencies {
                e.bytes(dependency.as_bytes())?;
            }
        }
        e.u8(11)?.u64(self.claimed.as_millis())?;
        e.u8(12)?.bytes(self.body_hash.as_bytes())?.u8(13)?.u32(self.body_length)?.ok()
    }

    /// Reads a header; accepts exactly what [`Header::encode`] writes.
    ///
    /// # Errors
    /// Each [`Error`] names what is wrong; nothing beyond 64 dependencies is allocated for hostile bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > HEADER_BYTES_MAX {
            return Err(Error::TooLong { got: bytes.len() });
        }
        let header = Draft::read(bytes)?.finish()?;
        cbor::exactly(bytes, &header.encode(), "header")?;
        Ok(header)
    }
}

const WHAT: Malformed = Malformed { what: "header" };

/// A header while its map is being read.
#[derive(Default)]
struct Draft {
    network: Option<[u8; 32]>,
    act: Option<Act>,
    document: Option<[u8; 32]>,
    kind: Option<Kind>,
    scope: Option<Scope>,
    author: Option<[u8; 32]>,
    certificate: Option<[u8; 32]>,
    sequence: Option<u32>,
    previous: Option<[u8; 32]>,
    dependencies: Vec<ChangeId>,
    claimed: Option<u64>,
    body_hash: Option<[u8; 32]>,
    body_length: Option<u32>,
}

impl Draft {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes, "header");
        let mut draft = Self::default();
        for entry in 0..r.map_up_to(14)? {
            let key = r.u8()?;
            if entry == 0 && key != 0 {
                return Err(WHAT.into());
            }
            draft.entry(key, &mut r)?;
        }
        r.end()?;
        Ok(draft)
    }

    fn entry(&mut self, key: u8, r: &mut Reader<'_>) -> Result<(), Error> {
        match key {
            0 => match r.u8()? {
                VERSION => {}
                got => return Err(Error::Version { got }),
            },
            1 => self.network = Some(r.array()?),
            2 => {
                let code = u16::try_from(r.u32()?).map_err(|_| WHAT)?;
                self.act = Some(Act::from_code(code).ok_or(Error::UnknownAct { got: code })?);
            }
            3 => self.document = Some(r.array()?),
            4 => {
                let code = r.u8()?;
                self.kind = Some(Kind::from_code(code).ok_or(Error::UnknownKind { got: code })?);
            }
            5 => self.scope = Some(Scope::decode(r)?),
            6 => self.author = Some(r.array()?),
            7 => self.certificate = Some(r.array()?),
            8 => self.sequence = Some(r.u32()?),
            9 => self.previous = Some(r.array()?),
            10 => self.dependencies = read_dependencies(r)?,
            11 => self.claimed = Some(r.u64()?),
            12 => self.body_hash = Some(r.array()?),
            13 => self.body_length = Some(r.u32()?),
            _ => return Err(WHAT.into()),
        }
        Ok(())
    }

    fn finish(self) -> Result<Header, Error> {
        let place = match (self.document, self.kind, self.scope) {
            (Some(id), None, None) => Place::Continues(DocumentId::from_bytes(id)),
            (None, Some(kind), Some(scope)) => Place::Begins { kind, scope },
            _ => return Err(WHAT.into()),
        };
        let position = match (self.sequence, self.previous) {
            (Some(1), None) => Position::First,
            (Some(sequence @ 2..), Some(previous)) => {
                Position::After { sequence, previous: ChangeId::from_bytes(previous) }
            }
            _ => return Err(WHAT.into()),
        };
        let body_length = self.body_length.ok_or(WHAT)?;
        if !(SALT_BYTES..=BODY_BYTES_MAX).contains(&(body_length as usize)) {
            return Err(Error::BodyLength { got: body_length });
        }
        Ok(Header {
            network: NetworkId::from_bytes(self.network.ok_or(WHAT)?),
            act: self.act.ok_or(WHAT)?,
            place,
            author: PublicKey::from_bytes(self.author.ok_or(WHAT)?),
            certificate: self.certificate.map(ChangeId::from_bytes),
            position,
            dependencies: self.dependencies,
            claimed: Timestamp::from_millis(self.claimed.ok_or(WHAT)?),
            body_hash: BodyHash(self.body_hash.ok_or(WHAT)?),
            body_length,
        })
    }
}

fn read_dependencies(r: &mut Reader<'_>) -> Result<Vec<ChangeId>, Error> {
    let count = r.array_up_to(DEPENDENCIES_MAX).map_err(|_| Error::Dependencies)?;
    let mut dependencies = Vec::with_capacity(count);
    for _ in 0..count {
        let id = ChangeId::from_bytes(r.array()?);
        if dependencies.last().is_some_and(|last| *last >= id) {
            return Err(Error::Dependencies);
        }
        dependencies.push(id);
    }
    Ok(dependencies)
}
