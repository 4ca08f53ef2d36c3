//! The map: wellbeing services counties as tiles, shaded by published counts, and the same counts as a table.

use axum::extract::{Query as Asked, State};
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::view::{Count, Facet, Filters, MergedView, Query};

use super::names::Names;
use super::page::{ask, half_years, wrong};
use super::question::{Error, Pairs, filters, narrowed};
use super::select::select;
use super::{sheet, table};
use crate::http::{Problem, Site};
use crate::web::chart::{self, CLASSES, Grid, TILES, class_of};
use crate::web::parts;
use crate::web::texts::Texts;
use crate::web::visit::{Member, escaped};

/// By what the map can be narrowed: two at most, besides the counties.
const CHOSEN: [Facet; 2] = [Facet::Theme, Facet::HalfYear];

/// Shows it.
pub(super) async fn page(
    State(site): State<Site>,
    member: Member,
    Asked(pairs): Asked<Pairs>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let names = Names::ask(&site, texts).await?;
    let read = filters(&pairs).and_then(|filters| narrow_enough(&filters).map(|()| filters));
    let half_years = half_years(&site).await?;
    let filters = read.clone().unwrap_or_default();
    let shown = match read {
        Ok(_) => counties(
            &ask(&site, Query { filters: filters.clone(), ..Query::one_way(Facet::County) }).await?,
            &filters,
            &names,
        ),
        Err(error) => wrong(error, texts),
    };
    let content = html! { (form(&filters, &names, &half_years)) (shown) };
    Ok(sheet::show(visit, texts.say("map-title"), texts.say("map-lead"), &content))
}

/// One map is of one table: each facet is held to one value.
fn narrow_enough(filters: &Filters) -> Result<(), Error> {
    let is_one =
        |(facet, values): (Facet, &std::collections::BTreeSet<_>)| CHOSEN.contains(&facet) && values.len() == 1;
    if filters.iter().all(is_one) { Ok(()) } else { Err(Error::Size) }
}

fn form(filters: &Filters, names: &Names, half_years: &[String]) -> Markup {
    let all = names.texts.say("views-all");
    let choices = html! { @for facet in CHOSEN {
        @let value = filters.on(facet).and_then(|values| values.first()).map(ToString::to_string).unwrap_or_default();
        (select(facet.key(), &names.facet(facet), Some(&all), &names.choices(facet, half_years), &value))
    } };
    sheet::choose("/map", &choices, names.texts)
}

/// Shows counts by county as a map, what its shades mean, and as a table.
fn counties(view: &MergedView, filters: &Filters, names: &Names) -> Markup {
    let texts = names.texts;
    let of = |code: &str| view.count(0, Some(code), None).unwrap_or(Count::Few);
    let drawn: Vec<(Vec<String>, Count)> = TILES.iter().map(|(code, ..)| (short_name(code, texts), of(code))).collect();
    let caption = view.slices.first().map(|slice| table::caption(view, slice, names)).unwrap_or_default();
    let few = texts.say("views-few");
    let grid = Grid {
        rows: TILES.iter().map(|(code, ..)| names.value(Facet::County, code)).collect(),
        columns: Vec::new(),
        cells: drawn.iter().map(|(_, count)| vec![*count]).collect(),
        few: few.clone(),
    };
    // Every county has a line, and so has what is said of the whole country.
    let mut lines: Vec<(String, Count)> = talkoot_protocol::report::area::table::counties()
        .map(|county| (county.code.clone(), of(&county.code)))
        .collect();
    lines.extend(
        ["fi", "none"]
            .into_iter()
            .filter(|key| view.rows.iter().any(|row| row == key))
            .map(|key| (key.to_owned(), of(key))),
    );
    let row = |(key, count): &(String, Count)| {
        let filter = narrowed(filters, &[(Facet::County, key)]);
        let name =
            html! { a href={ "/views/reports?filter=" (escaped(&filter)) } { (names.value(Facet::County, key)) } };
        vec![name, table::count(*count, texts)]
    };
    let columns = [(names.facet(Facet::County), false), (texts.say("views-reports"), true)];
    html! {
        h2 { (caption) }
        div .side-by-side {
            div { (table::described(&chart::tiles(&drawn, &few), &grid, &caption, texts, "map")) (shades(&grid, texts)) }
            (table::named_above(&parts::table(&caption, &columns, &lines.iter().map(row).collect::<Vec<_>>())))
        }
        (table::explained(view, None, texts))
    }
}

/// Says which counts each shade stands for, and what is hatched.
fn shades(grid: &Grid, texts: Texts) -> Markup {
    let most = grid.greatest().map_or(0, |(_, count)| count);
    let of_class = |class: u64| {
        let counts = grid.cells.iter().flatten().filter_map(|count| chart::number(*count));
        let counts: Vec<u64> = counts.filter(|count| class_of(*count, most) == class).collect();
        Some((*counts.iter().min()?, *counts.iter().max()?))
    };
    html! {
        ul .shades aria-label=(texts.say("map-shades")) {
            @for class in 1..=CLASSES { @if let Some((least, greatest)) = of_class(class) {
                li { span class={ "swatch c" (class) } {} @if least == greatest { (least) } @else { (least) "–" (greatest) } }
            } }
            li { span .swatch .hatched {} (texts.say("map-hatched")) }
        }
    }
}

/// Returns a county's short name in lines: the catalogue parts them by a bar.
fn short_name(code: &str, texts: Texts) -> Vec<String> {
    let name = texts.one_of("tile", code).unwrap_or_else(|| code.to_owned());
    name.split('|').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::LANGUAGES;

    #[test]
    fn every_tile_has_a_name_that_fits() {
        for texts in LANGUAGES.map(Texts::new) {
            for (code, ..) in TILES {
                let name = short_name(code, texts);
                assert!(name.len() <= 2 && name.iter().all(|line| line.chars().count() <= 12), "{name:?}");
                assert_ne!(name.join(""), code);
            }
        }
    }

    #[test]
    fn a_county_without_a_number_is_hatched_and_has_a_line() {
        let view: MergedView = serde_json::from_value(serde_json::json!({
            "query": {"rows": "county"},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["12", "fi"], "columns": [],
            "slices": [{"of": {}, "cells": [[], []], "row_totals": [40, 5], "column_totals": [], "total": 55}],
        }))
        .unwrap();
        let text = counties(&view, &Filters::default(), &Names::bare(Texts::new(LANGUAGES[2]))).into_string();
        assert_eq!(text.matches("hidden-count").count(), 22, "{text}");
        assert_eq!(text.matches("scope=\"row\"").count(), 24);
        assert!(text.contains("/views/reports?filter=county%3D12"));
    }
}
