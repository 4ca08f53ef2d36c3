//! `talkoot export`: all reports in one file. The file appears whole or not at all: it is written beside its place, made durable,
//! and then given its name.
//!
//! [`pages`] goes through the reports; [`csv`] writes them as a table.

mod csv;
mod pages;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_protocol::document::{self, EXPORT_ITEMS_MAX, Fields};
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::report::codes::Language;

use self::csv::Look;
use self::pages::Pages;
use crate::client::Client;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot export reports.csv
  talkoot export for-reading.csv --language fi --delimiter ';'

CSV has one row for each report, in UTF-8, with codes, and can be imported again; where several people wrote at the same time it has \
one of the values. With --language it has names instead of codes, for reading only. Spreadsheets in Finnish and Swedish expect \
--delimiter ';'. JSONL has one report in each line, with every value. An automerge file holds a map from document id to fields, at \
most 10000 reports.

With --json one object: {\"file\", \"format\", \"reports\", \"contested\", \"unreadable\"}.";

/// What to export.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The file to write; - is standard output (not for automerge).
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
    let format = args.format.map_or_else(|| guess(&args.file), Ok)?;
    let to_stdout = args.file == Path::new("-");
    refuse_early(&args, format, to_stdout)?;
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find(asked)).transpose()?;
    let look = Look { delimiter: args.delimiter as u8, language: args.language, organisations: &organisations };
    let mut export = Export { client: &mut client, organisation, format, look };
    let (written, unreadable) = if to_stdout {
        let mut out = BufWriter::new(io::stdout().lock());
        let result = export.write(&mut out).and_then(|done| out.flush().map_err(cannot_write).map(|()| done));
        result?
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
        "automerge" => Ok(Format::Automerge),
        _ if path == Path::new("-") => Ok(Format::Jsonl),
        _ => Err(Error::refused(format!("{} does not tell what to write", path.display()))
            .hint("Add --format csv, --format jsonl or --format automerge.")),
    }
}

fn refuse_early(args: &Args, format: Format, to_stdout: bool) -> Result<()> {
    if !matches!(args.delimiter, ',' | ';' | '\t') {
        return Err(
            Error::refused(format!("{:?} cannot stand between cells", args.delimiter)).hint("Use ',' or ';' or a tab.")
        );
    }
    if to_stdout && format == Format::Automerge {
        return Err(Error::refused("an automerge file cannot go to standard output").hint("Name a file."));
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
    fn write(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        match self.format {
            Format::Csv => self.csv(out),
            Format::Jsonl => self.jsonl(out),
            Format::Automerge => self.automerge(out),
        }
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

    /// Goes through the reports twice: once for the columns, once for the rows.
    fn csv(&mut self, out: &mut dyn Write) -> Result<(Written, u64)> {
        let mut columns = csv::Columns::default();
        if self.look.language.is_none() {
            let mut pages = self.pages();
            while let Some(page) = pages.next()? {
                page.iter().for_each(|report| columns.meet(report));
            }
        }
        let mut table = csv::Table::begin(out, &columns, &self.look).map_err(cannot_write)?;
        let mut written = Written::default();
        let mut pages = Pages::new(self.client, self.organisation);
        while let Some(page) = pages.next()? {
            // A report that came between the two times may have a column that is not there; the next export has it.
            for report in page.iter().filter(|report| columns.fit(report)) {
                table.row(report).map_err(cannot_write)?;
                written.count(&report.conflicts);
            }
        }
        table.end().map_err(cannot_write)?;
        Ok((written, pages.unreadable()))
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
pub(crate) fn into_place<T>(path: &Path, force: bool, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let name = path.file_name().ok_or_else(|| Error::refused(format!("{} is no name for a file", path.display())))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.partial", std::process::id()));
    let beside = path.with_file_name(hidden);
    let result = fill(&beside, write).and_then(|done| {
        refuse_existing(path, force)?;
        fs::rename(&beside, path).map_err(cannot_write)?;
        Ok(done)
    });
    if result.is_err() {
        let _gone = fs::remove_file(&beside);
    }
    let done = result?;
    // The name is durable once the directory is.
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(cannot_write)?;
    Ok(done)
}

fn fill<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
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
        let put = |text: &'static str| move |out: &mut dyn Write| out.write_all(text.as_bytes()).map_err(cannot_write);
        into_place(&path, false, put("one")).unwrap();
        assert!(into_place(&path, false, put("two")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        into_place(&path, true, put("three")).unwrap();
        let broken = |out: &mut dyn Write| {
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
        assert!(guess(Path::new("a.xlsx")).is_err());
    }
}
