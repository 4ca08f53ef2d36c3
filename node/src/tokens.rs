//! Tokens: what a program on another machine shows to be answered over HTTP. `<dir>/tokens.json` lists them, by hash: who
//! reads the file cannot use one. A token is 256 random bits, so one fast hash is enough (a passphrase would need a slow one:
//! OWASP Password Storage, "high-entropy secrets").
//!
//! The file may be written while the node runs; it looks at the file's time before each use. Only one process writes at a time:
//! a person at the command line.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use talkoot_protocol::id::sha256;
use talkoot_protocol::time::Timestamp;
use zeroize::Zeroizing;

use crate::small_file::{self, Content, SmallFile};

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "tokens.json";
/// Most tokens.
pub const TOKENS_MAX: usize = 256;
/// Longest name of a token, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Longest file read or written, in bytes.
pub const FILE_BYTES_MAX: usize = 128 * 1024;

/// What every token begins with, so that a leaked one is recognised as such by whoever finds it.
const BEGINNING: &str = "talkoot_";
/// Set apart from every other use of the hash.
const HASH_DOMAIN: &[u8] = b"talkoot/1/token";

/// Why the tokens could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error("there are {TOKENS_MAX} tokens already; remove some first")]
    Full,
    /// A name that cannot be used.
    #[error("a token's name is 1 to {NAME_BYTES_MAX} bytes without line breaks")]
    Name,
    /// The name is taken.
    #[error("there is a token named {name:?} already; remove it first, or choose another name")]
    Taken {
        /// The name.
        name: String,
    },
    /// The file. As long as it cannot be used, nobody is answered by token.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

/// What the bearer of a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Read what the node holds.
    Read,
    /// Hand in signed changes.
    Submit,
    /// Keep and forget addresses of peers.
    Manage,
    /// Read figures about the node itself, nothing of reports.
    Metrics,
    /// Make bundles of what partners may have, and take bundles in.
    Carry,
    /// Make known what codes for new keys were given out, and read which keys came under them.
    Invite,
}

impl Access {
    /// Returns the name in files and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Submit => "submit",
            Self::Manage => "manage",
            Self::Metrics => "metrics",
            Self::Carry => "carry",
            Self::Invite => "invite",
        }
    }
}

/// The hash of a token, as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct TokenHash(String);

impl TokenHash {
    fn of(secret: &str) -> Self {
        Self(hex(&sha256(&[HASH_DOMAIN, secret.as_bytes()])))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What people call it; unique.
    pub name: String,
    hash: TokenHash,
    /// What its bearer may do.
    pub access: BTreeSet<Access>,
    /// When it was made.
    pub made: Timestamp,
    /// From when on it is worth nothing.
    pub expires: Timestamp,
}

impl Token {
    /// Returns whether it is worth something at a time.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

/// The text a program shows. Shown to a person once and kept nowhere.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Content for Vec<Token> {
    const BYTES_MAX: usize = FILE_BYTES_MAX;
    // A person adds tokens, perhaps not as the user whose node reads them; there are hashes only.
    const IS_SECRET: bool = false;

    fn fault(&self) -> Option<String> {
        let count = self.len();
        (count > TOKENS_MAX).then(|| format!("it has {count} tokens, and {TOKENS_MAX} are the most"))
    }
}

/// The tokens of a node.
#[derive(Debug)]
pub struct Tokens {
    file: SmallFile<Vec<Token>>,
    tokens: Vec<Token>,
    /// The file's time and length when it was read; `None` if there was none.
    read: Option<(SystemTime, u64)>,
}

impl Tokens {
    /// Reads the tokens of the node in `dir`; none if there is no file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let file = SmallFile::at(dir.join(FILE_NAME));
        let read = stamp(file.path());
        Ok(Self { tokens: file.read()?.unwrap_or_default(), file, read })
    }

    /// Reads the file again if it is another than the one that was read.
    ///
    /// # Errors
    /// As [`Tokens::open`]; then there are no tokens, rather than some that were taken away.
    pub fn refresh(&mut self) -> Result<(), Error> {
        let now = stamp(self.file.path());
        if now != self.read {
            self.tokens = Vec::new();
            self.tokens = self.file.read()?.unwrap_or_default();
            self.read = now;
        }
        Ok(())
    }

