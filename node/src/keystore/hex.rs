//! Bytes as lowercase hexadecimal in a key file: exactly N of them, uppercase refused, wiped when dropped.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// N bytes, written as 2·N digits. One spelling only, so that no byte of a file can change without being noticed.
#[derive(Clone)]
pub(super) struct Hex<const N: usize>(pub(super) Zeroizing<[u8; N]>);

impl<const N: usize> Hex<N> {
    pub(super) fn new(bytes: [u8; N]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; N]);
        if text.len() != N.checked_mul(2)? {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

/// Reads the digits where they stand: a `String` on the way would leave a copy in memory.
struct Digits<const N: usize>;

impl<const N: usize> Visitor<'_> for Digits<N> {
    type Value = Hex<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lowercase hexadecimal digits", 2 * N)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Hex::parse(text).ok_or_else(|| E::custom("not the expected hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_one_spelling_only() {
        let hex = Hex::new([0x00, 0xa5, 0xff]);
        assert_eq!(hex.to_string(), "00a5ff");
        assert_eq!(*Hex::<3>::parse("00a5ff").unwrap().0, [0x00, 0xa5, 0xff]);
        for bad in ["", "00a5f", "00a5ff0", "00A5ff", "00a5fg", "é0a5f", " 0a5ff"] {
            assert!(Hex::<3>::parse(bad).is_none(), "{bad}");
        }
    }
}
