//! What is asked of the paths: what to count, perhaps told apart by one facet, perhaps only where a facet has one value.
//!
//! Besides what is counted a question names at most [`FACETS_MAX`] facets, so that every number is of a set of paths that is not too
//! narrow. A filter holds one value: there is no count of "one county or another".

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::aspects::NOT_SAID;
use super::codes::PathOutcome;
use crate::cbor::Malformed;
use crate::report::code::CodeSet;
use crate::report::codes::AgeBand;
use crate::view;

/// Most facets of one question, besides what it counts.
pub const FACETS_MAX: usize = 2;
/// Most cells of one answer, totals left aside.
pub const CELLS_MAX: usize = 1 << 18;

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More facets than a number may hang on.
    #[error("the question names {got} facets, {FACETS_MAX} are the most")]
    TooManyFacets {
        /// How many.
        got: usize,
    },
    /// A facet that is told apart is held fast as well.
    #[error("{facet} is told apart and held to one value")]
    SameFacet {
        /// The facet.
        facet: Facet,
    },
    /// A facet does not have this value.
    #[error("{facet} has no value {key:?}")]
    UnknownValue {
        /// The facet.
        facet: Facet,
        /// The value, cut to 80 characters.
        key: String,
    },
    /// The table would be too large.
    #[error("a table of {lines} lines by {columns} columns has more than {CELLS_MAX} cells")]
    TooManyCells {
        /// How many lines.
        lines: usize,
        /// How many columns.
        columns: usize,
    },
}

/// What is counted. Each number is one of paths, however often something occurs in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PathBy"))]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// From one step to the next, and from the last to the outcome.
    Flow,
    /// Two services side by side, with or without a goal in common.
    Overlap,
    /// Where it did not go on: turned away, a long wait, referred on to nothing.
    Gap,
    /// The first service of paths that ended without any.
    LeftWithout,
    /// The whole sequence of steps.
    Whole,
}

impl By {
    /// Returns all of them.
    pub const fn all() -> &'static [Self] {
        &[Self::Flow, Self::Overlap, Self::Gap, Self::LeftWithout, Self::Whole]
    }

    /// Returns the key used on the command line and in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::LeftWithout => "left_without",
            Self::Whole => "whole",
        }
    }
}

/// By what steps are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PathOf"))]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// By the type of service.
    #[default]
    Service,
    /// By who gave it.
    Actor,
    /// By both.
    Both,
}

impl Of {
    /// Returns all of them.
    pub const fn all() -> &'static [Self] {
        &[Self::Service, Self::Actor, Self::Both]
    }

    /// Returns the key used on the command line and in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Actor => "actor",
            Self::Both => "both",
        }
    }
}

/// One way to sort paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PathFacet"))]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Wellbeing services county; a municipality counts in its county.
    County,
    /// Municipality; a path of a whole county is `none` here.
    Municipality,
    /// When it was.
    HalfYear,
    /// Need for support; a path counts once in each of its needs.
    Theme,
    /// Target group.
    Group,
    /// Age band.
    Age,
    /// How the path ended.
    Outcome,
}

impl Facet {
    /// Returns all facets.
    pub const fn all() -> &'static [Self] {
        &[Self::County, Self::Municipality, Self::HalfYear, Self::Theme, Self::Group, Self::Age, Self::Outcome]
    }

    /// Returns the key used on the command line and in files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Municipality => "municipality",
            Self::HalfYear => "half_year",
            Self::Theme => "theme",
            Self::Group => "group",
            Self::Age => "age",
            Self::Outcome => "outcome",
        }
    }

    /// Returns the facet of reports that has the same values, if there is one.
    pub const fn of_reports(self) -> Option<view::Facet> {
        match self {
            Self::County => Some(view::Facet::County),
            Self::Municipality => Some(view::Facet::Municipality),
            Self::HalfYear => Some(view::Facet::HalfYear),
            Self::Theme => Some(view::Facet::Theme),
            Self::Group => Some(view::Facet::Group),
            Self::Age | Self::Outcome => None,
        }
    }

    /// Returns the one spelling of a value.
    fn canonical(self, key: &str) -> Option<String> {
        let code = |known: Option<&'static str>| known.map(str::to_owned).or((key == NOT_SAID).then(|| key.to_owned()));
        match (self, self.of_reports()) {
            (_, Some(facet)) => facet.value(key).ok().map(|value| value.to_string()),
            (Self::Age, _) => code(AgeBand::from_key(key).map(AgeBand::key)),
            (_, None) => code(PathOutcome::from_key(key).map(PathOutcome::key)),
        }
    }
}

