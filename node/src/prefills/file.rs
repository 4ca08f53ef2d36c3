//! A prefill as a file: JSON, written beside its place and moved there, readable by the node's user only.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use talkoot_protocol::time::Timestamp;

use super::{Held, Origin, PREFILL_BYTES_MAX, PREFILLS_MAX, PrefillId};
use crate::disk::{self, DiskFile};

const ENDING: &str = ".json";
/// What a file's name ends with until it is whole.
const UNFINISHED: &str = ".new";
/// Most bytes of a file: the fields and what is noted about them.
const FILE_BYTES_MAX: usize = PREFILL_BYTES_MAX + 4 * 1024;

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

    /// Texts, numbers and maps with texts for keys: writing them cannot fail.
    pub(super) fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

pub(super) fn name_of(id: &PrefillId) -> String {
    format!("{id}{ENDING}")
}

/// Makes bytes and name durable.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    match disk::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = DiskFile::create_secret(&unfinished)?;
    file.write_all_at(bytes, 0)?;
    file.sync_data()?;
    disk::rename(&unfinished, path)?;
    disk::sync_dir(disk::parent_of(path))
}

/// Reads a file; `None` if it is gone or damaged.
pub(super) fn read(path: &Path) -> io::Result<Option<Kept>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)) {
        Ok(_) => Ok(serde_json::from_slice(&bytes).ok().filter(|_| bytes.len() <= FILE_BYTES_MAX)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads all files of a directory that are whole; those that a stop cut short are removed. None if there is no directory.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(PrefillId, Kept, u64)>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries.take(2 * PREFILLS_MAX) {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.ends_with(UNFINISHED) {
            disk::remove_file(&entry.path())?;
            continue;
        }
        let Some(id) = name.strip_suffix(ENDING).and_then(|id| id.parse().ok()) else { continue };
        match read(&entry.path())? {
            Some(kept) => found.push((id, kept, entry.metadata()?.len())),
            None => tracing::warn!("a prefilled report cannot be read; it is left where it is"),
        }
    }
    found.truncate(PREFILLS_MAX);
    Ok(found)
}
