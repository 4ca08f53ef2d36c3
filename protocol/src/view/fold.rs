//! Counting: all reports, one pass, a table of true counts. Nothing here may leave the crate: [`super::suppress`] decides
//! what of it is shown.
//!
//! Reports come author by author and organisation by organisation, so that distinct ones are counted by comparing with the
//! last one. Two ways of counting give the same table: [`narrow`] where one axis has few values, which is nearly always,
//! and [`wide`] for the rest (organisations by municipalities).

mod narrow;
mod wide;

use super::axis::Axis;
use super::columns::Columns;
use super::facet::Value;
use super::query::{CELLS_MAX, Error, Query};

/// A true count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) reports: u64,
    pub(super) organisations: u64,
    pub(super) authors: u64,
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

/// Counts of every position of two axes; a missing axis has one position.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    /// Row by row.
    cells: Vec<Tally>,
    rows: Vec<Tally>,
    columns: Vec<Tally>,
    total: Tally,
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
    let across = query.columns.map(|facet| Axis::new(columns, facet, &query.filters));
    let width = across.as_ref().map_or(1, |across| across.values.len());
    if rows.values.len().saturating_mul(width) > CELLS_MAX {
        return Err(Error::TooManyCells { rows: rows.values.len(), columns: width });
    }
    let filters = &query.filters;
    let counts = match &across {
        None => narrow::one_way(columns, filters, &rows),
        Some(across) => narrow::two_way(columns, filters, &rows, across)
            .unwrap_or_else(|| wide::two_way(columns, filters, &rows, across)),
    };
    Ok(counts.table(&rows.values, across.as_ref().map(|across| &across.values[..])))
}

impl Counts {
    /// Keeps the rows and columns that have reports.
    fn table(self, rows: &[Value], across: Option<&[Value]>) -> Table {
        let occurring =
            |totals: &[Tally]| -> Vec<usize> { (0..totals.len()).filter(|at| totals[*at].reports > 0).collect() };
        let width = self.columns.len();
        let (kept_rows, kept_columns) = (occurring(&self.rows), occurring(&self.columns));
        let cells = kept_rows.iter().flat_map(|row| kept_columns.iter().map(move |column| row * width + *column));
        Table {
            rows: kept_rows.iter().map(|row| rows[*row]).collect(),
            columns: across.map(|values| kept_columns.iter().map(|column| values[*column]).collect()),
            cells: if across.is_some() { cells.map(|place| self.cells[place]).collect() } else { Vec::new() },
            row_totals: kept_rows.iter().map(|row| self.rows[*row]).collect(),
            column_totals: match across {
                Some(_) => kept_columns.iter().map(|column| self.columns[*column]).collect(),
                None => Vec::new(),
            },
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::facet::Facet;
    use super::super::query::Filters;
    use super::super::row::Row;
    use super::super::terms::ThemeSet;
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

        #[test]
        fn both_ways_of_counting_agree(rows in proptest::collection::vec(any_row(), 0..120), query in any_query()) {
            let mut columns = Columns::new(3);
            columns.extend(rows);
            let axis = |facet| Axis::new(&columns, facet, &query.filters);
            if let Some(facet) = query.columns {
                let (rows, across) = (axis(query.rows), axis(facet));
                let wide = wide::two_way(&columns, &query.filters, &rows, &across);
                prop_assert_eq!(narrow::two_way(&columns, &query.filters, &rows, &across), Some(wide));
            }
        }
    }

    #[test]
    fn refuses_one_facet_twice_and_tables_without_end() {
        let mut columns = Columns::new(3);
        columns.insert(&row(1));
        let same = Query::two_way(Facet::Theme, Facet::Theme);
        assert_eq!(fold(&columns, &same), Err(Error::SameFacet { facet: Facet::Theme }));
        let themes = |number: u16| ThemeSet::from_bits(1 << (number % 11)).unwrap();
        columns.extend((0..30_000).map(|number| Row { themes: themes(number), ..row(number) }));
        let wide = Query::two_way(Facet::Organisation, Facet::Theme);
        assert!(matches!(fold(&columns, &wide), Err(Error::TooManyCells { rows: 30_000, .. })));
        let filtered = Query { filters: "theme=2,5".parse().unwrap(), ..wide };
        assert!(fold(&columns, &filtered).is_ok());
    }

    #[test]
    fn a_line_that_is_gone_leaves_no_key_behind() {
        let mut columns = Columns::new(3);
        columns.insert(&row(1));
        columns.insert(&Row { author: row(2).author, half_year: None, ..row(1) });
        for facet in Facet::all() {
            let filters = "half_year=2026-H1,none".parse().unwrap();
            let table = fold(&columns, &Query { filters, ..Query::one_way(*facet) }).unwrap();
            assert_eq!((table.rows.len(), table.total.reports), (1, 1), "{facet}");
        }
        columns.remove(&row(1).document);
        assert_eq!(fold(&columns, &Query::one_way(Facet::HalfYear)).unwrap().rows, []);
    }

    #[test]
    fn nothing_is_a_table_too() {
        let table = fold(&Columns::new(0), &Query::two_way(Facet::County, Facet::HalfYear)).unwrap();
        assert_eq!((table.rows.len(), table.total), (0, Tally::default()));
    }
}
