//! Parcels: changes packed for the wire, one or many at once (docs/protocol.md, "Parcels").
//!
//! ```text
//! parcel  = codec (1) || content
//! content = changes               ; codec 0
//!         | frame                 ; codec 1: one zstd frame of changes (RFC 8878) made with dictionary 1, without its magic
//! changes = *( length (4, big endian) || change (length) )
//! ```
//!
//! Beside each parcel travels `raw`, the sum of the changes' lengths: what credit is counted in, and the bound of what a
//! parcel may inflate to. Knows nothing of what a change is. The dictionary and its digested forms are constants; each
//! thread keeps one context for packing and one for unpacking.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{compress_bound, find_frame_compressed_size};

use crate::limits::CHANGE_BYTES_MAX;

#[cfg(test)]
mod tests;

/// Most changes in one parcel.
pub const DELIVERY_CHANGES_MAX: usize = 512;
/// Once a parcel's changes have this many bytes, the packer adds no other.
pub const PARCEL_FULL_BYTES: usize = 512 * 1024;
/// Most bytes of changes in one parcel: one just not full, and the longest change on top.
pub const PARCEL_RAW_MAX: usize = PARCEL_FULL_BYTES + CHANGE_BYTES_MAX;
/// Bytes of the length before each change.
const LENGTH_BYTES: usize = 4;
/// Most bytes that lengths take in one parcel.
const LENGTHS_BYTES_MAX: usize = LENGTH_BYTES * DELIVERY_CHANGES_MAX;
/// What each zstd frame begins with and a parcel leaves out (RFC 8878 §3.1.1).
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Compression level: each level above cost more time than it saved bytes when measured.
const LEVEL: i32 = 3;

/// The dictionary of [`Codec::Zstd1`]. Another dictionary needs another codec number: who has this one could not read it.
static DICTIONARY_1: &[u8] = include_bytes!("dictionary-1.bin");
static ENCODER_1: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static DECODER_1: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    static DEFLATER: RefCell<Option<Deflater>> = const { RefCell::new(None) };
    static INFLATER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// How a parcel's changes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Codec {
    /// As they are. Every node reads it.
    Plain = 0,
    /// In a zstd frame made with dictionary 1. For those who say in their hello that they read it.
    Zstd1 = 1,
}

/// Packed changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Bytes of the changes before packing, without their lengths.
    pub raw: u32,
    /// The parcel: codec, then content.
    pub bytes: Vec<u8>,
}

/// Why bytes are not a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No bytes at all.
    #[error("parcel without a codec")]
    Empty,
    /// A codec this version does not read.
    #[error("parcel of unknown codec {got}")]
    Codec {
        /// The codec byte.
        got: u8,
    },
    /// It declares more than a parcel may hold.
    #[error("parcel of {got} bytes before packing, at most {PARCEL_RAW_MAX} are allowed")]
    Raw {
        /// The declared sum of the changes' lengths in bytes.
        got: u32,
    },
    /// Packed, it is longer than its changes as they are.
    #[error("{got} packed bytes for {raw} bytes of changes")]
    Swollen {
        /// Bytes of the content.
        got: usize,
        /// The declared sum of the changes' lengths in bytes.
        raw: u32,
    },
    /// Not one whole zstd frame of this dictionary, or one that inflates to more than was declared.
    #[error("parcel does not inflate to the {raw} bytes of changes it declares")]
    Frame {
        /// The declared sum of the changes' lengths in bytes.
        raw: u32,
    },
    /// Too many changes.
    #[error("parcel of more than {DELIVERY_CHANGES_MAX} changes")]
    Count,
    /// A change that is empty or longer than any may be.
    #[error("change of {got} bytes in a parcel, 1 to {CHANGE_BYTES_MAX} are allowed")]
    Length {
        /// Its length in bytes.
        got: u32,
    },
    /// It ends within a change or a length.
    #[error("parcel ends within a change")]
    Cut,
    /// The changes are longer or shorter together than declared.
    #[error("the changes of a parcel do not have the {raw} bytes it declares")]
    Sum {
        /// The declared sum of the changes' lengths in bytes.
        raw: u32,
    },
}

/// A context for packing and the room for its frame.
struct Deflater {
    compressor: Compressor<'static>,
    frame: Vec<u8>,
}

