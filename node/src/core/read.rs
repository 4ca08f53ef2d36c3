//! From the log to what people read: one document's history, and the report it makes.

use std::collections::BTreeMap;

use talkoot_protocol::api;
use talkoot_protocol::catalog::Document;
use talkoot_protocol::document::{self, Reading};
use talkoot_protocol::id::{DocumentId, OrganisationId, WorkerId};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::service_path;
use talkoot_protocol::sign;
use talkoot_protocol::statement::Bearer;
use talkoot_protocol::sync::check::{Checked, Content};

use super::Core;

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none by this id.
    #[error("there is no report or other document {asked} here; 'talkoot report list' shows what there is")]
    Unknown {
        /// What was asked for.
        asked: String,
    },
    /// More than one id begins so.
    #[error("more than one document begins with {asked}; give more of its id")]
    Ambiguous {
        /// What was asked for.
        asked: String,
    },
    /// A record of it is damaged; peers will be asked for it.
    #[error("a record of document {document} is damaged here; it comes back when a peer that has it is reached")]
    Damaged {
        /// The document.
        document: DocumentId,
    },
    /// More changes stand side by side in it than are read.
    #[error(
        "document {document} has more changes than are read ({}); it is kept and set aside",
        talkoot_protocol::limits::DOCUMENT_CHANGES_MAX
    )]
    Overgrown {
        /// The document.
        document: DocumentId,
    },
    /// Its changes make no document.
    #[error(transparent)]
    Document(#[from] document::Error),
    /// It is no service path.
    #[error(transparent)]
    Path(#[from] service_path::Error),
}

/// All changes of a document, in causal order.
#[derive(Debug)]
pub struct History(Vec<Checked>);

impl History {
    /// Returns the changes.
    pub fn changes(&self) -> &[Checked] {
        &self.0
    }

    /// Returns the change that began it.
    pub fn first(&self) -> Option<&Checked> {
        self.0.first()
    }

    /// Returns what the changes mean together.
    ///
    /// # Errors
    /// [`document::Error`] if they make no document.
    pub fn reading(&self) -> Result<Reading, document::Error> {
        document::read(&document::sound(&sign::chunks(&self.0)))
    }
}

impl Core {
    /// Finds a document by its id or the beginning of it.
    pub(super) fn find(&self, asked: &str) -> Result<DocumentId, Error> {
        let asked = asked.trim().to_lowercase();
        let unknown = || Error::Unknown { asked: asked.clone() };
        if let Ok(id) = asked.parse::<DocumentId>() {
            return self.engine.catalog().document(&id).map(|document| document.id).ok_or_else(unknown);
        }
        if asked.len() < 4 {
            return Err(unknown());
        }
        let mut matching = self.engine.catalog().documents().filter(|known| known.id.to_string().starts_with(&asked));
        match (matching.next(), matching.next()) {
            (Some(only), None) => Ok(only.id),
            (None, _) => Err(unknown()),
            (Some(_), Some(_)) => Err(Error::Ambiguous { asked }),
        }
    }

    /// Reads a document's changes from the log.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn history(&self, id: &DocumentId) -> Result<History, Error> {
        let catalog = self.engine.catalog();
        let document = catalog.document(id).ok_or_else(|| Error::Unknown { asked: id.to_string() })?;
        let network = self.engine.network();
        let read = |index| {
            let bytes = self.record(catalog.entry(index).ordinal?)?;
            Checked::from_log(&network, bytes).ok()
        };
        let changes: Option<Vec<_>> = document.changes().iter().map(|index| read(*index)).collect();
        changes.map(History).ok_or(Error::Damaged { document: *id })
    }

    /// Returns the worker behind a change.
    pub(super) fn worker_of(&self, change: &Checked) -> Option<WorkerId> {
        let certificate = change.change().header().certificate?;
        match self.engine.membership().certificate(&certificate)?.bearer {
            Bearer::Worker { worker, .. } => Some(worker),
            Bearer::Node => None,
        }
    }

    /// Reads one report.
    pub(super) fn report(&self, id: &DocumentId) -> Result<api::Report, Error> {
        let catalog = self.engine.catalog();
        let document = catalog.document(id).ok_or_else(|| Error::Unknown { asked: id.to_string() })?;
        let history = self.history(id)?;
        let first = history.first().ok_or(Error::Damaged { document: *id })?;
        let (fields, conflicts) = match (history.changes(), first.content()) {
            ([_], Content::Chunk(chunk)) => (document::read_first(chunk)?, BTreeMap::new()),
            _ => {
                let reading = history.reading()?;
                (reading.values(), conflicts(&reading))
            }
        };
        Ok(api::Report {
            document: *id,
            organisation: document.organisation,
            author: self.worker_of(first),
            scope: document.scope,
            claimed: first.change().header().claimed,
            changes: history.changes().len(),
            fields,
            conflicts,
        })
    }

    /// Returns how many reports organisations began; one comes once for each scope that it writes for.
    pub(super) fn report_counts(&self) -> impl Iterator<Item = (OrganisationId, usize)> {
        let origins = self.engine.catalog().origins().filter(|(origin, _)| origin.kind == Kind::Report);
        origins.map(|(origin, reports)| (origin.organisation, reports))
    }

    /// Returns the reports here, newest first.
    pub(super) fn reports(&self) -> impl Iterator<Item = &Document> {
        self.engine.catalog().documents().rev().filter(|known| known.kind == Kind::Report)
    }
}

/// Returns, for each field with concurrent values, all of them, the preferred first.
fn conflicts(reading: &Reading) -> BTreeMap<String, Vec<serde_json::Value>> {
    let contested = reading.fields.iter().filter(|(_, field)| !field.others.is_empty());
    contested
        .map(|(name, field)| {
            let others = field.others.iter().map(|other| other.value.clone());
            (name.clone(), std::iter::once(field.value.clone()).chain(others).collect())
        })
        .collect()
}
