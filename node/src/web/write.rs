//! The page on which a report is written: first what can be noted in a minute, then the rest in the order of the form. It is readable
//! without script; looking at words, drafts and signing are done by scripts in this browser (`static/write.js`, `drafts.js`, `sign.js`).
//!
//! What is typed comes to this node only to be looked at, and nothing here keeps or logs it.

mod attached;
pub(crate) mod choices;
pub(crate) mod filled;
mod groups;
mod sheet;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use talkoot_protocol::api::{Identity, Request, Response as Answer, SIMILARITY_SHOWN};
use talkoot_protocol::date::Date;
use talkoot_protocol::form::Form;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::codes::{Language, Variant};
use talkoot_protocol::report::schema::{FORM, FormId};
use talkoot_protocol::scope::Scope;
use talkoot_protocol::statement::{OrganisationKind, Role};

use crate::http::{Given, Problem, Site, wall_clock};
use crate::prefills::PrefillId;

use filled::Filled;
use sheet::Sheet;

use super::frame::Page;
use super::intake;
use super::names::Organisations;
use super::parts;
use super::texts::Texts;
use super::visit::{Member, Visit};

/// Who writes.
pub(super) const WRITERS: &[Role] = &[Role::Reporter, Role::Coordinator, Role::Intake];
/// Longest draft that is looked at, in bytes of JSON: what a report may take, and room for what is to be shortened.
pub(super) const DRAFT_BYTES_MAX: usize = 256 * 1024;
/// Similar reports that are shown beside.
const SIMILAR_MAX: usize = 5;
/// Scripts of the page.
const SCRIPTS: &[&str] = &["write.js"];

/// The parts of the form after the first, each with its fields.
const SECTIONS: &[(&str, &[&str])] = &[
    ("whom", &["support_need", "service_task", "service", "target_group", "extent", "affected_estimate"]),
    ("where", &["level", "sector", "cause"]),
    ("done", &["done_so_far", "need_met", "would_have_helped", "effect"]),
    ("proposal", &["proposal", "proposal_together"]),
    ("basis", &["evidence", "client_involved", "observed_period", "author_role", "want_feedback", "language"]),
    ("organisation", &["org_activity", "funding_dependency", "seen_through"]),
    ("experiment", &["aim", "aim_reached", "unforeseen_effects", "continuation"]),
];
/// What can be noted in a minute.
const FIRST: &[&str] = &["title", "description", "valence", "kind", "area"];

/// What the page is to begin with.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Begun {
    /// A form package other than the built-in one.
    form: Option<String>,
    /// A report that is to be changed.
    report: Option<String>,
    /// What another system has filled in.
    prefill: Option<String>,
    /// What residents wrote: a slip, or several joined by hyphens.
    note: Option<String>,
}

/// What a page is made of.
struct Written<'a> {
    texts: Texts,
    sheet: Sheet<'a>,
    identity: &'a Identity,
    /// The report that is changed, if it is no new one.
    document: Option<DocumentId>,
}

/// Shows the page.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Query(begun): Query<Begun>,
) -> Result<Response, Problem> {
    member.require(WRITERS)?;
    let Some(document) = begun.report.clone() else {
        let fields = filled_in(&site, &begun).await?;
        return shown(&site, &member.visit, None, begun.form, fields).await;
    };
    let Answer::Report(report) = site.ask(Request::Report { document }).await? else {
        return Err(Problem::unexpected());
    };
    // Only who wrote a report changes it here; everybody else may read it.
    if report.author != Some(member.session.worker) {
        return Ok(Redirect::to(&format!("/reports/{}", report.document)).into_response());
    }
    shown(&site, &member.visit, Some(report.document), begun.form, report.fields).await
}

/// Returns what somebody else has written for the worker to go on with. It stays where it is until it is signed, or its time is over,
/// so that a page that is loaded again loses nothing.
async fn filled_in(site: &Site, begun: &Begun) -> Result<Map<String, Value>, Problem> {
    if let Some(id) = begun.prefill.as_deref().and_then(|id| id.parse::<PrefillId>().ok()) {
        let read = site.with_prefills(move |prefills| prefills.read(&id, wall_clock())).await?;
        return Ok(read.map_err(|_| Problem::unexpected())?.unwrap_or_default());
    }
    match &begun.note {
        Some(note) => Ok(intake::fields_of(site, note).await.unwrap_or_default()),
        None => Ok(Map::new()),
    }
}

/// The same page as it is for everybody: what a browser keeps to write without a connection. Nothing on it is of a session.
pub(super) async fn shell(State(site): State<Site>, mut visit: Visit) -> Result<Response, Problem> {
    visit.session = None;
    visit.address = "/write".to_owned();
    shown(&site, &visit, None, None, Map::new()).await
}

