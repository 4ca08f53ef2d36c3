//! The index: a sled database that may lag behind the log, be lost or be corrupt, and is then built again. What it knows of a
//! segment moves to a [sidecar](super::sidecar) once the segment is closed, so the database stays small.
//!
//! ```text
//! tree "records/000001"   one for each segment that is not in a sidecar
//!                  key    ordinal u64 BE
//!                  value  segment u32 | offset u32 | length u32 | kind u8 | payload crc u32 | the caller's value   (LE)
//! tree "meta/…"    the caller's keys and values
//! default tree     "stamp" -> layout u32 | salt of the log u32 | the caller's index version u32   (LE)
//! ```
//!
//! sled 0.34 can panic on a corrupt file, so every call into it is guarded; and its `flush` is no `fsync`, so its file is
//! synced here. Nothing in this file may be needed to find a record again.

use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::{Error, is_full};
use super::feed::{self, Feed};
use super::record::{Header, Place, at_most};
use super::segment::LOG_DIR;
use super::sidecar::{self, Listed, Sidecar};

/// Name of the directory of the index inside the store's directory.
const INDEX_DIR: &str = "index";
/// What a discarded index is called until it is removed.
const DISCARDED_DIR: &str = "index.discarded";
/// Version of the layout drawn above.
const LAYOUT: u32 = 2;
/// What sled may keep in memory: 16 MiB. It is read from one end to the other and written at its end.
const CACHE_BYTES: u64 = 16 << 20;
/// Entries that are read ahead together.
const ENTRIES_AHEAD: usize = 1_024;
/// So many times [`ENTRIES_AHEAD`] may wait.
const AHEAD_MAX: usize = 8;
/// The index is made durable after so many entries, and when the store closes.
const ENTRIES_BETWEEN_SYNCS: usize = 100_000;
/// Bytes of a value before the caller's part.
const VALUE_BYTES: usize = 17;
/// Names of the trees of entries begin so.
const RECORDS: &str = "records";
/// Longest key of a small value.
const META_KEY_BYTES_MAX: usize = 512;
/// Longest small value: 64 KiB.
const META_VALUE_BYTES_MAX: usize = 64 << 10;
/// How often, and how far apart, a lock that an earlier sled of this process still holds is tried.
const LOCK_TRIES: (u32, Duration) = (20, Duration::from_millis(10));

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Which log, and which meaning of the caller's values, an index belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) salt: u32,
    pub(super) index_version: u32,
}

impl Stamp {
    fn encode(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&LAYOUT.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.salt.to_le_bytes());
        bytes[8..].copy_from_slice(&self.index_version.to_le_bytes());
        bytes
    }
}

/// An open index and the thread that feeds it.
pub(super) struct Index {
    // Declared first, so that it is empty and joined before the database closes.
    feed: Feed,
    db: sled::Db,
    dir: PathBuf,
    stamp: Stamp,
}

/// One entry of the index.
pub(super) struct Entry {
    pub(super) ordinal: u64,
    pub(super) place: Place,
    pub(super) kind: u8,
    payload_crc: u32,
    value: sled::IVec,
}

impl Entry {
    fn decode(ordinal: Option<[u8; 8]>, value: sled::IVec) -> Option<Self> {
        let number = |from: usize| Some(u32::from_le_bytes(*value.get(from..)?.first_chunk()?));
        let place = Place { segment: number(0)?, offset: number(4)?, length: number(8)? };
        let (kind, payload_crc) = (*value.get(12)?, number(13)?);
        Some(Self { ordinal: u64::from_be_bytes(ordinal?), place, kind, payload_crc, value })
    }

    /// The caller's part of the value.
    pub(super) fn index(&self) -> &[u8] {
        self.value.get(VALUE_BYTES..).unwrap_or_default()
    }

    /// Whether this is about the record that has `header`.
    pub(super) fn agrees(&self, header: &Header) -> bool {
        (self.ordinal, self.place.length, self.kind, self.payload_crc)
            == (header.ordinal, header.length, header.kind, header.payload_crc)
    }
}

/// Makes the entry for a record.
pub(super) fn entry(header: &Header, place: Place, index: &[u8]) -> feed::Entry {
    let mut value = Vec::with_capacity(VALUE_BYTES + index.len());
    value.extend_from_slice(&place.segment.to_le_bytes());
    value.extend_from_slice(&place.offset.to_le_bytes());
    value.extend_from_slice(&place.length.to_le_bytes());
    value.push(header.kind);
    value.extend_from_slice(&header.payload_crc.to_le_bytes());
    value.extend_from_slice(index);
    (header.ordinal, value)
}

