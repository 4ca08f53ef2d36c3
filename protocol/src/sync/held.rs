//! The durable changes of one scope, in the three forms in which peers meet them: a digest to compare first, coded symbols to
//! find what differs, and the order in which they are sent.

use crate::catalog::{Catalog, Index};
use crate::id::{NetworkId, ShortId, sha256};
use crate::scope::Scope;

use super::digest::Digest;
use super::sketch::{CELLS_MAX, CELLS_MIN, Cell, Key, Prefix, Snapshot};

/// Returns the key under which all nodes of a network code the changes of a scope.
pub fn shared_key(network: &NetworkId, scope: &Scope) -> Key {
    let scope = crate::cbor::encode(|e| scope.encode(e));
    let hash = sha256(&[b"talkoot/cells/1", network.as_bytes(), &scope]);
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    Key::from_bytes(key)
}

/// A set of changes.
#[derive(Debug)]
pub struct ScopeSet {
    key: Key,
    digest: Digest,
    /// Ascending: the order of the catalog, which is causal.
    order: Vec<Index>,
    /// Kept current from the first comparison on, or from the snapshot taken in at start.
    prefix: Option<Prefix>,
    /// A snapshot of an earlier run, taken in when the set is what it was then.
    awaited: Option<(Digest, Prefix)>,
}

impl ScopeSet {
    /// Makes an empty set, whose symbols are coded under this key.
    pub fn new(key: Key) -> Self {
        Self { key, digest: Digest::default(), order: Vec::new(), prefix: None, awaited: None }
    }

    /// Returns the digest.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the changes in causal order.
    pub fn order(&self) -> &[Index] {
        &self.order
    }

    /// Takes in symbols of an earlier run: they are believed once the set has just that digest again.
    pub fn await_cells(&mut self, digest: Digest, cells: Vec<Cell>) {
        self.awaited = Prefix::kept(self.key, cells).map(|prefix| (digest, prefix));
    }

    /// Adds a change that is not in the set.
    pub fn insert(&mut self, index: Index, catalog: &Catalog) {
        let id = catalog.entry(index).id;
        self.digest.add(&id);
        match self.order.last() {
            Some(last) if *last > index => {
                let at = self.order.partition_point(|held| *held < index);
                self.order.insert(at, index);
            }
            _ => self.order.push(index),
        }
        if let Some(prefix) = &mut self.prefix {
            prefix.insert(&id.short_id());
        }
        if self.awaited.as_ref().is_some_and(|(digest, _)| *digest == self.digest) {
            self.prefix = self.awaited.take().map(|(_, prefix)| prefix);
        }
    }

    /// Takes a change out that is in the set.
    pub fn remove(&mut self, index: Index, catalog: &Catalog) {
        let id = catalog.entry(index).id;
        self.digest.remove(&id);
        if let Ok(at) = self.order.binary_search(&index) {
            self.order.remove(at);
        }
        if let Some(prefix) = &mut self.prefix {
            prefix.remove(&id.short_id());
        }
    }

    /// Returns the coded symbols under the shared key, at least `cells` of them where so many are kept at all.
    ///
    /// Walks the set when it has outgrown its symbols, which happens a few times while it is small and never again.
    pub fn snapshot(&mut self, catalog: &Catalog, cells: usize) -> Snapshot {
        let wanted = self.order.len().next_power_of_two().max(cells).clamp(CELLS_MIN, CELLS_MAX);
        if let Some(prefix) = self.prefix.as_ref().filter(|prefix| prefix.len() >= wanted) {
            return prefix.snapshot();
        }
        let prefix = Prefix::of(self.key, wanted.next_power_of_two(), self.short_ids(catalog));
        let snapshot = prefix.snapshot();
        self.prefix = Some(prefix);
        snapshot
    }

