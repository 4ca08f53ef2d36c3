//! The authenticated transport: whole frames to and from nodes, each proven to hold the key it is named after.
//!
//! libp2p lives in this module and nowhere else. It gives encryption, the proof of the peer's key, multiplexing and
//! names; everything that matters beyond that (who may connect, what a frame means, what was lost) is decided above. So
//! this module must never know what is inside a frame, nor anything of documents, scopes or certificates.
//!
//! What is absent, and why (docs/decisions): gossip, which loses messages silently; request and response, whose streams
//! cost five times a frame; a DHT: addresses are to be signed records of our own, which version 1 only reserves; relays.
//!
//! ```text
//!   driver -- send --> Outbox --> Writer \                / Yamux \
//!                                         Handler (1 task)          TCP + Noise, or QUIC
//!   driver <- next --- Credit <-- Reader /                \       /
//! ```
//! - [`event`]: the words. [`address`]: addresses and names of nodes.
//! - `traffic`, `muxer`, `transport`: from a socket to a connection with streams.
//! - `frame`, `stream`, `queue`: bytes, streams and the bounded passages between tasks.
//! - `handler`: one connection. `behaviour`: all peers. `redial`: whom to dial when. `swarm`: the composition.

use std::collections::VecDeque;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::Stream as _;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, Swarm, mdns, ping};
use talkoot_protocol::id::NodeId;
use talkoot_protocol::key::SecretKey;
use tokio::time::Sleep;

pub mod address;
mod behaviour;
mod dials;
pub mod event;
mod frame;
mod handler;
mod muxer;
mod pace;
mod queue;
mod redial;
mod stream;
mod swarm;
#[cfg(test)]
mod tests;
mod traffic;
mod transport;
mod until;

pub use behaviour::{BANS_MAX, THROTTLE_MAX, THROTTLES_MAX};
pub use dials::{DIAL_ADDRESSES_MAX, DIALS_MAX};
pub use event::{Config, Error, Event, FRAME_BYTES_MAX, Offence, SendError};
pub use queue::{INBOX_BYTES_MAX, INBOX_FRAMES_MAX, OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX};
pub use traffic::SocketBytes;

use behaviour::{Outcome, root_cause};
use dials::Dials;
use redial::Book;
use swarm::{Behaviours, BehavioursEvent};
use traffic::Traffic;

/// How many events are handed out before the swarm is looked at again, even if more are waiting. libp2p attends to new
/// connections only when old ones are silent; without this, one busy peer would lock the door for all others.
const EVENTS_PER_LOOK: u32 = 64;

/// The transport of one node. Owned by one task, which must keep calling [`Network::next`]: nothing is dialled, accepted
/// or reported otherwise. Connections live in tasks of their own and go on reading and writing within the bounds of
/// their queues.
pub struct Network {
    local: NodeId,
    swarm: Swarm<Behaviours>,
    book: Book,
    dials: Dials,
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
        Ok(Self {
            local,
            swarm: swarm::build(&keypair, local, config, &traffic)?,
            book: Book::new(config.jitter_seed),
            dials: Dials::default(),
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
            if self.dial_due(now) {
                continue;
            }
            let Some(due) = self.book.next_due() else { return };
            self.alarm.as_mut().reset(due.into());
            if self.alarm.as_mut().poll(cx).is_pending() {
                return;
            }
        }
    }

    /// Dials one address that is due; returns whether there was one.
    fn dial_due(&mut self, now: Instant) -> bool {
        let sessions = &self.swarm.behaviour().sessions;
        let Some(address) = self.book.take_due(now, |node| sessions.has_connection(node)) else { return false };
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

    fn on_dial_failed(&mut self, attempt: ConnectionId, error: &DialError) {
        if let Some((address, retry_in)) = self.book.failed(attempt, Instant::now()) {
            self.tell(Event::DialFailed { address, error: explain(error), retry_in });
        }
    }

    fn on_swarm_event(&mut self, event: SwarmEvent<BehavioursEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour_event(event),
            SwarmEvent::NewListenAddr { address, .. } => self.tell(Event::Listening { address }),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                let reason = reason.err().map_or_else(|| "closed".to_owned(), |error| root_cause(&error));
                self.tell(Event::ListenerClosed { addresses, reason });
            }
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

    fn on_behaviour_event(&mut self, event: BehavioursEvent) {
        match event {
            BehavioursEvent::Sessions(outcome) => self.on_outcome(outcome),
            BehavioursEvent::Ping(ping::Event { peer, connection, result }) => {
                // A peer without ping is not dead, only terse.
                let is_answered = matches!(result, Ok(_) | Err(ping::Failure::Unsupported));
                self.swarm.behaviour_mut().sessions.pinged(&peer, connection, is_answered);
            }
            BehavioursEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    if let Some(node) = address::node_of_peer(&peer).filter(|node| *node != self.local) {
                        self.tell(Event::Discovered { node, address });
                    }
                }
            }
            BehavioursEvent::Mdns(_) | BehavioursEvent::Identify(_) | BehavioursEvent::Limits(_) => {}
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

    /// Plans the next attempt if the last connection to a node is gone.
    fn on_maybe_lost(&mut self, node: &NodeId) {
        if self.swarm.behaviour().sessions.has_connection(node) {
            return;
        }
        self.on_call_failed(node);
        for (address, retry_in) in self.book.lost(node, Instant::now()) {
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
        Some(libp2p::multiaddr::Protocol::P2p(peer)) => DialOpts::peer_id(peer)
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
