//! What became of the rows, and how it is told.

use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;

use super::place::{Place, Placed, tactful};
use crate::error::Result;
use crate::output;

/// Most problems named in the summary for programs.
const LISTED_MAX: usize = 10_000;

/// Rows after which notes are only counted.
const NOTED_MAX: u64 = 100;

/// Counts of an import.
#[derive(Debug)]
pub(super) struct Tally {
    json: bool,
    started: Instant,
    stored: u64,
    already: u64,
    noted_rows: u64,
    refused_rows: u64,
    refused: Vec<Refused>,
}

/// One problem of one row.
#[derive(Debug, Serialize)]
struct Refused {
    line: u64,
    field: String,
    problem: String,
    #[serde(flatten)]
    place: Option<Place>,
}

#[derive(Serialize)]
struct Summary<'a> {
    rows: u64,
    stored: u64,
    already: u64,
    noted_rows: u64,
    refused_rows: u64,
    refused: &'a [Refused],
    seconds: f64,
}

/// Returns where something stands: a cell with the name of its column, or a line.
fn at(line: u64, place: &Option<Place>) -> String {
    match place {
        Some(Place { cell, column }) => format!("{cell} ({column})"),
        None => format!("line {line}"),
    }
}

impl Tally {
    /// Begins to count.
    pub(super) fn start(json: bool) -> Self {
        Self {
            json,
            started: Instant::now(),
            stored: 0,
            already: 0,
            noted_rows: 0,
            refused_rows: 0,
            refused: Vec::new(),
        }
    }

    /// A row was stored.
    pub(super) fn stored(&mut self) {
        self.stored += 1;
    }

    /// A row had been stored before.
    pub(super) fn already(&mut self) {
        self.already += 1;
    }

    /// A row is good, but there is something its author should know.
    pub(super) fn note(&mut self, line: u64, remarks: &[Placed]) {
        self.noted_rows += u64::from(!remarks.is_empty());
        if self.noted_rows <= NOTED_MAX {
            let say = |note: &Placed| output::say(&format!("{}: note: {}", at(line, &note.place), note.remark.problem));
            remarks.iter().for_each(say);
        }
    }

    /// A row was refused: says why at once, and keeps it for programs.
    pub(super) fn refuse(&mut self, line: u64, remarks: Vec<Placed>) {
        self.refused_rows += 1;
        for Placed { remark, place } in remarks {
            let remark = tactful(remark);
            if !self.json {
                output::say(&format!("{}: {}", at(line, &place), remark.problem));
            } else if self.refused.len() < LISTED_MAX {
                self.refused.push(Refused { line, field: remark.field, problem: remark.problem, place });
            }
        }
    }

    /// Returns whether any row was refused.
    pub(super) fn has_refused(&self) -> bool {
        self.refused_rows > 0
    }

    /// What was good was not stored after all.
    pub(super) fn none_stored(&mut self) {
        self.stored = 0;
    }

    /// Prints the summary, with a sentence of the caller's before the time, and returns the exit code.
    pub(super) fn finish(&self, stored_how: &str, remark: &str) -> Result<ExitCode> {
        let rows = self.stored + self.already + self.refused_rows;
        let seconds = self.started.elapsed().as_secs_f64();
        if self.noted_rows > NOTED_MAX {
            output::say(&format!(
                "… and {} to look at.",
                output::count(self.noted_rows - NOTED_MAX, "more row", "more rows")
            ));
        }
        if self.json {
            let Self { stored, already, noted_rows, refused_rows, ref refused, .. } = *self;
            output::json(&Summary {
                rows,
                stored,
                already,
                noted_rows,
                refused_rows,
                refused,
                seconds: (seconds * 1000.0).round() / 1000.0,
            })?;
        } else {
            let already = match self.already {
                0 => String::new(),
                already => format!(" {already} stored before."),
            };
            let stored = output::count(self.stored, "report", "reports");
            let refused = output::count(self.refused_rows, "row", "rows");
            output::line(&format!("{stored} {stored_how}.{already} {refused} refused.{remark} {seconds:.1} s"))?;
        }
        Ok(if self.has_refused() { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}
