//! Builds the columns on a thread of their own while the log is read. Rows go over in batches, so that the two threads seldom
//! wait for each other, and are grouped once at the end.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use talkoot_protocol::view::{Columns, Row};

/// Rows handed over at once.
const ROWS_AT_ONCE: usize = 1_024;
/// Batches that may wait for the thread.
const BATCHES_MAX: usize = 16;

/// Columns under construction.
pub(super) struct Rows {
    batch: Vec<Row>,
    /// The thread that builds, if the system gave one.
    builder: Option<(SyncSender<Vec<Row>>, JoinHandle<Columns>)>,
    /// Built here, where there is no thread.
    columns: Columns,
}

impl Rows {
    /// Begins; `seed` as for [`Columns::new`].
    pub(super) fn new(seed: u64) -> Self {
        let (to, from) = sync_channel::<Vec<Row>>(BATCHES_MAX);
        let build = move || {
            let mut columns = Columns::new(seed);
            columns.insert_all(from.into_iter().flatten());
            columns
        };
        let thread = std::thread::Builder::new().name("columns".to_owned()).spawn(build);
        let builder = thread.ok().map(|thread| (to, thread));
        Self { batch: Vec::with_capacity(ROWS_AT_ONCE), builder, columns: Columns::new(seed) }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: Row) {
        self.batch.push(row);
        if self.batch.len() >= ROWS_AT_ONCE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(ROWS_AT_ONCE));
        match &self.builder {
            // It takes batches until there are no more, or it panics; then so does `finish`.
            Some((to, _)) => drop(to.send(batch)),
            None => self.columns.insert_all(batch),
        }
    }

    /// Returns the columns with all rows.
    pub(super) fn finish(mut self) -> Columns {
        self.hand_over();
        match self.builder {
            Some((to, thread)) => {
                drop(to);
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            None => self.columns,
        }
    }
}
