//! A worker's own reports and what came of each: the answer to "does anybody read these".

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Authored, Peer, Request, Response as Answer};
use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::State as Proposal;

use crate::http::{Problem, Site, wall_clock};

use super::clock::Clock;
use super::frame::Page;
use super::names::Organisations;
use super::parts;
use super::report::trace::{asked, outcome, phase};
use super::report::{shared, title};
use super::texts::Texts;
use super::visit::Member;
use super::write::WRITERS;

/// Reports of a page.
const LIMIT: usize = 20;

/// Which page.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    skip: usize,
}

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    member.require(WRITERS)?;
    let texts = member.visit.texts;
    let today = Date::of(wall_clock());
    let request = Request::Authored { author: member.session.worker, today, skip: asked.skip, limit: LIMIT };
    let Answer::Authored { reports, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    let Answer::Peers { peers } = site.ask(Request::Peers).await? else { return Err(Problem::unexpected()) };
    let organisations = Organisations::ask(&site).await?;
    let content = html! {
        p { a .button href="/write" { (texts.say("mine-write")) } }
        section #outbox .with-script aria-labelledby="outbox-title" hidden {
            h2 #outbox-title { (texts.say("write-outbox")) }
            ul .list aria-live="polite" {}
        }
        @if reports.is_empty() {
            p { (texts.say("mine-none")) }
        } @else {
            p .soft { (texts.say_with("mine-count", &[("total", total.into())])) " " (neighbours(texts, &peers)) }
        }
        ul .list { @for entry in &reports { (one(texts, entry, &organisations, &site.clock)) } }
        (parts::pages(texts, "/mine", asked.skip, LIMIT, total))
    };
    let lead = Some(texts.say("mine-lead"));
    let title = texts.say("mine-title");
    Ok(member.visit.show(&Page { title, lead, scripts: &["outbox.js"], ..Page::default() }, &content))
}

/// How far this node's reports have come, by what its neighbours say of themselves.
fn neighbours(texts: Texts, peers: &[Peer]) -> String {
    let connected = peers.iter().filter(|peer| peer.connected && peer.member);
    let (all, in_step) =
        connected.fold((0_usize, 0_usize), |(all, level), peer| (all + 1, level + usize::from(peer.in_step)));
    match all {
        0 => texts.say("mine-alone"),
        _ => texts.say_with("mine-neighbours", &[("all", all.into()), ("level", in_step.into())]),
    }
}

fn one(texts: Texts, entry: &Authored, organisations: &Organisations, clock: &Clock) -> Markup {
    let Authored { report, trace } = entry;
    let (title, lang) = title(texts, report).unwrap_or_default();
    let proposals: Vec<&Proposal> =
        trace.phenomena.iter().flat_map(|branch| &branch.proposals).chain(&trace.proposals).collect();
    html! {
        li {
            h2 { a href={ "/reports/" (report.document) } lang=[lang] { (title) } }
            p .small .soft {
                (texts.day(clock.day(report.claimed))) " · " (shared(texts, &report.scope, organisations))
                @if !report.conflicts.is_empty() { " · " strong { (texts.say("mine-conflicts")) } }
            }
            ul .tags {
                li .tag { (texts.say("mine-stored")) }
                @for branch in &trace.phenomena {
                    li .tag {
                        a href={ "/phenomena/" (branch.phenomenon.document) } {
                            (texts.say("mine-linked")) " " (branch.phenomenon.title)
                        }
                    }
                }
            }
            @for proposal in &proposals {
                p .small {
                    @let (title, lang) = asked(texts, proposal);
                    a href={ "/proposals/" (proposal.document) } lang=[lang] { (title) }
                    ": " (phase(texts, proposal)) (outcome(texts, proposal))
                }
            }
            @if trace.phenomena.is_empty() && proposals.is_empty() { p .small .soft { (texts.say("mine-nothing-yet")) } }
        }
    }
}
