//! From a cell back to the reports in it, for somebody who may read them: nothing is hidden or rounded here, so what is returned
//! may only be shown where each of the reports may be shown by itself.

use super::axis::Sieve;
use super::columns::Columns;
use super::lines::Lines;
use super::query::Filters;
use crate::id::{DocumentId, OrganisationId};

/// Lines looked at together.
const BLOCK: usize = 256;

/// The reports that pass all filters. Not for publishing: see the head of this file.
#[derive(Debug)]
pub struct Behind<'c> {
    columns: &'c Columns,
    /// By place, whether the report there passes.
    passes: Vec<bool>,
}

impl Behind<'_> {
    /// Returns whether a report is among them.
    pub fn has(&self, report: &DocumentId) -> bool {
        self.columns.place_of(report).and_then(|place| self.passes.get(place)).is_some_and(|passes| *passes)
    }

    /// Returns how many there are, or how many of one organisation.
    pub fn count(&self, organisation: Option<OrganisationId>) -> usize {
        let lines = &self.columns.lines;
        let is_of = |author: u32| {
            organisation.is_none_or(|id| self.columns.organisation(self.columns.organisation_of(author)) == id)
        };
        let there = lines.author.iter().zip(&lines.themes).zip(&self.passes);
        there.filter(|((author, themes), passes)| **passes && Lines::is_there(**themes) && is_of(**author)).count()
    }
}

impl Columns {
    /// Returns the reports that pass all filters. Not for publishing: see the head of this file.
    pub fn behind(&self, filters: &Filters) -> Behind<'_> {
        let sieves = Sieve::all(self, filters);
        let mut passes = vec![true; self.lines.len()];
        let mut keys = [0; BLOCK];
        for (at, passes) in passes.chunks_mut(BLOCK).enumerate() {
            let (from, keys) = (at * BLOCK, &mut keys[..passes.len()]);
            for sieve in &sieves {
                sieve.source.copy(self, from..from + passes.len(), keys);
                passes.iter_mut().zip(keys.iter()).for_each(|(passes, key)| *passes &= sieve.passes[*key as usize]);
            }
        }
        Behind { columns: self, passes }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::testing::{any_row, links, values};
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn finds_what_a_look_at_every_report_finds(
            rows in proptest::collection::vec(any_row(), 0..400),
            gone in 0..40usize,
            text in proptest::sample::select(vec!["", "theme=2", "county=11,fi;valence=negative,none", "met=partly", "phenomenon=none"]),
        ) {
            let filters: Filters = text.parse().unwrap();
            let mut columns = Columns::new(5);
            columns.extend(rows.clone());
            columns.relink(&links(&rows));
            let all: Vec<_> = rows.iter().map(|row| row.document).collect();
            let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.document, row)).collect();
            for document in rows.keys().take(gone).copied().collect::<Vec<_>>() {
                columns.remove(&document);
                rows.remove(&document);
            }
            let passes = |row: &super::super::Row| {
                filters.iter().all(|(facet, allowed)| values(row, facet).iter().any(|value| allowed.contains(value)))
            };
            let behind = columns.behind(&filters);
            for document in all {
                prop_assert_eq!(behind.has(&document), rows.get(&document).is_some_and(passes));
            }
            let found: Vec<_> = rows.values().filter(|row| passes(row)).collect();
            prop_assert_eq!(behind.count(None), found.len());
            for id in rows.values().map(|row| row.organisation) {
                let of = found.iter().filter(|row| row.organisation == id).count();
                prop_assert_eq!(behind.count(Some(id)), of);
            }
        }
    }
}
