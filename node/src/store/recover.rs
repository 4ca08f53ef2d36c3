//! Walks the whole log when a store opens: what the index knows is taken from it, the rest is read from the segments.
//!
//! The index is believed one segment at a time: its last entry for a segment must name a record that is really there.
//! Where it has a hole, the segment is read until its entries fit again; where it contradicts the segment, it is
//! corrected. So an index that lags, has holes or is gone costs time and nothing else.

use std::io;
use std::path::Path;

use super::error::{Damage, Error, Reason};
use super::feed;
use super::index::{self, Entries, Entry, Index};
use super::record::{INDEX_BYTES_MAX, ORDINAL_MAX, Place, at_most};
use super::scan::{self, Scanner, Step, Tail};
use super::segment::{Listing, RECORDS_START, Segment};
use crate::disk::DiskFile;

/// How many index entries go to the index's thread at once.
const ENTRIES_AT_ONCE: usize = 1000;

/// One finding of [`Store::open`](super::Store::open), in the order of ordinals.
#[derive(Debug)]
pub enum Loaded<'a> {
    /// A record whose index value was kept; the record itself was not read.
    Indexed {
        /// Its number, counted from 1 over the whole life of the store.
        ordinal: u64,
        /// The caller's tag.
        kind: u8,
        /// Where it lies.
        place: Place,
        /// The value the caller gave for it.
        index: &'a [u8],
    },
    /// A record that the index does not know; it was read and is sound.
    Raw {
        /// Its number, counted from 1 over the whole life of the store.
        ordinal: u64,
        /// The caller's tag.
        kind: u8,
        /// Where it lies.
        place: Place,
        /// The payload.
        bytes: &'a [u8],
    },
    /// A stretch of the log that cannot be read. It is reported at every opening; it was not cut away.
    Damaged(Damage),
}

/// What the caller wants done with what was [`Loaded`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing more. A raw record stays unknown to the index and comes raw again next time.
    Keep,
    /// Keep this value for a raw record, at most [`INDEX_BYTES_MAX`] bytes. Without meaning for the others.
    Index(Vec<u8>),
}

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    /// The ordinal of the next record, larger than any that was ever given out as far as can be known.
    pub(super) next_ordinal: u64,
    /// Whether ordinals were skipped at the end, so that only a new segment's header can tell of them.
    pub(super) skipped: bool,
    /// Records that are there.
    pub(super) records: u64,
    /// Ordinals that are lost.
    pub(super) damaged: u64,
    /// Where the last segment ends, after a torn tail was cut.
    pub(super) end: u64,
}

/// Walks the log, repairs index and tail, and tells `each` what is there.
pub(super) fn recover(
    listing: &Listing,
    index: &mut Option<Index>,
    each: &mut dyn FnMut(Loaded<'_>) -> Action,
) -> Result<Recovered, Error> {
    let claimed = index.as_ref().and_then(|index| index.last_ordinal().ok().flatten());
    let found = Recovered { next_ordinal: 1, end: RECORDS_START, ..Recovered::default() };
    let claimed = claimed.filter(|claimed| *claimed < ORDINAL_MAX);
    let mut walk = Walk { index, each, found, claimed, fresh: Vec::new(), stale: Vec::new() };
    for (at, segment) in listing.segments.iter().enumerate() {
        walk.segment(segment, listing.salt.unwrap_or_default(), listing.segments.get(at + 1))?;
    }
    walk.missing_at_the_end(listing);
    Ok(walk.found)
}

struct Walk<'a> {
    index: &'a mut Option<Index>,
    each: &'a mut dyn FnMut(Loaded<'_>) -> Action,
    found: Recovered,
    /// The last ordinal that the index knows: it was acknowledged.
    claimed: Option<u64>,
    /// Entries on their way to the index.
    fresh: Vec<feed::Entry>,
    /// Ordinals of entries that contradict the log.
    stale: Vec<u64>,
}

