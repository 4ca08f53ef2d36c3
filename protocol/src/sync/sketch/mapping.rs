//! Into which cells an id goes: a row of ascending indices that depends on the id's hash alone.
//!
//! From index `i` the next one is beyond `j` with probability `(i+1)(i+2) / (j+1)(j+2)`, which is what an independent coin of
//! `1 / (1 + n / 2)` for every index `n` comes to. So one square root finds the next index and no coin is
//! thrown for the cells between. It is defined in whole numbers, so that every language gets the same indices.

/// Most cells of a set, and most that one reconciliation takes: then another way must be found.
pub const CELLS_MAX: usize = 16_384;
/// Fewest cells that are kept of a set.
pub const CELLS_MIN: usize = 64;

/// Multiplier and increment of Knuth's MMIX generator (TAOCP 3.3.4): full period from every start.
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;

/// The cells of one id, in ascending order, as far as they were asked for.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    state: u64,
    index: usize,
}

impl Mapping {
    /// Begins at cell 0, which holds every id.
    pub(super) const fn new(hash: u64) -> Self {
        Self { state: hash, index: 0 }
    }

    /// Returns the index that comes next.
    pub(super) const fn peek(&self) -> usize {
        self.index
    }

    /// Returns the next index below `limit`, which is at most [`CELLS_MAX`]; `None` when the next one is not below it.
    pub(super) fn next_below(&mut self, limit: usize) -> Option<usize> {
        let at = self.index;
        if at >= limit.min(CELLS_MAX) {
            return None;
        }
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        self.index = after(at, self.state >> 32);
        Some(at)
    }
}

/// Returns the least `j` with `(j+1)(j+2) · (random+1) > (i+1)(i+2) · 2^32`. Below [`CELLS_MAX`] and with 32 random bits all
/// products stay below 2^63. The processor's root may be off by one, so whole numbers have the last word.
fn after(i: usize, random: u64) -> usize {
    // Signed, since processors turn signed numbers into floating ones and back in one instruction.
    let (bound, divisor) = (((i as i64 + 1) * (i as i64 + 2)) << 32, random as i64 + 1);
    let j = ((bound as f64 / divisor as f64 + 0.25).sqrt() - 0.5) as i64;
    let too_small = (j + 1) * (j + 2) * divisor <= bound;
    let too_large = j * (j + 1) * divisor > bound;
    (j + i64::from(too_small) - i64::from(too_large)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_index_is_the_least_one_beyond_the_bound() {
        let randoms = [0, 1, 2, 1 << 16, 1 << 30, 1 << 31, (1 << 32) - 2, (1 << 32) - 1];
        for i in (0..64).chain((64..CELLS_MAX).step_by(61)).chain([CELLS_MAX - 1]) {
            // Random numbers at and around which the root is a whole number, where one that is off would be seen.
            let bound = ((i as u128 + 1) * (i as u128 + 2)) << 32;
            let edges = (1..40).map(|k| i as u128 + k * k).map(|j| (bound / ((j + 1) * (j + 2))) as u64);
            let edges = edges.flat_map(|edge| [edge.saturating_sub(2), edge.saturating_sub(1), edge]);
            for random in edges.chain(randoms).filter(|&random| random < 1 << 32) {
                let (j, divisor) = (after(i, random) as u128, u128::from(random) + 1);
                assert!(j * (j + 1) * divisor <= bound && bound < (j + 1) * (j + 2) * divisor, "{i} {random} {j}");
                assert!(j > i as u128);
            }
        }
        assert_eq!(after(CELLS_MAX - 1, u64::from(u32::MAX)), CELLS_MAX);
    }

    #[test]
    fn cell_i_holds_two_of_i_plus_two_ids() {
        let mut held = [0u32; 64];
        let ids = 20_000u64;
        for n in 0..ids {
            let mut mapping = Mapping::new(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            while let Some(at) = mapping.next_below(held.len()) {
                held[at] += 1;
            }
        }
        for (i, &held) in held.iter().enumerate() {
            let share = 2.0 / (i as f64 + 2.0);
            let deviation = (ids as f64 * share * (1.0 - share)).sqrt();
            assert!((f64::from(held) - ids as f64 * share).abs() <= 4.5 * deviation, "{i}: {held}");
        }
    }
}
