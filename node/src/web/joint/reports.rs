//! Beside a card: the reports that belong to it, what a program suggests, and where it comes from.

use maud::{Markup, html};
use talkoot_protocol::api::{Pair, Report, Request, Response as Answer, Suggestion};
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::phenomenon::link::{Linked, Standing};
use talkoot_protocol::phenomenon::word::{LinkState, MergeState};

use crate::http::{Problem, Site};
use crate::web::parts;
use crate::web::report::title;
use crate::web::texts::Texts;

use super::PAGE;
use super::card::Sheet;
use super::people::{self, period};

/// Asks for a report by its id or the beginning of it.
pub(super) async fn one_report(site: &Site, asked: &str) -> Result<Report, Problem> {
    match site.ask(Request::Report { document: asked.trim().to_owned() }).await? {
        Answer::Report(report) => Ok(*report),
        _ => Err(Problem::unexpected()),
    }
}

/// Returns a report's title, or the beginning of its id, and the language it is in if that is another than the page's.
pub(super) fn report_title(texts: Texts, report: &Report) -> (String, Option<&str>) {
    match title(texts, report) {
        Some((title, lang)) => (title.to_owned(), lang),
        None => (report.document.short(), None),
    }
}

/// Returns a link to a report.
pub(super) fn link(texts: Texts, report: &Report) -> Markup {
    let (title, lang) = report_title(texts, report);
    html! { a href={ "/reports/" (report.document) } lang=[lang] { (title) } }
}

/// Returns the reports: those that belong to it first.
pub(super) fn linked(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let (on, off): (Vec<&Linked>, Vec<&Linked>) =
        sheet.shown.card.links.iter().partition(|link| link.standing == Standing::Linked);
    let (total, belong) = (on.len().saturating_add(off.len()), on.len());
    let page = on.into_iter().chain(off).skip(sheet.skip).take(PAGE);
    html! { section {
        h2 #reports { (texts.say("joint-reports")) }
        p { (texts.say_with("joint-reports-count", &[("count", belong.into())])) }
        ul .list { @for link in page { li { (link_of(sheet, link)) } } }
        (parts::pages(texts, &format!("/phenomena/{}", sheet.shown.document), sheet.skip, PAGE, total))
    } }
}

fn link_of(sheet: &Sheet<'_>, link: &Linked) -> Markup {
    let texts = sheet.visit.texts;
    let organisation = link.organisation.map(|id| sheet.people.name(&id));
    let about: Vec<_> = organisation.into_iter().chain(link.period.map(|when| period(texts, when))).collect();
    html! {
        h3 { @match &link.title {
            Some(title) => a href={ "/reports/" (link.report) } { (title) },
            None => { (texts.say("joint-report-not-here")) },
        } }
        p .small {
            @if !about.is_empty() { (about.join(", ")) " · " }
            (standing(texts, link.standing))
            @if link.contested { " · " strong { (texts.say("joint-contested")) } }
        }
        @for word in &link.words {
            @let state = match word.said.state { LinkState::Linked => Standing::Linked, LinkState::Unlinked => Standing::Unlinked };
            @let tells_more = state != link.standing || word.said.reason.is_some() || word.said.similarity.is_some();
            @if tells_more { p .small {
                (standing(texts, state))
                @if let Some(reason) = &word.said.reason { ": " (reason) }
                @if let Some(similarity) = word.said.similarity {
                    " (" (texts.say_with("joint-by-suggestion", &[("likeness", (&likeness(similarity)).into())])) ")"
                }
            } }
            (sheet.people.by(word, &sheet.shown.history))
        }
        @if sheet.is_coordinator() {
            @let does = if link.standing == Standing::Linked { "unlink" } else { "link" };
            p .small { a href={ (sheet.address(does)) "?report=" (link.report) } {
                @if does == "unlink" { (texts.say("joint-do-unlink")) } @else { (texts.say("joint-do-relink")) }
                span .unseen { " " (link.title.as_deref().unwrap_or_default()) }
            } }
        }
    }
}

fn standing(texts: Texts, standing: Standing) -> String {
    match standing {
        Standing::Linked => texts.say("joint-standing-linked"),
        Standing::Unlinked => texts.say("joint-standing-unlinked"),
        Standing::Vetoed => texts.say("joint-standing-vetoed"),
    }
}

/// Returns a similarity from 0 to 100.
pub(super) fn likeness(thousandths: u16) -> String {
    format!("{} %", thousandths / 10)
}

