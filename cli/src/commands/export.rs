//! `talkoot export`: all reports in one file. The file appears whole or not at all: it is written beside its place, made durable,
//! and then given its name.
//!
//! [`pages`] goes through the reports; [`csv`] writes them as a table; [`rows`] makes typed rows of them for workbooks and Parquet,
//! which [`parts`] lays out as a directory.

mod csv;
mod pages;
pub(crate) mod parts;
mod rows;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_protocol::api;
use talkoot_protocol::document::{self, EXPORT_ITEMS_MAX, Fields};
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::report::codes::Language;

use self::csv::Look;
use self::pages::Pages;
use crate::client::Client;
use crate::commands::report::organisations::Organisations;
use crate::commands::table::workbook::Book;
use crate::commands::table::{Cell, Column, Holds, parquet};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot export reports.csv
  talkoot export for-reading.xlsx --language fi
  talkoot export for-reading.csv --language fi --delimiter ';'
  talkoot export lake --partitioned

CSV has one row for each report, in UTF-8, with codes, and can be imported again; where several people wrote at the same time it has \
one of the values. With --language it has names instead of codes, for reading only. Spreadsheets in Finnish and Swedish expect \
--delimiter ';'. XLSX has the same columns as CSV, at most 100000 reports, and can be imported again. JSONL has one report in each line, \
with every value. Parquet has the same columns, with lists as lists; with --partitioned FILE is a directory with a part for each \
half-year and county: half_year=2026-H1/county=12/part-0.parquet. There each report is in one part only: county is \"several\" for one \
about several, \"fi\" for the whole country, \"none\" if it does not say. An automerge file holds a map from document id to fields, at most \
10000 reports.

With --json one object: {\"file\", \"format\", \"reports\", \"contested\", \"unreadable\"}.";

/// What to export.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The file to write; - is standard output (for CSV and JSONL).
    file: PathBuf,
    /// What to write, if the file's name does not tell.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Only reports of the organisation whose id begins so.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// CSV for reading: names of codes and columns in fi, sv or en.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// What stands between the cells of CSV.
    #[arg(long, default_value_t = ',', value_name = "CHARACTER")]
    delimiter: char,
    /// Parquet as a directory with a part for each half-year and county.
    #[arg(long)]
    partitioned: bool,
    /// Write over an existing file.
    #[arg(long)]
    force: bool,
}

/// What a file of reports is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Comma-separated values, for spreadsheets.
    Csv,
    /// A workbook, for spreadsheets.
    Xlsx,
    /// Parquet, for programs that count.
    Parquet,
    /// JSON Lines, for programs.
    Jsonl,
    /// An automerge document, for programs that merge.
    Automerge,
}

/// What was exported.
#[derive(Debug, Default)]
struct Written {
    /// Reports.
    reports: u64,
    /// Of those, with concurrent values.
    contested: u64,
}

#[derive(Serialize)]
struct Summary<'a> {
    file: &'a Path,
    format: Format,
    reports: u64,
    contested: u64,
    unreadable: u64,
}

/// Exports all reports.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let format =
        if args.partitioned { Ok(Format::Parquet) } else { args.format.map_or_else(|| guess(&args.file), Ok) }?;
    let to_stdout = args.file == Path::new("-");
    refuse_early(&args, format, to_stdout)?;
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find(asked)).transpose()?;
    let look = Look { delimiter: args.delimiter as u8, language: args.language, organisations: &organisations };
    let mut export = Export { client: &mut client, organisation, format, look };
    let (written, unreadable) = if to_stdout {
        let mut out = BufWriter::new(io::stdout().lock());
        let result = export.plain(&mut out).and_then(|done| out.flush().map_err(cannot_write).map(|()| done));
        result?
    } else if args.partitioned {
        parts::into_place(&args.file, args.force, |dir| export.partitioned(dir))?
    } else {
        into_place(&args.file, args.force, |out| export.write(out))?
    };
    if written.contested > 0 && format != Format::Jsonl {
        output::say(&format!(
            "Values written at the same time are in {}; only JSONL holds all of them.",
            output::count(written.contested, "report", "reports")
        ));
    }
    if unreadable > 0 {
        output::say(&format!(
            "Left out, since unreadable: {}; see 'talkoot status'.",
            output::count(unreadable, "report", "reports")
        ));
    }
    let Written { reports, contested } = written;
    match (global.json, to_stdout) {
        (true, false) => output::json(&Summary { file: &args.file, format, reports, contested, unreadable })?,
        _ => output::say(&format!("{} written.", output::count(reports, "report", "reports"))),
    }
    client.close()
}

