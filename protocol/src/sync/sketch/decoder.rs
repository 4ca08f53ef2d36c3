//! The cells of two sets become their difference, block by block: cells that hold a single id are peeled.
//!
//! What a peer sends may be anything. Each id is found once, at most one for each cell seen, and all ids together are taken
//! out of at most [`STEPS_PER_CELL_MAX`] cells for each cell seen; whatever goes beyond contradicts itself. So no cells keep
//! this busy for longer than `CELLS_MAX · (STEPS_PER_CELL_MAX + 1)` short steps in all blocks together, about a million.
//! Of honest cells it is never quadratic either: what was found waits, ordered by the next cell it lies in.

#[cfg(test)]
mod lies;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::cell::Cell;
use super::error::Error;
use super::key::Key;
use super::mapping::{CELLS_MAX, Mapping};
use super::size::{FIRST_BLOCK_MIN, enough_for, next_block};
use crate::id::ShortId;

/// Most cells that found ids are taken out of, for each cell seen. Of honest cells it is about 14 at most: an id lies in 18 or
/// 19 of 16,384.
pub const STEPS_PER_CELL_MAX: usize = 64;

/// Cells that must have been seen before ids are taken for chosen against the key, in cells.
const ATTACKED_CELLS_MIN: usize = 256;
/// How many times the cells seen may be asked for at once: an estimate from few cells is not worth more.
const STRETCH: usize = 64;

/// What the one set holds and the other does not; both lists ascending, no id twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Ids that the peer says it holds and we do not.
    pub only_theirs: Vec<ShortId>,
    /// Ids that we hold and the peer does not. A liar may name some here that we never had.
    pub only_ours: Vec<ShortId>,
}

/// An id that was found, and how far it was taken out of the cells.
#[derive(Debug)]
struct Found {
    /// 1 when only theirs, -1 when only ours.
    count: i64,
    sum: u128,
    hash: u64,
    rest: Mapping,
}

/// Decodes the difference of two sets from their cells, in as many blocks as it takes.
#[derive(Debug)]
pub struct Decoder {
    key: Key,
    /// Theirs less ours less what was found.
    cells: Vec<Cell>,
    nonzero: usize,
    found: Vec<Found>,
    sums: BTreeSet<u128>,
    /// Next cell and place in `found` of those that reach beyond the cells seen so far.
    waiting: BinaryHeap<Reverse<(usize, usize)>>,
    steps: usize,
    /// Size of their set less size of ours: the count of cell 0.
    apart: i64,
    /// Sum over all cells but the first of what each of them says about the size of the difference.
    spread: f64,
}

impl Decoder {
    /// Begins without cells.
    pub const fn new(key: Key) -> Self {
        Self {
            key,
            cells: Vec::new(),
            nonzero: 0,
            found: Vec::new(),
            sums: BTreeSet::new(),
            waiting: BinaryHeap::new(),
            steps: 0,
            apart: 0,
            spread: 0.0,
        }
    }

    /// Takes the cells that follow those seen so far, theirs and ours, and peels as far as it goes. All cells of a side must
    /// come from one snapshot. After an error the decoder is of no more use.
    ///
    /// # Errors
    /// [`Error::Uneven`] when the two do not match, [`Error::TooMany`] beyond [`CELLS_MAX`], [`Error::Contradiction`] when no
    /// two sets have these cells.
    pub fn add(&mut self, theirs: &[Cell], ours: &[Cell]) -> Result<(), Error> {
        if theirs.len() != ours.len() {
            return Err(Error::Uneven { theirs: theirs.len(), ours: ours.len() });
        }
        let from = self.cells.len();
        let end = from.saturating_add(theirs.len());
        if end > CELLS_MAX {
            return Err(Error::TooMany { end, max: CELLS_MAX });
        }
        self.cells.extend(theirs.iter().zip(ours).map(|(theirs, ours)| theirs.minus(ours)));
        self.measure(from);
        let mut open: Vec<usize> = (from..end).collect();
        self.resume(&mut open)?;
        self.peel(open)
    }

    /// Counts what is not zero in new cells, and notes how widely their counts spread.
    fn measure(&mut self, from: usize) {
        if from == 0 {
            self.apart = self.cells.first().map_or(0, |cell| cell.count);
        }
        for (index, cell) in self.cells.iter().enumerate().skip(from) {
            self.nonzero += usize::from(!cell.is_zero());
            self.spread += spread(index, cell.count, self.apart);
        }
    }

    /// Takes what was found before out of the new cells.
    fn resume(&mut self, open: &mut Vec<usize>) -> Result<(), Error> {
        while let Some(&Reverse((index, place))) = self.waiting.peek() {
            if index >= self.cells.len() {
                break;
            }
            self.waiting.pop();
            self.take_out(place, open)?;
        }
        Ok(())
    }

