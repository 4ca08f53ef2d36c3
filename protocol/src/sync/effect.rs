//! What the engine asks of its driver, in the order in which it is to be done.

use std::sync::Arc;

use crate::catalog::{Index, Ordinal};
use crate::id::{ChangeId, NodeId};
use crate::wire::message::Message;

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

/// Something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Judge these changes with [`check`](super::check::check) and answer with `Checked`; groups of one source in order.
    Check {
        /// For whom.
        source: Source,
        /// The encoded changes.
        changes: Vec<Vec<u8>>,
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
    /// Read these records from the log and send them as one `Deliver` with this number.
    Deliver {
        /// To whom.
        node: NodeId,
        /// The request answered, 0 for none.
        number: u32,
        /// The records.
        ordinals: Vec<Ordinal>,
    },
    /// Close the connection.
    Disconnect {
        /// To whom.
        node: NodeId,
        /// Why.
        offence: Offence,
    },
    /// Something observers want to know.
    Event(Event),
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
