//! A founding member of a network with a real node process: keys from its name, a home on disk, questions over the control
//! socket.

use std::path::Path;
use std::time::{Duration, Instant};

use talkoot_node::config::Config;
use talkoot_node::control::{self, Call};
use talkoot_node::home::{Founding, Home};
use talkoot_protocol::api::{Outcome, Request, Response, Status};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::statement::Role;

use crate::cast::{Organisation, Worker, inception_of};
use crate::process::Site;

/// Changes submitted in one call.
const SUBMIT_AT_ONCE: usize = 500;

/// How often to look whether something holds.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// An organisation, a worker of it, and its node.
#[derive(Debug)]
pub struct Member {
    /// The organisation.
    pub organisation: Organisation,
    /// Its only worker.
    pub worker: Worker,
    /// Its node's directory and program.
    pub site: Site,
}

/// Returns the charter of a network that organisations of these names found.
pub fn charter(names: &[String]) -> Charter {
    let mut founders: Vec<_> = names.iter().map(|name| inception_of(name).organisation()).collect();
    founders.sort_unstable();
    Charter { name: "Koe".into(), founders, ..Charter::commons() }
}

impl Member {
    /// Makes the organisation and its home in `parent/name`; its node listens on the multiaddress `listen`.
    ///
    /// # Panics
    /// If the home cannot be made.
    pub fn found(program: &str, parent: &Path, name: &str, charter: &Charter, listen: &str) -> Self {
        let mut organisation = Organisation::found(name, charter);
        let worker = organisation.employ(name, &[Role::Reporter]);
        let site = Site::new(program, parent, name);
        let (before, after) = settings_around_listen();
        let config = format!("{before}listen = [\"{listen}\"]\n{after}");
        let founding = Founding {
            charter,
            key: &organisation.node_key,
            record: &organisation.record,
            certificate: &organisation.node_certificate,
            config: &config,
        };
        let home = Home::create(&site.dir, &founding);
        assert!(home.is_ok(), "{:?}", home.err());
        Self { organisation, worker, site }
    }

    /// Asks the running node.
    ///
    /// # Panics
    /// If it does not answer.
    pub fn ask(&self, request: Request, attachments: Vec<Vec<u8>>) -> Response {
        control::call(&self.site.dir, &Call { request, attachments }).expect("the node answers").response
    }

    /// Asks the running node how it is.
    ///
    /// # Panics
    /// If it does not say.
    pub fn status(&self) -> Status {
        let response = self.ask(Request::Status, Vec::new());
        let Response::Status(status) = response else { unreachable!("{response:?}") };
        *status
    }

    /// Keeps a connection to an address.
    ///
    /// # Panics
    /// If the node refuses it.
    pub fn call_up(&self, address: &str) {
        let response = self.ask(Request::AddPeer { address: address.to_owned() }, Vec::new());
        assert!(matches!(response, Response::Done), "{response:?}");
    }

    /// Publishes the certificate of the worker.
    ///
    /// # Panics
    /// If it is not stored.
    pub fn certify(&self) {
        self.submit(vec![self.worker.certificate.encode()]);
    }

    /// Signs and publishes reports with these numbers.
    ///
    /// # Panics
    /// If any is not stored.
    pub fn publish(&self, numbers: std::ops::Range<u64>) {
        self.submit(numbers.map(|number| self.worker.report(number).encode()).collect());
    }

    fn submit(&self, changes: Vec<Vec<u8>>) {
        for group in changes.chunks(SUBMIT_AT_ONCE) {
            let response = self.ask(Request::Submit, group.to_vec());
            let Response::Submitted { outcomes } = response else { unreachable!("{response:?}") };
            let not_stored = outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Stored { .. }));
            assert!(not_stored.is_none(), "{not_stored:?}");
        }
    }
}

/// Returns the usual settings before and after the list of addresses to listen on.
fn settings_around_listen() -> (String, String) {
    let text = Config::default_toml();
    let (before, rest) = text.split_once("listen = [").expect("where to listen");
    let (_, after) = rest.split_once("]\n").expect("the end of the list");
    (before.to_owned(), after.to_owned())
}

/// Waits until something holds and returns how long it took.
///
/// # Panics
/// If it does not hold in good time; `picture` then says how things are.
pub fn wait(what: &str, within: Duration, mut holds: impl FnMut() -> bool, picture: impl Fn() -> String) -> Duration {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() <= within, "{what}: not in {within:?}\n{}", picture());
        std::thread::sleep(LOOK_INTERVAL);
    }
    started.elapsed()
}

/// Returns the most memory that a running node ever held, in bytes, where the system tells.
pub fn memory_peak(site: &Site) -> Option<u64> {
    let processes = std::fs::read_dir("/proc").ok()?.flatten();
    let runs_here = |path: &Path| {
        let words = std::fs::read(path.join("cmdline")).unwrap_or_default();
        let mut words = words.split(|byte| *byte == 0);
        let dir = site.dir.as_os_str().as_encoded_bytes();
        words.clone().any(|word| word == b"run") && words.any(|word| word == dir)
    };
    let process = processes.map(|entry| entry.path()).find(|path| runs_here(path))?;
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
