//! What residents write, over HTTP against a real process: it waits, survives a kill, is refused with an identifier in it and leaves no
//! trace of that, and its writer hears by a code what came of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{PASSPHRASE, Running, Site};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
/// An identity code that belongs to nobody.
const CODE: &str = "131052-308T";

struct House {
    site: Site,
    running: Option<Running>,
    _temporary: tempfile::TempDir,
}

/// A worker's session.
struct Session {
    cookie: String,
    csrf: String,
}

impl House {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let site = Site::new(PROGRAM, temporary.path(), "kainuu");
        site.init("Kainuu", &[]);
        let running = Some(site.run_with(&["--http", "127.0.0.1:0"]));
        Self { site, running, _temporary: temporary }
    }

    fn caller(&self) -> Caller {
        Caller { address: self.running.as_ref().unwrap().http[0].clone(), token: String::new() }
    }

    fn kill_and_run(&mut self) {
        self.running.take().unwrap().kill();
        self.running = Some(self.site.run_with(&["--http", "127.0.0.1:0"]));
    }

    fn get(&self, path: &str, session: Option<&Session>) -> Answer {
        let cookie = session.map(|session| session.cookie.as_str()).unwrap_or_default();
        self.caller().send("GET", path, &[("Accept", "text/html"), ("Accept-Language", "en"), ("Cookie", cookie)], &[])
    }

    /// Sends a form as a browser without script does.
    fn post(&self, path: &str, fields: &[(&str, &str)], session: Option<&Session>) -> Answer {
        let caller = self.caller();
        let csrf = session.map(|session| ("csrf", session.csrf.as_str()));
        let pairs: Vec<_> =
            csrf.iter().chain(fields).map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        let origin = format!("http://{}", caller.address);
        let head = [
            ("Accept", "text/html"),
            ("Accept-Language", "en"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", &origin),
            ("Cookie", session.map(|session| session.cookie.as_str()).unwrap_or_default()),
        ];
        caller.send("POST", path, &head, pairs.join("&").as_bytes())
    }

    fn sign_in(&self, worker: &str) -> Session {
        let keys = self.site.dir.with_file_name("kainuu-keys");
        let mut visit = Command::new(env!("CARGO_BIN_EXE_visit"));
        visit.arg(self.caller().address).arg(&keys).arg(worker).env("TALKOOT_PASSPHRASE", PASSPHRASE);
        let output = visit.output().unwrap();
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |name: &str| said[name].as_str().unwrap().to_owned();
        Session { cookie: text("cookie"), csrf: text("csrf") }
    }
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Returns the follow-up code on a page.
fn code_on(page: &str) -> String {
    let (_, rest) = page.split_once("<p class=\"code\"").unwrap();
    rest.split_once('>').unwrap().1.split_once('<').unwrap().0.to_owned()
}

/// Returns whether any file below a directory, or its name, holds some words.
fn holds(dir: &Path, words: &str) -> bool {
    fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, words);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        path.to_string_lossy().contains(words) || bytes.windows(words.len()).any(|part| part == words.as_bytes())
    })
}

