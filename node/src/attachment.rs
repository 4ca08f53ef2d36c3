//! What may be attached to a report: pictures and PDF documents from which everything but what one sees is taken out.
//!
//! Two doors. [`clean`] makes an attachment out of a person's file, on that person's machine: pictures are decoded and encoded anew
//! from pixels alone, documents are put together anew from what a list allows. [`inspect`] looks at what anybody sends: what it lets
//! in is byte for byte what cleaning it once more would give, and it neither decodes pictures nor unpacks streams.
//!
//! This room knows bytes. It must never know who attached them, to which report, or where they are kept. Decision 0031.

mod jpeg;
mod pdf;
mod picture;
mod png;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use talkoot_protocol::id::{AttachmentHash, sha256};
use talkoot_protocol::report::Attachment;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::scan::{Action, Finding, Rule, scan_file_name};

pub use refusal::{Fault, Refusal};
pub use talkoot_protocol::report::limits::ATTACHMENT_BYTES_MAX;

/// Largest file that is looked at, in bytes.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Most pixels of a picture that is looked at.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Longest side of a picture that is kept, in pixels; what is larger is scaled down.
pub const SIDE_MAX: u32 = 2_560;
/// Most pages of a document.
pub const PAGES_MAX: usize = 200;

/// Something in a file that may be an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    /// Where: the file's name, or the text of a document.
    pub place: &'static str,
    /// What it seems to be.
    pub rule: Rule,
    /// What has to happen before the file may be attached: [`Action::Confirm`] or [`Action::Warn`].
    pub action: Action,
    /// The words, for the author's eyes only.
    pub found: String,
}

/// A cleaned file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// What its bytes are.
    pub kind: AttachmentKind,
    /// The bytes: at most [`ATTACHMENT_BYTES_MAX`].
    pub bytes: Vec<u8>,
    /// Of a picture: width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Of a document: its pages.
    pub pages: Option<u32>,
    /// What was taken out, in words.
    pub removed: BTreeSet<&'static str>,
    /// What a person has to look at.
    pub suspicions: Vec<Suspicion>,
}

impl Clean {
    /// Returns what a report says of it.
    pub fn describe(&self, caption: Option<String>) -> Attachment {
        Attachment {
            hash: hash_of(&self.bytes),
            kind: Code::from(self.kind),
            bytes: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            width: self.size.map(|size| size.0),
            height: self.size.map(|size| size.1),
            pages: self.pages,
            caption,
        }
    }
}

/// Returns the hash of an attachment's bytes.
pub fn hash_of(bytes: &[u8]) -> AttachmentHash {
    AttachmentHash::from_bytes(sha256(&[bytes]))
}

/// Makes an attachment out of a file. Its name is looked at and then forgotten.
///
/// # Errors
/// [`Refusal`], which says what to do: the file is not of a kind that can be cleaned, is too large, damaged or locked, holds what
/// acts by itself, or there is an identifier in its name or text.
pub fn clean(name: &str, bytes: &[u8]) -> Result<Clean, Refusal> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refusal::FileTooLarge { max: FILE_BYTES_MAX });
    }
    let mut suspicions = suspicions("the file's name", name, scan_file_name(name))?;
    let mut clean = match Format::of(bytes) {
        Some(Format::Picture(format)) => picture::clean(format, bytes)?,
        Some(Format::Pdf) => pdf::clean(bytes)?,
        None => return Err(Refusal::Kind { what: refusal::kind_in_words(name, bytes) }),
    };
    suspicions.append(&mut clean.suspicions);
    clean.suspicions = suspicions;
    if clean.bytes.len() > ATTACHMENT_BYTES_MAX {
        return Err(Refusal::StillTooLarge { bytes: clean.bytes.len(), max: ATTACHMENT_BYTES_MAX });
    }
    // What others would refuse must not be named in a report.
    inspect(&clean.describe(None), &clean.bytes).map_err(|fault| Refusal::Unclean { fault })?;
    Ok(clean)
}

/// Looks at bytes that came from anywhere: they must be what a report says of them, and hold nothing but what one sees.
///
/// # Errors
/// [`Fault`].
pub fn inspect(attachment: &Attachment, bytes: &[u8]) -> Result<(), Fault> {
    if bytes.len() > ATTACHMENT_BYTES_MAX || bytes.len() != attachment.bytes as usize {
        return Err(Fault::Length);
    }
    if hash_of(bytes) != attachment.hash {
        return Err(Fault::Hash);
    }
    let size = |size: (u32, u32)| (Some(size.0), Some(size.1), None);
    let told = match attachment.kind.known() {
        Some(AttachmentKind::Jpeg) => size(jpeg::inspect(bytes)?),
        Some(AttachmentKind::Png) => size(png::inspect(bytes)?),
        Some(AttachmentKind::Pdf) => (None, None, Some(pdf::inspect(bytes)?)),
        None => return Err(Fault::Kind),
    };
    if told != (attachment.width, attachment.height, attachment.pages) {
        return Err(Fault::Measure);
    }
    if [told.0, told.1].iter().flatten().any(|side| *side == 0 || *side > SIDE_MAX) {
        return Err(Fault::Measure);
    }
    Ok(())
}

/// Sorts what the scanner found in a text: identifiers refuse the file, the rest is for a person to judge.
fn suspicions(place: &'static str, text: &str, found: Vec<Finding>) -> Result<Vec<Suspicion>, Refusal> {
    let mut suspicions = Vec::new();
    for finding in found {
        if finding.action == Action::Block {
            return Err(Refusal::Identifier { place, rule: finding.rule });
        }
        let found = text.get(finding.span.clone()).unwrap_or_default().to_owned();
        let suspicion = Suspicion { place, rule: finding.rule, action: finding.action, found };
        if !suspicions.contains(&suspicion) {
            suspicions.push(suspicion);
        }
    }
    Ok(suspicions)
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Picture(image::ImageFormat),
    Pdf,
}

impl Format {
    fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |magic: &[u8]| bytes.starts_with(magic);
        let webp = begins(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        match () {
            () if begins(b"\xFF\xD8\xFF") => Some(Self::Picture(image::ImageFormat::Jpeg)),
            () if begins(b"\x89PNG\r\n\x1A\n") => Some(Self::Picture(image::ImageFormat::Png)),
            () if webp => Some(Self::Picture(image::ImageFormat::WebP)),
            () if begins(b"%PDF-") => Some(Self::Pdf),
            () => None,
        }
    }
}
