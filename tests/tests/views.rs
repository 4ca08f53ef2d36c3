//! Views with the real program: phenomena and needs as facets, alike on two nodes; the reports behind a cell, no more than one may
//! read; saved views that two houses merge.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use talkoot_tests::process::{Site, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn site(parent: &Path, name: &str) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    site.ok(&["worker", "add", "anna", "--role", "reporter,coordinator"]);
    site.ok(&["worker", "add", "reijo", "--role", "reporter"]);
    site
}

/// Carries all that one has to another in a file.
fn carry(from: &Site, to: &Site) {
    let path = from.dir.with_file_name("carried.bundle");
    let file = path.to_string_lossy().into_owned();
    from.ok(&["bundle", "export", &file, "--for", &to.organisation()]);
    to.ok(&["bundle", "import", &file]);
    std::fs::remove_file(path).unwrap();
}

/// Two houses that know each other.
fn houses(parent: &Path) -> [Site; 2] {
    let [here, there] = ["here", "there"].map(|name| site(parent, name));
    here.ok(&["org", "recognise", &there.organisation()]);
    there.ok(&["org", "recognise", &here.organisation()]);
    carry(&here, &there);
    carry(&there, &here);
    [here, there]
}

fn id(lines: &[Value]) -> String {
    lines[0]["document"].as_str().unwrap().to_owned()
}

fn publish(site: &Site, worker: &str, title: &str, scope: &str) -> String {
    let mut fields = report(title, "Nuoret jonottavat asuntoa kuukausia.");
    fields["need_met"] = json!("partly");
    let path = site.dir.with_file_name("report.json");
    std::fs::write(&path, fields.to_string()).unwrap();
    let file = path.to_string_lossy();
    id(&site.json(&["report", "new", "--file", &file, "--worker", worker, "--scope", scope]))
}

