//! Reads numbers and slices of a chunk one after another, never past the end and never a number not in its shortest form.

use super::error::Error;

/// Longest LEB128 form of 64 bits, in bytes.
const NUMBER_BYTES_MAX: usize = 10;

/// A reader over a part of a chunk that knows where in the chunk it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    part: &'static str,
}

impl<'a> Cursor<'a> {
    /// Starts at the first of `bytes`, which stand at byte `at` of the chunk.
    pub(super) const fn new(bytes: &'a [u8], at: usize, part: &'static str) -> Self {
        Self { bytes, at, part }
    }

    /// Names what is being read, for errors.
    pub(super) const fn set_part(&mut self, part: &'static str) {
        self.part = part;
    }

    /// Returns what is being read.
    pub(super) const fn part(&self) -> &'static str {
        self.part
    }

    /// Returns the position in the chunk.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Returns how many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the next `count` bytes.
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], Error> {
        let truncated = Error::Truncated { part: self.part, at: self.at };
        let Ok(count) = usize::try_from(count) else { return Err(truncated) };
        let Some((head, rest)) = self.bytes.split_at_checked(count) else { return Err(truncated) };
        self.bytes = rest;
        self.at += count;
        Ok(head)
    }

    /// Takes exactly `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64)?);
        Ok(array)
    }

    /// Takes an unsigned LEB128 number in its shortest form.
    pub(super) fn unsigned(&mut self) -> Result<u64, Error> {
        if let [byte @ 0..=0x7f, rest @ ..] = self.bytes {
            self.bytes = rest;
            self.at += 1;
            return Ok(u64::from(*byte));
        }
        let number = self.number()?;
        let mut value = 0u64;
        for (index, byte) in number.iter().enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
        }
        let last = number.last().copied().unwrap_or(0);
        if last == 0 || (number.len() == NUMBER_BYTES_MAX && last > 1) {
            return Err(self.bad_number(number.len()));
        }
        Ok(value)
    }

    /// Takes a signed LEB128 number in its shortest form.
    pub(super) fn signed(&mut self) -> Result<i64, Error> {
        let number = self.number()?;
        let mut value = 0u64;
        for (index, byte) in number.iter().enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
        }
        let last = number.last().copied().unwrap_or(0);
        if number.len() < NUMBER_BYTES_MAX {
            if last & 0x40 != 0 {
                value |= u64::MAX << (7 * number.len());
            }
        } else if last != 0 && last != 0x7f {
            return Err(self.bad_number(number.len()));
        }
        // The last byte must say more than the sign that the byte before already shows.
        if let [.., before, last] = number
            && ((*last == 0 && before & 0x40 == 0) || (*last == 0x7f && before & 0x40 != 0))
        {
            return Err(self.bad_number(number.len()));
        }
        Ok(value.cast_signed())
    }

    /// Takes the bytes of one LEB128 number: all but the last have the high bit set.
    fn number(&mut self) -> Result<&'a [u8], Error> {
        match self.bytes.iter().take(NUMBER_BYTES_MAX).position(|byte| byte & 0x80 == 0) {
            Some(last) => self.take(last as u64 + 1),
            None if self.bytes.len() < NUMBER_BYTES_MAX => Err(Error::Truncated { part: self.part, at: self.at }),
            None => Err(self.bad_number(0)),
        }
    }

    /// The number of `length` bytes that was just taken is not acceptable.
    const fn bad_number(&self, length: usize) -> Error {
        Error::BadNumber { part: self.part, at: self.at.saturating_sub(length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsigned(bytes: &[u8]) -> Result<u64, Error> {
        Cursor::new(bytes, 0, "test").unsigned()
    }

    fn signed(bytes: &[u8]) -> Result<i64, Error> {
        Cursor::new(bytes, 0, "test").signed()
    }

    #[test]
    fn reads_shortest_forms_only() {
        assert_eq!(unsigned(&[0]), Ok(0));
        assert_eq!(unsigned(&[0xff, 0x7f]), Ok(16_383));
        assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), Ok(u64::MAX));
        for bad in [&[0x80, 0][..], &[0x80], &[], &[0xff; 9], &[0xff; 12]] {
            assert!(unsigned(bad).is_err(), "{bad:x?}");
        }
        assert!(unsigned(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]).is_err());
        assert_eq!(signed(&[0x40]), Ok(-64));
        assert_eq!(signed(&[0xff, 0x3f]), Ok(8_191));
        assert_eq!(signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]), Ok(i64::MIN));
        assert_eq!(signed(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0]), Ok(i64::MAX));
        for bad in [&[0xbf, 0][..], &[0x81, 0xff, 0x7f], &[0x90], &[0x80; 11]] {
            assert!(signed(bad).is_err(), "{bad:x?}");
        }
        assert!(signed(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e]).is_err());
    }
}
