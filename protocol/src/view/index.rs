//! A hash table of numbers that lie in somebody else's list: 4 bytes an entry where a map of 32-byte ids takes 40 and more.
//!
//! It never sees the keys: the owner hands it hashes (keyed, since peers choose the keys) and tells entries apart. Open
//! addressing with linear probing, at most two thirds full, removal by shifting back.

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// An empty place.
const EMPTY: u32 = u32::MAX;
/// Fewest places of a table that holds anything.
const PLACES_MIN: usize = 16;

/// Numbers by the hash of what they stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// The numbers; length zero or a power of two.
    places: Vec<u32>,
    length: usize,
    seed: u64,
}

impl Index {
    /// Returns an empty index whose hashes cannot be foreseen by those who do not know the seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// Hashes a key for this index.
    pub(super) fn hash(&self, key: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.seed.hash(&mut hasher);
        key.hash(&mut hasher);
        hasher.finish()
    }

    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// Returns the place and number of the entry with this hash that `is` the one.
    fn locate(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<(usize, u32)> {
        if self.places.is_empty() {
            return None;
        }
        let mut place = hash as usize & self.mask();
        loop {
            match self.places[place] {
                EMPTY => return None,
                number if is(number) => return Some((place, number)),
                _ => place = (place + 1) & self.mask(),
            }
        }
    }

    /// Returns the number with this hash that `is` the one.
    pub(super) fn find(&self, hash: u64, is: impl FnMut(u32) -> bool) -> Option<u32> {
        self.locate(hash, is).map(|(_, number)| number)
    }

    /// Adds a number that is not in the index. `hash_of` gives the hash of every number in it.
    pub(super) fn insert(&mut self, hash: u64, number: u32, hash_of: impl Fn(&Self, u32) -> u64) {
        if (self.length + 1) * 3 > self.places.len() * 2 {
            self.grow(hash_of);
        }
        self.put(hash, number);
        self.length += 1;
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mask = self.mask();
        let mut place = hash as usize & mask;
        while self.places[place] != EMPTY {
            place = (place + 1) & mask;
        }
        self.places[place] = number;
    }

    fn grow(&mut self, hash_of: impl Fn(&Self, u32) -> u64) {
        let twice = vec![EMPTY; (self.places.len() * 2).max(PLACES_MIN)];
        let old = std::mem::replace(&mut self.places, twice);
        for number in old.into_iter().filter(|number| *number != EMPTY) {
            self.put(hash_of(self, number), number);
        }
    }

    /// Takes a number out and returns it, if it is there.
    pub(super) fn remove(
        &mut self,
        hash: u64,
        is: impl FnMut(u32) -> bool,
        hash_of: impl Fn(&Self, u32) -> u64,
    ) -> Option<u32> {
        let (mut hole, removed) = self.locate(hash, is)?;
        let mask = self.mask();
        let mut place = hole;
        loop {
            place = (place + 1) & mask;
            let number = self.places[place];
            if number == EMPTY {
                break;
            }
            // It may fill the hole only if the hole lies between its home and its place.
            let home = hash_of(self, number) as usize & mask;
            if place.wrapping_sub(home) & mask >= place.wrapping_sub(hole) & mask {
                self.places[hole] = number;
                hole = place;
            }
        }
        self.places[hole] = EMPTY;
        self.length -= 1;
        Some(removed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few distinct hashes, so that entries collide, wrap around and shift.
        #[test]
        fn holds_what_a_set_holds(steps in proptest::collection::vec((any::<bool>(), 0..64u32), 0..300)) {
            let hash_of = |_: &Index, number: u32| u64::from(number % 7) * 5 + 11;
            let mut index = Index::new(1);
            let mut model = BTreeSet::new();
            for (add, number) in steps {
                let hash = hash_of(&index, number);
                if !add {
                    let removed = index.remove(hash, |entry| entry == number, hash_of);
                    prop_assert_eq!(removed.is_some(), model.remove(&number));
                } else if model.insert(number) {
                    index.insert(hash, number, hash_of);
                }
                for number in 0..64 {
                    let found = index.find(hash_of(&index, number), |entry| entry == number);
                    prop_assert_eq!(found.is_some(), model.contains(&number));
                }
            }
        }
    }
}
