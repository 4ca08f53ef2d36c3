//! Answers what came of a report: the phenomena that link it, the proposals, their answers and outcomes.

use std::sync::Arc;

use talkoot_protocol::api::{self, Authored, Failure, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::WorkerId;
use talkoot_protocol::phenomenon::{Groups, Report};
use talkoot_protocol::proposal::linked::linked;
use talkoot_protocol::proposal::{State, Trace, trace};
use talkoot_protocol::scope::Kind;

use super::Core;
use super::answer::PAGE_MAX;

impl Core {
    /// Returns what came of a report until a day.
    pub(super) fn trace(&self, asked: &str, today: Date) -> Result<Response, Failure> {
        let id = self.find_report(asked)?;
        let report = self.report(&id)?;
        let phenomena = self.joints(Kind::Phenomenon);
        let groups = Groups::new(phenomena.iter().map(Arc::as_ref));
        let trace = of(&report, &groups, &self.proposal_states(today));
        Ok(Response::Trace { report: Box::new(report), trace: Box::new(trace) })
    }

    /// Returns a page of the reports that a worker of this organisation began, each with what came of it until a day.
    pub(super) fn authored(&self, author: WorkerId, today: Date, skip: usize, limit: usize) -> Response {
        let own = self.authored.of(&author);
        let total = own.len();
        let phenomena = self.joints(Kind::Phenomenon);
        let groups = Groups::new(phenomena.iter().map(Arc::as_ref));
        let states = self.proposal_states(today);
        let page = own.skip(skip).take(limit.min(PAGE_MAX));
        let reports = page.filter_map(|first| {
            let report = self.report(&self.engine().catalog().document_of(first).id).ok()?;
            Some(Authored { trace: of(&report, &groups, &states), report })
        });
        Response::Authored { reports: reports.collect(), total }
    }
}

fn of(report: &api::Report, phenomena: &Groups<'_>, proposals: &[State]) -> Trace {
    let known = Report { organisation: report.organisation, scope: report.scope, title: None, half_year: None };
    trace(report.document, linked(&report.document, &known, phenomena), proposals)
}
