//! The keys of the organisation and its workers: where they are, and how they are opened. They live beside the node's directory,
//! never in it: a node can withhold, it must not be able to forge.
//!
//! ```text
//! organisation-root.key   organisation-next.key   NAME.key   NAME.worker.json   NAME.drafts/   NAME.invitation.json
//! ```

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use talkoot_node::keystore::{self, Costs, Passphrase, Protection, Purpose};
use talkoot_protocol::id::{ChangeId, NetworkId, OrganisationId, WorkerId};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::sign::Moment;
use talkoot_protocol::time::Timestamp;

use crate::commands::org::words::command;
use crate::error::{Error, Result};
use crate::global::Global;

/// Environment variable with the passphrase, for automation.
const PASSPHRASE_VARIABLE: &str = "TALKOOT_PASSPHRASE";
/// Environment variable that makes new key files cheap to open. For tests and demonstrations only.
const FAST_VARIABLE: &str = "TALKOOT_INSECURE_FAST_KEYS";

/// The directory with the keys.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    dir: PathBuf,
    /// The command that makes a worker, up to the name.
    add_worker: String,
}

/// What is known of a worker besides the secret key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WorkerFile {
    /// The name used on this machine only.
    pub(crate) name: String,
    /// The pseudonymous worker.
    pub(crate) worker: WorkerId,
    /// The certificate.
    pub(crate) certificate: ChangeId,
    /// The organisation.
    pub(crate) organisation: OrganisationId,
    /// The network.
    pub(crate) network: NetworkId,
    /// Whether the key is in a browser, and not here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) browser: bool,
}

impl Keys {
    /// Finds the directory the arguments mean.
    pub(crate) fn of(global: &Global) -> Result<Self> {
        let absolute = |path: &Path| {
            let failed = |error| Error::failed(error).context(format_args!("cannot find {}", path.display()));
            std::path::absolute(path).map_err(failed)
        };
        // Absolute paths have no trailing slash or dot, so the name beside the node's directory is the one people expect.
        let node = absolute(&global.dir.components().collect::<PathBuf>())?;
        let dir = match &global.keys {
            Some(dir) => absolute(dir)?,
            None => {
                let mut name = node.components().collect::<PathBuf>().into_os_string();
                name.push("-keys");
                PathBuf::from(name)
            }
        };
        if dir.starts_with(&node) {
            return Err(Error::refused("keys must not lie inside the node's directory; choose another --keys"));
        }
        Ok(Self { dir, add_worker: command(global, "worker add") })
    }

