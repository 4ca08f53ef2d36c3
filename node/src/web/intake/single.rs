//! One slip: all that was written, and what to do with it.

use axum::response::Response;
use maud::{Markup, html};

use crate::http::{Problem, Site};
use crate::intake::campaign::Campaign;
use crate::intake::slip::{Fate, HEAP_CHARS_MAX, Slip, SlipId};

use super::super::entered::place_name;
use super::super::frame::Page;
use super::super::parts::{self, Field};
use super::super::texts::Texts;
use super::super::visit::Member;
use super::{Aside, missing, queue, writes};

/// The slips before and after one in the queue.
type Neighbours = [Option<SlipId>; 2];

pub(super) async fn show(site: &Site, member: &Member, id: SlipId) -> Result<Response, Problem> {
    let found = site.at_desk(move |desk| {
        let slip = desk.slips.get(&id).cloned()?;
        let campaign = slip.campaign.as_ref().and_then(|code| desk.campaigns.get(code)).cloned();
        let waiting: Vec<_> = desk.slips.iter().filter(|slip| slip.is_waiting()).map(|slip| slip.id.clone()).collect();
        Some((neighbours(&waiting, &slip.id), campaign, slip))
    });
    let (neighbours, campaign, slip) = found.await?.ok_or_else(missing)?;
    let texts = member.visit.texts;
    let content = html! {
        (around(texts, &neighbours))
        @if let Some(words) = &slip.words {
            blockquote .quote lang=(slip.language.key()) { (words.text) }
            @if !words.proposal.is_empty() {
                h2 { (texts.say("intake-proposal")) }
                blockquote .quote lang=(slip.language.key()) { (words.proposal) }
            }
        } @else { p { (texts.say("intake-erased")) } }
        (parts::facts(&facts(texts, &slip, campaign.as_ref())))
        @if slip.is_waiting() { (acts(member, &slip)) } @else { (fate(texts, &slip)) }
        p { a href="/intake" { (texts.say("intake-to-waiting")) } }
    };
    let title = texts.say_with("intake-one-title", &[("day", (&texts.day(slip.received)).into())]);
    Ok(member.visit.show(&Page::new(title), &content))
}

fn neighbours(waiting: &[SlipId], id: &SlipId) -> Neighbours {
    let Some(at) = waiting.iter().position(|other| other == id) else { return [None, waiting.first().cloned()] };
    [at.checked_sub(1).and_then(|at| waiting.get(at)).cloned(), waiting.get(at.saturating_add(1)).cloned()]
}

fn around(texts: Texts, [before, after]: &Neighbours) -> Markup {
    html! {
        @if before.is_some() || after.is_some() {
            nav .pages aria-label=(texts.say("intake-around")) {
                @if let Some(id) = before { a rel="prev" href={ "/intake/" (id) } { (texts.say("intake-before")) } }
                @if let Some(id) = after { a rel="next" href={ "/intake/" (id) } { (texts.say("intake-after")) } }
            }
        }
    }
}

fn facts(texts: Texts, slip: &Slip, campaign: Option<&Campaign>) -> Vec<(String, Markup)> {
    let language = texts.language();
    let words = slip.words.as_ref();
    let told = |text: Option<String>| html! { @if let Some(text) = text { (text) } };
    let sort = words.and_then(|words| words.valence).and_then(|one| texts.one_of("resident-sort", one.key()));
    let place = words.and_then(|words| place_name(words.place.as_deref()?, language));
    let group = words.and_then(|words| words.group).map(|group| group.label(language).to_owned());
    let waits = if slip.code.is_some() { texts.say("intake-follows") } else { texts.say("intake-follows-not") };
    vec![
        (texts.say("intake-sort-of"), told(sort)),
        (texts.say("intake-place"), told(place)),
        (texts.say("intake-group"), told(group)),
        (texts.say("intake-language"), told(Some(slip.language.label(language).to_owned()))),
        (texts.say("intake-of-campaign"), told(campaign.map(|campaign| campaign.name.get(language).to_owned()))),
        (texts.say("intake-heap"), told(slip.heap.clone())),
        (texts.say("intake-follow-up"), told(Some(waits))),
    ]
}

fn acts(member: &Member, slip: &Slip) -> Markup {
    let texts = member.visit.texts;
    let (document, hint) = (texts.say("intake-document"), texts.say("intake-document-hint"));
    html! {
        @if writes(member) {
            div .actions { a .button href={ "/write?note=" (slip.id) } { (texts.say("intake-report")) } }
            p .soft { (texts.say("intake-report-hint")) }
        } @else { p .soft { (texts.say("intake-report-role")) } }
        form method="post" action="/intake" {
            (member.visit.csrf())
            input type="hidden" name="slip[]" value=(slip.id);
            div .field {
                label for="f-heap" { (texts.say("intake-heap-name")) }
                input type="text" id="f-heap" name="heap" value=[slip.heap.as_deref()] maxlength=(HEAP_CHARS_MAX) autocomplete="off";
            }
            div .actions { button .second name="do" value="sort" { (texts.say("intake-sort")) } }
            details {
                summary { (texts.say("intake-reported")) }
                (parts::line(texts, &Field { name: "document", label: &document, hint: Some(&hint), ..Field::default() }))
                div .actions { button .second name="do" value="published" { (texts.say("intake-link")) } }
            }
            details {
                summary { (texts.say("intake-set-aside")) }
                (queue::aside_fields(texts, &Aside::default()))
                div .actions { button .second name="do" value="aside" { (texts.say("intake-set-aside")) } }
            }
        }
    }
}

fn fate(texts: Texts, slip: &Slip) -> Markup {
    match &slip.fate {
        Fate::Waiting => html! {},
        Fate::Published { document, on } => html! {
            p { (texts.say_with("follow-published", &[("day", (&texts.day(*on)).into())])) " "
                a href={ "/reports/" (document) } { (texts.say("intake-to-report")) } }
        },
        Fate::SetAside(aside) => html! {
            p { (texts.say_with("follow-aside", &[("day", (&texts.day(aside.on)).into())])) " "
                (texts.one_of("intake-reasons", aside.reason.key()).unwrap_or_default()) }
            @if !aside.words.is_empty() { blockquote .quote { (aside.words) } }
        },
    }
}
