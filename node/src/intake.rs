//! What residents wrote, waiting at the node for a worker: slips. A resident has no key, so a slip is signed by nobody and leaves this
//! node only inside a report that a worker signs. A [small file](crate::small_file) each.
//!
//! ```text
//! <dir>/intake/<16 digits>.json         one slip
//! <dir>/campaigns.json                  the campaigns
//! ```
//!
//! Knows no report and no page, and keeps nothing about who wrote: no address, no browser, of the time the day only. Decision 0039.

pub mod campaign;
pub mod code;
pub mod slip;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;

use crate::disk;
use crate::network::Bucket;
use crate::small_file::{self, Content, SmallFile};

use code::FollowUpCode;
use slip::{Fate, SLIP_BYTES_MAX, SetAside, Slip, SlipId, Written};

/// Name of the directory in a node's home.
const DIRECTORY: &str = "intake";
/// Ending of a slip's file.
const ENDING: &str = "json";
/// Most slips that wait.
pub const WAITING_MAX: usize = 2_000;
/// Most slips in all; the oldest that are settled go first.
pub const SLIPS_MAX: usize = 10_000;
/// Most files that are looked at.
const FILES_MAX: usize = 2 * SLIPS_MAX;
/// Days after which a slip that nobody took up is deleted.
pub const WAITING_DAYS: u16 = 180;
/// Days for which the words of a slip that was set aside are kept, so that a mistake can be mended.
pub const ASIDE_DAYS: u16 = 30;
/// Days for which it is known what came of a slip.
pub const SETTLED_DAYS: u16 = 730;

/// How fast slips may come, of everybody together: nothing is known of who sends them.
const PER_SECOND: NonZeroU64 = NonZeroU64::new(1).expect("not zero");
/// Seconds of that which one slip takes: twelve a minute.
const SECONDS_EACH: usize = 5;
/// How much time's worth may come at once: a hall full of people, 120 slips.
const AHEAD_MAX: Duration = Duration::from_secs(600);

/// Why a slip could not be kept, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error("{WAITING_MAX} slips wait already; some have to be read first")]
    Full,
    /// Too many came in a short time.
    #[error("too many slips came in a short time; the next one is taken in {} s", wait.as_secs() + 1)]
    TooFast {
        /// How long to wait.
        wait: Duration,
    },
    /// The slip does not wait any more, or never did.
    #[error("the slip {id} does not wait here")]
    NotWaiting {
        /// Which.
        id: SlipId,
    },
    /// Longer than a slip may be.
    #[error("a slip has at most {SLIP_BYTES_MAX} bytes")]
    TooLong,
    /// A slip's file, or their directory.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

impl Content for Slip {
    const BYTES_MAX: usize = SLIP_BYTES_MAX;
    const HAS_LINES: bool = false;

    fn fault(&self) -> Option<String> {
        (!self.is_sound()).then(|| "a part of it is not sound".to_owned())
    }
}

/// A slip that is durable.
#[derive(Debug)]
pub struct Received {
    /// Its name.
    pub id: SlipId,
    /// The code by which whoever wrote it can ask what came of it. Kept nowhere.
    pub code: FollowUpCode,
}

/// The slips of one node.
#[derive(Debug)]
pub struct Intake {
    dir: PathBuf,
    slips: BTreeMap<SlipId, Slip>,
    pace: Bucket,
    swept: Option<Date>,
}

impl Intake {
    /// Opens the slips of a home. A file that is no sound slip is left alone and named in the log.
    ///
    /// # Errors
    /// [`Error::File`] if the directory cannot be read or cleared.
    pub fn open(home: &Path) -> Result<Self, Error> {
        let dir = home.join(DIRECTORY);
        let mut slips = BTreeMap::new();
        for path in small_file::list(&dir, FILES_MAX)? {
            match read(&path) {
                Ok(slip) if slips.len() < SLIPS_MAX => {
                    slips.insert(slip.id.clone(), slip);
                }
                Ok(_) => tracing::error!(file = ?path.file_name(), "there are more slips than are read"),
                Err(reason) => {
                    tracing::error!(file = ?path.file_name(), reason, "this is no sound slip, and is left alone")
                }
            }
        }
        Ok(Self { dir, slips, pace: Bucket::new(PER_SECOND, AHEAD_MAX), swept: None })
    }

