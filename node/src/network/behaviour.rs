//! Who is connected, over which connection frames go, and who is not let in: libp2p's hook into a swarm.
//!
//! A peer may have several connections (both sides dialled at once); at most one carries the session. The leader (see
//! [`super::handler`]) takes the oldest and sends the others to idle away; the follower takes the one on which the
//! leader opened its stream. When it closes, the session ends and a new one may begin on another connection. One that
//! leads through a relay is the last choice: as soon as there is a direct one, the leader moves there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use libp2p::core::transport::PortUse;
use libp2p::core::{ConnectedPoint, Endpoint};
use libp2p::multiaddr::Protocol;
use libp2p::swarm::{
    CloseConnection, ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};
use talkoot_protocol::id::NodeId;

use super::address;
use super::event::{Event, SendError};
use super::handler::{Command, Handler, Report};
use super::pace::Pace;
use super::queue::{Held, Outbox};
use super::until::Until;

/// How many nodes may be banned at once; beyond it the ban that ends first is forgotten.
pub const BANS_MAX: usize = 4096;
/// How many nodes may be throttled at once; beyond it the one whose time ends first is forgotten.
pub const THROTTLES_MAX: usize = 4096;
/// The longest time for which a node is throttled.
pub const THROTTLE_MAX: Duration = Duration::from_secs(60);
/// After how many unanswered pings in a row a connection is given up.
const PINGS_MISSED_MAX: u32 = 2;

/// An event for the driver; a frame is counted against its connection until the driver takes it.
pub(super) type Outcome = (Event, Option<Held>);

/// Why a connection was refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the peer's key is not an Ed25519 key")]
    OtherKey,
    #[error("the peer is banned for now")]
    Banned,
}

struct Link {
    id: ConnectionId,
    address: Multiaddr,
    is_outbound: bool,
    /// Whether it leads through a relay.
    is_relayed: bool,
    pings_missed: u32,
    /// Once we have asked for its end, nothing from it counts.
    is_closing: bool,
}

#[derive(Default)]
struct Peer {
    /// Oldest first.
    links: Vec<Link>,
    /// The connection told to carry the session.
    chosen: Option<ConnectionId>,
    /// Present from `Connected` to `Disconnected`.
    session: Option<Arc<Outbox>>,
}

/// The state of all peers.
pub(super) struct Behaviour {
    local: NodeId,
    frame_bytes_max: usize,
    /// For each peer; 0 for any number.
    bytes_per_second_max: u64,
    peers: BTreeMap<NodeId, Peer>,
    bans: Until,
    throttled: Until,
    actions: VecDeque<ToSwarm<Outcome, Command>>,
    waker: Option<Waker>,
}

impl Behaviour {
    /// Returns a behaviour without peers.
    pub(super) fn new(local: NodeId, frame_bytes_max: usize, bytes_per_second_max: u64) -> Self {
        Self {
            local,
            frame_bytes_max,
            bytes_per_second_max,
            peers: BTreeMap::new(),
            bans: Until::new(BANS_MAX),
            throttled: Until::new(THROTTLES_MAX),
            actions: VecDeque::new(),
            waker: None,
        }
    }

    /// Queues a frame.
    ///
    /// # Errors
    /// Gives the frame back with the reason.
    pub(super) fn send(&mut self, node: &NodeId, frame: Vec<u8>) -> Result<(), SendError> {
        if frame.is_empty() || frame.len() > self.frame_bytes_max {
            return Err(SendError::Length { frame, max: self.frame_bytes_max });
        }
        match self.peers.get(node).and_then(|peer| peer.session.as_ref()) {
            Some(outbox) => outbox.push(frame).map_err(|frame| SendError::Full { frame }),
            None => Err(SendError::NotConnected { frame }),
        }
    }

    /// Returns how many bytes of frames wait for a peer.
    pub(super) fn queued_bytes(&self, node: &NodeId) -> usize {
        self.peers.get(node).and_then(|peer| peer.session.as_ref()).map_or(0, |outbox| outbox.bytes())
    }

    /// Returns whether there is a connection to the peer that is not about to be closed.
    pub(super) fn has_connection(&self, node: &NodeId) -> bool {
        self.peers.get(node).is_some_and(|peer| peer.links.iter().any(|link| !link.is_closing))
    }

    /// Returns whether there is a connection as above that leads through no relay.
    pub(super) fn has_direct_connection(&self, node: &NodeId) -> bool {
        let is_direct = |link: &Link| !link.is_closing && !link.is_relayed;
        self.peers.get(node).is_some_and(|peer| peer.links.iter().any(is_direct))
    }

