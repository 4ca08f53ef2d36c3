//! The words of the reports here: full text in Finnish, Swedish and English, and which reports are alike. tantivy lives here and
//! nowhere else (docs/decisions/0026-words.md).
//!
//! Nothing waits for words. The core notes which reports changed; a thread is given them when it is quiet, reads them itself and
//! commits by time. A note is a number in memory, and what a full queue does not take stays noted. The directory remembers up to
//! where in the log it is complete; if it is missing, damaged, of another version or does not fit the log, it is built anew.
//!
//! - `finnish`, `lexicon`, `analysis`, `tokens`: from words to terms;
//! - `directory`, `text`, `writer`: from reports to the directory on disk;
//! - `find`, `excerpt`: from questions to reports;
//! - `profile`, `alike`: from texts to what is about the same;
//! - [`bare`]: what tantivy alone takes for the same, to measure by.

mod alike;
mod analysis;
pub mod bare;
mod directory;
mod excerpt;
mod find;
mod finnish;
mod lexicon;
mod profile;
#[cfg(test)]
mod recall;
mod text;
mod tokens;
mod writer;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use talkoot_protocol::api;
use talkoot_protocol::catalog::{Catalog, Index, Ordinal};
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::NetworkId;
use talkoot_protocol::limits::DOCUMENT_CHANGES_MAX;
use talkoot_protocol::scope::Kind;

use crate::store::{Place, Reader};
pub(crate) use tokens::Analyser;
use writer::{Job, Order, Shared, State, Writer};

pub(crate) use alike::Weighed;
pub(crate) use directory::Error;
pub(crate) use excerpt::Excerpts;
pub(crate) use find::{Finder, Found, Question};
pub(crate) use profile::{Profile, Worth};

/// Name of the directory in a node's directory. It may be deleted at any time.
pub const DIR: &str = "words";

/// Reports that may wait for the thread; the others stay noted.
pub(crate) const ORDERS_MAX: usize = 1_024;
/// How long nothing must have come in before the thread is given anything, so that it does not work against an exchange.
const QUIET: Duration = Duration::from_millis(200);
/// How long a report waits for such a moment at most.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How often it is looked whether the thread takes more.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The same when there is nothing to give.
const LOOK_SELDOM: Duration = Duration::from_secs(5);

/// The core's side of the words.
pub(crate) struct Words {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    analyser: Analyser,
    /// Changes of reports whose words are to be taken, in the order of the log.
    noted: VecDeque<Index>,
    /// The epoch for which all that is missing has been noted.
    planned: u64,
    /// Jobs given in it, and how many of them it was last asked to commit at once.
    given: u64,
    hurried: u64,
    /// When something was noted last, and when the first of what still waits.
    last: Option<Instant>,
    first: Option<Instant>,
    /// When to look again.
    due: Instant,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Words").field("noted", &self.noted.len()).finish_non_exhaustive()
    }
}

impl Words {
    /// Starts the thread over a node's directory.
    ///
    /// # Errors
    /// If no thread can be started.
    pub(crate) fn start(home: &Path, memory_mib: u32, reader: Reader, network: NetworkId) -> std::io::Result<Self> {
        let (mut words, orders, writer) = Self::idle(home, memory_mib, reader, network);
        words.thread = Some(thread::Builder::new().name("words".into()).spawn(move || writer.run(&orders))?);
        Ok(words)
    }

    /// The same with a thread that has not begun: what is returned beside is its work.
    #[cfg(test)]
    pub(crate) fn held(home: &Path, reader: Reader, network: NetworkId) -> (Self, impl FnOnce() + Send + 'static) {
        let (words, orders, writer) = Self::idle(home, 15, reader, network);
        words.shared.state().epoch = 1;
        (words, move || writer.run(&orders))
    }

    /// The next [`Words::feed`] takes this for a quiet moment.
    #[cfg(test)]
    pub(crate) fn give_without_waiting_for_quiet(&mut self) {
        self.last = None;
    }

