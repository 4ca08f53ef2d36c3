//! What is asked of the columns: one or two facets as axes, and others whose values are held fast.
//!
//! A query names at most [`FACETS_MAX`] facets, axes and filters together, so that every number it gives is the published
//! count of one *lattice cell*: the reports that have one given value on each of at most three facets. A filter on an axis
//! says which of its values are shown; a filter on another facet gives one slice, a table of its own, for each of its
//! values. Reports of several values are never counted together: whoever wants that adds published numbers, on facets
//! where each report has one value ([`Facet::adds_up`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::facet::{Facet, Value};
use crate::cbor::Malformed;

/// Most values one filter may list.
pub const FILTER_VALUES_MAX: usize = 1_000;
/// Most facets of one query, axes and filters together.
pub const FACETS_MAX: usize = 3;
/// Most slices of one query; each is a pass over all reports.
pub const SLICES_MAX: usize = 32;
/// Most cells of one query, margins left aside.
pub const CELLS_MAX: usize = 1 << 18;

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Rows and columns would be the same.
    #[error("rows and columns are both {facet}")]
    SameFacet {
        /// The facet.
        facet: Facet,
    },
    /// More facets than a number may hang on.
    #[error("axes and filters together name {} facets ({}), {FACETS_MAX} are the most", facets.len(), keys(facets))]
    TooManyFacets {
        /// The facets.
        facets: Vec<Facet>,
    },
    /// The filters on facets that are no axis list too many values: each is a table of its own.
    #[error("the filters make {slices} tables, {SLICES_MAX} are the most")]
    TooManySlices {
        /// How many there would be.
        slices: usize,
    },
    /// The table would be too large; a filter on one of its facets makes it smaller.
    #[error("a table of {rows} by {columns} cells is more than {CELLS_MAX}")]
    TooManyCells {
        /// How many rows.
        rows: usize,
        /// How many columns.
        columns: usize,
    },
    /// A filter that lets nothing through.
    #[error("the filter on {facet} lists no value")]
    EmptyFilter {
        /// Its facet.
        facet: Facet,
    },
    /// A filter that is too long.
    #[error("the filter on {facet} lists more than {FILTER_VALUES_MAX} values")]
    LongFilter {
        /// Its facet.
        facet: Facet,
    },
    /// A filter with a value that its facet does not have.
    #[error("{facet} has no value {key:?}")]
    UnknownValue {
        /// The facet.
        facet: Facet,
        /// The key that was given, cut to 80 characters.
        key: String,
    },
    /// A filter that is not of the form `facet=value,value`.
    #[error("expected a filter such as theme=2,5, got {got:?}")]
    Filter {
        /// What was given, cut to 80 characters.
        got: String,
        /// What is wrong with it.
        #[source]
        source: Malformed,
    },
}

fn keys(facets: &[Facet]) -> String {
    facets.iter().map(|facet| facet.key()).collect::<Vec<_>>().join(", ")
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Which values are shown: on an axis of the table, only those listed; on another facet, a table for each value listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "BTreeMap<Facet, Vec<String>>", into = "BTreeMap<Facet, Vec<String>>")]
pub struct Filters(BTreeMap<Facet, BTreeSet<Value>>);

impl Filters {
    /// Adds a value, by its key, to those that count on a facet.
    ///
    /// # Errors
    /// [`Error::UnknownValue`] if the facet has no such value, [`Error::LongFilter`] if it lists too many.
    pub fn allow(&mut self, facet: Facet, key: &str) -> Result<(), Error> {
        let value = facet.value(key).map_err(|_| Error::UnknownValue { facet, key: cut(key) })?;
        let values = self.0.entry(facet).or_default();
        values.insert(value);
        if values.len() > FILTER_VALUES_MAX { Err(Error::LongFilter { facet }) } else { Ok(()) }
    }

    /// Adds a filter from text such as `theme=2,5`.
    ///
    /// # Errors
    /// As [`Filters::allow`], and [`Error::Filter`] if the text has another form or names no facet.
    pub fn allow_text(&mut self, text: &str) -> Result<(), Error> {
        let wrong = |source| Error::Filter { got: cut(text), source };
        let (facet, keys) = text.split_once('=').ok_or_else(|| wrong(Malformed { what: "filter" }))?;
        let facet = facet.parse().map_err(wrong)?;
        keys.split(',').try_for_each(|key| self.allow(facet, key))
    }

