//! Counting for axes of any size: each count remembers whom it met until there are enough.

use super::super::axis::Axis;
use super::super::columns::Columns;
use super::super::query::Filters;
use super::super::rounding::{Sum, Tally};
use super::super::rules::Applied;
use super::super::scan::{Met, scan};
use super::enough::Behind;
use super::{Counts, Needs};

/// A count in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    sum: Sum,
    behind: Behind,
    is_enough: bool,
}

impl Count {
    #[inline]
    fn meet(&mut self, met: &Met, organisation: u32, rules: &Applied) {
        self.sum.add(met.sum);
        if !self.is_enough {
            self.is_enough = self.behind.meet(met.author, organisation, rules);
        }
    }

    const fn tally(&self) -> Tally {
        Tally { sum: self.sum, is_enough: self.is_enough }
    }
}

/// Counts every position of both axes.
pub(super) fn two_way(columns: &Columns, filters: &Filters, rows: &Axis, across: &Axis, needs: &Needs) -> Counts {
    let width = across.values.len();
    let mut cells = vec![Count::default(); rows.values.len() * width];
    let mut row_totals = vec![Count::default(); rows.values.len()];
    let mut column_totals = vec![Count::default(); width];
    let mut total = Count::default();
    scan(columns, filters, rows, Some(across), |block| {
        for met in block.reports() {
            let organisation = columns.organisation_of(met.author);
            total.meet(&met, organisation, &needs.total);
            across.each(met.column, |column| column_totals[column].meet(&met, organisation, &needs.columns));
            rows.each(met.row, |row| {
                row_totals[row].meet(&met, organisation, &needs.rows);
                let cells = &mut cells[row * width..][..width];
                across.each(met.column, |column| cells[column].meet(&met, organisation, &needs.cells));
            });
        }
    });
    let tallies = |counts: Vec<Count>| counts.iter().map(Count::tally).collect();
    Counts { cells: tallies(cells), rows: tallies(row_totals), columns: tallies(column_totals), total: total.tally() }
}
