//! A field of a report as a form asks for it.

use serde::{Deserialize, Serialize};

use super::text::Trilingual;
use crate::report::codes::{Kind, Variant};

/// Whether a variant of the form needs an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It has to be answered before signing.
    Required,
    /// It may be answered.
    Optional,
    /// It is not asked and stays empty.
    Absent,
}

/// The need of each variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// In the form for professionals.
    pub professional: Need,
    /// In the form for organisations.
    pub ngo: Need,
    /// In the form for residents and clients.
    pub resident: Need,
}

impl Needs {
    /// Returns the need of a variant.
    pub const fn of(&self, variant: Variant) -> Need {
        match variant {
            Variant::Professional => self.professional,
            Variant::Ngo => self.ngo,
            Variant::Resident => self.resident,
        }
    }
}

/// A field: its words and its needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its id, one of [`crate::report::Report::FIELDS`] or one of a newer form.
    pub id: String,
    /// What stands above it.
    pub label: Trilingual,
    /// How to answer it.
    pub help: Trilingual,
    /// Who has to answer it.
    pub needs: Needs,
    /// Only reports of these kinds are asked; all if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
}

impl Field {
    /// Returns the need in a report of a variant and kind. What other kinds are asked may be answered, and need not be.
    pub fn need(&self, variant: Variant, kind: Option<Kind>) -> Need {
        need(&self.needs, &self.kinds, variant, kind)
    }
}

/// Returns the need in a report of a variant and kind.
pub(super) fn need(needs: &Needs, kinds: &[Kind], variant: Variant, kind: Option<Kind>) -> Need {
    let asked = kinds.is_empty() || kind.is_some_and(|kind| kinds.contains(&kind));
    match needs.of(variant) {
        Need::Required if !asked => Need::Optional,
        need => need,
    }
}
