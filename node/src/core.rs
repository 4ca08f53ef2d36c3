//! Engine, store and columns as one: what a node is when no network is looked at. The driver of a running node owns one and adds
//! sockets and time; a command that finds no running node opens one for itself.
//!
//! - `load`: from the log into memory;
//! - `projector`: from changes to columns;
//! - [`read`]: from the log to what people read;
//! - [`answer`]: requests and their responses;
//! - `attachments`: those about pictures and documents that belong to reports;
//! - `authored`: whose reports are whose;
//! - `bundle`: those about bundles;
//! - `counted`: counts that are asked for with each page;
//! - `enrolments`: those about keys that come from browsers;
//! - `forms`: those about form packages;
//! - `joints`: documents that several organisations write in;
//! - `paths`: service paths, and those about them;
//! - `phenomena`: those about phenomena;
//! - `proposals`: those that ask somebody to act;
//! - `trace`: what came of a report;
//! - `views`: those about views, beyond their numbers;
//! - `words`: those about words;
//! - `writing`: what browsers are about to sign.

pub mod answer;
mod attachments;
mod authored;
mod bundle;
mod counted;
mod enrolments;
mod forms;
mod joints;
mod lists;
mod load;
mod paths;
mod phenomena;
#[cfg(test)]
mod powercut;
mod projector;
mod proposals;
pub mod read;
mod rows;
mod suggestions;
mod trace;
mod views;
mod words;
mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Instant as Clock;

use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::id::{ChangeId, DocumentId, NetworkId, NodeId, OrganisationId};
use talkoot_protocol::service_path::Paths;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::effect::{Effect, Event, Offence, Outcome, Shipment, Unchecked, Write};
use talkoot_protocol::sync::engine::Engine;
use talkoot_protocol::sync::input::{Batch, Input, Source, Token};
use talkoot_protocol::time::Instant;
use talkoot_protocol::view::{Columns, Rules};

use crate::checker::judge;
use crate::code_lists::CodeLists;
use crate::peers::Peers;
use crate::shelf::{self, Shelf};
use crate::shipper::{self, Shipped};
use crate::store::{self, Place, Record, Store};
use crate::words::Words;

use authored::Authored;
use counted::Counted;
use joints::Joints;
use lists::Lists;
use paths::AnyRow;

/// Record kind of a signed change.
pub const KIND_CHANGE: u8 = 1;
/// Record kind of the header of a change that was refused for an identifier.
pub const KIND_EVIDENCE: u8 = 2;

/// The world outside engine and store, as far as effects reach it.
pub trait Outside {
    /// Sends a frame to a peer.
    fn send(&mut self, node: NodeId, frame: Vec<u8>);
    /// Ends the session with a peer that offended, and keeps it away for a while.
    fn disconnect(&mut self, node: NodeId, offence: Offence);
    /// Drops the connection to a peer that did nothing wrong.
    fn release(&mut self, node: NodeId);
    /// Connects to a node, once.
    fn dial(&mut self, node: NodeId, addresses: Vec<String>);
    /// Judges changes: returns what the engine is to be told, or keeps the changes and tells it later.
    fn check(&mut self, network: &NetworkId, source: Source, unchecked: Unchecked) -> Option<Input>;
    /// Reads, packs and sends records: returns what became of it, or does it later.
    fn ship(&mut self, shipment: Shipment, places: shipper::Places) -> Option<Shipped>;
    /// A submission is decided.
    fn decided(&mut self, token: Token, outcomes: Vec<Outcome>);
}

/// Nothing outside: no peers, checks at once, remembers what was decided.
#[derive(Debug, Default)]
pub struct Alone {
    decided: Vec<(Token, Vec<Outcome>)>,
}

impl Outside for Alone {
    fn send(&mut self, _: NodeId, _: Vec<u8>) {}

    fn disconnect(&mut self, _: NodeId, _: Offence) {}

    fn release(&mut self, _: NodeId) {}

    fn dial(&mut self, _: NodeId, _: Vec<String>) {}

    fn check(&mut self, network: &NetworkId, source: Source, unchecked: Unchecked) -> Option<Input> {
        Some(judge(network, source, unchecked))
    }

    fn ship(&mut self, _: Shipment, _: shipper::Places) -> Option<Shipped> {
        None
    }

    fn decided(&mut self, token: Token, outcomes: Vec<Outcome>) {
        self.decided.push((token, outcomes));
    }
}

