//! The addresses added by hand: `<dir>/peers.json`, a JSON list of texts. They are in no index, which may be deleted at any
//! time. What an address means is for [`crate::network`].
//!
//! Only the process that holds the store's lock may have them open: the last to write wins.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::disk::{self, DiskFile};

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "peers.json";
/// Most addresses kept.
pub const PEERS_MAX: usize = 256;
/// Longest file read or written, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// Name of the file that is written before it takes the place of the real one.
const WRITTEN_NAME: &str = "peers.json.new";

/// Why the addresses could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error(
        "there are as many addresses as are kept ({PEERS_MAX}, {FILE_BYTES_MAX} bytes together); remove some first"
    )]
    Full,
    /// The file could not be read or written.
    #[error("cannot {doing} {}: {reason}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The file is not a list of addresses.
    #[error("{} is not a list of at most {PEERS_MAX} texts: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// The addresses, in memory and in their file.
#[derive(Debug)]
pub struct Peers {
    dir: PathBuf,
    addresses: BTreeSet<String>,
}

impl Peers {
    /// Reads the addresses of the node in `dir`; none if there is no file. A file that cannot be used is reported and
    /// counts as none, since a node without them can still be reached; it stays until an address is added.
    pub fn open(dir: &Path) -> Self {
        let addresses = read(&dir.join(FILE_NAME)).unwrap_or_else(|error| {
            tracing::error!(%error, "the addresses added by hand cannot be used");
            BTreeSet::new()
        });
        Self { dir: dir.to_owned(), addresses }
    }

    /// Returns the addresses, ascending.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(String::as_str)
    }

    /// Adds an address; once it returns, the address survives a power cut. Adding one that is there does nothing.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Io`]; then the addresses are as before.
    pub fn add(&mut self, address: &str) -> Result<(), Error> {
        let mut addresses = self.addresses.clone();
        if addresses.insert(address.to_owned()) { self.replace(addresses) } else { Ok(()) }
    }

    /// Removes an address; returns whether it was there.
    ///
    /// # Errors
    /// [`Error::Io`]; then the addresses are as before.
    pub fn remove(&mut self, address: &str) -> Result<bool, Error> {
        let mut addresses = self.addresses.clone();
        if addresses.remove(address) { self.replace(addresses).map(|()| true) } else { Ok(false) }
    }

    fn replace(&mut self, addresses: BTreeSet<String>) -> Result<(), Error> {
        let path = self.dir.join(FILE_NAME);
        let failed = |source: io::Error| Error::Io { doing: "write", path: path.clone(), reason: source.to_string() };
        let bytes = serde_json::to_vec_pretty(&addresses).map_err(|error| failed(error.into()))?;
        if addresses.len() > PEERS_MAX || bytes.len() > FILE_BYTES_MAX {
            return Err(Error::Full);
        }
        let written = self.dir.join(WRITTEN_NAME);
        let write = || {
            let file = DiskFile::create(&written)?;
            file.write_all_at(&bytes, 0)?;
            file.sync_data()?;
            disk::rename(&written, &path)?;
            disk::sync_dir(&self.dir)
        };
        write().map_err(failed)?;
        self.addresses = addresses;
        Ok(())
    }
}

fn read(path: &Path) -> Result<BTreeSet<String>, Error> {
    let damaged = |reason: String| Error::Damaged { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(Error::Io { doing: "read", path: path.to_owned(), reason: error.to_string() }),
    }
    if bytes.len() > FILE_BYTES_MAX {
        return Err(damaged(format!("it is longer than {FILE_BYTES_MAX} bytes")));
    }
    let addresses: BTreeSet<String> = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if addresses.len() > PEERS_MAX {
        return Err(damaged(format!("it has {}", addresses.len())));
    }
    Ok(addresses)
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
        assert!(!dir.path().join(WRITTEN_NAME).exists());
    }

    #[test]
    fn a_file_that_cannot_be_used_counts_as_none_and_stays_until_something_is_added() {
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
        fs::create_dir(dir.path().join(WRITTEN_NAME)).unwrap();
        assert!(matches!(peers.add("b"), Err(Error::Io { .. })));
        assert!(matches!(peers.remove("a"), Err(Error::Io { .. })));
        assert_eq!(addresses(&peers), ["a"]);
        assert_eq!(addresses(&Peers::open(dir.path())), ["a"]);
    }
}