    /// Returns at least so many coded symbols under the shared key without keeping what had to be made for it.
    pub fn peek(&self, catalog: &Catalog, cells: usize) -> Snapshot {
        let kept = self.prefix.as_ref().filter(|prefix| prefix.len() >= cells.min(CELLS_MAX));
        kept.map_or_else(|| self.snapshot_under(self.key, cells, catalog), Prefix::snapshot)
    }

    /// Returns coded symbols under another key, by a walk over the set.
    pub fn snapshot_under(&self, key: Key, cells: usize, catalog: &Catalog) -> Snapshot {
        Prefix::of(key, cells, self.short_ids(catalog)).snapshot()
    }

    /// Returns the symbols kept, with the digest of the set they stand for.
    pub fn kept_prefix(&self) -> Option<(Digest, Snapshot)> {
        Some((self.digest, self.prefix.as_ref()?.snapshot()))
    }

    /// Returns the short ids in causal order.
    pub fn short_ids<'a>(&'a self, catalog: &'a Catalog) -> impl Iterator<Item = ShortId> + 'a {
        self.order.iter().map(|index| catalog.entry(*index).id.short_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{NewEntry, NewPlace};
    use crate::header::Act;
    use crate::id::{ChangeId, OrganisationId};
    use crate::key::PublicKey;
    use crate::scope::Kind;

    fn catalog(count: u32) -> (Catalog, Vec<Index>) {
        let mut catalog = Catalog::default();
        let entry = |number: u32| NewEntry {
            id: ChangeId::from_bytes(sha256(&[&number.to_be_bytes()])),
            place: NewPlace::Begins {
                kind: Kind::Report,
                scope: Scope::Network,
                organisation: OrganisationId::from_bytes([0; 32]),
            },
            act: Act::Change,
            author: PublicKey::from_bytes([1; 32]),
            sequence: 1,
            dependencies: Vec::new(),
            chunk: None,
            bytes: 1,
        };
        let indices = (0..count).map(|number| catalog.insert(entry(number))).collect();
        (catalog, indices)
    }

    fn cells(snapshot: &Snapshot) -> &[Cell] {
        snapshot.cells(0..snapshot.len())
    }

    #[test]
    fn symbols_stay_current_whether_made_kept_or_taken_back() {
        let (catalog, indices) = catalog(300);
        let key = Key::from_bytes([9; 16]);
        let mut grown = ScopeSet::new(key);
        indices[..100].iter().for_each(|index| grown.insert(*index, &catalog));
        grown.snapshot(&catalog, 0);
        let (digest, kept) = grown.kept_prefix().unwrap();
        indices[100..].iter().for_each(|index| grown.insert(*index, &catalog));
        grown.remove(indices[7], &catalog);

        let mut restored = ScopeSet::new(key);
        restored.await_cells(digest, cells(&kept).to_vec());
        indices.iter().for_each(|index| restored.insert(*index, &catalog));
        restored.remove(indices[7], &catalog);
        assert!(restored.kept_prefix().is_some(), "taken back without a walk");

        let mut fresh = ScopeSet::new(key);
        indices.iter().filter(|index| **index != indices[7]).for_each(|index| fresh.insert(*index, &catalog));
        let expected = fresh.snapshot(&catalog, 512);
        assert_eq!(cells(&restored.snapshot(&catalog, 512)), cells(&expected));
        assert_eq!(cells(&grown.snapshot(&catalog, 512)), cells(&expected));
        assert_eq!(grown.order(), fresh.order());
        assert_eq!(grown.digest(), fresh.digest());
    }

    #[test]
    fn symbols_of_another_set_are_not_believed() {
        let (catalog, indices) = catalog(50);
        let mut set = ScopeSet::new(Key::from_bytes([9; 16]));
        set.await_cells(Digest::default(), vec![Cell::default(); 64]);
        let mut other = Digest::default();
        other.add(&ChangeId::from_bytes([1; 32]));
        set.await_cells(other, vec![Cell::default(); 64]);
        indices.iter().for_each(|index| set.insert(*index, &catalog));
        assert!(set.kept_prefix().is_none());
    }
}
