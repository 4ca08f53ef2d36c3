//! Service paths with the real program: two organisations, each with workers of its own, and the picture both see.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use talkoot_node::core::Core;
use talkoot_node::home::Home;
use talkoot_node::keystore::{self, Passphrase, Purpose};
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::{Author, Moment};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::effect::Outcome;
use talkoot_protocol::time::Timestamp;
use talkoot_tests::process::{PASSPHRASE, Site, eventually};
use talkoot_tests::vectors::path;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const HEADER: &str = "path,service,actor,ended,wait,alongside,shared_goal,outcome,area,half_year,support_need\n";

fn site(parent: &Path, name: &str, workers: &[&str]) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    workers.iter().for_each(|worker| drop(site.ok(&["worker", "add", worker])));
    site
}

/// Writes a table beside the directories and returns its path.
fn table(site: &Site, name: &str, rows: &str) -> String {
    let path = site.dir.with_file_name(name);
    std::fs::write(&path, format!("{HEADER}{rows}")).unwrap();
    path.to_string_lossy().into_owned()
}

/// Paths of one worker: four with an overlap, three with a long wait, and one overlap and one refusal that nobody else has.
fn rows(rare: &str) -> String {
    let mut rows = String::new();
    for number in 1..=4 {
        let end = "helped,Mikkeli,2026-H1,2";
        writeln!(rows, "{number},social_work,county_social,received,,,,{end}").unwrap();
        writeln!(rows, "{number},family_work,ngo,received,,yes,no,,,,").unwrap();
    }
    for number in 5..=7 {
        let end = "left_without,12,2026-H1,8";
        writeln!(rows, "{number},primary_care,county_health,referred_on,,,,{end}").unwrap();
        writeln!(rows, "{number},mental_health,county_health,waited,6-11,,,,,,").unwrap();
    }
    let end = "partly,Mikkeli,2026-H1,3";
    writeln!(rows, "8,{rare},other,turned_away,,,,{end}").unwrap();
    writeln!(rows, "8,shelter,ngo,received,,yes,no,,,,").unwrap();
    rows
}

fn view(site: &Site, more: &[&str]) -> Value {
    site.json(&[["path", "view"].as_slice(), more].concat()).remove(0)
}

/// Returns the keys of a view's lines.
fn keys(view: &Value) -> Vec<String> {
    let lines = view["view"]["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            line["key"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join(" > ")
        })
        .collect()
}

#[test]
fn two_houses_see_one_picture_and_only_what_is_common() {
    let temporary = tempfile::tempdir().unwrap();
    let one = site(temporary.path(), "one", &["anna", "aino"]);
    let two = site(temporary.path(), "two", &["boris", "bea"]);
    one.ok(&["org", "recognise", &two.organisation()]);
    two.ok(&["org", "recognise", &one.organisation()]);

    let rare = ["legal_aid", "crisis_help", "debt_counselling", "integration"];
    let workers = [(&one, "anna"), (&one, "aino"), (&two, "boris"), (&two, "bea")];
    for ((site, worker), rare) in workers.iter().zip(rare) {
        let path = table(site, &format!("{worker}.csv"), &rows(rare));
        let dry = site.json(&["path", "import", &path, "--dry-run"]).remove(0);
        assert_eq!(dry, json!({"rows": 16, "paths": 8, "stored": 0, "already": 0}));
        let stored = site.json(&["path", "import", &path, "--worker", worker]).remove(0);
        assert_eq!(stored, json!({"rows": 16, "paths": 8, "stored": 8, "already": 0}));
    }
    // Of one house alone nothing is shown.
    assert!(keys(&view(&one, &["--by", "flow"])).is_empty());

    let (first, second) = (one.run(), two.run());
    two.ok(&["peer", "add", &first.addresses[0]]);
    eventually("both hold the same", || {
        one.fingerprint() == two.fingerprint() && one.json(&["path", "list"]).len() == 20
    });
    let asked = [
        ["--by", "overlap"].as_slice(),
        &["--by", "gap"],
        &["--by", "left-without"],
        &["--by", "flow"],
        &["--by", "whole", "--of", "both"],
    ];
    let found = asked.map(|asked| {
        let both = (view(&one, asked), view(&two, asked));
        assert_eq!(both.0, both.1, "{asked:?}");
        keys(&both.0)
    });
    assert_eq!(found[0], ["family_work > social_work > no"]);
    assert_eq!(found[1], ["mental_health > long_wait"]);
    assert_eq!(found[2], ["primary_care"]);
    assert!(found[3].contains(&"mental_health > outcome:left_without".to_owned()), "{:?}", found[3]);
    assert!(found[3].iter().all(|key| !key.contains("shelter") || key == "shelter > outcome:partly"), "{:?}", found[3]);
    assert!(found[4].is_empty(), "four workers are too few for a whole path");
    let drawn = view(&one, &["--by", "flow"]);
    assert!(!drawn["links"].as_array().unwrap().is_empty() && !drawn["nodes"].as_array().unwrap().is_empty());

    // What is kept of each path is enough for the next start, with the index and without it.
    let before = view(&one, &["--by", "gap"]);
    first.stop();
    second.stop();
    assert_eq!(view(&one, &["--by", "gap"]), before);
    std::fs::remove_dir_all(one.dir.join("index")).unwrap();
    assert_eq!(view(&one, &["--by", "gap"]), before);
}

