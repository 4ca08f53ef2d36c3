//! Why a file cannot be attached, for the person who has it; why bytes are not taken, for a node that got them.

use talkoot_protocol::scan::Rule;

/// Why bytes from elsewhere are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There are more or fewer than the report says, or more than anybody may send.
    #[error("it is not as long as the report says")]
    Length,
    /// They are other bytes.
    #[error("it is not what the report names")]
    Hash,
    /// It is of a kind this version does not know.
    #[error("it is of a kind this version does not know")]
    Kind,
    /// Width, height or pages differ from what the report says, or are out of bounds.
    #[error("its width, height or pages are not what the report says")]
    Measure,
    /// It ends in the middle.
    #[error("it ends in the middle")]
    Torn,
    /// It holds something besides what one sees, or is not written the one way it may be.
    #[error("it holds something besides what one sees ({what})")]
    Unclean {
        /// What, in words.
        what: &'static str,
    },
}

/// Why a file cannot be attached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is of a kind that cannot be cleaned.
    #[error("{what} cannot be cleaned of hidden data")]
    Kind {
        /// What it is, in words.
        what: String,
    },
    /// It is larger than is looked at.
    #[error("the file is larger than {} MiB", max >> 20)]
    FileTooLarge {
        /// Most bytes.
        max: usize,
    },
    /// It has more pixels than are looked at.
    #[error("the picture has {width} x {height} pixels, which is too many")]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// It stays too large after cleaning.
    #[error("cleaned, it still has {bytes} bytes; at most {max} may be attached")]
    StillTooLarge {
        /// Bytes it has.
        bytes: usize,
        /// Most bytes.
        max: usize,
    },
    /// It has too many pages or parts.
    #[error("the document has too many {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
    },
    /// It cannot be read to its end.
    #[error("the file is damaged or not complete")]
    Damaged,
    /// It is locked with a password.
    #[error("the document is locked with a password or against copying")]
    Locked,
    /// There is something in it that cannot be taken out safely.
    #[error("the document holds {what}")]
    Holds {
        /// What, in words.
        what: &'static str,
    },
    /// There is an identifier of a person in it.
    #[error("in {place} there is {rule}")]
    Identifier {
        /// Where.
        place: &'static str,
        /// What it is.
        rule: Rule,
    },
    /// Its text cannot be read, and so not be looked through for identifiers.
    #[error("the text of the document cannot be read, and so not be looked through for identifiers")]
    TextUnreadable,
    /// It could be cleaned, and the result does not pass: a mistake of ours.
    #[error("it could not be cleaned: {fault}")]
    Unclean {
        /// What is wrong with the result.
        fault: Fault,
    },
}

impl Refusal {
    /// Returns what to do, as sentences.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Kind { .. } => "Save it as a PDF document, or as a JPEG or PNG picture, and attach that.",
            Self::FileTooLarge { .. } | Self::StillTooLarge { .. } => {
                "Attach a part of it: a few pages, a piece of the picture, or a picture of lower quality."
            }
            Self::TooManyPixels { .. } => "Make the picture smaller, to about 2,500 pixels across, and attach that.",
            Self::TooMuch { .. } => "Attach only the pages that matter.",
            Self::Damaged => "Open it in the program it comes from, save it again, and attach that.",
            Self::Locked => "Save a copy without the lock, if you may, and attach that.",
            Self::Holds { .. } | Self::Unclean { .. } => {
                "Print it to a new PDF document ('Print', 'Save as PDF'), or save the page as a picture, and attach that."
            }
            Self::Identifier { .. } => {
                "A report is about a phenomenon, not about a person. Take it out of the file or its name, or attach nothing."
            }
            Self::TextUnreadable => {
                "Save the page as a JPEG or PNG picture, look that no person is named in it, and attach that."
            }
        }
    }
}

/// What names of files that can be cleaned end with.
const OUR_ENDINGS: [&str; 5] = ["pdf", "jpg", "jpeg", "png", "webp"];

/// Says what a file seems to be, by its first bytes and the end of its name.
pub(super) fn kind_in_words(name: &str, bytes: &[u8]) -> String {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(512)).unwrap_or_default()).to_lowercase();
    let what = match () {
        () if bytes.is_empty() => "an empty file",
        () if head.contains("<svg") => "a drawing (SVG)",
        () if begins(b"PK") => "a document of an office program, or an archive",
        () if begins(b"\xD0\xCF\x11\xE0") => "a document of an old office program",
        () if begins(b"GIF8") => "a moving picture (GIF)",
        () if begins(b"II*\0") || begins(b"MM\0*") => "a picture of the kind TIFF",
        () if bytes.get(4..8) == Some(b"ftyp") => "a picture of the kind HEIC, or a film,",
        () => match name.rsplit_once('.') {
            Some((_, ending)) if OUR_ENDINGS.contains(&ending.to_lowercase().as_str()) => {
                "a file that is not what its name says"
            }
            Some((_, ending)) if ending.len() <= 8 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                return format!("a file of the kind {}", ending.to_uppercase());
            }
            _ => "a file of this kind",
        },
    };
    what.to_owned()
}
