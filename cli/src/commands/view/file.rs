//! A view as a file: the counts that are shown, one in each row, and "few" where none is. A hidden count is nowhere in the file,
//! only that there is one.
//!
//! [`rows_of`] alone knows how a view is laid out.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};
use talkoot_protocol::view::{Basis, Count, Facet, MergedView, Preset, Share, Slice, Trend};

use super::names::{Names, is_area};
use super::preset;
use super::tables::basis_in_words;
use crate::commands::export::{cannot_write, into_place};
use crate::commands::table::workbook::Book;
use crate::commands::table::{Cell, Column, Holds, parquet};
use crate::error::{Error, Result};

/// The mark by which spreadsheets know UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a view is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Xlsx,
    Json,
    Parquet,
}

/// One number of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    /// What it counts: `cell`, `row_total`, `column_total` or `total`.
    level: &'static str,
    /// For each facet the value's key; none in a total over that facet.
    keys: Vec<Option<String>>,
    /// Reports; none where the number is hidden.
    reports: Option<u64>,
    /// How the line goes that it stands in.
    trend: Option<Trend>,
    /// The share of the preset in that line.
    share: Option<Share>,
}

/// Returns a view's facets (rows, columns, those held fast) and numbers: each cell, then the totals.
fn rows_of(view: &MergedView, preset: Option<Preset>) -> (Vec<Facet>, Vec<Counted>) {
    let axes = [Some(view.query.rows), view.query.columns].into_iter().flatten();
    let held = view.slices.first().map(|slice| slice.of.keys().copied()).into_iter().flatten();
    let facets: Vec<Facet> = axes.chain(held).collect();
    (facets, view.slices.iter().flat_map(|slice| rows_of_slice(view, slice, preset)).collect())
}

/// Returns the numbers of one table of a view: each cell, then the totals.
pub(super) fn rows_of_slice(view: &MergedView, slice: &Slice, preset: Option<Preset>) -> Vec<Counted> {
    let two_way = view.query.columns.is_some();
    let counted = |level, row: Option<&String>, column: Option<&String>, count: &Count| {
        let axes = [Some(row.cloned()), two_way.then(|| column.cloned())].into_iter().flatten();
        let keys = axes.chain(slice.of.values().cloned().map(Some)).collect();
        let reports = if let Count::Shown(number) = count { Some(*number) } else { None };
        Counted { level, keys, reports, trend: None, share: None }
    };
    let (trends, shares) =
        (view.trends(slice), preset.and_then(|preset| preset.shares(view, slice)).unwrap_or_default());
    let mut rows = Vec::new();
    for (at, (row, counts)) in view.rows.iter().zip(&slice.cells).enumerate() {
        let trend = trends.get(at).copied();
        let counts = view.columns.iter().zip(counts);
        rows.extend(counts.map(|(column, count)| Counted { trend, ..counted("cell", Some(row), Some(column), count) }));
    }
    let of_rows = if two_way { "row_total" } else { "cell" };
    for (at, (row, count)) in view.rows.iter().zip(&slice.row_totals).enumerate() {
        let (trend, share) = (trends.get(at).copied(), shares.get(at).copied().flatten());
        rows.push(Counted { trend, share, ..counted(of_rows, Some(row), None, count) });
    }
    let trend = view.trend_of_totals(slice);
    let columns = view.columns.iter().zip(&slice.column_totals);
    rows.extend(columns.map(|(column, count)| Counted { trend, ..counted("column_total", None, Some(column), count) }));
    rows.extend(slice.total.iter().map(|count| Counted { trend, ..counted("total", None, None, count) }));
    rows
}

/// Returns the minima that were applied, for reports, organisations and authors; none where numbers are exact.
fn minima(view: &MergedView) -> [Option<u64>; 3] {
    match &view.basis {
        Basis::Published(rules) => {
            [rules.reports_min(), rules.organisations_min(), rules.authors_min()].map(|least| Some(u64::from(least)))
        }
        _ => [None; 3],
    }
}

impl Format {
    /// Takes the format that a file's name tells.
    ///
    /// # Errors
    /// If it tells none.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
        match extension.as_str() {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            "json" => Ok(Self::Json),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::refused(format!("{} does not tell what to write", path.display()))
                .hint("Give the file a name that ends with .csv, .xlsx, .json or .parquet.")),
        }
    }
}

