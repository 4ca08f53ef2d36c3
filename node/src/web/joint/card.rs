//! The card of a phenomenon: what everyone knows of one thing, each sentence with who said it.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Pair, ProposalFilter, Request, Response as Answer, Suggestion, Written};
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::proposal::State as Proposal;
use talkoot_protocol::statement::Role;

use crate::http::{Asked, Problem, Site};
use crate::web::frame::Page;
use crate::web::parts;
use crate::web::visit::{Member, Visit};

use super::people::{self, People};
use super::{Shown, course, phenomena, phenomenon, proposals, reports, sides, some_proposals, today};

/// Most proposals looked through for those that came of a phenomenon.
const PROPOSALS_MAX: usize = 1_000;
/// Entries shown of all that was ever written in it; the command line tells the rest.
const HISTORY_MAX: usize = 200;
/// Suggestions shown beside a card.
const SUGGESTIONS: usize = 5;

/// Which page of its reports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    #[serde(default)]
    pub(super) skip: usize,
}

/// All that a card is drawn from.
pub(super) struct Sheet<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    pub(super) shown: Shown,
    pub(super) proposals: Vec<Proposal>,
    pub(super) suggestions: (Vec<Suggestion>, Vec<Pair>),
    pub(super) skip: usize,
}

/// Shows the card.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Path(id): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let shown = phenomenon(&site, &id, true).await?;
    let all = ProposalFilter { limit: PROPOSALS_MAX, ..ProposalFilter::default() };
    let (mut proposals, _) = some_proposals(&site, all, today()).await?;
    proposals.retain(|proposal| shown.card.documents.iter().any(|begun| proposal.names(&begun.document)));
    let suggestions =
        if visit.has(Role::Coordinator) { suggested(&site, &shown.card).await } else { Default::default() };
    let people = People::ask(&site, visit.texts).await?;
    let sheet = Sheet { visit, people, shown, proposals, suggestions, skip: which.skip };
    let title_lang = phenomena::lang(visit, &sheet.shown);
    let page = Page { title: sheet.title(), is_wide: true, scripts: &["sign.js"], title_lang, ..Page::default() };
    Ok(visit.show(&page, &sheet.content()))
}

/// What a program suggests; nothing where it cannot, for a card is whole without.
async fn suggested(site: &Site, card: &Card) -> (Vec<Suggestion>, Vec<Pair>) {
    let asked = Request::Suggestions { document: Some(card.id.to_string()), limit: SUGGESTIONS };
    match site.ask(asked).await {
        Ok(Answer::Suggestions { reports, pairs, .. }) => (reports, pairs),
        _ => Default::default(),
    }
}

