//! A view as a file: the counts that are shown, one in each row, and "few" where none is. A hidden count is nowhere in the file,
//! only that there is one.
//!
//! [`rows_of`] alone knows how a view is laid out.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};
use talkoot_protocol::view::{Count, Facet, MergedView};

use super::names::{Names, is_area};
use super::rule_in_words;
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

/// One cell of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    /// What it counts: `cell`, `row_total`, `column_total` or `total`.
    level: &'static str,
    /// For each facet the value's key; none in a total over that facet.
    keys: Vec<Option<String>>,
    /// Reports, organisations, authors; none where the count is hidden.
    counts: [Option<u64>; 3],
}

/// Returns a view's facets and cells: each cell, then the totals.
fn rows_of(view: &MergedView) -> (Vec<Facet>, Vec<Counted>) {
    let facets: Vec<Facet> = [Some(view.query.rows), view.query.columns].into_iter().flatten().collect();
    let two_way = facets.len() > 1;
    let counted = |level, row: Option<&String>, column: Option<&String>, cell: &talkoot_protocol::view::Cell| {
        let shown = |count| if let Count::Shown(number) = count { Some(number) } else { None };
        let keys = [Some(row.cloned()), two_way.then(|| column.cloned())].into_iter().flatten().collect();
        Counted { level, keys, counts: [cell.reports, cell.organisations, cell.authors].map(shown) }
    };
    let mut rows = Vec::new();
    for (row, cells) in view.rows.iter().zip(&view.cells) {
        let cells = view.columns.iter().zip(cells);
        rows.extend(cells.map(|(column, cell)| counted("cell", Some(row), Some(column), cell)));
    }
    let of_rows = if two_way { "row_total" } else { "cell" };
    rows.extend(view.rows.iter().zip(&view.row_totals).map(|(row, cell)| counted(of_rows, Some(row), None, cell)));
    let columns = view.columns.iter().zip(&view.column_totals);
    rows.extend(columns.map(|(column, cell)| counted("column_total", None, Some(column), cell)));
    rows.push(counted("total", None, None, &view.total));
    (facets, rows)
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
pub(super) fn write(view: &MergedView, names: &Names, path: &Path, force: bool) -> Result<u64> {
    let format = Format::of(path)?;
    let (facets, counted) = rows_of(view);
    let columns = columns(&facets);
    let rows: Vec<Vec<Cell>> = counted.iter().map(|counted| cells(counted, &facets, view, names)).collect();
    let notes = notes(view, &facets);
    into_place(path, force, |out| match format {
        Format::Csv => csv(out, &columns, &rows),
        Format::Json => json_object(out, view, &columns, &rows, &notes),
        Format::Xlsx => {
            let mut book = Book::begin("view", &columns)?;
            rows.iter().try_for_each(|row| book.row(row))?;
            book.notes("rules", &notes)?;
            book.end(out)
        }
        Format::Parquet => {
            let mut file = parquet::File::begin(out, &columns, &notes)?;
            rows.iter().try_for_each(|row| file.row(row.clone()))?;
            file.end()
        }
    })?;
    Ok(rows.len() as u64)
}

fn columns(facets: &[Facet]) -> Vec<Column> {
    let level = [Column::new("level", Holds::Text)];
    let of_facets = facets.iter().flat_map(|facet| {
        [Column::new(facet.key(), Holds::Text), Column::new(format!("{}_name", facet.key()), Holds::Text)]
    });
    let counts = ["reports", "organisations", "authors"].map(|name| Column::new(name, Holds::Number));
    let rules = ["reports_min", "organisations_min", "authors_min"].map(|name| Column::new(name, Holds::Number));
    let status = [Column::new("status", Holds::Text)];
    level.into_iter().chain(of_facets).chain(counts).chain(status).chain(rules).collect()
}

fn cells(counted: &Counted, facets: &[Facet], view: &MergedView, names: &Names) -> Vec<Cell> {
    let of_facets = facets.iter().zip(&counted.keys).flat_map(|(facet, key)| match key {
        Some(key) => [Cell::text(key.as_str()), Cell::text(names.value(*facet, key))],
        None => [Cell::Empty, Cell::Empty],
    });
    let counts = counted.counts.map(|count| count.map_or(Cell::Empty, Cell::Number));
    let status = if counted.counts.iter().all(Option::is_some) { "shown" } else { "few" };
    let rules = [view.rules.reports_min, view.rules.organisations_min, view.rules.authors_min];
    let rules = rules.map(|least| Cell::Number(u64::from(least)));
    [Cell::text(counted.level)]
        .into_iter()
        .chain(of_facets)
        .chain(counts)
        .chain([Cell::text(status)])
        .chain(rules)
        .collect()
}

/// What a reader of the file has to know.
fn notes(view: &MergedView, facets: &[Facet]) -> Vec<(String, String)> {
    let fingerprint: String = view.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut notes = vec![
        ("query".to_owned(), json!(view.query).to_string()),
        ("rules".to_owned(), json!(view.rules).to_string()),
        ("rule".to_owned(), rule_in_words(&view.rules)),
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

fn json_object(
    out: &mut dyn Write,
    view: &MergedView,
    columns: &[Column],
    rows: &[Vec<Cell>],
    notes: &[(String, String)],
) -> Result<()> {
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Number(number) => json!(number),
        cell => json!(cell.to_text()),
    };
    let row = |row: &Vec<Cell>| -> Map<String, Value> {
        columns.iter().zip(row).map(|(column, cell)| (column.name.clone(), value(cell))).collect()
    };
    let notes: Map<String, Value> = notes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let object = json!({
        "query": view.query, "rules": view.rules, "notes": notes, "rows": rows.iter().map(row).collect::<Vec<_>>(),
    });
    serde_json::to_writer(&mut *out, &object).map_err(|error| cannot_write(error.into()))?;
    out.write_all(b"\n").map_err(cannot_write)
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::Language;

    use super::*;
    use crate::commands::report::organisations::Organisations;

    fn view() -> MergedView {
        let few = json!({"reports": "few", "organisations": "few", "authors": "few"});
        let cell = |reports: u64| json!({"reports": reports, "organisations": 2, "authors": 3});
        serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": "county", "filters": {}},
            "rules": {"reports_min": 3, "organisations_min": 2, "authors_min": 3},
            "rows": ["2", "none"], "columns": ["12", "fi"],
            "cells": [[cell(7), few], [cell(0), cell(4)]],
            "row_totals": [cell(8), cell(4)], "column_totals": [cell(7), cell(5)], "total": cell(12),
        }))
        .unwrap()
    }

    #[test]
    fn every_cell_is_a_row_and_few_has_no_number() {
        let (facets, rows) = rows_of(&view());
        assert_eq!(facets, [Facet::Theme, Facet::County]);
        assert_eq!(rows.len(), 4 + 2 + 2 + 1);
        let few: Vec<_> = rows.iter().filter(|row| row.counts == [None; 3]).collect();
        assert_eq!(few.len(), 1);
        assert_eq!((few[0].level, &few[0].keys), ("cell", &vec![Some("2".to_owned()), Some("fi".to_owned())]));
        assert_eq!(rows.last().map(|row| (row.level, row.counts[0])), Some(("total", Some(12))));
    }

    #[test]
    fn the_same_rows_in_every_format() {
        let names = Names { organisations: Organisations::default(), language: Language::Fi };
        let dir = std::env::temp_dir().join(format!("talkoot-view-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for ending in ["csv", "xlsx", "json", "parquet"] {
            let path = dir.join(format!("view.{ending}"));
            assert_eq!(write(&view(), &names, &path, false).unwrap(), 9, "{ending}");
            assert!(write(&view(), &names, &path, false).is_err() && write(&view(), &names, &path, true).is_ok());
        }
        let text = std::fs::read_to_string(dir.join("view.csv")).unwrap();
        assert!(text.contains("cell,2,Asuminen,fi,Koko maa,,,,few,3,2,3\r\n"), "{text}");
        let object: Value = serde_json::from_slice(&std::fs::read(dir.join("view.json")).unwrap()).unwrap();
        assert_eq!((&object["rows"][1]["reports"], &object["rows"][1]["status"]), (&Value::Null, &json!("few")));
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(Format::of(Path::new("view.txt")).is_err());
    }
}
