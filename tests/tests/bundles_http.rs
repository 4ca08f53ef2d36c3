//! Bundles over HTTP: made at one node, handed in at another that was never online. Real processes on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use talkoot_protocol::bundle::{self, BUNDLE_MAGIC, Delivery, REQUEST_BYTES_MAX};
use talkoot_tests::browser::{Answer, Caller};
use talkoot_tests::process::{PASSPHRASE, Running, Site, eventually, report};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const VISIT: &str = env!("CARGO_BIN_EXE_visit");
const IMPORT: &str = "/v1/bundle-import";
const EXPORT: &str = "/v1/bundle-export";

/// A node that answers over HTTP to a token that may carry bundles.
struct House {
    site: Site,
    carrier: Caller,
    running: Running,
}

impl House {
    fn new(parent: &Path, name: &str) -> Self {
        let site = Site::new(PROGRAM, parent, name);
        site.init(name, &[]);
        site.ok(&["worker", "add", "anna"]);
        let running = site.run_with(&["--http", "127.0.0.1:0"]);
        let carrier = caller(&site, &running, "carry");
        Self { site, carrier, running }
    }

    /// Stores so many reports whose titles begin so; `filler` makes them long.
    fn publish(&self, title: &str, count: usize, scope: &str, filler: &str) {
        let path = self.site.dir.with_file_name(format!("{title}.jsonl"));
        let line =
            |number| report(&format!("{title} {number}"), &format!("Jono {number} kasvaa. {filler}")).to_string();
        std::fs::write(&path, (0..count).map(line).collect::<Vec<_>>().join("\n")).unwrap();
        self.site.ok(&["import", path.to_str().unwrap(), "--scope", scope]);
    }

    /// Makes a bundle, which must come whole.
    fn export(&self, parameters: &str, request: &[u8]) -> (Answer, Vec<u8>) {
        let answer = self.carrier.send("POST", &format!("{EXPORT}?{parameters}"), &[], request);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let bytes = answer.whole().unwrap();
        (answer, bytes)
    }

