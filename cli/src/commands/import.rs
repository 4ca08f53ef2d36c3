//! `talkoot import`: many reports from one file. Each row is read, checked, scanned, signed and stored by itself; a bad row keeps
//! none of the others back, unless that is asked for.
//!
//! [`records`] cuts the file, [`workbook`] unpacks one, [`source`] reads a record as a report, by its [`columns`] or with a [`mapping`] if the columns are
//! those of a form tool; [`forms`] are what rows are judged by; [`batch`] signs, [`sending`] sends, [`journal`] remembers, [`tally`] counts and reports, [`place`] names cells. One
//! batch is in memory at a time, and the one sheet of a workbook.

mod batch;
mod columns;
mod forms;
mod journal;
mod mapping;
mod place;
mod records;
pub(crate) mod sending;
mod source;
mod tally;
mod workbook;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::client::Client;
use crate::commands::report::pen::{self, Pen};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

use batch::{Batches, Ids, Importer};
use forms::Forms;
use mapping::Mapping;
use sending::{GOES_ON, Sender, beside};
use source::{Asked, Source};
use tally::Tally;

pub(crate) use columns::EXPORT_COLUMNS;
pub(crate) use journal::RowHash;
pub(crate) use records::{Format, Records, detect_delimiter};
pub(crate) use source::cells;

const EXAMPLE: &str = "Example:
  talkoot import reports.csv --dry-run
  talkoot import reports.csv --worker anna --scope region:12
  talkoot import webropol.xlsx --suggest-mapping > form.toml
  talkoot import webropol.xlsx --mapping form.toml --dry-run

A CSV file has a header row with the columns that 'talkoot export' writes (title, kind, support_need, proposal_1_text, …), divided by \
commas, semicolons or tabs, in UTF-8. A workbook (XLSX) has such a sheet. In a JSONL file each line is one report as 'talkoot report new \
--file' takes it.

A table of a form tool (Webropol, Forms, Kobo, ODK) needs a mapping once for each form: which column says what, and what answers mean. \
--suggest-mapping proposes one to read and mend. Answers to your own form's questions go to columns named local.…, and are judged as \
'report new' does; official codes are held to the lists that 'talkoot form codes import' loaded. With a mapping nothing is stored while any row is bad, unless --good-rows is given.

Each row is signed anew, so importing a file twice would store every report twice. The journal (FILE.imported, or MAPPING.imported, \
unless --journal says otherwise) remembers which rows are stored: a repeated or interrupted import, or one of a file with more answers, \
goes on where it stopped. Keep it.

With --json one object: {\"rows\", \"stored\", \"already\", \"noted_rows\", \"refused_rows\", \"refused\": [{\"line\", \"field\", \"problem\", \
\"cell\", \"column\"}], \"seconds\"}; \"refused\" names at most 10000 problems, those of a workbook or with a mapping with their cell. Exit code \
1 if any row was refused.";

/// What to import.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The file.
    file: PathBuf,
    /// What it is written in, if its name does not tell.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// Which column says what, and what answers mean: a TOML or JSON file.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Write a mapping for this file to standard output, to be read and mended; nothing is imported.
    #[arg(long, conflicts_with = "mapping")]
    suggest_mapping: bool,
    /// The sheet of a workbook. [default: the first one that is shown]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row that names the columns, if it is not found by itself.
    #[arg(long, value_name = "N")]
    header_row: Option<u64>,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// The form that the rows are answers to, with questions of its own (local.…). Rows that name another form keep it.
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// Store nothing if any row is bad; every row is checked before anything is signed.
    #[arg(long)]
    all_or_nothing: bool,
    /// With a mapping: store the good rows even if others are bad.
    #[arg(long, requires = "mapping", conflicts_with = "all_or_nothing")]
    good_rows: bool,
    /// What seems to be an identifier or a wrong code is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
    /// Check every row and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where to remember which rows are stored. [default: FILE.imported, or MAPPING.imported]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// What a file of reports is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FileFormat {
    /// Comma-separated values, one report in each row.
    Csv,
    /// JSON Lines, one report in each line.
    Jsonl,
    /// A workbook, one report in each row of a sheet.
    Xlsx,
}

