//! What the changes of one document mean together: making them, reading them, merging them.
//!
//! Documents are made of fields: values under the root map's keys. An edit replaces whole fields, so what two people changed
//! at the same time stands side by side under one key until a person settles it ([`Reading`]); nothing is dropped.
//!
//! Changes are made here from decoded operations, without an automerge document; automerge does what it is for, merging and
//! saving, and every call into it is fenced against panics. This module reads changes and never moves them: it must not know
//! of signatures, peers or storage. Automerge's `ActorId` and `ChangeHash` stay inside.

mod build;
mod edit;
mod first;
mod past;
mod read;
mod save;
mod sound;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod merges;
#[cfg(test)]
mod samples;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chunk::{self, Actor};
use crate::id::ChunkHash;

pub use edit::{create, edit};
pub use first::{read_first, written};
pub use past::follows;
pub use read::read;
pub use save::{EXPORT_ITEMS_MAX, export, save};
pub use sound::sound;

/// Values by field name. A value is null, a boolean, an integer, a string, or a list or map of such, at most
/// [`FIELD_DEPTH_MAX`] deep; floating-point numbers cannot be written.
pub type Fields = serde_json::Map<String, Value>;

/// Deepest nesting of lists and maps that this node writes in one field. Others may go as deep as the wire version allows.
pub const FIELD_DEPTH_MAX: u8 = 8;

/// Why a change could not be made, or a history not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The change that was made, or the one to read, breaks a rule of the wire version.
    #[error("the change is not admissible")]
    Chunk(#[from] chunk::Error),
    /// Floating-point numbers do not mean the same to everyone.
    #[error("field {field:?} holds a floating-point number")]
    Float {
        /// The field.
        field: String,
    },
    /// A field nests too deeply.
    #[error("field {field:?} is nested deeper than {max}")]
    TooDeep {
        /// The field.
        field: String,
        /// The deepest nesting allowed.
        max: u8,
    },
    /// A key is empty or too long.
    #[error("field {field:?} holds a key of {got} bytes; 1 to {max} are allowed")]
    KeyLength {
        /// The field.
        field: String,
        /// Length of the key in bytes.
        got: usize,
        /// Longest key allowed.
        max: usize,
    },
    /// The edit would leave everything as it is.
    #[error("nothing would change")]
    NoChange,
    /// There is nothing to read.
    #[error("the history is empty")]
    Empty,
    /// A change depends on one that is not in the history.
    #[error("change {change} depends on {dependency}, which is missing")]
    Missing {
        /// The change.
        change: ChunkHash,
        /// What it depends on.
        dependency: ChunkHash,
    },
    /// Two changes begin the document.
    #[error("changes {one} and {other} both begin the document")]
    TwoBeginnings {
        /// The one.
        one: ChunkHash,
        /// The other.
        other: ChunkHash,
    },
    /// Two changes carry one actor: someone found a collision of 128 bits.
    #[error("two changes carry the actor {actor}")]
    SameActor {
        /// The actor.
        actor: Actor,
    },
    /// A change's operations must be numbered from one above the greatest of its dependencies.
    #[error("operations are numbered from {got}; from {expected} would follow on the dependencies")]
    StartOp {
        /// The number of the first operation.
        got: u32,
        /// What it should be.
        expected: u32,
    },
    /// The change points at an operation that is not in its past.
    #[error("operation {op} points at operation {counter} of {actor}, which is not in the change's past")]
    Unknown {
        /// The number of the operation that points.
        op: u32,
        /// The actor pointed at.
        actor: Actor,
        /// The operation pointed at.
        counter: u32,
    },
    /// The change points at an operation of the wrong kind or place.
    #[error("operation {op} points at operation {counter} of {actor}, which is something else")]
    Unfit {
        /// The number of the operation that points.
        op: u32,
        /// The actor pointed at.
        actor: Actor,
        /// The operation pointed at.
        counter: u32,
    },
    /// With this change the document would nest too deeply.
    #[error("objects are nested {got} deep; at most {max} are allowed")]
    Nesting {
        /// How deep.
        got: u32,
        /// The deepest nesting allowed.
        max: u8,
    },
    /// The document is full; a successor document goes on.
    #[error("the change comes after {got} others; at most {max} are allowed in a document")]
    Full {
        /// How many changes come before.
        got: usize,
        /// Most changes allowed.
        max: usize,
    },
    /// More documents than one export may hold.
    #[error("{got} documents; at most {max} fit in one export")]
    TooManyItems {
        /// How many there are.
        got: usize,
        /// Most allowed.
        max: usize,
    },
    /// Automerge refused what the guard admitted: a fault of this program. The document must be set aside.
    #[error("automerge refused the history: {reason}")]
    Refused {
        /// What automerge says.
        reason: String,
    },
    /// Automerge panicked over what the guard admitted: a fault of this program. The document must be set aside.
    #[error("automerge panicked over the history")]
    Panicked,
}

impl Error {
    /// Returns the reason's stable name in snake_case, as counted in `status` and in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Chunk(error) => error.name(),
            Self::Float { .. } => "float",
            Self::TooDeep { .. } => "field_too_deep",
            Self::KeyLength { .. } => "field_key_length",
            Self::NoChange => "no_change",
            Self::Empty => "empty_history",
            Self::Missing { .. } => "missing_dependency",
            Self::TwoBeginnings { .. } => "two_beginnings",
            Self::SameActor { .. } => "same_actor",
            Self::StartOp { .. } => "start_op",
            Self::Unknown { .. } => "unknown_reference",
            Self::Unfit { .. } => "unfit_reference",
            Self::Nesting { .. } => "nesting",
            Self::Full { .. } => "document_full",
            Self::TooManyItems { .. } => "too_many_items",
            Self::Refused { .. } => "automerge_refused",
            Self::Panicked => "automerge_panicked",
        }
    }
}

/// A document as it reads after all its changes. Equal histories give equal readings, in whatever order they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The fields by name.
    pub fields: BTreeMap<String, Field>,
    /// The changes that no other depends on, in ascending order.
    pub heads: Vec<ChunkHash>,
}

/// One field: the value everyone shows first, and what was written at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The value that wins by automerge's order (the greatest operation), which is arbitrary but the same everywhere.
    pub value: Value,
    /// The change that wrote it.
    pub set_by: ChunkHash,
    /// Contradictions inside the value. Edits made here never cause any, since they replace whole fields.
    pub inner: Vec<Inner>,
    /// The other concurrent values, the next in automerge's order first; empty when nothing contradicts.
    pub others: Vec<Entry>,
}

/// One of several concurrent values.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// The change that wrote it.
    pub set_by: ChunkHash,
    /// Contradictions inside the value.
    pub inner: Vec<Inner>,
}

/// A place inside a value at which concurrent values stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner {
    /// The place as a JSON pointer (RFC 6901) from the field's value on.
    pub pointer: String,
    /// The values that did not win there, the next in automerge's order first.
    pub others: Vec<Entry>,
}

impl Reading {
    /// Returns the winning values alone.
    pub fn values(&self) -> Fields {
        self.fields.iter().map(|(name, field)| (name.clone(), field.value.clone())).collect()
    }
}