/// Returns the name of the one slip that a page of the queue shows.
fn slip_on(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"slip[]\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[test]
fn a_residents_words_wait_survive_a_kill_and_are_answered_by_code() {
    let mut house = House::new();
    assert_eq!(house.get("/resident", None).status, 200);
    let sent = house.post("/resident", &[("text", "Iltabussi ei kulje keskustaan."), ("place", "205")], None);
    assert_eq!(sent.status, 200, "{}", text(&sent));
    let code = code_on(&text(&sent));
    house.kill_and_run();
    let follow = |house: &House, code: &str| house.post("/follow", &[("code", code)], None);
    let waiting = follow(&house, &code.to_lowercase().replace('-', " "));
    assert!(waiting.status == 200 && text(&waiting).contains("It waits."), "{}", text(&waiting));
    assert_eq!(follow(&house, "AAAA-AAAA-AAAA-AAAA").status, 404);
    assert_eq!(follow(&house, "no code").status, 422);
    assert!(!holds(&house.site.dir, &code) && !holds(&house.site.dir, &code.replace('-', "")));

    house.site.ok(&["worker", "add", "ida", "--role", "intake"]);
    house.site.ok(&["worker", "add", "anna"]);
    let (ida, anna) = (house.sign_in("ida"), house.sign_in("anna"));
    assert_eq!(house.get("/intake", Some(&anna)).status, 403);
    let slip = slip_on(&text(&house.get("/intake", Some(&ida))));
    assert!(text(&house.get(&format!("/intake/{slip}"), Some(&ida))).contains("Kajaani"));
    let file = house.site.report_file("report.json", "Iltabussit", "Iltabussi ei kulje keskustaan.");
    let report = house.site.json(&["report", "new", "--file", &file, "--worker", "anna"]).remove(0);
    let document = report["document"].as_str().unwrap();
    let published = |document: &str| {
        let (caller, body) = (house.caller(), serde_json::json!({ "document": document }).to_string());
        let origin = format!("http://{}", caller.address);
        let head = [
            ("Content-Type", "application/json"),
            ("Origin", origin.as_str()),
            ("Cookie", &ida.cookie),
            ("X-Talkoot-Csrf", &ida.csrf),
        ];
        caller.send("POST", &format!("/intake/{slip}/published"), &head, body.as_bytes()).status
    };
    assert_eq!(published("00000000"), 404);
    assert_eq!((published(document), published(document)), (204, 204), "whoever got no answer says it again");
    let by_hand = [("do", "published"), ("slip[]", slip.as_str()), ("document", document)];
    assert_eq!(house.post("/intake", &by_hand, Some(&ida)).status, 303, "or by hand");
    let answered = text(&follow(&house, &code));
    assert!(answered.contains("A report was written of it") && answered.contains("No proposal"), "{answered}");
}

#[test]
fn an_identifier_is_refused_with_the_exact_words_and_leaves_no_trace() {
    let house = House::new();
    let before = house.post("/resident", &[("text", &format!("Tunnus {CODE} ei toimi.")), ("confirm", "yes")], None);
    let page = text(&before);
    assert!(before.status == 422 && page.contains(&format!("“{CODE}”: a personal identity code")), "{page}");
    assert!(page.contains(&format!("Tunnus {CODE} ei toimi.</textarea>")), "what was written is not lost");
    assert!(!holds(&house.site.dir, CODE), "neither in files nor in the log");
    assert_eq!(house.post("/resident", &[("text", "Bussi."), ("website", "https://spam.example")], None).status, 422);
    let hostile = "<script>alert(1)</script>";
    let page = text(&house.post("/resident", &[("text", hostile), ("proposal", CODE)], None));
    assert!(!page.contains(hostile) && page.contains("&lt;script&gt;"), "{page}");
    let elsewhere = [
        ("Accept", "text/html"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    assert_eq!(house.caller().send("POST", "/resident", &elsewhere, b"text=Bussi").status, 403);
    let long = "x".repeat(70_000);
    assert_eq!(house.post("/resident", &[("text", &long)], None).status, 413);
    assert!(!house.site.dir.join("intake").exists(), "nothing was stored");
}

#[test]
fn notes_of_a_campaign_are_sorted_together_and_set_aside_with_a_reason() {
    let house = House::new();
    house.site.ok(&["worker", "add", "kaisa", "--role", "coordinator"]);
    let kaisa = house.sign_in("kaisa");
    let campaign = [
        ("name_fi", "Mikä pännii?"),
        ("question_fi", "Mikä pännii Kajaanissa?"),
        ("place", "205"),
        ("from", "2020-01-01"),
        ("to", "2199-12-31"),
    ];
    assert_eq!(house.post("/campaigns", &campaign[1..], Some(&kaisa)).status, 422, "without a name");
    let made = house.post("/campaigns", &campaign, Some(&kaisa));
    let code = made.field("location").rsplit('/').next().unwrap().to_owned();
    let poster = text(&house.get(&format!("/campaigns/{code}/poster"), Some(&kaisa)));
    assert!(poster.contains("role=\"img\"") && poster.contains(&format!("http://{}/c/{code}", house.caller().address)));
    let place = format!("/c/{code}");
    for words in ["Bussi ei kulje.", "Iltavuoro puuttuu."] {
        let sent = house.post(&place, &[("text", words)], None);
        assert_eq!((sent.status, sent.field("location")), (303, format!("{place}?thanks=true").as_str()));
    }
    let asked = code_on(&text(&house.post(&place, &[("text", "Sama minulla."), ("follow", "yes")], None)));
    let queue = text(&house.get(&format!("/intake?campaign={code}"), Some(&kaisa)));
    let slips: Vec<_> =
        queue.split("name=\"slip[]\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(slips.len(), 3);
    let chosen: Vec<_> = slips.iter().map(|slip| ("slip[]", *slip)).collect();
    let order = |more: &[(&'static str, &'static str)]| [chosen.as_slice(), more].concat();
    let sorted = house.post("/intake", &order(&[("do", "sort"), ("heap", "Iltavuorot")]), Some(&kaisa));
    assert_eq!(sorted.status, 303, "{}", text(&sorted));
    let counted = text(&house.get(&format!("/campaigns/{code}"), Some(&kaisa)));
    assert!(counted.contains(">Iltavuorot</a></th><td class=\"number\">3</td>"), "{counted}");
    let refused = house.post("/intake", &order(&[("do", "aside"), ("reason", "other")]), Some(&kaisa));
    assert_eq!(refused.status, 422, "another reason needs words");
    let aside = house.post(
        "/intake",
        &order(&[("do", "aside"), ("reason", "known"), ("words", "Kirjattu <keväällä>.")]),
        Some(&kaisa),
    );
    assert_eq!(aside.status, 303);
    let told = text(&house.post("/follow", &[("code", &asked)], None));
    assert!(
        told.contains("The same has already been written down") && told.contains("Kirjattu &lt;keväällä&gt;."),
        "{told}"
    );
    let again = house.post("/intake", &order(&[("do", "sort"), ("heap", "x")]), Some(&kaisa));
    assert_eq!(again.status, 409, "they do not wait any more");
    assert_eq!(house.get("/c/ZZZZZZZZ", None).status, 404);
}
