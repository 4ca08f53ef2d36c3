//! `talkoot import`: many reports from one file. Each row is read, checked, scanned, signed and stored by itself; a bad row keeps
//! none of the others back, unless that is asked for.
//!
//! [`records`] cuts the file, [`source`] reads a record as a report, [`batch`] signs and sends, [`journal`] remembers, [`tally`]
//! counts and reports. One batch is in memory at a time.

mod batch;
mod journal;
mod records;
mod source;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::client::Client;
use crate::commands::report::pen::{self, Pen};
use crate::error::Result;
use crate::global::Global;
use crate::output;

use batch::{Batches, Importer};
use journal::Journal;
use source::Source;
use tally::Tally;

pub(crate) use batch::on_all_cores;
pub(crate) use source::EXPORT_COLUMNS;

const EXAMPLE: &str = "Example:
  talkoot import reports.csv --dry-run
  talkoot import reports.csv --worker anna --scope region:12

A CSV file has a header row with the columns that 'talkoot export' writes (title, kind, support_need, proposal_1_text, …), divided by \
commas, semicolons or tabs, in UTF-8. In a JSONL file each line is one report as 'talkoot report new --file' takes it.

Each row is signed anew, so importing a file twice would store every report twice. The journal (FILE.imported, unless --journal says \
otherwise) remembers which rows are stored: a repeated or interrupted import goes on where it stopped. Keep it beside the file.

With --json one object: {\"rows\", \"stored\", \"already\", \"noted_rows\", \"refused_rows\", \"refused\": [{\"line\", \"field\", \"problem\"}], \"seconds\"}; \
\"refused\" names at most 10000 problems. Exit code 1 if any row was refused.";

/// What to import.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The file.
    file: PathBuf,
    /// What it is written in, if its name does not tell.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FileFormat>,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// Store nothing if any row is bad; every row is checked before anything is signed.
    #[arg(long)]
    all_or_nothing: bool,
    /// What seems to be an identifier or a wrong code is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
    /// Check every row and store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where to remember which rows are stored. [default: FILE.imported]
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
}

/// Imports a file.
pub(crate) fn run(global: &Global, args: Args) -> Result<ExitCode> {
    let source = Source::open(&args.file, args.format)?;
    source.introduce();
    let mut tally = Tally::start(global.json);
    if args.dry_run || args.all_or_nothing {
        check_all(&source, args.confirm, &mut tally)?;
        if args.dry_run {
            return tally.finish("would be stored", " This was a dry run: nothing was stored.");
        }
        if tally.has_refused() {
            tally.none_stored();
            return tally.finish("stored", " Nothing was signed, since --all-or-nothing was asked for.");
        }
        tally = Tally::start(global.json);
    }
    let mut importer = prepare(global, &args)?;
    let result = store_all(&mut importer, &source, &mut tally);
    // What was done is told even if it ended early.
    let code = tally.finish("stored", "")?;
    result?;
    importer.client.close()?;
    Ok(code)
}

/// Reads every row, see [`read_table`](crate::read_table).
pub(crate) fn read_table(path: &Path) -> Result<(u64, Vec<crate::TableRow>)> {
    let source = Source::open(path, None)?;
    let (mut records, mut rows) = (source.records()?, Vec::new());
    while let Some(record) = source.next(&mut records)? {
        rows.extend(source.read(&record).map(|row| (record.line, row.map_err(|remarks| remarks.len()))));
    }
    Ok((source.records, rows))
}

/// Checks every row and signs none; counts the good ones as stored.
fn check_all(source: &Source, confirmed: bool, tally: &mut Tally) -> Result<()> {
    let mut batches = Batches::new(source)?;
    let bar = output::progress(source.records, "checking");
    while let Some(records) = batches.next()? {
        for (line, row) in batch::examine_all(source, &records, confirmed) {
            match row {
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
fn prepare<'a>(global: &'a Global, args: &Args) -> Result<Importer<'a>> {
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let scope = pen::scope(&args.scope, &identity)?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let path = args.journal.clone().unwrap_or_else(|| beside(&args.file));
    let mut importer =
        Importer { client, identity, scope, pen, journal: Journal::open(&path)?, confirmed: args.confirm };
    importer.settle_interrupted()?;
    Ok(importer)
}

fn store_all(importer: &mut Importer<'_>, source: &Source, tally: &mut Tally) -> Result<()> {
    let bar = output::progress(source.records, "importing");
    let mut batches = Batches::new(source)?;
    while let Some(records) = batches.next()? {
        importer.import(source, &records, tally, &bar).map_err(|error| {
            error.hint("What is stored stays stored, and the journal knows it: run the same import again to go on.")
        })?;
        bar.inc(records.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Returns the journal's usual place.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".imported");
    PathBuf::from(name)
}
