//! Bundles: what is asked to be in one, and what will be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::node::ScopeStatus;
use crate::id::OrganisationId;
use crate::scope::Scope;

/// Which changes a bundle is to hold. With a request attached: of these, only what it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BundleFilter {
    /// Only what this organisation may receive; without it, what every member may.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only of this scope.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Only what stands in the log after this ordinal.
    #[serde(default)]
    pub since: Option<u64>,
}

/// What a bundle will hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BundlePlan {
    /// For whom it is, if for one organisation only.
    pub organisation: Option<OrganisationId>,
    /// Number of changes.
    pub changes: u64,
    /// Their bytes, before packing.
    pub raw_bytes: u64,
    /// What is in it, by the name of the scope.
    pub scopes: BTreeMap<String, ScopeStatus>,
    /// Scopes of which the request told too little: all of them is in.
    pub whole: Vec<Scope>,
    /// The log's end: the parts go up to here, and the next bundle may begin after it.
    pub last: u64,
}
