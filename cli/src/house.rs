//! Organisations made on the spot, for `demo` and `bench`: real keys, real homes, real `talkoot run` processes on loopback.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use talkoot_node::config::Config;
use talkoot_node::control::{self, Call};
use talkoot_node::home::{Founding, Home};
use talkoot_node::keystore::{self, Costs, Passphrase, Protection, Purpose};
use talkoot_protocol::api::{Request, Response, Status};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::{ChangeId, OrganisationId, WorkerId};
use talkoot_protocol::key::{KeyCommitment, SecretKey};
use talkoot_protocol::scope::{Counties, County};
use talkoot_protocol::sign::{self, Author};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::{
    Bearer, Certificate, Inception, Names, OrganisationKind, Record, Role, Roles, Statement,
};

use crate::client::{require_stored, unexpected};
use crate::error::{Error, Result};
use crate::keys;
use crate::luck::Luck;

/// The passphrase of all keys made here: these organisations are for show and hold nothing worth protecting.
pub(crate) const PASSPHRASE: &str = "talkoot-demo";
/// Changes submitted in one call.
pub(crate) const SUBMIT_AT_ONCE: usize = 1_000;

/// What an organisation is to be.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Short name, for directories.
    pub(crate) short: &'static str,
    /// Names in the three languages.
    pub(crate) names: Names,
    /// Its kind.
    pub(crate) kind: OrganisationKind,
    /// How many workers it has that report.
    pub(crate) workers: usize,
    /// Who else works there, by the name of the key file.
    pub(crate) officers: &'static [(&'static str, Role)],
}

/// An organisation's keys, before it has a node.
#[derive(Debug)]
pub(crate) struct Roots {
    root: SecretKey,
    next: SecretKey,
    luck: Luck,
}

/// A worker of a house.
#[derive(Debug)]
pub(crate) struct Worker {
    name: String,
    key: SecretKey,
    certificate: Verified,
    worker: WorkerId,
}

/// An organisation with its node's home, perhaps running.
#[derive(Debug)]
pub(crate) struct House {
    /// What it is.
    pub(crate) plan: Plan,
    /// Its id.
    pub(crate) id: OrganisationId,
    /// Its node's directory.
    pub(crate) dir: PathBuf,
    /// Its opened home.
    pub(crate) home: Home,
    /// Its workers.
    pub(crate) workers: Vec<Worker>,
    child: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    addresses: Vec<String>,
    http: Vec<String>,
}

/// What `talkoot run --json` says first.
#[derive(Debug, Deserialize)]
struct Listening {
    addresses: Vec<String>,
    #[serde(default)]
    http: Vec<String>,
}

impl Roots {
    /// Makes fresh keys.
    pub(crate) fn fresh() -> Result<Self> {
        Self::drawn(Luck::Fresh)
    }

    /// Makes keys of a source; everything else that the organisation's beginning needs comes from it too.
    pub(crate) fn drawn(mut luck: Luck) -> Result<Self> {
        Ok(Self { root: luck.key()?, next: luck.key()?, luck })
    }

    fn inception(&self) -> Inception {
        Inception { root: self.root.public(), next: KeyCommitment::to(&self.next.public()) }
    }

    /// Returns the id of the organisation these keys begin.
    pub(crate) fn organisation(&self) -> OrganisationId {
        self.inception().organisation()
    }
}

