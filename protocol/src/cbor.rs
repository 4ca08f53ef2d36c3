//! Deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths, ascending map keys.
//!
//! Writing is deterministic because each type is written by one function. Reading proves it: whoever decodes also encodes
//! again and compares ([`exactly`]), so that every value has one form and a signature covers one meaning.

use std::convert::Infallible;

pub(crate) use minicbor::decode::Decoder;
use minicbor::encode as writing;

/// Writes into memory.
pub(crate) type Encoder = writing::Encoder<Vec<u8>>;
/// What an encoding function returns; writing into memory does not fail.
pub(crate) type Written = Result<(), writing::Error<Infallible>>;

/// Bytes that are not the deterministic CBOR of the thing expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed {what}")]
pub struct Malformed {
    /// What was expected.
    pub what: &'static str,
}

/// Runs an encoding function and returns its bytes.
pub(crate) fn encode(write: impl FnOnce(&mut Encoder) -> Written) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(256));
    write(&mut encoder).expect("writing CBOR into memory cannot fail");
    encoder.into_writer()
}

/// A decoder that knows what it is reading, for its errors.
pub(crate) struct Reader<'b> {
    decoder: Decoder<'b>,
    what: &'static str,
}

impl<'b> Reader<'b> {
    /// Starts reading `bytes` as a `what`.
    pub(crate) fn new(bytes: &'b [u8], what: &'static str) -> Self {
        Self { decoder: Decoder::new(bytes), what }
    }

    /// Starts reading at most `bytes_max` bytes that are an array of `length` items, the first of them this version.
    pub(crate) fn versioned(
        bytes: &'b [u8],
        what: &'static str,
        bytes_max: usize,
        (length, version): (u64, u8),
    ) -> Result<Self, Malformed> {
        let mut reader = Self::new(bytes, what);
        if bytes.len() > bytes_max {
            return Err(reader.malformed());
        }
        reader.array_of(length)?;
        if reader.u8()? == version { Ok(reader) } else { Err(reader.malformed()) }
    }

    /// Says that the bytes are not what was expected.
    pub(crate) fn malformed(&self) -> Malformed {
        Malformed { what: self.what }
    }

    fn or<T>(&self, result: Result<T, minicbor::decode::Error>) -> Result<T, Malformed> {
        result.map_err(|_| self.malformed())
    }

    /// Reads the head of an array of exactly `length` items.
    pub(crate) fn array_of(&mut self, length: u64) -> Result<(), Malformed> {
        match self.decoder.array() {
            Ok(Some(got)) if got == length => Ok(()),
            _ => Err(self.malformed()),
        }
    }

    /// Reads the head of an array of at most `max` items.
    pub(crate) fn array_up_to(&mut self, max: usize) -> Result<usize, Malformed> {
        match self.decoder.array() {
            Ok(Some(got)) if got <= max as u64 => Ok(got as usize),
            _ => Err(self.malformed()),
        }
    }

    /// Reads the head of a map of at most `max` entries.
    pub(crate) fn map_up_to(&mut self, max: usize) -> Result<usize, Malformed> {
        match self.decoder.map() {
            Ok(Some(got)) if got <= max as u64 => Ok(got as usize),
            _ => Err(self.malformed()),
        }
    }

    /// Reads a tag and requires it to be `tag`.
    pub(crate) fn tag(&mut self, tag: u64) -> Result<(), Malformed> {
        match self.decoder.tag() {
            Ok(got) if got.as_u64() == tag => Ok(()),
            _ => Err(self.malformed()),
        }
    }

    /// Reads an unsigned number.
    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        let got = self.decoder.u64();
        self.or(got)
    }

    /// Reads an unsigned number of at most 32 bits.
    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        let got = self.decoder.u32();
        self.or(got)
    }

    /// Reads an unsigned number of at most 8 bits.
    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        let got = self.decoder.u8();
        self.or(got)
    }

    /// Reads a truth value.
    pub(crate) fn bool(&mut self) -> Result<bool, Malformed> {
        let got = self.decoder.bool();
        self.or(got)
    }

    /// Reads a byte string without copying it.
    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        let got = self.decoder.bytes();
        self.or(got)
    }

    /// Reads a byte string of exactly `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes()?.try_into().map_err(|_| self.malformed())
    }

    /// Reads a text of at most `max` bytes.
    pub(crate) fn text(&mut self, max: usize) -> Result<&'b str, Malformed> {
        match self.decoder.str() {
            Ok(text) if text.len() <= max => Ok(text),
            _ => Err(self.malformed()),
        }
    }

    /// Consumes a `null` if one is next.
    pub(crate) fn null(&mut self) -> bool {
        let is_null = matches!(self.decoder.datatype(), Ok(minicbor::data::Type::Null));
        is_null && self.decoder.null().is_ok()
    }

    /// Requires that nothing is left.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.decoder.position() == self.decoder.input().len() { Ok(()) } else { Err(self.malformed()) }
    }

    /// Returns whether a byte string is next.
    pub(crate) fn is_bytes(&self) -> bool {
        matches!(self.decoder.datatype(), Ok(minicbor::data::Type::Bytes))
    }
}

/// Requires that `again`, the re-encoding of what was decoded from `bytes`, is the same.
pub(crate) fn exactly(bytes: &[u8], again: &[u8], what: &'static str) -> Result<(), Malformed> {
    if bytes == again { Ok(()) } else { Err(Malformed { what }) }
}

#[cfg(test)]
pub(crate) mod testing {
    //! What every strict reader holds.

    use super::Malformed;

    /// Requires that a value is read from what is written of it, and that nothing is read of which other bytes would be written: not
    /// with the byte at some place another, nor cut off there.
    pub(crate) fn is_strict<T: std::fmt::Debug + PartialEq>(
        value: &T,
        (at, to, cut): (usize, u8, bool),
        encode: impl Fn(&T) -> Vec<u8>,
        decode: impl Fn(&[u8]) -> Result<T, Malformed>,
    ) {
        let mut bytes = encode(value);
        assert_eq!(decode(&bytes).as_ref(), Ok(value));
        let at = at % bytes.len();
        if cut {
            bytes.truncate(at)
        } else {
            bytes[at] = to
        }
        if let Ok(read) = decode(&bytes) {
            assert_eq!(encode(&read), bytes);
        }
    }
}
