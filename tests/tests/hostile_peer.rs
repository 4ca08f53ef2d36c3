//! A recognised member whose node lies, floods with attacks, and breaks the framing; and strangers who send rubbish to the port.
//! The node stays up, names each refusal and counts it, and honest work goes on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use talkoot_node::network::{Config, Event, Network, address};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::NodeId;
use talkoot_protocol::statement::Role;
use talkoot_protocol::wire::message::{Hello, Message};
use talkoot_tests::world::World;
use talkoot_tests::cast::{Organisation, Worker};
use talkoot_tests::hostile::corpus;
use talkoot_tests::process::{PATIENCE, Running, Site, eventually};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

/// Eve's own node: the real transport, and whatever she likes above it.
struct Eve {
    network: Network,
    organisation: Organisation,
    worker: Worker,
    victim: NodeId,
}

impl Eve {
    async fn connect(address: &str) -> Self {
        let charter = Charter::commons();
        let mut organisation = Organisation::found("eve", &charter);
        let worker = organisation.employ("eve", &[Role::Reporter]);
        // She does not keep to the longest frame allowed.
        let config = Config { frame_bytes_max: 4 * 1024 * 1024, ..Config::default() };
        let mut network = Network::start(&organisation.node_key, &config).unwrap();
        network.keep(address::parse(address).unwrap());
        let victim = until(&mut network, |event| match event {
            Event::Connected { node, .. } => Some(node),
            _ => None,
        })
        .await;
        Self { network, organisation, worker, victim }
    }

    fn send(&mut self, frame: Vec<u8>) {
        self.network.send(&self.victim, frame).unwrap();
    }

    fn greet(&mut self) {
        let hello = Hello {
            version_min: VERSION,
            version_max: VERSION,
            features: 0,
            network: Charter::commons().network(),
            record: self.organisation.record.encode(),
            certificate: self.organisation.node_certificate.encode(),
        };
        self.send(Message::Hello(Box::new(hello)).encode());
    }

    async fn until_closed(&mut self) {
        until(&mut self.network, |event| matches!(event, Event::Disconnected { .. }).then_some(())).await;
    }
}

/// Waits for an event of interest.
async fn until<T>(network: &mut Network, mut of_interest: impl FnMut(Event) -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = of_interest(network.next().await) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it happens in good time")
}

/// Lets the network do its work for a moment.
async fn breathe(network: &mut Network) {
    let _quiet = tokio::time::timeout(Duration::from_millis(300), async {
        loop {
            network.next().await;
        }
    })
    .await;
}

fn victim(parent: &std::path::Path) -> (Site, Running) {
    let site = Site::new(PROGRAM, parent, "victim");
    site.init("victim", &[]);
    site.ok(&["worker", "add", "anna"]);
    let running = site.run();
    (site, running)
}

fn count(status: &Value, list: &str, name: &str) -> u64 {
    status[list][name].as_u64().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_of_a_member_is_named_and_counted() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, mut running) = victim(temporary.path());
    let mut eve = Eve::connect(&running.addresses[0]).await;
    site.ok(&["org", "recognise", &eve.organisation.id.to_string()]);
    eve.greet();
    let attacks = corpus(&eve.worker);
    eve.send(World::push(&[eve.worker.certificate.encode()]).encode());
    for attack in &attacks {
        eve.send(World::push(&[attack.change.clone()]).encode());
        breathe(&mut eve.network).await;
    }
    eve.send(World::push(&[eve.worker.report(1).encode()]).encode());
    breathe(&mut eve.network).await;
    eventually("her honest report is taken all the same", || site.status()["reports"] == 1);
    let status = site.status();
    for attack in &attacks {
        assert!(count(&status, "refusals", attack.refusal) > 0, "{}: {}", attack.what, status["refusals"]);
    }
    let refused: u64 = status["refusals"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(refused as usize, attacks.len(), "each once: {}", status["refusals"]);
    assert!(running.is_alive());
    let file = site.report_file("good.json", "Asuntojono", "Nuoret jonottavat.");
    site.ok(&["report", "new", "--file", &file]);
    site.ok(&["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_ends_a_session_by_name_and_the_node_goes_on() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, mut running) = victim(temporary.path());
    let mut eve = Eve::connect(&running.addresses[0]).await;
    eve.send(vec![0xff; 50_000]);
    eve.until_closed().await;
    eventually("it is counted", || count(&site.status(), "offences", "malformed_message") == 1);
    assert!(running.is_alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_message_is_rubbish_too() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, mut running) = victim(temporary.path());
    let mut eve = Eve::connect(&running.addresses[0]).await;
    let mut message = World::push(&[eve.worker.report(1).encode()]).encode();
    message.truncate(message.len() / 2);
    eve.send(message);
    eve.until_closed().await;
    eventually("it is counted", || count(&site.status(), "offences", "malformed_message") == 1);
    assert!(running.is_alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_frame_is_named_and_counted() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, mut running) = victim(temporary.path());
    let mut eve = Eve::connect(&running.addresses[0]).await;
    eve.send(vec![0; 3 * 1024 * 1024]);
    eve.until_closed().await;
    eventually("it is counted", || count(&site.status(), "offences", "oversized_frame") == 1);
    assert!(running.is_alive());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_speaks_before_saying_hello_is_shown_the_door() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, _running) = victim(temporary.path());
    let mut eve = Eve::connect(&_running.addresses[0]).await;
    eve.send(Message::Request { number: 1, ids: Vec::new() }.encode());
    eve.until_closed().await;
    eventually("it is counted", || count(&site.status(), "offences", "hello") == 1);
}

#[test]
fn strangers_rubbish_on_the_port_does_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let (site, mut running) = victim(temporary.path());
    let port = port_of(&running.addresses[0]);
    for rubbish in
        [vec![0u8; 10], vec![0xff; 100_000], b"GET / HTTP/1.1\r\n\r\n".to_vec(), b"\x13/multistream/1.0.0\n".to_vec()]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        // The node may close before all of it is written.
        let _closed = stream.write_all(&rubbish);
    }
    let file = site.report_file("good.json", "Asuntojono", "Nuoret jonottavat.");
    site.ok(&["report", "new", "--file", &file]);
    assert!(running.is_alive());
}

fn port_of(address: &str) -> u16 {
    let after = address.split("/tcp/").nth(1).unwrap();
    after.split('/').next().unwrap().parse().unwrap()
}