/// Imports a file.
pub(crate) fn run(global: &Global, args: Args) -> Result<ExitCode> {
    let mapping = args.mapping.as_deref().map(Mapping::read).transpose()?;
    let asked = Asked { format: args.format, sheet: args.sheet.clone(), header_row: args.header_row, mapping };
    if args.suggest_mapping {
        output::line(source::suggest(&args.file, &asked)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let source = Source::open(&args.file, asked)?;
    source.introduce();
    let mut forms = Forms::open(global, args.form.as_deref())?;
    require_known(&source, &forms)?;
    let mut tally = Tally::start(global.json);
    let whole = args.all_or_nothing || (source.is_mapped() && !args.good_rows);
    if args.dry_run || whole {
        check_all(&source, &mut forms, args.confirm, &mut tally)?;
        if args.dry_run {
            return tally.finish("would be stored", " This was a dry run: nothing was stored.");
        }
        if tally.has_refused() {
            tally.none_stored();
            return tally.finish("stored", why_nothing(&args));
        }
        tally = Tally::start(global.json);
    }
    let mut importer = prepare(global, &args, forms)?;
    let result = store_all(&mut importer, &source, &mut tally);
    // What was done is told even if it ended early.
    let code = tally.finish("stored", "")?;
    result?;
    importer.sender.client.close()?;
    Ok(code)
}

/// Refuses a mapping with questions that the form asked for does not have, and says which official lists are missing.
fn require_known(source: &Source, forms: &Forms<'_>) -> Result<()> {
    if let Some((question, form)) = forms.lacks(source.questions()) {
        let own: Vec<_> = form.questions.iter().map(|question| question.id.as_str()).collect();
        return Err(Error::refused(format!("the form {} has no question {question:?}", form.form.0))
            .hint(format!("Nothing was imported. Its questions: {}.", own.join(", "))));
    }
    for system in source.systems().filter(|system| !forms.has_codes(system)) {
        output::say(&format!(
            "Note: no list of {system} is loaded here, so its codes are kept as they are. Load it with: talkoot form codes import"
        ));
    }
    Ok(())
}

fn why_nothing(args: &Args) -> &'static str {
    if args.all_or_nothing {
        " Nothing was signed, since --all-or-nothing was asked for."
    } else {
        " Nothing was signed: mend the rows in a copy of the file or in the mapping, or add --good-rows."
    }
}

/// Reads every row, see [`read_table`](crate::read_table).
pub(crate) fn read_table(path: &Path) -> Result<(u64, Vec<crate::TableRow>)> {
    let source = Source::open(path, Asked::default())?;
    let (mut records, mut rows) = (source.records()?, Vec::new());
    while let Some(record) = source.next(&mut records)? {
        let row = source.read(&record).map(|answer| answer.report.map_err(|remarks| remarks.len()));
        rows.extend(row.map(|row| (record.line, row)));
    }
    Ok((source.records, rows))
}

/// Proposes a mapping and reads every row with it, see [`read_form`](crate::read_form).
pub(crate) fn read_form(path: &Path) -> Result<(u64, Vec<crate::TableRow>)> {
    let proposed = source::suggest(path, &Asked::default())?;
    let mapping = Mapping::parse(&proposed, false).map_err(crate::error::Error::refused)?;
    let source = Source::open(path, Asked { mapping: Some(mapping.ignoring_others()), ..Asked::default() })?;
    let (mut records, mut rows) = (source.records()?, Vec::new());
    while let Some(record) = source.next(&mut records)? {
        let row = source.read(&record).map(|answer| answer.report.map_err(|remarks| remarks.len()));
        rows.extend(row.map(|row| (record.line, row)));
    }
    Ok((source.records, rows))
}

/// Checks every row and signs none; counts the good ones as stored.
fn check_all(source: &Source, forms: &mut Forms<'_>, confirmed: bool, tally: &mut Tally) -> Result<()> {
    let (mut batches, mut ids) = (Batches::new(source)?, Ids::default());
    let bar = output::progress(source.records, "checking");
    while let Some(records) = batches.next()? {
        for mut examined in batch::examine_all(source, &records, (forms, None), confirmed)? {
            ids.note(source, &mut examined);
            let line = examined.line;
            match examined.verdict {
                Ok((_, notes)) => {
                    bar.suspend(|| tally.note(line, &notes));
                    tally.stored();
                }
                Err(refusals) => bar.suspend(|| tally.refuse(line, refusals)),
            }
        }
        bar.inc(records.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Reaches the node, opens the key and the journal.
fn prepare<'a>(global: &'a Global, args: &Args, forms: Forms<'a>) -> Result<Importer<'a>> {
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let scope = pen::scope(&args.scope, &identity)?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let path = args.journal.clone().unwrap_or_else(|| beside(args.mapping.as_ref().unwrap_or(&args.file)));
    let sender = Sender::open(client, &path)?;
    let (confirmed, ids) = (args.confirm, Ids::default());
    Ok(Importer { sender, identity, scope, pen, confirmed, ids, forms })
}

fn store_all(importer: &mut Importer<'_>, source: &Source, tally: &mut Tally) -> Result<()> {
    let bar = output::progress(source.records, "importing");
    let mut batches = Batches::new(source)?;
    while let Some(records) = batches.next()? {
        importer.import(source, &records, tally, &bar).map_err(|error| error.hint(GOES_ON))?;
        bar.inc(records.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}
