//! What is written about a proposal: one page for each word, signed in the browser. An answer can be given by keyboard alone.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Request, Response as Answer, Worker};
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
use crate::web::frame::Page;
use crate::web::parts::{self, Field, Tone};
use crate::web::texts::Texts;
use crate::web::visit::{Member, Visit};

use super::form::{self, Signed};
use super::people::People;
use super::{nothing_here, one_proposal, phenomena, phenomenon, proposals, today};

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

/// A document that a proposal comes from: its id, title and scope.
pub(super) struct Origin {
    pub(super) path: &'static str,
    pub(super) document: DocumentId,
    pub(super) title: String,
    pub(super) scope: Scope,
}

/// Shows the form that begins a proposal.
pub(super) async fn begin(
    State(site): State<Site>,
    member: Member,
    Asked(from): Asked<From>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let visit = &member.visit;
    let people = People::ask(&site, visit.texts).await?;
    let origin = origin(&site, visit, &from).await?;
    let page = Page {
        title: visit.texts.say("joint-propose"),
        lead: Some(visit.texts.say("joint-propose-lead")),
        scripts: &["sign.js"],
        ..Page::default()
    };
    Ok(visit.show(&page, &beginning(&people, origin.as_ref(), today())))
}

async fn origin(site: &Site, visit: &Visit, from: &From) -> Result<Option<Origin>, Problem> {
    if !from.phenomenon.is_empty() {
        let shown = phenomenon(site, &from.phenomenon, false).await?;
        let begun = shown.card.documents.iter().find(|begun| begun.document == shown.document);
        let scope = begun.map_or(Scope::Network, |begun| begun.scope);
        let title = phenomena::title_or_none(visit, shown.card.title.as_deref());
        return Ok(Some(Origin { path: "phenomena", document: shown.document, title, scope }));
    }
    if from.report.is_empty() {
        return Ok(None);
    }
    let asked = Request::Report { document: from.report.clone() };
    let Answer::Report(report) = site.ask(asked).await? else { return Err(Problem::unexpected()) };
    let title = report.fields.get("title").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    Ok(Some(Origin { path: "reports", document: report.document, title, scope: report.scope }))
}

pub(super) fn beginning(people: &People, origin: Option<&Origin>, today: Date) -> Markup {
    let texts = people.texts;
    let deadline = today.plus_months(DEADLINE_MONTHS).to_string();
    let (until, hint, level) =
        (texts.say("joint-answer-by"), texts.say("joint-deadline-hint"), texts.say("joint-level"));
    let scopes: Vec<Scope> = origin.iter().map(|origin| origin.scope).collect();
    let fields = html! {
        @if let Some(origin) = origin {
            p { (texts.say("joint-sources")) ": " a href={ "/" (origin.path) "/" (origin.document) } { (origin.title) } }
            (form::fixed_list(&format!("ask.{}", origin.path), [origin.document.to_string()]))
        }
        (form::line(texts, "ask.title", &texts.say("joint-propose-title"), "", TITLE_CHARS_MAX, true))
        (form::text(texts, "ask.text", &texts.say("joint-propose-text"), TEXT_CHARS_MAX, true))
        (form::language(texts, "ask.language"))
        (form::addressee(people, "ask.addressee"))
        (parts::day(texts, &Field {
            name: "ask.deadline", label: &until, hint: Some(&hint), value: &deadline, required: true, ..Field::default()
        }))
        (parts::choice(texts, &Field { name: "ask.level", label: &level, ..Field::default() }, &form::codes::<Level>(texts.language())))
        (form::scope(people, &scopes))
    };
    let signed = Signed {
        kind: Kind::Proposal,
        document: None,
        then: THEN,
        button: texts.say("joint-propose-sign"),
        is_second: false,
    };
    signed.around(texts, &fields)
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
    let (visit, today) = (&member.visit, today());
    let (state, _) = one_proposal(&site, &id, today).await?;
    let people = People::ask(&site, visit.texts).await?;
    let workers = match which.as_str() {
        "repair" => colleagues(&site, member.session.worker).await?,
        _ => Vec::new(),
    };
    let desk = Desk { visit, people, state, today, worker: member.session.worker, workers, tag: form::tag()? };
    let texts = visit.texts;
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
    let content = html! { (desk.about()) (content) };
    Ok(visit.show(&Page { title, scripts: &["sign.js"], ..Page::default() }, &content))
}

/// Returns the coordinators of the own organisation besides the visitor, each once.
async fn colleagues(site: &Site, own: WorkerId) -> Result<Vec<WorkerId>, Problem> {
    let Answer::Workers { workers } = site.ask(Request::Workers).await? else { return Err(Problem::unexpected()) };
    let joins = |worker: &Worker| worker.roles.contains(&Role::Coordinator) && worker.worker != own;
    let mut found: Vec<_> = workers.iter().filter(|worker| joins(worker)).map(|worker| worker.worker).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// What a form of a proposal is made of.
pub(super) struct Desk<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) state: Proposal,
    pub(super) today: Date,
    pub(super) worker: WorkerId,
    pub(super) workers: Vec<WorkerId>,
    /// What a new entry is called among those of the organisation.
    pub(super) tag: String,
}

