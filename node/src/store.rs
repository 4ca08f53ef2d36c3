//! The store: opaque records, kept durably, and what is needed to find them again.
//!
//! Append-only, checksummed segment files are the truth; a sled database beside them is only an index, which may lag, be
//! lost or be corrupt and is completed or rebuilt from the segments whenever a store opens.
//!
//! ```text
//! <dir>/lock                  held by the process that has the store open
//! <dir>/log/000001.seg …      the records, in the order of their ordinals   (layout: store/segment.rs, store/record.rs)
//! <dir>/log/000001.idx        the index of a closed segment                 (layout: store/sidecar.rs)
//! <dir>/log/000001.seg.torn   bytes of a write that was cut short, kept for whoever wants to look
//! <dir>/index/                sled                                          (layout: store/index.rs)
//! ```
//!
//! What holds, whatever happens to the process, the power or the disk:
//! - [`Store::append`] returns `Ok` only after its bytes are on the disk. After an error nothing of the batch is left.
//! - After a crash inside an append a beginning of that batch, whole records only, may be there. It is made durable
//!   before anybody is told of it.
//! - A record's ordinal counts from 1 and is never given out twice, so a gap shows that something was lost.
//! - Bytes that do not match their checksums are reported, never served, and never cut away, except what a write leaves at
//!   the very end of the log that was cut short (the beginning of a frame, or one with sectors that are still zeros), as
//!   long as the index knows of no record there. It is kept beside the segment.
//!
//! The store knows nothing of reports, keys, signatures or peers.

use std::path::{Path, PathBuf};

mod error;
mod feed;
mod index;
mod lock;
mod read;
mod record;
mod recover;
mod scan;
mod segment;
mod sidecar;
#[cfg(test)]
mod tests;
pub mod verify;
mod writer;

pub use error::{Damage, Error, Reason};
pub use index::Pair;
pub use read::{Reader, Stored};
pub use record::{INDEX_BYTES_MAX, PAYLOAD_BYTES_MAX, Place, Record};
pub use recover::{Action, Loaded};

use crate::disk::{self, DiskFile};

use index::{Index, Stamp};
use lock::Lock;
use record::{HEADER_BYTES, Header, ORDINAL_MAX, at_most};
use recover::Recovered;
use segment::{Listing, RECORDS_START, SegmentHeader};
use writer::Writer;

/// Longest batch with its headers: 64 MiB.
pub const BATCH_BYTES_MAX: usize = 64 << 20;
/// Largest value of [`Options::segment_bytes`]: 1 GiB, so that every offset fits a `u32`.
const SEGMENT_BYTES_MAX: u32 = 1 << 30;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// A segment that a batch would make longer than this is closed and the next one begun. At most 1 GiB.
    pub segment_bytes: u32,
    /// Appends that would make the log longer than this are refused as [`Error::DiskFull`]; `None` leaves it to the disk.
    pub bytes_max: Option<u64>,
    /// What the caller's index values mean. When it changes, all records come [`Loaded::Raw`] once.
    pub index_version: u32,
}

impl Default for Options {
    /// 64 MiB a segment, no limit, index version 0.
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, bytes_max: None, index_version: 0 }
    }
}

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Records that are there, damaged ones not counted.
    pub records: u64,
    /// Length of all segments in bytes.
    pub bytes: u64,
    /// Number of segment files.
    pub segments: u32,
    /// Ordinals that were found lost when the store opened.
    pub damaged: u64,
}

