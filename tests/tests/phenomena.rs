//! Several organisations on one phenomenon: with real stores in every order of exchange, and with real programs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use talkoot_node::config::Config;
use talkoot_node::control::Call;
use talkoot_node::core::Core;
use talkoot_node::home::{Founding, Home};
use talkoot_protocol::api::{Outcome, Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::phenomenon::aspect::State;
use talkoot_protocol::phenomenon::word::{Facet, FacetName, Others, Settlement, Title, Word};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, check};
use talkoot_tests::cast::{Organisation, Worker, moment};
use talkoot_tests::member::charter;
use talkoot_tests::process::Site;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");
const NAMES: [&str; 3] = ["alfa", "beeta", "gamma"];

/// An organisation with a coordinator and a real store.
struct House {
    organisation: Organisation,
    worker: Worker,
    core: Core,
}

impl House {
    fn found(parent: &Path, name: &str, charter: &Charter) -> Self {
        let mut organisation = Organisation::found(name, charter);
        let worker = organisation.employ(name, &[Role::Coordinator]);
        let founding = Founding {
            charter,
            key: &organisation.node_key,
            record: &organisation.record,
            certificate: &organisation.node_certificate,
            config: &Config::default_toml(),
        };
        let core = Core::open(&Home::create(&parent.join(name), &founding).unwrap()).unwrap();
        let mut house = Self { organisation, worker, core };
        house.submit(vec![house.worker.certificate.encode()]);
        house
    }

    fn ask(&mut self, request: Request) -> (Response, Vec<Vec<u8>>) {
        let reply = self.core.call(Call { request, attachments: Vec::new() });
        (reply.response, reply.attachments)
    }

    fn submit(&mut self, changes: Vec<Vec<u8>>) {
        let reply = self.core.call(Call { request: Request::Submit, attachments: changes });
        let Response::Submitted { outcomes } = reply.response else { panic!("{:?}", reply.response) };
        let fine = |outcome: &Outcome| matches!(outcome, Outcome::Stored { .. } | Outcome::Known { .. });
        assert!(outcomes.iter().all(fine), "{outcomes:?}");
    }

    /// Every change of a document here, none if it is not here.
    fn changes(&mut self, document: &DocumentId) -> Vec<Vec<u8>> {
        match self.ask(Request::Document { document: document.to_string() }) {
            (Response::Document { .. }, changes) => changes,
            _ => Vec::new(),
        }
    }

    /// Says something on top of what is here, as `talkoot phenomenon` does.
    fn say(&mut self, document: &DocumentId, word: &Word, number: u64) {
        let network = self.worker.network;
        let history: Vec<Checked> =
            self.changes(document).into_iter().map(|bytes| check(&network, bytes).unwrap()).collect();
        let change = self.worker.author().change(&history, &edits(&self.organisation, word), moment(number)).unwrap();
        self.submit(vec![change.encode()]);
    }

    fn card(&mut self, document: &DocumentId) -> Card {
        match self.ask(Request::Phenomenon { document: document.to_string(), history: false }).0 {
            Response::Phenomenon { card, .. } => *card,
            other => panic!("{other:?}"),
        }
    }
}

fn edits(organisation: &Organisation, word: &Word) -> BTreeMap<String, Option<Value>> {
    BTreeMap::from([(Prefix::of(&organisation.id).entry(&word.path()), Some(word.value()))])
}

fn facet(name: u8, aspect: &str, value: &str) -> Word {
    let facet = Facet { aspect: aspect.into(), value: value.into(), ..Facet::default() };
    Word::Facet(FacetName::new([name; 4]), facet)
}

/// The phenomenon as the first organisation begins it.
fn begin(organisation: &Organisation, worker: &Worker) -> Verified {
    let title = Word::Title(Title { text: "Talo".into(), ..Title::default() });
    let fields = edits(organisation, &title).into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    worker.author().begin(Kind::Phenomenon, Scope::Network, &fields, moment(100)).unwrap()
}

