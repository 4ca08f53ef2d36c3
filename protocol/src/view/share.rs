//! Shares and ranks, computed from published numbers and nothing else: who has the table has them too.
//!
//! Both numbers of a share are rounded, so a share is stated with how far it may be off, and not at all where the whole is so
//! small that it would say nothing. A hidden part is not guessed: then the share is "at least".

use serde::{Deserialize, Serialize};

use super::merged::{Count, MergedView, Slice};
use super::rounding::BASE;
use super::trend::Trend;

/// Smallest whole of which a share is stated: four steps of rounding.
pub const WHOLE_MIN: u64 = 4 * BASE;
/// Key of what is not said.
const UNSAID: &str = "none";

/// A part of a whole, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// How many of a hundred, rounded to a whole number.
    pub percent: u64,
    /// By how many hundredths it may well be off: what one step of rounding in the part makes.
    pub margin: u64,
    /// Whether a part of it is hidden, so that it may be more.
    pub at_least: bool,
}

impl Share {
    /// Returns it as people read it; `space` parts a number from its sign.
    pub fn with_space(&self, space: char) -> String {
        let Self { percent, margin, at_least } = self;
        let least = if *at_least { format!("≥{space}") } else { String::new() };
        format!("{least}{percent}{space}% (±{margin})")
    }
}

/// A line of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// Its rank from 1 on. Equal numbers have one rank, since rounding may have made them equal.
    pub rank: usize,
    /// The key of its value.
    pub key: String,
    /// The published count of reports.
    pub reports: u64,
    /// How it goes, if the columns are periods.
    pub trend: Option<Trend>,
}

impl MergedView {
    /// Returns for each row of a slice what share the columns with these keys have of all its reports that say; none where
    /// that cannot be said. Only for columns where each report has one value.
    pub fn shares(&self, slice: &Slice, parts: &[&str]) -> Vec<Option<Share>> {
        let places = |wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
            self.columns.iter().enumerate().filter(|(_, key)| wanted(key)).map(|(at, _)| at).collect()
        };
        let (named, unsaid) = (places(&|key| parts.contains(&key)), places(&|key| key == UNSAID));
        let at = |cells: &[Count], places: &[usize]| -> Vec<Count> {
            places.iter().filter_map(|place| cells.get(*place).copied()).collect()
        };
        let share = |(cells, total): (&Vec<Count>, &Count)| {
            share(*total, &at(cells, &unsaid), &at(cells, &named), named.len() < parts.len())
        };
        slice.cells.iter().zip(&slice.row_totals).map(share).collect()
    }

    /// Returns the rows of the first slice that have a number, most reports first, then by key. What is hidden, and what says
    /// nothing on the facet, has no rank.
    pub fn ranked(&self) -> Vec<Ranked> {
        let Some(slice) = self.slices.first() else { return Vec::new() };
        let trends = self.trends(slice);
        let row = |(at, (key, count)): (usize, (&String, &Count))| match count {
            Count::Shown(reports @ 1..) if key != UNSAID => Some((*reports, key.clone(), trends.get(at).copied())),
            _ => None,
        };
        let mut rows: Vec<_> = self.rows.iter().zip(&slice.row_totals).enumerate().filter_map(row).collect();
        rows.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        let rank = |reports: u64| rows.partition_point(|row| row.0 > reports) + 1;
        let ranked = rows.iter().map(|(reports, key, trend)| Ranked {
            rank: rank(*reports),
            key: key.clone(),
            reports: *reports,
            trend: *trend,
        });
        ranked.collect()
    }
}

fn share(total: Count, unsaid: &[Count], parts: &[Count], some_are_left_out: bool) -> Option<Share> {
    let Count::Shown(total) = total else { return None };
    let number = |count: &Count| if let Count::Shown(number) = count { Some(*number) } else { None };
    let sum = |counts: &[Count]| counts.iter().filter_map(number).fold(0u64, u64::saturating_add);
    let (whole, part) = (total.saturating_sub(sum(unsaid)), sum(parts));
    let is_hidden = some_are_left_out || parts.iter().any(|count| number(count).is_none());
    if whole < WHOLE_MIN || part == 0 && is_hidden {
        return None;
    }
    let hundredths = |part: u64| (u128::from(part) * 100 * 2 + u128::from(whole)) / (u128::from(whole) * 2);
    let percent = u64::try_from(hundredths(part).min(100)).ok()?;
    Some(Share { percent, margin: (BASE * 100).div_ceil(whole), at_least: is_hidden })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view(columns: &str, keys: serde_json::Value, cells: serde_json::Value, totals: serde_json::Value) -> MergedView {
        let rows: Vec<String> = (0..totals.as_array().unwrap().len()).map(|at| format!("row {at}")).collect();
        serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": columns},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": rows, "columns": keys,
            "slices": [{"of": {}, "cells": cells, "row_totals": totals, "column_totals": []}],
        }))
        .unwrap()
    }

    #[test]
    fn a_share_says_how_sure_it_is() {
        let share = |at_least| Share { percent: 60, margin: 5, at_least };
        assert_eq!(
            (share(false).with_space(' '), share(true).with_space('_')),
            ("60 % (±5)".into(), "≥_60_% (±5)".into())
        );
    }

    #[test]
    fn a_share_rests_on_what_is_shown() {
        let view = view(
            "client",
            json!(["not", "heard", "co_written", "none"]),
            json!([
                [40, 45, 15, 10],
                [40, 45, "few", 10],
                ["few", 10, 5, "few"],
                [60, "few", "few", 5],
                [30, 5, 5, 30],
                [10, 80, 30, 0]
            ]),
            json!([110, 100, 15, 65, "few", 100]),
        );
        let shares = view.shares(&view.slices[0], &["heard", "co_written"]);
        assert_eq!(shares[0], Some(Share { percent: 60, margin: 5, at_least: false }));
        assert_eq!(shares[1], Some(Share { percent: 50, margin: 6, at_least: true }));
        assert_eq!((shares[2], shares[3], shares[4]), (None, None, None), "too small, all hidden, no whole");
        assert_eq!(shares[5].map(|share| share.percent), Some(100), "rounded parts may be more than the whole");
    }

    #[test]
    fn a_column_that_is_not_listed_may_hide_something() {
        let view = view("client", json!(["not", "heard"]), json!([[40, 60]]), json!([100]));
        let shares = view.shares(&view.slices[0], &["heard", "co_written"]);
        assert_eq!(shares, [Some(Share { percent: 60, margin: 5, at_least: true })]);
    }

    #[test]
    fn few_has_no_rank_and_equals_share_theirs() {
        let view = view(
            "half_year",
            json!(["2025-H1", "2025-H2", "2026-H1", "none"]),
            json!([[5, 10, 30, 5], [5, 5, 5, 500], [5, "few", 5, 5], ["few", "few", "few", 5], [5, 5, 5, "few"]]),
            json!([50, 20, 50, "few", 15]),
        );
        let ranked: Vec<_> = view.ranked().into_iter().map(|row| (row.rank, row.key, row.trend)).collect();
        assert_eq!(
            ranked,
            [
                (1, "row 0".to_owned(), Some(Trend::Growing)),
                (1, "row 2".to_owned(), Some(Trend::TooFewPeriods)),
                (3, "row 1".to_owned(), Some(Trend::Stable)),
                (4, "row 4".to_owned(), Some(Trend::Stable)),
            ]
        );
    }
}
