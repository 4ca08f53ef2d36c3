//! The authenticated transport: whole frames to and from nodes, each proven to hold the key it is named after.
//!
//! libp2p lives in this module and nowhere else. It gives encryption, the proof of the peer's key, multiplexing and
//! names; everything that matters beyond that (who may connect, what a frame means, what was lost) is decided above. So
//! this module must never know what is inside a frame, nor anything of documents, scopes or certificates.
//!
//! What is absent, and why (docs/decisions): gossip, which loses messages silently; request and response, whose streams
//! cost five times a frame; a DHT: addresses are signed records of our own.
//!
//! ```text
//!   driver -- send --> Outbox --> Writer \                / Yamux \
//!                                         Handler (1 task)          TCP + Noise, or QUIC
//!   driver <- next --- Credit <-- Reader /                \       /
//! ```
//! - [`event`]: the words. [`address`]: addresses and names of nodes.
//! - `traffic`, `muxer`, `transport`: from a socket to a connection with streams.
//! - `frame`, `stream`, `queue`: bytes, streams and the bounded passages between tasks.
//! - `fetch`: parts of attachments, on streams of their own.
//! - `pace`: how fast a connection is read. `handler`: one connection. `behaviour`: all peers, `until` what holds for one
//!   for a while, `knocks` how often an address may connect. `swarm`: the composition.
//! - `redial`, `dials`, `relays`: whom to dial when, whom once, where to ask for a place. `reach`: own addresses.

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::Stream as _;
use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, Swarm, mdns, ping};
use talkoot_protocol::id::NodeId;
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::wire::attachment::{Given, Want};
use tokio::time::Sleep;

pub mod address;
mod behaviour;
mod dials;
pub mod event;
mod fetch;
pub mod frame;
mod handler;
mod knocks;
mod muxer;
mod pace;
mod queue;
mod reach;
mod redial;
mod relays;
mod stream;
mod swarm;
#[cfg(test)]
mod tests;
mod traffic;
mod transport;
mod until;

pub use behaviour::{BANS_MAX, THROTTLE_MAX, THROTTLES_MAX};
pub use dials::{DIAL_ADDRESSES_MAX, DIALS_MAX};
pub use event::{Config, Error, Event, FRAME_BYTES_MAX, NatConfig, Offence, RelayConfig, SendError};
pub(crate) use pace::Bucket;
pub use queue::{INBOX_BYTES_MAX, INBOX_FRAMES_MAX, OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX};
pub use reach::{REACHABLE_MAX, REACHABLE_TEXT_MAX};
pub use traffic::SocketBytes;

use behaviour::{Outcome, root_cause};
use dials::Dials;
use fetch::Questions;
use redial::Book;
use relays::Relays;
use swarm::{Behaviours, BehavioursEvent};
use traffic::Traffic;

/// How many events are handed out before the swarm is looked at again, even if more are waiting. libp2p attends to new
/// connections only when old ones are silent; without this, one busy peer would lock the door for all others.
const EVENTS_PER_LOOK: u32 = 64;

/// How many addresses of this node peers may confirm.
const CONFIRMED_MAX: usize = 32;

/// The transport of one node. Owned by one task, which must keep calling [`Network::next`]: nothing is dialled, accepted
/// or reported otherwise. Connections live in tasks of their own and go on reading and writing within the bounds of
/// their queues.
pub struct Network {
    local: NodeId,
    swarm: Swarm<Behaviours>,
    book: Book,
    dials: Dials,
    relays: Relays,
    questions: Questions,
    announced: Vec<Multiaddr>,
    /// Whether this node connects others, which takes knowing its own addresses.
    is_relay: bool,
    events: VecDeque<Outcome>,
    events_before_look: u32,
    alarm: Pin<Box<Sleep>>,
    traffic: Arc<Traffic>,
}