/// Why a core cannot be opened or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] store::Error),
    /// The attachments.
    #[error("the attachments cannot be used")]
    Shelf(#[from] shelf::Error),
    /// The index is there and the log is not.
    #[error(
        "the log in {} is gone while its index is still there; put log/ back from a copy, or delete index/ to begin anew \
         with what peers still have",
        dir.display()
    )]
    LogLost {
        /// The node's directory.
        dir: PathBuf,
    },
    /// The own organisation's statements were not admitted into the own log.
    #[error("this node's own statements were refused: {reason}")]
    OwnStatements {
        /// Why.
        reason: String,
    },
}

/// Engine, store, columns.
#[derive(Debug)]
pub struct Core {
    engine: Engine,
    store: Store,
    peers: Peers,
    places: Places,
    columns: Columns,
    counted: Counted,
    authored: Authored,
    paths: Paths,
    rules: Rules,
    /// Rows of changes that are being written.
    fresh_rows: HashMap<ChangeId, AnyRow>,
    stale: BTreeSet<DocumentId>,
    joints: Joints,
    /// Whether reports may be linked otherwise than the columns have it.
    links_changed: bool,
    lists: Lists,
    quarantined: BTreeMap<DocumentId, String>,
    /// What peers did below the engine's sight.
    offences: BTreeMap<&'static str, u64>,
    /// Records found damaged while reading, of which the engine has not heard yet.
    damaged: Mutex<BTreeSet<Ordinal>>,
    node: NodeId,
    own: OrganisationId,
    started: Clock,
    next_token: u64,
    /// Where coded symbols are written down.
    symbols: PathBuf,
    /// The words, where this process looks after them. Nothing here waits for them.
    words: Option<Words>,
    words_memory_mib: u32,
    /// Attachments.
    shelf: Shelf,
    /// Official code lists that were loaded here.
    code_lists: CodeLists,
    /// The node's directory.
    home: PathBuf,
}

/// Name of the file of coded symbols in a node's directory. It may be deleted at any time.
const SYMBOLS: &str = "symbols";

/// Where each record lies, by ordinal.
#[derive(Debug, Default)]
struct Places(Vec<Option<Place>>);

impl Places {
    fn set(&mut self, ordinal: u64, place: Place) {
        let at = ordinal as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        self.0[at] = Some(place);
    }

    fn get(&self, ordinal: Ordinal) -> Option<Place> {
        self.0.get(ordinal.number() as usize).copied().flatten()
    }
}

impl Core {
    /// Returns the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the monotonic time the engine lives by.
    pub fn now(&self) -> Instant {
        Instant::from_origin(self.started.elapsed())
    }

    /// Returns when the engine wants to be called, as the process's clock has it.
    pub fn deadline(&self) -> Option<Clock> {
        self.engine.poll_timeout().map(|at| self.started + at.since_origin())
    }

    /// Tells the engine something and does what it asks for.
    pub fn handle(&mut self, input: Input, outside: &mut dyn Outside) {
        let now = self.now();
        self.engine.handle(now, input);
        loop {
            while let Some(effect) = self.engine.poll_effect() {
                self.execute(effect, outside);
            }
            self.refresh_stale();
            let damaged = self.damaged.get_mut().unwrap_or_else(PoisonError::into_inner).pop_first();
            let Some(damaged) = damaged else { return };
            let now = self.now();
            self.engine.handle(now, Input::Lost(damaged));
        }
    }

    fn execute(&mut self, effect: Effect, outside: &mut dyn Outside) {
        match effect {
            Effect::Check { source, unchecked } => {
                let network = self.engine.network();
                if let Some(input) = outside.check(&network, source, unchecked) {
                    let now = self.now();
                    self.engine.handle(now, input);
                }
            }
            Effect::Persist { batch, writes, evidence } => {
                let input = self.persist(batch, &writes, &evidence);
                let now = self.now();
                self.engine.handle(now, input);
            }
            Effect::Send { node, message } => outside.send(node, message.encode()),
            Effect::Deliver(shipment) => {
                let places =
                    shipment.ordinals.iter().filter_map(|ordinal| Some((*ordinal, self.places.get(*ordinal)?)));
                let places = places.collect();
                if let Some(shipped) = outside.ship(shipment, places) {
                    self.shipped(shipped, outside);
                }
            }
            Effect::Release(node) => outside.release(node),
            Effect::Dial { node, addresses } => outside.dial(node, addresses),
            Effect::Disconnect { node, offence } => outside.disconnect(node, offence),
            Effect::Event(Event::Decided { token, outcomes }) => outside.decided(token, outcomes),
            Effect::Event(Event::Committed(changes)) => self.project(&changes),
            Effect::Event(Event::Refused { node, id, name }) => {
                let id = id.map(|id| id.short()).unwrap_or_default();
                tracing::warn!(peer = %node.short(), change = %id, rule = name, "refused a change from a peer");
            }
        }
    }

