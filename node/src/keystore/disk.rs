//! Key files on disk: created once, complete and synced or not at all; read whole, up to a limit.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use super::Error;
use crate::disk::{self, DiskFile};

/// Longest key file we read, in bytes; ours are under 1.5 KiB even with the longest note.
const FILE_BYTES_MAX: usize = 16 * 1024;
/// Permission bits that let anyone but the owner read, change or run a file.
const OTHERS: u32 = 0o077;

/// Creates a file that must not exist yet (mode 0600), and syncs it and its directory. What a failure leaves
/// half written is removed again.
pub(super) fn create(path: &Path, content: &[u8]) -> Result<(), Error> {
    let file = DiskFile::create_secret(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => Error::Exists { path: path.to_owned() },
        _ => Error::Io { doing: "create", path: path.to_owned(), source },
    })?;
    fill(file, path, content).inspect_err(|_| {
        // The first error is the one to tell; what cannot be removed either is refused when read.
        let _ = disk::remove_file(path);
    })
}

/// Refuses a path where something already is, be it a broken link.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(Error::Exists { path: path.to_owned() }),
        Err(_) => Ok(()),
    }
}

/// Reads a whole file; also returns its permission bits, taken from the file that was read and not from its name.
pub(super) fn read(path: &Path) -> Result<(Zeroizing<Vec<u8>>, u32), Error> {
    let failed = |source| Error::Io { doing: "read", path: path.to_owned(), source };
    let refuse = |reason: &str| Error::NotAKeyFile { path: path.to_owned(), reason: reason.to_owned() };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(refuse("not a regular file"));
    }
    let mut content = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX + 1)); // never grows, so no copy is left behind
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() > FILE_BYTES_MAX {
        return Err(refuse("far too long"));
    }
    Ok((content, mode(&metadata)))
}

/// Refuses permission bits that let others at an unencrypted key. Encrypted ones are not asked: they are often kept on
/// memory sticks, whose file systems know no permissions, and are made to be copied.
pub(super) fn refuse_open_to_others(path: &Path, mode: u32) -> Result<(), Error> {
    if mode & OTHERS == 0 { Ok(()) } else { Err(Error::TooOpen { path: path.to_owned(), mode }) }
}

fn fill(file: DiskFile, path: &Path, content: &[u8]) -> Result<(), Error> {
    file.write_all_at(content, 0).and_then(|()| file.sync_data()).map_err(|source| Error::Io {
        doing: "write",
        path: path.to_owned(),
        source,
    })?;
    let directory = disk::parent_of(path);
    disk::sync_dir(directory).map_err(|source| Error::Io { doing: "sync", path: directory.to_owned(), source })
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o7777
}

/// Where there are no permission bits, the directory's own protection is all there is.
#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o600
}
