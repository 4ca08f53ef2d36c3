//! A row of cells as a report.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::area::{Area, AreaCode};
use super::super::attachment::{self, Attachment};
use super::super::code::{Code, CodeSet};
use super::super::codes::{AgeBand, Language};
use super::super::issue::{Issue, Problem};
use super::super::schema::{Cause, Coded, Evidence, Extent, FormId, Proposal, Report, TargetGroup};
use super::{EVIDENCE_PARTS, PROPOSAL_PARTS, cell};

/// Reads a row by its column names; absent columns are empty cells. Unknown codes are kept, as everywhere; whether the report
/// is complete, [`super::super::check::check`] says.
///
/// # Errors
/// One issue for each cell that cannot be read, its `field` the column.
pub fn from_flat(row: &BTreeMap<String, String>) -> Result<Report, Vec<Issue>> {
    let mut cells = Cells {
        cells: row.iter().map(|(column, cell)| (column.as_str(), cell::unguard(cell))).collect(),
        issues: Vec::new(),
    };
    let report = report(&mut cells);
    if cells.issues.is_empty() { Ok(report) } else { Err(cells.issues) }
}

fn report(cells: &mut Cells) -> Report {
    let mut report = Report {
        title: cells.take("title").to_owned(),
        kind: cells.code("kind"),
        valence: cells.code("valence"),
        description: cells.take("description").to_owned(),
        support_need: cells.codes("support_need"),
        service_task: cells.codes("service_task"),
        service: cells.entries("service", '|', "system|code|name", service),
        target_group: cells.entries("target_group", ':', "group:age", target_group),
        extent: extent(cells),
        affected_estimate: cells.code("affected_estimate"),
        area: cells.entries("area", ':', "scheme:year:code, such as municipality:2026:564", area),
        level: cells.code("level"),
        sector: cells.codes("sector"),
        cause: cause(cells),
        done_so_far: cells.text("done_so_far"),
        need_met: cells.code("need_met"),
        would_have_helped: cells.text("would_have_helped"),
        effect: cells.code("effect"),
        proposal: cells.numbered("proposal", PROPOSAL_PARTS, proposal),
        proposal_together: cells.text("proposal_together"),
        evidence: cells.numbered("evidence", EVIDENCE_PARTS, evidence),
        attachment: cells.entries("attachment", '|', attachment::PARTS, Attachment::from_parts),
        client_involved: cells.code("client_involved"),
        observed_period: cells.parsed("observed_period"),
        author_role: cells.code("author_role"),
        want_feedback: cells.yes_no("want_feedback").unwrap_or_default(),
        language: cells.code::<Language>("language"),
        variant: cells.code("variant").unwrap_or_default(),
        form: cells.text("form").map(FormId).unwrap_or_default(),
        org_activity: cells.text("org_activity"),
        funding_dependency: cells.yes_no("funding_dependency"),
        seen_through: cells.code("seen_through"),
        aim: cells.text("aim"),
        aim_reached: cells.code("aim_reached"),
        unforeseen_effects: cells.text("unforeseen_effects"),
        continuation: cells.code("continuation"),
        other: BTreeMap::new(),
    };
    report.other = cells.other();
    report
}

fn service(parts: &[String]) -> Option<Coded> {
    let (system, code, display) = match parts {
        [system, code] => (system, code, None),
        [system, code, display] => (system, code, Some(display.clone())),
        _ => return None,
    };
    Some(Coded { system: system.clone(), code: code.clone(), display })
}

fn target_group(parts: &[String]) -> Option<TargetGroup> {
    let (group, age) = match parts {
        [group] => (group, AgeBand::All.into()),
        [group, age] => (group, Code::from_key(age)),
        _ => return None,
    };
    Some(TargetGroup { group: Code::from_key(group), age })
}

fn area(parts: &[String]) -> Option<Area> {
    let [scheme, year, code] = parts else { return None };
    Some(Area { scheme: Code::from_key(scheme), year: year.parse().ok()?, code: AreaCode::from(code.as_str()) })
}

fn extent(cells: &mut Cells) -> Option<Extent> {
    let (spread, trend) = (cells.code("extent_spread"), cells.code("extent_trend"));
    let spread = cells.leading("extent_spread", spread, trend.is_some())?;
    Some(Extent { spread, trend })
}

fn cause(cells: &mut Cells) -> Option<Cause> {
    let (code, text) = (cells.code("cause_code"), cells.text("cause_text"));
    let code = cells.leading("cause_code", code, text.is_some())?;
    Some(Cause { code, text })
}

fn proposal(cells: &mut Cells, [text, addressee, level]: &[String; 3]) -> Option<Proposal> {
    let (text, addressee, level) = (cells.text(text), cells.text(addressee), cells.code(level));
    (text.is_some() || addressee.is_some() || level.is_some()).then(|| Proposal {
        text: text.unwrap_or_default(),
        addressee: addressee.unwrap_or_default(),
        level,
    })
}

