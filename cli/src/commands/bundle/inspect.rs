//! `talkoot bundle inspect`: what is in a file, each change checked by itself. Needs no node.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use talkoot_node::bundle::{self, Contents, Extent};
use talkoot_protocol::id::{NetworkId, OrganisationId};

use super::source::{self, sentence};
use crate::commands::org::words;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example: talkoot bundle inspect kainuu.bundle

Needs no node. Each change is checked by itself: its signature, its form, and that it holds no identifier of a person. Whether it is \
taken in is decided at the import, where the organisations you recognise are known. Exit code 1 if the file is not whole or a change \
in it would be refused.

With --json one object: file, bytes, network, organisation (who says to have made it), name, scopes (changes by scope), found, \
expected, broken, ended, whole, raw_bytes, organisations (organisation, name, changes, reports; the organisation null where the file \
does not tell), refused (counts by rule).";

/// Which file.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The bundle.
    file: PathBuf,
}

/// What is in a bundle.
#[derive(Debug, Serialize)]
struct Found<'a> {
    file: &'a Path,
    bytes: u64,
    network: NetworkId,
    organisation: OrganisationId,
    name: String,
    scopes: BTreeMap<String, u64>,
    #[serde(flatten)]
    extent: Extent,
    whole: bool,
    raw_bytes: u64,
    organisations: Vec<Part>,
    refused: BTreeMap<String, u64>,
}

/// What is in it of one organisation.
#[derive(Debug, Serialize)]
struct Part {
    organisation: Option<OrganisationId>,
    name: Option<String>,
    changes: u64,
    reports: u64,
}

/// Looks into a bundle.
pub(super) fn run(global: &Global, args: &Args) -> Result<ExitCode> {
    let found = look(&args.file)?;
    match global.json {
        true => output::json(&found)?,
        false => tell(&found)?,
    }
    Ok(if found.whole && found.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look(path: &Path) -> Result<Found<'_>> {
    let source = source::open(path)?;
    let bar = output::progress(source.opening().changes(), "checking");
    let contents = Contents::of(source, |found| bar.set_position(found))?;
    bar.finish_and_clear();
    Ok(Found::of(path, contents))
}

impl<'a> Found<'a> {
    fn of(file: &'a Path, contents: Contents) -> Self {
        let Contents { bytes, network, organisation, names, scopes, extent, whole, raw_bytes, organisations, refused } =
            contents;
        let name = words::name(&names);
        let organisations = organisations.into_iter().map(Part::of).collect();
        Self { file, bytes, network, organisation, name, scopes, extent, whole, raw_bytes, organisations, refused }
    }
}

impl Part {
    fn of(part: bundle::Part) -> Self {
        let bundle::Part { organisation, names, changes, reports } = part;
        Self { organisation, name: names.as_ref().map(words::name), changes, reports }
    }
}

fn tell(found: &Found<'_>) -> Result<()> {
    let scopes: Vec<_> = found.scopes.iter().map(|(scope, changes)| format!("{scope} {changes}")).collect();
    let lines = [
        ("Made by", format!("{} ({}), as it says", found.name, found.organisation)),
        ("Network", found.network.to_string()),
        ("Holds", if scopes.is_empty() { "nothing".into() } else { scopes.join(", ") }),
        ("Size", format!("{} ({} before packing)", words::bytes(found.bytes), words::bytes(found.raw_bytes))),
    ];
    lines.iter().try_for_each(|(label, value)| output::line(&format!("{label:<8} {value}")))?;
    let row = |part: &Part| {
        let id = part.organisation.map_or_else(|| "-".into(), |id| id.short());
        let name = match (&part.name, part.organisation) {
            (Some(name), _) => name.clone(),
            (None, Some(_)) => "(its record is not in this file)".into(),
            (None, None) => "(whose they are is not told in this file)".into(),
        };
        vec![id, name, part.changes.to_string(), part.reports.to_string()]
    };
    if !found.organisations.is_empty() {
        let rows: Vec<_> = found.organisations.iter().map(row).collect();
        output::table(&["ID", "NAME", "CHANGES", "REPORTS"], &rows)?;
    }
    for (rule, changes) in &found.refused {
        output::line(&format!("REFUSED by every node, for {rule}: {}", output::count(*changes, "change", "changes")))?;
    }
    match sentence(&found.extent) {
        Some(sentence) => {
            output::line(&sentence)?;
            output::say(
                "A new copy is needed. What is here can be imported now: what is stored is skipped the next time.",
            );
        }
        None => output::line("The file is whole.")?,
    }
    Ok(())
}
