//! Attachments on disk, each in a file named after the hash of its bytes. A file is written beside its place, made durable, and
//! then moved there, so that what has its name is whole; what a write that was cut short has left is cleared away at opening.
//!
//! ```text
//! <dir>/attachments/<64 digits>         the bytes of one attachment
//! <dir>/attachments/<64 digits>.new     only while it is written
//! ```
//!
//! The shelf knows bytes and their hashes. Which report names them, and who may have them, is decided above. Decision 0031.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use talkoot_protocol::id::AttachmentHash;

use crate::attachment::{ATTACHMENT_BYTES_MAX, hash_of};
use crate::disk::{self, DiskFile};

/// Name of the directory in a node's home.
const DIRECTORY: &str = "attachments";
/// Ending of a file that is being written.
const ENDING: &str = "new";

/// Why an attachment cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no room for more.
    #[error(
        "there is no room for more attachments: {held} of at most {max} bytes are taken; the node's keeper can allow more with \
         store.attachments_mib_max in talkoot.toml"
    )]
    Full {
        /// Bytes kept.
        held: u64,
        /// Most bytes.
        max: u64,
    },
    /// The disk failed.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// The attachments of one node.
#[derive(Debug)]
pub struct Shelf {
    dir: PathBuf,
    /// Each with its length in bytes.
    held: BTreeMap<AttachmentHash, u64>,
    bytes_max: u64,
}

impl Shelf {
    /// Opens the shelf of a home. At most `bytes_max` bytes will be kept; what is there already stays.
    ///
    /// # Errors
    /// [`Error::Io`] if the directory cannot be read or cleared.
    pub fn open(home: &Path, bytes_max: u64) -> Result<Self, Error> {
        let dir = home.join(DIRECTORY);
        let mut held = BTreeMap::new();
        for (path, length) in files(&dir)? {
            match name_of(&path) {
                Some(hash) => {
                    held.insert(hash, length);
                }
                None if path.extension().is_some_and(|ending| ending == ENDING) => {
                    disk::remove_file(&path).map_err(|source| failed("clear away", &path, source))?;
                }
                None => {}
            }
        }
        Ok(Self { dir, held, bytes_max })
    }

    /// Returns whether an attachment is here.
    pub fn holds(&self, hash: &AttachmentHash) -> bool {
        self.held.contains_key(hash)
    }

    /// Returns how many attachments are here, and how many bytes they take.
    pub fn counts(&self) -> (u64, u64) {
        (self.held.len() as u64, self.held.values().sum())
    }

    /// Keeps an attachment. It is durable when this returns; after an error nothing of it is left under its name.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Io`].
    pub fn put(&mut self, bytes: &[u8]) -> Result<AttachmentHash, Error> {
        let hash = hash_of(bytes);
        if self.holds(&hash) {
            return Ok(hash);
        }
        let (held, length) = (self.counts().1, bytes.len() as u64);
        if held.saturating_add(length) > self.bytes_max {
            return Err(Error::Full { held, max: self.bytes_max });
        }
        let place = self.place(&hash);
        let written = place.with_extension(ENDING);
        self.write(&written, &place, bytes).inspect_err(|_| {
            // What cannot be removed now is cleared away at the next opening.
            let _removed = disk::remove_file(&written);
        })?;
        self.held.insert(hash, length);
        Ok(hash)
    }

    fn write(&self, written: &Path, place: &Path, bytes: &[u8]) -> Result<(), Error> {
        disk::make_dirs(&self.dir).map_err(|source| failed("make", &self.dir, source))?;
        if written.exists() {
            disk::remove_file(written).map_err(|source| failed("clear away", written, source))?;
        }
        let write = || {
            let file = DiskFile::create_secret(written)?;
            file.write_all_at(bytes, 0)?;
            file.sync_data()?;
            disk::rename(written, place)?;
            disk::sync_dir(&self.dir)
        };
        write().map_err(|source| failed("write", place, source))
    }

    /// Reads an attachment; `None` if it is not here. A damaged one is taken off the shelf, so that it can be fetched anew.
    pub fn take_down(&mut self, hash: &AttachmentHash) -> Option<Vec<u8>> {
        let length = *self.held.get(hash)?;
        let path = self.place(hash);
        let read = File::open(&path).and_then(|file| {
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes).map(|_| bytes)
        });
        match read {
            Ok(bytes) if hash_of(&bytes) == *hash => return Some(bytes),
            Ok(_) => tracing::error!(attachment = %hash.short(), "an attachment is damaged and is taken away"),
            Err(error) => tracing::error!(%error, attachment = %hash.short(), "an attachment cannot be read"),
        }
        self.held.remove(hash);
        let _removed = disk::remove_file(&path);
        None
    }

    /// Reads at most `bytes_max` bytes from an offset on; `None` if there are none there. Not checked: whoever gets all of them does.
    pub fn part(&self, hash: &AttachmentHash, offset: u32, bytes_max: usize) -> Option<Vec<u8>> {
        let left = self.held.get(hash)?.checked_sub(u64::from(offset)).filter(|left| *left > 0)?;
        let mut bytes = vec![0; usize::try_from(left).ok()?.min(bytes_max)];
        let file = File::open(self.place(hash)).ok()?;
        file.read_exact_at(&mut bytes, u64::from(offset)).ok()?;
        Some(bytes)
    }

    fn place(&self, hash: &AttachmentHash) -> PathBuf {
        self.dir.join(hash.to_string())
    }
}

