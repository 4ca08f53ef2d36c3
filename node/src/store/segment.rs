//! Segment files: their names, their header, and how one is found on disk.
//!
//! `<dir>/log/000001.seg`, `000002.seg`, … hold the records in the order of their ordinals. A segment only ever grows,
//! and only the one with the greatest number grows. It starts with the same 32 bytes twice, so that one damaged byte
//! does not cost 64 MiB of records their salt:
//!
//! ```text
//!  0              8          12         16                24         28         32
//!  +--------------+----------+----------+-----------------+----------+----------+------------+----- - -
//!  | magic        | version  | number   | first ordinal   | salt     | crc      | the same   | records
//!  | "talkseg\n"  | u32 LE   | u32 LE   | u64 LE          | u32 LE   | u32 LE   | 32 bytes   | from 64 on
//!  +--------------+----------+----------+-----------------+----------+----------+------------+----- - -
//!  |<---------------------- under the crc (CRC-32C) ---------------------->|
//! ```
//!
//! *first ordinal* is the least ordinal the segment may hold: it tells that something is missing even when a whole
//! segment is. *salt* is random, the same in all segments of a store, and never leaves the machine; every checksum of a
//! record starts from it. A header is written under another name and renamed, so a segment is there whole or not at all.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::record::ORDINAL_MAX;
use crate::disk::{self, DiskFile};

/// Where the records of a segment start.
pub(super) const RECORDS_START: u64 = 2 * COPY_BYTES as u64;
/// Name of the directory of the segments inside the store's directory.
pub(super) const LOG_DIR: &str = "log";
/// The newest format version this program reads, and the one it writes.
const VERSION: u32 = 1;
/// Length of one copy of the header.
const COPY_BYTES: usize = 32;
const MAGIC: [u8; 8] = *b"talkseg\n";
/// Ending of a finished segment's name.
const ENDING: &str = "seg";
/// Ending of the name a segment has until its header is durable.
const NEW_ENDING: &str = "seg.new";

/// What the header of a segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) number: u32,
    pub(super) first_ordinal: u64,
    pub(super) salt: u32,
}

impl SegmentHeader {
    fn encode(&self) -> [u8; COPY_BYTES] {
        let mut bytes = [0; COPY_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_ordinal.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.salt.to_le_bytes());
        let crc = crc32c::crc32c(&bytes[..28]);
        bytes[28..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads one copy: the version and what it says, or `None` for noise.
    fn decode(bytes: &[u8; COPY_BYTES]) -> Option<(u32, Self)> {
        let crc = u32::from_le_bytes(*bytes[28..].first_chunk()?);
        if bytes[..8] != MAGIC || crc32c::crc32c(&bytes[..28]) != crc {
            return None;
        }
        let header = Self {
            number: u32::from_le_bytes(*bytes[12..].first_chunk()?),
            first_ordinal: u64::from_le_bytes(*bytes[16..].first_chunk()?),
            salt: u32::from_le_bytes(*bytes[24..].first_chunk()?),
        };
        let version = u32::from_le_bytes(*bytes[8..].first_chunk()?);
        (header.first_ordinal <= ORDINAL_MAX).then_some((version, header))
    }
}

/// A segment as found on disk.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    /// Length in bytes when it was looked at, at most `u32::MAX`.
    pub(super) len: u64,
    /// What its header says, when one copy of it can be read.
    pub(super) header: Option<SegmentHeader>,
    /// Where a copy of the header is damaged, if one is.
    pub(super) damaged_copy: Option<u32>,
}

impl Segment {
    /// Looks at one segment file.
    fn inspect(number: u32, path: PathBuf) -> Result<Self, Error> {
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        let len = file.metadata().map_err(Error::io("read", &path))?.len().min(u64::from(u32::MAX));
        let mut segment = Self { number, path, len, header: None, damaged_copy: None };
        for offset in [0, COPY_BYTES as u32] {
            match read_copy(&file, u64::from(offset)).map_err(Error::io("read", &segment.path))? {
                Some((got, _)) if got > VERSION => return Err(Error::Version { segment: number, got, known: VERSION }),
                Some((_, header)) if header.number == number => segment.header = Some(header),
                _ => segment.damaged_copy = Some(offset),
            }
        }
        Ok(segment)
    }

