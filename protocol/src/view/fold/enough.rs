//! Whether enough organisations and authors stand behind each count of a table.
//!
//! The short axis is bits of one word: a count that lacks someone is *open*. A report is looked at more closely only if it
//! falls in an open count, of its cell, of one of its lines, or of the whole.

use super::super::rules::Applied;
use super::Needs;

/// Most positions of the short axis; one bit is left for the margin.
pub(super) const SHORT_MAX: usize = 63;
/// The bit of the margin of a position of the long axis, and of the total.
const MARGIN: u64 = 1 << SHORT_MAX;

/// Whom a count has met, until there are enough.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Behind {
    organisations: u32,
    authors: u32,
    /// The last author and organisation met, by number and one more.
    author: u32,
    organisation: u32,
}

impl Behind {
    /// Meets an author. Returns whether those met are enough.
    pub(super) fn meet(&mut self, author: u32, organisation: u32, rules: &Applied) -> bool {
        if self.author != author + 1 {
            self.author = author + 1;
            self.authors += 1;
        }
        if self.organisation != organisation + 1 {
            self.organisation = organisation + 1;
            self.organisations += 1;
        }
        rules.is_enough(self.organisations, self.authors)
    }
}

/// What still lacks someone, and whom it has met.
#[derive(Debug)]
pub(super) struct Open {
    short: usize,
    /// By position on the long axis: its open cells, and [`MARGIN`] if it is open itself.
    cells: Vec<u64>,
    /// Positions of the short axis, and [`MARGIN`] for the total.
    lines: u64,
    behind_cells: Vec<Behind>,
    behind_longs: Vec<Behind>,
    behind_shorts: Vec<Behind>,
    behind_total: Behind,
    needs: Needs,
}

impl Open {
    /// Begins with everything open. In `needs` rows are the long axis, columns the short one.
    pub(super) fn new(short: usize, long: usize, needs: Needs) -> Self {
        let all = MARGIN | ((1u64 << short) - 1);
        Self {
            short,
            cells: vec![all; long],
            lines: all,
            behind_cells: vec![Behind::default(); short * long],
            behind_longs: vec![Behind::default(); long],
            behind_shorts: vec![Behind::default(); short],
            behind_total: Behind::default(),
            needs,
        }
    }

    /// Returns whether a report with these bits, at this position of the long axis, falls in something open.
    #[inline]
    pub(super) fn concerns(&self, long: usize, set: u64) -> bool {
        (set | MARGIN) & (self.cells[long] | self.lines) != 0
    }

    /// Lets what is open meet the author of a report.
    #[cold]
    pub(super) fn meet(&mut self, long: usize, set: u64, author: u32, organisation: u32) {
        let Self { short, needs, .. } = *self;
        let mut closed = 0;
        for at in positions(set & self.cells[long] & !MARGIN) {
            let is_enough = self.behind_cells[long * short + at].meet(author, organisation, &needs.cells);
            closed |= u64::from(is_enough) << at;
        }
        if self.cells[long] & MARGIN != 0 && self.behind_longs[long].meet(author, organisation, &needs.rows) {
            closed |= MARGIN;
        }
        self.cells[long] &= !closed;
        let mut closed = 0;
        for at in positions(set & self.lines & !MARGIN) {
            closed |= u64::from(self.behind_shorts[at].meet(author, organisation, &needs.columns)) << at;
        }
        if self.lines & MARGIN != 0 && self.behind_total.meet(author, organisation, &needs.total) {
            closed |= MARGIN;
        }
        self.lines &= !closed;
    }

    /// Returns whether a cell has enough.
    pub(super) fn cell(&self, long: usize, short: usize) -> bool {
        self.cells[long] >> short & 1 == 0
    }

    /// Returns whether a position of the long axis has enough.
    pub(super) fn long(&self, long: usize) -> bool {
        self.cells[long] & MARGIN == 0
    }

    /// Returns whether a position of the short axis has enough.
    pub(super) fn short(&self, short: usize) -> bool {
        self.lines >> short & 1 == 0
    }

    /// Returns whether the whole has enough.
    pub(super) const fn total(&self) -> bool {
        self.lines & MARGIN == 0
    }
}

/// Returns the positions of the bits of a set.
pub(super) fn positions(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let position = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (position < u64::BITS as usize).then_some(position)
    })
}
