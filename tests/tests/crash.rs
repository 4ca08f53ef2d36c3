//! A running node is killed again and again while it imports and syncs: nothing acknowledged is lost, and every start is clean.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::time::Duration;

use talkoot_node::control::{self, Call};
use talkoot_protocol::api::{Outcome, Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_tests::process::{Site, eventually, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

/// Rounds of killing; more by `TALKOOT_TEST_ROUNDS`.
fn rounds() -> usize {
    std::env::var("TALKOOT_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

#[test]
fn kill_nine_loses_nothing_acknowledged() {
    let temporary = tempfile::tempdir().unwrap();
    let (writer, reader) =
        (Site::new(PROGRAM, temporary.path(), "writer"), Site::new(PROGRAM, temporary.path(), "reader"));
    for (site, name) in [(&writer, "writer"), (&reader, "reader")] {
        site.init(name, &[]);
        site.ok(&["worker", "add", "anna"]);
    }
    writer.ok(&["org", "recognise", &reader.organisation()]);
    reader.ok(&["org", "recognise", &writer.organisation()]);
    let mut acknowledged = BTreeSet::new();
    let signer = Signer::open(&writer);
    for round in 0..rounds() {
        let (run_writer, run_reader) = (writer.run(), reader.run());
        reader.ok(&["peer", "add", &run_writer.addresses[0]]);
        // The killing falls wherever it falls: into a write, an answer, a delivery.
        let moment = Duration::from_millis((round as u64 * 37) % 151);
        std::thread::scope(|scope| {
            let submitting = scope.spawn(|| signer.submit_until_cut_off(&writer, round));
            std::thread::sleep(moment);
            let (first, second) = if round % 2 == 0 { (run_writer, run_reader) } else { (run_reader, run_writer) };
            first.kill();
            second.kill();
            acknowledged.extend(submitting.join().expect("the submitting thread ends"));
        });
        for site in [&writer, &reader] {
            site.ok(&["verify"]);
        }
    }
    let (run_writer, _run_reader) = (writer.run(), reader.run());
    reader.ok(&["peer", "add", &run_writer.addresses[0]]);
    eventually("both hold the same", || writer.fingerprint() == reader.fingerprint());
    for site in [&writer, &reader] {
        let status = site.status();
        assert!(status["reports"].as_u64().unwrap() as usize >= acknowledged.len());
    }
    println!("{} reports were acknowledged in {} rounds", acknowledged.len(), rounds());
    for id in &acknowledged {
        let call = Call { request: Request::Document { document: id.clone() }, attachments: Vec::new() };
        let reply = control::call(&reader.dir, &call).unwrap();
        assert!(matches!(reply.response, Response::Document { .. }), "{id} was acknowledged and is gone");
    }
}

/// A worker's key, opened once.
struct Signer {
    key: talkoot_protocol::key::SecretKey,
    certificate: talkoot_protocol::id::ChangeId,
}

impl Signer {
    fn open(site: &Site) -> Self {
        let keys = std::path::PathBuf::from(format!("{}-keys", site.dir.display()));
        let file: serde_json::Value =
            serde_json::from_slice(&std::fs::read(keys.join("anna.worker.json")).unwrap()).unwrap();
        let passphrase = talkoot_node::keystore::Passphrase::new(talkoot_tests::process::PASSPHRASE.into()).unwrap();
        let purpose = talkoot_node::keystore::Purpose::Worker;
        let key = talkoot_node::keystore::read_key(&keys.join("anna.key"), purpose, Some(&passphrase)).unwrap();
        Self { key, certificate: file["certificate"].as_str().unwrap().parse().unwrap() }
    }

    /// Submits group after group until nobody answers any more; returns what was acknowledged.
    fn submit_until_cut_off(&self, site: &Site, round: usize) -> Vec<String> {
        let mut acknowledged = Vec::new();
        for group in 0.. {
            let stored = self.submit(site, round * 1_000 + group, 20 + round % 5);
            if stored.is_empty() {
                break;
            }
            acknowledged.extend(stored);
        }
        acknowledged
    }

    /// Signs and submits some reports; returns those that were acknowledged.
    fn submit(&self, site: &Site, number: usize, count: usize) -> Vec<String> {
        let author = talkoot_protocol::sign::Author {
            key: &self.key,
            certificate: self.certificate,
            network: Charter::commons().network(),
        };
        let change = |at: usize| {
            let serde_json::Value::Object(fields) = report(&format!("Havainto {number}/{at}"), "Jono kasvaa.") else {
                return Vec::new();
            };
            let moment = talkoot_tests::cast::moment((number * 1_000 + at) as u64);
            let scope = talkoot_protocol::scope::Scope::Network;
            author.begin(talkoot_protocol::scope::Kind::Report, scope, &fields, moment).unwrap().encode()
        };
        let call = Call { request: Request::Submit, attachments: (0..count).map(change).collect() };
        match control::call(&site.dir, &call).map(|reply| reply.response) {
            Ok(Response::Submitted { outcomes }) => outcomes
                .into_iter()
                .filter_map(|outcome| match outcome {
                    Outcome::Stored { id } => Some(id.to_string()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}
