//! Secret keys as files: written once, encrypted with a passphrase, readable by their owner alone.
//!
//! A file says in the clear which key it holds and what it is for, so that it can be found again; the 32-byte seed is
//! encrypted with XChaCha20-Poly1305 under a key that Argon2id (RFC 9106) makes of the passphrase (`seal`). Everything
//! else in the file is bound to the ciphertext: a changed file does not open. Only the node's own key may lie
//! unencrypted, because a service must start without a person; such a file must be closed to everyone else.
//!
//! Never asks a person for anything (the command line does), never prints a secret, never overwrites a file, and knows
//! nothing of what a key is allowed to sign.

mod disk;
mod draft;
mod envelope;
mod error;
mod hex;
mod passphrase;
mod seal;

use std::path::Path;

use serde::{Deserialize, Serialize};
use talkoot_protocol::key::{PublicKey, SecretKey};
use zeroize::Zeroizing;

use envelope::{Envelope, Secret};

pub use draft::{DRAFT_BYTES_MAX, DraftError, DraftKey};
pub use error::Error;
pub use passphrase::{PASSPHRASE_BYTES_MAX, Passphrase};
pub use seal::{Costs, LANES_MAX, MEMORY_KIB_MAX, PASSES_MAX};

/// Longest note, in bytes of UTF-8.
pub const NOTE_BYTES_MAX: usize = 256;

/// What a key is for. A file opens only for the purpose it was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A worker's device key: signs what that worker writes.
    Worker,
    /// An organisation's present root key: signs its record and certificates; kept offline.
    OrganisationRoot,
    /// The root key an organisation has promised to use next; kept apart from the present one.
    OrganisationNext,
    /// A node's own key: proves to its peers which node it is.
    Node,
}

impl Purpose {
    /// Returns the word the file carries: lowercase ASCII with underscores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Worker => "worker",
            Self::OrganisationRoot => "organisation_root",
            Self::OrganisationNext => "organisation_next",
            Self::Node => "node",
        }
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Worker => "a worker's key",
            Self::OrganisationRoot => "an organisation's root key",
            Self::OrganisationNext => "an organisation's next root key",
            Self::Node => "a node's key",
        })
    }
}

/// How the seed is kept in the file.
#[derive(Debug, Clone, Copy)]
pub enum Protection<'a> {
    /// Encrypted; whoever has the file also needs the passphrase.
    Passphrase(&'a Passphrase),
    /// In the clear, guarded by file permissions alone; only for [`Purpose::Node`].
    Plain,
}

/// What a key file tells without its passphrase. It is what the file claims: only [`read_key`] proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicInfo {
    /// What the key is for.
    pub purpose: Purpose,
    /// The public half.
    pub public_key: PublicKey,
    /// The note given when the file was written; may be empty.
    pub note: String,
    /// Whether opening the file takes a passphrase.
    pub encrypted: bool,
}

/// Writes a key to a new file with mode 0600 and returns when file and directory are on disk. The directory must exist.
///
/// `note` is for people (whose key, which device) and stays readable without the passphrase. `costs` say how much work
/// one guess of the passphrase takes: [`Costs::default`] everywhere but in tests; they have no meaning for
/// [`Protection::Plain`].
///
/// # Errors
/// [`Error::Exists`] if there is anything at `path`; [`Error::PassphraseRequired`] if a key other than a node's would
/// be left in the clear; [`Error::UnusableNote`]; [`Error::Random`], [`Error::OutOfMemory`] and [`Error::Io`] if the
/// machine fails. Nothing is left at `path` after an error of this call, except what was there before.
pub fn write_key(
    path: &Path,
    key: &SecretKey,
    purpose: Purpose,
    protection: Protection<'_>,
    note: &str,
    costs: &Costs,
) -> Result<(), Error> {
    if note.len() > NOTE_BYTES_MAX || note.chars().any(char::is_control) {
        return Err(Error::UnusableNote { bytes_max: NOTE_BYTES_MAX });
    }
    disk::refuse_existing(path)?; // create_new decides; this only spares a second of key derivation for nothing
    let public = PublicInfo {
        purpose,
        public_key: key.public(),
        note: note.to_owned(),
        encrypted: matches!(protection, Protection::Passphrase(_)),
    };
    let secret = match protection {
        Protection::Passphrase(passphrase) => Secret::Sealed(seal::seal(&key.seed(), &public, passphrase, costs)?),
        Protection::Plain if purpose == Purpose::Node => Secret::Plain(key.seed()),
        Protection::Plain => return Err(Error::PassphraseRequired { purpose }),
    };
    disk::create(path, &Envelope { public, secret }.encode())
}

