//! `talkoot view --top`: the values of a facet with most reports, by published numbers alone. What is hidden has no rank.

use serde::Serialize;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::view::{Basis, Count, FACETS_MAX, Facet, MergedView, Query, Ranked, Trend};

use super::names::{Names, is_area};
use super::tables;
use crate::client::{Client, unexpected};
use crate::commands::report::labels::Word;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// One line, for programs.
#[derive(Serialize)]
struct Line<'a> {
    rank: usize,
    key: &'a str,
    name: String,
    reports: u64,
    trend: Option<Trend>,
    /// How many organisations have a published number of their own there; none if that cannot be said.
    organisations: Option<usize>,
}

#[derive(Serialize)]
struct Answer<'a> {
    query: &'a Query,
    basis: &'a Basis,
    ranked: Vec<Line<'a>>,
}

/// Reads the facet that is ranked, also in the plural of the one most asked for.
pub(super) fn facet(text: &str) -> std::result::Result<Facet, String> {
    if text == "phenomena" { Ok(Facet::Phenomenon) } else { crate::global::typed(text) }
}

/// Returns the question behind a ranking: the facet by half-years, so that it has a trend; one half-year alone has none.
pub(super) fn query(mut query: Query, ranked: Facet) -> Result<Query> {
    query.rows = ranked;
    query.columns =
        (ranked != Facet::HalfYear && query.filters.on(Facet::HalfYear).is_none()).then_some(Facet::HalfYear);
    let of_others = query.filters.iter().filter(|(facet, _)| *facet != ranked);
    if of_others.into_iter().any(|(_, values)| values.len() > 1) {
        return Err(Error::refused("a ranking is of one table, and --where asks for several")
            .hint("Give each --where one value, or ask for each ranking by itself."));
    }
    if query.facets().len() > FACETS_MAX {
        return Err(Error::refused(format!(
            "a ranking names {ranked} and half_year itself, and one facet more at most"
        ))
        .hint("Leave out all but one --where."));
    }
    Ok(query)
}

/// Prints the ranking that a view holds, at most so many lines.
pub(super) fn print(
    global: &Global,
    client: &mut Client<'_>,
    view: &MergedView,
    names: &Names,
    limit: usize,
) -> Result<()> {
    let mut ranked = view.ranked();
    ranked.truncate(limit);
    let organisations = organisations(client, view, &ranked)?;
    let lines = ranked.iter().enumerate().map(|(at, line)| Line {
        rank: line.rank,
        key: &line.key,
        name: names.value(view.query.rows, &line.key),
        reports: line.reports,
        trend: line.trend,
        organisations: organisations.as_ref().and_then(|counts| counts.get(at).copied()).filter(|count| *count > 0),
    });
    let lines: Vec<Line<'_>> = lines.collect();
    if global.json {
        return output::json(&Answer { query: &view.query, basis: &view.basis, ranked: lines });
    }
    if lines.is_empty() {
        output::line("Nothing has enough reports to be ranked.")?;
    } else {
        table(view, names, &lines)?;
    }
    output::line("")?;
    output::line(&tables::basis_in_words(view, names))?;
    output::line(
        "Equal numbers share a rank; small differences between numbers mean nothing. What is \"few\" has no rank.",
    )?;
    if lines.iter().any(|line| line.organisations.is_some()) {
        output::line("Organisations are those with a number of their own; there may be more.")?;
    }
    if is_area(view.query.rows) { output::line(talkoot_protocol::report::area::table::ATTRIBUTION) } else { Ok(()) }
}

fn table(view: &MergedView, names: &Names, lines: &[Line<'_>]) -> Result<()> {
    let language = names.language;
    let mut headers = vec!["#".to_owned(), names.facet(view.query.rows), Word::Reports.say(language).to_owned()];
    let with_trend = view.query.columns.is_some();
    let with_organisations = lines.iter().any(|line| line.organisations.is_some());
    headers.extend(with_trend.then(|| Word::Trend.say(language).to_owned()));
    headers.extend(with_organisations.then(|| Word::Organisations.say(language).to_owned()));
    let row = |line: &Line<'_>| {
        let mut row = vec![line.rank.to_string(), line.name.clone(), line.reports.to_string()];
        row.extend(with_trend.then(|| tables::trend_word(line.trend, language).to_owned()));
        row.extend(with_organisations.then(|| line.organisations.map_or_else(String::new, |count| count.to_string())));
        row
    };
    let rows: Vec<_> = lines.iter().map(row).collect();
    output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

/// Counts for each line the organisations with a published number of their own; none where that would be no question, or where the
/// numbers are not published ones.
fn organisations(client: &mut Client<'_>, view: &MergedView, ranked: &[Ranked]) -> Result<Option<Vec<usize>>> {
    let Some(query) = by_organisation(view, ranked) else { return Ok(None) };
    let Response::View(table) = client.ask(Request::View { query, own: false })? else { return Err(unexpected()) };
    let cells = table.slices.first().map(|slice| &slice.cells[..]).unwrap_or_default();
    let count = |line: &Ranked| {
        let row = table.rows.iter().position(|key| *key == line.key).and_then(|at| cells.get(at));
        row.map_or(0, |counts| counts.iter().filter(|count| matches!(count, Count::Shown(_))).count())
    };
    Ok(Some(ranked.iter().map(count).collect()))
}

/// Returns the question of these lines by organisation, if it is one.
fn by_organisation(view: &MergedView, ranked: &[Ranked]) -> Option<Query> {
    let mut query = Query { columns: Some(Facet::Organisation), ..view.query.clone() };
    let is_published = matches!(view.basis, Basis::Published(_));
    let facets = query.facets();
    if !is_published || ranked.is_empty() || facets.contains(&Facet::OrganisationKind) || query.check().is_err() {
        return None;
    }
    if query.filters.on(query.rows).is_none() {
        // Only the lines that are printed: a table of all of them may have too many cells.
        ranked.iter().try_for_each(|line| query.filters.allow(query.rows, &line.key)).ok()?;
    }
    query.filters.on(Facet::Organisation).is_none().then_some(query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_is_of_one_table() {
        let ask = |filters: &str| {
            let query = super::query(
                Query { filters: filters.parse().unwrap(), ..Query::one_way(Facet::Theme) },
                facet("phenomena").unwrap(),
            );
            query.map(|query| (query.rows, query.columns)).ok()
        };
        assert_eq!(ask(""), Some((Facet::Phenomenon, Some(Facet::HalfYear))));
        assert_eq!(ask("county=12"), Some((Facet::Phenomenon, Some(Facet::HalfYear))));
        assert_eq!(ask("half_year=2026-H1;county=12"), Some((Facet::Phenomenon, None)));
        assert_eq!((ask("county=12,13"), ask("county=12;theme=2")), (None, None));
        assert!(facet("colours").is_err());
    }
}
