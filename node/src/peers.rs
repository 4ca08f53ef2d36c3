//! The addresses added by hand: `<dir>/peers.json`, a JSON list of texts. They are in no index, which may be deleted at any
//! time. What an address means is for [`crate::network`].
//!
//! Only the process that holds the store's lock may have them open: the last to write wins.

use std::collections::BTreeSet;
use std::path::Path;

use crate::small_file::{self, Content, SmallFile};

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "peers.json";
/// Most addresses kept.
pub const PEERS_MAX: usize = 256;
/// Longest file read or written, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// Why the addresses could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error(
        "there are as many addresses as are kept ({PEERS_MAX}, {FILE_BYTES_MAX} bytes together); remove some first"
    )]
    Full,
    /// The file.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

impl Content for BTreeSet<String> {
    const BYTES_MAX: usize = FILE_BYTES_MAX;
    const IS_SECRET: bool = false;

    fn fault(&self) -> Option<String> {
        let count = self.len();
        (count > PEERS_MAX).then(|| format!("it has {count} addresses, and {PEERS_MAX} are the most"))
    }
}

/// The addresses, in memory and in their file.
#[derive(Debug)]
pub struct Peers {
    file: SmallFile<BTreeSet<String>>,
    addresses: BTreeSet<String>,
}

impl Peers {
    /// Reads the addresses of the node in `dir`; none if there is no file. A file that cannot be used is reported and
    /// counts as none, since a node without them can still be reached; it is moved aside when an address is added.
    pub fn open(dir: &Path) -> Self {
        let file = SmallFile::at(dir.join(FILE_NAME));
        let addresses = file.read().unwrap_or_else(|error| {
            tracing::error!(%error, "the addresses added by hand cannot be used");
            None
        });
        Self { file, addresses: addresses.unwrap_or_default() }
    }

    /// Returns the addresses, ascending.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(String::as_str)
    }

    /// Adds an address; once it returns, the address survives a power cut. Adding one that is there does nothing.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::File`]; then the addresses are as before.
    pub fn add(&mut self, address: &str) -> Result<(), Error> {
        let mut addresses = self.addresses.clone();
        if addresses.insert(address.to_owned()) { self.replace(addresses) } else { Ok(()) }
    }

    /// Removes an address; returns whether it was there.
    ///
    /// # Errors
    /// [`Error::File`]; then the addresses are as before.
    pub fn remove(&mut self, address: &str) -> Result<bool, Error> {
        let mut addresses = self.addresses.clone();
        if addresses.remove(address) { self.replace(addresses).map(|()| true) } else { Ok(false) }
    }

    fn replace(&mut self, addresses: BTreeSet<String>) -> Result<(), Error> {
        self.file.write(&addresses).map_err(|error| match error {
            small_file::Error::Unfit { .. } => Error::Full,
            error => Error::File(error),
        })?;
        self.addresses = addresses;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn addresses(peers: &Peers) -> Vec<&str> {
        peers.addresses().collect()
    }

    #[test]
    fn what_was_added_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut peers = Peers::open(dir.path());
        assert_eq!(addresses(&peers), [""; 0]);
        assert!(!dir.path().join(FILE_NAME).exists(), "reading writes nothing");
        for address in ["b.example:7474", "192.0.2.7:7474", "b.example:7474"] {
            peers.add(address).unwrap();
        }
        assert_eq!(addresses(&Peers::open(dir.path())), ["192.0.2.7:7474", "b.example:7474"]);
        assert!(peers.remove("b.example:7474").unwrap());
        assert!(!peers.remove("b.example:7474").unwrap());
        assert_eq!(addresses(&Peers::open(dir.path())), addresses(&peers));
        assert!(!dir.path().join("peers.json.new").exists());
    }

    #[test]
    fn a_file_that_cannot_be_used_counts_as_none_and_is_moved_aside_when_something_is_added() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        let too_many = serde_json::to_vec(&(0..=PEERS_MAX).map(|n| n.to_string()).collect::<Vec<_>>()).unwrap();
        let too_long = [b"[]".as_slice(), &vec![b' '; FILE_BYTES_MAX]].concat();
        for bytes in [b"".as_slice(), b"[\"a\"", b"{}", b"[1]", b"[\"\xe4\"]", &too_many, &too_long] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(addresses(&Peers::open(dir.path())), [""; 0]);
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        Peers::open(dir.path()).add("a").unwrap();
        assert_eq!(addresses(&Peers::open(dir.path())), ["a"]);
        assert_eq!(fs::read(dir.path().join("peers.json.damaged")).unwrap(), too_long);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(addresses(&Peers::open(dir.path())), [""; 0]);
    }

    #[test]
    fn number_and_length_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let mut peers = Peers::open(dir.path());
        (0..PEERS_MAX).for_each(|n| peers.add(&n.to_string()).unwrap());
        assert!(matches!(peers.add("one more"), Err(Error::Full)));
        peers.add("0").unwrap();
        assert!(peers.remove("0").unwrap());
        assert!(matches!(peers.add(&"x".repeat(FILE_BYTES_MAX)), Err(Error::Full)));
        assert_eq!(addresses(&Peers::open(dir.path())), addresses(&peers));
        assert_eq!(peers.addresses.len(), PEERS_MAX - 1);
    }

    #[test]
    fn after_a_failed_write_the_addresses_are_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut peers = Peers::open(dir.path());
        peers.add("a").unwrap();
        fs::create_dir(dir.path().join("peers.json.new")).unwrap();
        assert!(matches!(peers.add("b"), Err(Error::File(small_file::Error::Io { .. }))));
        assert!(matches!(peers.remove("a"), Err(Error::File(small_file::Error::Io { .. }))));
        assert_eq!(addresses(&peers), ["a"]);
        assert_eq!(addresses(&Peers::open(dir.path())), ["a"]);
    }
}
