//! Bundles: what no network carries, a file does. Real programs, and engines where it takes many changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::Path;

use serde_json::Value;
use talkoot_protocol::bundle::{self, BUNDLE_MAGIC, Delivery, Filter, REQUEST_BYTES_MAX, REQUEST_MAGIC};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::sketch::Key;
use talkoot_tests::cast::{Organisation, inception_of};
use talkoot_tests::process::{Site, report};
use talkoot_tests::world::World;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn site(parent: &Path, name: &str) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    site.ok(&["worker", "add", "anna"]);
    site
}

/// Stores so many reports whose titles begin so.
fn publish(site: &Site, title: &str, count: usize, scope: &str) {
    let path = site.dir.with_file_name(format!("{title}.jsonl"));
    let line = |number| report(&format!("{title} {number}"), &format!("Jono {number} kasvaa.")).to_string();
    std::fs::write(&path, (0..count).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    site.ok(&["import", path.to_str().unwrap(), "--scope", scope]);
}

/// Calls `bundle` with a file in the common directory, and returns the JSON and the exit code.
fn call(site: &Site, action: &str, file: &str, more: &[&str]) -> (Value, Option<i32>) {
    let path = path(site, file);
    let mut arguments = vec!["bundle", action, &path, "--json"];
    arguments.extend(more);
    let output = site.call(&arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::String(said));
    (json, output.status.code())
}

fn path(site: &Site, file: &str) -> String {
    site.dir.with_file_name(file).to_string_lossy().into_owned()
}

fn good(site: &Site, action: &str, file: &str, more: &[&str]) -> Value {
    let (json, code) = call(site, action, file, more);
    assert_eq!(code, Some(0), "{action} {file}: {json}");
    json
}

/// Takes every change out of a bundle, as anybody who holds it can.
fn unpack(site: &Site, file: &str) -> Vec<u8> {
    let bytes = std::fs::read(path(site, file)).unwrap();
    let mut rest = bytes.strip_prefix(BUNDLE_MAGIC.as_slice()).unwrap();
    let mut frames = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (content, after) = after.split_at(bundle::frame_length(*length).unwrap());
        frames.push(content);
        rest = after;
    }
    frames.iter().skip(2).flat_map(|frame| Delivery::decode(frame).unwrap().changes).flatten().collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_node_that_was_never_online_gets_everything_by_a_file_and_gives_back() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (site(temporary.path(), "here"), site(temporary.path(), "there"));
    let (ours, theirs) = (here.organisation(), there.organisation());
    publish(&here, "Asuntojono", 40, "network");
    publish(&here, "Vainmeille", 3, "organisation");
    publish(&here, "Muuallaolijoille", 3, "region:18");
    good(&there, "request", "there.request", &[]);
    let request = path(&there, "there.request");

    // Nothing is given to whom one has not recognised.
    let (said, code) = call(&here, "export", "refused.bundle", &["--request", &request]);
    assert!(code == Some(1) && said.to_string().contains("org recognise"), "{said}");
    assert!(!Path::new(&path(&here, "refused.bundle")).exists());
    here.ok(&["org", "recognise", &theirs]);
    let written = good(&here, "export", "first.bundle", &["--request", &request]);
    assert_eq!((&written["organisation"], &written["whole"]), (&theirs.clone().into(), &serde_json::json!([])));
    let (said, code) = call(&here, "export", "first.bundle", &["--request", &request]);
    assert!(code == Some(1) && said.to_string().contains("--force"), "{said}");

    // What is not for them is not in it, wherever one looks.
    let content = unpack(&here, "first.bundle");
    assert!(contains(&content, "Asuntojono 39"));
    assert!(!contains(&content, "Vainmeille") && !contains(&content, "Muuallaolijoille"));
    good(&here, "export", "own.bundle", &["--for", &ours]);
    assert!(contains(&unpack(&here, "own.bundle"), "Vainmeille"), "the search finds what is there");
    let (_, code) = call(&here, "export", "foreign.bundle", &["--for", &theirs, "--scope", "organisation"]);
    assert_eq!(code, Some(1));

    // It waits until they are recognised there, and says so.
    let (json, code) = call(&there, "import", "first.bundle", &[]);
    assert_eq!(
        (code, &json["stored"], &json["recognise"][0]["organisation"]),
        (Some(1), &0.into(), &ours.clone().into())
    );
    assert_eq!(json["waiting"], written["changes"]);
    there.ok(&["org", "recognise", &ours]);
    let json = good(&there, "import", "first.bundle", &[]);
    assert!(json["whole"] == true && json["waiting"] == 0, "{json}");
    let before = there.status();
    let again = good(&there, "import", "first.bundle", &[]);
    assert_eq!((&again["stored"], &again["known"]), (&0.into(), &written["changes"]));
    assert_eq!(
        (&there.status()["fingerprint"], &there.status()["changes"]),
        (&before["fingerprint"], &before["changes"])
    );
    good(&there, "export", "back.bundle", &["--for", &ours]);
    good(&here, "import", "back.bundle", &[]);
    assert_eq!(here.fingerprint(), there.fingerprint());
}

