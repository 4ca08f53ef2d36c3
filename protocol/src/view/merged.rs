//! What a query answers: tables of published counts.
//!
//! The JSON form has its keys and lists in one order, so that equal views are equal bytes:
//!
//! ```json
//! {"query": {"rows": "theme", "columns": "county", "filters": {"half_year": ["2026-H1"]}},
//!  "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
//!  "rows": ["2", "5"], "columns": ["12"],
//!  "slices": [{"of": {"half_year": "2026-H1"}, "cells": [[10], ["few"]],
//!              "row_totals": [15, "few"], "column_totals": [15], "total": 25}]}
//! ```
//!
//! Each number is rounded by itself ([`super::rounding`]): parts need not add up to their total.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::columns::Columns;
use super::facet::{Facet, Value};
use super::fold::{Needs, Table, fold};
use super::query::{CELLS_MAX, Error, Query};
use super::rounding::Tally;
use super::rules::{Applied, Rules};
use crate::id::{OrganisationId, sha256};

/// What stands for a hidden count.
const FEW: &str = "few";

/// A count that may be hidden. There is no way from `Few` to the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// Not enough reports, organisations or authors to be shown; perhaps none.
    Few,
    /// The number: rounded in what is published, exact in what is one's own.
    Shown(u64),
}

impl Count {
    /// Returns whether there is a number other than zero.
    pub const fn is_some(self) -> bool {
        matches!(self, Self::Shown(1..))
    }
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

/// What the numbers of a view are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Rounded, and hidden below these minima.
    Published(Rules),
    /// Exact counts of this organisation's own reports: for itself, not for publishing.
    Own(OrganisationId),
    /// Exact counts of all reports: for tests.
    #[doc(hidden)]
    Exact,
}

impl Basis {
    /// Returns what the counts of a slice need: of those whose cell tells organisations apart, less.
    fn needs(&self, query: &Query, slice: &BTreeMap<Facet, Value>) -> Needs {
        let Self::Published(rules) = self else { return Needs::all(Applied::none()) };
        let fixed = slice.keys().any(|facet| facet.tells_organisations_apart());
        let by_row = fixed || query.rows.tells_organisations_apart();
        let by_column = fixed || query.columns.is_some_and(Facet::tells_organisations_apart);
        Needs {
            cells: Applied::new(rules, by_row || by_column),
            rows: Applied::new(rules, by_row),
            columns: Applied::new(rules, by_column),
            total: Applied::new(rules, fixed),
        }
    }

    /// Returns a count as it is shown.
    fn show(&self, tally: &Tally, rules: &Applied) -> Count {
        match self {
            Self::Published(_) => tally.published(rules).map_or(Count::Few, Count::Shown),
            Self::Own(_) | Self::Exact => Count::Shown(tally.reports()),
        }
    }
}

/// The table of one choice of values of the filters that are no axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Slice {
    /// The values held fast, as keys.
    pub of: BTreeMap<Facet, String>,
    /// One list per row, one count per column; lists are empty for a query of one facet.
    pub cells: Vec<Vec<Count>>,
    /// One count per row: each report once, whatever its columns. Empty if the columns are filtered.
    pub row_totals: Vec<Count>,
    /// One count per column: each report once, whatever its rows. Empty if the rows are filtered, or for a query of one facet.
    pub column_totals: Vec<Count>,
    /// Each report of the slice once; absent if rows or columns are filtered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Count>,
}

/// Many reports as tables of one shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MergedView {
    /// What was asked.
    pub query: Query,
    /// What the numbers are.
    pub basis: Basis,
    /// Keys of the rows that are asked for by a filter, else of those with a number, in the order of [`Value`].
    pub rows: Vec<String>,
    /// Keys of the columns, likewise; empty for a query of one facet.
    pub columns: Vec<String>,
    /// One without filters, else one for each choice of their values, in order.
    pub slices: Vec<Slice>,
}