impl Walk<'_> {
    fn segment(&mut self, segment: &Segment, salt: u32, following: Option<&Segment>) -> Result<(), Error> {
        let next = self.found.next_ordinal;
        scan::damaged_header(segment, next).into_iter().for_each(|damage| self.damaged(damage));
        if let Some(missing) = scan::missing_before_segment(segment, next) {
            self.found.next_ordinal += missing.lost;
            self.damaged(missing);
        }
        let read = Error::io("read", &segment.path);
        let mut scanner = Scanner::new(segment, salt, self.found.next_ordinal)?;
        if following.is_none_or(|following| following.len <= RECORDS_START) {
            make_durable(segment)?;
        }
        let mut entries = self.believed(&mut scanner, segment).map_err(read)?;
        let mut head = entries.next();
        let tail = loop {
            if let Some(entry) = self.fitting(&scanner, segment.number, &mut head, &mut entries) {
                self.indexed(&mut scanner, &entry);
                continue;
            }
            match scanner.step().map_err(Error::io("read", &segment.path))? {
                Step::Record { header, place, bytes } => {
                    self.found.records += 1;
                    let raw = Loaded::Raw { ordinal: header.ordinal, kind: header.kind, place, bytes };
                    if let Action::Index(value) = (self.each)(raw) {
                        at_most("an index value", value.len(), INDEX_BYTES_MAX)?;
                        self.fresh.push(index::entry(&header, place, &value));
                    }
                }
                Step::Damaged(damage) => self.damaged(damage),
                Step::Tail(tail) => break Some(tail),
                Step::End => break None,
            }
            self.hand_over(ENTRIES_AT_ONCE);
        };
        self.stale.extend(head.into_iter().chain(&mut entries).map(|entry| entry.ordinal));
        // A segment may be cut within its header; records are looked for behind it all the same.
        self.found.end = scanner.len().max(RECORDS_START);
        tail.map_or(Ok(()), |tail| self.tail(&mut scanner, tail, segment, following))?;
        self.found.next_ordinal = scanner.next_ordinal();
        let broken = entries.broken;
        drop(entries);
        self.mend_index(segment.number, broken);
        if following.is_some()
            && let Some(index) = self.index.as_ref()
        {
            index.settle(segment.number);
        }
        Ok(())
    }

    /// Returns what the index holds for a segment if its last entry is right, else nothing, and forgets the entries.
    fn believed(&mut self, scanner: &mut Scanner, segment: &Segment) -> io::Result<Entries> {
        let Some(index) = self.index.as_ref() else { return Ok(Entries::none()) };
        let mut entries = index.entries(segment.number);
        let Some(last) = entries.last_entry() else {
            return Ok(entries);
        };
        let header = scanner.header_at(u64::from(last.place.offset))?;
        if last.place.segment == segment.number && header.is_some_and(|header| last.agrees(&header)) {
            let whole = if entries.lose_their_last() { index.entries(segment.number) } else { entries };
            return Ok(whole.read_ahead());
        }
        tracing::warn!(segment = segment.number, "the index contradicts the log; the segment is read again");
        drop(entries);
        index.forget(segment.number);
        Ok(Entries::none())
    }

    /// Takes the next entry if it is about the record at the scanner's position; passes over those that cannot be right.
    fn fitting(
        &mut self,
        scanner: &Scanner,
        number: u32,
        head: &mut Option<Entry>,
        rest: &mut Entries,
    ) -> Option<Entry> {
        while let Some(entry) = head.take() {
            let offset = u64::from(entry.place.offset);
            let ahead = entry.place.segment == number && entry.ordinal >= scanner.next_ordinal();
            if ahead && offset == scanner.offset() && entry.place.end() <= scanner.len() {
                *head = rest.next();
                return Some(entry);
            }
            if ahead && offset > scanner.offset() {
                *head = Some(entry);
                return None;
            }
            self.stale.push(entry.ordinal);
            *head = rest.next();
        }
        None
    }

    fn indexed(&mut self, scanner: &mut Scanner, entry: &Entry) {
        scanner.skip(entry.ordinal, entry.place).into_iter().for_each(|missing| self.damaged(missing));
        self.found.records += 1;
        let (ordinal, kind, place, index) = (entry.ordinal, entry.kind, entry.place, entry.index());
        (self.each)(Loaded::Indexed { ordinal, kind, place, index });
    }

    fn damaged(&mut self, damage: Damage) {
        self.found.damaged += damage.lost;
        tracing::warn!(?damage, "damage in the log");
        (self.each)(Loaded::Damaged(damage));
    }

    /// Settles what lies behind the last record of a segment: what was never acknowledged is cut, all else stays.
    fn tail(
        &mut self,
        scanner: &mut Scanner,
        tail: Tail,
        segment: &Segment,
        following: Option<&Segment>,
    ) -> Result<(), Error> {
        let acknowledged = self.claimed.is_some_and(|claimed| claimed >= scanner.next_ordinal());
        if following.is_none() && tail.torn && !acknowledged {
            self.found.end = tail.offset;
            return cut(segment, tail);
        }
        let lost = scan::lost_in_tail(scanner, following);
        self.found.skipped = following.is_none();
        let damage = scanner.give_up(tail, lost);
        self.damaged(damage);
        Ok(())
    }

    /// Reports records that the index knows and the log has no more.
    fn missing_at_the_end(&mut self, listing: &Listing) {
        let next = self.found.next_ordinal;
        if let Some(lost) = self.claimed.and_then(|claimed| (claimed + 1).checked_sub(next)).filter(|lost| *lost > 0) {
            let segment = listing.segments.last().map_or(1, |segment| segment.number);
            let offset = self.found.end as u32;
            self.damaged(Damage { ordinal: next, lost, segment, offset, bytes: 0, reason: Reason::Missing });
            self.found.next_ordinal += lost;
            self.found.skipped = true;
        }
    }

    /// Hands new entries to the index when there are more than `above`.
    fn hand_over(&mut self, above: usize) {
        if self.fresh.len() > above {
            let fresh = std::mem::take(&mut self.fresh);
            if let Some(index) = self.index {
                index.put(fresh);
            }
        }
    }

    /// Takes wrong entries out of the index and puts new ones in; one that fails is begun anew.
    fn mend_index(&mut self, segment: u32, broken: bool) {
        let stale = std::mem::take(&mut self.stale);
        let failed =
            self.index.as_ref().is_some_and(|index| !stale.is_empty() && index.remove(segment, &stale).is_err());
        if broken || failed {
            tracing::warn!("the index is unreadable and is built anew");
            *self.index = self.index.take().and_then(Index::recreate);
        }
        self.hand_over(0);
    }
}

