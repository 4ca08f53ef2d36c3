//! What came of what a resident wrote, for whoever shows the follow-up code: waiting, set aside with the reason, or taken up, and then
//! the way to the answer in plain words.
//!
//! The code travels in the body of a form and never in an address, where logs would keep it. Of proposals that not all members may
//! read only the number is told.

use std::collections::BTreeMap;

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::proposal::state::Phase;
use talkoot_protocol::proposal::{State as Proposal, Trace};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::Scope;

use crate::http::{Problem, Site};
use crate::intake::code::FollowUpCode;
use crate::intake::slip::{Fate, Slip};
use crate::intake::{SETTLED_DAYS, WAITING_DAYS};

use super::desk::today;
use super::frame::Page;
use super::parts::{self, Field, Tone};
use super::texts::Texts;
use super::visit::Visit;

/// Most proposals shown.
const PROPOSALS_SHOWN: usize = 20;

/// What is typed.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: String,
}

/// The field for the code.
pub(super) async fn page(visit: Visit) -> Response {
    show(&visit, &ask(&visit, None), StatusCode::OK)
}

/// Tells what came of it.
pub(super) async fn told(
    State(site): State<Site>,
    visit: Visit,
    Form(Typed { code }): Form<Typed>,
) -> Result<Response, Problem> {
    let texts = visit.texts;
    let Some(code) = FollowUpCode::parse(&code) else {
        let told = texts.say("follow-error-form");
        return Ok(show(&visit, &ask(&visit, Some(&told)), StatusCode::UNPROCESSABLE_ENTITY));
    };
    let slip = site.at_desk(move |desk| desk.slips.of_code(&code).cloned()).await?;
    let Some(slip) = slip else {
        let told = texts.say_with("follow-error-unknown", &[("days", u64::from(WAITING_DAYS).into())]);
        return Ok(show(&visit, &ask(&visit, Some(&told)), StatusCode::NOT_FOUND));
    };
    let fate = fate(&site, texts, &slip).await?;
    let content = html! {
        (fate)
        @if let Some(words) = &slip.words {
            h2 { (texts.say("follow-yours")) }
            blockquote .quote lang=(slip.language.key()) { (words.text) }
        }
        p .soft { (texts.say_with("follow-kept", &[("days", u64::from(SETTLED_DAYS).into())])) }
        div .actions { a .button.second href="/follow" { (texts.say("follow-another")) } }
    };
    Ok(show(&visit, &content, StatusCode::OK))
}

fn show(visit: &Visit, content: &Markup, status: StatusCode) -> Response {
    let page = Page { lead: Some(visit.texts.say("follow-lead")), ..Page::new(visit.texts.say("follow-title")) };
    visit.show_as(status, &page, content)
}

fn ask(visit: &Visit, error: Option<&str>) -> Markup {
    let texts = visit.texts;
    let (label, hint) = (texts.say("follow-code"), texts.say("follow-code-hint"));
    let field = Field {
        name: "code",
        label: &label,
        hint: Some(&hint),
        required: true,
        most: Some(40),
        error,
        ..Field::default()
    };
    html! {
        @if let Some(error) = error {
            div .notice.error role="alert" tabindex="-1" autofocus { p { a href="#f-code" { (error) } } }
        }
        form method="post" action="/follow" {
            (visit.csrf())
            (parts::line(texts, &field))
            div .actions { button { (texts.say("follow-ask")) } }
        }
    }
}

async fn fate(site: &Site, texts: Texts, slip: &Slip) -> Result<Markup, Problem> {
    let came = texts.day(slip.received);
    Ok(match &slip.fate {
        Fate::Waiting => html! {
            (parts::notice(Tone::Info, &html! {
                p { strong { (texts.say("follow-waiting")) } }
                p { (texts.say_with("follow-waiting-since", &[("day", (&came).into())])) }
            }))
        },
        Fate::SetAside(aside) => html! {
            (parts::notice(Tone::Info, &html! {
                p { strong { (texts.say_with("follow-aside", &[("day", (&texts.day(aside.on)).into())])) } }
                p { (texts.one_of("intake-told", aside.reason.key()).unwrap_or_default()) }
            }))
            @if !aside.words.is_empty() {
                h2 { (texts.say("follow-aside-words")) }
                blockquote .quote { (aside.words) }
            }
        },
        Fate::Published { document, on } => published(site, texts, *document, &texts.day(*on)).await?,
    })
}