/// Writes a view into a file; returns how many rows it has.
pub(super) fn write(view: &MergedView, names: &Names, preset: Option<Preset>, path: &Path, force: bool) -> Result<u64> {
    let format = Format::of(path)?;
    let (facets, counted) = rows_of(view, preset);
    let more =
        More { trend: view.query.columns == Some(Facet::HalfYear), share: preset.and_then(preset::in_words).is_some() };
    let columns = columns(&facets, more);
    let rows: Vec<Vec<Cell>> = counted.iter().map(|counted| cells(counted, &facets, more, view, names)).collect();
    let mut notes = notes(view, names, &facets);
    notes.extend(preset.and_then(preset::in_words).map(|words| ("shares".to_owned(), words)));
    let sheet = Sheet { title: "view", columns: &columns, rows: &rows, notes: &notes };
    let head = json!({"query": view.query, "basis": view.basis});
    sheet.write(format, head, path, force)?;
    Ok(rows.len() as u64)
}

/// Writes any table into a file whose name tells the format.
pub(super) fn write_table(sheet: &Sheet<'_>, path: &Path, force: bool) -> Result<()> {
    sheet.write(Format::of(path)?, json!({}), path, force)
}

/// A table with what a reader of it has to know.
pub(super) struct Sheet<'a> {
    /// What a workbook calls it.
    pub(super) title: &'a str,
    pub(super) columns: &'a [Column],
    pub(super) rows: &'a [Vec<Cell>],
    pub(super) notes: &'a [(String, String)],
}

impl Sheet<'_> {
    /// Writes the table; in JSON beside what `head` says.
    fn write(&self, format: Format, head: Value, path: &Path, force: bool) -> Result<()> {
        into_place(path, force, |out| match format {
            Format::Csv => csv(out, self.columns, self.rows),
            Format::Json => json_object(out, head, self),
            Format::Xlsx => {
                let mut book = Book::begin(self.title, self.columns)?;
                self.rows.iter().try_for_each(|row| book.row(row))?;
                book.notes("rules", self.notes)?;
                book.end(out)
            }
            Format::Parquet => {
                let mut file = parquet::File::begin(out, self.columns, self.notes)?;
                self.rows.iter().try_for_each(|row| file.row(row.clone()))?;
                file.end()
            }
        })
    }
}

/// Which columns a view has besides those that each has.
#[derive(Debug, Clone, Copy)]
pub(super) struct More {
    pub(super) trend: bool,
    pub(super) share: bool,
}

/// Returns the columns of a view with these facets.
pub(super) fn columns(facets: &[Facet], more: More) -> Vec<Column> {
    let level = [Column::new("level", Holds::Text)];
    let of_facets = facets.iter().flat_map(|facet| {
        [Column::new(facet.key(), Holds::Text), Column::new(format!("{}_name", facet.key()), Holds::Text)]
    });
    let counts = [Column::new("reports", Holds::Number)];
    let rules = ["reports_min", "organisations_min", "authors_min"].map(|name| Column::new(name, Holds::Number));
    let status = [Column::new("status", Holds::Text)];
    let trend = more.trend.then(|| Column::new("trend", Holds::Text));
    let share = [("share_percent", Holds::Number), ("share_margin", Holds::Number), ("share_is", Holds::Text)];
    let share = share.into_iter().filter(|_| more.share).map(|(name, holds)| Column::new(name, holds));
    level.into_iter().chain(of_facets).chain(counts).chain(status).chain(rules).chain(trend).chain(share).collect()
}

/// Returns a number as a row of those columns.
pub(super) fn cells(counted: &Counted, facets: &[Facet], more: More, view: &MergedView, names: &Names) -> Vec<Cell> {
    let of_facets = facets.iter().zip(&counted.keys).flat_map(|(facet, key)| match key {
        Some(key) => [Cell::text(key.as_str()), Cell::text(names.value(*facet, key))],
        None => [Cell::Empty, Cell::Empty],
    });
    let number = |number: Option<u64>| number.map_or(Cell::Empty, Cell::Number);
    let status = if counted.reports.is_some() { "shown" } else { "few" };
    let rules = minima(view).map(number);
    [Cell::text(counted.level)]
        .into_iter()
        .chain(of_facets)
        .chain([number(counted.reports), Cell::text(status)])
        .chain(rules)
        .chain(more.trend.then(|| counted.trend.map_or(Cell::Empty, |trend| Cell::text(trend.key()))))
        .chain(share_cells(counted.share).into_iter().filter(|_| more.share))
        .collect()
}

