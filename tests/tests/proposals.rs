//! From a report to what came of it, across four organisations and their nodes: real processes on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::path::Path;
use std::slice;

use serde_json::{Value, json};
use talkoot_node::control::{self, Call};
use talkoot_node::keystore::{self, Passphrase, Purpose};
use talkoot_protocol::api::{Outcome, Request, Response};
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::{Author, Moment};
use talkoot_protocol::time::Timestamp;
use talkoot_tests::process::{PASSPHRASE, Running, Site, eventually};

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

/// Four organisations: a worker's, a county coordinator's, a municipality's, and another member's.
struct Network {
    ngo: Site,
    county: Site,
    city: Site,
    member: Site,
    _running: Vec<Running>,
}

impl Network {
    /// All recognise the county and it recognises all; each is connected to it.
    fn start(parent: &Path) -> Self {
        let site = |name: &str, workers: &[(&str, &str)]| {
            let site = Site::new(PROGRAM, parent, name);
            site.init(name, &[]);
            workers.iter().for_each(|(worker, role)| drop(site.ok(&["worker", "add", worker, "--role", role])));
            site
        };
        let ngo = site("Yhdistys", &[("anna", "reporter")]);
        let county = site("Kainuu", &[("kerttu", "coordinator"), ("liisa", "coordinator")]);
        let city = site("Kaupunki", &[("paula", "decision_maker"), ("clerk", "coordinator")]);
        let member = site("Vuokratalot", &[("matti", "decision_maker")]);
        let hub = county.run();
        let mut running = Vec::new();
        for other in [&ngo, &city, &member] {
            running.push(other.run());
            other.ok(&["peer", "add", &hub.addresses[0]]);
            eventually("both are seen", || {
                other.ok(&["org", "list"]).contains("Kainuu")
                    && county.ok(&["org", "list"]).contains(&other.organisation()[..10])
            });
            other.ok(&["org", "recognise", &county.organisation()]);
            county.ok(&["org", "recognise", &other.organisation()]);
        }
        running.push(hub);
        let network = Self { ngo, county, city, member, _running: running };
        network.settle();
        network
    }

    fn all(&self) -> [&Site; 4] {
        [&self.ngo, &self.county, &self.city, &self.member]
    }

    /// Waits until all hold the same.
    fn settle(&self) {
        eventually("all hold the same", || {
            let first = self.ngo.fingerprint();
            self.all().iter().all(|site| site.fingerprint() == first)
        });
    }
}

