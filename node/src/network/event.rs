//! The words of the transport: what it is told at the start, what it reports, how it says no.
//!
//! Leaf file: every other file of this module speaks with these words, and none of libp2p's words leaves the module
//! except [`Multiaddr`].

use std::time::Duration;

use libp2p::Multiaddr;
use talkoot_protocol::id::NodeId;
use talkoot_protocol::wire::attachment::{Given, Want};

/// The default for [`Config::frame_bytes_max`]: one full mebibyte and 4 KiB for what is wrapped around it.
pub const FRAME_BYTES_MAX: usize = 1024 * 1024 + 4 * 1024;

/// What the transport needs to know before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; empty for a node that only dials.
    pub listen: Vec<Multiaddr>,
    /// Whether to look for nodes in the local network (mDNS). Tells everyone there that a node is here.
    pub mdns: bool,
    /// How many connections may be open at once, inbound and outbound together; inbound ones get at most three
    /// quarters of them, so that strangers cannot take the last place from peers we chose.
    pub connections_max: u32,
    /// The longest frame in bytes, sent or received, without its four bytes of length.
    pub frame_bytes_max: usize,
    /// How many bytes of frames are read from one peer in a second; 0 for any number. It may be ahead by a quarter of a
    /// second. A peer that sends more waits; that is no offence.
    pub peer_bytes_per_second_max: u64,
    /// Where the jitter of redialling starts; any number, different on each node.
    pub jitter_seed: u64,
    /// At which addresses others reach this node; empty to find out.
    pub announce: Vec<Multiaddr>,
    /// Connections through a third node.
    pub relay: RelayConfig,
    /// What to do about address translation.
    pub nat: NatConfig,
}

/// Connections through a third node that both sides can reach.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Whether this node connects others.
    pub offer: bool,
    /// How many circuits may go through this node at once.
    pub circuits_max: u32,
    /// How many bytes go through one circuit, both directions together, before it is cut.
    pub circuit_bytes_max: u64,
    /// How long one circuit lasts before it is cut.
    pub circuit_lasting_max: Duration,
    /// Nodes through which this one can be reached; each address ends with the relay's name.
    pub through: Vec<Multiaddr>,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            offer: false,
            circuits_max: 16,
            circuit_bytes_max: 1024 * 1024 * 1024,
            circuit_lasting_max: Duration::from_secs(2 * 60 * 60),
            through: Vec::new(),
        }
    }
}

/// What a node does about address translation between it and its peers.
#[derive(Debug, Clone, Copy)]
pub struct NatConfig {
    /// Whether two nodes that meet through a relay try to connect directly (DCUtR).
    pub punch: bool,
    /// Whether to ask peers if this node can be reached at the addresses they see it under (AutoNAT v2).
    pub probe: bool,
    /// Whether to answer such questions, which takes dialling the addresses that peers name.
    pub answer: bool,
}

impl Default for NatConfig {
    fn default() -> Self {
        Self { punch: true, probe: false, answer: false }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            mdns: false,
            connections_max: 256,
            frame_bytes_max: FRAME_BYTES_MAX,
            peer_bytes_per_second_max: 64 * 1024 * 1024,
            jitter_seed: 0,
            announce: Vec::new(),
            relay: RelayConfig::default(),
            nat: NatConfig::default(),
        }
    }
}

