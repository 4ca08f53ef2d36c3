//! Comparing by ranges of ids: slower and larger than coded symbols, and it always ends. Used when those have failed, which takes
//! a liar, or somebody who ground ids against them.
//!
//! The method and its messages are those of negentropy, protocol 1 (Meyer, "Range-Based Set Reconciliation", 2022), whose library
//! does the work. All items have time 0, so that they are in the order of their whole ids.

use negentropy::{Id, Negentropy, NegentropyStorageVector};

use crate::id::{ChangeId, ShortId};

/// Most bytes of one round's message.
const ROUND_BYTES: u64 = 256 * 1024;
/// Rounds after which a comparison is given up: an honest one of a million ids, all different, needs fewer.
pub const ROUNDS_MAX: u32 = 1_000;

/// Something that is not a round of comparing by ranges.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a round of comparing by ranges: {reason}")]
pub struct Error {
    /// What the library says.
    pub reason: String,
}

impl From<negentropy::Error> for Error {
    fn from(error: negentropy::Error) -> Self {
        Self { reason: error.to_string() }
    }
}

/// One side of a comparison.
pub struct Ranges {
    side: Negentropy<'static, NegentropyStorageVector>,
    rounds: u32,
}

impl std::fmt::Debug for Ranges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ranges").field("rounds", &self.rounds).finish_non_exhaustive()
    }
}

/// What the asking side learnt in a round.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Ids that only the other side has.
    pub lacking: Vec<ShortId>,
    /// The next round's message; `None` when all is known.
    pub next: Option<Vec<u8>>,
}

impl Ranges {
    /// Takes a set; about 80 bytes and 80 ns an id.
    ///
    /// # Errors
    /// None that a set of ids can cause.
    pub fn new(ids: impl Iterator<Item = ChangeId>) -> Result<Self, Error> {
        let mut storage = NegentropyStorageVector::with_capacity(ids.size_hint().0);
        for id in ids {
            storage.insert(0, Id::from_byte_array(*id.as_bytes()))?;
        }
        storage.seal()?;
        Ok(Self { side: Negentropy::owned(storage, ROUND_BYTES)?, rounds: 0 })
    }

    /// Begins: returns the first round's message.
    ///
    /// # Errors
    /// If it was begun before.
    pub fn begin(&mut self) -> Result<Vec<u8>, Error> {
        Ok(self.side.initiate()?)
    }

    /// Answers a round of the asking side.
    ///
    /// # Errors
    /// If it is none, or there were too many.
    pub fn answer(&mut self, round: &[u8]) -> Result<Vec<u8>, Error> {
        self.count()?;
        Ok(self.side.reconcile(round)?)
    }

    /// Takes the answer to a round.
    ///
    /// # Errors
    /// If it is none, or there were too many.
    pub fn learn(&mut self, round: &[u8]) -> Result<Learnt, Error> {
        self.count()?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let next = self.side.reconcile_with_ids(round, &mut ours, &mut theirs)?;
        let lacking = theirs.iter().map(|id| ChangeId::from_bytes(*id.as_bytes()).short_id()).collect();
        Ok(Learnt { lacking, next })
    }

    fn count(&mut self) -> Result<(), Error> {
        self.rounds += 1;
        if self.rounds > ROUNDS_MAX { Err(Error { reason: "too many rounds".to_owned() }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::id::sha256;

    fn id(number: u32) -> ChangeId {
        ChangeId::from_bytes(sha256(&[&number.to_be_bytes()]))
    }

    /// Compares two sets; returns what the asking side learns that it lacks.
    fn compare(asking: &BTreeSet<u32>, other: &BTreeSet<u32>) -> BTreeSet<ShortId> {
        let mut asking = Ranges::new(asking.iter().copied().map(id)).unwrap();
        let mut other = Ranges::new(other.iter().copied().map(id)).unwrap();
        let mut round = Some(asking.begin().unwrap());
        let mut lacking = BTreeSet::new();
        while let Some(asked) = round {
            let learnt = asking.learn(&other.answer(&asked).unwrap()).unwrap();
            lacking.extend(learnt.lacking);
            round = learnt.next;
        }
        lacking
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn finds_just_what_is_lacking(
            asking in proptest::collection::btree_set(0u32..3_000, 0..600),
            other in proptest::collection::btree_set(0u32..3_000, 0..600),
        ) {
            let expected: BTreeSet<_> = other.difference(&asking).map(|number| id(*number).short_id()).collect();
            prop_assert_eq!(compare(&asking, &other), expected);
        }

        #[test]
        fn garbage_is_an_error_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), version: bool) {
            let mut bytes = bytes;
            if version {
                bytes.insert(0, 0x61);
            }
            let mut side = Ranges::new((0..100).map(id)).unwrap();
            let _error_or_answer = side.answer(&bytes);
            let mut side = Ranges::new((0..100).map(id)).unwrap();
            side.begin().unwrap();
            let _error_or_learnt = side.learn(&bytes);
        }
    }

    #[test]
    fn it_ends() {
        let mut side = Ranges::new((0..10).map(id)).unwrap();
        let mut asking = Ranges::new(std::iter::empty()).unwrap();
        let round = asking.begin().unwrap();
        let answered = (0..2 * ROUNDS_MAX).take_while(|_| side.answer(&round).is_ok()).count();
        assert_eq!(answered as u32, ROUNDS_MAX);
    }
}
