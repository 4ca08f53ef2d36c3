//! Codes that people copy from a screen: 80 random bits by which somebody without an account asks what came of what they wrote, and
//! the short ones of campaigns. Crockford's base32: no letters that are taken for digits.

use std::fmt;

use serde::{Deserialize, Serialize};
use talkoot_protocol::id::sha256;

/// The digits, by value.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes of a follow-up code.
const CODE_BYTES: usize = 10;
/// Characters of a follow-up code, without what stands between them.
pub const CODE_CHARS: usize = 16;
/// Longest text that is looked at as a code, in bytes.
const TEXT_BYTES_MAX: usize = 64;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// What somebody who wrote a slip is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUpCode([u8; CODE_BYTES]);

/// What is kept of it: its hash, as 64 hexadecimal digits. The code is random, so a fast hash is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeHash(String);

impl FollowUpCode {
    /// Makes the code of what was sent from a form. The form's seed is randomness of this node: sent again over a bad line, the same
    /// form gives the same code.
    pub fn of_seed(seed: &[u8; 16]) -> Self {
        let hash = sha256(&[b"talkoot/1/follow-up/code", seed]);
        let mut code = [0; CODE_BYTES];
        code.iter_mut().zip(hash).for_each(|(byte, from)| *byte = from);
        Self(code)
    }

    /// Reads what somebody typed: letters of either size, with or without hyphens and spaces, O for 0, I and L for 1.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = digits(text)?;
        if digits.len() != CODE_CHARS {
            return None;
        }
        let mut code = [0; CODE_BYTES];
        for (part, five) in code.chunks_mut(GROUP + 1).zip(digits.chunks(2 * GROUP)) {
            let bits = five.iter().fold(0_u64, |bits, digit| (bits << 5) | u64::from(*digit));
            part.iter_mut().rev().fold(bits, |bits, byte| {
                *byte = (bits & 0xff) as u8;
                bits >> 8
            });
        }
        Some(Self(code))
    }

    /// Returns what is kept.
    pub fn hash(&self) -> CodeHash {
        let hash = sha256(&[b"talkoot/1/follow-up", &self.0]);
        CodeHash(hash.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl CodeHash {
    /// Returns whether it is 64 hexadecimal digits.
    pub(super) fn is_sound(&self) -> bool {
        self.0.len() == 64 && self.0.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

impl fmt::Display for FollowUpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = encode(&self.0);
        for (at, digit) in text.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for FollowUpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FollowUpCode(…)")
    }
}

/// Writes bytes, five at a time, as digits, eight for five bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let groups = bytes.chunks(5).map(|five| five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte)));
    let digit = |bits: u64, at: u32| DIGITS.get(((bits >> (5 * at)) & 31) as usize).copied().unwrap_or(b'0');
    groups.flat_map(|bits| (0..8).rev().map(move |at| char::from(digit(bits, at)))).collect()
}

/// Returns what is meant by a text somebody typed, in the digits in which codes are written; `None` if it is no such text.
pub(super) fn canonical(text: &str) -> Option<String> {
    let digits = digits(text)?;
    Some(
        digits.into_iter().filter_map(|digit| DIGITS.get(usize::from(digit))).map(|digit| char::from(*digit)).collect(),
    )
}

fn digits(text: &str) -> Option<Vec<u8>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let meant =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–')).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    meant
        .map(|c| DIGITS.iter().position(|digit| char::from(*digit) == c).and_then(|at| u8::try_from(at).ok()))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = FollowUpCode::of_seed(&[7; 16]);
        let shown = code.to_string();
        assert_eq!((shown.len(), shown.matches('-').count()), (CODE_CHARS + 3, 3));
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "o").replace('1', "l")]
        {
            assert_eq!(FollowUpCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for wrong in ["", "ABCD", &shown[1..], &format!("{shown}A"), "UUUU-UUUU-UUUU-UUUU", &"A".repeat(1_000)] {
            assert_eq!(FollowUpCode::parse(wrong), None, "{wrong}");
        }
        assert!(!format!("{code:?}").contains(&shown));
        assert!(code.hash().is_sound() && FollowUpCode::of_seed(&[8; 16]).hash() != code.hash());
    }

    proptest! {
        #[test]
        fn reads_what_it_shows(seed: [u8; 16]) {
            let code = FollowUpCode::of_seed(&seed);
            prop_assert_eq!(FollowUpCode::parse(&code.to_string()), Some(code));
        }

        #[test]
        fn any_text_is_read_or_not(text in ".{0,100}") {
            let _read = FollowUpCode::parse(&text);
        }
    }
}
