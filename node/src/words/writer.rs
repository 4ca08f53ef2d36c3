//! The thread that keeps the words: reads the reports it is told of, hands them to tantivy, and commits by time or number, never
//! for each report. Whatever fails, it begins anew; nobody waits for it.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use talkoot_protocol::id::{DocumentId, NetworkId, OrganisationId};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use super::directory::{self, Error, Fields};
use super::text::{self, Texts};
use super::tokens::Analyser;
use crate::store::{Place, Reader};

/// Longest time between a report's coming in here and a commit.
const COMMIT_EVERY: Duration = Duration::from_secs(2);
/// The same while further ones are waiting all the time: each commit makes a segment, and each segment has to be merged.
const COMMIT_EVERY_BUSY: Duration = Duration::from_secs(15);
/// Reports after which it commits at the latest.
const COMMIT_REPORTS_MAX: u64 = 20_000;
/// How long it waits after a failure.
const RETRY_AFTER: Duration = Duration::from_secs(30);

/// A report whose words are to be taken, or taken again.
#[derive(Debug)]
pub(super) struct Job {
    /// Counted up whenever all is begun anew: an older one is for a directory that is gone.
    pub(super) epoch: u64,
    pub(super) document: DocumentId,
    pub(super) organisation: OrganisationId,
    /// Where its changes lie, in causal order. Empty if it cannot be read.
    pub(super) places: Vec<Place>,
    /// It has had no other change, so there is nothing of it to replace.
    pub(super) new: bool,
    /// With this one done, all before this ordinal are.
    pub(super) complete: u64,
}

/// What the thread is told.
#[derive(Debug)]
pub(super) enum Order {
    /// Take the words of a report.
    Take(Job),
    /// Commit now: somebody waits for what was given.
    Commit {
        /// As of a job.
        epoch: u64,
    },
    /// What is there does not fit the log: begin anew.
    Clear {
        /// As of a job.
        epoch: u64,
    },
}

/// What thread and core know in common.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    /// End soon.
    pub(super) stop: AtomicBool,
}

/// How far the thread is.
#[derive(Default, Clone)]
pub(super) struct State {
    /// 0 before the directory is open.
    pub(super) epoch: u64,
    /// How far it was complete when it was opened.
    pub(super) complete: u64,
    /// Reports in it then, also those that cannot be read.
    pub(super) found: u64,
    /// Reports in it at the last commit.
    pub(super) documents: u64,
    /// Jobs of this epoch that are committed.
    pub(super) done: u64,
    /// Where to search.
    pub(super) finder: Option<(IndexReader, Fields)>,
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's own.
pub(super) struct Writer {
    pub(super) dir: PathBuf,
    pub(super) memory_bytes: usize,
    pub(super) reader: Reader,
    pub(super) network: NetworkId,
    pub(super) shared: Arc<Shared>,
    pub(super) analyser: Analyser,
}

impl Writer {
    /// Works until nobody gives orders any more.
    pub(super) fn run(self, orders: &Receiver<Order>) {
        let mut epoch = 0;
        loop {
            epoch += 1;
            let session = AssertUnwindSafe(|| self.session(epoch, orders));
            match std::panic::catch_unwind(session).unwrap_or(Err(Error::Panicked)) {
                Ok(()) => return,
                Err(error) => tracing::warn!(error = chain(&error), "words cannot be looked after; trying again soon"),
            }
            self.shared.state().finder = None;
            if let Err(error) = std::fs::remove_dir_all(&self.dir) {
                tracing::debug!(%error, "the words directory cannot be removed");
            }
            if !self.rest(orders) {
                return;
            }
        }
    }

    /// Waits a while; returns whether to go on.
    fn rest(&self, orders: &Receiver<Order>) -> bool {
        let until = Instant::now() + RETRY_AFTER;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match orders.recv_timeout(left) {
                _ if self.shared.stop.load(Ordering::Relaxed) => return false,
                Err(RecvTimeoutError::Disconnected) => return false,
                // Of an epoch that is over.
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
        true
    }

    fn session(&self, epoch: u64, orders: &Receiver<Order>) -> Result<(), Error> {
        let mut session = Session::open(self, epoch)?;
        loop {
            let order = orders.recv_timeout(session.patience());
            if self.shared.stop.load(Ordering::Relaxed) {
                return session.commit();
            }
            let busy = order.is_ok();
            match order {
                Ok(Order::Take(job)) if job.epoch == epoch => session.take(&job)?,
                Ok(Order::Commit { epoch: meant }) if meant == epoch => session.commit()?,
                Ok(Order::Clear { epoch: meant }) if meant == epoch => session.clear()?,
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return session.commit(),
            }
            if session.is_due(busy) {
                session.commit()?;
            }
        }
    }
}

/// An error with all its causes.
fn chain(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// An open directory.
struct Session<'a> {
    own: &'a Writer,
    writer: IndexWriter<TantivyDocument>,
    finder: IndexReader,
    fields: Fields,
    complete: u64,
    /// Reports taken since the last commit.
    jobs: u64,
    since: Option<Instant>,
}

impl<'a> Session<'a> {
    fn open(own: &'a Writer, epoch: u64) -> Result<Self, Error> {
        let opened = directory::open_or_begin(&own.dir, &own.analyser)?;
        let writer = opened.index.writer_with_num_threads(1, own.memory_bytes)?;
        let finder = opened.index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let documents = finder.searcher().num_docs();
        let (complete, fields) = (opened.complete, opened.fields);
        *own.shared.state() =
            State { epoch, complete, found: documents, documents, done: 0, finder: Some((finder.clone(), fields)) };
        Ok(Self { own, writer, finder, fields, complete, jobs: 0, since: None })
    }

    fn patience(&self) -> Duration {
        self.since.map_or(COMMIT_EVERY, |since| COMMIT_EVERY.saturating_sub(since.elapsed()))
    }

    fn is_due(&self, busy: bool) -> bool {
        let every = if busy { COMMIT_EVERY_BUSY } else { COMMIT_EVERY };
        let late = self.since.is_some_and(|since| since.elapsed() >= every);
        self.jobs > 0 && (late || self.jobs >= COMMIT_REPORTS_MAX)
    }

    fn take(&mut self, job: &Job) -> Result<(), Error> {
        let id = job.document.as_bytes();
        let values = text::read(&self.own.reader, &self.own.network, &job.places);
        let document = match values {
            Some(values) => Texts::of(values).document(&self.fields, id, &job.organisation),
            None => text::stub(&self.fields, id),
        };
        if !job.new {
            self.writer.delete_term(Term::from_field_bytes(self.fields.id, id));
        }
        self.writer.add_document(document)?;
        self.complete = self.complete.max(job.complete);
        self.jobs += 1;
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Error> {
        self.writer.delete_all_documents()?;
        self.complete = 0;
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Error> {
        if self.since.take().is_none() {
            return Ok(());
        }
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&directory::payload(self.complete));
        prepared.commit()?;
        self.finder.reload()?;
        let mut state = self.own.shared.state();
        state.done += std::mem::take(&mut self.jobs);
        state.documents = self.finder.searcher().num_docs();
        Ok(())
    }
}