/// Three houses that know each other and the phenomenon, and have then each said something alone.
fn apart(parent: &Path) -> (Vec<House>, DocumentId) {
    let charter = charter(&NAMES.map(str::to_owned));
    let mut houses: Vec<_> = NAMES.iter().map(|name| House::found(parent, name, &charter)).collect();
    let begun = begin(&houses[0].organisation, &houses[0].worker);
    let mut known: Vec<Vec<u8>> = Vec::new();
    for house in &houses {
        let organisation = &house.organisation;
        known.extend([&organisation.record, &organisation.node_certificate].map(Verified::encode));
        known.push(house.worker.certificate.encode());
    }
    known.push(begun.encode());
    houses.iter_mut().for_each(|house| house.submit(known.clone()));
    let document = begun.document();
    houses[0].say(&document, &facet(1, "Väri", "punainen"), 110);
    houses[1].say(&document, &facet(1, "Materiaali", "puinen"), 120);
    houses[2].say(&document, &facet(1, "Kerroksia", "kaksi"), 130);
    houses[2].say(&document, &facet(2, " väri", "Keltainen"), 131);
    (houses, document)
}

/// Two houses give each other what they have of the phenomenon.
fn exchange(houses: &mut [House], one: usize, other: usize, document: &DocumentId) {
    let (from_one, from_other) = (houses[one].changes(document), houses[other].changes(document));
    houses[other].submit(from_one);
    houses[one].submit(from_other);
}

fn orders(items: usize) -> Vec<Vec<usize>> {
    if items == 0 {
        return vec![Vec::new()];
    }
    let shorter = orders(items - 1);
    let with_last = |order: &Vec<usize>| -> Vec<Vec<usize>> {
        (0..items)
            .map(|at| {
                let mut order = order.clone();
                order.insert(at, items - 1);
                order
            })
            .collect()
    };
    shorter.iter().flat_map(with_last).collect()
}

/// The card, which all houses show alike.
fn shown_by_all(houses: &mut [House], document: &DocumentId) -> Card {
    let cards: Vec<Card> = houses.iter_mut().map(|house| house.card(document)).collect();
    for card in &cards {
        assert_eq!(card.bytes(), cards[0].bytes());
    }
    cards[0].clone()
}

fn colour(card: &Card) -> (State, usize) {
    let aspect = card.aspects.iter().find(|aspect| aspect.key == "väri").unwrap();
    (aspect.contradiction.as_ref().unwrap().state, aspect.settlements.len())
}

#[test]
fn three_houses_in_every_order_of_exchange_show_one_house() {
    let pairs = [(0, 1), (1, 2), (0, 2)];
    let mut open = BTreeSet::new();
    let mut settled = BTreeSet::new();
    let orders = orders(pairs.len());
    for order in &orders {
        let temporary = tempfile::tempdir().unwrap();
        let (mut houses, document) = apart(temporary.path());
        // Twice around: what came last has reached everyone then.
        for at in order.iter().chain(order) {
            exchange(&mut houses, pairs[*at].0, pairs[*at].1, &document);
        }
        let card = shown_by_all(&mut houses, &document);
        let facets: usize = card.aspects.iter().map(|aspect| aspect.facets.len()).sum();
        assert_eq!((card.aspects.len(), facets, card.open), (3, 4, 1));
        assert_eq!(colour(&card), (State::Open, 0));
        open.insert(card.fingerprint());
        let settlement = Settlement {
            value: "punainen".into(),
            reason: "Käytiin katsomassa yhdessä.".into(),
            considered: vec!["punainen".into(), "keltainen".into()],
            others: Others::new(),
        };
        houses[1].say(&document, &Word::settle("Väri", settlement), 140);
        for at in order.iter().chain(order) {
            exchange(&mut houses, pairs[*at].0, pairs[*at].1, &document);
        }
        let card = shown_by_all(&mut houses, &document);
        assert_eq!((colour(&card), card.open), ((State::Settled, 1), 0));
        let kept = card.aspects.iter().flat_map(|aspect| &aspect.settlements);
        let kept: Vec<_> = kept.map(|word| (word.said.reason.as_str(), word.by.organisation)).collect();
        assert_eq!(kept, [("Käytiin katsomassa yhdessä.", houses[1].organisation.id)]);
        settled.insert(card.fingerprint());
        houses[2].say(&document, &facet(3, "Väri", "vihreä"), 150);
        assert_eq!(colour(&houses[2].card(&document)), (State::Reopened, 1), "a new value opens it again");
    }
    println!("{} orders of exchange: open {open:?}, settled {settled:?}", orders.len());
    assert_eq!((orders.len(), open.len(), settled.len()), (6, 1, 1), "the same in every order");
}

