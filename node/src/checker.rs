//! Judging changes by themselves, on all cores and off the driver's task: signature, guard and scanner cost about a tenth of a
//! millisecond a change, and their verdict depends on nothing else. Groups come back in the order in which they were given.

use std::sync::mpsc;
use std::thread;

use talkoot_protocol::id::NetworkId;
use talkoot_protocol::sync::check::{Checked, Refused, check};
use talkoot_protocol::sync::effect::Unchecked;
use talkoot_protocol::sync::input::{Input, Source};
use tokio::sync::mpsc as channel;

/// Groups of at least this many changes are split over the cores.
const SPLIT_FROM: usize = 16;

/// The verdicts on one group, in its order.
pub type Verdicts = Vec<Result<Checked, Refused>>;

/// Judges groups of changes in the background.
#[derive(Debug)]
pub struct Checker {
    jobs: Option<mpsc::Sender<(Source, Unchecked)>>,
    results: channel::UnboundedReceiver<Input>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Checker {
    /// Starts judging for a network.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(network: NetworkId) -> std::io::Result<Self> {
        let (jobs, todo) = mpsc::channel::<(Source, Unchecked)>();
        let (done, results) = channel::unbounded_channel();
        let work = move || {
            for (source, unchecked) in todo {
                if done.send(judge(&network, source, unchecked)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("checker".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), results, thread: Some(thread) })
    }

    /// Gives it a group.
    pub fn give(&self, source: Source, unchecked: Unchecked) {
        if let Some(jobs) = &self.jobs {
            // The thread ends only after this sender is gone, so there is always somebody to take it.
            let _taken = jobs.send((source, unchecked));
        }
    }

    /// Waits for what is to be told of the next group. Cancel safe; `None` once the thread has ended.
    pub async fn next(&mut self) -> Option<Input> {
        self.results.recv().await
    }
}

impl Drop for Checker {
    fn drop(&mut self) {
        self.jobs = None;
        self.results.close();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Unpacks a group and judges it on all cores; returns what the engine is to be told.
pub fn judge(network: &NetworkId, source: Source, unchecked: Unchecked) -> Input {
    match (unchecked.open(), source) {
        (Ok(changes), source) => Input::Checked { source, results: check_all(network, changes) },
        (Err(error), Source::Peer(delivery)) => {
            tracing::warn!(peer = %delivery.node.short(), %error, "a parcel cannot be unpacked");
            Input::Unreadable(delivery)
        }
        // What was submitted here is in no parcel.
        (Err(_), source @ Source::Local(_)) => Input::Checked { source, results: Vec::new() },
    }
}

/// Judges a group on all cores.
pub fn check_all(network: &NetworkId, changes: Vec<Vec<u8>>) -> Verdicts {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    if changes.len() < SPLIT_FROM || cores == 1 {
        return changes.into_iter().map(|change| check(network, change)).collect();
    }
    let share = changes.len().div_ceil(cores);
    let mut rest = changes.into_iter();
    let mut shares: Vec<Vec<Vec<u8>>> = Vec::with_capacity(cores);
    while rest.len() > 0 {
        shares.push(rest.by_ref().take(share).collect());
    }
    let judge = |share: Vec<Vec<u8>>| share.into_iter().map(|change| check(network, change)).collect::<Verdicts>();
    thread::scope(|scope| {
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || judge(share))).collect();
        running
            .into_iter()
            .flat_map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
