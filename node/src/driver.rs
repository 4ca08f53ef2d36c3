//! The one loop of a running node: it owns core, network and checker, feeds what happens to the engine and does what the engine
//! asks. No opinions. The rest of the process holds a [`Handle`].

mod attachments;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use libp2p::Multiaddr;
use talkoot_protocol::api::{self, Failure, Request, Response};
use talkoot_protocol::id::{NetworkId, NodeId};
use talkoot_protocol::sync::effect::{Offence, Outcome, Shipment, Unchecked};
use talkoot_protocol::sync::input::{Input, Source, Token};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time;

use crate::addressing::Addressing;
use crate::checker::Checker;
use crate::control::{Call, Reply};
use crate::core::{Core, Outside, answer};
use crate::network::{self, Network, SendError, address};
use crate::shipper::{self, Shipped, Shipper};

use attachments::Attachments;

/// Calls that may wait for the driver.
const CALLS_MAX: usize = 64;
/// Calls taken at once, so that submissions share one write.
const CALLS_AT_ONCE: usize = 64;
/// Bytes of frames that may wait for one slow peer beyond the network's own queue.
const BACKLOG_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a peer that offended is not let in again.
const BAN: Duration = Duration::from_secs(60);
/// Most addresses found on the local network that are kept: anybody there can make up any number.
const DISCOVERED_MAX: usize = 64;

/// How the rest of the process talks to the driver.
#[derive(Debug, Clone)]
pub struct Handle {
    calls: mpsc::Sender<(Call, oneshot::Sender<Reply>)>,
    changed: watch::Receiver<u64>,
}

impl Handle {
    /// Asks, and waits for the answer.
    pub async fn call(&self, call: Call) -> Reply {
        let gone = || Failure::new("stopping", "the node is stopping; nothing was changed by this request").into();
        let (answer, answered) = oneshot::channel();
        if self.calls.send((call, answer)).await.is_err() {
            return gone();
        }
        answered.await.unwrap_or_else(|_| gone())
    }

    /// Returns the number of changes in the log, to be watched.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }
}

/// What the driver keeps of the network.
struct Links {
    network: Network,
    checker: Checker,
    shipper: Shipper,
    backlog: BTreeMap<NodeId, Backlog>,
    waiting: BTreeMap<Token, oneshot::Sender<Reply>>,
    addresses: BTreeMap<NodeId, Multiaddr>,
    discovered: Discovered,
    trouble: BTreeMap<Multiaddr, String>,
    traffic: BTreeMap<NodeId, u64>,
}

/// How often it is looked whether this node is still reached where it says.
const ADDRESSES_EVERY: Duration = Duration::from_secs(30);
/// How often the coded symbols are written down, about half a megabyte a scope.
const SYMBOLS_EVERY: Duration = Duration::from_secs(600);
/// How soon after the start, and after each change of what it listens on.
const ADDRESSES_SOON: Duration = Duration::from_secs(1);

/// Frames that wait for a slow peer.
#[derive(Default)]
struct Backlog {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl Outside for Links {
    fn send(&mut self, node: NodeId, frame: Vec<u8>) {
        *self.traffic.entry(node).or_default() += frame.len() as u64;
        if let Some(backlog) = self.backlog.get_mut(&node) {
            return backlog.push(frame);
        }
        match self.network.send(&node, frame) {
            Ok(()) | Err(SendError::NotConnected { .. }) => {}
            Err(SendError::Full { frame }) => self.backlog.entry(node).or_default().push(frame),
            Err(error @ SendError::Length { .. }) => tracing::error!(%error, "a frame of our own was too long"),
        }
    }

    fn disconnect(&mut self, node: NodeId, offence: Offence) {
        tracing::warn!(peer = %node.short(), offence = offence.name(), "closing: the peer {offence}");
        self.backlog.remove(&node);
        self.network.ban(&node, BAN);
        self.network.disconnect(&node);
    }

    fn release(&mut self, node: NodeId) {
        tracing::info!(peer = %node.short(), "letting go: there are links enough");
        self.backlog.remove(&node);
        self.network.disconnect(&node);
    }

    fn dial(&mut self, node: NodeId, addresses: Vec<String>) {
        let parsed = addresses.iter().filter_map(|address| address::parse(address).ok());
        let local = self.network.listening().iter().all(address::is_local);
        // A member may name any address. Unless this node itself is only for its machine, nobody makes it call its own machine.
        let addresses = parsed.filter(|address| local || !address::is_local(address)).collect();
        self.network.dial(node, addresses);
    }

