//! From a report to what came of it: the phenomena that link it, the proposals that come from these or from the report itself, and
//! in each its answers and outcomes.

use serde::{Deserialize, Serialize};

use super::state::State;
use crate::id::{DocumentId, OrganisationId};
use crate::joint::Source;

/// A phenomenon that links a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LinkedPhenomenon"))]
pub struct Linked {
    /// The phenomenon.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// The organisation that began it.
    pub owner: OrganisationId,
    /// Other phenomena joined with it, whose proposals are among those here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<DocumentId>,
    /// Who linked the report.
    pub linked_by: Vec<Source>,
    /// Whether somebody else says it does not belong there.
    pub contested: bool,
}

/// A phenomenon and the proposals that come from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Branch {
    /// The phenomenon.
    #[serde(flatten)]
    pub phenomenon: Linked,
    /// The proposals, with their answers and outcomes.
    pub proposals: Vec<State>,
}

/// What came of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trace {
    /// The report.
    pub report: DocumentId,
    /// The phenomena that link it.
    pub phenomena: Vec<Branch>,
    /// The proposals that name the report itself.
    pub proposals: Vec<State>,
}

/// Puts together what came of a report. A proposal that comes from several phenomena stands under each.
pub fn trace(report: DocumentId, phenomena: Vec<Linked>, proposals: &[State]) -> Trace {
    let named = |documents: &[DocumentId]| {
        let comes_from = |state: &&State| documents.iter().any(|document| state.names(document));
        let mut found: Vec<State> = proposals.iter().filter(comes_from).cloned().collect();
        found.sort_by_key(|state| (state.deadline(), state.document));
        found
    };
    let mut phenomena: Vec<Branch> = phenomena
        .into_iter()
        .map(|phenomenon| {
            let group: Vec<_> = std::iter::once(phenomenon.document).chain(phenomenon.joined.iter().copied()).collect();
            Branch { proposals: named(&group), phenomenon }
        })
        .collect();
    phenomena.sort_by_key(|branch| branch.phenomenon.document);
    Trace { report, phenomena, proposals: named(&[report]) }
}