/// Calls into sled; a panic in there becomes an error.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) if is_full(&error) => Err(Error::DiskFull { bytes: 0 }),
        Ok(Err(error)) => Err(Error::Index { reason: error.to_string() }),
        Err(_) => Err(Error::Index { reason: "sled panicked".to_owned() }),
    }
}

impl Index {
    /// Opens the index of `store_dir`; an unusable or foreign one is thrown away and begun anew.
    ///
    /// Returns `None` when even an empty one cannot be had, on a full disk for instance: the store works without.
    pub(super) fn open(store_dir: &Path, stamp: Stamp) -> Option<Self> {
        let _ = fs::remove_dir_all(store_dir.join(DISCARDED_DIR));
        match Self::try_open(store_dir, stamp) {
            Ok(index) => Some(index),
            Err(error @ Error::DiskFull { .. }) => {
                // Nothing is wrong with it; it opens again when there is room.
                tracing::error!(%error, "the index cannot be opened, the store works without");
                None
            }
            Err(error) => {
                tracing::warn!(%error, "the index is built anew");
                Self::begin_anew(store_dir, stamp)
            }
        }
    }

    /// Throws the index away and begins an empty one.
    pub(super) fn recreate(self) -> Option<Self> {
        let (store_dir, stamp) = (self.dir.parent()?.to_owned(), self.stamp);
        if catch_unwind(AssertUnwindSafe(|| drop(self))).is_err() {
            tracing::warn!("sled panicked while closing");
        }
        Self::begin_anew(&store_dir, stamp)
    }

    fn begin_anew(store_dir: &Path, stamp: Stamp) -> Option<Self> {
        let (dir, discarded) = (store_dir.join(INDEX_DIR), store_dir.join(DISCARDED_DIR));
        // Renamed first: a sled that is still dying in this process must not meet the new one's files.
        let _ = fs::remove_dir_all(&discarded);
        let _ = fs::rename(&dir, &discarded);
        let _ = fs::remove_dir_all(&discarded);
        match Self::try_open(store_dir, stamp) {
            Ok(index) => Some(index),
            Err(error) => {
                tracing::error!(%error, "there is no index; the next start reads the whole log");
                None
            }
        }
    }

    fn try_open(store_dir: &Path, stamp: Stamp) -> Result<Self, Error> {
        let dir = store_dir.join(INDEX_DIR);
        if dir.is_file() {
            let _ = fs::remove_file(&dir);
        }
        let db = open_sled(&dir)?;
        let before = guarded(|| db.insert("stamp", &stamp.encode()))?;
        if before.is_some_and(|found| found != stamp.encode()) {
            // Another log's places, or values that mean something else by now; small values stay.
            record_trees(&db)?.into_iter().try_for_each(|(_, name)| guarded(|| db.drop_tree(name).map(drop)))?;
        }
        let segments = Segments { db: db.clone(), log_dir: store_dir.join(LOG_DIR), stamp, current: None };
        let feed = start_feed(segments, &dir).ok_or_else(|| Error::Index { reason: "no thread".to_owned() })?;
        Ok(Self { feed, db, dir, stamp })
    }

    fn log_dir(&self) -> PathBuf {
        self.dir.with_file_name(LOG_DIR)
    }

    /// Hands entries to the thread that puts them in.
    pub(super) fn put(&self, entries: Vec<feed::Entry>) {
        if !entries.is_empty() {
            self.feed.put(entries);
        }
    }

    /// Returns the greatest ordinal the index knows.
    pub(super) fn last_ordinal(&self) -> Result<Option<u64>, Error> {
        let mut last = sidecar::last_ordinal(&self.log_dir(), self.stamp);
        for (_, name) in record_trees(&self.db)? {
            let found = guarded(|| self.db.open_tree(&name)?.last())?;
            last = last.max(found.and_then(|(key, _)| Some(u64::from_be_bytes(key.as_ref().try_into().ok()?))));
        }
        Ok(last)
    }

    /// Returns the entries of a segment, in the order of their ordinals.
    pub(super) fn entries(&self, segment: u32) -> Entries {
        let listed = Sidecar::read(&self.log_dir(), segment, self.stamp);
        let read = match (self.tree(segment), listed) {
            (Ok(None), Some(sidecar)) => return Entries { source: Source::Sidecar(sidecar), ..Entries::none() },
            (Ok(None), None) => return Entries::none(),
            (Ok(Some(tree)), None) => guarded(|| Ok(Source::Tree(Box::new(tree.iter())))),
            (Ok(Some(tree)), Some(sidecar)) => {
                let mut listed: Listed = sidecar.collect();
                guarded(|| extend(&mut listed, &tree)).map(|()| Source::Listed(listed.into_iter()))
            }
            (Err(error), _) => Err(error),
        };
        match read {
            Ok(source) => Entries { source, ..Entries::none() },
            Err(_) => Entries { broken: true, ..Entries::none() },
        }
    }

