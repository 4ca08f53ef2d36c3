//! Attachments with real processes: one attaches, another fetches; who may not, gets nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use talkoot_tests::process::{Running, Site, eventually};

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
