//! The segments of a JPEG file (ITU-T T.81, annex B), by a list of those that make the picture. Knows nothing of pixels.
//!
//! ```text
//! SOI | ( FF marker | length u16 BE | data )* | SOS … entropy-coded data … | EOI
//! ```

use super::refusal::Fault;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP14: u8 = 0xEE;
const COMMENT: u8 = 0xFE;

/// A JPEG file without what is not the picture.
#[derive(Debug)]
pub(super) struct Bare {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    /// What was left out, in words.
    pub(super) left_out: Vec<&'static str>,
}

/// Looks at a picture of our own kind.
pub(super) fn inspect(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let bare = bare(bytes)?;
    match bare.bytes == bytes {
        true => Ok(bare.size),
        false => Err(Fault::Unclean { what: "segments that are no part of the picture" }),
    }
}

/// Copies what makes the picture: tables, frames, scans, and the two marks that say how colours are meant. What follows the end is
/// left out.
pub(super) fn bare(bytes: &[u8]) -> Result<Bare, Fault> {
    let mut rest = bytes.strip_prefix(&[0xFF, SOI]).ok_or(Fault::Torn)?;
    let mut bare = Bare { bytes: vec![0xFF, SOI], size: (0, 0), left_out: Vec::new() };
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == EOI {
            bare.bytes.extend_from_slice(&[0xFF, EOI]);
            if !after.is_empty() {
                bare.left_out.push("bytes after its end");
            }
            return if bare.size == (0, 0) { Err(Fault::Torn) } else { Ok(bare) };
        }
        let (length, _) = after.split_first_chunk::<2>().ok_or(Fault::Torn)?;
        let (segment, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Fault::Torn)?;
        let data = segment.get(2..).ok_or(Fault::Torn)?;
        let coded = if marker == SOS { coded_len(after) } else { 0 };
        let (coded, after) = after.split_at_checked(coded).ok_or(Fault::Torn)?;
        match is_kept(marker, data) {
            true => {
                bare.bytes.extend_from_slice(&[0xFF, marker]);
                bare.bytes.extend_from_slice(segment);
                bare.bytes.extend_from_slice(coded);
            }
            false => bare.left_out.push(in_words(marker, data)),
        }
        if let Some(size) = size_of(marker, data) {
            // Two frames are two pictures, of which a reader may show either.
            if bare.size != (0, 0) {
                return Err(Fault::Unclean { what: "a second picture" });
            }
            bare.size = size;
        }
        rest = after;
    }
}

/// Returns the next marker and what follows it; fill bytes before it do not count.
fn next_marker(bytes: &[u8]) -> Result<(u8, &[u8]), Fault> {
    let mut rest = bytes.strip_prefix(&[0xFF]).ok_or(Fault::Torn)?;
    while let Some(more) = rest.strip_prefix(&[0xFF]) {
        rest = more;
    }
    match rest.split_first() {
        Some((marker, after)) if *marker >= 0xC0 => Ok((*marker, after)),
        _ => Err(Fault::Torn),
    }
}

/// Returns how long the entropy-coded data is: up to the next marker that is no restart.
fn coded_len(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair[0] == 0xFF && pair[1] != 0 && !(0xD0..=0xD7).contains(&pair[1]);
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

fn is_frame(marker: u8) -> bool {
    // SOF0 to SOF2: baseline, extended, progressive. The others no usual program shows.
    (0xC0..=0xC2).contains(&marker)
}

fn is_kept(marker: u8, data: &[u8]) -> bool {
    match marker {
        // DHT, DQT, DNL, DRI, SOS.
        0xC4 | 0xDB | 0xDC | 0xDD | SOS => true,
        // JFIF without a thumbnail.
        APP0 => data.len() == 14 && data.starts_with(b"JFIF\0") && data.ends_with(&[0, 0]),
        // Adobe's mark of the colour transform.
        APP14 => data.len() == 12 && data.starts_with(b"Adobe"),
        marker => is_frame(marker),
    }
}

fn size_of(marker: u8, data: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from(u16::from_be_bytes([*data.get(at)?, *data.get(at + 1)?])));
    is_frame(marker).then(|| Some((number(3)?, number(1)?))).flatten()
}

fn in_words(marker: u8, data: &[u8]) -> &'static str {
    match marker {
        0xE1 if data.starts_with(b"Exif") => "camera data (place, time, device, thumbnail)",
        0xE1 => "metadata of an editing program (XMP)",
        0xE2 => "a colour profile",
        0xED => "metadata of a photo archive (IPTC)",
        COMMENT => "a comment",
        _ => "data of other programs",
    }
}
