//! The index of a segment that is closed: its entries in one flat file beside it, which is read much faster than a database.
//!
//! ```text
//! <dir>/log/000001.idx
//!  0            8        12     16              20        24           32     36
//!  +------------+--------+------+---------------+---------+------------+------+------- - -
//!  | "talkidx\n" | layout | salt | index version | segment | last entry | crc  | entries
//!  | 8 bytes    | u32 LE | u32  | u32           | u32     | u64        | u32  |
//!  +------------+--------+------+---------------+---------+------------+------+------- - -
//!  entry:  ordinal u64 LE | length u16 LE | value
//! ```
//! *last entry* is where it begins. The crc (CRC-32C) is over everything but itself. Like the database the file may be missing,
//! old or damaged: then the segment is read again. So it is renamed into place and not synced.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::index::Stamp;

/// Version of the layout drawn above.
const LAYOUT: u32 = 1;
const MAGIC: [u8; 8] = *b"talkidx\n";
const HEADER_BYTES: usize = 36;
/// Where the place of the last entry stands in the header.
const LAST_ENTRY: std::ops::Range<usize> = 24..32;
/// Where the crc stands in the header.
const CRC: std::ops::Range<usize> = 32..36;
/// Bytes of an entry before its value.
const ENTRY_BYTES: usize = 10;
/// Longest file that is read: more than the entries of the longest segment come to, if its records are not tiny.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Ending of the files' names.
const ENDING: &str = "idx";

/// The values of entries by ordinal.
pub(super) type Listed = BTreeMap<u64, Vec<u8>>;

/// A file of entries in memory, checked.
pub(super) struct Sidecar {
    bytes: Vec<u8>,
    at: usize,
}

impl Sidecar {
    /// Reads the file of a segment; `None` if there is none that is whole and belongs to this log and meaning of values.
    pub(super) fn read(log_dir: &Path, segment: u32, stamp: Stamp) -> Option<Self> {
        let path = path_of(log_dir, segment);
        if fs::metadata(&path).ok()?.len() > FILE_BYTES_MAX {
            return None;
        }
        let bytes = fs::read(&path).ok()?;
        let header = Header::decode(&bytes)?;
        let ours =
            header.segment == segment && (header.salt, header.index_version) == (stamp.salt, stamp.index_version);
        (ours && header.crc == crc_of(&bytes)?).then_some(Self { bytes, at: HEADER_BYTES })
    }

    fn number<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..)?.first_chunk().copied()
    }

    /// Returns the last entry, and leaves it there.
    pub(super) fn last_entry(&self) -> Option<(u64, Vec<u8>)> {
        let at = usize::try_from(Header::decode(&self.bytes)?.last_entry).ok()?;
        let (ordinal, value) = self.slice_at(at)?;
        Some((ordinal, self.bytes.get(value)?.to_vec()))
    }

    fn slice_at(&self, at: usize) -> Option<(u64, std::ops::Range<usize>)> {
        let ordinal = u64::from_le_bytes(self.number(at)?);
        let from = at.checked_add(ENTRY_BYTES)?;
        let value = from..from.checked_add(usize::from(u16::from_le_bytes(self.number(at + 8)?)))?;
        self.bytes.get(value.clone()).map(|_| (ordinal, value))
    }
}

impl Iterator for Sidecar {
    type Item = (u64, Vec<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        let (ordinal, value) = self.slice_at(self.at)?;
        self.at = value.end;
        Some((ordinal, self.bytes.get(value)?.to_vec()))
    }
}

struct Header {
    salt: u32,
    index_version: u32,
    segment: u32,
    /// Where the last entry stands.
    last_entry: u64,
    crc: u32,
}

impl Header {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let long = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        if !bytes.starts_with(&MAGIC) || number(8)? != LAYOUT {
            return None;
        }
        let (salt, index_version, segment) = (number(12)?, number(16)?, number(20)?);
        Some(Self { salt, index_version, segment, last_entry: long(LAST_ENTRY.start)?, crc: number(CRC.start)? })
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [LAYOUT, self.salt, self.index_version, self.segment] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.last_entry.to_le_bytes());
        bytes.extend_from_slice(&self.crc.to_le_bytes());
        bytes
    }
}

/// Returns the checksum of everything but the checksum.
fn crc_of(bytes: &[u8]) -> Option<u32> {
    let before = crc32c::crc32c(bytes.get(..CRC.start)?);
    Some(crc32c::crc32c_append(before, bytes.get(CRC.end..)?))
}

/// Returns where the entries of a segment are.
pub(super) fn path_of(log_dir: &Path, segment: u32) -> PathBuf {
    log_dir.join(format!("{segment:06}.{ENDING}"))
}

