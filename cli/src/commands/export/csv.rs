//! Reports as a table. With codes it is the flat form, which guards itself against spreadsheets; with names it is for reading.

use std::collections::BTreeSet;
use std::io::{self, Write};

use talkoot_protocol::api;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::{Report, flat};

use crate::commands::import::EXPORT_COLUMNS;
use crate::commands::report::answers;
use crate::commands::report::labels::{self, Word};
use crate::commands::report::organisations::Organisations;

/// The mark by which Excel knows UTF-8.
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a table looks.
#[derive(Debug)]
pub(super) struct Look<'a> {
    /// What stands between cells.
    pub(super) delimiter: u8,
    /// The language of names; codes if there is none.
    pub(super) language: Option<Language>,
    /// The names of organisations.
    pub(super) organisations: &'a Organisations,
}

/// The columns beyond those every report has, in order of their number, then their name.
#[derive(Debug, Default)]
pub(super) struct Columns(BTreeSet<(u32, String)>);

impl Columns {
    /// Adds the columns of a report.
    pub(super) fn meet(&mut self, report: &api::Report) {
        self.0.extend(surplus(report));
    }

    /// Returns whether each column of a report is there.
    pub(super) fn fit(&self, report: &api::Report) -> bool {
        surplus(report).all(|column| self.0.contains(&column))
    }

    /// Returns all columns of reports, those every report has first.
    pub(super) fn all(&self) -> Vec<String> {
        flat::columns().into_iter().chain(self.0.iter().map(|(_, column)| column.clone())).collect()
    }
}

/// Returns the columns of a report's surplus proposals and evidence.
fn surplus(report: &api::Report) -> impl Iterator<Item = (u32, String)> + use<> {
    let (report, _) = Report::read(report.fields.clone());
    let fixed = flat::columns().len();
    let number = |column: &str| column.split('_').find_map(|part| part.parse().ok()).unwrap_or_default();
    flat::to_flat(&report).into_iter().skip(fixed).map(move |(column, _)| (number(&column), column))
}

/// A table being written.
pub(super) struct Table<'a, W: Write> {
    writer: csv::Writer<W>,
    look: &'a Look<'a>,
    columns: Vec<String>,
}

impl<'a, W: Write> Table<'a, W> {
    /// Writes the header.
    pub(super) fn begin(mut out: W, columns: &Columns, look: &'a Look<'a>) -> io::Result<Self> {
        out.write_all(UTF8_MARK)?;
        let writer =
            csv::WriterBuilder::new().delimiter(look.delimiter).terminator(csv::Terminator::CRLF).from_writer(out);
        let mut table = Self { writer, look, columns: columns.all() };
        match look.language {
            None => {
                table.writer.write_record(EXPORT_COLUMNS.into_iter().chain(table.columns.iter().map(String::as_str)))?
            }
            Some(language) => table.writer.write_record(names(language))?,
        }
        Ok(table)
    }

    /// Writes a report.
    pub(super) fn row(&mut self, shown: &api::Report) -> io::Result<()> {
        let (report, _) = Report::read(shown.fields.clone());
        let author = shown.author.map(|worker| worker.to_string()).unwrap_or_default();
        let changes = shown.changes.to_string();
        let cells = match self.look.language {
            None => {
                let mut cells = flat::to_flat(&report);
                let head = [shown.document.to_string(), shown.organisation.to_string(), author, changes];
                let mut surplus = cells.split_off(flat::columns().len());
                let ordered = self.columns.iter().skip(cells.len()).map(|column| {
                    let found = surplus.iter_mut().find(|(name, _)| name == column);
                    found.map(|(_, cell)| std::mem::take(cell)).unwrap_or_default()
                });
                let ordered: Vec<String> = ordered.collect();
                head.into_iter().chain(cells.into_iter().map(|(_, cell)| cell)).chain(ordered).collect::<Vec<_>>()
            }
            Some(language) => in_words(shown, self.look.organisations, language).into_iter().map(harmless).collect(),
        };
        Ok(self.writer.write_record(cells)?)
    }

