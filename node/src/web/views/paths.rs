//! Service paths as one picture: what leads where, where services lie side by side, where it did not go on.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::extract::{Query as Asked, State};
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::report::area::table::ATTRIBUTION;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::service_path::codes::{Gap, SharedGoal};
use talkoot_protocol::service_path::{By, Facet, Line, Of, PathView, Query};
use talkoot_protocol::view::Count;

use super::names::Names;
use super::page::{half_years, wrong};
use super::question::{Error, Pairs};
use super::select::select;
use super::{sheet, table};
use crate::http::{Problem, Site};
use crate::web::chart::{self, Grid};
use crate::web::parts;
use crate::web::texts::Texts;
use crate::web::visit::Member;

/// Facets that a form offers to narrow by.
const NARROWED: [Facet; 3] = [Facet::County, Facet::HalfYear, Facet::Theme];
/// Most bars.
const BARS_MAX: usize = 20;

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Asked(pairs): Asked<Pairs>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let names = Names::ask(&site, texts).await?;
    let read = read(&pairs);
    let query = read.clone().unwrap_or_else(|_| Query::of_all(By::Flow));
    let half_years = half_years(&site).await?;
    let shown = match read {
        Ok(query) => {
            let Answer::PathView(view) = site.ask(Request::PathView { query }).await? else {
                return Err(Problem::unexpected());
            };
            picture(&view, &names)
        }
        Err(error) => wrong(error, texts),
    };
    let content = html! { (form(&query, &names, &half_years)) (shown) };
    Ok(sheet::show(visit, texts.say("paths-title"), texts.say("paths-lead"), &content))
}

fn read(pairs: &Pairs) -> Result<Query, Error> {
    let one = |name: &str| {
        pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    };
    let by = one("by").map_or(Ok(By::Flow), |key| key.parse().map_err(|_| Error::Unknown))?;
    let of = one("of").map_or(Ok(Of::default()), |key| key.parse().map_err(|_| Error::Unknown))?;
    let across = one("across").map(|key| key.parse::<Facet>().map_err(|_| Error::Unknown)).transpose()?;
    let filters: BTreeMap<Facet, String> =
        Facet::all().iter().filter_map(|facet| Some((*facet, one(facet.key())?.to_owned()))).collect();
    Query { by, of, across, filters }.checked().map_err(|error| match error {
        talkoot_protocol::service_path::QueryError::TooManyFacets { .. } => Error::Facets,
        talkoot_protocol::service_path::QueryError::SameFacet { .. } => Error::Same,
        talkoot_protocol::service_path::QueryError::UnknownValue { .. } => Error::Unknown,
        talkoot_protocol::service_path::QueryError::TooManyCells { .. } => Error::Size,
    })
}

fn form(query: &Query, names: &Names, half_years: &[String]) -> Markup {
    let texts = names.texts;
    let named = |family: &str, keys: Vec<&'static str>| -> Vec<(String, String)> {
        let name = |key: &str| match family {
            "by" => texts.one_of("paths-by", key),
            _ => texts.one_of("paths-of", key),
        };
        keys.into_iter().map(|key| (key.to_owned(), name(key).unwrap_or_default())).collect()
    };
    let by = named("by", By::all().iter().map(|by| by.key()).collect());
    let of = named("of", Of::all().iter().map(|of| of.key()).collect());
    let across: Vec<_> = Facet::all().iter().map(|facet| (facet.key().to_owned(), names.path_facet(*facet))).collect();
    let (all, no_columns) = (texts.say("views-all"), texts.say("views-no-columns"));
    let choices = html! {
        (select("by", &texts.say("paths-count"), None, &by, query.by.key()))
        (select("of", &texts.say("paths-apart"), None, &of, query.of.key()))
        (select("across", &texts.say("views-columns"), Some(&no_columns), &across, query.across.map_or("", Facet::key)))
        @for facet in NARROWED {
            @let value = query.filters.get(&facet).map_or("", String::as_str);
            @let choices = facet.of_reports().map(|facet| names.choices(facet, half_years)).unwrap_or_default();
            (select(facet.key(), &names.path_facet(facet), Some(&all), &choices, value))
        }
    };
    sheet::choose("/views/paths", &choices, texts)
}

fn picture(view: &PathView, names: &Names) -> Markup {
    let texts = names.texts;
    let caption = texts.one_of("paths-by", view.query.by.key()).unwrap_or_default();
    let mut lines: Vec<&Line> = view.lines.iter().collect();
    lines.sort_by_key(|line| Reverse(line.paths));
    let grid = Grid {
        rows: lines.iter().take(BARS_MAX).map(|line| parts_of(view, line, texts).join(" → ")).collect(),
        columns: Vec::new(),
        cells: lines.iter().take(BARS_MAX).map(|line| vec![line.paths]).collect(),
        few: texts.say("views-few"),
    };
    let ways = view.drawing().map(|drawing| {
        let name = |id: &str| view.name(id, texts.language());
        drawing.links.iter().map(|link| (name(&link.source), name(&link.target), link.paths)).collect::<chart::Ways>()
    });
    let drawing = ways.map_or_else(|| chart::bars(&grid).cut_if(lines.len() > BARS_MAX), |ways| chart::flow(&ways));
    let is_area = |facet: &Facet| matches!(facet, Facet::County | Facet::Municipality);
    html! {
        h2 { (caption) }
        @if lines.is_empty() { p { (texts.say("paths-nothing")) } } @else {
            (table::described(&drawing, &grid, &caption, texts, "paths"))
            (numbers(view, &lines, &caption, names))
        }
        (basis(view, texts))
        @if view.query.across.iter().chain(view.query.filters.keys()).any(is_area) { p .small lang="en" { (ATTRIBUTION) } }
    }
}