async fn published(site: &Site, texts: Texts, document: DocumentId, on: &str) -> Result<Markup, Problem> {
    let request = Request::Trace { document: document.to_string(), today: today() };
    let Answer::Trace { trace, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    let Answer::Organisations { organisations } = site.ask(Request::Organisations).await? else {
        return Err(Problem::unexpected());
    };
    let names = organisations.iter().map(|one| (one.id, texts.name(&one.names).to_owned())).collect();
    let all = proposals(&trace);
    let open: Vec<_> = all.values().filter(|one| one.scope == Scope::Network && one.ask.is_some()).collect();
    let others = all.len().saturating_sub(open.len());
    Ok(html! {
        (parts::notice(Tone::Success, &html! {
            p { strong { (texts.say_with("follow-published", &[("day", on.into())])) } }
            p { (texts.say_with("follow-joined", &[("count", trace.phenomena.len().into())])) }
        }))
        @if all.is_empty() { p { (texts.say("follow-no-proposal")) } }
        @if !open.is_empty() {
            h2 { (texts.say("follow-proposals")) }
            ul .list { @for one in open.iter().take(PROPOSALS_SHOWN) { li { (proposal(texts, one, &names)) } } }
        }
        @if others > 0 { p { (texts.say_with("follow-others", &[("count", others.into())])) } }
    })
}

/// Returns each proposal once: one that comes from several phenomena stands under each.
fn proposals(trace: &Trace) -> BTreeMap<DocumentId, &Proposal> {
    let of_phenomena = trace.phenomena.iter().flat_map(|branch| &branch.proposals);
    of_phenomena.chain(&trace.proposals).map(|state| (state.document, state)).collect()
}

fn proposal(texts: Texts, state: &Proposal, names: &BTreeMap<OrganisationId, String>) -> Markup {
    let Some(ask) = &state.ask else { return html! {} };
    let language = ask.language.as_ref().and_then(|code| code.known()).unwrap_or(Language::Fi);
    let asked: Vec<_> = state
        .addressees
        .iter()
        .filter_map(|one| {
            let words = one.addressee.body.clone();
            one.addressee.organisation.and_then(|id| names.get(&id).cloned()).or(words)
        })
        .collect();
    let verdict = state.verdict().and_then(|given| given.answer.as_ref());
    html! {
        h3 lang=(language.key()) { (ask.title) }
        p { (texts.say_with("follow-asked", &[
            ("whom", (&asked.join(", ")).into()), ("day", (&texts.day(ask.deadline)).into()),
        ])) }
        p { strong { (texts.one_of("follow-phase", phase_key(state.phase)).unwrap_or_default()) } }
        @if let Some(answer) = verdict {
            p { (texts.say_with("follow-answer", &[
                ("answer", answer.code.label(texts.language()).into()), ("day", (&texts.day(answer.date)).into()),
            ])) }
            blockquote .quote lang=(language.key()) { (answer.reason) }
        }
        @for outcome in &state.outcomes {
            p { (texts.say_with("follow-outcome", &[
                ("effect", outcome.word.effect.label(texts.language()).into()), ("day", (&texts.day(outcome.word.date)).into()),
            ])) }
            blockquote .quote lang=(language.key()) { (outcome.word.text) }
        }
    }
}

/// Returns the name of a phase in the catalogue. What is only a matter of deadlines between organisations is one to a resident.
fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Open | Phase::Acknowledged | Phase::Declined => "open",
        Phase::Overdue => "overdue",
        Phase::Answered => "answered",
        Phase::OutcomeDue => "outcome-due",
        Phase::FollowedUp => "followed-up",
        Phase::Closed => "closed",
    }
}
