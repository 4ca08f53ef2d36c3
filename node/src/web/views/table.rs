//! A view on a page: for each of its tables a chart and the table itself, and what its numbers are.

use std::collections::BTreeMap;

use maud::{Markup, html};
use talkoot_protocol::report::area::table::ATTRIBUTION;
use talkoot_protocol::view::{Basis, Count, Facet, MergedView, Preset, Share, Slice, Trend, WHOLE_MIN};

use super::names::{Names, is_area};
use super::question::narrowed;
use crate::web::chart::{self, Called, Drawing, Grid, LINES_MAX};
use crate::web::parts;
use crate::web::texts::Texts;
use crate::web::visit::escaped;

/// Most rows and columns for which bars are drawn; above, squares.
const BAR_ROWS_MAX: usize = 14;
const BAR_COLUMNS_MAX: usize = 4;
/// Most lines of a ranking.
const RANKED_MAX: usize = 20;

/// Shows all tables of a view. `id` sets its charts apart from others of the page.
pub(super) fn view(view: &MergedView, preset: Option<Preset>, names: &Names, id: &str) -> Markup {
    html! {
        @if preset == Some(Preset::Top) { (ranking(view, names, id)) } @else {
            @for (at, slice) in view.slices.iter().enumerate() {
                (one(view, slice, preset, names, &format!("{id}-{at}")))
            }
        }
    }
}

/// Says which values a table is of.
fn of(slice: &Slice, names: &Names) -> String {
    let one = |(facet, key): (&Facet, &String)| format!("{}: {}", names.facet(*facet), names.value(*facet, key));
    slice.of.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// Returns the name of a table: what is counted by what, of what.
pub(super) fn caption(view: &MergedView, slice: &Slice, names: &Names) -> String {
    let rows = names.facet(view.query.rows);
    let by = match view.query.columns {
        Some(columns) => format!("{rows} × {}", names.facet(columns)),
        None => rows,
    };
    let of = of(slice, names);
    let texts = names.texts;
    let caption = texts.say_with("views-caption", &[("by", (&by).into())]);
    if of.is_empty() { caption } else { format!("{caption} · {of}") }
}

fn one(view: &MergedView, slice: &Slice, preset: Option<Preset>, names: &Names, id: &str) -> Markup {
    let caption = caption(view, slice, names);
    let grid = grid(view, slice, names);
    html! {
        h2 { (caption) }
        @if grid.rows.is_empty() { p { (names.texts.say("views-nothing")) } } @else {
            (picture(&grid, kind(view, &grid), &caption, names.texts, id))
            (numbers(view, slice, preset, names, &caption))
        }
    }
}

/// How a view is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bars,
    Lines,
    Squares,
}

fn kind(view: &MergedView, grid: &Grid) -> Kind {
    match view.query.columns {
        None => Kind::Bars,
        Some(Facet::HalfYear) => Kind::Lines,
        Some(_) if grid.columns.len() <= BAR_COLUMNS_MAX && grid.rows.len() <= BAR_ROWS_MAX => Kind::Bars,
        Some(_) => Kind::Squares,
    }
}

/// Returns the counts of a table with their names.
fn grid(view: &MergedView, slice: &Slice, names: &Names) -> Grid {
    let named = |facet: Facet, keys: &[String]| keys.iter().map(|key| names.value(facet, key)).collect();
    let cells = match view.query.columns {
        Some(_) => slice.cells.clone(),
        None => slice.row_totals.iter().map(|count| vec![*count]).collect(),
    };
    Grid {
        rows: named(view.query.rows, &view.rows),
        columns: view.query.columns.map_or(Vec::new(), |facet| named(facet, &view.columns)),
        cells,
        few: names.texts.say("views-few"),
    }
}

fn picture(grid: &Grid, kind: Kind, caption: &str, texts: Texts, id: &str) -> Markup {
    let drawing = match kind {
        Kind::Bars => chart::bars(grid),
        Kind::Lines => chart::lines(grid),
        Kind::Squares => chart::squares(grid),
    };
    html! {
        (described(&drawing, grid, caption, texts, id))
        @if kind == Kind::Lines && grid.rows.len() > LINES_MAX {
            p .small { (texts.say_with("views-strongest", &[("count", LINES_MAX.into())])) }
        }
    }
}

/// Shows a chart, with a sentence for those who do not see it.
pub(super) fn described(drawing: &Drawing, grid: &Grid, caption: &str, texts: Texts, id: &str) -> Markup {
    let mut says = match grid.greatest() {
        Some((name, count)) => {
            texts.say_with("views-chart-greatest", &[("name", name.into()), ("count", count.into())])
        }
        None => texts.say("views-chart-none"),
    };
    says.push(' ');
    says.push_str(&texts.say_with("views-chart-hidden", &[("count", grid.hidden().into())]));
    html! {
        (drawing.show(&Called { id, title: caption, says: &says }))
        @if drawing.is_cut { p .small { (texts.say("views-cut")) } }
    }
}

