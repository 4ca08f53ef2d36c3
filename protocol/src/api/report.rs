//! Documents: what became of a change, reports as they read, their history, forms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::form::Trilingual;
use crate::id::{ChangeId, DocumentId, FormHash, OrganisationId, WorkerId};
use crate::joint::Source;
use crate::key::PublicKey;
use crate::proposal::Trace;
use crate::report::schema::FormId;
use crate::scope::Scope;
use crate::time::Timestamp;

/// What became of a submitted change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is durable here.
    Stored {
        /// Its id.
        id: ChangeId,
    },
    /// It was here already.
    Known {
        /// Its id.
        id: ChangeId,
    },
    /// It waits, unsaved, for something that is not here.
    Waiting {
        /// Its id.
        id: ChangeId,
        /// A sentence about what is missing.
        missing: String,
    },
    /// It was refused.
    Refused {
        /// Its id, if it is well-formed enough to have one.
        id: Option<ChangeId>,
        /// The rule's stable name.
        name: String,
        /// A sentence.
        message: String,
    },
    /// It could not be written to disk.
    NotStored {
        /// Its id.
        id: ChangeId,
        /// A sentence.
        message: String,
    },
}

/// One report as it reads now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Its document.
    pub document: DocumentId,
    /// The organisation that began it.
    pub organisation: OrganisationId,
    /// The pseudonymous worker who began it.
    pub author: Option<WorkerId>,
    /// For whom it is.
    pub scope: Scope,
    /// When its author says it was begun.
    pub claimed: Timestamp,
    /// Number of its changes.
    pub changes: usize,
    /// The field values, each the one automerge prefers where there are several.
    pub fields: Map<String, Value>,
    /// For each field with concurrent values: all of them, the preferred first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conflicts: BTreeMap<String, Vec<Value>>,
}

/// A report and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Authored {
    /// The report.
    pub report: Report,
    /// What came of it.
    pub trace: Trace,
}

/// One change of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryEntry {
    /// Its id.
    pub id: ChangeId,
    /// The key that signed it.
    pub author: PublicKey,
    /// The worker behind it, if known here.
    pub worker: Option<WorkerId>,
    /// Its number in that key's chain in this document.
    pub sequence: u32,
    /// What it builds on.
    pub dependencies: Vec<ChangeId>,
    /// When its author says it was.
    pub claimed: Timestamp,
    /// The fields it set or took away.
    pub fields: Vec<String>,
}

/// An entry of a joint document as one change wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Written {
    /// The change.
    pub change: ChangeId,
    /// The document.
    pub document: DocumentId,
    /// Who signed it.
    pub by: Source,
    /// The path behind the organisation's prefix.
    pub path: String,
    /// What was written; nothing if the entry was taken back.
    pub value: Option<Value>,
}

/// A form as it is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormEntry {
    /// Its id, as reports name it.
    pub form: FormId,
    /// Its name, if it can be read.
    pub name: Option<Trilingual>,
    /// The hash of its canonical encoding, if it can be read: equal for equal forms.
    pub hash: Option<FormHash>,
    /// Its document; `None` for the one that comes with the program.
    pub document: Option<DocumentId>,
    /// The organisation that publishes it.
    pub organisation: Option<OrganisationId>,
    /// For whom it is.
    pub scope: Option<Scope>,
    /// Number of its document's changes.
    pub changes: usize,
    /// Number of its own questions.
    pub questions: usize,
    /// Why it cannot be used here, if it cannot.
    pub fault: Option<String>,
}