    /// Returns whether there is a session with the peer.
    pub(super) fn has_session(&self, node: &NodeId) -> bool {
        self.peers.get(node).is_some_and(|peer| peer.session.is_some())
    }

    /// Closes all connections to a peer.
    pub(super) fn disconnect(&mut self, node: &NodeId, reason: &str) {
        let links = self.peers.get(node).map(|peer| peer.links.iter().map(|link| link.id).collect::<Vec<_>>());
        for id in links.into_iter().flatten() {
            self.close(*node, id, reason);
        }
    }

    /// Closes all connections to a peer and refuses new ones for a while.
    pub(super) fn ban(&mut self, node: NodeId, lasting: Duration) {
        self.bans.set(node, lasting, Instant::now());
        self.disconnect(&node, "banned");
    }

    /// Reads no frames of a peer for a while, on connections it has and on those it makes meanwhile.
    pub(super) fn throttle(&mut self, node: NodeId, lasting: Duration) {
        let until = self.throttled.set(node, lasting.min(THROTTLE_MAX), Instant::now());
        let Some(peer_id) = address::peer_of_node(&node) else { return };
        let links = self.peers.get(&node).map(|peer| peer.links.iter().map(|link| link.id).collect::<Vec<_>>());
        for id in links.into_iter().flatten() {
            let handler = NotifyHandler::One(id);
            self.act(ToSwarm::NotifyHandler { peer_id, handler, event: Command::Pause(until) });
        }
    }

    /// Notes the outcome of a ping.
    pub(super) fn pinged(&mut self, peer: &PeerId, id: ConnectionId, is_answered: bool) {
        let Some(node) = address::node_of_peer(peer) else { return };
        let Some(link) = self.link(&node, id) else { return };
        link.pings_missed = if is_answered { 0 } else { link.pings_missed.saturating_add(1) };
        if link.pings_missed >= PINGS_MISSED_MAX {
            self.close(node, id, "the peer does not answer");
        }
    }

    fn link(&mut self, node: &NodeId, id: ConnectionId) -> Option<&mut Link> {
        self.peers.get_mut(node)?.links.iter_mut().find(|link| link.id == id)
    }

    fn act(&mut self, action: ToSwarm<Outcome, Command>) {
        self.actions.push_back(action);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn tell(&mut self, event: Event) {
        self.act(ToSwarm::GenerateEvent((event, None)));
    }

    /// Asks for the end of one connection. The session on it is over at once, whatever libp2p takes to close it: a peer
    /// that reads nothing can delay that for long.
    fn close(&mut self, node: NodeId, id: ConnectionId, reason: &str) {
        let Some(peer_id) = address::peer_of_node(&node) else { return };
        let Some(link) = self.link(&node, id) else { return };
        if !std::mem::replace(&mut link.is_closing, true) {
            self.act(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::One(id) });
            self.leave(node, id, reason);
        }
    }

    /// Ends the session if it lives on this connection, and begins another if there is a way.
    fn leave(&mut self, node: NodeId, id: ConnectionId, reason: &str) {
        let Some(peer) = self.peers.get_mut(&node) else { return };
        if peer.chosen != Some(id) {
            return;
        }
        peer.chosen = None;
        if peer.session.take().is_some() {
            self.tell(Event::Disconnected { node, reason: reason.to_owned() });
        }
        self.lead(node);
    }

    /// If we are the leader and no connection is chosen, chooses the oldest, a direct one if there is one.
    fn lead(&mut self, node: NodeId) {
        if self.local >= node {
            return;
        }
        let Some(peer) = self.peers.get(&node).filter(|peer| peer.chosen.is_none()) else { return };
        let usable = peer.links.iter().filter(|link| !link.is_closing);
        // Of equals the first, which is the oldest.
        if let Some(id) = usable.min_by_key(|link| link.is_relayed).map(|link| link.id) {
            self.choose(node, id);
        }
    }

    /// If we are the leader and the session goes through a relay though there is a direct way, ends it, so that another
    /// begins there.
    fn leave_relay(&mut self, node: NodeId) {
        let is_leader = self.local < node;
        if !is_leader || !self.has_direct_connection(&node) {
            return;
        }
        let Some(chosen) = self.peers.get(&node).and_then(|peer| peer.chosen) else { return };
        if self.link(&node, chosen).is_some_and(|link| link.is_relayed) {
            self.close(node, chosen, "there is a direct connection now");
        }
    }

