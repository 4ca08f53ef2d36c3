//! Cleaned pictures and documents that wait for their report to be signed: in memory, each for the worker who brought it, and bounded
//! in every direction. They come onto the node's shelf only when a change that names them is about to be signed, so what was looked at
//! and taken out again, or never signed, takes no room on disk.
//!
//! Knows neither reports nor pages. A restart forgets everything; the browser brings it again.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use talkoot_protocol::id::{AttachmentHash, WorkerId};
use talkoot_protocol::report::Attachment;
use talkoot_protocol::report::limits::ATTACHMENTS_MAX;

use crate::network::Bucket;

/// How long one waits.
const LIFE: Duration = Duration::from_secs(4 * 3600);
/// Most that wait for one worker: two reports' worth. The one brought first makes room.
const OF_ONE_MAX: usize = 2 * ATTACHMENTS_MAX;
/// Most bytes that wait in all.
const BYTES_MAX: usize = 64 * 1024 * 1024;
/// What one worker may bring, in bytes a second on average.
const PER_SECOND: NonZeroU64 = NonZeroU64::new(1024).expect("not zero");
/// How much time's worth of that may come at once: with [`PER_SECOND`] about 84 MiB in a day.
const AHEAD_MAX: Duration = Duration::from_secs(24 * 3600);
/// What bringing a file counts for, whatever comes of it, in bytes: looking at it takes time.
const TRY_BYTES: usize = 32 * 1024;

/// One that waits.
#[derive(Debug)]
struct Waiting {
    owner: WorkerId,
    attachment: Attachment,
    bytes: Bytes,
    since: Instant,
    /// Whether it is on the shelf too.
    is_kept: bool,
}

/// All that wait.
#[derive(Debug, Default)]
pub(crate) struct Tray {
    waiting: Vec<Waiting>,
    brought: BTreeMap<WorkerId, Bucket>,
}

impl Tray {
    /// Notes that a worker brings a file, and returns how long to wait if that is too much.
    pub(super) fn brings(&mut self, owner: WorkerId, now: Instant) -> Result<(), Duration> {
        self.brought.retain(|_, bucket| !bucket.is_rested(now));
        let bucket = self.brought.entry(owner).or_insert_with(|| Bucket::new(PER_SECOND, AHEAD_MAX));
        let wait = bucket.wait(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        bucket.spend(TRY_BYTES, now);
        Ok(())
    }

    /// Takes one in; false if there is no room.
    #[must_use]
    pub(super) fn put(&mut self, owner: WorkerId, attachment: Attachment, bytes: Bytes, now: Instant) -> bool {
        self.waiting.retain(|one| now.saturating_duration_since(one.since) < LIFE);
        self.waiting.retain(|one| one.owner != owner || one.attachment.hash != attachment.hash);
        if self.waiting.iter().filter(|one| one.owner == owner).count() >= OF_ONE_MAX {
            self.drop_first(|one| one.owner == owner);
        }
        while self.bytes().saturating_add(bytes.len()) > BYTES_MAX {
            if !self.drop_first(|one| one.is_kept) {
                return false;
            }
        }
        if let Some(bucket) = self.brought.get_mut(&owner) {
            bucket.spend(bytes.len(), now);
        }
        self.waiting.push(Waiting { owner, attachment, bytes, since: now, is_kept: false });
        true
    }

    /// Returns one of a worker's.
    pub(super) fn get(&self, owner: &WorkerId, hash: &AttachmentHash, now: Instant) -> Option<(Attachment, Bytes)> {
        let is_it = |one: &&Waiting| {
            one.owner == *owner && one.attachment.hash == *hash && now.saturating_duration_since(one.since) < LIFE
        };
        self.waiting.iter().find(is_it).map(|one| (one.attachment.clone(), one.bytes.clone()))
    }

    /// Notes that one is on the shelf: it makes room before others do.
    pub(super) fn kept(&mut self, owner: &WorkerId, hash: &AttachmentHash) {
        for one in self.waiting.iter_mut().filter(|one| one.owner == *owner && one.attachment.hash == *hash) {
            one.is_kept = true;
        }
    }

    fn bytes(&self) -> usize {
        self.waiting.iter().map(|one| one.bytes.len()).sum()
    }

    /// Takes the first of some out. Returns whether there was one.
    fn drop_first(&mut self, of: impl Fn(&Waiting) -> bool) -> bool {
        let first = self.waiting.iter().position(of);
        first.map(|at| self.waiting.remove(at)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::AttachmentKind;

    use super::*;
    use crate::attachment::hash_of;

    const ONE: WorkerId = WorkerId::from_bytes([1; 32]);
    const OTHER: WorkerId = WorkerId::from_bytes([2; 32]);

    fn of(seed: u32, length: usize) -> (Attachment, Bytes) {
        let bytes: Vec<u8> = seed.to_be_bytes().into_iter().cycle().take(length).collect();
        let attachment = Attachment {
            hash: hash_of(&bytes),
            kind: AttachmentKind::Png.into(),
            bytes: length as u32,
            width: Some(1),
            height: Some(1),
            pages: None,
            caption: None,
        };
        (attachment, bytes.into())
    }

    #[test]
    fn one_worker_sees_only_their_own_and_only_for_a_while() {
        let (mut tray, now) = (Tray::default(), Instant::now());
        let (attachment, bytes) = of(1, 100);
        assert!(tray.put(ONE, attachment.clone(), bytes.clone(), now));
        assert_eq!(tray.get(&ONE, &attachment.hash, now), Some((attachment.clone(), bytes)));
        assert_eq!(tray.get(&OTHER, &attachment.hash, now), None);
        assert_eq!(tray.get(&ONE, &attachment.hash, now + LIFE), None);
    }

    #[test]
    fn what_waits_is_bounded_for_each_and_in_all() {
        let (mut tray, now) = (Tray::default(), Instant::now());
        for seed in 0..100 {
            let (attachment, bytes) = of(seed, 64 * 1024);
            assert!(tray.put(ONE, attachment, bytes, now));
        }
        assert_eq!(tray.waiting.len(), OF_ONE_MAX);
        let large = 2 * 1024 * 1024;
        let put = |tray: &mut Tray, seed: u32| {
            let (attachment, bytes) = of(seed, large);
            tray.put(WorkerId::from_bytes([seed as u8; 32]), attachment, bytes, now)
        };
        let room = (0..100).take_while(|seed| put(&mut tray, 100 + seed)).count();
        assert!(room < 32 && tray.bytes() <= BYTES_MAX, "{room}");
        // What is on the shelf makes room, and nothing else does.
        let (first, _) = of(100, large);
        tray.kept(&WorkerId::from_bytes([100; 32]), &first.hash);
        assert!(put(&mut tray, 99) && !put(&mut tray, 98) && tray.bytes() <= BYTES_MAX);
    }

    #[test]
    fn one_who_brings_too_much_waits_alone() {
        let (mut tray, now) = (Tray::default(), Instant::now());
        let brought = (0..10_000).take_while(|_| tray.brings(ONE, now).is_ok()).count();
        assert!((2_000..4_000).contains(&brought), "{brought}");
        assert!(tray.brings(OTHER, now).is_ok());
        assert!(tray.brings(ONE, now + Duration::from_secs(64)).is_ok());
    }
}
