//! A passphrase and where it may come from. It is wiped from memory when dropped and never printed.

use std::env::{self, VarError};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::{Zeroize as _, Zeroizing};

use super::Error;

/// Longest passphrase, in bytes of UTF-8.
pub const PASSPHRASE_BYTES_MAX: usize = 1024;

/// A passphrase: 1 to [`PASSPHRASE_BYTES_MAX`] bytes of UTF-8, taken as they are (spaces count).
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a passphrase that a person typed, without the line end.
    ///
    /// # Errors
    /// [`Error::PassphraseEmpty`] or [`Error::PassphraseTooLong`].
    pub fn new(text: String) -> Result<Self, Error> {
        Self::from_origin(Zeroizing::new(text), "what was typed")
    }

    /// Looks for a passphrase in a file and, if none is named, in an environment variable.
    ///
    /// From the file one line end (`\n` or `\r\n`) at its very end is dropped, since editors and `echo` add it. The
    /// file may be a pipe. `Ok(None)` if no file is named and the variable is not set.
    ///
    /// # Errors
    /// [`Error::PassphraseEmpty`], [`Error::PassphraseTooLong`] or [`Error::PassphraseNotText`] if what was found
    /// cannot be a passphrase, [`Error::Io`] if the file cannot be read.
    pub fn from_sources(file: Option<&Path>, env: Option<&str>) -> Result<Option<Self>, Error> {
        match (file, env) {
            (Some(path), _) => Self::from_file(path).map(Some),
            (None, Some(name)) => Self::from_env(name),
            (None, None) => Ok(None),
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn from_file(path: &Path) -> Result<Self, Error> {
        // One byte more than a passphrase and its line end: enough to know that it is too long.
        let limit = PASSPHRASE_BYTES_MAX + 3;
        let mut bytes = Zeroizing::new(Vec::with_capacity(limit)); // never grows, so no copy is left behind
        File::open(path)
            .and_then(|file| file.take(limit as u64).read_to_end(&mut bytes))
            .map_err(|source| Error::Io { doing: "read the passphrase file", path: path.to_owned(), source })?;
        let origin = path.display().to_string();
        let mut text = into_text(bytes).ok_or_else(|| Error::PassphraseNotText { origin: origin.clone() })?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Self::from_origin(text, &origin)
    }

    fn from_env(name: &str) -> Result<Option<Self>, Error> {
        match env::var(name) {
            Ok(text) => Self::from_origin(Zeroizing::new(text), name).map(Some),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(Error::PassphraseNotText { origin: name.to_owned() }),
        }
    }

    fn from_origin(text: Zeroizing<String>, origin: &str) -> Result<Self, Error> {
        let origin = || origin.to_owned();
        match text.len() {
            0 => Err(Error::PassphraseEmpty { origin: origin() }),
            1..=PASSPHRASE_BYTES_MAX => Ok(Self(text)),
            _ => Err(Error::PassphraseTooLong { origin: origin(), bytes_max: PASSPHRASE_BYTES_MAX }),
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(hidden)")
    }
}

/// Turns bytes into text in place; bytes that are not text are wiped.
fn into_text(mut bytes: Zeroizing<Vec<u8>>) -> Option<Zeroizing<String>> {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_bytes(content: &[u8]) -> Result<Option<Passphrase>, Error> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        std::fs::write(&path, content).unwrap();
        Passphrase::from_sources(Some(&path), None)
    }

    #[test]
    fn drops_one_line_end_and_nothing_else() {
        for (content, expected) in
            [("a b", "a b"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a \n", " a "), ("ä€", "ä€")]
        {
            assert_eq!(from_bytes(content.as_bytes()).unwrap().unwrap().as_bytes(), expected.as_bytes());
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_passphrase() {
        for empty in ["", "\n", "\r\n"] {
            assert!(matches!(from_bytes(empty.as_bytes()), Err(Error::PassphraseEmpty { .. })));
        }
        assert!(matches!(from_bytes(b"a\xff"), Err(Error::PassphraseNotText { .. })));
        assert!(matches!(Passphrase::new(String::new()), Err(Error::PassphraseEmpty { .. })));
        let missing = Passphrase::from_sources(Some(Path::new("/nowhere/at/all")), None);
        assert!(matches!(missing, Err(Error::Io { .. })));
    }

    #[test]
    fn knows_its_greatest_length() {
        let mut longest = "x".repeat(PASSPHRASE_BYTES_MAX);
        assert!(Passphrase::new(longest.clone()).is_ok());
        longest.push_str("\r\n");
        assert!(from_bytes(longest.as_bytes()).is_ok());
        for longer in [PASSPHRASE_BYTES_MAX + 1, 100_000] {
            assert!(matches!(from_bytes(&vec![b'x'; longer]), Err(Error::PassphraseTooLong { .. })));
        }
    }

    #[test]
    fn asks_the_environment_when_no_file_is_named() {
        // Set by cargo for every test; changing the environment would need unsafe code.
        let found = Passphrase::from_sources(None, Some("CARGO_PKG_NAME")).unwrap().unwrap();
        assert_eq!(found.as_bytes(), env!("CARGO_PKG_NAME").as_bytes());
        assert!(Passphrase::from_sources(None, Some("TALKOOT_SURELY_NOT_SET")).unwrap().is_none());
        assert!(Passphrase::from_sources(None, None).unwrap().is_none());
    }

    #[test]
    fn a_file_wins_over_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        std::fs::write(&path, "from the file").unwrap();
        let found = Passphrase::from_sources(Some(&path), Some("CARGO_PKG_NAME")).unwrap().unwrap();
        assert_eq!(found.as_bytes(), b"from the file");
    }

    #[test]
    fn is_not_printed() {
        let printed = format!("{:?}", Passphrase::new("sesame".into()).unwrap());
        assert!(!printed.contains("sesame"));
    }
}
