//! Why the settings could not be used: the file, the line, the key, and what to write instead.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why there are no settings. The source of [`Error::Invalid`] says what is wrong with them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no settings file: most likely the wrong directory.
    #[error("there is no {}; is this a node's directory? `talkoot init` makes one", path.display())]
    Missing {
        /// Where the file should be.
        path: PathBuf,
    },
    /// The file is there but cannot be read.
    #[error("could not read the settings in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is far longer than settings can be.
    #[error("{} is longer than {bytes_max} bytes; is it really the settings file?", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The longest accepted, in bytes.
        bytes_max: usize,
    },
    /// The file is not text.
    #[error("{} is not UTF-8 text; save it again as UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// Something in the file is not understood.
    #[error("the settings in {} are not understood", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Invalid,
    },
}

/// What is wrong with a text of settings, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Invalid {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with one setting. Keys are written `section.key`; what was given is cut to 80 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The text is not TOML.
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// No such section.
    UnknownSection {
        /// The name given.
        section: String,
        /// The section that was probably meant.
        meant: Option<&'static str>,
        /// All sections.
        known: Vec<&'static str>,
    },
    /// No such key, at least not there.
    UnknownKey {
        /// The key given.
        key: String,
        /// The key that was probably meant.
        meant: Option<&'static str>,
        /// The keys of that section; all keys if the key stands outside of any section.
        known: Vec<&'static str>,
    },
    /// A value of another type than the key has.
    WrongType {
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        got: &'static str,
    },
    /// A number that is too small or too large.
    OutOfBounds {
        /// The key.
        key: &'static str,
        /// The number given.
        got: String,
        /// The smallest accepted.
        min: u32,
        /// The largest accepted.
        max: u32,
        /// What is counted.
        unit: &'static str,
    },
    /// A text that is empty, too long or of several lines.
    UnusableText {
        /// The key.
        key: &'static str,
        /// The longest accepted, in bytes.
        bytes_max: usize,
    },
    /// A text that is not an IP address with a port.
    NotAnAddress {
        /// The key.
        key: &'static str,
        /// The text given.
        got: String,
    },
    /// A list that is too long.
    TooMany {
        /// The key.
        key: &'static str,
        /// The number of entries given.
        got: usize,
        /// The most accepted.
        max: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message } => write!(f, "this is not valid TOML: {message}"),
            Self::UnknownSection { section, meant, known } => {
                write!(f, "unknown section `[{section}]`; ")?;
                match meant {
                    Some(meant) => write!(f, "did you mean `[{meant}]`?"),
                    None => write!(f, "the sections are {}", known.join(", ")),
                }
            }
            Self::UnknownKey { key, meant, known } => {
                write!(f, "unknown key `{key}`; ")?;
                match meant.map(|meant| meant.rsplit_once('.').unwrap_or(("", meant))) {
                    Some((section, meant)) => write!(f, "did you mean `{meant}` in section `[{section}]`?"),
                    None => write!(f, "known here: {}", known.join(", ")),
                }
            }
            Self::WrongType { key, expected, got } => write!(f, "`{key}` must be {expected}, but it is {got}"),
            Self::OutOfBounds { key, got, min, max, unit } => {
                write!(f, "`{key}` is {got}, but must be from {min} to {max} {unit}")
            }
            Self::UnusableText { key, bytes_max } => {
                write!(f, "`{key}` takes one line of 1 to {bytes_max} bytes; leave the key out for its default")
            }
            Self::NotAnAddress { key, got } => {
                write!(f, "`{key}` lists {got:?}, but takes IP addresses with a port, such as \"127.0.0.1:8474\"")
            }
            Self::TooMany { key, got, max } => write!(f, "`{key}` lists {got} entries, but at most {max} are possible"),
        }
    }
}