/// Reads every attachment of a home again. `tell` hears of each its hash, and whether its bytes are what it is named after.
///
/// # Errors
/// [`Error::Io`] if the directory cannot be read.
pub fn verify(home: &Path, tell: &mut dyn FnMut(AttachmentHash, u64, bool)) -> Result<(), Error> {
    for (path, length) in files(&home.join(DIRECTORY))? {
        let Some(hash) = name_of(&path) else { continue };
        let small = length <= ATTACHMENT_BYTES_MAX as u64;
        let holds = small && fs::read(&path).is_ok_and(|bytes| hash_of(&bytes) == hash);
        tell(hash, length, holds);
    }
    Ok(())
}

/// Returns the files of a directory with their lengths, in the order of their names; none if there is no directory.
fn files(dir: &Path) -> Result<BTreeMap<PathBuf, u64>, Error> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries.map_err(|source| failed("read", dir, source))?,
    };
    let described = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let data = entry.metadata()?;
        Ok(data.is_file().then(|| (entry.path(), data.len())))
    };
    entries
        .filter_map(|entry| described(entry).transpose())
        .collect::<io::Result<_>>()
        .map_err(|source| failed("read", dir, source))
}

/// Returns the hash that a file is named after.
fn name_of(path: &Path) -> Option<AttachmentHash> {
    let name = path.file_name()?.to_str()?;
    let hash: AttachmentHash = name.parse().ok()?;
    (hash.to_string() == name).then_some(hash)
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { doing, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::trace::{self, Fault};

    #[test]
    fn what_was_put_is_there_after_opening_again_and_part_by_part() {
        let home = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(home.path(), 1_000).unwrap();
        let hash = shelf.put(b"0123456789").unwrap();
        assert_eq!(shelf.put(b"0123456789").unwrap(), hash, "once is enough");
        let mut shelf = Shelf::open(home.path(), 1_000).unwrap();
        assert_eq!((shelf.counts(), shelf.take_down(&hash)), ((1, 10), Some(b"0123456789".to_vec())));
        assert_eq!(shelf.part(&hash, 4, 3), Some(b"456".to_vec()));
        assert_eq!(shelf.part(&hash, 8, 30), Some(b"89".to_vec()));
        assert_eq!((shelf.part(&hash, 10, 3), shelf.part(&hash, u32::MAX, 3)), (None, None));
        assert_eq!(shelf.part(&hash_of(b"other"), 0, 3), None);
    }

    #[test]
    fn it_takes_no_more_than_it_may_and_says_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(home.path(), 15).unwrap();
        shelf.put(b"0123456789").unwrap();
        let error = shelf.put(b"abcdefghij").unwrap_err();
        assert!(
            matches!(error, Error::Full { held: 10, max: 15 }) && error.to_string().contains("attachments_mib_max")
        );
        shelf.put(b"abcde").unwrap();
    }

    #[test]
    fn a_process_killed_anywhere_leaves_all_or_nothing() {
        for calls in 0..10 {
            let home = tempfile::tempdir().unwrap();
            fs::create_dir(home.path().join(DIRECTORY)).unwrap();
            let mut shelf = Shelf::open(home.path(), 1_000).unwrap();
            trace::start(home.path());
            trace::plan(Some(Fault::Die(calls)));
            let put = shelf.put(b"0123456789");
            trace::plan(None);
            trace::stop();
            let mut again = Shelf::open(home.path(), 1_000).unwrap();
            let hash = hash_of(b"0123456789");
            let there = again.take_down(&hash);
            assert!(put.is_err() || there.is_some(), "what was acknowledged is there");
            assert!(there.is_none_or(|bytes| bytes == b"0123456789"));
            let left: Vec<_> = files(&home.path().join(DIRECTORY)).unwrap().into_keys().collect();
            assert!(left.iter().all(|path| name_of(path).is_some()), "nothing half-written is left: {left:?}");
            again.put(b"0123456789").unwrap();
        }
    }

    #[test]
    fn damage_is_named_and_not_served() {
        let home = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(home.path(), 1_000).unwrap();
        let [good, bad] = [&b"good"[..], b"evil"].map(|bytes| shelf.put(bytes).unwrap());
        fs::write(home.path().join(DIRECTORY).join(bad.to_string()), b"EVIL").unwrap();
        let mut told = BTreeMap::new();
        verify(home.path(), &mut |hash, _, holds| {
            told.insert(hash, holds);
        })
        .unwrap();
        assert_eq!(told, [(good, true), (bad, false)].into());
        assert_eq!(shelf.take_down(&bad), None);
        assert!(!shelf.holds(&bad) && shelf.holds(&good));
        shelf.put(b"evil").unwrap();
        assert_eq!(shelf.take_down(&bad), Some(b"evil".to_vec()));
    }
}