impl House {
    /// Makes the organisation's record, its node's home in `parent/short`, its key files beside it, and its workers.
    pub(crate) fn build(parent: &Path, plan: Plan, mut roots: Roots, charter: &Charter) -> Result<Self> {
        let network = charter.network();
        let record = Statement::Record(Record {
            inception: roots.inception(),
            names: plan.names.clone(),
            kind: plan.kind,
            counties: County::new(12).into_iter().collect::<Counties>(),
            contact: String::new(),
        });
        let record =
            sign::statement(&roots.root, network, None, &record, roots.luck.moment()?).map_err(Error::failed)?;
        let id = roots.organisation();
        let mut luck = roots.luck.clone();
        let node = luck.key()?;
        let mut chain = Chain { root: &roots.root, record: &record, tip: (1, record.id()), luck };
        let certificate = chain.certify(&id, &node, Bearer::Node)?;
        let reporters = (1..=plan.workers).map(|number| (format!("worker-{number}"), Role::Reporter));
        let officers = plan.officers.iter().map(|(name, role)| ((*name).to_owned(), *role));
        let employ = |(name, role)| chain.employ(&id, name, role);
        let workers = reporters.chain(officers).map(employ).collect::<Result<Vec<_>>>()?;
        let dir = parent.join(plan.short);
        let config = Config::default_toml().replace("/ip4/0.0.0.0/tcp/7474", "/ip4/127.0.0.1/tcp/0");
        let config = config.replace("/ip4/0.0.0.0/udp/7474/quic-v1", "/ip4/127.0.0.1/udp/0/quic-v1");
        let founding = Founding { charter, key: &node, record: &record, certificate: &certificate, config: &config };
        let home = Home::create(&dir, &founding)?;
        let house = Self { id, dir, home, workers, plan, child: None };
        house.write_keys(&roots)?;
        Ok(house)
    }

    /// Writes the key files, so that whoever looks can go on with `talkoot report new` in this organisation.
    fn write_keys(&self, roots: &Roots) -> Result<()> {
        let mut dir = self.dir.as_os_str().to_owned();
        dir.push("-keys");
        let dir = PathBuf::from(dir);
        std::fs::create_dir_all(&dir).map_err(Error::failed)?;
        let passphrase = Passphrase::new(PASSPHRASE.to_owned()).map_err(Error::failed)?;
        let write = |name: &str, key: &SecretKey, purpose| {
            let protection = Protection::Passphrase(&passphrase);
            let costs = Costs::fast_for_tests();
            keystore::write_key(&dir.join(name), key, purpose, protection, "for show", &costs).map_err(Error::failed)
        };
        write("organisation-root.key", &roots.root, Purpose::OrganisationRoot)?;
        write("organisation-next.key", &roots.next, Purpose::OrganisationNext)?;
        for worker in &self.workers {
            let name = &worker.name;
            write(&format!("{name}.key"), &worker.key, Purpose::Worker)?;
            let file = keys::WorkerFile {
                name: name.clone(),
                worker: worker.worker,
                certificate: worker.certificate.id(),
                organisation: self.id,
                network: self.home.charter.network(),
                browser: false,
            };
            let json = serde_json::to_vec_pretty(&file).map_err(Error::failed)?;
            std::fs::write(dir.join(format!("{name}.worker.json")), json).map_err(Error::failed)?;
        }
        Ok(())
    }

