//! A worker's key at work: opens it, finds the scope, sends what was signed, and keeps what could not be sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use serde_json::{Map, Value};
use talkoot_protocol::api::Identity;
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sign::{self, Author};
use talkoot_protocol::signed::Verified;

use super::codes::require_county;
use crate::client::{Client, require_stored};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys, WorkerFile};

/// A worker's opened key.
pub(crate) struct Pen {
    key: SecretKey,
    worker: WorkerFile,
}

impl Pen {
    /// Opens the key of the worker with this name, or of the only one.
    ///
    /// It may be a worker of another organisation who uses this node: the node stores what the certificate allows.
    pub(crate) fn open(global: &Global, name: Option<&str>, identity: &Identity) -> Result<Self> {
        let keys = Keys::of(global)?;
        let worker = keys.read_worker(name)?;
        if worker.network != identity.network {
            let message = format!("the key of {:?} is for another network than this node's", worker.name);
            return Err(Error::refused(message).hint("Nothing was signed. Check --dir and --keys."));
        }
        let key = keys.open_worker(&worker.name, &keys::passphrase(global, false)?)?;
        Ok(Self { key, worker })
    }

    /// Returns the organisation whose worker signs.
    pub(crate) fn organisation(&self) -> OrganisationId {
        self.worker.organisation
    }

    /// Returns who signs.
    pub(crate) fn author(&self) -> Author<'_> {
        Author { key: &self.key, certificate: self.worker.certificate, network: self.worker.network }
    }
}

/// Reads for whom a report is: `network`, `region:12`, or `organisation`, which is the node's own.
pub(crate) fn scope(text: &str, identity: &Identity) -> Result<Scope> {
    if text == "organisation" {
        return Ok(Scope::Organisation(identity.organisation));
    }
    let scope = text.parse().map_err(|_| {
        Error::refused(format!("{text:?} is no scope")).hint(
            "Use network (all members), region:12 (members that act in county 12) or organisation (only your own).",
        )
    })?;
    if let Scope::Region(county) = &scope {
        require_county(county)?;
    }
    Ok(scope)
}

/// Says why something could not be signed.
pub(crate) fn not_signed(error: sign::Error) -> Error {
    Error::refused(format!("it cannot be signed: {error}")).hint("Nothing was signed or stored.")
}

/// Submits a signed change. What could not be stored is kept in a file, so that nothing typed is lost.
pub(crate) fn send(client: &mut Client<'_>, change: &Verified, fields: &Map<String, Value>, again: &str) -> Result<()> {
    let sent = client.submit(vec![change.encode()]).and_then(|outcomes| require_stored(&outcomes));
    sent.map(|_| ()).map_err(|error| keep(error, fields, again))
}

/// Keeps fields as JSON and says where they are and how to go on; `again` is the command up to the file's name.
fn keep(error: Error, fields: &Map<String, Value>, again: &str) -> Error {
    let path = PathBuf::from(format!("unsent-{}.json", keys::now().as_millis()));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(&serde_json::to_vec_pretty(fields)?)?;
        file.sync_all()
    };
    let error = error.context("the report was signed, but the node did not store it");
    match write() {
        Ok(()) => error.hint(format!(
            "What you wrote is kept in {path}. When the reason is gone, and 'talkoot report list' shows that it did not arrive after all, \
             send it again:\n    {again} {path}",
            path = path.display()
        )),
        Err(failure) => {
            let fields = serde_json::to_string(fields).unwrap_or_default();
            error.hint(format!("It could not be kept in {} either ({failure}). This is what you wrote:\n{fields}", path.display()))
        }
    }
}
