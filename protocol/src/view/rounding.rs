//! What is published of a count: "few", or a multiple of five near it. The cell-key method of official table builders, with
//! one change (decision 0025).
//!
//! **The coin hangs on the set.** Each report has a key from its document id; the sum of the keys of the reports in a cell and
//! their number, hashed with a key that everybody knows, is the coin of the cell. So one set of reports gives one number, in
//! every table, filter, export and on every node, and asking again teaches nothing; another set gives a coin of its own.
//!
//! **The number.** A count goes up to the next multiple of [`BASE`] with the probability (count mod 5) / 5, else down, so that
//! it is right on average. Then, with probability 1/16, it goes one step of five further, up or down, with 1/16 again one
//! more, and so on. Without these steps a number told that the count is at most four away, and where several numbers stand at
//! the ends of what they may be, counts that are hidden can be worked out from sums. With them every count of at least the
//! minimum may stand behind every number: nothing follows from sums for certain.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher24;

use super::rules::Applied;
use crate::id::DocumentId;

/// Shown counts are multiples of this, and at least this.
pub const BASE: u64 = 5;
/// Steps beyond the usual rounding are cut here: one cell in 2^36 reaches that.
pub(super) const STEPS_MAX: u64 = 9;
/// One in so many counts goes a step further, and of those again.
const STEP_ONE_IN: u64 = 16;
/// Keys of the hashes. Constants, since all nodes must toss alike; they hide nothing from a member, who has the reports.
const RECORD_KEYS: (u64, u64) = (0x7461_6c6b_6f6f_7431, 0x7265_636f_7264_6b79);
/// See [`RECORD_KEYS`].
const CELL_KEYS: (u64, u64) = (0x7461_6c6b_6f6f_7432, 0x6365_6c6c_636f_696e);

/// Returns the key of a report.
pub(crate) fn record_key(document: &DocumentId) -> u32 {
    let mut hasher = SipHasher24::new_with_keys(RECORD_KEYS.0, RECORD_KEYS.1);
    hasher.write(document.as_bytes());
    hasher.finish() as u32
}

/// How many reports a cell has and the sum of their keys, in one word, so that counting is one addition: the number in the
/// lower half, the sum of keys modulo 2^32 in the upper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sum(u64);

impl Sum {
    /// Returns the sum of one report with this key.
    #[inline]
    pub(crate) const fn one(record_key: u32) -> Self {
        Self((record_key as u64) << 32 | 1)
    }

    /// Adds others; there are fewer than 2^32 reports.
    #[inline]
    pub(crate) const fn add(&mut self, other: Self) {
        self.0 = self.0.wrapping_add(other.0);
    }

    /// Returns how many reports there are.
    pub(crate) const fn reports(self) -> u64 {
        self.0 & 0xffff_ffff
    }

    /// Returns the coin of the set.
    fn coin(self) -> u64 {
        let mut hasher = SipHasher24::new_with_keys(CELL_KEYS.0, CELL_KEYS.1);
        hasher.write(&self.0.to_le_bytes());
        hasher.finish()
    }
}

/// A true count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) sum: Sum,
    /// Whether enough organisations and authors stand behind it. How many is not counted further.
    pub(crate) is_enough: bool,
}

impl Tally {
    /// Returns how many reports there are.
    pub(crate) const fn reports(&self) -> u64 {
        self.sum.reports()
    }

    /// Returns what is published: nothing, or the count as rounded.
    pub(crate) fn published(&self, rules: &Applied) -> Option<u64> {
        let is_shown = self.is_enough && rules.is_enough_reports(self.reports());
        is_shown.then(|| rounded(self.reports(), self.sum.coin()))
    }
}

#[cfg(test)]
impl Tally {
    /// Returns what would be published if rounding never went further than up or down.
    pub(super) fn published_near(&self, rules: &Applied) -> Option<u64> {
        self.published(rules).map(|_| near(self.reports(), self.sum.coin()).max(BASE))
    }
}

/// Rounds a count up or down by a coin.
fn near(count: u64, coin: u64) -> u64 {
    // 24 bits for this, one for the direction of what goes further, four for each step.
    let draw = ((coin & 0xff_ffff) * BASE) >> 24;
    count / BASE * BASE + if draw < count % BASE { BASE } else { 0 }
}

