//! The engine under test, its disk, its peers, and what must hold after every line.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::id::{NodeId, OrganisationId};
use talkoot_protocol::scope::Scope;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::effect::{Effect, Event, Outcome, Shipment, Unchecked, Write};
use talkoot_protocol::sync::engine::{Config, Engine, Restored};
use talkoot_protocol::sync::input::{Batch, Input, Source, Token};
use talkoot_protocol::sync::parked::PARKED_MAX;
use talkoot_protocol::sync::session::{ANSWERS_MAX, REQUESTS_OPEN_MAX, STREAMS_MAX, WANTED_MAX};
use talkoot_protocol::time::Instant;
use talkoot_protocol::wire::message::{Message, WINDOW_BYTES};
use talkoot_protocol::wire::parcel;

use super::company::Company;
use super::peer::{Actor, spoil};
use super::script::Script;
use crate::sim::inspect;

/// Most effects of one input: what two dozen changes and four peers can give rise to, many times over.
const EFFECTS_MAX: usize = 2_000;
/// Checks and shipments that may wait before the world sees to the oldest.
const WAITING_MAX: usize = 24;
/// Inputs that finishing takes at most.
const FINISHING_MAX: usize = 10_000;
/// Times in a row at which something may be due at once.
const DUE_MAX: usize = 64;

/// A record of the disk.
#[derive(Debug, Clone)]
struct Stored {
    /// Which change it is.
    known: usize,
    note: Vec<u8>,
    /// Whether it cannot be read any more.
    lost: bool,
}

/// A batch that is being written.
#[derive(Debug)]
struct Writing {
    batch: Batch,
    records: Vec<Stored>,
    evidence: Vec<Vec<u8>>,
}

/// An engine and all it can know of the world.
#[derive(Debug)]
pub struct World {
    /// What happened, by the first word of each message that the engine sent and the name of each offence it counted.
    pub happened: BTreeSet<String>,
    company: &'static Company,
    config: Config,
    engine: Engine,
    now: Duration,
    disk: Vec<Stored>,
    evidence: Vec<Vec<u8>>,
    writing: Option<Writing>,
    checks: VecDeque<(Source, Unchecked)>,
    shipments: VecDeque<Shipment>,
    actors: Vec<Actor>,
    /// How many changes each open submission has.
    open: BTreeMap<Token, usize>,
    tokens: u64,
}

impl World {
    /// Makes the engine of the first organisation, with its own record and certificate in the log.
    pub fn new(company: &'static Company, kind: u8) -> Self {
        let config = Config { finds_links: kind & 1 == 1, seed: u64::from(kind >> 1), ..company.config.clone() };
        let mut world = Self {
            happened: BTreeSet::new(),
            company,
            engine: Engine::new(config.clone()),
            config,
            now: Duration::ZERO,
            disk: Vec::new(),
            evidence: Vec::new(),
            writing: None,
            checks: VecDeque::new(),
            shipments: VecDeque::new(),
            actors: (0..company.peers.len()).map(Actor::new).collect(),
            open: BTreeMap::new(),
            tokens: 0,
        };
        world.submit(vec![company.known[0].bytes.clone(), company.known[1].bytes.clone()]);
        world.settle();
        world
    }

    /// Plays one line: its first byte says what happens.
    pub fn step(&mut self, script: &mut Script<'_>) {
        match script.byte() {
            0..20 => self.meet(script),
            20..24 => self.part(script),
            24..120 => self.hear(script),
            120..128 => self.hear_noise(script),
            128..150 => self.judge_oldest(script),
            150..172 => self.write(script),
            172..192 => self.ship_oldest(script),
            192..208 => self.submit_some(script),
            208..226 => self.let_pass(script),
            226..230 => self.lose(script),
            230..233 => self.restart(),
            233..236 => self.keep(script),
            236..239 => self.unreachable(script),
            _ => self.settle(),
        }
    }

    fn some_actor(&self, script: &mut Script<'_>) -> usize {
        script.below(self.actors.len())
    }

    fn node(&self, actor: usize) -> NodeId {
        self.company.peers[actor].node
    }

