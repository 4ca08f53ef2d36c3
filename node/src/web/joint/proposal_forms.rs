//! What is written about a proposal: one page for each word, signed in the browser. An answer can be given by keyboard alone.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{DocumentId, WorkerId};
use talkoot_protocol::proposal::State as Proposal;
use talkoot_protocol::proposal::codes::{AnswerCode, Effect};
use talkoot_protocol::proposal::words::Ask;
use talkoot_protocol::report::code::CodeSet as _;
use talkoot_protocol::report::codes::Level;
use talkoot_protocol::report::limits::{LINE_CHARS_MAX, LINK_CHARS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::Role;

use crate::http::{Asked, Problem, Site};
use crate::web::parts::{self, Field, Tone};
use crate::web::texts::Texts;
use crate::web::visit::{Member, Visit};

use super::form::{self, Paper, Signed};
use super::{hand, nothing_here, one_proposal, phenomena, phenomenon, proposals, reports, today};

/// Months after which an answer is asked for, if nobody says otherwise.
const DEADLINE_MONTHS: u16 = 3;
/// Where a form of a proposal leads when it is stored.
const THEN: &str = "/proposals/{id}";

/// What a proposal comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct From {
    phenomenon: String,
    report: String,
}

/// A document that a proposal comes from: the part of what is asked that names it, its id, a link to it, and for whom it is.
pub(super) struct Origin {
    pub(super) folder: &'static str,
    pub(super) document: DocumentId,
    pub(super) link: Markup,
    pub(super) scope: Scope,
}

/// Shows the form that begins a proposal.
pub(super) async fn begin(
    State(site): State<Site>,
    member: Member,
    Asked(from): Asked<From>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let paper = Paper::ask(&site, &member.visit).await?;
    let origin = origin(&site, &member.visit, &from).await?;
    let (texts, content) = (paper.texts(), beginning(&paper, origin.as_ref(), today()));
    Ok(paper.show(texts.say("joint-propose"), Some(texts.say("joint-propose-lead")), &content))
}

async fn origin(site: &Site, visit: &Visit, from: &From) -> Result<Option<Origin>, Problem> {
    if !from.phenomenon.is_empty() {
        let shown = phenomenon(site, &from.phenomenon, false).await?;
        let begun = shown.card.documents.iter().find(|begun| begun.document == shown.document);
        let scope = begun.map_or(Scope::Network, |begun| begun.scope);
        let link = phenomena::link(visit, &shown);
        return Ok(Some(Origin { folder: "phenomena", document: shown.document, link, scope }));
    }
    if from.report.is_empty() {
        return Ok(None);
    }
    let report = reports::one_report(site, &from.report).await?;
    let link = reports::link(visit.texts, &report);
    Ok(Some(Origin { folder: "reports", document: report.document, link, scope: report.scope }))
}

pub(super) fn beginning(paper: &Paper<'_>, origin: Option<&Origin>, today: Date) -> Markup {
    let (texts, people) = (paper.texts(), &paper.people);
    let level = texts.say("joint-level");
    let scopes: Vec<Scope> = origin.iter().map(|origin| origin.scope).collect();
    let fields = html! {
        @if let Some(origin) = origin {
            p { (texts.say("joint-sources")) ": " (origin.link) }
            (form::fixed_list(&format!("ask.{}", origin.folder), [origin.document.to_string()]))
        }
        (form::line(texts, "ask.title", &texts.say("joint-propose-title"), "", TITLE_CHARS_MAX, true))
        (form::text(texts, "ask.text", &texts.say("joint-propose-text"), TEXT_CHARS_MAX, true))
        (form::language(texts, "ask.language"))
        (form::addressee(people, "ask.addressee"))
        (form::deadline(texts, "ask.deadline", today.plus_months(DEADLINE_MONTHS)))
        (parts::choice(texts, &Field { name: "ask.level", label: &level, ..Field::default() }, &form::codes::<Level>(texts.language())))
        (form::scope(people, &scopes))
    };
    Signed::beginning(Kind::Proposal, THEN, texts.say("joint-propose-sign")).around(texts, &fields)
}

/// Shows one of the forms of a proposal.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path((id, which)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let roles: &[Role] = match which.as_str() {
        "answer" | "forward" => &[Role::DecisionMaker],
        "outcome" | "support" => &[Role::Coordinator, Role::DecisionMaker],
        "repair" | "escalate" | "record" | "close" => &[Role::Coordinator],
        _ => return Err(nothing_here()),
    };
    member.require(roles)?;
    let today = today();
    let (state, _) = one_proposal(&site, &id, today).await?;
    let worker = member.session.worker;
    let workers = if which == "repair" { hand::colleagues(&site, worker).await? } else { Vec::new() };
    let desk = Desk { paper: Paper::ask(&site, &member.visit).await?, state, today, worker, workers };
    let texts = desk.texts();
    let (title, content) = match which.as_str() {
        "answer" => (texts.say("joint-do-answer"), desk.answer(false)),
        "forward" => (texts.say("joint-do-forward"), desk.answer(true)),
        "outcome" => (texts.say("joint-do-outcome"), desk.outcome()),
        "support" => (texts.say("joint-do-support"), desk.support()),
        "repair" => (texts.say("joint-do-repair"), desk.repair()),
        "escalate" => (texts.say("joint-do-escalate"), desk.escalate()),
        "record" => (texts.say("joint-do-record"), desk.record()),
        _ => (texts.say("joint-do-close"), desk.close()),
    };
    Ok(desk.paper.show(title, None, &html! { (desk.about()) (content) }))
}

