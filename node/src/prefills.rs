//! Prefilled reports: what a client information system has handed in for a worker to complete and sign in the browser. A file
//! each under `<dir>/prefills/`, named by 128 random bits, whole or not there. Nothing here is a report: it is published by nobody
//! and goes to no peer. It is forgotten after [`KEPT_FOR`], and its words as soon as a worker has taken them.
//!
//! This file knows no HTTP and does not judge what it keeps: whoever calls has looked for identifiers before. No text is ever logged.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use talkoot_protocol::id::sha256;
use talkoot_protocol::time::Timestamp;

use crate::disk;
use crate::small_file::{self, SmallFile};
use file::Kept;

/// The directory's name inside the node's.
pub const DIR: &str = "prefills";
/// How long a prefill waits for a worker.
pub const KEPT_FOR: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// How long it can be told that one has been there.
const TOLD_FOR: Duration = Duration::from_secs(28 * 24 * 60 * 60);
/// How long a key stands for one submission.
pub const KEY_KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Most prefills, those only told of included.
pub const PREFILLS_MAX: usize = 2_000;
/// Most prefills of one maker.
pub const OF_MAKER_MAX: usize = 500;
/// Most bytes of one prefill, as JSON.
pub const PREFILL_BYTES_MAX: usize = 256 * 1024;
/// Most bytes of all of them.
pub const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why a prefill could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error("{OF_MAKER_MAX} prefilled reports of this maker, or {PREFILLS_MAX} in all, wait already")]
    Full,
    /// The same key stands for another submission.
    #[error("the same key came with another body")]
    OtherBody,
    /// A prefill's file, or their directory.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

/// The name of a prefill: 128 random bits, as 32 hexadecimal digits. Who knows it may read it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrefillId([u8; 16]);

impl PrefillId {
    /// Wraps fresh randomness.
    pub const fn from_entropy(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for PrefillId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Not for logs: who knows the name may read it.
impl fmt::Debug for PrefillId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrefillId(…)")
    }
}

/// Text that is no name of a prefill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 hexadecimal digits")]
pub struct ParsePrefillIdError;

impl FromStr for PrefillId {
    type Err = ParsePrefillIdError;

    fn from_str(text: &str) -> Result<Self, ParsePrefillIdError> {
        let is_good =
            text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_good).ok_or(ParsePrefillIdError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// Who made a prefill, and by which key and bytes it is known again: hashes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    maker: String,
    key: Option<String>,
    body: String,
}

impl Origin {
    /// Notes the maker, the key if one came, and the bytes that came with it.
    pub fn new(maker: &str, key: Option<&str>, body: &[u8]) -> Self {
        let hash = |parts: &[&[u8]]| sha256(parts).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let keyed = |key: &str| hash(&[b"talkoot/1/prefill-key", key.as_bytes()]);
        Self {
            maker: hash(&[b"talkoot/1/prefill-maker", maker.as_bytes()]),
            key: key.map(keyed),
            body: hash(&[b"talkoot/1/prefill-body", body]),
        }
    }
}

/// How a prefill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SubmissionState")]
pub enum Standing {
    /// No worker has opened it.
    Waiting,
    /// A worker has opened it.
    Opened,
    /// It is too old, and its words are gone.
    Expired,
}

/// What is told of a prefill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Its name.
    pub id: PrefillId,
    /// How it stands.
    pub standing: Standing,
    /// When it was made.
    pub made: Timestamp,
    /// From when on its words are gone.
    pub expires: Timestamp,
}

/// What is known of a prefill without reading its file.
#[derive(Debug)]
struct Held {
    origin: Origin,
    made: Timestamp,
    opened: bool,
    has_words: bool,
    bytes: u64,
}

