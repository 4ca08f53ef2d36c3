//! A view as a file: CSV (RFC 4180) for tables, JSON for programs. The same published counts as on the page; nothing is in a file that is
//! hidden there.

use axum::extract::{Query as Asked, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use talkoot_protocol::view::{Basis, Count, MergedView};

use super::names::Names;
use super::page::ask;
use super::question::{Error, Pairs, Question};
use crate::http::{Problem, Site};
use crate::web::visit::Member;

/// Makes the JSON form of a view, as `/v1/views` has it.
pub(super) async fn json(State(site): State<Site>, _: Member, Asked(pairs): Asked<Pairs>) -> Result<Response, Problem> {
    let view = ask(&site, read(&pairs)?.query).await?;
    Ok(file(view.to_json(), "application/json", "talkoot.json"))
}

/// Makes a table of it: one count a line.
pub(super) async fn csv(
    State(site): State<Site>,
    member: Member,
    Asked(pairs): Asked<Pairs>,
) -> Result<Response, Problem> {
    let view = ask(&site, read(&pairs)?.query).await?;
    let names = Names::ask(&site, member.visit.texts).await?;
    Ok(file(lines(&view, &names), "text/csv; charset=utf-8; header=present", "talkoot.csv"))
}

fn read(pairs: &Pairs) -> Result<Question, Problem> {
    let bad = |error: Error| {
        let detail = format!("The question cannot be answered ({error}). Choose again on the page of views.");
        Problem::parameter("rows", detail)
    };
    Question::read(pairs).map_err(bad)
}

fn file(body: String, media_type: &'static str, name: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Returns one line for each count, with what it is of, and the minima that were applied.
fn lines(view: &MergedView, names: &Names) -> String {
    let held: Vec<_> = view.slices.first().map(|slice| slice.of.keys().copied().collect()).unwrap_or_default();
    let mut head = vec!["level".to_owned()];
    for facet in held.iter().chain([&view.query.rows]).chain(&view.query.columns) {
        head.extend([facet.key().to_owned(), format!("{facet}_name")]);
    }
    head.extend(["reports", "status", "reports_min", "organisations_min", "authors_min"].map(str::to_owned));
    let mut text = line(&head);
    for slice in &view.slices {
        let of: Vec<String> =
            slice.of.iter().flat_map(|(facet, key)| [key.clone(), names.value(*facet, key)]).collect();
        for (level, row, column, count) in counts(view, slice) {
            let mut cells = vec![level.to_owned()];
            cells.extend(of.iter().cloned());
            cells.extend(named(view.query.rows, row, names));
            cells.extend(view.query.columns.map(|facet| named(facet, column, names)).into_iter().flatten());
            cells.extend(counted(count, &view.basis));
            text.push_str(&line(&cells));
        }
    }
    text
}

type Counted<'a> = (&'static str, Option<&'a str>, Option<&'a str>, Count);

/// Returns every count of a table: cells, then totals.
fn counts<'a>(view: &'a MergedView, slice: &'a talkoot_protocol::view::Slice) -> Vec<Counted<'a>> {
    let mut counts: Vec<Counted<'a>> = Vec::new();
    for (row, cells) in view.rows.iter().zip(&slice.cells) {
        counts.extend(
            view.columns.iter().zip(cells).map(|(column, count)| ("cell", Some(&**row), Some(&**column), *count)),
        );
    }
    let totals = view.rows.iter().zip(&slice.row_totals);
    counts.extend(totals.map(|(row, count)| ("row_total", Some(&**row), None, *count)));
    let totals = view.columns.iter().zip(&slice.column_totals);
    counts.extend(totals.map(|(column, count)| ("column_total", None, Some(&**column), *count)));
    counts.extend(slice.total.map(|count| ("total", None, None, count)));
    counts
}

fn named(facet: talkoot_protocol::view::Facet, key: Option<&str>, names: &Names) -> [String; 2] {
    key.map_or_else(Default::default, |key| [key.to_owned(), names.value(facet, key)])
}

fn counted(count: Count, basis: &Basis) -> [String; 5] {
    let (number, status) = match count {
        Count::Shown(number) => (number.to_string(), "shown"),
        Count::Few => (String::new(), "few"),
    };
    let Basis::Published(rules) = basis else {
        return [number, status.to_owned(), String::new(), String::new(), String::new()];
    };
    let [reports, organisations, authors] =
        [rules.reports_min(), rules.organisations_min(), rules.authors_min()].map(|least| least.to_string());
    [number, status.to_owned(), reports, organisations, authors]
}

/// Returns one line of CSV. Names come from people: what a spreadsheet would run as a formula gets an apostrophe before it.
fn line(cells: &[String]) -> String {
    let cell = |text: &String| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        let text = format!("{guard}{text}");
        if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    format!("{}\r\n", cells.iter().map(cell).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::report::codes::Language;

    use super::*;
    use crate::web::texts::Texts;

    #[test]
    fn every_count_stands_on_a_line_and_what_is_hidden_has_no_number() {
        let view: MergedView = serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": "valence"},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["2"], "columns": ["positive"],
            "slices": [{"of": {"half_year": "2026-H1"}, "cells": [["few"]], "row_totals": [15], "column_totals": [], "total": 25}],
        }))
        .unwrap();
        let text = lines(&view, &Names::bare(Texts::new(Language::En)));
        let expected = "level,half_year,half_year_name,theme,theme_name,valence,valence_name,reports,status,reports_min,\
             organisations_min,authors_min\r\n\
             cell,2026-H1,2026-H1,2,Housing,positive,Positive,,few,3,2,3\r\n\
             row_total,2026-H1,2026-H1,2,Housing,,,15,shown,3,2,3\r\n\
             total,2026-H1,2026-H1,,,,,25,shown,3,2,3\r\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_is_run_as_a_formula() {
        assert_eq!(line(&["=1+1".into(), "a,\"b\"".into()]), "'=1+1,\"a,\"\"b\"\"\"\r\n");
    }
}
