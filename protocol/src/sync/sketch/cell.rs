//! One coded symbol: the sum of all ids that go into it.

/// A cell: how many ids went in, the exclusive or of them, and the exclusive or of their hashes. All arithmetic wraps, so
/// adding and taking away always cancel, whatever a peer sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// How many ids; of a difference, those only theirs less those only ours.
    pub count: i64,
    /// Exclusive or of the ids, each read as a number of 128 bits, most significant byte first.
    pub sum: u128,
    /// Exclusive or of the hashes of the ids.
    pub check: u64,
}

impl Cell {
    /// Returns this cell less another: a cell of the difference of the two sets.
    pub(super) const fn minus(&self, other: &Self) -> Self {
        Self { count: self.count.wrapping_sub(other.count), sum: self.sum ^ other.sum, check: self.check ^ other.check }
    }

    /// Adds an id (`count` 1) or takes one away (`count` -1).
    pub(super) const fn add(&mut self, count: i64, sum: u128, hash: u64) {
        self.count = self.count.wrapping_add(count);
        self.sum ^= sum;
        self.check ^= hash;
    }

    /// Returns whether nothing is left in it.
    pub(super) const fn is_zero(&self) -> bool {
        self.count == 0 && self.sum == 0 && self.check == 0
    }

    /// Returns whether it may hold a single id; its hash decides.
    pub(super) const fn may_be_single(&self) -> bool {
        self.count == 1 || self.count == -1
    }
}