/// Lets a set of keys be printed and read.
macro_rules! keyed {
    ($($set:ident: $what:literal;)*) => {$(
        impl fmt::Display for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }

        impl FromStr for $set {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                let found = Self::all().iter().copied().find(|one| one.key() == text.replace('-', "_"));
                found.ok_or(Malformed { what: $what })
            }
        }
    )*};
}

keyed! {
    By: "count (flow, overlap, gap, left-without or whole)";
    Of: "way to tell steps apart (service, actor or both)";
    Facet: "facet (county, municipality, half_year, theme, group, age or outcome)";
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PathQuery"))]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What to count.
    pub by: By,
    /// By what steps are told apart.
    #[serde(default)]
    pub of: Of,
    /// The facet whose values stand side by side, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub across: Option<Facet>,
    /// Only paths that have this value on the facet.
    #[serde(default)]
    pub filters: BTreeMap<Facet, String>,
}

impl Query {
    /// Asks for one count of all paths.
    pub fn of_all(by: By) -> Self {
        Self { by, of: Of::default(), across: None, filters: BTreeMap::new() }
    }

    /// Returns the question in its one spelling, if it may be asked.
    ///
    /// # Errors
    /// [`Error::TooManyFacets`], [`Error::SameFacet`], [`Error::UnknownValue`].
    pub fn checked(mut self) -> Result<Self, Error> {
        if let Some(facet) = self.across.filter(|facet| self.filters.contains_key(facet)) {
            return Err(Error::SameFacet { facet });
        }
        let got = self.filters.len() + usize::from(self.across.is_some());
        if got > FACETS_MAX {
            return Err(Error::TooManyFacets { got });
        }
        for (facet, key) in &mut self.filters {
            let unknown = || Error::UnknownValue { facet: *facet, key: key.chars().take(80).collect() };
            let canonical = facet.canonical(key).ok_or_else(unknown)?;
            *key = canonical;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(across: Option<Facet>, filters: &[(Facet, &str)]) -> Result<Query, Error> {
        let filters = filters.iter().map(|(facet, key)| (*facet, (*key).to_owned())).collect();
        Query { across, filters, ..Query::of_all(By::Flow) }.checked()
    }

    #[test]
    fn a_number_hangs_on_two_facets_at_most() {
        let two = [(Facet::County, "12"), (Facet::HalfYear, "2026-H1")];
        assert!(with(None, &two).is_ok() && with(Some(Facet::Theme), &two[..1]).is_ok());
        assert_eq!(with(Some(Facet::Theme), &two), Err(Error::TooManyFacets { got: 3 }));
        assert_eq!(with(Some(Facet::County), &two[..1]), Err(Error::SameFacet { facet: Facet::County }));
    }

    #[test]
    fn only_values_that_there_are() {
        for (facet, key) in [
            (Facet::County, "12"),
            (Facet::County, "fi"),
            (Facet::Municipality, "491"),
            (Facet::Age, "18-24"),
            (Facet::Age, "none"),
            (Facet::Outcome, "left_without"),
            (Facet::Theme, "99"),
        ] {
            assert!(with(None, &[(facet, key)]).is_ok(), "{facet} {key}");
        }
        for (facet, key) in [(Facet::County, "Mikkeli"), (Facet::Outcome, "sad"), (Facet::HalfYear, "2026")] {
            assert!(matches!(with(None, &[(facet, key)]), Err(Error::UnknownValue { .. })), "{facet} {key}");
        }
    }

    #[test]
    fn keys_are_read_as_they_are_printed() {
        for by in By::all() {
            assert_eq!(by.to_string().parse(), Ok(*by));
            assert_eq!(serde_json::to_string(by).unwrap(), format!("\"{by}\""));
        }
        assert_eq!("left-without".parse(), Ok(By::LeftWithout));
        assert!(Facet::all().iter().all(|facet| facet.key().parse() == Ok(*facet)));
        assert!(Of::all().iter().all(|of| of.key().parse() == Ok(*of)));
        assert!("colour".parse::<By>().is_err());
    }
}
