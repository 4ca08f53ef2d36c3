//! `talkoot worker certify`: certificates for keys that browsers brought. The proof that a key came from who had the code is checked
//! here, where the code is, and not by the node that passed it on.

use std::collections::BTreeMap;

use serde::Serialize;
use talkoot_protocol::api::{Enrolment, Request, Response};
use talkoot_protocol::enrolment::EnrolmentId;
use talkoot_protocol::key::{PublicKey, SecretKey};
use talkoot_protocol::statement::Role;

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys, WorkerFile};
use crate::output;

use super::add;
use super::invite::Invitation;
use super::require_root;

pub(super) const HELP: &str = "\
Example: talkoot worker certify

A key is certified only if it came with a proof that fits the code kept on this machine; what the node says of it does not count.

With --json one object for each: name, worker, certificate, organisation, network, browser (true), key (public), roles.";

/// What was certified, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    file: &'a WorkerFile,
    key: PublicKey,
    roles: &'a [Role],
}

/// Certifies what has come.
pub(super) fn run(global: &Global, name: Option<&str>) -> Result<()> {
    let keys = Keys::of(global)?;
    require_root(&keys)?;
    let mut invitations = Invitation::all(&keys)?;
    if let Some(name) = name {
        invitations.retain(|invitation| invitation.name == name);
    }
    if invitations.is_empty() {
        let whom = name.map_or_else(String::new, |name| format!(" for {name:?}"));
        return Err(Error::refused(format!("no code{whom} waits for a browser"))
            .hint("Make one with: talkoot worker invite NAME"));
    }
    let root = keys.open_root(&keys::passphrase(global, false)?)?;
    let mut client = Client::open(&global.dir)?;
    let certified = certify(global, &keys, &mut client, &root, &invitations)?;
    if certified == 0 {
        output::say("No browser has brought a key yet. The code is typed at the node's page /enrol.");
    }
    client.close()
}

/// Certifies each key that came under one of these codes; returns how many.
pub(super) fn certify(
    global: &Global,
    keys: &Keys,
    client: &mut Client<'_>,
    root: &SecretKey,
    invitations: &[Invitation],
) -> Result<usize> {
    let Response::Enrolments { enrolments } = client.ask(Request::Enrolments)? else { return Err(unexpected()) };
    let by_id: BTreeMap<EnrolmentId, Enrolment> =
        enrolments.into_iter().map(|enrolment| (enrolment.id, enrolment)).collect();
    let mut certified = 0;
    for invitation in invitations {
        let code = invitation.code()?;
        let brought = by_id.get(&code.id()).and_then(|enrolment| enrolment.key.zip(enrolment.proof));
        let Some((key, proof)) = brought else {
            forget_expired(keys, invitation);
            continue;
        };
        if code.proof(&key) != proof {
            let name = &invitation.name;
            return Err(Error::refused(format!("a key came under the code of {name:?} from somebody who does not know the code"))
                .hint("It was not certified. The node, or somebody between, tried to put another key in its place: look into it, then make a new code with 'talkoot worker invite --again'."));
        }
        one(global, keys, client, root, invitation, key)?;
        certified += 1;
    }
    Ok(certified)
}

fn forget_expired(keys: &Keys, invitation: &Invitation) {
    if keys::now() >= invitation.expires {
        output::say(&format!(
            "The code of {} has expired. Make a new one with 'talkoot worker invite'.",
            invitation.name
        ));
        invitation.forget(keys);
    }
}

/// Certifies one key, or goes on where an interrupted attempt stopped.
fn one(
    global: &Global,
    keys: &Keys,
    client: &mut Client<'_>,
    root: &SecretKey,
    invitation: &Invitation,
    key: PublicKey,
) -> Result<()> {
    let certified = match add::earlier(client, &key)? {
        Some(certified) => certified,
        None => {
            let (certified, outcomes) = add::certify(client, root, key, invitation.worker, &invitation.roles)?;
            add::require_certified(&outcomes, keys)?;
            certified
        }
    };
    let identity = client.identity()?;
    let file = WorkerFile {
        name: invitation.name.clone(),
        worker: certified.worker,
        certificate: certified.certificate,
        organisation: identity.organisation,
        network: identity.network,
        browser: true,
    };
    // A worker whose own key is here as well goes on signing with it at the command line.
    let has_key_here = keys.read_worker(Some(&file.name)).is_ok_and(|known| !known.browser);
    if !has_key_here {
        keys.write_worker(&file)?;
    }
    invitation.forget(keys);
    let roles: Vec<_> = certified.roles.iter().map(ToString::to_string).collect();
    output::say(&format!(
        "Worker {} ({}), {}. The key is in a browser.",
        file.name,
        file.worker.short(),
        roles.join(", ")
    ));
    if global.json { output::json(&Answer { file: &file, key, roles: &certified.roles }) } else { Ok(()) }
}
