//! What can go wrong in the store, and how damage on disk is described.
//!
//! A leaf: every other file of the store imports these words, and they import nothing but [`std`].

use std::io;
use std::path::PathBuf;

/// Why an operation on the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process, or another part of this one, has the store open.
    #[error("the store in {} is in use by {}", dir.display(), holder(*pid))]
    InUse {
        /// The directory of the store.
        dir: PathBuf,
        /// The process that holds it, when its lock file says so.
        pid: Option<u32>,
    },
    /// The disk, a quota, or the store's own [`bytes_max`](super::Options::bytes_max) is full. Nothing was written; the
    /// same append may succeed later.
    #[error("no room left on the disk or under the limit ({bytes} more bytes were asked for)")]
    DiskFull {
        /// How many bytes were to be written; 0 where the index did the writing.
        bytes: u64,
    },
    /// The operating system refused an operation. After a failed append nothing of it is left in the log.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was attempted, a verb phrase that the path completes.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// An earlier append failed halfway and could not be taken back, so the end of the log is unknown until the store is
    /// opened again. Reading still works.
    #[error("the store takes no more writes: an earlier failed write could not be taken back; open it again")]
    Poisoned,
    /// A record's bytes are not what was written. They are never served.
    #[error("damaged record {} in segment {segment} at byte {offset}: {reason}", ordinal_text(*ordinal))]
    Damaged {
        /// The record's ordinal, where its header could still be read.
        ordinal: Option<u64>,
        /// Number of the segment file.
        segment: u32,
        /// Where in that file the record starts.
        offset: u32,
        /// What was found wrong.
        reason: Reason,
    },
    /// Neither copy of a segment's header can be read, nor that of any other segment: nothing can be told from noise.
    #[error("no readable header in segment {segment} nor in any other")]
    NoHeader {
        /// Number of the segment file.
        segment: u32,
    },
    /// A segment among the others was written by another store.
    #[error("segment {segment} belongs to another store")]
    Foreign {
        /// Number of the segment file.
        segment: u32,
    },
    /// A segment was written by a later version of this program.
    #[error("segment {segment} has format version {got}, this program reads up to {known}")]
    Version {
        /// Number of the segment file.
        segment: u32,
        /// The version found.
        got: u32,
        /// The newest version known here.
        known: u32,
    },
    /// What was handed in is longer than the store takes.
    #[error("{what} of {got} bytes, at most {max} are taken")]
    TooLong {
        /// Which part: a record, an index value, a batch, a key.
        what: &'static str,
        /// Its length in bytes.
        got: usize,
        /// The longest allowed.
        max: usize,
    },
    /// The index cannot be used just now. The log is unharmed, and the index is rebuilt when the store opens next.
    #[error("the index is unusable: {reason}")]
    Index {
        /// What the index engine said.
        reason: String,
    },
}

impl Error {
    /// Returns a function that wraps what the operating system said about `path`.
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.into(), source }
    }

    /// Returns a function that wraps the failure to write `bytes` bytes to `path`; a full disk becomes
    /// [`Error::DiskFull`].
    pub(super) fn writing(path: impl Into<PathBuf>, bytes: u64) -> impl FnOnce(io::Error) -> Self {
        move |source| match is_full(&source) {
            true => Self::DiskFull { bytes },
            false => Self::Io { doing: "write to", path: path.into(), source },
        }
    }
}

/// Whether an I/O error says that there is no room left.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Names the process that holds a store.
fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

/// Names a record that may have lost its number.
fn ordinal_text(ordinal: Option<u64>) -> String {
    ordinal.map_or_else(|| "of unknown ordinal".to_owned(), |ordinal| ordinal.to_string())
}

/// What is wrong with a stretch of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A record's header does not match its checksum; where the record ended was found by searching for the next one.
    Header,
    /// The header is sound, the payload does not match its checksum.
    Payload,
    /// A sound record has an ordinal that was already passed.
    Order,
    /// Nothing is there: ordinals are missing from the log without a trace.
    Missing,
    /// One copy of a segment's header is damaged; nothing is lost while the other copy or another segment helps.
    SegmentHeader,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Header => "its header does not match its checksum",
            Self::Payload => "its payload does not match its checksum",
            Self::Order => "its ordinal was already passed",
            Self::Missing => "it is missing from the log",
            Self::SegmentHeader => "a segment header does not match its checksum",
        })
    }
}

/// A stretch of the log that cannot be read, and the ordinals lost with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// The first ordinal that is lost; where none is lost, the one that would have come next.
    pub ordinal: u64,
    /// How many consecutive ordinals are lost, 0 for junk that took no record with it.
    pub lost: u64,
    /// Number of the segment file.
    pub segment: u32,
    /// Where in that file the stretch starts.
    pub offset: u32,
    /// How many bytes it covers, 0 where records are missing without a trace.
    pub bytes: u32,
    /// What was found wrong.
    pub reason: Reason,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { ordinal, lost, segment, offset, bytes, reason } = self;
        write!(
            f,
            "record {ordinal} in segment {segment} at byte {offset}: {reason} ({lost} lost, {bytes} bytes unreadable)"
        )
    }
}
