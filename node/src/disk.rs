//! What must outlive a power cut is written through here: the log, the home's files, the addresses added by hand.
//!
//! Each function is one call of the operating system and nothing is hidden in between, so that the order of writes and syncs
//! stays in the hands of the caller. Bytes are durable once their file was synced, a name once its directory was. Tests
//! record what passes through, and build what a power cut may leave of it (`disk/trace.rs`, `disk/wreck.rs`).
//!
//! The index is not written through here: nothing depends on what a power cut leaves of it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

#[cfg(test)]
pub(crate) mod trace;
#[cfg(test)]
pub(crate) mod trial;
#[cfg(test)]
pub(crate) mod wreck;

/// Does `$act`; in tests a recording may forbid it first, and notes it as `$op` when it went well.
macro_rules! watched {
    ($op:expr, $act:expr) => {{
        #[cfg(test)]
        trace::allow()?;
        let done = $act?;
        #[cfg(test)]
        trace::note($op);
        Ok(done)
    }};
}

/// A file open for reading and writing.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
    #[cfg(test)]
    id: trace::FileId,
}

impl DiskFile {
    /// Makes a file that must not exist yet.
    pub(crate) fn create_new(path: &Path) -> io::Result<Self> {
        Self::made(path, OpenOptions::new().read(true).write(true).create_new(true))
    }

    /// As [`DiskFile::create_new`]; nobody but the owner may read it.
    pub(crate) fn create_secret(path: &Path) -> io::Result<Self> {
        Self::made(path, OpenOptions::new().read(true).write(true).create_new(true).mode(0o600))
    }

    /// Makes an empty file, or empties the one that is there.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Self::made(path, OpenOptions::new().read(true).write(true).create(true).truncate(true))
    }

    fn made(path: &Path, options: &OpenOptions) -> io::Result<Self> {
        let file: io::Result<File> = watched!(trace::Op::create(path), options.open(path));
        Ok(Self {
            file: file?,
            #[cfg(test)]
            id: trace::id_of(path),
        })
    }

    /// Opens a file that is there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        #[cfg(test)]
        trace::allow()?;
        Ok(Self {
            file: OpenOptions::new().read(true).write(true).open(path)?,
            #[cfg(test)]
            id: trace::id_of(path),
        })
    }

    /// Writes all of `bytes` at `offset`.
    pub(crate) fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        #[cfg(test)]
        trace::perhaps_half(&self.file, self.id, bytes, offset)?;
        watched!(trace::Op::Write(self.id, offset, bytes.to_vec()), self.file.write_all_at(bytes, offset))
    }

    /// Fills `bytes` from `offset` on.
    pub(crate) fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }

    /// Returns the length in bytes.
    pub(crate) fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Cuts or extends the file. Durable after the next sync.
    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        watched!(trace::Op::SetLen(self.id, len), self.file.set_len(len))
    }

    /// Returns when bytes and length are on the disk (`fdatasync`).
    pub(crate) fn sync_data(&self) -> io::Result<()> {
        watched!(trace::Op::Sync(self.id), self.file.sync_data())
    }
}

/// Gives a file another name in place of whatever has it.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    watched!(trace::Op::rename(from, to), fs::rename(from, to))
}

/// Takes a file's name away.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    watched!(trace::Op::remove(path), fs::remove_file(path))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    watched!(trace::Op::sync_dir(dir), File::open(dir)?.sync_all())
}

/// Returns the directory that holds the name of `path`.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a directory with all above it that are missing, and makes its name durable, also when an earlier process made it
/// and did not come so far.
pub(crate) fn make_dirs(dir: &Path) -> io::Result<()> {
    let parent = parent_of(dir);
    if !dir.is_dir() {
        if !parent.is_dir() {
            make_dirs(parent)?;
        }
        let made: io::Result<()> = watched!(trace::Op::make_dir(dir), fs::create_dir(dir));
        made.or_else(|error| if dir.is_dir() { Ok(()) } else { Err(error) })?;
    }
    sync_dir(parent)
}

/// Writes a file that must not exist yet, and makes bytes and name durable.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = DiskFile::create_new(path)?;
    file.write_all_at(bytes, 0)?;
    file.sync_data()?;
    sync_dir(parent_of(path))
}
