//! Coded symbols: two nodes find out which ids one of them lacks, in bytes proportional to the difference and not to the sets.
//!
//! A set is written as an endless row of cells. Each id is added into some of them, by a keyed hash: into cell 0 always, into
//! cell `i` with probability `1 / (1 + i / 2)`. Cells are linear, so one side's cells less the other's are the cells of the
//! difference alone; what both hold is gone. A cell that then holds one id shows it, the id is taken out of its other cells,
//! which lays others open, until nothing is left. About 1.35 cells for each id of the difference do, whatever its size,
//! so cells are sent until the other side says enough. Linear also means that the first cells of a set are kept
//! up to date by a few additions at each insert ([`Prefix`]) and serve every peer without walking the set.
//!
//! - [`Key`]: what the hash is keyed with;
//! - [`Prefix`], [`Snapshot`]: the first cells of one set, kept current and lent out;
//! - [`encode`], [`decode`]: cells as bytes;
//! - [`first_block`], [`next_block`]: how many cells to send;
//! - [`Decoder`]: the cells of two sets become their difference.
//!
//! The paper is Yang, Gilad and Alizadeh, "Practical Rateless Set Reconciliation", SIGCOMM 2024; the bytes are those of
//! docs/protocol.md, "Coded symbols". Ids of a set must be distinct. Who knows the key can choose ids that share their cells
//! and so cannot be told apart: decoding then does not end, the estimate stays small, and a fresh key helps. This module
//! knows neither peers nor changes nor scopes.

mod cell;
mod decoder;
mod error;
mod key;
mod mapping;
mod prefix;
mod size;
#[cfg(test)]
mod tests;
mod wire;

pub use cell::Cell;
pub use decoder::{Decoder, Difference, STEPS_PER_CELL_MAX};
pub use error::Error;
pub use key::Key;
pub use mapping::{CELLS_MAX, CELLS_MIN};
pub use prefix::{Prefix, Snapshot};
pub use size::{FIRST_BLOCK_MIN, first_block, next_block};
pub use wire::{CELL_BYTES_MAX, CELL_BYTES_MIN, decode, encode};