/// Packs changes. Takes [`Codec::Plain`] where the codec asked for would not make them smaller.
///
/// The bounds ([`DELIVERY_CHANGES_MAX`], [`PARCEL_RAW_MAX`]) are the caller's to keep; a parcel beyond them is refused by
/// whoever unpacks it.
pub fn pack<C: AsRef<[u8]>>(codec: Codec, changes: impl IntoIterator<Item = C>) -> Parcel {
    let mut bytes = vec![Codec::Plain as u8];
    let mut raw = 0u32;
    for change in changes {
        let change = change.as_ref();
        let length = u32::try_from(change.len()).unwrap_or(u32::MAX);
        raw = raw.saturating_add(length);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(change);
    }
    let packed = match codec {
        Codec::Plain => None,
        Codec::Zstd1 => deflate(bytes.get(1..).unwrap_or_default()),
    };
    Parcel { raw, bytes: packed.filter(|packed| packed.len() < bytes.len()).unwrap_or(bytes) }
}

/// Unpacks changes, in their order. `raw` is the sum of their lengths in bytes as the sender declared it.
///
/// Never writes more than `raw` bytes and the changes' lengths, whatever the parcel says of itself.
///
/// # Errors
/// Every [`Error`]: each is a sender's fault, none can be mended.
pub fn unpack(bytes: &[u8], raw: u32) -> Result<Vec<Vec<u8>>, Error> {
    if raw as usize > PARCEL_RAW_MAX {
        return Err(Error::Raw { got: raw });
    }
    match bytes.split_first() {
        None => Err(Error::Empty),
        Some((0, content)) => split(content, raw),
        Some((1, content)) => split(&inflate(content, raw)?, raw),
        Some((&got, _)) => Err(Error::Codec { got }),
    }
}

impl Deflater {
    fn new() -> Option<Self> {
        let mut compressor = Compressor::with_prepared_dictionary(&ENCODER_1).ok()?;
        compressor.include_checksum(false).ok()?;
        compressor.include_contentsize(false).ok()?;
        compressor.include_dictid(false).ok()?;
        Some(Self { compressor, frame: Vec::new() })
    }

    /// Returns codec and frame, or `None` if zstd has no memory for it.
    fn deflate(&mut self, changes: &[u8]) -> Option<Vec<u8>> {
        self.frame.clear();
        self.frame.reserve(compress_bound(changes.len()));
        self.compressor.compress_to_buffer(changes, &mut self.frame).ok()?;
        let frame = self.frame.strip_prefix(&MAGIC)?;
        let mut packed = Vec::with_capacity(1 + frame.len());
        packed.push(Codec::Zstd1 as u8);
        packed.extend_from_slice(frame);
        Some(packed)
    }
}

fn deflate(changes: &[u8]) -> Option<Vec<u8>> {
    DEFLATER.with_borrow_mut(|deflater| {
        if deflater.is_none() {
            *deflater = Deflater::new();
        }
        deflater.as_mut()?.deflate(changes)
    })
}

/// Inflates a frame into a buffer of fixed size. The buffer is the window as well, so that a header that asks for a large
/// one costs nothing.
fn inflate(content: &[u8], raw: u32) -> Result<Vec<u8>, Error> {
    let room = (raw as usize).saturating_add(LENGTHS_BYTES_MAX);
    if content.len() > room {
        return Err(Error::Swollen { got: content.len(), raw });
    }
    let mut frame = Vec::with_capacity(MAGIC.len() + content.len());
    frame.extend_from_slice(&MAGIC);
    frame.extend_from_slice(content);
    // One frame and nothing after it: the library would go on with the next, or skip one that says it is no data.
    if find_frame_compressed_size(&frame) != Ok(frame.len()) {
        return Err(Error::Frame { raw });
    }
    let mut changes = Vec::with_capacity(room);
    let inflated = INFLATER.with_borrow_mut(|inflater| {
        if inflater.is_none() {
            *inflater = Decompressor::with_prepared_dictionary(&DECODER_1).ok();
        }
        inflater.as_mut()?.decompress_to_buffer(&frame, &mut changes).ok()
    });
    inflated.map(|_| changes).ok_or(Error::Frame { raw })
}

fn split(mut rest: &[u8], raw: u32) -> Result<Vec<Vec<u8>>, Error> {
    let mut changes = Vec::new();
    let mut left = raw;
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH_BYTES>() {
        let length = u32::from_be_bytes(*length);
        if changes.len() == DELIVERY_CHANGES_MAX {
            return Err(Error::Count);
        }
        if length == 0 || length as usize > CHANGE_BYTES_MAX {
            return Err(Error::Length { got: length });
        }
        left = left.checked_sub(length).ok_or(Error::Sum { raw })?;
        let (change, after) = after.split_at_checked(length as usize).ok_or(Error::Cut)?;
        changes.push(change.to_vec());
        rest = after;
    }
    match (rest.is_empty(), left) {
        (false, _) => Err(Error::Cut),
        (true, 0) => Ok(changes),
        (true, _) => Err(Error::Sum { raw }),
    }
}
