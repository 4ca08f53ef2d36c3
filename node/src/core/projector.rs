//! From changes to columns: what a report or a service path contributes to counts, taken from its first change at once and from its
//! whole history when there is more. Also what the index keeps of each record, so that a start need not read it.
//!
//! ```text
//! kept = 1 | note length u16 LE | catalog's note | row     ; a change of what is counted
//!      | 2 | the whole record                              ; a short statement
//!      | (nothing)                                         ; read the record again
//! ```

use std::sync::Arc;

use talkoot_protocol::catalog::Index;
use talkoot_protocol::document::{self, Fields};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::limits::DOCUMENT_CHANGES_MAX;
use talkoot_protocol::report::Report;
use talkoot_protocol::report::row::Provenance;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Bearer;
use talkoot_protocol::sync::check::{Checked, Content};
use talkoot_protocol::sync::effect::Write;
use talkoot_protocol::sync::engine::Engine;

use super::paths::{self, AnyRow};
use super::{Core, read};

/// Longest value the index keeps, in bytes.
const KEPT_BYTES_MAX: usize = 512;

/// What the index kept of a record.
pub(super) enum Kept<'a> {
    /// The catalog's note, and the row if the change began a report or a service path.
    Note { note: &'a [u8], row: &'a [u8] },
    /// The record itself.
    Whole(&'a [u8]),
}

impl<'a> Kept<'a> {
    pub(super) fn decode(value: &'a [u8]) -> Option<Self> {
        match value.split_first()? {
            (1, rest) => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                let length = usize::from(u16::from_le_bytes(*length));
                Some(Self::Note { note: rest.get(..length)?, row: rest.get(length..)? })
            }
            (2, rest) => Some(Self::Whole(rest)),
            _ => None,
        }
    }
}

/// Puts together what the index keeps of a change; nothing if it would be too long.
pub(super) fn kept(change: &Checked, note: &[u8], row: Option<&AnyRow>) -> Vec<u8> {
    let value = if note.is_empty() {
        [&[2], change.bytes()].concat()
    } else {
        let row = row.map(AnyRow::encode).unwrap_or_default();
        [&[1], &(note.len() as u16).to_le_bytes()[..], note, &row].concat()
    };
    if value.len() <= KEPT_BYTES_MAX { value } else { Vec::new() }
}

/// Returns the row of a change that begins what is counted; `None` for any other, and for what cannot be read.
pub(super) fn row_of(engine: &Engine, change: &Checked) -> Option<AnyRow> {
    let Content::Chunk(chunk) = change.content() else { return None };
    let (kind @ (Kind::Report | Kind::ServicePath), _) = change.change().begins()? else { return None };
    let fields = document::read_first(chunk).ok()?;
    row_from(engine, change, kind, fields).ok()?
}

/// Returns the row of what reads so and began with this change; `None` if whose it is is not known.
fn row_from(engine: &Engine, first: &Checked, kind: Kind, fields: Fields) -> Result<Option<AnyRow>, read::Error> {
    match kind {
        Kind::ServicePath => Ok(paths::row_from(engine, first, &fields)?.map(AnyRow::Path)),
        _ => Ok(report_row(engine, first, fields).map(AnyRow::Report)),
    }
}

fn report_row(engine: &Engine, first: &Checked, fields: Fields) -> Option<talkoot_protocol::view::Row> {
    let header = first.change().header();
    let membership = engine.membership();
    let certificate = membership.certificate(&header.certificate?)?;
    let Bearer::Worker { worker, .. } = certificate.bearer else { return None };
    let kind = membership.record(&certificate.organisation)?.kind;
    let (report, _) = Report::read(fields);
    Some(report.row(Provenance {
        document: first.change().document(),
        organisation: certificate.organisation,
        organisation_kind: kind,
        author: worker,
    }))
}

impl Core {
    /// Returns what the index is to keep of a change that is being written. Its row is remembered until it is durable.
    pub(super) fn index_value(&mut self, write: &Write) -> Vec<u8> {
        let row = row_of(&self.engine, &write.change);
        let value = kept(&write.change, &write.note, row.as_ref());
        if let Some(row) = row {
            self.fresh_rows.insert(write.change.id(), row);
        }
        value
    }

    /// Takes what has just become durable into the columns.
    pub(super) fn project(&mut self, changes: &[(Index, Arc<Checked>)]) {
        for (index, change) in changes {
            let document = self.engine.catalog().document_of(*index);
            // A link to a report that was not here counts once it is.
            self.links_changed |= matches!(document.kind, Kind::Phenomenon | Kind::Report);
            if document.kind.is_joint() {
                self.joints.changed(document.id, document.kind);
            }
            if !matches!(document.kind, Kind::Report | Kind::ServicePath) {
                continue;
            }
            if let (Kind::Report, Some(words)) = (document.kind, &mut self.words) {
                words.note(*index);
            }
            let (id, kind, changes) = (document.id, document.kind, document.changes().len());
            let fresh = self.fresh_rows.remove(&change.id());
            let row = if changes > 1 { None } else { fresh.or_else(|| row_of(&self.engine, change)) };
            match row {
                Some(row) => self.count_row(row),
                // A path that cannot be read is set aside with the reason.
                None if changes > 1 || kind == Kind::ServicePath => {
                    self.stale.insert(id);
                }
                None => {}
            }
        }
        self.fresh_rows.clear();
    }

    fn count_row(&mut self, row: AnyRow) {
        match row {
            AnyRow::Report(row) => {
                let first = self.engine.catalog().find(&row.document.first_change());
                if let Some(first) = first.filter(|_| row.organisation == self.own) {
                    self.authored.note(row.author, first);
                }
                self.columns.insert(&row);
            }
            AnyRow::Path(row) => self.paths.insert(row),
        }
    }

    fn uncount(&mut self, document: &DocumentId) {
        let first = self.engine.catalog().find(&document.first_change());
        if let Some((row, first)) = self.columns.get(document).zip(first) {
            self.authored.forget(&row.author, first);
        }
        self.columns.remove(document);
        self.paths.remove(document);
    }

    /// Reads anew the reports and service paths that changed since their row was taken.
    pub(super) fn refresh_stale(&mut self) {
        while let Some(document) = self.stale.pop_first() {
            if let Err(error) = self.refresh(&document) {
                tracing::error!(document = %document.short(), %error, "a document cannot be read and is set aside");
                self.quarantined.insert(document, error.to_string());
                self.uncount(&document);
            }
        }
    }

    fn refresh(&mut self, document: &DocumentId) -> Result<(), read::Error> {
        let is_counted = |kind| matches!(kind, Kind::Report | Kind::ServicePath);
        let Some(known) = self.engine.catalog().document(document).filter(|known| is_counted(known.kind)) else {
            return Ok(());
        };
        let kind = known.kind;
        if known.changes().len() > DOCUMENT_CHANGES_MAX {
            return Err(read::Error::Overgrown { document: *document });
        }
        let history = self.history(document)?;
        let reading = history.reading()?;
        let first = history.first().ok_or(read::Error::Damaged { document: *document })?;
        if let Some(row) = row_from(&self.engine, first, kind, reading.values())? {
            self.count_row(row);
        }
        self.quarantined.remove(document);
        Ok(())
    }
}
