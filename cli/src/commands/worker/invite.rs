//! `talkoot worker invite`: a one-time code for a worker whose key will be made in a browser. The code is kept beside the keys; the
//! node is told its hash.
//!
//! The file comes first, then the node: a code that the node does not know is refused there, one that is nowhere kept could never be
//! certified.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use talkoot_node::keystore;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::enrolment::{CODE_ENTROPY_BYTES, Code};
use talkoot_protocol::id::WorkerId;
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::statement::Role;
use talkoot_protocol::time::Timestamp;

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys, check_name};
use crate::output;

use super::{add, certify, require_root};

pub(super) const HELP: &str = "\
Example: talkoot worker invite maija --role reporter --wait

Give the code to the worker yourself, not by way of the node; the worker types it at the node's page /enrol. The key is made in the \
browser and never leaves it. 'talkoot worker certify' then certifies it, or --wait does so at once.

A worker who lost the browser gets a new code with --again and stays the same writer to all others. The old certificate cannot be \
revoked yet.

With --json one object: name, code, worker, roles, expires; with --wait a second one, as of 'talkoot worker certify'.";

/// Ending of the files.
const ENDING: &str = ".invitation.json";
/// How often it is looked whether the key has come.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Milliseconds of a day.
const DAY_MILLIS: u64 = 86_400_000;

/// Whom to invite.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the worker is called on this machine; others see only a random number.
    name: String,
    /// What the worker may do: reporter, coordinator, decision_maker, intake or steward; may be repeated.
    #[arg(long, value_name = "ROLE", default_value = "reporter", value_delimiter = ',')]
    role: Vec<Role>,
    /// For how many days the code is worth something, such as 14d.
    #[arg(long, value_name = "DAYS", default_value = "14d", value_parser = days)]
    valid: u64,
    /// Wait until the browser has brought its key, and certify it.
    #[arg(long)]
    wait: bool,
    /// A new browser for a worker who is known here: stays the same writer to all others.
    #[arg(long)]
    again: bool,
}

/// What is known of a code that was given out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Invitation {
    /// What the worker is called on this machine.
    pub(super) name: String,
    /// The code.
    code: String,
    /// The pseudonymous worker.
    pub(super) worker: WorkerId,
    /// What the worker may do.
    pub(super) roles: Vec<Role>,
    /// From when on the code is worth nothing.
    pub(super) expires: Timestamp,
}

impl Invitation {
    /// Reads all of them, by name.
    pub(super) fn all(keys: &Keys) -> Result<Vec<Self>> {
        let entries = std::fs::read_dir(keys.dir()).into_iter().flatten().flatten();
        let is_one =
            |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(ENDING));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_one).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Result<Self> {
        let failed =
            |error: &dyn std::fmt::Display| Error::unusable(format!("cannot read {}: {error}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| failed(&error))
    }

    /// Returns the code.
    pub(super) fn code(&self) -> Result<Code> {
        self.code
            .parse()
            .map_err(|error| Error::unusable(format!("the code kept for {:?} is damaged: {error}", self.name)))
    }

    fn path(keys: &Keys, name: &str) -> PathBuf {
        keys.dir().join(format!("{name}{ENDING}"))
    }

    /// Writes it, for its owner's eyes only, whole or not at all.
    fn write(&self, keys: &Keys) -> Result<()> {
        let path = Self::path(keys, &self.name);
        let beside = path.with_extension("new");
        let failed = |error| Error::failed(error).context(format_args!("cannot write {}", path.display()));
        let json = serde_json::to_vec_pretty(self).map_err(Error::failed)?;
        let write = || {
            let mut file =
                std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            file.write_all(&json)?;
            file.sync_all()?;
            std::fs::rename(&beside, &path)
        };
        write().map_err(failed)
    }

    /// Forgets it: the code has done what it was for.
    pub(super) fn forget(&self, keys: &Keys) {
        let _gone = std::fs::remove_file(Self::path(keys, &self.name));
    }
}

impl Args {
    /// Invites somebody for a day.
    pub(crate) fn for_a_day(name: &str, role: &[Role]) -> Self {
        Self { name: name.to_owned(), role: role.to_vec(), valid: 1, wait: true, again: false }
    }
}

/// What was made, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    name: &'a str,
    code: String,
    worker: WorkerId,
    roles: &'a [Role],
    expires: Timestamp,
}