    /// A peer connects, and mostly says who it is.
    fn meet(&mut self, script: &mut Script<'_>) {
        let at = self.some_actor(script);
        if !self.actors[at].connected {
            self.actors[at].connected = true;
            self.tell(Input::Connected(self.node(at)));
            if !script.rarely(4) && self.actors[at].connected {
                let hello = Message::Hello(Box::new(self.company.peers[at].hello.clone()));
                self.tell(Input::Frame { node: self.node(at), bytes: hello.encode() });
            }
        }
    }

    fn part(&mut self, script: &mut Script<'_>) {
        let at = self.some_actor(script);
        if self.actors[at].connected {
            self.actors[at].hang_up();
            self.tell(Input::Disconnected(self.node(at)));
        }
    }

    /// A peer says something that is a message, or was one.
    fn hear(&mut self, script: &mut Script<'_>) {
        let at = self.some_actor(script);
        if !self.actors[at].connected {
            return;
        }
        let Some(message) = self.actors[at].speak(self.company, script) else { return };
        let mut bytes = message.encode();
        if script.rarely(32) {
            spoil(&mut bytes, script);
        }
        self.tell(Input::Frame { node: self.node(at), bytes });
    }

    fn hear_noise(&mut self, script: &mut Script<'_>) {
        let at = self.some_actor(script);
        let length = script.byte();
        let bytes = script.bytes(length.into()).to_vec();
        // Also from a node that is not connected: a frame may be under way when a connection ends.
        self.tell(Input::Frame { node: self.node(at), bytes });
    }

    fn judge_oldest(&mut self, script: &mut Script<'_>) {
        let spoilt = script.rarely(32);
        let Some((source, unchecked)) = self.checks.pop_front() else { return };
        let input = match (unchecked.open(), source) {
            (Ok(_), Source::Peer(delivery)) if spoilt => Input::Unreadable(delivery),
            (Err(_), Source::Peer(delivery)) => Input::Unreadable(delivery),
            (opened, source) => {
                let changes = opened.into_iter().flatten();
                Input::Checked { source, results: changes.map(|bytes| self.company.judge(bytes)).collect() }
            }
        };
        self.tell(input);
    }

    /// The disk takes the batch, or does not.
    fn write(&mut self, script: &mut Script<'_>) {
        let fails = script.rarely(5);
        let Some(Writing { batch, records, evidence }) = self.writing.take() else { return };
        if fails {
            return self.tell(Input::PersistFailed { batch, reason: "disk full".into() });
        }
        let ordinals = (self.disk.len() as u64 + 1..).take(records.len()).map(Ordinal::new).collect();
        self.disk.extend(records);
        self.evidence.extend(evidence);
        self.tell(Input::Persisted { batch, ordinals });
    }

    /// Sends what was to be delivered; of what cannot be read, the engine is told.
    fn ship_oldest(&mut self, script: &mut Script<'_>) {
        let refuses = script.rarely(6);
        let Some(shipment) = self.shipments.pop_front() else { return };
        let bytes = |stored: &Stored| self.company.known[stored.known].bytes.as_slice();
        let records = shipment.ordinals.iter().filter_map(|ordinal| self.disk.get(ordinal.number() as usize - 1));
        let unread: u64 =
            records.clone().filter(|stored| refuses || stored.lost).map(|stored| bytes(stored).len() as u64).sum();
        let read = records.filter(|stored| !refuses && !stored.lost);
        let parcel = parcel::pack(shipment.codec, read.map(bytes));
        let (node, session) = (shipment.node, shipment.session);
        if let Some(at) = self.company.peer(&node).filter(|at| self.actors[*at].connected) {
            self.actors[at].hear(Message::delivery(shipment.number, shipment.end, parcel));
        }
        if unread > 0 {
            self.tell(Input::Undelivered { node, session, raw: unread });
        }
    }