    /// Returns the tree of a segment if there is one.
    fn tree(&self, segment: u32) -> Result<Option<sled::Tree>, Error> {
        let found = record_trees(&self.db)?.into_iter().find(|(number, _)| *number == segment);
        found.map(|(_, name)| guarded(|| self.db.open_tree(name))).transpose()
    }

    /// Moves what is known of a closed segment to its sidecar, if some of it is in the database.
    pub(super) fn settle(&self, segment: u32) {
        if self.tree(segment).is_ok_and(|tree| tree.is_some()) {
            self.feed.drain();
            let settled = close_segment(&self.db, &self.log_dir(), self.stamp, segment);
            told(settled, "a closed segment's index stays in the database");
        }
    }

    /// Forgets everything about a segment.
    pub(super) fn forget(&self, segment: u32) {
        let _ = fs::remove_file(sidecar::path_of(&self.log_dir(), segment));
        let dropped = guarded(|| self.db.drop_tree(tree_name(segment)).map(drop));
        told(dropped, "a segment's index cannot be forgotten");
    }

    /// Takes out what turned out to be wrong about a segment.
    pub(super) fn remove(&self, segment: u32, ordinals: &[u64]) -> Result<(), Error> {
        let log_dir = self.log_dir();
        if let Some(sidecar) = Sidecar::read(&log_dir, segment, self.stamp) {
            let mut listed: Listed = sidecar.collect();
            ordinals.iter().for_each(|ordinal| drop(listed.remove(ordinal)));
            sidecar::write(&log_dir, segment, self.stamp, &listed)
                .map_err(Error::io("write", &sidecar::path_of(&log_dir, segment)))?;
        }
        let Some(tree) = self.tree(segment)? else { return Ok(()) };
        guarded(|| {
            let mut batch = sled::Batch::default();
            ordinals.iter().for_each(|ordinal| batch.remove(&ordinal.to_be_bytes()));
            tree.apply_batch(batch)
        })
    }

    /// Waits until everything handed over is in, and makes the index durable.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.feed.drain();
        sync_sled(&self.db, &self.dir)
    }

    fn meta(&self, tree: &str) -> Result<sled::Tree, Error> {
        guarded(|| self.db.open_tree(["meta/", tree].concat()))
    }

    pub(super) fn meta_get(&self, tree: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let tree = self.meta(tree)?;
        guarded(|| Ok(tree.get(key)?.map(|value| value.to_vec())))
    }

    pub(super) fn meta_put(&self, tree: &str, key: &[u8], value: &[u8]) -> Result<(), Error> {
        at_most("a key", key.len(), META_KEY_BYTES_MAX)?;
        at_most("a small value", value.len(), META_VALUE_BYTES_MAX)?;
        let tree = self.meta(tree)?;
        guarded(|| tree.insert(key, value).map(drop))
    }

    pub(super) fn meta_remove(&self, tree: &str, key: &[u8]) -> Result<(), Error> {
        let tree = self.meta(tree)?;
        guarded(|| tree.remove(key).map(drop))
    }

    pub(super) fn meta_scan(&self, tree: &str, prefix: &[u8]) -> Result<Vec<Pair>, Error> {
        let tree = self.meta(tree)?;
        guarded(|| tree.scan_prefix(prefix).map(|it| it.map(|(key, value)| (key.to_vec(), value.to_vec()))).collect())
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Err(error) = self.sync() {
            tracing::warn!(%error, "the index was not closed cleanly");
        }
    }
}

/// Opens sled, giving an earlier one of this process a moment to let go of its file.
fn open_sled(dir: &Path) -> Result<sled::Db, Error> {
    let config = sled::Config::new().path(dir).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let (tries, pause) = LOCK_TRIES;
    for _ in 1..tries {
        match guarded(|| config.open()) {
            Err(Error::Index { reason }) if reason.contains("could not acquire lock") => std::thread::sleep(pause),
            other => return other,
        }
    }
    guarded(|| config.open())
}