    fn check(&mut self, _: &NetworkId, source: Source, unchecked: Unchecked) -> Option<Input> {
        self.checker.give(source, unchecked);
        None
    }

    fn ship(&mut self, shipment: Shipment, places: shipper::Places) -> Option<Shipped> {
        self.shipper.give(shipment, places)
    }

    fn decided(&mut self, token: Token, outcomes: Vec<Outcome>) {
        if let Some(answer) = self.waiting.remove(&token) {
            let outcomes = outcomes.iter().map(answer::outcome).collect();
            // Whoever asked may have gone; the changes are decided all the same.
            let _gone = answer.send(Response::Submitted { outcomes }.into());
        }
    }
}

impl Backlog {
    /// Keeps a frame; beyond the limit it is dropped, and what it carried is asked for again.
    fn push(&mut self, frame: Vec<u8>) {
        if self.bytes + frame.len() <= BACKLOG_BYTES_MAX {
            self.bytes += frame.len();
            self.frames.push_back(frame);
        }
    }
}

/// Addresses found on the local network, kept until the node stops.
#[derive(Default)]
struct Discovered(BTreeSet<Multiaddr>);

impl Discovered {
    /// Returns whether an address is to be kept: one that was kept before, or a new one while there is room.
    fn admit(&mut self, address: &Multiaddr) -> bool {
        self.0.contains(address) || self.0.len() < DISCOVERED_MAX && self.0.insert(address.clone())
    }
}

/// Waits until the flag is set, or nobody is left who could set it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _set_or_gone = stop.wait_for(|stop| *stop).await.map(|_| ());
}

/// The driver.
pub struct Driver {
    core: Core,
    links: Links,
    /// Addresses to which people asked for a link.
    kept: BTreeSet<Multiaddr>,
    addressing: Option<Addressing>,
    addresses_at: time::Instant,
    symbols_at: time::Instant,
    attachments: Attachments,
    calls: mpsc::Receiver<(Call, oneshot::Sender<Reply>)>,
    /// Number of changes in the log, for whoever watches it.
    changed: watch::Sender<u64>,
    stop: watch::Receiver<bool>,
}