async fn shown(
    site: &Site,
    visit: &Visit,
    document: Option<DocumentId>,
    form: Option<String>,
    mut fields: Map<String, Value>,
) -> Result<Response, Problem> {
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    if document.is_none() {
        // Most write in the language in which they read the page.
        fields.entry("language").or_insert_with(|| visit.texts.language().key().into());
    }
    let filled = Filled::new(fields);
    let form = form_of(site, &form.unwrap_or_else(|| filled.said("form"))).await?;
    let variant = filled.said("variant").parse().unwrap_or_else(|_| variant_of(identity.kind));
    let (texts, today) = (visit.texts, Date::of(wall_clock()));
    let sheet = Sheet { texts, form: &form, filled: &filled, variant, counties: &identity.counties, today };
    let content = Written { texts, sheet, identity: &identity, document }.whole(visit);
    let title = if document.is_some() { texts.say("write-title-change") } else { texts.say("write-title") };
    let lead = Some(texts.say("write-lead"));
    Ok(visit.show(&Page { title, lead, scripts: SCRIPTS, is_wide: true, ..Page::default() }, &content))
}

/// Returns a form package by its id; the built-in one where none is named or the named one cannot be used.
pub(super) async fn form_of(site: &Site, named: &str) -> Result<Form, Problem> {
    if named.is_empty() || named == FORM {
        return Ok(Form::built_in().clone());
    }
    match site.ask(Request::Form { form: named.to_owned() }).await {
        Ok(Answer::Form { fields, .. }) => Ok(Form::read(fields).unwrap_or_else(|_| Form::built_in().clone())),
        Ok(_) => Err(Problem::unexpected()),
        Err(problem) if problem.name() == "unknown_form" => Ok(Form::built_in().clone()),
        Err(problem) => Err(problem),
    }
}

fn variant_of(kind: OrganisationKind) -> Variant {
    if kind == OrganisationKind::Ngo { Variant::Ngo } else { Variant::Professional }
}

