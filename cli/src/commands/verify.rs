//! `talkoot verify`: every byte of the log again. Works beside a running node.

use std::process::ExitCode;

use talkoot_node::audit::{self, Audit, Problem};
use talkoot_node::home::Home;

use crate::commands::org::words;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example: talkoot verify && echo sound

Reads the whole log: checksums, form, hashes, signatures, and whether each change would be admitted again. Takes no lock and \
changes nothing. Exit code 0: all holds; 5: damage was found.

With --json one object: records, changes, evidence, bytes, not_admitted, unfinished_bytes, problems (counts by name), listed \
(ordinal, segment, offset, problem; the first thousand).";

/// Exit code when something does not hold.
const DAMAGE: u8 = 5;
/// Bytes in the unit of the progress bar.
const KIB: u64 = 1024;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {}

/// Does it.
pub(crate) fn run(global: &Global, _: Args) -> Result<ExitCode> {
    let home = Home::open(&global.dir)?;
    let bar = output::progress(audit::log_bytes(&home.dir) / KIB, "checking (KiB)");
    let audited = audit::audit(&home.dir, home.engine_config(0), &mut |audit| bar.set_position(audit.bytes / KIB));
    bar.finish_and_clear();
    let audit = audited.map_err(|error| {
        Error::failed(error).context("the log cannot be read").hint(
            "Keep a copy of the directory before doing anything else. Partners' nodes hold what was shared with them.",
        )
    })?;
    match global.json {
        true => output::json(&audit)?,
        false => tell(&audit)?,
    }
    Ok(if audit.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(DAMAGE) })
}

fn tell(audit: &Audit) -> Result<()> {
    audit.listed.iter().try_for_each(|problem| output::line(&line(problem)))?;
    let listed = audit.listed.len() as u64;
    let total: u64 = audit.problems.values().sum();
    if total > listed {
        output::line(&format!("… and {} more", total - listed))?;
    }
    output::line(&format!(
        "{} read, {}: {} with good hashes and signatures",
        output::count(audit.records, "record", "records"),
        words::bytes(audit.bytes),
        output::count(audit.changes, "change", "changes")
    ))?;
    if audit.evidence > 0 {
        let headers = output::count(audit.evidence, "header", "headers");
        output::line(&format!("{headers} kept of changes refused for a personal identifier"))?;
    }
    if audit.attachments > 0 {
        let attachments = output::count(audit.attachments, "attachment", "attachments");
        output::line(&format!("{attachments} with good hashes"))?;
    }
    if audit.not_admitted > 0 {
        let changes = output::count(audit.not_admitted, "change", "changes");
        output::line(&format!("Waiting for something that is damaged or not here: {changes}"))?;
    }
    if audit.unfinished_bytes > 0 {
        output::line(&format!(
            "The log ends in an unfinished record ({}): a write was cut short, or the end of the log was lost. \
             The node notices at its next start whether its index knows more.",
            output::count(audit.unfinished_bytes, "byte", "bytes")
        ))?;
    }
    if audit.is_clean() {
        let whole = audit.unfinished_bytes == 0;
        return output::line(if whole { "All holds." } else { "All that is whole holds." });
    }
    let problems: Vec<_> = audit.problems.iter().map(|(name, count)| format!("{name} {count}")).collect();
    output::line(&format!("DAMAGE: {}", problems.join(", ")))?;
    output::say(
        "Keep a copy of the directory. Damaged records are not served; what was shared comes back from partners' nodes.",
    );
    Ok(())
}

fn line(problem: &Problem) -> String {
    let what = words::plain(&problem.problem);
    match problem.ordinal {
        Some(ordinal) => format!("record {ordinal}, segment {}, byte {}: {what}", problem.segment, problem.offset),
        None => what,
    }
}