fn guess(path: &Path) -> Result<Format> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" => Ok(Format::Csv),
        "jsonl" | "ndjson" => Ok(Format::Jsonl),
        "xlsx" => Ok(Format::Xlsx),
        "parquet" => Ok(Format::Parquet),
        "automerge" => Ok(Format::Automerge),
        _ if path == Path::new("-") => Ok(Format::Jsonl),
        _ => Err(Error::refused(format!("{} does not tell what to write", path.display()))
            .hint("Add --format csv, xlsx, parquet, jsonl or automerge.")),
    }
}

fn refuse_early(args: &Args, format: Format, to_stdout: bool) -> Result<()> {
    if !matches!(args.delimiter, ',' | ';' | '\t') {
        return Err(
            Error::refused(format!("{:?} cannot stand between cells", args.delimiter)).hint("Use ',' or ';' or a tab.")
        );
    }
    let wrong = |what: &str, hint: &str| Err(Error::refused(what.to_owned()).hint(hint.to_owned()));
    if args.partitioned && args.format.is_some_and(|format| format != Format::Parquet) {
        return wrong("only Parquet is written in parts", "Leave --format or --partitioned out.");
    }
    if args.language.is_some() && !matches!(format, Format::Csv | Format::Xlsx) {
        return wrong("names instead of codes are for reading: CSV and XLSX have them", "Leave --language out.");
    }
    if to_stdout && !matches!(format, Format::Csv | Format::Jsonl) {
        return wrong("only CSV and JSONL can go to standard output", "Name a file.");
    }
    if args.partitioned {
        return parts::refuse_other(&args.file, args.force);
    }
    if !to_stdout {
        refuse_existing(&args.file, args.force)?;
    }
    Ok(())
}

/// Refuses to write over a file, unless that is asked for.
pub(crate) fn refuse_existing(path: &Path, force: bool) -> Result<()> {
    if !force && path.symlink_metadata().is_ok() {
        return Err(Error::refused(format!("{} exists already", path.display()))
            .hint("Nothing was written. Choose another name, or add --force to write over it."));
    }
    Ok(())
}

/// One export on its way.
struct Export<'a, 'c> {
    client: &'a mut Client<'c>,
    organisation: Option<OrganisationId>,
    format: Format,
    look: Look<'a>,
}

impl<'c> Export<'_, 'c> {
    /// Writes every report; returns also how many could not be read.
    fn write(&mut self, out: &mut (dyn Write + Send)) -> Result<(Written, u64)> {
        match self.format {
            Format::Xlsx => self.workbook(out),
            Format::Parquet => self.parquet(out),
            Format::Automerge => self.automerge(out),
            Format::Csv | Format::Jsonl => self.plain(out),
        }
    }

    /// Writes what needs no more than somewhere to write to.
    fn plain(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        if self.format == Format::Csv { self.csv(out) } else { self.jsonl(out) }
    }

    fn pages(&mut self) -> Pages<'_, Client<'c>> {
        Pages::new(self.client, self.organisation)
    }

    fn jsonl(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        let mut written = Written::default();
        let mut pages = Pages::new(self.client, self.organisation);
        while let Some(page) = pages.next()? {
            for report in page {
                serde_json::to_writer(&mut *out, &report).map_err(|error| cannot_write(error.into()))?;
                out.write_all(b"\n").map_err(cannot_write)?;
                written.count(&report.conflicts);
            }
        }
        Ok((written, pages.unreadable()))
    }

    /// Goes through the reports once for their columns; a table for reading has the same for all.
    fn columns(&mut self) -> Result<csv::Columns> {
        let mut columns = csv::Columns::default();
        if self.look.language.is_none() {
            let mut pages = self.pages();
            while let Some(page) = pages.next()? {
                page.iter().for_each(|report| columns.meet(report));
            }
        }
        Ok(columns)
    }

    /// Goes through the reports a second time, for the rows. One that came between the two times may have a column that is not
    /// there; the next export has it.
    fn each(
        &mut self,
        columns: &csv::Columns,
        mut row: impl FnMut(&api::Report) -> Result<()>,
    ) -> Result<(Written, u64)> {
        let (mut written, any) = (Written::default(), self.look.language.is_some());
        let mut pages = Pages::new(self.client, self.organisation);
        while let Some(page) = pages.next()? {
            for report in page.iter().filter(|report| any || columns.fit(report)) {
                row(report)?;
                written.count(&report.conflicts);
            }
        }
        Ok((written, pages.unreadable()))
    }

    fn csv(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        let columns = self.columns()?;
        let Look { delimiter, language, organisations } = self.look;
        let look = Look { delimiter, language, organisations };
        let mut table = csv::Table::begin(out, &columns, &look).map_err(cannot_write)?;
        let done = self.each(&columns, |report| table.row(report).map_err(cannot_write))?;
        table.end().map_err(cannot_write)?;
        Ok(done)
    }

    fn workbook(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        let (columns, organisations, language) = (self.columns()?, self.look.organisations, self.look.language);
        let all = columns.all();
        let head = match language {
            None => rows::columns(&all),
            Some(language) => csv::names(language).into_iter().map(|name| Column::new(name, Holds::Text)).collect(),
        };
        let mut book = Book::begin("reports", &head)?;
        let done = self.each(&columns, |report| match language {
            None => book.row(&rows::row(report, &all)),
            Some(language) => {
                let cells = csv::in_words(report, organisations, language);
                book.row(&cells.into_iter().map(Cell::text).collect::<Vec<_>>())
            }
        })?;
        book.end(out)?;
        Ok(done)
    }

    fn parquet(&mut self, out: &mut (dyn Write + Send)) -> Result<(Written, u64)> {
        let columns = self.columns()?;
        let all = columns.all();
        let mut file = parquet::File::begin(out, &rows::columns(&all), &[])?;
        let done = self.each(&columns, |report| file.row(rows::row(report, &all)))?;
        file.end()?;
        Ok(done)
    }

    fn partitioned(&mut self, dir: &Path) -> Result<(Written, u64)> {
        let columns = self.columns()?;
        let all = columns.all();
        let mut parts = parts::Parts::begin(dir, rows::columns(&all));
        let done = self.each(&columns, |report| parts.row(rows::part(report), rows::row(report, &all)))?;
        parts.end()?;
        Ok(done)
    }

    fn automerge(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        let mut written = Written::default();
        let mut items: Vec<(DocumentId, Fields)> = Vec::new();
        let mut pages = Pages::new(self.client, self.organisation);
        while let Some(page) = pages.next()? {
            if pages.total() > EXPORT_ITEMS_MAX {
                let message =
                    format!("{} reports are more than one automerge file may hold ({EXPORT_ITEMS_MAX})", pages.total());
                return Err(
                    Error::refused(message).hint("Use --format jsonl, or --organisation ID for a part of them.")
                );
            }
            for report in page {
                written.count(&report.conflicts);
                items.push((report.document, report.fields));
            }
        }
        let bytes = document::export(&items).map_err(|error| match error {
            document::Error::Empty => Error::refused("there are no reports to export"),
            error => Error::failed(error),
        })?;
        out.write_all(&bytes).map_err(cannot_write)?;
        Ok((written, pages.unreadable()))
    }
}

