//! Why a key could not be written or read, in words for people who did not write this program.

use std::io;
use std::path::PathBuf;

use super::Purpose;
use super::seal::{LANES_MAX, MEMORY_KIB_MAX, PASSES_MAX};

/// Why a key file or a passphrase was not accepted. Carries no secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong passphrase or changed file: which of the two cannot be told, and must not be.
    #[error("the passphrase does not open {}: it was mistyped, or the file was changed or damaged", path.display())]
    WrongPassphrase {
        /// The key file.
        path: PathBuf,
    },
    /// The file is encrypted and no passphrase was given.
    #[error(
        "{} is locked with a passphrase and none was given; use --passphrase-file or set TALKOOT_PASSPHRASE",
        path.display()
    )]
    PassphraseNeeded {
        /// The key file.
        path: PathBuf,
    },
    /// A key other than a node's may not be written unencrypted.
    #[error("{purpose} is only stored locked with a passphrase; use --passphrase-file or set TALKOOT_PASSPHRASE")]
    PassphraseRequired {
        /// What the key is for.
        purpose: Purpose,
    },
    /// A passphrase of no characters.
    #[error("the passphrase from {origin} is empty")]
    PassphraseEmpty {
        /// Where it was looked for.
        origin: String,
    },
    /// A passphrase longer than we accept.
    #[error("the passphrase from {origin} is longer than {bytes_max} bytes; is it the right file?")]
    PassphraseTooLong {
        /// Where it was found.
        origin: String,
        /// The longest accepted, in bytes.
        bytes_max: usize,
    },
    /// A passphrase that is not text.
    #[error("the passphrase from {origin} is not text (UTF-8)")]
    PassphraseNotText {
        /// Where it was found.
        origin: String,
    },
    /// The file is not one of ours, or not any more.
    #[error("{} is not a Talkoot key file, or it was damaged ({reason})", path.display())]
    NotAKeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never any of its content.
        reason: String,
    },
    /// The file was written by a newer program.
    #[error(
        "{} is a key file of version {got}; this program reads version {known}, a newer one is needed",
        path.display()
    )]
    UnknownVersion {
        /// The key file.
        path: PathBuf,
        /// The version it claims.
        got: u32,
        /// The version this program reads.
        known: u32,
    },
    /// The key is for something else.
    #[error("{} holds {got}, but {expected} is needed here", path.display())]
    WrongPurpose {
        /// The key file.
        path: PathBuf,
        /// What was asked for.
        expected: Purpose,
        /// What the file holds.
        got: Purpose,
    },
    /// A key file is never overwritten.
    #[error(
        "{} is already there, and a key is never overwritten: choose another name or move that file away",
        path.display()
    )]
    Exists {
        /// What is in the way.
        path: PathBuf,
    },
    /// An unencrypted key that others on the machine can read or change.
    #[error(
        "{} is open to other people on this machine (mode {mode:04o}); close it with: chmod 600 \"{}\"",
        path.display(), path.display()
    )]
    TooOpen {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Argon2id parameters that are too small to be valid or too large to be safe to try.
    #[error(
        "key derivation with {memory_kib} KiB, {passes} passes and {lanes} lanes is out of bounds (at most \
         {MEMORY_KIB_MAX} KiB, {PASSES_MAX} passes, {LANES_MAX} lanes; at least 8 KiB a lane)"
    )]
    CostsOutOfBounds {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over that memory.
        passes: u32,
        /// Lanes of that memory.
        lanes: u32,
    },
    /// A note that is too long or has line breaks or other control characters.
    #[error("a key's note is one line of at most {bytes_max} bytes")]
    UnusableNote {
        /// The longest accepted, in bytes.
        bytes_max: usize,
    },
    /// The machine lacks the memory that key derivation takes.
    #[error("not enough memory to unlock or lock a key: {memory_kib} KiB are needed for a moment")]
    OutOfMemory {
        /// Memory in KiB.
        memory_kib: u32,
    },
    /// The operating system gave no randomness.
    #[error("the operating system gave no random numbers ({reason}); no key was made")]
    Random {
        /// What it said.
        reason: String,
    },
    /// The disk or its permissions.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was being done: a verb.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}
