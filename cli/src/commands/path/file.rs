//! A view of paths as a file: the counts that are shown, one in each row. A hidden count is nowhere in the file, only that there is one.

use std::io::Write;
use std::path::Path;

use serde_json::json;
use talkoot_protocol::service_path::{By, PathView};
use talkoot_protocol::view::{Count, Rules};

use super::names::Names;
use super::tables::{in_words, parts};
use crate::commands::export::{cannot_write, into_place};
use crate::commands::table::workbook::Book;
use crate::commands::table::{Cell, Column, Holds, parquet};
use crate::error::{Error, Result};

/// The mark by which spreadsheets know UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// Most parts of a key but that of a whole path, which stands in one cell.
const PARTS_MAX: usize = 3;
/// Divides the parts of a whole path in its cell.
const DIVIDER: &str = " > ";

/// What a view is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Xlsx,
    Parquet,
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
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::refused(format!("{} does not tell what to write", path.display()))
                .hint("Give the file a name that ends with .csv, .xlsx or .parquet; for JSON add --json instead.")),
        }
    }
}

/// Writes a view into a file; returns how many rows it has.
pub(super) fn write(view: &PathView, names: &Names, path: &Path, force: bool) -> Result<u64> {
    let format = Format::of(path)?;
    let (columns, rows, notes) = (columns(), rows(view, names), notes(view));
    into_place(path, force, |out| match format {
        Format::Csv => csv(out, &columns, &rows),
        Format::Xlsx => {
            let mut book = Book::begin("paths", &columns)?;
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

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::new("level", Holds::Text), Column::new("count", Holds::Text)];
    for part in 1..=PARTS_MAX {
        columns.push(Column::new(format!("part_{part}"), Holds::Text));
        columns.push(Column::new(format!("part_{part}_name"), Holds::Text));
    }
    columns.extend(["facet", "value", "value_name"].map(|name| Column::new(name, Holds::Text)));
    columns.push(Column::new("paths", Holds::Number));
    columns.push(Column::new("status", Holds::Text));
    columns.extend(["paths_min", "organisations_min", "authors_min"].map(|name| Column::new(name, Holds::Number)));
    columns
}

/// Returns each number: of lines, of the paths in any line, of all paths.
fn rows(view: &PathView, names: &Names) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut add = |level: &str, key: &[Cell], counts: &[Count], all: Count, rules: &Rules| {
        let values = view.columns.iter().map(Some).zip(counts).chain([(None, &all)]);
        rows.extend(values.map(|(value, count)| row(view, names, (level, key), value, *count, rules)));
    };
    for line in &view.lines {
        add("line", &key_cells(view, &line.key, names), &line.counts, line.paths, &view.line_rules);
    }
    let nothing = vec![Cell::Empty; 2 * PARTS_MAX];
    add("matching", &nothing, &view.column_matching, view.matching, &view.rules);
    add("all", &nothing, &view.column_paths, view.paths, &view.rules);
    rows
}

/// Returns the parts of a key and their names by turns.
fn key_cells(view: &PathView, key: &[String], names: &Names) -> Vec<Cell> {
    let keys = if view.query.by == By::Whole { vec![key.join(DIVIDER)] } else { key.to_vec() };
    let named = keys.into_iter().zip(parts(view, key, names));
    let mut cells: Vec<Cell> = named.flat_map(|(key, name)| [Cell::text(key), Cell::text(name)]).collect();
    cells.resize(2 * PARTS_MAX, Cell::Empty);
    cells
}

fn row(
    view: &PathView,
    names: &Names,
    (level, key): (&str, &[Cell]),
    value: Option<&String>,
    count: Count,
    rules: &Rules,
) -> Vec<Cell> {
    let facet = view.query.across.zip(value);
    let mut row = vec![Cell::text(level), Cell::text(view.query.by.key())];
    row.extend_from_slice(key);
    row.extend(match facet {
        Some((facet, value)) => {
            [Cell::text(facet.key()), Cell::text(value.as_str()), Cell::text(names.value(facet, value))]
        }
        None => [Cell::Empty, Cell::Empty, Cell::Empty],
    });
    row.extend(match count {
        Count::Shown(count) => [Cell::Number(count), Cell::text("shown")],
        Count::Few => [Cell::Empty, Cell::text("few")],
    });
    let minima = [rules.reports_min(), rules.organisations_min(), rules.authors_min()];
    row.extend(minima.map(|least| Cell::Number(u64::from(least))));
    row
}

/// What a reader of the file has to know.
fn notes(view: &PathView) -> Vec<(String, String)> {
    let fingerprint: String = view.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        ("query".to_owned(), json!(view.query).to_string()),
        ("rules_in_words".to_owned(), in_words(view)),
        ("fingerprint".to_owned(), fingerprint),
    ]
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

#[cfg(test)]
mod tests {
    use talkoot_protocol::report::codes::Language;

    use super::*;

    #[test]
    fn every_count_is_a_row_and_few_has_no_number() {
        let rules = json!({"reports_min": 3, "organisations_min": 2, "authors_min": 3});
        let view: PathView = serde_json::from_value(json!({
            "query": {"by": "flow", "of": "service", "across": "county", "filters": {}},
            "rules": rules, "line_rules": rules, "columns": ["12"],
            "lines": [{"key": ["food_aid", "outcome:helped"], "counts": ["few"], "paths": 5}],
            "column_paths": [40], "column_matching": [20], "paths": 65, "matching": "few",
        }))
        .unwrap();
        let dir = std::env::temp_dir().join(format!("talkoot-paths-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for ending in ["csv", "xlsx", "parquet"] {
            let path = dir.join(format!("paths.{ending}"));
            assert_eq!(write(&view, &Names::without_lists(Language::Sv), &path, false).unwrap(), 6, "{ending}");
        }
        let text = std::fs::read_to_string(dir.join("paths.csv")).unwrap();
        let hidden = "line,flow,food_aid,Mathjälp,outcome:helped,Fick hjälp,,,county,12,Södra Savolax välfärdsområde,,few,3,2,3\r\n";
        assert!(text.contains(hidden), "{text}");
        assert!(
            text.contains("line,flow,food_aid,Mathjälp,outcome:helped,Fick hjälp,,,,,,5,shown,3,2,3\r\n"),
            "{text}"
        );
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(Format::of(Path::new("paths.txt")).is_err());
    }
}
