//! Attachments with real processes: one attaches, another fetches; who may not, gets nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use talkoot_node::network::{Config, Event, Network, address};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::NodeId;
use talkoot_protocol::wire::attachment::{Given, Want};
use talkoot_protocol::wire::message::{Hello, Message};
use talkoot_tests::cast::Organisation;
use talkoot_tests::process::{PATIENCE, Running, Site, eventually};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
/// What a camera leaves in a file.
const SECRET: &[u8] = b"GPSLatitude 61.4978";

fn site(parent: &Path, name: &str) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    site.ok(&["worker", "add", "anna"]);
    site
}

/// Writes a picture with what a camera leaves in it, under this name.
fn photograph(parent: &Path, name: &str) -> String {
    let path = parent.join(name);
    let bytes = include_bytes!("../data/photograph.png");
    assert!(bytes.windows(SECRET.len()).any(|window| window == SECRET));
    std::fs::write(&path, bytes).unwrap();
    path.to_string_lossy().into_owned()
}

fn publish(site: &Site, scope: &str) -> String {
    let file = site.report_file("report.json", "Hissi", "Hissi on ollut rikki toukokuusta.");
    let printed = site.json(&["report", "new", "--worker", "anna", "--file", &file, "--scope", scope]).remove(0);
    printed["document"].as_str().unwrap().to_owned()
}

fn introduce(here: &Site, there: &Site, at: &Running) {
    here.ok(&["peer", "add", &at.addresses[0]]);
    let name = |site: &Site| site.dir.file_name().unwrap().to_string_lossy().into_owned();
    eventually("the other is seen", || here.ok(&["org", "list"]).contains(&name(there)));
    eventually("it is seen there too", || there.ok(&["org", "list"]).contains(&name(here)));
    here.ok(&["org", "recognise", &there.organisation()]);
    there.ok(&["org", "recognise", &here.organisation()]);
    eventually("both hold the same", || here.fingerprint() == there.fingerprint());
}

fn listed(site: &Site, document: &str) -> Vec<Value> {
    let output = site.call(&["report", "attachments", document, "--json"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn shelf(site: &Site) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(site.dir.join("attachments")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[test]
fn what_one_attaches_another_fetches_and_both_serve_it() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (site(temporary.path(), "here"), site(temporary.path(), "there"));
    let (run_here, run_there) = (here.run(), there.run());
    introduce(&here, &there, &run_there);
    let document = publish(&here, "network");
    let file = photograph(temporary.path(), "IMG_20240131.png");
    let said = here.refused(1, &["report", "attach", &document, &file, "--caption", "Hissi"]);
    assert!(said.contains("--confirm") && said.contains("camera data"), "{said}");
    here.ok(&["report", "attach", &document, &file, "--caption", "Hissi", "--confirm"]);
    let said = here.refused(1, &["report", "attach", &document, &file, "--caption", "Hissi", "--confirm"]);
    assert!(said.contains("already"), "{said}");
    eventually("the report names it there", || listed(&there, &document).len() == 1);
    assert_eq!(
        (&listed(&there, &document)[0]["here"], shelf(&there).len()),
        (&Value::from(false), 0),
        "nobody asked yet"
    );
    let saved = temporary.path().join("there.png").to_string_lossy().into_owned();
    let fetched = there.json(&["report", "attachment", &document, "1", "--output", &saved]).remove(0);
    assert!(fetched["from"].is_string(), "{fetched}");
    let bytes = std::fs::read(&saved).unwrap();
    assert_eq!(bytes, std::fs::read(&shelf(&here)[0]).unwrap(), "the same bytes");
    assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET));
    assert_eq!(listed(&there, &document)[0]["here"], true, "it stays");
    assert!(there.refused(4, &["report", "attachment", &document, "1", "--output", &saved]).contains("another file"));
    // Without a running node it is read from the closed store, and verify looks at it.
    run_there.stop();
    let again = temporary.path().join("again.png").to_string_lossy().into_owned();
    there.ok(&["report", "attachment", &document, "1", "--output", &again]);
    assert_eq!(std::fs::read(&again).unwrap(), bytes);
    assert!(there.ok(&["verify"]).contains("1 attachment with good hashes"));
    std::fs::write(&shelf(&there)[0], b"not it").unwrap();
    assert!(there.refused(5, &["verify"]).contains("attachment"));
    // The damaged copy is fetched anew.
    let run_there = there.run();
    here.ok(&["peer", "add", &run_there.addresses[0]]);
    let third = temporary.path().join("third.png").to_string_lossy().into_owned();
    eventually("it is fetched anew", || {
        there.call(&["report", "attachment", &document, "1", "--output", &third]).status.success()
    });
    assert_eq!(std::fs::read(&third).unwrap(), bytes);
    run_here.stop();
}

#[test]
fn who_may_not_have_the_report_gets_no_byte() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (site(temporary.path(), "here"), site(temporary.path(), "there"));
    let (_run_here, run_there) = (here.run(), there.run());
    introduce(&here, &there, &run_there);
    let (own, shared) = (publish(&here, "organisation"), publish(&here, "network"));
    let file = photograph(temporary.path(), "ovi.png");
    here.ok(&["report", "attach", &own, &file, "--caption", "Ovi", "--confirm"]);
    eventually("the shared one is there", || there.call(&["report", "show", &shared]).status.success());
    let saved = temporary.path().join("x.png").to_string_lossy().into_owned();
    let said = there.refused(1, &["report", "attachment", &own, "1", "--output", &saved]);
    assert!(said.contains("there is no report"), "{said}");
    let said = there.refused(1, &["report", "attachment", &shared, "1", "--output", &saved]);
    assert!(said.contains("no attachment"), "{said}");
    assert!(shelf(&there).is_empty() && !Path::new(&saved).exists());
}

