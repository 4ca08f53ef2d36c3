//! Which reports belong to a phenomenon, by whose word.
//!
//! A report belongs to it if some organisation says so, unless the organisation that wrote the report says that it does not: its
//! word on its own report is final. Where words differ, both stand there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Attributed;
use super::word::{Link, LinkState};
use crate::id::{DocumentId, OrganisationId};
use crate::report::period::{HalfYear, Period};
use crate::scope::Scope;

/// What a node knows of a report that may be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The organisation that wrote it.
    pub organisation: OrganisationId,
    /// For whom it is.
    pub scope: Scope,
    /// Its title, if it can be read.
    pub title: Option<String>,
    /// When it was observed.
    pub half_year: Option<HalfYear>,
}

/// Reports by their ids.
pub type Reports = BTreeMap<DocumentId, Report>;

/// A report that somebody linked or unlinked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LinkedReport"))]
pub struct Linked {
    /// The report.
    pub report: DocumentId,
    /// Whether it belongs to the phenomenon.
    pub standing: Standing,
    /// Whether organisations differ about it.
    pub contested: bool,
    /// Its title, if the report is here.
    pub title: Option<String>,
    /// The organisation that wrote it, if the report is here.
    pub organisation: Option<OrganisationId>,
    /// When it was observed, as a half-year.
    pub period: Option<Period>,
    /// Every word about it.
    pub words: Vec<Attributed<Link>>,
}

/// Whether a report belongs to a phenomenon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    Linked,
    /// Whoever linked it took that back.
    Unlinked,
    /// The organisation that wrote it says that it does not.
    Vetoed,
}

impl Linked {
    /// Puts together what is said about a report, and what is known of it.
    pub(super) fn new(report: DocumentId, words: Vec<Attributed<Link>>, known: Option<&Report>) -> Self {
        let says = |state: LinkState| words.iter().any(move |word| word.said.state == state);
        let owner = known.map(|known| known.organisation);
        let vetoed =
            words.iter().any(|word| word.said.state == LinkState::Unlinked && Some(word.by.organisation) == owner);
        let standing = match (says(LinkState::Linked), vetoed) {
            (_, true) => Standing::Vetoed,
            (true, false) => Standing::Linked,
            (false, false) => Standing::Unlinked,
        };
        Self {
            report,
            standing,
            contested: says(LinkState::Linked) && says(LinkState::Unlinked),
            title: known.and_then(|known| known.title.clone()),
            organisation: owner,
            period: known.and_then(|known| known.half_year).map(Period::from),
            words,
        }
    }
}