/// Returns a table whose caption stands in the heading above it: it is read out, and not shown twice.
pub(super) fn named_above(table: &Markup) -> Markup {
    html! { div .named-above { (table) } }
}

/// Returns a count as a table has it.
pub(super) fn count(count: Count, texts: Texts) -> Markup {
    match count {
        Count::Shown(number) => html! { (number) },
        Count::Few => html! { span .few { (texts.say("views-few")) } },
    }
}

/// Returns a trend in a word; nothing where too few half-years have a number.
fn trend(trend: Trend, texts: Texts) -> Markup {
    html! { @if trend != Trend::TooFewPeriods { (texts.one_of("views-trend-is", trend.key()).unwrap_or_default()) } }
}

fn numbers(view: &MergedView, slice: &Slice, preset: Option<Preset>, names: &Names, caption: &str) -> Markup {
    let texts = names.texts;
    let trends = view.trends(slice);
    let shares = preset.and_then(|preset| preset.shares(view, slice));
    let has_totals = view.query.columns.is_some() && !slice.row_totals.is_empty();
    let mut columns = vec![(names.facet(view.query.rows), false)];
    match view.query.columns {
        Some(facet) => columns.extend(view.columns.iter().map(|key| (names.value(facet, key), true))),
        None => columns.push((texts.say("views-reports"), true)),
    }
    columns.extend(has_totals.then(|| (texts.say("views-total"), true)));
    columns.extend((!trends.is_empty()).then(|| (texts.say("views-trend"), false)));
    columns.extend(shares.as_ref().and(preset).map(|preset| (share_heading(preset, texts), true)));
    let mut rows: Vec<Vec<Markup>> = Vec::with_capacity(view.rows.len() + 1);
    for (at, key) in view.rows.iter().enumerate() {
        let mut row = vec![to_reports(view, slice, key, names)];
        row.extend(slice.cells.get(at).into_iter().flatten().map(|cell| count(*cell, texts)));
        row.extend(slice.row_totals.get(at).map(|total| count(*total, texts)));
        row.extend(trends.get(at).map(|of| trend(*of, texts)));
        row.extend(shares.as_ref().and_then(|shares| shares.get(at)).map(|share| html! { (share_text(*share)) }));
        rows.push(row);
    }
    rows.extend(totals(view, slice, has_totals, texts));
    rows.iter_mut().for_each(|row| row.resize_with(columns.len(), Markup::default));
    named_above(&parts::table(caption, &columns, &rows))
}

/// Returns the line of totals, where there are any.
fn totals(view: &MergedView, slice: &Slice, has_totals: bool, texts: Texts) -> Option<Vec<Markup>> {
    let is_two_way = view.query.columns.is_some();
    if slice.column_totals.is_empty() && (is_two_way || slice.total.is_none()) {
        return None;
    }
    let mut row = vec![html! { (texts.say("views-total")) }];
    if is_two_way {
        row.extend(slice.column_totals.iter().map(|total| count(*total, texts)));
    }
    let all = slice.total.map(|total| count(total, texts));
    row.extend(if is_two_way { has_totals.then(|| all.unwrap_or_default()) } else { all });
    row.extend(view.trend_of_totals(slice).map(|of| trend(of, texts)));
    Some(row)
}

/// Returns the name of a row, which leads to the reports in it.
fn to_reports(view: &MergedView, slice: &Slice, key: &str, names: &Names) -> Markup {
    let mut held: Vec<(Facet, &str)> = slice.of.iter().map(|(facet, key)| (*facet, key.as_str())).collect();
    held.push((view.query.rows, key));
    let filter = narrowed(&view.query.filters, &held);
    html! { a href={ "/views/reports?filter=" (escaped(&filter)) } { (names.value(view.query.rows, key)) } }
}

/// Returns a share as people read it.
fn share_text(share: Option<Share>) -> String {
    share.map_or_else(String::new, |share| share.with_space('\u{a0}'))
}

fn share_heading(preset: Preset, texts: Texts) -> String {
    texts.one_of("views-share", preset.key()).unwrap_or_default()
}

