//! The chunks of a PNG file (ISO/IEC 15948), by a list of those that make the picture. Knows nothing of pixels.
//!
//! ```text
//! signature 8 bytes | ( length u32 BE | type 4 bytes | data | CRC 4 bytes )*        ; ends with IEND
//! ```

use super::refusal::Fault;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// Bytes around the data of a chunk.
const FRAME_BYTES: usize = 12;

/// Looks at a picture of our own kind; returns width and height in pixels.
pub(super) fn inspect(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let mut size = None;
    for chunk in Chunks::of(bytes)? {
        let (name, data) = chunk?;
        match name {
            b"IHDR" if size.is_none() => size = size_of(data),
            b"PLTE" | b"tRNS" | b"IDAT" | b"IEND" => {}
            _ => return Err(Fault::Unclean { what: "parts that are no part of the picture" }),
        }
    }
    size.ok_or(Fault::Torn)
}

/// Returns what a picture holds besides itself, in words; as far as it can be read.
pub(super) fn extras(bytes: &[u8]) -> Vec<&'static str> {
    let chunks = Chunks::of(bytes).into_iter().flatten().map_while(Result::ok);
    let words = |(name, _): (&[u8], _)| match name {
        b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND" => None,
        b"eXIf" => Some("camera data (place, time, device, thumbnail)"),
        b"tEXt" | b"zTXt" | b"iTXt" => Some("texts of other programs"),
        b"tIME" => Some("the time it was changed"),
        b"iCCP" => Some("a colour profile"),
        _ => Some("data of other programs"),
    };
    chunks.filter_map(words).collect()
}

fn size_of(header: &[u8]) -> Option<(u32, u32)> {
    let (width, rest) = header.split_first_chunk::<4>()?;
    let (height, rest) = rest.split_first_chunk::<4>()?;
    (rest.len() == 5).then_some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// The chunks up to the end, which must be the end of the bytes.
struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Fault> {
        bytes.strip_prefix(SIGNATURE).map(Self).ok_or(Fault::Torn)
    }

    fn take(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (length, _) = self.0.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (chunk, rest) = self.0.split_at_checked(length.checked_add(FRAME_BYTES)?)?;
        let name = chunk.get(4..8)?;
        if (name == b"IEND") != rest.is_empty() {
            return None;
        }
        self.0 = rest;
        Some((name, chunk.get(8..8 + length)?))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let taken = self.take();
        if taken.is_none() {
            self.0 = &[];
        }
        Some(taken.ok_or(Fault::Torn))
    }
}