    fn submit_some(&mut self, script: &mut Script<'_>) {
        let chosen = script.some_below(self.company.known.len());
        if script.rarely(4) {
            let sound: Vec<_> = chosen.iter().filter_map(|at| self.company.known[*at].judged.clone().ok()).collect();
            let token = self.token(sound.len());
            return self.tell(Input::Sealed { token, changes: sound });
        }
        let mut changes: Vec<_> = chosen.iter().map(|at| self.company.known[*at].bytes.clone()).collect();
        if script.rarely(8)
            && let Some(change) = changes.last_mut()
        {
            spoil(change, script);
        }
        self.submit(changes);
    }

    fn token(&mut self, changes: usize) -> Token {
        self.tokens += 1;
        self.open.insert(Token(self.tokens), changes);
        Token(self.tokens)
    }

    fn submit(&mut self, changes: Vec<Vec<u8>>) {
        let token = self.token(changes.len());
        self.tell(Input::Submitted { token, changes });
    }

    /// Time passes: a little, up to when something is due, or very much.
    fn let_pass(&mut self, script: &mut Script<'_>) {
        let due = self.engine.poll_timeout().map(Instant::since_origin);
        self.now = match script.byte() {
            byte @ 0..64 => self.now + Duration::from_millis(u64::from(byte) * 25),
            64..240 => due.unwrap_or(self.now).max(self.now),
            byte => self.now + Duration::from_secs(u64::from(byte - 239) * 300),
        };
        for _ in 0..DUE_MAX {
            let now = self.now;
            if self.engine.poll_timeout().is_none_or(|due| due.since_origin() > now) {
                return;
            }
            self.tell(Input::Timeout);
        }
        unreachable!("something is always due at {:?}: {:?}", self.now, self.engine.poll_timeout());
    }

    fn lose(&mut self, script: &mut Script<'_>) {
        let at = script.below(self.disk.len());
        if let Some(stored) = self.disk.get_mut(at).filter(|stored| !stored.lost) {
            stored.lost = true;
            self.tell(Input::Lost(Ordinal::new(at as u64 + 1)));
        }
    }

    fn keep(&mut self, script: &mut Script<'_>) {
        let node = self.node(self.some_actor(script));
        self.tell(Input::Keep { node, kept: script.rarely(2) });
    }

    fn unreachable(&mut self, script: &mut Script<'_>) {
        let node = self.node(self.some_actor(script));
        self.tell(Input::Unreachable(node));
    }

    /// The process is killed and starts again from its disk.
    fn restart(&mut self) {
        self.actors.iter_mut().for_each(Actor::hang_up);
        self.checks.clear();
        self.shipments.clear();
        self.writing = None;
        self.open.clear();
        let mut engine = Engine::new(self.config.clone());
        for (stored, ordinal) in self.disk.iter().zip(1..).filter(|(stored, _)| !stored.lost) {
            let ordinal = Ordinal::new(ordinal);
            let noted = !stored.note.is_empty() && engine.restore_note(ordinal, &stored.note) != Restored::ReadAgain;
            if !noted {
                let checked = self.company.known[stored.known].judged.clone().expect("what was written is sound");
                let restored = engine.restore(ordinal, checked);
                assert!(!matches!(restored, Restored::Refused(_)), "what was written once is refused: {restored:?}");
            }
        }
        for header in &self.evidence {
            engine.restore_evidence(Signed::decode(header).expect("what was kept can be read").id());
        }
        engine.finish_restoring();
        self.engine = engine;
    }

    /// Does all that is under way.
    fn settle(&mut self) {
        for _ in 0..FINISHING_MAX {
            let (mut nothing, busy) = (Script::new(&[]), self.checks.len() + self.shipments.len());
            if busy == 0 && self.writing.is_none() {
                return;
            }
            self.judge_oldest(&mut nothing);
            self.write(&mut nothing);
            self.ship_oldest(&mut nothing);
        }
        unreachable!("it does not come to rest");
    }

    /// Does all that is under way and looks whether everything was answered.
    pub fn finish(&mut self) {
        self.settle();
        self.hold();
        assert!(self.open.is_empty(), "submissions were never decided: {:?}", self.open);
        self.restart();
        self.hold();
    }

