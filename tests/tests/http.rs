//! A node asked over HTTP by programs that are not ours: real processes on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::io::{Read as _, Write as _};
use std::time::Duration;

use serde_json::json;
use talkoot_tests::browser::Caller;
use talkoot_tests::process::{Running, Site, eventually};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

/// A node with one report, answering on a free port, and a token for each kind of access.
struct House {
    site: Site,
    running: Running,
    report: String,
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
        let report = site.json(&["report", "new", "--file", &file]).remove(0);
        let report = report["document"].as_str().unwrap().to_owned();
        Self { site, running, report, _temporary: temporary }
    }

    fn caller(&self, access: &str) -> Caller {
        let made = self.site.json(&["token", "add", access, "--access", access]).remove(0);
        Caller { token: made["token"].as_str().unwrap().to_owned(), ..self.stranger() }
    }

    fn stranger(&self) -> Caller {
        Caller { address: self.running.http[0].clone(), token: String::new() }
    }
}

#[test]
fn what_the_command_line_tells_is_told_over_http() {
    let house = House::new();
    let caller = house.caller("read");
    let page = caller.get("/v1/reports?limit=10");
    assert_eq!((page.status, page.field("content-type")), (200, "application/json"));
    let page = page.json();
    assert_eq!((&page["total"], &page["entries"][0]["document"]), (&json!(1), &json!(house.report)));
    let report = caller.get(&format!("/v1/reports/{}", &house.report[..8]));
    assert_eq!(report.json(), house.site.json(&["report", "show", &house.report]).remove(0));
    assert_eq!(caller.get("/v1/status").json()["reports"], 1);
    assert_eq!(caller.get("/v1/identity").json()["names"]["fi"], "Kainuu");
    assert_eq!(
        caller.get(&format!("/v1/reports/{}/history", house.report)).json()["changes"].as_array().unwrap().len(),
        1
    );
    let view = caller.get("/v1/views?rows=theme&columns=county&filter=valence%3Dnegative");
    assert_eq!(view.json()["query"]["columns"], "county");
    for path in [
        "/v1/together",
        "/v1/views/reports?filter=valence%3Dnegative",
        "/v1/saved-views",
        "/v1/paths",
        "/v1/path-view?by=flow&of=both&filter=county%3D12",
        "/v1/suggestions",
        "/v1/openapi.json",
        "/v1/report-schema",
        &format!("/v1/reports/{}/attachments", house.report),
        "/v1/forms",
        "/v1/forms/talkoot/report/1",
        "/v1/phenomena",
        "/v1/proposals?list=queue",
        "/v1/organisations",
        "/v1/workers",
        "/v1/problems",
        &format!("/v1/reports/{}/trace", house.report),
    ] {
        let answer = caller.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }
    eventually("the words are known", || {
        caller.get("/v1/search?words=asunto").json()["entries"][0]["document"] == house.report.as_str()
    });
    let draft = serde_json::to_vec(
        &json!({"fields": {"title": "Asuntojono", "language": "fi", "description": "Nuoret jonottavat asuntoa."}}),
    );
    let similar = caller.send("POST", "/v1/similar", &[("Content-Type", "application/json")], &draft.unwrap());
    assert_eq!((similar.status, &similar.json()["made_by"]), (200, &json!("machine")));
}

#[test]
fn nobody_is_answered_without_a_token_that_allows_it() {
    let house = House::new();
    let stranger = house.stranger();
    assert_eq!(stranger.get("/health/live").status, 200);
    assert_eq!(stranger.get("/health/ready").status, 200);
    for path in ["/v1/reports", "/v1/status", "/metrics", "/v1/peers", "/v1/events"] {
        let refused = stranger.get(path);
        assert_eq!((refused.status, refused.json()["name"].as_str()), (401, Some("no_token")), "{path}");
        assert_eq!(refused.field("content-type"), "application/problem+json");
    }
    let metrics = house.caller("metrics");
    assert!(String::from_utf8(metrics.get("/metrics").body).unwrap().contains("\ntalkoot_reports 1\n"));
    assert_eq!(metrics.get("/v1/reports").json()["name"], "not_allowed");
    let reader = house.caller("read");
    assert_eq!(reader.send("POST", "/v1/changes", &[], b"\0\0\0\x01x").status, 403);
    assert_eq!(
        reader.get(&format!("/v1/reports?token={}", reader.token)).status,
        400,
        "a token in the address is no token"
    );
    house.site.ok(&["token", "remove", "read"]);
    assert_eq!(reader.get("/v1/reports").status, 401);
    let listed = std::fs::read_to_string(house.site.dir.join("tokens.json")).unwrap();
    assert!(!listed.contains(metrics.token.trim_start_matches("talkoot_")));
}

