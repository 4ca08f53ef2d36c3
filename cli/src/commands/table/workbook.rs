//! A table as a workbook (XLSX): one sheet with a bold header that stays in sight, perhaps a second one that says how to read it.
//! Texts are texts, whatever they begin with: nothing is run as a formula, and no date is made of them.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, Format, Workbook, Worksheet, XlsxError};

use super::{Cell, Column, Holds};
use crate::error::{Error, Result};

/// Most rows of a workbook written here; it is made in memory.
pub(crate) const ROWS_MAX: u64 = 100_000;
/// Width of columns, in characters: of numbers, of lists, of texts.
const WIDTHS: [f64; 3] = [10.0, 18.0, 28.0];

/// A workbook being written.
pub(crate) struct Book {
    book: Workbook,
    next: u32,
}

impl Book {
    /// Begins with the header.
    pub(crate) fn begin(name: &str, columns: &[Column]) -> Result<Self> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_author("").set_comment("talkoot"));
        begin(book.add_worksheet(), name, columns).map_err(|error| failed(&error))?;
        Ok(Self { book, next: 1 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If there are too many, or a text is longer than a cell may be.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<()> {
        if u64::from(self.next) > ROWS_MAX {
            return Err(Error::refused(format!("a workbook here holds at most {ROWS_MAX} rows"))
                .hint("Nothing was written. Write CSV, JSONL or Parquet instead."));
        }
        let sheet = self.book.worksheet_from_index(0).map_err(|error| failed(&error))?;
        for (column, cell) in (0u16..).zip(cells) {
            put(sheet, self.next, column, cell).map_err(|error| failed(&error))?;
        }
        self.next += 1;
        Ok(())
    }

    /// Adds a sheet of names and what they stand for.
    pub(crate) fn notes(&mut self, name: &str, notes: &[(String, String)]) -> Result<()> {
        let columns = [Column::new("name", Holds::List), Column::new("value", Holds::Text)];
        let sheet = self.book.add_worksheet();
        let written = begin(sheet, name, &columns).and_then(|()| {
            for (row, (name, value)) in (1u32..).zip(notes) {
                sheet.write_string(row, 0, name)?.write_string(row, 1, value)?;
            }
            Ok(())
        });
        written.map_err(|error| failed(&error))
    }

    /// Writes the file.
    pub(crate) fn end(mut self, out: &mut dyn Write) -> Result<()> {
        let bytes = self.book.save_to_buffer().map_err(|error| failed(&error))?;
        out.write_all(&bytes).map_err(crate::commands::export::cannot_write)
    }
}

fn begin(sheet: &mut Worksheet, name: &str, columns: &[Column]) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (at, column) in (0u16..).zip(columns) {
        let [numbers, lists, texts] = WIDTHS;
        let width = match column.holds {
            Holds::Number | Holds::Flag => numbers,
            Holds::List => lists,
            Holds::Text => texts,
        };
        sheet.set_column_width(at, width)?.write_string_with_format(0, at, &column.name, &bold)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell) -> std::result::Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        // Exact up to 2^53, far beyond any count here.
        Cell::Number(number) => {
            sheet.write_number(row, column, *number as f64)?;
        }
        cell => {
            let text = cell.to_text();
            if !text.is_empty() {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    Ok(())
}

fn failed(error: &XlsxError) -> Error {
    match error {
        XlsxError::MaxStringLengthExceeded => {
            Error::refused("a text is longer than a cell of a workbook may be (32767)")
                .hint("Nothing was written. Write CSV, JSONL or Parquet instead.")
        }
        error => Error::refused(format!("the workbook cannot be made: {error}")).hint("Nothing was written."),
    }
}
