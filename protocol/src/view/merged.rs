//! What a query answers: a table in which small counts are not numbers.
//!
//! The JSON form has its keys and lists in one order, so that equal views are equal bytes:
//!
//! ```json
//! {"query": {"rows": "theme", "columns": "county", "filters": {}},
//!  "rules": {"reports_min": 3, "organisations_min": 2, "authors_min": 3},
//!  "rows": ["2", "5"], "columns": ["12"],
//!  "cells": [[{"reports": 7, "organisations": 3, "authors": 6}], [{"reports": "few", "organisations": "few", "authors": "few"}]],
//!  "row_totals": […], "column_totals": […], "total": {…}}
//! ```

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::columns::Columns;
use super::facet::Value;
use super::fold::{Tally, fold};
use super::query::{Error, Query};
use super::rules::{Applied, Rules};
use super::suppress::suppress;
use crate::id::sha256;

/// What stands for a hidden count.
const FEW: &str = "few";

/// A count that may be hidden. There is no way from `Few` to the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// At least one, and hidden: too small itself, or hidden so that another cannot be worked out.
    Few,
    /// The number.
    Shown(u64),
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Few => f.write_str(FEW),
            Self::Shown(count) => count.fmt(f),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Few => serializer.serialize_str(FEW),
            Self::Shown(count) => serializer.serialize_u64(*count),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Word(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(count) => Ok(Self::Shown(count)),
            Either::Word(word) if word == FEW => Ok(Self::Few),
            Either::Word(word) => {
                Err(serde::de::Error::custom(format_args!("expected a number or {FEW:?}, got {word:?}")))
            }
        }
    }
}

/// The counts of one cell: all three are shown or none is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// Reports.
    pub reports: Count,
    /// Different organisations they came from.
    pub organisations: Count,
    /// Different authors; a worker of two organisations is two.
    pub authors: Count,
}

impl Cell {
    /// The cell that says only that it is not empty.
    pub const FEW: Self = Self { reports: Count::Few, organisations: Count::Few, authors: Count::Few };

    /// Returns whether the counts are shown.
    pub fn is_shown(&self) -> bool {
        *self != Self::FEW
    }

    pub(super) fn new(shown: Option<Tally>) -> Self {
        shown.map_or(Self::FEW, |tally| Self {
            reports: Count::Shown(tally.reports),
            organisations: Count::Shown(tally.organisations),
            authors: Count::Shown(tally.authors),
        })
    }
}

/// Many reports as one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedView {
    /// What was asked.
    pub query: Query,
    /// The rules that were applied.
    pub rules: Applied,
    /// Keys of the rows that have reports, in the order of [`Value`].
    pub rows: Vec<String>,
    /// Keys of the columns that have reports, in the order of [`Value`]; empty for a query of one facet.
    pub columns: Vec<String>,
    /// One list per row, one cell per column.
    pub cells: Vec<Vec<Cell>>,
    /// One cell per row; each report once, whatever its columns.
    pub row_totals: Vec<Cell>,
    /// One cell per column; each report once, whatever its rows.
    pub column_totals: Vec<Cell>,
    /// Each report once.
    pub total: Cell,
}

impl Columns {
    /// Answers a query under suppression.
    ///
    /// # Errors
    /// [`Error::SameFacet`] and [`Error::TooManyCells`] for tables that are not answered.
    pub fn view(&self, query: &Query, rules: &Rules) -> Result<MergedView, Error> {
        let table = fold(self, query)?;
        let applied = Applied::new(rules, query.tells_organisations_apart());
        let lattice = suppress(&table, &applied, query.is_by_organisation());
        let keys = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>();
        let cell = |row: usize, column: usize| Cell::new(lattice.shown(row, column));
        let columns = table.columns.as_deref().map(keys).unwrap_or_default();
        let (height, width) = (table.rows.len(), columns.len());
        Ok(MergedView {
            query: query.clone(),
            rules: applied,
            rows: keys(&table.rows),
            cells: (0..height).map(|row| (0..width).map(|column| cell(row, column)).collect()).collect(),
            row_totals: (0..height).map(|row| cell(row, width)).collect(),
            column_totals: (0..width).map(|column| cell(height, column)).collect(),
            total: cell(height, width),
            columns,
        })
    }
}

impl MergedView {
    /// Returns the cell of a row and a column by their keys; a row alone gives its total, a column alone its total, neither
    /// the total. None if the table has no such row or column: then no report is there.
    pub fn cell(&self, row: Option<&str>, column: Option<&str>) -> Option<Cell> {
        let find = |keys: &[String], key: &str| keys.iter().position(|known| known == key);
        match (row, column) {
            (None, None) => Some(self.total),
            (Some(row), None) => self.row_totals.get(find(&self.rows, row)?).copied(),
            (None, Some(column)) => self.column_totals.get(find(&self.columns, column)?).copied(),
            (Some(row), Some(column)) => {
                self.cells.get(find(&self.rows, row)?)?.get(find(&self.columns, column)?).copied()
            }
        }
    }

