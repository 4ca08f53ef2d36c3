//! A prefill as a [small file](crate::small_file).

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use talkoot_protocol::time::Timestamp;

use super::{Held, Origin, PREFILL_BYTES_MAX, PREFILLS_MAX, PrefillId};
use crate::small_file::{self, Content, SmallFile};

const ENDING: &str = ".json";

/// A file's content.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    made: Timestamp,
    maker: String,
    key: Option<String>,
    body: String,
    pub(super) opened: bool,
    pub(super) fields: Option<Map<String, Value>>,
}

impl Kept {
    pub(super) fn new(origin: &Origin, made: Timestamp, fields: Map<String, Value>) -> Self {
        let Origin { maker, key, body } = origin.clone();
        Self { made, maker, key, body, opened: false, fields: Some(fields) }
    }

    pub(super) fn held(&self, bytes: u64) -> Held {
        let origin = Origin { maker: self.maker.clone(), key: self.key.clone(), body: self.body.clone() };
        Held { origin, made: self.made, opened: self.opened, has_words: self.fields.is_some(), bytes }
    }

    /// Returns how many bytes it will take.
    pub(super) fn bytes(&self) -> u64 {
        serde_json::to_vec(self).map_or(0, |bytes| bytes.len() as u64)
    }
}

impl Content for Kept {
    /// The fields and what is noted about them.
    const BYTES_MAX: usize = PREFILL_BYTES_MAX + 4 * 1024;
    const HAS_LINES: bool = false;
}

pub(super) fn name_of(id: &PrefillId) -> String {
    format!("{id}{ENDING}")
}

/// Reads a file; `None` if it is gone or damaged.
pub(super) fn read(file: &SmallFile<Kept>) -> Result<Option<Kept>, small_file::Error> {
    match file.read() {
        // Who knows the file's name may read it: the name is not for logs.
        Err(small_file::Error::Damaged { reason, .. }) => {
            tracing::error!(reason, "a prefilled report cannot be read, and is left alone");
            Ok(None)
        }
        read => read,
    }
}

/// Reads all files of a directory that are whole, with the bytes they take; those that a stop cut short are removed. None if there is
/// no directory.
pub(super) fn list(dir: &Path) -> Result<Vec<(PrefillId, Kept, u64)>, small_file::Error> {
    let mut found = Vec::new();
    for path in small_file::list(dir, 2 * PREFILLS_MAX)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(id) = name.and_then(|name| name.strip_suffix(ENDING)?.parse().ok()) else { continue };
        if let Some(kept) = read(&SmallFile::at(&path))? {
            let bytes = kept.bytes();
            found.push((id, kept, bytes));
        }
    }
    found.truncate(PREFILLS_MAX);
    Ok(found)
}