    /// Returns the tokens, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter()
    }

    /// Returns the token with this text, if it is still worth something.
    pub fn bearer(&self, text: &str, now: Timestamp) -> Option<&Token> {
        // Hashes are compared, not texts: what time it takes tells nothing about a text that would be right.
        let hash = TokenHash::of(text);
        self.tokens.iter().find(|token| token.hash == hash && token.is_valid_at(now))
    }

    /// Makes a token out of fresh randomness; once this returns it is on disk.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Name`], [`Error::Taken`], [`Error::File`]; then the tokens are as before.
    pub fn add(
        &mut self,
        name: &str,
        access: BTreeSet<Access>,
        made: Timestamp,
        expires: Timestamp,
        entropy: [u8; 32],
    ) -> Result<Secret, Error> {
        let name = name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return Err(Error::Name);
        }
        if self.tokens.iter().any(|token| token.name == name) {
            return Err(Error::Taken { name: name.to_owned() });
        }
        let secret = Secret(Zeroizing::new(format!("{BEGINNING}{}", hex(&entropy))));
        let token = Token { name: name.to_owned(), hash: TokenHash::of(&secret.0), access, made, expires };
        let tokens = self.tokens.iter().cloned().chain([token]).collect();
        self.replace(tokens)?;
        Ok(secret)
    }

    /// Takes a token away; returns whether it was there. Its bearer is refused from the next request on.
    ///
    /// # Errors
    /// [`Error::File`]; then the tokens are as before.
    pub fn remove(&mut self, name: &str) -> Result<bool, Error> {
        let left: Vec<Token> = self.tokens.iter().filter(|token| token.name != name).cloned().collect();
        let was_there = left.len() < self.tokens.len();
        if was_there {
            self.replace(left)?;
        }
        Ok(was_there)
    }

    fn replace(&mut self, tokens: Vec<Token>) -> Result<(), Error> {
        self.file.write(&tokens).map_err(|error| match error {
            small_file::Error::Unfit { .. } => Error::Full,
            error => Error::File(error),
        })?;
        self.read = stamp(self.file.path());
        self.tokens = tokens;
        Ok(())
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn made(tokens: &mut Tokens, name: &str, entropy: u8) -> Secret {
        tokens.add(name, BTreeSet::from([Access::Read]), at(1_000), at(9_000), [entropy; 32]).unwrap()
    }

    #[test]
    fn a_token_is_worth_something_until_it_expires_or_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let mut tokens = Tokens::open(dir.path()).unwrap();
        let secret = made(&mut tokens, "statistics", 7);
        let mut running = Tokens::open(dir.path()).unwrap();
        let found = running.bearer(secret.reveal(), at(8_999)).unwrap();
        assert_eq!((found.name.as_str(), &found.access), ("statistics", &BTreeSet::from([Access::Read])));
        assert!(running.bearer(secret.reveal(), at(9_000)).is_none(), "expired");
        assert!(running.bearer("talkoot_00", at(2_000)).is_none());
        made(&mut tokens, "another", 8);
        assert!(tokens.remove("statistics").unwrap() && !tokens.remove("statistics").unwrap());
        running.refresh().unwrap();
        assert!(running.bearer(secret.reveal(), at(2_000)).is_none(), "taken away");
        assert_eq!(running.iter().count(), 1);
    }

    #[test]
    fn the_file_holds_no_token() {
        let dir = tempfile::tempdir().unwrap();
        let mut tokens = Tokens::open(dir.path()).unwrap();
        let secret = made(&mut tokens, "statistics", 7);
        let text = fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        assert!(!text.contains(secret.reveal().trim_start_matches(BEGINNING)));
        assert!(!format!("{tokens:?}{secret:?}").contains("0707"));
    }

    #[test]
    fn a_damaged_file_lets_nobody_in() {
        let dir = tempfile::tempdir().unwrap();
        let mut tokens = Tokens::open(dir.path()).unwrap();
        let secret = made(&mut tokens, "statistics", 7);
        fs::write(dir.path().join(FILE_NAME), "[{\"name\": 1}]").unwrap();
        assert!(matches!(tokens.refresh(), Err(Error::File(small_file::Error::Damaged { .. }))));
        assert!(tokens.bearer(secret.reveal(), at(2_000)).is_none());
        assert!(matches!(Tokens::open(dir.path()), Err(Error::File(small_file::Error::Damaged { .. }))));
    }

    #[test]
    fn names_are_plain_and_unique() {
        let dir = tempfile::tempdir().unwrap();
        let mut tokens = Tokens::open(dir.path()).unwrap();
        made(&mut tokens, "a", 1);
        let mut add = |name: &str| tokens.add(name, BTreeSet::new(), at(0), at(1), [2; 32]);
        assert!(matches!(add("a"), Err(Error::Taken { .. })));
        for bad in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert!(matches!(add(bad), Err(Error::Name)), "{bad:?}");
        }
    }
}
