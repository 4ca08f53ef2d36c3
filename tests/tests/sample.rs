//! The sample world: what is committed is what the generator gives; the scanner finds what is planted; a node that imports the
//! reports counts them as they were invented; and the demonstration shows the same as before when it is seeded alike.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use talkoot_protocol::scan::{Action, scan};
use talkoot_tests::process::{Site, eventually};
use talkoot_tests::sample::files;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/world")
}

fn lines(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(corpus().join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_committed_set_is_what_the_generator_gives() {
    for (name, expected) in files() {
        let committed = std::fs::read_to_string(corpus().join(name)).unwrap_or_default();
        assert!(committed == expected, "{name} differs: cargo run -p talkoot-tests --bin world");
    }
}

#[test]
fn the_committed_set_is_as_large_as_it_should_be() {
    let count = |name: &str| lines(name).len();
    assert_eq!((count("reports.jsonl"), count("phenomena.jsonl"), count("proposals.jsonl")), (400, 15, 30));
    assert_eq!((count("pairs.jsonl"), count("planted.jsonl"), count("clean.jsonl")), (6, 40, 400));
    let across = lines("pairs.jsonl").iter().filter(|pair| pair["languages"][0] != pair["languages"][1]).count();
    assert_eq!(across, 2);
    assert_eq!(lines("proposals.jsonl").iter().filter(|proposal| !proposal["answer"].is_null()).count(), 12);
    let (mut houses, mut periods, mut languages) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for report in lines("reports.jsonl") {
        houses.insert(report["house"].to_string());
        periods.insert(report["fields"]["observed_period"].to_string());
        languages.insert(report["fields"]["language"].to_string());
    }
    assert_eq!((houses.len(), periods.len(), languages.len()), (4, 2, 3));
    let contradicts = |phenomenon: &&Value| {
        let facets = phenomenon["facets"].as_array().unwrap();
        facets.iter().map(|facet| facet["aspect"].to_string()).collect::<BTreeSet<_>>().len() < facets.len()
    };
    assert_eq!(lines("phenomena.jsonl").iter().filter(contradicts).count(), 3);
}

#[test]
fn every_planted_identifier_is_found_and_no_clean_text_is_stopped() {
    for text in lines("planted.jsonl") {
        let (words, label) = (text["text"].as_str().unwrap(), &text["findings"][0]);
        let span: [usize; 2] = serde_json::from_value(label["span"].clone()).unwrap();
        let found = scan(words);
        let is_it = |found: &&talkoot_protocol::scan::Finding| {
            found.rule.name() == label["rule"] && found.span.start <= span[0] && span[1] <= found.span.end
        };
        let finding = found.iter().find(is_it).unwrap_or_else(|| panic!("{label} in {words:?}: {found:?}"));
        assert!(finding.action > Action::Warn || label["rule"] == "phone", "{words}: {found:?}");
    }
    for text in lines("clean.jsonl") {
        let words = text["text"].as_str().unwrap();
        assert!(scan(words).iter().all(|found| found.action == Action::Warn), "{words}");
    }
}

#[test]
fn a_node_counts_the_reports_as_they_were_invented() {
    let temporary = tempfile::tempdir().unwrap();
    let site = Site::new(PROGRAM, temporary.path(), "here");
    site.init("Hyvinvointialue", &[]);
    site.ok(&["worker", "add", "anna"]);
    let reports: Vec<Value> = lines("reports.jsonl").into_iter().map(|line| line["fields"].clone()).collect();
    let file = temporary.path().join("reports.jsonl");
    std::fs::write(&file, reports.iter().map(|fields| format!("{fields}\n")).collect::<String>()).unwrap();
    let told = site.json(&["import", file.to_str().unwrap()]).remove(0);
    assert_eq!((&told["stored"], &told["refused_rows"]), (&400.into(), &0.into()));
    let mut by_valence: BTreeMap<String, u64> = BTreeMap::new();
    for fields in &reports {
        *by_valence.entry(fields["valence"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let view = site.json(&["view", "--rows", "valence", "--own"]).remove(0);
    let rows: Vec<String> = serde_json::from_value(view["rows"].clone()).unwrap();
    for (row, total) in rows.iter().zip(view["slices"][0]["row_totals"].as_array().unwrap()) {
        assert_eq!(total.as_u64(), Some(by_valence.get(row).copied().unwrap_or_default()), "{row}: {view}");
    }
    what_is_alike_is_about_one_matter(&site, temporary.path());
}

/// Of reports that the node finds alike, nearly all were invented about the same phenomenon.
fn what_is_alike_is_about_one_matter(site: &Site, parent: &Path) {
    let about = |fields: &Value| {
        let told =
            lines("reports.jsonl").into_iter().find(|line| line["fields"]["description"] == fields["description"]);
        told.unwrap()["about"].as_u64().unwrap()
    };
    let path = parent.join("export.jsonl").display().to_string();
    site.ok(&["export", &path]);
    let text = std::fs::read_to_string(path).unwrap();
    let exported: BTreeMap<String, Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| (line["document"].as_str().unwrap().to_owned(), line["fields"].clone()))
        .collect();
    // Only a running node knows the words, and takes them when it is quiet.
    let _running = site.run();
    let first = exported.keys().next().unwrap();
    eventually("the words are known", || site.json(&["report", "similar", first])[0]["words"]["behind"] == 0);
    let (mut same, mut all) = (0, 0);
    for (document, fields) in exported.iter().step_by(50) {
        let found = site.json(&["report", "similar", document]).remove(0);
        for hit in found["hits"].as_array().unwrap() {
            all += 1;
            same += usize::from(about(&exported[hit["document"].as_str().unwrap()]) == about(fields));
        }
    }
    assert!(all >= 30 && same * 10 >= all * 9, "{same} of {all}");
}

#[test]
fn the_demonstration_is_the_same_each_time_and_stays_if_it_is_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let site = Site::new(PROGRAM, temporary.path(), "unused");
    let shown = |name: &str| {
        let dir = temporary.path().join(name).display().to_string();
        let said = site.ok(&["demo", "--keep", &dir, "--reports", "60", "--seed", "7"]);
        (said.replace(&dir, "DIR"), dir)
    };
    let (first, dir) = shown("one");
    for part in ["WHO KNEW WHAT", "ONE PHENOMENON", "FROM A REPORT TO ITS ANSWER", "THE INBOX", "Overdue"] {
        assert!(first.to_lowercase().contains(&part.to_lowercase()), "{part}\n{first}");
    }
    assert_eq!(first, shown("two").0);
    // What was said can be tried.
    let kept = Site::new(PROGRAM, Path::new(&dir), "municipality");
    let open = kept.json(&["phenomenon", "list", "--open"]);
    assert_eq!(open.len(), 3);
    let owed = kept.json(&["inbox", "--today", "2026-11-02"]);
    let id = owed[0]["document"].as_str().unwrap();
    let mut answer = kept.command(&[
        "proposal",
        "answer",
        id,
        "--code",
        "accepted",
        "--reason",
        "Otetaan hoidettavaksi.",
        "--worker",
        "decision-maker",
    ]);
    let output = answer.env("TALKOOT_PASSPHRASE", "talkoot-demo").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(kept.json(&["inbox", "--today", "2026-11-02"]).len(), owed.len() - 1);
}