impl Columns {
    /// Answers a query with published counts.
    ///
    /// # Errors
    /// [`Error::SameFacet`], [`Error::TooManyFacets`], [`Error::TooManySlices`] and [`Error::TooManyCells`] for queries that
    /// are not answered.
    pub fn view(&self, query: &Query, rules: &Rules) -> Result<MergedView, Error> {
        self.tables(query, Basis::Published(*rules))
    }

    /// Answers a query with exact counts of one organisation's reports. Only for that organisation's own people: what is
    /// shown is not for publishing.
    ///
    /// # Errors
    /// As [`Columns::view`].
    pub fn own(&self, query: &Query, organisation: OrganisationId) -> Result<MergedView, Error> {
        self.tables(query, Basis::Own(organisation))
    }

    /// Answers a query with exact counts of all reports, for tests that compare with other programs' counts.
    ///
    /// # Errors
    /// As [`Columns::view`].
    #[doc(hidden)]
    pub fn exact(&self, query: &Query) -> Result<MergedView, Error> {
        self.tables(query, Basis::Exact)
    }

    /// Counts each slice and shows of it what the basis allows.
    fn tables(&self, query: &Query, basis: Basis) -> Result<MergedView, Error> {
        let slices = query.slices()?;
        let mut shown = Vec::with_capacity(slices.len());
        for slice in &slices {
            let mut narrowed = query.of_slice(slice);
            if let Basis::Own(organisation) = basis {
                narrowed.filters = narrowed.filters.within(Facet::Organisation, Value::Organisation(organisation));
            }
            let needs = basis.needs(query, slice);
            let table = fold(self, &narrowed, &needs)?;
            let (rows, columns) = (table.rows.len(), table.columns.as_ref().map_or(1, Vec::len));
            if rows.saturating_mul(columns).saturating_mul(slices.len()) > CELLS_MAX {
                return Err(Error::TooManyCells { rows, columns: columns * slices.len() });
            }
            shown.push(Shown::new(query, table, slice, &needs, basis));
        }
        let rows = listed(query, query.rows, shown.iter().map(|shown| (&shown.rows[..], shown.rows_with_numbers())));
        let columns = query.columns.map_or(Vec::new(), |facet| {
            listed(query, facet, shown.iter().map(|shown| (&shown.columns[..], shown.columns_with_numbers())))
        });
        let absent = basis.show(&Tally::default(), &Applied::none());
        let keys = |values: &[Value]| values.iter().map(Value::to_string).collect();
        Ok(MergedView {
            query: query.clone(),
            basis,
            rows: keys(&rows),
            columns: keys(&columns),
            slices: shown.iter().map(|shown| shown.slice(&rows, &columns, absent)).collect(),
        })
    }
}

/// One counted table in which every count is as it is shown.
struct Shown {
    of: BTreeMap<Facet, String>,
    /// All values that occur in some report.
    rows: Vec<Value>,
    columns: Vec<Value>,
    cells: Vec<Count>,
    /// As those of [`Slice`].
    row_totals: Vec<Count>,
    column_totals: Vec<Count>,
    total: Option<Count>,
}

impl Shown {
    fn new(query: &Query, table: Table, slice: &BTreeMap<Facet, Value>, needs: &Needs, basis: Basis) -> Self {
        let all = |tallies: &[Tally], rules: &Applied| -> Vec<Count> {
            tallies.iter().map(|tally| basis.show(tally, rules)).collect()
        };
        // Across an axis that shows only some values there is no total: it would be of the union of those.
        let (some_rows, some_columns) = (query.is_partial(Some(query.rows)), query.is_partial(query.columns));
        let unless = |is_partial: bool, counts: Vec<Count>| if is_partial { Vec::new() } else { counts };
        Self {
            of: slice.iter().map(|(facet, value)| (*facet, value.to_string())).collect(),
            cells: all(&table.cells, &needs.cells),
            row_totals: unless(some_columns, all(&table.row_totals, &needs.rows)),
            column_totals: unless(some_rows, all(&table.column_totals, &needs.columns)),
            total: (!some_rows && !some_columns).then(|| basis.show(&table.total, &needs.total)),
            rows: table.rows,
            columns: table.columns.unwrap_or_default(),
        }
    }

