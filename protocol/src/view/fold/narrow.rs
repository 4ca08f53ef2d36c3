//! Counting where one axis has at most 63 values: what a report has there is one word of bits.
//!
//! Reports are counted by (set of bits, position on the long axis) and spread out to bits at the end.

use std::collections::BTreeMap;

use super::super::axis::Axis;
use super::super::columns::Columns;
use super::super::query::Filters;
use super::super::rounding::{Sum, Tally};
use super::super::scan::{Met, scan};
use super::enough::{Open, SHORT_MAX, positions};
use super::{Counts, Needs};

/// Most counters of reports (sets by positions of the long axis); beyond it the other way of counting is better.
const COUNTERS_MAX: usize = 1 << 20;

/// What it costs that reports have several positions on the long axis, in counters: as much as a table that fills the nearer
/// caches.
const SEVERAL_COST: usize = 1 << 15;

/// The short axis: each key is a set of positions.
struct Sets {
    /// The number of each key's set.
    of_key: Vec<u32>,
    /// The sets, as bits.
    bits: Vec<u64>,
    positions: usize,
}

impl Sets {
    /// Returns the sets of an axis if it is short enough.
    fn new(axis: &Axis) -> Option<Self> {
        let positions = axis.values.len();
        if positions > SHORT_MAX {
            return None;
        }
        let (mut numbers, mut bits) = (BTreeMap::new(), Vec::new());
        let mut number = |key: usize| {
            let set = axis.positions(key).iter().fold(0u64, |set, position| set | 1 << position);
            *numbers.entry(set).or_insert_with(|| {
                bits.push(set);
                bits.len() as u32 - 1
            })
        };
        let of_key = (0..axis.keys()).map(&mut number).collect();
        Some(Self { of_key, bits, positions })
    }
}

/// Everything that is counted in one pass.
struct Pass<'c> {
    columns: &'c Columns,
    sets: Sets,
    /// How many positions the long axis has.
    long: usize,
    /// Reports, long axis by set.
    cells: Vec<Sum>,
    /// Reports by set, each once.
    by_set: Vec<Sum>,
    open: Open,
}

/// Counts every position of one axis. A short one meets a long one of a single position, and the other way round.
pub(super) fn one_way(columns: &Columns, filters: &Filters, rows: &Axis, needs: &Needs) -> Counts {
    // The cells of the single line are the rows' totals.
    let needs = Needs { cells: needs.rows, columns: needs.rows, rows: needs.total, total: needs.total };
    if let Some(sets) = Sets::new(rows) {
        let mut pass = Pass::new(columns, sets, 1, needs);
        scan(columns, filters, rows, None, |block| {
            block.reports().for_each(|met| pass.meet_at(met, pass.sets.of_key[met.row as usize] as usize));
        });
        return pass.finish().turned();
    }
    let sets = Sets { of_key: Vec::new(), bits: vec![1], positions: 1 };
    let needs = Needs { rows: needs.cells, columns: needs.total, ..needs };
    let mut pass = Pass::new(columns, sets, rows.values.len(), needs);
    scan(columns, filters, rows, None, |block| {
        block.reports().for_each(|met| pass.meet(met, 0, rows, met.row));
    });
    pass.finish()
}

/// Counts every position of both axes; none if neither is short, or too many of its sets occur.
pub(super) fn two_way(
    columns: &Columns,
    filters: &Filters,
    rows: &Axis,
    across: &Axis,
    needs: &Needs,
) -> Option<Counts> {
    // Where both are short, few sets make a smaller table than few positions; and where a report has one position on the
    // long axis it is counted in one place.
    let cost = |sets: &Sets, long: &Axis| {
        sets.bits.len().saturating_mul(long.values.len()) + if long.is_single() { 0 } else { SEVERAL_COST }
    };
    let down = Sets::new(rows).map(|sets| (cost(&sets, across), sets));
    let over = Sets::new(across).map(|sets| (cost(&sets, rows), sets));
    let rows_are_long = match (&down, &over) {
        (Some((down, _)), Some((over, _))) => over < down,
        (None, _) => true,
        (Some(_), None) => false,
    };
    let ((_, sets), long) = if rows_are_long { (over?, rows) } else { (down?, across) };
    if sets.bits.len().saturating_mul(long.values.len()) > COUNTERS_MAX {
        return None;
    }
    let mut pass = Pass::new(columns, sets, long.values.len(), if rows_are_long { *needs } else { needs.turned() });
    scan(columns, filters, rows, Some(across), |block| {
        for met in block.reports() {
            let (short_key, long_key) = if rows_are_long { (met.column, met.row) } else { (met.row, met.column) };
            let set = pass.sets.of_key[short_key as usize] as usize;
            pass.meet(met, set, long, long_key);
        }
    });
    let counts = pass.finish();
    Some(if rows_are_long { counts } else { counts.turned() })
}

impl<'c> Pass<'c> {
    fn new(columns: &'c Columns, sets: Sets, long: usize, needs: Needs) -> Self {
        Self {
            columns,
            long,
            cells: vec![Sum::default(); sets.bits.len() * long],
            by_set: vec![Sum::default(); sets.bits.len()],
            open: Open::new(sets.positions, long, needs),
            sets,
        }
    }

    /// Counts a report by the number of its set and its key on the long axis.
    #[inline]
    fn meet(&mut self, met: Met, set: usize, long: &Axis, key: u32) {
        self.by_set[set].add(met.sum);
        long.each(key, |long| self.note(met, set, long));
    }

    /// Counts a report on a long axis of one position.
    #[inline]
    fn meet_at(&mut self, met: Met, set: usize) {
        self.by_set[set].add(met.sum);
        self.note(met, set, 0);
    }

    #[inline]
    fn note(&mut self, met: Met, set: usize, long: usize) {
        self.cells[long * self.sets.bits.len() + set].add(met.sum);
        let bits = self.sets.bits[set];
        if self.open.concerns(long, bits) {
            self.open.meet(long, bits, met.author, self.columns.organisation_of(met.author));
        }
    }

    /// Spreads sets to positions. The table is long by short.
    fn finish(self) -> Counts {
        let (short, long) = (self.sets.positions, self.long);
        let mut cells = vec![Sum::default(); long * short];
        let mut longs = vec![Sum::default(); long];
        for (at, sums) in self.cells.chunks_exact(self.sets.bits.len().max(1)).enumerate() {
            let cells = &mut cells[at * short..][..short];
            for (sum, set) in sums.iter().zip(&self.sets.bits).filter(|(sum, _)| sum.reports() > 0) {
                longs[at].add(*sum);
                positions(*set).for_each(|position| cells[position].add(*sum));
            }
        }
        let mut shorts = vec![Sum::default(); short];
        let mut total = Sum::default();
        for (sum, set) in self.by_set.iter().zip(&self.sets.bits) {
            total.add(*sum);
            positions(*set).for_each(|position| shorts[position].add(*sum));
        }
        let open = &self.open;
        let tally = |sum: Sum, is_enough: bool| Tally { sum, is_enough };
        let longs = longs.iter().enumerate().map(|(at, sum)| tally(*sum, open.long(at))).collect();
        let shorts = shorts.iter().enumerate().map(|(at, sum)| tally(*sum, open.short(at))).collect();
        let total = tally(total, open.total());
        let places = (0..long).flat_map(|at| (0..short).map(move |at_short| (at, at_short)));
        let cells = places.zip(cells).map(|((at, at_short), sum)| tally(sum, open.cell(at, at_short))).collect();
        Counts { cells, rows: longs, columns: shorts, total }
    }
}
