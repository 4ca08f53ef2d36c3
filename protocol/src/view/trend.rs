//! What published counts of successive periods say: growing, stable or declining, and only where they say anything.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::facet::Facet;
use super::merged::{Count, MergedView, Slice};
use super::rounding::BASE;

/// Fewest periods with a number that make a trend.
pub const PERIODS_MIN: usize = 3;
/// Smallest rise or fall that is more than rounding: two steps.
const CHANGE_MIN: i128 = 2 * BASE as i128;
/// And smallest share of the mean count: one in so many.
const SHARE_ONE_IN: i128 = 4;

/// Key of what is not said.
const UNSAID: &str = "none";

/// How counts develop over periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ViewTrend"))]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Fewer than [`PERIODS_MIN`] periods have a number.
    TooFewPeriods,
    /// More and more.
    Growing,
    /// Neither more nor less than rounding and chance explain.
    Stable,
    /// Less and less.
    Declining,
}

impl Trend {
    /// Reads the trend from published counts of periods of equal length, in the order of time. Periods without a number are
    /// left out, not taken for zero. Growing or declining is what, on the straight line nearest to the numbers, changes by at
    /// least two steps of rounding and by a quarter of the mean between the first and the last of them.
    pub fn of(counts: &[Count]) -> Self {
        let number = |(at, count): (usize, &Count)| match count {
            Count::Shown(count) => Some((at as i128, i128::from(*count))),
            Count::Few => None,
        };
        let points: Vec<(i128, i128)> = counts.iter().enumerate().filter_map(number).collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Self::TooFewPeriods };
        if points.len() < PERIODS_MIN {
            return Self::TooFewPeriods;
        }
        let sum = |of: &dyn Fn(i128, i128) -> i128| points.iter().map(|(x, y)| of(*x, *y)).sum::<i128>();
        let n = points.len() as i128;
        let (x, y) = (sum(&|x, _| x), sum(&|_, y| y));
        // The change is `over` / `under`, the mean `y` / `n`.
        let over = (n * sum(&|x, y| x * y) - x * y) * (last.0 - first.0);
        let under = n * sum(&|x, _| x * x) - x * x;
        if over.abs() < CHANGE_MIN * under || over.abs() * n * SHARE_ONE_IN < y * under {
            return Self::Stable;
        }
        if over > 0 { Self::Growing } else { Self::Declining }
    }

    /// Returns the stable key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooFewPeriods => "too_few_periods",
            Self::Growing => "growing",
            Self::Stable => "stable",
            Self::Declining => "declining",
        }
    }
}

impl MergedView {
    /// Returns how each row of a slice goes; nothing if the columns are no periods.
    pub fn trends(&self, slice: &Slice) -> Vec<Trend> {
        slice.cells.iter().filter_map(|counts| self.trend(counts)).collect()
    }

    /// Returns how the totals of a slice's columns go; none if the columns are no periods, or have no totals.
    pub fn trend_of_totals(&self, slice: &Slice) -> Option<Trend> {
        self.trend(&slice.column_totals).filter(|_| !slice.column_totals.is_empty())
    }

    /// Returns how counts of the columns go. What says no period has no place in time.
    fn trend(&self, counts: &[Count]) -> Option<Trend> {
        let in_time = self.columns.iter().zip(counts).filter(|(key, _)| *key != UNSAID);
        (self.query.columns == Some(Facet::HalfYear))
            .then(|| Trend::of(&in_time.map(|(_, count)| *count).collect::<Vec<_>>()))
    }
}

impl fmt::Display for Trend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_periods_make_a_trend() {
        let of = |counts: &[u64]| {
            let counts: Vec<_> = counts.iter().map(|n| if *n == 0 { Count::Few } else { Count::Shown(*n) }).collect();
            Trend::of(&counts).key()
        };
        assert_eq!(
            (of(&[]), of(&[10, 40]), of(&[10, 0, 40])),
            ("too_few_periods", "too_few_periods", "too_few_periods")
        );
        assert_eq!((of(&[10, 15, 25]), of(&[40, 0, 25, 15])), ("growing", "declining"));
        assert_eq!((of(&[5, 10, 5]), of(&[5, 10, 10])), ("stable", "stable"));
        assert_eq!(of(&[200, 205, 215]), "stable");
        assert_eq!(of(&[u64::MAX, u64::MAX / 2, 5]), "declining");
    }
}
