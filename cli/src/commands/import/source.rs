//! The file to import: what it is written in, whether it can be read at all, and what a record says.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use talkoot_protocol::report::{Report, flat};

use super::columns::{Columns, EXPORT_COLUMNS};
use super::mapping::Mapping;
use super::mapping::bind::{Bound, fitting};
use super::place::Placed;
use super::records::{Format, RECORD_BYTES_MAX, Record, Records, detect_delimiter};
use super::{FileFormat, workbook};
use crate::commands::report::examine::Remark;
use crate::commands::report::fields::columns_in_words;
use crate::commands::report::plain;
use crate::error::{Error, Result};
use crate::output;

/// How much of a file is looked at to see what it is, in bytes.
const PEEK_BYTES: u64 = 64 * 1024;
/// The byte order mark with which Excel marks UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// How to get a file this program reads.
const SAVE_AS: &str = "In Excel: Save As, \"CSV UTF-8\". In LibreOffice: Save As, Text CSV, character set UTF-8.";

/// Most rows looked at to propose a mapping.
const SAMPLE_ROWS_MAX: usize = 2_000;
/// Rows among which a header is looked for: above it stand titles at most.
const HEADER_ROWS_MAX: usize = 30;

/// How a file is to be read.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// What it is written in, if its name does not tell.
    pub(crate) format: Option<FileFormat>,
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// The row of the header, counted from 1.
    pub(crate) header_row: Option<u64>,
    /// What its columns mean.
    pub(crate) mapping: Option<Mapping>,
}

/// A file of reports.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    input: Input,
    reading: Reading,
    /// The row of the header; 0 if there is none.
    header_row: u64,
    /// How many records there are.
    pub(crate) records: u64,
}

/// Where records come from.
#[derive(Debug)]
enum Input {
    /// The file itself, from an offset, with the line there.
    File { format: Format, start: (u64, u64) },
    /// A sheet of a workbook.
    Sheet { name: String, rows: Vec<Record> },
}

/// How a record is read.
#[derive(Debug)]
enum Reading {
    Json,
    /// Its columns are those of reports.
    Flat(Columns),
    /// A mapping says what its columns are.
    Mapped(Box<Bound>),
}

/// The records of a file, one after another.
#[derive(Debug)]
pub(crate) enum Rows<'a> {
    /// As they are read.
    File(Records<BufReader<File>>),
    /// As they were read.
    Sheet(std::slice::Iter<'a, Record>),
}

/// What is in a record.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The report, or what is wrong with it.
    pub(crate) report: std::result::Result<Report, Vec<Placed>>,
    /// What tells the answer apart in the form tool, if the mapping names it.
    pub(crate) id: Option<String>,
}

impl Source {
    /// Looks at the whole file once: encoding, header, number of records.
    pub(crate) fn open(path: &Path, asked: Asked) -> Result<Self> {
        let sheet = asked.sheet.clone().or_else(|| asked.mapping.as_ref().and_then(|mapping| mapping.sheet.clone()));
        let mut source = Self::begin(path, asked.format, sheet.as_deref())?;
        let header = source.header(&asked)?;
        source.header_row = header.as_ref().map_or(0, |(row, _)| *row);
        source.reading = match (header, asked.mapping) {
            (None, None) => Reading::Json,
            (None, Some(_)) => {
                return Err(Error::refused("JSON Lines need no mapping").hint("Nothing was imported."));
            }
            (Some((_, cells)), Some(mapping)) => {
                let bound = mapping.bind(&cells).map_err(|reason| source.unfit(&reason))?;
                Reading::Mapped(Box::new(bound))
            }
            (Some((_, cells)), None) => {
                Reading::Flat(Columns::read(&cells).map_err(|reason| source.no_header(&reason))?)
            }
        };
        source.survey()?;
        Ok(source)
    }

    /// Finds out what the file is.
    fn begin(path: &Path, format: Option<FileFormat>, sheet: Option<&str>) -> Result<Self> {
        let unread = |error| unreadable(path, error);
        let mut peek = Vec::new();
        File::open(path).map_err(unread)?.take(PEEK_BYTES).read_to_end(&mut peek).map_err(unread)?;
        let input = if workbook::is_workbook(&peek) {
            let (name, rows) = workbook::rows(path, sheet)?;
            Input::Sheet { name, rows }
        } else {
            refuse_other_kinds(path, &peek)?;
            if format == Some(FileFormat::Xlsx) {
                return Err(Error::refused(format!("{} is no workbook", path.display())).hint("Nothing was imported."));
            }
            let mark = if peek.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
            let text = peek.get(mark..).unwrap_or_default();
            let (format, skip) = match format.unwrap_or_else(|| guess(path, text)) {
                FileFormat::Jsonl => (Format::Jsonl, 0),
                FileFormat::Csv | FileFormat::Xlsx => csv_format(text),
            };
            Input::File { format, start: ((mark + skip) as u64, if skip > 0 { 2 } else { 1 }) }
        };
        Ok(Self { path: path.to_owned(), input, reading: Reading::Json, header_row: 0, records: 0 })
    }

