//! What became of a bundle's changes, and how it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;
use talkoot_node::bundle::{self, Extent, Intake, Waits};
use talkoot_protocol::bundle::Opening;
use talkoot_protocol::id::OrganisationId;

use super::super::source::sentence;
use crate::client::Client;
use crate::commands::org::{self, words};
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Most organisations that are named one by one.
const NAMED_MAX: usize = 20;

/// Which import is told of.
#[derive(Debug)]
pub(super) struct Tally {
    file: PathBuf,
    organisation: OrganisationId,
    name: String,
    started: Instant,
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
    /// Begins.
    pub(super) fn start(file: &Path, opening: &Opening) -> Self {
        Self {
            file: file.to_owned(),
            organisation: opening.organisation(),
            name: words::name(&opening.maker.names),
            started: Instant::now(),
        }
    }

    /// Tells what became of everything; returns the exit code.
    pub(super) fn finish(
        &self,
        global: &Global,
        client: &mut Client<'_>,
        intake: &Intake,
        extent: Extent,
    ) -> Result<ExitCode> {
        let Waits { recognise, missing } = intake.waits(&org::all(client)?);
        let summary = Summary {
            file: &self.file,
            organisation: self.organisation,
            name: &self.name,
            extent,
            whole: extent.is_whole(),
            stored: intake.stored,
            known: intake.known,
            waiting: intake.waiting(),
            missing,
            recognise: recognise.iter().map(|one| Unrecognised::of(global, one)).collect(),
            refused: &intake.refused,
            trouble: intake.trouble.as_deref(),
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
}

impl Unrecognised {
    fn of(global: &Global, one: &bundle::Unrecognised) -> Self {
        let command = one.open.then(|| words::command(global, &format!("org recognise {}", one.organisation)));
        let name = one.names.as_ref().map(words::name);
        Self { organisation: one.organisation, name, changes: one.changes, command }
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
        if let Some(sentence) = sentence(&self.extent) {
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