/// Returns the names of the parts of a line.
fn parts_of(view: &PathView, line: &Line, texts: Texts) -> Vec<String> {
    let language = texts.language();
    let part = |part: &str| view.name(part, language);
    match (view.query.by, line.key.as_slice()) {
        (By::Overlap, [one, other, goal]) => {
            vec![part(one), part(other), Code::<SharedGoal>::from_key(goal).label(language).to_owned()]
        }
        (By::Gap, [of, gap]) => vec![part(of), Code::<Gap>::from_key(gap).label(language).to_owned()],
        (By::Whole, key) => {
            let steps = key.iter().enumerate().map(|(at, step)| match (at, step.strip_prefix('+')) {
                (0, beside) => part(beside.unwrap_or(step)),
                (_, Some(beside)) => format!(" + {}", part(beside)),
                (_, None) => format!(" → {}", part(step)),
            });
            vec![steps.collect()]
        }
        (_, key) => key.iter().map(|one| part(one)).collect(),
    }
}

/// Returns the headings of the parts of a line.
fn headings(by: By, texts: Texts) -> Vec<String> {
    let names: &[&str] = match by {
        By::Flow => &["from", "to"],
        By::Overlap => &["service", "beside", "goal"],
        By::Gap => &["service", "gap"],
        By::LeftWithout => &["first"],
        By::Whole => &["way"],
    };
    names.iter().map(|name| texts.one_of("paths-head", name).unwrap_or_default()).collect()
}

fn numbers(view: &PathView, lines: &[&Line], caption: &str, names: &Names) -> Markup {
    let texts = names.texts;
    let mut columns: Vec<(String, bool)> =
        headings(view.query.by, texts).into_iter().map(|name| (name, false)).collect();
    let width = columns.len();
    columns.extend(
        view.query.across.iter().flat_map(|facet| view.columns.iter().map(|key| (names.of_path(*facet, key), true))),
    );
    columns.push((texts.say("paths-paths"), true));
    let row = |label: Vec<String>, counts: &[Count], all: Count| -> Vec<Markup> {
        let label = label.into_iter().chain(std::iter::repeat(String::new())).take(width).map(|text| html! { (text) });
        label.chain(counts.iter().chain([&all]).map(|count| table::count(*count, texts))).collect()
    };
    let mut rows: Vec<_> =
        lines.iter().map(|line| row(parts_of(view, line, texts), &line.counts, line.paths)).collect();
    if matches!(view.query.by, By::Overlap | By::Gap | By::LeftWithout) {
        rows.push(row(vec![texts.say("paths-matching")], &view.column_matching, view.matching));
    }
    rows.push(row(vec![texts.say("paths-all")], &view.column_paths, view.paths));
    table::named_above(&parts::table(caption, &columns, &rows))
}

fn basis(view: &PathView, texts: Texts) -> Markup {
    let rules = &view.line_rules;
    html! {
        h2 { (texts.say("views-basis-title")) }
        p { (texts.say_with("paths-basis", &[
            ("paths", u64::from(rules.reports_min()).into()),
            ("authors", u64::from(rules.authors_min()).into()),
            ("organisations", u64::from(rules.organisations_min()).into()),
        ])) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::codes::Language;

    use super::*;

    #[test]
    fn flows_are_a_picture_and_a_table_of_the_same_numbers() {
        let rules = json!({"reports_min": 3, "organisations_min": 2, "authors_min": 3});
        let view: PathView = serde_json::from_value(json!({
            "query": {"by": "flow", "of": "service", "filters": {}}, "rules": rules, "line_rules": rules, "columns": [],
            "lines": [{"key": ["food_aid", "social_work"], "counts": [], "paths": 35}],
            "column_paths": [], "column_matching": [], "paths": 65, "matching": "few",
        }))
        .unwrap();
        let text = picture(&view, &Names::bare(Texts::new(Language::En))).into_string();
        assert!(text.contains("Food aid") && text.contains("class=\"way w1\""), "{text}");
        assert!(text.matches(">35<").count() == 2 && text.contains(">65<"), "in the picture and in the table: {text}");
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read(&vec![pair("by", "colour")]), Err(Error::Unknown));
        assert_eq!(read(&vec![pair("across", "county"), pair("county", "12")]), Err(Error::Same));
        assert_eq!(read(&vec![pair("by", "gap"), pair("county", "")]).unwrap(), Query::of_all(By::Gap));
    }
}
