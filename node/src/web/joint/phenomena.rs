//! The list of phenomena: which there are, where organisations disagree, how they go.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::phenomenon::Brief;
use talkoot_protocol::phenomenon::trend::Trend;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Role;

use crate::http::{Asked, Problem, Site};
use crate::web::frame::Page;
use crate::web::parts;
use crate::web::visit::{Member, Visit};

use super::{PAGE, Shown, course, phenomenon};

/// Which of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those with an open contradiction.
    #[serde(default)]
    open: bool,
    #[serde(default)]
    skip: usize,
}

/// A phenomenon of the list, how it goes by its reports, and the language of its title if it is known.
pub(super) type Row = (Brief, Option<Trend>, Option<Code<Language>>);

/// Shows a page of the list.
pub(super) async fn list(
    State(site): State<Site>,
    member: Member,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let asked = Request::Phenomena { open: which.open, skip: which.skip, limit: PAGE };
    let Answer::Phenomena { phenomena, total } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
    let mut rows = Vec::with_capacity(phenomena.len());
    for brief in phenomena {
        // One that cannot be read any more is still listed.
        let shown = phenomenon(&site, &brief.id.to_string(), false).await.ok();
        let language = shown.as_ref().and_then(|shown| shown.card.title_language()).cloned();
        rows.push((brief, shown.map(|shown| shown.card.course.by_reports), language));
    }
    let visit = &member.visit;
    let page = Page {
        title: visit.texts.say("joint-phenomena"),
        lead: Some(visit.texts.say("joint-phenomena-lead")),
        is_wide: true,
        ..Page::default()
    };
    Ok(visit.show(&page, &content(visit, &which, &rows, total)))
}

pub(super) fn content(visit: &Visit, which: &Which, rows: &[Row], total: usize) -> Markup {
    let texts = visit.texts;
    let address = if which.open { "/phenomena?open=true" } else { "/phenomena" };
    html! {
        @if visit.has(Role::Coordinator) {
            p .actions { a .button href="/phenomena/new" { (texts.say("joint-begin")) } }
        }
        nav .choices aria-label=(texts.say("joint-filter")) {
            a href="/phenomena" aria-current=[(!which.open).then_some("true")] { (texts.say("joint-phenomena-all")) }
            a href="/phenomena?open=true" aria-current=[which.open.then_some("true")] { (texts.say("joint-phenomena-open")) }
        }
        @if rows.is_empty() {
            (parts::notice(parts::Tone::Info, &html! { p { (texts.say("joint-phenomena-none")) } }))
        } @else {
            (table(visit, rows, total))
            (parts::pages(texts, address, which.skip, PAGE, total))
        }
    }
}

fn table(visit: &Visit, rows: &[Row], total: usize) -> Markup {
    let texts = visit.texts;
    let columns = [
        (texts.say("joint-phenomenon"), false),
        (texts.say("joint-status"), false),
        (texts.say("joint-contradictions"), false),
        (texts.say("joint-trend"), false),
        (texts.say("joint-organisations"), true),
        (texts.say("joint-reports"), true),
    ];
    let rows: Vec<_> = rows.iter().map(|row| cells(visit, row)).collect();
    parts::table(&texts.say_with("joint-phenomena-total", &[("total", total.into())]), &columns, &rows)
}

fn cells(visit: &Visit, (brief, trend, language): &Row) -> Vec<Markup> {
    let texts = visit.texts;
    let status = brief.status.as_ref().map(|status| status.label(texts.language()).to_owned());
    let lang = language.as_ref().and_then(|code| texts.other(code.key()));
    vec![
        html! { a href={ "/phenomena/" (brief.id) } lang=[lang] { (title_or_none(visit, brief.title.as_deref())) } },
        html! { (status.unwrap_or_else(|| "–".to_owned())) },
        html! {
            @if brief.open > 0 { strong { (texts.say_with("joint-open-count", &[("count", brief.open.into())])) } }
            @else { (texts.say("joint-open-none")) }
        },
        html! { (trend.map_or_else(|| "–".to_owned(), |trend| course::trend(texts, trend))) },
        html! { (brief.organisations.len()) },
        html! { (brief.reports) },
    ]
}

/// Returns a link to a phenomenon.
pub(super) fn link(visit: &Visit, shown: &Shown) -> Markup {
    let title = title_or_none(visit, shown.card.title.as_deref());
    html! { a href={ "/phenomena/" (shown.document) } lang=[lang(visit, shown)] { (title) } }
}

/// Returns the language of a phenomenon's title, if it is another than the page's.
pub(super) fn lang<'a>(visit: &Visit, shown: &'a Shown) -> Option<&'a str> {
    shown.card.title_language().and_then(|code| visit.texts.other(code.key()))
}

/// Returns a title; says so where nobody has given one.
pub(super) fn title_or_none(visit: &Visit, title: Option<&str>) -> String {
    let given = title.map(str::trim).filter(|title| !title.is_empty());
    given.map_or_else(|| visit.texts.say("joint-untitled"), str::to_owned)
}
