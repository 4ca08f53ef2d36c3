//! A world of real engines: virtual time, an in-memory log, frames in one queue whose order a seed may shuffle. The simulator
//! and the process's driver are equal tenants of the same engine.

use std::collections::BTreeMap;
use std::time::Duration;

use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::NodeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::signed::Verified;
use talkoot_protocol::sync::check::{Checked, check};
use talkoot_protocol::sync::digest::Fingerprint;
use talkoot_protocol::sync::effect::{Effect, Event, Offence, Outcome};
use talkoot_protocol::sync::engine::{Config, Engine};
use talkoot_protocol::sync::input::{Input, Source, Token};
use talkoot_protocol::time::Instant;
use talkoot_protocol::wire::message::{FEATURE_ZSTD_1, Hello, Message};
use talkoot_protocol::wire::parcel::{self, Codec};

use crate::cast::Organisation;

/// Steps after which a world that does not come to rest is called stuck.
const STEPS_MAX: usize = 2_000_000;

/// Time in which what was published by one is told to the others.
const SETTLING: Duration = Duration::from_secs(5);

/// One node of the world.
#[derive(Debug)]
pub struct Node {
    /// Its engine.
    pub engine: Engine,
    /// Its log: what was made durable, in order.
    pub log: Vec<Vec<u8>>,
    /// Headers it kept as evidence.
    pub evidence: Vec<Vec<u8>>,
    /// Whether its disk takes writes.
    pub disk_full: bool,
    /// What became of its submissions.
    pub decided: BTreeMap<Token, Vec<Outcome>>,
    /// Peers it disconnected, and why.
    pub dropped: Vec<(NodeId, Offence)>,
    /// Ids of changes that were refused, with the rule.
    pub refused: Vec<&'static str>,
    config: Config,
    next_token: u64,
}

/// A frame under way.
#[derive(Debug)]
struct Frame {
    from: NodeId,
    to: NodeId,
    bytes: Vec<u8>,
}

/// The world.
#[derive(Debug, Default)]
pub struct World {
    /// The nodes.
    pub nodes: BTreeMap<NodeId, Node>,
    /// All frames that were ever sent, for looking into what left a house.
    pub sent: Vec<(NodeId, NodeId, Vec<u8>)>,
    frames: Vec<Frame>,
    links: Vec<(NodeId, NodeId)>,
    now: Duration,
    shuffle: Option<u64>,
}

impl World {
    /// Makes an empty world; with a seed, frames of different links overtake each other.
    pub fn new(shuffle: Option<u64>) -> Self {
        Self { shuffle, ..Self::default() }
    }

    /// Adds an organisation's node, its own statements in its log, and returns its id.
    pub fn add(&mut self, organisation: &Organisation, charter: &Charter) -> NodeId {
        let node: NodeId = organisation.node_key.public().into();
        let config = Config {
            charter: charter.clone(),
            node,
            own: organisation.id,
            hello: Hello {
                version_min: VERSION,
                version_max: VERSION,
                features: FEATURE_ZSTD_1,
                network: charter.network(),
                record: organisation.record.encode(),
                certificate: organisation.node_certificate.encode(),
            },
            anti_entropy: Duration::from_secs(30),
            finds_links: false,
            seed: u64::from(node.as_bytes()[0]),
        };
        self.nodes.insert(node, Node::new(config));
        self.submit(node, &[&organisation.record, &organisation.node_certificate]);
        node
    }