impl Network {
    /// Starts listening. Must be called inside a tokio runtime with I/O and time.
    ///
    /// # Errors
    /// [`Error::AddressInUse`] and [`Error::Listen`] if an address cannot be listened on; the others are rare.
    pub fn start(key: &SecretKey, config: &Config) -> Result<Self, Error> {
        tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let keypair = address::keypair(&mut key.seed()).map_err(|reason| Error::Key { reason })?;
        let local = NodeId::from(key.public());
        let traffic = Arc::default();
        let mut swarm = swarm::build(&keypair, local, config, &traffic)?;
        if config.relay.offer {
            config.announce.iter().for_each(|address| swarm.add_external_address(address.clone()));
        }
        Ok(Self {
            local,
            swarm,
            book: Book::new(config.jitter_seed),
            dials: Dials::default(),
            relays: Relays::new(&config.relay.through, Instant::now()),
            questions: Questions::default(),
            announced: config.announce.clone(),
            is_relay: config.relay.offer,
            events: VecDeque::new(),
            events_before_look: 0,
            alarm: Box::pin(tokio::time::sleep(Duration::ZERO)),
            traffic,
        })
    }

    /// Returns the name of this node.
    pub fn local(&self) -> NodeId {
        self.local
    }

    /// Dials an address now, and again whenever its node is not connected: after 1 to 60 seconds, jittered.
    pub fn keep(&mut self, address: Multiaddr) {
        self.book.keep(address, Instant::now());
    }

    /// Dials an address no more. A connection that exists stays.
    pub fn forget(&mut self, address: &Multiaddr) {
        self.book.forget(address);
    }

    /// Calls a node once, at up to [`DIAL_ADDRESSES_MAX`] addresses at a time. What comes of it is told once, by
    /// [`Event::Connected`] or [`Event::Unreachable`]; nothing is told, and nothing done, if there is a session with the
    /// node or it is being called. Addresses that name another node are left out. More than [`DIALS_MAX`] calls at once
    /// are unreachable.
    pub fn dial(&mut self, node: NodeId, addresses: Vec<Multiaddr>) {
        if self.swarm.behaviour().sessions.has_session(&node) || self.dials.contains(&node) {
            return;
        }
        if node == self.local || !self.dials.begin(node) {
            return self.tell(Event::Unreachable { node });
        }
        // Whoever is connected and has no session yet is about to have one, or to be lost.
        if self.swarm.behaviour().sessions.has_connection(&node) {
            return;
        }
        match self.call(&node, dials::usable(&node, addresses)) {
            // Someone else's attempt decides.
            Ok(()) | Err(DialError::DialPeerConditionFalse(_)) => {}
            Err(error) => {
                tracing::debug!(peer = %node.short(), error = explain(&error), "a node cannot be called");
                self.on_call_failed(&node);
            }
        }
    }

    fn call(&mut self, node: &NodeId, addresses: Vec<Multiaddr>) -> Result<(), DialError> {
        let peer = address::peer_of_node(node).filter(|_| !addresses.is_empty()).ok_or(DialError::NoAddresses)?;
        let options = DialOpts::peer_id(peer).condition(PeerCondition::NotDialing).addresses(addresses);
        self.swarm.dial(options.allocate_new_port().build())
    }

    /// Ends a call without a session, unless there is a connection that may lead to one.
    fn on_call_failed(&mut self, node: &NodeId) {
        if !self.swarm.behaviour().sessions.has_connection(node) && self.dials.end(node) {
            self.tell(Event::Unreachable { node: *node });
        }
    }

    /// Queues a frame of 1 to [`Config::frame_bytes_max`] bytes.
    ///
    /// # Errors
    /// [`SendError::Full`] and [`SendError::NotConnected`], with the frame; [`SendError::Length`] is an error of ours.
    pub fn send(&mut self, node: &NodeId, frame: Vec<u8>) -> Result<(), SendError> {
        self.swarm.behaviour_mut().sessions.send(node, frame)
    }

    /// Asks a node with which there is a session for a part of an attachment. What comes of it is told once, by [`Event::Answered`].
    pub fn ask(&mut self, node: &NodeId, want: Want) {
        let behaviours = self.swarm.behaviour_mut();
        match address::peer_of_node(node).filter(|_| behaviours.sessions.has_session(node)) {
            Some(peer) => self.questions.ask(&mut behaviours.fetch, &peer, *node, want),
            None => self.tell(Event::Answered { node: *node, want, given: None }),
        }
    }