fn share_cells(share: Option<Share>) -> [Cell; 3] {
    share.map_or([Cell::Empty, Cell::Empty, Cell::Empty], |Share { percent, margin, at_least }| {
        [Cell::Number(percent), Cell::Number(margin), Cell::text(if at_least { "at_least" } else { "about" })]
    })
}

/// What a reader of the file has to know.
fn notes(view: &MergedView, names: &Names, facets: &[Facet]) -> Vec<(String, String)> {
    let fingerprint: String = view.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut notes = vec![
        ("query".to_owned(), json!(view.query).to_string()),
        ("basis".to_owned(), json!(view.basis).to_string()),
        ("basis_in_words".to_owned(), basis_in_words(view, names)),
        ("fingerprint".to_owned(), fingerprint),
    ];
    if facets.iter().any(|facet| is_area(*facet)) {
        notes.push(("areas".to_owned(), talkoot_protocol::report::area::table::ATTRIBUTION.to_owned()));
    }
    notes
}

fn csv(out: &mut dyn Write, columns: &[Column], rows: &[Vec<Cell>]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        out.write_all(UTF8_MARK)?;
        let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
        writer.write_record(columns.iter().map(|column| &column.name))?;
        rows.iter().try_for_each(|row| writer.write_record(row.iter().map(Cell::to_text)))?;
        writer.flush()
    };
    write().map_err(cannot_write)
}

fn json_object(out: &mut dyn Write, mut head: Value, sheet: &Sheet<'_>) -> Result<()> {
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Number(number) => json!(number),
        Cell::Flag(yes) => json!(yes),
        Cell::List(list, _) => json!(list),
        Cell::Text(text) => json!(text),
    };
    let row = |row: &Vec<Cell>| -> Map<String, Value> {
        sheet.columns.iter().zip(row).map(|(column, cell)| (column.name.clone(), value(cell))).collect()
    };
    let notes: Map<String, Value> = sheet.notes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    head["notes"] = Value::Object(notes);
    head["rows"] = sheet.rows.iter().map(row).collect();
    serde_json::to_writer(&mut *out, &head).map_err(|error| cannot_write(error.into()))?;
    out.write_all(b"\n").map_err(cannot_write)
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::Language;

    use super::*;

    fn view() -> MergedView {
        serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": "county", "filters": {"valence": ["negative"]}},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["2", "none"], "columns": ["12", "fi"],
            "slices": [{
                "of": {"valence": "negative"}, "cells": [[5, "few"], ["few", 10]],
                "row_totals": [10, 10], "column_totals": [5, 10], "total": 15,
            }],
        }))
        .unwrap()
    }

    #[test]
    fn every_cell_is_a_row_and_few_has_no_number() {
        let (facets, rows) = rows_of(&view(), None);
        assert_eq!(facets, [Facet::Theme, Facet::County, Facet::Valence]);
        assert_eq!(rows.len(), 4 + 2 + 2 + 1);
        let few: Vec<_> = rows.iter().filter(|row| row.reports.is_none()).collect();
        let keys = ["2", "fi", "negative"].map(|key| Some(key.to_owned()));
        assert_eq!((few.len(), few[0].level, &few[0].keys), (2, "cell", &keys.to_vec()));
        assert_eq!(rows.last().map(|row| (row.level, row.reports)), Some(("total", Some(15))));
    }

    #[test]
    fn the_same_rows_in_every_format() {
        let names = Names::bare(Language::Fi);
        let dir = std::env::temp_dir().join(format!("talkoot-view-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for ending in ["csv", "xlsx", "json", "parquet"] {
            let path = dir.join(format!("view.{ending}"));
            assert_eq!(write(&view(), &names, None, &path, false).unwrap(), 9, "{ending}");
            assert!(
                write(&view(), &names, None, &path, false).is_err()
                    && write(&view(), &names, None, &path, true).is_ok()
            );
        }
        let text = std::fs::read_to_string(dir.join("view.csv")).unwrap();
        assert!(text.contains("cell,2,Asuminen,fi,Koko maa,negative,Kielteinen,,few,3,2,3\r\n"), "{text}");
        let object: Value = serde_json::from_slice(&std::fs::read(dir.join("view.json")).unwrap()).unwrap();
        assert_eq!((&object["rows"][1]["reports"], &object["rows"][1]["status"]), (&Value::Null, &json!("few")));
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(Format::of(Path::new("view.txt")).is_err());
    }
}
