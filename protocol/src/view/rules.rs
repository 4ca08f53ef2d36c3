//! When a count may be shown.
//!
//! A count is shown, rounded (`rounding`), if it is of enough reports, from enough organisations, by enough authors;
//! otherwise the cell reads "few" and nothing else is said of it. The defaults are the floor: a node may be stricter, never
//! looser. A network may agree on stricter ones in its charter: the stricter of charter and node wins. The minima belong to the node, not to the question: who could ask
//! with one minimum after the other would learn the exact count.
//!
//! **A zero is "few" too.** If zeros were shown, a hidden count would be known to be at least one, and a sum with one hidden
//! part could tell it. "Few" says: not enough to show, perhaps none. Rows and columns without a shown number are left out.
//!
//! **Cells by organisation.** Where a facet or a filter of a cell tells organisations (or their kinds) apart, the cell holds
//! one organisation by construction, and a minimum of two would empty the table. There the minimum of organisations is not
//! asked; the minima of reports and authors hold. The totals of such a table that are of all organisations follow the usual
//! rule. Such a table shows what one organisation said, and should leave the network only with that organisation's
//! consent: [`super::Query::tells_organisations_apart`] is there for whoever exports.
//!
//! Nothing can be worked out for certain as long as `authors_min` is at least `reports_min`, which the defaults are: one more
//! report by an author who has one in the cell already then never turns "few" into a number (decision 0025).

use serde::{Deserialize, Serialize};

/// Fewest reports of a shown count, unless a node is stricter.
pub const REPORTS_MIN: u32 = 3;
/// Fewest organisations behind a shown count, unless a node is stricter.
pub const ORGANISATIONS_MIN: u32 = 2;
/// Fewest authors behind a shown count, unless a node is stricter.
pub const AUTHORS_MIN: u32 = 3;

/// Strictest minimum that may be set.
pub const MINIMUM_MAX: u32 = 1_000;

/// Rules as written by a person, before they are held to the floor.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(default)]
    reports_min: u32,
    #[serde(default)]
    organisations_min: u32,
    #[serde(default)]
    authors_min: u32,
}

impl From<Wish> for Rules {
    fn from(wish: Wish) -> Self {
        Self::at_least(wish.reports_min, wish.organisations_min, wish.authors_min)
    }
}

/// The least a shown count must have. Never below the defaults. Read from a file, what is absent is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(from = "Wish")]
pub struct Rules {
    reports_min: u32,
    organisations_min: u32,
    authors_min: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { reports_min: REPORTS_MIN, organisations_min: ORGANISATIONS_MIN, authors_min: AUTHORS_MIN }
    }
}

impl Rules {
    /// Returns rules with these minima, or the defaults where those are stricter.
    pub fn at_least(reports_min: u32, organisations_min: u32, authors_min: u32) -> Self {
        Self { reports_min, organisations_min, authors_min }.stricter(&Self::default())
    }

    /// Returns the stricter of both, minimum by minimum.
    pub fn stricter(&self, other: &Self) -> Self {
        Self {
            reports_min: self.reports_min.max(other.reports_min),
            organisations_min: self.organisations_min.max(other.organisations_min),
            authors_min: self.authors_min.max(other.authors_min),
        }
    }

    /// Returns the fewest reports of a shown count.
    pub const fn reports_min(&self) -> u32 {
        self.reports_min
    }

    /// Returns the fewest organisations behind a shown count.
    pub const fn organisations_min(&self) -> u32 {
        self.organisations_min
    }

    /// Returns the fewest authors behind a shown count.
    pub const fn authors_min(&self) -> u32 {
        self.authors_min
    }
}

/// Rules as applied to one cell. Only ever made from [`Rules`]; the one way in which they may be below the floor is
/// `organisations_min` 1 in a cell by organisation (see the head of this file).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    reports_min: u32,
    organisations_min: u32,
    authors_min: u32,
}

impl Applied {
    /// Applies rules to a cell that does or does not tell organisations apart.
    pub(crate) fn new(rules: &Rules, tells_organisations_apart: bool) -> Self {
        let Rules { reports_min, organisations_min, authors_min } = *rules;
        let organisations_min = if tells_organisations_apart { 1 } else { organisations_min };
        Self { reports_min, organisations_min, authors_min }
    }

    /// Returns rules that everything passes: for counts of one's own.
    pub(super) const fn none() -> Self {
        Self { reports_min: 0, organisations_min: 0, authors_min: 0 }
    }

    /// Returns whether so many reports are enough.
    pub(crate) const fn is_enough_reports(&self, reports: u64) -> bool {
        reports >= self.reports_min as u64
    }

    /// Returns whether those who stand behind a count are enough.
    pub(crate) const fn is_enough(&self, organisations: u32, authors: u32) -> bool {
        organisations >= self.organisations_min && authors >= self.authors_min
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_looser_than_the_defaults() {
        assert_eq!(Rules::at_least(0, 0, 0), Rules::default());
        let read: Rules = serde_json::from_str(r#"{"reports_min": 1, "authors_min": 9}"#).unwrap();
        assert_eq!(read, Rules::at_least(3, 2, 9));
        assert!(serde_json::from_str::<Rules>(r#"{"min": 1}"#).is_err());
        let other = Rules::at_least(10, 2, 3);
        assert_eq!(read.stricter(&other), Rules::at_least(10, 2, 9));
        assert_eq!(read.stricter(&other), other.stricter(&read));
    }
}
