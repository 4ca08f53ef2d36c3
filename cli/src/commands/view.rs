//! `talkoot view`: many reports as one picture. The node counts and hides small counts; this only prints.

mod file;
mod names;

use std::path::PathBuf;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{Applied, Cell, Count, Facet, Filters, MergedView, Query, Together};

use self::names::Names;
use crate::client::{Client, unexpected};
use crate::commands::export::refuse_existing;
use crate::commands::report::labels::Word;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::{Global, in_words, typed};
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot view --rows theme --columns county --language fi
  talkoot view --rows municipality --where theme=2,5 --where county=12
  talkoot view --rows theme --columns half_year --output themes.xlsx
  talkoot view --together

Facets: theme, county, municipality, half_year, organisation_kind, organisation, valence, kind. A report counts once in each of its \
themes and places, and once in a total. Counts so small that they could point at someone are shown as \"few\"; zero is zero (.). \
With --together every finding has enough to be shown; a number that would give others away is \"enough\".

With --output the same counts, one in each row, as CSV, XLSX, JSON or Parquet: level (cell, row_total, column_total, total), each facet \
with key and name, reports, organisations, authors, status (shown, or few: then there is no number), and the rules that were applied.

With --json the table as one object: {\"query\", \"rules\", \"rows\", \"columns\", \"cells\", \"row_totals\", \"column_totals\", \"total\"}; with \
--together one line for each finding: {\"theme\", \"facet\", \"area\", \"organisations\", \"counts\"}.";

/// What to count.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// What the rows are.
    #[arg(long, default_value = "theme", value_name = "FACET", value_parser = typed::<Facet>)]
    rows: Facet,
    /// What the columns are, if the table shall have any.
    #[arg(long, value_name = "FACET", value_parser = typed::<Facet>)]
    columns: Option<Facet>,
    /// Count only some reports; may be given several times.
    #[arg(long = "where", value_name = "FACET=VALUE,…")]
    filters: Vec<String>,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
    /// What several organisations see together and none sees alone.
    #[arg(long, conflicts_with_all = ["rows", "columns", "filters"])]
    together: bool,
    /// Write the counts into this file; its name ends with .csv, .xlsx, .json or .parquet.
    #[arg(long, value_name = "FILE", conflicts_with = "together")]
    output: Option<PathBuf>,
    /// Write over an existing file.
    #[arg(long, requires = "output")]
    force: bool,
}

/// Prints a view.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let request = if args.together { Request::Together } else { Request::View { query: query(&args)?, rules: None } };
    if let Some(path) = &args.output {
        file::Format::of(path)?;
        refuse_existing(path, args.force)?;
    }
    let mut client = Client::open(&global.dir)?;
    let response = client.ask(request)?;
    if let (Response::View(view), Some(path)) = (&response, &args.output) {
        let names = Names { organisations: Organisations::ask(&mut client)?, language: args.language };
        let rows = file::write(view, &names, path, args.force)?;
        match global.json {
            true => output::json(&serde_json::json!({"file": path, "rows": rows}))?,
            false => output::say(&format!("{} written.", output::count(rows, "row", "rows"))),
        }
        return client.close();
    }
    match (&response, global.json) {
        (Response::View(view), true) => output::json(view)?,
        (Response::Together { cells }, true) => cells.iter().try_for_each(output::json)?,
        (Response::View(view), false) => {
            let names = Names { organisations: Organisations::ask(&mut client)?, language: args.language };
            print_view(view, &names)?;
        }
        (Response::Together { cells }, false) => {
            let names = Names { organisations: Organisations::ask(&mut client)?, language: args.language };
            print_together(cells, &names)?;
        }
        _ => return Err(unexpected()),
    }
    client.close()
}

