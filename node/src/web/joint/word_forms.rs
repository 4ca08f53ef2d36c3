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
use crate::web::parts::{self, Field, Tone};
use crate::web::texts::Texts;
use crate::web::visit::Member;

use super::form::{self, Paper, Signed};
use super::people::period;
use super::reports::{one_report, report_title};
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
    let paper = Paper::ask(&site, &member.visit).await?;
    let report = match about.report.as_str() {
        "" => None,
        asked => Some(one_report(&site, asked).await?),
    };
    let (texts, content) = (paper.texts(), beginning(&paper, report.as_ref()));
    Ok(paper.show(texts.say("joint-begin"), Some(texts.say("joint-begin-lead")), &content))
}

pub(super) fn beginning(paper: &Paper<'_>, report: Option<&Report>) -> Markup {
    let texts = paper.texts();
    let scopes: Vec<Scope> = report.iter().map(|report| report.scope).collect();
    let value = report.map(|report| report_title(texts, report).0).unwrap_or_default();
    let fields = html! {
        @if let Some(report) = report {
            p { (texts.say("joint-begin-from")) " " (reports::link(texts, report)) }
            (form::fixed(&format!("link/{}.state", report.document), "linked"))
        }
        (form::line(texts, "title.text", &texts.say("joint-title"), &value, TITLE_CHARS_MAX, true))
        (form::language(texts, "title.language"))
        (form::text(texts, "summary.text", &texts.say("joint-summary-field"), TEXT_CHARS_MAX, false))
        (form::scope(&paper.people, &scopes))
    };
    Signed::beginning(Kind::Phenomenon, "/phenomena/{id}", texts.say("joint-begin-sign")).around(texts, &fields)
}

/// Shows one of the forms of a phenomenon.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path((id, which)): Path<(String, String)>,
    Asked(about): Asked<About>,
) -> Result<Response, Problem> {
    member.require(&[Role::Coordinator])?;
    let shown = phenomenon(&site, &id, false).await?;
    let desk = Desk { paper: Paper::ask(&site, &member.visit).await?, shown, about };
    let texts = desk.texts();
    let (title, content) = match which.as_str() {
        "facet" => (texts.say("joint-do-facet"), desk.facet()),
        "settle" => (texts.say("joint-settle"), desk.settle()),
        "status" => (texts.say("joint-do-status"), desk.status()),
        "period" => (texts.say("joint-do-period"), desk.period()),
        "describe" => (texts.say("joint-do-describe"), desk.describe()),
        "withdraw" => (texts.say("joint-do-withdraw"), desk.withdraw()),
        "link" => (texts.say("joint-do-link"), desk.link(&site, true).await?),
        "unlink" => (texts.say("joint-do-unlink"), desk.link(&site, false).await?),
        "merge" => (texts.say("joint-do-merge"), desk.merge(&site, true).await?),
        "part" => (texts.say("joint-do-part"), desk.merge(&site, false).await?),
        _ => return Err(nothing_here()),
    };
    Ok(desk.paper.show(title, None, &html! { (desk.back()) (content) }))
}

/// What a form of a phenomenon is made of.
pub(super) struct Desk<'a> {
    pub(super) paper: Paper<'a>,
    pub(super) shown: Shown,
    pub(super) about: About,
}

