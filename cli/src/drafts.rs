//! What a worker has written and not signed: files beside the key, sealed so that only who opens the key reads them. Never in the
//! node's directory, never sent anywhere.
//!
//! ```text
//! KEYS/NAME.drafts/3fa9c1ab07.draft
//! ```

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use talkoot_node::keystore::{self, DRAFT_BYTES_MAX, DraftKey};
use talkoot_protocol::time::Timestamp;

use crate::commands::report::fields::Cells;
use crate::error::{Error, Result};
use crate::forms::read_at_most;
use crate::global::Global;
use crate::keys::{self, Keys};

/// Most drafts of one worker.
const DRAFTS_MAX: usize = 1_000;
/// What a draft's file name ends with.
const ENDING: &str = "draft";

/// A report that is not finished: what was typed, by column, so that also what cannot be read yet is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// For whom it is to be, as it was typed.
    pub(crate) scope: String,
    /// The cells of its flat form.
    pub(crate) cells: Cells,
    /// When it was begun.
    pub(crate) begun: Timestamp,
    /// When it was last changed.
    pub(crate) changed: Timestamp,
}

impl Draft {
    /// Begins one now.
    pub(crate) fn new(scope: &str, cells: Cells) -> Self {
        let now = keys::now();
        Self { scope: scope.to_owned(), cells, begun: now, changed: now }
    }

    /// Returns the id of the form it is written by, if it names one.
    pub(crate) fn form(&self) -> Option<&str> {
        self.cells.get("form").map(String::as_str).filter(|id| !id.is_empty())
    }
}

/// One worker's drafts, opened.
#[derive(Debug)]
pub(crate) struct Drafts {
    dir: PathBuf,
    key: DraftKey,
}

impl Drafts {
    /// Opens the drafts of the worker with this name, or of the only one.
    pub(crate) fn open(global: &Global, worker: Option<&str>) -> Result<Self> {
        let keys = Keys::of(global)?;
        let worker = keys.read_worker(worker)?;
        let key = keys.open_worker(&worker.name, &keys::passphrase(global, false)?)?;
        Ok(Self { dir: keys.drafts(&worker.name), key: DraftKey::of(&key) })
    }

    /// Returns all drafts with their ids, the last changed first; and why those that cannot be opened cannot.
    pub(crate) fn all(&self) -> (Vec<(String, Draft)>, Vec<Error>) {
        let (mut drafts, mut damaged) = (Vec::new(), Vec::new());
        for id in self.ids() {
            match self.read(&id) {
                Ok(draft) => drafts.push((id, draft)),
                Err(error) => damaged.push(error),
            }
        }
        drafts.sort_by_key(|(id, draft)| (std::cmp::Reverse(draft.changed), id.clone()));
        (drafts, damaged)
    }

    /// Finds the one draft whose id begins so.
    pub(crate) fn find(&self, asked: &str) -> Result<(String, Draft)> {
        let asked = asked.trim().to_lowercase();
        let mut matching = self.ids().into_iter().filter(|id| !asked.is_empty() && id.starts_with(&asked));
        match (matching.next(), matching.next()) {
            (Some(id), None) => self.read(&id).map(|draft| (id, draft)),
            (None, _) => {
                Err(Error::refused(format!("there is no draft {asked:?}")).hint("See them with: talkoot draft list"))
            }
            (Some(_), Some(_)) => {
                Err(Error::refused(format!("several drafts begin with {asked:?}")).hint("Give more of the id."))
            }
        }
    }

    /// Writes a draft; without an id, a new one. Returns the id.
    pub(crate) fn save(&self, id: Option<&str>, draft: &Draft) -> Result<String> {
        let failed = |error| Error::failed(error).context(format_args!("cannot write to {}", self.dir.display()));
        fs::create_dir_all(&self.dir).map_err(failed)?;
        fs::set_permissions(&self.dir, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let id = match id {
            Some(id) => id.to_owned(),
            None if self.ids().len() >= DRAFTS_MAX => {
                return Err(Error::refused(format!("there are {DRAFTS_MAX} drafts already"))
                    .hint("Sign or discard some first."));
            }
            None => fresh_id()?,
        };
        let json = serde_json::to_vec(draft).map_err(Error::failed)?;
        if json.len() > DRAFT_BYTES_MAX {
            return Err(Error::refused(format!(
                "a draft may take {DRAFT_BYTES_MAX} bytes; this one has {}",
                json.len()
            )));
        }
        let sealed = self.key.seal(&id, &json).map_err(Error::failed)?;
        replace(&self.path(&id), &sealed).map_err(failed)?;
        Ok(id)
    }

    /// Takes a draft away.
    pub(crate) fn remove(&self, id: &str) -> Result<()> {
        let path = self.path(id);
        let failed = |error| Error::failed(error).context(format_args!("cannot delete {}", path.display()));
        fs::remove_file(&path).map_err(failed)
    }

    fn read(&self, id: &str) -> Result<Draft> {
        let path = self.path(id);
        let context = || format!("cannot read the draft {}", path.display());
        let most = DRAFT_BYTES_MAX as u64 + 64;
        let sealed = read_at_most(&path, most).map_err(|error| Error::failed(error).context(context()))?;
        let json = self.key.open(id, &sealed).map_err(|error| Error::setup(error).context(context()))?;
        serde_json::from_slice(&json).map_err(|error| Error::setup(error).context(context()))
    }

    fn ids(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == ENDING));
        let mut ids: Vec<String> = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
        ids.sort();
        ids
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.{ENDING}"))
    }
}

/// Returns ten random hexadecimal digits.
fn fresh_id() -> Result<String> {
    let salt = keystore::fresh_salt().map_err(Error::failed)?;
    Ok(salt.iter().take(5).map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file whole or not at all: a power cut costs neither the old draft nor the new one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(dir) => fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}
