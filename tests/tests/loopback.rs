//! Real processes on loopback: what a newcomer does by hand, and the demonstration.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::Path;

use serde_json::Value;
use talkoot_tests::process::{Running, Site, eventually};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn site(parent: &Path, name: &str) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    site.ok(&["worker", "add", "anna"]);
    site
}

/// Two organisations that have recognised each other and are connected.
fn two(parent: &Path) -> (Site, Site, Running, Running) {
    let (here, there) = (site(parent, "here"), site(parent, "there"));
    let (run_here, run_there) = (here.run(), there.run());
    here.ok(&["peer", "add", &run_there.addresses[0]]);
    eventually("the other is seen", || here.ok(&["org", "list"]).contains("there"));
    eventually("it is seen there too", || there.ok(&["org", "list"]).contains("here"));
    here.ok(&["org", "recognise", &there.organisation()]);
    there.ok(&["org", "recognise", &here.organisation()]);
    eventually("both hold the same", || here.fingerprint() == there.fingerprint());
    (here, there, run_here, run_there)
}

fn publish(site: &Site, name: &str, title: &str) -> String {
    let file = site.report_file(name, title, "Nuoret jonottavat asuntoa kuukausia.");
    let printed = site.json(&["report", "new", "--worker", "anna", "--file", &file]).remove(0);
    printed["document"].as_str().expect("its id").to_owned()
}

fn titles(site: &Site) -> Vec<String> {
    let reports = site.json(&["report", "list"]);
    let mut titles: Vec<_> =
        reports.iter().filter_map(|report| report["fields"]["title"].as_str().map(str::to_owned)).collect();
    titles.sort();
    titles
}

#[test]
fn what_one_writes_the_other_reads_also_after_being_away() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there, run_here, run_there) = two(temporary.path());
    publish(&here, "one.json", "Asuntojono");
    eventually("the report arrives", || titles(&there) == ["Asuntojono"]);
    run_there.stop();
    publish(&here, "two.json", "Toinen jono");
    let _again = there.run();
    // On a free port again, so it is the one that calls.
    there.ok(&["peer", "add", &run_here.addresses[0]]);
    eventually("what was missed arrives", || titles(&there) == ["Asuntojono", "Toinen jono"]);
    eventually("both hold the same", || here.fingerprint() == there.fingerprint());
}

#[test]
fn two_workers_edit_one_report_apart_and_both_values_are_shown_on_both() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there, run_here, run_there) = two(temporary.path());
    here.ok(&["worker", "add", "aino"]);
    let id = publish(&here, "one.json", "Talo");
    eventually("the report and the certificate arrive", || here.fingerprint() == there.fingerprint());
    run_here.stop();
    run_there.stop();
    let keys = format!("{}-keys", here.dir.display());
    here.ok(&["report", "edit", &id, "--worker", "anna", "--set", "title=Punainen talo"]);
    there.ok(&["report", "edit", &id, "--keys", &keys, "--worker", "aino", "--set", "title=Puinen talo"]);
    let _running = (here.run(), there.run());
    let both = |site: &Site| {
        let report = site.json(&["report", "show", &id]).remove(0);
        let mut values: Vec<_> =
            report["conflicts"]["title"].as_array().into_iter().flatten().map(Value::to_string).collect();
        values.sort();
        values == ["\"Puinen talo\"", "\"Punainen talo\""]
    };
    // The kept address changed with the port, so they are introduced again.
    here.ok(&["peer", "add", &_running.1.addresses[0]]);
    eventually("both values are shown on both", || both(&here) && both(&there));
    assert!(there.ok(&["report", "show", &id]).contains("Punainen talo"));
    assert!(there.ok(&["report", "show", &id]).contains("Puinen talo"));
}

#[test]
fn an_identifier_is_refused_at_every_entrance() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let file = here.report_file("bad.json", "Asuntojono", "Asiakas 010101A900R jonottaa.");
    let said = here.refused(1, &["report", "new", "--file", &file]);
    assert!(said.contains("description"), "{said}");
    let good = talkoot_tests::process::report("Hyvä", "Kaikki on kunnossa.");
    let bad = talkoot_tests::process::report("Huono", "Hetu 010101A900R.");
    let lines = temporary.path().join("rows.jsonl");
    std::fs::write(&lines, format!("{good}\n{bad}\n{good}\n")).unwrap();
    let lines = lines.to_string_lossy().into_owned();
    let said = here.refused(1, &["import", &lines]);
    assert!(said.contains('2') && said.contains("description"), "{said}");
    assert_eq!(here.status()["reports"], 2, "the good rows went in");
    let log = std::fs::read(here.dir.join("log/000001.seg")).unwrap();
    assert!(!log.windows(11).any(|window| window == b"010101A900R"), "not a byte of it is kept");
}

