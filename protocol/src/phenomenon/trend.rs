//! How a phenomenon goes over half-years: by its linked reports, and by what organisations say of each period.
//!
//! One period is no trend, and two are a coincidence: with fewer than [`PERIODS_MIN`] it says so and nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Attributed;
use super::link::{Linked, Standing};
use super::word::PeriodNote;
use crate::report::code::Code;
use crate::report::codes;
use crate::report::period::{HalfYear, Period};

/// Fewest half-years that make a trend.
pub const PERIODS_MIN: usize = 3;
/// Most half-years between the first report and the last over which reports are counted.
const SPAN_MAX: usize = 80;

/// How it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Course {
    /// Each half-year of which anything is known, the earliest first.
    pub periods: Vec<InPeriod>,
    /// Linked reports that say no period.
    pub undated: u64,
    /// Where it goes by the number of linked reports. Half-years without any between the first and the last count as none.
    pub by_reports: Trend,
    /// Where it goes by what organisations say.
    pub by_words: Trend,
}

/// One half-year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InPeriod {
    /// The half-year.
    pub period: Period,
    /// Linked reports observed in it.
    pub reports: u64,
    /// What organisations say of it.
    pub words: Vec<Attributed<PeriodNote>>,
}

/// Where something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonTrend"))]
#[serde(tag = "trend", rename_all = "snake_case")]
pub enum Trend {
    /// Nobody can tell: there are too few half-years.
    TooFew {
        /// How many there are.
        periods: usize,
        /// How many it takes.
        needed: usize,
    },
    /// Over the last three, never less and in the end more.
    Growing,
    /// Over the last three, the same.
    Stable,
    /// Over the last three, never more and in the end less.
    Declining,
    /// Over the last three, now this and now that.
    Varying,
}

impl Course {
    /// Puts together what is known of each half-year.
    pub(super) fn new(mut words: BTreeMap<HalfYear, Vec<Attributed<PeriodNote>>>, links: &[Linked]) -> Self {
        let mut counts: BTreeMap<HalfYear, u64> = BTreeMap::new();
        let mut undated = 0u64;
        for link in links.iter().filter(|link| link.standing == Standing::Linked) {
            let counted = link.period.map_or(&mut undated, |period| counts.entry(period.half_year()).or_default());
            *counted = counted.saturating_add(1);
        }
        let by_words = trend_of_words(&words);
        let by_reports = trend_of_counts(&counts);
        for half_year in counts.keys() {
            words.entry(*half_year).or_default();
        }
        let in_period = |(half_year, words)| InPeriod {
            period: Period::from(half_year),
            reports: counts.get(&half_year).copied().unwrap_or_default(),
            words,
        };
        Self { periods: words.into_iter().map(in_period).collect(), undated, by_reports, by_words }
    }
}

fn trend_of_counts(counts: &BTreeMap<HalfYear, u64>) -> Trend {
    let count = |half_year: HalfYear| counts.get(&half_year).copied().unwrap_or_default();
    let last = counts.last_key_value().map(|(last, _)| *last);
    let first = counts.first_key_value().map(|(first, _)| *first);
    let back = std::iter::successors(last, |half_year| before(*half_year));
    let span: Vec<_> = back.take_while(|half_year| Some(*half_year) >= first).take(SPAN_MAX).collect();
    match span[..] {
        [c, b, a, ..] => direction([count(a), count(b), count(c)]),
        _ => Trend::TooFew { periods: span.len(), needed: PERIODS_MIN },
    }
}

fn before(half_year: HalfYear) -> Option<HalfYear> {
    match half_year.half() {
        2 => HalfYear::new(half_year.year(), 1),
        _ => HalfYear::new(half_year.year().checked_sub(1)?, 2),
    }
}

fn direction([a, b, c]: [u64; 3]) -> Trend {
    match () {
        () if a == b && b == c => Trend::Stable,
        () if a <= b && b <= c => Trend::Growing,
        () if a >= b && b >= c => Trend::Declining,
        () => Trend::Varying,
    }
}

/// A trend stands where all that is said of each of the last three half-years says the same. New counts as growing.
fn trend_of_words(words: &BTreeMap<HalfYear, Vec<Attributed<PeriodNote>>>) -> Trend {
    let said = |notes: &Vec<Attributed<PeriodNote>>| -> Vec<Option<Trend>> {
        notes.iter().filter_map(|note| note.said.trend.as_ref().map(known)).collect()
    };
    let told: Vec<_> = words.values().map(said).filter(|trends| !trends.is_empty()).collect();
    if told.len() < PERIODS_MIN {
        return Trend::TooFew { periods: told.len(), needed: PERIODS_MIN };
    }
    let mut last = told.into_iter().rev().take(PERIODS_MIN).flatten();
    match last.next() {
        Some(Some(trend)) if last.all(|other| other == Some(trend)) => trend,
        _ => Trend::Varying,
    }
}

fn known(code: &Code<codes::Trend>) -> Option<Trend> {
    Some(match code.known()? {
        codes::Trend::New | codes::Trend::Growing => Trend::Growing,
        codes::Trend::Stable => Trend::Stable,
        codes::Trend::Declining => Trend::Declining,
    })
}
