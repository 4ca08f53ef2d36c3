//! What a client information system hands in over HTTP for a worker to complete: real processes on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::Path;

use serde_json::{Value, json};
use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{Running, Site};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const JSON: (&str, &str) = ("Content-Type", "application/json");
/// A personal identity code of nobody: the control character is right, the number is one for tests.
const CODE: &str = "131052-308T";

/// A node that logs everything it can, and the token of a client information system.
struct Desk {
    site: Site,
    running: Running,
    caller: Caller,
    _temporary: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let site = Site::new(PROGRAM, temporary.path(), "kainuu");
        site.init("Kainuu", &[]);
        let settings = site.dir.join("talkoot.toml");
        let text = std::fs::read_to_string(&settings).unwrap();
        let text: String = text
            .lines()
            .filter(|line| !line.contains("[log]") && !line.starts_with("filter"))
            .map(|line| format!("{line}\n"))
            .collect();
        std::fs::write(&settings, format!("{text}\n[log]\nfilter = \"trace\"\n")).unwrap();
        let running = site.run_with(&["--http", "127.0.0.1:0"]);
        let caller = token(&site, &running, "desk");
        Self { site, running, caller, _temporary: temporary }
    }

    fn submit(&self, fields: &[(&str, &str)], body: &Value) -> Answer {
        submit(&self.caller, fields, body)
    }
}

fn token(site: &Site, running: &Running, name: &str) -> Caller {
    let made = site.json(&["token", "add", name, "--access", "submit"]).remove(0);
    Caller { token: made["token"].as_str().unwrap().to_owned(), address: running.http[0].clone() }
}

fn submit(caller: &Caller, fields: &[(&str, &str)], body: &Value) -> Answer {
    let fields: Vec<_> = [JSON].into_iter().chain(fields.iter().copied()).collect();
    caller.send("POST", "/v1/submissions", &fields, body.to_string().as_bytes())
}

fn prefill() -> Value {
    json!({
        "title": "Asuntojono",
        "description": "Nuoret jonottavat asuntoa kuukausia.",
        "kind": {"system": "talkoot/kind", "code": "phenomenon", "display": "Ilmiö"},
        "support_need": [{"system": "talkoot/support_need", "code": "2"}],
        "area": [{"system": "urn:oid:1.2.246.537.6.21", "code": "205", "display": "Kajaani"}],
        "observed_period": "2026-H1",
        "language": "fi",
    })
}

fn files(dir: &Path) -> usize {
    std::fs::read_dir(dir.join("prefills")).map_or(0, Iterator::count)
}

#[test]
fn a_submission_waits_for_a_worker_and_publishes_nothing() {
    let mut desk = Desk::new();
    let made = desk.submit(&[], &prefill());
    assert_eq!(made.status, 201, "{}", String::from_utf8_lossy(&made.body));
    let told = made.json();
    let id = told["id"].as_str().unwrap();
    assert_eq!(
        (told["link"].as_str().unwrap(), &told["state"]),
        (format!("/write?prefill={id}").as_str(), &json!("waiting"))
    );
    let place = made.field("location").to_owned();
    assert_eq!(place, format!("/v1/submissions/{id}"));
    assert_eq!(told["expires"].as_u64().unwrap() - told["made"].as_u64().unwrap(), 14 * 24 * 60 * 60 * 1_000);
    assert_eq!(desk.site.status()["reports"], 0);
    let other = token(&desk.site, &desk.running, "other");
    assert_eq!(other.get(&place).json()["name"], "unknown_submission", "only its maker is told of it");
    let kept: Value =
        serde_json::from_slice(&std::fs::read(desk.site.dir.join("prefills").join(format!("{id}.json"))).unwrap())
            .unwrap();
    assert_eq!(
        (&kept["fields"]["kind"], &kept["fields"]["support_need"]),
        (&json!("phenomenon"), &json!([2])),
        "in the keys of reports"
    );
    desk.running.kill();
    desk.running = desk.site.run_with(&["--http", "127.0.0.1:0"]);
    desk.caller.address = desk.running.http[0].clone();
    assert_eq!(desk.caller.get(&place).json()["state"], "waiting", "durable before it was answered");
}

#[test]
fn the_same_key_is_done_once() {
    let desk = Desk::new();
    let key = ("Idempotency-Key", "8e03978e-40d5-43dd-bc93-6894a57f9324");
    let first = desk.submit(&[key], &prefill()).json();
    assert_eq!(desk.submit(&[key], &prefill()).json(), first);
    let other = desk.submit(&[key], &json!({"title": "Bussivuorot"}));
    assert_eq!((other.status, other.json()["name"].as_str().unwrap()), (422, "idempotency_conflict"));
    assert_eq!(files(&desk.site.dir), 1);
    let theirs = submit(&token(&desk.site, &desk.running, "other"), &[key], &prefill()).json();
    assert_ne!(theirs["id"], first["id"], "keys of others are others");
    assert_eq!(desk.submit(&[("Idempotency-Key", "two keys")], &prefill()).json()["name"], "bad_idempotency_key");
}