impl Written<'_> {
    fn whole(&self, visit: &Visit) -> Markup {
        let texts = self.texts;
        html! {
            (self.elsewhere())
            noscript { (parts::notice(parts::Tone::Warning, &html! { p { (texts.say("write-noscript")) } })) }
            (self.kept())
            div .columns .writing {
                form #report data-document=[self.document] novalidate method="post" action="/write" {
                    (visit.csrf())
                    (self.fixed())
                    div #problems .notice .error tabindex="-1" hidden {}
                    section aria-labelledby="first" {
                        h2 #first { (texts.say("write-section-first")) }
                        @for id in FIRST { (self.sheet.field(id)) }
                    }
                    @for (name, fields) in SECTIONS { (self.section(name, fields)) }
                    (self.sheet.attachments(self.document.as_ref()))
                    (self.own_questions())
                    @if self.document.is_none() { (self.scopes()) }
                    (self.actions())
                }
                aside aria-label=(texts.say("write-beside")) { (self.beside()) }
            }
        }
    }

    /// Where danger to one person belongs: before anything can be typed.
    fn elsewhere(&self) -> Markup {
        let (notice, language) = (&self.sheet.form.notice, self.texts.language());
        html! {
            details .notice .warning {
                summary { (self.texts.say("write-danger")) }
                p { (notice.text.get(language)) }
                ul { @for channel in &notice.channels {
                    li {
                        a href=(channel.link.get(language)) rel="noreferrer" { (channel.label.get(language)) } " – "
                        (channel.text.get(language))
                    }
                } }
            }
        }
    }

    /// What the page knows by itself.
    fn fixed(&self) -> Markup {
        let form: &FormId = &self.sheet.form.form;
        html! {
            input type="hidden" name="variant" value=(self.sheet.variant.key());
            input type="hidden" name="form" value=(form.0);
        }
    }

    fn section(&self, name: &str, fields: &[&str]) -> Markup {
        let known = &self.sheet.form.fields;
        let listed = |id: &str| FIRST.contains(&id) || SECTIONS.iter().any(|(_, fields)| fields.contains(&id));
        // A field of a newer form stands with what a report rests on.
        let newer = known.iter().filter(|field| name == "basis" && !listed(&field.id)).map(|field| field.id.as_str());
        let asked: Vec<&str> =
            known.iter().map(|field| field.id.as_str()).filter(|id| fields.contains(id)).chain(newer).collect();
        let content: Vec<Markup> = asked.iter().map(|id| self.sheet.field(id)).collect();
        html! {
            @if content.iter().any(|field| !field.0.is_empty()) {
                details data-section=(name) open[self.document.is_some()] {
                    summary {
                        (self.texts.one_of("write-section", name).unwrap_or_default())
                        span .count data-count {}
                    }
                    @for field in &content { (field) }
                }
            }
        }
    }

    fn own_questions(&self) -> Markup {
        let questions: Vec<Markup> =
            self.sheet.form.questions.iter().map(|question| self.sheet.question(question)).collect();
        html! {
            @if questions.iter().any(|question| !question.0.is_empty()) {
                details data-section="own" open {
                    summary { (self.texts.say("write-section-own")) span .count data-count {} }
                    @for question in &questions { (question) }
                }
            }
        }
    }

    /// Who will see it, in plain words; it can never be widened later.
    fn scopes(&self) -> Markup {
        let (texts, language) = (self.texts, self.texts.language());
        let name = texts.name(&self.identity.names);
        let regions = self.identity.counties.iter().map(|county| {
            let label = choices::county(*county, language).map(|(_, label)| label).unwrap_or_default();
            (Scope::Region(*county).to_string(), texts.say_with("write-scope-region", &[("county", (&label).into())]))
        });
        let own = Scope::Organisation(self.identity.organisation).to_string();
        let choices: Vec<_> = std::iter::once((Scope::Network.to_string(), texts.say("write-scope-network")))
            .chain(regions)
            .chain([(own, texts.say_with("write-scope-organisation", &[("organisation", name.into())]))])
            .collect();
        let (label, hint) = (texts.say("write-scope"), texts.say("write-scope-hint"));
        let field =
            parts::Field { name: "@scope", label: &label, hint: Some(&hint), value: "network", ..Default::default() };
        parts::radios(texts, &field, &choices)
    }

    fn actions(&self) -> Markup {
        let texts = self.texts;
        let sign = if self.document.is_some() { texts.say("write-sign-change") } else { texts.say("write-sign") };
        html! {
            label #confirm .tick hidden {
                input type="checkbox" name="@confirmed" value="true";
                span { (texts.say("write-confirm")) }
            }
            p #examined .soft role="status" {}
            div .actions {
                button type="submit" { (sign) }
                @if self.document.is_none() {
                    button type="button" .second data-do="later" hidden { (texts.say("write-later")) }
                    button type="button" .second data-do="hide" hidden { (texts.say("write-hide")) }
                }
            }
            p #kept .soft .small {}
        }
    }

    /// What is in this browser already: before the form, so that nobody begins anew what is half written.
    fn kept(&self) -> Markup {
        let texts = self.texts;
        html! {
            section #outbox .with-script aria-labelledby="outbox-title" hidden {
                h2 #outbox-title { (texts.say("write-outbox")) }
                ul .list aria-live="polite" {}
            }
            section #drafts .with-script aria-labelledby="drafts-title" hidden {
                h2 #drafts-title { (texts.say("write-drafts")) }
                p .small .soft { (texts.say("write-drafts-hint")) }
                ul .list {}
            }
        }
    }

    fn beside(&self) -> Markup {
        let texts = self.texts;
        html! {
            section #similar aria-labelledby="similar-title" {
                h2 #similar-title { (texts.say("write-similar")) }
                p .small .soft { (texts.say("write-similar-hint")) }
                ul .list {}
            }
        }
    }
}

/// A report that is being written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    fields: Map<String, Value>,
}

/// Tells of reports like the one that is being written. Found by a program, and said so.
pub(super) async fn similar(
    State(site): State<Site>,
    member: Member,
    Given(Draft { fields }): Given<Draft>,
) -> Result<Response, Problem> {
    member.require(WRITERS)?;
    let asked = Request::Similar { document: None, fields, least: SIMILARITY_SHOWN, limit: SIMILAR_MAX };
    let Answer::Found { hits, words } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
    let organisations = Organisations::ask(&site).await?;
    let texts = member.visit.texts;
    let entries: Vec<Value> = hits
        .iter()
        .map(|hit| {
            let organisation = organisations.name(&hit.organisation, texts);
            json!({ "document": hit.document, "title": hit.title, "organisation": organisation, "shared": hit.shared })
        })
        .collect();
    Ok(Json(json!({ "entries": entries, "behind": words.behind, "made_by": "machine" })).into_response())
}

/// In which language names are told.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    language: Option<Language>,
}

/// Tells of all places that can be chosen by typing. The same for everybody, so a browser may keep it for a day.
pub(super) async fn places(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let places = choices::places(asked.language.unwrap_or_else(|| visit.texts.language()));
    let mut response = Json(places).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    response
}