/// Returns the trees of entries, with the numbers of their segments.
fn record_trees(db: &sled::Db) -> Result<Vec<(u32, String)>, Error> {
    let names = guarded(|| Ok(db.tree_names()))?;
    let numbered = names.into_iter().filter_map(|name| {
        let name = String::from_utf8(name.to_vec()).ok()?;
        let (_, number) = name.strip_prefix(RECORDS)?.split_once('/').unwrap_or(("", "0"));
        Some((number.parse().ok()?, name))
    });
    Ok(numbered.collect())
}

/// Adds the entries of a tree.
fn extend(listed: &mut Listed, tree: &sled::Tree) -> sled::Result<()> {
    for found in tree {
        let (key, value) = found?;
        if let Ok(ordinal) = key.as_ref().try_into() {
            listed.insert(u64::from_be_bytes(ordinal), value.to_vec());
        }
    }
    Ok(())
}

/// Moves the entries of a segment from the database, if there are any, to its sidecar.
fn close_segment(db: &sled::Db, log_dir: &Path, stamp: Stamp, segment: u32) -> Result<(), Error> {
    if !record_trees(db)?.iter().any(|(number, _)| *number == segment) {
        return Ok(());
    }
    let name = tree_name(segment);
    let tree = guarded(|| db.open_tree(&name))?;
    let written = match Sidecar::read(log_dir, segment, stamp) {
        Some(sidecar) => {
            let mut listed: Listed = sidecar.collect();
            guarded(|| extend(&mut listed, &tree))?;
            sidecar::write(log_dir, segment, stamp, &listed)
        }
        None => move_tree(&tree, log_dir, segment, stamp)?,
    };
    written.map_err(Error::io("write", &sidecar::path_of(log_dir, segment)))?;
    guarded(|| db.drop_tree(name).map(drop))
}