    /// Hands a bundle in, which must be gone through.
    fn import(&self, bundle: &[u8]) -> Value {
        let answer = self.carrier.send("POST", IMPORT, &[], bundle);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    fn refusal(&self, path: &str, body: &[u8]) -> (u16, String) {
        refusal(&self.carrier, path, body)
    }
}

fn caller(site: &Site, running: &Running, access: &str) -> Caller {
    let made = site.json(&["token", "add", access, "--access", access]).remove(0);
    Caller { address: running.http[0].clone(), token: made["token"].as_str().unwrap().to_owned() }
}

fn refusal(caller: &Caller, path: &str, body: &[u8]) -> (u16, String) {
    let answer = caller.send("POST", path, &[], body);
    assert_eq!(answer.field("content-type"), "application/problem+json", "{path}");
    (answer.status, answer.json()["name"].as_str().unwrap().to_owned())
}

fn is(status: u16, name: &str) -> (u16, String) {
    (status, name.to_owned())
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

/// Takes every change out of a bundle, as anybody who holds it can.
fn unpack(bundle: &[u8]) -> Vec<u8> {
    let mut rest = bundle.strip_prefix(BUNDLE_MAGIC.as_slice()).unwrap();
    let mut frames = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (content, after) = after.split_at(bundle::frame_length(*length).unwrap());
        frames.push(content);
        rest = after;
    }
    frames.iter().skip(2).flat_map(|frame| Delivery::decode(frame).unwrap().changes).flatten().collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_node_that_was_never_online_gets_everything_and_gives_back() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (House::new(temporary.path(), "here"), House::new(temporary.path(), "there"));
    let (ours, theirs) = (here.site.organisation(), there.site.organisation());
    here.publish("Asuntojono", 40, "network", "");
    here.publish("Vainmeille", 3, "organisation", "");
    here.publish("Muuallaolijoille", 3, "region:18", "");
    let request = there.carrier.get("/v1/bundle-request");
    assert_eq!((request.status, request.field("content-type")), (200, "application/vnd.talkoot.bundle-request"));
    assert!(
        request.body.len() <= REQUEST_BYTES_MAX && request.field("content-disposition").contains("talkoot.request")
    );

    // Nothing is given to whom one has not recognised, and nothing that is not for them.
    assert_eq!(here.refusal(EXPORT, &request.body), is(403, "not_a_member"));
    here.site.ok(&["org", "recognise", &theirs]);
    let (answer, bundle) = here.export("", &request.body);
    assert_eq!((answer.field("content-type"), answer.field("talkoot-whole")), ("application/vnd.talkoot.bundle", ""));
    let changes = number(answer.field("talkoot-changes"));
    let content = unpack(&bundle);
    assert!(contains(&content, "Asuntojono 39"));
    assert!(!contains(&content, "Vainmeille") && !contains(&content, "Muuallaolijoille"));
    let own = unpack(&here.export(&format!("organisation={ours}"), &[]).1);
    assert!(contains(&own, "Vainmeille"), "the search finds what is there");
    let foreign = format!("{EXPORT}?organisation={theirs}&scope=organisation:{ours}");
    assert_eq!(here.refusal(&foreign, &[]), is(403, "not_for_them"));
    let file = here.site.dir.with_file_name("same.bundle");
    here.site.ok(&["bundle", "export", file.to_str().unwrap(), "--for", &theirs]);
    let (_, all) = here.export(&format!("organisation={theirs}"), &[]);
    assert!(std::fs::read(&file).unwrap() == all, "the command line makes the same file");

    // It waits until they are recognised there, and says so.
    let told = there.import(&bundle);
    assert_eq!((&told["stored"], &told["waiting"], &told["whole"]), (&json!(0), &json!(changes), &json!(true)));
    assert_eq!((&told["recognise"][0]["organisation"], &told["recognise"][0]["open"]), (&json!(ours), &json!(true)));
    assert_eq!(told["names"]["fi"], "here");
    there.site.ok(&["org", "recognise", &ours]);
    let told = there.import(&bundle);
    assert_eq!((&told["waiting"], &told["refused"], &told["lacking"]), (&json!(0), &json!({}), &json!(0)));
    assert_eq!(told["stored"].as_u64().unwrap() + told["known"].as_u64().unwrap(), changes);
    let again = there.import(&bundle);
    assert_eq!((&again["stored"], &again["known"]), (&json!(0), &json!(changes)));
    // Running nodes say from time to time where they are reached: that is carried too.
    eventually("both hold the same", || {
        here.import(&there.export(&format!("organisation={ours}"), &[]).1);
        there.import(&here.export(&format!("organisation={theirs}"), &[]).1);
        here.site.fingerprint() == there.site.fingerprint()
    });
}

#[test]
fn what_is_cut_off_says_what_it_lacks_and_what_came_later_comes_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (House::new(temporary.path(), "here"), House::new(temporary.path(), "there"));
    let (ours, theirs) = (here.site.organisation(), there.site.organisation());
    here.site.ok(&["org", "recognise", &theirs]);
    there.site.ok(&["org", "recognise", &ours]);
    here.publish("Alku", 5, "network", "");
    let (answer, first) = here.export(&format!("organisation={theirs}"), &[]);
    there.import(&first);
    // More than the node packs into one part.
    here.publish("Uutta", 600, "network", &"Asuntoa odotetaan kauan, ja se näkyy. ".repeat(200));
    let since = answer.field("talkoot-last");
    let (answer, news) = here.export(&format!("organisation={theirs}&since={since}"), &[]);
    let (content, changes) = (unpack(&news), number(answer.field("talkoot-changes")));
    assert!(content.len() > 4 << 20, "{}", content.len());
    assert!(contains(&content, "Uutta 599") && !contains(&content, "Alku") && changes >= 600);

