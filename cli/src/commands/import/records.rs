//! Cuts a file into records, one report each, with the line each begins on. Holds one record at a time, and none that is too
//! long: one quote that is never closed must not pull the whole file into memory.
//!
//! Quotes are read as the `csv` crate reads them (RFC 4180): a quote opens only at the start of a cell, and is doubled inside.

use std::io::{self, BufRead};

/// Longest record, in bytes: several times what a report may take.
pub(crate) const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Cells between delimiters.
    Csv {
        /// The delimiter.
        delimiter: u8,
    },
    /// One JSON object on each line.
    Jsonl,
}

/// One record as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line its first character is on, counted from 1.
    pub(crate) line: u64,
    /// The row a spreadsheet shows it in, counted from 1: texts with line breaks take one row and several lines.
    pub(crate) row: u64,
    /// Its bytes without the line end; none if it is longer than [`RECORD_BYTES_MAX`].
    pub(crate) bytes: Option<Vec<u8>>,
}

/// The records of a file.
#[derive(Debug)]
pub(crate) struct Records<R> {
    reader: R,
    format: Format,
    line: u64,
    row: u64,
    after_return: bool,
}

/// Where in a record the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first byte of a cell.
    Start,
    /// In a cell without quotes.
    Bare,
    /// Inside quotes.
    Quoted,
    /// After a quote inside quotes: it was doubled, or it closed.
    AfterQuote,
}

impl<R: BufRead> Records<R> {
    /// Begins at a line, counted from 1.
    pub(crate) fn new(reader: R, format: Format, line: u64) -> Self {
        Self { reader, format, line, row: line, after_return: false }
    }

    /// Returns the next record that is not an empty line; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut cut = Cut { begun: None, bytes: Vec::new(), fits: true, at: At::Start };
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(cut.end(self.row));
            }
            let mut used = 0;
            let mut ended = None;
            for &byte in buffer {
                used += 1;
                // A line end of two bytes counts once, and its second byte begins no record.
                let second = byte == b'\n' && std::mem::take(&mut self.after_return);
                if second && cut.begun.is_none() {
                    continue;
                }
                let line = self.line;
                if !second && matches!(byte, b'\n' | b'\r') {
                    self.line += 1;
                }
                self.after_return = byte == b'\r';
                let row = self.row;
                if !second && cut.ends_row(byte) {
                    self.row += 1;
                }
                if cut.take(byte, line, self.format) {
                    ended = Some(row);
                    break;
                }
            }
            self.reader.consume(used);
            if let Some(row) = ended {
                return Ok(cut.end(row));
            }
        }
    }
}

/// A record being read.
struct Cut {
    begun: Option<u64>,
    bytes: Vec<u8>,
    fits: bool,
    at: At,
}

impl Cut {
    /// Returns whether a row, with or without a record in it, ends before a byte.
    fn ends_row(&self, byte: u8) -> bool {
        matches!(byte, b'\n' | b'\r') && self.at != At::Quoted
    }

    /// Takes a byte; returns whether the record has ended before it.
    fn take(&mut self, byte: u8, line: u64, format: Format) -> bool {
        if self.ends_row(byte) {
            return self.begun.is_some();
        }
        self.begun.get_or_insert(line);
        if let Format::Csv { delimiter } = format {
            self.at = match (self.at, byte) {
                (At::Start, b'"') | (At::AfterQuote, b'"') => At::Quoted,
                (At::Quoted, b'"') => At::AfterQuote,
                (At::Quoted, _) => At::Quoted,
                (_, byte) if byte == delimiter => At::Start,
                _ => At::Bare,
            };
        }
        if self.bytes.len() < RECORD_BYTES_MAX {
            self.bytes.push(byte);
        } else {
            self.fits = false;
            self.bytes = Vec::new();
        }
        false
    }

    fn end(self, row: u64) -> Option<Record> {
        let line = self.begun?;
        Some(Record { line, row, bytes: self.fits.then_some(self.bytes) })
    }
}

/// Returns the delimiter of a header line: of `;`, `,` and tab the one that occurs most outside quotes; a comma if none does.
pub(crate) fn detect_delimiter(header: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0usize), (b';', 0), (b'\t', 0)];
    for &byte in header {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                counts.iter_mut().filter(|(delimiter, _)| *delimiter == byte).for_each(|(_, count)| *count += 1)
            }
            _ => {}
        }
    }
    // Of equal counts the first wins.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Format = Format::Csv { delimiter: b',' };

    fn all(text: &[u8], format: Format, capacity: usize) -> Vec<(u64, String)> {
        let mut records = Records::new(io::BufReader::with_capacity(capacity, text), format, 1);
        let mut found = Vec::new();
        while let Some(record) = records.next().unwrap() {
            found.push((record.line, String::from_utf8(record.bytes.unwrap()).unwrap()));
        }
        found
    }

    #[test]
    fn knows_the_line_of_each_record() {
        let text = "a,b\r\n\"one\r\ntwo\",\"say \"\"x\"\"\n\"\r\n\r\n\nc,d\re,f";
        for capacity in [1, 2, 3, 7, 100] {
            let lines: Vec<_> = all(text.as_bytes(), CSV, capacity).into_iter().map(|(line, _)| line).collect();
            assert_eq!(lines, [1, 2, 7, 8], "{capacity}");
        }
        let mut records = Records::new(text.as_bytes(), CSV, 1);
        let rows: Vec<_> = std::iter::from_fn(|| records.next().unwrap()).map(|record| record.row).collect();
        assert_eq!(rows, [1, 2, 5, 6], "as a spreadsheet counts");
        assert_eq!(all(b"{}\n\n[\"\n", Format::Jsonl, 4), [(1, "{}".into()), (3, "[\"".into())]);
    }

    #[test]
    fn cuts_where_the_csv_crate_cuts() {
        let letters = [b'a', b'"', b',', b'\n', b'\r'];
        for number in 0..5usize.pow(5) {
            let text: Vec<u8> = (0..5).map(|place| letters[number / 5usize.pow(place) % 5]).collect();
            let cells = |text: &[u8]| -> Vec<Vec<String>> {
                let reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(64).from_reader(text);
                reader.into_records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
            };
            let cut: Vec<_> = all(&text, CSV, 64).iter().flat_map(|(_, record)| cells(record.as_bytes())).collect();
            assert_eq!(cut, cells(&text), "{:?}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn a_quote_never_closed_costs_one_record() {
        let mut text = b"a,b\n\"".to_vec();
        text.extend(vec![b'x'; RECORD_BYTES_MAX + 10]);
        let mut records = Records::new(text.as_slice(), CSV, 1);
        assert_eq!(records.next().unwrap().unwrap().line, 1);
        assert_eq!(records.next().unwrap(), Some(Record { line: 2, row: 2, bytes: None }));
        assert_eq!(records.next().unwrap(), None);
    }

    #[test]
    fn finds_the_delimiter() {
        for (header, delimiter) in [
            ("title,kind\na;b;c", b','),
            ("title;\"a,b,c\";kind", b';'),
            ("title\tkind", b'\t'),
            ("title", b','),
            ("", b','),
        ] {
            assert_eq!(detect_delimiter(header.as_bytes()), delimiter, "{header}");
        }
    }
}
