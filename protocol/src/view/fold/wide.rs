//! Counting for axes of any size: each count remembers the last author it met.

use super::super::axis::Axis;
use super::super::columns::Columns;
use super::super::query::Filters;
use super::super::scan::scan;
use super::{Counts, Tally};

/// The place of an author in a scan, from 1.
#[derive(Debug, Clone, Copy, Default)]
struct Rank {
    author: u32,
    /// That of the first author of the same organisation.
    first: u32,
}

/// A count in the making.
///
/// Two whole words, because the same few counts are read and written over and over: a processor passes on what it has
/// just written only to a read of the same width.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Reports, and above 32 bits of them authors.
    reports_and_authors: u64,
    /// Organisations, and above 32 bits of them the rank of the last author met; 0 for none.
    organisations_and_rank: u64,
}

impl Count {
    /// Counts a report of an author of a rank. Without branches: whether an author is new to a cell cannot be guessed.
    #[inline]
    fn meet(&mut self, rank: Rank) {
        let last = (self.organisations_and_rank >> 32) as u32;
        let organisations = u64::from(self.organisations_and_rank as u32) + u64::from(last < rank.first);
        self.reports_and_authors += 1 + (u64::from(last < rank.author) << 32);
        self.organisations_and_rank = organisations | u64::from(rank.author) << 32;
    }

    fn tally(&self) -> Tally {
        Tally {
            reports: u64::from(self.reports_and_authors as u32),
            organisations: u64::from(self.organisations_and_rank as u32),
            authors: self.reports_and_authors >> 32,
        }
    }
}

/// Counts every position of both axes.
pub(super) fn two_way(columns: &Columns, filters: &Filters, rows: &Axis, across: &Axis) -> Counts {
    let width = across.values.len();
    let mut cells = vec![Count::default(); rows.values.len() * width];
    let mut row_totals = vec![Count::default(); rows.values.len()];
    let mut column_totals = vec![Count::default(); width];
    let mut total = Count::default();
    let (mut last, mut last_organisation, mut rank) = (u32::MAX, u32::MAX, Rank::default());
    scan(columns, filters, rows, Some(across), |block| {
        for (author, row_key, column_key) in block.reports() {
            let organisation = columns.organisation_of(author);
            rank.author += u32::from(author != last);
            rank.first = if organisation == last_organisation { rank.first } else { rank.author };
            (last, last_organisation) = (author, organisation);
            total.meet(rank);
            across.each(column_key, |column| column_totals[column].meet(rank));
            rows.each(row_key, |row| {
                row_totals[row].meet(rank);
                across.each(column_key, |column| cells[row * width + column].meet(rank));
            });
        }
    });
    let tallies = |counts: Vec<Count>| counts.iter().map(Count::tally).collect();
    Counts { cells: tallies(cells), rows: tallies(row_totals), columns: tallies(column_totals), total: total.tally() }
}