fn documents(reports: &[Value]) -> BTreeSet<String> {
    reports.iter().map(|report| report["document"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn phenomena_and_needs_are_counted_alike_and_lead_back_to_reports() {
    let temporary = tempfile::tempdir().unwrap();
    let houses = houses(temporary.path());
    let [here, there] = &houses;
    let mut linked = Vec::new();
    for site in &houses {
        for (worker, title) in [("anna", "Jono yksi"), ("anna", "Jono kaksi"), ("reijo", "Jono kolme")] {
            linked.push(publish(site, worker, title, "network"));
        }
    }
    let alone = publish(here, "anna", "Muu asia", "network");
    carry(there, here);
    let mut begin = vec!["phenomenon", "begin", "--worker", "anna", "--title", "Asuntojono"];
    linked.iter().for_each(|report| begin.extend(["--report", report]));
    let phenomenon = id(&here.json(&begin));
    let query = ["view", "--rows", "phenomenon", "--columns", "half_year"];
    let before = there.json(&query).remove(0);
    assert_eq!(before["rows"], json!([]), "neither the phenomenon nor enough reports are there yet");
    carry(here, there);
    let [one, other] = [here, there].map(|site| site.json(&query).remove(0));
    assert_eq!(one, other, "equal on both nodes");
    assert!(one["rows"].as_array().unwrap().contains(&json!(phenomenon)), "{one}");
    assert_eq!(one["trends"], json!([["too_few_periods"]]));

    let top = here.json(&["view", "--top", "phenomena"]).remove(0);
    let first = &top["ranked"][0];
    assert_eq!((&first["rank"], &first["key"]), (&json!(1), &json!(phenomenon)));
    assert!(first["name"].as_str().unwrap().starts_with("Asuntojono ["), "{top}");
    assert_eq!(first["reports"].as_u64().unwrap() % 5, 0);
    let text = here.ok(&["view", "--preset", "top", "--language", "fi"]);
    assert!(text.contains("Asuntojono [") && text.contains("share a rank"), "{text}");

    let met = there.json(&["view", "--preset", "met"]).remove(0);
    assert_eq!((&met["preset"], &met["columns"]), (&json!("met"), &json!(["partly"])));
    assert_eq!(met["shares"], json!([[null]]), "too few for a share");

    let cell = ["view", "--where", &format!("phenomenon={}", &phenomenon[..10]), "--where", "met=partly", "--reports"];
    let behind = there.json(&cell);
    assert_eq!(documents(&behind), linked.iter().cloned().collect());
    assert_eq!(documents(&there.json(&[&cell[..], &["--own"]].concat())), linked[3..].iter().cloned().collect());
    let secret = publish(there, "reijo", "Oma asia", "organisation");
    let all = ["view", "--where", "theme=2", "--reports", "--limit", "50"];
    let [mine, theirs] = [there, here].map(|site| documents(&site.json(&all)));
    assert_eq!(theirs, documents(&here.json(&["report", "list", "--limit", "50"])), "what may be read, and no more");
    assert!(mine.contains(&secret) && !theirs.contains(&secret) && theirs.contains(&alone));

    // Unlinking shows at once.
    here.ok(&["phenomenon", "unlink", &phenomenon, &linked[0], "--reason", "Eri asia.", "--worker", "anna"]);
    assert_eq!(documents(&here.json(&cell)), linked[1..].iter().cloned().collect());

    let path = temporary.path().join("trend.csv");
    let file = path.to_string_lossy().into_owned();
    here.ok(&["view", "--preset", "trend", "--output", &file]);
    let table = std::fs::read_to_string(&path).unwrap();
    assert!(table.lines().next().unwrap().ends_with(",trend"), "{table}");
    assert!(table.lines().nth(1).unwrap().ends_with(",too_few_periods"), "{table}");
    let said = here.refused(1, &["view", "--top", "phenomena", "--where", "theme=2,5"]);
    assert!(said.contains("a ranking is of one table"), "{said}");
}

fn shown(site: &Site, view: &str) -> Value {
    site.json(&["view", "show", view]).remove(0)
}

#[test]
fn two_houses_merge_their_saved_views() {
    let temporary = tempfile::tempdir().unwrap();
    let houses = houses(temporary.path());
    let [here, there] = &houses;
    for (site, worker) in [(here, "anna"), (here, "reijo"), (there, "anna"), (there, "reijo")] {
        publish(site, worker, "Jono", "network");
    }
    let save = |site: &Site, title: &str, note: &str| {
        let given = ["--worker", "anna", "--rows", "municipality", "--where", "theme=2", "--note", note];
        id(&site.json(&[&["view", "save", "--title", title][..], &given].concat()))
    };
    let (ours, theirs) = (save(here, "Asuminen etelässä", "Etelän."), save(there, "Asuminen idässä", "Idän."));
    let say = |site: &Site, words: &[&str]| {
        let words = [&["view"], words, &["--worker", "anna"]].concat();
        site.json(&words).remove(0)
    };
    let amended = say(there, &["amend", &theirs, "--preset", "met", "--remark", "Vastasiko apu tarpeeseen?"]);
    carry(here, there);
    carry(there, here);
    assert_eq!(here.json(&["view", "list"]).len(), 2);
    let before = [&ours, &theirs].map(|view| shown(here, view)["view"].clone());
    say(here, &["merge", &ours, &theirs, "--reason", "Samat kysymykset."]);
    carry(here, there);
    let [one, other] = [here, there].map(|site| shown(site, &theirs));
    assert_eq!(one, other, "the same on both, numbers included");
    let view = &one["view"];
    let keepers: Vec<usize> =
        view["queries"].as_array().unwrap().iter().map(|kept| kept["words"].as_array().unwrap().len()).collect();
    assert_eq!((keepers.len(), keepers.iter().sum::<usize>()), (2, 3), "a question both keep stands once, by both");
    assert_eq!(view["notes"].as_array().unwrap().len(), 2);
    assert_eq!(view["title"]["contradiction"]["state"], "open");
    let answered = one["answers"].as_array().unwrap();
    assert!(answered.iter().all(|answer| answer["view"]["rows"].is_array()), "{answered:?}");
    let text = there.ok(&["view", "show", &ours, "--language", "fi", "--history"]);
    assert!(text.contains("AVOIN") && text.contains("Vastasiko apu tarpeeseen?") && text.contains("Idän."), "{text}");
    say(there, &["settle", &ours, "--title", "Asuminen", "--reason", "Sovittiin."]);
    carry(there, here);
    assert_eq!(here.json(&["view", "list"])[0]["heading"], "Asuminen");
    assert_eq!(shown(here, &ours)["view"]["title"]["settlements"][0]["said"]["reason"], "Sovittiin.");

    say(there, &["part", &ours, &theirs, "--reason", "Eri alueet."]);
    let name = amended["paths"][0].as_str().unwrap().strip_prefix("query/").unwrap();
    let said = there.refused(1, &["view", "amend", &ours, "--drop", name, "--worker", "anna"]);
    assert!(said.contains("has no question"), "{said}");
    for (before, view) in before.into_iter().zip([&ours, &theirs]) {
        let after = shown(there, view)["view"].clone();
        assert_eq!((&before["queries"], &before["notes"]), (&after["queries"], &after["notes"]), "nothing is lost");
        assert_eq!(after["merges"].as_array().unwrap().len(), 1, "and what was said is kept");
    }
    say(there, &["amend", &theirs, "--drop", name]);
    assert_eq!(shown(there, &theirs)["view"]["queries"].as_array().unwrap().len(), 1);
}

#[test]
fn what_may_not_be_saved_is_refused_before_it_is_signed() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let anna = ["--worker", "anna"];
    let refused = |words: &[&str]| here.refused(1, &[&["view"], words, &anna].concat());
    let scope = ["--scope", "organisation"];
    let inner = id(&here.json(&[&["phenomenon", "begin", "--title", "Oma"][..], &scope, &anna].concat()));
    let by_it = format!("phenomenon={inner}");
    let said = refused(&["save", "--title", "Jono", "--where", &by_it]);
    assert!(said.contains("its id would tell others"), "{said}");
    here.ok(&[&["view", "save", "--title", "Oma jono", "--where", &by_it][..], &scope, &anna].concat());
    let said = refused(&["save", "--title", "Jono", "--note", "Kysy: 131052-308T"]);
    assert!(said.contains("not signed yet"), "{said}");
    let said = refused(&["save", "--title", "Jono", "--rows", "theme", "--columns", "theme"]);
    assert!(said.contains("rows and columns are both theme"), "{said}");
    here.refused(1, &["view", "save", "--title", "Jono", "--worker", "reijo"]);
    let said = refused(&["amend", &inner, "--note", "a"]);
    assert!(said.contains("there is no"), "{said}");
    assert_eq!(here.json(&["view", "list"]).len(), 1, "nothing of it was stored");
}

#[test]
fn what_a_network_agreed_on_makes_views_stricter_on_every_node() {
    let temporary = tempfile::tempdir().unwrap();
    let file = temporary.path().join("charter.json").to_string_lossy().into_owned();
    let here = Site::new(PROGRAM, temporary.path(), "here");
    let write = ["init", "--write-charter", &file, "--charter-name", "Tiukka"];
    let said = here.refused(1, &[&write[..], &["--authors-min", "2"]].concat());
    assert!(said.contains("stricter than 3, 2 and 3"), "{said}");
    let said = here.refused(1, &[&write[..], &["--reports-min", "5", "--authors-min", "4"]].concat());
    assert!(said.contains("authors_min at least reports_min"), "{said}");
    here.ok(&[&write[..], &["--reports-min", "5"]].concat());
    here.init("here", &["--charter", &file]);
    let basis = here.json(&["view"]).remove(0)["basis"].clone();
    let expected = json!({"published": {"reports_min": 5, "organisations_min": 2, "authors_min": 5}});
    assert_eq!(basis, expected, "though the settings of the node ask for less");
}
