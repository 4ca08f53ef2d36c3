//! Counts of paths as they are published: "few", or rounded, each by its set of paths ([`crate::view::rounding`]).
//!
//! ```json
//! {"query": {"by": "gap", "of": "service", "across": "county", "filters": {}},
//!  "rules": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}, "line_rules": {…},
//!  "columns": ["12"], "lines": [{"key": ["mental_health", "long_wait"], "counts": [10], "paths": 15}],
//!  "column_paths": [40], "column_matching": [20], "paths": 65, "matching": 25}
//! ```
//!
//! Lines and columns without a number are left out, and a hidden count says nothing: decision 0025, which holds here because a path
//! more with the same values by the same author is in every set that the first is in. Each number is rounded by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aspects::{Parts, keys, values};
use super::paths::Paths;
use super::query::{By, CELLS_MAX, Error, Query};
use super::schema::ServicePath;
use crate::id::sha256;
use crate::view::Count;
use crate::view::rounding::{Sum, Tally};
use crate::view::rules::{Applied, Rules};

/// Fewest paths with one whole sequence of steps: a rare way through services may point at somebody.
pub const WHOLE_PATHS_MIN: u32 = 5;
/// Fewest authors behind one whole sequence. As many as paths, or one path more could turn a hidden count into a number.
pub const WHOLE_AUTHORS_MIN: u32 = WHOLE_PATHS_MIN;

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PathLine"))]
pub struct Line {
    /// What it is, in parts.
    pub key: Vec<String>,
    /// One count for each column.
    pub counts: Vec<Count>,
    /// Paths with it, whatever the column.
    pub paths: Count,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathView {
    /// What was asked.
    pub query: Query,
    /// The minima of `paths`, `matching` and their columns; "reports" are paths here.
    pub rules: Rules,
    /// The minima of lines: stricter for whole paths.
    pub line_rules: Rules,
    /// The values of the facet that is told apart, ascending; empty without one.
    pub columns: Vec<String>,
    /// Everything of which there is a number, ascending by key.
    pub lines: Vec<Line>,
    /// Paths in each column.
    pub column_paths: Vec<Count>,
    /// Paths in each column that are in any line.
    pub column_matching: Vec<Count>,
    /// All paths that the filters let through.
    pub paths: Count,
    /// Those of them that are in any line, shown or not: which have a gap, or were left without.
    pub matching: Count,
}

/// Who stands behind a count, and which set of paths it is of. Met in the order of [`Paths::iter`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counter {
    pub(super) sum: Sum,
    pub(super) organisations: u32,
    pub(super) authors: u32,
    /// The last organisation and author met, counted from 1.
    last: (u32, u32),
}

impl Counter {
    pub(super) fn meet(&mut self, (organisation, author): (u32, u32), sum: Sum) {
        self.sum.add(sum);
        self.organisations += u32::from(self.last.0 != organisation);
        self.authors += u32::from(self.last.1 != author);
        self.last = (organisation, author);
    }

    /// Returns what is published.
    pub(super) fn count(&self, rules: &Applied) -> Count {
        let tally = Tally { sum: self.sum, is_enough: rules.is_enough(self.organisations, self.authors) };
        tally.published(rules).map_or(Count::Few, Count::Shown)
    }
}

/// A count for each column, and one of all.
#[derive(Debug, Clone, Default)]
struct Across {
    all: Counter,
    columns: BTreeMap<String, Counter>,
}

impl Across {
    fn meet<'a>(&mut self, who: (u32, u32), sum: Sum, columns: impl Iterator<Item = &'a String>) {
        self.all.meet(who, sum);
        for column in columns {
            match self.columns.get_mut(column) {
                Some(counter) => counter.meet(who, sum),
                None => self.columns.entry(column.clone()).or_default().meet(who, sum),
            }
        }
    }

    fn count(&self, column: &str, rules: &Applied) -> Count {
        self.columns.get(column).map_or(Count::Few, |counter| counter.count(rules))
    }

    /// Returns the columns that have a number.
    fn shown<'a>(&'a self, rules: &'a Applied) -> impl Iterator<Item = &'a String> {
        self.columns.iter().filter(|(_, counter)| counter.count(rules).is_some()).map(|(column, _)| column)
    }
}

