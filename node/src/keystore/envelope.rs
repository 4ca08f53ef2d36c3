//! The key file as text: pretty JSON that a person can look at, version 1.
//!
//! One way to spell each value (unknown and repeated fields refused, lowercase digits only), and nothing of a file's
//! content in an error: it might be a seed.

use std::path::Path;

use serde::{Deserialize, Serialize};
use talkoot_protocol::key::PublicKey;
use zeroize::Zeroizing;

use super::hex::Hex;
use super::seal::{CipherName, Kdf, Sealed};
use super::{Error, NOTE_BYTES_MAX, PublicInfo, Purpose};

/// The version this program writes and reads.
const VERSION: u32 = 1;
/// Room for a whole file, so that writing it never moves a plain seed in memory.
const ENCODED_BYTES_MAX: usize = 4096;

/// A key file, taken apart.
pub(super) struct Envelope {
    pub(super) public: PublicInfo,
    pub(super) secret: Secret,
}

/// The part that is secret.
pub(super) enum Secret {
    /// An encrypted seed.
    Sealed(Sealed),
    /// A seed in the clear.
    Plain(Zeroizing<[u8; 32]>),
}

/// The fields in the order they are written. Either `seed` is there, or all of the four before it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    talkoot_key: u32,
    purpose: Purpose,
    public_key: Hex<32>,
    note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kdf: Option<Kdf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cipher: Option<CipherName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<Hex<24>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ciphertext: Option<Hex<48>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<Hex<32>>,
}

/// Enough to tell a newer file from a damaged one.
#[derive(Deserialize)]
struct VersionOnly {
    talkoot_key: u32,
}

impl Envelope {
    /// Returns the file's text, ending with a line end.
    pub(super) fn encode(self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(Vec::with_capacity(ENCODED_BYTES_MAX));
        serde_json::to_writer_pretty(&mut *text, &Fields::from(self)).expect("these fields always have a JSON form");
        text.push(b'\n');
        text
    }

    /// Reads a file's text; `path` is only for errors.
    pub(super) fn decode(path: &Path, text: &[u8]) -> Result<Self, Error> {
        let VersionOnly { talkoot_key: got } = parse(path, text)?;
        if got != VERSION {
            return Err(Error::UnknownVersion { path: path.to_owned(), got, known: VERSION });
        }
        let fields: Fields = parse(path, text)?;
        let refuse = |reason: &str| Error::NotAKeyFile { path: path.to_owned(), reason: reason.to_owned() };
        if fields.note.len() > NOTE_BYTES_MAX || fields.note.chars().any(char::is_control) {
            return Err(refuse("unusable note"));
        }
        let secret = match (fields.kdf, fields.cipher, fields.nonce, fields.ciphertext, fields.seed) {
            (Some(kdf), Some(cipher), Some(nonce), Some(ciphertext), None) => {
                if !kdf.is_known() {
                    return Err(refuse("unknown version of argon2id"));
                }
                kdf.costs()?;
                Secret::Sealed(Sealed { kdf, cipher, nonce, ciphertext })
            }
            (None, None, None, None, Some(seed)) if fields.purpose == Purpose::Node => Secret::Plain(seed.0),
            (None, None, None, None, Some(_)) => return Err(refuse("only a node's key may lie there unlocked")),
            _ => return Err(refuse("fields are missing or do not belong together")),
        };
        let public = PublicInfo {
            purpose: fields.purpose,
            public_key: PublicKey::from_bytes(*fields.public_key.0),
            note: fields.note,
            encrypted: matches!(secret, Secret::Sealed(_)),
        };
        Ok(Self { public, secret })
    }
}

impl From<Envelope> for Fields {
    fn from(Envelope { public, secret }: Envelope) -> Self {
        let fields = Self {
            talkoot_key: VERSION,
            purpose: public.purpose,
            public_key: Hex::new(*public.public_key.as_bytes()),
            note: public.note,
            kdf: None,
            cipher: None,
            nonce: None,
            ciphertext: None,
            seed: None,
        };
        match secret {
            Secret::Sealed(Sealed { kdf, cipher, nonce, ciphertext }) => Self {
                kdf: Some(kdf),
                cipher: Some(cipher),
                nonce: Some(nonce),
                ciphertext: Some(ciphertext),
                ..fields
            },
            Secret::Plain(seed) => Self { seed: Some(Hex(seed)), ..fields },
        }
    }
}

fn parse<'de, T: Deserialize<'de>>(path: &Path, text: &'de [u8]) -> Result<T, Error> {
    serde_json::from_slice(text).map_err(|error| {
        let reason = format!("line {}, column {}", error.line(), error.column());
        Error::NotAKeyFile { path: path.to_owned(), reason }
    })
}
