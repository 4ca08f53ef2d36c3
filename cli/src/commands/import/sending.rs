//! Sends what an import has signed, and tells the journal before and after: whatever is imported from a file, reports or service paths,
//! goes on where it stopped by this.

use std::path::{Path, PathBuf};

use talkoot_protocol::api::{Outcome, Request};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::signed::Verified;

use super::journal::{Journal, RowHash};
use crate::client::{Client, unexpected};
use crate::error::Result;

/// What is told where an import ends early.
pub(crate) const GOES_ON: &str =
    "What is stored stays stored, and the journal knows it: run the same import again to go on.";

/// A node and the journal of what was sent to it.
pub(crate) struct Sender<'a> {
    /// The node.
    pub(crate) client: Client<'a>,
    journal: Journal,
}

impl<'a> Sender<'a> {
    /// Opens a journal, and asks the node which rows of an interrupted import arrived.
    pub(crate) fn open(mut client: Client<'a>, journal: &Path) -> Result<Self> {
        let mut journal = Journal::open(journal)?;
        let mut arrived = Vec::new();
        for document in journal.unsettled() {
            let known = client.ask(Request::Document { document: document.to_string() }).is_ok();
            if !known {
                // A node that no longer answers at all says nothing about the row.
                client.identity()?;
            }
            arrived.push(known);
        }
        journal.settle_interrupted(&arrived)?;
        Ok(Self { client, journal })
    }

    /// Takes a row off those that are stored already; returns whether it was among them.
    pub(crate) fn take(&mut self, row: RowHash) -> bool {
        self.journal.take(row)
    }

    /// Sends a batch and returns what became of each row.
    pub(crate) fn send(&mut self, batch: &[(RowHash, &Verified)]) -> Result<Vec<Outcome>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(RowHash, DocumentId)> = batch.iter().map(|(row, change)| (*row, change.document())).collect();
        self.journal.begin(&rows)?;
        let outcomes = self.client.submit(batch.iter().map(|(_, change)| change.encode()).collect())?;
        if outcomes.len() != batch.len() {
            return Err(unexpected());
        }
        self.journal.settle(&outcomes.iter().map(is_stored).collect::<Vec<_>>())?;
        Ok(outcomes)
    }
}

/// Returns whether a row is at the node now.
pub(crate) fn is_stored(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Stored { .. } | Outcome::Known { .. })
}

/// Returns the journal's usual place.
pub(crate) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".imported");
    PathBuf::from(name)
}
