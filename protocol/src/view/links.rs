//! Which phenomena reports are linked to: each set of phenomena kept once, since few occur.
//!
//! Links are said in documents of their own, by whoever sees that reports belong together, and change without the reports. So
//! they are no part of a [row](super::Row): whoever reads those documents hands the whole assignment over
//! ([`super::Columns::relink`]), and a report that comes later finds its set here. Nothing here knows what a phenomenon says.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::DocumentId;

/// The phenomena of each linked report, by the report's id. A phenomenon goes by the id of those it was merged with.
pub type Assignment = BTreeMap<DocumentId, BTreeSet<DocumentId>>;

/// The number of the empty set.
pub(super) const NONE: u32 = 0;

/// Every set of phenomena by number, how many reports have it, and which report has which.
#[derive(Debug, Clone)]
pub(super) struct Links {
    sets: Vec<BTreeSet<DocumentId>>,
    uses: Vec<u32>,
    of: BTreeMap<DocumentId, u32>,
}

impl Default for Links {
    fn default() -> Self {
        Self { sets: vec![BTreeSet::new()], uses: vec![0], of: BTreeMap::new() }
    }
}

impl Links {
    /// Takes an assignment; no report uses it yet.
    pub(super) fn new(assignment: &Assignment) -> Self {
        let mut links = Self::default();
        let mut numbers: BTreeMap<&BTreeSet<DocumentId>, u32> = BTreeMap::new();
        for (report, set) in assignment.iter().filter(|(_, set)| !set.is_empty()) {
            let number = *numbers.entry(set).or_insert_with(|| {
                links.sets.push(set.clone());
                links.uses.push(0);
                u32::try_from(links.sets.len() - 1).expect("fewer than 2^32 sets fit in memory")
            });
            links.of.insert(*report, number);
        }
        links
    }

    /// Returns the linked reports, whether they are here or not.
    pub(super) fn reports(&self) -> impl Iterator<Item = DocumentId> {
        self.of.keys().copied()
    }

    /// Returns the number of a report's set.
    pub(super) fn of(&self, report: &DocumentId) -> u32 {
        self.of.get(report).copied().unwrap_or(NONE)
    }

    /// Returns the counter of the reports that have a set.
    pub(super) fn uses(&mut self, number: u32) -> &mut u32 {
        &mut self.uses[number as usize]
    }

    /// Returns the sets by number; none where no report has it.
    pub(super) fn used(&self) -> impl Iterator<Item = Option<&BTreeSet<DocumentId>>> {
        self.sets.iter().zip(&self.uses).map(|(set, uses)| (*uses > 0).then_some(set))
    }
}
