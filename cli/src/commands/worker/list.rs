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

pub(super) const HELP: &str = "\
Example: talkoot worker list

With --json one object a line: name (null if the key is not on this machine), worker, certificate, key, roles; key and roles \
are null for a key on this machine whose certificate is not in this node's log.";

/// A worker, for programs.
#[derive(Debug, Serialize)]
struct Line {
    name: Option<String>,
    worker: WorkerId,
    certificate: ChangeId,
    key: Option<PublicKey>,
    roles: Option<Vec<Role>>,
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
    let mut lines: Vec<_> = certified
        .into_iter()
        .map(|worker| Line {
            name: here.remove(&worker.certificate).map(|file| file.name),
            worker: worker.worker,
            certificate: worker.certificate,
            key: Some(worker.key),
            roles: Some(worker.roles),
        })
        .collect();
    lines.extend(here.into_values().map(|file| Line {
        name: Some(file.name),
        worker: file.worker,
        certificate: file.certificate,
        key: None,
        roles: None,
    }));
    lines.sort_by(|a, b| (a.name.is_none(), &a.name, a.worker).cmp(&(b.name.is_none(), &b.name, b.worker)));
    print(global, &lines)
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
            line.name.clone().unwrap_or_else(|| "(key elsewhere)".into()),
            line.worker.short(),
            line.certificate.short(),
            roles.unwrap_or_else(|| "certificate not known to this node".into()),
        ]
    };
    output::table(&["NAME", "WORKER", "CERTIFICATE", "ROLES"], &lines.iter().map(row).collect::<Vec<_>>())
}
