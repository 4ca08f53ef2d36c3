//! `talkoot worker add`. The key file comes first, then the certificate, then the note that joins them: whatever happens in
//! between, the same command again goes on where it stopped, and no certificate is without its key.

use serde::Serialize;
use talkoot_node::keystore::{self, Passphrase, Purpose};
use talkoot_protocol::api::Outcome;
use talkoot_protocol::id::{ChangeId, WorkerId};
use talkoot_protocol::key::{PublicKey, SecretKey};
use talkoot_protocol::scope::Counties;
use talkoot_protocol::sign;
use talkoot_protocol::statement::{Bearer, Certificate, Role, Roles, Statement};

use crate::client::{Client, require_stored};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys, WorkerFile, check_name};
use crate::output;

use super::{certified, require_root};

pub(super) const HELP: &str = "\
Example: talkoot worker add maija --role reporter

The key stays in the --keys directory, locked with the passphrase; the name stays there too. Others see a random number.

With --json one object: name, worker, certificate, organisation, network, key (public), roles, file.";

/// Name of the refusal of a statement that the organisation's root key did not sign.
pub(crate) const NOT_ROOT: &str = "not_root_key";

/// What was made, for programs.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    file: &'a WorkerFile,
    key: PublicKey,
    roles: Vec<Role>,
    #[serde(rename = "file")]
    path: std::path::PathBuf,
}

/// A certificate that stands in the log.
pub(super) struct Certified {
    pub(super) certificate: ChangeId,
    pub(super) worker: WorkerId,
    pub(super) roles: Vec<Role>,
}

/// Makes a worker.
pub(super) fn run(global: &Global, name: &str, roles: &[Role]) -> Result<()> {
    check_name(name)?;
    let keys = Keys::of(global)?;
    require_root(&keys)?;
    if keys.worker_names().iter().any(|known| known == name) {
        return Err(Error::refused(format!("there is a worker {name:?} already")).hint("Choose another name."));
    }
    let passphrase = keys::passphrase(global, false)?;
    let root = keys.open_root(&passphrase)?;
    let mut client = Client::open(&global.dir)?;
    let (key, is_new) = key_of(&keys, name, &passphrase)?;
    let before = if is_new { None } else { earlier(&mut client, &key.public())? };
    let certified = match before {
        Some(certified) => certified,
        None => {
            let (certified, outcomes) = certify(&mut client, &root, key.public(), fresh_worker()?, roles)?;
            if let Err(error) = require_certified(&outcomes, &keys) {
                // It is certain that no certificate names this key.
                if is_new {
                    let _removed = std::fs::remove_file(keys.worker_key(name));
                }
                return Err(error);
            }
            certified
        }
    };
    let identity = client.identity()?;
    let file = WorkerFile {
        name: name.to_owned(),
        worker: certified.worker,
        certificate: certified.certificate,
        organisation: identity.organisation,
        network: identity.network,
        browser: false,
    };
    keys.write_worker(&file)?;
    client.close()?;
    let path = keys.worker_key(name);
    let roles: Vec<_> = certified.roles.iter().map(ToString::to_string).collect();
    output::say(&format!("Worker {name} ({}), {}. Key: {}", file.worker.short(), roles.join(", "), path.display()));
    match global.json {
        true => output::json(&Answer { file: &file, key: key.public(), roles: certified.roles, path }),
        false => Ok(()),
    }
}

/// Makes the key, or opens the one that an interrupted attempt left; returns whether it is new.
fn key_of(keys: &Keys, name: &str, passphrase: &Passphrase) -> Result<(SecretKey, bool)> {
    let path = keys.worker_key(name);
    if path.exists() {
        output::say(&format!("Going on with the key that is there: {}", path.display()));
        return Ok((keys.open_worker(name, passphrase)?, false));
    }
    let key = keystore::fresh_key().map_err(Error::failed)?;
    keys.write(&path, &key, Purpose::Worker, passphrase, &format!("worker {name}"))?;
    Ok((key, true))
}

/// Returns a number for a worker that nobody has heard of.
pub(super) fn fresh_worker() -> Result<WorkerId> {
    Ok(WorkerId::from_bytes(keystore::fresh_seed().map_err(Error::failed)?))
}

/// Returns the certificate that a key has already, if it has one.
pub(super) fn earlier(client: &mut Client<'_>, key: &PublicKey) -> Result<Option<Certified>> {
    let found = certified(client)?.into_iter().find(|worker| worker.key == *key);
    Ok(found.map(|found| Certified { certificate: found.certificate, worker: found.worker, roles: found.roles }))
}

/// Signs and submits a certificate.
pub(super) fn certify(
    client: &mut Client<'_>,
    root: &SecretKey,
    key: PublicKey,
    worker: WorkerId,
    roles: &[Role],
) -> Result<(Certified, Vec<Outcome>)> {
    let identity = client.identity()?;
    let roles: Roles = roles.iter().copied().collect();
    let statement = Statement::Certificate(Certificate {
        organisation: identity.organisation,
        subject: key,
        bearer: Bearer::Worker { worker, roles },
        valid_from: keys::now(),
        valid_until: None,
        counties: Counties::new(),
    });
    let (sequence, previous) = identity.tip;
    let after = Some((identity.document, sequence, previous));
    let signed = sign::statement(root, identity.network, after, &statement, keys::moment()?).map_err(Error::failed)?;
    let outcomes = client.submit(vec![signed.encode()])?;
    Ok((Certified { certificate: signed.id(), worker, roles: roles.iter().collect() }, outcomes))
}

pub(super) fn require_certified(outcomes: &[Outcome], keys: &Keys) -> Result<()> {
    match outcomes.first() {
        Some(Outcome::Refused { name, .. }) if name == NOT_ROOT => Err(other_keys(keys)),
        _ => require_stored(outcomes).map(|_| ()),
    }
}

/// Says that the root key at hand is not that of the node's organisation.
pub(crate) fn other_keys(keys: &Keys) -> Error {
    Error::refused(format!(
        "the root key in {} is not that of this node's organisation; nothing was changed",
        keys.dir().display()
    ))
    .hint("Name the directory with the right keys with --keys, or the right node with --dir.")
}
