//! What a coordinator writes about a phenomenon: one page for each word, with few fields, each signed in the browser.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{HITS_MAX, Report, Request, Response as Answer};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::aspect::Aspect;
use talkoot_protocol::phenomenon::key::key;
use talkoot_protocol::phenomenon::word::{ASPECT_CHARS_MAX, REASON_CHARS_MAX, VALUE_CHARS_MAX};
use talkoot_protocol::phenomenon::{Attributed, Card, StatusCode};
use talkoot_protocol::report::codes::{Spread, Trend};
use talkoot_protocol::report::limits::{TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use talkoot_protocol::report::period::{HalfYear, Period};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::Role;

use crate::http::{Asked, Problem, Site};
use crate::web::frame::Page;
use crate::web::parts::{self, Field};
use crate::web::texts::Texts;
use crate::web::visit::{Member, Visit};

use super::form::{self, Signed};
use super::people::{People, period};
use super::{Shown, course, nothing_here, phenomena, phenomenon, reports, today};

/// Half-years that can be chosen: six years.
const HALF_YEARS: usize = 12;
/// Linked reports offered as what a facet rests on.
const REPORTS_OFFERED: usize = 20;
/// Phenomena offered to merge with.
const OTHERS_OFFERED: usize = 200;

/// What a form is opened for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct About {
    pub(super) aspect: String,
    pub(super) value: String,
    pub(super) report: String,
    pub(super) other: String,
    pub(super) period: String,
    pub(super) path: String,
}

/// Shows the form that begins a phenomenon, perhaps from a report.
pub(super) async fn begin(
    State(site): State<Site>,
    member: Member,
    Asked(about): Asked<About>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let visit = &member.visit;
    let people = People::ask(&site, visit.texts).await?;
    let report = match about.report.as_str() {
        "" => None,
        asked => Some(one_report(&site, asked).await?),
    };
    let page = Page {
        title: visit.texts.say("joint-begin"),
        lead: Some(visit.texts.say("joint-begin-lead")),
        scripts: &["sign.js"],
        ..Page::default()
    };
    Ok(visit.show(&page, &beginning(&people, report.as_ref())))
}

pub(super) fn beginning(people: &People, report: Option<&Report>) -> Markup {
    let texts = people.texts;
    let scopes: Vec<Scope> = report.iter().map(|report| report.scope).collect();
    let value = report.map(title_of).unwrap_or_default();
    let fields = html! {
        @if let Some(report) = report {
            p { (texts.say("joint-begin-from")) " " a href={ "/reports/" (report.document) } { (title_of(report)) } }
            (form::fixed(&format!("link/{}.state", report.document), "linked"))
        }
        (form::line(texts, "title.text", &texts.say("joint-title"), &value, TITLE_CHARS_MAX, true))
        (form::language(texts, "title.language"))
        (form::text(texts, "summary.text", &texts.say("joint-summary-field"), TEXT_CHARS_MAX, false))
        (form::scope(people, &scopes))
    };
    let signed = Signed {
        kind: Kind::Phenomenon,
        document: None,
        then: "/phenomena/{id}",
        button: texts.say("joint-begin-sign"),
        is_second: false,
    };
    signed.around(texts, &fields)
}

/// Shows one of the forms of a phenomenon.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path((id, which)): Path<(String, String)>,
    Asked(about): Asked<About>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let visit = &member.visit;
    let shown = phenomenon(&site, &id, false).await?;
    let people = People::ask(&site, visit.texts).await?;
    let desk = Desk { visit, people, shown, about, tag: form::tag()? };
    let (title, content) = match which.as_str() {
        "facet" => (visit.texts.say("joint-do-facet"), desk.facet()),
        "settle" => (visit.texts.say("joint-settle"), desk.settle()),
        "status" => (visit.texts.say("joint-do-status"), desk.status()),
        "period" => (visit.texts.say("joint-do-period"), desk.period()),
        "describe" => (visit.texts.say("joint-do-describe"), desk.describe()),
        "withdraw" => (visit.texts.say("joint-do-withdraw"), desk.withdraw()),
        "link" => (visit.texts.say("joint-do-link"), desk.link(&site, true).await?),
        "unlink" => (visit.texts.say("joint-do-unlink"), desk.link(&site, false).await?),
        "merge" => (visit.texts.say("joint-do-merge"), desk.merge(&site, true).await?),
        "part" => (visit.texts.say("joint-do-part"), desk.merge(&site, false).await?),
        _ => return Err(nothing_here()),
    };
    let content = html! { (desk.back()) (content) };
    Ok(visit.show(&Page { title, scripts: &["sign.js"], ..Page::default() }, &content))
}