/// What a form of a proposal is made of.
pub(super) struct Desk<'a> {
    pub(super) paper: Paper<'a>,
    pub(super) state: Proposal,
    pub(super) today: Date,
    pub(super) worker: WorkerId,
    pub(super) workers: Vec<WorkerId>,
}

impl Desk<'_> {
    fn texts(&self) -> Texts {
        self.paper.texts()
    }

    fn signed(&self, fields: &Markup) -> Markup {
        Signed::proposal(self.state.document, THEN, self.texts().say("joint-sign")).around(self.texts(), fields)
    }

    fn is_owner(&self) -> bool {
        self.paper.people.is_own(&self.state.owner)
    }

    /// What it is about, above each form.
    fn about(&self) -> Markup {
        let texts = self.texts();
        html! {
            p { (proposals::link(self.paper.visit, &self.state)) }
            @if let Some(ask) = &self.state.ask {
                details open {
                    summary { (texts.say("joint-ask")) }
                    p .quote lang=[self.paper.people.lang(ask.language.as_ref())] { (ask.text) }
                    p .small { (texts.say("joint-asks")) ": " (self.paper.people.name(&self.state.owner)) }
                }
            }
            @let owes = self.state.addressees.iter().any(|asked| asked.owes);
            @if let Some(day) = self.state.deadline().filter(|_| owes) { p { (proposals::due(texts, day, self.today)) } }
        }
    }

    /// An answer of the own organisation; one that passes it on says to whom.
    pub(super) fn answer(&self, forwards: bool) -> Markup {
        let own = self.paper.people.own().and_then(|own| self.state.addressed(&own.id));
        if own.is_none() {
            return form::refused(Tone::Info, &self.texts().say("joint-not-asked"));
        }
        self.signed(&self.answer_fields(&self.paper.entry("answer"), forwards))
    }

    fn answer_fields(&self, entry: &str, forwards: bool) -> Markup {
        let texts = self.texts();
        let (code, label) = (format!("{entry}.code"), texts.say("joint-answer"));
        let mut codes = form::codes::<AnswerCode>(texts.language());
        codes.retain(|(key, _)| key != AnswerCode::Forwarded.key());
        html! {
            @if forwards {
                p { (texts.say("joint-forward-lead")) }
                (form::fixed(&code, AnswerCode::Forwarded.key()))
                (form::addressee(&self.paper.people, &format!("{entry}.to")))
            } @else {
                (parts::radios(texts, &Field { name: &code, label: &label, required: true, ..Field::default() }, &codes))
            }
            (self.reason(&format!("{entry}.reason")))
            (self.decision(&format!("{entry}.decision")))
            (form::fixed(&format!("{entry}.date"), &self.today.to_string()))
            @if let Some(wording) = self.state.ask.as_ref().map(Ask::wording) {
                (form::fixed(&format!("{entry}.wording"), &wording))
            }
            p .small { (texts.say_with("joint-dated", &[("day", (&texts.day(self.today)).into())])) }
        }
    }

    fn reason(&self, name: &str) -> Markup {
        let texts = self.texts();
        let (label, hint) = (texts.say("joint-reason-field"), texts.say("joint-answer-reason-hint"));
        let most = Some(TEXT_CHARS_MAX);
        let field = Field { name, label: &label, hint: Some(&hint), required: true, most, ..Field::default() };
        parts::area(texts, &field, 6)
    }

    fn decision(&self, path: &str) -> Markup {
        let texts = self.texts();
        let (date, label) = (format!("{path}.date"), texts.say("joint-decision-date"));
        html! { fieldset .group {
            legend { (texts.say("joint-decision-where")) }
            (form::line(texts, &format!("{path}.body"), &texts.say("joint-decision-body"), "", LINE_CHARS_MAX, false))
            (parts::day(texts, &Field { name: &date, label: &label, ..Field::default() }))
            (form::line(texts, &format!("{path}.section"), &texts.say("joint-decision-section"), "", LINE_CHARS_MAX, false))
            (form::line(texts, &format!("{path}.link"), &texts.say("joint-link"), "", LINK_CHARS_MAX, false))
        } }
    }

    /// The answer of a body without a node, written down by who asked.
    pub(super) fn record(&self) -> Markup {
        let texts = self.texts();
        let bodies = self.state.addressees.iter().filter(|asked| asked.addressee.organisation.is_none());
        let bodies: Vec<String> = bodies.filter_map(|asked| asked.addressee.body.clone()).collect();
        if !self.is_owner() || bodies.is_empty() {
            return form::refused(Tone::Info, &texts.say("joint-not-recordable"));
        }
        let choices: Vec<_> = bodies.into_iter().map(|body| (body.clone(), body)).collect();
        let value = choices.first().map(|(body, _)| body.clone()).unwrap_or_default();
        let label = texts.say("joint-recorded-from");
        let field = Field {
            name: &self.paper.part("recorded", "from"),
            label: &label,
            value: &value,
            required: true,
            ..Field::default()
        };
        self.signed(&html! {
            p { (texts.say("joint-record-lead")) }
            (parts::choice(texts, &field, &choices))
            (self.answer_fields(&self.paper.entry("recorded"), false))
        })
    }

    /// What came of it.
    pub(super) fn outcome(&self) -> Markup {
        let texts = self.texts();
        self.signed(&html! {
            (form::one_code::<Effect>(texts, &self.paper.part("outcome", "effect"), &texts.say("joint-effect"), "", true))
            (form::text(texts, &self.paper.part("outcome", "text"), &texts.say("joint-effect-text"), TEXT_CHARS_MAX, true))
            (form::line(texts, &self.paper.part("outcome", "link"), &texts.say("joint-link"), "", LINK_CHARS_MAX, false))
            (form::fixed(&self.paper.part("outcome", "date"), &self.today.to_string()))
        })
    }

    /// That the own organisation finds it right, too.
    pub(super) fn support(&self) -> Markup {
        let texts = self.texts();
        self.signed(&html! {
            p { (texts.say("joint-support-lead")) }
            (form::text(texts, "support.note", &texts.say("joint-support-note"), TEXT_CHARS_MAX, true))
        })
    }

    /// Whom else who asked turns to.
    pub(super) fn escalate(&self) -> Markup {
        let texts = self.texts();
        if !self.is_owner() {
            return form::refused(Tone::Info, &texts.say("joint-not-owner"));
        }
        self.signed(&html! {
            p { (texts.say("joint-escalate-lead")) }
            (form::addressee(&self.paper.people, &self.paper.part("escalated", "addressee")))
            (form::reason(texts, &self.paper.part("escalated", "reason"), TEXT_CHARS_MAX, true))
            (form::deadline(texts, &self.paper.part("escalated", "deadline"), self.today.plus_months(DEADLINE_MONTHS)))
        })
    }

    /// Takes it on, or hands it over: two forms, of which the first is there unless one holds it already.
    pub(super) fn repair(&self) -> Markup {
        let texts = self.texts();
        let is_mine = self.state.holders.iter().any(|holder| holder.worker == Some(self.worker));
        html! {
            p { (texts.say("joint-holder")) ": " (proposals::holders(&self.paper.people, &self.state)) }
            @if !is_mine {
                h2 { (texts.say("joint-do-take")) }
                (self.held("taken", "take", &html! {}))
            }
            @if !self.workers.is_empty() {
                h2 { (texts.say("joint-hand-colleague")) }
                (self.held("handed", "colleague", &self.heir("worker", &self.colleagues())))
            }
            h2 { (texts.say("joint-hand-organisation")) }
            (self.held("handed", "organisation", &self.heir("organisation", &self.paper.people.others())))
        }
    }

    fn held(&self, state: &str, id: &str, more: &Markup) -> Markup {
        let texts = self.texts();
        html! { div id=(id) { (self.signed(&html! {
            (form::fixed("repair.state", state))
            (form::fixed("repair.holder", &self.worker.to_string()))
            (more)
            (note(texts, id))
        })) } }
    }

    fn heir(&self, part: &str, choices: &[(String, String)]) -> Markup {
        let texts = self.texts();
        let (name, label) = (format!("repair.to.{part}"), texts.say("joint-hand-to"));
        parts::choice(texts, &Field { name: &name, label: &label, required: true, ..Field::default() }, choices)
    }

    fn colleagues(&self) -> Vec<(String, String)> {
        self.workers.iter().map(|worker| (worker.to_string(), worker.short())).collect()
    }

    /// Closes a proposal of the own organisation, with what proves it.
    pub(super) fn close(&self) -> Markup {
        let texts = self.texts();
        if !self.is_owner() {
            return form::refused(Tone::Info, &texts.say("joint-not-owner"));
        }
        self.signed(&html! {
            p { (texts.say("joint-close-lead")) }
            (form::fixed("repair.state", "closed"))
            (form::fixed("repair.holder", &self.worker.to_string()))
            (form::reason(texts, "repair.note", TEXT_CHARS_MAX, true))
        })
    }
}

/// Returns a field for a note. There is one in each form of the page, so each has an id of its own.
fn note(texts: Texts, form: &str) -> Markup {
    let id = format!("{form}-note");
    html! {
        div .field data-field="repair.note" {
            label for=(id) { (texts.say("joint-note")) }
            textarea id=(id) name="repair.note" rows="3" maxlength=(TEXT_CHARS_MAX) aria-describedby={ (id) "-error" } {}
            p .error id={ (id) "-error" } {}
        }
    }
}