#[test]
fn whatever_comes_first_the_card_is_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let (mut houses, document) = apart(temporary.path());
    let mut said: BTreeSet<Vec<u8>> = BTreeSet::new();
    houses.iter_mut().for_each(|house| said.extend(house.changes(&document)));
    let said: Vec<_> = said.into_iter().collect();
    let charter = charter(&NAMES.map(str::to_owned));
    let mut cards = BTreeSet::new();
    let mut tried = 0;
    // Every eighth order: each takes a reader with a store of its own.
    for (number, order) in orders(said.len()).into_iter().enumerate().step_by(8) {
        let dir = temporary.path().join(format!("reader {number}"));
        std::fs::create_dir(&dir).unwrap();
        let mut reader = House::found(&dir, NAMES[number % 3], &charter);
        for house in &houses {
            let organisation = &house.organisation;
            reader.submit([&organisation.record, &organisation.node_certificate].map(Verified::encode).to_vec());
            reader.submit(vec![house.worker.certificate.encode()]);
        }
        for at in order {
            // What builds on something that is not here waits for it, so it may have to be sent again.
            let call = Call { request: Request::Submit, attachments: vec![said[at].clone()] };
            drop(reader.core.call(call));
        }
        reader.submit(said.clone());
        cards.insert(reader.card(&document).bytes());
        tried += 1;
    }
    println!("{tried} of 120 orders of arrival, {} card", cards.len());
    assert_eq!(cards.len(), 1);
}

fn site(parent: &Path, name: &str) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    site.ok(&["worker", "add", "anna", "--role", "reporter,coordinator"]);
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

fn id(lines: &[Value]) -> String {
    lines[0]["document"].as_str().unwrap().to_owned()
}

fn publish(site: &Site, title: &str, scope: &str) -> String {
    let file = site.report_file("report.json", title, "Nuoret jonottavat asuntoa kuukausia.");
    id(&site.json(&["report", "new", "--file", &file, "--scope", scope]))
}

fn shown(site: &Site, phenomenon: &str) -> Value {
    site.json(&["phenomenon", "show", phenomenon]).remove(0)
}