#[test]
fn an_interrupted_import_goes_on_where_it_stopped() {
    const PATHS: usize = 600;
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let row = |number: usize| format!("{number},food_aid,parish,received,,,,helped,12,2026-H1,\n");
    let path = table(&site, "paths.csv", &(1..=PATHS).map(row).collect::<String>());
    let journal = format!("{path}.imported");
    let said = || std::fs::read_to_string(&journal).unwrap_or_default();
    let running = site.run();
    let count = || stored(&site);

    // Stopped while it sends: by then the first paths are noted.
    let mut import = site.command(&["path", "import", &path]).spawn().unwrap();
    eventually("it began to send", || said().contains("\n? "));
    import.kill().unwrap();
    import.wait().unwrap();
    // What the node was told just before is decided once it has stopped.
    running.stop();
    let running = site.run();
    let before = count();
    let answer = site.json(&["path", "import", &path]).remove(0);
    assert_eq!((count(), answer["already"].as_u64()), (PATHS, Some(before as u64)));

    // Stopped between the node's answer and the journal's: the node is asked.
    let whole = said();
    let cut = whole.trim_end().rfind('\n').unwrap() + 1;
    std::fs::write(&journal, &whole[..cut]).unwrap();
    let answer = site.json(&["path", "import", &path]).remove(0);
    assert_eq!((answer["stored"].as_u64(), count()), (Some(0), PATHS));

    // More rows, and the same words under another number, are stored.
    table(&site, "paths.csv", &(1..=PATHS + 1).map(row).collect::<String>());
    let answer = site.json(&["path", "import", &path]).remove(0);
    assert_eq!((answer["stored"].as_u64(), count()), (Some(1), PATHS + 1));
    running.stop();
}

/// Returns how many paths there are; fewer than a page holds.
fn stored(site: &Site) -> usize {
    site.json(&["path", "list", "--limit", "1000"]).len()
}

#[test]
fn one_path_is_noted_shown_and_listed_and_nothing_else_passes() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let base = ["path", "new", "--outcome", "left_without", "--area", "Mikkeli", "--period", "2026-05"];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    let noted = site.json(&with(&[
        "--step",
        "basic_social_assistance,kela,turned_away",
        "--step",
        "+Ruoka-apu,parish,received,goal=no",
        "--target-group",
        "unemployed:25-64",
    ]));
    let id = noted[0]["document"].as_str().unwrap();
    let shown = site.ok(&["path", "show", id, "--language", "fi"]);
    assert!(shown.contains(" 2. + Ruoka-apu (Seurakunta): Sai palvelun, Ei yhteistä tavoitetta"), "{shown}");
    let fields = site.json(&["path", "show", id]).remove(0)["fields"].clone();
    assert_eq!((&fields["half_year"], &fields["steps"][1]["service"]), (&json!("2026-H1"), &json!("food_aid")));
    assert!(site.ok(&["path", "list"]).contains("Basic social assistance + Food aid"));
    assert!(site.ok(&["path", "codes", "--language", "sv"]).contains("Mathjälp"));
    assert!(site.refused(1, &["report", "show", id]).contains("there is no report"));

    for (step, wanted) in
        [("soup,ngo,received", "step 1, service"), ("food_aid,ngo,waited", "how long"), ("food_aid", "no step")]
    {
        let said = site.refused(1, &[&base[..], &["--step", step]].concat());
        assert!(said.contains(wanted) && said.contains("path codes"), "{said}");
    }
    assert!(site.refused(1, &base).contains("--step"), "nobody is asked where there is no terminal");
    let broken = table(
        &site,
        "broken.csv",
        "1,food_aid,ngo,received,,,,helped,12,2026-H1,\n131052-308T,food_aid,ngo,received,,,,helped,12,2026-H1,\n",
    );
    let said = site.refused(1, &["path", "import", &broken]);
    assert!(said.contains("row 3") && said.contains("Nothing was signed") && !said.contains("131052"), "{said}");
    assert_eq!(site.json(&["path", "list"]).len(), 1);
    let table = site.dir.with_file_name("gaps.csv");
    site.ok(&["path", "view", "--by", "gap", "--output", table.to_str().unwrap()]);
    let text = std::fs::read_to_string(table).unwrap();
    assert!(text.contains("all,gap") && !text.contains("shown"), "one path is not shown: {text}");
}