    /// Answers a peer's question by its ticket; if the peer is gone, nothing happens.
    pub fn answer(&mut self, ticket: u64, given: Given) {
        self.questions.answer(&mut self.swarm.behaviour_mut().fetch, ticket, given);
    }

    /// Returns how many bytes of frames to this node have not been handed to libp2p yet; 0 if not connected. Handed over
    /// is not arrived: only an answer of the peer tells that.
    pub fn queued_bytes(&self, node: &NodeId) -> usize {
        self.swarm.behaviour().sessions.queued_bytes(node)
    }

    /// Ends the session with a node and closes its connections. What is queued or under way may be lost, even if
    /// [`Network::queued_bytes`] is 0: whoever wants a last frame to arrive waits for the peer to answer or hang up. A
    /// kept address is dialled again.
    pub fn disconnect(&mut self, node: &NodeId) {
        self.swarm.behaviour_mut().sessions.disconnect(node, "disconnected by this node");
    }

    /// Closes the connections to a node and refuses new ones for a while. A longer ban replaces a shorter one and the
    /// other way round; at most [`BANS_MAX`] nodes are remembered, none beyond a restart.
    pub fn ban(&mut self, node: &NodeId, until: Duration) {
        self.swarm.behaviour_mut().sessions.ban(*node, until);
    }

    /// Reads no frames of a node for a while, at most [`THROTTLE_MAX`], without hanging up: it has to wait, and nothing is
    /// lost. A later call replaces an earlier one; [`Duration::ZERO`] ends it. Holds for its next connections too. At most
    /// [`THROTTLES_MAX`] nodes are remembered.
    pub fn throttle(&mut self, node: &NodeId, pause: Duration) {
        self.swarm.behaviour_mut().sessions.throttle(*node, pause);
    }

    /// Returns the addresses this node listens on, without its name.
    pub fn listening(&self) -> Vec<Multiaddr> {
        self.swarm.listeners().cloned().collect()
    }

    /// Returns at which addresses others can reach this node, as far as it can know, without its name: what the settings
    /// announce; else what peers have confirmed; else where it listens. Places at relays come last. At most
    /// [`REACHABLE_MAX`], each at most [`REACHABLE_TEXT_MAX`] bytes of text.
    pub fn reachable_addresses(&self) -> Vec<Multiaddr> {
        let confirmed: Vec<_> = self.swarm.external_addresses().cloned().collect();
        reach::choose(&self.announced, &confirmed, &self.listening())
    }

    /// Returns how many bytes went through this node's TCP sockets since it started, encryption and all. QUIC is not
    /// counted: libp2p keeps its datagrams to itself.
    pub fn socket_bytes(&self) -> SocketBytes {
        self.traffic.bytes()
    }

    /// Returns the next event. May be dropped at any point and called again: nothing is lost.
    pub async fn next(&mut self) -> Event {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if self.events_before_look == 0 || self.events.is_empty() {
            self.look(cx);
            self.events_before_look = EVENTS_PER_LOOK;
        }
        match self.events.pop_front() {
            Some((event, held)) => {
                self.events_before_look = self.events_before_look.saturating_sub(1);
                // From here on the frame is the driver's: its connection may read another.
                drop(held);
                Poll::Ready(event)
            }
            None => Poll::Pending,
        }
    }

    /// Lets the swarm and the timetable work until both have nothing to do. Bounded: each connection stops at its
    /// credit, which is given back only when the driver takes frames.
    fn look(&mut self, cx: &mut Context<'_>) {
        loop {
            while let Poll::Ready(Some(event)) = Pin::new(&mut self.swarm).poll_next(cx) {
                self.on_swarm_event(event);
            }
            let now = Instant::now();
            if self.dial_due(now) || self.reserve_due(now) {
                continue;
            }
            let dues = [self.book.next_due(), self.relays.next_due()];
            let Some(due) = dues.into_iter().flatten().min() else { return };
            self.alarm.as_mut().reset(due.into());
            if self.alarm.as_mut().poll(cx).is_pending() {
                return;
            }
        }
    }

