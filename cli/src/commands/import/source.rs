//! The file to import: what it is written in, whether it can be read at all, and what a record says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use talkoot_protocol::report::{Report, flat};

use super::FileFormat;
use super::records::{Format, RECORD_BYTES_MAX, Record, Records, detect_delimiter};
use crate::commands::report::examine::{Remark, issue_remark};
use crate::commands::report::fields::columns_in_words;
use crate::error::{Error, Result};
use crate::output;

/// Columns that an export puts before the report's own: they tell of the document, not of the report.
pub(crate) const EXPORT_COLUMNS: [&str; 4] = ["document", "organisation", "author", "changes"];
/// How much of a file is looked at to see what it is, in bytes.
const PEEK_BYTES: u64 = 64 * 1024;
/// The byte order mark with which Excel marks UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// How to get a file this program reads.
const SAVE_AS: &str = "In Excel: Save As, \"CSV UTF-8\". In LibreOffice: Save As, Text CSV, character set UTF-8.";

/// A file of reports.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    format: Format,
    /// The offset of the first record (the header of a CSV file), and its line.
    start: (u64, u64),
    columns: Columns,
    /// How many records there are.
    pub(crate) records: u64,
}

impl Source {
    /// Looks at the whole file once: encoding, header, number of records.
    pub(crate) fn open(path: &Path, format: Option<FileFormat>) -> Result<Self> {
        let unread = |error| unreadable(path, error);
        let mut peek = Vec::new();
        File::open(path).map_err(unread)?.take(PEEK_BYTES).read_to_end(&mut peek).map_err(unread)?;
        refuse_other_kinds(path, &peek)?;
        let mark = if peek.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
        let text = peek.get(mark..).unwrap_or_default();
        let (format, skip) = match format.unwrap_or_else(|| guess(path, text)) {
            FileFormat::Jsonl => (Format::Jsonl, 0),
            FileFormat::Csv => csv_format(text),
        };
        let start = ((mark + skip) as u64, if skip > 0 { 2 } else { 1 });
        let mut source = Self { path: path.to_owned(), format, start, columns: Columns::default(), records: 0 };
        source.survey()?;
        Ok(source)
    }

    /// Returns the records, after the header if there is one.
    pub(crate) fn records(&self) -> Result<Records<BufReader<File>>> {
        let mut records = self.all_records()?;
        if matches!(self.format, Format::Csv { .. }) {
            let _header = self.next(&mut records)?;
        }
        Ok(records)
    }

    /// Returns the next record.
    pub(crate) fn next(&self, records: &mut Records<BufReader<File>>) -> Result<Option<Record>> {
        records.next().map_err(|error| unreadable(&self.path, error))
    }

    fn all_records(&self) -> Result<Records<BufReader<File>>> {
        let open = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(self.start.0))?;
            Ok(BufReader::with_capacity(256 * 1024, file))
        };
        let file = open().map_err(|error| unreadable(&self.path, error))?;
        Ok(Records::new(file, self.format, self.start.1))
    }

    /// Reads the header, counts the records, and refuses a file that is not UTF-8 before anything of it is signed.
    fn survey(&mut self) -> Result<()> {
        let mut records = self.all_records()?;
        if let Format::Csv { delimiter } = self.format {
            let header = self.next(&mut records)?;
            let header =
                header.and_then(|record| record.bytes).ok_or_else(|| self.no_header("it has no header row"))?;
            require_utf8(&self.path, 1, &header)?;
            self.columns = Columns::read(&header, delimiter).map_err(|reason| self.no_header(&reason))?;
        }
        while let Some(record) = self.next(&mut records)? {
            require_utf8(&self.path, record.line, record.bytes.as_deref().unwrap_or_default())?;
            self.records += 1;
        }
        Ok(())
    }

    fn no_header(&self, reason: &str) -> Error {
        Error::refused(format!("{} cannot be imported: {reason}", self.path.display())).hint(format!(
            "Nothing was imported. The first row has to name the columns: {}. 'talkoot export' writes such a file.",
            columns_in_words()
        ))
    }

    /// Reads a record as a report; none for a row of empty cells, as spreadsheets leave below the last one.
    pub(crate) fn read(&self, record: &Record) -> Option<std::result::Result<Report, Vec<Remark>>> {
        let Some(bytes) = &record.bytes else {
            let problem =
                format!("The row is longer than {RECORD_BYTES_MAX} bytes; perhaps a quote (\") is not closed.");
            return Some(Err(vec![Remark::new("row", problem)]));
        };
        match self.format {
            Format::Csv { delimiter } => self.columns.report(bytes, delimiter),
            Format::Jsonl => read_json(bytes),
        }
    }
}

