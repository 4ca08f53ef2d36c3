//! Requests about views beyond their numbers: the reports behind a cell, saved views, and which phenomena reports are linked to, so
//! that they can be counted by phenomenon.

use std::sync::Arc;

use talkoot_protocol::api::{Failure, Request, Response};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::joint::Joint;
use talkoot_protocol::phenomenon::link::Standing;
use talkoot_protocol::phenomenon::{Groups, card};
use talkoot_protocol::saved::{Brief, saved};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::view::{Assignment, Facet, Filters};

use super::answer::PAGE_MAX;
use super::phenomena::Depth;
use super::{Core, read};

impl Core {
    /// Before a question is answered that counts by phenomenon: takes over what links changed since. Phenomena are read when
    /// somebody first asks for them, so that a start costs nothing however many there are.
    pub fn prepare_links(&mut self, request: &Request) {
        let by_phenomenon = match request {
            Request::View { query, .. } => query.facets().contains(&Facet::Phenomenon),
            Request::ViewReports { filters, .. } => filters.on(Facet::Phenomenon).is_some(),
            _ => false,
        };
        if by_phenomenon && self.links_changed {
            let assignment = self.linked();
            self.columns.relink(&assignment);
            self.links_changed = false;
        }
    }

    /// Returns the phenomena of each linked report, as their cards have it.
    fn linked(&self) -> Assignment {
        let joints = self.joints(Kind::Phenomenon);
        let groups = Groups::new(joints.iter().map(Arc::as_ref));
        let mut assignment = Assignment::new();
        for id in groups.ids() {
            let reports = self.linked_reports(&groups, &id, Depth::Origin);
            let links = card(&groups, &id, &reports).map(|card| card.links).unwrap_or_default();
            // What the card does not tell of, its own scope would not let everyone know.
            let shown = links.iter().filter(|link| link.standing == Standing::Linked && link.organisation.is_some());
            for link in shown {
                assignment.entry(link.report).or_default().insert(id);
            }
        }
        assignment
    }

    /// Answers with a page of the reports that pass the filters: a part of what `reports` answers, in the same order.
    pub(super) fn reports_behind(
        &self,
        filters: &Filters,
        organisation: Option<OrganisationId>,
        (skip, limit): (usize, usize),
    ) -> Response {
        let behind = self.columns.behind(filters);
        let total = behind.count(organisation);
        let is_of = |id: &OrganisationId| organisation.is_none_or(|organisation| organisation == *id);
        let known = self.reports().filter(|known| is_of(&known.organisation) && behind.has(&known.id));
        // Beyond the last of them the walk would go on in vain.
        let page = known.take(total).skip(skip).take(limit.min(PAGE_MAX));
        let reports = page.filter_map(|known| self.report(&known.id).ok()).collect();
        Response::Reports { reports, total }
    }

    /// Answers with a page of saved views.
    pub(super) fn saved_views(&self, skip: usize, limit: usize) -> Response {
        let joints = self.joints(Kind::View);
        let groups = Groups::of(Kind::View, joints.iter().map(Arc::as_ref));
        let mut briefs: Vec<Brief> =
            groups.ids().filter_map(|id| saved(&groups, &id)).map(|saved| saved.brief()).collect();
        briefs.sort_by_key(|brief| (std::cmp::Reverse(brief.begun), brief.id));
        let total = briefs.len();
        Response::SavedViews { views: briefs.into_iter().skip(skip).take(limit.min(PAGE_MAX)).collect(), total }
    }

    /// Answers with a saved view, or the one it was merged into.
    ///
    /// # Errors
    /// `unknown_document`, `ambiguous_document`, and what keeps the document from being read.
    pub(super) fn saved_view(&self, asked: &str, history: bool) -> Result<Response, Failure> {
        let document = self.find(asked)?;
        let kind = self.engine().catalog().document(&document).map(|known| known.kind);
        let unknown = || read::Error::Unknown { asked: asked.to_owned() };
        if kind != Some(Kind::View) {
            return Err(unknown().into());
        }
        // Says why, if it cannot be read; the others are only passed over.
        let _read: Arc<Joint> = self.joint(&document)?;
        let joints = self.joints(Kind::View);
        let groups = Groups::of(Kind::View, joints.iter().map(Arc::as_ref));
        let view = saved(&groups, &document).ok_or_else(unknown)?;
        let mut written = Vec::new();
        if history {
            for begun in &view.documents {
                written.extend(self.written_in(&begun.document)?);
            }
        }
        Ok(Response::SavedView { document, view: Box::new(view), history: written })
    }
}
