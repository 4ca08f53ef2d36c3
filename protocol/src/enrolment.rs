//! How a key that was made in a browser comes to its certificate: by a code that the organisation gives its worker by another
//! way, and never shows the node (docs/protocol.md, "Enrolment").
//!
//! ```text
//! code   16 characters of Crockford's base 32, 80 bits from the system's randomness
//! id     SHA-256("talkoot enrolment/1" || code)                        ; by this the node knows it
//! proof  HMAC-SHA256(code, "talkoot enrolment/1" || public key)        ; RFC 2104
//! ```
//!
//! The node passes key and proof on. One that puts another key in their place would need the code, and the id does not give it
//! away: it would have to try 2^80 codes before this one expires.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize as _;

use crate::id::sha256;
use crate::key::PublicKey;

/// Bytes of randomness in a code.
pub const CODE_ENTROPY_BYTES: usize = 10;
/// Characters of a code, without the hyphens between its groups.
pub const CODE_CHARS: usize = 16;
/// Characters of a group as a code is shown.
const GROUP_CHARS: usize = 4;
/// Most characters that are looked at when a code is read: people add spaces and hyphens.
const TYPED_CHARS_MAX: usize = 64;
/// Crockford's alphabet: digits and letters without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sets these hashes apart from all others.
const DOMAIN: &[u8] = b"talkoot enrolment/1";
/// Bytes of a block of SHA-256.
const BLOCK_BYTES: usize = 64;

/// What is typed is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has {CODE_CHARS} letters and digits")]
pub struct ParseCodeError;

/// A one-time code. Never printed by accident, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; CODE_CHARS]);

impl Code {
    /// Makes the code of ten random bytes; the caller answers for their randomness.
    pub fn new(entropy: [u8; CODE_ENTROPY_BYTES]) -> Self {
        let mut bits = entropy.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        Self(std::array::from_fn(|_| {
            let index = bits.by_ref().take(5).fold(0, |index, bit| index << 1 | bit);
            ALPHABET.get(usize::from(index)).copied().unwrap_or_default()
        }))
    }

    /// Returns what the node knows the code by.
    pub fn id(&self) -> EnrolmentId {
        EnrolmentId(sha256(&[DOMAIN, &self.0]))
    }

    /// Returns what shows that whoever brings a key knows the code.
    pub fn proof(&self, key: &PublicKey) -> Proof {
        let mut inner = [0x36; BLOCK_BYTES];
        let mut outer = [0x5c; BLOCK_BYTES];
        for (at, byte) in self.0.iter().enumerate() {
            inner[at] ^= byte;
            outer[at] ^= byte;
        }
        let proof = Proof(sha256(&[&outer, &sha256(&[&inner, DOMAIN, key.as_bytes()])]));
        inner.zeroize();
        outer.zeroize();
        proof
    }

    /// Returns the code in groups of four, for the person it is meant for.
    pub fn reveal(&self) -> String {
        let groups: Vec<String> =
            self.0.chunks(GROUP_CHARS).map(|group| group.iter().copied().map(char::from).collect()).collect();
        groups.join("-")
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl FromStr for Code {
    type Err = ParseCodeError;

    /// Reads a code as people type it: small letters, spaces and hyphens anywhere, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, ParseCodeError> {
        let mut code = Self([0; CODE_CHARS]);
        let mut length = 0;
        for typed in text.chars().take(TYPED_CHARS_MAX) {
            let character = match typed.to_ascii_uppercase() {
                ' ' | '-' | '\u{a0}' | '\u{2010}'..='\u{2015}' => continue,
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let byte = u8::try_from(character).ok().filter(|byte| ALPHABET.contains(byte)).ok_or(ParseCodeError)?;
            *code.0.get_mut(length).ok_or(ParseCodeError)? = byte;
            length += 1;
        }
        if length == CODE_CHARS && text.chars().count() <= TYPED_CHARS_MAX { Ok(code) } else { Err(ParseCodeError) }
    }
}

/// Reads 32 bytes from 64 hexadecimal digits.
fn unhex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    let text = String::deserialize(deserializer)?;
    let id: crate::id::ChangeId = text.parse().map_err(serde::de::Error::custom)?;
    Ok(*id.as_bytes())
}

macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:.10}…)", stringify!($name), self.to_string())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                unhex(deserializer).map(Self)
            }
        }
    };
}

digest! {
    /// What a node knows a code by: its hash.
    EnrolmentId
}
digest! {
    /// What shows that whoever brings a key knows the code.
    Proof
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_as_people_type_it() {
        let code = Code::new([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf]);
        assert_eq!(code.reveal(), "0123-4567-89AB-CDEF");
        for typed in ["0123456789abcdef", " O123 – 4567 89ab-cdef ", "oi23-4567-89AB-CDEF", "ol23-4567-89AB-CDEF"] {
            assert_eq!(typed.parse::<Code>().as_ref(), Ok(&code), "{typed}");
        }
        let long = " ".repeat(49) + "0123456789abcdef";
        for typed in ["", "0123456789abcde", "0123456789abcdeff", "0123456789abcdeu", "0123456789abcdeä", &long] {
            assert_eq!(typed.parse::<Code>(), Err(ParseCodeError), "{typed}");
        }
        assert_eq!(format!("{code:?}"), "Code(…)");
    }

    /// Worked out with Python's `hashlib` and `hmac`.
    #[test]
    fn id_and_proof_are_those_of_the_description() {
        let code: Code = "0123-4567-89AB-CDEF".parse().unwrap();
        let key = PublicKey::from_bytes([7; 32]);
        assert_eq!(code.id().to_string(), "ef8503947096c8f9ec8edf009faf20969ddc23cf6bf0aa69f04f11b93aeca87c");
        assert_eq!(code.proof(&key).to_string(), "6b80de11db0b02a869ff68cdd62d9733d8abf289392749c9be0295e0eb1876ca");
        assert_ne!(code.proof(&PublicKey::from_bytes([8; 32])), code.proof(&key));
    }
}
