//! Pages of phenomena and proposals as a browser gets them: a real process, in three languages, with words that mean harm.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::process::Command;

use serde_json::Value;
use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{PASSPHRASE, Running, Site};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const HOSTILE: &str = "\"'><script>alert(1)</script>";
const PAGE: &str = "text/html";

/// A node on which one organisation asks itself, so that both sides can be seen.
struct House {
    site: Site,
    running: Running,
    phenomenon: String,
    proposal: String,
    _temporary: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let site = Site::new(PROGRAM, temporary.path(), "kainuu");
        site.init("Kainuu", &[]);
        site.ok(&["worker", "add", "anna", "--role", "reporter"]);
        site.ok(&["worker", "add", "kerttu", "--role", "coordinator"]);
        site.ok(&["worker", "add", "paula", "--role", "decision_maker"]);
        let running = site.run_with(&["--http", "127.0.0.1:0"]);
        let file = site.report_file("report.json", HOSTILE, "Nuoret jonottavat asuntoa kuukausia.");
        let report = document(&site, &["report", "new", "--file", &file, "--worker", "anna"]);
        let by = |arguments: &[&str]| document(&site, &[arguments, &["--worker", "kerttu"]].concat());
        let begin = ["phenomenon", "begin", "--title", HOSTILE, "--language", "sv", "--summary", HOSTILE];
        let phenomenon = by(&[&begin[..], &["--report", &report]].concat());
        for value in [HOSTILE, "punainen"] {
            by(&["phenomenon", "facet", &phenomenon, "--aspect", "väri. 1", "--value", value, "--text", HOSTILE]);
        }
        by(&["phenomenon", "status", &phenomenon, "observed", "--reason", HOSTILE]);
        by(&["phenomenon", "period", &phenomenon, "2026-H1", "--trend", "growing", "--note", HOSTILE]);
        let ask = ["proposal", "new", "--title", HOSTILE, "--text", HOSTILE, "--to", "Kainuu", "--body", HOSTILE];
        let proposal = by(&[&ask[..], &["--deadline", "2026-01-31", "--phenomenon", &phenomenon]].concat());
        Self { site, running, phenomenon, proposal, _temporary: temporary }
    }

    fn answer(&self) {
        let said = ["--code", "partly", "--reason", "Viisi asuntoa tänä vuonna. <script>", "--decision", HOSTILE];
        let arguments = [&["proposal", "answer", &self.proposal][..], &said, &["--worker", "paula"]].concat();
        self.site.ok(&arguments);
    }

    fn sign_in(&self, worker: &str) -> Browser {
        let keys = format!("{}-keys", self.site.dir.display());
        let mut visit = Command::new(env!("CARGO_BIN_EXE_visit"));
        let address = self.running.http[0].clone();
        let output = visit.args([&address, &keys, worker]).env("TALKOOT_PASSPHRASE", PASSPHRASE).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let cookie = told["cookie"].as_str().unwrap().to_owned();
        Browser { caller: Caller { address, token: String::new() }, cookie }
    }
}

fn document(site: &Site, arguments: &[&str]) -> String {
    site.json(arguments).remove(0)["document"].as_str().unwrap_or_default().to_owned()
}

struct Browser {
    caller: Caller,
    cookie: String,
}

impl Browser {
    fn open(&self, path: &str, language: &str) -> Answer {
        let fields = [("Cookie", self.cookie.as_str()), ("Accept", PAGE), ("Accept-Language", language)];
        self.caller.send("GET", path, &fields, &[])
    }

    fn text(&self, path: &str, language: &str) -> String {
        let answer = self.open(path, language);
        let text = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 200, "{path} in {language}: {text}");
        text
    }
}

#[test]
fn pages_are_whole_in_three_languages_and_no_word_acts() {
    let house = House::new();
    house.answer();
    let (coordinator, decision_maker) = (house.sign_in("kerttu"), house.sign_in("paula"));
    let (phenomenon, proposal) = (format!("/phenomena/{}", house.phenomenon), format!("/proposals/{}", house.proposal));
    let lists =
        ["/phenomena", "/phenomena?open=true", "/phenomena/new", "/proposals", "/proposals?overdue=true", "/repair"];
    let of_phenomenon =
        ["", "/facet", "/settle?aspect=v%C3%A4ri.%201", "/status", "/period", "/describe", "/merge", "/link"];
    let of_proposal = ["", "/outcome", "/support", "/repair", "/escalate", "/close"];
    let paths: Vec<String> = lists
        .iter()
        .map(|path| (*path).to_owned())
        .chain(of_phenomenon.iter().map(|form| format!("{phenomenon}{form}")))
        .chain(of_proposal.iter().map(|form| format!("{proposal}{form}")))
        .chain([format!("/proposals/new?phenomenon={}", house.phenomenon)])
        .collect();
    for (language, answered) in [("fi", "Hyväksytty osittain"), ("sv", "Delvis godkänt"), ("en", "Accepted partly")] {
        for path in &paths {
            let text = coordinator.text(path, language);
            assert!(text.contains(&format!("<html lang=\"{language}\"")), "{path}");
            assert!(!text.contains("<script>") && text.matches("<h1").count() == 1, "{path}: {text}");
            assert!(!text.contains(" joint-"), "{path}: a text is missing in {language}: {text}");
        }
        let text = coordinator.text(&proposal, language);
        assert!(text.contains(answered) && text.contains("Viisi asuntoa tänä vuonna. &lt;script&gt;"), "{text}");
        for path in ["/inbox", &format!("{proposal}/answer"), &format!("{proposal}/forward")] {
            assert!(!decision_maker.text(path, language).contains("<script>"));
        }
    }
}

#[test]
fn nothing_leaves_the_inbox_by_being_read() {
    let house = House::new();
    let paula = house.sign_in("paula");
    let proposal = format!("/proposals/{}", house.proposal);
    for _ in 0..2 {
        let inbox = paula.text("/inbox", "en");
        assert!(inbox.contains("One proposal waits") && inbox.contains("Overdue by"), "{inbox}");
        assert!(inbox.contains(&format!("{proposal}/answer")), "{inbox}");
        paula.text(&proposal, "en");
    }
    house.site.ok(&["proposal", "acknowledge", &house.proposal, "--worker", "paula"]);
    assert!(paula.text("/inbox", "en").contains("Receipt acknowledged"), "it was read, and still waits");
    house.answer();
    assert!(paula.text("/inbox", "en").contains("Nothing waits for your answer"));
}

#[test]
fn each_role_has_its_pages() {
    let house = House::new();
    let [anna, kerttu, paula] = ["anna", "kerttu", "paula"].map(|worker| house.sign_in(worker));
    let answer = format!("/proposals/{}/answer", house.proposal);
    for (who, path, status) in [
        (&anna, "/phenomena", 200),
        (&anna, "/phenomena/new", 403),
        (&anna, "/inbox", 403),
        (&anna, "/repair", 403),
        (&paula, "/repair", 403),
        (&kerttu, "/repair", 200),
        (&kerttu, answer.as_str(), 403),
        (&paula, answer.as_str(), 200),
        (&kerttu, "/phenomena/0000000000", 404),
        (&kerttu, "/phenomena?opne=true", 400),
    ] {
        assert_eq!(who.open(path, "fi").status, status, "{path}");
    }
    let stranger = Browser { cookie: String::new(), ..kerttu };
    assert_eq!(stranger.open("/phenomena", "fi").status, 303, "whoever has no session shows the key first");
}