    /// Returns for each row whether it has a number that is shown.
    fn rows_with_numbers(&self) -> Vec<bool> {
        let width = self.columns.len();
        let in_cells = |row: usize| self.cells[row * width..][..width].iter().any(|count| count.is_some());
        let in_total = |row: usize| self.row_totals.get(row).is_some_and(|count| count.is_some());
        (0..self.rows.len()).map(|row| in_total(row) || in_cells(row)).collect()
    }

    /// Returns for each column whether it has a number that is shown.
    fn columns_with_numbers(&self) -> Vec<bool> {
        let mut with: Vec<bool> = self.column_totals.iter().map(|count| count.is_some()).collect();
        with.resize(self.columns.len(), false);
        for row in self.cells.chunks_exact(self.columns.len().max(1)) {
            with.iter_mut().zip(row).for_each(|(with, count)| *with |= count.is_some());
        }
        with
    }

    /// Returns the table with these rows and columns.
    fn slice(&self, rows: &[Value], columns: &[Value], absent: Count) -> Slice {
        let places = |values: &[Value], list: &[Value]| -> Vec<Option<usize>> {
            values.iter().map(|value| list.binary_search(value).ok()).collect()
        };
        let (down, across) = (places(rows, &self.rows), places(columns, &self.columns));
        let cell = |row: Option<usize>, column: Option<usize>| {
            row.zip(column).map_or(absent, |(row, column)| self.cells[row * self.columns.len() + column])
        };
        let margin = |places: &[Option<usize>], totals: &[Count]| -> Vec<Count> {
            let count = |place: &Option<usize>| place.and_then(|place| totals.get(place).copied()).unwrap_or(absent);
            places.iter().map(count).collect()
        };
        let is_given = |totals: &[Count], values: &[Value]| values.is_empty() || !totals.is_empty();
        let margin_if = |totals: &[Count], values: &[Value], places: &[Option<usize>]| {
            if is_given(totals, values) { margin(places, totals) } else { Vec::new() }
        };
        Slice {
            of: self.of.clone(),
            cells: down.iter().map(|row| across.iter().map(|column| cell(*row, *column)).collect()).collect(),
            row_totals: margin_if(&self.row_totals, &self.rows, &down),
            column_totals: margin_if(&self.column_totals, &self.columns, &across),
            total: self.total,
        }
    }
}

/// Returns the values of an axis that are listed: those a filter asks for, else those with a number in some slice.
fn listed<'s>(query: &Query, facet: Facet, slices: impl Iterator<Item = (&'s [Value], Vec<bool>)>) -> Vec<Value> {
    if let Some(asked) = query.filters.on(facet) {
        return asked.iter().copied().collect();
    }
    let mut values = Vec::new();
    for (of_slice, with_number) in slices {
        values.extend(of_slice.iter().zip(with_number).filter(|(_, with)| *with).map(|(value, _)| *value));
    }
    values.sort_unstable();
    values.dedup();
    values
}

impl MergedView {
    /// Returns the count of a row and a column of a slice by their keys; a row alone gives its total, a column alone its
    /// total, neither the total. None if the view does not list it.
    pub fn count(&self, slice: usize, row: Option<&str>, column: Option<&str>) -> Option<Count> {
        let find = |keys: &[String], key: &str| keys.iter().position(|known| known == key);
        let slice = self.slices.get(slice)?;
        match (row, column) {
            (None, None) => slice.total,
            (Some(row), None) => slice.row_totals.get(find(&self.rows, row)?).copied(),
            (None, Some(column)) => slice.column_totals.get(find(&self.columns, column)?).copied(),
            (Some(row), Some(column)) => {
                slice.cells.get(find(&self.rows, row)?)?.get(find(&self.columns, column)?).copied()
            }
        }
    }

    /// Returns the JSON form without white space: the canonical bytes of the view.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a view is made of lists, texts and whole numbers")
    }

    /// Returns SHA-256 over `talkoot/view/2` and the canonical bytes: equal where two nodes show the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&[b"talkoot/view/2", self.to_json().as_bytes()])
    }
}

#[cfg(test)]
mod tests;