impl Desk<'_> {
    fn texts(&self) -> Texts {
        self.paper.texts()
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
        html! { p { (phenomena::link(self.paper.visit, &self.shown)) } }
    }

    fn own<'w, T>(&self, words: &'w [Attributed<T>]) -> Option<&'w Attributed<T>> {
        let is_own = |by: &OrganisationId| self.paper.people.is_own(by);
        words.iter().find(|word| is_own(&word.by.organisation) && word.document == self.shown.document)
    }

    /// One side of it; filled in where somebody sees the same as another.
    pub(super) fn facet(&self) -> Markup {
        let texts = self.texts();
        let name = |part: &str| self.paper.part("facet", part);
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
            let who = link.organisation.map(|id| self.paper.people.name(&id));
            let about = who.into_iter().chain(link.period.map(|when| period(texts, when)));
            let words: Vec<_> = std::iter::once(link.title.clone()?).chain(about).collect();
            Some((link.report.to_string(), words.join(", ")))
        });
        let choices: Vec<_> = here.take(REPORTS_OFFERED).collect();
        let label = texts.say("joint-rests-on-field");
        let name = self.paper.part("facet", "reports");
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
            None => form::refused(Tone::Info, &texts.say("joint-settle-nothing")),
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
                li { strong { (held.value) } " – " (self.paper.people.names(&held.organisations)) }
            } }
            // The path may have points in it, so it stands around the parts.
            div data-entry={ "settle/" (aspect.key) } {
                (form::fixed_list("considered", values))
                (parts::line(texts, &value))
                (form::reason(texts, "reason", REASON_CHARS_MAX, true))
            }
        };
        self.signed(&fields)
    }

    /// How far it has come.
    pub(super) fn status(&self) -> Markup {
        let texts = self.texts();
        let own = self.own(&self.card().statuses);
        let value = own.map(|word| word.said.code.key()).unwrap_or_default();
        self.signed(&html! {
            (form::one_code::<StatusCode>(texts, "status.code", &texts.say("joint-status"), value, true))
            (form::reason(texts, "status.reason", REASON_CHARS_MAX, false))
        })
    }

    /// How it was in a half-year, which is chosen first.
    pub(super) fn period(&self) -> Markup {
        let texts = self.texts();
        let now = half_year(today());
        let Some(chosen) = self.about.period.parse().ok().or(now) else { return html! {} };
        let entry = format!("period/{chosen}");
        let (spread, trend) = (format!("{entry}.spread"), format!("{entry}.trend"));
        let label = texts.say("joint-period");
        let when = Field { name: "period", label: &label, value: &chosen.to_string(), ..Field::default() };
        html! {
            form method="get" .inline {
                (parts::choice(texts, &when, &course::choices(texts, now, HALF_YEARS)))
                button .second { (texts.say("joint-choose")) }
            }
            h2 { (period(texts, Period::from(chosen))) }
            (self.signed(&html! {
                (form::one_code::<Spread>(texts, &spread, &texts.say("joint-spread"), "", false))
                (form::one_code::<Trend>(texts, &trend, &texts.say("joint-trend-field"), "", false))
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
            return form::refused(Tone::Info, &texts.say("joint-withdraw-nothing"));
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
            return Ok(form::refused(Tone::Error, &texts.say("joint-not-nameable")));
        }
        let similarity = if belongs { self.similarity(site, &report.document).await } else { None };
        Ok(self.linking(&report, belongs, similarity))
    }

    pub(super) fn linking(&self, report: &Report, belongs: bool, similarity: Option<u16>) -> Markup {
        let texts = self.texts();
        let entry = format!("link/{}", report.document);
        let reason = format!("{entry}.reason");
        let fields = html! {
            p {  (reports::link(texts, report)) " – " (self.paper.people.name(&report.organisation)) }
            (form::fixed(&format!("{entry}.state"), if belongs { "linked" } else { "unlinked" }))
            @if let Some(similarity) = similarity {
                p .machine { (texts.say_with("joint-link-suggested", &[("likeness", (&reports::likeness(similarity)).into())])) }
                (form::fixed_number(&format!("{entry}.similarity"), similarity))
            }
            (form::reason(texts, &reason, REASON_CHARS_MAX, !belongs))
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
            return Ok(form::refused(Tone::Error, &texts.say("joint-not-mergeable")));
        }
        Ok(self.merging(&other, joins))
    }

    pub(super) fn merging(&self, other: &Shown, joins: bool) -> Markup {
        let texts = self.texts();
        let (place, named) = self.place(other);
        let entry = format!("merge/{named}");
        let reason = format!("{entry}.reason");
        let fields = html! {
            p { (if joins { texts.say("joint-merge-lead") } else { texts.say("joint-part-lead") }) }
            p { (phenomena::link(self.paper.visit, other)) }
            (form::fixed(&format!("{entry}.state"), if joins { "joined" } else { "parted" }))
            (form::reason(texts, &reason, REASON_CHARS_MAX, !joins))
        };
        Signed::phenomenon(place, texts.say("joint-sign")).around(texts, &fields)
    }

    /// Returns where to write, and which one to name there: where the own organisation has spoken of the two already.
    fn place(&self, other: &Shown) -> (DocumentId, DocumentId) {
        let (one, other) = (self.shown.document, other.document);
        let pair = [one.min(other), one.max(other)];
        let edge = self.card().merges.iter().find(|edge| [edge.one, edge.other] == pair);
        let spoken =
            edge.and_then(|edge| edge.words.iter().find(|word| self.paper.people.is_own(&word.by.organisation)));
        if spoken.is_some_and(|word| word.document == other) { (other, one) } else { (one, other) }
    }

    async fn others(&self, site: &Site) -> Result<Markup, Problem> {
        let asked = Request::Phenomena { open: false, skip: 0, limit: OTHERS_OFFERED };
        let Answer::Phenomena { phenomena, .. } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
        let others = phenomena.into_iter().filter(|brief| brief.id != self.card().id);
        let choices: Vec<_> = others
            .map(|brief| (brief.id.to_string(), phenomena::title_or_none(self.paper.visit, brief.title.as_deref())))
            .collect();
        let texts = self.texts();
        let label = texts.say("joint-phenomenon");
        let field = Field { name: "other", label: &label, required: true, ..Field::default() };
        Ok(form::asking(texts, &parts::choice(texts, &field, &choices)))
    }

    /// Asks for an id first.
    fn ask_for(&self, name: &str, label: &str, hint: &str) -> Markup {
        let field = Field { name, label, hint: Some(hint), required: true, ..Field::default() };
        form::asking(self.texts(), &parts::line(self.texts(), &field))
    }
}

fn half_year(day: Date) -> Option<HalfYear> {
    Period::from_month(day.year(), day.month()).map(Period::half_year)
}
