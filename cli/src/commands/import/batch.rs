//! One batch of rows: read, checked, scanned and signed on all cores, then sent at once.

use std::collections::BTreeMap;
use std::io;

use indicatif::ProgressBar;
use talkoot_protocol::api::{Identity, Outcome};
use talkoot_protocol::report::Report;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;

use super::forms::Forms;
use super::journal::RowHash;
use super::place::Placed;
use super::records::Record;
use super::sending::Sender;
use super::source::{Answer, Rows, Source};
use super::tally::Tally;
use crate::client::Client;
use crate::commands::report::examine::{Remark, examine_by};
use crate::commands::report::pen::Pen;
use crate::error::{Error, Result};
use crate::keys;

/// Most rows of a batch.
const ROWS_MAX: usize = 512;
/// Bytes of rows after which a batch ends.
const BYTES_ENOUGH: usize = 8 * 1024 * 1024;

/// A file's records in batches.
pub(super) struct Batches<'a> {
    source: &'a Source,
    records: Rows<'a>,
}

impl<'a> Batches<'a> {
    /// Begins at the first record.
    pub(super) fn new(source: &'a Source) -> Result<Self> {
        Ok(Self { source, records: source.records()? })
    }

    /// Returns the next batch; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Record>>> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < ROWS_MAX && bytes < BYTES_ENOUGH {
            let Some(record) = self.source.next(&mut self.records)? else { break };
            bytes += record.bytes.as_ref().map_or(0, Vec::len);
            batch.push(record);
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

/// A report with what its author should know, or what keeps it from being signed.
pub(super) type Verdict = std::result::Result<(Report, Vec<Placed>), Vec<Placed>>;

/// A record that was looked at.
pub(super) struct Examined {
    pub(super) line: u64,
    row: u64,
    /// What tells the answer apart in the form tool.
    pub(super) id: Option<String>,
    pub(super) verdict: Verdict,
}

/// A record that was read and not judged yet.
struct Read {
    line: u64,
    row: u64,
    answer: Answer,
}

/// Reads and examines records on all cores; empty rows are left out. Each is judged by the form it names.
///
/// # Errors
/// If the node that was reached for a form cannot be left in good order.
pub(super) fn examine_all(
    source: &Source,
    records: &[Record],
    (forms, client): (&mut Forms<'_>, Option<&mut Client<'_>>),
    confirmed: bool,
) -> Result<Vec<Examined>> {
    let read = |record: &Record| source.read(record).map(|answer| Read { line: record.line, row: record.row, answer });
    let read: Vec<Read> = on_all_cores(records, read).into_iter().flatten().collect();
    forms.learn(read.iter().filter_map(|read| read.answer.report.as_ref().ok()), client)?;
    let forms = &*forms;
    Ok(on_all_cores(&read, |read| judge(source, read, forms, confirmed)))
}

fn judge(source: &Source, read: &Read, forms: &Forms<'_>, confirmed: bool) -> Examined {
    let verdict = read.answer.report.clone().and_then(|mut report| {
        let form = forms.apply(&mut report);
        let remarks = examine_by(&report, form, confirmed);
        let placed = |remarks| source.placed(remarks, read.row);
        match remarks.refusals.is_empty() {
            true => Ok((report, placed(remarks.notes))),
            false => Err(placed(remarks.refusals)),
        }
    });
    Examined { line: read.line, row: read.row, id: read.answer.id.clone(), verdict }
}

/// The ids of a file: one that comes twice is refused, since which of the two answers holds is not known.
#[derive(Debug, Default)]
pub(super) struct Ids(BTreeMap<String, u64>);

impl Ids {
    /// Notes a record's id; turns the record into a refused one if it came before.
    pub(super) fn note(&mut self, source: &Source, examined: &mut Examined) {
        let Some(id) = examined.id.clone().filter(|id| !id.is_empty()) else { return };
        if let Some(first) = self.0.insert(id, examined.row) {
            let problem = format!("What tells the answer apart stands in row {first} too.");
            let mut remarks = source.placed(vec![Remark::new("id", problem)], examined.row);
            match &mut examined.verdict {
                Ok(_) => examined.verdict = Err(remarks),
                Err(others) => others.append(&mut remarks),
            }
        }
    }
}

/// Signs rows and sends them.
pub(super) struct Importer<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) identity: Identity,
    pub(super) scope: Scope,
    pub(super) pen: Pen,
    pub(super) confirmed: bool,
    pub(super) ids: Ids,
    pub(super) forms: Forms<'a>,
}

