//! A key that is not on any disk: enrolled by code, asked to sign what the node makes, and believed for nothing else. What a browser
//! does is done here with the protocol's own key; the pages themselves are tried in `tests/browser`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use talkoot_protocol::enrolment::{CODE_ENTROPY_BYTES, Code};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::signed::signed_bytes;
use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{Running, Site};
use talkoot_tests::vectors::{hex, unhex};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const SALT: &str = "000102030405060708090a0b0c0d0e0f";
const CLAIMED: u64 = 1_795_000_000_000;

/// A node that answers over HTTP.
struct House {
    site: Site,
    running: Running,
    _temporary: tempfile::TempDir,
}

/// A browser as far as the node sees one.
struct Browser {
    caller: Caller,
    key: SecretKey,
    cookie: String,
    csrf: String,
}

impl House {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let site = Site::new(PROGRAM, temporary.path(), "kainuu");
        site.init("Kainuu", &[]);
        let running = site.run_with(&["--http", "127.0.0.1:0"]);
        Self { site, running, _temporary: temporary }
    }

    fn browser(&self, seed: u8) -> Browser {
        let caller = Caller { address: self.running.http[0].clone(), token: String::new() };
        Browser { caller, key: SecretKey::from_seed(&[seed; 32]), cookie: String::new(), csrf: String::new() }
    }

    fn invite(&self, name: &str, more: &[&str]) -> Value {
        self.site.json(&[&["worker", "invite", name], more].concat()).remove(0)
    }

    /// Returns what the command says when it does not succeed.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.site.call(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn reports(&self) -> usize {
        self.site.json(&["report", "list"]).len()
    }
}

impl Browser {
    fn post(&self, path: &str, body: &Value) -> Answer {
        let origin = format!("http://{}", self.caller.address);
        let fields = [
            ("Origin", origin.as_str()),
            ("Content-Type", "application/json"),
            ("Cookie", self.cookie.as_str()),
            ("X-Talkoot-Csrf", self.csrf.as_str()),
        ];
        self.caller.send("POST", path, &fields, body.to_string().as_bytes())
    }

    fn enrol(&self, code: &str, key: &SecretKey) -> Answer {
        let code: Code = code.parse().unwrap();
        let public = self.key.public();
        self.post("/enrolment", &json!({ "id": code.id(), "key": public, "proof": code.proof(&key.public()) }))
    }

    fn state(&self, code: &str) -> Value {
        let code: Code = code.parse().unwrap();
        self.caller.get(&format!("/enrolment/{}", code.id())).json()
    }

    /// Shows the key.
    fn sign_in(&mut self, certificate: &Value) {
        let asked = self.post("/session/challenge", &json!({})).json();
        let (network, challenge) =
            (unhex(asked["network"].as_str().unwrap()), unhex(asked["challenge"].as_str().unwrap()));
        let signature = self.key.sign(&[b"talkoot/1 sign-in\0".as_slice(), &network, &challenge].concat());
        let signature = hex(signature.as_bytes());
        let shown = json!({ "challenge": asked["challenge"], "certificate": certificate, "signature": signature });
        let begun = self.post("/session", &shown);
        assert_eq!(begun.status, 200);
        self.cookie = begun.field("set-cookie").split(';').next().unwrap_or_default().to_owned();
        self.csrf = begun.json()["csrf"].as_str().unwrap().to_owned();
    }

    fn prepare(&self, writing: &Value) -> Answer {
        self.post("/session/prepare", &json!({ "writing": writing, "claimed": CLAIMED, "salt": SALT }))
    }

    /// Signs what was prepared, as `sign.js` does once it has looked at it.
    fn submit(&self, prepared: &Value) -> Answer {
        let (header, body) = (unhex(prepared["header"].as_str().unwrap()), unhex(prepared["body"].as_str().unwrap()));
        let signature = self.key.sign(&signed_bytes(&header));
        let head = |length: usize| match u8::try_from(length) {
            Ok(short) => vec![0x58, short],
            Err(_) => vec![0x59, (length >> 8) as u8, length as u8],
        };
        let change = [
            vec![0x82, 0xd2, 0x84, 0x43, 0xa1, 0x01, 0x27, 0xa0],
            head(header.len()),
            header,
            head(64),
            signature.as_bytes().to_vec(),
            head(body.len()),
            body,
        ];
        self.post("/session/submit", &json!({ "change": hex(&change.concat()) }))
    }
}

fn note() -> Value {
    json!({ "does": "begin", "kind": "report", "scope": "network", "fields": {
        "title": "Neuvonnan aukiolo", "description": "Neuvontaan pääsee vain aamulla.", "valence": "negative",
        "author_role": "resident", "area": [{"scheme": "municipality", "year": 2026, "code": "491"}], "language": "fi",
        "variant": "resident",
    }})
}

