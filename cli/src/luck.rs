//! Where keys, salts and times of invented organisations come from: from this machine, or all of them from one seed, so that a
//! demonstration can be repeated. Whoever knows the seed knows the keys: for show only.

use talkoot_node::keystore;
use talkoot_protocol::id::sha256;
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::sign::Moment;
use talkoot_protocol::time::Timestamp;

use crate::error::{Error, Result};
use crate::keys;

/// When the clock of a seed begins: 1 August 2026, 6:00 UTC, in milliseconds.
const BEGINNING: u64 = 1_785_564_000_000;
/// By how much it goes on with each signature, in milliseconds.
const STEP: u64 = 1_000;

/// A source of what has to be different each time.
#[derive(Debug, Clone)]
pub(crate) enum Luck {
    /// The system's randomness and clock.
    Fresh,
    /// Everything follows from a seed and how often it was asked.
    Seeded {
        /// The seed.
        seed: [u8; 32],
        /// How often it was asked.
        asked: u64,
    },
}

impl Luck {
    /// Returns what follows from a seed, apart from what follows from it under other names.
    pub(crate) fn seeded(seed: u64, name: &str) -> Self {
        Self::Seeded { seed: sha256(&[b"talkoot/demo/1", &seed.to_be_bytes(), name.as_bytes()]), asked: 0 }
    }

    /// Returns 32 bytes.
    pub(crate) fn bytes(&mut self) -> Result<[u8; 32]> {
        match self {
            Self::Fresh => keystore::fresh_seed().map_err(Error::failed),
            Self::Seeded { seed, asked } => {
                *asked = asked.saturating_add(1);
                Ok(sha256(&[seed, &asked.to_be_bytes()]))
            }
        }
    }

    /// Returns a key.
    pub(crate) fn key(&mut self) -> Result<SecretKey> {
        self.bytes().map(|seed| SecretKey::from_seed(&seed))
    }

    /// Returns the time.
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Fresh => keys::now(),
            Self::Seeded { asked, .. } => Timestamp::from_millis(BEGINNING + STEP.saturating_mul(*asked)),
        }
    }

    /// Returns a salt and the time, for signing.
    pub(crate) fn moment(&mut self) -> Result<Moment> {
        let bytes = self.bytes()?;
        Ok(Moment { claimed: self.now(), salt: std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_each_time_and_never_twice() {
        let (mut one, mut same, mut other) = (Luck::seeded(1, "a"), Luck::seeded(1, "a"), Luck::seeded(1, "b"));
        let first = one.bytes().unwrap();
        assert_eq!((first, one.now()), (same.bytes().unwrap(), same.now()));
        assert!(first != one.bytes().unwrap() && first != other.bytes().unwrap());
        assert!(Luck::Fresh.bytes().unwrap() != Luck::Fresh.bytes().unwrap());
        assert_eq!(one.moment().unwrap().salt.len(), 16);
    }
}
