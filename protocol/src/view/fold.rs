//! Counting: all reports, one pass, a table of true counts. Nothing here may leave the crate: [`super::rounding`] decides
//! what of it is published.
//!
//! Reports come author by author and organisation by organisation, so that distinct ones are counted by comparing with the
//! last one ([`enough`]), and only until there are enough of them: in a large table nearly every report then costs one
//! addition. Two ways of counting give the same table: [`narrow`] where one axis has few values, which is nearly always,
//! and [`wide`] for the rest (organisations by municipalities).

mod enough;
mod narrow;
mod wide;

use super::axis::Axis;
use super::columns::Columns;
use super::facet::{Facet, Value};
use super::query::{CELLS_MAX, Error, Query};
use super::rounding::Tally;
use super::rules::Applied;

/// True counts of a query, of all values that occur in some report or other.
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

/// What the counts of a table need to be shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    pub(super) cells: Applied,
    pub(super) rows: Applied,
    pub(super) columns: Applied,
    pub(super) total: Applied,
}

impl Needs {
    /// Returns the same with rows for columns.
    const fn turned(&self) -> Self {
        Self { rows: self.columns, columns: self.rows, ..*self }
    }

    /// Returns the same for all.
    pub(super) const fn all(rules: Applied) -> Self {
        Self { cells: rules, rows: rules, columns: rules, total: rules }
    }
}

/// Counts a query.
///
/// # Errors
/// [`Error::SameFacet`], [`Error::TooManyCells`].
pub(super) fn fold(columns: &Columns, query: &Query, needs: &Needs) -> Result<Table, Error> {
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
        None => narrow::one_way(columns, filters, &rows, needs),
        Some(across) => narrow::two_way(columns, filters, &rows, across, needs).unwrap_or_else(|| {
            // Reports come organisation by organisation: as a row, each is a short piece of memory.
            if query.columns == Some(Facet::Organisation) {
                wide::two_way(columns, filters, across, &rows, &needs.turned()).turned()
            } else {
                wide::two_way(columns, filters, &rows, across, needs)
            }
        }),
    };
    Ok(counts.table(rows.values, across.map(|across| across.values)))
}

impl Counts {
    /// Returns the same with rows for columns.
    fn turned(self) -> Self {
        let (height, width) = (self.rows.len(), self.columns.len());
        let places = (0..width).flat_map(|column| (0..height).map(move |row| row * width + column));
        let cells = places.map(|place| self.cells[place]).collect();
        Self { cells, rows: self.columns, columns: self.rows, total: self.total }
    }

    fn table(self, rows: Vec<Value>, across: Option<Vec<Value>>) -> Table {
        Table {
            rows,
            cells: if across.is_some() { self.cells } else { Vec::new() },
            column_totals: if across.is_some() { self.columns } else { Vec::new() },
            columns: across,
            row_totals: self.rows,
            total: self.total,
        }
    }
}

