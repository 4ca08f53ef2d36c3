//! What the engine asks of its driver, in the order in which it is to be done.

use std::sync::Arc;

use crate::catalog::{Index, Ordinal};
use crate::id::{ChangeId, NodeId};
use crate::wire::message::Message;
use crate::wire::parcel::{self, Codec};

use super::admit::Missing;
use super::check::Checked;
use super::input::{Batch, Source, Token};
use super::refusal::Refusal;

/// A change to be written, and what the catalog wants to remember of it.
#[derive(Debug, Clone)]
pub struct Write {
    /// The change; its encoding is what is written.
    pub change: Arc<Checked>,
    /// The catalog's note about it, to be given back at the next start; empty for a change that must be read again.
    pub note: Vec<u8>,
}

/// Changes that nobody has looked at yet.
#[derive(Debug)]
pub enum Unchecked {
    /// Encoded changes.
    Changes(Vec<Vec<u8>>),
    /// A parcel of them, to be unpacked with [`unpack`](crate::wire::parcel::unpack): so many bytes of changes are in it.
    Parcel {
        /// The parcel.
        bytes: Vec<u8>,
        /// Bytes of the changes.
        raw: u32,
    },
}

impl Unchecked {
    /// Returns the encoded changes.
    ///
    /// # Errors
    /// If they are in a parcel that cannot be unpacked.
    pub fn open(self) -> Result<Vec<Vec<u8>>, parcel::Error> {
        match self {
            Self::Changes(changes) => Ok(changes),
            Self::Parcel { bytes, raw } => parcel::unpack(&bytes, raw),
        }
    }
}

/// Something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Judge these changes with [`check`](super::check::check) and answer with `Checked`, or with `Unreadable` for a parcel
    /// that cannot be unpacked; groups of one source in order.
    Check {
        /// For whom.
        source: Source,
        /// What is to be judged.
        unchecked: Unchecked,
    },
    /// Make durable, all or nothing, then answer with `Persisted` or `PersistFailed`.
    Persist {
        /// The batch.
        batch: Batch,
        /// The changes, in order.
        writes: Vec<Write>,
        /// Headers of changes refused for an identifier: kept as evidence, after the changes.
        evidence: Vec<Vec<u8>>,
    },
    /// Send a message.
    Send {
        /// To whom.
        node: NodeId,
        /// What.
        message: Message,
    },
    /// Read these records from the log, pack them and send them as one `Deliver`.
    Deliver(Shipment),
    /// Close the connection.
    Disconnect {
        /// To whom.
        node: NodeId,
        /// Why.
        offence: Offence,
    },
    /// Let go of a link to a peer that did nothing wrong.
    Release(NodeId),
    /// Connect to a node, once.
    Dial {
        /// To whom.
        node: NodeId,
        /// Where it says it is reached.
        addresses: Vec<String>,
    },
    /// Something observers want to know.
    Event(Event),
}

/// A delivery to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// To whom.
    pub node: NodeId,
    /// In which session.
    pub session: u64,
    /// The receiver's number, 0 for what is new.
    pub number: u32,
    /// Whether it is the last of that number.
    pub end: bool,
    /// How to pack.
    pub codec: Codec,
    /// The records, ascending within one number.
    pub ordinals: Vec<Ordinal>,
}

/// What a peer did that ends its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Offence {
    /// A frame that is no message.
    #[error("sent a frame that is not a message")]
    MalformedMessage,
    /// It spoke before it said who it is, or twice.
    #[error("did not begin with exactly one hello")]
    Hello,
    /// It did not say who it is in time.
    #[error("did not say who it is in time")]
    HelloTimeout,
    /// It belongs to another network.
    #[error("belongs to another network")]
    OtherNetwork,
    /// No wire version in common.
    #[error("speaks no wire version known here")]
    Version,
    /// Its certificate does not prove that it acts for its organisation.
    #[error("has no certificate that lets this node key act for an organisation")]
    Certificate,
    /// It asked for or offered something that is not for it.
    #[error("asked for or offered a scope it has no part in")]
    ForeignScope,
    /// It sent more than it was granted.
    #[error("sent more than it was granted")]
    Overdrawn,
    /// It sent a parcel that cannot be unpacked.
    #[error("sent a parcel that cannot be unpacked")]
    Parcel,
    /// It sent coded symbols, hashes or ranges that make no sense.
    #[error("compared in a way that makes no sense")]
    Comparison,
    /// It asks more often than anyone could read the answers.
    #[error("asked more often than allowed")]
    TooManyRequests,
    /// It delivered too much that had to be refused.
    #[error("delivered too many changes that had to be refused")]
    TooManyRefused,
}

impl Offence {
    /// Returns the stable name under which offences are counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedMessage => "malformed_message",
            Self::Hello => "hello",
            Self::HelloTimeout => "hello_timeout",
            Self::OtherNetwork => "other_network",
            Self::Version => "version",
            Self::Certificate => "certificate",
            Self::ForeignScope => "foreign_scope",
            Self::Overdrawn => "overdrawn",
            Self::Parcel => "parcel",
            Self::Comparison => "comparison",
            Self::TooManyRequests => "too_many_requests",
            Self::TooManyRefused => "too_many_refused",
        }
    }
}

/// What became of one submitted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable here.
    Stored(ChangeId),
    /// It was here already.
    Known(ChangeId),
    /// It waits, unsaved, for something that is not here.
    Waiting(ChangeId, Missing),
    /// It was refused.
    Refused(Option<ChangeId>, Refusal),
    /// It could not be made durable.
    NotStored(ChangeId, String),
}

/// What observers are told.
#[derive(Debug)]
pub enum Event {
    /// A submission is decided: one outcome for each change, in order.
    Decided {
        /// The submission.
        token: Token,
        /// The outcomes.
        outcomes: Vec<Outcome>,
    },
    /// These changes are in and durable.
    Committed(Vec<(Index, Arc<Checked>)>),
    /// A change from a peer was refused.
    Refused {
        /// By whom it was delivered.
        node: NodeId,
        /// Its id, if it has one.
        id: Option<ChangeId>,
        /// The refusal's name.
        name: &'static str,
    },
}
