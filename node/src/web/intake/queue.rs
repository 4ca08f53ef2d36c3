//! The queue as a page: what waits, by campaign and heap; several at once sorted, made one report of, or set aside.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::http::{Problem, Site};
use crate::intake::campaign::{Campaign, CampaignCode};
use crate::intake::slip::{ANSWER_CHARS_MAX, Fate, HEAP_CHARS_MAX, Reason, Slip, SlipId};
use crate::intake::{ASIDE_DAYS, WAITING_DAYS};

use super::super::desk::Desk;
use super::super::entered::place_name;
use super::super::frame::Page;
use super::super::parts::{self, Field};
use super::super::texts::Texts;
use super::super::visit::Member;
use super::{Aside, Asked, writes};

/// Slips on one page.
const PAGE: usize = 30;
/// Most characters of a slip that a list shows.
const EXCERPT_CHARS: usize = 240;

/// What is known about heaps: how many slips wait, were taken up, and were set aside, in each.
pub(in super::super) type Heaps = BTreeMap<Option<String>, [usize; 3]>;

/// What is shown.
struct Shown {
    slips: Vec<Slip>,
    total: usize,
    heaps: Heaps,
    campaigns: Vec<Campaign>,
}

/// Counts slips by heap, those of one campaign or all.
pub(in super::super) fn heaps(desk: &Desk, campaign: Option<&CampaignCode>) -> Heaps {
    let mut heaps = Heaps::new();
    let counted = desk.slips.iter().filter(|slip| campaign.is_none() || slip.campaign.as_ref() == campaign);
    for slip in counted {
        let [waiting, published, aside] = heaps.entry(slip.heap.clone()).or_default();
        *match slip.fate {
            Fate::Waiting => waiting,
            Fate::Published { .. } => published,
            Fate::SetAside(_) => aside,
        } += 1;
    }
    heaps
}

/// Returns a table of heaps; nothing where there are none.
pub(in super::super) fn heap_table(texts: Texts, heaps: &Heaps, of_campaign: &str) -> Markup {
    let columns = [
        (texts.say("intake-heap"), false),
        (texts.say("intake-waiting"), true),
        (texts.say("intake-published"), true),
        (texts.say("intake-aside"), true),
    ];
    let row = |(heap, counts): (&Option<String>, &[usize; 3])| {
        let asked =
            Asked { campaign: of_campaign.to_owned(), heap: heap.clone().unwrap_or_default(), ..Asked::default() };
        let name = match heap {
            Some(heap) => html! { a href=(asked.address()) { (heap) } },
            None => html! { (texts.say("intake-unsorted")) },
        };
        std::iter::once(name).chain(counts.iter().map(|count| html! { (count) })).collect()
    };
    let rows: Vec<Vec<Markup>> = heaps.iter().map(row).collect();
    html! { @if !rows.is_empty() { (parts::table(&texts.say("intake-heaps"), &columns, &rows)) } }
}

pub(super) async fn show(
    site: &Site,
    member: &Member,
    asked: Asked,
    chosen: &[SlipId],
    aside: &Aside,
    status: StatusCode,
) -> Result<Response, Problem> {
    let texts = member.visit.texts;
    let wanted = asked.clone();
    let shown = site.at_desk(move |desk| gather(desk, &wanted)).await?;
    let content = html! {
        (filters(texts, &asked, &shown.campaigns))
        @if !asked.aside { (heap_table(texts, &shown.heaps, &asked.campaign)) }
        @if shown.slips.is_empty() {
            p { (if asked.aside { texts.say("intake-none-aside") } else { texts.say("intake-none") }) }
        } @else {
            form method="post" action="/intake" {
                (member.visit.csrf())
                input type="hidden" name="of-campaign" value=(asked.campaign);
                input type="hidden" name="of-heap" value=(asked.heap);
                (refusal(aside))
                (list(texts, &shown, &asked, chosen))
                (parts::pages(texts, &asked.address(), asked.skip, PAGE, shown.total))
                (several(member, &shown.heaps, asked.aside, aside))
            }
        }
    };
    let lead = texts.say_with("intake-lead", &[("days", u64::from(WAITING_DAYS).into())]);
    let page = Page { lead: Some(lead), is_wide: true, ..Page::new(texts.say("intake-title")) };
    Ok(member.visit.show_as(status, &page, &content))
}

fn gather(desk: &Desk, asked: &Asked) -> Shown {
    let campaign = CampaignCode::parse(&asked.campaign);
    let is_asked = |slip: &&Slip| {
        let fate = if asked.aside { matches!(slip.fate, Fate::SetAside(_)) } else { slip.is_waiting() };
        fate && (campaign.is_none() || slip.campaign == campaign)
            && (asked.heap.is_empty() || slip.heap.as_deref() == Some(asked.heap.as_str()))
    };
    let found: Vec<_> = desk.slips.iter().filter(is_asked).collect();
    Shown {
        total: found.len(),
        slips: found.into_iter().skip(asked.skip).take(PAGE).cloned().collect(),
        heaps: heaps(desk, campaign.as_ref()),
        campaigns: desk.campaigns.iter().cloned().collect(),
    }
}

