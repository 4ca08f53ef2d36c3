//! Counting: all reports, one pass, a table of true counts. Nothing here may leave the crate: [`super::suppress`] decides
//! what of it is shown.

use super::axis::{Axis, Expansion};
use super::columns::Columns;
use super::facet::Value;
use super::query::{CELLS_MAX, Error, Query};
use super::scan::{Block, Pairs, scan};

/// A true count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) reports: u64,
    pub(super) organisations: u64,
    pub(super) authors: u64,
}

/// A count in the making; relies on each author's and each organisation's reports coming together.
///
/// Two whole words, because the same few counts are read and written over and over: a processor passes on what it has
/// just written only to a read of the same width.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Reports, and above 32 bits of them authors.
    reports_and_authors: u64,
    /// Organisations, and above 32 bits of them the rank of the last author counted; 0 for none.
    organisations_and_rank: u64,
}

impl Count {
    /// Counts a report of an author of a rank. Without branches: whether an author is new to a cell cannot be guessed.
    #[inline]
    fn meet(&mut self, rank: u32, first_rank: u32) {
        let last_rank = (self.organisations_and_rank >> 32) as u32;
        let organisations = u64::from(self.organisations_and_rank as u32) + u64::from(last_rank < first_rank);
        self.reports_and_authors += 1 + (u64::from(last_rank < rank) << 32);
        self.organisations_and_rank = organisations | u64::from(rank) << 32;
    }

    /// Counts every report of a block.
    fn meet_all(&mut self, block: &Block) {
        block.ranks().iter().zip(block.first_ranks()).for_each(|(rank, first)| self.meet(*rank, *first));
    }

    fn occurs(&self) -> bool {
        self.reports_and_authors > 0
    }

    fn tally(&self) -> Tally {
        Tally {
            reports: u64::from(self.reports_and_authors as u32),
            organisations: u64::from(self.organisations_and_rank as u32),
            authors: self.reports_and_authors >> 32,
        }
    }
}

/// True counts of a query. Rows and columns without reports are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// Ascending.
    pub(super) rows: Vec<Value>,
    /// Ascending; none for a query of one facet.
    pub(super) columns: Option<Vec<Value>>,
    /// Row by row.
    pub(super) cells: Vec<Tally>,
    pub(super) row_totals: Vec<Tally>,
    pub(super) column_totals: Vec<Tally>,
    pub(super) total: Tally,
}

/// Counts a query.
///
/// # Errors
/// [`Error::SameFacet`], [`Error::TooManyCells`].
pub(super) fn fold(columns: &Columns, query: &Query) -> Result<Table, Error> {
    if query.columns == Some(query.rows) {
        return Err(Error::SameFacet { facet: query.rows });
    }
    let rows = Axis::new(columns, query.rows, &query.filters);
    let Some(facet) = query.columns else { return Ok(one_way(columns, query, rows)) };
    let across = Axis::new(columns, facet, &query.filters);
    if rows.values.len().saturating_mul(across.values.len()) > CELLS_MAX {
        return Err(Error::TooManyCells { rows: rows.values.len(), columns: across.values.len() });
    }
    Ok(two_way(columns, query, rows, across))
}

/// Counts reports of a block, each at its place.
fn meet_each(counts: &mut [Count], block: &Block, places: impl Iterator<Item = (usize, usize)>) {
    let (ranks, first_ranks) = (block.ranks(), block.first_ranks());
    places.for_each(|(at, place)| counts[place].meet(ranks[at], first_ranks[at]));
}

fn one_way(columns: &Columns, query: &Query, rows: Axis) -> Table {
    let mut totals = vec![Count::default(); rows.values.len()];
    let mut total = Count::default();
    let mut expansion = Expansion::default();
    scan(columns, &query.filters, &rows, None, |block| {
        total.meet_all(block);
        rows.expand(block.rows(), &mut expansion);
        meet_each(&mut totals, block, expansion.iter());
    });
    let occurs = |entry: &(Value, Count)| entry.1.occurs();
    let lines = rows.values.into_iter().zip(totals).filter(occurs);
    let (rows, row_totals) = lines.map(|(value, count)| (value, count.tally())).unzip();
    Table { rows, columns: None, cells: Vec::new(), row_totals, column_totals: Vec::new(), total: total.tally() }
}

