//! `talkoot bundle import`: the changes of a file go through the node's door, batch by batch. What waits is tried again as long as
//! anything new was let in; what is stored is skipped, so importing again goes on where it stopped.

mod tally;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use talkoot_protocol::api::{Identity, Outcome};
use talkoot_protocol::header::Place;
use talkoot_protocol::id::{ChangeId, OrganisationId};
use talkoot_protocol::signed::Signed;

use super::source::{self, Extent};
use super::who::Who;
use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

use tally::Tally;

const HELP: &str = "\
Example: talkoot bundle import kainuu.bundle

Each change goes through the same door as one that comes over the network: its signature, its form and its place are checked, and \
whether its organisation is recognised here. What waits for recognition is not kept: recognise, then import the file again. Importing \
a file twice changes nothing. A file that was cut off gives what is there.

Exit code 1 if anything of the bundle is not in after it.

With --json one object: file, organisation, name (who says to have made it), found, expected, broken, ended, whole, stored, known, \
waiting, missing (of those, waiting for changes that are not here), recognise (of those, by organisation: organisation, name, changes, \
command), refused (counts by rule), trouble (why the node could not take something, or null), seconds.";

/// Most changes in one submission.
const BATCH_CHANGES_MAX: usize = 1_024;
/// Bytes after which a submission goes off.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Most changes that are remembered as waiting; more are counted.
const WAITING_MAX: usize = 500_000;
/// Most times a file is gone through.
const PASSES_MAX: u32 = 16;
/// Bytes in the unit of the progress bar.
const KIB: u64 = 1024;

/// Which file.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The bundle.
    file: PathBuf,
}

/// A change on its way to the door.
struct Sent {
    id: Option<ChangeId>,
    organisation: Option<OrganisationId>,
    bytes: Vec<u8>,
}

/// What waits, with whose it is.
type Waiting = BTreeMap<ChangeId, Option<OrganisationId>>;

/// An import on its way.
struct Import<'a> {
    client: Client<'a>,
    identity: Identity,
    who: Who,
    tally: Tally,
    waiting: Waiting,
    batch: Vec<Sent>,
    batch_bytes: usize,
    /// Whether this is not the first time through the file.
    again: bool,
    /// Whether anything new was let in this time.
    moved: bool,
}

/// Imports a bundle.
pub(super) fn run(global: &Global, args: &Args) -> Result<ExitCode> {
    let source = source::open(&args.file)?;
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    if source.opening.network != identity.network {
        let (theirs, ours) = (source.opening.network.short(), identity.network.short());
        return Err(Error::refused(format!("the bundle belongs to network {theirs}, this node to {ours}"))
            .hint("Nothing was stored. Partners share one network: they need the same charter."));
    }
    let tally = Tally::start(&args.file, &source.opening);
    drop(source);
    let mut import = Import {
        client,
        identity,
        who: Who::default(),
        tally,
        waiting: Waiting::new(),
        batch: Vec::new(),
        batch_bytes: 0,
        again: false,
        moved: false,
    };
    let extent = import.all(&args.file).map_err(|error| {
        error.hint("What is stored stays stored: import the same file again to go on; what is stored is skipped.")
    })?;
    let Import { mut client, who, tally, waiting, .. } = import;
    let code = tally.finish(global, &mut client, &who, &waiting, extent)?;
    client.close()?;
    Ok(code)
}

impl Import<'_> {
    /// Goes through the file, and again as long as something that others may wait for was let in.
    fn all(&mut self, path: &Path) -> Result<Extent> {
        let extent = self.pass(path, None)?;
        for _ in 1..PASSES_MAX {
            if self.waiting.is_empty() || !self.moved {
                break;
            }
            let left = std::mem::take(&mut self.waiting);
            self.again = true;
            self.pass(path, Some(&left))?;
        }
        Ok(extent)
    }

    /// Goes through the file once; with `left`, only for what waited.
    fn pass(&mut self, path: &Path, left: Option<&Waiting>) -> Result<Extent> {
        self.moved = false;
        let bytes = path.metadata().map_or(0, |data| data.len());
        let bar = output::progress(bytes / KIB, "importing (KiB)");
        let mut source = source::open(path)?;
        while let Some(changes) = source.next()? {
            for change in changes {
                self.take(change, left)?;
            }
            bar.set_position(source.bytes / KIB);
        }
        self.flush()?;
        bar.finish_and_clear();
        Ok(source.extent())
    }

    fn take(&mut self, bytes: Vec<u8>, left: Option<&Waiting>) -> Result<()> {
        let signed = Signed::decode(&bytes).ok();
        let id = signed.as_ref().map(Signed::id);
        if left.is_some_and(|left| id.is_none_or(|id| !left.contains_key(&id))) {
            return Ok(());
        }
        let organisation =
            signed.as_ref().and_then(|signed| self.who.learn_unchecked(&self.identity.network, signed, &bytes));
        if let (Some(signed), Some(id)) = (&signed, id)
            && needs(signed).any(|needed| self.waiting.contains_key(&needed))
        {
            // The door would only let it wait too, in memory that others need.
            self.wait(id, organisation);
            return Ok(());
        }
        self.batch_bytes += bytes.len();
        self.batch.push(Sent { id, organisation, bytes });
        if self.batch.len() >= BATCH_CHANGES_MAX || self.batch_bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn wait(&mut self, id: ChangeId, organisation: Option<OrganisationId>) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.insert(id, organisation);
        } else {
            self.tally.more_waiting += 1;
        }
    }

    /// Submits what was gathered, and counts what became of it.
    fn flush(&mut self) -> Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let changes = batch.iter_mut().map(|sent| std::mem::take(&mut sent.bytes)).collect();
        let outcomes = self.client.submit(changes)?;
        if outcomes.len() != batch.len() {
            return Err(unexpected());
        }
        for (sent, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Outcome::Stored { .. } => self.let_in(),
                // It waited in the node since the last time, and came in by itself.
                Outcome::Known { .. } if self.again => self.let_in(),
                Outcome::Known { .. } => self.tally.known += 1,
                Outcome::Waiting { id, .. } => self.wait(sent.id.unwrap_or(id), sent.organisation),
                Outcome::Refused { name, .. } => *self.tally.refused.entry(name).or_default() += 1,
                // Where much waits, the node has no room for more that does. Otherwise it is the disk.
                Outcome::NotStored { id, message } if !self.waiting.is_empty() => {
                    self.wait(sent.id.unwrap_or(id), sent.organisation);
                    self.tally.trouble = Some(message);
                }
                Outcome::NotStored { message, .. } => {
                    return Err(Error::failed(io::Error::other(message)).context("the node could not take everything"));
                }
            }
        }
        Ok(())
    }

    fn let_in(&mut self) {
        self.tally.stored += 1;
        self.moved = true;
    }
}

/// Returns what a change cannot be without.
fn needs(signed: &Signed) -> impl Iterator<Item = ChangeId> {
    let header = signed.header();
    let first = match header.place {
        Place::Continues(document) => Some(document.first_change()),
        Place::Begins { .. } => None,
    };
    header.certificate.into_iter().chain(first).chain(header.dependencies.iter().copied())
}
