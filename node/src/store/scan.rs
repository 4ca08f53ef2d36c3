//! Reads a segment from one offset to its end, record by record, and finds its way again after damage.
//!
//! Memory is bounded by [`WINDOW_BYTES`]. A record is given out only when its header and payload match their checksums
//! and its ordinal is larger than all before it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::error::{Damage, Error, Reason};
use super::record::{HEADER_BYTES, Header, MARKER, Place};
use super::segment::{RECORDS_START, Segment};

/// How much of a file is held in memory; more than the longest record.
const WINDOW_BYTES: usize = 2 << 20;
/// What a disk writes at once, and so what a power cut leaves out.
const SECTOR_BYTES: u64 = 512;
/// Fewer zeros than this may be anybody's data.
const HOLE_BYTES_MIN: usize = 8;

/// What lies at the scanner's position.
pub(super) enum Step<'a> {
    /// A sound record.
    Record { header: Header, place: Place, bytes: &'a [u8] },
    /// Something unreadable, or missing ordinals; records may follow.
    Damaged(Damage),
    /// No sound record follows, but bytes do.
    Tail(Tail),
    /// The end of the file.
    End,
}

/// Bytes at the end of a segment that are no record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Where they start.
    pub(super) offset: u64,
    /// Up to where they go.
    pub(super) end: u64,
    /// Whether they look like a write that was cut short (the beginning of a frame, or sectors that are still zeros), so
    /// that they were never acknowledged. Otherwise a durable record may have been damaged here.
    pub(super) torn: bool,
}

/// Walks through one segment.
pub(super) struct Scanner {
    window: Window,
    segment: u32,
    salt: u32,
    offset: u64,
    next_ordinal: u64,
}

impl Scanner {
    /// Starts at the first record of `segment`; `next_ordinal` is the least that may come.
    pub(super) fn new(segment: &Segment, salt: u32, next_ordinal: u64) -> Result<Self, Error> {
        let window = Window { file: segment.open()?, len: segment.len, start: 0, bytes: Vec::new() };
        Ok(Self { window, segment: segment.number, salt, offset: RECORDS_START, next_ordinal })
    }

    /// Number of the segment.
    pub(super) fn segment(&self) -> u32 {
        self.segment
    }

    /// Where the next step looks.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The least ordinal that may come next.
    pub(super) fn next_ordinal(&self) -> u64 {
        self.next_ordinal
    }

    /// Length of the segment in bytes when it was looked at.
    pub(super) fn len(&self) -> u64 {
        self.window.len
    }