    fn choose(&mut self, node: NodeId, id: ConnectionId) {
        let (Some(peer_id), Some(peer)) = (address::peer_of_node(&node), self.peers.get_mut(&node)) else { return };
        peer.chosen = Some(id);
        self.act(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::One(id), event: Command::Open });
    }

    /// The leader opened its stream on this connection; if we still hold another one, the leader has lost it.
    fn follow(&mut self, node: NodeId, id: ConnectionId) {
        if let Some(old) = self.peers.get(&node).and_then(|peer| peer.chosen).filter(|old| *old != id) {
            self.close(node, old, "the peer moved to another connection");
        }
        self.choose(node, id);
    }

    fn on_ready(&mut self, node: NodeId, id: ConnectionId, outbox: Arc<Outbox>) {
        let Some(peer) = self.peers.get_mut(&node).filter(|peer| peer.chosen == Some(id)) else { return };
        let Some(link) = peer.links.iter().find(|link| link.id == id) else { return };
        let event = Event::Connected { node, address: link.address.clone(), outbound: link.is_outbound };
        peer.session = Some(outbox);
        self.tell(event);
    }

    fn on_closed(&mut self, closed: &ConnectionClosed<'_>) {
        let Some(node) = address::node_of_peer(&closed.peer_id) else { return };
        let Some(peer) = self.peers.get_mut(&node) else { return };
        peer.links.retain(|link| link.id != closed.connection_id);
        let reason = closed.cause.map_or_else(|| "closed".to_owned(), |cause| root_cause(cause));
        self.leave(node, closed.connection_id, &reason);
        if self.peers.get(&node).is_some_and(|peer| peer.links.is_empty()) {
            self.peers.remove(&node);
        }
    }

    fn on_established(&mut self, peer: &PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let Some(node) = address::node_of_peer(peer) else { return };
        let (address, is_outbound) = (address_of(endpoint, peer), endpoint.is_dialer());
        let is_relayed = endpoint.is_relayed();
        let link = Link { id, address, is_outbound, is_relayed, pings_missed: 0, is_closing: false };
        self.peers.entry(node).or_default().links.push(link);
        self.leave_relay(node);
        self.lead(node);
    }

    fn admit(&self, peer: &PeerId) -> Result<Handler, ConnectionDenied> {
        let node = address::node_of_peer(peer).ok_or_else(|| ConnectionDenied::new(Refusal::OtherKey))?;
        let now = Instant::now();
        if self.bans.end(&node, now).is_some() {
            return Err(ConnectionDenied::new(Refusal::Banned));
        }
        let pace = Pace::new(self.bytes_per_second_max, self.throttled.end(&node, now));
        Ok(Handler::new(self.local < node, self.frame_bytes_max, pace))
    }
}

/// Returns where a peer is, seen from here. Of one that came through a relay libp2p tells only the name; the way is ours.
fn address_of(endpoint: &ConnectedPoint, peer: &PeerId) -> Multiaddr {
    match endpoint {
        ConnectedPoint::Listener { local_addr, .. } if endpoint.is_relayed() => {
            local_addr.clone().with(Protocol::P2p(*peer))
        }
        _ => endpoint.get_remote_address().clone(),
    }
}

/// Returns the innermost message of an error: the outer ones are libp2p's layers and say nothing to people.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(inner) = inner_of(innermost) {
        innermost = inner;
    }
    innermost.to_string()
}

/// Returns the next error inwards; an [`std::io::Error`] hides the one it wraps from `source`.
fn inner_of<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Outcome;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(&peer)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: Option<PeerId>,
        _: &[Multiaddr],
        _: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        peer.map_or(Ok(()), |peer| self.admit(&peer).map(|_| ()))?;
        Ok(Vec::new())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.admit(&peer)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(opened) => {
                self.on_established(&opened.peer_id, opened.connection_id, opened.endpoint);
            }
            FromSwarm::ConnectionClosed(closed) => self.on_closed(&closed),
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, report: THandlerOutEvent<Self>) {
        let Some(node) = address::node_of_peer(&peer) else { return };
        let Some(link) = self.link(&node, id).filter(|link| !link.is_closing) else { return };
        link.pings_missed = 0;
        match report {
            Report::Invited => self.follow(node, id),
            Report::Ready(outbox) => self.on_ready(node, id, outbox),
            Report::Frame(bytes, held) => {
                self.act(ToSwarm::GenerateEvent((Event::Frame { node, bytes }, Some(held))));
            }
            Report::Drained => self.tell(Event::Drained { node }),
            Report::Broken(reason) => self.close(node, id, &reason),
            Report::Offence(offence) => {
                self.close(node, id, &offence.to_string());
                self.tell(Event::Offence { node, offence });
            }
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some(action) = self.actions.pop_front() {
            return Poll::Ready(action);
        }
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests;
