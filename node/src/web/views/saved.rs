//! Saved views: questions that somebody keeps, with what the node answers today.

use axum::extract::{Path, Query as Asked, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::saved::{Kept, Saved};
use talkoot_protocol::view::MergedView;

use super::names::Names;
use super::page::ask;
use super::question::Question;
use super::table;
use crate::http::{Problem, Site};
use crate::web::assets;
use crate::web::frame::Page;
use crate::web::parts::{self, Tone};
use crate::web::visit::Member;

/// Saved views on a page.
const LIMIT: usize = 25;
/// Questions of a saved view that are answered on its page; the others are links.
const ANSWERED_MAX: usize = 6;

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub(super) struct From {
    #[serde(default)]
    skip: usize,
}

/// Lists saved views.
pub(super) async fn list(
    State(site): State<Site>,
    member: Member,
    Asked(From { skip }): Asked<From>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let request = Request::SavedViews { skip, limit: LIMIT };
    let Answer::SavedViews { views, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    let names = Names::ask(&site, texts).await?;
    let content = html! {
        @if views.is_empty() { p { (texts.say("views-saved-none")) } }
        ul .list { @for view in &views { li {
            h2 { a href={ "/views/saved/" (view.id) } {
                @match &view.heading { Some(heading) => (heading), None => (texts.say("views-untitled")) }
            } }
            @let who: Vec<_> = view.organisations.iter().map(|id| names.organisation(&id.to_string())).collect();
            p .soft { (who.join(", ")) " · " (texts.say_with("views-saved-questions", &[("count", view.queries.into())])) }
        } } }
        (parts::pages(texts, "/views/saved", skip, LIMIT, total))
        p { a href="/views" { (texts.say("views-back")) } }
    };
    let page =
        Page { title: texts.say("views-saved-title"), lead: Some(texts.say("views-saved-lead")), ..Page::default() };
    Ok(visit.show(&page, &content))
}

/// Shows one, with today's numbers.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path(document): Path<String>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let request = Request::SavedView { document, history: false };
    let Answer::SavedView { view: saved, .. } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    let names = Names::ask(&site, texts).await?;
    let mut answered = Vec::new();
    for kept in saved.queries.iter().take(ANSWERED_MAX) {
        // A question about something that this node does not know is told of, and the others are answered.
        answered.push((kept, ask(&site, kept.query.clone()).await.ok()));
    }
    let content = content(&saved, &answered, &names);
    let title = saved.heading.clone().unwrap_or_else(|| texts.say("views-untitled"));
    Ok(visit.show(&Page { title, is_wide: true, ..Page::default() }, &content))
}

fn content(saved: &Saved, answered: &[(&Kept, Option<MergedView>)], names: &Names) -> Markup {
    let texts = names.texts;
    let others = saved.queries.iter().skip(ANSWERED_MAX);
    let explained = answered.iter().find_map(|(_, view)| view.as_ref());
    html! {
        link rel="stylesheet" href=(assets::address("charts.css"));
        @if saved.title.is_open() { (parts::notice(Tone::Warning, &html! { p { (texts.say("views-saved-open")) } })) }
        @for note in &saved.notes { p .quote { (note.said.text) " " span .soft { "– " (names.organisation(&note.by.organisation.to_string())) } } }
        @for (at, (kept, view)) in answered.iter().enumerate() {
            section {
                @if view.is_none() { h2 { (heading(kept, names)) } }
                @for word in &kept.words { @if let Some(note) = &word.said.note { p .quote { (note) } } }
                @match view {
                    Some(view) => (table::view(view, None, names, &format!("q{at}"))),
                    None => p { (texts.say("views-saved-not-asked")) },
                }
                p { a href={ "/views?" (address(kept)) } { (texts.say("views-saved-ask")) } }
            }
        }
        ul .list { @for kept in others { li { a href={ "/views?" (address(kept)) } { (heading(kept, names)) } } } }
        @if let Some(view) = explained { (table::explained(view, None, texts)) }
        p { a href="/views/saved" { (texts.say("views-saved-back")) } }
    }
}

fn address(kept: &Kept) -> String {
    Question { query: kept.query.clone(), preset: None }.address()
}

fn heading(kept: &Kept, names: &Names) -> String {
    let rows = names.facet(kept.query.rows);
    kept.query.columns.map_or_else(|| rows.clone(), |columns| format!("{rows} × {}", names.facet(columns)))
}
