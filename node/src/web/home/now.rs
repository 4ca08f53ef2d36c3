//! How things stand for the worker who signed in: own reports with what came of them, what waits, how far the node is in step.

use maud::{Markup, html};
use talkoot_protocol::api::{ProposalFilter, ProposalList, Report, Request, Response as Answer};
use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::Trace;
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site, wall_clock};
use crate::web::network::{Known, summary};
use crate::web::report::title;
use crate::web::texts::Texts;
use crate::web::visit::Member;

/// Newest reports of the organisation among which own ones are looked for.
const LOOKED_AT: usize = 100;
/// Own reports that are shown.
const SHOWN_MAX: usize = 3;

/// Shows it.
pub(super) async fn now(site: &Site, member: &Member) -> Result<Markup, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let known = Known::ask(site).await?;
    let reports = own_reports(site, member, &known).await?;
    let waits = if visit.has(Role::DecisionMaker) { waiting(site).await? } else { 0 };
    let Answer::Phenomena { total: open, .. } = site.ask(Request::Phenomena { open: true, skip: 0, limit: 1 }).await?
    else {
        return Err(Problem::unexpected());
    };
    let writes = [Role::Reporter, Role::Coordinator, Role::Intake].into_iter().any(|role| visit.has(role));
    Ok(html! {
        section {
            h2 { (texts.say("home-now")) }
            ul {
                @if waits > 0 { li { a href="/inbox" { (texts.say_with("home-waits", &[("count", waits.into())])) } } }
                @if open > 0 { li { a href="/phenomena?open=true" { (texts.say_with("home-open", &[("count", open.into())])) } } }
                li { a href="/network" { (summary(&known, texts)) } }
            }
        }
        @if writes { section {
            h2 { (texts.say("home-own")) }
            @if reports.is_empty() { p { (texts.say("home-own-none")) } }
            ul .list { @for (report, trace) in &reports { li { (line(report, trace, texts)) } } }
        } }
    })
}

/// Returns the last reports of the worker, each with what came of it.
async fn own_reports(site: &Site, member: &Member, known: &Known) -> Result<Vec<(Report, Trace)>, Problem> {
    let request = Request::Reports { organisation: Some(known.identity.organisation), skip: 0, limit: LOOKED_AT };
    let Answer::Reports { reports, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    let own = reports.into_iter().filter(|report| report.author == Some(member.session.worker));
    let mut found = Vec::new();
    for report in own.take(SHOWN_MAX) {
        let request = Request::Trace { document: report.document.to_string(), today: Date::of(wall_clock()) };
        let Answer::Trace { trace, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
        found.push((report, *trace));
    }
    Ok(found)
}

/// Returns how many proposals wait for an answer of this organisation.
async fn waiting(site: &Site) -> Result<usize, Problem> {
    let filter = ProposalFilter { list: ProposalList::Inbox, limit: 1, ..ProposalFilter::default() };
    let request = Request::Proposals { filter, today: Date::of(wall_clock()) };
    let Answer::Proposals { total, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Ok(total)
}

fn line(report: &Report, trace: &Trace, texts: Texts) -> Markup {
    let untitled = texts.say("views-untitled");
    let (title, lang) = title(texts, report).unwrap_or((&untitled, None));
    html! {
        h3 { a href={ "/reports/" (report.document) } lang=[lang] { (title) } }
        p .soft { (came_of(trace, texts)) }
    }
}

/// Says what came of a report, as far as it went.
fn came_of(trace: &Trace, texts: Texts) -> String {
    let proposals = trace.phenomena.iter().flat_map(|branch| &branch.proposals).chain(&trace.proposals);
    let mut proposals: Vec<_> = proposals
        .map(|state| (state.document, state.answers.iter().any(|given| given.not_counted.is_none())))
        .collect();
    proposals.sort_unstable();
    proposals.dedup();
    if trace.phenomena.is_empty() && proposals.is_empty() {
        return texts.say("home-came-nothing");
    }
    let answered = proposals.iter().filter(|(_, answered)| *answered).count();
    [
        (!trace.phenomena.is_empty())
            .then(|| texts.say_with("home-came-phenomena", &[("count", trace.phenomena.len().into())])),
        (!proposals.is_empty()).then(|| texts.say_with("home-came-asked", &[("count", proposals.len().into())])),
        (answered > 0).then(|| texts.say_with("home-came-answered", &[("count", answered.into())])),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" · ")
}
