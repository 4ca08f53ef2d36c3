//! A thread that takes index entries off the appender's hands.
//!
//! Entries wait in memory, at most [`WAITING_BYTES_MAX`] of them; whoever brings more then waits. It knows nothing of the
//! index: it calls a function with what has gathered since the last call, in the order it came.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Index entries that may wait in memory, in bytes of keys and values: 32 MiB.
const WAITING_BYTES_MAX: usize = 32 << 20;

/// A key and its value for the index.
pub(super) type Entry = (u64, Vec<u8>);

/// The waiting entries and the thread that carries them off.
pub(super) struct Feed {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Entry>,
    bytes: usize,
    /// Whether the thread is applying entries right now.
    busy: bool,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>) -> MutexGuard<'a, Queue> {
        self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    /// Starts the thread; `apply` must not panic. Returns `None` when the system gives no thread.
    pub(super) fn start(apply: impl FnMut(Vec<Entry>) + Send + 'static) -> Option<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("store-index".to_owned()).spawn(move || carry(&theirs, apply));
        Some(Self { shared, thread: Some(thread.ok()?) })
    }

    /// Hands over entries; waits only while more than [`WAITING_BYTES_MAX`] are waiting.
    pub(super) fn put(&self, entries: Vec<Entry>) {
        let mut queue = self.shared.lock();
        while queue.bytes > WAITING_BYTES_MAX {
            queue = self.shared.wait(queue);
        }
        queue.bytes += entries.iter().map(|(_, value)| 8 + value.len()).sum::<usize>();
        queue.waiting.extend(entries);
        self.shared.changed.notify_all();
    }

    /// Returns when all that was handed over has been applied.
    pub(super) fn drain(&self) {
        let mut queue = self.shared.lock();
        while queue.busy || !queue.waiting.is_empty() {
            queue = self.shared.wait(queue);
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that feeds the index panicked");
        }
    }
}

/// Marks the queue idle and empty for ever, however the thread ends: nobody may wait for it then.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        *queue = Queue { closed: true, ..Queue::default() };
        self.0.changed.notify_all();
    }
}

/// What the thread does until the feed is closed and empty.
fn carry(shared: &Shared, mut apply: impl FnMut(Vec<Entry>)) {
    let _ending = Ending(shared);
    let mut queue = shared.lock();
    loop {
        if queue.waiting.is_empty() {
            if queue.closed {
                return;
            }
            queue = shared.wait(queue);
            continue;
        }
        let entries = std::mem::take(&mut queue.waiting);
        (queue.bytes, queue.busy) = (0, true);
        drop(queue);
        shared.changed.notify_all();
        apply(entries);
        queue = shared.lock();
        queue.busy = false;
        shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_arrives_in_order() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&seen);
        let feed = Feed::start(move |entries| theirs.lock().unwrap().extend(entries)).unwrap();
        for key in 0..1000 {
            feed.put(vec![(key, vec![0; 3])]);
        }
        feed.drain();
        assert!(seen.lock().unwrap().iter().map(|(key, _)| *key).eq(0..1000));
        feed.put(vec![(1000, Vec::new())]);
        drop(feed);
        assert_eq!(seen.lock().unwrap().len(), 1001);
    }

    #[test]
    fn a_slow_index_holds_the_appender_back_instead_of_growing() {
        let feed = Feed::start(|_| std::thread::sleep(std::time::Duration::from_millis(2))).unwrap();
        for key in 0..100 {
            feed.put(vec![(key, vec![0; 1 << 20])]);
            assert!(feed.shared.lock().bytes <= WAITING_BYTES_MAX + (1 << 20) + 8);
        }
    }
}
