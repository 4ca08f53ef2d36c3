//! What the driver tells the engine. Nothing else changes the engine's mind.

use crate::catalog::Ordinal;
use crate::id::NodeId;

use super::check::{Checked, Refused};

/// The driver's name for a submission it wants an answer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// The engine's name for a batch it wants made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Batch(pub(crate) u64);

/// Where a change came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Submitted at this node; the answer goes to this token, at this place in the submission.
    Local {
        /// The submission.
        token: Token,
        /// Position in it, from 0.
        at: u32,
    },
    /// Delivered by a peer, in the session of this number.
    Peer {
        /// The peer.
        node: NodeId,
        /// The session.
        session: u64,
    },
    /// Read back from this node's own log, where it lies at this position.
    Log(Ordinal),
}

/// For whom a group of changes is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A submission.
    Local(Token),
    /// A peer's delivery.
    Peer(Delivery),
}

/// A peer's delivery under judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// The peer.
    pub node: NodeId,
    /// The session in which it came.
    pub session: u64,
    /// Our number that it answers, 0 for what is new.
    pub number: u32,
    /// Whether it is the last of that number.
    pub end: bool,
    /// Bytes of its changes, by its own word; the parcel is unreadable if they are not just so many.
    pub raw: u32,
}

/// Something that happened.
#[derive(Debug)]
pub enum Input {
    /// An authenticated connection to a peer stands.
    Connected(NodeId),
    /// It is gone.
    Disconnected(NodeId),
    /// People asked for a link to a node, or no longer do: such a link is never let go.
    Keep {
        /// The node.
        node: NodeId,
        /// Whether they do.
        kept: bool,
    },
    /// A frame came in.
    Frame {
        /// From whom.
        node: NodeId,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// Somebody at this node wants these encoded changes admitted.
    Submitted {
        /// How to answer.
        token: Token,
        /// The changes, in causal order where they build on each other.
        changes: Vec<Vec<u8>>,
    },
    /// Somebody in this process has just signed these, so that only their content needed judging, and wants them admitted.
    Sealed {
        /// How to answer.
        token: Token,
        /// The changes, in causal order where they build on each other.
        changes: Vec<Checked>,
    },
    /// The changes of an [`Effect::Check`](super::effect::Effect::Check) were judged, in the order given.
    Checked {
        /// For whom.
        source: Source,
        /// The results.
        results: Vec<Result<Checked, Refused>>,
    },
    /// The parcel of an [`Effect::Check`](super::effect::Effect::Check) could not be unpacked.
    Unreadable(Delivery),
    /// Of a [`Effect::Deliver`](super::effect::Effect::Deliver), records of so many bytes could not be read and were left out.
    Undelivered {
        /// For whom they were.
        node: NodeId,
        /// The session in which they were to be sent.
        session: u64,
        /// Bytes of the records.
        raw: u64,
    },
    /// No address of a node that was to be dialled led to it.
    Unreachable(NodeId),
    /// A batch is durable: fsynced, in the order given.
    Persisted {
        /// The batch.
        batch: Batch,
        /// Where each of its changes lies in the log.
        ordinals: Vec<Ordinal>,
    },
    /// A batch could not be made durable; nothing of it is in the log.
    PersistFailed {
        /// The batch.
        batch: Batch,
        /// A sentence for people.
        reason: String,
    },
    /// A record of the log was found damaged: what it held is no longer here and is to be fetched again.
    Lost(Ordinal),
    /// The time named by [`Engine::poll_timeout`](super::engine::Engine::poll_timeout) has come.
    Timeout,
}