#[test]
fn changes_go_from_node_to_node_by_hand() {
    let (from, to) = (House::new(), House::new());
    let bytes = from.caller("read").get(&format!("/v1/documents/{}/changes", from.report)).body;
    assert!(bytes.len() > 500);
    let submitted = from.caller("submit").send("POST", "/v1/changes", &[], &bytes);
    assert_eq!(submitted.json()["outcomes"][0]["outcome"], "known");
    // The other does not know that organisation: its rules hold for what comes over HTTP as for what comes from a peer.
    let submitted = to.caller("submit").send("POST", "/v1/changes", &[], &bytes);
    assert_eq!((submitted.status, &submitted.json()["outcomes"][0]["outcome"]), (200, &json!("waiting")));
    let cut = to.caller("manage");
    let add =
        cut.send("POST", "/v1/peers", &[("Content-Type", "application/json")], br#"{"address": "192.0.2.7:7474"}"#);
    assert_eq!(add.status, 204);
    let kept = cut.get("/v1/peers").json();
    assert!(kept["entries"][0]["address"].as_str().unwrap().contains("192.0.2.7"), "{kept}");
    assert_eq!(cut.send("DELETE", "/v1/peers?address=192.0.2.7:7474", &[], &[]).status, 204);
    assert_eq!(cut.send("DELETE", "/v1/peers?address=192.0.2.7:7474", &[], &[]).json()["name"], "unknown_peer");
}

#[test]
fn who_has_the_answer_already_is_told_so() {
    let house = House::new();
    let caller = house.caller("read");
    let first = caller.get("/v1/reports");
    let tag = first.field("etag").to_owned();
    let again = caller.send("GET", "/v1/reports", &[("If-None-Match", &tag)], &[]);
    assert_eq!((again.status, again.body.len(), again.field("etag")), (304, 0, tag.as_str()));
    let file = house.site.report_file("second.json", "Bussivuorot", "Bussi kulkee kerran päivässä.");
    house.site.ok(&["report", "new", "--file", &file]);
    assert_eq!(caller.send("GET", "/v1/reports", &[("If-None-Match", &tag)], &[]).status, 200);
}

#[test]
fn listeners_hear_of_changes() {
    let house = House::new();
    let caller = house.caller("read");
    let mut stream = caller.connect().unwrap();
    let head = format!("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", caller.token);
    stream.write_all(head.as_bytes()).unwrap();
    let mut heard = String::new();
    let mut until = |least: u64, heard: &mut String| {
        let mut bytes = [0; 1024];
        let told = |heard: &str| {
            let numbers =
                heard.split("{\"changes\":").skip(1).filter_map(|rest| rest.split_once('}')?.0.parse::<u64>().ok());
            numbers.last().unwrap_or_default()
        };
        while told(heard) < least {
            let length = stream.read(&mut bytes).unwrap();
            assert!(length > 0 && heard.len() < 10_000, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    };
    until(1, &mut heard);
    let before = house.site.status()["changes"].as_u64().unwrap();
    let file = house.site.report_file("second.json", "Bussivuorot", "Bussi kulkee kerran päivässä.");
    house.site.ok(&["report", "new", "--file", &file]);
    until(before + 1, &mut heard);
}

#[test]
fn what_is_wrong_is_refused_by_name_and_nothing_falls_over() {
    let house = House::new();
    let caller = house.caller("read");
    let name = |path: &str| {
        let answer = caller.get(path);
        (answer.status, answer.json()["name"].as_str().unwrap_or_default().to_owned())
    };
    let is = |status: u16, name: &str| (status, name.to_owned());
    assert_eq!(name("/v1/nothing"), is(404, "unknown_address"));
    assert_eq!(name("/v1/reports/ffffffff"), is(404, "unknown_document"));
    assert_eq!(name("/v1/reports?limit=0"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/reports?limit=1001"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/reports?organization=1"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/views?rows=colour"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/views?rows=theme&filter=theme"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/views?rows=theme&filter=theme%3Dx"), is(422, "bad_query"));
    assert_eq!(name("/v1/views?rows=theme&columns=theme"), is(422, "bad_query"));
    assert_eq!(name("/v1/path-view?by=flow&filter=county%3D12;county%3D13"), is(422, "bad_query"));
    let unknown = caller.get("/v1/reports?organization=1").json();
    assert_eq!((&unknown["parameter"], unknown["remedy"].is_string()), (&json!("organization"), true));
    assert_eq!(name("/v1/../../etc/passwd"), is(404, "unknown_address"));
    assert_eq!(name("/v1/reports/..%2f..%2fnode.key"), is(400, "bad_parameter"));
    assert_eq!(name("/v1/forms/..%2f..%2f..%2fetc%2fpasswd").0, 404);
    let attachment = format!("/v1/reports/{}/attachments/..%2f..%2fnode.key", house.report);
    assert_eq!(name(&attachment), is(400, "bad_parameter"));
    let injected = caller.get("/v1/reports?organisation=a%0d%0aSet-Cookie:%20x=y");
    assert!(injected.status == 400 && injected.field("set-cookie").is_empty());
    let documents = caller.get(&format!("/v1/documents/{}%0d%0aX-Injected:%20y/changes", house.report));
    assert!(documents.status == 400 && documents.field("x-injected").is_empty());
    let method = caller.send("DELETE", "/v1/reports", &[], &[]);
    assert_eq!(method.json()["name"], "unknown_method");
    let submitter = house.caller("submit");
    for bad in [&b"\0\0"[..], &[0xff; 64], b"\0\0\0\x09short"] {
        assert_eq!(submitter.send("POST", "/v1/changes", &[], bad).json()["name"], "bad_body");
    }
    let garbage = submitter.send("POST", "/v1/changes", &[], b"\0\0\0\x05\xff\xff\xff\xff\xff");
    assert_eq!(garbage.json()["outcomes"][0]["outcome"], "refused");
    let long = vec![0; (16 << 20) + 1];
    assert_eq!(submitter.send("POST", "/v1/changes", &[], &long).status, 413);
    let fields = "X-A: b\r\n".repeat(200);
    let many = format!("GET /v1/status HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    assert!(caller.raw(many.as_bytes()).map_or(true, |answer| answer.status >= 400));
    assert!(caller.raw(b"\x16\x03\x01\x02\x00garbage\r\n\r\n").map_or(true, |answer| answer.status == 400));
    assert_eq!(caller.get("/v1/status").status, 200);
}

#[test]
fn one_who_asks_too_often_is_told_to_wait() {
    let house = House::new();
    let caller = house.caller("metrics");
    let told = (0..2_000).find(|_| caller.get("/metrics").status == 429);
    assert!(told.is_some(), "never");
    assert_eq!(house.caller("read").get("/v1/status").status, 200, "another token is another bearer");
}

#[test]
fn a_slow_body_holds_up_nobody_else() {
    let house = House::new();
    let submitter = house.caller("submit");
    let head = format!(
        "POST /v1/submissions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{",
        submitter.token
    );
    let mut waiting: Vec<_> = (0..20).map(|_| submitter.connect().unwrap()).collect();
    waiting.iter_mut().for_each(|stream| stream.write_all(head.as_bytes()).unwrap());
    assert_eq!(house.caller("read").get("/v1/status").status, 200);
    assert_eq!(submitter.send("POST", "/v1/changes", &[], &[]).json()["name"], "bad_body");
}

#[test]
fn a_slow_head_is_cut_off() {
    let house = House::new();
    let mut stream = house.stranger().connect().unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost:").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut rest = Vec::new();
    // It ends, whatever it says before.
    stream.read_to_end(&mut rest).unwrap();
}
