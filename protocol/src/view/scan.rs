//! One pass over all reports, in blocks that fit in the nearest cache, without branches that depend on data.

use std::ops::Range;

use super::axis::{Axis, Expansion, Sieve};
use super::columns::{Columns, Lines};
use super::query::Filters;

/// Lines looked at together.
const BLOCK: usize = 256;

/// Reports that pass the filters, column by column.
#[derive(Debug)]
pub(super) struct Block {
    length: usize,
    authors: [u32; BLOCK],
    ranks: [u32; BLOCK],
    first_ranks: [u32; BLOCK],
    rows: [u32; BLOCK],
    columns: [u32; BLOCK],
}

impl Block {
    /// Returns the author of each report, by number.
    pub(super) fn authors(&self) -> &[u32] {
        &self.authors[..self.length]
    }

    /// Returns the author's rank in this scan, from 1: authors come one after another, and so do organisations.
    pub(super) fn ranks(&self) -> &[u32] {
        &self.ranks[..self.length]
    }

    /// Returns the rank of the first author of the same organisation.
    pub(super) fn first_ranks(&self) -> &[u32] {
        &self.first_ranks[..self.length]
    }

    /// Returns the keys on the axis of the rows.
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows[..self.length]
    }

    /// Returns the keys on the axis of the columns; without one they mean nothing.
    pub(super) fn columns(&self) -> &[u32] {
        &self.columns[..self.length]
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
    let sieves = Sieve::all(columns, filters);
    let mut scanner =
        Scanner { columns, sieves, rows, across, author: u32::MAX, organisation: u32::MAX, rank: 0, first: 0 };
    let zeros = [0; BLOCK];
    let mut block = Block { length: 0, authors: zeros, ranks: zeros, first_ranks: zeros, rows: zeros, columns: zeros };
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
    /// The last author and organisation, and their ranks.
    author: u32,
    organisation: u32,
    rank: u32,
    first: u32,
}

impl Scanner<'_> {
    fn fill(&mut self, places: Range<usize>, block: &mut Block) {
        let length = places.len();
        block.length = length;
        block.authors[..length].copy_from_slice(&self.columns.lines.author[places.clone()]);
        self.rank_authors(block);
        self.rows.source.copy(self.columns, places.clone(), &mut block.rows[..length]);
        if let Some(across) = self.across {
            across.source.copy(self.columns, places.clone(), &mut block.columns[..length]);
        }
        self.sift(places, block);
    }

    fn rank_authors(&mut self, block: &mut Block) {
        let (mut last, mut last_organisation, mut rank, mut first) =
            (self.author, self.organisation, self.rank, self.first);
        let ranks = block.ranks.iter_mut().zip(&mut block.first_ranks);
        for (author, (rank_of, first_of)) in block.authors[..block.length].iter().zip(ranks) {
            let organisation = self.columns.organisation_of(*author);
            rank += u32::from(*author != last);
            first = if organisation == last_organisation { first } else { rank };
            (last, last_organisation) = (*author, organisation);
            (*rank_of, *first_of) = (rank, first);
        }
        (self.author, self.organisation, self.rank, self.first) = (last, last_organisation, rank, first);
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
            block.ranks[kept] = block.ranks[at];
            block.first_ranks[kept] = block.first_ranks[at];
            block.rows[kept] = block.rows[at];
            block.columns[kept] = block.columns[at];
            kept += usize::from(*passes);
        }
        block.length = kept;
    }
}

/// Room for the cells of a block's reports.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    rows: Expansion,
    keys: Vec<u32>,
    columns: Expansion,
}

impl Pairs {
    /// Returns each pair of positions of each report: which report, row, column.
    pub(super) fn of(
        &mut self,
        block: &Block,
        rows: &Axis,
        across: &Axis,
    ) -> impl Iterator<Item = (usize, usize, usize)> {
        rows.expand(block.rows(), &mut self.rows);
        self.keys.clear();
        self.keys.extend(self.rows.at().iter().map(|at| block.columns()[*at as usize]));
        across.expand(&self.keys, &mut self.columns);
        let (at, rows) = (self.rows.at(), self.rows.positions());
        self.columns.iter().map(|(nth, column)| (at[nth] as usize, rows[nth] as usize, column))
    }

    /// Returns each row of each report, as of the last call of [`Pairs::of`].
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        self.rows.iter()
    }
}
