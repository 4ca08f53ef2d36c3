//! What became of a bundle's changes, and how it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;
use talkoot_protocol::api::Organisation;
use talkoot_protocol::bundle::Opening;
use talkoot_protocol::id::OrganisationId;

use super::super::source::Extent;
use super::super::who::Who;
use super::Waiting;
use crate::client::Client;
use crate::commands::org::{self, words};
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Most organisations that are named one by one.
const NAMED_MAX: usize = 20;

/// Counts of an import.
#[derive(Debug)]
pub(super) struct Tally {
    file: PathBuf,
    organisation: OrganisationId,
    name: String,
    started: Instant,
    pub(super) stored: u64,
    pub(super) known: u64,
    pub(super) refused: BTreeMap<String, u64>,
    /// Changes that wait beyond those that are remembered.
    pub(super) more_waiting: u64,
    /// Why the node could not take something, if it said so.
    pub(super) trouble: Option<String>,
}

#[derive(Serialize)]
struct Summary<'a> {
    file: &'a Path,
    organisation: OrganisationId,
    name: &'a str,
    #[serde(flatten)]
    extent: Extent,
    whole: bool,
    stored: u64,
    known: u64,
    waiting: u64,
    missing: u64,
    recognise: Vec<Unrecognised>,
    refused: &'a BTreeMap<String, u64>,
    trouble: Option<&'a str>,
    seconds: f64,
}

/// An organisation whose changes wait until it is recognised.
#[derive(Debug, Serialize)]
struct Unrecognised {
    organisation: OrganisationId,
    name: Option<String>,
    changes: u64,
    /// The command that recognises it; none if that was done and others have to as well.
    command: Option<String>,
}

impl Tally {
    /// Begins to count.
    pub(super) fn start(file: &Path, opening: &Opening) -> Self {
        Self {
            file: file.to_owned(),
            organisation: opening.organisation(),
            name: words::name(&opening.maker.names),
            started: Instant::now(),
            stored: 0,
            known: 0,
            refused: BTreeMap::new(),
            more_waiting: 0,
            trouble: None,
        }
    }

    /// Tells what became of everything; returns the exit code.
    pub(super) fn finish(
        &self,
        global: &Global,
        client: &mut Client<'_>,
        who: &Who,
        waiting: &Waiting,
        extent: Extent,
    ) -> Result<ExitCode> {
        let organisations = org::all(client)?;
        let (recognise, missing) = self.sort(global, &organisations, who, waiting);
        let summary = Summary {
            file: &self.file,
            organisation: self.organisation,
            name: &self.name,
            extent,
            whole: extent.is_whole(),
            stored: self.stored,
            known: self.known,
            waiting: waiting.len() as u64 + self.more_waiting,
            missing,
            recognise,
            refused: &self.refused,
            trouble: self.trouble.as_deref(),
            seconds: self.started.elapsed().as_secs_f64(),
        };
        if global.json {
            output::json(&summary)?
        } else {
            summary.tell()?
        }
        let all_in = summary.whole && summary.waiting == 0 && summary.refused.is_empty();
        Ok(if all_in { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Sorts what waits: for the recognition of whom, the maker first; and how much for something else.
    fn sort(&self, global: &Global, known: &[Organisation], who: &Who, waiting: &Waiting) -> (Vec<Unrecognised>, u64) {
        let find = |id: &OrganisationId| known.iter().find(|known| known.id == *id);
        let (mut counts, mut missing): (BTreeMap<OrganisationId, u64>, u64) = (BTreeMap::new(), self.more_waiting);
        for organisation in waiting.values() {
            match organisation {
                Some(id) if !find(id).is_some_and(|known| known.member) => *counts.entry(*id).or_default() += 1,
                _ => missing += 1,
            }
        }
        let describe = |(id, changes): (OrganisationId, u64)| {
            let open = find(&id).is_none_or(|found| org::is_open(found, known));
            let command = open.then(|| words::command(global, &format!("org recognise {id}")));
            Unrecognised { organisation: id, name: who.name(&id).map(str::to_owned), changes, command }
        };
        let mut recognise: Vec<_> = counts.into_iter().map(describe).collect();
        recognise.sort_by_key(|one| one.organisation != self.organisation);
        (recognise, missing)
    }
}

impl Summary<'_> {
    fn tell(&self) -> Result<()> {
        let refused: u64 = self.refused.values().sum();
        output::line(&format!(
            "{} stored. {} here before. {} waiting. {refused} refused. {:.1} s",
            output::count(self.stored, "change", "changes"),
            self.known,
            self.waiting,
            self.seconds
        ))?;
        if let Some(sentence) = self.extent.sentence() {
            output::say(&format!(
                "{sentence} What could be read is taken in. Copy the file again, or ask for it anew, and import the whole file: \
                 what is stored is skipped."
            ));
        }
        for (rule, changes) in self.refused {
            output::say(&format!("Refused, for {rule}: {}.", output::count(*changes, "change", "changes")));
        }
        if let Some(trouble) = self.trouble {
            output::say(&format!("The node could not take everything: {trouble}. Import the file again later."));
        }
        self.tell_waiting();
        Ok(())
    }

    fn tell_waiting(&self) {
        for one in self.recognise.iter().take(NAMED_MAX) {
            let name = one.name.as_deref().unwrap_or("an organisation whose name is not in the file");
            let count = output::count(one.changes, "change waits", "changes wait");
            output::say(&format!("{count} until {name} is recognised here: {}", one.organisation));
            match &one.command {
                Some(command) => output::say(&format!("  to do so: {command}")),
                None => output::say("  You have recognised it; others have to as well."),
            }
        }
        if self.recognise.len() > NAMED_MAX {
            output::say(&format!("… and {} more organisations.", self.recognise.len() - NAMED_MAX));
        }
        if !self.recognise.is_empty() {
            output::say(
                "Compare the whole id with your partner first, by telephone or face to face. What waits is not kept: after \
                 recognising, import the file again. One you recognise may bring in others that it has recognised.",
            );
        }
        if self.missing > 0 {
            let count = output::count(self.missing, "change waits", "changes wait");
            output::say(&format!(
                "{count} for others that are neither here nor in this file: ask for a bundle with --request, or for all."
            ));
        }
    }
}
