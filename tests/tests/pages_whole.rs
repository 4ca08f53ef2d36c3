//! Pages of the whole with the real program: views, the map, the network, help and statements, as a browser is served them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::process::Command;

use serde_json::Value;
use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{PASSPHRASE, Running, Site};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const VISIT: &str = env!("CARGO_BIN_EXE_visit");

/// A running node with one report, and the session of its worker.
struct House {
    caller: Caller,
    cookie: String,
    _site: Site,
    _running: Running,
    _temporary: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let site = Site::new(PROGRAM, temporary.path(), "kainuu");
        site.init("Kainuu", &[]);
        site.ok(&["worker", "add", "anna"]);
        let running = site.run_with(&["--http", "127.0.0.1:0"]);
        let file = site.report_file("report.json", "Asuntojono", "Nuoret jonottavat asuntoa kuukausia.");
        site.ok(&["report", "new", "--file", &file]);
        let caller = Caller { address: running.http[0].clone(), token: String::new() };
        let keys = format!("{}-keys", site.dir.display());
        let mut visit = Command::new(VISIT);
        visit.args([&caller.address, &keys, "anna"]).env("TALKOOT_PASSPHRASE", PASSPHRASE);
        let printed: Value = serde_json::from_slice(&visit.output().unwrap().stdout).unwrap();
        let cookie = printed["cookie"].as_str().unwrap().to_owned();
        Self { caller, cookie, _site: site, _running: running, _temporary: temporary }
    }

    fn look(&self, path: &str, cookie: &str) -> Answer {
        self.caller.send("GET", path, &[("Accept", "text/html"), ("Cookie", cookie)], b"")
    }
}

/// Asserts that nothing stands in a page that the policy of pages forbids.
fn assert_sound(path: &str, answer: &Answer, language: &str) {
    let page = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 200, "{path}: {page}");
    assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path}");
    assert_eq!(page.matches("<h1>").count(), 1, "{path} has one heading");
    assert!(!page.contains(" style=") && !page.contains("<style"), "{path} has inline style");
    assert!(!page.contains("<script>") && !page.contains(" onclick="), "{path} has inline script");
    assert!(!page.contains("src=\"http"), "{path} asks something of another machine");
}

#[test]
fn pages_of_the_whole_are_shown_to_whom_they_are_for() {
    let house = House::new();
    for language in ["fi", "sv", "en"] {
        let chosen = format!("talkoot-language={language}");
        for path in ["/help", "/help/support_need", "/help/area", "/accessibility", "/privacy"] {
            assert_sound(path, &house.look(path, &chosen), language);
        }
        let session = format!("{}; {chosen}", house.cookie);
        for path in [
            "/",
            "/views",
            "/views?preset=met",
            "/views?rows=county&columns=half_year&filter=theme%3D2%2C3",
            "/views/reports?filter=theme%3D2",
            "/views/together",
            "/views/paths?by=gap&across=county",
            "/views/saved",
            "/map?theme=2",
            "/network",
        ] {
            assert_sound(path, &house.look(path, &session), language);
            let stranger = house.look(path, &chosen);
            assert_eq!(stranger.status, 303, "{path} is for members");
        }
    }
    assert_eq!(house.look("/help/no_such_field", "").status, 404);
}

#[test]
fn one_report_is_in_no_file_and_in_no_picture() {
    let house = House::new();
    let csv = house.look("/views.csv?rows=theme", &house.cookie);
    let csv_text = String::from_utf8_lossy(&csv.body).into_owned();
    assert_eq!(csv.status, 200, "{csv_text}");
    assert!(csv.field("content-disposition").contains("talkoot.csv"));
    let lines: Vec<_> = csv_text.lines().skip(1).collect();
    assert!(lines.iter().all(|line| line.contains(",few,")), "what is hidden has no number: {csv_text}");
    let json = house.look("/views.json?rows=theme", &house.cookie).json();
    assert_eq!(json["slices"][0]["total"], "few");
    let page = house.look("/map", &house.cookie);
    assert_eq!(String::from_utf8_lossy(&page.body).matches("hidden-count").count(), 23);
    let wrong = house.look("/views?rows=theme&columns=theme", &house.cookie);
    assert!(String::from_utf8_lossy(&wrong.body).contains("role=\"alert\""), "what cannot be asked is told of");
    let state = house.look("/network/state", &house.cookie).json();
    assert_eq!(state["peers"], 0);
    assert!(state["figures"]["held"].as_str().unwrap().contains('1'));
}
