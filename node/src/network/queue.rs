//! The two bounded passages between the driver's task and the task of a connection.
//!
//! [`Outbox`] holds frames on their way out: the driver fills it, the connection empties it. [`Credit`] counts frames on
//! their way in: the connection stops reading when the driver has too many of them unread, and the peer, whose stream
//! fills up, stops sending. Both are shared memory with one waker, because libp2p's own channel to a connection stalls
//! all connections when one is full.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use futures::task::AtomicWaker;

use super::frame;

/// How many frames may wait for one peer.
pub const OUTBOX_FRAMES_MAX: usize = 64;
/// How many bytes may wait for one peer; a single frame is always taken.
pub const OUTBOX_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How many frames of one connection the driver may have unread.
pub const INBOX_FRAMES_MAX: usize = 64;
/// From how many unread bytes on nothing more is read from a connection; the last frame may reach over it.
pub const INBOX_BYTES_MAX: usize = 512 * 1024;

/// Frames on their way out to one peer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    state: Mutex<Queue>,
    filled: AtomicWaker,
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Bytes taken by the connection and not flushed yet.
    under_way: usize,
    /// Whether it has been more than half full since it was last empty.
    was_high: bool,
}

impl Outbox {
    /// Queues a frame.
    ///
    /// # Errors
    /// Gives the frame back if the queue is full.
    pub(super) fn push(&self, frame: Vec<u8>) -> Result<(), Vec<u8>> {
        let mut queue = self.lock();
        let bytes = queue.bytes.saturating_add(frame.len());
        if queue.frames.len() >= OUTBOX_FRAMES_MAX || (bytes > OUTBOX_BYTES_MAX && !queue.frames.is_empty()) {
            return Err(frame);
        }
        queue.bytes = bytes;
        queue.frames.push_back(frame);
        queue.was_high |= queue.frames.len() > OUTBOX_FRAMES_MAX / 2 || bytes > OUTBOX_BYTES_MAX / 2;
        drop(queue);
        self.filled.wake();
        Ok(())
    }

    /// Moves encoded frames into `buffer` until it holds `target` bytes or the queue is empty; returns whether the queue
    /// went from over half to empty.
    pub(super) fn fill(&self, buffer: &mut Vec<u8>, target: usize) -> bool {
        let mut queue = self.lock();
        while buffer.len() < target {
            let Some(frame) = queue.frames.pop_front() else { break };
            queue.bytes = queue.bytes.saturating_sub(frame.len());
            queue.under_way = queue.under_way.saturating_add(frame.len());
            frame::encode(&frame, buffer);
        }
        queue.frames.is_empty() && std::mem::take(&mut queue.was_high)
    }

    /// Notes that all that was taken has been handed to the connection.
    pub(super) fn flushed(&self) {
        self.lock().under_way = 0;
    }

    /// Asks for a wake-up at the next push; returns whether there is something already.
    pub(super) fn register(&self, waker: &Waker) -> bool {
        self.filled.register(waker);
        !self.lock().frames.is_empty()
    }

    /// Returns how many bytes of frames have not been handed to the connection.
    pub(super) fn bytes(&self) -> usize {
        let queue = self.lock();
        queue.bytes.saturating_add(queue.under_way)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while holding the lock; if it ever did, the queue would still be a queue.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what one connection has read and the driver has not taken.
#[derive(Debug, Default)]
pub(super) struct Credit {
    frames: AtomicUsize,
    bytes: AtomicUsize,
    freed: AtomicWaker,
}

impl Credit {
    /// Returns whether another frame may be read, and otherwise asks for a wake-up when it may.
    pub(super) fn is_available(&self, waker: &Waker) -> bool {
        if self.is_below(INBOX_FRAMES_MAX, INBOX_BYTES_MAX) {
            return true;
        }
        self.freed.register(waker);
        self.is_below(INBOX_FRAMES_MAX, INBOX_BYTES_MAX)
    }

    /// Counts a frame until the returned value is dropped.
    pub(super) fn hold(self: &Arc<Self>, bytes: usize) -> Held {
        self.frames.fetch_add(1, Ordering::AcqRel);
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Held { credit: Arc::clone(self), bytes }
    }

    fn is_below(&self, frames: usize, bytes: usize) -> bool {
        self.frames.load(Ordering::Acquire) < frames && self.bytes.load(Ordering::Acquire) < bytes
    }
}

/// One frame that the driver has not taken yet.
#[derive(Debug)]
pub(super) struct Held {
    credit: Arc<Credit>,
    bytes: usize,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.credit.frames.fetch_sub(1, Ordering::AcqRel);
        self.credit.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        // Half, not full: else a connection at its limit would be woken for each single frame.
        if self.credit.is_below(INBOX_FRAMES_MAX / 2, INBOX_BYTES_MAX / 2) {
            self.credit.freed.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outbox_is_bounded_in_frames_and_in_bytes_and_gives_back() {
        let outbox = Outbox::default();
        for _ in 0..OUTBOX_FRAMES_MAX {
            assert_eq!(outbox.push(vec![1]), Ok(()));
        }
        assert_eq!(outbox.push(vec![2]), Err(vec![2]));
        let heavy = Outbox::default();
        assert_eq!(heavy.push(vec![0; OUTBOX_BYTES_MAX + 1]), Ok(()));
        assert!(heavy.push(vec![1]).is_err());
        assert_eq!(heavy.bytes(), OUTBOX_BYTES_MAX + 1);
    }

    #[test]
    fn drained_is_said_once_and_only_after_the_queue_was_high() {
        let outbox = Outbox::default();
        let mut buffer = Vec::new();
        outbox.push(vec![7; 10]).unwrap();
        assert!(!outbox.fill(&mut buffer, 1000));
        for _ in 0..=OUTBOX_FRAMES_MAX / 2 {
            outbox.push(vec![7; 10]).unwrap();
        }
        assert!(!outbox.fill(&mut Vec::new(), 20), "half of it is still there");
        assert!(outbox.fill(&mut buffer, 1_000_000));
        assert!(!outbox.fill(&mut buffer, 1_000_000));
        assert_eq!(outbox.bytes(), 10 * (OUTBOX_FRAMES_MAX / 2 + 2));
        outbox.flushed();
        assert_eq!(outbox.bytes(), 0);
    }

    #[test]
    fn credit_runs_out_and_comes_back() {
        let credit = Arc::new(Credit::default());
        let waker = futures::task::noop_waker();
        let held: Vec<Held> = (0..INBOX_FRAMES_MAX).map(|_| credit.hold(1)).collect();
        assert!(!credit.is_available(&waker));
        drop(held);
        let _large = credit.hold(INBOX_BYTES_MAX);
        assert!(!credit.is_available(&waker));
    }
}