/// Signs and stores a phenomenon that links a report.
fn phenomenon(site: &Site, worker: &str, title: &str, report: &str) -> String {
    let keys = format!("{}-keys", site.dir.display());
    let file = std::fs::read(format!("{keys}/{worker}.worker.json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let passphrase = Passphrase::new(PASSPHRASE.to_owned()).unwrap();
    let path = format!("{keys}/{worker}.key");
    let key = keystore::read_key(Path::new(&path), Purpose::Worker, Some(&passphrase)).unwrap();
    let text = |name: &str| file[name].as_str().unwrap();
    let author = Author {
        key: &key,
        certificate: text("certificate").parse().unwrap(),
        network: text("network").parse().unwrap(),
    };
    let prefix = Prefix::of(&text("organisation").parse::<OrganisationId>().unwrap());
    let fields = [
        (prefix.entry("title"), json!({"text": title})),
        (prefix.entry(&format!("link/{report}")), json!({"state": "linked"})),
    ];
    let moment = Moment { claimed: Timestamp::from_millis(1_800_000_000_000), salt: keystore::fresh_salt().unwrap() };
    let change = author.begin(Kind::Phenomenon, Scope::Network, &fields.into_iter().collect(), moment).unwrap();
    let call = Call { request: Request::Submit, attachments: vec![change.encode()] };
    let Response::Submitted { outcomes } = control::call(&site.dir, &call).unwrap().response else { panic!() };
    assert!(matches!(outcomes.as_slice(), [Outcome::Stored { .. }]), "{outcomes:?}");
    change.document().to_string()
}

/// Returns the ids of the first column of a list.
fn ids(site: &Site, arguments: &[&str]) -> Vec<String> {
    site.json(arguments).iter().map(|shown| shown["document"].as_str().unwrap().to_owned()).collect()
}

fn document(site: &Site, arguments: &[&str]) -> String {
    ids(site, arguments).remove(0)
}

#[test]
fn a_report_is_followed_to_its_outcome_across_four_nodes() {
    let temporary = tempfile::tempdir().unwrap();
    let network = Network::start(temporary.path());
    let Network { ngo, county, city, member, .. } = &network;

    // A worker of an association writes, a county's coordinator joins and asks.
    let file = ngo.report_file("report.json", "Asuntojono", "Nuoret jonottavat asuntoa kuukausia.");
    let report = document(ngo, &["report", "new", "--file", &file]);
    network.settle();
    let joined = phenomenon(county, "kerttu", "Nuorten asunnottomuus", &report);
    let sign = ["--worker", "kerttu", "--to", "Kaupunki", "--text", "Varataan asuntoja nuorille."];
    let new = |title: &str, more: &[&str]| {
        document(county, &[&["proposal", "new", "--title", title], sign.as_slice(), more].concat())
    };
    let asked = new("Kymmenen asuntoa", &["--deadline", "2027-01-31", "--phenomenon", &joined[..10]]);
    let forgotten = new("Yhteyshenkilö", &["--deadline", "2026-12-31", "--report", &report[..10]]);
    network.settle();

    // The municipality has both before it, acknowledges, and forwards one: it is in the next inbox, and not in its own.
    let on = ["--today", "2026-12-01"];
    assert_eq!(ids(city, &[&["inbox"], on.as_slice()].concat()), [forgotten.clone(), asked.clone()]);
    assert!(ids(member, &["inbox", "--today", "2026-12-01"]).is_empty());
    city.ok(&[&["proposal", "acknowledge", &asked, "--worker", "clerk"], on.as_slice()].concat());
    let forward = ["proposal", "answer", &asked, "--code", "forwarded", "--to", "Vuokratalot", "--reason"];
    let said = city.refused(1, &[&forward, ["Yhtiö päättää.", "--worker", "clerk"].as_slice()].concat());
    assert!(said.contains("decision maker"), "{said}");
    let said = city.refused(1, &[&forward, ["Kysyi 010101A900R.", "--worker", "paula"].as_slice()].concat());
    assert!(said.contains("reason"), "{said}");
    let said = member.refused(1, &["proposal", "answer", &asked, "--code", "accepted", "--reason", "Meille sopii."]);
    assert!(said.contains("not asked"), "{said}");
    city.ok(&[&forward, ["Yhtiö päättää.", "--worker", "paula"].as_slice(), &on].concat());
    network.settle();
    assert_eq!(ids(member, &["inbox", "--today", "2026-12-02"]), slice::from_ref(&asked));
    assert_eq!(ids(city, &["inbox", "--today", "2026-12-02"]), slice::from_ref(&forgotten));
    let answer = ["proposal", "answer", &asked, "--code", "accepted", "--reason", "Kymmenen asuntoa vuonna 2027."];
    let decided = ["--decision", "Hallitus 2027-01-15 § 12", "--today", "2027-01-15"];
    member.ok(&[answer.as_slice(), &decided].concat());
    network.settle();
    assert!(ids(member, &["inbox", "--today", "2027-01-16"]).is_empty());

    // Half a year later it is asked what came of it.
    let phase = |site: &Site, today: &str| {
        let shown = site.json(&["proposal", "show", &asked, "--today", today]).remove(0);
        shown["phase"].as_str().unwrap().to_owned()
    };
    assert_eq!((phase(county, "2027-07-14"), phase(county, "2027-07-15")), ("answered".into(), "outcome_due".into()));
    let outcome = ["proposal", "outcome", &asked, "--effect", "done", "--text", "Kymmenen nuorta sai kodin."];
    county.ok(&[outcome.as_slice(), &["--worker", "kerttu", "--today", "2027-07-20"]].concat());
    network.settle();
    assert_eq!(phase(ngo, "2028-02-01"), "followed_up");

    // The worker who wrote the first line sees all of it.
    let trace = ["report", "trace", &report[..10], "--today", "2027-07-21"];
    let tree = ngo.ok(&trace);
    for (line, wanted) in tree.lines().zip([
        "Asuntojono",
        "Nuorten asunnottomuus",
        "Kymmenen asuntoa (Kainuu → Kaupunki): followed up",
        "2026-12-01 Kaupunki: Forwarded: Vuokratalot",
        "Yhtiö päättää.",
        "2027-01-15 Vuokratalot: Accepted",
        "Kymmenen asuntoa vuonna 2027.",
        "Hallitus 2027-01-15 § 12",
        "2027-07-20 Kainuu: Done. Kymmenen nuorta sai kodin.",
        "Yhteyshenkilö (Kainuu → Kaupunki): overdue (202 d)",
    ]) {
        assert!(line.contains(wanted), "{wanted} in {line}\n{tree}");
    }
    let traced = ngo.json(&trace).remove(0);
    assert_eq!(traced["phenomena"][0]["document"], joined.as_str());
    assert_eq!(traced["phenomena"][0]["proposals"][0]["answers"][1]["answer"]["code"], "accepted");
    assert_eq!(traced["proposals"][0]["document"], forgotten.as_str());

    // And who decided sees, from the decision, the report that it began with.
    let back = |proposal: &str| ["proposal", "trace", proposal, "--today", "2027-07-21"].map(str::to_owned);
    let tree = member.ok(&back(&asked).each_ref().map(String::as_str));
    for wanted in ["followed up", "Hallitus 2027-01-15 § 12", "Nuorten asunnottomuus", "Asuntojono"] {
        assert!(tree.contains(wanted), "{wanted}\n{tree}");
    }
    let traced = member.json(&back(&asked).each_ref().map(String::as_str)).remove(0);
    assert_eq!(traced["phenomena"][0]["reports"][0]["report"], report.as_str());
    let traced = member.json(&back(&forgotten).each_ref().map(String::as_str)).remove(0);
    assert_eq!(traced["reports"][0]["title"], "Asuntojono");

    // What nobody answered is overdue the day after, on every node, and every node shows the same bytes.
    for site in network.all() {
        let overdue = |today: &str| ids(site, &["proposal", "list", "--overdue", "--today", today]);
        assert!(overdue("2026-12-31").is_empty());
        assert_eq!(overdue("2027-01-01"), slice::from_ref(&forgotten));
        let shown = |site: &Site| site.ok(&["proposal", "show", &asked, "--today", "2027-07-21", "--json"]);
        assert_eq!(shown(site), shown(ngo));
    }

    // Then somebody else is asked, who has to be a member, and others say that it is right.
    let escalate =
        ["proposal", "escalate", &forgotten, "--reason", "Kaupunki ei vastannut.", "--deadline", "2027-02-28"];
    let by = |to: &'static str| [escalate.as_slice(), &["--to", to, "--worker", "kerttu"]].concat();
    county.refused(1, &by("Vuokra"));
    county.ok(&by("Vuokratalot"));
    city.ok(&["proposal", "support", &forgotten, "--worker", "clerk", "--note", "Olemme samaa mieltä."]);
    network.settle();
    assert_eq!(ids(member, &["inbox", "--today", "2027-01-31"]), slice::from_ref(&forgotten));
    let shown = ngo.ok(&["proposal", "show", &forgotten, "--today", "2027-01-31"]);
    assert!(shown.contains("Vuokratalot: by 2027-02-28; asked later; no answer yet"), "{shown}");
    assert!(shown.contains("Kaupunki: Olemme samaa mieltä."), "{shown}");
}

#[test]
fn the_repair_queue_is_handed_over_without_loss() {
    let temporary = tempfile::tempdir().unwrap();
    let county = Site::new(PROGRAM, temporary.path(), "Kainuu");
    county.init("Kainuu", &[]);
    for worker in ["kerttu", "liisa"] {
        county.ok(&["worker", "add", worker, "--role", "coordinator"]);
    }
    let _running = county.run();
    let new = |title: &str, deadline: &str| {
        let ask = ["--body", "Asukasyhdistys", "--text", "Avataan tila.", "--deadline", deadline, "--worker", "kerttu"];
        document(&county, &[&["proposal", "new", "--title", title], ask.as_slice()].concat())
    };
    let mut all = vec![new("Ensimmäinen", "2026-12-01"), new("Toinen", "2026-11-30"), new("Kolmas", "2027-01-31")];
    let queue = |more: &[&str]| {
        let mut queue = ids(&county, &[["repair", "list", "--today", "2026-12-24"].as_slice(), more].concat());
        queue.sort();
        queue
    };
    let mine = |worker: &str| queue(&["--mine", "--worker", worker]);
    let first = ids(&county, &["repair", "list", "--today", "2026-12-24"]);
    assert_eq!(first, [all[1].clone(), all[0].clone(), all[2].clone()], "the longest overdue first");
    for id in &all[..2] {
        county.ok(&["repair", "take", id, "--worker", "kerttu"]);
    }
    all.sort();
    let (held, before) = (mine("kerttu"), queue(&[]));
    assert_eq!((held.len(), &before), (2, &all), "what nobody holds is in it too");
    county.ok(&["repair", "hand", "--all", "--worker", "kerttu", "--to", "liisa"]);
    assert_eq!((mine("liisa"), mine("kerttu"), queue(&[])), (held, vec![], before));

    // A body without a node answers through who asked; who asked closes, and says why.
    let id = &all[0];
    let record = ["proposal", "record", id, "--from", "asukasyhdistys", "--code", "rejected", "--reason", "Ei tilaa."];
    county.ok(&[record.as_slice(), &["--worker", "liisa", "--today", "2026-12-24"]].concat());
    let shown = county.json(&["proposal", "show", id, "--today", "2026-12-24"]).remove(0);
    assert_eq!(
        (&shown["phase"], &shown["answers"][0]["recorded_from"]),
        (&json!("answered"), &json!("asukasyhdistys"))
    );
    county.refused(1, &["repair", "close", id, "--worker", "liisa", "--note", " "]);
    county.ok(&["repair", "close", id, "--worker", "liisa", "--note", "Tila löytyi muualta."]);
    assert_eq!(queue(&[]), all[1..]);
}
