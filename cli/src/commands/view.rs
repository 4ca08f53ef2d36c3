//! `talkoot view`: many reports as one picture. The node counts and hides small counts; this only prints.

mod file;
mod names;
mod parts;
mod preset;
mod question;
mod ranking;
mod saved;
mod tables;
mod together;

use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::view::{Facet, MergedView, Preset, Query, Share, Trend};

use self::names::Names;
use self::question::Question;
use crate::client::{Client, unexpected};
use crate::commands::export::parts::refuse_other;
use crate::commands::export::refuse_existing;
use crate::commands::report::list;
use crate::commands::report::organisations::Organisations;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot view --rows theme --columns county --language fi
  talkoot view --rows municipality --columns half_year --where theme=2,5
  talkoot view --rows theme --columns half_year --output themes.xlsx
  talkoot view --rows theme --output lake --partitioned
  talkoot view --preset met --where county=12
  talkoot view --top phenomena
  talkoot view --where theme=2 --where county=12 --reports
  talkoot view --together
  talkoot view save --title \"Asuminen\" --rows county --where theme=2

Facets: theme, county, municipality, half_year, organisation_kind, organisation, valence, kind, group, client, met (whether services \
met the need), phenomenon (which the report is linked to). A report counts once in each of its themes, places, groups and phenomena, \
and once in a total. A question may name three facets at most, in rows, columns and --where \
together. --where on a facet that is not shown gives a table for each of its values.

Numbers are rounded to multiples of five, each by itself, so parts need not add up to their total. \"few\" stands where there are not \
enough reports, organisations or authors to show a number, perhaps none; lines without a number are left out. Columns of half-years \
end with a trend where three of them have a number.

Presets lay a view out: balance (good beside bad, by valence), voice (what part clients had), met (need beside whether it was met), \
trend (half-years), top (as --top phenomena). --rows says by what, a theme unless given: --preset voice --rows half_year. The first three \
end with a share, computed from the numbers shown. --top ranks the values of a facet by published numbers.

--reports lists the reports behind a cell: those that pass every --where. It shows what 'talkoot report list' shows, and no more.

With --output the same numbers, one in each row, as CSV, XLSX, JSON or Parquet (with --together one finding in each row): level (cell, row_total, column_total, total), each facet \
with key and name, reports, status (shown, or few: then there is no number), and the rules that were applied; with columns of half-years the trend of the \
line, with a preset that has one the share of the row. With --partitioned FILE is a directory, with the counts of --rows for each \
half-year and county: half_year=2026-H1/county=12/part-0.parquet. Parts without a number are left out.

With --json the tables as one object: {\"query\", \"basis\", \"rows\", \"columns\", \"slices\"}; with columns of half-years also \
\"trends\", one list for each slice; with a preset that has them also \"preset\" and \"shares\" likewise. With --top {\"query\", \"basis\", \
\"ranked\"}; with --reports one line for each report, as 'talkoot report list' gives it; with --together one line for each finding: \
{\"theme\", \"facet\", \"area\", \"organisations\", \"reports\"}.";

/// What to count.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    saved: Option<saved::Action>,
    #[command(flatten)]
    question: Question,
    /// Lay the view out in a way that is often asked for.
    #[arg(long, value_name = "NAME", value_parser = preset::parser(), conflicts_with = "columns")]
    preset: Option<Preset>,
    /// Rank the values of a facet by their number of reports: phenomena, theme, municipality and so on.
    #[arg(long, value_name = "FACET", value_parser = ranking::facet, conflicts_with_all = ["rows", "columns", "preset"])]
    top: Option<Facet>,
    /// List the reports behind a cell: those that pass every --where.
    #[arg(long, conflicts_with_all = ["output", "together", "top", "preset"])]
    reports: bool,
    /// With --top or --reports: at most so many lines.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
    /// With --reports: skip so many.
    #[arg(long, default_value_t = 0, value_name = "NUMBER", requires = "reports")]
    skip: usize,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
    /// What several organisations see together and none sees alone.
    #[arg(long, conflicts_with_all = ["rows", "columns", "filters", "own", "preset", "top"])]
    together: bool,
    /// Write the counts into this file; its name ends with .csv, .xlsx, .json or .parquet.
    #[arg(long, value_name = "FILE", conflicts_with = "top")]
    output: Option<PathBuf>,
    /// With --output: Parquet as a directory with a part for each half-year and county.
    #[arg(long, requires = "output", conflicts_with_all = ["columns", "preset", "reports", "together", "own"])]
    partitioned: bool,
    /// Write over an existing file.
    #[arg(long, requires = "output")]
    force: bool,
    /// Exact counts of your own organisation's reports. Not for publishing. With --reports: only those.
    #[arg(long)]
    own: bool,
}

