//! A header that names columns of reports, as an export writes it, and rows under it.

use std::collections::BTreeMap;

use talkoot_protocol::form::LOCAL_PREFIX;
use talkoot_protocol::report::{Report, flat};

use super::mapping::bind::column_of;
use super::place::{Place, Placed};
use crate::commands::report::examine::{Remark, issue_remark};
use crate::commands::report::fields::field_of;
use crate::output;

/// Columns that an export puts before the report's own: they tell of the document, not of the report.
pub(crate) const EXPORT_COLUMNS: [&str; 4] = ["document", "organisation", "author", "changes"];

/// The columns of a CSV file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// In the file's order. Those without a name, and those of an export that tell of the document, are `None`.
    names: Vec<Option<String>>,
    from_export: bool,
}

impl Columns {
    /// Reads a header.
    ///
    /// # Errors
    /// A sentence's end: what is wrong with it.
    pub(super) fn read(header: &[String]) -> std::result::Result<Self, String> {
        let known = flat::columns();
        let lower: Vec<String> = header.iter().map(|name| name.trim().to_lowercase()).collect();
        let from_export = EXPORT_COLUMNS.iter().all(|name| lower.iter().any(|column| column == name));
        let mut names: Vec<Option<String>> = Vec::new();
        for (at, name) in header.iter().enumerate() {
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

    /// Reads a row as a report; none for one of empty cells.
    pub(super) fn report(&self, cells: Vec<String>) -> Option<std::result::Result<Report, Vec<Remark>>> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
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

    /// Says which cell of a row a remark is about.
    pub(super) fn placed(&self, remark: Remark, row: u64) -> Placed {
        let column = column_of(&remark.field);
        let is_its = |name: &Option<String>| {
            name.as_ref().is_some_and(|name| *name == column || field_of(name) == Some(&column))
        };
        let at = self.names.iter().position(is_its);
        let place = at.and_then(|at| Some(Place::new(at, row, self.names.get(at)?.as_deref()?)));
        Placed { remark, place }
    }

    /// Returns the questions that columns answer.
    pub(super) fn questions(&self) -> impl Iterator<Item = &str> {
        self.names.iter().flatten().map(String::as_str).filter(|name| name.starts_with(LOCAL_PREFIX))
    }

    /// Says which columns are kept as fields of one's own.
    pub(super) fn introduce(&self) {
        let known = flat::columns();
        let is_own = |name: &&String| !known.contains(name) && !name.starts_with(LOCAL_PREFIX);
        let own: Vec<_> = self.names.iter().flatten().filter(is_own).map(String::as_str).collect();
        if !own.is_empty() {
            output::say(&format!("Kept as fields of your own: {}", own.join(", ")));
        }
    }
}