    /// Returns these filters with a facet held to one value.
    pub(super) fn with(mut self, facet: Facet, value: Value) -> Self {
        self.0.insert(facet, BTreeSet::from([value]));
        self
    }

    /// Returns these filters with nothing let through on a facet but this value, if it was.
    pub(super) fn within(mut self, facet: Facet, value: Value) -> Self {
        self.0.entry(facet).or_insert_with(|| BTreeSet::from([value])).retain(|allowed| *allowed == value);
        self
    }

    /// Returns each facet filtered on with the values that count.
    pub fn iter(&self) -> impl Iterator<Item = (Facet, &BTreeSet<Value>)> {
        self.0.iter().map(|(facet, values)| (*facet, values))
    }

    /// Returns the values that count on a facet; none if all do.
    pub fn on(&self, facet: Facet) -> Option<&BTreeSet<Value>> {
        self.0.get(&facet)
    }
}

impl TryFrom<BTreeMap<Facet, Vec<String>>> for Filters {
    type Error = Error;

    fn try_from(lists: BTreeMap<Facet, Vec<String>>) -> Result<Self, Error> {
        let mut filters = Self::default();
        for (facet, keys) in &lists {
            if keys.is_empty() {
                return Err(Error::EmptyFilter { facet: *facet });
            }
            keys.iter().try_for_each(|key| filters.allow(*facet, key))?;
        }
        Ok(filters)
    }
}

impl From<Filters> for BTreeMap<Facet, Vec<String>> {
    fn from(filters: Filters) -> Self {
        filters.0.into_iter().map(|(facet, values)| (facet, values.iter().map(Value::to_string).collect())).collect()
    }
}

impl FromStr for Filters {
    type Err = Error;

    /// Reads filters such as `theme=2,5;county=12`; the empty text is no filter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut filters = Self::default();
        text.split_terminator(';').try_for_each(|part| filters.allow_text(part))?;
        Ok(filters)
    }
}

impl fmt::Display for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = |(facet, values): (Facet, &BTreeSet<Value>)| {
            let keys: Vec<String> = values.iter().map(Value::to_string).collect();
            format!("{facet}={}", keys.join(","))
        };
        f.write_str(&self.iter().map(one).collect::<Vec<_>>().join(";"))
    }
}

/// A table to be counted: one facet down, perhaps another across.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ViewQuery"))]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The facet of the rows.
    pub rows: Facet,
    /// The facet of the columns; none gives a list of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Facet>,
    /// Which reports count.
    #[serde(default)]
    pub filters: Filters,
}

impl Query {
    /// Asks for one facet of all reports.
    pub fn one_way(rows: Facet) -> Self {
        Self { rows, columns: None, filters: Filters::default() }
    }

    /// Asks for two facets of all reports.
    pub fn two_way(rows: Facet, columns: Facet) -> Self {
        Self { rows, columns: Some(columns), filters: Filters::default() }
    }

    /// Checks what can be checked without the columns.
    ///
    /// # Errors
    /// [`Error::SameFacet`], [`Error::TooManyFacets`], [`Error::TooManySlices`].
    pub fn check(&self) -> Result<(), Error> {
        self.slices().map(drop)
    }