#[test]
fn later_bundles_hold_what_is_lacking_and_cut_ones_say_what_they_lack() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (site(temporary.path(), "here"), site(temporary.path(), "there"));
    let theirs = there.organisation();
    here.ok(&["org", "recognise", &theirs]);
    there.ok(&["org", "recognise", &here.organisation()]);
    publish(&here, "Alku", 20, "network");
    let first = good(&here, "export", "first.bundle", &["--for", &theirs]);
    good(&there, "import", "first.bundle", &[]);
    publish(&here, "Uutta", 20, "network");
    good(&there, "request", "there.request", &[]);
    let size = |file: &str| std::fs::metadata(path(&here, file)).unwrap().len();
    assert!(size("there.request") <= REQUEST_BYTES_MAX as u64);

    let running = here.run();
    let request = path(&there, "there.request");
    let delta = good(&here, "export", "delta.bundle", &["--request", &request]);
    let (file, raw) = (size("delta.bundle") as f64, delta["raw_bytes"].as_f64().unwrap());
    println!("{} missing changes, {raw} bytes: a bundle of {file}, {:.2} of it", delta["changes"], file / raw);
    // The new reports; their organisation's record and node came with the first bundle.
    assert!(delta["changes"].as_u64().unwrap() <= 22 && file <= 1.1 * raw, "{delta}");
    let since = first["last"].to_string();
    let news = good(&here, "export", "news.bundle", &["--for", &theirs, "--since", &since]);
    assert!(contains(&unpack(&here, "news.bundle"), "Uutta 19") && !contains(&unpack(&here, "news.bundle"), "Alku"));
    assert!(news["changes"].as_u64().unwrap() >= 20);
    running.stop();

    let whole = std::fs::read(path(&here, "news.bundle")).unwrap();
    std::fs::write(path(&here, "cut.bundle"), &whole[..whole.len() - 9]).unwrap();
    let (seen, code) = call(&there, "inspect", "cut.bundle", &[]);
    assert_eq!((code, &seen["found"], &seen["expected"]), (Some(1), &0.into(), &news["changes"]));
    let (json, code) = call(&there, "import", "cut.bundle", &[]);
    assert_eq!((code, &json["whole"], &json["expected"]), (Some(1), &false.into(), &news["changes"]));
    let seen = good(&there, "inspect", "news.bundle", &[]);
    assert!(seen["whole"] == true && seen["refused"] == serde_json::json!({}), "{seen}");
    let json = good(&there, "import", "news.bundle", &[]);
    assert_eq!(json["stored"].as_u64().unwrap() + json["known"].as_u64().unwrap(), news["changes"].as_u64().unwrap());
    let json = good(&there, "import", "delta.bundle", &[]);
    assert_eq!(json["stored"], 0, "both held the same");
}

#[test]
fn another_networks_bundle_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    good(&here, "export", "all.bundle", &[]);
    let charter = path(&here, "charter.json");
    let arguments =
        ["init", "--write-charter", &charter, "--charter-name", "Toinen", "--founder", &here.organisation()];
    here.ok(&arguments);
    let other = Site::new(PROGRAM, temporary.path(), "other");
    other.init("other", &["--charter", &charter]);
    let (said, code) = call(&other, "import", "all.bundle", &[]);
    assert!(code == Some(1) && said.to_string().contains("network"), "{said}");
    assert_eq!(other.refused(1, &["bundle", "import", &charter]).lines().count(), 2);
}

#[test]
fn a_request_of_many_changes_tells_a_small_difference_exactly_and_a_large_one_not() {
    let mut founders = vec![inception_of("alice").organisation(), inception_of("bob").organisation()];
    founders.sort();
    let charter = Charter { name: "Kokeilu".into(), founders, ..Charter::commons() };
    let (mut alices, bobs) = (Organisation::found("alice", &charter), Organisation::found("bob", &charter));
    let mut world = World::new(None);
    let (alice, bob) = (world.add(&alices, &charter), world.add(&bobs, &charter));
    let anna = alices.employ("anna", &[Role::Reporter]);
    let private = anna.report_in(Scope::Organisation(alices.id), 100_000);
    let reports: Vec<_> = (0..10_000).map(|number| anna.report(number)).collect();
    world.submit(alice, &[&anna.certificate, &private]);
    world.submit(bob, &[&alices.record, &alices.node_certificate, &anna.certificate]);
    world.submit(alice, &reports.iter().collect::<Vec<_>>());
    world.submit(bob, &reports[..7_300].iter().collect::<Vec<_>>());
    world.submit(alice, &[&bobs.record, &bobs.node_certificate]);

    let lacking = |world: &World| {
        let messages = world.node(bob).engine.bundle_request(Key::from_bytes([5; 16]), Some(alices.id));
        let bytes = messages.iter().fold(REQUEST_MAGIC.to_vec(), |mut bytes, message| {
            bytes.extend(bundle::frame(message));
            bytes
        });
        assert!(bytes.len() <= REQUEST_BYTES_MAX, "{}", bytes.len());
        let request = bundle::Request::decode(&bytes, &charter.network()).unwrap();
        let filter = Filter { organisation: Some(request.organisation), request: Some(request), ..Filter::default() };
        world.node(alice).engine.bundle_selection(&filter)
    };
    let selection = lacking(&world);
    assert_eq!(selection.whole, [Scope::Network]);
    assert!(selection.changes.len() > 10_000);
    world.submit(bob, &reports[7_300..9_990].iter().collect::<Vec<_>>());
    let selection = lacking(&world);
    assert_eq!((selection.whole.len(), selection.changes.len()), (0, 10));
}
