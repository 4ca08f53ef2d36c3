//! Cells as bytes: sum 16 ‖ check 8 ‖ deviation of the count, and so on, without length or end mark.
//!
//! ```text
//! cell       sum 16, big-endian | check 8, big-endian | deviation, 1 to 10
//! deviation  zigzag(count - expected) as uleb in its shortest form
//! expected   the set's size / (1 + index / 2), rounded to the nearest number, halves up
//! ```
//!
//! A count lies within a few square roots of what is expected of a set of that size: one or two bytes instead of eight.

use super::cell::Cell;
use super::error::Error;
use super::mapping::CELLS_MAX;

/// Fewest bytes of a cell.
pub const CELL_BYTES_MIN: usize = 25;
/// Most bytes of a cell.
pub const CELL_BYTES_MAX: usize = 34;

/// Most bytes of a number of 64 bits, seven bits a byte.
const NUMBER_BYTES_MAX: usize = 10;

/// Writes cells of a set of `set_size` ids, the first of which has index `from`.
pub fn encode(cells: &[Cell], from: u32, set_size: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(cells.len() * (CELL_BYTES_MIN + 2));
    for (cell, index) in cells.iter().zip(u64::from(from)..) {
        bytes.extend_from_slice(&cell.sum.to_be_bytes());
        bytes.extend_from_slice(&cell.check.to_be_bytes());
        write_number(&mut bytes, zigzag(cell.count.wrapping_sub(expected(set_size, index))));
    }
    bytes
}

/// Reads cells of a set of `set_size` ids, the first of which has index `from`. Takes memory in proportion to the bytes.
///
/// # Errors
/// [`Error::TooMany`] when they reach beyond [`CELLS_MAX`], [`Error::Truncated`] when the last one is not whole,
/// [`Error::Count`] when a count is not in its shortest form.
pub fn decode(bytes: &[u8], from: u32, set_size: u64) -> Result<Vec<Cell>, Error> {
    let room = CELLS_MAX.saturating_sub(from as usize);
    let mut cells = Vec::with_capacity(room.min(bytes.len() / CELL_BYTES_MIN));
    let mut rest = bytes;
    for index in u64::from(from).. {
        if rest.is_empty() {
            break;
        }
        if cells.len() == room {
            return Err(Error::TooMany { end: (index as usize).saturating_add(1), max: CELLS_MAX });
        }
        cells.push(read_cell(&mut rest, index, set_size)?);
    }
    Ok(cells)
}

fn read_cell(rest: &mut &[u8], index: u64, set_size: u64) -> Result<Cell, Error> {
    let cut = Error::Truncated { index: index as usize };
    let (sum, tail) = rest.split_first_chunk().ok_or(cut)?;
    let (check, tail) = tail.split_first_chunk().ok_or(cut)?;
    *rest = tail;
    let deviation = unzigzag(read_number(rest, index as usize)?);
    let count = expected(set_size, index).wrapping_add(deviation);
    Ok(Cell { count, sum: u128::from_be_bytes(*sum), check: u64::from_be_bytes(*check) })
}

/// Returns how many ids of `set_size` are expected in cell `index`, in the low 64 bits: `set_size · 2 / (index + 2)`, rounded.
pub(super) fn expected(set_size: u64, index: u64) -> i64 {
    let divisor = u128::from(index) + 2;
    ((u128::from(set_size) * 4 + divisor) / (divisor * 2)) as i64
}

/// Puts small numbers of either sign first: 0, -1, 1, -2, 2, ….
const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_number(rest: &mut &[u8], index: usize) -> Result<u64, Error> {
    let mut number = 0u64;
    for at in 0..NUMBER_BYTES_MAX {
        let (&byte, tail) = rest.split_first().ok_or(Error::Truncated { index })?;
        *rest = tail;
        let (bits, shift) = (u64::from(byte & 0x7f), 7 * at as u32);
        if (bits << shift) >> shift != bits || (byte == 0 && at > 0) {
            return Err(Error::Count { index });
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Error::Count { index })
}