#[test]
fn the_index_may_be_deleted_and_a_flipped_byte_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let ids: Vec<_> = (0..5).map(|n| publish(&here, "r.json", &format!("Havainto {n}"))).collect();
    let before = here.fingerprint();
    std::fs::remove_dir_all(here.dir.join("index")).unwrap();
    assert_eq!(here.fingerprint(), before);
    here.ok(&["verify"]);
    let segment = here.dir.join("log/000001.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(10).position(|window| window == b"Havainto 2").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let said = here.refused(5, &["verify"]);
    assert!(said.contains("record 6"), "record, certificate, worker's certificate, and the third report: {said}");
    let said = here.call(&["report", "show", &ids[2]]);
    assert!(!said.status.success(), "what is damaged is not served");
    assert!(here.ok(&["report", "show", &ids[3]]).contains("Havainto 3"));
}

#[test]
fn a_damaged_record_comes_back_from_a_peer() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there, run_here, run_there) = two(temporary.path());
    let id = publish(&here, "one.json", "Asuntojono");
    eventually("the report arrives", || titles(&there) == ["Asuntojono"]);
    run_there.stop();
    let segment = there.dir.join("log/000001.seg");
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(10).position(|window| window == b"Asuntojono").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let config = there.dir.join("talkoot.toml");
    let faster =
        std::fs::read_to_string(&config).unwrap().replace("anti_entropy_seconds = 30", "anti_entropy_seconds = 1");
    std::fs::write(&config, faster).unwrap();
    let again = there.run();
    assert!(!there.call(&["report", "show", &id]).status.success(), "what is damaged is not served");
    there.ok(&["peer", "add", &run_here.addresses[0]]);
    eventually("it comes back", || there.call(&["report", "show", &id]).status.success());
    eventually("both hold the same", || here.fingerprint() == there.fingerprint());
    again.stop();
    for _ in 0..2 {
        there.ok(&["report", "show", &id]);
        assert_eq!(here.fingerprint(), there.fingerprint(), "the sound copy counts, with an index and without");
        std::fs::remove_dir_all(there.dir.join("index")).unwrap();
    }
}

#[test]
fn an_automerge_export_is_loaded_by_the_stock_library() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let ids: std::collections::BTreeSet<_> =
        (0..3).map(|n| publish(&here, "r.json", &format!("Havainto {n}"))).collect();
    let file = temporary.path().join("all.automerge");
    here.ok(&["export", &file.to_string_lossy(), "--format", "automerge"]);
    let document = automerge::Automerge::load(&std::fs::read(file).unwrap()).unwrap();
    let json = serde_json::to_value(automerge::AutoSerde::from(&document)).unwrap().to_string();
    for id in ids {
        assert!(json.contains(&id), "{id} is in the export");
    }
    assert!(json.contains("Havainto 1") && json.contains("Nuoret jonottavat"));
}

#[test]
fn a_second_process_on_one_directory_is_told_so() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let _running = here.run();
    let said = here.refused(3, &["run"]);
    assert!(said.contains("another") || said.contains("use"), "{said}");
}

#[test]
fn the_demonstration_ends_in_one_picture() {
    let temporary = tempfile::tempdir().unwrap();
    let at = temporary.path().join("demo");
    let site = Site::new(PROGRAM, temporary.path(), "unused");
    let summary = site.json(&["demo", "--once", "--at", &at.to_string_lossy()]).remove(0);
    assert_eq!(summary["nodes"], 4);
    assert_eq!(summary["converged"], true);
    let counted = ["reports", "phenomena", "contradictions", "proposals", "answered", "overdue"];
    assert_eq!(counted.map(|count| summary[count].as_u64().unwrap()), [400, 15, 3, 30, 12, 9]);
    let fingerprints: std::collections::BTreeSet<_> =
        summary["fingerprint"].as_object().unwrap().values().map(Value::to_string).collect();
    assert_eq!(fingerprints.len(), 1);
    assert_eq!(summary["dirs"].as_object().unwrap().len(), 4);
}
