//! The growing end of the log: one write and one `fdatasync` a batch, and what happens when either fails.

use std::io;
use std::path::PathBuf;

use super::error::Error;
use crate::disk::DiskFile;

/// What a segment is written to: a file, or in tests a disk that fails.
pub(super) trait Medium: Send + Sync {
    /// Writes all of `bytes` at `offset`.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when everything written is on the disk.
    fn sync_data(&self) -> io::Result<()>;
    /// Cuts what lies behind `len`.
    fn set_len(&self, len: u64) -> io::Result<()>;
}

impl Medium for DiskFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        DiskFile::write_all_at(self, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        DiskFile::sync_data(self)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        DiskFile::set_len(self, len)
    }
}

/// Appends to one segment.
pub(super) struct Writer {
    pub(super) medium: Box<dyn Medium>,
    pub(super) path: PathBuf,
    pub(super) number: u32,
    /// Where the last durable record ends and the next batch goes.
    pub(super) end: u64,
    /// Set when the file may hold more than `end` bytes and could not be cut.
    pub(super) poisoned: bool,
    /// Set when a failed write was cut away and the cut is not durable yet.
    pub(super) unsettled: bool,
}

impl Writer {
    /// Begins at `end` of a segment that is open for writing.
    pub(super) fn new(medium: Box<dyn Medium>, path: PathBuf, number: u32, end: u64) -> Self {
        Self { medium, path, number, end, poisoned: false, unsettled: false }
    }

    /// Writes a batch and makes it durable, or leaves nothing of it.
    ///
    /// A failed `fdatasync` counts as a failed write: the kernel may have dropped the pages and would call a second try
    /// a success, so the bytes are cut away and written anew.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Io`]: nothing was written. [`Error::Poisoned`] on every call after a failure that
    /// could not be taken back.
    pub(super) fn append(&mut self, batch: &[u8]) -> Result<(), Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        let written = self.medium.write_all_at(batch, self.end).and_then(|()| self.medium.sync_data());
        if let Err(error) = written {
            self.take_back();
            return Err(Error::writing(&self.path, batch.len() as u64)(error));
        }
        self.end += batch.len() as u64;
        self.unsettled = false;
        Ok(())
    }

    /// Makes the last cut durable. Needed before another segment is begun: a power cut could bring back what was cut away,
    /// with ordinals that the next segment gives to other records.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Io`]; it may be tried again.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        if self.unsettled {
            self.medium.sync_data().map_err(Error::writing(&self.path, 0))?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Cuts the file back to the last durable record.
    fn take_back(&mut self) {
        self.unsettled = true;
        if let Err(error) = self.medium.set_len(self.end) {
            tracing::error!(segment = self.number, %error, "a failed write could not be taken back");
            self.poisoned = true;
        }
    }
}