#[test]
fn a_key_comes_by_code_is_certified_and_signs_what_the_node_makes() {
    let house = House::new();
    let mut browser = house.browser(1);
    let invited = house.invite("maija", &[]);
    let code = invited["code"].as_str().unwrap();
    assert_eq!(browser.state(code)["enrolment"]["state"], "open");
    assert_eq!(browser.enrol(code, &browser.key).status, 200);
    assert_eq!(browser.state(code)["enrolment"]["state"], "waiting");
    let other = house.browser(2);
    assert_eq!(other.enrol(code, &other.key).json()["name"], "code_used");
    assert_eq!(other.enrol("0000-0000-0000-0000", &other.key).json()["name"], "unknown_code");
    let certified = house.site.json(&["worker", "certify"]).remove(0);
    assert_eq!((&certified["worker"], &certified["browser"]), (&invited["worker"], &json!(true)));
    assert_eq!(browser.state(code)["enrolment"]["certificate"], certified["certificate"]);
    let file = house.site.report_file("report.json", "Asuntojono", "Nuoret jonottavat asuntoa kuukausia.");
    assert!(
        house
            .refused(&["report", "new", "--worker", "maija", "--file", &file])
            .contains("in a browser and signs there")
    );

    assert_eq!(browser.prepare(&note()).status, 401, "no session yet");
    browser.sign_in(&certified["certificate"]);
    let prepared = browser.prepare(&note()).json();
    let stored = browser.submit(&prepared);
    assert_eq!((stored.status, &stored.json()["id"]), (200, &prepared["id"]));
    let document = prepared["id"].as_str().unwrap();
    let edited =
        browser.prepare(&json!({ "does": "change", "document": document, "edits": {"title": "Neuvonta"} })).json();
    assert_eq!(browser.submit(&edited).status, 200);
    assert_eq!(house.site.json(&["report", "show", document])[0]["fields"]["title"], "Neuvonta");
    let same =
        browser.prepare(&json!({ "does": "change", "document": document, "edits": {"title": "Neuvonta"} })).json();
    assert_eq!((&same["name"], &same["parameter"]), (&json!("no_change"), &json!("title")));
}

#[test]
fn a_program_makes_a_code_known_and_sees_the_key_that_came_under_it() {
    let house = House::new();
    let token = house.site.json(&["token", "add", "staff", "--access", "invite"]).remove(0);
    let token = token["token"].as_str().unwrap().to_owned();
    let caller = Caller { address: house.running.http[0].clone(), token };
    let code = Code::new([7; CODE_ENTROPY_BYTES]);
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let given = json!({ "id": code.id(), "expires": u64::try_from(passed).unwrap() + 60_000 });
    let post = |body: &Value| {
        caller.send("POST", "/v1/enrolments", &[("Content-Type", "application/json")], body.to_string().as_bytes())
    };
    assert_eq!(post(&given).status, 204);
    assert_eq!(post(&given).status, 204, "twice is as good as once");
    let browser = house.browser(3);
    assert_eq!(browser.enrol(&code.reveal(), &browser.key).status, 200);
    let told = caller.get("/v1/enrolments").json()["entries"][0].clone();
    assert_eq!((&told["id"], &told["key"]), (&given["id"], &json!(browser.key.public())));
    let late = json!({ "id": code.id(), "expires": 1 });
    assert_eq!(post(&late).json()["name"], "bad_validity");
    assert_eq!(caller.get("/v1/reports").json()["name"], "not_allowed");
}

#[test]
fn what_may_not_be_signed_is_refused_by_name_and_field() {
    let house = House::new();
    let mut browser = house.browser(1);
    let code = house.invite("maija", &[])["code"].as_str().unwrap().to_owned();
    browser.enrol(&code, &browser.key);
    let certified = house.site.json(&["worker", "certify"]).remove(0);
    browser.sign_in(&certified["certificate"]);
    let mut bad = note();
    bad["fields"]["title"] = json!("");
    bad["fields"]["description"] = json!("Asiakas 131052-308T odotti.");
    let told = browser.prepare(&bad);
    assert_eq!((told.status, &told.json()["name"]), (422, &json!("to_mend")));
    let remarks: Vec<_> = told.json()["remarks"].as_array().unwrap().clone();
    let named = |field: &str, name: &str| remarks.iter().any(|one| one["field"] == field && one["name"] == name);
    assert!(named("title", "missing") && named("description", "personal_identity_code"), "{remarks:?}");
    assert!(!String::from_utf8_lossy(&told.body).contains("131052"));
    let examined = browser.post("/session/examine", &json!({ "kind": "report", "fields": bad["fields"] })).json();
    assert_eq!(examined["remarks"].as_array().unwrap().len(), remarks.len());

    let words = json!({ "title": {"text": "Asuntojono"} });
    let phenomenon =
        browser.prepare(&json!({ "does": "begin", "kind": "phenomenon", "scope": "network", "fields": words }));
    assert_eq!(phenomenon.json()["name"], "role", "a reporter begins no phenomenon");
    let elsewhere = json!({ "does": "begin", "kind": "report", "scope": format!("organisation:{}", "ab".repeat(32)), "fields": note()["fields"] });
    assert_eq!(browser.prepare(&elsewhere).json()["name"], "foreign_scope");
    let prepared = browser.prepare(&note()).json();
    let thief = Browser { key: SecretKey::from_seed(&[9; 32]), ..house.browser(9) };
    assert_eq!(thief.submit(&prepared).status, 401);
    let forged = Browser {
        key: SecretKey::from_seed(&[9; 32]),
        cookie: browser.cookie.clone(),
        csrf: browser.csrf.clone(),
        ..house.browser(9)
    };
    assert_eq!(forged.submit(&prepared).json()["name"], "refused", "a signature of another key");
    let long = json!({ "kind": "report", "fields": {"description": "ä".repeat(200_000)} });
    assert_eq!(browser.post("/session/examine", &long).status, 413);
    assert_eq!(house.reports(), 0);
}

