//! One pass over all reports, in blocks that fit in the nearest cache, without branches that depend on data.

use std::ops::Range;

use super::axis::{Axis, Sieve};
use super::columns::Columns;
use super::lines::Lines;
use super::query::Filters;
use super::rounding::Sum;

/// Lines looked at together.
const BLOCK: usize = 256;

/// A report as a scan meets it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met {
    /// By number.
    pub(super) author: u32,
    /// This report alone.
    pub(super) sum: Sum,
    /// Its key on the axis of the rows.
    pub(super) row: u32,
    /// Its key on the axis of the columns; without one it means nothing.
    pub(super) column: u32,
}

/// Reports that pass the filters, column by column.
#[derive(Debug)]
pub(super) struct Block {
    length: usize,
    authors: [u32; BLOCK],
    record_keys: [u32; BLOCK],
    rows: [u32; BLOCK],
    columns: [u32; BLOCK],
}

impl Block {
    /// Returns the author of each report, by number.
    pub(super) fn authors(&self) -> &[u32] {
        &self.authors[..self.length]
    }

    /// Returns the keys on the axis of the rows.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows[..self.length]
    }

    /// Returns the keys on the axis of the columns; without one they mean nothing.
    pub(super) fn columns(&self) -> &[u32] {
        &self.columns[..self.length]
    }

    /// Returns each report.
    #[inline]
    pub(super) fn reports(&self) -> impl Iterator<Item = Met> {
        let keys = self.rows().iter().zip(self.columns());
        let who = self.authors().iter().zip(&self.record_keys[..self.length]);
        who.zip(keys).map(|((author, key), (row, column))| Met {
            author: *author,
            sum: Sum::one(*key),
            row: *row,
            column: *column,
        })
    }
}

/// Goes through all reports that pass the filters, those of one author together, and those of one organisation.
pub(super) fn scan(
    columns: &Columns,
    filters: &Filters,
    rows: &Axis,
    across: Option<&Axis>,
    mut count: impl FnMut(&Block),
) {
    let scanner = Scanner { columns, sieves: Sieve::all(columns, filters), rows, across };
    let zeros = [0; BLOCK];
    let mut block = Block { length: 0, authors: zeros, record_keys: zeros, rows: zeros, columns: zeros };
    for span in columns.spans() {
        for from in span.clone().step_by(BLOCK) {
            scanner.fill(from..span.end.min(from + BLOCK), &mut block);
            count(&block);
        }
    }
}

struct Scanner<'c> {
    columns: &'c Columns,
    sieves: Vec<Sieve>,
    rows: &'c Axis,
    across: Option<&'c Axis>,
}

impl Scanner<'_> {
    fn fill(&self, places: Range<usize>, block: &mut Block) {
        let length = places.len();
        block.length = length;
        block.authors[..length].copy_from_slice(&self.columns.lines.author[places.clone()]);
        block.record_keys[..length].copy_from_slice(&self.columns.lines.record_key[places.clone()]);
        self.rows.source.copy(self.columns, places.clone(), &mut block.rows[..length]);
        if let Some(across) = self.across {
            across.source.copy(self.columns, places.clone(), &mut block.columns[..length]);
        }
        self.sift(places, block);
    }

    /// Keeps what is there and passes the filters.
    fn sift(&self, places: Range<usize>, block: &mut Block) {
        let length = places.len();
        let mut passes = [false; BLOCK];
        for (passes, themes) in passes.iter_mut().zip(&self.columns.lines.themes[places.clone()]) {
            *passes = Lines::is_there(*themes);
        }
        let mut keys = [0; BLOCK];
        for sieve in &self.sieves {
            sieve.source.copy(self.columns, places.clone(), &mut keys[..length]);
            for (passes, key) in passes.iter_mut().zip(&keys[..length]) {
                *passes &= sieve.passes[*key as usize];
            }
        }
        if passes[..length].iter().all(|passes| *passes) {
            return;
        }
        let mut kept = 0;
        for (at, passes) in passes[..length].iter().enumerate() {
            block.authors[kept] = block.authors[at];
            block.record_keys[kept] = block.record_keys[at];
            block.rows[kept] = block.rows[at];
            block.columns[kept] = block.columns[at];
            kept += usize::from(*passes);
        }
        block.length = kept;
    }
}
