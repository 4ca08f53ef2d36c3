//! PDF documents (ISO 32000-1), put together anew: pages, fonts, pictures and drawings by a list of what each may say, and nothing
//! else. Without Info, XMP, ids, annotations, form fields, bookmarks, thumbnails, tags, older revisions and whatever lies between.
//!
//! - [`object`]: the objects of a document, and the one way they are written;
//! - [`rules`]: which entries are kept, by the part a dictionary plays;
//! - [`rebuild`]: walks from the pages and keeps what the rules keep;
//! - [`source`]: a person's file, read by lopdf on that person's machine;
//! - [`words`]: the text of a person's file, for the scanner.
//!
//! What comes from a peer is read by [`object`] alone, in the one form it may have: reading, rebuilding and writing it must give the
//! same bytes.

mod object;
mod rebuild;
mod rules;
mod source;
mod words;

use std::collections::BTreeSet;

use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::scan::scan;

use super::refusal::{Fault, Refusal};
use super::{Clean, PAGES_MAX, suspicions};

/// What one cannot see and is taken out: key of a dictionary, and what it is in words.
const TAKEN_OUT: [(&[u8], &str); 8] = [
    (b"Metadata", "metadata of an editing program (XMP)"),
    (b"Annots", "comments, links and form fields"),
    (b"Outlines", "bookmarks"),
    (b"Thumb", "thumbnails"),
    (b"PieceInfo", "data of other programs"),
    (b"StructTreeRoot", "the order of reading for screen readers"),
    (b"PageLabels", "page labels"),
    (b"Names", "named places"),
];

/// Cleans a document.
pub(super) fn clean(bytes: &[u8]) -> Result<Clean, Refusal> {
    let source = source::Source::read(bytes)?;
    source.require_tame()?;
    let text = words::of(&source)?;
    let suspicions = suspicions("the text of the document", &text, scan(&text))?;
    let pages = source.pages()?;
    let rebuilt = rebuild::rebuild(&source, &pages)?;
    let mut removed: BTreeSet<&'static str> =
        TAKEN_OUT.iter().filter(|(key, _)| source.mentions(key)).map(|(_, words)| *words).collect();
    if source.has_info() {
        removed.insert("title, author, program and dates");
    }
    Ok(Clean {
        kind: AttachmentKind::Pdf,
        bytes: object::write(&rebuilt),
        size: None,
        pages: u32::try_from(pages.len()).ok(),
        removed,
        suspicions,
    })
}

/// Looks at a document of our own kind; returns its pages.
pub(super) fn inspect(bytes: &[u8]) -> Result<u32, Fault> {
    let unclean = Fault::Unclean { what: "parts that are not shown" };
    let file = object::read(bytes).ok_or(Fault::Torn)?;
    let pages = file.pages().ok_or(Fault::Torn)?;
    if pages.is_empty() || pages.len() > PAGES_MAX {
        return Err(Fault::Measure);
    }
    let rebuilt = rebuild::rebuild(&file, &pages).map_err(|_| unclean)?;
    match object::write(&rebuilt) == bytes {
        true => Ok(u32::try_from(pages.len()).unwrap_or(u32::MAX)),
        false => Err(unclean),
    }
}