fn evidence(cells: &mut Cells, [code_column, text, link]: &[String; 3]) -> Option<Evidence> {
    let (code, text, link) = (cells.code(code_column), cells.text(text), cells.text(link));
    let code = cells.leading(code_column, code, text.is_some() || link.is_some())?;
    Some(Evidence { code, text, link })
}

/// The cells not yet read, and what was wrong with those that were.
struct Cells<'a> {
    cells: BTreeMap<&'a str, &'a str>,
    issues: Vec<Issue>,
}

impl<'a> Cells<'a> {
    fn take(&mut self, column: &str) -> &'a str {
        self.cells.remove(column).unwrap_or_default()
    }

    fn unreadable(&mut self, column: &str, reason: String) {
        self.issues.push(Issue::new(column, Problem::Unreadable { reason }));
    }

    fn text(&mut self, column: &str) -> Option<String> {
        Some(self.take(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, column: &str) -> Option<T> {
        let cell = self.take(column).trim();
        if cell.is_empty() {
            return None;
        }
        cell.parse().map_err(|error: T::Err| self.unreadable(column, error.to_string())).ok()
    }

    /// Accepts what people write in the languages of the form.
    fn yes_no(&mut self, column: &str) -> Option<bool> {
        let cell = self.take(column).trim().to_lowercase();
        match cell.as_str() {
            "" => None,
            "yes" | "true" | "1" | "kyllä" | "ja" => Some(true),
            "no" | "false" | "0" | "ei" | "nej" => Some(false),
            _ => {
                self.unreadable(column, format!("expected yes or no, got {:?}", shortened(&cell)));
                None
            }
        }
    }

    fn entries<T>(&mut self, column: &str, mark: char, form: &str, read: fn(&[String]) -> Option<T>) -> Vec<T> {
        let entries = match cell::read(self.take(column), mark) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(column, error.to_string());
                return Vec::new();
            }
        };
        let mut found = Vec::with_capacity(entries.len());
        for parts in entries {
            match read(&parts) {
                Some(entry) => found.push(entry),
                None => {
                    let got = parts.join(&mark.to_string());
                    self.unreadable(column, format!("expected {form}, got {:?}", shortened(&got)));
                }
            }
        }
        found
    }

    fn codes<T: CodeSet>(&mut self, column: &str) -> Vec<Code<T>> {
        self.entries(column, ':', "codes divided by semicolons", |parts| match parts {
            [key] => Some(Code::from_key(key)),
            _ => None,
        })
    }

    fn code<T: CodeSet>(&mut self, column: &str) -> Option<Code<T>> {
        let mut codes = self.codes(column);
        if codes.len() > 1 {
            self.unreadable(column, format!("expected one code, got {}", codes.len()));
        }
        codes.pop()
    }

    /// Returns a part that the other parts of its entry cannot stand without, and notes its absence if they are there.
    fn leading<T>(&mut self, column: &str, part: Option<T>, others: bool) -> Option<T> {
        let noted = self.issues.iter().any(|issue| issue.field == column);
        if part.is_none() && others && !noted {
            self.issues.push(Issue::new(column, Problem::Incomplete));
        }
        part
    }

    /// Reads `<name>_<n>_<part>` by ascending n, however many there are; numbers left out do not matter.
    fn numbered<T>(&mut self, name: &str, parts: [&str; 3], read: fn(&mut Self, &[String; 3]) -> Option<T>) -> Vec<T> {
        let number_of = |column: &&str| {
            let (number, part) = column.strip_prefix(name)?.strip_prefix('_')?.split_once('_')?;
            let value: u16 = number.parse().ok()?;
            (parts.contains(&part) && value > 0 && value.to_string() == number).then_some(value)
        };
        let numbers: BTreeSet<u16> = self.cells.keys().filter_map(number_of).collect();
        numbers.into_iter().filter_map(|at| read(self, &parts.map(|part| format!("{name}_{at}_{part}")))).collect()
    }

    /// Takes what is left: the cell `other`, and answered columns this version does not know.
    fn other(&mut self) -> BTreeMap<String, Value> {
        let mut other = BTreeMap::new();
        let json = self.take("other").trim();
        if !json.is_empty() {
            match serde_json::from_str::<Map<String, Value>>(json) {
                Ok(fields) => other.extend(fields),
                Err(error) => self.unreadable("other", format!("expected a JSON object: {error}")),
            }
        }
        let answered = self.cells.iter().filter(|(_, cell)| !cell.is_empty());
        other.extend(answered.map(|(column, cell)| ((*column).to_owned(), Value::from(*cell))));
        other
    }
}

/// Cuts what is repeated in an issue to 80 characters.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
