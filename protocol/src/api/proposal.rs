//! Proposals: which are asked for, and what they come from.

use serde::{Deserialize, Serialize};

use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::scope::Kind;

/// A list of proposals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProposalList {
    /// All of them, by the day until which an answer is asked for.
    #[default]
    All,
    /// What an organisation is asked and has not answered, the most urgent first.
    Inbox,
    /// All that are not closed, the most urgent first.
    Queue,
}

/// Which proposals are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposalFilter {
    /// Of which list.
    #[serde(default)]
    pub list: ProposalList,
    /// In the inbox: whose; one's own without it. Elsewhere: only what this organisation asks.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only those overdue.
    #[serde(default)]
    pub overdue: bool,
    /// In the queue: only what this worker holds.
    #[serde(default)]
    pub holder: Option<WorkerId>,
    /// Skip so many.
    #[serde(default)]
    pub skip: usize,
    /// At most so many.
    #[serde(default)]
    pub limit: usize,
}

/// Something a proposal comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposalSource {
    /// The document.
    pub document: DocumentId,
    /// Whether it is a phenomenon or a report; `None` if it is not here.
    pub kind: Option<Kind>,
    /// Its title; empty if it is not here.
    pub title: String,
}