    /// Looks for single ids in the open cells and in those that each find opens.
    fn peel(&mut self, mut open: Vec<usize>) -> Result<(), Error> {
        while let Some(index) = open.pop() {
            let Some(&cell) = self.cells.get(index).filter(|cell| cell.may_be_single()) else { continue };
            let hash = self.key.hash(&ShortId::from_bytes(cell.sum.to_be_bytes()));
            if hash != cell.check {
                continue;
            }
            let place = self.found.len();
            if place >= self.cells.len() || !self.sums.insert(cell.sum) {
                return Err(Error::Contradiction { index });
            }
            self.found.push(Found { count: cell.count, sum: cell.sum, hash, rest: Mapping::new(hash) });
            self.take_out(place, &mut open)?;
            // What is still there was no id of this cell.
            if self.cells.get(index).is_none_or(|cell| !cell.is_zero()) {
                return Err(Error::Contradiction { index });
            }
        }
        Ok(())
    }

    /// Takes a found id out of all cells seen that it was not taken out of yet; those that may hold a single id then are open.
    fn take_out(&mut self, place: usize, open: &mut Vec<usize>) -> Result<(), Error> {
        let Some(found) = self.found.get_mut(place) else { return Ok(()) };
        let steps_max = self.cells.len() * STEPS_PER_CELL_MAX;
        while let Some(index) = found.rest.next_below(self.cells.len()) {
            let Some(cell) = self.cells.get_mut(index) else { break };
            let before = cell.is_zero();
            cell.add(found.count.wrapping_neg(), found.sum, found.hash);
            self.nonzero = self.nonzero + usize::from(before) - usize::from(cell.is_zero());
            if cell.may_be_single() {
                open.push(index);
            }
            self.steps += 1;
            if self.steps > steps_max {
                return Err(Error::Contradiction { index });
            }
        }
        if found.rest.peek() < CELLS_MAX {
            self.waiting.push(Reverse((found.rest.peek(), place)));
        }
        Ok(())
    }

    /// Returns whether the difference is known: all cells are accounted for.
    pub fn is_complete(&self) -> bool {
        !self.cells.is_empty() && self.nonzero == 0
    }

    /// Returns the number of cells seen.
    pub fn seen(&self) -> usize {
        self.cells.len()
    }

    /// Returns the size of the difference in ids: exactly when it is known, else as the spread of the counts tells.
    ///
    /// Of estimates from 24 cells half are within a quarter of the truth and nearly all within a factor of two; from 1,024
    /// cells nearly all are within a sixth. Ids chosen against the key make it too small, made up cells make it anything.
    pub fn estimate(&self) -> u64 {
        let known = self.found.len() as u64;
        if self.is_complete() {
            return known;
        }
        let mean = self.spread / (self.cells.len().max(2) - 1) as f64;
        known.max(self.apart.unsigned_abs()).max(mean.round() as u64)
    }

    /// Returns how many more cells to ask for, when `available` are all there are of the two sets: what the estimate says is
    /// lacking, and at least a step that is worth a round trip. 0 when it is complete, and when more would not help: all
    /// there are would not do, or they should have done long ago, so that the ids must have been chosen against the key.
    pub fn wanted(&self, available: usize) -> usize {
        let (seen, available) = (self.cells.len(), available.min(CELLS_MAX));
        let enough = enough_for(self.estimate());
        let doubt = available * 4 / seen.isqrt().max(1);
        let hopeless = enough > available + doubt;
        let attacked = seen >= ATTACKED_CELLS_MIN.max(8 * enough);
        if self.is_complete() || hopeless || attacked {
            return 0;
        }
        let lacking = enough.max(FIRST_BLOCK_MIN).saturating_sub(seen).min(seen.max(1) * STRETCH);
        lacking.max(next_block(seen) / 2).min(available.saturating_sub(seen))
    }

    /// Returns what was found: the whole difference when [`Self::is_complete`], else a part of it.
    pub fn finish(self) -> Difference {
        let mut difference = Difference::default();
        for found in self.found {
            let id = ShortId::from_bytes(found.sum.to_be_bytes());
            if found.count > 0 { difference.only_theirs.push(id) } else { difference.only_ours.push(id) }
        }
        difference.only_theirs.sort_unstable();
        difference.only_ours.sort_unstable();
        difference
    }
}

/// Returns what the count of one cell says about the size `d` of the difference. Each id is in cell `i` with probability
/// `p = 2 / (i+2)`, whatever others it is in, so the count deviates from `p · apart` by `sqrt(d · p · (1-p))`; squared and
/// divided by `p · (1-p)` that is `d`.
fn spread(index: usize, count: i64, apart: i64) -> f64 {
    if index == 0 {
        return 0.0;
    }
    let i = index as f64;
    (count as f64 * (i + 2.0) - 2.0 * apart as f64).powi(2) / (2.0 * i)
}
