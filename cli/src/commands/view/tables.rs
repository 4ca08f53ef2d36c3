//! A view as tables for people.

use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{BASE, Basis, Count, Facet, MergedView, Preset, Slice, Trend};

use super::names::{self, Names};
use super::preset::{self, share_text};
use crate::commands::report::labels::Word;
use crate::error::Result;
use crate::output;

/// A table: headers and rows.
type Lines = (Vec<String>, Vec<Vec<String>>);

/// Prints each table of a view, and what its numbers are.
pub(super) fn print(view: &MergedView, names: &Names, preset: Option<Preset>) -> Result<()> {
    bodies(view, names, preset)?;
    output::line("")?;
    output::line(&basis_in_words(view, names))?;
    preset.and_then(preset::in_words).map_or(Ok(()), |words| output::line(&words))?;
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

/// Prints each table of a view.
pub(super) fn bodies(view: &MergedView, names: &Names, preset: Option<Preset>) -> Result<()> {
    for (at, slice) in view.slices.iter().enumerate() {
        if !slice.of.is_empty() {
            let value =
                |(facet, key): (&Facet, &String)| format!("{}: {}", names.facet(*facet), names.value(*facet, key));
            let line = slice.of.iter().map(value).collect::<Vec<_>>().join(", ");
            output::line(&if at == 0 { line } else { format!("\n{line}") })?;
        }
        let (headers, rows) = lines(view, slice, names, preset);
        output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows)?;
    }
    Ok(())
}

/// Returns one table: its counts, the totals of its rows, trends if the columns are half-years, shares if the preset has any, and
/// totals of columns.
fn lines(view: &MergedView, slice: &Slice, names: &Names, preset: Option<Preset>) -> Lines {
    let language = names.language;
    let word = |word: Word| word.say(language).to_owned();
    let across = view.query.columns;
    let is_whole = |facet: Facet| view.query.filters.on(facet).is_none();
    let with_totals = across.is_none_or(is_whole);
    let has_trends = across == Some(Facet::HalfYear);
    let (trends, shares) = (view.trends(slice), preset.and_then(|preset| preset.shares(view, slice)));
    let mut headers = vec![names.facet(view.query.rows)];
    headers.extend(across.into_iter().flat_map(|facet| view.columns.iter().map(move |key| names.value(facet, key))));
    headers.extend(with_totals.then(|| word(if across.is_some() { Word::Total } else { Word::Reports })));
    headers.extend(has_trends.then(|| word(Word::Trend)));
    headers.extend(shares.as_ref().and(preset).map(|preset| preset::heading(preset, language).to_owned()));
    let line = |label: String, counts: &[Count], total: Option<Count>, trend: Option<Trend>| {
        let mut line = vec![label];
        line.extend(counts.iter().chain(&total).map(|count| number(*count, language)));
        line.extend(has_trends.then(|| trend_word(trend, language).to_owned()));
        line
    };
    let body = view.rows.iter().zip(&slice.cells).enumerate();
    let mut rows: Vec<_> = body
        .map(|(at, (key, counts))| {
            let label = names.value(view.query.rows, key);
            let mut line = line(label, counts, slice.row_totals.get(at).copied(), trends.get(at).copied());
            line.extend(shares.as_ref().map(|shares| share_text(shares.get(at).copied().flatten())));
            line
        })
        .collect();
    if is_whole(view.query.rows) {
        rows.push(line(word(Word::Total), &slice.column_totals, slice.total, view.trend_of_totals(slice)));
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

/// Returns how something goes; nothing where that cannot be said.
pub(super) fn trend_word(trend: Option<Trend>, language: Language) -> &'static str {
    let word = match trend {
        None | Some(Trend::TooFewPeriods) => return "",
        Some(Trend::Growing) => Word::Growing,
        Some(Trend::Stable) => Word::Stable,
        Some(Trend::Declining) => Word::Declining,
    };
    word.say(language)
}

/// Says what the numbers of a view are.
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
        let names = Names::bare(Language::Fi);
        let view = view("county", ["12", "13", "fi"]);
        let (headers, rows) = lines(&view, &view.slices[0], &names, None);
        assert_eq!(headers[..2], ["Tuen tarve", "Etelä-Savon hyvinvointialue"]);
        assert_eq!(rows[0], ["Asuminen", "5", "15", "30", "50"]);
        assert_eq!(rows[1], ["Ei kerrottu", "muutama", "20", "5", "25"]);
        assert_eq!(rows[2], ["Yhteensä", "5", "35", "40", "75"]);
    }

    #[test]
    fn half_years_have_a_trend() {
        let names = Names::bare(Language::En);
        let view = view("half_year", ["2025-H1", "2025-H2", "2026-H1"]);
        let (headers, rows) = lines(&view, &view.slices[0], &names, None);
        assert_eq!(headers.last().map(String::as_str), Some("Trend"));
        assert_eq!(rows.iter().map(|row| row[5].as_str()).collect::<Vec<_>>(), ["growing", "", "growing"]);
    }

    #[test]
    fn a_preset_has_a_share_behind_each_row() {
        let names = Names::bare(Language::Fi);
        let view = view("client", ["not", "heard", "co_written"]);
        let (headers, rows) = lines(&view, &view.slices[0], &names, Some(Preset::Voice));
        assert_eq!(headers[4..], ["Yhteensä", "Asiakkaiden ääni"]);
        assert_eq!((rows[0][5].as_str(), rows[1][5].as_str(), rows[2].len()), ("90 % (±10)", "100 % (±20)", 5));
    }
}