/// Writes the entries of a tree to a sidecar as they are read.
fn move_tree(tree: &sled::Tree, log_dir: &Path, segment: u32, stamp: Stamp) -> Result<io::Result<()>, Error> {
    let mut draft = match sidecar::Draft::begin(log_dir, segment, stamp) {
        Ok(draft) => draft,
        Err(error) => return Ok(Err(error)),
    };
    guarded(|| {
        for found in tree {
            let (key, value) = found?;
            let Ok(ordinal) = key.as_ref().try_into() else { continue };
            if let Err(error) = draft.push(u64::from_be_bytes(ordinal), &value) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    })
    .map(|pushed| pushed.and_then(|()| draft.finish()))
}

fn tree_name(segment: u32) -> String {
    format!("{RECORDS}/{segment:06}")
}

fn told(done: Result<(), Error>, what: &str) {
    if let Err(error) = done {
        tracing::warn!(%error, "{what}");
    }
}

/// Where the feeder's thread puts entries.
struct Segments {
    db: sled::Db,
    log_dir: PathBuf,
    stamp: Stamp,
    /// The segment of the last entry, and its tree.
    current: Option<(u32, sled::Tree)>,
}

impl Segments {
    /// Puts an entry in; with the first of a later segment those of the one before move to their sidecar.
    fn put(&mut self, (ordinal, value): feed::Entry) -> Result<(), Error> {
        let segment = value.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        if self.current.as_ref().is_none_or(|(current, _)| *current != segment) {
            let tree = guarded(|| self.db.open_tree(tree_name(segment)))?;
            if let Some((closed, tree)) = self.current.replace((segment, tree)).filter(|(before, _)| *before < segment)
            {
                drop(tree);
                told(
                    close_segment(&self.db, &self.log_dir, self.stamp, closed),
                    "a closed segment's index stays in the database",
                );
            }
        }
        let Some((_, tree)) = &self.current else { return Ok(()) };
        guarded(|| tree.insert(ordinal.to_be_bytes(), value).map(drop))
    }
}

/// Starts the thread that puts entries in.
fn start_feed(mut segments: Segments, dir: &Path) -> Option<Feed> {
    let dir = dir.to_owned();
    let mut unsynced = 0;
    let mut warned = false;
    Feed::start(move |entries| {
        unsynced += entries.len();
        let mut done = entries.into_iter().try_for_each(|entry| segments.put(entry));
        if done.is_ok() && unsynced >= ENTRIES_BETWEEN_SYNCS {
            unsynced = 0;
            done = sync_sled(&segments.db, &dir);
        }
        if let Err(error) = done
            && !std::mem::replace(&mut warned, true)
        {
            tracing::warn!(%error, "the index falls behind the log; it is completed at the next start");
        }
    })
}

/// Flushes sled, and syncs its file, which sled itself does not (its issue 1452).
fn sync_sled(db: &sled::Db, dir: &Path) -> Result<(), Error> {
    guarded(|| db.flush())?;
    let path = dir.join("db");
    File::open(&path).and_then(|file| file.sync_all()).map_err(Error::io("sync", &path))
}

/// Entries in the order of their ordinals. Ends early, and says so, where sled fails.
pub(super) struct Entries {
    source: Source,
    ahead: Option<Ahead>,
    pub(super) broken: bool,
}

/// Where entries are read from.
enum Source {
    None,
    Tree(Box<sled::Iter>),
    Sidecar(Sidecar),
    Listed(std::collections::btree_map::IntoIter<u64, Vec<u8>>),
}

/// Entries on their way from a thread that reads ahead, each group with whether sled failed behind it.
struct Ahead {
    group: std::vec::IntoIter<Entry>,
    groups: Option<Receiver<(Vec<Entry>, bool)>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Ahead {
    /// Waits for the thread: sled cannot be closed while it reads.
    fn drop(&mut self) {
        self.groups = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that reads the index ahead panicked");
        }
    }
}

impl Entries {
    /// An iterator over nothing.
    pub(super) fn none() -> Self {
        Self { source: Source::None, ahead: None, broken: false }
    }

    /// Returns whether the last entry is taken out by asking for it.
    pub(super) fn lose_their_last(&self) -> bool {
        !matches!(self.source, Source::Sidecar(_))
    }

    /// Goes on reading on a thread of its own, while what was read is used. Without a thread nothing is read.
    pub(super) fn read_ahead(mut self) -> Self {
        let (to, groups) = sync_channel(AHEAD_MAX);
        let read = move || {
            loop {
                let group: Vec<Entry> = self.by_ref().take(ENTRIES_AHEAD).collect();
                let last = group.len() < ENTRIES_AHEAD;
                if to.send((group, self.broken)).is_err() || last {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-ahead".to_owned()).spawn(read).ok();
        let ahead = Ahead { group: Vec::new().into_iter(), groups: Some(groups), thread };
        Self { source: Source::None, ahead: Some(ahead), broken: false }
    }

    /// Returns the next entry that was read ahead; at the end, and only there, waits for the thread to be done.
    fn next_ahead(&mut self) -> Option<Entry> {
        let ahead = self.ahead.as_mut()?;
        loop {
            if let Some(entry) = ahead.group.next() {
                return Some(entry);
            }
            match ahead.groups.as_ref().and_then(|groups| groups.recv().ok()) {
                Some((group, broken)) => (ahead.group, self.broken) = (group.into_iter(), broken),
                None => {
                    self.ahead = None;
                    return None;
                }
            }
        }
    }

    fn step(
        &mut self,
        step: impl FnOnce(&mut sled::Iter) -> Option<sled::Result<(sled::IVec, sled::IVec)>>,
    ) -> Option<Entry> {
        let Source::Tree(iter) = &mut self.source else { return None };
        let found = guarded(|| step(iter.as_mut()).transpose());
        let found = found.map(|found| found.map(|(key, it)| Entry::decode(key.as_ref().try_into().ok(), it)));
        match found {
            Ok(None) => {
                // sled's iterator sees what is put in meanwhile; once at the end, it must stay there.
                self.source = Source::None;
                None
            }
            Ok(Some(Some(entry))) => Some(entry),
            Ok(Some(None)) | Err(_) => {
                (self.source, self.broken) = (Source::None, true);
                None
            }
        }
    }

    /// Returns the last entry; only in a sidecar it stays there.
    pub(super) fn last_entry(&mut self) -> Option<Entry> {
        let (ordinal, value) = match &mut self.source {
            Source::None => return None,
            Source::Tree(_) => return self.step(sled::Iter::next_back),
            Source::Sidecar(sidecar) => sidecar.last_entry()?,
            Source::Listed(listed) => listed.next_back()?,
        };
        Entry::decode(Some(ordinal.to_be_bytes()), value.into())
    }

    /// Returns the next entry from where they are.
    fn next_here(&mut self) -> Option<Entry> {
        let (ordinal, value) = match &mut self.source {
            Source::None => return None,
            Source::Tree(_) => return self.step(sled::Iter::next),
            Source::Sidecar(sidecar) => sidecar.next()?,
            Source::Listed(listed) => listed.next()?,
        };
        Entry::decode(Some(ordinal.to_be_bytes()), value.into())
    }
}

impl Iterator for Entries {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        if self.ahead.is_some() { self.next_ahead() } else { self.next_here() }
    }
}
