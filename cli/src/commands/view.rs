//! `talkoot view`: many reports as one picture. The node counts and hides small counts; this only prints.

mod file;
mod names;
mod tables;

use std::path::PathBuf;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{FACETS_MAX, Facet, Filters, Query, Together};

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
  talkoot view --rows municipality --columns half_year --where theme=2,5
  talkoot view --rows theme --columns half_year --output themes.xlsx
  talkoot view --together

Facets: theme, county, municipality, half_year, organisation_kind, organisation, valence, kind, group, client. A report counts once in \
each of its themes, places and groups, and once in a total. A question may name three facets at most, in rows, columns and --where \
together. --where on a facet that is not shown gives a table for each of its values.

Numbers are rounded to multiples of five, each by itself, so parts need not add up to their total. \"few\" stands where there are not \
enough reports, organisations or authors to show a number, perhaps none; lines without a number are left out. Columns of half-years \
end with a trend where three of them have a number.

With --output the same numbers, one in each row, as CSV, XLSX, JSON or Parquet: level (cell, row_total, column_total, total), each facet \
with key and name, reports, status (shown, or few: then there is no number), and the rules that were applied.

With --json the tables as one object: {\"query\", \"basis\", \"rows\", \"columns\", \"slices\"}; with --together one line for each finding: \
{\"theme\", \"facet\", \"area\", \"organisations\", \"reports\"}.";

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
    /// Show only these values, or a table for each of them; may be given several times.
    #[arg(long = "where", value_name = "FACET=VALUE,…")]
    filters: Vec<String>,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
    /// What several organisations see together and none sees alone.
    #[arg(long, conflicts_with_all = ["rows", "columns", "filters", "own"])]
    together: bool,
    /// Write the counts into this file; its name ends with .csv, .xlsx, .json or .parquet.
    #[arg(long, value_name = "FILE", conflicts_with = "together")]
    output: Option<PathBuf>,
    /// Write over an existing file.
    #[arg(long, requires = "output")]
    force: bool,
    /// Exact counts of your own organisation's reports. Not for publishing.
    #[arg(long)]
    own: bool,
}

/// Prints a view.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let request = if args.together { Request::Together } else { Request::View { query: query(&args)?, own: args.own } };
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
            tables::print(view, &names)?;
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
    let query = Query { rows: args.rows, columns: args.columns, filters };
    if query.facets().len() > FACETS_MAX {
        let keys: Vec<_> = query.facets().iter().map(|facet| facet.key()).collect();
        return Err(Error::refused(format!(
            "a question names {FACETS_MAX} facets at most, this one {}",
            keys.join(", ")
        ))
        .hint("Leave one out of --rows, --columns and --where: numbers of narrower cells would point at someone"));
    }
    Ok(query)
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
        Word::Organisations.say(language).to_owned(),
    ];
    let row = |cell: &Together| {
        let who: Vec<_> =
            cell.organisations.iter().map(|knower| names.organisations.name(&knower.organisation, language)).collect();
        vec![
            names.value(Facet::Theme, &cell.theme),
            names.value(cell.facet, &cell.area),
            cell.reports.to_string(),
            who.join(", "),
        ]
    };
    output::table(&headers.each_ref().map(String::as_str), &cells.iter().map(row).collect::<Vec<_>>())?;
    output::line("")?;
    output::line("No organisation alone has enough reports of these; together they do. Numbers are rounded.")?;
    output::line(talkoot_protocol::report::area::table::ATTRIBUTION)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            own: false,
        };
        assert!(query(&args("theme=2,5")).is_ok());
        let four = Args { columns: Some(Facet::County), ..args("valence=negative") };
        assert!(query(&four).is_ok());
        let filters = vec!["valence=negative".to_owned(), "half_year=2026-H1".to_owned()];
        assert!(query(&Args { filters, ..four }).is_err());
        for bad in ["theme", "colour=red", "theme=12", "county=Mikkeli"] {
            assert!(query(&args(bad)).is_err(), "{bad}");
        }
    }
}