    /// Sends a delivery that is ready, and tells the engine what could not be read for it.
    pub fn shipped(&mut self, shipped: Shipped, outside: &mut dyn Outside) {
        let Shipped { shipment, frame, unread } = shipped;
        outside.send(shipment.node, frame);
        let raw: u64 = unread.iter().map(|(_, place, _)| u64::from(place.length)).sum();
        if raw > 0 {
            let damaged = unread.iter().filter(|(_, _, damaged)| *damaged).map(|(ordinal, _, _)| *ordinal);
            self.damaged.get_mut().unwrap_or_else(PoisonError::into_inner).extend(damaged);
            let now = self.now();
            let Shipment { node, session, .. } = shipment;
            self.engine.handle(now, Input::Undelivered { node, session, raw });
        }
    }

    /// Writes a batch: one fsync, all or nothing.
    fn persist(&mut self, batch: Batch, writes: &[Write], evidence: &[Vec<u8>]) -> Input {
        let notes: Vec<Vec<u8>> = writes.iter().map(|write| self.index_value(write)).collect();
        let changes = writes.iter().zip(&notes);
        let changes =
            changes.map(|(write, note)| Record { kind: KIND_CHANGE, bytes: write.change.bytes(), index: note });
        let evidence = evidence.iter().map(|bytes| Record { kind: KIND_EVIDENCE, bytes, index: &[] });
        let records: Vec<Record<'_>> = changes.chain(evidence).collect();
        let first = self.store.next_ordinal();
        match self.store.append(&records) {
            Ok(places) => {
                for (ordinal, place) in (first..).zip(places) {
                    self.places.set(ordinal, place);
                }
                let ordinals = (first..).take(writes.len()).map(Ordinal::new).collect();
                Input::Persisted { batch, ordinals }
            }
            Err(error) => {
                tracing::error!(%error, "could not write a batch; nothing of it is acknowledged");
                Input::PersistFailed { batch, reason: error.to_string() }
            }
        }
    }

    /// Reads a record; a damaged one is reported and not served.
    fn record(&self, ordinal: Ordinal) -> Option<Vec<u8>> {
        let place = self.places.get(ordinal)?;
        match self.store.read(place) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::error!(%error, ordinal = ordinal.number(), "a record cannot be read and is not served");
                if matches!(error, store::Error::Damaged { .. }) {
                    self.damaged.lock().unwrap_or_else(PoisonError::into_inner).insert(ordinal);
                }
                None
            }
        }
    }

    /// Writes down the coded symbols of each scope, so that the next start need not make them anew. What is lost with them is
    /// time, so a failure is only told.
    pub fn keep_symbols(&self) {
        let written = self.symbols.with_extension("new");
        let kept = std::fs::write(&written, self.engine.kept_symbols());
        if let Err(error) = kept.and_then(|()| std::fs::rename(&written, &self.symbols)) {
            tracing::warn!(%error, "could not write down the coded symbols; the next start takes a little longer");
        }
    }

    /// Counts what a peer did below the engine's sight, in the transport.
    pub fn count_offence(&mut self, name: &'static str) {
        *self.offences.entry(name).or_default() += 1;
    }

    /// Hands out a fresh name for a submission.
    pub fn token(&mut self) -> Token {
        self.next_token += 1;
        Token(self.next_token)
    }

    /// Submits changes and waits until each is decided. For use without a network.
    pub fn submit(&mut self, changes: Vec<Vec<u8>>) -> Vec<Outcome> {
        let token = self.token();
        self.decide(token, Input::Submitted { token, changes })
    }

    /// Submits changes that this process has just signed, and waits until each is decided. For use without a network.
    pub fn submit_sealed(&mut self, changes: Vec<Checked>) -> Vec<Outcome> {
        let token = self.token();
        self.decide(token, Input::Sealed { token, changes })
    }

    fn decide(&mut self, token: Token, input: Input) -> Vec<Outcome> {
        let mut alone = Alone::default();
        self.handle(input, &mut alone);
        let decided = alone.decided.into_iter().find(|(decided, _)| *decided == token);
        decided.map(|(_, outcomes)| outcomes).unwrap_or_default()
    }

    /// Closes the store in good order.
    ///
    /// # Errors
    /// If the index cannot be flushed; the log itself is durable all the time.
    pub fn close(mut self) -> Result<(), Error> {
        self.engine.make_symbols();
        self.keep_symbols();
        self.words = None;
        Ok(self.store.close()?)
    }
}
