//! Answers what came of a report: the phenomena that link it, the proposals, their answers and outcomes.

use std::sync::Arc;

use talkoot_protocol::api::{Failure, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::phenomenon::{Groups, Report};
use talkoot_protocol::proposal::linked::linked;
use talkoot_protocol::proposal::trace;
use talkoot_protocol::scope::Kind;

use super::Core;

impl Core {
    /// Returns what came of a report until a day.
    pub(super) fn trace(&self, asked: &str, today: Date) -> Result<Response, Failure> {
        let id = self.find_report(asked)?;
        let report = self.report(&id)?;
        let phenomena = self.joints(Kind::Phenomenon);
        let groups = Groups::new(phenomena.iter().map(Arc::as_ref));
        let known = Report { organisation: report.organisation, scope: report.scope, title: None, half_year: None };
        let trace = trace(id, linked(&id, &known, &groups), &self.proposal_states(today));
        Ok(Response::Trace { report: Box::new(report), trace: Box::new(trace) })
    }
}
