//! Search in the words of reports. What somebody looks for is sent as a form and not in the address, so that no history, log or proxy
//! keeps it; nothing here does either.

use axum::extract::{Form, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use talkoot_protocol::api::{Hit, Mark, Request, Response as Answer, WordsStatus};
use talkoot_protocol::date::Date;
use talkoot_protocol::form::Form as Package;
use talkoot_protocol::id::OrganisationId;

use crate::http::{Problem, Site, wall_clock};

use super::frame::Page;
use super::names::Organisations;
use super::parts::{self, Field};
use super::texts::Texts;
use super::visit::Member;
use super::write::choices::{Choices, periods};

/// Hits of a page.
const LIMIT: usize = 30;
/// Most characters that are looked for; four bytes each are within what a node takes.
const WORDS_CHARS_MAX: usize = 500;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    words: String,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    half_year: String,
}

/// Shows the empty form.
pub(super) async fn page(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    shown(&site, &member, &Asked::default()).await
}

/// Shows what was found.
pub(super) async fn search(
    State(site): State<Site>,
    member: Member,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    shown(&site, &member, &asked).await
}

async fn shown(site: &Site, member: &Member, asked: &Asked) -> Result<Response, Problem> {
    let texts = member.visit.texts;
    let organisations = Organisations::ask(site).await?;
    let found = if asked.words.trim().is_empty() { None } else { Some(find(site, asked).await?) };
    let content = html! {
        (form(member, asked, &organisations))
        @if let Some((hits, words)) = &found { (results(texts, hits, words, &organisations)) }
    };
    let page = Page { title: texts.say("search-title"), lead: Some(texts.say("search-lead")), ..Page::default() };
    Ok(member.visit.show(&page, &content))
}

async fn find(site: &Site, asked: &Asked) -> Result<(Vec<Hit>, WordsStatus), Problem> {
    let chosen = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let request = Request::Search {
        words: asked.words.chars().take(WORDS_CHARS_MAX).collect(),
        organisation: asked.organisation.parse::<OrganisationId>().ok(),
        half_year: chosen(&asked.half_year),
        limit: LIMIT,
    };
    let Answer::Found { hits, words } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Ok((hits, words))
}

fn form(member: &Member, asked: &Asked, organisations: &Organisations) -> Markup {
    let texts = member.visit.texts;
    let halves: Choices =
        periods(Date::of(wall_clock()), texts).into_iter().filter(|(key, _)| key.contains('H')).collect();
    let (words, hint) = (texts.say("search-words"), texts.say("search-words-hint"));
    let (from, when) = (texts.say("search-organisation"), texts.say("search-half-year"));
    let field = Field { name: "words", label: &words, hint: Some(&hint), value: &asked.words, ..Field::default() };
    html! {
        form method="post" action="/search" role="search" {
            (member.visit.csrf())
            (parts::line(texts, &Field { most: Some(WORDS_CHARS_MAX), ..field }))
            div .row {
                (parts::choice(texts, &Field { name: "organisation", label: &from, value: &asked.organisation, ..Field::default() }, &organisations.all(texts)))
                (parts::choice(texts, &Field { name: "half_year", label: &when, value: &asked.half_year, ..Field::default() }, &halves))
            }
            div .actions { button type="submit" { (texts.say("search-go")) } }
        }
    }
}

fn results(texts: Texts, hits: &[Hit], words: &WordsStatus, organisations: &Organisations) -> Markup {
    html! {
        h2 { (texts.say_with("search-found", &[("count", hits.len().into())])) }
        p .soft .small {
            (texts.say_with("search-known", &[("documents", words.documents.into())]))
            @if words.behind > 0 { " " strong { (texts.say_with("search-behind", &[("behind", words.behind.into())])) } }
            @if hits.len() == LIMIT { " " (texts.say_with("search-cut", &[("limit", LIMIT.into())])) }
        }
        @if hits.is_empty() { p { (texts.say("search-none")) } }
        ol .list { @for hit in hits { li {
            h3 { a href={ "/reports/" (hit.document) } { (marked(&hit.title, &hit.title_marks)) } }
            p .small .soft {
                (organisations.name(&hit.organisation, texts))
                @if let Some(label) = Package::built_in().label(&hit.field, texts.language()) { " · " (label) }
            }
            p { (marked(&hit.excerpt, &hit.marks)) }
        } } }
    }
}

/// Returns a text with the parts that were looked for marked. Marks count characters.
pub(super) fn marked(text: &str, marks: &[Mark]) -> Markup {
    let mut places: Vec<(usize, usize)> = marks.iter().map(|mark| (mark.from as usize, mark.to as usize)).collect();
    places.sort_unstable();
    let (mut parts, mut done) = (Vec::new(), 0);
    let cut = |from: usize, to: usize| text.chars().skip(from).take(to.saturating_sub(from)).collect::<String>();
    for (from, to) in places.into_iter().filter(|(from, to)| from < to) {
        let from = from.max(done);
        parts.extend([(false, cut(done, from)), (true, cut(from, to))]);
        done = to.max(done);
    }
    parts.push((false, cut(done, usize::MAX)));
    parts.retain(|(_, part)| !part.is_empty());
    html! { @for (is_marked, part) in &parts { @if *is_marked { mark { (part) } } @else { (part) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_inert() {
        let marks = [Mark { from: 9, to: 13 }, Mark { from: 0, to: 4 }];
        assert_eq!(marked("Häät työn äiti", &marks).into_string(), "<mark>Häät</mark> työn<mark> äit</mark>i");
        assert_eq!(marked("Häät", &[Mark { from: 0, to: 99 }]).into_string(), "<mark>Häät</mark>");
        assert_eq!(marked("ab", &[Mark { from: 2, to: 1 }, Mark { from: 7, to: 9 }]).into_string(), "ab");
        assert_eq!(marked("<b>", &[Mark { from: 0, to: 1 }]).into_string(), "<mark>&lt;</mark>b&gt;");
        assert_eq!(marked("", &[]).into_string(), "");
    }
}
