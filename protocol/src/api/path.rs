//! Service paths: one as it reads now.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{DocumentId, OrganisationId};
use crate::scope::Scope;
use crate::time::Timestamp;

/// One service path. Whoever noted it is not told: a path is about a way, and nobody is asked about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServicePath {
    /// Its document.
    pub document: DocumentId,
    /// The organisation that noted it.
    pub organisation: OrganisationId,
    /// For whom it is.
    pub scope: Scope,
    /// When it was noted, by its author's clock.
    pub claimed: Timestamp,
    /// Number of its changes.
    pub changes: usize,
    /// The field values, each the one automerge prefers where there are several.
    pub fields: Map<String, Value>,
}