/// A good row that is not stored yet.
struct Row {
    line: u64,
    hash: RowHash,
    report: Report,
}

impl Importer<'_> {
    /// Imports a batch.
    pub(super) fn import(
        &mut self,
        source: &Source,
        records: &[Record],
        tally: &mut Tally,
        bar: &ProgressBar,
    ) -> Result<()> {
        let mut rows = Vec::new();
        let forms = (&mut self.forms, Some(&mut self.sender.client));
        for mut examined in examine_all(source, records, forms, self.confirmed)? {
            self.ids.note(source, &mut examined);
            let line = examined.line;
            match examined.verdict {
                Ok((report, notes)) => {
                    let hash = self.hash(&report, examined.id.as_deref());
                    if self.sender.take(hash) {
                        tally.already();
                    } else {
                        bar.suspend(|| tally.note(line, &notes));
                        rows.push(Row { line, hash, report });
                    }
                }
                Err(refusals) => bar.suspend(|| tally.refuse(line, refusals)),
            }
        }
        let mut signed = Vec::new();
        for (row, change) in rows.iter().zip(on_all_cores(&rows, |row| self.sign(row))) {
            match change? {
                Ok(change) => signed.push((row, change)),
                Err(remark) => bar.suspend(|| tally.refuse(row.line, vec![remark.into()])),
            }
        }
        self.send(&signed, tally, bar)
    }

    /// Returns what the journal knows a row by: its id if it has one, else all that it says.
    fn hash(&self, report: &Report, id: Option<&str>) -> RowHash {
        let Identity { network, organisation, .. } = &self.identity;
        match id {
            Some(id) => RowHash::of_id(network, organisation, &self.scope, id),
            None => RowHash::of(network, organisation, &self.scope, report),
        }
    }

    fn sign(&self, row: &Row) -> Result<std::result::Result<Verified, Remark>> {
        let moment = keys::moment()?;
        let change = self.pen.author().begin(Kind::Report, self.scope, &row.report.to_fields(), moment);
        Ok(change.map_err(|error| Remark::new("row", format!("The report cannot be signed: {error}."))))
    }

    fn send(&mut self, signed: &[(&Row, Verified)], tally: &mut Tally, bar: &ProgressBar) -> Result<()> {
        let batch: Vec<(RowHash, &Verified)> = signed.iter().map(|(row, change)| (row.hash, change)).collect();
        let outcomes = self.sender.send(&batch)?;
        let mut failed = None;
        for ((row, _), outcome) in signed.iter().zip(outcomes) {
            match outcome {
                Outcome::Stored { .. } | Outcome::Known { .. } => tally.stored(),
                Outcome::Waiting { missing, .. } => {
                    let problem = format!("Not stored yet: {missing}. Connect to the network and import again.");
                    bar.suspend(|| tally.refuse(row.line, vec![Remark::new("row", problem).into()]));
                }
                Outcome::Refused { name, message, .. } => {
                    let problem = format!("The node refused it ({name}): {message}.");
                    bar.suspend(|| tally.refuse(row.line, vec![Remark::new("row", problem).into()]));
                }
                Outcome::NotStored { message, .. } => failed = Some((row.line, message)),
            }
        }
        match failed {
            None => Ok(()),
            Some((line, message)) => {
                let what = format!("the node could not write a batch (up to line {line}) to its disk");
                Err(Error::failed(io::Error::other(message)).context(what))
            }
        }
    }
}

/// Does the same to each item, on all cores, and returns the results in order.
fn on_all_cores<T: Sync, U: Send>(items: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let one = |part: &'_ [T]| part.iter().map(work).collect::<Vec<U>>();
        let threads: Vec<_> = items.chunks(share).map(|part| scope.spawn(move || one(part))).collect();
        let joined =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        let items: Vec<u64> = (0..1000).collect();
        assert_eq!(on_all_cores(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(on_all_cores(&[] as &[u64], |item| *item).is_empty());
    }
}
