//! A table as Parquet, compressed with zstd: texts, whole numbers and flags may be null; lists are lists and never null. Written
//! column by column with the format's own writer, without Arrow.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Cell, Column, Holds};
use crate::error::{Error, Result};

/// Rows that are kept in memory and written together.
const GROUP_ROWS: usize = 5_000;
/// Level of compression.
const ZSTD_LEVEL: i32 = 3;

/// A file being written.
pub(crate) struct File<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> File<W> {
    /// Begins a file, with notes about it.
    pub(crate) fn begin(out: W, columns: &[Column], notes: &[(String, String)]) -> Result<Self> {
        let notes = notes.iter().map(|(key, value)| KeyValue::new(format!("talkoot.{key}"), value.clone())).collect();
        let begin = || {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
                .set_created_by("talkoot".to_owned())
                .set_key_value_metadata(Some(notes))
                .build();
            SerializedFileWriter::new(out, schema(columns)?, Arc::new(properties))
        };
        let writer = begin().map_err(failed)?;
        Ok(Self { writer, columns: columns.to_vec(), rows: Vec::new() })
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.rows.push(cells);
        if self.rows.len() >= GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    /// Writes what is still in memory, and the end.
    pub(crate) fn end(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(failed)?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        let mut write = || {
            let mut group = self.writer.next_row_group()?;
            for (at, column) in self.columns.iter().enumerate() {
                let Some(mut writer) = group.next_column()? else { break };
                let cells = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Empty));
                match column.holds {
                    Holds::List => lists(&mut writer, cells)?,
                    holds => scalars(&mut writer, holds, cells)?,
                }
                writer.close()?;
            }
            group.close()
        };
        write().map(|_group| ()).map_err(failed)
    }
}

/// Writes a column whose cells are one value or none: a definition level of 1 says that there is one.
fn scalars<'a>(
    writer: &mut SerializedColumnWriter<'_>,
    holds: Holds,
    cells: impl Iterator<Item = &'a Cell>,
) -> std::result::Result<(), ParquetError> {
    let (mut levels, mut texts, mut numbers, mut flags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let there = match (holds, cell) {
            (Holds::Number, Cell::Number(number)) => {
                numbers.push(i64::try_from(*number).unwrap_or(i64::MAX));
                true
            }
            (Holds::Flag, Cell::Flag(yes)) => {
                flags.push(*yes);
                true
            }
            (Holds::Text, Cell::Text(text)) => {
                texts.push(ByteArray::from(text.as_str()));
                true
            }
            _ => false,
        };
        levels.push(i16::from(there));
    }
    match holds {
        Holds::Number => writer.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None)?,
        Holds::Flag => writer.typed::<BoolType>().write_batch(&flags, Some(&levels), None)?,
        Holds::Text | Holds::List => writer.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?,
    };
    Ok(())
}

/// Writes a column of lists: a repetition level of 1 goes on with the list begun, a definition level of 0 is an empty list.
fn lists<'a>(
    writer: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = &'a Cell>,
) -> std::result::Result<(), ParquetError> {
    let (mut definitions, mut repetitions, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let items = if let Cell::List(items, _) = cell { items.as_slice() } else { &[] };
        if items.is_empty() {
            definitions.push(0);
            repetitions.push(0);
        }
        for (at, item) in items.iter().enumerate() {
            definitions.push(1);
            repetitions.push(i16::from(at > 0));
            texts.push(ByteArray::from(item.as_str()));
        }
    }
    writer.typed::<ByteArrayType>().write_batch(&texts, Some(&definitions), Some(&repetitions))?;
    Ok(())
}

fn schema(columns: &[Column]) -> std::result::Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(field).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("talkoot").with_fields(fields).build()?))
}

fn field(column: &Column) -> std::result::Result<TypePtr, ParquetError> {
    let text = |name: &str, repetition| {
        let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(repetition);
        text.with_logical_type(Some(LogicalType::String)).build().map(Arc::new)
    };
    let other = |kind| {
        Type::primitive_type_builder(&column.name, kind).with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    };
    match column.holds {
        Holds::Text => text(&column.name, Repetition::OPTIONAL),
        Holds::Number => other(Physical::INT64),
        Holds::Flag => other(Physical::BOOLEAN),
        Holds::List => {
            let element = text("element", Repetition::REQUIRED)?;
            let items = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
            let items = Arc::new(items.with_fields(vec![element]).build()?);
            let list = Type::group_type_builder(&column.name).with_repetition(Repetition::REQUIRED);
            let list = list.with_logical_type(Some(LogicalType::List)).with_fields(vec![items]).build()?;
            Ok(Arc::new(list))
        }
    }
}

fn failed(error: ParquetError) -> Error {
    Error::failed(error).context("cannot write Parquet")
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let columns = [
            Column::new("t", Holds::Text),
            Column::new("l", Holds::List),
            Column::new("n", Holds::Number),
            Column::new("f", Holds::Flag),
        ];
        let list = |items: &[&str]| Cell::List(items.iter().map(|item| (*item).to_owned()).collect(), String::new());
        let rows = [
            vec![Cell::text("=1+1"), list(&["a", "b"]), Cell::Number(7), Cell::Flag(true)],
            vec![Cell::text(""), list(&[]), Cell::Empty, Cell::Empty],
            vec![Cell::Number(3), list(&["ö"]), Cell::text("no number"), Cell::Flag(false)],
        ];
        let mut bytes = Vec::new();
        let mut file = File::begin(&mut bytes, &columns, &[("rule".into(), "r".into())]).unwrap();
        rows.iter().for_each(|row| file.row(row.clone()).unwrap());
        file.end().unwrap();
        let path = std::env::temp_dir().join(format!("talkoot-{}.parquet", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        std::fs::remove_file(&path).unwrap();
        let notes = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert_eq!((notes[0].key.as_str(), notes[0].value.as_deref()), ("talkoot.rule", Some("r")));
        let read: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(
            read,
            [
                "{t: \"=1+1\", l: [\"a\", \"b\"], n: 7, f: true}",
                "{t: null, l: [], n: null, f: null}",
                "{t: null, l: [\"ö\"], n: null, f: false}"
            ]
        );
    }
}