fn query(args: &Args) -> Result<Query> {
    let mut filters = Filters::default();
    let wrong = |error: talkoot_protocol::view::Error| {
        use talkoot_protocol::view::Error as Wrong;
        let cause = match &error {
            Wrong::Filter { source, .. } => format!(": {}", in_words(source.what)),
            _ => String::new(),
        };
        let codes = match &error {
            Wrong::UnknownValue { facet: Facet::Theme, .. } => Some("support_need"),
            Wrong::UnknownValue { facet: Facet::County | Facet::Municipality, .. } => Some("area"),
            Wrong::UnknownValue { facet: Facet::Valence, .. } => Some("valence"),
            Wrong::UnknownValue { facet: Facet::Kind, .. } => Some("kind"),
            _ => None,
        };
        let codes =
            codes.map(|field| format!("Values are codes: talkoot report codes {field}\n  ")).unwrap_or_default();
        Error::refused(format!("{error}{cause}"))
            .hint(format!("{codes}For example: --where theme=2,5 --where county=12"))
    };
    args.filters.iter().try_for_each(|text| filters.allow_text(text)).map_err(wrong)?;
    Ok(Query { rows: args.rows, columns: args.columns, filters })
}

fn print_view(view: &MergedView, names: &Names) -> Result<()> {
    let lines = if view.columns.is_empty() { one_way(view, names) } else { two_way(view, names) };
    let (headers, rows) = lines;
    output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows)?;
    let facets = [Some(view.query.rows), view.query.columns];
    output::line("")?;
    output::line(&rule_in_words(&view.rules))?;
    if view.query.tells_organisations_apart() {
        output::line(
            "Each count here may be of one organisation alone: ask it before you show this outside the network.",
        )?;
    }
    if facets.into_iter().flatten().any(names::is_area) {
        output::line(talkoot_protocol::report::area::table::ATTRIBUTION)?;
    }
    Ok(())
}

/// A table: headers and rows.
type Lines = (Vec<String>, Vec<Vec<String>>);

/// One facet: each count of a cell in a column of its own.
fn one_way(view: &MergedView, names: &Names) -> Lines {
    let language = names.language;
    let heads = [Word::Reports, Word::Organisations, Word::Authors].map(|word| word.say(language).to_owned());
    let headers = std::iter::once(names.facet(view.query.rows)).chain(heads).collect();
    let cells = |cell: &Cell| [cell.reports, cell.organisations, cell.authors].map(|count| number(count, language));
    let line = |label: String, cell: &Cell| std::iter::once(label).chain(cells(cell)).collect();
    let mut rows: Vec<Vec<String>> = view
        .rows
        .iter()
        .zip(&view.row_totals)
        .map(|(key, cell)| line(names.value(view.query.rows, key), cell))
        .collect();
    rows.push(line(Word::Total.say(language).to_owned(), &view.total));
    (headers, rows)
}

/// Two facets: the number of reports in each cell, margins at the end.
fn two_way(view: &MergedView, names: &Names) -> Lines {
    let language = names.language;
    let total = || Word::Total.say(language).to_owned();
    let facet = view.query.columns.unwrap_or(view.query.rows);
    let labels = view.columns.iter().map(|key| names.value(facet, key));
    let headers = std::iter::once(names.facet(view.query.rows)).chain(labels).chain([total()]).collect();
    let line = |label: String, cells: &[Cell], margin: &Cell| {
        let numbers = cells.iter().chain([margin]).map(|cell| number(cell.reports, language));
        std::iter::once(label).chain(numbers).collect::<Vec<_>>()
    };
    let body = view.rows.iter().zip(&view.cells).zip(&view.row_totals);
    let mut rows: Vec<_> =
        body.map(|((key, cells), margin)| line(names.value(view.query.rows, key), cells, margin)).collect();
    rows.push(line(total(), &view.column_totals, &view.total));
    (headers, rows)
}

/// Returns a count as it is shown: zero as a point, so that what is there stands out.
fn number(count: Count, language: Language) -> String {
    match count {
        Count::Few => Word::Few.say(language).to_owned(),
        Count::Shown(0) => ".".to_owned(),
        Count::Shown(count) => count.to_string(),
    }
}