    /// Returns the JSON form without white space: the canonical bytes of the view.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a view is made of lists, texts and whole numbers")
    }

    /// Returns SHA-256 over `talkoot/view/1` and the canonical bytes: equal where two nodes show the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&[b"talkoot/view/1", self.to_json().as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::facet::Facet;
    use super::super::testing::{any_row, organisation, place, row, worker};
    use super::super::{Query, Row};
    use super::*;

    fn view(rows: impl IntoIterator<Item = Row>, query: &Query) -> MergedView {
        let mut columns = Columns::new(0);
        columns.extend(rows);
        columns.view(query, &Rules::default()).unwrap()
    }

    /// Ten reports of five organisations in Mikkeli, one in Savonlinna.
    fn reports() -> Vec<Row> {
        let report = |number: u16, municipality| Row {
            organisation: organisation(number % 5),
            author: worker(number),
            areas: [place(12, municipality)].into_iter().collect(),
            ..row(number)
        };
        (0..10).map(|number| report(number, 491)).chain([report(10, 740)]).collect()
    }

    #[test]
    fn few_is_a_word_and_not_a_number() {
        let view = view(reports(), &Query::one_way(Facet::Municipality));
        // The lone report is hidden, and Mikkeli with it: the total would tell.
        assert_eq!(view.row_totals, [Cell::FEW, Cell::FEW]);
        assert_eq!(view.total.reports, Count::Shown(11));
        let json = view.to_json();
        assert!(
            json.starts_with(r#"{"query":{"rows":"municipality","filters":{}},"rules":{"reports_min":3,"#),
            "{json}"
        );
        assert!(json.contains(r#""rows":["491","740"],"columns":[],"#), "{json}");
        assert!(json.contains(r#"{"reports":"few","organisations":"few","authors":"few"}"#), "{json}");
        assert_eq!(serde_json::from_str::<MergedView>(&json).unwrap(), view);
        assert!(serde_json::from_str::<Count>(r#""many""#).is_err());
    }

    #[test]
    fn cells_are_found_by_key() {
        let view = view(reports(), &Query::two_way(Facet::Theme, Facet::County));
        let cell = view.cell(Some("2"), Some("12")).unwrap();
        assert_eq!((cell.reports, cell.organisations), (Count::Shown(11), Count::Shown(5)));
        assert_eq!((view.cell(Some("2"), None), view.cell(None, None)), (Some(cell), Some(cell)));
        assert_eq!(view.cell(Some("3"), Some("12")), None);
    }

    #[test]
    fn one_organisation_alone_is_few_unless_asked_for_by_organisation() {
        let rows = || (0..9).map(|number| Row { organisation: organisation(1), ..row(number) });
        let merged = view(rows(), &Query::one_way(Facet::Theme));
        assert_eq!((merged.total, merged.row_totals[0]), (Cell::FEW, Cell::FEW));
        let by_organisation = view(rows(), &Query::one_way(Facet::Organisation));
        assert_eq!(by_organisation.rules.organisations_min, 1);
        assert_eq!(by_organisation.total.reports, Count::Shown(9));
        assert_eq!(by_organisation.rows, [organisation(1).to_string()]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
        #[test]
        fn the_order_of_arrival_does_not_show(
            rows in proptest::collection::vec((any_row(), any::<u32>()), 0..80),
            gone in proptest::collection::vec(any_row(), 0..20),
            facets in (proptest::sample::select(Facet::all()), proptest::sample::select(Facet::all())),
        ) {
            let set: BTreeMap<_, _> = rows.iter().map(|(row, _)| (row.document, row.clone())).collect();
            let query = Query { columns: Some(facets.1).filter(|facet| *facet != facets.0), ..Query::one_way(facets.0) };
            let expected = view(set.values().cloned(), &query);
            let mut shuffled: Vec<_> = set.values().zip(rows.iter().map(|(_, order)| order)).collect();
            shuffled.sort_by_key(|(_, order)| **order);
            let mut columns = Columns::new(77);
            gone.iter().for_each(|row| columns.insert(row));
            gone.iter().for_each(|row| { columns.remove(&row.document); });
            shuffled.iter().for_each(|(row, _)| columns.insert(row));
            let got = columns.view(&query, &Rules::default()).unwrap();
            prop_assert_eq!(got.to_json(), expected.to_json());
            prop_assert_eq!(got.fingerprint(), expected.fingerprint());
        }
    }
}