/// Eve's own node: the real transport, and nothing above it.
struct Eve {
    network: Network,
    organisation: Organisation,
    victim: NodeId,
}

impl Eve {
    async fn connect(address: &str) -> Self {
        let organisation = Organisation::found("eve", &Charter::commons());
        let mut network = Network::start(&organisation.node_key, &Config::default()).unwrap();
        network.keep(address::parse(address).unwrap());
        let is_connected = |event| if let Event::Connected { node, .. } = event { Some(node) } else { None };
        let victim = until(&mut network, is_connected).await;
        Self { network, organisation, victim }
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
        self.network.send(&self.victim, Message::Hello(Box::new(hello)).encode()).unwrap();
    }

    async fn ask(&mut self, document: &str, hash: &str) -> Given {
        let want = Want { document: document.parse().unwrap(), hash: hash.parse().unwrap(), offset: 0 };
        self.network.ask(&self.victim, want);
        let is_answer = |event| if let Event::Answered { given, .. } = event { given } else { None };
        until(&mut self.network, is_answer).await
    }
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_a_newcomer_and_a_member_ask_by_the_hash() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let running = here.run();
    let (own, shared) = (publish(&here, "organisation"), publish(&here, "network"));
    let file = photograph(temporary.path(), "ovi.png");
    for document in [&own, &shared] {
        here.ok(&["report", "attach", document, &file, "--caption", "Ovi", "--confirm"]);
    }
    let hash = listed(&here, &own)[0]["hash"].as_str().unwrap().to_owned();
    let mut eve = Eve::connect(&running.addresses[0]).await;
    assert_eq!(eve.ask(&shared, &hash).await, Given::Absent, "she has not introduced herself");
    eve.greet();
    eventually("she is seen", || here.ok(&["org", "list"]).contains("eve"));
    assert_eq!(eve.ask(&shared, &hash).await, Given::Absent, "nobody has recognised her");
    here.ok(&["org", "recognise", &eve.organisation.id.to_string()]);
    assert!(matches!(eve.ask(&shared, &hash).await, Given::Part(bytes) if bytes.starts_with(b"\x89PNG")));
    let unknown = "ab".repeat(32);
    for (document, hash) in [(&own, &hash), (&shared, &unknown), (&unknown, &hash)] {
        assert_eq!(eve.ask(document, hash).await, Given::Absent, "one answer for what is not here and not hers");
    }
}
