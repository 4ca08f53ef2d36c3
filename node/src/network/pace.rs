//! How fast one peer is read: so many bytes a second, and not at all while it is throttled.
//!
//! A peer that is not read fills its streams and has to stop sending; nothing is lost and nobody else waits. [`Bucket`]
//! is pure and has the clock as an argument. It is the generic cell rate algorithm (ITU-T I.371): instead of counting
//! tokens it keeps the moment at which all that was read would have been due, which needs no timer and loses no fractions.

use std::future::Future as _;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;

/// How far ahead of its rate a peer may be: a quarter of a second's bytes at once.
const AHEAD_MAX: Duration = Duration::from_millis(250);

/// So many bytes, or whatever is counted, a second, with room for bursts.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_second: NonZeroU64,
    ahead_max: Duration,
    /// When everything that was spent would have been due at exactly the rate.
    due: Option<Instant>,
}

impl Bucket {
    /// Returns a bucket of which nothing was spent; `ahead_max` is how much time's worth may be spent at once.
    pub(crate) fn new(per_second: NonZeroU64, ahead_max: Duration) -> Self {
        Self { per_second, ahead_max, due: None }
    }

    /// Returns how long to wait before more may be spent.
    pub(crate) fn wait(&self, now: Instant) -> Duration {
        self.due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now).saturating_sub(self.ahead_max))
    }

    /// Returns whether it is as if nothing had been spent.
    pub(crate) fn is_rested(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| due <= now)
    }

    /// Notes what was spent, even if it was too early for it.
    pub(crate) fn spend(&mut self, count: usize, now: Instant) {
        let nanos = (count as u128).saturating_mul(1_000_000_000) / u128::from(self.per_second.get());
        let takes = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let from = self.due.map_or(now, |due| due.max(now));
        self.due = from.checked_add(takes).or(Some(from));
    }
}

/// When the next frame of a connection may be read.
#[derive(Debug)]
pub(super) struct Pace {
    bucket: Option<Bucket>,
    paused_until: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Returns a pace of at most so many bytes a second, 0 for any number; nothing is read before `paused_until`.
    pub(super) fn new(bytes_per_second_max: u64, paused_until: Option<Instant>) -> Self {
        let bucket = NonZeroU64::new(bytes_per_second_max).map(|per_second| Bucket::new(per_second, AHEAD_MAX));
        Self { bucket, paused_until, alarm: None }
    }

    /// Reads nothing before a moment; replaces what was said before.
    pub(super) fn pause(&mut self, until: Instant) {
        self.paused_until = Some(until);
    }

    /// Notes bytes that were read.
    pub(super) fn spend(&mut self, bytes: usize) {
        if let Some(bucket) = &mut self.bucket {
            bucket.spend(bytes, Instant::now());
        }
    }

    /// Ready as soon as more may be read.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            let wait = self.wait(now);
            if wait.is_zero() {
                self.alarm = None;
                return Poll::Ready(());
            }
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(wait)));
            alarm.as_mut().reset((now + wait).into());
            if alarm.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn wait(&self, now: Instant) -> Duration {
        let paused = self.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        self.bucket.as_ref().map_or(Duration::ZERO, |bucket| bucket.wait(now)).max(paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(per_second: u64) -> Bucket {
        Bucket::new(NonZeroU64::new(per_second).unwrap(), AHEAD_MAX)
    }

    /// Reads frames of a size whenever it may, for so long; returns how many bytes that gave.
    fn flood(bucket: &mut Bucket, frame: usize, start: Instant, lasting: Duration) -> usize {
        let (mut now, mut bytes) = (start, 0);
        loop {
            now += bucket.wait(now);
            if now >= start + lasting {
                return bytes;
            }
            bucket.spend(frame, now);
            bytes += frame;
        }
    }

    #[test]
    fn a_flood_gets_its_rate_and_one_burst() {
        let start = Instant::now();
        for (per_second, frame) in [(1000, 1), (1000, 3), (64 << 20, 1 << 20), (7_777_777, 12_345)] {
            let bytes = flood(&mut bucket(per_second), frame, start, Duration::from_secs(10)) as u64;
            let most = per_second * 10 + per_second / 4 + 2 * frame as u64;
            assert!(bytes <= most && bytes >= per_second * 10, "{bytes} at {per_second} a second");
        }
    }

    #[test]
    fn whoever_keeps_below_its_rate_never_waits() {
        let mut now = Instant::now();
        let mut bucket = bucket(1000);
        for _ in 0..1000 {
            assert!(bucket.wait(now).is_zero());
            bucket.spend(100, now);
            now += Duration::from_millis(100);
        }
    }

    #[test]
    fn a_debt_is_paid_by_waiting_and_rest_is_not_hoarded() {
        let now = Instant::now();
        let mut bucket = bucket(1000);
        bucket.spend(10_000, now);
        assert_eq!(bucket.wait(now), Duration::from_millis(9750));
        assert!(bucket.wait(now + Duration::from_millis(9750)).is_zero());
        let after_long = now + Duration::from_secs(1000);
        bucket.spend(1000, after_long);
        assert_eq!(bucket.wait(after_long), Duration::from_millis(750), "a long rest does not add up");
        bucket.spend(usize::MAX, after_long);
        assert!(!bucket.wait(after_long).is_zero());
    }

    #[test]
    fn a_pause_goes_before_the_rate_and_ends() {
        let now = Instant::now();
        let mut pace = Pace::new(0, Some(now + Duration::from_secs(3)));
        pace.spend(1 << 40);
        assert_eq!(pace.wait(now), Duration::from_secs(3));
        pace.pause(now + Duration::from_secs(1));
        assert_eq!(pace.wait(now), Duration::from_secs(1));
        assert!(pace.wait(now + Duration::from_secs(1)).is_zero());
    }
}