    /// Returns the directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the file of the organisation's root key.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.join("organisation-root.key")
    }

    /// Returns the file of the organisation's next root key.
    pub(crate) fn next_root(&self) -> PathBuf {
        self.dir.join("organisation-next.key")
    }

    /// Returns the file of a worker's key.
    pub(crate) fn worker_key(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.key"))
    }

    /// Returns the directory of a worker's drafts.
    pub(crate) fn drafts(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.drafts"))
    }

    fn worker_file(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.worker.json"))
    }

    /// Makes the directory.
    pub(crate) fn make(&self) -> Result<()> {
        let failed = |error| Error::failed(error).context(format_args!("cannot make {}", self.dir.display()));
        std::fs::create_dir_all(&self.dir).map_err(failed)?;
        // Names of workers are nobody else's business.
        std::fs::set_permissions(&self.dir, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(failed)
    }

    /// Writes what is known of a worker.
    pub(crate) fn write_worker(&self, worker: &WorkerFile) -> Result<()> {
        let path = self.worker_file(&worker.name);
        let failed = |error| Error::failed(error).context(format_args!("cannot write {}", path.display()));
        let json = serde_json::to_vec_pretty(worker).map_err(Error::failed)?;
        std::fs::write(&path, json).map_err(failed)
    }

    /// Reads what is known of a worker. Without a name, the only worker there is.
    pub(crate) fn read_worker(&self, name: Option<&str>) -> Result<WorkerFile> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.only_worker()?,
        };
        let path = self.worker_file(&name);
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Error::unusable(format!("there is no worker {name:?} in {}", self.dir.display()))
                    .hint(format!("Make one with: {} {name}", self.add_worker))
            }
            _ => Error::setup(error).context(format_args!("cannot read {}", path.display())),
        })?;
        serde_json::from_slice(&bytes).map_err(|error| Error::setup(error).context(path.display()))
    }

    /// Returns the names of the workers whose keys are here, sorted.
    pub(crate) fn worker_names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let names =
            entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".worker.json").map(str::to_owned));
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn only_worker(&self) -> Result<String> {
        let mut names = self.worker_names();
        // Keys in browsers sign there.
        names.retain(|name| !self.read_worker(Some(name)).is_ok_and(|worker| worker.browser));
        match names.len() {
            1 => Ok(names.remove(0)),
            0 => Err(Error::refused("there is no worker yet").hint(format!("Make one with: {} NAME", self.add_worker))),
            _ => Err(Error::refused(format!("several workers have keys here: {}", names.join(", ")))
                .hint("Say which one signs: --worker NAME")),
        }
    }

    /// Opens a worker's key.
    pub(crate) fn open_worker(&self, name: &str, passphrase: &Passphrase) -> Result<SecretKey> {
        if self.read_worker(Some(name)).is_ok_and(|worker| worker.browser) {
            return Err(Error::refused(format!("the key of {name:?} is in a browser and signs there"))
                .hint("Name a worker whose key is on this machine with --worker."));
        }
        keystore::read_key(&self.worker_key(name), Purpose::Worker, Some(passphrase)).map_err(unopened)
    }

    /// Opens the organisation's root key.
    pub(crate) fn open_root(&self, passphrase: &Passphrase) -> Result<SecretKey> {
        keystore::read_key(&self.root(), Purpose::OrganisationRoot, Some(passphrase)).map_err(unopened)
    }

    /// Writes a new key file.
    pub(crate) fn write(
        &self,
        path: &Path,
        key: &SecretKey,
        purpose: Purpose,
        passphrase: &Passphrase,
        note: &str,
    ) -> Result<()> {
        let costs = if std::env::var_os(FAST_VARIABLE).is_some() { Costs::fast_for_tests() } else { Costs::default() };
        keystore::write_key(path, key, purpose, Protection::Passphrase(passphrase), note, &costs).map_err(Error::setup)
    }
}

/// Refuses names of workers that would not make good file names.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !name.is_empty() && name.len() <= 64 && name.chars().all(good) && !name.starts_with('.');
    let reserved = ["organisation-root", "organisation-next"].contains(&name);
    match fits && !reserved {
        true => Ok(()),
        false => Err(Error::refused(format!("{name:?} cannot be a worker's name here"))
            .hint("Use letters, digits, '-', '_' and '.', at most 64 bytes. The name stays on this machine.")),
    }
}

/// Finds the passphrase: the file, the environment, or, at a terminal, by asking. A new one is asked for twice.
pub(crate) fn passphrase(global: &Global, new: bool) -> Result<Passphrase> {
    let given = Passphrase::from_sources(global.passphrase_file.as_deref(), Some(PASSPHRASE_VARIABLE));
    if let Some(passphrase) = given.map_err(unopened)? {
        return Ok(passphrase);
    }
    if !io::stdin().is_terminal() {
        return Err(Error::unusable("a passphrase is needed to open the keys")
            .hint("Give --passphrase-file FILE, or set TALKOOT_PASSPHRASE."));
    }
    let first = ask(if new { "New passphrase for the keys: " } else { "Passphrase of the keys: " })?;
    if new && ask("The same again: ")? != first {
        return Err(Error::refused("the two passphrases differ; nothing was made"));
    }
    Passphrase::new(first).map_err(Error::setup)
}

/// Says why a key or a passphrase could not be had; a file that is not there needs no words of the operating system.
fn unopened(error: keystore::Error) -> Error {
    match &error {
        keystore::Error::Io { path, source, .. } if source.kind() == io::ErrorKind::NotFound => {
            Error::unusable(format!("there is no file {}", path.display()))
        }
        _ => Error::setup(error),
    }
}

/// Asks at the terminal without showing what is typed.
fn ask(prompt: &str) -> Result<String> {
    rpassword::prompt_password(prompt).map_err(Error::failed)
}

/// Returns a fresh salt and the present time, for signing.
pub(crate) fn moment() -> Result<Moment> {
    let salt = keystore::fresh_salt().map_err(Error::failed)?;
    Ok(Moment { claimed: now(), salt })
}

/// Returns the present time.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(since.as_millis() as u64)
}
