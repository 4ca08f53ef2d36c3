//! A workbook (XLSX) as rows of cells. What a form tool exports holds one sheet with some titles, a header and one answer in each
//! row; formats, pictures, formulas and other sheets do not matter here.
//!
//! A workbook is a packed file that anybody may have made: [`unpack`] bounds it before `calamine` reads it, and here rows, columns
//! and texts are bounded again, since a short text may be referred to a million times.

mod unpack;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use self::unpack::Unpacked;
use super::records::Record;
use crate::commands::report::plain;
use crate::error::{Error, Result};

/// Most rows of a sheet; a row further down is refused.
const ROWS_MAX: u32 = 100_000;
/// Most columns of a sheet.
const COLUMNS_MAX: u32 = 1_024;
/// Longest text of a cell, in bytes: what a spreadsheet program allows (32,767 characters), in any script.
const CELL_BYTES_MAX: usize = 128 * 1024;
/// Most bytes of all texts of a sheet together.
const TEXT_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Days since 1899-12-30 that a date of the years 1900 to 9999 may have.
const DATE_DAYS: std::ops::Range<f64> = 1.0..2_958_466.0;
/// Whole numbers below this are exact in a cell.
const EXACT_BELOW: f64 = 1e15;

/// What stands between the cells of the rows' bytes.
pub(super) const DELIMITER: u8 = b',';

/// Returns whether a file begins as a workbook does, of this kind or of one that cannot be read.
pub(super) fn is_workbook(peek: &[u8]) -> bool {
    peek.starts_with(b"PK\x03\x04") || peek.starts_with(unpack::OLD)
}

/// Reads a sheet, the first one that is shown unless one is named: its name, and its rows that are not empty, each as a record of
/// CSV with the row's number.
///
/// # Errors
/// For a file that is no such workbook, one with a password, a sheet that is not there, and whatever is too large.
pub(super) fn rows(path: &Path, sheet: Option<&str>) -> Result<(String, Vec<Record>)> {
    let unpacked = unpack::unpack(path)?;
    // The reader is made for workbooks of honest programs: should it stumble over another, only this file is refused.
    let read = catch_unwind(AssertUnwindSafe(|| read(path, unpacked, sheet)));
    let (name, cells) = read.unwrap_or_else(|_| Err(damaged(path, "its parts contradict each other")))?;
    let rows = cells.into_iter().map(|(row, cells)| record(row, cells)).collect::<csv::Result<_>>();
    Ok((name, rows.map_err(|error| damaged(path, &error.to_string()))?))
}

/// Cells by row and column, both counted from 0.
type Cells = BTreeMap<u32, BTreeMap<u32, String>>;

fn read(path: &Path, unpacked: Unpacked, sheet: Option<&str>) -> Result<(String, Cells)> {
    let broken = |error: calamine::XlsxError| damaged(path, &error.to_string());
    let mut book = Xlsx::new(unpacked).map_err(broken)?;
    let name = choose(path, &book, sheet)?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(broken)?;
    let (mut cells, mut bytes) = (Cells::new(), 0usize);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        bytes = bytes.saturating_add(text.len());
        let at = super::place::address(column.into(), u64::from(row).saturating_add(1));
        let refuse = |what: String| Err(too_large(path, &what));
        if row >= ROWS_MAX || column >= COLUMNS_MAX {
            return refuse(format!("cell {at} is beyond {ROWS_MAX} rows or {COLUMNS_MAX} columns"));
        }
        if text.len() > CELL_BYTES_MAX {
            return refuse(format!("cell {at} holds more than {CELL_BYTES_MAX} bytes"));
        }
        if bytes > TEXT_BYTES_MAX {
            return refuse(format!("its texts take more than {TEXT_BYTES_MAX} bytes"));
        }
        cells.entry(row).or_default().insert(column, text);
    }
    Ok((name, cells))
}

/// Returns the sheet asked for, or the first one that is shown.
fn choose(path: &Path, book: &Xlsx<Unpacked>, asked: Option<&str>) -> Result<String> {
    let sheets: Vec<_> = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).collect();
    let found = match asked {
        Some(asked) => sheets.iter().find(|sheet| sheet.name == asked),
        None => sheets.iter().find(|sheet| sheet.visible == SheetVisible::Visible).or_else(|| sheets.first()),
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let names: Vec<_> = sheets.iter().map(|sheet| format!("{:?}", plain::cut(&sheet.name, 40))).collect();
        let asked = asked.map(|asked| format!(" {asked:?}")).unwrap_or_default();
        Error::refused(format!("{} has no sheet{asked}", path.display()))
            .hint(format!("Nothing was imported. It has: {}.", names.join(", ")))
    })
}