/// An open store. One process has it, and one thread appends; [`Store::reader`] serves any number of others.
pub struct Store {
    // Declared first: it is emptied and closed before the lock is given up.
    index: Option<Index>,
    writer: Writer,
    reader: Reader,
    log_dir: PathBuf,
    salt: u32,
    next_ordinal: u64,
    /// Whether ordinals were skipped that only the header of a new segment can remember.
    must_roll: bool,
    options: Options,
    stats: Stats,
    _lock: Lock,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("log_dir", &self.log_dir).field("stats", &self.stats).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in `dir`, making it if there is none, and tells `each` of every record in the order of ordinals:
    /// from the index as far as it reaches, by reading the record for the rest.
    ///
    /// # Errors
    /// [`Error::InUse`] while another has it open; [`Error::NoHeader`], [`Error::Version`] and [`Error::Foreign`] for
    /// segments that cannot be understood; [`Error::TooLong`] for an index value from `each`; [`Error::DiskFull`] and [`Error::Io`].
    pub fn open(dir: &Path, options: &Options, each: &mut dyn FnMut(Loaded<'_>) -> Action) -> Result<Self, Error> {
        let log_dir = make_dirs(dir)?;
        let lock = Lock::take(dir)?;
        // An earlier process may have been killed before it made a new segment's name durable.
        disk::sync_dir(&log_dir).map_err(Error::io("sync", &log_dir))?;
        let mut listing = segment::list(&log_dir)?;
        if listing.salt.is_none() {
            begin_log(&log_dir)?;
            listing = segment::list(&log_dir)?;
        }
        let salt = listing.salt.unwrap_or_default();
        let mut index = Index::open(dir, Stamp { salt, index_version: options.index_version });
        let recovered = recover::recover(&listing, &mut index, each)?;
        let mut store = Self {
            index,
            writer: last_writer(&listing, &recovered)?,
            reader: Reader::new(log_dir.clone(), salt),
            log_dir,
            salt,
            next_ordinal: recovered.next_ordinal,
            must_roll: recovered.skipped,
            options: options.clone(),
            stats: stats(&listing, &recovered),
            _lock: lock,
        };
        match store.make_room(0) {
            // On a full disk the store can still be read, and the next append tries again.
            Ok(()) | Err(Error::DiskFull { .. }) => Ok(store),
            Err(error) => Err(error),
        }
    }

    /// Appends records, all or none, and returns their places in the same order once they are on the disk. They get the
    /// ordinals from [`Store::next_ordinal`] on. One write and one `fdatasync`, however many they are.
    ///
    /// # Errors
    /// [`Error::TooLong`]; [`Error::DiskFull`] and [`Error::Io`], after which the store works on and the same append may
    /// be tried again; [`Error::Poisoned`] when a failed write could not be taken back.
    pub fn append(&mut self, records: &[Record<'_>]) -> Result<Vec<Place>, Error> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let size = batch_bytes(records)?;
        self.make_room(size as u64)?;
        let mut batch = Vec::with_capacity(size);
        let mut places = Vec::with_capacity(records.len());
        let mut entries = Vec::with_capacity(records.len());
        for (record, ordinal) in records.iter().zip(self.next_ordinal..=ORDINAL_MAX) {
            let header = Header::new(self.salt, ordinal, record.kind, record.bytes);
            let offset = self.writer.end + batch.len() as u64;
            let place = Place { segment: self.writer.number, offset: offset as u32, length: header.length };
            batch.extend_from_slice(&header.encode(self.salt));
            batch.extend_from_slice(record.bytes);
            places.push(place);
            entries.push(index::entry(&header, place, record.index));
        }
        self.writer.append(&batch)?;
        self.next_ordinal += records.len() as u64;
        self.stats.records += records.len() as u64;
        self.stats.bytes += size as u64;
        if let Some(index) = &self.index {
            index.put(entries);
        }
        Ok(places)
    }

    /// Returns the ordinal that the next record gets.
    pub fn next_ordinal(&self) -> u64 {
        self.next_ordinal
    }

    /// Returns the payload at `place`.
    ///
    /// # Errors
    /// [`Error::Damaged`] when what is there is not a sound record of that length; [`Error::Io`].
    pub fn read(&self, place: Place) -> Result<Vec<u8>, Error> {
        self.reader.read(place)
    }

    /// Reads many payloads, see [`Reader::read_many`].
    pub fn read_many(&self, places: &[Place]) -> Vec<Result<Vec<u8>, Error>> {
        self.reader.read_many(places)
    }

    /// Returns a reader for other threads; it may outlive the store.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Returns what the store holds.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Returns the small value kept under `key` in `tree`.
    ///
    /// Small values (addresses of peers, counters) lie in the index alone: **they are lost when the index is**, and the
    /// latest of them at a power cut. Nothing may depend on one that cannot be found out again.
    ///
    /// # Errors
    /// [`Error::Index`]; [`Error::DiskFull`]. After either, small values may stay out of reach until the store is opened
    /// again.
    pub fn meta_get(&self, tree: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.index()?.meta_get(tree, key)
    }

    /// Keeps a small value, see [`Store::meta_get`]. Keys up to 512 bytes, values up to 64 KiB. The set of trees is the
    /// program's own, never a stranger's choice.
    ///
    /// # Errors
    /// [`Error::TooLong`]; [`Error::Index`]; [`Error::DiskFull`].
    pub fn meta_put(&self, tree: &str, key: &[u8], value: &[u8]) -> Result<(), Error> {
        self.index()?.meta_put(tree, key, value)
    }

    /// Forgets a small value; there need not be one.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn meta_remove(&self, tree: &str, key: &[u8]) -> Result<(), Error> {
        self.index()?.meta_remove(tree, key)
    }

    /// Returns all keys of `tree` that start with `prefix`, and their values, in the order of the keys.
    ///
    /// # Errors
    /// [`Error::Index`].
    pub fn meta_scan(&self, tree: &str, prefix: &[u8]) -> Result<Vec<Pair>, Error> {
        self.index()?.meta_scan(tree, prefix)
    }

    /// Brings the index up to the log and makes it and the small values durable. Records need no flushing.
    ///
    /// # Errors
    /// [`Error::Index`]; [`Error::DiskFull`]; [`Error::Io`].
    pub fn flush(&self) -> Result<(), Error> {
        self.index.as_ref().map_or(Ok(()), Index::sync)
    }

    /// Closes the store, so that it opens fast. Dropping it does the same and keeps errors to itself.
    ///
    /// # Errors
    /// [`Error::Index`]; [`Error::DiskFull`]; [`Error::Io`]. The records are safe all the same.
    pub fn close(self) -> Result<(), Error> {
        self.flush()
    }

    fn index(&self) -> Result<&Index, Error> {
        self.index.as_ref().ok_or_else(|| Error::Index { reason: "it could not be opened".to_owned() })
    }

    /// Sees to it that a batch of `size` bytes may be written at the writer's end.
    fn make_room(&mut self, size: u64) -> Result<(), Error> {
        if self.writer.poisoned {
            return Err(Error::Poisoned);
        }
        if self.options.bytes_max.is_some_and(|max| self.stats.bytes + size > max) {
            return Err(Error::DiskFull { bytes: size });
        }
        let limit = u64::from(self.options.segment_bytes.min(SEGMENT_BYTES_MAX));
        let full = self.writer.end > RECORDS_START && self.writer.end + size > limit;
        if full || self.must_roll { self.roll() } else { Ok(()) }
    }

    /// Begins the next segment.
    fn roll(&mut self) -> Result<(), Error> {
        self.writer.settle()?;
        let number = self.writer.number + 1;
        let header = SegmentHeader { number, first_ordinal: self.next_ordinal, salt: self.salt };
        let medium = Box::new(segment::create(&self.log_dir, header)?);
        let path = segment::path_of(&self.log_dir, number);
        self.writer = Writer::new(medium, path, number, RECORDS_START);
        self.must_roll = false;
        self.stats.segments += 1;
        self.stats.bytes += RECORDS_START;
        Ok(())
    }
}

/// Makes the directories of a store durable and returns that of the log.
fn make_dirs(dir: &Path) -> Result<PathBuf, Error> {
    let log_dir = dir.join(segment::LOG_DIR);
    disk::make_dirs(&log_dir).map_err(Error::io("make", &log_dir))?;
    Ok(log_dir)
}

/// Makes the first segment of a new log, with a salt of its own.
fn begin_log(log_dir: &Path) -> Result<(), Error> {
    let salt = getrandom::u32().map_err(|error| Error::io("draw a salt for", log_dir)(std::io::Error::other(error)))?;
    segment::create(log_dir, SegmentHeader { number: 1, first_ordinal: 1, salt }).map(drop)
}

/// Opens the last segment for appending.
fn last_writer(listing: &Listing, recovered: &Recovered) -> Result<Writer, Error> {
    let last = listing.segments.last().ok_or(Error::NoHeader { segment: 1 })?;
    let path = last.path.clone();
    let file = DiskFile::open(&path).map_err(Error::io("open", &path))?;
    Ok(Writer::new(Box::new(file), path, last.number, recovered.end))
}

/// Adds up what was found.
fn stats(listing: &Listing, recovered: &Recovered) -> Stats {
    let closed = listing.segments.split_last().map_or(&[][..], |(_, closed)| closed);
    Stats {
        records: recovered.records,
        bytes: closed.iter().map(|segment| segment.len).sum::<u64>() + recovered.end,
        segments: listing.segments.len() as u32,
        damaged: recovered.damaged,
    }
}

/// Checks the records of a batch and returns how many bytes they take on disk.
fn batch_bytes(records: &[Record<'_>]) -> Result<usize, Error> {
    let mut size = 0;
    for record in records {
        record.check()?;
        size += HEADER_BYTES + record.bytes.len();
        at_most("a batch", size, BATCH_BYTES_MAX)?;
    }
    Ok(size)
}