/// A view with what follows from its numbers, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    view: &'a MergedView,
    #[serde(skip_serializing_if = "Option::is_none")]
    trends: Option<Vec<Vec<Trend>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shares: Option<Vec<Vec<Option<Share>>>>,
}

/// Prints a view, or does something with saved ones.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    if let Some(action) = args.saved {
        return saved::run(global, action);
    }
    if let Some(path) = &args.output {
        if args.partitioned {
            refuse_other(path, args.force)?;
        } else {
            file::Format::of(path)?;
            refuse_existing(path, args.force)?;
        }
    }
    let mut client = Client::open(&global.dir)?;
    if args.together {
        together::run(global, &mut client, &args)?;
    } else if args.reports {
        behind(global, &mut client, &args)?;
    } else if let (true, Some(path)) = (args.partitioned, &args.output) {
        in_parts(global, &mut client, &args, path)?;
    } else {
        numbers(global, &mut client, &args)?;
    }
    client.close()
}

/// Asks for published numbers, or for one's own, and prints them or writes them into a file.
fn numbers(global: &Global, client: &mut Client<'_>, args: &Args) -> Result<()> {
    let top =
        args.top.or((args.preset == Some(Preset::Top)).then_some(args.question.rows.unwrap_or(Facet::Phenomenon)));
    let query = match top {
        None => args.question.query(client, args.preset)?,
        // A ranking says itself what rows and columns are.
        Some(facet) => {
            ranking::query(Query { filters: args.question.filters(client)?, ..Query::one_way(facet) }, facet)?
        }
    };
    let Response::View(view) = client.ask(Request::View { query, own: args.own })? else { return Err(unexpected()) };
    if let (true, None, None) = (global.json, &args.output, top) {
        return output::json(&answer(&view, args.preset));
    }
    let names = Names::ask(client, &view.query.facets(), args.language)?;
    match (&args.output, top) {
        (Some(path), _) => {
            let rows = file::write(&view, &names, args.preset, path, args.force)?;
            written(global, path, rows)
        }
        (None, Some(_)) => ranking::print(global, client, &view, &names, args.limit),
        (None, None) => tables::print(&view, &names, args.preset),
    }
}

/// Writes published numbers into a directory of parts.
fn in_parts(global: &Global, client: &mut Client<'_>, args: &Args, path: &Path) -> Result<()> {
    let rows = args.question.rows.unwrap_or(Facet::Theme);
    let counts = parts::Counts::new(rows, args.question.filters(client)?)?;
    let names = Names::ask(client, &[rows], args.language)?;
    let rows = counts.write(client, &names, path, args.force)?;
    written(global, path, rows)
}

/// Says what was written into a file.
fn written(global: &Global, path: &Path, rows: u64) -> Result<()> {
    if global.json {
        return output::json(&serde_json::json!({"file": path, "rows": rows}));
    }
    output::say(&format!("{} written.", output::count(rows, "row", "rows")));
    Ok(())
}

fn answer(view: &MergedView, preset: Option<Preset>) -> Answer<'_> {
    let trends = view.slices.iter().map(|slice| view.trends(slice));
    let shares = preset
        .and_then(|preset| view.slices.iter().map(|slice| preset.shares(view, slice)).collect::<Option<Vec<_>>>());
    Answer {
        view,
        trends: (view.query.columns == Some(Facet::HalfYear)).then(|| trends.collect()),
        preset: preset.map(Preset::key),
        shares,
    }
}

/// Lists the reports behind a cell.
fn behind(global: &Global, client: &mut Client<'_>, args: &Args) -> Result<()> {
    let filters = args.question.filters(client)?;
    let organisations = Organisations::ask(client)?;
    let organisation = if args.own { Some(client.identity()?.organisation) } else { None };
    let request = Request::ViewReports { filters, organisation, skip: args.skip, limit: args.limit };
    let Response::Reports { reports, total } = client.ask(request)? else { return Err(unexpected()) };
    list::print(global, &reports, total, &organisations, args.language)?;
    output::say("This is what your node may read, exactly; published numbers are rounded. NOT FOR PUBLISHING.");
    Ok(())
}