/// The columns of a CSV file.
#[derive(Debug, Default)]
struct Columns {
    /// In the file's order. Those without a name, and those of an export that tell of the document, are `None`.
    names: Vec<Option<String>>,
    from_export: bool,
}

impl Columns {
    fn read(header: &[u8], delimiter: u8) -> std::result::Result<Self, String> {
        let known = flat::columns();
        let lower: Vec<String> = cells(header, delimiter)?.iter().map(|name| name.trim().to_lowercase()).collect();
        let from_export = EXPORT_COLUMNS.iter().all(|name| lower.iter().any(|column| column == name));
        let mut names: Vec<Option<String>> = Vec::new();
        for (at, name) in cells(header, delimiter)?.iter().enumerate() {
            // Columns of the form may be written in capitals; fields of one's own are kept as they are.
            let lower = name.trim().to_lowercase();
            let name = if known.contains(&lower) { lower } else { name.trim().to_owned() };
            let of_document = from_export && EXPORT_COLUMNS.contains(&name.as_str());
            if !name.is_empty() && names.iter().flatten().any(|other| *other == name) {
                return Err(format!("it has two columns {name:?}, the second being number {}", at + 1));
            }
            names.push((!name.is_empty() && !of_document).then_some(name));
        }
        if !names.iter().flatten().any(|name| known.contains(name)) {
            return Err("its first row names no column of a report".to_owned());
        }
        Ok(Self { names, from_export })
    }

    fn report(&self, bytes: &[u8], delimiter: u8) -> Option<std::result::Result<Report, Vec<Remark>>> {
        let cells = match cells(bytes, delimiter) {
            Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => return None,
            Ok(cells) => cells,
            Err(reason) => return Some(Err(vec![Remark::new("row", reason)])),
        };
        let mut row = BTreeMap::new();
        for (at, cell) in cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match self.names.get(at) {
                Some(Some(name)) => {
                    row.insert(name.clone(), cell);
                }
                Some(None) if self.from_export => {}
                _ => {
                    let problem = format!(
                        "Cell {} has no column name above it. Perhaps a text with the delimiter in it is not in quotes.",
                        at + 1
                    );
                    return Some(Err(vec![Remark::new("row", problem)]));
                }
            }
        }
        Some(flat::from_flat(&row).map_err(|issues| issues.iter().map(|issue| issue_remark(issue, false)).collect()))
    }
}