/// Makes a code.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let keys = Keys::of(global)?;
    require_root(&keys)?;
    // Who waits is asked for the passphrase now, not when the worker has typed the code.
    let root = if args.wait { Some(keys.open_root(&keys::passphrase(global, false)?)?) } else { None };
    let invitation = make(global, &keys, args)?;
    match root {
        Some(root) => {
            output::say("Waiting for the browser; stop with Ctrl-C and go on later with 'talkoot worker certify'.");
            wait(global, &keys, &root, &invitation)
        }
        None => Ok(()),
    }
}

/// Makes a code, keeps it, tells the node its hash, and shows it.
pub(crate) fn make(global: &Global, keys: &Keys, args: &Args) -> Result<Invitation> {
    check_name(&args.name)?;
    let worker = worker_of(keys, args)?;
    let mut client = Client::open(&global.dir)?;
    let mut entropy = [0; CODE_ENTROPY_BYTES];
    let fresh = keystore::fresh_seed().map_err(Error::failed)?;
    entropy.copy_from_slice(fresh.get(..CODE_ENTROPY_BYTES).unwrap_or_default());
    let code = Code::new(entropy);
    let expires = Timestamp::from_millis(keys::now().as_millis().saturating_add(args.valid.saturating_mul(DAY_MILLIS)));
    let invitation =
        Invitation { name: args.name.clone(), code: code.reveal(), worker, roles: args.role.clone(), expires };
    invitation.write(keys)?;
    let told = client.ask(Request::Invite { id: code.id(), expires });
    match told {
        Ok(Response::Done) => {}
        other => {
            invitation.forget(keys);
            return Err(other.err().unwrap_or_else(unexpected));
        }
    }
    client.close()?;
    show(global, &invitation)?;
    Ok(invitation)
}

/// Waits until a browser has shown the code, and certifies its key.
pub(crate) fn wait(global: &Global, keys: &Keys, root: &SecretKey, invitation: &Invitation) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    while certify::certify(global, keys, &mut client, root, std::slice::from_ref(invitation))? == 0 {
        if keys::now() >= invitation.expires {
            return Err(Error::refused("the code has expired and no browser came").hint("Invite again: --again"));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    client.close()
}

fn show(global: &Global, invitation: &Invitation) -> Result<()> {
    let Invitation { name, code, worker, roles, expires } = invitation;
    if global.json {
        return output::json(&Answer { name, code: code.clone(), worker: *worker, roles, expires: *expires });
    }
    output::say(&format!(
        "Give this code to {name} yourself; it works once, until {}. It is typed at the node's page /enrol.",
        Date::of(*expires)
    ));
    output::line(code)
}

/// Returns the pseudonymous worker: a new one, or the one that is known by this name.
fn worker_of(keys: &Keys, args: &Args) -> Result<WorkerId> {
    let name = &args.name;
    let known = keys.worker_names().contains(name).then(|| keys.read_worker(Some(name))).transpose()?;
    let invited = Invitation::all(keys)?.into_iter().find(|invitation| invitation.name == *name);
    match (known, invited, args.again) {
        (Some(known), _, true) => Ok(known.worker),
        (None, Some(invited), true) => Ok(invited.worker),
        (None, None, true) => Err(Error::refused(format!("there is no worker {name:?} yet")).hint("Leave --again out.")),
        (None, None, false) => add::fresh_worker(),
        (Some(_), _, false) => Err(Error::refused(format!("there is a worker {name:?} already"))
            .hint("Choose another name, or give the same worker another browser with --again.")),
        (None, Some(_), false) => Err(Error::refused(format!("{name:?} has a code already"))
            .hint("Certify the key with 'talkoot worker certify', or make a new code with --again; the old one is then forgotten.")),
    }
}

/// Reads a number of days, with or without a d.
fn days(text: &str) -> std::result::Result<u64, String> {
    let number: u64 =
        text.trim_end_matches('d').parse().map_err(|_| "give a number of days, such as 14d".to_owned())?;
    if (1..=60).contains(&number) { Ok(number) } else { Err("a code is worth something for 1 to 60 days".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_few() {
        assert_eq!((days("14d"), days("1"), days("60d")), (Ok(14), Ok(1), Ok(60)));
        assert!(["", "d", "0d", "61d", "-1", "2w"].iter().all(|bad| days(bad).is_err()));
    }
}
