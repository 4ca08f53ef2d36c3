//! The proof that a key said two things in one place: two headers of one chain with one sequence number. It needs nothing beside it: a
//! stranger who knows neither the network nor anybody in it can check it. Pure, and not wired into the engine yet: the act *fork proof* is
//! still refused by name.
//!
//! ```text
//! fork proof = [1, one, other]
//!   one, other  bstr, each a change without its body (docs/protocol.md, "The signed change"); the one with the smaller id first
//! ```

use crate::cbor::{self, Malformed, Reader};
use crate::id::{ChangeId, DocumentId, NetworkId};
use crate::key::PublicKey;
use crate::limits::HEADER_BYTES_MAX;
use crate::signed::{self, Signed, Verified};

/// Version of the encoding.
const VERSION: u8 = 1;
/// Longest change without its body, in bytes.
const HEADER_ONLY_BYTES_MAX: usize = HEADER_BYTES_MAX + 128;

/// Why something proves no fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not a proof.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// One of the two is not a well-signed change.
    #[error(transparent)]
    Signed(#[from] signed::Error),
    /// The two are of different keys, networks or documents, or at different places, or one and the same.
    #[error("the two headers are not two at one place of one chain")]
    NoFork,
}

impl Error {
    /// Returns the stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Signed(signed::Error::Signature(_)) => "signature",
            Self::Malformed(_) | Self::Signed(_) => "malformed",
            Self::NoFork => "no_fork",
        }
    }
}

/// What is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven {
    /// The network.
    pub network: NetworkId,
    /// The key that signed both.
    pub key: PublicKey,
    /// The document in which it did.
    pub document: DocumentId,
    /// The place in its chain.
    pub sequence: u32,
    /// The two ids in ascending order.
    pub changes: [ChangeId; 2],
}

/// Two well-signed headers of one key at one place. Only [`ForkProof::of`] and [`ForkProof::decode`] make one, and both have checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    changes: [Verified; 2],
    proven: Proven,
}

impl ForkProof {
    /// Proves a fork by two changes in any order; bodies are left out.
    ///
    /// # Errors
    /// [`Error::NoFork`].
    pub fn of(one: &Verified, other: &Verified) -> Result<Self, Error> {
        let mut changes = [one.clone().without_body(), other.clone().without_body()];
        changes.sort_by_key(Verified::id);
        let proven = prove(&changes)?;
        Ok(Self { changes, proven })
    }

    /// Returns what is proven.
    pub const fn proven(&self) -> &Proven {
        &self.proven
    }

    /// Returns the deterministic CBOR.
    pub fn encode(&self) -> Vec<u8> {
        let [one, other] = &self.changes;
        cbor::encode(|e| e.array(3)?.u8(VERSION)?.bytes(&one.encode())?.bytes(&other.encode())?.ok())
    }

    /// Reads a proof and checks both signatures; accepts exactly what [`ForkProof::encode`] writes.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Signed`], [`Error::NoFork`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut r = Reader::new(bytes, "fork proof");
        r.array_of(3)?;
        if r.u8()? != VERSION {
            return Err(r.malformed().into());
        }
        let mut change = || -> Result<Verified, Error> {
            let bytes = r.bytes()?;
            if bytes.len() > HEADER_ONLY_BYTES_MAX {
                return Err(r.malformed().into());
            }
            Ok(Signed::decode(bytes)?.verify()?)
        };
        let (one, other) = (change()?, change()?);
        r.end()?;
        let proof = Self::of(&one, &other)?;
        cbor::exactly(bytes, &proof.encode(), "fork proof")?;
        Ok(proof)
    }
}

fn prove(changes: &[Verified; 2]) -> Result<Proven, Error> {
    let [one, other] = changes;
    let place = |change: &Verified| {
        let header = change.header();
        (header.network, header.author, change.document(), header.position.sequence())
    };
    let (network, key, document, sequence) = place(one);
    if place(other) != place(one) || one.id() == other.id() {
        return Err(Error::NoFork);
    }
    Ok(Proven { network, key, document, sequence, changes: [one.id(), other.id()] })
}