/// Makes durable what an earlier process may have written and not synced, before anybody is told of it. That is in the
/// last segment, or in the one before while the last one is empty.
fn make_durable(segment: &Segment) -> Result<(), Error> {
    let file = DiskFile::open(&segment.path).map_err(Error::io("open", &segment.path))?;
    file.sync_data().map_err(Error::io("sync", &segment.path))
}

/// Cuts a torn tail off the last segment and keeps its bytes beside it, as `<segment>.torn`, for whoever wants to look.
fn cut(segment: &Segment, tail: Tail) -> Result<(), Error> {
    let Segment { path, .. } = segment;
    let file = DiskFile::open(path).map_err(Error::io("open", path))?;
    let bytes = tail.end - tail.offset;
    tracing::warn!(segment = segment.number, offset = tail.offset, bytes, "a torn write is cut off");
    let mut torn = path.clone().into_os_string();
    torn.push(".torn");
    let saved = save(&file, tail, Path::new(&torn));
    if let Err(error) = saved {
        // The disk may be full, which may be why the write was torn. These bytes were never acknowledged.
        tracing::warn!(%error, "the torn bytes could not be kept");
    }
    file.set_len(tail.offset).and_then(|()| file.sync_data()).map_err(Error::io("cut", path))
}

/// Appends the bytes of a tail to the file `torn` and makes them durable.
fn save(file: &DiskFile, tail: Tail, torn: &Path) -> io::Result<()> {
    let kept = if torn.exists() { DiskFile::open(torn)? } else { DiskFile::create_new(torn)? };
    let mut to = kept.len()?;
    let mut buffer = vec![0; 64 << 10];
    let mut at = tail.offset;
    while at < tail.end {
        let count = buffer.len().min(usize::try_from(tail.end - at).unwrap_or(usize::MAX));
        let part = buffer.get_mut(..count).unwrap_or_default();
        file.read_exact_at(part, at)?;
        kept.write_all_at(part, to)?;
        (at, to) = (at + count as u64, to + count as u64);
    }
    kept.sync_data()
}