impl Held {
    fn told(&self, id: PrefillId, now: Timestamp) -> Told {
        let standing = match (is_past(self.made, KEPT_FOR, now), self.opened) {
            (true, _) => Standing::Expired,
            (false, true) => Standing::Opened,
            (false, false) => Standing::Waiting,
        };
        Told { id, standing, made: self.made, expires: later(self.made, KEPT_FOR) }
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_millis(time.as_millis().saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
}

fn is_past(made: Timestamp, kept: Duration, now: Timestamp) -> bool {
    later(made, kept) <= now
}

/// The prefills of a node. Every method may wait for the disk.
#[derive(Debug)]
pub struct Prefills {
    dir: PathBuf,
    held: BTreeMap<PrefillId, Held>,
}

impl Prefills {
    /// Reads what is kept in the node's directory `home`. A file that cannot be read is left alone and counts for nothing.
    ///
    /// # Errors
    /// [`Error::File`] if the directory cannot be listed.
    pub fn open(home: &Path) -> Result<Self, Error> {
        let dir = home.join(DIR);
        let held = file::list(&dir)?;
        let held = held.into_iter().map(|(id, kept, bytes)| (id, kept.held(bytes))).collect();
        Ok(Self { dir, held })
    }

    /// Keeps a prefill under a fresh name; it is durable when this returns. The same maker's same key names the one that is there.
    ///
    /// # Errors
    /// [`Error::OtherBody`] if that one came with other bytes, [`Error::Full`], [`Error::File`]; then nothing was kept.
    pub fn add(
        &mut self,
        id: PrefillId,
        origin: Origin,
        fields: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Told, Error> {
        self.sweep(now);
        if let Some((id, held)) = self.keyed(&origin, now) {
            return if held.origin.body == origin.body { Ok(held.told(id, now)) } else { Err(Error::OtherBody) };
        }
        let kept = Kept::new(&origin, now, fields);
        self.require_room(&origin, kept.bytes())?;
        let make = disk::make_dirs(&self.dir);
        make.map_err(|source| small_file::Error::Io { doing: "make", path: self.dir.clone(), source })?;
        let bytes = self.file(&id).write(&kept)?;
        let held = kept.held(bytes);
        let told = held.told(id, now);
        self.held.insert(id, held);
        Ok(told)
    }

    /// Returns how a prefill stands, if this maker made it.
    pub fn told(&mut self, id: &PrefillId, maker: &str, now: Timestamp) -> Option<Told> {
        self.sweep(now);
        let origin = Origin::new(maker, None, &[]);
        self.held.get(id).filter(|held| held.origin.maker == origin.maker).map(|held| held.told(*id, now))
    }

    /// Returns the fields of a prefill for a worker to look at, and notes that it was opened; `None` if it is not here, is too old
    /// or was taken.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn read(&mut self, id: &PrefillId, now: Timestamp) -> Result<Option<Map<String, Value>>, Error> {
        self.hand_out(id, now, true)
    }

    /// Returns the fields as [`Prefills::read`] does, and forgets them: from now on the worker has them.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn take(&mut self, id: &PrefillId, now: Timestamp) -> Result<Option<Map<String, Value>>, Error> {
        self.hand_out(id, now, false)
    }

    fn hand_out(&mut self, id: &PrefillId, now: Timestamp, stays: bool) -> Result<Option<Map<String, Value>>, Error> {
        self.sweep(now);
        let file = self.file(id);
        let Some(held) = self.held.get_mut(id).filter(|held| held.has_words) else { return Ok(None) };
        let Some(mut kept) = file::read(&file)? else { return Ok(None) };
        let fields = if stays { kept.fields.clone() } else { kept.fields.take() };
        if !held.opened || !stays {
            kept.opened = true;
            *held = kept.held(file.write(&kept)?);
        }
        Ok(fields)
    }

    /// Returns the prefill that a key of a maker stands for.
    fn keyed(&self, origin: &Origin, now: Timestamp) -> Option<(PrefillId, &Held)> {
        let key = origin.key.as_ref()?;
        let is_it = |held: &Held| {
            held.origin.maker == origin.maker
                && held.origin.key.as_ref() == Some(key)
                && !is_past(held.made, KEY_KEPT_FOR, now)
        };
        self.held.iter().find(|(_, held)| is_it(held)).map(|(id, held)| (*id, held))
    }

    fn require_room(&self, origin: &Origin, bytes: u64) -> Result<(), Error> {
        let own = self.held.values().filter(|held| held.origin.maker == origin.maker).count();
        let all: u64 = self.held.values().map(|held| held.bytes).sum();
        let fits = own < OF_MAKER_MAX && self.held.len() < PREFILLS_MAX && all.saturating_add(bytes) <= BYTES_MAX;
        if fits { Ok(()) } else { Err(Error::Full) }
    }

    /// Forgets the words of what is too old, and in time that it was here. What cannot be removed is tried again next time.
    fn sweep(&mut self, now: Timestamp) {
        let old: Vec<PrefillId> = self
            .held
            .iter()
            .filter(|(_, held)| {
                is_past(held.made, TOLD_FOR, now) || (held.has_words && is_past(held.made, KEPT_FOR, now))
            })
            .map(|(id, _)| *id)
            .collect();
        for id in old {
            if let Err(error) = self.fade(&id, now) {
                tracing::warn!(%error, "a prefilled report that is too old could not be removed");
            }
        }
    }

    fn fade(&mut self, id: &PrefillId, now: Timestamp) -> Result<(), Error> {
        let file = self.file(id);
        let Some(held) = self.held.get_mut(id) else { return Ok(()) };
        let kept = if is_past(held.made, TOLD_FOR, now) { None } else { file::read(&file)? };
        match kept {
            Some(mut kept) => {
                kept.fields = None;
                *held = kept.held(file.write(&kept)?);
            }
            None => {
                file.remove()?;
                self.held.remove(id);
            }
        }
        Ok(())
    }

    fn file(&self, id: &PrefillId) -> SmallFile<Kept> {
        SmallFile::at(self.dir.join(file::name_of(id)))
    }
}
