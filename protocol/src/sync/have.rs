//! Bulk comparing: one side names all it has by keyed hashes of eight bytes, the other streams whatever is not among them.
//!
//! For a side that has little, or lacks much, this is cheaper than coded symbols: 8 bytes for each change it has, instead of
//! about 36 for each it lacks. The key is fresh for each listing, so that nobody can prepare ids that are mistaken for others;
//! the one in 2^64 that is mistaken by accident is found by the next comparison.

use crate::id::ShortId;

use super::sketch::Key;

/// Bytes of one hash.
pub const HASH_BYTES: usize = 8;
/// Most hashes in one message: half a mebibyte.
pub const HASHES_A_PAGE: usize = 65_536;

/// Returns the hashes of ids, in pages.
pub fn pages(key: Key, ids: impl Iterator<Item = ShortId>) -> Vec<Vec<u8>> {
    let mut pages = vec![Vec::new()];
    for id in ids {
        if pages.last().is_none_or(|page| page.len() >= HASHES_A_PAGE * HASH_BYTES) {
            pages.push(Vec::new());
        }
        if let Some(page) = pages.last_mut() {
            page.extend_from_slice(&key.hash(&id).to_be_bytes());
        }
    }
    pages
}

/// The hashes that the other side has named so far.
#[derive(Debug, Default)]
pub struct Listing {
    hashes: Vec<u64>,
}

impl Listing {
    /// Takes a page; returns whether it is one: whole hashes, and not more than `max` in all.
    pub fn add(&mut self, page: &[u8], max: usize) -> bool {
        let (hashes, rest) = page.as_chunks::<HASH_BYTES>();
        if !rest.is_empty() || self.hashes.len() + hashes.len() > max {
            return false;
        }
        self.hashes.extend(hashes.iter().map(|hash| u64::from_be_bytes(*hash)));
        true
    }

    /// Puts the listing in order, to be asked.
    pub fn sorted(mut self) -> Sorted {
        self.hashes.sort_unstable();
        Sorted { hashes: self.hashes }
    }
}

/// A whole listing.
#[derive(Debug)]
pub struct Sorted {
    hashes: Vec<u64>,
}

impl Sorted {
    /// Returns whether the other side named this id.
    pub fn holds(&self, key: Key, id: &ShortId) -> bool {
        self.hashes.binary_search(&key.hash(id)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ChangeId, sha256};

    fn id(number: u32) -> ShortId {
        ChangeId::from_bytes(sha256(&[&number.to_be_bytes()])).short_id()
    }

    #[test]
    fn what_was_named_is_known_and_nothing_else() {
        let key = Key::from_bytes([3; 16]);
        let pages = pages(key, (0..70_000).map(id));
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [65_536 * 8, 4_464 * 8]);
        let mut listing = Listing::default();
        assert!(pages.iter().all(|page| listing.add(page, 70_000)));
        assert!(!listing.add(&[0; 8], 70_000), "too many");
        assert!(!listing.add(&[0; 7], 80_000), "not whole");
        let sorted = listing.sorted();
        assert!((0..70_000).all(|number| sorted.holds(key, &id(number))));
        assert!((70_000..72_000).all(|number| !sorted.holds(key, &id(number))));
    }

    #[test]
    fn nothing_is_one_empty_page() {
        assert_eq!(pages(Key::from_bytes([0; 16]), std::iter::empty()), [Vec::<u8>::new()]);
    }
}
