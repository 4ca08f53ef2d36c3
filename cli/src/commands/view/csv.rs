//! A view as CSV: one line for each number, in stable keys. A hidden count is an empty field with the reason beside it.

use std::io;

use talkoot_protocol::view::{Count, Facet, MergedView};

use crate::error::{Error, Result};

/// The column of the counts, and that of why there is none.
const COUNT: &str = "reports";
/// See [`COUNT`].
const HIDDEN: &str = "hidden";

/// Prints a view: a column for each facet, empty where the number is of all its values, then the count.
pub(super) fn print(view: &MergedView) -> Result<()> {
    write(view, io::stdout().lock())
}

fn write(view: &MergedView, out: impl io::Write) -> Result<()> {
    let facets = view.query.facets();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let heads = facets.iter().map(|facet| facet.key()).chain([COUNT, HIDDEN]);
    writer.write_record(heads).map_err(Error::failed)?;
    for slice in &view.slices {
        let mut put = |row: Option<&String>, column: Option<&String>, count: Count| {
            let key = |facet: &Facet| {
                let on_axis =
                    if *facet == view.query.rows { row } else { column.filter(|_| view.query.columns == Some(*facet)) };
                slice.of.get(facet).or(on_axis).cloned().unwrap_or_default()
            };
            let number = match count {
                Count::Few => [String::new(), count.to_string()],
                Count::Shown(_) => [count.to_string(), String::new()],
            };
            writer.write_record(facets.iter().map(key).chain(number)).map_err(Error::failed)
        };
        for (row, counts) in view.rows.iter().zip(&slice.cells) {
            view.columns.iter().zip(counts).try_for_each(|(column, count)| put(Some(row), Some(column), *count))?;
        }
        view.rows.iter().zip(&slice.row_totals).try_for_each(|(row, count)| put(Some(row), None, *count))?;
        view.columns
            .iter()
            .zip(&slice.column_totals)
            .try_for_each(|(column, count)| put(None, Some(column), *count))?;
        slice.total.map_or(Ok(()), |count| put(None, None, count))?;
    }
    writer.flush().map_err(Error::failed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hidden_count_is_empty_with_a_reason() {
        let view: MergedView = serde_json::from_value(json!({
            "query": {"rows": "theme", "columns": "valence", "filters": {"county": ["12"]}},
            "basis": {"published": {"reports_min": 3, "organisations_min": 2, "authors_min": 3}},
            "rows": ["2"], "columns": ["negative", "mixed"],
            "slices": [{"of": {"county": "12"}, "cells": [[10, "few"]], "row_totals": [15], "column_totals": [10, "few"], "total": 15}],
        }))
        .unwrap();
        let mut out = Vec::new();
        write(&view, &mut out).unwrap();
        let lines = [
            "theme,county,valence,reports,hidden",
            "2,12,negative,10,",
            "2,12,mixed,,few",
            "2,12,,15,",
            ",12,negative,10,",
            ",12,mixed,,few",
            ",12,,15,",
            "",
        ];
        assert_eq!(String::from_utf8(out).unwrap(), lines.join("\r\n"));
    }
}
