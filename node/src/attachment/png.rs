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
    let mut chunks = Chunks::of(bytes)?;
    for chunk in &mut chunks {
        let (name, data) = chunk?;
        match name {
            b"IHDR" if size.is_none() => size = size_of(data),
            b"PLTE" | b"tRNS" | b"IDAT" | b"IEND" => {}
            _ => return Err(Fault::Unclean { what: "parts that are no part of the picture" }),
        }
    }
    match chunks.rest.is_empty() {
        true => size.ok_or(Fault::Torn),
        false => Err(Fault::Unclean { what: "bytes after its end" }),
    }
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

/// Returns whether a file goes on to the end of the picture.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    Chunks::of(bytes).is_ok_and(|mut chunks| chunks.all(|chunk| chunk.is_ok()))
}

/// The chunks up to the end of the picture.
struct Chunks<'a> {
    rest: &'a [u8],
    is_over: bool,
}

impl<'a> Chunks<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Fault> {
        let rest = bytes.strip_prefix(SIGNATURE).ok_or(Fault::Torn)?;
        Ok(Self { rest, is_over: false })
    }

    fn take(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (length, _) = self.rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (chunk, rest) = self.rest.split_at_checked(length.checked_add(FRAME_BYTES)?)?;
        self.rest = rest;
        Some((chunk.get(4..8)?, chunk.get(8..8 + length)?))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<(&'a [u8], &'a [u8]), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let taken = self.take();
        self.is_over = taken.is_none_or(|(name, _)| name == b"IEND");
        Some(taken.ok_or(Fault::Torn))
    }
}