    /// Returns all slips, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Slip> {
        let mut slips: Vec<_> = self.slips.values().collect();
        slips.sort_by_key(|slip| slip.received);
        slips.into_iter()
    }

    /// Returns a slip.
    pub fn get(&self, id: &SlipId) -> Option<&Slip> {
        self.slips.get(id)
    }

    /// Returns the slip to which a follow-up code belongs.
    pub fn of_code(&self, code: &FollowUpCode) -> Option<&Slip> {
        // Hashes are compared, not codes: what time it takes tells nothing about a code that would be right.
        let hash = code.hash();
        self.slips.values().find(|slip| slip.code.as_ref() == Some(&hash))
    }

    /// Keeps what somebody wrote. It is durable when this returns. The same words sent twice from one form are one slip; other words
    /// from that form are another, for which `fresh` stands instead of the form's `seed`.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::TooFast`], [`Error::TooLong`], [`Error::File`]; then nothing was kept.
    pub fn put(&mut self, written: Written, seed: [u8; 16], fresh: [u8; 16], now: Instant) -> Result<Received, Error> {
        self.sweep(written.received)?;
        let held = self.slips.get(&SlipId::of_seed(&seed));
        let seed = match held {
            Some(slip) if slip.is_of(&written) => {
                return Ok(Received { id: slip.id.clone(), code: FollowUpCode::of_seed(&seed) });
            }
            Some(_) => fresh,
            None => seed,
        };
        let wait = self.pace.wait(now);
        if !wait.is_zero() {
            return Err(Error::TooFast { wait });
        }
        self.make_room()?;
        let (id, code) = (SlipId::of_seed(&seed), FollowUpCode::of_seed(&seed));
        self.write(written.into_slip(id.clone(), &code))?;
        self.pace.spend(SECONDS_EACH, now);
        Ok(Received { id, code })
    }

    /// Puts slips that wait together under a few words; under none if those are empty.
    ///
    /// # Errors
    /// [`Error::NotWaiting`], [`Error::File`]; then those before the one at fault are changed.
    pub fn sort(&mut self, ids: &[SlipId], heap: &str) -> Result<(), Error> {
        let heap = Some(slip::heap_name(heap)).filter(|heap| !heap.is_empty());
        self.change(ids, |slip| slip.heap = heap.clone())
    }

    /// Notes that a report was signed of slips that waited. Their words are erased: the report has them.
    ///
    /// # Errors
    /// As [`Intake::sort`].
    pub fn publish(&mut self, ids: &[SlipId], document: DocumentId, on: Date) -> Result<(), Error> {
        // Whoever got no answer says it again: those it has been noted of already stay as they are.
        let noted = |slip: &Slip| matches!(&slip.fate, Fate::Published { document: known, .. } if *known == document);
        let left: Vec<_> = ids.iter().filter(|id| !self.slips.get(id).is_some_and(noted)).cloned().collect();
        self.change(&left, |slip| {
            slip.fate = Fate::Published { document, on };
            slip.words = None;
        })
    }

    /// Notes that slips that waited become no report, and why.
    ///
    /// # Errors
    /// As [`Intake::sort`].
    pub fn set_aside(&mut self, ids: &[SlipId], aside: &SetAside) -> Result<(), Error> {
        self.change(ids, |slip| slip.fate = Fate::SetAside(aside.clone()))
    }

    /// Lets a slip wait again that was set aside, if its words are still there.
    ///
    /// # Errors
    /// [`Error::NotWaiting`], [`Error::Full`], [`Error::File`].
    pub fn put_back(&mut self, id: &SlipId) -> Result<(), Error> {
        let aside = |slip: &&Slip| slip.words.is_some() && matches!(slip.fate, Fate::SetAside(_));
        let Some(slip) = self.slips.get(id).filter(aside) else {
            return Err(Error::NotWaiting { id: id.clone() });
        };
        if self.slips.values().filter(|slip| slip.is_waiting()).count() >= WAITING_MAX {
            return Err(Error::Full);
        }
        self.write(Slip { fate: Fate::Waiting, ..slip.clone() })
    }

    /// Deletes what is older than it may become, once a day.
    ///
    /// # Errors
    /// [`Error::File`]; what could not be deleted is tried again the next time.
    pub fn sweep(&mut self, today: Date) -> Result<(), Error> {
        if self.swept == Some(today) {
            return Ok(());
        }
        let old: Vec<SlipId> =
            self.slips.values().filter(|slip| slip.is_old(today)).map(|slip| slip.id.clone()).collect();
        for id in old {
            self.remove(&id)?;
        }
        let wordy = |slip: &&Slip| slip.words.is_some() && slip.words_are_old(today);
        let wordy: Vec<Slip> = self.slips.values().filter(wordy).cloned().collect();
        for slip in wordy {
            self.write(Slip { words: None, ..slip })?;
        }
        self.swept = Some(today);
        Ok(())
    }

    fn change(&mut self, ids: &[SlipId], change: impl Fn(&mut Slip)) -> Result<(), Error> {
        for id in ids {
            let waiting = self.slips.get(id).filter(|slip| slip.is_waiting()).cloned();
            let mut slip = waiting.ok_or_else(|| Error::NotWaiting { id: id.clone() })?;
            change(&mut slip);
            self.write(slip)?;
        }
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Error> {
        if self.slips.values().filter(|slip| slip.is_waiting()).count() >= WAITING_MAX {
            return Err(Error::Full);
        }
        while self.slips.len() >= SLIPS_MAX {
            let settled = self.slips.values().filter(|slip| !slip.is_waiting());
            let oldest = settled.min_by_key(|slip| slip.received).map(|slip| slip.id.clone()).ok_or(Error::Full)?;
            self.remove(&oldest)?;
        }
        Ok(())
    }

    fn write(&mut self, slip: Slip) -> Result<(), Error> {
        let make = disk::make_dirs(&self.dir);
        make.map_err(|source| small_file::Error::Io { doing: "make", path: self.dir.clone(), source })?;
        SmallFile::at(self.place(&slip.id)).write(&slip).map_err(|error| match error {
            small_file::Error::Unfit { .. } => Error::TooLong,
            error => Error::File(error),
        })?;
        self.slips.insert(slip.id.clone(), slip);
        Ok(())
    }

    fn remove(&mut self, id: &SlipId) -> Result<(), Error> {
        SmallFile::<Slip>::at(self.place(id)).remove()?;
        self.slips.remove(id);
        Ok(())
    }

    fn place(&self, id: &SlipId) -> PathBuf {
        self.dir.join(id.as_str()).with_extension(ENDING)
    }
}

/// Reads a slip, or says why the file is not one, or not the one after which it is named.
fn read(path: &Path) -> Result<Slip, String> {
    let read = SmallFile::<Slip>::at(path).read().map_err(|error| error.to_string())?;
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
    read.filter(|slip| name == Some(slip.id.as_str())).ok_or_else(|| "it is named after no slip of its own".to_owned())
}

#[cfg(test)]
mod tests;