/// Rounds a count by a coin. At least [`BASE`].
fn rounded(count: u64, coin: u64) -> u64 {
    let steps = (0..STEPS_MAX).take_while(|step| (coin >> (25 + 4 * step)).is_multiple_of(STEP_ONE_IN)).count() as u64;
    let (near, far) = (near(count, coin), steps * BASE);
    let shown = if coin >> 24 & 1 == 0 { near.saturating_sub(far) } else { near + far };
    shown.max(BASE)
}

/// Returns how probable it is that a count is shown as `shown`, a multiple of [`BASE`].
#[cfg(test)]
pub(crate) fn probability(count: u64, shown: u64) -> f64 {
    let steps = |k: i64| {
        let q = 1.0 / STEP_ONE_IN as f64;
        let tail = if k.unsigned_abs() == STEPS_MAX { 1.0 } else { 1.0 - q };
        let all = q.powi(k.unsigned_abs() as i32) * tail;
        if k == 0 { all } else { all / 2.0 }
    };
    let (low, up) = ((count / BASE) as i64, (count % BASE) as f64 / BASE as f64);
    let most = STEPS_MAX as i64;
    let reaches = |near: i64, k: i64| (near + k).max(1) as u64 * BASE == shown;
    (-most..=most)
        .map(|k| {
            let down = if reaches(low, k) { 1.0 - up } else { 0.0 };
            steps(k) * (down + if reaches(low + 1, k) { up } else { 0.0 })
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coins() -> impl Iterator<Item = u64> {
        (0..20_000u32).map(|number| Sum::one(number).coin())
    }

    #[test]
    fn right_on_average_and_seldom_far() {
        for count in [20u64, 21, 23, 44, 1_002] {
            let shown: Vec<u64> = coins().map(|coin| rounded(count, coin)).collect();
            assert!(shown.iter().all(|shown| shown % BASE == 0));
            let mean = shown.iter().sum::<u64>() as f64 / shown.len() as f64;
            assert!((mean - count as f64).abs() < 0.2, "{count}: {mean}");
            let far = shown.iter().filter(|shown| shown.abs_diff(count) > 4).count() as f64 / shown.len() as f64;
            assert!((0.02..0.07).contains(&far), "{count}: {far}");
        }
        assert!(coins().all(|coin| rounded(3, coin) >= BASE));
    }

    #[test]
    fn tosses_as_it_says() {
        for count in [3u64, 5, 9, 12, 29] {
            let total: f64 = (1..60).map(|at| probability(count, at * BASE)).sum();
            assert!((total - 1.0).abs() < 1e-6, "{count}: {total}");
            for shown in [5u64, 10, 15] {
                let times = coins().filter(|coin| rounded(count, *coin) == shown).count() as f64 / 20_000.0;
                assert!((times - probability(count, shown)).abs() < 0.02, "{count} as {shown}: {times}");
            }
        }
    }

    #[test]
    fn one_more_report_is_never_ruled_out_and_never_far_less_likely() {
        for count in 3..200u64 {
            for shown in (1..60).map(|at| at * BASE).filter(|shown| shown.abs_diff(count) < 40) {
                let ratio = probability(count, shown) / probability(count + 1, shown);
                assert!(ratio < 7.5 && ratio > 1.0 / 16.01, "{count} as {shown}: {ratio}");
            }
        }
    }

    #[test]
    fn the_coin_is_that_of_the_set() {
        let keys = [5u32, u32::MAX, 77];
        let sum = |keys: &mut dyn Iterator<Item = u32>| {
            let mut sum = Sum::default();
            keys.for_each(|key| sum.add(Sum::one(key)));
            sum
        };
        assert_eq!(sum(&mut keys.into_iter()), sum(&mut keys.into_iter().rev()));
        assert_eq!(sum(&mut keys.into_iter()).reports(), 3);
        // Frozen: another value would be another number on another node.
        assert_eq!(record_key(&DocumentId::from_bytes([7; 32])), 3_389_687_932);
        assert_eq!(Sum::one(7).coin(), 1_705_594_574_664_125_366);
    }
}