/// Reads a key back. `passphrase` is not looked at when the file is not encrypted.
///
/// # Errors
/// [`Error::WrongPurpose`] if the file holds a key for something else than `expected`; [`Error::PassphraseNeeded`] if
/// it is encrypted and `passphrase` is `None`; [`Error::WrongPassphrase`] alike for a wrong passphrase and for a file that
/// was changed; [`Error::TooOpen`] if an unencrypted key can be read by others; [`Error::NotAKeyFile`],
/// [`Error::UnknownVersion`] and [`Error::CostsOutOfBounds`] if this is no file we would have written;
/// [`Error::OutOfMemory`] and [`Error::Io`] if the machine fails.
pub fn read_key(path: &Path, expected: Purpose, passphrase: Option<&Passphrase>) -> Result<SecretKey, Error> {
    let (bytes, mode) = disk::read(path)?;
    let Envelope { public, secret } = Envelope::decode(path, &bytes)?;
    if public.purpose != expected {
        return Err(Error::WrongPurpose { path: path.to_owned(), expected, got: public.purpose });
    }
    let seed = match secret {
        Secret::Sealed(sealed) => {
            let passphrase = passphrase.ok_or_else(|| Error::PassphraseNeeded { path: path.to_owned() })?;
            seal::open(path, &sealed, &public, passphrase)?
        }
        Secret::Plain(seed) => {
            disk::refuse_open_to_others(path, mode)?;
            seed
        }
    };
    let key = SecretKey::from_seed(&seed);
    if key.public() == public.public_key {
        return Ok(key);
    }
    Err(match public.encrypted {
        true => Error::WrongPassphrase { path: path.to_owned() },
        false => {
            Error::NotAKeyFile { path: path.to_owned(), reason: "seed and public key do not belong together".into() }
        }
    })
}

/// Reads what a key file tells without its passphrase, whatever the key is for.
///
/// # Errors
/// [`Error::NotAKeyFile`], [`Error::UnknownVersion`] or [`Error::CostsOutOfBounds`] if this is no file we would have
/// written, [`Error::Io`] if it cannot be read.
pub fn read_public(path: &Path) -> Result<PublicInfo, Error> {
    let (bytes, _) = disk::read(path)?;
    Envelope::decode(path, &bytes).map(|envelope| envelope.public)
}

/// Makes a new secret key from the operating system's randomness; its seed is wiped on the way.
///
/// # Errors
/// [`Error::Random`] if the operating system has no randomness to give.
pub fn fresh_key() -> Result<SecretKey, Error> {
    fresh_seed().map(Zeroizing::new).map(|seed| SecretKey::from_seed(&seed))
}

/// Returns 32 fresh bytes of the operating system's randomness, for a seed or a random identifier.
///
/// # Errors
/// [`Error::Random`] if the operating system has no randomness to give.
pub fn fresh_seed() -> Result<[u8; 32], Error> {
    fresh()
}

/// Returns 16 fresh bytes of the operating system's randomness, for a salt.
///
/// # Errors
/// [`Error::Random`] if the operating system has no randomness to give.
pub fn fresh_salt() -> Result<[u8; 16], Error> {
    fresh()
}

fn fresh<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random { reason: error.to_string() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