impl Desk<'_> {
    fn texts(&self) -> Texts {
        self.visit.texts
    }

    fn signed(&self, fields: &Markup) -> Markup {
        Signed::proposal(self.state.document, THEN, self.texts().say("joint-sign")).around(self.texts(), fields)
    }

    /// Returns the name of a part of a new entry.
    fn part(&self, folder: &str, part: &str) -> String {
        format!("{folder}/{}.{part}", self.tag)
    }

    fn is_owner(&self) -> bool {
        self.people.is_own(&self.state.owner)
    }

    /// What it is about, above each form.
    fn about(&self) -> Markup {
        let texts = self.texts();
        html! {
            p { a href={ "/proposals/" (self.state.document) } { (proposals::title(self.visit, &self.state)) } }
            @if let Some(ask) = &self.state.ask {
                details open {
                    summary { (texts.say("joint-ask")) }
                    p .quote lang=[self.people.lang(ask.language.as_ref())] { (ask.text) }
                    p .small { (texts.say("joint-asks")) ": " (self.people.name(&self.state.owner)) }
                }
            }
            @let owes = self.state.addressees.iter().any(|asked| asked.owes);
            @if let Some(day) = self.state.deadline().filter(|_| owes) { p { (proposals::due(texts, day, self.today)) } }
        }
    }

    fn refused(&self, why: &str) -> Markup {
        parts::notice(Tone::Info, &html! { p { (why) } })
    }

    /// An answer of the own organisation; one that passes it on says to whom.
    pub(super) fn answer(&self, forwards: bool) -> Markup {
        let own = self.people.own().and_then(|own| self.state.addressed(&own.id));
        if own.is_none() {
            return self.refused(&self.texts().say("joint-not-asked"));
        }
        self.signed(&self.answer_fields(&format!("answer/{}", self.tag), forwards))
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
                (form::addressee(&self.people, &format!("{entry}.to")))
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
            return self.refused(&texts.say("joint-not-recordable"));
        }
        let choices: Vec<_> = bodies.into_iter().map(|body| (body.clone(), body)).collect();
        let value = choices.first().map(|(body, _)| body.clone()).unwrap_or_default();
        let label = texts.say("joint-recorded-from");
        let field = Field {
            name: &self.part("recorded", "from"),
            label: &label,
            value: &value,
            required: true,
            ..Field::default()
        };
        self.signed(&html! {
            p { (texts.say("joint-record-lead")) }
            (parts::choice(texts, &field, &choices))
            (self.answer_fields(&format!("recorded/{}", self.tag), false))
        })
    }

    /// What came of it.
    pub(super) fn outcome(&self) -> Markup {
        let texts = self.texts();
        let label = texts.say("joint-effect");
        let field = Field { name: &self.part("outcome", "effect"), label: &label, required: true, ..Field::default() };
        self.signed(&html! {
            (parts::radios(texts, &field, &form::codes::<Effect>(texts.language())))
            (form::text(texts, &self.part("outcome", "text"), &texts.say("joint-effect-text"), TEXT_CHARS_MAX, true))
            (form::line(texts, &self.part("outcome", "link"), &texts.say("joint-link"), "", LINK_CHARS_MAX, false))
            (form::fixed(&self.part("outcome", "date"), &self.today.to_string()))
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
            return self.refused(&texts.say("joint-not-owner"));
        }
        let (until, value) = (texts.say("joint-answer-by"), self.today.plus_months(DEADLINE_MONTHS).to_string());
        let field = Field {
            name: &self.part("escalated", "deadline"),
            label: &until,
            value: &value,
            required: true,
            ..Field::default()
        };
        self.signed(&html! {
            p { (texts.say("joint-escalate-lead")) }
            (form::addressee(&self.people, &self.part("escalated", "addressee")))
            (form::text(texts, &self.part("escalated", "reason"), &texts.say("joint-reason-field"), TEXT_CHARS_MAX, true))
            (parts::day(texts, &field))
        })
    }

    /// Takes it on, or hands it over: two forms, of which the first is there unless one holds it already.
    pub(super) fn repair(&self) -> Markup {
        let texts = self.texts();
        let is_mine = self.state.holders.iter().any(|holder| holder.worker == Some(self.worker));
        html! {
            p { (texts.say("joint-holder")) ": " (proposals::holders(&self.people, &self.state)) }
            @if !is_mine {
                h2 { (texts.say("joint-do-take")) }
                (self.held("taken", "take", &html! {}))
            }
            @if !self.workers.is_empty() {
                h2 { (texts.say("joint-hand-colleague")) }
                (self.held("handed", "colleague", &self.heir("worker", &self.colleagues())))
            }
            h2 { (texts.say("joint-hand-organisation")) }
            (self.held("handed", "organisation", &self.heir("organisation", &self.others())))
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

    fn others(&self) -> Vec<(String, String)> {
        let own = self.people.own().map(|own| own.id.to_string()).unwrap_or_default();
        self.people.choices().into_iter().filter(|(id, _)| *id != own).collect()
    }

    /// Closes a proposal of the own organisation, with what proves it.
    pub(super) fn close(&self) -> Markup {
        let texts = self.texts();
        if !self.is_owner() {
            return self.refused(&texts.say("joint-not-owner"));
        }
        self.signed(&html! {
            p { (texts.say("joint-close-lead")) }
            (form::fixed("repair.state", "closed"))
            (form::fixed("repair.holder", &self.worker.to_string()))
            (form::text(texts, "repair.note", &texts.say("joint-reason-field"), TEXT_CHARS_MAX, true))
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
