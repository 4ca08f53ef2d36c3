//! The columns and what is said of reports elsewhere: links to phenomena, and the way from a line back to its report.

use std::collections::BTreeSet;

use super::super::links::{Assignment, Links, NONE};
use super::{Columns, FITS};
use crate::id::DocumentId;

impl Columns {
    /// Takes over which reports are linked to which phenomena, in place of what was linked before. Reports that come later
    /// are linked as they come.
    pub fn relink(&mut self, assignment: &Assignment) {
        self.edition += 1;
        let before = std::mem::replace(&mut self.links, Links::new(assignment));
        *self.links.uses(NONE) = u32::try_from(self.len()).expect(FITS);
        let documents: BTreeSet<DocumentId> = before.reports().chain(assignment.keys().copied()).collect();
        for document in documents {
            let Some(slot) = self.slot_of(&document) else { continue };
            let number = self.links.of(&document);
            self.lines.linked[self.places[slot as usize] as usize] = number;
            *self.links.uses(NONE) -= 1;
            *self.links.uses(number) += 1;
        }
    }

    /// Returns the sets of phenomena.
    pub(in crate::view) fn links(&self) -> &Links {
        &self.links
    }

    /// Returns the place of a report's line.
    pub(in crate::view) fn place_of(&self, report: &DocumentId) -> Option<usize> {
        self.slot_of(report).map(|slot| self.places[slot as usize] as usize)
    }
}
