//! Which counts of a table are hidden, such that none of them can be worked out again from those that are shown.
//!
//! 1. **Primary**: what the rules do not allow is hidden, margins too. A cell never has more reports, organisations or authors
//!    than its margins, so where a margin is hidden the whole line is.
//! 2. **Lines**: where a line (a row or a column with its margin) hides something, it hides at least two counts, and what
//!    they make together, which margin minus shown cells gives away, passes the rules itself.
//! 3. **Audit** ([`audit`]): over the whole table, margins included, each hidden count must be able to be another one
//!    without any shown count changing. Where one cannot, more is hidden, until all can.
//!
//! What is hidden to protect others is, for the audit, first a zero of the line, then the smallest count, first among those
//! whose other line already hides something; ties go by position. Same table, same choice. Zeros help: since any hidden
//! count may be one, a hidden one is no longer known to be there at all, and larger counts need not be hidden for its sake.
//! In the worst case everything ends up hidden, and then nothing can be worked out: so it ends, and ends well.
//!
//! **Facets with several values a report** (theme, county, municipality) do not add up: a margin is at least the largest and
//! at most the sum of its parts. They are treated as if they did add up, which assumes a reader who knows more than the
//! table tells; and no part may be taken to exceed its margin.
//!
//! **In a table by organisation** each author is in one line, so authors add up as reports do, and their hidden numbers are
//! guarded in the same way. The number of organisations in a cell is not: it is one, or public knowledge.
//!
//! **What this does not do.** It looks at one table. Who may ask for many tables with overlapping filters can subtract one
//! from another; whoever publishes must publish a fixed set of tables, not an open query. And an organisation knows its own
//! reports: in a cell of two organisations each can work out the other's count. Stricter `organisations_min` is the remedy.

#[cfg(test)]
mod attacker;
mod audit;

use std::collections::BTreeSet;

use super::fold::{Table, Tally};
use super::rules::Applied;

/// Most cells tried one by one in [`Lattice::may_say_at_least`]; each try is an audit of the whole table.
const TRIES_MAX: usize = 64;

/// A row or a column of the lattice, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Row(usize),
    Column(usize),
}

/// A table with its margins: the last row holds the column totals, the last column the row totals, the corner the total. A
/// table of one facet is a single column.
#[derive(Debug, Clone)]
pub(super) struct Lattice {
    height: usize,
    width: usize,
    tallies: Vec<Tally>,
    hidden: Vec<bool>,
    hidden_in_row: Vec<u32>,
    hidden_in_column: Vec<u32>,
    /// What a reader knows each hidden count to be at least: nothing, or what has been said of it.
    floors: Vec<u64>,
    is_by_organisation: bool,
}

/// Hides what must be hidden, in a table with or without an axis that tells organisations apart.
pub(super) fn suppress(table: &Table, rules: &Applied, is_by_organisation: bool) -> Lattice {
    let mut lattice = Lattice::new(table, is_by_organisation);
    for place in 0..lattice.tallies.len() {
        let tally = lattice.tallies[place];
        if tally.reports > 0 && !rules.allow(tally.reports, tally.organisations, tally.authors) {
            lattice.hide(place);
        }
    }
    // Few at a time, since one more hidden count often protects several; then twice as many, so that it ends soon.
    let mut a_line = 1u32;
    loop {
        while lattice.close_lines(rules) {}
        if !lattice.close_cycles(a_line) {
            return lattice;
        }
        a_line = a_line.saturating_mul(2);
    }
}

impl Lattice {
    fn new(table: &Table, is_by_organisation: bool) -> Self {
        let width = table.columns.as_ref().map_or(0, Vec::len);
        let mut tallies = Vec::with_capacity((table.rows.len() + 1) * (width + 1));
        for (row, total) in table.row_totals.iter().enumerate() {
            tallies.extend_from_slice(&table.cells[row * width..][..width]);
            tallies.push(*total);
        }
        tallies.extend_from_slice(&table.column_totals);
        tallies.push(table.total);
        let (height, width) = (table.rows.len() + 1, width + 1);
        Self {
            height,
            width,
            hidden: vec![false; tallies.len()],
            floors: vec![0; tallies.len()],
            tallies,
            hidden_in_row: vec![0; height],
            hidden_in_column: vec![0; width],
            is_by_organisation,
        }
    }

    /// Returns the count at a row and column, the margins being the last ones; none if it is hidden.
    pub(super) fn shown(&self, row: usize, column: usize) -> Option<Tally> {
        let place = row * self.width + column;
        (!self.hidden[place]).then(|| self.tallies[place])
    }

    /// Returns of which hidden cells, given by row and column, it may be said that they have at least `floor` reports, such
    /// that still no hidden count can be worked out. Where it cannot be said of all, those in the lines concerned are taken
    /// back, and then tried again one by one, as many as [`TRIES_MAX`].
    pub(super) fn may_say_at_least(&self, floor: u64, cells: &BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
        let mut said = cells.clone();
        loop {
            let determined = self.determined_if_said(floor, &said);
            if said.is_empty() || determined.is_empty() {
                break;
            }
            let rows: BTreeSet<_> = determined.iter().map(|place| place / self.width).collect();
            let columns: BTreeSet<_> = determined.iter().map(|place| place % self.width).collect();
            let before = said.len();
            said.retain(|(row, column)| !rows.contains(row) && !columns.contains(column));
            if said.len() == before {
                said.clear();
            }
        }
        let left: Vec<_> = cells.difference(&said).copied().take(TRIES_MAX).collect();
        for cell in left {
            said.insert(cell);
            if !self.determined_if_said(floor, &said).is_empty() {
                said.remove(&cell);
            }
        }
        said
    }