/// Reads the cells of one record.
fn cells(bytes: &[u8], delimiter: u8) -> std::result::Result<Vec<String>, String> {
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
        _ => (Format::Csv { delimiter: detect_delimiter(text) }, 0),
    }
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
    let what = if peek.starts_with(b"PK\x03\x04") || peek.starts_with(b"\xd0\xcf\x11\xe0") {
        "a workbook or another packed file, not CSV"
    } else if peek.starts_with(b"\xff\xfe") || peek.starts_with(b"\xfe\xff") || peek.contains(&0) {
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
        let what = match self.format {
            Format::Jsonl => "JSON Lines".to_owned(),
            Format::Csv { delimiter } => format!("CSV with {:?} between cells", char::from(delimiter)),
        };
        output::say(&format!("{}: {what}, {}.", self.path.display(), output::count(self.records, "row", "rows")));
        let known = flat::columns();
        let own: Vec<_> =
            self.columns.names.iter().flatten().filter(|name| !known.contains(name)).map(String::as_str).collect();
        if !own.is_empty() {
            output::say(&format!("Kept as fields of your own: {}", own.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dir(PathBuf);

    impl Dir {
        fn new(name: &str) -> Self {
            let dir = std::env::temp_dir().join(format!("talkoot-source-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&dir).unwrap();
            Self(dir)
        }

        fn open(&self, name: &str, bytes: &[u8]) -> Result<Source> {
            let path = self.0.join(name);
            std::fs::write(&path, bytes).unwrap();
            Source::open(&path, None)
        }
    }

    impl Drop for Dir {
        fn drop(&mut self) {
            let _gone = std::fs::remove_dir_all(&self.0);
        }
    }

    fn reports(source: &Source) -> Vec<(u64, std::result::Result<Report, Vec<Remark>>)> {
        let mut records = source.records().unwrap();
        let mut found = Vec::new();
        while let Some(record) = source.next(&mut records).unwrap() {
            found.extend(source.read(&record).map(|report| (record.line, report)));
        }
        found
    }

    #[test]
    fn reads_what_spreadsheets_write() {
        let dir = Dir::new("spreadsheet");
        let text =
            "\u{feff}sep=;\r\nTitle;support_need;mood\r\n\"Yksi;\r\nkaksi\";2,3;hyvä\r\n;;\r\nKolme;\"2; 3\"\r\n";
        let source = dir.open("a.csv", text.as_bytes()).unwrap();
        let reports = reports(&source);
        assert_eq!(reports.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 6]);
        let first = reports[0].1.as_ref().unwrap();
        assert_eq!((first.title.as_str(), &first.other["mood"]), ("Yksi;\r\nkaksi", &Value::from("hyvä")));
        assert_eq!(reports[1].1.as_ref().unwrap().support_need.len(), 2);
    }

    #[test]
    fn reads_an_export_back() {
        let dir = Dir::new("export");
        let source = dir.open("a.csv", b"document,organisation,author,changes,title\naa,bb,cc,1,T\n").unwrap();
        assert_eq!(reports(&source)[0].1.as_ref().unwrap().other.len(), 0);
        let line = br#"{"document":"aa","organisation":"bb","author":null,"changes":1,"fields":{"title":"T"},"scope":"network"}"#;
        let source = dir.open("a.jsonl", line).unwrap();
        assert_eq!(reports(&source)[0].1.as_ref().unwrap().title, "T");
    }

    #[test]
    fn a_bad_row_is_named_and_the_next_is_read() {
        let dir = Dir::new("bad");
        let source = dir.open("a.csv", b"title,area\nT,Oulu\nU,county:2026:12\nV,,surplus\n").unwrap();
        let reports = reports(&source);
        assert_eq!(reports[0].1.as_ref().unwrap_err()[0].field, "area");
        assert!(reports[1].1.is_ok());
        assert_eq!((reports[2].0, reports[2].1.as_ref().unwrap_err()[0].field.as_str()), (4, "row"));
        let source = dir.open("b.jsonl", b"{\"title\": \"T\"}\n\n[1]\n").unwrap();
        assert!(matches!(reports.len(), 3) && self::reports(&source)[1].1.is_err());
    }

    #[test]
    fn refuses_other_files_with_a_remedy() {
        let dir = Dir::new("other");
        for bytes in
            [&b"title\nhyv\xe4\n"[..], b"PK\x03\x04abc", b"\xff\xfet\0i\0", b"", b"a,b\n1,2\n", b"title,title\nx,y\n"]
        {
            assert!(dir.open("a.csv", bytes).is_err(), "{bytes:?}");
        }
        assert!(Source::open(&dir.0.join("none"), None).is_err());
        assert!(dir.open("c.csv", b"title\n").is_ok());
    }
}