    let cut = &news[..news.len() * 2 / 3];
    let seen = there.carrier.send("POST", "/v1/bundle-inspection", &[], cut).json();
    let told = there.import(cut);
    assert_eq!((&told["whole"], &told["ended"], &told["expected"]), (&json!(false), &json!(false), &json!(changes)));
    let (found, lacking) = (told["found"].as_u64().unwrap(), told["lacking"].as_u64().unwrap());
    assert!(found > 0 && lacking > 0 && found + lacking == changes, "{told}");
    assert_eq!((&seen["found"], &seen["whole"], &seen["names"]["fi"]), (&json!(found), &json!(false), &json!("here")));
    let told = there.import(&news);
    assert_eq!((&told["whole"], &told["waiting"]), (&json!(true), &json!(0)));
    assert_eq!(told["stored"].as_u64().unwrap() + told["known"].as_u64().unwrap(), changes);
    assert!(told["known"].as_u64().unwrap() >= found, "{told}");
    let seen = there.carrier.send("POST", "/v1/bundle-inspection", &[], &news).json();
    assert_eq!((&seen["whole"], &seen["refused"]), (&json!(true), &json!({})));
    assert!(seen["organisations"].as_array().unwrap().iter().any(|one| one["reports"] == 600), "{seen}");
}

#[test]
fn garbage_and_those_who_may_not_change_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let house = House::new(temporary.path(), "here");
    house.publish("Asuntojono", 5, "network", "");
    let (_, bundle) = house.export("", &[]);
    let before = house.site.status();
    let request = house.carrier.get("/v1/bundle-request").body;
    let mut strange = BUNDLE_MAGIC.to_vec();
    strange.extend([0xff; 64]);
    for bad in [&b""[..], b"talkoot-bun", b"%PDF-1.7 and so on ......", b"talkoot-bundle/9\n....", &request, &strange] {
        assert_eq!(house.refusal(IMPORT, bad), is(422, "bad_bundle"));
        assert_eq!(house.refusal("/v1/bundle-inspection", bad), is(422, "bad_bundle"));
    }
    assert_eq!(house.refusal(EXPORT, b"no request"), is(400, "bad_request"));
    assert_eq!(house.refusal(EXPORT, &vec![0; REQUEST_BYTES_MAX + 1]), is(413, "too_large"));
    assert_eq!(house.refusal(&format!("{EXPORT}?since=x"), &[]), is(400, "bad_parameter"));
    assert_eq!(house.refusal(&format!("{EXPORT}?organisation={}", "0".repeat(64)), &[]), is(403, "not_a_member"));
    let announced = format!(
        "POST {IMPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        house.carrier.token,
        600 << 20
    );
    assert_eq!(house.carrier.raw(format!("{announced}{}", "x".repeat(10)).as_bytes()).unwrap().status, 413);

    // A bit is turned somewhere: either it cannot be unpacked, or what comes out is refused by its signature.
    let mut turned = bundle.clone();
    let at = turned.len() - 200;
    turned[at] ^= 1;
    let told = house.import(&turned);
    assert!(told["broken"].as_u64().unwrap() + told["refused"].as_object().unwrap().len() as u64 > 0, "{told}");
    assert_eq!(told["stored"], 0);

    let stranger = Caller { token: String::new(), ..house.carrier.clone() };
    assert_eq!(refusal(&stranger, IMPORT, &bundle), is(401, "no_token"));
    for access in ["read", "submit", "manage", "metrics"] {
        let other = caller(&house.site, &house.running, access);
        for path in [IMPORT, EXPORT, "/v1/bundle-inspection"] {
            assert_eq!(refusal(&other, path, &[]), is(403, "not_allowed"), "{access} {path}");
        }
        assert_eq!(other.get("/v1/bundle-request").status, 403, "{access}");
    }
    assert_eq!(house.carrier.get("/v1/reports").status, 403, "it opens nothing else");
    assert_eq!((&house.site.status()["reports"], &before["reports"]), (&json!(5), &json!(5)));
}

#[test]
fn only_so_many_are_on_their_way_and_what_breaks_off_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let house = House::new(temporary.path(), "here");
    let (_, bundle) = house.export("", &[]);
    let head = format!(
        "POST {IMPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n",
        house.carrier.token
    );
    let begin = || {
        let mut stream = house.carrier.connect().unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // The node asks for the body once there is a place for it.
        let mut said = [0; 25];
        stream.read_exact(&mut said).unwrap();
        assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(&bundle).unwrap();
        stream
    };
    let waiting = [begin(), begin()];
    assert_eq!(house.refusal(IMPORT, &bundle), is(503, "bundles_busy"));
    assert_eq!(house.site.status()["running"], true, "the node answers others");
    waiting.iter().for_each(|stream| stream.shutdown(Shutdown::Both).unwrap());
    eventually("their places are free", || house.carrier.send("POST", IMPORT, &[], &bundle).status == 200);
    let names = std::fs::read_dir(&house.site.dir).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("handed-in")));
}

