//! The sides of a phenomenon: where organisations contradict each other, who knows what, what they agree on.

use maud::{Markup, html};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::phenomenon::Attributed;
use talkoot_protocol::phenomenon::aspect::{Aspect, Contradiction, State};
use talkoot_protocol::phenomenon::word::Facet;

use crate::web::parts;
use crate::web::texts::Texts;
use crate::web::visit::escaped;

use super::card::Sheet;
use super::people::period;

/// Most organisations that have a column of their own in the picture of who knows what.
const COLUMNS_MAX: usize = 8;

/// Returns the contradictions: open ones first, each until it is settled with a reason.
pub(super) fn contradictions(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let (open, rest): (Vec<&Aspect>, Vec<&Aspect>) =
        sheet.shown.card.aspects.iter().partition(|aspect| aspect.is_open());
    let settled: Vec<_> = rest.into_iter().filter(|aspect| !aspect.settlements.is_empty()).collect();
    html! { @if !(open.is_empty() && settled.is_empty()) { section {
        h2 { (texts.say("joint-contradictions")) }
        @for aspect in open.into_iter().chain(settled) { (contradiction(sheet, aspect)) }
    } } }
}

fn contradiction(sheet: &Sheet<'_>, aspect: &Aspect) -> Markup {
    let texts = sheet.visit.texts;
    let tone = if aspect.is_open() { parts::Tone::Warning } else { parts::Tone::Info };
    parts::notice(
        tone,
        &html! {
            h3 { (aspect.name) ": " (state(texts, aspect.contradiction.as_ref())) }
            @if let Some(found) = &aspect.contradiction {
                ul { @for held in &found.values {
                    li { strong { (held.value) } " – " (sheet.people.names(&held.organisations)) }
                } }
                @if !found.unweighed.is_empty() && !aspect.settlements.is_empty() {
                    p { (texts.say("joint-unweighed")) " " (found.unweighed.join(", ")) }
                }
            }
            @for settlement in &aspect.settlements {
                p {
                    (texts.say_with("joint-settles", &[("organisation", (&sheet.people.name(&settlement.by.organisation)).into())]))
                    " " strong { (settlement.said.value) }
                }
                p .quote { (texts.say("joint-reason")) ": " (settlement.said.reason) }
                (sheet.people.by(settlement, &sheet.shown.history))
                (take_back(sheet, settlement))
            }
            @if sheet.is_coordinator() && aspect.is_open() {
                p { a href={ (sheet.address("settle")) "?aspect=" (escaped(&aspect.key)) } {
                    (texts.say_with("joint-do-settle", &[("aspect", (&aspect.name).into())]))
                } }
            }
        },
    )
}

/// Returns how a contradiction stands, in words.
fn state(texts: Texts, contradiction: Option<&Contradiction>) -> String {
    match contradiction.map(|found| found.state) {
        None => texts.say("joint-state-gone"),
        Some(State::Open) => texts.say("joint-state-open"),
        Some(State::Reopened) => texts.say("joint-state-reopened"),
        Some(State::SettledDifferently) => texts.say("joint-state-differently"),
        Some(State::Settled) => texts.say("joint-state-settled"),
    }
}

/// Returns the picture of who knows what: a row for each aspect, a column for each organisation.
pub(super) fn house(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let aspects: Vec<_> = sheet.shown.card.aspects.iter().filter(|aspect| !aspect.facets.is_empty()).collect();
    let mut who: Vec<OrganisationId> =
        aspects.iter().flat_map(|aspect| &aspect.facets).map(|facet| facet.by.organisation).collect();
    who.sort();
    who.dedup();
    who.truncate(COLUMNS_MAX);
    let columns: Vec<_> =
        std::iter::once(texts.say("joint-aspect")).chain(who.iter().map(|id| sheet.people.name(id))).collect();
    let columns: Vec<_> = columns.into_iter().map(|name| (name, false)).collect();
    let rows: Vec<_> = aspects.iter().map(|aspect| knows(texts, aspect, &who)).collect();
    html! { section {
        h2 { (texts.say("joint-house")) }
        @if rows.is_empty() { p .soft { (texts.say("joint-house-empty")) } }
        @else { (parts::table(&texts.say("joint-house-caption"), &columns, &rows)) }
    } }
}

