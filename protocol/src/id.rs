//! Names of things: every identifier is a newtype, so that none can be taken for another.
//!
//! All of them are 32 bytes and print as lowercase hexadecimal; people see the first ten digits ([`ChangeId::short`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits, got {got:?}")]
pub struct ParseIdError {
    /// What was given, cut to 80 characters.
    pub got: String,
}

/// Reads 64 hexadecimal digits of either case.
fn parse_hex(text: &str) -> Result<[u8; 32], ParseIdError> {
    let fail = || ParseIdError { got: text.chars().take(80).collect() };
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return Err(fail());
    }
    let mut bytes = [0u8; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16).ok_or_else(fail)?;
        let low = char::from(pair[1]).to_digit(16).ok_or_else(fail)?;
        *byte = (high * 16 + low) as u8;
    }
    Ok(bytes)
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes that are known to be such an identifier.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Returns the first ten hexadecimal digits, for people; not unique by construction.
            pub fn short(&self) -> String {
                self.to_string().chars().take(10).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier! {
    /// SHA-256 of the `Sig_structure` a signer signed (docs/protocol.md, "The change id"): names header and body, not the signature.
    ChangeId
}
identifier! {
    /// The id of a document's first change.
    DocumentId
}
identifier! {
    /// SHA-256 over an organisation's inception: its first root key and its commitment to the next one.
    OrganisationId
}
identifier! {
    /// A pseudonymous worker: 32 random bytes chosen by the organisation; the name behind it never leaves the organisation.
    WorkerId
}
identifier! {
    /// SHA-256 of the network's charter; signed in every header, so that nothing can be moved between networks.
    NetworkId
}
identifier! {
    /// A node: the Ed25519 public key with which it authenticates to its peers.
    NodeId
}
identifier! {
    /// Automerge's name of a change: SHA-256 of its chunk.
    ChunkHash
}

identifier! {
    /// SHA-256 of the bytes of an attachment.
    AttachmentHash
}

identifier! {
    /// A form package: the hash of its canonical encoding.
    FormHash
}

/// The first 16 bytes of a change id: what nodes name changes by when they compare what they hold and ask for what they lack.
///
/// Nobody finds two changes that share them with less than 2^64 work, and whoever did would only hide those two from the
/// quick ways of comparing, not from the one by ranges, which uses whole ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortId([u8; 16]);

impl ShortId {
    /// Wraps the first 16 bytes of a change id.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the least change id that begins so.
    pub fn least(&self) -> ChangeId {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.0);
        ChangeId(bytes)
    }
}

impl fmt::Debug for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShortId({})", self.least().short())
    }
}

impl ChangeId {
    /// Returns the first 16 bytes.
    pub fn short_id(&self) -> ShortId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        ShortId(bytes)
    }
}

impl From<ChangeId> for DocumentId {
    /// A document is named by its first change.
    fn from(first: ChangeId) -> Self {
        Self(first.0)
    }
}

impl DocumentId {
    /// Returns the id of the change that began this document.
    pub const fn first_change(&self) -> ChangeId {
        ChangeId(self.0)
    }
}

/// Returns SHA-256 of the parts, one after another.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints_and_refuses_the_rest() {
        let id = ChangeId::from_bytes([0xa5; 32]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "a5", &"g5".repeat(32), &"é".repeat(32), &"a5".repeat(33)] {
            assert!(bad.parse::<ChangeId>().is_err(), "{bad}");
        }
    }
}
