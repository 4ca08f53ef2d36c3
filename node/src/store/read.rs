//! Reads single records by their place, from any thread, beside the appender.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::{Error, Reason};
use super::record::{HEADER_BYTES, Header, PAYLOAD_BYTES_MAX, Place};
use super::segment;

/// How many segment files are kept open for reading.
const FILES_MAX: usize = 256;

/// A record as it was found on disk, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number, counted from 1 over the whole life of the store.
    pub ordinal: u64,
    /// The caller's tag.
    pub kind: u8,
    /// The payload.
    pub bytes: Vec<u8>,
}

/// Reads records by their place. Clones share the open files, so a clone for each thread is cheap.
#[derive(Clone)]
pub struct Reader {
    shared: Arc<Shared>,
}

struct Shared {
    log_dir: PathBuf,
    salt: u32,
    files: Mutex<BTreeMap<u32, Arc<File>>>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("log_dir", &self.shared.log_dir).finish_non_exhaustive()
    }
}

impl Reader {
    pub(super) fn new(log_dir: PathBuf, salt: u32) -> Self {
        Self { shared: Arc::new(Shared { log_dir, salt, files: Mutex::default() }) }
    }

    /// Returns the payload at `place`.
    ///
    /// # Errors
    /// As [`Reader::read_record`].
    pub fn read(&self, place: Place) -> Result<Vec<u8>, Error> {
        Ok(self.read_record(place)?.bytes)
    }

    /// Returns the record at `place` with its ordinal and kind, after both checksums were verified.
    ///
    /// # Errors
    /// [`Error::Damaged`] when what is there is not a sound record of that length; [`Error::Io`].
    pub fn read_record(&self, place: Place) -> Result<Stored, Error> {
        let damaged = |ordinal, reason| {
            let Place { segment, offset, .. } = place;
            Error::Damaged { ordinal, segment, offset, reason }
        };
        if place.length as usize > PAYLOAD_BYTES_MAX {
            return Err(damaged(None, Reason::Header));
        }
        let Some(file) = self.open(place.segment)? else {
            return Err(damaged(None, Reason::Missing));
        };
        let mut frame = vec![0; HEADER_BYTES + place.length as usize];
        match file.read_exact_at(&mut frame, u64::from(place.offset)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(damaged(None, Reason::Missing)),
            Err(error) => {
                return Err(Error::io("read", segment::path_of(&self.shared.log_dir, place.segment))(error));
            }
        }
        let header = Header::decode(self.shared.salt, &frame).filter(|header| header.length == place.length);
        let Some(Header { ordinal, kind, .. }) = header else {
            return Err(damaged(None, Reason::Header));
        };
        frame.drain(..HEADER_BYTES);
        if header.is_some_and(|header| header.matches(self.shared.salt, &frame)) {
            Ok(Stored { ordinal, kind, bytes: frame })
        } else {
            Err(damaged(Some(ordinal), Reason::Payload))
        }
    }

    /// Reads many payloads in the order they lie on disk and returns them in the order asked for, each on its own: one
    /// damaged record does not hide the others. The caller bounds their number and with it the memory.
    pub fn read_many(&self, places: &[Place]) -> Vec<Result<Vec<u8>, Error>> {
        let mut order: Vec<_> = places.iter().copied().enumerate().collect();
        order.sort_unstable_by_key(|(_, place)| *place);
        let mut read: Vec<_> = order.into_iter().map(|(asked, place)| (asked, self.read(place))).collect();
        read.sort_unstable_by_key(|(asked, _)| *asked);
        read.into_iter().map(|(_, payload)| payload).collect()
    }

    /// Returns the open file of a segment, `None` when there is no such segment.
    fn open(&self, number: u32) -> Result<Option<Arc<File>>, Error> {
        let mut files = self.shared.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&number) {
            return Ok(Some(Arc::clone(file)));
        }
        let path = segment::path_of(&self.shared.log_dir, number);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("open", &path)(error)),
        };
        let file = Arc::new(file);
        if files.len() >= FILES_MAX {
            files.pop_first();
        }
        files.insert(number, Arc::clone(&file));
        Ok(Some(file))
    }
}
