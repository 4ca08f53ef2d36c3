//! The first cells of one set, kept current at every insert and lent out as they stood.

use std::ops::Range;
use std::sync::Arc;

use super::cell::Cell;
use super::key::Key;
use super::mapping::{CELLS_MAX, CELLS_MIN, Mapping};
use crate::id::ShortId;

/// The first cells of a set that changes. An id in 16,384 cells costs about 18 additions, whatever the size of the set.
#[derive(Debug, Clone)]
pub struct Prefix {
    key: Key,
    cells: Arc<Vec<Cell>>,
}

impl Prefix {
    /// Begins with the empty set. `cells` is taken into [`CELLS_MIN`] to [`CELLS_MAX`].
    pub fn new(key: Key, cells: usize) -> Self {
        Self { key, cells: Arc::new(vec![Cell::default(); cells.clamp(CELLS_MIN, CELLS_MAX)]) }
    }

    /// Builds the first cells of a set of distinct ids, for instance under a fresh key or with more cells than before.
    pub fn of(key: Key, cells: usize, ids: impl IntoIterator<Item = ShortId>) -> Self {
        let mut prefix = Self::new(key, cells);
        ids.into_iter().for_each(|id| prefix.insert(&id));
        prefix
    }

    /// Takes back cells that were kept elsewhere; `None` unless they are as many as a prefix may have.
    pub fn kept(key: Key, cells: Vec<Cell>) -> Option<Self> {
        (CELLS_MIN..=CELLS_MAX).contains(&cells.len()).then(|| Self { key, cells: Arc::new(cells) })
    }

    /// Adds an id that is not in the set. One that is already there would stay in the cells for ever.
    pub fn insert(&mut self, id: &ShortId) {
        self.add(1, id);
    }

    /// Takes out an id that is in the set.
    pub fn remove(&mut self, id: &ShortId) {
        self.add(-1, id);
    }

    fn add(&mut self, count: i64, id: &ShortId) {
        let (sum, hash) = (u128::from_be_bytes(*id.as_bytes()), self.key.hash(id));
        let cells = Arc::make_mut(&mut self.cells);
        let mut mapping = Mapping::new(hash);
        while let Some(cell) = mapping.next_below(cells.len()).and_then(|at| cells.get_mut(at)) {
            cell.add(count, sum, hash);
        }
    }

    /// Returns the number of cells.
    #[expect(clippy::len_without_is_empty, reason = "there is no prefix without cells")]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns the key of the cells.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    /// Returns the cells as they stand, for as long as a peer is served. The first insert after it copies them once.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { key: self.key, cells: Arc::clone(&self.cells) }
    }
}

/// The first cells of one set at one moment; a clone is a pointer.
#[derive(Debug, Clone)]
pub struct Snapshot {
    key: Key,
    cells: Arc<Vec<Cell>>,
}

impl Snapshot {
    /// Returns the cells of a range of indices; what reaches beyond the last cell is left out.
    pub fn cells(&self, range: Range<usize>) -> &[Cell] {
        let end = range.end.min(self.cells.len());
        self.cells.get(range.start.min(end)..end).unwrap_or_default()
    }

    /// Returns the number of cells.
    #[expect(clippy::len_without_is_empty, reason = "there is no prefix without cells")]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns the size of the set: cell 0 counts every id.
    pub fn set_size(&self) -> u64 {
        self.cells.first().map_or(0, |cell| cell.count.unsigned_abs())
    }

    /// Returns the key of the cells.
    pub const fn key(&self) -> &Key {
        &self.key
    }
}
