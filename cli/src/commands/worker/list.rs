//! `talkoot worker list`: certified workers, and which of their keys are on this machine.

use std::collections::BTreeMap;

use serde::Serialize;
use talkoot_protocol::id::{ChangeId, WorkerId};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::statement::Role;

use crate::client::Client;
use crate::error::Result;
use crate::global::Global;
use crate::keys::{Keys, WorkerFile};
use crate::output;

use super::certified;
use super::invite::Invitation;

pub(super) const HELP: &str = "\
Example: talkoot worker list

With --json one object a line: name (null if the worker is not known on this machine), worker, certificate, key, roles, browser \
(whether the key is in a browser); key and roles are null where the certificate is not in this node's log.";

/// A worker, for programs.
#[derive(Debug, Serialize)]
struct Line {
    name: Option<String>,
    worker: WorkerId,
    certificate: ChangeId,
    key: Option<PublicKey>,
    roles: Option<Vec<Role>>,
    browser: bool,
}

/// Lists.
pub(super) fn run(global: &Global) -> Result<()> {
    let keys = Keys::of(global)?;
    let mut client = Client::open(&global.dir)?;
    let certified = certified(&mut client)?;
    client.close()?;
    let files = keys.worker_names().into_iter().map(|name| keys.read_worker(Some(&name)));
    let mut here: BTreeMap<ChangeId, WorkerFile> =
        files.map(|file| file.map(|file| (file.certificate, file))).collect::<Result<_>>()?;
    let names: BTreeMap<WorkerId, String> = here.values().map(|file| (file.worker, file.name.clone())).collect();
    let mut lines: Vec<_> = certified
        .into_iter()
        .map(|worker| {
            let file = here.remove(&worker.certificate);
            (worker, file)
        })
        .map(|(worker, file)| Line {
            // Another certificate of a worker who is known here is of a browser.
            browser: file.as_ref().map_or(names.contains_key(&worker.worker), |file| file.browser),
            name: names.get(&worker.worker).cloned(),
            worker: worker.worker,
            certificate: worker.certificate,
            key: Some(worker.key),
            roles: Some(worker.roles),
        })
        .collect();
    lines.extend(here.into_values().map(|file| Line {
        browser: file.browser,
        name: Some(file.name),
        worker: file.worker,
        certificate: file.certificate,
        key: None,
        roles: None,
    }));
    lines.sort_by(|a, b| (a.name.is_none(), &a.name, a.worker).cmp(&(b.name.is_none(), &b.name, b.worker)));
    print(global, &lines)?;
    invited(global, &keys)
}

/// Says whose codes wait for a browser.
fn invited(global: &Global, keys: &Keys) -> Result<()> {
    let invitations = Invitation::all(keys)?;
    let names: Vec<&str> = invitations.iter().map(|invitation| invitation.name.as_str()).collect();
    if !names.is_empty() && !global.json {
        output::say(&format!(
            "Invited and not certified yet: {}. See to it with: talkoot worker certify",
            names.join(", ")
        ));
    }
    Ok(())
}

fn print(global: &Global, lines: &[Line]) -> Result<()> {
    if global.json {
        return lines.iter().try_for_each(output::json);
    }
    if lines.is_empty() {
        output::say("No workers yet. Make one with: talkoot worker add NAME");
        return Ok(());
    }
    let row = |line: &Line| {
        let roles =
            line.roles.as_ref().map(|roles| roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        vec![
            line.name.clone().unwrap_or_default(),
            line.worker.short(),
            line.certificate.short(),
            if line.browser {
                "browser"
            } else if line.name.is_some() {
                "here"
            } else {
                "elsewhere"
            }
            .into(),
            roles.unwrap_or_else(|| "certificate not known to this node".into()),
        ]
    };
    output::table(&["NAME", "WORKER", "CERTIFICATE", "KEY", "ROLES"], &lines.iter().map(row).collect::<Vec<_>>())
}