    /// Reads the header of the record at `offset`, if a sound one is there.
    pub(super) fn header_at(&mut self, offset: u64) -> io::Result<Option<Header>> {
        let mut bytes = [0; HEADER_BYTES];
        match self.window.file.read_exact_at(&mut bytes, offset) {
            Ok(()) => Ok(Header::decode(self.salt, &bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Goes on behind a record that is known from elsewhere; returns what is missing before it.
    pub(super) fn skip(&mut self, ordinal: u64, place: Place) -> Option<Damage> {
        let missing = self.missing_before(ordinal);
        self.offset = place.end();
        self.next_ordinal = ordinal + 1;
        missing
    }

    /// Looks at what comes next and goes behind it.
    ///
    /// # Errors
    /// What the operating system said when the file could not be read.
    pub(super) fn step(&mut self) -> io::Result<Step<'_>> {
        let (offset, end) = (self.offset, self.window.len);
        if offset >= end {
            return Ok(Step::End);
        }
        let Some(header) = Header::decode(self.salt, self.window.at(offset, HEADER_BYTES)?) else {
            return self.resynchronise();
        };
        if offset + header.frame_bytes() > end {
            self.offset = end;
            return Ok(Step::Tail(Tail { offset, end, torn: true }));
        }
        if let Some(missing) = self.missing_before(header.ordinal) {
            self.next_ordinal = header.ordinal;
            return Ok(Step::Damaged(missing));
        }
        self.record(header)
    }

    /// Gives out the record whose header was just read, or tells what is wrong with it.
    fn record(&mut self, header: Header) -> io::Result<Step<'_>> {
        let place = Place { segment: self.segment, offset: self.offset as u32, length: header.length };
        let damage = |lost, reason| {
            let Place { segment, offset, .. } = place;
            Damage { ordinal: header.ordinal, lost, segment, offset, bytes: header.frame_bytes() as u32, reason }
        };
        self.offset = place.end();
        if header.ordinal < self.next_ordinal {
            return Ok(Step::Damaged(damage(0, Reason::Order)));
        }
        if !self.is_sound(&header, place)? {
            if let Some(tail) = self.torn_at(place)? {
                self.offset = tail.end;
                return Ok(Step::Tail(tail));
            }
            self.next_ordinal = header.ordinal + 1;
            return Ok(Step::Damaged(damage(1, Reason::Payload)));
        }
        self.next_ordinal = header.ordinal + 1;
        let frame = self.window.at(u64::from(place.offset), header.frame_bytes() as usize)?;
        let bytes = frame.get(HEADER_BYTES..header.frame_bytes() as usize).unwrap_or_default();
        Ok(Step::Record { header, place, bytes })
    }

    /// Whether the payload behind a header is the one it was made for.
    fn is_sound(&mut self, header: &Header, place: Place) -> io::Result<bool> {
        let frame = self.window.at(u64::from(place.offset), header.frame_bytes() as usize)?;
        Ok(frame.get(HEADER_BYTES..header.frame_bytes() as usize).is_some_and(|bytes| header.matches(self.salt, bytes)))
    }

    /// Returns the rest of the file if the record at `place` is where a write was cut short: no sound record follows it.
    fn torn_at(&mut self, place: Place) -> io::Result<Option<Tail>> {
        let (offset, end) = (u64::from(place.offset), self.window.len);
        if self.following_header(place.end())?.is_some() || !self.window.looks_torn(offset)? {
            return Ok(None);
        }
        Ok(Some(Tail { offset, end, torn: true }))
    }

    /// Returns the next sound header at or behind `at`, and where it is.
    fn following_header(&mut self, mut at: u64) -> io::Result<Option<(u64, Header)>> {
        while let Some(found) = self.window.find_marker(at)? {
            let header = Header::decode(self.salt, self.window.at(found, HEADER_BYTES)?);
            if let Some(header) = header.filter(|header| header.ordinal >= self.next_ordinal) {
                return Ok(Some((found, header)));
            }
            at = found + 1;
        }
        Ok(None)
    }

    /// Looks for the next sound header behind a damaged one.
    fn resynchronise(&mut self) -> io::Result<Step<'_>> {
        let (from, end) = (self.offset, self.window.len);
        if let Some((found, header)) = self.following_header(from + 1)? {
            self.offset = found;
            let damage = self.damage(from, found, header.ordinal - self.next_ordinal, Reason::Header);
            self.next_ordinal = header.ordinal;
            return Ok(Step::Damaged(damage));
        }
        self.offset = end;
        let torn = self.window.looks_torn(from)?;
        Ok(Step::Tail(Tail { offset: from, end, torn }))
    }

    /// Describes the ordinals between the next one expected and `ordinal`, if there are any.
    fn missing_before(&self, ordinal: u64) -> Option<Damage> {
        let lost = ordinal.checked_sub(self.next_ordinal).filter(|lost| *lost > 0)?;
        Some(self.damage(self.offset, self.offset, lost, Reason::Missing))
    }

    /// Describes damage that begins with the next ordinal expected.
    fn damage(&self, from: u64, to: u64, lost: u64, reason: Reason) -> Damage {
        let (offset, bytes) = (from as u32, (to - from) as u32);
        Damage { ordinal: self.next_ordinal, lost, segment: self.segment, offset, bytes, reason }
    }

    /// Describes a tail as damage that took `lost` ordinals, and counts them as passed.
    pub(super) fn give_up(&mut self, tail: Tail, lost: u64) -> Damage {
        let damage = self.damage(tail.offset, tail.end, lost, Reason::Header);
        self.next_ordinal += lost;
        damage
    }
}

/// Describes what is missing between the end of the segments before and the start of this one, if anything is.
pub(super) fn missing_before_segment(segment: &Segment, next_ordinal: u64) -> Option<Damage> {
    let lost = segment.header?.first_ordinal.checked_sub(next_ordinal).filter(|lost| *lost > 0)?;
    Some(Damage { ordinal: next_ordinal, lost, segment: segment.number, offset: 0, bytes: 0, reason: Reason::Missing })
}

/// Returns how many ordinals are lost with the bytes behind the last record of the scanner's segment.
pub(super) fn lost_in_tail(scanner: &Scanner, following: Option<&Segment>) -> u64 {
    match following {
        // What the next segment's header tells; if it is unreadable, the first record in there tells it later.
        Some(following) => {
            following.header.map_or(0, |header| header.first_ordinal.saturating_sub(scanner.next_ordinal()))
        }
        // A durable record may have been damaged here: its ordinal is not given out again.
        None => 1,
    }
}

/// Describes a damaged copy of a segment's header, if there is one.
pub(super) fn damaged_header(segment: &Segment, next_ordinal: u64) -> Option<Damage> {
    let offset = segment.damaged_copy?;
    let bytes = (RECORDS_START / 2) as u32;
    Some(Damage {
        ordinal: next_ordinal,
        lost: 0,
        segment: segment.number,
        offset,
        bytes,
        reason: Reason::SegmentHeader,
    })
}

/// The part of a file that is in memory.
struct Window {
    file: File,
    /// Where the file ends for us.
    len: u64,
    /// Where in the file `bytes` starts.
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// Returns the bytes from `offset` on: at least `need`, fewer only at the end of the file, often more.
    fn at(&mut self, offset: u64, need: usize) -> io::Result<&[u8]> {
        let held = offset.checked_sub(self.start).and_then(|skip| self.bytes.get(usize::try_from(skip).ok()?..));
        let rest = self.len.saturating_sub(offset);
        if held.is_none_or(|held| (held.len() as u64) < rest.min(need as u64)) {
            self.fill(offset, rest.min(WINDOW_BYTES as u64) as usize)?;
        }
        let skip = (offset - self.start) as usize;
        Ok(self.bytes.get(skip..).unwrap_or_default())
    }

