//! Service paths: their rows beside those of reports, and requests about them. What a path means and what of the counts is published,
//! [`talkoot_protocol::service_path`] says.

use talkoot_protocol::api::{self, Failure, Response};
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::service_path::{self, Query, ServicePath};
use talkoot_protocol::statement::Bearer;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::engine::Engine;
use talkoot_protocol::view;

use super::answer::PAGE_MAX;
use super::{Core, read};

/// What a document contributes to counts, of whatever kind it is.
#[derive(Debug)]
pub(super) enum AnyRow {
    /// Of a report.
    Report(view::Row),
    /// Of a service path.
    Path(service_path::Row),
}

impl AnyRow {
    /// Returns the row's bytes; which kind it is of, the document's kind says.
    pub(super) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Report(row) => row.encode(),
            Self::Path(row) => row.encode(),
        }
    }

    /// Reads what [`AnyRow::encode`] wrote for a document of this kind.
    pub(super) fn decode(kind: Kind, bytes: &[u8]) -> Option<Self> {
        match kind {
            Kind::Report => view::Row::decode(bytes).ok().map(Self::Report),
            Kind::ServicePath => service_path::Row::decode(bytes).ok().map(Self::Path),
            _ => None,
        }
    }
}

/// Returns the row of a path that reads so and began with this change; `None` if whose it is is not known.
pub(super) fn row_from(
    engine: &Engine,
    first: &Checked,
    fields: &Fields,
) -> Result<Option<service_path::Row>, service_path::Error> {
    let path = ServicePath::read(fields)?;
    let certificate = first.change().header().certificate.and_then(|id| engine.membership().certificate(&id));
    let row = certificate.and_then(|certificate| match certificate.bearer {
        Bearer::Worker { worker, .. } => Some(service_path::Row {
            document: first.change().document(),
            organisation: certificate.organisation,
            author: worker,
            path,
        }),
        Bearer::Node => None,
    });
    Ok(row)
}

impl Core {
    /// Answers with a page of paths, newest first.
    pub(super) fn path_page(&self, organisation: Option<OrganisationId>, skip: usize, limit: usize) -> Response {
        let wanted = |id: &OrganisationId| organisation.is_none_or(|organisation| organisation == *id);
        let documents = self.engine().catalog().documents().rev();
        let known = documents.filter(|known| known.kind == Kind::ServicePath && wanted(&known.organisation));
        let ids: Vec<DocumentId> = known.map(|known| known.id).collect();
        let page = ids.iter().skip(skip).take(limit.min(PAGE_MAX));
        let paths = page.filter_map(|id| self.path_document(id).ok()).collect();
        Response::Paths { paths, total: ids.len() }
    }

    /// Answers with one path.
    ///
    /// # Errors
    /// `unknown_document`, `ambiguous_document`, and what keeps the document from being read.
    pub(super) fn path(&self, asked: &str) -> Result<Response, Failure> {
        let document = self.find(asked)?;
        let kind = self.engine().catalog().document(&document).map(|known| known.kind);
        if kind != Some(Kind::ServicePath) {
            return Err(read::Error::Unknown { asked: asked.to_owned() }.into());
        }
        Ok(Response::Path(Box::new(self.path_document(&document)?)))
    }

    /// Answers with published counts of all paths here.
    ///
    /// # Errors
    /// `bad_query`.
    pub(super) fn path_view(&self, query: &Query) -> Result<Response, Failure> {
        let view = self.paths.view(query, &self.rules).map_err(|error| Failure::new("bad_query", error.to_string()))?;
        Ok(Response::PathView(Box::new(view)))
    }

    /// A path is read as a report is: fields in the root map.
    fn path_document(&self, id: &DocumentId) -> Result<api::ServicePath, read::Error> {
        let api::Report { document, organisation, scope, claimed, changes, fields, .. } = self.report(id)?;
        Ok(api::ServicePath { document, organisation, scope, claimed, changes, fields })
    }
}
