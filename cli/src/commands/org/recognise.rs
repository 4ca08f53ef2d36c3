//! `talkoot org recognise`: an endorsement, signed with the root key.

use serde::Serialize;
use talkoot_protocol::api::{Organisation, Outcome};
use talkoot_protocol::id::{ChangeId, OrganisationId};
use talkoot_protocol::sign;
use talkoot_protocol::statement::{Endorsement, Statement};

use crate::client::{Client, require_stored};
use crate::commands::worker;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys};
use crate::output;

use super::{all, find, words};

pub(super) const HELP: &str = "\
Example: talkoot org recognise 3f09a1c2d4

Recognising means: your organisation says, signed with its root key and for every member to see, that this id is who it says \
it is. When enough members say so (the charter says how many), its workers' reports are taken in here and counted in views, \
and its nodes are sent what is shared with members. This version cannot take it back. So compare the whole id with your \
partner first, by telephone or face to face, and not only through this program.

With --json one object: organisation, name, member (whether it is one now), recognised_by, threshold, change (the \
endorsement's id, null if you had recognised it before).";

/// What came of it, for programs.
#[derive(Debug, Serialize)]
struct Answer {
    organisation: OrganisationId,
    name: Option<String>,
    member: bool,
    recognised_by: Vec<OrganisationId>,
    threshold: u16,
    change: Option<ChangeId>,
}

/// Recognises an organisation.
pub(super) fn run(global: &Global, client: &mut Client<'_>, asked: &str) -> Result<()> {
    let known = all(client)?;
    let id = find(&known, asked)?;
    let identity = client.identity()?;
    if id == identity.organisation {
        return Err(Error::refused("that is your own organisation; it needs no recognition by itself"));
    }
    let before = known.iter().find(|organisation| organisation.id == id);
    let done = before.is_some_and(|organisation| organisation.recognised_by.contains(&identity.organisation));
    let change = if done { None } else { Some(endorse(global, client, id)?) };
    let known = all(client)?;
    let after = known.iter().find(|organisation| organisation.id == id);
    let name = after.or(before).map(|organisation| words::name(&organisation.names));
    let answer = Answer {
        organisation: id,
        name,
        member: after.is_some_and(|organisation| organisation.member),
        recognised_by: after.map(|organisation| organisation.recognised_by.clone()).unwrap_or_default(),
        threshold: identity.charter.threshold,
        change,
    };
    say(&answer, after);
    if global.json { output::json(&answer) } else { Ok(()) }
}

/// Signs and submits the endorsement; returns its id.
fn endorse(global: &Global, client: &mut Client<'_>, organisation: OrganisationId) -> Result<ChangeId> {
    let keys = Keys::of(global)?;
    worker::require_root(&keys)?;
    let root = keys.open_root(&keys::passphrase(global, false)?)?;
    // Only now, after the passphrase was typed, is the chain's end looked at.
    let identity = client.identity()?;
    let (sequence, previous) = identity.tip;
    let after = Some((identity.document, sequence, previous));
    let statement = Statement::Endorsement(Endorsement { organisation });
    let signed = sign::statement(&root, identity.network, after, &statement, keys::moment()?).map_err(Error::failed)?;
    let outcomes = client.submit(vec![signed.encode()])?;
    if let Some(Outcome::Refused { name, .. }) = outcomes.first()
        && name == worker::NOT_ROOT
    {
        return Err(worker::other_keys(&keys));
    }
    require_stored(&outcomes)?;
    Ok(signed.id())
}

fn say(answer: &Answer, known: Option<&Organisation>) {
    let who = match &answer.name {
        Some(name) => format!("{name} ({})", answer.organisation.short()),
        None => answer.organisation.to_string(),
    };
    let verb = if answer.change.is_some() { "Recognised" } else { "Recognised before" };
    output::say(&format!("{verb}: {who}"));
    match known {
        Some(known) if known.member => {
            output::say("It is a member here: its reports are taken in, and it is sent what is shared with members.");
            output::say("It does the same for you once it has recognised your organisation.");
        }
        Some(known) => {
            let (got, needed) = (known.recognised_by.len(), answer.threshold);
            output::say(&format!("It becomes a member with {}; so far: {got}.", recognitions(needed)));
        }
        None if answer.threshold == 1 => {
            output::say("It has not been seen here yet; what it signs is taken in once it connects.")
        }
        None => {
            let needed = recognitions(answer.threshold);
            output::say(&format!("It has not been seen here yet. It becomes a member with {needed}."));
        }
    }
}

fn recognitions(needed: u16) -> String {
    output::count(needed.into(), "recognition", "recognitions")
}