    /// Dials one address that is due; returns whether there was one.
    fn dial_due(&mut self, now: Instant) -> bool {
        let sessions = &self.swarm.behaviour().sessions;
        let is_connected = |node: &NodeId, address: &Multiaddr| match address::is_circuit(address) {
            true => sessions.has_connection(node),
            false => sessions.has_direct_connection(node),
        };
        let Some(address) = self.book.take_due(now, is_connected) else { return false };
        let options = dial_options(address.clone());
        let attempt = options.connection_id();
        self.book.dialling(&address, attempt);
        match self.swarm.dial(options) {
            Ok(()) => {}
            Err(DialError::DialPeerConditionFalse(_)) => self.book.deferred(attempt, now),
            Err(error) => self.on_dial_failed(attempt, &error),
        }
        true
    }

    /// Asks one relay that is due for a place; returns whether there was one.
    fn reserve_due(&mut self, now: Instant) -> bool {
        let Some(address) = self.relays.take_due(now) else { return false };
        match self.swarm.listen_on(address.clone().with(Protocol::P2pCircuit)) {
            Ok(listener) => self.relays.asked(&address, listener),
            Err(error) => {
                let random = self.book.random();
                if let Some(retry_in) = self.relays.failed(&address, now, random) {
                    self.tell(Event::DialFailed { address, error: root_cause(&error), retry_in });
                }
            }
        }
        true
    }

    fn on_listening(&mut self, listener: ListenerId, address: Multiaddr) {
        self.relays.opened(listener);
        if self.is_relay && self.announced.is_empty() {
            self.tell_own_addresses();
        }
        self.tell(Event::Listening { address });
    }

    /// Tells libp2p where this node can be reached, which a relay needs to know for those who ask it for a place.
    fn tell_own_addresses(&mut self) {
        let listening = self.listening();
        let own = reach::of_cards(&listening);
        for address in listening.into_iter().filter(|address| !address::is_circuit(address)) {
            match own.contains(&address) {
                true => self.swarm.add_external_address(address),
                // Counted as its own before it listened anywhere else.
                false => self.swarm.remove_external_address(&address),
            }
        }
    }

    fn on_listener_closed(&mut self, listener: ListenerId, addresses: Vec<Multiaddr>, reason: String) {
        let random = self.book.random();
        let of_relay = self.relays.closed(listener, Instant::now(), random);
        if !addresses.is_empty() || of_relay.is_none() {
            self.tell(Event::ListenerClosed { addresses, reason: reason.clone() });
        }
        if let Some((address, retry_in)) = of_relay {
            self.tell(Event::DialFailed { address, error: reason, retry_in });
        }
    }

    fn on_dial_failed(&mut self, attempt: ConnectionId, error: &DialError) {
        if let Some((address, retry_in)) = self.book.failed(attempt, Instant::now()) {
            self.tell(Event::DialFailed { address, error: explain(error), retry_in });
        }
    }