#[test]
fn nothing_about_a_person_gets_in_or_into_the_log() {
    let desk = Desk::new();
    let with = |field: &str, value: Value| {
        let mut body = prefill();
        body[field] = value;
        body
    };
    let bodies = [
        (with("description", json!(format!("Asiakas {CODE} odottaa."))), "description"),
        (with("proposal", json!([{"text": "Soita", "addressee": CODE}])), "proposal[0].addressee"),
        (with("client_id", json!(CODE)), "client_id"),
        (with(CODE, json!(1)), "*"),
        (with("mood", json!({CODE: [1]})), "mood.*"),
        (with("kind", json!({"system": "talkoot/kind", "code": "phenomenon", "display": CODE})), "kind.display"),
        (with("service", json!([{"system": "x", "code": CODE}])), "service[0].code"),
    ];
    for (body, place) in &bodies {
        let refused = desk.submit(&[], body);
        let told = refused.json();
        assert_eq!((refused.status, told["name"].as_str().unwrap()), (422, "identifier_found"), "{place}");
        assert_eq!((told["field"].as_str().unwrap(), &told["rule"]), (*place, &json!("personal_identity_code")));
        assert!(!String::from_utf8_lossy(&refused.body).contains(CODE), "the text is not repeated");
    }
    for (field, value) in [("Idempotency-Key", CODE), ("X-Client", CODE), ("User-Agent", CODE), ("X-131052-308T", "1")]
    {
        let refused = desk.submit(&[(field, value)], &prefill());
        assert_eq!((refused.status, &refused.json()["name"]), (422, &json!("identifier_found")), "{field}");
        assert!(
            !refused.head.iter().any(|line| line.contains(CODE))
                && !String::from_utf8_lossy(&refused.body).contains(CODE)
        );
    }
    for path in [format!("/v1/submissions?client={CODE}"), "/v1/submissions?client=131052%2D308T".to_owned()] {
        let refused = desk.caller.send("POST", &path, &[JSON], prefill().to_string().as_bytes());
        assert_eq!((refused.status, &refused.json()["parameter"]), (422, &json!("query")));
    }
    for path in [format!("/v1/submissions/{CODE}"), format!("/v1/{CODE}"), format!("/v1/reports?client={CODE}")] {
        let _answered = desk.caller.get(&path);
    }
    let cut = format!("{{\"title\": \"{CODE}");
    assert_eq!(desk.caller.send("POST", "/v1/submissions", &[JSON], cut.as_bytes()).json()["name"], "bad_body");
    assert_eq!(files(&desk.site.dir), 0);
    let log = std::fs::read_to_string(desk.site.dir.join("run.log")).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "it logs all it can");
    assert!(!log.to_lowercase().contains(&CODE.to_lowercase()) && !log.contains("131052"), "{log}");
}

#[test]
fn what_the_form_does_not_have_is_refused_by_field() {
    let desk = Desk::new();
    for (body, name, field) in [
        (json!({"title": "t", "mood": "good"}), "unknown_field", json!("mood")),
        (json!({"title": "t", "attachment": []}), "unknown_field", json!("attachment")),
        (json!({"title": "t".repeat(121)}), "invalid_field", json!("title")),
        (json!({"kind": "rumour"}), "invalid_field", json!("kind")),
        (
            json!({"evidence": [{"code": "statistic", "link": "javascript:alert(1)"}]}),
            "invalid_field",
            json!("evidence"),
        ),
        (json!({}), "unfit_body", Value::Null),
        (json!([1]), "unfit_body", Value::Null),
    ] {
        let refused = desk.submit(&[], &body);
        let told = refused.json();
        assert_eq!((refused.status, told["name"].as_str().unwrap()), (422, name), "{body}");
        assert_eq!(told.get("field").cloned().unwrap_or_default(), field);
        assert!(!told["remedy"].as_str().unwrap().is_empty());
    }
    let long = json!({"description": "a".repeat(300_000)});
    assert_eq!(desk.submit(&[], &long).json()["name"], "too_large");
    let plain = desk.caller.send("POST", "/v1/submissions", &[("Content-Type", "text/plain")], b"{}");
    assert_eq!((plain.status, &plain.json()["name"]), (415, &json!("unknown_media_type")));
    assert_eq!(files(&desk.site.dir), 0);
}