/// Shows the rows of a view in the order of their numbers.
fn ranking(view: &MergedView, names: &Names, id: &str) -> Markup {
    let texts = names.texts;
    let mut ranked = view.ranked();
    ranked.truncate(RANKED_MAX);
    let facet = view.query.rows;
    let caption = texts.say_with("views-ranking", &[("by", (&names.facet(facet)).into())]);
    let grid = Grid {
        rows: ranked.iter().map(|line| names.value(facet, &line.key)).collect(),
        columns: Vec::new(),
        cells: ranked.iter().map(|line| vec![Count::Shown(line.reports)]).collect(),
        few: texts.say("views-few"),
    };
    let none = Slice { of: BTreeMap::new(), cells: vec![], row_totals: vec![], column_totals: vec![], total: None };
    let slice = view.slices.first().unwrap_or(&none);
    let columns = [
        (names.facet(facet), false),
        (texts.say("views-rank"), true),
        (texts.say("views-reports"), true),
        (texts.say("views-trend"), false),
    ];
    let row = |line: &talkoot_protocol::view::Ranked| {
        let goes = line.trend.map_or_else(|| html! {}, |of| trend(of, texts));
        let name = html! {
            (to_reports(view, slice, &line.key, names))
            @if facet == Facet::Phenomenon { " " a .small href={ "/phenomena/" (line.key) } { (texts.say("views-card")) } }
        };
        vec![name, html! { (line.rank) }, html! { (line.reports) }, goes]
    };
    html! {
        h2 { (caption) }
        @if ranked.is_empty() { p { (texts.say("views-no-ranking")) } } @else {
            (described(&chart::bars(&grid), &grid, &caption, texts, id))
            (named_above(&parts::table(&caption, &columns, &ranked.iter().map(row).collect::<Vec<_>>())))
        }
    }
}

/// Says what the numbers are, what is hidden and why.
pub(super) fn explained(view: &MergedView, preset: Option<Preset>, texts: Texts) -> Markup {
    let has_periods = view.query.columns == Some(Facet::HalfYear);
    let share = preset.and_then(|preset| texts.one_of("views-share-of", preset.key()));
    html! {
        section aria-labelledby="views-basis" {
            h2 #views-basis { (texts.say("views-basis-title")) }
            @if let Basis::Published(rules) = view.basis {
                p { (texts.say_with("views-basis", &[
                    ("reports", u64::from(rules.reports_min()).into()),
                    ("authors", u64::from(rules.authors_min()).into()),
                    ("organisations", u64::from(rules.organisations_min()).into()),
                ])) }
            }
            p { (texts.say("views-basis-more")) }
            @if has_periods { p { (texts.say("views-basis-trend")) } }
            @if let Some(share) = share {
                p { (share) " " (texts.say_with("views-basis-share", &[("least", WHOLE_MIN.into())])) }
            }
            @if view.query.facets().into_iter().any(is_area) { p .small lang="en" { (ATTRIBUTION) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::codes::Language;

    use super::*;

    fn sample(columns: Option<&str>) -> MergedView {
        let two = columns.is_some();
        serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": columns},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["2", "3"], "columns": if two { json!(["positive", "negative"]) } else { json!([]) },
            "slices": [{"of": {}, "cells": if two { json!([[40, 65], ["few", 15]]) } else { json!([[], []]) },
                "row_totals": [105, 15], "column_totals": if two { json!([40, 80]) } else { json!([]) }, "total": 125}],
        }))
        .unwrap()
    }

    fn shown(view: &MergedView, preset: Option<Preset>) -> String {
        super::view(view, preset, &Names::bare(Texts::new(Language::En)), "t").into_string()
    }

    #[test]
    fn numbers_shown_are_those_of_the_view() {
        let text = shown(&sample(Some("valence")), Some(Preset::Balance));
        for number in ["40", "65", "15", "105", "80", "125"] {
            assert!(text.contains(&format!(">{number}<")), "{number} in {text}");
        }
        assert!(text.contains("class=\"few\"") && text.contains("hidden-count"), "what is hidden is marked: {text}");
        assert!(text.contains("%"), "a share stands in the table: {text}");
        assert!(text.contains("/views/reports?filter=theme%3D2"));
    }

    #[test]
    fn a_list_of_one_facet_has_a_total() {
        let text = shown(&sample(None), None);
        assert!(text.contains(">105<") && text.contains(">125<"), "{text}");
        let heads = text.matches("scope=\"col\"").count();
        assert_eq!(heads, 2, "{text}");
    }

    #[test]
    fn every_row_of_the_table_is_as_wide_as_its_head() {
        for view in [sample(None), sample(Some("valence"))] {
            let text = shown(&view, Some(Preset::Balance).filter(|_| view.query.columns.is_some()));
            let head = text.matches("scope=\"col\"").count();
            let body = text.split("<tbody>").nth(1).unwrap();
            let wide = body.split("<tr>").skip(1).map(|row| row.matches("<td").count() + row.matches("<th").count());
            assert!(wide.into_iter().all(|wide| wide == head), "{text}");
        }
    }
}