    /// Returns the JSON form without white space: equal for equal questions.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a query is made of texts")
    }

    /// Returns the axes: rows, and columns if there are any.
    fn axes(&self) -> impl Iterator<Item = Facet> {
        [Some(self.rows), self.columns].into_iter().flatten()
    }

    /// Returns each facet of axes and filters once, ascending.
    pub fn facets(&self) -> Vec<Facet> {
        let facets: BTreeSet<Facet> = self.axes().chain(self.filters.iter().map(|(facet, _)| facet)).collect();
        facets.into_iter().collect()
    }

    /// Returns whether an axis shows only some of its values; the totals across it are then left out.
    pub(super) fn is_partial(&self, axis: Option<Facet>) -> bool {
        axis.is_some_and(|axis| self.filters.on(axis).is_some())
    }

    /// Returns whether a facet or a filter tells organisations or their kinds apart (see [`super::rules`]).
    pub fn tells_organisations_apart(&self) -> bool {
        self.facets().into_iter().any(Facet::tells_organisations_apart)
    }

    /// Returns the slices: the values held fast in each, by facet, in the order of values. One without any if no filter is
    /// on a facet that is no axis.
    ///
    /// # Errors
    /// [`Error::SameFacet`], [`Error::TooManyFacets`], [`Error::TooManySlices`].
    pub(super) fn slices(&self) -> Result<Vec<BTreeMap<Facet, Value>>, Error> {
        if self.columns == Some(self.rows) {
            return Err(Error::SameFacet { facet: self.rows });
        }
        let facets = self.facets();
        if facets.len() > FACETS_MAX {
            return Err(Error::TooManyFacets { facets });
        }
        let mut slices = vec![BTreeMap::new()];
        for (facet, values) in self.filters.iter().filter(|(facet, _)| !self.axes().any(|axis| axis == *facet)) {
            let count = slices.len().saturating_mul(values.len());
            if count > SLICES_MAX {
                return Err(Error::TooManySlices { slices: count });
            }
            let with = |slice: &BTreeMap<Facet, Value>, value: &Value| {
                slice.iter().map(|(facet, value)| (*facet, *value)).chain([(facet, *value)]).collect()
            };
            slices = slices.iter().flat_map(|slice| values.iter().map(move |value| with(slice, value))).collect();
        }
        Ok(slices)
    }

    /// Returns the query of one slice: its values held fast, the axes as they are.
    pub(super) fn of_slice(&self, slice: &BTreeMap<Facet, Value>) -> Self {
        let filters = slice.iter().fold(self.filters.clone(), |filters, (facet, value)| filters.with(*facet, *value));
        Self { filters, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_what_they_print() {
        let filters: Filters = "county=12;theme=5,2,2".parse().unwrap();
        assert_eq!(filters.to_string(), "theme=2,5;county=12");
        assert_eq!(filters.to_string().parse(), Ok(filters.clone()));
        let json = serde_json::to_string(&filters).unwrap();
        assert_eq!(json, r#"{"theme":["2","5"],"county":["12"]}"#);
        assert_eq!(serde_json::from_str::<Filters>(&json).unwrap(), filters);
        assert_eq!("".parse(), Ok(Filters::default()));
        for bad in ["theme", "theme=", "colour=red", "theme=12", "theme=2;;", "county=491"] {
            assert!(bad.parse::<Filters>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Filters>(r#"{"theme":[]}"#).is_err());
    }

    #[test]
    fn a_filter_has_a_longest_length() {
        let mut filters = Filters::default();
        let mut allow = |number: u16| {
            let mut id = [0; 32];
            id[..2].copy_from_slice(&number.to_be_bytes());
            filters.allow(Facet::Organisation, &crate::id::OrganisationId::from_bytes(id).to_string())
        };
        assert!((0..1_000).all(|number| allow(number).is_ok()));
        assert_eq!(allow(1_000), Err(Error::LongFilter { facet: Facet::Organisation }));
    }

    #[test]
    fn a_number_hangs_on_three_facets_at_most() {
        let query =
            |filters: &str| Query { filters: filters.parse().unwrap(), ..Query::two_way(Facet::Theme, Facet::County) };
        assert_eq!(query("").slices().unwrap(), [BTreeMap::new()]);
        assert_eq!(query("county=12,13").slices().unwrap().len(), 1, "an axis is not sliced");
        let slices = query("half_year=2026-H1,2025-H2").slices().unwrap();
        let texts: Vec<_> = slices.iter().map(|slice| slice[&Facet::HalfYear].to_string()).collect();
        assert_eq!(texts, ["2025-H2", "2026-H1"]);
        let error = query("half_year=2026-H1;valence=negative").slices().unwrap_err();
        assert_eq!(
            error.to_string(),
            "axes and filters together name 4 facets (theme, county, half_year, valence), 3 are the most"
        );
        let many = (1..=20).map(|year| format!("{}-H1", 2000 + year)).collect::<Vec<_>>().join(",");
        let one_way = Query { columns: None, ..query(&format!("half_year={many};valence=negative,mixed")) };
        assert_eq!(one_way.slices(), Err(Error::TooManySlices { slices: 40 }));
        assert_eq!(Query::two_way(Facet::Theme, Facet::Theme).slices(), Err(Error::SameFacet { facet: Facet::Theme }));
    }

    #[test]
    fn knows_when_organisations_are_told_apart() {
        let mut query = Query::two_way(Facet::Theme, Facet::County);
        assert!(!query.tells_organisations_apart());
        query.filters = "organisation_kind=ngo".parse().unwrap();
        assert!(query.tells_organisations_apart());
        assert!(Query::one_way(Facet::Organisation).tells_organisations_apart());
    }
}