/// The minima of lines: those of a node, or stricter ones.
pub(super) fn line_rules(by: By, rules: &Rules) -> Rules {
    match by {
        By::Whole => rules.stricter(&Rules::at_least(WHOLE_PATHS_MIN, 0, WHOLE_AUTHORS_MIN)),
        By::Flow | By::Overlap | By::Gap | By::LeftWithout => *rules,
    }
}

/// The true counts of a question.
#[derive(Debug, Default)]
struct Counted {
    lines: BTreeMap<Parts, Across>,
    all: Across,
    matching: Across,
}

impl Paths {
    /// Answers a question with published counts. Reads every path once.
    ///
    /// # Errors
    /// As [`Query::checked`], and [`Error::TooManyCells`].
    pub fn view(&self, query: &Query, rules: &Rules) -> Result<PathView, Error> {
        let query = query.clone().checked()?;
        let counted = self.counted(&query);
        let line_rules = line_rules(query.by, rules);
        counted.published(query, *rules, line_rules)
    }

    fn counted(&self, query: &Query) -> Counted {
        let mut counted = Counted::default();
        let (mut who, mut last) = ((0, 0), None);
        for (organisation, author, sum, path) in self.iter() {
            who.0 += u32::from(last.is_none_or(|(met, _)| met != organisation));
            who.1 += u32::from(last != Some((organisation, author)));
            last = Some((organisation, author));
            if passes(path, query) {
                counted.meet(path, query, who, sum);
            }
        }
        counted
    }
}

fn passes(path: &ServicePath, query: &Query) -> bool {
    query.filters.iter().all(|(facet, key)| values(path, *facet).contains(key))
}

impl Counted {
    fn meet(&mut self, path: &ServicePath, query: &Query, who: (u32, u32), sum: Sum) {
        let columns = query.across.map(|facet| values(path, facet)).unwrap_or_default();
        let keys = keys(path, query.by, query.of);
        self.all.meet(who, sum, columns.iter());
        if !keys.is_empty() {
            self.matching.meet(who, sum, columns.iter());
        }
        for key in keys {
            self.lines.entry(key).or_default().meet(who, sum, columns.iter());
        }
    }

    fn published(self, query: Query, rules: Rules, line_rules: Rules) -> Result<PathView, Error> {
        let (of_all, of_lines) = (Applied::new(&rules, false), Applied::new(&line_rules, false));
        let mut columns: Vec<&String> = self.all.shown(&of_all).chain(self.matching.shown(&of_all)).collect();
        columns.extend(self.lines.values().flat_map(|line| line.shown(&of_lines)));
        columns.sort_unstable();
        columns.dedup();
        let lines = self
            .lines
            .iter()
            .filter(|(_, line)| line.all.count(&of_lines).is_some() || line.shown(&of_lines).next().is_some());
        let lines: Vec<Line> = lines.map(|(key, line)| line.line(key, &columns, &of_lines)).collect();
        if lines.len().saturating_mul(columns.len().max(1)) > CELLS_MAX {
            return Err(Error::TooManyCells { lines: lines.len(), columns: columns.len() });
        }
        let along = |across: &Across| columns.iter().map(|column| across.count(column, &of_all)).collect();
        Ok(PathView {
            query,
            rules,
            line_rules,
            column_paths: along(&self.all),
            column_matching: along(&self.matching),
            paths: self.all.all.count(&of_all),
            matching: self.matching.all.count(&of_all),
            columns: columns.into_iter().cloned().collect(),
            lines,
        })
    }
}

impl Across {
    fn line(&self, key: &Parts, columns: &[&String], rules: &Applied) -> Line {
        let counts = columns.iter().map(|column| self.count(column, rules)).collect();
        Line { key: key.clone(), counts, paths: self.all.count(rules) }
    }
}

impl PathView {
    /// Returns the JSON form without white space: the canonical bytes of the view.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a view is made of lists, texts and whole numbers")
    }

    /// Returns SHA-256 over `talkoot/paths/1` and the canonical bytes: equal where two nodes show the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        sha256(&[b"talkoot/paths/1", self.to_json().as_bytes()])
    }
}

#[cfg(test)]
mod tests;
