//! `talkoot bundle inspect`: what is in a file, each change checked by itself. Needs no node.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use talkoot_protocol::id::{NetworkId, OrganisationId};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sync::check::{Refused, check};

use super::source::{self, Extent};
use super::who::Who;
use crate::commands::import::on_all_cores;
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
    refused: BTreeMap<&'static str, u64>,
}

/// What is in it of one organisation.
#[derive(Debug, Default, Serialize)]
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
    let mut source = source::open(path)?;
    let (network, organisation) = (source.opening.network, source.opening.organisation());
    let name = words::name(&source.opening.maker.names);
    let scopes = source.opening.held.iter().map(|(scope, digest)| (scope.to_string(), digest.count())).collect();
    let bar = output::progress(source.opening.changes(), "checking");
    let (mut who, mut raw_bytes) = (Who::default(), 0);
    let mut parts: BTreeMap<Option<OrganisationId>, Part> = BTreeMap::new();
    let mut refused: BTreeMap<&'static str, u64> = BTreeMap::new();
    while let Some(changes) = source.next()? {
        raw_bytes += changes.iter().map(|change| change.len() as u64).sum::<u64>();
        for checked in on_all_cores(&changes, |change| check(&network, change.clone())) {
            match checked {
                Ok(change) => {
                    let part = parts.entry(who.learn(&change)).or_default();
                    part.changes += 1;
                    part.reports += u64::from(change.change().begins().is_some_and(|(kind, _)| kind == Kind::Report));
                }
                Err(Refused { refusal, .. }) => *refused.entry(refusal.name()).or_default() += 1,
            }
        }
        bar.set_position(source.extent().found);
    }
    bar.finish_and_clear();
    let organisations = parts.into_iter().map(|(organisation, part)| {
        let name = organisation.and_then(|id| who.name(&id)).map(str::to_owned);
        Part { organisation, name, ..part }
    });
    let extent = source.extent();
    let (bytes, whole) = (source.bytes, extent.is_whole());
    let organisations = organisations.collect();
    Ok(Found {
        file: path,
        bytes,
        network,
        organisation,
        name,
        scopes,
        extent,
        whole,
        raw_bytes,
        organisations,
        refused,
    })
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
    match found.extent.sentence() {
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