    /// Returns what could be worked out if a reader knew that these cells have at least `floor` reports.
    fn determined_if_said(&self, floor: u64, said: &BTreeSet<(usize, usize)>) -> Vec<usize> {
        let mut lattice = self.clone();
        said.iter().for_each(|(row, column)| lattice.floors[row * lattice.width + column] = floor);
        audit::determined(&lattice)
    }

    const fn is_one_way(&self) -> bool {
        self.width == 1
    }

    fn hide(&mut self, place: usize) {
        self.hidden[place] = true;
        self.hidden_in_row[place / self.width] += 1;
        self.hidden_in_column[place % self.width] += 1;
    }

    fn lines(&self) -> impl Iterator<Item = Line> + use<> {
        // The rows of a table of one facet are single counts, not sums.
        let rows = if self.is_one_way() { 0 } else { self.height };
        (0..rows).map(Line::Row).chain((0..self.width).map(Line::Column))
    }

    /// Returns the places that add up to the margin of a line.
    fn parts(&self, line: Line) -> impl Iterator<Item = usize> + use<> {
        let (start, step, count) = match line {
            Line::Row(row) => (row * self.width, 1, self.width - 1),
            Line::Column(column) => (column, self.width, self.height - 1),
        };
        (0..count).map(move |at| start + at * step)
    }

    /// Returns the place of the margin of a line.
    const fn margin(&self, line: Line) -> usize {
        match line {
            Line::Row(row) => row * self.width + self.width - 1,
            Line::Column(column) => (self.height - 1) * self.width + column,
        }
    }

    fn is_open(&self, place: usize) -> bool {
        !self.hidden[place] && self.tallies[place].reports > 0
    }

    /// Returns a zero of these places to hide: what costs a reader least, and leaves room for what is hidden beside it.
    fn pick_zero(&self, mut places: impl Iterator<Item = usize>) -> Option<usize> {
        places.find(|place| !self.hidden[*place] && self.tallies[*place].reports == 0)
    }

    /// Returns what to hide next among the places of a line: first where the other line already hides something.
    fn pick(&self, places: impl Iterator<Item = usize>, along: Line) -> Option<usize> {
        let opens_a_line = |place: usize| match along {
            Line::Row(_) => self.hidden_in_column[place % self.width] == 0,
            Line::Column(_) => !self.is_one_way() && self.hidden_in_row[place / self.width] == 0,
        };
        places
            .filter(|place| self.is_open(*place))
            .min_by_key(|place| (opens_a_line(*place), self.tallies[*place].reports, *place))
    }

    /// Hides one more count in each line that hides too little. Returns whether any did.
    fn close_lines(&mut self, rules: &Applied) -> bool {
        let mut changed = false;
        for line in self.lines() {
            if let Some(place) = self.lacking(line, rules) {
                self.hide(place);
                changed = true;
            }
        }
        changed
    }

    /// Returns what a line must hide in addition, if it hides too little.
    fn lacking(&self, line: Line, rules: &Applied) -> Option<usize> {
        let (mut count, mut sum, mut open) = (0, Tally::default(), false);
        for place in self.parts(line) {
            open |= self.is_open(place);
            if self.hidden[place] {
                let tally = self.tallies[place];
                count += 1;
                sum.reports += tally.reports;
                // Who stands behind several cells at least stands behind the largest of them.
                sum.organisations = sum.organisations.max(tally.organisations);
                sum.authors = sum.authors.max(tally.authors);
            }
        }
        let margin = self.margin(line);
        let enough = match (count, self.hidden[margin]) {
            (0, margin_hidden) => !margin_hidden,
            (1, false) => false,
            (_, true) => true,
            // With nothing open the hidden ones make the margin, which is shown because it passes.
            (_, false) => !open || rules.allow(sum.reports, sum.organisations, sum.authors),
        };
        if enough {
            return None;
        }
        self.pick(self.parts(line), line).or_else(|| self.is_open(margin).then_some(margin))
    }

    /// Hides one more count for hidden counts that could be worked out, but no more than so many a line. Returns whether
    /// any could.
    fn close_cycles(&mut self, a_line: u32) -> bool {
        let mut in_row = vec![0; self.height];
        let mut in_column = vec![0; self.width];
        let mut changed = false;
        for place in audit::determined(self) {
            let (row, column) = (place / self.width, place % self.width);
            if in_row[row] >= a_line || in_column[column] >= a_line {
                continue;
            }
            let Some(more) = self.companion(place) else { continue };
            self.hide(more);
            changed = true;
            let (more_row, more_column) = (more / self.width, more % self.width);
            in_row[row] += 1;
            in_column[column] += 1;
            in_row[more_row] += u32::from(more_row != row);
            in_column[more_column] += u32::from(more_column != column);
        }
        changed
    }

    /// Returns what to hide beside a hidden count that could be worked out: a zero in its lines, else the smallest count in
    /// its lines, else their margins, else anything.
    fn companion(&self, place: usize) -> Option<usize> {
        let row = Line::Row(place / self.width);
        let column = Line::Column(place % self.width);
        let zero = self.pick_zero(self.parts(row)).or_else(|| self.pick_zero(self.parts(column)));
        if zero.is_some() {
            return zero;
        }
        let along_row = self.pick(self.parts(row), row);
        let along_column = self.pick(self.parts(column), column);
        let smallest = |places: &mut dyn Iterator<Item = usize>| {
            places.filter(|place| self.is_open(*place)).min_by_key(|place| (self.tallies[*place].reports, *place))
        };
        smallest(&mut along_row.into_iter().chain(along_column))
            .or_else(|| smallest(&mut [self.margin(row), self.margin(column)].into_iter()))
            .or_else(|| smallest(&mut (0..self.tallies.len())))
    }
}