/// Opens a worker's key; returns it with what stands beside it.
fn pen(site: &Site, worker: &str) -> (SecretKey, Value) {
    let keys = format!("{}-keys", site.dir.display());
    let file = std::fs::read(format!("{keys}/{worker}.worker.json")).unwrap();
    let passphrase = Passphrase::new(PASSPHRASE.to_owned()).unwrap();
    let key =
        keystore::read_key(Path::new(&format!("{keys}/{worker}.key")), Purpose::Worker, Some(&passphrase)).unwrap();
    (key, serde_json::from_slice(&file).unwrap())
}

#[test]
fn a_path_that_changes_reads_as_it_stands_now() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let (key, file) = pen(&site, "anna");
    let named = |name: &str| file[name].as_str().unwrap();
    let (certificate, network) = (named("certificate").parse().unwrap(), named("network").parse().unwrap());
    let author = Author { key: &key, certificate, network };
    let moment =
        || Moment { claimed: Timestamp::from_millis(1_800_000_000_000), salt: keystore::fresh_salt().unwrap() };
    let begin = |fields| author.begin(Kind::ServicePath, Scope::Network, &fields, moment()).unwrap();
    let first = begin(path(2));
    let outcome = |code: &str| {
        let history = [Checked::sealed(&network, first.clone()).unwrap()];
        author.change(&history, &[("outcome".to_owned(), Some(json!(code)))].into(), moment()).unwrap()
    };
    let (second, wordy) = (outcome("helped"), outcome("Matti sai avun"));
    let unreadable = begin([("outcome".to_owned(), json!("helped"))].into_iter().collect());

    let home = Home::open(&site.dir).unwrap();
    let mut core = Core::open(&home).unwrap();
    let changes = [&first, &second, &unreadable, &wordy].map(Verified::encode).to_vec();
    match core.submit(changes).as_slice() {
        [Outcome::Stored(_), Outcome::Stored(_), Outcome::Stored(_), Outcome::Refused(_, refusal)] => {
            assert_eq!(refusal.name(), "not_coded");
        }
        other => panic!("{other:?}"),
    }
    let holds = |core: &Core| {
        let ask = |request| core.answer(request, &[], false, &[]).response;
        let Response::Path(shown) = ask(Request::Path { document: first.document().to_string() }) else { panic!() };
        assert_eq!((&shown.fields["outcome"], shown.changes), (&json!("helped"), 2));
        let Response::Paths { total, .. } = ask(Request::Paths { organisation: None, skip: 0, limit: 10 }) else {
            panic!()
        };
        assert_eq!(total, 2);
        let Response::Status(status) = ask(Request::Status) else { panic!() };
        let aside: Vec<_> = status.quarantined.into_iter().collect();
        assert!(
            matches!(aside.as_slice(), [(id, why)] if *id == unreadable.document().to_string() && why.contains("steps")),
            "{aside:?}"
        );
    };
    holds(&core);
    core.close().unwrap();
    let core = Core::open(&home).unwrap();
    holds(&core);
    core.close().unwrap();
}