    /// Returns the row that names the columns: the one asked for, else the first one for CSV with columns of reports, else the
    /// one among the first that fits best. `None` for JSON Lines.
    fn header(&self, asked: &Asked) -> Result<Option<(u64, Vec<String>)>> {
        let Some(delimiter) = self.delimiter() else { return Ok(None) };
        let by_mapping = asked.mapping.as_ref().and_then(|mapping| mapping.header_row);
        let wanted = asked.header_row.or(by_mapping);
        let only_first = wanted.is_none() && asked.mapping.is_none() && matches!(self.input, Input::File { .. });
        let (mut rows, mut best, mut met) = (self.all_records()?, None, 0);
        while let Some(record) = self.next(&mut rows)? {
            let is_wanted = wanted.is_none_or(|row| row == record.row);
            met += 1;
            if wanted.is_none() && met > HEADER_ROWS_MAX || wanted.is_some_and(|row| record.row > row) {
                break;
            }
            if !is_wanted {
                continue;
            }
            let bytes = record.bytes.unwrap_or_default();
            require_utf8(&self.path, record.line, &bytes)?;
            let cells = cells(&bytes, delimiter).map_err(|reason| self.no_header(&reason))?;
            let fits = match &asked.mapping {
                Some(mapping) => fitting(mapping, &cells),
                None => usize::from(only_first || Columns::read(&cells).is_ok()),
            };
            if best.as_ref().is_none_or(|(most, _)| fits > *most) {
                best = Some((fits, (record.row, cells)));
            }
            if only_first {
                break;
            }
        }
        let missing = || match wanted {
            Some(row) => format!("it has no row {row}"),
            None => "it has no header row".to_owned(),
        };
        best.map(|(_, header)| Some(header)).ok_or_else(|| self.no_header(&missing()))
    }

    /// Returns what divides cells; none for JSON Lines.
    fn delimiter(&self) -> Option<u8> {
        match self.input {
            Input::File { format: Format::Csv { delimiter }, .. } => Some(delimiter),
            Input::File { format: Format::Jsonl, .. } => None,
            Input::Sheet { .. } => Some(workbook::DELIMITER),
        }
    }