fn two_way(columns: &Columns, query: &Query, rows: Axis, across: Axis) -> Table {
    let width = across.values.len();
    let mut cells = vec![Count::default(); rows.values.len() * width];
    let mut row_totals = vec![Count::default(); rows.values.len()];
    let mut column_totals = vec![Count::default(); width];
    let mut total = Count::default();
    let (mut expansion, mut pairs) = (Expansion::default(), Pairs::default());
    scan(columns, &query.filters, &rows, Some(&across), |block| {
        total.meet_all(block);
        across.expand(block.columns(), &mut expansion);
        meet_each(&mut column_totals, block, expansion.iter());
        let places = pairs.of(block, &rows, &across).map(|(at, row, column)| (at, row * width + column));
        meet_each(&mut cells, block, places);
        meet_each(&mut row_totals, block, pairs.rows());
    });
    let kept_rows: Vec<usize> = (0..row_totals.len()).filter(|row| row_totals[*row].occurs()).collect();
    let kept_columns: Vec<usize> = (0..width).filter(|column| column_totals[*column].occurs()).collect();
    let cell = |row: usize, column: usize| cells[row * width + column].tally();
    Table {
        rows: kept_rows.iter().map(|row| rows.values[*row]).collect(),
        columns: Some(kept_columns.iter().map(|column| across.values[*column]).collect()),
        cells: kept_rows.iter().flat_map(|row| kept_columns.iter().map(|column| cell(*row, *column))).collect(),
        row_totals: kept_rows.iter().map(|row| row_totals[*row].tally()).collect(),
        column_totals: kept_columns.iter().map(|column| column_totals[*column].tally()).collect(),
        total: total.tally(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::facet::Facet;
    use super::super::query::Filters;
    use super::super::testing::{any_row, count_slowly, row};
    use super::*;

    fn any_query() -> impl Strategy<Value = Query> {
        let facet = || proptest::sample::select(Facet::all());
        let filter = prop_oneof![
            3 => Just(""),
            1 => Just("theme=2,99"),
            1 => Just("county=11,fi;valence=negative,none"),
            1 => Just("municipality=504,509,none;half_year=2025-H2,2026-H1"),
            1 => Just("organisation_kind=ngo,county;kind=wondering,phenomenon"),
        ];
        (facet(), facet(), any::<bool>(), filter).prop_map(|(rows, columns, two, filters)| Query {
            rows,
            columns: (two && rows != columns).then_some(columns),
            filters: filters.parse::<Filters>().unwrap(),
        })
    }

    proptest! {
        #[test]
        fn counts_as_the_slow_count_does(
            first in proptest::collection::vec(any_row(), 0..80),
            then in proptest::collection::vec(any_row(), 0..40),
            query in any_query(),
        ) {
            let mut columns = Columns::new(3);
            columns.extend(first.clone());
            then.iter().for_each(|row| columns.insert(row));
            let rows: BTreeMap<_, _> = first.into_iter().chain(then).map(|row| (row.document, row)).collect();
            prop_assert_eq!(fold(&columns, &query), Ok(count_slowly(&rows, &query)));
        }
    }

    #[test]
    fn refuses_one_facet_twice_and_tables_without_end() {
        let mut columns = Columns::new(3);
        columns.insert(&row(1));
        let same = Query::two_way(Facet::Theme, Facet::Theme);
        assert_eq!(fold(&columns, &same), Err(Error::SameFacet { facet: Facet::Theme }));
        columns.extend((0..30_000).map(row));
        let wide = Query::two_way(Facet::Organisation, Facet::Theme);
        assert!(matches!(fold(&columns, &wide), Err(Error::TooManyCells { rows: 30_000, .. })));
        let filtered = Query { filters: "theme=2,5".parse().unwrap(), ..wide };
        assert!(fold(&columns, &filtered).is_ok());
    }

    #[test]
    fn nothing_is_a_table_too() {
        let table = fold(&Columns::new(0), &Query::two_way(Facet::County, Facet::HalfYear)).unwrap();
        assert_eq!((table.rows.len(), table.total), (0, Tally::default()));
    }
}
