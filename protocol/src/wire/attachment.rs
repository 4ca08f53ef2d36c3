//! How a node asks another for the bytes of an attachment, a part at a time, beside the one stream on which changes travel
//! (docs/protocol.md, "Attachments").
//!
//! ```text
//! want  = document 32 bytes | hash 32 bytes | offset u32 BE
//! given = 0                 ; not here, or not for the one who asks: nobody can tell which
//!       | 1 | bytes         ; from the offset on, at least one, at most 64 KiB
//!       | 2                 ; later: this node has given enough for now
//! ```
//!
//! Knows bytes and nothing else: not who may ask, nor what the bytes show.

use crate::id::{AttachmentHash, DocumentId};

/// Length of a question, in bytes.
pub const WANT_BYTES: usize = 68;
/// Most bytes of an attachment in one answer.
pub const PART_BYTES_MAX: usize = 64 * 1024;
/// Longest answer, in bytes.
pub const GIVEN_BYTES_MAX: usize = PART_BYTES_MAX + 1;

/// A question: bytes of an attachment that a report names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// The report that names it.
    pub document: DocumentId,
    /// The attachment.
    pub hash: AttachmentHash,
    /// From which byte on.
    pub offset: u32,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Not here, or not for the one who asks.
    Absent,
    /// Bytes from the offset on.
    Part(Vec<u8>),
    /// Later.
    Later,
}

impl Want {
    /// Returns its bytes.
    pub fn encode(&self) -> Vec<u8> {
        [&self.document.as_bytes()[..], self.hash.as_bytes(), &self.offset.to_be_bytes()].concat()
    }

    /// Reads what [`Want::encode`] writes; `None` if it is nothing of the kind.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (document, rest) = bytes.split_first_chunk::<32>()?;
        let (hash, rest) = rest.split_first_chunk::<32>()?;
        let offset = u32::from_be_bytes(rest.try_into().ok()?);
        Some(Self { document: DocumentId::from_bytes(*document), hash: AttachmentHash::from_bytes(*hash), offset })
    }
}

impl Given {
    /// Returns its bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Absent => vec![0],
            Self::Part(bytes) => [&[1], &bytes[..]].concat(),
            Self::Later => vec![2],
        }
    }

    /// Reads what [`Given::encode`] writes; `None` if it is nothing of the kind.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0] => Some(Self::Absent),
            [1, part @ ..] if (1..=PART_BYTES_MAX).contains(&part.len()) => Some(Self::Part(part.to_vec())),
            [2] => Some(Self::Later),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(want) = Want::decode(&bytes) {
                prop_assert_eq!(want.encode(), bytes.clone());
            }
            if let Some(given) = Given::decode(&bytes) {
                prop_assert_eq!(given.encode(), bytes);
            }
        }
    }

    #[test]
    fn lengths_are_bounded() {
        let want = Want {
            document: DocumentId::from_bytes([1; 32]),
            hash: AttachmentHash::from_bytes([2; 32]),
            offset: u32::MAX,
        };
        assert_eq!(Want::decode(&want.encode()), Some(want));
        assert_eq!(want.encode().len(), WANT_BYTES);
        assert_eq!(Want::decode(&[0; WANT_BYTES + 1]), None);
        let longest = Given::Part(vec![7; PART_BYTES_MAX]);
        assert_eq!(Given::decode(&longest.encode()), Some(longest));
        for bad in [vec![], vec![1], vec![3], vec![0, 0], vec![1; GIVEN_BYTES_MAX + 1]] {
            assert_eq!(Given::decode(&bad), None);
        }
    }
}
