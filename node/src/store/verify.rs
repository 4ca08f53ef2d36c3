//! Reads a whole log and reports every record and every damage. Read-only and without a lock, so it works beside a
//! running node: segments only grow, and what is appended after the start of the walk is not looked at.

use std::path::Path;

use super::error::{Damage, Error};
use super::record::Place;
use super::scan::{self, Scanner, Step, Tail};
use super::segment::{self, LOG_DIR, Listing, Segment};

/// One thing that [`walk`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A sound record.
    Record {
        /// Its number, counted from 1 over the whole life of the store.
        ordinal: u64,
        /// The caller's tag.
        kind: u8,
        /// Where it lies.
        place: Place,
        /// The payload.
        bytes: Vec<u8>,
    },
    /// Something unreadable, or ordinals that are missing.
    Damaged(Damage),
    /// The last segment ends in the middle of a record: a write in progress, or one that was cut short. Nothing
    /// acknowledged is lost, and the next opening takes it away.
    Unfinished {
        /// Number of the segment file.
        segment: u32,
        /// Where in that file the record starts.
        offset: u32,
        /// How much of it is there.
        bytes: u32,
    },
}

/// Walks the log of the store in `dir`, in the order of ordinals, in bounded memory.
///
/// An `Err` item means that a segment could not be read any further; the walk goes on with the next one.
///
/// # Errors
/// [`Error::Io`], [`Error::NoHeader`], [`Error::Version`] when the segments cannot be listed.
pub fn walk(dir: &Path) -> Result<Walk, Error> {
    let Listing { segments, salt } = segment::list(&dir.join(LOG_DIR))?;
    let segments: Vec<_> = segments.into_iter().rev().collect();
    Ok(Walk { segments, salt: salt.unwrap_or_default(), current: None, next_ordinal: 1, pending: Vec::new() })
}

/// The iterator of [`walk`].
pub struct Walk {
    /// Segments still to come, the next one last.
    segments: Vec<Segment>,
    salt: u32,
    current: Option<(Segment, Scanner)>,
    next_ordinal: u64,
    /// Findings about a segment as a whole, the next one last.
    pending: Vec<Damage>,
}

impl Iterator for Walk {
    type Item = Result<Finding, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(damage) = self.pending.pop() {
                return Some(Ok(Finding::Damaged(damage)));
            }
            let Some((segment, scanner)) = self.current.as_mut() else {
                match self.enter()? {
                    Ok(()) => continue,
                    Err(error) => return Some(Err(error)),
                }
            };
            let found = match scanner.step() {
                Ok(Step::Record { header, place, bytes }) => {
                    Finding::Record { ordinal: header.ordinal, kind: header.kind, place, bytes: bytes.to_vec() }
                }
                Ok(Step::Damaged(damage)) => Finding::Damaged(damage),
                Ok(Step::Tail(tail)) => tail_finding(scanner, tail, self.segments.last()),
                Ok(Step::End) => {
                    self.leave();
                    continue;
                }
                Err(source) => {
                    let error = Error::io("read", &segment.path)(source);
                    self.leave();
                    return Some(Err(error));
                }
            };
            return Some(Ok(found));
        }
    }
}

impl Walk {
    /// Goes into the next segment; `None` when there is none.
    fn enter(&mut self) -> Option<Result<(), Error>> {
        let segment = self.segments.pop()?;
        let missing = scan::missing_before_segment(&segment, self.next_ordinal);
        self.next_ordinal += missing.map_or(0, |missing| missing.lost);
        self.pending.extend(scan::damaged_header(&segment, self.next_ordinal));
        self.pending.extend(missing);
        Some(
            Scanner::new(&segment, self.salt, self.next_ordinal).map(|scanner| self.current = Some((segment, scanner))),
        )
    }

    /// Leaves the current segment.
    fn leave(&mut self) {
        if let Some((_, scanner)) = self.current.take() {
            self.next_ordinal = scanner.next_ordinal();
        }
    }
}

/// Says what bytes behind the last record of a segment are.
fn tail_finding(scanner: &mut Scanner, tail: Tail, following: Option<&Segment>) -> Finding {
    if following.is_none() && tail.torn {
        let Tail { offset, end, .. } = tail;
        let (offset, bytes) = (offset as u32, (end - offset) as u32);
        return Finding::Unfinished { segment: scanner.segment(), offset, bytes };
    }
    let lost = scan::lost_in_tail(scanner, following);
    Finding::Damaged(scanner.give_up(tail, lost))
}