    /// Returns the records, after the header if there is one.
    pub(crate) fn records(&self) -> Result<Rows<'_>> {
        let mut rows = self.all_records()?;
        if let Rows::Sheet(rows) = &mut rows {
            let above = rows.as_slice().partition_point(|record| record.row <= self.header_row);
            *rows = rows.as_slice().get(above..).unwrap_or_default().iter();
            return Ok(Rows::Sheet(rows.clone()));
        }
        // The header is one of the first records, and with it what stands above it is passed over.
        let mut above = self.header_row > 0;
        while above {
            above = self.next(&mut rows)?.is_some_and(|record| record.row < self.header_row);
        }
        Ok(rows)
    }

    /// Returns the next record.
    pub(crate) fn next(&self, rows: &mut Rows<'_>) -> Result<Option<Record>> {
        match rows {
            Rows::File(records) => records.next().map_err(|error| unreadable(&self.path, error)),
            Rows::Sheet(rows) => Ok(rows.next().cloned()),
        }
    }

    fn all_records(&self) -> Result<Rows<'_>> {
        let (format, start) = match &self.input {
            Input::File { format, start } => (*format, *start),
            Input::Sheet { rows, .. } => return Ok(Rows::Sheet(rows.iter())),
        };
        let open = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(start.0))?;
            Ok(BufReader::with_capacity(256 * 1024, file))
        };
        let file = open().map_err(|error| unreadable(&self.path, error))?;
        Ok(Rows::File(Records::new(file, format, start.1)))
    }

    /// Counts the records, and refuses a file that is not UTF-8 before anything of it is signed.
    fn survey(&mut self) -> Result<()> {
        let mut rows = self.records()?;
        let mut count = 0;
        while let Some(record) = self.next(&mut rows)? {
            require_utf8(&self.path, record.line, record.bytes.as_deref().unwrap_or_default())?;
            count += 1;
        }
        self.records = count;
        Ok(())
    }

    fn no_header(&self, reason: &str) -> Error {
        Error::refused(format!("{} cannot be imported: {reason}", self.path.display())).hint(format!(
            "Nothing was imported. The first row has to name the columns: {}. 'talkoot export' writes such a file. \
             For a table of a form tool: --suggest-mapping.",
            columns_in_words()
        ))
    }

    fn unfit(&self, reason: &str) -> Error {
        Error::refused(format!("the mapping does not fit {}: {reason}", self.path.display())).hint(format!(
            "Nothing was imported. The header is taken to be row {}; --header-row N takes another.",
            self.header_row
        ))
    }

    /// Reads a record; none for a row of empty cells, as spreadsheets leave below the last one.
    pub(crate) fn read(&self, record: &Record) -> Option<Answer> {
        let bad_row = |problem: String| {
            let report = Err(vec![Placed::from(Remark::new("row", problem))]);
            Some(Answer { report, id: None })
        };
        let Some(bytes) = &record.bytes else {
            return bad_row(format!(
                "The row is longer than {RECORD_BYTES_MAX} bytes; perhaps a quote (\") is not closed."
            ));
        };
        let Some(delimiter) = self.delimiter() else {
            let report = read_json(bytes)?.map_err(|remarks| remarks.into_iter().map(Placed::from).collect());
            return Some(Answer { report, id: None });
        };
        let cells = match cells(bytes, delimiter) {
            Ok(cells) => cells,
            Err(reason) => return bad_row(reason),
        };
        if let Reading::Mapped(bound) = &self.reading {
            let (report, id) = bound.row(&cells, record.row)?;
            return Some(Answer { report, id });
        }
        let Reading::Flat(columns) = &self.reading else { return None };
        let cells = match self.input {
            // In a workbook a text is a text: an apostrophe at its start is part of it.
            Input::Sheet { .. } => cells.into_iter().map(guarded).collect(),
            Input::File { .. } => cells,
        };
        let report = columns.report(cells)?.map_err(|remarks| self.placed(remarks, record.row));
        Some(Answer { report, id: None })
    }

    /// Says which cells of a row remarks are about, where the file is not one that was made for this.
    pub(crate) fn placed(&self, remarks: Vec<Remark>, row: u64) -> Vec<Placed> {
        let place = |remark: Remark| match (&self.reading, &self.input) {
            (Reading::Mapped(bound), _) => bound.placed(remark, row),
            (Reading::Flat(columns), Input::Sheet { .. }) => columns.placed(remark, row),
            _ => Placed::from(remark),
        };
        remarks.into_iter().map(place).collect()
    }

    /// Returns the questions of a form's own that the file answers.
    pub(crate) fn questions(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match &self.reading {
            Reading::Json => Box::new(std::iter::empty()),
            Reading::Flat(columns) => Box::new(columns.questions()),
            Reading::Mapped(bound) => Box::new(bound.questions()),
        }
    }

    /// Returns the official lists whose codes the mapping says the file holds.
    pub(crate) fn systems(&self) -> impl Iterator<Item = &str> {
        let bound = match &self.reading {
            Reading::Mapped(bound) => Some(bound),
            _ => None,
        };
        bound.into_iter().flat_map(|bound| bound.systems())
    }

    /// Returns whether a mapping says what the columns are.
    pub(crate) fn is_mapped(&self) -> bool {
        matches!(self.reading, Reading::Mapped(_))
    }
}

/// Proposes a mapping for a file: the header is the first row that has nearly as many names as any.
pub(crate) fn suggest(path: &Path, asked: &Asked) -> Result<String> {
    let source = Source::begin(path, asked.format, asked.sheet.as_deref())?;
    let delimiter = source.delimiter().ok_or_else(|| {
        Error::refused("JSON Lines need no mapping").hint("They name the fields of reports themselves.")
    })?;
    let (mut rows, mut table) = (source.all_records()?, Vec::new());
    while let Some(record) = source.next(&mut rows)?.filter(|_| table.len() < SAMPLE_ROWS_MAX) {
        let bytes = record.bytes.unwrap_or_default();
        require_utf8(path, record.line, &bytes)?;
        table.push((record.row, cells(&bytes, delimiter).map_err(|reason| source.no_header(&reason))?));
    }
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let most = table.iter().take(HEADER_ROWS_MAX).map(|(_, cells)| filled(cells)).max().unwrap_or_default();
    let is_header = |(row, cells): &(u64, Vec<String>)| match asked.header_row {
        Some(wanted) => *row == wanted,
        None => filled(cells) * 10 >= most * 6,
    };
    let at = table.iter().position(is_header).ok_or_else(|| source.no_header("it has no header row"))?;
    let mut rows: Vec<Vec<String>> = table.into_iter().skip(at).map(|(_, cells)| cells).collect();
    let headers = rows.remove(0);
    Ok(super::mapping::suggest::suggest(&headers, &rows))
}

