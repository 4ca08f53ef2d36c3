//! The page on which a view is chosen and shown.

use axum::extract::{Query as Asked, State};
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::view::{Facet, MergedView, Preset, Query};

use super::names::Names;
use super::question::{Error, Pairs, Question};
use super::select::select;
use super::table;
use crate::http::{Problem, Site};
use crate::web::assets;
use crate::web::frame::Page;
use crate::web::parts::{self, Tone};
use crate::web::texts::Texts;
use crate::web::visit::Member;

/// Asks the node for published counts.
pub(super) async fn ask(site: &Site, query: Query) -> Result<MergedView, Problem> {
    match site.ask(Request::View { query, own: false }).await? {
        Answer::View(view) => Ok(*view),
        _ => Err(Problem::unexpected()),
    }
}

/// Returns the half-years of which there is a number, the last first.
pub(super) async fn half_years(site: &Site) -> Result<Vec<String>, Problem> {
    let mut keys = ask(site, Query::one_way(Facet::HalfYear)).await?.rows;
    keys.retain(|key| key != "none");
    keys.reverse();
    Ok(keys)
}

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Asked(pairs): Asked<Pairs>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let names = Names::ask(&site, texts).await?;
    let read = Question::read(&pairs);
    let question = read.clone().unwrap_or_else(|_| Question::plain());
    let answered = match read {
        Ok(question) => answer(&site, question.query).await?,
        Err(error) => Err(error),
    };
    let half_years = half_years(&site).await?;
    let content = html! {
        link rel="stylesheet" href=(assets::address("charts.css"));
        (elsewhere(texts))
        (presets(&question, texts))
        (form(&question, &names, &half_years))
        @match &answered {
            Err(error) => (wrong(*error, texts)),
            Ok(view) => {
                (table::view(view, question.preset, &names, "v"))
                (downloads(&question, texts))
                (table::explained(view, question.preset, texts))
            }
        }
    };
    let page =
        Page { title: texts.say("views-title"), lead: Some(texts.say("views-lead")), is_wide: true, ..Page::default() };
    Ok(visit.show(&page, &content))
}

/// Asks for a view; a question that the node does not answer is told of on the page.
async fn answer(site: &Site, query: Query) -> Result<Result<MergedView, Error>, Problem> {
    match ask(site, query).await {
        Ok(view) => Ok(Ok(view)),
        Err(problem) if problem.name() == "bad_query" => Ok(Err(Error::Size)),
        Err(problem) => Err(problem),
    }
}

pub(super) fn wrong(error: Error, texts: Texts) -> Markup {
    let told = texts.one_of("views-wrong", error.key()).unwrap_or_default();
    parts::notice(Tone::Error, &html! { p { (told) } })
}

/// Returns the way to the other pages of views.
fn elsewhere(texts: Texts) -> Markup {
    html! {
        nav aria-label=(texts.say("views-elsewhere")) {
            ul .tags {
                @for (address, key) in [("/map", "map"), ("/views/together", "together"), ("/views/paths", "paths"), ("/views/saved", "saved")] {
                    li { a .button.second href=(address) { (texts.one_of("views-to", key).unwrap_or_default()) } }
                }
            }
        }
    }
}

/// Returns the views with a name, as links.
fn presets(question: &Question, texts: Texts) -> Markup {
    html! {
        nav aria-label=(texts.say("views-presets")) {
            p .unseen { (texts.say("views-presets")) }
            ul .tags {
                @for preset in Preset::all() {
                    li { a .tag.preset href={ "/views?preset=" (preset.key()) } aria-current=[(question.preset == Some(*preset)).then_some("true")] {
                        (texts.one_of("views-preset", preset.key()).unwrap_or_default())
                    } }
                }
            }
        }
    }
}

fn form(question: &Question, names: &Names, half_years: &[String]) -> Markup {
    let texts = names.texts;
    let facets: Vec<(String, String)> =
        Facet::all().iter().map(|facet| (facet.key().to_owned(), names.facet(*facet))).collect();
    let columns = question.query.columns.filter(|_| question.preset.is_none()).map_or("", Facet::key);
    let filters = &question.query.filters;
    // What lists several values has no select of its own: it goes on as it came.
    let several = filters.iter().filter(|(_, values)| values.len() > 1);
    let several: Vec<String> = several
        .map(|(facet, values)| {
            format!("{facet}={}", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        })
        .collect();
    html! {
        form .choose method="get" action="/views" {
            div .choose-axes {
                (select("rows", &texts.say("views-rows"), None, &facets, question.query.rows.key()))
                @if let Some(preset) = question.preset {
                    input type="hidden" name="preset" value=(preset.key());
                } @else {
                    (select("columns", &texts.say("views-columns"), Some(&texts.say("views-no-columns")), &facets, columns))
                }
            }
            @if !several.is_empty() { input type="hidden" name="filter" value=(several.join(";")); }
            details open[filters.iter().next().is_some()] {
                summary { (texts.say("views-narrow")) }
                p { (texts.say("views-narrow-hint")) }
                div .choose-axes { @for facet in Facet::all() { (narrow(*facet, question, names, half_years)) } }
            }
            div .actions {
                button { (texts.say("views-show")) }
                a href="/views" { (texts.say("views-anew")) }
            }
        }
    }
}

/// Returns the choice of one value of a facet; nothing for one of which several are asked for.
fn narrow(facet: Facet, question: &Question, names: &Names, half_years: &[String]) -> Markup {
    let chosen = question.query.filters.on(facet);
    if let Some(values) = chosen.filter(|values| values.len() > 1) {
        let values: Vec<_> = values.iter().map(|value| names.value(facet, &value.to_string())).collect();
        return html! { p { strong { (names.facet(facet)) } ": " (values.join(", ")) } };
    }
    let value = chosen.and_then(|values| values.first()).map(ToString::to_string).unwrap_or_default();
    let mut choices = names.choices(facet, half_years);
    if !value.is_empty() && !choices.iter().any(|(key, _)| *key == value) {
        choices.push((value.clone(), names.value(facet, &value)));
    }
    select(facet.key(), &names.facet(facet), Some(&names.texts.say("views-all")), &choices, &value)
}

fn downloads(question: &Question, texts: Texts) -> Markup {
    let asked = question.address();
    let filter = question.query.filters.to_string();
    html! {
        div .actions {
            a .button.second href={ "/views.csv?" (asked) } download="talkoot.csv" { (texts.say("views-csv")) }
            a .button.second href={ "/views.json?" (asked) } download="talkoot.json" { (texts.say("views-json")) }
            @if !filter.is_empty() {
                a href={ "/views/reports?filter=" (crate::web::visit::escaped(&filter)) } { (texts.say("views-behind")) }
            }
        }
    }
}
