//! Ed25519 keys and signatures (RFC 8032) under one verification rule, `verify_strict`, everywhere.
//!
//! Other rules (cofactored, batched) accept other sets of signatures: two nodes that used different ones would
//! disagree on what exists (docs/decisions/0003-one-verification-rule.md).

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::id::{NodeId, ParseIdError, sha256};

/// Why a signature was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not a point on the curve, or one of small order.
    #[error("not a usable Ed25519 public key")]
    WeakKey,
    /// The signature does not belong to this key and message.
    #[error("the signature does not fit the key and the signed bytes")]
    BadSignature,
}

/// An Ed25519 public key as 32 bytes; whether it is a usable point is found out by [`PublicKey::verify`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

/// A 64-byte Ed25519 signature, not yet checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// A secret key. Never printed, wiped from memory when dropped.
pub struct SecretKey(SigningKey);

impl PublicKey {
    /// Wraps 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks a signature strictly: its R and S must be canonically encoded, neither R nor the key may be of small order. The
    /// key itself may be in another encoding: its y is read modulo p, as `verify_strict` does.
    ///
    /// # Errors
    /// [`Error::WeakKey`] if the key is unusable, [`Error::BadSignature`] if the signature does not fit.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), Error> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| Error::WeakKey)?;
        if key.is_weak() {
            return Err(Error::WeakKey);
        }
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(message, &signature).map_err(|_| Error::BadSignature)
    }
}

impl From<PublicKey> for NodeId {
    fn from(key: PublicKey) -> Self {
        Self::from_bytes(key.0)
    }
}

impl From<NodeId> for PublicKey {
    fn from(node: NodeId) -> Self {
        Self(*node.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        NodeId::from(*self).fmt(f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", NodeId::from(*self).short())
    }
}

impl FromStr for PublicKey {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        text.parse().map(|id: NodeId| id.into())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NodeId::from(*self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NodeId::deserialize(deserializer).map(Self::from)
    }
}

impl Signature {
    /// Wraps 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Returns the 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(64 bytes)")
    }
}

impl SecretKey {
    /// Makes the key of a 32-byte seed; the caller answers for its randomness.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Returns the seed, to be stored encrypted.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs deterministically (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {:?})", self.public())
    }
}

/// A promise of a key that is not shown yet: SHA-256 over it. An organisation's record commits to its next root key so
/// that whoever steals the present one cannot name a successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyCommitment([u8; 32]);

impl KeyCommitment {
    /// Commits to a key.
    pub fn to(key: &PublicKey) -> Self {
        Self(sha256(&[b"talkoot/next-key/1", key.as_bytes()]))
    }

    /// Wraps 32 bytes read from a record.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_verifies_and_notices_every_change() {
        let key = SecretKey::from_seed(&[7; 32]);
        let signature = key.sign(b"house");
        assert_eq!(key.public().verify(b"house", &signature), Ok(()));
        assert_eq!(key.public().verify(b"horse", &signature), Err(Error::BadSignature));
        let other = SecretKey::from_seed(&[8; 32]).public();
        assert_eq!(other.verify(b"house", &signature), Err(Error::BadSignature));
    }

    #[test]
    fn refuses_keys_of_small_order() {
        let mut identity = [0u8; 32];
        identity[0] = 1;
        let signature = Signature::from_bytes([0; 64]);
        assert_eq!(PublicKey::from_bytes(identity).verify(b"", &signature), Err(Error::WeakKey));
    }
}
