//! `talkoot path view`: many paths as one picture. The node counts and hides small counts; this only prints.

use std::path::PathBuf;

use serde_json::json;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::service_path::{By, FACETS_MAX, Facet, Of, PathView, Query};

use super::names::Names;
use super::{file, tables};
use crate::client::{Client, unexpected};
use crate::commands::export::refuse_existing;
use crate::error::{Error, Result};
use crate::global::{Global, in_words, typed};
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot path view --by flow --language fi
  talkoot path view --by gap --period 2026-H1
  talkoot path view --by overlap --of both --county 12
  talkoot path view --by left-without --across theme --output left.xlsx

What is counted: flow (from one service to the next, and to the outcome), overlap (two services side by side, with and without a goal in \
common), gap (turned away, waited three months or more, referred on to nothing), left-without (the first service of those who got \
none), whole (the whole sequence). Every number is one of paths, however often something occurs in one. --by gap tells counties apart \
unless another facet is named.

Facets for --across and --where: county, municipality, half_year, theme, group, age, outcome; a question names two at most.

Numbers are rounded to multiples of five, each by itself, so parts need not add up. What rests on too few paths, organisations or \
workers is left out or \"few\"; a whole path is shown from five paths by five workers on.

With --json: {\"view\", \"nodes\", \"links\"}; nodes and links of flows are in the shape in which a page draws them, {\"id\", \"outcome\", \
\"label\"} and {\"source\", \"target\", \"paths\"}.";

/// What to count.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// What to count: flow, overlap, gap, left-without or whole.
    #[arg(long, default_value = "flow", value_name = "COUNT", value_parser = typed::<By>)]
    by: By,
    /// By what steps are told apart: service, actor or both.
    #[arg(long, default_value = "service", value_name = "WAY", value_parser = typed::<Of>)]
    of: Of,
    /// The facet whose values stand side by side.
    #[arg(long, value_name = "FACET", value_parser = typed::<Facet>)]
    across: Option<Facet>,
    /// Only in this county, by its code.
    #[arg(long, value_name = "CODE")]
    county: Option<String>,
    /// Only in this half-year: 2026-H1.
    #[arg(long, value_name = "HALF-YEAR")]
    period: Option<String>,
    /// Only paths with this value; may be given twice.
    #[arg(long = "where", value_name = "FACET=VALUE")]
    filters: Vec<String>,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
    /// Write the counts into this file; its name ends with .csv, .xlsx or .parquet.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over an existing file.
    #[arg(long, requires = "output")]
    force: bool,
}

/// Prints a view.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let query = query(args)?;
    if let Some(path) = &args.output {
        file::Format::of(path)?;
        refuse_existing(path, args.force)?;
    }
    let names = Names::new(global, args.language)?;
    let mut client = Client::open(&global.dir)?;
    let Response::PathView(view) = client.ask(Request::PathView { query })? else { return Err(unexpected()) };
    client.close()?;
    match &args.output {
        Some(path) => {
            let rows = file::write(&view, &names, path, args.force)?;
            if global.json {
                output::json(&json!({"file": path, "rows": rows}))
            } else {
                output::say(&format!("{} written.", output::count(rows, "row", "rows")));
                Ok(())
            }
        }
        None if global.json => output::json(&drawn(&view)),
        None => tables::print(&view, &names),
    }
}

/// Returns the view with what a page draws of it.
fn drawn(view: &PathView) -> serde_json::Value {
    let (nodes, links) = view.drawing().map(|drawing| (drawing.nodes, drawing.links)).unwrap_or_default();
    json!({"view": view, "nodes": nodes, "links": links})
}

fn query(args: &Args) -> Result<Query> {
    let mut query = Query { of: args.of, across: args.across, ..Query::of_all(args.by) };
    let given = [(Facet::County, &args.county), (Facet::HalfYear, &args.period)];
    for (facet, value) in given {
        query.filters.extend(value.clone().map(|value| (facet, value)));
    }
    for filter in &args.filters {
        let wrong = |why: String| {
            Error::refused(format!("{filter:?} is no filter: {why}"))
                .hint("For example: --where theme=2 --where county=12")
        };
        let (facet, value) = filter.split_once('=').ok_or_else(|| wrong("it has no =".to_owned()))?;
        let facet = facet.trim().parse().map_err(|error: talkoot_protocol::Malformed| wrong(in_words(error.what)))?;
        if query.filters.insert(facet, value.trim().to_owned()).is_some() {
            return Err(wrong(format!("{facet} is held to a value already")));
        }
    }
    if args.by == By::Gap && args.across.is_none() && !query.filters.contains_key(&Facet::County) {
        let narrow = query.filters.contains_key(&Facet::Municipality) || query.filters.len() >= FACETS_MAX;
        query.across = (!narrow).then_some(Facet::County);
    }
    query.checked().map_err(|error| {
        Error::refused(error.to_string()).hint(
            "See 'talkoot path view --help'; codes are listed by 'talkoot report codes' and 'talkoot path codes'.",
        )
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn asked(words: &[&str]) -> Result<Query> {
        query(&Line::try_parse_from([&["x"], words].concat()).unwrap().args)
    }

    #[test]
    fn gaps_are_told_apart_by_county_unless_something_else_is_asked() {
        assert_eq!(asked(&["--by", "gap"]).unwrap().across, Some(Facet::County));
        assert_eq!(asked(&["--by", "gap", "--county", "12"]).unwrap().across, None);
        assert_eq!(asked(&["--by", "gap", "--across", "theme"]).unwrap().across, Some(Facet::Theme));
        assert_eq!(asked(&["--by", "gap", "--period", "2026-H1", "--where", "theme=2"]).unwrap().across, None);
        assert_eq!(asked(&["--by", "left-without"]).unwrap().across, None);
    }

    #[test]
    fn a_filter_that_is_none_is_refused() {
        assert!(asked(&["--county", "12", "--period", "2026-H1"]).is_ok());
        for bad in ["theme", "colour=red", "theme=12", "county=12"] {
            assert!(asked(&["--county", "12", "--where", bad]).is_err(), "{bad}");
        }
        assert!(asked(&["--county", "12", "--period", "2026-H1", "--across", "theme"]).is_err());
    }
}
