//! `talkoot status`: how the node is, what it holds and what it refused.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Identity, Request, Response, Status};
use talkoot_protocol::sync::digest::Fingerprint;

use crate::client::{Client, unexpected};
use crate::commands::org::words;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example: talkoot status

Two nodes that hold the same network-wide changes show the same fingerprint.

With --json one object: node, organisation, running, changes, reports, fingerprint, scopes (by name: changes, fingerprint), \
log_bytes, damaged, parked, forks, refusals and offences (counts by rule since the node started), quarantined (reasons by \
document), words (documents and changes behind, where a running node looks after them), connected.";

/// Nothing to choose.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {}

/// Does it.
pub(crate) fn run(global: &Global, _: Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let status = match client.ask(Request::Status)? {
        Response::Status(status) => status,
        _ => return Err(unexpected()),
    };
    if global.json {
        output::json(&status)?;
        return client.close();
    }
    // A node whose own record is damaged cannot say who it is, but can say how it is.
    let identity = client.identity().ok();
    let trouble = trouble(&status);
    let lines = who(&status, identity.as_ref()).into_iter().chain(held(&status));
    for (label, value) in lines.chain(trouble) {
        output::line(&format!("{label:<12} {value}"))?;
    }
    client.close()
}

type Line = (&'static str, String);

fn who(status: &Status, identity: Option<&Identity>) -> Vec<Line> {
    let name = identity.map_or_else(|| "?".into(), |identity| words::name(&identity.names));
    let running = match (status.running, status.connected) {
        (false, _) => "no; this was read from its store".into(),
        (true, 0) => "yes, connected to nobody".into(),
        (true, 1) => "yes, connected to 1 node".into(),
        (true, nodes) => format!("yes, connected to {nodes} nodes"),
    };
    let mut lines =
        vec![("Organisation", format!("{name} ({})", status.organisation.short())), ("Node", status.node.short())];
    lines
        .extend(identity.map(|it| ("Network", format!("{} ({})", words::plain(&it.charter.name), it.network.short()))));
    lines.push(("Running", running));
    lines.extend(identity.into_iter().flat_map(|it| &it.listening).map(|address| ("Listening", address.clone())));
    lines
}

fn held(status: &Status) -> Vec<Line> {
    let mut lines = vec![
        ("Reports", status.reports.to_string()),
        ("Changes", format!("{} in a log of {}", status.changes, words::bytes(status.log_bytes))),
        ("Fingerprint", short(&status.fingerprint)),
    ];
    if let Some(known) = &status.words {
        let behind = match known.behind {
            0 => String::new(),
            behind => format!(", {} still to be read", output::count(behind, "change", "changes")),
        };
        let known = output::count(known.documents, "report", "reports");
        lines.push(("Words", format!("of {known}{behind}")));
    }
    let scope = |(name, scope): (&String, &talkoot_protocol::api::ScopeStatus)| {
        (
            "  shared",
            format!(
                "{}: {}, {}",
                scope_name(name),
                output::count(scope.changes, "change", "changes"),
                short(&scope.fingerprint)
            ),
        )
    };
    lines.extend(status.scopes.iter().map(scope));
    lines
}

/// Returns a scope's name with the id in it shortened.
fn scope_name(name: &str) -> String {
    match name.split_once(':') {
        Some(("organisation", id)) => format!("within organisation {}", id.chars().take(10).collect::<String>()),
        Some(("region", county)) => format!("within county {county}"),
        _ => "with all members".into(),
    }
}

fn trouble(status: &Status) -> Vec<Line> {
    let many = |number: u64, one: &str, many: &str, what: &str| {
        (number > 0).then(|| format!("{} {what}", output::count(number, one, many)))
    };
    let by_name = |counts: &BTreeMap<String, u64>| {
        let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    };
    let waiting = "waiting for something that is not here yet, or for a recognition";
    let damaged = "not readable at the start; 'talkoot verify' says which, and peers are asked for what is missing";
    let forks = "where one key signed two different changes: it may have been copied";
    let lines = [
        ("Damaged", many(status.damaged, "record", "records", damaged)),
        ("Waiting", many(status.parked, "change", "changes", waiting)),
        ("Forks", many(status.forks, "place", "places", forks)),
        ("Refused", by_name(&status.refusals)),
        ("Offences", by_name(&status.offences)),
    ];
    let mut lines: Vec<_> = lines.into_iter().filter_map(|(label, text)| Some((label, text?))).collect();
    let unreadable = status.quarantined.iter();
    lines.extend(unreadable.map(|(document, reason)| {
        ("Unreadable", format!("document {}: {}", document.chars().take(10).collect::<String>(), words::plain(reason)))
    }));
    if lines.is_empty() {
        lines.push(("Trouble", "none known; 'talkoot verify' reads every byte of the log again".into()));
    }
    lines
}

fn short(fingerprint: &Fingerprint) -> String {
    fingerprint.to_string().chars().take(10).collect()
}
