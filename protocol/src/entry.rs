//! How a joint document is divided among the organisations that write in it: each has the keys of the root map that begin with
//! its own prefix, and no others (docs/protocol.md, "Joint documents").
//!
//! So who says what is proven by a signature, and nobody can overwrite what another organisation said.

use std::fmt;

use crate::id::OrganisationId;

/// How many bytes of an organisation's id stand in front of its keys. Nobody finds another organisation with the same ones.
const PREFIX_BYTES: usize = 16;
/// What parts the prefix from the path.
const SLASH: char = '/';

/// The beginning of an organisation's keys: the first 16 bytes of its id as 32 lowercase hexadecimal digits. Prints without the
/// slash that follows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix([u8; PREFIX_BYTES]);

impl Prefix {
    /// Returns an organisation's prefix.
    pub fn of(organisation: &OrganisationId) -> Self {
        let mut bytes = [0; PREFIX_BYTES];
        bytes.copy_from_slice(&organisation.as_bytes()[..PREFIX_BYTES]);
        Self(bytes)
    }

    /// Returns the key under which the organisation says what belongs to `path`.
    pub fn entry(&self, path: &str) -> String {
        format!("{self}{SLASH}{path}")
    }

    /// Returns the path of a key; `None` if the key is another organisation's, or has no path.
    pub fn path<'k>(&self, key: &'k str) -> Option<&'k str> {
        let path = key.strip_prefix(&self.to_string())?.strip_prefix(SLASH)?;
        (!path.is_empty()).then_some(path)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefix({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_organisation_and_has_a_path() {
        let id = OrganisationId::from_bytes([0xab; 32]);
        let prefix = Prefix::of(&id);
        let key = prefix.entry("facet/1a2b");
        assert_eq!(key, format!("{}/facet/1a2b", "ab".repeat(16)));
        assert_eq!(prefix.path(&key), Some("facet/1a2b"));
        let other = Prefix::of(&OrganisationId::from_bytes([0xac; 32]));
        let bare = prefix.to_string();
        for key in
            [other.entry("title"), prefix.entry(""), bare.clone(), format!("{bare}title"), bare.to_uppercase() + "/t"]
        {
            assert_eq!(prefix.path(&key), None, "{key}");
        }
    }
}
