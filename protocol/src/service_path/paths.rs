//! All paths that a node holds, ready to be counted.

use std::collections::BTreeMap;

use super::row::Row;
use super::schema::ServicePath;
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::view::rounding::{Sum, record_key};

/// The paths, by author: whoever counts meets each author's paths one after another, and each organisation's authors.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    by_author: BTreeMap<(OrganisationId, WorkerId, DocumentId), (Sum, ServicePath)>,
    authors: BTreeMap<DocumentId, (OrganisationId, WorkerId)>,
}

impl Paths {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.authors.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.authors.is_empty()
    }

    /// Adds a path, or replaces what was known of it.
    pub fn insert(&mut self, row: Row) {
        let Row { document, organisation, author, path } = row;
        self.remove(&document);
        self.authors.insert(document, (organisation, author));
        self.by_author.insert((organisation, author, document), (Sum::one(record_key(&document)), path));
    }

    /// Takes a path out. Returns whether it was there.
    pub fn remove(&mut self, document: &DocumentId) -> bool {
        let Some((organisation, author)) = self.authors.remove(document) else { return false };
        self.by_author.remove(&(organisation, author, *document)).is_some()
    }

    /// Returns a path.
    pub fn get(&self, document: &DocumentId) -> Option<&ServicePath> {
        let (organisation, author) = self.authors.get(document)?;
        self.by_author.get(&(*organisation, *author, *document)).map(|(_, path)| path)
    }

    /// Returns each path with its organisation, author and sum, those of one author one after another.
    pub(super) fn iter(&self) -> impl Iterator<Item = (OrganisationId, WorkerId, Sum, &ServicePath)> {
        self.by_author.iter().map(|((organisation, author, _), (sum, path))| (*organisation, *author, *sum, path))
    }
}

impl Extend<Row> for Paths {
    fn extend<I: IntoIterator<Item = Row>>(&mut self, rows: I) {
        rows.into_iter().for_each(|row| self.insert(row));
    }
}