    /// Reads `count` bytes from `offset` on. A file that was cut meanwhile ends earlier.
    fn fill(&mut self, offset: u64, count: usize) -> io::Result<()> {
        self.start = offset;
        self.bytes.resize(count, 0);
        let mut filled = 0;
        while let Some(rest) = self.bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.bytes.clear();
                    return Err(error);
                }
            }
        }
        if filled < count {
            self.bytes.truncate(filled);
            self.len = offset + filled as u64;
        }
        Ok(())
    }

    /// Returns the offset of the first marker at or behind `from`.
    fn find_marker(&mut self, mut from: u64) -> io::Result<Option<u64>> {
        while from < self.len {
            let bytes = self.at(from, MARKER.len())?;
            if let Some(found) = bytes.windows(MARKER.len()).position(|window| window == MARKER) {
                return Ok(Some(from + found as u64));
            }
            // The last three bytes may begin a marker that the window cuts in two.
            from += bytes.len().saturating_sub(MARKER.len() - 1).max(1) as u64;
        }
        Ok(None)
    }

    /// Whether the bytes from `offset` to the end are what a write leaves that was cut short: less than a header, or with a
    /// sector in it, or an end, that is still zeros.
    fn looks_torn(&mut self, offset: u64) -> io::Result<bool> {
        let rest = self.len.saturating_sub(offset);
        if rest < HEADER_BYTES as u64 {
            let bytes = self.at(offset, HEADER_BYTES)?;
            if bytes.iter().zip(MARKER).all(|(byte, marker)| *byte == marker) {
                return Ok(true);
            }
        }
        let end = self.len;
        if rest < HOLE_BYTES_MIN as u64 || self.is_zeros(end - HOLE_BYTES_MIN as u64, end)? {
            return self.is_zeros(end - rest.min(HOLE_BYTES_MIN as u64), end);
        }
        let mut at = offset;
        while at < end {
            let to = end.min(at - at % SECTOR_BYTES + SECTOR_BYTES);
            if to - at >= HOLE_BYTES_MIN as u64 && self.is_zeros(at, to)? {
                return Ok(true);
            }
            at = to;
        }
        Ok(false)
    }

    /// Whether there are only zeros between two offsets that lie within a window of each other.
    fn is_zeros(&mut self, from: u64, to: u64) -> io::Result<bool> {
        let count = to.saturating_sub(from) as usize;
        let bytes = self.at(from, count)?;
        Ok(bytes.get(..count).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0)))
    }
}
