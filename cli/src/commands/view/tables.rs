//! A view as tables for people.

use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{BASE, Basis, Count, Facet, MergedView, Slice, Trend};

use super::names::{self, Names};
use crate::commands::report::labels::Word;
use crate::error::Result;
use crate::output;

/// Key of what is not said; it has no place in time.
const UNSAID: &str = "none";

/// A table: headers and rows.
type Lines = (Vec<String>, Vec<Vec<String>>);

/// Prints each table of a view, and what its numbers are.
pub(super) fn print(view: &MergedView, names: &Names) -> Result<()> {
    for (at, slice) in view.slices.iter().enumerate() {
        if !slice.of.is_empty() {
            let value =
                |(facet, key): (&Facet, &String)| format!("{}: {}", names.facet(*facet), names.value(*facet, key));
            let line = slice.of.iter().map(value).collect::<Vec<_>>().join(", ");
            output::line(&if at == 0 { line } else { format!("\n{line}") })?;
        }
        let (headers, rows) = lines(view, slice, names);
        output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows)?;
    }
    output::line("")?;
    output::line(&basis_in_words(view, names))?;
    if view.query.tells_organisations_apart() && matches!(view.basis, Basis::Published(_)) {
        output::line(
            "Counts by organisation are of one organisation alone: ask it before you show this outside the network.",
        )?;
    }
    if view.query.facets().into_iter().any(names::is_area) {
        output::line(talkoot_protocol::report::area::table::ATTRIBUTION)?;
    }
    Ok(())
}

/// Returns one table: its counts, the totals of its rows, trends if the columns are half-years, and totals of columns.
fn lines(view: &MergedView, slice: &Slice, names: &Names) -> Lines {
    let language = names.language;
    let word = |word: Word| word.say(language).to_owned();
    let across = view.query.columns;
    let is_whole = |facet: Facet| view.query.filters.on(facet).is_none();
    let with_totals = across.is_none_or(is_whole);
    let trends = across == Some(Facet::HalfYear);
    let mut headers = vec![names.facet(view.query.rows)];
    headers.extend(across.into_iter().flat_map(|facet| view.columns.iter().map(move |key| names.value(facet, key))));
    headers.extend(with_totals.then(|| word(if across.is_some() { Word::Total } else { Word::Reports })));
    headers.extend(trends.then(|| word(Word::Trend)));
    let line = |label: String, counts: &[Count], total: Option<Count>| {
        let mut line = vec![label];
        line.extend(counts.iter().chain(&total).map(|count| number(*count, language)));
        line.extend(trends.then(|| trend(view, counts, language)));
        line
    };
    let body = view.rows.iter().zip(&slice.cells).enumerate();
    let mut rows: Vec<_> = body
        .map(|(at, (key, counts))| line(names.value(view.query.rows, key), counts, slice.row_totals.get(at).copied()))
        .collect();
    if is_whole(view.query.rows) {
        rows.push(line(word(Word::Total), &slice.column_totals, slice.total));
    }
    (headers, rows)
}

/// Returns a count as it is shown: zero, which only exact counts have, as a point, so that what is there stands out.
fn number(count: Count, language: Language) -> String {
    match count {
        Count::Few => Word::Few.say(language).to_owned(),
        Count::Shown(0) => ".".to_owned(),
        Count::Shown(count) => count.to_string(),
    }
}

/// Returns the trend of counts by half-year.
fn trend(view: &MergedView, counts: &[Count], language: Language) -> String {
    let in_time = view.columns.iter().zip(counts).filter(|(key, _)| *key != UNSAID);
    let word = match Trend::of(&in_time.map(|(_, count)| *count).collect::<Vec<_>>()) {
        Trend::TooFewPeriods => return String::new(),
        Trend::Growing => Word::Growing,
        Trend::Stable => Word::Stable,
        Trend::Declining => Word::Declining,
    };
    word.say(language).to_owned()
}

pub(super) fn basis_in_words(view: &MergedView, names: &Names) -> String {
    match &view.basis {
        Basis::Published(rules) => {
            let organisations = output::count(u64::from(rules.organisations_min()), "organisation", "organisations");
            format!(
                "Numbers are rounded to multiples of {BASE}, each by itself. Shown are counts of at least {} reports by {} \
                 authors from {organisations}; \"few\" are fewer, perhaps none. Lines without a number are left out.",
                rules.reports_min(),
                rules.authors_min()
            )
        }
        Basis::Own(id) => {
            let name = names.organisations.name(id, names.language);
            format!("NOT FOR PUBLISHING: exact counts of the reports of {name} alone.")
        }
        Basis::Exact => "NOT FOR PUBLISHING: exact counts.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::commands::report::organisations::Organisations;

    fn view(columns: &str, keys: [&str; 3]) -> MergedView {
        serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": columns, "filters": {}},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["2", "none"], "columns": keys,
            "slices": [{"of": {}, "cells": [[5, 15, 30], ["few", 20, 5]], "row_totals": [50, 25], "column_totals": [5, 35, 40],
                        "total": 75}],
        }))
        .unwrap()
    }

    #[test]
    fn a_table_has_labels_margins_and_few() {
        let names = Names { organisations: Organisations::default(), language: Language::Fi };
        let view = view("county", ["12", "13", "fi"]);
        let (headers, rows) = lines(&view, &view.slices[0], &names);
        assert_eq!(headers[..2], ["Tuen tarve", "Etelä-Savon hyvinvointialue"]);
        assert_eq!(rows[0], ["Asuminen", "5", "15", "30", "50"]);
        assert_eq!(rows[1], ["Ei kerrottu", "muutama", "20", "5", "25"]);
        assert_eq!(rows[2], ["Yhteensä", "5", "35", "40", "75"]);
    }

    #[test]
    fn half_years_have_a_trend() {
        let names = Names { organisations: Organisations::default(), language: Language::En };
        let view = view("half_year", ["2025-H1", "2025-H2", "2026-H1"]);
        let (headers, rows) = lines(&view, &view.slices[0], &names);
        assert_eq!(headers.last().map(String::as_str), Some("Trend"));
        assert_eq!(rows.iter().map(|row| row[5].as_str()).collect::<Vec<_>>(), ["growing", "", "growing"]);
    }
}