    /// Returns how many changes are noted, and how many were given.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> (usize, u64) {
        (self.noted.len(), self.given)
    }

    /// Everything but the running thread.
    fn idle(
        home: &Path,
        memory_mib: u32,
        reader: Reader,
        network: NetworkId,
    ) -> (Self, std::sync::mpsc::Receiver<Order>, Writer) {
        let (to, from) = sync_channel(ORDERS_MAX);
        let shared = Arc::new(Shared::default());
        let memory_bytes = (memory_mib as usize) << 20;
        let (dir, analyser) = (home.join(DIR), Analyser::default());
        let writer = Writer { dir, memory_bytes, reader, network, shared: shared.clone(), analyser: analyser.clone() };
        let words = Self {
            orders: Some(to),
            thread: None,
            shared,
            analyser,
            noted: VecDeque::new(),
            planned: 0,
            given: 0,
            hurried: 0,
            last: None,
            first: None,
            due: Instant::now(),
        };
        (words, from, writer)
    }

    /// Notes that a report changed.
    pub(crate) fn note(&mut self, change: Index) {
        // What came before the directory was open is found when it is compared with the log.
        if self.planned > 0 {
            self.noted.push_back(change);
        }
        let now = Instant::now();
        self.last = Some(now);
        self.first.get_or_insert(now);
        self.due = self.due.min(now + QUIET);
    }

    /// Returns when to call [`Words::feed`] again.
    pub(crate) fn deadline(&self) -> Instant {
        self.due
    }

    /// Gives the thread what it takes now, if this is a quiet moment. Never waits.
    pub(crate) fn feed(&mut self, catalog: &Catalog, place: &dyn Fn(Ordinal) -> Option<Place>) {
        let now = Instant::now();
        let state = self.shared.state().clone();
        if state.epoch > self.planned {
            self.plan(&state, catalog);
        }
        let quiet = self.last.is_none_or(|last| now.duration_since(last) >= QUIET);
        let long = self.first.is_some_and(|first| now.duration_since(first) >= WAIT_MAX);
        if quiet || long {
            self.give(catalog, place);
        }
        if self.noted.is_empty() {
            self.first = None;
        }
        let idle = self.noted.is_empty() && self.planned > 0;
        self.due = now + if idle { LOOK_SELDOM } else { LOOK_EVERY };
    }

    /// Gives what is noted without waiting for a quiet moment, and asks for it to be committed. Never waits.
    pub(crate) fn hurry(&mut self, catalog: &Catalog, place: &dyn Fn(Ordinal) -> Option<Place>) {
        self.last = None;
        self.feed(catalog, place);
        if self.noted.is_empty() && self.given > self.hurried && self.give_one(Order::Commit { epoch: self.planned }) {
            self.hurried = self.given;
        }
    }

    /// Notes everything that the directory lacks.
    fn plan(&mut self, state: &State, catalog: &Catalog) {
        (self.planned, self.given, self.hurried) = (state.epoch, 0, 0);
        let mut complete = state.complete;
        let expected = expected(catalog, complete);
        if expected != state.found {
            tracing::info!(expected, found = state.found, "the words do not fit the log; they are built anew");
            complete = 0;
            self.noted.clear();
            self.give_one(Order::Clear { epoch: self.planned });
        }
        let reports = catalog.entries().filter(|(index, _)| catalog.document_of(*index).kind == Kind::Report);
        let missing = reports.filter_map(|(index, entry)| Some((entry.ordinal?.number(), index)));
        let mut missing: Vec<_> = missing.filter(|(ordinal, _)| *ordinal >= complete).collect();
        missing.sort_unstable();
        self.noted = missing.into_iter().map(|(_, index)| index).collect();
        if !self.noted.is_empty() {
            tracing::info!(changes = self.noted.len(), "taking the words of reports");
        }
    }

    fn give(&mut self, catalog: &Catalog, place: &dyn Fn(Ordinal) -> Option<Place>) {
        while let Some(index) = self.noted.front() {
            let document = catalog.document_of(*index);
            let Some(ordinal) = catalog.entry(*index).ordinal else {
                self.noted.pop_front(); // It is gone again.
                continue;
            };
            let place_of = |change: &Index| place(catalog.entry(*change).ordinal?);
            let read = document.changes().len() <= DOCUMENT_CHANGES_MAX;
            let places: Option<Vec<_>> = read.then(|| document.changes().iter().map(place_of).collect()).flatten();
            let job = Job {
                epoch: self.planned,
                document: document.id,
                organisation: document.organisation,
                places: places.unwrap_or_default(),
                new: document.changes().len() == 1,
                complete: ordinal.number() + 1,
            };
            if !self.give_one(Order::Take(job)) {
                return;
            }
            self.noted.pop_front();
            self.given += 1;
        }
    }

    /// Gives an order if there is room.
    fn give_one(&self, order: Order) -> bool {
        match self.orders.as_ref().map(|orders| orders.try_send(order)) {
            Some(Ok(())) => true,
            Some(Err(TrySendError::Full(_))) | None => false,
            // The thread is gone, which it never is before this side; what is noted stays noted.
            Some(Err(TrySendError::Disconnected(_))) => false,
        }
    }

    /// Returns how far the words are known.
    pub(crate) fn status(&self, catalog: &Catalog) -> api::WordsStatus {
        let state = self.shared.state();
        let behind = match state.epoch == self.planned && self.planned > 0 {
            true => self.noted.len() as u64 + self.given.saturating_sub(state.done),
            false => (catalog.documents_len(Kind::Report) as u64).saturating_sub(state.documents),
        };
        api::WordsStatus { documents: state.documents, behind }
    }

    /// Returns whether all is done that was noted.
    pub(crate) fn is_done(&self) -> bool {
        let state = self.shared.state();
        self.planned > 0 && state.epoch == self.planned && self.noted.is_empty() && self.given == state.done
    }

    /// Returns what takes words apart, with what it remembers.
    pub(crate) fn analyser(&self) -> &Analyser {
        &self.analyser
    }

    /// Returns where to search; `None` while the directory is being opened.
    pub(crate) fn finder(&self) -> Option<Finder> {
        let (reader, fields) = self.shared.state().finder.clone()?;
        Some(Finder::new(reader.searcher(), fields))
    }
}

/// Takes in what was said about a phenomenon, in a language such as `fi`.
pub(crate) fn profile_said(profile: &mut Profile, language: &str, said: Vec<String>, analyser: &Analyser) {
    let texts = said.into_iter().map(|text| (String::new(), text)).collect();
    let texts = text::Texts { language: lexicon::Language::of(language), texts, half_year: None };
    profile.add(&texts, false, analyser);
}

/// Takes in what a report with these fields is about. `indexed` if it is one of those here.
pub(crate) fn profile_of(profile: &mut Profile, fields: Fields, indexed: bool, analyser: &Analyser) {
    profile.add(&text::Texts::of(fields), indexed, analyser);
}

impl Drop for Words {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Number of reports of which something stands in the log before this ordinal.
fn expected(catalog: &Catalog, complete: u64) -> u64 {
    let known = |index: &Index| catalog.entry(*index).ordinal.is_some_and(|ordinal| ordinal.number() < complete);
    let reports = catalog.documents().filter(|document| document.kind == Kind::Report);
    reports.filter(|document| document.changes().iter().any(known)).count() as u64
}
