//! A report as a row of cells.

use serde_json::Value;

use super::super::attachment::Attachment;
use super::super::code::{Code, CodeSet};
use super::super::schema::{Evidence, Proposal, Report};
use super::{EVIDENCE_MAX, EVIDENCE_PARTS, PROPOSAL_PARTS, PROPOSALS_MAX, cell};

/// Returns the columns every row has, in order.
pub fn columns() -> Vec<String> {
    to_flat(&Report::default()).into_iter().map(|(column, _)| column).collect()
}

/// Returns the cells of a report with their columns: those of [`columns`] first and in that order, then the ones of
/// surplus proposals and evidence if there are any. An unanswered field is an empty cell.
pub fn to_flat(report: &Report) -> Vec<(String, String)> {
    let mut row = Row { cells: Vec::new(), surplus: Vec::new() };
    subject(report, &mut row);
    action(report, &mut row);
    background(report, &mut row);
    row.cells.append(&mut row.surplus);
    row.cells
}

fn subject(report: &Report, row: &mut Row) {
    row.text("title", Some(&report.title));
    row.code("kind", report.kind.as_ref());
    row.code("valence", report.valence.as_ref());
    row.text("description", Some(&report.description));
    row.code("support_need", &report.support_need);
    row.code("service_task", &report.service_task);
    let service = report.service.iter().map(|service| {
        [Some(service.system.as_str()), Some(service.code.as_str()), service.display.as_deref()]
            .into_iter()
            .flatten()
            .collect()
    });
    row.add("service", cell::write(service, '|'));
    let target_group = report.target_group.iter().map(|target| vec![target.group.key(), target.age.key()]);
    row.add("target_group", cell::write(target_group, ':'));
    row.code("extent_spread", report.extent.as_ref().map(|extent| &extent.spread));
    row.code("extent_trend", report.extent.as_ref().and_then(|extent| extent.trend.as_ref()));
    row.code("affected_estimate", report.affected_estimate.as_ref());
    let years: Vec<String> = report.area.iter().map(|area| area.year.to_string()).collect();
    let area = report.area.iter().zip(&years).map(|(area, year)| vec![area.scheme.key(), year, area.code.as_str()]);
    row.add("area", cell::write(area, ':'));
    row.code("level", report.level.as_ref());
    row.code("sector", &report.sector);
}

fn action(report: &Report, row: &mut Row) {
    row.code("cause_code", report.cause.as_ref().map(|cause| &cause.code));
    row.text("cause_text", report.cause.as_ref().and_then(|cause| cause.text.as_ref()));
    row.text("done_so_far", report.done_so_far.as_ref());
    row.code("need_met", report.need_met.as_ref());
    row.text("would_have_helped", report.would_have_helped.as_ref());
    row.code("effect", report.effect.as_ref());
    row.numbered("proposal", PROPOSAL_PARTS, PROPOSALS_MAX, &report.proposal, |Proposal { text, addressee, level }| {
        [text.clone(), addressee.clone(), codes(level)]
    });
    row.text("proposal_together", report.proposal_together.as_ref());
    row.numbered("evidence", EVIDENCE_PARTS, EVIDENCE_MAX, &report.evidence, |Evidence { code, text, link }| {
        [codes([code]), text.clone().unwrap_or_default(), link.clone().unwrap_or_default()]
    });
    let attachments: Vec<_> = report.attachment.iter().map(Attachment::to_parts).collect();
    row.add("attachment", cell::write(attachments.iter().map(|parts| parts.iter().map(String::as_str).collect()), '|'));
}

fn background(report: &Report, row: &mut Row) {
    row.code("client_involved", report.client_involved.as_ref());
    row.add("observed_period", report.observed_period.map(|period| period.to_string()).unwrap_or_default());
    row.code("author_role", report.author_role.as_ref());
    row.yes_no("want_feedback", Some(report.want_feedback));
    row.code("language", report.language.as_ref());
    row.code("variant", [&report.variant]);
    row.text("form", Some(&report.form.0));
    row.text("org_activity", report.org_activity.as_ref());
    row.yes_no("funding_dependency", report.funding_dependency);
    row.code("seen_through", report.seen_through.as_ref());
    row.text("aim", report.aim.as_ref());
    row.code("aim_reached", report.aim_reached.as_ref());
    row.text("unforeseen_effects", report.unforeseen_effects.as_ref());
    row.code("continuation", report.continuation.as_ref());
    let other = Value::Object(report.other.clone().into_iter().collect());
    row.add("other", if report.other.is_empty() { String::new() } else { other.to_string() });
}

struct Row {
    cells: Vec<(String, String)>,
    surplus: Vec<(String, String)>,
}

impl Row {
    fn add(&mut self, column: &str, cell: String) {
        self.cells.push((column.to_owned(), cell::guard(cell)));
    }

    fn text(&mut self, column: &str, text: Option<&String>) {
        self.add(column, text.cloned().unwrap_or_default());
    }

    fn code<'a, T: CodeSet>(&mut self, column: &str, of: impl IntoIterator<Item = &'a Code<T>>) {
        self.add(column, codes(of));
    }

    fn yes_no(&mut self, column: &str, answer: Option<bool>) {
        self.add(column, answer.map_or("", |yes| if yes { "yes" } else { "no" }).to_owned());
    }

    /// Writes `<name>_<n>_<part>` for `max` entries at least; those beyond go to the end of the row.
    fn numbered<T>(&mut self, name: &str, parts: [&str; 3], max: usize, entries: &[T], cells: fn(&T) -> [String; 3]) {
        for at in 0..entries.len().max(max) {
            let cells = entries.get(at).map(cells).unwrap_or_default();
            let place = if at < max { &mut self.cells } else { &mut self.surplus };
            let column = |part: &str| format!("{name}_{}_{part}", at.saturating_add(1));
            place.extend(parts.iter().zip(cells).map(|(part, cell)| (column(part), cell::guard(cell))));
        }
    }
}

/// Writes keys divided by `; `.
fn codes<'a, T: CodeSet>(of: impl IntoIterator<Item = &'a Code<T>>) -> String {
    cell::write(of.into_iter().map(|code| vec![code.key()]), ':')
}