/// What the transport reports.
///
/// Between [`Event::Connected`] and [`Event::Disconnected`] of a node lies one session: frames arrive in the order in
/// which they were sent and none is missing, in both directions, or the session ends on both sides. What was queued or
/// under way when it ended is lost; the next session starts from nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The node can be reached at this address.
    Listening {
        /// With the port that was given out, without the node's name; with it if it leads through a relay.
        address: Multiaddr,
    },
    /// A listening socket is gone; the node cannot be reached there any more.
    ListenerClosed {
        /// The addresses lost.
        addresses: Vec<Multiaddr>,
        /// Why, for people.
        reason: String,
    },
    /// A session began: frames can be sent.
    Connected {
        /// The peer, as proven by the handshake.
        node: NodeId,
        /// Where the peer is, seen from here.
        address: Multiaddr,
        /// Whether we dialled.
        outbound: bool,
    },
    /// A session ended.
    Disconnected {
        /// The peer.
        node: NodeId,
        /// Why, for people.
        reason: String,
    },
    /// A whole frame arrived.
    Frame {
        /// The peer that sent it.
        node: NodeId,
        /// Between 1 and [`Config::frame_bytes_max`] bytes.
        bytes: Vec<u8>,
    },
    /// The queue of frames to this peer had been more than half full and is empty now.
    Drained {
        /// The peer.
        node: NodeId,
    },
    /// The peer broke the rules of the transport. Its connection is being closed; [`Event::Disconnected`] came first if
    /// there was a session.
    Offence {
        /// The peer.
        node: NodeId,
        /// What it did.
        offence: Offence,
    },
    /// An address we keep could not be reached, or a relay gave no place or took it away.
    DialFailed {
        /// As it was given to `keep`, or in the settings as that of a relay.
        address: Multiaddr,
        /// Why, for people.
        error: String,
        /// When the next attempt is made.
        retry_in: Duration,
    },
    /// A node that was called once, with `dial`, could not be reached, or nothing came of the connection.
    Unreachable {
        /// The node.
        node: NodeId,
    },
    /// A peer asks for a part of an attachment; the answer is given under the ticket.
    Asked {
        /// The peer.
        node: NodeId,
        /// Names the question.
        ticket: u64,
        /// What it asks for.
        want: Want,
    },
    /// What came of a question for a part of an attachment.
    Answered {
        /// The peer that was asked.
        node: NodeId,
        /// What it was asked for.
        want: Want,
        /// The answer; `None` if there was none in time.
        given: Option<Given>,
    },
    /// Another node of some kind announced itself in the local network; nothing is dialled by itself.
    Discovered {
        /// Who it claims to be.
        node: NodeId,
        /// Where.
        address: Multiaddr,
    },
}

/// What a peer does only if it is broken or hostile: an honest node that crashes or loses its network never looks so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Offence {
    /// A frame of no bytes.
    #[error("announced an empty frame")]
    EmptyFrame,
    /// A frame longer than agreed.
    #[error("announced a frame of {announced} bytes where {max} are allowed")]
    OversizedFrame {
        /// The announced length in bytes.
        announced: u32,
        /// The longest allowed in bytes.
        max: usize,
    },
    /// A second stream while the first is open.
    #[error("opened a second stream on one connection")]
    SecondStream,
    /// A stream on a connection that the other side, whose turn it is, had not chosen.
    #[error("opened a stream before its turn")]
    OutOfTurn,
}

impl Offence {
    /// Returns the stable name under which offences are counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmptyFrame => "empty_frame",
            Self::OversizedFrame { .. } => "oversized_frame",
            Self::SecondStream => "second_stream",
            Self::OutOfTurn => "out_of_turn",
        }
    }
}

/// Why a frame was not queued. The frame comes back: nothing is lost silently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue to this peer is full; wait for [`Event::Drained`].
    #[error("the queue to this peer is full")]
    Full {
        /// The frame, unsent.
        frame: Vec<u8>,
    },
    /// There is no session with this peer.
    #[error("not connected to this peer")]
    NotConnected {
        /// The frame, unsent.
        frame: Vec<u8>,
    },
    /// The frame is empty or too long for any peer: an error of ours.
    #[error("a frame of {} bytes is outside 1..={max}", frame.len())]
    Length {
        /// The frame, unsent.
        frame: Vec<u8>,
        /// The longest allowed in bytes.
        max: usize,
    },
}

impl SendError {
    /// Returns the frame that was not sent.
    pub fn into_frame(self) -> Vec<u8> {
        match self {
            Self::Full { frame } | Self::NotConnected { frame } | Self::Length { frame, .. } => frame,
        }
    }
}

/// Why the transport could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `start` was called outside a tokio runtime: an error of ours.
    #[error("the network must be started inside a tokio runtime")]
    NoRuntime,
    /// The secret key is not usable for the handshake.
    #[error("the node's key cannot be used for connections: {reason}")]
    Key {
        /// What libp2p said.
        reason: String,
    },
    /// Someone else listens there.
    #[error("another program (or another talkoot) already listens on {address}; choose another port or stop it")]
    AddressInUse {
        /// The address wanted.
        address: Multiaddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address wanted.
        address: Multiaddr,
        /// What the system said.
        reason: String,
    },
    /// Discovery in the local network could not start.
    #[error("cannot look for nodes in the local network (mDNS)")]
    Discovery(#[source] std::io::Error),
}
