//! Requests about phenomena: their cards, and who wrote what in them.

use std::collections::BTreeSet;
use std::sync::Arc;

use talkoot_protocol::api::{Failure, Response, Written};
use talkoot_protocol::document;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::joint::{Joint, Source};
use talkoot_protocol::phenomenon::card::{card, linked};
use talkoot_protocol::phenomenon::{Card, Groups, Report, Reports};
use talkoot_protocol::report;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sync::check::{Checked, Content};

use super::answer::PAGE_MAX;
use super::{Core, read};

/// How much of a linked report is needed.
#[derive(Clone, Copy)]
pub(super) enum Depth {
    /// Who wrote it, and for whom: the catalog has that.
    Origin,
    /// Its title and period too: it is read.
    Whole,
}

impl Core {
    /// Answers with a page of phenomena.
    pub(super) fn phenomena(&self, open: bool, skip: usize, limit: usize) -> Response {
        let joints = self.joints(Kind::Phenomenon);
        let mut briefs = self.lists.briefs(&joints, |named| self.reports_of(named, Depth::Origin));
        briefs.retain(|brief| !open || brief.open > 0);
        briefs.sort_by_key(|brief| (std::cmp::Reverse(brief.begun), brief.id));
        let total = briefs.len();
        let phenomena = briefs.into_iter().skip(skip).take(limit.min(PAGE_MAX)).collect();
        Response::Phenomena { phenomena, total }
    }

    /// Answers with the card of a phenomenon, or of the one it was merged into.
    ///
    /// # Errors
    /// `unknown_document`, `ambiguous_document`, and what keeps the document from being read.
    pub(super) fn phenomenon(&self, asked: &str, history: bool) -> Result<Response, Failure> {
        let document = self.find_phenomenon(asked)?;
        let unknown = || read::Error::Unknown { asked: asked.to_owned() };
        // Says why, if it cannot be read; the others are only passed over.
        let _read: Arc<Joint> = self.joint(&document)?;
        let joints = self.joints(Kind::Phenomenon);
        let groups = Groups::new(joints.iter().map(Arc::as_ref));
        let reports = self.reports_of(&linked(&groups, &document), Depth::Whole);
        let card = card(&groups, &document, &reports).ok_or_else(unknown)?;
        let mut written = Vec::new();
        if history {
            for begun in &card.documents {
                written.extend(self.written_in(&begun.document)?);
            }
        }
        Ok(Response::Phenomenon { document, card: Box::new(card), history: written })
    }

    /// Returns the document of a phenomenon by its id or the beginning of that.
    pub(super) fn find_phenomenon(&self, asked: &str) -> Result<DocumentId, read::Error> {
        let document = self.find(asked)?;
        let kind = self.engine().catalog().document(&document).map(|known| known.kind);
        let is = kind == Some(Kind::Phenomenon);
        is.then_some(document).ok_or_else(|| read::Error::Unknown { asked: asked.to_owned() })
    }

    /// Returns a group's card without the titles and periods of its reports.
    pub(super) fn short_card(&self, groups: &Groups<'_>, id: &DocumentId) -> Option<Card> {
        card(groups, id, &self.linked_reports(groups, id, Depth::Origin))
    }

    /// Returns what is known of the reports that a phenomenon names.
    pub(super) fn linked_reports(&self, groups: &Groups<'_>, id: &DocumentId, depth: Depth) -> Reports {
        self.reports_of(&linked(groups, id), depth)
    }

    fn reports_of(&self, named: &BTreeSet<DocumentId>, depth: Depth) -> Reports {
        named.iter().filter_map(|id| Some((*id, self.linked_report(id, depth)?))).collect()
    }

    fn linked_report(&self, id: &DocumentId, depth: Depth) -> Option<Report> {
        let known = self.engine().catalog().document(id).filter(|known| known.kind == Kind::Report)?;
        let mut report = Report { organisation: known.organisation, scope: known.scope, title: None, half_year: None };
        if let (Depth::Whole, Ok(read)) = (depth, self.report(id)) {
            let (read, _) = report::Report::read(read.fields);
            report.half_year = read.observed_period.map(|period| period.half_year());
            report.title = Some(read.title).filter(|title| !title.trim().is_empty());
        }
        Some(report)
    }

    /// Returns every entry that a change of a joint document wrote or took back, each before what builds on it.
    pub(super) fn written_in(&self, document: &DocumentId) -> Result<Vec<Written>, read::Error> {
        let history = self.history(document)?;
        Ok(history.changes().iter().flat_map(|change| self.written_by(*document, change)).collect())
    }

    fn written_by(&self, document: DocumentId, change: &Checked) -> Vec<Written> {
        let (Content::Chunk(chunk), Some(hand)) = (change.content(), self.hand_of(change)) else { return Vec::new() };
        let prefix = Prefix::of(&hand.organisation);
        let written = |(key, value): (String, Option<_>)| {
            let path = prefix.path(&key)?.to_owned();
            Some(Written { change: change.id(), document, by: Source::from(&hand), path, value })
        };
        document::written(chunk).into_iter().filter_map(written).collect()
    }
}