impl Table {
    /// Leaves out rows and columns without reports.
    #[cfg(test)]
    pub(super) fn trimmed(self) -> Self {
        let occurring =
            |totals: &[Tally]| -> Vec<usize> { (0..totals.len()).filter(|at| totals[*at].reports() > 0).collect() };
        let (rows, columns) = (occurring(&self.row_totals), occurring(&self.column_totals));
        let width = self.column_totals.len();
        let cells = rows.iter().flat_map(|row| columns.iter().map(move |column| row * width + *column));
        Self {
            cells: cells.map(|place| self.cells[place]).collect(),
            rows: rows.iter().map(|row| self.rows[*row]).collect(),
            columns: self.columns.map(|values| columns.iter().map(|column| values[*column]).collect()),
            row_totals: rows.iter().map(|row| self.row_totals[*row]).collect(),
            column_totals: columns.iter().map(|column| self.column_totals[*column]).collect(),
            total: self.total,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::links::Assignment;
    use super::super::query::Filters;
    use super::super::row::Row;
    use super::super::rules::Rules;
    use super::super::terms::ThemeSet;
    use super::super::testing::{any_row, count_slowly, links, row};
    use super::*;

    /// Different ones, the cells' weaker than the totals', as in a table by organisation.
    fn needs() -> Needs {
        let [usual, by_organisation] = [false, true].map(|by| Applied::new(&Rules::default(), by));
        Needs { cells: by_organisation, rows: usual, columns: by_organisation, total: usual }
    }

    fn any_query() -> impl Strategy<Value = Query> {
        let facet = || proptest::sample::select(Facet::all());
        let filter = prop_oneof![
            3 => Just(""),
            1 => Just("theme=2,99"),
            1 => Just("county=11,fi;valence=negative,none"),
            1 => Just("municipality=504,509,none;half_year=2025-H2,2026-H1"),
            1 => Just("organisation_kind=ngo,county;kind=wondering,phenomenon"),
            1 => Just("group=young,none;client=heard"),
            1 => Just("met=partly,none,nothing_offered"),
            1 => Just("phenomenon=none"),
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
            columns.relink(&links(first.iter().chain(&then)));
            then.iter().for_each(|row| columns.insert(row));
            let rows: BTreeMap<_, _> = first.into_iter().chain(then).map(|row| (row.document, row)).collect();
            let table = fold(&columns, &query, &needs()).map(Table::trimmed);
            prop_assert_eq!(table, Ok(count_slowly(&rows, &query, &needs())));
        }

        #[test]
        fn both_ways_of_counting_agree(rows in proptest::collection::vec(any_row(), 0..120), query in any_query()) {
            let mut columns = Columns::new(3);
            let assignment = links(&rows);
            columns.extend(rows);
            columns.relink(&assignment);
            let axis = |facet| Axis::new(&columns, facet, &query.filters);
            if let Some(facet) = query.columns {
                let (rows, across) = (axis(query.rows), axis(facet));
                let wide = wide::two_way(&columns, &query.filters, &rows, &across, &needs());
                let turned = wide::two_way(&columns, &query.filters, &across, &rows, &needs().turned()).turned();
                prop_assert_eq!(&turned, &wide);
                prop_assert_eq!(narrow::two_way(&columns, &query.filters, &rows, &across, &needs()), Some(wide));
            }
        }
    }

    #[test]
    fn refuses_one_facet_twice_and_tables_without_end() {
        let mut columns = Columns::new(3);
        columns.insert(&row(1));
        let same = Query::two_way(Facet::Theme, Facet::Theme);
        assert_eq!(fold(&columns, &same, &needs()), Err(Error::SameFacet { facet: Facet::Theme }));
        let themes = |number: u16| ThemeSet::from_bits(1 << (number % 11)).unwrap();
        columns.extend((0..30_000).map(|number| Row { themes: themes(number), ..row(number) }));
        let wide = Query::two_way(Facet::Organisation, Facet::Theme);
        assert!(matches!(fold(&columns, &wide, &needs()), Err(Error::TooManyCells { rows: 30_000, .. })));
        let filtered = Query { filters: "theme=2,5".parse().unwrap(), ..wide };
        assert!(fold(&columns, &filtered, &needs()).is_ok());
    }

    #[test]
    fn a_line_that_is_gone_leaves_no_key_behind() {
        let mut columns = Columns::new(3);
        columns.insert(&row(1));
        columns.insert(&Row { author: row(2).author, half_year: None, ..row(1) });
        for facet in Facet::all() {
            let filters = "half_year=2026-H1,none".parse().unwrap();
            let table = fold(&columns, &Query { filters, ..Query::one_way(*facet) }, &needs()).unwrap().trimmed();
            assert_eq!((table.rows.len(), table.total.reports()), (1, 1), "{facet}");
        }
        columns.relink(&[(row(1).document, [row(9).document].into())].into());
        columns.relink(&[(row(1).document, [row(8).document].into())].into());
        let linked = fold(&columns, &Query::one_way(Facet::Phenomenon), &needs()).unwrap().trimmed().rows;
        assert_eq!(linked, [Value::Phenomenon(row(8).document)]);
        columns.remove(&row(1).document);
        columns.relink(&Assignment::new());
        assert_eq!(fold(&columns, &Query::one_way(Facet::Phenomenon), &needs()).unwrap().rows, []);
        assert_eq!(fold(&columns, &Query::one_way(Facet::HalfYear), &needs()).unwrap().trimmed().rows, []);
    }

    #[test]
    fn nothing_is_a_table_too() {
        let table = fold(&Columns::new(0), &Query::two_way(Facet::County, Facet::HalfYear), &needs()).unwrap();
        assert_eq!((table.rows.len(), table.total), (0, Tally::default()));
    }
}