/// Returns the cookie and the token of the session of a worker in a browser.
fn session(house: &House, worker: &str) -> (String, String) {
    let keys = format!("{}-keys", house.site.dir.display());
    let mut visit = Command::new(VISIT);
    visit.args([&house.carrier.address, &keys, worker]).env("TALKOOT_PASSPHRASE", PASSPHRASE);
    let printed: Value = serde_json::from_slice(&visit.output().unwrap().stdout).unwrap();
    let text = |name: &str| printed[name].as_str().unwrap().to_owned();
    (text("cookie"), text("csrf"))
}

#[test]
fn a_steward_carries_by_the_page_and_others_do_not() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (House::new(temporary.path(), "here"), House::new(temporary.path(), "there"));
    here.publish("Asuntojono", 5, "network", "");
    here.site.ok(&["org", "recognise", &there.site.organisation()]);
    let (_, bundle) = here.export("", &[]);
    there.site.ok(&["worker", "add", "sanna", "--role", "steward"]);
    let visitor = Caller { token: String::new(), ..there.carrier.clone() };
    let origin = format!("http://{}", visitor.address);
    let look = |cookie: &str, path: &str| {
        visitor.send("GET", path, &[("Accept", "text/html"), ("Cookie", cookie), ("Accept-Language", "en")], &[])
    };
    let hand_in = |cookie: &str, csrf: &str, body: &[u8]| {
        let fields = [("Cookie", cookie), ("X-Talkoot-Csrf", csrf), ("Origin", &origin), ("Accept-Language", "en")];
        visitor.send("POST", "/network/bundle", &fields, body)
    };

    let (cookie, csrf) = session(&there, "sanna");
    let page = String::from_utf8(look(&cookie, "/network").body).unwrap();
    assert!(page.contains("Carry it on a memory stick") && page.contains("data-carry"));
    let request = look(&cookie, "/network/request?partner=");
    assert_eq!((request.status, request.field("content-type")), (200, "application/vnd.talkoot.bundle-request"));
    assert!(look(&cookie, "/network/bundle?partner=").whole().unwrap().starts_with(BUNDLE_MAGIC));
    assert_eq!(look(&cookie, &format!("/network/bundle?partner={}", "0".repeat(64))).status, 403);

    // What waits is told with the whole id; after recognition it comes in.
    let told = hand_in(&cookie, &csrf, &bundle);
    assert!(told.status == 200 && told.json()["lines"][1].as_str().unwrap().contains(&here.site.organisation()));
    there.site.ok(&["org", "recognise", &here.site.organisation()]);
    assert_eq!(hand_in(&cookie, &csrf, &bundle).json()["lines"].as_array().unwrap().len(), 1);
    assert_eq!(there.site.status()["reports"], 5);
    let garbage = hand_in(&cookie, &csrf, b"%PDF-1.7 and so on ......");
    assert_eq!(garbage.status, 422);
    assert!(garbage.json()["lines"][0].as_str().unwrap().contains("no bundle"));

    assert_eq!(hand_in(&cookie, "0000", &bundle).status, 403, "without the token of the session");
    let foreign = [("Cookie", cookie.as_str()), ("X-Talkoot-Csrf", &csrf), ("Origin", "http://elsewhere.example")];
    assert_eq!(visitor.send("POST", "/network/bundle", &foreign, &bundle).status, 403);
    let (cookie, csrf) = session(&there, "anna");
    assert!(!String::from_utf8(look(&cookie, "/network").body).unwrap().contains("data-carry"));
    assert_eq!(look(&cookie, "/network/bundle?partner=").status, 403);
    assert_eq!(look(&cookie, "/network/request?partner=").status, 403);
    assert_eq!(hand_in(&cookie, &csrf, &bundle).status, 403);
}
