//! From a cell back to the reports in it, for somebody who may read them: nothing is hidden or rounded here, so what is returned
//! may only be shown where each of the reports may be shown by itself.

use super::axis::Sieve;
use super::columns::Columns;
use super::query::Filters;
use crate::id::DocumentId;

/// Lines looked at together.
const BLOCK: usize = 256;

impl Columns {
    /// Returns the reports that pass all filters, by id. Not for publishing: see the head of this file.
    pub fn reports(&self, filters: &Filters) -> Vec<DocumentId> {
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
        let passed = self.placed().filter(|(_, place)| passes[*place]);
        let mut reports: Vec<DocumentId> = passed.map(|(document, _)| document).collect();
        reports.sort_unstable();
        reports
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
            let mut rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.document, row)).collect();
            for document in rows.keys().take(gone).copied().collect::<Vec<_>>() {
                columns.remove(&document);
                rows.remove(&document);
            }
            let passes = |row: &super::super::Row| {
                filters.iter().all(|(facet, allowed)| values(row, facet).iter().any(|value| allowed.contains(value)))
            };
            let found: Vec<_> = rows.values().filter(|row| passes(row)).map(|row| row.document).collect();
            prop_assert_eq!(columns.reports(&filters), found);
        }
    }
}