#[test]
fn two_houses_work_on_a_phenomenon_by_the_command_line() {
    let temporary = tempfile::tempdir().unwrap();
    let (here, there) = (site(temporary.path(), "here"), site(temporary.path(), "there"));
    here.ok(&["org", "recognise", &there.organisation()]);
    there.ok(&["org", "recognise", &here.organisation()]);
    carry(&here, &there);
    carry(&there, &here);
    let (ours, theirs) = (publish(&here, "Jono täällä", "network"), publish(&there, "Jono siellä", "network"));
    let begun = here.json(&["phenomenon", "begin", "--title", "Asuntojono", "--language", "fi", "--report", &ours]);
    let begun = id(&begun);
    carry(&here, &there);
    carry(&there, &here);
    let say = |site: &Site, words: &[&str]| {
        let words = [&["phenomenon"], words].concat();
        site.json(&words).remove(0)
    };
    say(&here, &["facet", &begun, "--aspect", "Odotus", "--value", "puoli vuotta", "--area", "Mikkeli"]);
    let other = say(&there, &["facet", &begun, "--aspect", "odotus", "--value", "vuosi", "--report", &theirs]);
    say(&there, &["link", &begun, &theirs]);
    say(&here, &["unlink", &begun, &theirs, "--reason", "Toinen kaupunki."]);
    carry(&here, &there);
    carry(&there, &here);
    let (card, same) = (shown(&here, &begun), shown(&there, &begun));
    assert_eq!((&card["fingerprint"], &card["card"]), (&same["fingerprint"], &same["card"]));
    assert_eq!((&card["card"]["open"], &card["card"]["title"]), (&json!(1), &json!("Asuntojono")));
    let standing = |card: &Value| -> Vec<(String, String)> {
        let links = card["card"]["links"].as_array().unwrap().iter();
        links.map(|link| (link["standing"].to_string(), link["contested"].to_string())).collect()
    };
    let mut expected =
        vec![("\"linked\"".to_owned(), "false".to_owned()), ("\"linked\"".to_owned(), "true".to_owned())];
    let mut found = standing(&card);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let text = here.ok(&["phenomenon", "show", &begun, "--history"]);
    assert!(text.find("OPEN").unwrap() < text.find("Facets").unwrap(), "what is open comes first: {text}");
    assert!(text.contains("Jono siellä") && text.contains("Toinen kaupunki.") && text.contains("History"), "{text}");
    assert_eq!(here.json(&["phenomenon", "list", "--open"]).len(), 1);

    say(&there, &["settle", &begun, "--aspect", "ODOTUS", "--value", "puoli vuotta", "--reason", "Laskettiin."]);
    say(&there, &["unlink", &begun, &theirs, "--reason", "Olimme väärässä."]);
    say(&there, &["status", &begun, "in_work", "--reason", "Kaupunki selvittää."]);
    for period in ["2025-H1", "2025-H2", "2026-H1"] {
        say(&there, &["period", &begun, period, "--trend", "growing", "--spread", "many"]);
    }
    carry(&there, &here);
    let card = shown(&here, &begun)["card"].clone();
    assert_eq!((&card["open"], &card["status"]), (&json!(0), &json!("in_work")));
    assert_eq!(card["course"]["by_words"]["trend"], "growing");
    assert_eq!(card["course"]["by_reports"]["trend"], "too_few");
    let vetoed = card["links"].as_array().unwrap().iter().find(|link| link["report"] == json!(theirs)).unwrap();
    assert_eq!(vetoed["standing"], "vetoed");
    assert!(here.json(&["phenomenon", "list", "--open"]).is_empty());
    let name = other["paths"][0].as_str().unwrap().strip_prefix("facet/").unwrap();
    here.refused(1, &["phenomenon", "facet", &begun, "--withdraw", name]);
    say(&there, &["facet", &begun, "--withdraw", name]);
    let card = shown(&there, &begun)["card"].clone();
    assert_eq!(card["aspects"][0]["contradiction"], Value::Null);
    assert_eq!(card["aspects"][0]["settlements"][0]["said"]["reason"], "Laskettiin.");
}

#[test]
fn two_phenomena_become_one_and_two_again() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let report = publish(&here, "Jono", "network");
    let one = id(&here.json(&["phenomenon", "begin", "--title", "Jono", "--report", &report]));
    let other = id(&here.json(&["phenomenon", "begin", "--title", "Odotus", "--summary", "Kaikki odottavat."]));
    let before = [shown(&here, &one), shown(&here, &other)].map(|shown| shown["card"].clone());
    let said = here.call(&["phenomenon", "merge", &one, &other, "--reason", "Sama jono."]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("They are one phenomenon now."), "{said:?}");
    let merged = shown(&here, &one)["card"].clone();
    assert_eq!(merged, shown(&here, &other)["card"]);
    assert_eq!(merged["id"], json!(one.clone().min(other.clone())));
    assert_eq!((merged["links"].as_array().unwrap().len(), merged["titles"].as_array().unwrap().len()), (1, 2));
    assert_eq!(here.json(&["phenomenon", "list"]).len(), 1);
    here.ok(&["phenomenon", "part", &other, &one, "--reason", "Eri asia."]);
    let after = [shown(&here, &one), shown(&here, &other)].map(|shown| shown["card"].clone());
    for (mut before, mut after) in before.into_iter().zip(after) {
        assert_eq!(after["merges"][0]["words"][0]["said"]["reason"], "Eri asia.");
        before["merges"].take();
        after["merges"].take();
        assert_eq!(before, after, "nothing is lost");
    }
}