fn knows(texts: Texts, aspect: &Aspect, who: &[OrganisationId]) -> Vec<Markup> {
    let cell = |id: &OrganisationId| {
        let mut values: Vec<&str> = aspect
            .facets
            .iter()
            .filter(|facet| facet.by.organisation == *id)
            .map(|facet| facet.said.value.as_str())
            .collect();
        values.dedup();
        html! { @if values.is_empty() { span .soft { (texts.say("joint-house-silent")) } } @else { (values.join("; ")) } }
    };
    std::iter::once(html! { (aspect.name) }).chain(who.iter().map(cell)).collect()
}

/// Returns everything said, by aspect.
pub(super) fn facets(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let aspects: Vec<_> = sheet.shown.card.aspects.iter().filter(|aspect| !aspect.facets.is_empty()).collect();
    html! { @if !aspects.is_empty() { section {
        h2 { (texts.say("joint-facets")) }
        @for aspect in aspects {
            h3 { (aspect.name) }
            ul .list { @for facet in &aspect.facets { li { (facet_of(sheet, facet)) } } }
        }
    } } }
}

fn facet_of(sheet: &Sheet<'_>, facet: &Attributed<Facet>) -> Markup {
    let (texts, said) = (sheet.visit.texts, &facet.said);
    let area = said.area.as_ref().map(|area| area.label(texts.language()).to_owned());
    let place: Vec<_> = area.into_iter().chain(said.period.map(|when| period(texts, when))).collect();
    let is_own = sheet.people.is_own(&facet.by.organisation);
    html! {
        p { strong { (said.value) } @if !place.is_empty() { " (" (place.join(", ")) ")" } }
        @if let Some(text) = &said.text { p .quote { (text) } }
        @if !said.reports.is_empty() {
            p .small { (texts.say("joint-rests-on")) " " @for (at, report) in said.reports.iter().enumerate() {
                @if at > 0 { ", " } a href={ "/reports/" (report) } { (title_of(sheet, report)) }
            } }
        }
        (sheet.people.by(facet, &sheet.shown.history))
        @if sheet.is_coordinator() && !is_own {
            p .small { a href={ (sheet.address("facet")) "?aspect=" (escaped(&said.aspect)) "&value=" (escaped(&said.value)) } {
                (texts.say_with("joint-do-agree", &[("value", (&said.value).into())]))
            } }
        }
        (take_back(sheet, facet))
    }
}

fn title_of(sheet: &Sheet<'_>, report: &talkoot_protocol::id::DocumentId) -> String {
    let known = sheet.shown.card.links.iter().find(|link| link.report == *report);
    known.and_then(|link| link.title.clone()).unwrap_or_else(|| report.short())
}

/// Returns a way to take back what one's own organisation said.
pub(super) fn take_back<T>(sheet: &Sheet<'_>, word: &Attributed<T>) -> Markup {
    let is_own = sheet.people.is_own(&word.by.organisation);
    html! { @if is_own && sheet.is_coordinator() {
        p .small { a href={ "/phenomena/" (word.document) "/withdraw?path=" (escaped(&word.path)) } {
            (sheet.visit.texts.say("joint-do-withdraw"))
        } }
    } }
}

/// Returns what several organisations see alike.
pub(super) fn agreements(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let aspects = &sheet.shown.card.aspects;
    html! { @if aspects.iter().any(|aspect| !aspect.agreements.is_empty()) { section {
        h2 { (texts.say("joint-agreements")) }
        ul .list { @for aspect in aspects { @for held in &aspect.agreements {
            li { (aspect.name) ": " strong { (held.value) } " – " (sheet.people.names(&held.organisations)) }
        } } }
    } } }
}
