//! `talkoot bundle import`: hands the changes of a file to the node, and tells what became of them.

mod tally;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::ProgressBar;
use talkoot_node::bundle::{Carrier, Intake, Source};
use talkoot_protocol::api::Outcome;

use super::source;
use crate::client::Client;
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

/// Bytes in the unit of the progress bar.
const KIB: u64 = 1024;

/// Which file.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The bundle.
    file: PathBuf,
}

/// Carries the file to the node.
struct Reader<'a> {
    path: &'a Path,
    client: Client<'a>,
    bar: ProgressBar,
}

impl Carrier for Reader<'_> {
    type Error = Error;
    type Input = BufReader<File>;

    fn open(&mut self) -> Result<Source<Self::Input>> {
        let bytes = self.path.metadata().map_or(0, |data| data.len());
        self.bar.finish_and_clear();
        self.bar = output::progress(bytes / KIB, "importing (KiB)");
        source::open(self.path)
    }

    fn submit(&mut self, changes: Vec<Vec<u8>>) -> Result<Vec<Outcome>> {
        self.client.submit(changes)
    }

    fn progress(&mut self, bytes: u64) {
        self.bar.set_position(bytes / KIB);
    }
}

/// Imports a bundle.
pub(super) fn run(global: &Global, args: &Args) -> Result<ExitCode> {
    let source = source::open(&args.file)?;
    let mut client = Client::open(&global.dir)?;
    let mut intake = Intake::begin(client.identity()?.network, source.opening())?;
    let tally = Tally::start(&args.file, source.opening());
    drop(source);
    let mut reader = Reader { path: &args.file, client, bar: ProgressBar::hidden() };
    let extent = intake.run(&mut reader).map_err(|error| {
        error.hint("What is stored stays stored: import the same file again to go on; what is stored is skipped.")
    })?;
    let Reader { mut client, bar, .. } = reader;
    bar.finish_and_clear();
    let code = tally.finish(global, &mut client, &intake, extent)?;
    client.close()?;
    Ok(code)
}