    /// Returns a worker at the pen.
    pub(crate) fn author(&self, worker: usize) -> Option<Author<'_>> {
        let worker = self.workers.get(worker)?;
        Some(Author { key: &worker.key, certificate: worker.certificate.id(), network: self.home.charter.network() })
    }

    /// Returns the worker of a name at the pen.
    pub(crate) fn officer(&self, name: &str) -> Option<Author<'_>> {
        self.author(self.workers.iter().position(|worker| worker.name == name)?)
    }

    /// Returns the encoded certificates of the workers.
    pub(crate) fn certificates(&self) -> Vec<Vec<u8>> {
        self.workers.iter().map(|worker| worker.certificate.encode()).collect()
    }

    /// Starts `talkoot run` in its directory and waits until it listens. It ends when this process does.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.start_with(&[])
    }

    /// The same, with pages on a free port of this machine.
    pub(crate) fn start_with_pages(&mut self) -> Result<()> {
        self.start_with(&["--http", "127.0.0.1:0"])
    }

    fn start_with(&mut self, more: &[&str]) -> Result<()> {
        let program = std::env::current_exe().map_err(Error::failed)?;
        let log = std::fs::File::create(self.dir.join("run.log")).map_err(Error::failed)?;
        let mut child = Command::new(program)
            .args(["run", "--json", "--stop-with-parent", "--dir"])
            .arg(&self.dir)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| Error::failed(error).context("cannot start a node's process"))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            let _read = BufReader::new(output).read_line(&mut line);
        }
        let listening: Listening = serde_json::from_str(&line).map_err(|error| {
            let _killed = child.kill();
            let log = self.dir.join("run.log");
            Error::failed(error)
                .context(format_args!("the node in {} did not start", self.dir.display()))
                .hint(format!("Its log is {}.", log.display()))
        })?;
        self.child = Some(Running { child, addresses: listening.addresses, http: listening.http });
        Ok(())
    }

    /// Returns the process's id, if it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(|running| running.child.id())
    }

    /// Returns where the running node has its pages.
    pub(crate) fn pages(&self) -> Option<String> {
        self.child.as_ref()?.http.first().map(|address| format!("http://{address}"))
    }

    /// Returns the TCP address of the running node.
    pub(crate) fn address(&self) -> Option<String> {
        self.child.as_ref()?.addresses.iter().find(|address| address.contains("/tcp/")).cloned()
    }

    /// Asks the running node.
    pub(crate) fn ask(&self, request: Request, attachments: Vec<Vec<u8>>) -> Result<Response> {
        let lost =
            |error| Error::failed(error).context(format_args!("the node in {} does not answer", self.dir.display()));
        match control::call(&self.dir, &Call { request, attachments }).map_err(lost)?.response {
            Response::Failed(failure) => Err(failure.into()),
            response => Ok(response),
        }
    }

    /// Asks the running node how it is.
    pub(crate) fn status(&self) -> Result<Status> {
        match self.ask(Request::Status, Vec::new())? {
            Response::Status(status) => Ok(*status),
            _ => Err(unexpected()),
        }
    }

    /// Submits changes to the running node; all must be stored.
    pub(crate) fn submit(&self, changes: &[Vec<u8>]) -> Result<usize> {
        let mut stored = 0;
        for group in changes.chunks(SUBMIT_AT_ONCE) {
            let Response::Submitted { outcomes } = self.ask(Request::Submit, group.to_vec())? else {
                return Err(unexpected());
            };
            stored += require_stored(&outcomes)?;
        }
        Ok(stored)
    }

    /// Stops the process in good order.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(mut running) = self.child.take() else { return Ok(()) };
        drop(running.child.stdin.take());
        let ended = running.child.wait().map_err(Error::failed)?;
        match ended.success() {
            true => Ok(()),
            false => Err(Error::failed(std::io::Error::other(format!(
                "the node in {} ended with {ended}",
                self.dir.display()
            )))),
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _stopped = self.stop();
    }
}

/// The root key's chain of statements.
struct Chain<'a> {
    root: &'a SecretKey,
    record: &'a Verified,
    tip: (u32, ChangeId),
    luck: Luck,
}

impl Chain<'_> {
    fn certify(&mut self, organisation: &OrganisationId, key: &SecretKey, bearer: Bearer) -> Result<Verified> {
        let statement = Statement::Certificate(Certificate {
            organisation: *organisation,
            subject: key.public(),
            bearer,
            valid_from: self.luck.now(),
            valid_until: None,
            counties: Counties::new(),
        });
        let after = Some((self.record.document(), self.tip.0, self.tip.1));
        let network = self.record.header().network;
        let moment = self.luck.moment()?;
        let change = sign::statement(self.root, network, after, &statement, moment).map_err(Error::failed)?;
        self.tip = (self.tip.0 + 1, change.id());
        Ok(change)
    }

    fn employ(&mut self, organisation: &OrganisationId, name: String, role: Role) -> Result<Worker> {
        let key = self.luck.key()?;
        let worker = WorkerId::from_bytes(self.luck.bytes()?);
        let roles = Roles::from_iter([role]);
        let certificate = self.certify(organisation, &key, Bearer::Worker { worker, roles })?;
        Ok(Worker { name, key, certificate, worker })
    }
}

/// Waits until something holds, asking again and again; an error if it does not in time.
pub(crate) fn wait_until(within: Duration, what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + within;
    while !holds()? {
        if Instant::now() > end {
            let error = std::io::Error::new(std::io::ErrorKind::TimedOut, format!("{what} did not happen in time"));
            return Err(Error::failed(error));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