impl Driver {
    /// Puts core and network together. The driver ends when `stop` turns true.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(
        core: Core,
        network: Network,
        addressing: Option<Addressing>,
        stop: watch::Receiver<bool>,
    ) -> std::io::Result<(Self, Handle)> {
        let checker = Checker::start(core.engine().network())?;
        let shipper = Shipper::start(core.store().reader())?;
        let (sender, calls) = mpsc::channel(CALLS_MAX);
        let links = Links {
            network,
            checker,
            shipper,
            backlog: BTreeMap::new(),
            waiting: BTreeMap::new(),
            addresses: BTreeMap::new(),
            discovered: Discovered::default(),
            trouble: BTreeMap::new(),
            traffic: BTreeMap::new(),
        };
        let addresses_at = time::Instant::now() + ADDRESSES_SOON;
        let symbols_at = time::Instant::now() + SYMBOLS_EVERY;
        let kept = BTreeSet::new();
        let attachments = Attachments::default();
        let (changed, watched) = watch::channel(core.engine().catalog().durable_len() as u64);
        let mut driver =
            Self { core, links, kept, addressing, addresses_at, symbols_at, attachments, calls, changed, stop };
        for address in driver.core.kept_peers() {
            driver.keep(&address);
        }
        Ok((driver, Handle { calls: sender, changed: watched }))
    }

    /// Keeps a connection to an address that was checked before.
    pub fn keep(&mut self, text: &str) {
        match address::parse(text) {
            Ok(address) => {
                self.kept.insert(address.clone());
                self.links.network.keep(address);
            }
            Err(error) => tracing::warn!(%error, "an address cannot be used"),
        }
    }

    /// Runs until stopped; gives the core back, to be closed.
    pub async fn run(mut self) -> Core {
        loop {
            let deadline = self.core.deadline().map(time::Instant::from_std);
            let timeout = async {
                match deadline {
                    Some(at) => time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let words_at = self.core.words_deadline().map(time::Instant::from_std);
            let words = async {
                match words_at {
                    Some(at) => time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return self.core,
                checked = self.links.checker.next() => match checked {
                    Some(input) => self.tell(input),
                    None => {
                        tracing::error!("judging changes has failed; the node stops, nothing acknowledged is lost");
                        return self.core;
                    }
                },
                shipped = self.links.shipper.next() => match shipped {
                    Some(shipped) => self.shipped(shipped),
                    None => {
                        tracing::error!("reading for peers has failed; the node stops, nothing acknowledged is lost");
                        return self.core;
                    }
                },
                call = self.calls.recv() => if let Some(call) = call { self.calls(call) },
                event = self.links.network.next() => self.event(event),
                () = timeout => self.tell(Input::Timeout),
                () = words => self.core.feed_words(),
                () = time::sleep_until(self.addresses_at) => self.tell_addresses(),
                () = time::sleep_until(self.symbols_at) => {
                    self.symbols_at = time::Instant::now() + SYMBOLS_EVERY;
                    self.core.keep_symbols();
                }
            }
        }
    }

    /// Signs and submits where this node is reached, if that has changed.
    fn tell_addresses(&mut self) {
        self.addresses_at = time::Instant::now() + ADDRESSES_EVERY;
        let reached = self.links.network.reachable_addresses();
        let change = self.addressing.as_ref().and_then(|addressing| addressing.change(self.core.engine(), &reached));
        if let Some(change) = change {
            tracing::info!(?reached, "telling members where this node is reached");
            let token = self.core.token();
            self.tell(Input::Submitted { token, changes: vec![change] });
        }
    }

    /// Returns whether people asked for a link to this node: by its name or by the address it was reached at.
    fn is_kept(&self, node: &NodeId, address: &Multiaddr) -> bool {
        let kept = self.kept.iter().map(|kept| (kept, address::node_of(kept)));
        kept.into_iter().any(|(kept, named)| kept == address || named.as_ref() == Some(node))
    }

    fn tell(&mut self, input: Input) {
        self.core.handle(input, &mut self.links);
        let changes = self.core.engine().catalog().durable_len() as u64;
        self.changed.send_if_modified(|told| std::mem::replace(told, changes) != changes);
    }

    /// Sends a delivery, unless its session is gone.
    fn shipped(&mut self, shipped: Shipped) {
        let stands =
            |number| self.core.engine().session(&shipped.shipment.node).is_some_and(|held| held.number == number);
        if stands(shipped.shipment.session) {
            self.core.shipped(shipped, &mut self.links);
        }
    }

    fn event(&mut self, event: network::Event) {
        match event {
            network::Event::Connected { node, address, outbound } => {
                tracing::info!(peer = %node.short(), %address, outbound, "connected");
                self.links.trouble.remove(&address);
                let kept = self.is_kept(&node, &address);
                self.links.addresses.insert(node, address);
                self.links.traffic.insert(node, 0);
                self.tell(Input::Keep { node, kept });
                self.tell(Input::Connected(node));
            }
            network::Event::Unreachable { node } => self.tell(Input::Unreachable(node)),
            network::Event::Disconnected { node, reason } => {
                tracing::info!(peer = %node.short(), reason, "disconnected");
                self.links.backlog.remove(&node);
                self.links.addresses.remove(&node);
                self.links.traffic.remove(&node);
                self.tell(Input::Disconnected(node));
            }
            network::Event::Frame { node, bytes } => self.tell(Input::Frame { node, bytes }),
            network::Event::Drained { node } => self.drain(node),
            network::Event::Asked { node, ticket, want } => self.give_attachment(node, ticket, &want),
            network::Event::Answered { node, want, given } => self.attachment_answered(node, &want, given),
            network::Event::Offence { node, offence } => {
                tracing::warn!(peer = %node.short(), %offence, "the peer broke the framing");
                self.core.count_offence(offence.name());
            }
            network::Event::DialFailed { address, error, retry_in } => {
                tracing::debug!(%address, error, ?retry_in, "could not reach a peer");
                self.links.trouble.insert(address, error);
            }
            network::Event::Discovered { node, address } if self.links.discovered.admit(&address) => {
                tracing::info!(peer = %node.short(), %address, "found on the local network");
                self.links.network.keep(address);
            }
            network::Event::Discovered { node, address } => {
                tracing::debug!(peer = %node.short(), %address, "found on the local network, but there is no room");
            }
            network::Event::Listening { address } => {
                tracing::info!(%address, "listening");
                self.addresses_at = self.addresses_at.min(time::Instant::now() + ADDRESSES_SOON);
            }
            network::Event::ListenerClosed { addresses, reason } => {
                tracing::error!(?addresses, reason, "no longer listening");
            }
        }
    }

    /// Sends what waited for a slow peer.
    fn drain(&mut self, node: NodeId) {
        let Some(mut backlog) = self.links.backlog.remove(&node) else { return };
        while let Some(frame) = backlog.frames.pop_front() {
            let length = frame.len();
            match self.links.network.send(&node, frame) {
                Err(SendError::Full { frame }) => {
                    backlog.frames.push_front(frame);
                    self.links.backlog.insert(node, backlog);
                    return;
                }
                _ => backlog.bytes -= length,
            }
        }
    }

    /// Takes this call and whatever else waits, so that several submissions share one write.
    fn calls(&mut self, first: (Call, oneshot::Sender<Reply>)) {
        let mut next = Some(first);
        for _ in 0..CALLS_AT_ONCE {
            let Some((call, answer)) = next.take() else { return };
            self.call(call, answer);
            next = self.calls.try_recv().ok();
        }
        if let Some((call, answer)) = next {
            self.call(call, answer);
        }
    }

    fn call(&mut self, call: Call, answer: oneshot::Sender<Reply>) {
        let reply = match call.request {
            Request::Submit => {
                let token = self.core.token();
                self.links.waiting.insert(token, answer);
                return self.tell(Input::Submitted { token, changes: call.attachments });
            }
            Request::KeepAttachment { attachment } => {
                self.core.keep_attachment(&attachment, &call.attachments).map_or_else(Reply::from, Reply::from)
            }
            Request::Attachment { document, attachment } => {
                return self.want_attachment(&document, &attachment, answer);
            }
            Request::Status => {
                let socket = self.links.network.socket_bytes();
                let (socket_bytes_sent, socket_bytes_received) = (socket.sent, socket.received);
                let status = self.core.status(true);
                let status = api::Status { socket_bytes_sent, socket_bytes_received, ..status };
                Response::Status(Box::new(status)).into()
            }
            Request::Peers => Response::Peers { peers: self.peers() }.into(),
            Request::AddPeer { address } => match self.core.keep_peer(&address) {
                Ok(()) => {
                    self.keep(&address);
                    Response::Done.into()
                }
                Err(failure) => failure.into(),
            },
            Request::RemovePeer { address } => match self.core.forget_peer(&address) {
                Ok(()) => {
                    if let Ok(address) = address::parse(&address) {
                        self.links.network.forget(&address);
                        self.kept.remove(&address);
                    }
                    Response::Done.into()
                }
                Err(failure) => failure.into(),
            },
            request => {
                self.core.prepare_links(&request);
                self.core.answer(request, &call.attachments, true, &self.listening())
            }
        };
        let _gone = answer.send(reply);
    }

    /// Returns the addresses on which this node listens, with its own name in them.
    pub fn listening(&self) -> Vec<String> {
        let node = self.links.network.local();
        let listening = self.links.network.listening().into_iter();
        listening.map(|address| address::with_node(address, &node).to_string()).collect()
    }

    /// Joins what the engine knows of sessions with what is known of addresses.
    fn peers(&self) -> Vec<api::Peer> {
        let mut peers = self.core.connected_peers();
        for peer in &mut peers {
            let Some(node) = peer.node else { continue };
            peer.address = self.links.addresses.get(&node).map(ToString::to_string);
            peer.bytes_sent = self.links.traffic.get(&node).copied().unwrap_or_default();
        }
        for kept in self.core.kept_peers() {
            let Ok(address) = address::parse(&kept) else { continue };
            let node = address::node_of(&address);
            let reached = self.links.addresses.iter().find(|(peer, at)| **at == address || node == Some(**peer));
            match reached.and_then(|(node, _)| peers.iter_mut().find(|peer| peer.node == Some(*node))) {
                Some(peer) => peer.address = Some(kept),
                None => {
                    let trouble = self.links.trouble.get(&address).cloned();
                    peers.push(api::Peer { trouble, ..answer::kept_peer(kept) });
                }
            }
        }
        peers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discovered_addresses_are_bounded() {
        let address = |port: usize| address::parse(&format!("192.0.2.7:{port}")).unwrap();
        let mut discovered = Discovered::default();
        assert!((1..=DISCOVERED_MAX).all(|port| discovered.admit(&address(port))));
        assert!(!discovered.admit(&address(DISCOVERED_MAX + 1)));
        assert!(discovered.admit(&address(1)), "found again");
        assert_eq!(discovered.0.len(), DISCOVERED_MAX);
    }
}