    /// Writes what is still in memory.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Returns the header of a table for reading.
pub(super) fn names(language: Language) -> Vec<String> {
    let head = ["ID", Word::Organisation.say(language), Word::Worker.say(language), Word::Changes.say(language)];
    let fields = Report::FIELDS.iter().map(|field| labels::field(field, language));
    head.into_iter().chain(fields).chain(["+"]).map(str::to_owned).collect()
}

/// Returns a report as a row of a table for reading.
pub(super) fn in_words(shown: &api::Report, organisations: &Organisations, language: Language) -> Vec<String> {
    let (report, _) = Report::read(shown.fields.clone());
    let author = shown.author.map(|worker| worker.to_string()).unwrap_or_default();
    let organisation = organisations.name(&shown.organisation, language);
    let head = [shown.document.to_string(), organisation, author, shown.changes.to_string()];
    let fields = Report::FIELDS.iter().map(|field| answers::answer(&report, field, Form::built_in(), language));
    let own = report.other.iter().filter(|(field, _)| !Report::FIELDS.contains(&field.as_str()));
    let own: Vec<String> = own.map(|(field, value)| format!("{field}: {value}")).collect();
    head.into_iter().chain(fields).chain([own.join("\n")]).collect()
}

/// Puts an apostrophe before what a spreadsheet would run as a formula. Only for reading: the flat form has its own guard.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::id::{DocumentId, OrganisationId};
    use talkoot_protocol::scope::Scope;
    use talkoot_protocol::time::Timestamp;

    use super::*;

    fn shown(title: &str, proposals: usize) -> api::Report {
        let proposal: Vec<_> = (0..proposals).map(|at| json!({"text": format!("p{at}"), "addressee": "A"})).collect();
        api::Report {
            document: DocumentId::from_bytes([1; 32]),
            organisation: OrganisationId::from_bytes([2; 32]),
            author: None,
            scope: Scope::Network,
            claimed: Timestamp::from_millis(0),
            changes: 1,
            fields: serde_json::from_value(json!({"title": title, "proposal": proposal, "kind": "wondering"})).unwrap(),
            conflicts: std::collections::BTreeMap::new(),
        }
    }

    fn table(reports: &[api::Report], language: Option<Language>) -> Vec<csv::StringRecord> {
        let organisations = Organisations::default();
        let look = Look { delimiter: b';', language, organisations: &organisations };
        let mut columns = Columns::default();
        reports.iter().for_each(|report| columns.meet(report));
        let mut bytes = Vec::new();
        let mut table = Table::begin(&mut bytes, &columns, &look).unwrap();
        reports.iter().for_each(|report| table.row(report).unwrap());
        table.end().unwrap();
        assert!(bytes.starts_with(UTF8_MARK));
        let reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(&bytes[3..]);
        reader.into_records().map(Result::unwrap).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let reports = [shown("=1+1; a\n\"b\"", 12), shown("Two", 1)];
        let rows = table(&reports, None);
        for (row, report) in rows.iter().skip(1).zip(&reports) {
            let cells = rows[0].iter().zip(row).skip(EXPORT_COLUMNS.len());
            let cells = cells.map(|(column, cell)| (column.to_owned(), cell.to_owned())).collect();
            assert_eq!(flat::from_flat(&cells), Ok(Report::read(report.fields.clone()).0));
        }
        let last = rows[0].iter().rfind(|column| column.starts_with("proposal_"));
        assert_eq!(last, Some("proposal_12_text"));
    }

    #[test]
    fn with_a_language_it_has_names_and_no_formulas() {
        let rows = table(&[shown("=1+1", 1)], Some(Language::Fi));
        let cell = |column: &str| rows[1].get(rows[0].iter().position(|name| name == column).unwrap()).unwrap();
        assert_eq!((cell("Laji"), cell("Otsikko")), ("Ihmettely", "'=1+1"));
    }
}