    fn on_swarm_event(&mut self, event: SwarmEvent<BehavioursEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour_event(event),
            SwarmEvent::NewListenAddr { address, listener_id } => self.on_listening(listener_id, address),
            SwarmEvent::ListenerClosed { addresses, reason, listener_id } => {
                let reason = reason.err().map_or_else(|| "closed".to_owned(), |error| root_cause(&error));
                self.on_listener_closed(listener_id, addresses, reason);
            }
            SwarmEvent::ExternalAddrConfirmed { address } => self.on_confirmed(&address),
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener failed for a moment"),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. } => {
                if let Some(node) = address::node_of_peer(&peer_id) {
                    self.book.connected(connection_id, node);
                }
            }
            SwarmEvent::ConnectionClosed { peer_id, .. } => {
                address::node_of_peer(&peer_id).iter().for_each(|node| self.on_maybe_lost(node));
            }
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                self.on_dial_failed(connection_id, &error);
                peer_id.and_then(|peer| address::node_of_peer(&peer)).iter().for_each(|node| self.on_call_failed(node));
            }
            SwarmEvent::IncomingConnectionError { send_back_addr, error, .. } => {
                tracing::debug!(from = %send_back_addr, error = root_cause(&error), "an inbound connection failed");
            }
            _ => {}
        }
    }

    /// Keeps the list of confirmed addresses short: what confirms them is peers.
    fn on_confirmed(&mut self, address: &Multiaddr) {
        tracing::info!(%address, "this node can be reached here");
        if self.swarm.external_addresses().count() > CONFIRMED_MAX {
            self.swarm.remove_external_address(address);
        }
    }

    fn on_behaviour_event(&mut self, event: BehavioursEvent) {
        match event {
            BehavioursEvent::Sessions(outcome) => self.on_outcome(outcome),
            BehavioursEvent::Ping(ping::Event { peer, connection, result }) => {
                // A peer without ping is not dead, only terse.
                let is_answered = matches!(result, Ok(_) | Err(ping::Failure::Unsupported));
                self.swarm.behaviour_mut().sessions.pinged(&peer, connection, is_answered);
            }
            BehavioursEvent::Fetch(event) => {
                let event = self.questions.on_event(event);
                event.into_iter().for_each(|event| self.tell(event));
            }
            BehavioursEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    if let Some(node) = address::node_of_peer(&peer).filter(|node| *node != self.local) {
                        self.tell(Event::Discovered { node, address });
                    }
                }
            }
            BehavioursEvent::Offer(event) => tracing::debug!(?event, "as a relay"),
            BehavioursEvent::Through(event) => tracing::debug!(?event, "through a relay"),
            BehavioursEvent::Punch(event) => tracing::debug!(?event, "towards a direct connection"),
            BehavioursEvent::Probe(event) => tracing::debug!(?event, "asked whether this node can be reached"),
            BehavioursEvent::Answer(event) => tracing::debug!(?event, "answered whether a peer can be reached"),
            BehavioursEvent::Mdns(_) | BehavioursEvent::Identify(_) => {}
        }
    }

    fn on_outcome(&mut self, outcome: Outcome) {
        let lost = match &outcome.0 {
            Event::Connected { node, .. } => {
                self.book.session_began(node, Instant::now());
                self.dials.end(node);
                None
            }
            Event::Disconnected { node, .. } => Some(*node),
            _ => None,
        };
        self.events.push_back(outcome);
        lost.iter().for_each(|node| self.on_maybe_lost(node));
    }

    /// Plans the next attempt if the last connection to a node is gone, or the last direct one.
    fn on_maybe_lost(&mut self, node: &NodeId) {
        let sessions = &self.swarm.behaviour().sessions;
        if sessions.has_direct_connection(node) {
            return;
        }
        let is_relayed = sessions.has_connection(node);
        let is_lost = |address: &Multiaddr| !is_relayed || !address::is_circuit(address);
        self.on_call_failed(node);
        for (address, retry_in) in self.book.lost(node, Instant::now(), is_lost) {
            let error = "the peer closed the connection at once: it is full, or refuses this node".to_owned();
            self.tell(Event::DialFailed { address, error, retry_in });
        }
    }

    fn tell(&mut self, event: Event) {
        self.events.push_back((event, None));
    }
}

/// A port of its own for each attempt: from the listening port, two nodes that dial each other at once would meet in one
/// TCP connection in which both believe they dialled.
fn dial_options(address: Multiaddr) -> DialOpts {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => DialOpts::peer_id(peer)
            .condition(PeerCondition::NotDialing)
            .addresses(vec![address])
            .allocate_new_port()
            .build(),
        _ => DialOpts::unknown_peer_id().address(address).allocate_new_port().build(),
    }
}

/// Says in one sentence why dialling failed.
fn explain(error: &DialError) -> String {
    match error {
        DialError::Transport(attempts) => match attempts.first() {
            Some((_, cause)) => root_cause(cause),
            None => "no address worked".to_owned(),
        },
        DialError::WrongPeerId { obtained, .. } => match address::node_of_peer(obtained) {
            Some(node) => format!("another node answers there: {node}"),
            None => format!("another node answers there: {obtained}"),
        },
        DialError::LocalPeerId { .. } | DialError::NoAddresses => "that is this node's own address".to_owned(),
        other => root_cause(other),
    }
}
