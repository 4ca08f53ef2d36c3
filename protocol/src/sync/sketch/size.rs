//! How many cells to send: enough to end soon, not so many that most of them were sent for nothing.

use super::mapping::CELLS_MAX;

/// Fewest cells sent at first, in cells: they hold a dozen ids nearly always, in less than one packet.
pub const FIRST_BLOCK_MIN: usize = 24;

/// Returns the number of cells to send at first, when the sizes of the two sets are `counts_apart`: a difference of exactly
/// that many ids is decoded from them in 97 of 100 cases or more.
pub fn first_block(counts_apart: u64) -> usize {
    enough_for(counts_apart).clamp(FIRST_BLOCK_MIN, CELLS_MAX)
}

/// Returns the number of cells to send when the first `seen` were not enough and nothing else is known: half as many again,
/// none at the end of the row.
pub fn next_block(seen: usize) -> usize {
    (seen / 2).max(FIRST_BLOCK_MIN / 2).min(CELLS_MAX.saturating_sub(seen))
}

/// Returns how many cells a difference of that many ids is decoded from in 97 of 100 cases, not above `4 · CELLS_MAX`.
/// Measured: 1.35 for each id, and for the luck of the draw three square roots of them and nine.
pub(super) fn enough_for(difference: u64) -> usize {
    let difference = difference.min(2 * CELLS_MAX as u64);
    (difference * 135 / 100 + (9 * difference).isqrt() + 9) as usize
}