fn filters(texts: Texts, asked: &Asked, campaigns: &[Campaign]) -> Markup {
    let language = texts.language();
    html! {
        form method="get" action="/intake" .columns {
            div .field {
                label for="f-campaign" { (texts.say("intake-of-campaign")) }
                select id="f-campaign" name="campaign" {
                    option value="" { (texts.say("intake-all")) }
                    @for one in campaigns {
                        option value=(one.code) selected[one.code.as_str() == asked.campaign] { (one.name.get(language)) " (" (texts.day(one.from)) ")" }
                    }
                }
            }
            div .actions {
                button .second { (texts.say("intake-show")) }
                @let other = Asked { aside: !asked.aside, campaign: asked.campaign.clone(), ..Asked::default() };
                a href=(other.address()) { (if asked.aside { texts.say("intake-to-waiting") } else { texts.say("intake-to-aside") }) }
            }
        }
        @if !asked.heap.is_empty() { h2 { (asked.heap) } }
    }
}

fn refusal(aside: &Aside) -> Markup {
    html! { @if let Some(error) = &aside.error {
        div .notice.error role="alert" tabindex="-1" autofocus { p { (error) } }
    } }
}

fn list(texts: Texts, shown: &Shown, asked: &Asked, chosen: &[SlipId]) -> Markup {
    let legend = if asked.aside { texts.say("intake-aside") } else { texts.say("intake-waiting") };
    html! {
        fieldset .field {
            legend { (legend) ": " (shown.total) }
            ul .list { @for slip in &shown.slips { li {
                label .tick {
                    input type="checkbox" name="slip[]" value=(slip.id) checked[chosen.contains(&slip.id)];
                    span .quote lang=(slip.language.key()) { (excerpt(texts, slip)) }
                }
                ul .tags {
                    @for tag in tags(texts, slip, &shown.campaigns) { li .tag { (tag) } }
                    li { a href={ "/intake/" (slip.id) } { (texts.say("intake-open")) span .unseen { ": " (excerpt(texts, slip)) } } }
                }
            } } }
        }
    }
}

fn excerpt(texts: Texts, slip: &Slip) -> String {
    let Some(words) = &slip.words else { return texts.say("intake-erased") };
    let mut text: String = words.text.chars().take(EXCERPT_CHARS).collect();
    if text.len() < words.text.len() {
        text.push('…');
    }
    text
}

fn tags(texts: Texts, slip: &Slip, campaigns: &[Campaign]) -> Vec<String> {
    let language = texts.language();
    let words = slip.words.as_ref();
    let campaign = campaigns.iter().find(|one| slip.campaign.as_ref() == Some(&one.code));
    [
        Some(texts.day(slip.received)),
        words.and_then(|words| words.valence).and_then(|valence| texts.one_of("resident-sort", valence.key())),
        words.and_then(|words| place_name(words.place.as_deref()?, language)),
        words.and_then(|words| words.group).map(|group| group.label(language).to_owned()),
        campaign.map(|campaign| campaign.name.get(language).to_owned()),
        slip.heap.clone(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns what may be done with the chosen slips.
fn several(member: &Member, heaps: &Heaps, is_aside: bool, aside: &Aside) -> Markup {
    let texts = member.visit.texts;
    if is_aside {
        return html! {
            p .soft { (texts.say_with("intake-back-hint", &[("days", u64::from(ASIDE_DAYS).into())])) }
            div .actions { button name="do" value="back" { (texts.say("intake-back")) } }
        };
    }
    let (label, hint) = (texts.say("intake-heap-name"), texts.say("intake-heap-hint"));
    html! {
        h2 { (texts.say("intake-chosen")) }
        div .field {
            label for="f-heap" { (label) }
            p .hint id="f-heap-hint" { (hint) }
            input type="text" id="f-heap" name="heap" list="heaps" maxlength=(HEAP_CHARS_MAX) autocomplete="off" aria-describedby="f-heap-hint";
            datalist id="heaps" { @for heap in heaps.keys().flatten() { option value=(heap) {} } }
        }
        div .actions {
            button name="do" value="sort" { (texts.say("intake-sort")) }
            @if writes(member) { button .second name="do" value="report" { (texts.say("intake-one-report")) } }
        }
        details open[aside.reason.is_some() || !aside.words.is_empty()] {
            summary { (texts.say("intake-set-aside")) }
            (aside_fields(texts, aside))
            div .actions { button .second name="do" value="aside" { (texts.say("intake-set-aside")) } }
        }
    }
}

/// Returns the fields by which slips are set aside.
pub(super) fn aside_fields(texts: Texts, aside: &Aside) -> Markup {
    let (reason, words, hint) = (texts.say("intake-reason"), texts.say("intake-words"), texts.say("intake-words-hint"));
    let choices: Vec<_> = Reason::all()
        .iter()
        .map(|one| (one.key().to_owned(), texts.one_of("intake-reasons", one.key()).unwrap_or_default()))
        .collect();
    html! {
        (parts::choice(texts, &Field {
            name: "reason", label: &reason, value: aside.reason.map_or("", Reason::key), ..Field::default()
        }, &choices))
        (parts::area(texts, &Field {
            name: "words", label: &words, hint: Some(&hint), value: &aside.words, most: Some(ANSWER_CHARS_MAX), ..Field::default()
        }, 3))
    }
}