    /// Tells the engine something and does at once what it asks for, or puts it in line.
    fn tell(&mut self, input: Input) {
        if let Input::Frame { node, bytes } = &input
            && let (Some(at), Ok(Message::Announce(ids))) = (self.company.peer(node), Message::decode(bytes))
        {
            self.actors[at].announced.extend(ids);
        }
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.engine.handle(Instant::from_origin(self.now), input);
            let mut effects = 0;
            while let Some(effect) = self.engine.poll_effect() {
                effects += 1;
                assert!(effects <= EFFECTS_MAX, "more than {EFFECTS_MAX} effects of one input");
                inputs.extend(self.execute(effect));
            }
        }
        while self.checks.len() > WAITING_MAX {
            self.judge_oldest(&mut Script::new(&[]));
        }
        while self.shipments.len() > WAITING_MAX {
            self.ship_oldest(&mut Script::new(&[]));
        }
    }

    fn execute(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Check { source, unchecked } => self.checks.push_back((source, unchecked)),
            Effect::Persist { batch, writes, evidence } => self.begin_writing(batch, &writes, evidence),
            Effect::Send { node, message } => self.said(node, message),
            Effect::Deliver(shipment) => self.promised(shipment),
            Effect::Disconnect { node, .. } | Effect::Release(node) => {
                if let Effect::Disconnect { offence, .. } = effect {
                    self.happened.insert(offence.name().to_owned());
                }
                let actor = self.company.peer(&node).and_then(|at| self.actors.get_mut(at))?;
                if std::mem::replace(&mut actor.connected, false) {
                    actor.hang_up();
                    return Some(Input::Disconnected(node));
                }
            }
            Effect::Dial { node, .. } => assert!(self.company.peer(&node).is_some(), "it dials a node nobody named"),
            Effect::Event(Event::Decided { token, outcomes }) => self.decided(token, &outcomes),
            Effect::Event(Event::Committed(changes)) => {
                let durable = |id| self.disk.iter().any(|stored| self.company.known[stored.known].id == id);
                assert!(changes.iter().all(|(_, change)| durable(change.id())), "committed and not on disk");
            }
            Effect::Event(Event::Refused { name, .. }) => {
                self.happened.insert(name.to_owned());
            }
        }
        None
    }

    fn decided(&mut self, token: Token, outcomes: &[Outcome]) {
        assert_eq!(self.open.remove(&token), Some(outcomes.len()), "each change of a submission is decided once");
        for outcome in outcomes {
            if let Outcome::Stored(id) | Outcome::Known(id) = outcome {
                let durable = self.disk.iter().any(|stored| self.company.known[stored.known].id == *id);
                assert!(durable, "acknowledged and not on disk: {}", id.short());
            }
        }
    }

    /// Only what was signed in good order is written, and only once, unless its record was lost.
    fn begin_writing(&mut self, batch: Batch, writes: &[Write], evidence: Vec<Vec<u8>>) {
        assert!(self.writing.is_none(), "one batch at a time");
        let mut records: Vec<Stored> = Vec::new();
        for write in writes {
            let known = self.company.find_bytes(write.change.bytes()).expect("only what somebody signed is written");
            assert!(self.company.known[known].judged.is_ok(), "only what is sound is written");
            let twice = self.disk.iter().chain(&records).any(|stored| stored.known == known && !stored.lost);
            assert!(!twice, "{} is written twice", write.change.id().short());
            records.push(Stored { known, note: write.note.clone(), lost: false });
        }
        for header in &evidence {
            let kept = Signed::decode(header);
            let sound = kept.is_ok_and(|kept| kept.is_header_only() && kept.verify_signature().is_ok());
            assert!(sound, "what is kept as evidence is a signed header");
        }
        self.writing = Some(Writing { batch, records, evidence });
    }

    /// Returns who may be recognised by now: by what is on disk or on its way there.
    fn members(&self) -> BTreeSet<OrganisationId> {
        let writing = self.writing.iter().flat_map(|writing| &writing.records);
        self.company.members(self.disk.iter().chain(writing).map(|stored| stored.known))
    }

    /// Requires that a peer may have something of these scopes.
    fn for_peer(&self, at: usize, scopes: impl IntoIterator<Item = Scope>, what: &dyn Fn() -> String) {
        let organisation = self.company.peers[at].organisation;
        assert!(self.members().contains(&organisation), "it says to a stranger: {}", what());
        for scope in scopes {
            assert!(self.company.may_have(at, &scope), "it says to peer {at} about {scope}: {}", what());
        }
    }

    fn said(&mut self, node: NodeId, message: Message) {
        let at = self.company.peer(&node).expect("it speaks to its peers");
        let facts = inspect::facts(&message);
        assert_eq!(Message::decode(&message.encode()).as_ref(), Ok(&message), "others can read what it says");
        let words = inspect::line(&message);
        self.happened.extend(words.split([' ', ':']).next().map(str::to_owned));
        if !facts.introduction {
            let named = facts.held.iter().filter_map(|id| self.company.find(id));
            let scopes = named.map(|known| self.company.known[known].scope).chain(facts.scopes.iter().copied());
            self.for_peer(at, scopes, &|| inspect::line(&message));
            // Of what is not here it cannot know for whom it is; but then the peer has named it first.
            for known in facts.wanted.iter().filter_map(|id| self.company.find(id)) {
                assert!(self.actors[at].has_named(self.company, known), "it asks for what peer {at} never named");
            }
            let durable = self.digests();
            for (scope, digest) in facts.digests.iter().filter(|_| self.is_whole()) {
                assert_eq!(durable.get(scope).copied().unwrap_or_default(), *digest, "it counts what is not durable");
            }
            for id in &facts.held {
                let held = self.disk.iter().any(|stored| self.company.known[stored.known].id.short_id() == *id);
                assert!(held, "it names {id:?}, which is not durable");
            }
        }
        if self.actors[at].connected {
            self.actors[at].hear(message);
        }
    }

    fn promised(&mut self, shipment: Shipment) {
        self.happened.insert("deliver".to_owned());
        let at = self.company.peer(&shipment.node).expect("it delivers to its peers");
        let scopes = shipment.ordinals.iter().map(|ordinal| {
            let stored = self.disk.get(ordinal.number() as usize - 1).expect("it delivers what is on disk");
            self.company.known[stored.known].scope
        });
        if !shipment.ordinals.is_empty() {
            self.for_peer(at, scopes, &|| format!("{shipment:?}"));
        }
        self.shipments.push_back(shipment);
    }

    /// Returns whether all that was ever written can be read.
    fn is_whole(&self) -> bool {
        let readable: BTreeSet<_> = self.disk.iter().filter(|stored| !stored.lost).map(|stored| stored.known).collect();
        self.disk.iter().all(|stored| readable.contains(&stored.known))
    }

    fn digests(&self) -> BTreeMap<Scope, Digest> {
        let mut digests: BTreeMap<Scope, Digest> = BTreeMap::new();
        for stored in self.disk.iter().filter(|stored| !stored.lost) {
            let known = &self.company.known[stored.known];
            digests.entry(known.scope).or_default().add(&known.id);
        }
        digests
    }

    /// What must hold at any time.
    pub fn hold(&self) {
        assert!(self.engine.parked().len() <= PARKED_MAX);
        if self.is_whole() {
            let held: BTreeMap<_, _> = self.engine.digests().filter(|(_, digest)| digest.count() > 0).collect();
            assert_eq!(held, self.digests(), "its digests are those of its disk");
        }
        for (at, actor) in self.actors.iter().enumerate() {
            let session = self.engine.session(&self.node(at));
            assert_eq!(session.is_some(), actor.connected, "a session for each connection of peer {at}");
            let Some(session) = session else { continue };
            assert!(session.answers.len() <= ANSWERS_MAX && session.streams.len() <= STREAMS_MAX);
            assert!(session.requests.len() <= REQUESTS_OPEN_MAX && session.wanted.len() <= WANTED_MAX);
            assert!(session.inflow.under_judgement() <= 2 * WINDOW_BYTES, "bytes under judgement");
        }
    }
}
