//! What two nodes compare first: three numbers that are equal when two sets of ids are.
//!
//! Count, exclusive or, and sum modulo 2^256 of all ids of a scope; each is kept current by one addition at an insert. Someone
//! who can choose ids may forge equal digests for unequal sets; all that wins is that those two nodes do not see each
//! other's newest changes until the next honest one arrives (docs/protocol.md, "Compare").

use serde::{Deserialize, Serialize};

use crate::cbor::{Encoder, Malformed, Reader, Written};
use crate::id::{ChangeId, sha256};

/// A fingerprint of a set of change ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digest {
    count: u64,
    xor: [u8; 32],
    sum: [u8; 32],
}

impl Digest {
    /// Adds an id that is not in the set yet.
    pub fn add(&mut self, id: &ChangeId) {
        self.count += 1;
        let mut carry = 0u16;
        for at in (0..32).rev() {
            let byte = id.as_bytes()[at];
            self.xor[at] ^= byte;
            let sum = u16::from(self.sum[at]) + u16::from(byte) + carry;
            self.sum[at] = sum as u8;
            carry = sum >> 8;
        }
    }

    /// Takes an id out that is in the set.
    pub fn remove(&mut self, id: &ChangeId) {
        self.count = self.count.saturating_sub(1);
        let mut borrow = 0i16;
        for at in (0..32).rev() {
            let byte = id.as_bytes()[at];
            self.xor[at] ^= byte;
            let difference = i16::from(self.sum[at]) - i16::from(byte) - borrow;
            self.sum[at] = difference as u8;
            borrow = i16::from(difference < 0);
        }
    }

    /// Returns the number of ids.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Returns one printable value for people and tests to compare: SHA-256 over the three numbers.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(sha256(&[b"talkoot/fingerprint/1", &self.count.to_be_bytes(), &self.xor, &self.sum]))
    }

    pub(crate) fn encode(&self, e: &mut Encoder) -> Written {
        e.array(3)?.u64(self.count)?.bytes(&self.xor)?.bytes(&self.sum)?.ok()
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(3)?;
        Ok(Self { count: r.u64()?, xor: r.array()?, sum: r.array()? })
    }
}

/// A digest as one value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        ChangeId::from_bytes(self.0).fmt(f)
    }
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({})", ChangeId::from_bytes(self.0).short())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ChangeId::from_bytes(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ChangeId::deserialize(deserializer).map(|id| Self(*id.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_content_does() {
        let ids: Vec<_> = (0u8..200).map(|n| ChangeId::from_bytes(sha256(&[&[n]]))).collect();
        let of = |ids: &mut dyn Iterator<Item = &ChangeId>| {
            let mut digest = Digest::default();
            ids.for_each(|id| digest.add(id));
            digest
        };
        let forward = of(&mut ids.iter());
        assert_eq!(forward, of(&mut ids.iter().rev()));
        let rest = of(&mut ids.iter().skip(1));
        assert_ne!(forward.fingerprint(), rest.fingerprint());
        let mut without = forward;
        without.remove(&ids[0]);
        assert_eq!(without, rest);
    }
}