/// Returns what a cell says, as it would stand in a CSV file: numbers without surplus digits, dates as 2026-05-17.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(*number),
        DataRef::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(moment) if moment.is_datetime() && DATE_DAYS.contains(&moment.as_f64()) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTime(moment) => decimal(moment.as_f64()),
    }
}

fn decimal(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT_BELOW { format!("{number:.0}") } else { number.to_string() }
}

fn record(row: u32, cells: BTreeMap<u32, String>) -> csv::Result<Record> {
    let mut writer = csv::WriterBuilder::new().delimiter(DELIMITER).from_writer(Vec::new());
    let mut next = 0;
    for (column, cell) in cells {
        (next..column).try_for_each(|_| writer.write_field(""))?;
        writer.write_field(cell)?;
        next = column.saturating_add(1);
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    let row = u64::from(row) + 1;
    Ok(Record { line: row, row, bytes: (bytes.len() <= super::records::RECORD_BYTES_MAX).then_some(bytes) })
}

fn damaged(path: &Path, why: &str) -> Error {
    let why = plain::cut(why, 200);
    Error::refused(format!("{} is no workbook that can be read: {why}", path.display())).hint(
        "Nothing was imported. Open it in a spreadsheet program and save it as \"Excel workbook (.xlsx)\" or \"CSV UTF-8\".",
    )
}

fn too_large(path: &Path, what: &str) -> Error {
    Error::refused(format!("{} is too large to import: {what}", path.display()))
        .hint("Nothing was imported. Save the sheet with the answers alone, or as \"CSV UTF-8\".")
}

#[cfg(test)]
pub(super) mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::*;

    /// A file that goes away.
    pub(in super::super) struct Scratch(pub(in super::super) std::path::PathBuf);

    impl Scratch {
        pub(in super::super) fn new(name: &str, bytes: &[u8]) -> Self {
            let path = std::env::temp_dir().join(format!("talkoot-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _gone = std::fs::remove_file(&self.0);
        }
    }

    fn sample() -> Vec<u8> {
        let mut book = Workbook::new();
        book.add_worksheet().set_name("Piilossa").unwrap().set_hidden(true).write(0, 0, "x").unwrap();
        let sheet = book.add_worksheet().set_name("Vastaukset").unwrap().set_active(true);
        let date = Format::new().set_num_format("d.m.yyyy");
        sheet.write(0, 0, "Kysely").unwrap();
        sheet.write(2, 0, "Otsikko").unwrap().write(2, 3, "Päivä").unwrap();
        sheet.write(3, 0, "Yksi; \"kaksi\"\nkolme").unwrap().write(3, 1, 2).unwrap().write(3, 2, 0.5).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 5, 17).unwrap();
        sheet.write_with_format(3, 3, day, &date).unwrap().write(3, 4, true).unwrap();
        book.add_worksheet().set_name("Toinen").unwrap().write(0, 0, "y").unwrap();
        book.save_to_buffer().unwrap()
    }

    fn cells(record: &Record) -> Vec<String> {
        super::super::source::cells(record.bytes.as_deref().unwrap(), DELIMITER).unwrap()
    }

    #[test]
    fn reads_the_first_sheet_that_is_shown() {
        let file = Scratch::new("sample.xlsx", &sample());
        let (name, rows) = rows(&file.0, None).unwrap();
        assert_eq!((name.as_str(), rows.len()), ("Vastaukset", 3));
        assert_eq!((rows[1].row, cells(&rows[1])), (3, vec!["Otsikko".into(), "".into(), "".into(), "Päivä".into()]));
        assert_eq!(cells(&rows[2]), ["Yksi; \"kaksi\"\nkolme", "2", "0.5", "2026-05-17", "true"]);
        assert_eq!(cells(&super::rows(&file.0, Some("Toinen")).unwrap().1[0]), ["y"]);
        let error = format!("{:?}", super::rows(&file.0, Some("Neljäs")).unwrap_err());
        assert!(error.contains("Piilossa") && error.contains("Vastaukset"), "{error}");
    }

    #[test]
    fn a_damaged_workbook_is_refused() {
        let whole = sample();
        for step in 0..12 {
            let mut bytes = whole.clone();
            bytes.truncate(whole.len() * step / 12);
            assert!(rows(&Scratch::new("cut.xlsx", &bytes).0, None).is_err(), "{step}");
        }
        for at in (0..whole.len()).step_by(419) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let _read_or_refused = rows(&Scratch::new("turned.xlsx", &bytes).0, None);
        }
    }

    #[test]
    fn numbers_are_written_as_people_do() {
        for (number, text) in [(2.0, "2"), (-0.5, "-0.5"), (1e20, "100000000000000000000"), (17.0, "17")] {
            assert_eq!(decimal(number), text);
        }
    }
}