/// What a form of a phenomenon is made of.
pub(super) struct Desk<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) shown: Shown,
    pub(super) about: About,
    /// What a new facet is called among those of the organisation.
    pub(super) tag: String,
}

impl Desk<'_> {
    fn texts(&self) -> Texts {
        self.visit.texts
    }

    fn card(&self) -> &Card {
        &self.shown.card
    }

    fn signed(&self, fields: &Markup) -> Markup {
        Signed::phenomenon(self.shown.document, self.texts().say("joint-sign")).around(self.texts(), fields)
    }

    fn scope(&self) -> Scope {
        let own = self.card().documents.iter().find(|begun| begun.document == self.shown.document);
        own.map_or(Scope::Network, |begun| begun.scope)
    }

    fn back(&self) -> Markup {
        let title = phenomena::title_or_none(self.visit, self.card().title.as_deref());
        html! { p { a href={ "/phenomena/" (self.shown.document) } { (title) } } }
    }

    fn own<'w, T>(&self, words: &'w [Attributed<T>]) -> Option<&'w Attributed<T>> {
        let is_own = |by: &OrganisationId| self.people.is_own(by);
        words.iter().find(|word| is_own(&word.by.organisation) && word.document == self.shown.document)
    }

    /// One side of it; filled in where somebody sees the same as another.
    pub(super) fn facet(&self) -> Markup {
        let texts = self.texts();
        let name = |part: &str| format!("facet/{}.{part}", self.tag);
        let aspects: Vec<String> = self.card().aspects.iter().map(|aspect| aspect.name.clone()).collect();
        let (label, hint) = (texts.say("joint-aspect"), texts.say("joint-aspect-hint"));
        let aspect = Field {
            name: &name("aspect"),
            label: &label,
            hint: Some(&hint),
            value: &self.about.aspect,
            required: true,
            most: Some(ASPECT_CHARS_MAX),
            offered: &aspects,
            ..Field::default()
        };
        let halves = course::choices(texts, half_year(today()), HALF_YEARS);
        let when = texts.say("joint-period-field");
        let fields = html! {
            @if !self.about.value.is_empty() { p { (texts.say("joint-agree-lead")) } }
            (parts::line(texts, &aspect))
            (form::line(texts, &name("value"), &texts.say("joint-value"), &self.about.value, VALUE_CHARS_MAX, true))
            (form::text(texts, &name("text"), &texts.say("joint-more"), TEXT_CHARS_MAX, false))
            (form::place(texts, &name("area")))
            (parts::choice(texts, &Field { name: &name("period"), label: &when, ..Field::default() }, &halves))
            (self.rests_on())
        };
        self.signed(&fields)
    }

    fn rests_on(&self) -> Markup {
        let texts = self.texts();
        let here = self.card().links.iter().filter_map(|link| {
            let who = link.organisation.map(|id| self.people.name(&id));
            let about = who.into_iter().chain(link.period.map(|when| period(texts, when)));
            let words: Vec<_> = std::iter::once(link.title.clone()?).chain(about).collect();
            Some((link.report.to_string(), words.join(", ")))
        });
        let choices: Vec<_> = here.take(REPORTS_OFFERED).collect();
        let label = texts.say("joint-rests-on-field");
        let name = format!("facet/{}.reports", self.tag);
        let field = Field { name: &name, label: &label, ..Field::default() };
        html! { @if !choices.is_empty() { (parts::boxes(texts, &field, &choices, &[])) } }
    }

    /// What holds where values contradict each other; it weighs every value that stands.
    pub(super) fn settle(&self) -> Markup {
        let texts = self.texts();
        let wanted = key(&self.about.aspect);
        let aspect = self.card().aspects.iter().find(|aspect| aspect.key == wanted);
        match aspect.and_then(|aspect| Some((aspect, aspect.contradiction.as_ref()?))) {
            Some((aspect, contradiction)) => {
                let values: Vec<String> = contradiction.values.iter().map(|held| held.value.clone()).collect();
                self.settlement(aspect, &values)
            }
            None => parts::notice(parts::Tone::Info, &html! { p { (texts.say("joint-settle-nothing")) } }),
        }
    }

    fn settlement(&self, aspect: &Aspect, values: &[String]) -> Markup {
        let texts = self.texts();
        let (label, hint) = (texts.say("joint-settle-value"), texts.say("joint-settle-hint"));
        let value = Field {
            name: "value",
            label: &label,
            hint: Some(&hint),
            required: true,
            most: Some(VALUE_CHARS_MAX),
            offered: values,
            ..Field::default()
        };
        let held =
            self.card().aspects.iter().find(|one| one.key == aspect.key).and_then(|one| one.contradiction.as_ref());
        let fields = html! {
            p { (texts.say_with("joint-settle-about", &[("aspect", (&aspect.name).into())])) }
            ul { @for held in held.iter().flat_map(|found| &found.values) {
                li { strong { (held.value) } " – " (self.people.names(&held.organisations)) }
            } }
            // The path may have points in it, so it stands around the parts.
            div data-entry={ "settle/" (aspect.key) } {
                (form::fixed_list("considered", values))
                (parts::line(texts, &value))
                (form::text(texts, "reason", &texts.say("joint-reason-field"), REASON_CHARS_MAX, true))
            }
        };
        self.signed(&fields)
    }

    /// How far it has come.
    pub(super) fn status(&self) -> Markup {
        let texts = self.texts();
        let own = self.own(&self.card().statuses);
        let (value, label) = (own.map(|word| word.said.code.key()).unwrap_or_default(), texts.say("joint-status"));
        let field = Field { name: "status.code", label: &label, value, required: true, ..Field::default() };
        self.signed(&html! {
            (parts::radios(texts, &field, &form::codes::<StatusCode>(texts.language())))
            (form::text(texts, "status.reason", &texts.say("joint-reason-optional"), REASON_CHARS_MAX, false))
        })
    }

    /// How it was in a half-year, which is chosen first.
    pub(super) fn period(&self) -> Markup {
        let texts = self.texts();
        let now = half_year(today());
        let Some(chosen) = self.about.period.parse().ok().or(now) else { return html! {} };
        let entry = format!("period/{chosen}");
        let (spread, trend) = (format!("{entry}.spread"), format!("{entry}.trend"));
        let (spread_label, trend_label) = (texts.say("joint-spread"), texts.say("joint-trend-field"));
        html! {
            form method="get" .inline {
                (parts::choice(texts, &Field {
                    name: "period", label: &texts.say("joint-period"), value: &chosen.to_string(), ..Field::default()
                }, &course::choices(texts, now, HALF_YEARS)))
                button .second { (texts.say("joint-choose")) }
            }
            h2 { (period(texts, Period::from(chosen))) }
            (self.signed(&html! {
                (parts::radios(texts, &Field { name: &spread, label: &spread_label, ..Field::default() },
                    &form::codes::<Spread>(texts.language())))
                (parts::radios(texts, &Field { name: &trend, label: &trend_label, ..Field::default() },
                    &form::codes::<Trend>(texts.language())))
                (form::text(texts, &format!("{entry}.note"), &texts.say("joint-more"), REASON_CHARS_MAX, false))
            }))
        }
    }

    /// Its name and what it is, in one's own words. Two forms, since each is a word of its own.
    pub(super) fn describe(&self) -> Markup {
        let texts = self.texts();
        let title = self.own(&self.card().titles).map(|word| word.said.text.as_str()).unwrap_or_default();
        let summary = self.own(&self.card().summaries).map(|word| word.said.text.as_str()).unwrap_or_default();
        let label = texts.say("joint-summary-field");
        let field = Field {
            name: "summary.text",
            label: &label,
            value: summary,
            required: true,
            most: Some(TEXT_CHARS_MAX),
            ..Field::default()
        };
        html! {
            p { (texts.say("joint-describe-lead")) }
            (self.signed(&html! {
                (form::line(texts, "title.text", &texts.say("joint-title"), title, TITLE_CHARS_MAX, true))
                (form::language(texts, "title.language"))
            }))
            (self.signed(&parts::area(texts, &field, 6)))
        }
    }

    /// Takes back what the own organisation said. What was said stays in the history.
    pub(super) fn withdraw(&self) -> Markup {
        let texts = self.texts();
        let path = &self.about.path;
        let is_word = ["facet/", "settle/"].iter().any(|folder| path.starts_with(folder));
        if !is_word {
            return parts::notice(parts::Tone::Info, &html! { p { (texts.say("joint-withdraw-nothing")) } });
        }
        let fields = html! {
            p { (texts.say("joint-withdraw-lead")) }
            p { code { (path) } }
            (form::taken_back(path))
        };
        self.signed(&fields)
    }

    /// Says that a report belongs to it, or does not.
    async fn link(&self, site: &Site, belongs: bool) -> Result<Markup, Problem> {
        let texts = self.texts();
        if self.about.report.is_empty() {
            return Ok(self.ask_for("report", &texts.say("joint-report-id"), &texts.say("joint-report-id-hint")));
        }
        let report = one_report(site, &self.about.report).await?;
        if !report.scope.may_be_named_in(&self.scope()) {
            return Ok(parts::notice(parts::Tone::Error, &html! { p { (texts.say("joint-not-nameable")) } }));
        }
        let similarity = if belongs { self.similarity(site, &report.document).await } else { None };
        Ok(self.linking(&report, belongs, similarity))
    }

    pub(super) fn linking(&self, report: &Report, belongs: bool, similarity: Option<u16>) -> Markup {
        let texts = self.texts();
        let entry = format!("link/{}", report.document);
        let reason = format!("{entry}.reason");
        let fields = html! {
            p { a href={ "/reports/" (report.document) } { (title_of(report)) } " – " (self.people.name(&report.organisation)) }
            (form::fixed(&format!("{entry}.state"), if belongs { "linked" } else { "unlinked" }))
            @if let Some(similarity) = similarity {
                p .machine { (texts.say_with("joint-link-suggested", &[("likeness", (&reports::likeness(similarity)).into())])) }
                (form::fixed_number(&format!("{entry}.similarity"), similarity))
            }
            @if belongs { (form::text(texts, &reason, &texts.say("joint-reason-optional"), REASON_CHARS_MAX, false)) }
            @else { (form::text(texts, &reason, &texts.say("joint-reason-field"), REASON_CHARS_MAX, true)) }
        };
        self.signed(&fields)
    }

    /// How similar a program finds a report, if it suggests it: that stays with the link.
    async fn similarity(&self, site: &Site, report: &DocumentId) -> Option<u16> {
        let asked = Request::Suggestions { document: Some(self.card().id.to_string()), limit: HITS_MAX };
        let Ok(Answer::Suggestions { reports, .. }) = site.ask(asked).await else { return None };
        reports.iter().find(|suggestion| suggestion.hit.document == *report).map(|found| found.similarity)
    }

    /// Says that another phenomenon is the same, or is not.
    async fn merge(&self, site: &Site, joins: bool) -> Result<Markup, Problem> {
        let texts = self.texts();
        if self.about.other.is_empty() {
            return self.others(site).await;
        }
        let other = phenomenon(site, &self.about.other, false).await?;
        let theirs = other.card.documents.iter().find(|begun| begun.document == other.document);
        let may_name = theirs.is_none_or(|begun| begun.scope.may_be_named_in(&self.scope()));
        if !may_name || other.document == self.shown.document {
            return Ok(parts::notice(parts::Tone::Error, &html! { p { (texts.say("joint-not-mergeable")) } }));
        }
        Ok(self.merging(&other, joins))
    }

    pub(super) fn merging(&self, other: &Shown, joins: bool) -> Markup {
        let texts = self.texts();
        let (place, named) = self.place(other);
        let entry = format!("merge/{named}");
        let reason = format!("{entry}.reason");
        let title = phenomena::title_or_none(self.visit, other.card.title.as_deref());
        let fields = html! {
            p { (if joins { texts.say("joint-merge-lead") } else { texts.say("joint-part-lead") }) }
            p { a href={ "/phenomena/" (other.document) } { (title) } }
            (form::fixed(&format!("{entry}.state"), if joins { "joined" } else { "parted" }))
            @if joins { (form::text(texts, &reason, &texts.say("joint-reason-optional"), REASON_CHARS_MAX, false)) }
            @else { (form::text(texts, &reason, &texts.say("joint-reason-field"), REASON_CHARS_MAX, true)) }
        };
        Signed::phenomenon(place, texts.say("joint-sign")).around(texts, &fields)
    }

    /// Returns where to write, and which one to name there: where the own organisation has spoken of the two already.
    fn place(&self, other: &Shown) -> (DocumentId, DocumentId) {
        let (one, other) = (self.shown.document, other.document);
        let pair = [one.min(other), one.max(other)];
        let edge = self.card().merges.iter().find(|edge| [edge.one, edge.other] == pair);
        let spoken = edge.and_then(|edge| edge.words.iter().find(|word| self.people.is_own(&word.by.organisation)));
        if spoken.is_some_and(|word| word.document == other) { (other, one) } else { (one, other) }
    }

    async fn others(&self, site: &Site) -> Result<Markup, Problem> {
        let asked = Request::Phenomena { open: false, skip: 0, limit: OTHERS_OFFERED };
        let Answer::Phenomena { phenomena, .. } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
        let others = phenomena.into_iter().filter(|brief| brief.id != self.card().id);
        let choices: Vec<_> = others
            .map(|brief| (brief.id.to_string(), phenomena::title_or_none(self.visit, brief.title.as_deref())))
            .collect();
        let texts = self.texts();
        let label = texts.say("joint-phenomenon");
        let field = Field { name: "other", label: &label, required: true, ..Field::default() };
        Ok(html! { form method="get" {
            (parts::choice(texts, &field, &choices))
            p .actions { button .second { (texts.say("joint-choose")) } }
        } })
    }

    /// Asks for an id first.
    fn ask_for(&self, name: &str, label: &str, hint: &str) -> Markup {
        let texts = self.texts();
        let field = Field { name, label, hint: Some(hint), required: true, ..Field::default() };
        html! { form method="get" {
            (parts::line(texts, &field))
            p .actions { button .second { (texts.say("joint-choose")) } }
        } }
    }
}

async fn one_report(site: &Site, asked: &str) -> Result<Report, Problem> {
    match site.ask(Request::Report { document: asked.trim().to_owned() }).await? {
        Answer::Report(report) => Ok(*report),
        _ => Err(Problem::unexpected()),
    }
}

fn title_of(report: &Report) -> String {
    let title = report.fields.get("title").and_then(serde_json::Value::as_str).unwrap_or_default();
    if title.trim().is_empty() { report.document.short() } else { title.to_owned() }
}

fn half_year(day: Date) -> Option<HalfYear> {
    Period::from_month(day.year(), day.month()).map(Period::half_year)
}