    /// Opens the file for reading.
    pub(super) fn open(&self) -> Result<File, Error> {
        File::open(&self.path).map_err(Error::io("open", &self.path))
    }
}

/// Reads one copy of a header; a file too short for it has none.
fn read_copy(file: &File, offset: u64) -> io::Result<Option<(u32, SegmentHeader)>> {
    let mut bytes = [0; COPY_BYTES];
    match file.read_exact_at(&mut bytes, offset) {
        Ok(()) => Ok(SegmentHeader::decode(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the path of a segment.
pub(super) fn path_of(log_dir: &Path, number: u32) -> PathBuf {
    log_dir.join(format!("{number:06}.{ENDING}"))
}

/// All segments of a log, ordered by number, and the salt they share.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) segments: Vec<Segment>,
    /// `None` only when there is no segment at all.
    pub(super) salt: Option<u32>,
}

/// Looks at every segment in `log_dir`; other files are passed over.
///
/// # Errors
/// [`Error::Io`]; [`Error::Version`]; [`Error::Foreign`] for a segment that another store wrote; [`Error::NoHeader`] when
/// there are segments and none has a readable header.
pub(super) fn list(log_dir: &Path) -> Result<Listing, Error> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(log_dir).map_err(Error::io("list", log_dir))? {
        let path = entry.map_err(Error::io("list", log_dir))?.path();
        if let Some(number) = number_of(&path) {
            segments.push(Segment::inspect(number, path)?);
        }
    }
    segments.sort_unstable_by_key(|segment| segment.number);
    let salt = segments.iter().find_map(|segment| segment.header).map(|header| header.salt);
    if let Some(other) = segments.iter().find(|segment| segment.header.is_some_and(|it| Some(it.salt) != salt)) {
        return Err(Error::Foreign { segment: other.number });
    }
    match (segments.first(), salt) {
        (Some(segment), None) => Err(Error::NoHeader { segment: segment.number }),
        _ => Ok(Listing { segments, salt }),
    }
}

/// Returns the number in a segment's file name, `None` for other files.
fn number_of(path: &Path) -> Option<u32> {
    let (number, ending) = path.file_name()?.to_str()?.split_once('.')?;
    let digits = number.len() >= 6 && number.bytes().all(|digit| digit.is_ascii_digit());
    if digits && ending == ENDING { number.parse().ok() } else { None }
}

/// Makes an empty segment and returns its file, open for reading and writing; header and name are durable.
///
/// # Errors
/// [`Error::DiskFull`] or [`Error::Io`]; the log is then as it was.
pub(super) fn create(log_dir: &Path, header: SegmentHeader) -> Result<DiskFile, Error> {
    let path = path_of(log_dir, header.number);
    let new = log_dir.join(format!("{:06}.{NEW_ENDING}", header.number));
    let made = write_new(&new, &header).and_then(|file| {
        disk::rename(&new, &path)?;
        disk::sync_dir(log_dir).inspect_err(|_| {
            // It is empty, and the one before it goes on growing.
            let _ = disk::remove_file(&path);
        })?;
        Ok(file)
    });
    made.map_err(|error| {
        let _ = disk::remove_file(&new);
        Error::writing(&path, RECORDS_START)(error)
    })
}

/// Writes both copies of a header to a new file and makes them durable.
fn write_new(path: &Path, header: &SegmentHeader) -> io::Result<DiskFile> {
    let file = DiskFile::create(path)?;
    file.write_all_at(&[header.encode(), header.encode()].concat(), 0)?;
    file.sync_data()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: SegmentHeader = SegmentHeader { number: 3, first_ordinal: 70, salt: 9 };

    #[test]
    fn a_header_survives_damage_to_either_copy() {
        for at in 0..RECORDS_START {
            let dir = tempfile::tempdir().unwrap();
            let file = create(dir.path(), HEADER).unwrap();
            file.write_all_at(b"\xAA", at).unwrap();
            let listing = list(dir.path()).unwrap();
            assert_eq!(listing.salt, Some(9));
            assert_eq!(listing.segments[0].header, Some(HEADER));
            assert_eq!(listing.segments[0].damaged_copy, Some(if at < 32 { 0 } else { 32 }));
        }
    }

    #[test]
    fn noise_is_not_taken_for_an_empty_log() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(path_of(dir.path(), 1), [7; 500]).unwrap();
        assert!(matches!(list(dir.path()), Err(Error::NoHeader { segment: 1 })));
    }

    #[test]
    fn a_later_version_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = HEADER.encode();
        bytes[8] = 2;
        let crc = crc32c::crc32c(&bytes[..28]);
        bytes[28..].copy_from_slice(&crc.to_le_bytes());
        fs::write(path_of(dir.path(), 3), bytes).unwrap();
        assert!(matches!(list(dir.path()), Err(Error::Version { segment: 3, got: 2, known: 1 })));
    }

    #[test]
    fn segments_of_two_stores_do_not_mix() {
        let dir = tempfile::tempdir().unwrap();
        create(dir.path(), HEADER).unwrap();
        create(dir.path(), SegmentHeader { number: 4, salt: 10, ..HEADER }).unwrap();
        assert!(matches!(list(dir.path()), Err(Error::Foreign { segment: 4 })));
    }

    #[test]
    fn only_segments_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["000001.seg.torn", "000002.seg.new", "x.seg", "1.seg", "notes"] {
            fs::write(dir.path().join(name), b"").unwrap();
        }
        assert!(list(dir.path()).unwrap().segments.is_empty());
    }
}
