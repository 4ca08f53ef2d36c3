//! One process at a time: an advisory lock on `<dir>/lock`, which the kernel drops when its holder dies.
//!
//! The file holds the process id of the holder, for people; only the lock itself decides.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;

use super::error::Error;

/// Name of the lock file inside the store's directory.
const FILE_NAME: &str = "lock";

/// Holds the store for this process until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Gives the lock up by name: merely closing the file would leave it to a child process that was just being forked.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock of `dir`, which must exist.
    ///
    /// # Errors
    /// [`Error::InUse`] when somebody holds it; [`Error::Io`] when the file cannot be made.
    pub(super) fn take(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE_NAME);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse { dir: dir.to_owned(), pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
        }
        // Only a courtesy to people: on a full disk the lock works without it.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { file })
    }
}

/// Reads the process id that the holder left.
fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path()).unwrap();
        let refused = Lock::take(dir.path()).unwrap_err();
        assert!(matches!(refused, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()));
        assert!(refused.to_string().ends_with(&format!("in use by process {}", std::process::id())));
        drop(first);
        Lock::take(dir.path()).unwrap();
    }
}