/// Returns a text so that reading the flat form gives it back as it is, see [`flat::unguard`].
pub(super) fn guarded(cell: String) -> String {
    if flat::unguard(&cell) == cell { cell } else { format!("'{cell}") }
}

/// Reads the cells of one record.
pub(crate) fn cells(bytes: &[u8], delimiter: u8) -> std::result::Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(bytes.len().max(1))
        .from_reader(bytes);
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| format!("The row cannot be read: {error}."))?;
    Ok(record.iter().map(str::to_owned).collect())
}

/// Reads a line of JSON: a report's fields, or a line of an export, which has them under `fields`.
fn read_json(bytes: &[u8]) -> Option<std::result::Result<Report, Vec<Remark>>> {
    if bytes.trim_ascii().is_empty() {
        return None;
    }
    let mut object: Map<String, Value> = match serde_json::from_slice(bytes) {
        Ok(object) => object,
        Err(error) => return Some(Err(vec![Remark::new("row", format!("The line is not one JSON object: {error}."))])),
    };
    let exported = EXPORT_COLUMNS.iter().all(|key| object.contains_key(*key));
    if let (true, Some(Value::Object(fields))) = (exported, object.get_mut("fields")) {
        return Some(Ok(Report::read(std::mem::take(fields)).0));
    }
    Some(Ok(Report::read(object).0))
}

/// Returns the format of CSV text, and how many bytes to skip: Excel's first line that names the delimiter.
fn csv_format(text: &[u8]) -> (Format, usize) {
    match text.strip_prefix(b"sep=") {
        Some([delimiter, ..]) if delimiter.is_ascii() => {
            let end = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
            (Format::Csv { delimiter: *delimiter }, end)
        }
        _ => (Format::Csv { delimiter: detect_delimiter(first_with_cells(text)) }, 0),
    }
}

/// Returns the text from the first line on that has several cells: above it may stand titles.
fn first_with_cells(text: &[u8]) -> &[u8] {
    let mut rest = text;
    for _ in 0..HEADER_ROWS_MAX {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        if line.iter().any(|byte| matches!(byte, b',' | b';' | b'\t')) || after.is_empty() {
            return rest;
        }
        rest = after;
    }
    text
}

fn guess(path: &Path, text: &[u8]) -> FileFormat {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" | "txt" | "tsv" => FileFormat::Csv,
        "jsonl" | "ndjson" => FileFormat::Jsonl,
        _ if text.trim_ascii_start().starts_with(b"{") => FileFormat::Jsonl,
        _ => FileFormat::Csv,
    }
}

fn refuse_other_kinds(path: &Path, peek: &[u8]) -> Result<()> {
    let what = if peek.starts_with(b"\xff\xfe") || peek.starts_with(b"\xfe\xff") || peek.contains(&0) {
        "UTF-16 or binary, not UTF-8"
    } else if peek.is_empty() {
        "empty"
    } else {
        return Ok(());
    };
    Err(Error::refused(format!("{} is {what}", path.display())).hint(format!("Nothing was imported. {SAVE_AS}")))
}

fn require_utf8(path: &Path, line: u64, bytes: &[u8]) -> Result<()> {
    let Err(error) = std::str::from_utf8(bytes) else { return Ok(()) };
    let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
    let at = line + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() as u64;
    let message = format!(
        "{} is not UTF-8: byte {byte:02X} on line {at}. It was probably saved as Windows-1252 (\"ANSI\"), where å, ä and ö are other bytes",
        path.display()
    );
    Err(Error::refused(message).hint(format!(
        "Nothing was imported. {SAVE_AS}\n  On a command line: iconv -f WINDOWS-1252 -t UTF-8 {} > NEW-FILE",
        path.display()
    )))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::refused(format!("there is no file {}", path.display())),
        _ => Error::failed(error).context(format_args!("cannot read {}", path.display())),
    }
}

impl Source {
    /// Says how the file was understood.
    pub(crate) fn introduce(&self) {
        let what = match &self.input {
            Input::File { format: Format::Jsonl, .. } => "JSON Lines".to_owned(),
            Input::File { format: Format::Csv { delimiter }, .. } => {
                format!("CSV with {:?} between cells", char::from(*delimiter))
            }
            Input::Sheet { name, .. } => {
                format!("workbook, sheet {:?}, header in row {}", plain::cut(name, 40), self.header_row)
            }
        };
        output::say(&format!("{}: {what}, {}.", self.path.display(), output::count(self.records, "row", "rows")));
        match &self.reading {
            Reading::Json => {}
            Reading::Flat(columns) => columns.introduce(),
            Reading::Mapped(bound) => {
                output::say(&format!("{}.", bound.in_words()));
                if !bound.has_id() {
                    output::say("The mapping names no id: answers are told apart by what they say.");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
