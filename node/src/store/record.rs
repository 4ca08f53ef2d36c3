//! One record as it lies in a segment: a header with a checksum of its own, then the payload.
//!
//! ```text
//!  0         4          8                   16     17             21            25
//!  +---------+----------+-------------------+------+--------------+-------------+----------- - - -
//!  | marker  | length   | ordinal           | kind | payload crc  | header crc  | payload
//!  | 4 bytes | u32 LE   | u64 LE            | u8   | u32 LE       | u32 LE      | length bytes
//!  +---------+----------+-------------------+------+--------------+-------------+----------- - - -
//!  |<------------------ under the header crc ------------------->|
//! ```
//!
//! Both checksums are CRC-32C (RFC 3720, appendix B.4) and start from the store's salt (see `segment.rs`): a payload
//! written by a stranger may contain anything, but not something that passes for a record of this store. Two checksums
//! rather than one, so that a damaged payload still tells where the next record begins, and so that the search for the
//! next header costs 25 bytes a candidate and not a megabyte.
//!
//! This file knows bytes only: no files, no index.

use super::error::Error;

/// Bytes before the payload.
pub(super) const HEADER_BYTES: usize = 25;
/// Longest payload: 1 MiB.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;
/// Longest index value.
pub const INDEX_BYTES_MAX: usize = 512;
/// What each record starts with. The first byte is no UTF-8 and the last one a control character: rare in any payload.
pub(super) const MARKER: [u8; 4] = [0xF5, b'T', b'k', 0x1E];
/// No store ever counts this far; a larger ordinal is noise, and arithmetic below it cannot overflow.
pub(super) const ORDINAL_MAX: u64 = 1 << 48;

/// What a caller hands in to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The caller's own tag, given back with the record.
    pub kind: u8,
    /// The payload, at most [`PAYLOAD_BYTES_MAX`] bytes, opaque to the store.
    pub bytes: &'a [u8],
    /// A small value the caller wants back when the store opens, at most [`INDEX_BYTES_MAX`] bytes.
    pub index: &'a [u8],
}

impl Record<'_> {
    /// Checks both lengths.
    pub(super) fn check(&self) -> Result<(), Error> {
        at_most("a record", self.bytes.len(), PAYLOAD_BYTES_MAX)?;
        at_most("an index value", self.index.len(), INDEX_BYTES_MAX)
    }
}

/// Refuses a length above its limit.
pub(super) fn at_most(what: &'static str, got: usize, max: usize) -> Result<(), Error> {
    if got > max { Err(Error::TooLong { what, got, max }) } else { Ok(()) }
}

/// Where a record lies. Ordered as on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Number of the segment file, counted from 1.
    pub segment: u32,
    /// Where in that file the record's header starts.
    pub offset: u32,
    /// Length of the payload in bytes.
    pub length: u32,
}

impl Place {
    /// Returns the offset just after the payload.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.offset) + HEADER_BYTES as u64 + u64::from(self.length)
    }
}

/// A record's header, read and found sound, or about to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) length: u32,
    pub(super) ordinal: u64,
    pub(super) kind: u8,
    pub(super) payload_crc: u32,
}

impl Header {
    /// Makes the header of a payload, which must be at most [`PAYLOAD_BYTES_MAX`] long.
    pub(super) fn new(salt: u32, ordinal: u64, kind: u8, payload: &[u8]) -> Self {
        let payload_crc = crc32c::crc32c_append(salt, payload);
        Self { length: payload.len() as u32, ordinal, kind, payload_crc }
    }

    /// Returns the 25 bytes that go before the payload.
    pub(super) fn encode(&self, salt: u32) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MARKER);
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.ordinal.to_le_bytes());
        bytes[16] = self.kind;
        bytes[17..21].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32c::crc32c_append(salt, &bytes[..21]);
        bytes[21..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header from the first 25 of `bytes`; `None` when they are fewer, or not a sound header of this store.
    pub(super) fn decode(salt: u32, bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        let crc = u32::from_le_bytes(*bytes[21..].first_chunk()?);
        if bytes[..4] != MARKER || crc32c::crc32c_append(salt, &bytes[..21]) != crc {
            return None;
        }
        let header = Self {
            length: u32::from_le_bytes(*bytes[4..].first_chunk()?),
            ordinal: u64::from_le_bytes(*bytes[8..].first_chunk()?),
            kind: bytes[16],
            payload_crc: u32::from_le_bytes(*bytes[17..].first_chunk()?),
        };
        let plausible = header.length as usize <= PAYLOAD_BYTES_MAX && header.ordinal <= ORDINAL_MAX;
        plausible.then_some(header)
    }

    /// Whether `payload` is what this header was made for.
    pub(super) fn matches(&self, salt: u32, payload: &[u8]) -> bool {
        payload.len() == self.length as usize && crc32c::crc32c_append(salt, payload) == self.payload_crc
    }

    /// Returns the bytes of header and payload together.
    pub(super) fn frame_bytes(&self) -> u64 {
        HEADER_BYTES as u64 + u64::from(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn header_round_trips(salt: u32, ordinal in 0..ORDINAL_MAX, kind: u8, payload: Vec<u8>) {
            let header = Header::new(salt, ordinal, kind, &payload);
            prop_assert_eq!(Header::decode(salt, &header.encode(salt)), Some(header));
            prop_assert!(header.matches(salt, &payload));
        }

        #[test]
        fn noise_is_no_header(salt: u32, noise: [u8; HEADER_BYTES]) {
            prop_assert_eq!(Header::decode(salt, &noise), None);
        }

        #[test]
        fn one_changed_byte_is_noticed(salt: u32, at in 0..HEADER_BYTES, flip in 1..=255u8) {
            let mut bytes = Header::new(salt, 7, 1, b"payload").encode(salt);
            bytes[at] ^= flip;
            prop_assert_eq!(Header::decode(salt, &bytes), None);
        }
    }

    #[test]
    fn a_record_of_another_store_is_noise_here() {
        let bytes = Header::new(1, 7, 1, b"payload").encode(1);
        assert_eq!(Header::decode(2, &bytes), None);
    }
}