/// Returns a count of what is enough to be named; a hidden one is not small, it would tell others.
fn at_least(count: Count, language: Language) -> String {
    match count {
        Count::Few => Word::Enough.say(language).to_owned(),
        shown => number(shown, language),
    }
}

fn rule_in_words(rules: &Applied) -> String {
    let Applied { reports_min, organisations_min, authors_min } = rules;
    let organisations = output::count(u64::from(*organisations_min), "organisation", "organisations");
    format!(
        "Shown are counts of at least {reports_min} reports by {authors_min} authors from {organisations}; \
         smaller ones, and what would give them away, are \"few\"."
    )
}

fn print_together(cells: &[Together], names: &Names) -> Result<()> {
    if cells.is_empty() {
        return output::line("Nothing yet that several organisations see together and none sees alone.");
    }
    let language = names.language;
    let headers = [
        names.facet(Facet::Theme),
        Word::Place.say(language).to_owned(),
        Word::Reports.say(language).to_owned(),
        Word::Authors.say(language).to_owned(),
        Word::Organisations.say(language).to_owned(),
    ];
    let row = |cell: &Together| {
        let who: Vec<_> =
            cell.organisations.iter().map(|knower| names.organisations.name(&knower.organisation, language)).collect();
        vec![
            names.value(Facet::Theme, &cell.theme),
            names.value(cell.facet, &cell.area),
            at_least(cell.counts.reports, language),
            at_least(cell.counts.authors, language),
            who.join(", "),
        ]
    };
    output::table(&headers.each_ref().map(String::as_str), &cells.iter().map(row).collect::<Vec<_>>())?;
    output::line("")?;
    output::line("No organisation alone has enough reports of these; together they do.")?;
    let is_hidden = |cell: &Together| [cell.counts.reports, cell.counts.authors].contains(&Count::Few);
    if cells.iter().any(is_hidden) {
        let enough = Word::Enough.say(language);
        output::line(&format!("Where \"{enough}\" stands, the number is hidden: it would give others away."))?;
    }
    output::line(talkoot_protocol::report::area::table::ATTRIBUTION)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_has_labels_margins_and_few() {
        let few = json!({"reports": "few", "organisations": "few", "authors": "few"});
        let cell = |reports: u64| json!({"reports": reports, "organisations": 2, "authors": 3});
        let view: MergedView = serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": "county", "filters": {}},
            "rules": {"reports_min": 3, "organisations_min": 2, "authors_min": 3},
            "rows": ["2", "none"], "columns": ["12", "fi"],
            "cells": [[cell(7), few], [cell(0), cell(4)]],
            "row_totals": [cell(8), cell(4)], "column_totals": [cell(7), cell(5)], "total": cell(12),
        }))
        .unwrap();
        let names = Names { organisations: Organisations::default(), language: Language::Fi };
        let (headers, rows) = two_way(&view, &names);
        assert_eq!(headers, ["Tuen tarve", "Etelä-Savon hyvinvointialue", "Koko maa", "Yhteensä"]);
        assert_eq!(rows[0], ["Asuminen", "7", "muutama", "8"]);
        assert_eq!(rows[1], ["Ei kerrottu", ".", "4", "4"]);
        assert_eq!(rows[2], ["Yhteensä", "7", "5", "12"]);
        assert_eq!(one_way(&view, &names).1[0], ["Asuminen", "8", "2", "3"]);
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        let args = |filter: &str| Args {
            rows: Facet::Theme,
            columns: None,
            filters: vec![filter.to_owned()],
            language: Language::En,
            together: false,
            output: None,
            force: false,
        };
        assert!(query(&args("theme=2,5")).is_ok());
        for bad in ["theme", "colour=red", "theme=12", "county=Mikkeli"] {
            assert!(query(&args(bad)).is_err(), "{bad}");
        }
    }
}