/// Returns what a program finds similar. To link or to join is a person's decision, on a page of its own.
pub(super) fn suggestions(sheet: &Sheet<'_>) -> Markup {
    let texts = sheet.visit.texts;
    let (reports, pairs) = &sheet.suggestions;
    html! { @if sheet.is_coordinator() && !(reports.is_empty() && pairs.is_empty()) { section {
        h2 { (texts.say("joint-suggestions")) }
        p .machine { (texts.say("joint-suggestions-machine")) }
        ul .list {
            @for suggestion in reports { li { (report_of(sheet, suggestion)) } }
            @for pair in pairs { li { (pair_of(sheet, pair)) } }
        }
    } } }
}

fn report_of(sheet: &Sheet<'_>, Suggestion { similarity, hit, .. }: &Suggestion) -> Markup {
    let texts = sheet.visit.texts;
    html! {
        h3 { a href={ "/reports/" (hit.document) } { (hit.title) } }
        p .small {
            (sheet.people.name(&hit.organisation)) " · "
            (texts.say_with("joint-likeness", &[("likeness", (&likeness(*similarity)).into())]))
            @if !hit.shared.is_empty() { " · " (texts.say("joint-shared-words")) " " (hit.shared.join(", ")) }
        }
        p .small { a href={ (sheet.address("link")) "?report=" (hit.document) } {
            (texts.say("joint-do-link-this")) span .unseen { " " (hit.title) }
        } }
    }
}

fn pair_of(sheet: &Sheet<'_>, pair: &Pair) -> Markup {
    let texts = sheet.visit.texts;
    let is_one = sheet.shown.card.documents.iter().any(|begun| begun.document == pair.one);
    let (other, [one_title, other_title]) = (if is_one { pair.other } else { pair.one }, &pair.titles);
    let title = if is_one { other_title } else { one_title }.clone().unwrap_or_else(|| other.short());
    html! {
        h3 { a href={ "/phenomena/" (other) } { (title) } }
        p .small {
            (texts.say("joint-phenomenon")) " · "
            (texts.say_with("joint-likeness", &[("likeness", (&likeness(pair.similarity)).into())]))
            @if !pair.shared.is_empty() { " · " (texts.say("joint-shared-words")) " " (pair.shared.join(", ")) }
        }
        p .small { a href={ (sheet.address("merge")) "?other=" (other) } {
            (texts.say("joint-do-merge-this")) span .unseen { " " (title) }
        } }
    }
}

/// Returns what it was merged from or parted from, and what cannot be read.
pub(super) fn lineage(sheet: &Sheet<'_>) -> Markup {
    let (texts, card) = (sheet.visit.texts, &sheet.shown.card);
    html! { section {
        h2 { (texts.say("joint-lineage")) }
        ul .list {
            @for begun in &card.documents { li {
                (texts.say_with("joint-lineage-begun", &[
                    ("organisation", (&sheet.people.name(&begun.owner)).into()),
                    ("day", (&texts.day(sheet.people.clock.day(begun.begun))).into()),
                ]))
                " " code { (begun.document.short()) }
            } }
            @for edge in &card.merges { li { (edge_of(sheet, edge)) } }
        }
        @if !card.unread.is_empty() {
            h3 { (texts.say("joint-unread")) }
            ul .list { @for word in &card.unread { li {
                (people::unread(texts, &word.path, word.said.value.as_ref(), word.said.bytes))
                (sheet.people.by(word, &sheet.shown.history))
            } } }
        }
        p .small .soft { (texts.say("joint-fingerprint")) " " code { (card.fingerprint()) } }
    } }
}

fn edge_of(sheet: &Sheet<'_>, edge: &Edge) -> Markup {
    let texts = sheet.visit.texts;
    let here = |id| sheet.shown.card.documents.iter().any(|begun| begun.document == id);
    let other =
        if here(edge.one) && edge.one == sheet.shown.document || !here(edge.other) { edge.other } else { edge.one };
    html! {
        p {
            @if edge.joined { (texts.say("joint-merged-with")) } @else { (texts.say("joint-parted-from")) }
            " " a href={ "/phenomena/" (other) } { (other.short()) }
            @if edge.missing { " (" (texts.say("joint-not-here")) ")" }
        }
        @for word in &edge.words {
            @let state = match word.said.state { MergeState::Joined => texts.say("joint-merged"), MergeState::Parted => texts.say("joint-parted") };
            p .small { (state) @if let Some(reason) = &word.said.reason { ": " (reason) } }
            (sheet.people.by(word, &sheet.shown.history))
        }
        @if sheet.is_coordinator() && edge.joined {
            p .small { a href={ (sheet.address("part")) "?other=" (other) } { (texts.say("joint-do-part")) } }
        }
    }
}