impl Sheet<'_> {
    fn card(&self) -> &Card {
        &self.shown.card
    }

    pub(super) fn title(&self) -> String {
        phenomena::title_or_none(self.visit, self.card().title.as_deref())
    }

    /// Returns the address of a form of this phenomenon.
    pub(super) fn address(&self, form: &str) -> String {
        format!("/phenomena/{}/{form}", self.shown.document)
    }

    pub(super) fn is_coordinator(&self) -> bool {
        self.visit.has(Role::Coordinator)
    }

    pub(super) fn content(&self) -> Markup {
        html! {
            (self.head())
            div .columns {
                div {
                    (sides::contradictions(self))
                    (self.summaries())
                    (sides::house(self))
                    (sides::facets(self))
                    (sides::agreements(self))
                }
                div {
                    (self.actions())
                    (reports::suggestions(self))
                    (self.came_of_it())
                }
            }
            section {
                h2 { (self.visit.texts.say("joint-trend")) }
                (course::section(&self.people, &self.card().course, &self.shown.history))
            }
            (reports::linked(self))
            (reports::lineage(self))
            (self.history())
        }
    }

    fn head(&self) -> Markup {
        let (texts, card) = (self.visit.texts, self.card());
        let status = card.status.as_ref().map(|status| status.label(texts.language()).to_owned());
        let statuses = html! { @for word in &card.statuses { div {
            (word.said.code.label(texts.language()))
            @if let Some(reason) = &word.said.reason { ": " (reason) }
            (self.people.by(word, &self.shown.history))
        } } };
        let begun = html! { @for begun in &card.documents { div {
            (self.people.name(&begun.owner)) ", " (texts.day(self.people.clock.day(begun.begun)))
        } } };
        let differ = status.is_none() && !card.statuses.is_empty();
        html! {
            @if differ { (parts::notice(parts::Tone::Warning, &html! { p { (texts.say("joint-status-differs")) } })) }
            (parts::facts(&[
                (texts.say("joint-status"), statuses),
                (if card.documents.len() > 1 { texts.say("joint-merged-from") } else { texts.say("joint-begun-by") }, begun),
                (texts.say("joint-scope"), html! { @if let Some(first) = card.documents.first() { (self.people.scope(&first.scope)) } }),
                (texts.say("joint-other-titles"), self.other_titles()),
            ]))
        }
    }

    fn other_titles(&self) -> Markup {
        let others: Vec<_> =
            self.card().titles.iter().filter(|title| Some(&title.said.text) != self.card().title.as_ref()).collect();
        html! { @for title in others { div {
            span lang=[self.people.lang(title.said.language.as_ref())] { (title.said.text) }
            (self.people.by(title, &self.shown.history))
        } } }
    }

    fn summaries(&self) -> Markup {
        let summaries = &self.card().summaries;
        html! { @if !summaries.is_empty() { section {
            h2 { (self.visit.texts.say("joint-summary")) }
            @for summary in summaries {
                p .quote { (summary.said.text) }
                (self.people.by(summary, &self.shown.history))
            }
        } } }
    }

    /// What a coordinator may say.
    fn actions(&self) -> Markup {
        let texts = self.visit.texts;
        html! { @if self.is_coordinator() {
            section .panel {
                h2 { (texts.say("joint-do")) }
                ul .doings {
                    li { a href=(self.address("facet")) { (texts.say("joint-do-facet")) } }
                    li { a href=(self.address("link")) { (texts.say("joint-do-link")) } }
                    li { a href=(self.address("status")) { (texts.say("joint-do-status")) } }
                    li { a href=(self.address("period")) { (texts.say("joint-do-period")) } }
                    li { a href=(self.address("describe")) { (texts.say("joint-do-describe")) } }
                    li { a href=(self.address("merge")) { (texts.say("joint-do-merge")) } }
                    li { a href={ "/proposals/new?phenomenon=" (self.shown.document) } { (texts.say("joint-do-propose")) } }
                }
            }
        } }
    }

    /// Everything that was ever written or taken back, the latest first.
    fn history(&self) -> Markup {
        let texts = self.visit.texts;
        let columns = [
            (texts.say("joint-source"), false),
            (texts.say("joint-source-entry"), false),
            (texts.say("joint-written"), false),
            (texts.say("joint-source-change"), false),
        ];
        let row = |written: &Written| {
            vec![
                html! { (self.people.name(&written.by.organisation)) ", " (texts.day(self.people.clock.day(written.by.claimed))) },
                html! { code { (people::cut(&written.path)) } },
                html! { @match &written.value {
                    Some(value) => (people::cut(&value.to_string())),
                    None => em { (texts.say("joint-taken-back")) },
                } },
                html! { code { (written.change.short()) } },
            ]
        };
        let rows: Vec<_> = self.shown.history.iter().rev().take(HISTORY_MAX).map(row).collect();
        html! { @if !rows.is_empty() { details {
            summary { (texts.say_with("joint-history", &[("count", self.shown.history.len().into())])) }
            (parts::table(&texts.say_with("joint-history-caption", &[("count", rows.len().into())]), &columns, &rows))
        } } }
    }

    fn came_of_it(&self) -> Markup {
        let texts = self.visit.texts;
        html! { section {
            h2 { (texts.say("joint-came-of-it")) }
            @if self.proposals.is_empty() { p .soft { (texts.say("joint-came-nothing")) } }
            @else { ul .list { @for proposal in &self.proposals { li {
                h3 { (proposals::link(self.visit, proposal)) }
                p .small { (proposals::phase(texts, proposal)) }
            } } } }
        } }
    }
}