impl Written {
    fn count<T>(&mut self, conflicts: &std::collections::BTreeMap<String, T>) {
        self.reports += 1;
        self.contested += u64::from(!conflicts.is_empty());
    }
}

/// Says that the file could not be written.
pub(crate) fn cannot_write(error: io::Error) -> Error {
    Error::failed(error).context("cannot write the file")
}

/// Writes a file beside its place, makes it durable and moves it there. On any failure nothing is left behind.
pub(crate) fn into_place<T>(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>,
) -> Result<T> {
    let beside = beside(path, "partial")?;
    let result = fill(&beside, write).and_then(|done| {
        refuse_existing(path, force)?;
        fs::rename(&beside, path).map_err(cannot_write)?;
        Ok(done)
    });
    if result.is_err() {
        let _gone = fs::remove_file(&beside);
    }
    let done = result?;
    keep_name(path)?;
    Ok(done)
}

/// Returns a hidden name in the same directory.
fn beside(path: &Path, ending: &str) -> Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| Error::refused(format!("{} is no name for a file", path.display())))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.{ending}", std::process::id()));
    Ok(path.with_file_name(hidden))
}

/// Makes a name durable: it is once its directory is.
fn keep_name(path: &Path) -> Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(cannot_write)
}

/// Fills a new file and makes it durable.
fn fill<T>(path: &Path, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let mut out = BufWriter::new(File::create_new(path).map_err(cannot_write)?);
    let done = write(&mut out)?;
    let file = out.into_inner().map_err(|error| cannot_write(error.into_error()))?;
    file.sync_all().map_err(cannot_write)?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let dir = std::env::temp_dir().join(format!("talkoot-export-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let path = dir.join("a.csv");
        let put = |text: &'static str| {
            move |out: &mut (dyn Write + Send)| out.write_all(text.as_bytes()).map_err(cannot_write)
        };
        into_place(&path, false, put("one")).unwrap();
        assert!(into_place(&path, false, put("two")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        into_place(&path, true, put("three")).unwrap();
        let broken = |out: &mut (dyn Write + Send)| {
            out.write_all(b"half").map_err(cannot_write)?;
            Err::<(), _>(Error::refused("no"))
        };
        assert!(into_place(&path, true, broken).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "nothing is left behind");
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_name_tells_the_format() {
        assert_eq!(guess(Path::new("a.CSV")).unwrap(), Format::Csv);
        assert_eq!(guess(Path::new("-")).unwrap(), Format::Jsonl);
        assert_eq!(guess(Path::new("a.parquet")).unwrap(), Format::Parquet);
        assert!(guess(Path::new("a.docx")).is_err());
    }
}
