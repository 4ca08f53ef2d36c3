//! What the hash of an id is keyed with. Two sides can only compare cells made under one key.

use siphasher::sip::SipHasher24;

use crate::id::ShortId;

/// A key of 16 bytes for cells and for keyed hashes of ids. It is no secret between the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// Wraps 16 bytes; for a fresh key they come from the driver's randomness.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns SipHash-2-4 of the 16 bytes of an id under this key.
    pub fn hash(&self, id: &ShortId) -> u64 {
        SipHasher24::new_with_key(&self.0).hash(id.as_bytes())
    }
}