#[test]
fn what_may_not_be_said_is_refused_before_it_is_signed() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let secret = publish(&here, "Oma asia", "organisation");
    let begun = id(&here.json(&["phenomenon", "begin", "--title", "Jono"]));
    let said = here.refused(1, &["phenomenon", "link", &begun, &secret]);
    assert!(said.contains("its id would tell others that it exists"), "{said}");
    let inner = id(&here.json(&["phenomenon", "begin", "--title", "Oma", "--scope", "organisation"]));
    here.ok(&["phenomenon", "link", &inner, &secret]);
    let said = here.refused(1, &["phenomenon", "merge", &begun, &inner]);
    assert!(said.contains("its id would tell others"), "{said}");
    let said = here.refused(1, &["phenomenon", "facet", &begun, "--aspect", "Kuka", "--value", "131052-308T"]);
    assert!(said.contains("not signed yet"), "{said}");
    let said = here.refused(1, &["phenomenon", "settle", &begun, "--aspect", "Kuka", "--value", "a", "--reason", "b"]);
    assert!(said.contains("nothing contradicts"), "{said}");
    let said = here.refused(1, &["phenomenon", "show", &secret]);
    assert!(said.contains("there is no"), "{said}");
    here.ok(&["worker", "add", "reijo"]);
    let said = here.refused(1, &["phenomenon", "status", &begun, "in_work", "--worker", "reijo"]);
    assert!(said.contains("(role)"), "{said}");
    assert_eq!(shown(&here, &begun)["card"]["aspects"], json!([]), "nothing of it was stored");
    assert_eq!(shown(&here, &begun)["card"]["statuses"], json!([]));
}

/// Publishes a report about something else altogether.
fn publish_other(site: &Site) -> String {
    let mut fields = talkoot_tests::process::report("Sienet", "Kantarelleja kasvaa kuusikossa.");
    fields["done_so_far"] = json!("Poimittiin niitä.");
    fields["proposal"][0]["text"] = json!("Lähdetään yhdessä metsään.");
    let path = site.dir.with_file_name("other.json");
    std::fs::write(&path, fields.to_string()).unwrap();
    id(&site.json(&["report", "new", "--file", &path.to_string_lossy()]))
}

#[test]
fn similar_reports_and_phenomena_are_suggested_until_somebody_decides() {
    let temporary = tempfile::tempdir().unwrap();
    let here = site(temporary.path(), "here");
    let (linked, like) = (publish(&here, "Asuntojono", "network"), publish(&here, "Asuntoja jonotetaan", "network"));
    let other = publish_other(&here);
    let begun = id(&here.json(&["phenomenon", "begin", "--title", "Jono", "--language", "fi", "--report", &linked]));
    let suggested = || here.json(&["phenomenon", "suggest", &begun]).remove(0);
    let first = suggested();
    let reports = first["reports"].as_array().unwrap();
    assert_eq!(reports.len(), 1, "neither what is linked nor what is about something else: {first}");
    assert_eq!((&reports[0]["hit"]["document"], &reports[0]["phenomenon"]), (&json!(like), &json!(begun)));
    assert!(reports[0]["hit"]["shared"].as_array().unwrap().contains(&json!("asuntoa")), "{first}");
    let text = here.ok(&["phenomenon", "suggest"]);
    assert!(text.contains("Asuntoja jonotetaan") && text.contains("asuntoa"), "{text}");
    let said = here.refused(1, &["phenomenon", "link", &begun, &other, "--suggested"]);
    assert!(said.contains("does not suggest") && said.contains("Nothing was signed"), "{said}");
    here.ok(&["phenomenon", "link", &begun, &like, "--suggested"]);
    let links = shown(&here, &begun)["card"]["links"].clone();
    let word = |report: &str| {
        let link = links.as_array().unwrap().iter().find(|link| link["report"] == json!(report)).unwrap();
        link["words"][0]["said"]["similarity"].clone()
    };
    assert_eq!((word(&like), word(&linked)), (reports[0]["similarity"].clone(), Value::Null));
    assert_eq!(suggested()["reports"], json!([]));
    here.ok(&["phenomenon", "unlink", &begun, &like, "--reason", "Toinen kaupunki."]);
    assert_eq!(suggested()["reports"], json!([]), "somebody has said that it does not belong there");

    let second = id(&here.json(&["phenomenon", "begin", "--title", "Jonotus", "--language", "fi", "--report", &like]));
    let pairs = suggested()["pairs"].clone();
    let ids = [begun.clone().min(second.clone()), begun.clone().max(second.clone())];
    assert_eq!((&pairs[0]["one"], &pairs[0]["other"]), (&json!(ids[0]), &json!(ids[1])), "{pairs}");
    here.ok(&["phenomenon", "part", &begun, &second, "--reason", "Eri kaupungit."]);
    assert_eq!(suggested()["pairs"], json!([]));
}