#[test]
fn code_lists_loaded_at_the_node_are_looked_at_as_at_the_command_line() {
    let house = House::new();
    let mut browser = house.browser(1);
    let code = house.invite("maija", &[])["code"].as_str().unwrap().to_owned();
    browser.enrol(&code, &browser.key);
    let certified = house.site.json(&["worker", "certify"]).remove(0);
    browser.sign_in(&certified["certificate"]);
    let system = "urn:oid:1.2.246.537.6.1222";
    let mut writing = note();
    writing["fields"]["service"] = json!([{ "system": system, "code": "999" }]);
    assert_eq!(browser.prepare(&writing).status, 200, "no list is loaded yet");
    let table = house.site.dir.with_file_name("services.csv");
    std::fs::write(&table, "code;name_fi\n101;Asumispalvelut\n102;Kotipalvelu\n").unwrap();
    house.site.json(&[
        "form",
        "codes",
        "import",
        table.to_str().unwrap(),
        "--system",
        &system["urn:oid:".len()..],
        "--edition",
        "koe",
    ]);
    let told = browser.prepare(&writing);
    assert_eq!((told.status, &told.json()["name"]), (422, &json!("to_mend")));
    let examined = browser.post("/session/examine", &json!({ "kind": "report", "fields": writing["fields"] })).json();
    for remarks in [&told.json()["remarks"], &examined["remarks"]] {
        let remark = remarks.as_array().unwrap().iter().find(|one| one["field"] == "service[0].code").unwrap();
        assert_eq!((&remark["name"], &remark["weight"]), (&json!("not_listed"), &json!("confirm")), "{remark}");
    }
    let unlisted = |code: &str| {
        let step = json!({ "service": { "system": system, "code": code }, "actor": "kela", "ended": "received" });
        let area = json!({ "scheme": "municipality", "year": 2026, "code": "491" });
        let fields = json!({ "steps": [step], "outcome": "helped", "half_year": "2026-H1", "area": area });
        let path = json!({ "does": "begin", "kind": "service_path", "scope": "network", "fields": fields });
        let told = browser.prepare(&path);
        told.status == 422 && told.json()["remarks"][0]["name"] == "bad_path"
    };
    assert!(unlisted("999") && !unlisted("101"), "a service path is held to them too");
    writing["fields"]["service"][0]["code"] = json!("102");
    assert_eq!(browser.prepare(&writing).status, 200);
    std::fs::write(house.site.dir.join("codes/1.2.246.537.6.1222.json"), "{}").unwrap();
    let told = browser.prepare(&writing);
    assert_eq!((told.status, &told.json()["name"]), (500, &json!("unusable_code_list")));
    let file = house.site.report_file("report.json", "Asuntojono", "Nuoret jonottavat asuntoa kuukausia.");
    let refused = house.refused(&["report", "new", "--file", &file]);
    assert!(refused.contains("code list") && refused.contains("form codes import"), "{refused}");
}

#[test]
fn another_key_in_a_workers_place_is_not_certified_and_a_lost_browser_is_replaced() {
    let house = House::new();
    let invited = house.invite("maija", &["--role", "reporter,coordinator"]);
    let swapped = house.browser(7);
    swapped.enrol(invited["code"].as_str().unwrap(), &SecretKey::from_seed(&[8; 32]));
    assert!(house.refused(&["worker", "certify"]).contains("does not know the code"));
    assert!(house.site.json(&["worker", "list"]).is_empty());
    assert!(house.refused(&["worker", "invite", "maija"]).contains("--again"));
    let again = house.invite("maija", &["--again", "--role", "reporter,coordinator", "--valid", "1d"]);
    assert_eq!(again["worker"], invited["worker"]);
    for seed in [1, 2] {
        let browser = house.browser(seed);
        let code = if seed == 1 { again["code"].clone() } else { house.invite("maija", &["--again"])["code"].clone() };
        assert_eq!(browser.enrol(code.as_str().unwrap(), &browser.key).status, 200);
        assert_eq!(house.site.json(&["worker", "certify", "maija"])[0]["worker"], invited["worker"]);
    }
    let listed = house.site.json(&["worker", "list"]);
    assert_eq!(listed.len(), 2, "the old certificate stays");
    assert!(listed.iter().all(|line| line["name"] == "maija" && line["browser"] == true));
}