/// Writes the entries of a segment in place of those that were there.
///
/// # Errors
/// What the operating system said; the old file is then still there.
pub(super) fn write(log_dir: &Path, segment: u32, stamp: Stamp, entries: &Listed) -> io::Result<()> {
    let mut draft = Draft::begin(log_dir, segment, stamp)?;
    entries.iter().try_for_each(|(ordinal, value)| draft.push(*ordinal, value))?;
    draft.finish()
}

/// A file that is being written, entry by entry: a segment has tens of thousands, which need not be in memory at once.
pub(super) struct Draft {
    file: BufWriter<File>,
    path: PathBuf,
    header: Header,
    /// Length so far.
    length: u64,
    /// Checksum of the entries so far.
    crc: u32,
    finished: bool,
}

impl Draft {
    /// Begins beside the file that is there.
    ///
    /// # Errors
    /// What the operating system said.
    pub(super) fn begin(log_dir: &Path, segment: u32, stamp: Stamp) -> io::Result<Self> {
        let header = Header {
            salt: stamp.salt,
            index_version: stamp.index_version,
            segment,
            last_entry: HEADER_BYTES as u64,
            crc: 0,
        };
        let path = path_of(log_dir, segment);
        let mut file = BufWriter::new(File::create(new_path(&path))?);
        file.write_all(&header.encode())?;
        Ok(Self { file, path, header, length: HEADER_BYTES as u64, crc: 0, finished: false })
    }

    /// Adds an entry; ordinals ascend.
    ///
    /// # Errors
    /// What the operating system said, or that the value is longer than 64 KiB.
    pub(super) fn push(&mut self, ordinal: u64, value: &[u8]) -> io::Result<()> {
        let length = u16::try_from(value.len()).map_err(|_| io::Error::other("an index value is too long"))?;
        self.header.last_entry = self.length;
        for part in [&ordinal.to_le_bytes()[..], &length.to_le_bytes(), value] {
            self.file.write_all(part)?;
            self.crc = crc32c::crc32c_append(self.crc, part);
            self.length += part.len() as u64;
        }
        Ok(())
    }

    /// Puts it in place of the file that was there.
    ///
    /// # Errors
    /// What the operating system said; the old file is then still there.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let before = crc32c::crc32c(self.header.encode().get(..CRC.start).unwrap_or_default());
        let entries = usize::try_from(self.length).map_err(io::Error::other)? - HEADER_BYTES;
        self.header.crc = crc32c::crc32c_combine(before, self.crc, entries);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&self.header.encode())?;
        self.file.flush()?;
        fs::rename(new_path(&self.path), &self.path)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            let _ = fs::remove_file(new_path(&self.path));
        }
    }
}

fn new_path(path: &Path) -> PathBuf {
    path.with_extension("idx.new")
}

/// Returns the greatest ordinal that a file of this log tells of, by the last segment that has one.
pub(super) fn last_ordinal(log_dir: &Path, stamp: Stamp) -> Option<u64> {
    let files = fs::read_dir(log_dir).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let named = files.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
    let last = named.filter_map(|path| path.file_stem()?.to_str()?.parse::<u32>().ok()).max()?;
    Sidecar::read(log_dir, last, stamp)?.last_entry().map(|(ordinal, _)| ordinal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { salt: 7, index_version: 3 };

    fn entries() -> Listed {
        (5..40).map(|ordinal| (ordinal, vec![ordinal as u8; ordinal as usize])).collect()
    }

    #[test]
    fn reads_what_it_writes() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), 2, STAMP, &entries()).unwrap();
        let sidecar = Sidecar::read(dir.path(), 2, STAMP).unwrap();
        assert_eq!(sidecar.last_entry(), entries().pop_last());
        assert_eq!(sidecar.collect::<Listed>(), entries());
        assert_eq!(last_ordinal(dir.path(), STAMP), Some(39));
        for other in [Stamp { salt: 8, ..STAMP }, Stamp { index_version: 4, ..STAMP }] {
            assert!(Sidecar::read(dir.path(), 2, other).is_none());
        }
    }

    #[test]
    fn what_is_given_up_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), 2, STAMP, &entries()).unwrap();
        let mut draft = Draft::begin(dir.path(), 2, STAMP).unwrap();
        draft.push(1, &[0; 9]).unwrap();
        draft.push(2, &[0; 1 << 16]).unwrap_err();
        drop(draft);
        assert_eq!(Sidecar::read(dir.path(), 2, STAMP).unwrap().collect::<Listed>(), entries());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), 2, STAMP, &entries()).unwrap();
        let path = path_of(dir.path(), 2);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&path, bytes).unwrap();
            assert!(Sidecar::read(dir.path(), 2, STAMP).is_none(), "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert!(Sidecar::read(dir.path(), 2, STAMP).is_none(), "cut at {at}");
        }
    }
}