    /// Returns a node.
    ///
    /// # Panics
    /// If there is none by this id: a mistake in the test.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(&id).expect("a node of this world")
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        self.nodes.get_mut(&id).expect("a node of this world")
    }

    /// Sets whether a node's disk takes writes.
    pub fn set_disk_full(&mut self, id: NodeId, full: bool) {
        self.node_mut(id).disk_full = full;
    }

    /// Submits changes at a node and returns what became of them.
    pub fn submit(&mut self, id: NodeId, changes: &[&Verified]) -> Vec<Outcome> {
        self.submit_bytes(id, changes.iter().map(|change| change.encode()).collect())
    }

    /// Submits encoded changes at a node and returns what became of them.
    pub fn submit_bytes(&mut self, id: NodeId, changes: Vec<Vec<u8>>) -> Vec<Outcome> {
        let node = self.node_mut(id);
        node.next_token += 1;
        let token = Token(node.next_token);
        self.handle(id, Input::Submitted { token, changes });
        self.node_mut(id).decided.remove(&token).unwrap_or_default()
    }

    /// Connects two nodes.
    pub fn connect(&mut self, one: NodeId, other: NodeId) {
        self.links.push((one, other));
        self.handle(one, Input::Connected(other));
        self.handle(other, Input::Connected(one));
    }

    /// Cuts a link; what is under way on it is lost.
    pub fn cut(&mut self, one: NodeId, other: NodeId) {
        self.links.retain(|link| *link != (one, other) && *link != (other, one));
        self.frames.retain(|frame| ![(one, other), (other, one)].contains(&(frame.from, frame.to)));
        self.handle(one, Input::Disconnected(other));
        self.handle(other, Input::Disconnected(one));
    }

    /// Kills a node and starts it again from its log.
    pub fn restart(&mut self, id: NodeId) {
        let peers: Vec<NodeId> = self.links.iter().filter_map(|(one, other)| other_end(id, *one, *other)).collect();
        for peer in peers {
            self.cut(id, peer);
        }
        let node = self.node_mut(id);
        node.engine = Engine::new(node.config.clone());
        let network = node.engine.network();
        for (at, bytes) in node.log.iter().enumerate() {
            let checked = Checked::from_log(&network, bytes.clone()).expect("what the log holds was checked");
            node.engine.restore(Ordinal::new(at as u64 + 1), checked);
        }
        node.engine.finish_restoring();
    }

    /// Makes an unasked delivery of these changes.
    pub fn push(changes: &[Vec<u8>]) -> Message {
        Message::delivery(0, true, parcel::pack(Codec::Plain, changes))
    }

    /// Sends bytes as if a peer had: for peers that do not keep to the protocol.
    pub fn inject(&mut self, from: NodeId, to: NodeId, message: &Message) {
        self.handle(to, Input::Frame { node: from, bytes: message.encode() });
    }

    /// Tells a node something and does what its engine asks for.
    pub fn handle(&mut self, id: NodeId, input: Input) {
        let now = Instant::from_origin(self.now);
        self.node_mut(id).engine.handle(now, input);
        while let Some(effect) = self.node_mut(id).engine.poll_effect() {
            self.execute(id, effect);
        }
    }

    fn execute(&mut self, id: NodeId, effect: Effect) {
        let now = Instant::from_origin(self.now);
        let node = self.node_mut(id);
        match effect {
            Effect::Check { source, unchecked } => {
                let network = node.engine.network();
                let input = match (unchecked.open(), source) {
                    (Err(_), Source::Peer(delivery)) => Input::Unreadable(delivery),
                    (opened, source) => {
                        let results = opened.into_iter().flatten().map(|bytes| check(&network, bytes)).collect();
                        Input::Checked { source, results }
                    }
                };
                node.engine.handle(now, input);
            }
            Effect::Persist { batch, writes, evidence } => {
                let input = if node.disk_full {
                    Input::PersistFailed { batch, reason: "disk full".into() }
                } else {
                    let first = node.log.len() as u64 + 1;
                    node.log.extend(writes.iter().map(|write| write.change.bytes().to_vec()));
                    node.evidence.extend(evidence);
                    let ordinals = (first..).take(writes.len()).map(Ordinal::new).collect();
                    Input::Persisted { batch, ordinals }
                };
                node.engine.handle(now, input);
            }
            Effect::Send { node: to, message } => self.send(id, to, message.encode()),
            Effect::Deliver(shipment) => {
                let read = |ordinal: &Ordinal| node.log.get(ordinal.number() as usize - 1);
                let parcel = parcel::pack(shipment.codec, shipment.ordinals.iter().filter_map(read));
                let message = Message::delivery(shipment.number, shipment.end, parcel);
                self.send(id, shipment.node, message.encode());
            }
            Effect::Release(to) => self.cut(id, to),
            Effect::Dial { .. } => {}
            Effect::Disconnect { node: to, offence } => {
                node.dropped.push((to, offence));
                self.cut(id, to);
            }
            Effect::Event(Event::Decided { token, outcomes }) => {
                node.decided.insert(token, outcomes);
            }
            Effect::Event(Event::Refused { name, .. }) => node.refused.push(name),
            Effect::Event(Event::Committed(_)) => {}
        }
    }

    fn send(&mut self, from: NodeId, to: NodeId, bytes: Vec<u8>) {
        self.sent.push((from, to, bytes.clone()));
        if self.links.contains(&(from, to)) || self.links.contains(&(to, from)) {
            self.frames.push(Frame { from, to, bytes });
        }
    }

    /// Delivers frames until none is under way, and lets the short while pass in which things settle; not long enough for
    /// anti-entropy.
    ///
    /// # Panics
    /// If the world does not come to rest.
    pub fn settle(&mut self) {
        self.pass(SETTLING);
    }

    /// Delivers frames until none is under way.
    ///
    /// # Panics
    /// If the world does not come to rest.
    fn deliver_all(&mut self) {
        for _ in 0..STEPS_MAX {
            if self.frames.is_empty() {
                return;
            }
            let at = self.pick();
            let frame = self.frames.remove(at);
            self.now += Duration::from_micros(100);
            self.handle(frame.to, Input::Frame { node: frame.from, bytes: frame.bytes });
        }
        assert!(self.frames.is_empty(), "the world does not come to rest");
    }

    /// Delivers at most so many frames.
    pub fn settle_some(&mut self, frames: usize) {
        for _ in 0..frames.min(self.frames.len()) {
            let frame = self.frames.remove(0);
            self.handle(frame.to, Input::Frame { node: frame.from, bytes: frame.bytes });
        }
    }

    /// Chooses the next frame: the first, or with a seed the first of a link chosen at random, so that each link keeps its order.
    fn pick(&mut self) -> usize {
        let Some(seed) = &mut self.shuffle else { return 0 };
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let any = &self.frames[(*seed >> 33) as usize % self.frames.len()];
        let link = (any.from, any.to);
        self.frames.iter().position(|frame| (frame.from, frame.to) == link).unwrap_or(0)
    }

    /// Lets time pass, and with it whatever engines wait for.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.deliver_all();
            let due = self.nodes.iter().filter_map(|(id, node)| Some((node.engine.poll_timeout()?, *id))).min();
            match due {
                Some((at, id)) if at.since_origin() <= end => {
                    self.now = self.now.max(at.since_origin());
                    self.handle(id, Input::Timeout);
                }
                _ => break,
            }
        }
        self.now = end;
    }

    /// Returns the fingerprint of what a node holds of the network scope.
    pub fn fingerprint(&self, id: NodeId) -> Fingerprint {
        let digests: BTreeMap<Scope, _> = self.node(id).engine.digests().collect();
        digests.get(&Scope::Network).copied().unwrap_or_default().fingerprint()
    }
}

fn other_end(id: NodeId, one: NodeId, other: NodeId) -> Option<NodeId> {
    match (one == id, other == id) {
        (true, _) => Some(other),
        (_, true) => Some(one),
        _ => None,
    }
}

impl Node {
    fn new(config: Config) -> Self {
        Self {
            engine: Engine::new(config.clone()),
            log: Vec::new(),
            evidence: Vec::new(),
            disk_full: false,
            decided: BTreeMap::new(),
            dropped: Vec::new(),
            refused: Vec::new(),
            config,
            next_token: 0,
        }
    }
}
