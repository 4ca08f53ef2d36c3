//! Words beside a working node: what is found, that all ways to the same reports find the same, that whatever happens to the
//! directory is made good, and that nothing ever waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use talkoot_protocol::api::Hit;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Moment;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::effect::Outcome;
use talkoot_protocol::time::Timestamp;

use super::super::powercut::Founders;
use super::*;
use crate::words::ORDERS_MAX;

/// Longer than any machine takes for what these tests wait for.
const LONG: Duration = Duration::from_secs(120);

/// Reports: language, title, description.
const REPORTS: [(&str, &str, &str); 6] = [
    ("fi", "Nuoret jonottavat asuntoa", "Asuntopula pahenee, ja nuorille tarjotaan vuokra-asuntoja kaukaa."),
    ("fi", "Omaishoitajien vapaapäivät", "Omaishoidon tuen päätöksiä odotetaan kuukausia."),
    ("fi", "Hammashoitoon ei pääse", "Hammaslääkärijono on kasvanut terveysasemilla."),
    ("sv", "Unga köar för bostäder", "Bostadslösheten ökar bland unga och hyran är hög."),
    ("en", "Young people wait for housing", "Homeless young people are sent from office to office."),
    ("se", "Giella", "Saamenkielinen palvelu puuttuu."),
];

/// A node that is always the same, in a directory of its own.
struct Site {
    founders: Founders,
    dir: tempfile::TempDir,
    core: Option<Core>,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let founders = Founders::new();
        let home = founders.found(&dir.path().join("home")).unwrap();
        let mut core = Core::open(&home).unwrap();
        stored(core.submit(vec![founders.employment.encode()]));
        Self { founders, dir, core: Some(core) }
    }

    fn core(&mut self) -> &mut Core {
        self.core.as_mut().unwrap()
    }

    fn words(&self) -> std::path::PathBuf {
        self.dir.path().join("home").join(DIR)
    }

    /// Closes the node, lets something be done to its directory, and opens it again.
    fn between(&mut self, done: impl FnOnce(&Path)) {
        self.core.take().unwrap().close().unwrap();
        done(&self.words());
        let home = crate::home::Home::open(&self.dir.path().join("home")).unwrap();
        self.core = Some(Core::open(&home).unwrap());
    }

    fn ask(&mut self, words: &str) -> Vec<Hit> {
        self.core().catch_up_words(LONG);
        let question = Question { words: words.into(), ..Question::default() };
        let Response::Found { hits, words } = self.core().search(&question, 50).unwrap() else { unreachable!() };
        assert_eq!(words.behind, 0);
        hits
    }

    /// What is like a report that is not here, to the last digit.
    fn alike(&mut self) -> Vec<(DocumentId, f64, Vec<String>)> {
        self.core().catch_up_words(LONG);
        let asked = fields("fi", "Asuntoja ei ole nuorille", "Vuokra-asuntojen jonot ovat pitkiä.");
        let Response::Found { hits, .. } = self.core().similar(None, asked, 0, 10).unwrap() else { unreachable!() };
        hits.into_iter().map(|hit| (hit.document, hit.score, hit.shared)).collect()
    }

    /// What each of some questions finds.
    fn answers(&mut self) -> BTreeMap<&'static str, BTreeSet<DocumentId>> {
        let questions =
            ["asunto", "asuntojen jono", "omaishoito", "lääkäri", "bostad", "homeless", "nuori", "palvelut", "uusi"];
        let ids = |hits: Vec<Hit>| hits.into_iter().map(|hit| hit.document).collect();
        questions.into_iter().map(|question| (question, ids(self.ask(question)))).collect()
    }
}

fn stored(outcomes: Vec<Outcome>) {
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Stored(_))), "{outcomes:?}");
}

fn moment(number: u8) -> Moment {
    Moment { claimed: Timestamp::from_millis(2), salt: [number; 16] }
}

fn fields(language: &str, title: &str, description: &str) -> Fields {
    let fields =
        json!({"title": title, "description": description, "language": language, "observed_period": "2026-05"});
    serde_json::from_value(fields).unwrap()
}

/// Signs the reports, and changes to some of them.
fn changes(founders: &Founders) -> Vec<Vec<u8>> {
    let author = founders.author();
    let mut changes = Vec::new();
    for (number, (language, title, description)) in (0..).zip(REPORTS) {
        let fields = fields(language, title, description);
        let first = author.begin(Kind::Report, Scope::Network, &fields, moment(number)).unwrap();
        changes.push(first.encode());
        if number % 2 == 1 {
            let first = Checked::sealed(&founders.charter.network(), first).unwrap();
            let edits = [("title".to_owned(), Some(json!(format!("Uusi: {title}"))))].into();
            changes.push(author.change(&[first], &edits, moment(number + 100)).unwrap().encode());
        }
    }
    changes
}

fn titles(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.title.as_str()).collect()
}

#[test]
fn reports_are_found_in_any_form_as_part_of_a_compound_and_in_another_language() {
    let mut site = Site::new();
    let changes = changes(&site.founders);
    stored(site.core().submit(changes));
    assert_eq!(titles(&site.ask("hammaslääkärille")), ["Hammashoitoon ei pääse"]);
    assert_eq!(titles(&site.ask("LÄÄKÄRIT")), ["Hammashoitoon ei pääse"]);
    assert_eq!(titles(&site.ask("pulasta"))[0], "Nuoret jonottavat asuntoa");
    assert_eq!(titles(&site.ask("omaishoitajalle")), ["Uusi: Omaishoitajien vapaapäivät"]);
    assert_eq!(
        titles(&site.ask("omaishoitajalle jonottamattomuus"))[0],
        "Uusi: Omaishoitajien vapaapäivät",
        "any word"
    );
    assert_eq!(titles(&site.ask("giella")), ["Uusi: Giella"], "a language without rules");
    assert_eq!(titles(&site.ask("paasta hammaslaakarijono")), ["Hammashoitoon ei pääse"], "typed without dots");
    let housing = titles(&site.ask("housing")).len();
    assert_eq!(housing, 3, "the same concept in three languages");
    assert!(site.ask("ja on och the").is_empty() && site.ask("").is_empty() && site.ask("qwertz").is_empty());
}

#[test]
fn hits_show_where_the_words_stand() {
    let mut site = Site::new();
    let changes = changes(&site.founders);
    stored(site.core().submit(changes));
    let hits = site.ask("vuokra-asunnoista");
    let hit = &hits[0];
    let marked = |text: &str, mark: &api::Mark| {
        text.chars().skip(mark.from as usize).take((mark.to - mark.from) as usize).collect::<String>()
    };
    let words: Vec<String> = hit.marks.iter().map(|mark| marked(&hit.excerpt, mark)).collect();
    assert_eq!(hit.field, "description");
    assert!(words.contains(&"vuokra".to_owned()) && words.contains(&"asuntoja".to_owned()), "{words:?}");
    assert_eq!(hit.title_marks.iter().map(|mark| marked(&hit.title, mark)).collect::<Vec<_>>(), ["asuntoa"]);
}

#[test]
fn alike_are_those_about_the_same_in_whatever_language() {
    let mut site = Site::new();
    let changes = changes(&site.founders);
    stored(site.core().submit(changes));
    site.core().catch_up_words(LONG);
    let asked = fields("fi", "Asuntoja ei ole nuorille", "Vuokra-asuntojen jonot ovat pitkiä.");
    let Response::Found { hits, .. } = site.core().similar(None, asked, 0, 5).unwrap() else { unreachable!() };
    assert_eq!(hits[0].title, "Nuoret jonottavat asuntoa");
    let others = ["Young people wait for housing", "Uusi: Unga köar för bostäder"];
    assert!(others.iter().all(|other| titles(&hits).contains(other)), "{:?}", titles(&hits));
    assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    assert_eq!(hits[0].shared, ["vuokra", "asuntoa", "nuoret"], "by what it was found");
    let nothing = fields("fi", "Sienet", "Kantarelleja kasvaa kuusikossa.");
    let Response::Found { hits: none, .. } = site.core().similar(None, nothing, 0, 5).unwrap() else { unreachable!() };
    assert!(none.is_empty(), "rather nothing than rubbish: {none:?}");
    let id = hits[0].document.to_string();
    let Response::Found { hits, .. } = site.core().similar(Some(&id), Fields::new(), 0, 10).unwrap() else {
        unreachable!()
    };
    assert!(hits.iter().all(|hit| hit.document.to_string() != id), "not like itself");
}

#[test]
fn every_order_and_every_pace_finds_the_same_as_a_rebuilt_directory() {
    let mut one = Site::new();
    let changes = changes(&one.founders);
    // One by one, each known before the next comes.
    for change in &changes {
        stored(one.core().submit(vec![change.clone()]));
        one.core().catch_up_words(LONG);
    }
    // All at once, backwards: what builds on something missing waits for it.
    let mut other = Site::new();
    other.core().catch_up_words(LONG);
    for change in changes.iter().rev() {
        other.core().submit(vec![change.clone()]);
    }
    for change in &changes {
        other.core().submit(vec![change.clone()]);
    }
    let expected = one.answers();
    assert!(expected.values().filter(|found| !found.is_empty()).count() >= 8, "{expected:?}");
    assert_eq!(other.answers(), expected);
    let alike = one.alike();
    assert!(alike.len() >= 3, "{alike:?}");
    assert_eq!(other.alike(), alike, "what was replaced on the way does not matter");
    one.between(|words| fs::remove_dir_all(words).unwrap());
    assert_eq!(one.answers(), expected, "rebuilt");
    assert_eq!(one.alike(), alike, "rebuilt");
    other.between(|_| {});
    assert_eq!(other.answers(), expected, "opened again");
}

#[test]
fn what_came_while_nobody_looked_after_words_is_caught_up() {
    let mut site = Site::new();
    let changes = changes(&site.founders);
    stored(site.core().submit(changes[..4].to_vec()));
    assert!(!site.ask("asunto").is_empty());
    site.between(|_| {});
    stored(site.core().submit(changes[4..].to_vec()));
    assert!(site.core().words.is_none(), "not looked after");
    assert_eq!(titles(&site.ask("homeless"))[0], "Young people wait for housing");
    assert_eq!(site.core().words_status().unwrap(), api::WordsStatus { documents: 6, behind: 0 });
}

#[test]
fn a_damaged_or_foreign_directory_is_built_anew() {
    let mut site = Site::new();
    let changes = changes(&site.founders);
    stored(site.core().submit(changes));
    let expected = site.answers();
    let files = |words: &Path| -> Vec<_> {
        let entries = fs::read_dir(words).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|end| end != "lock" && end != "json")).collect()
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 0x40;
        fs::write(path, bytes).unwrap();
    };
    type Damage<'a> = Box<dyn Fn(&Path) + 'a>;
    let damages: [Damage<'_>; 6] = [
        Box::new(|words| flip(&files(words)[0])),
        Box::new(|words| files(words).iter().for_each(|path| fs::write(path, b"").unwrap())),
        Box::new(|words| fs::remove_file(&files(words)[0]).unwrap()),
        Box::new(|words| fs::write(words.join("meta.json"), b"{}").unwrap()),
        Box::new(|words| {
            let meta = fs::read_to_string(words.join("meta.json")).unwrap();
            fs::write(words.join("meta.json"), meta.replace("talkoot-words/", "talkoot-words/9")).unwrap();
        }),
        Box::new(|words| {
            // It says that it is complete, and holds less than the log.
            let meta = fs::read_to_string(words.join("meta.json")).unwrap();
            let mut meta: Value = serde_json::from_str(&meta).unwrap();
            meta["segments"] = json!([]);
            fs::write(words.join("meta.json"), meta.to_string()).unwrap();
        }),
    ];
    for (number, damage) in damages.iter().enumerate() {
        site.between(damage);
        assert_eq!(site.answers(), expected, "damage {number}");
    }
}

/// What does not fit in the queue waits in memory; who submits does not.
#[test]
fn a_full_queue_blocks_nobody_and_loses_nothing() {
    let mut site = Site::new();
    let (reader, network) = (site.core().store().reader(), site.founders.charter.network());
    let home = site.dir.path().join("home");
    // A thread that never begins: if anything waited for it, this test would not end.
    let (words, work) = Words::held(&home, reader, network);
    site.core().words = Some(words);
    let count = ORDERS_MAX + 100;
    for group in 0..count.div_ceil(100) {
        let author = site.founders.author();
        let report = |number: usize| {
            let mut moment = moment(0);
            moment.salt[..8].copy_from_slice(&(group * 100 + number).to_le_bytes());
            let fields = fields("fi", "Jono", "Jonossa odotetaan.");
            author.begin(Kind::Report, Scope::Network, &fields, moment).unwrap().encode()
        };
        let reports = (0..100.min(count - group * 100)).map(report).collect();
        stored(site.core().submit(reports));
        if let Some(words) = &mut site.core().words {
            words.give_without_waiting_for_quiet();
        }
        site.core().feed_words();
    }
    let (noted, given) = site.core().words.as_ref().unwrap().waiting();
    assert_eq!((noted, given), (100, ORDERS_MAX as u64));
    assert_eq!(site.core().words_status().unwrap().behind, count as u64);
    let thread = std::thread::spawn(work);
    assert_eq!(site.ask("jono").len(), 50);
    assert_eq!(site.core().words_status().unwrap(), api::WordsStatus { documents: count as u64, behind: 0 });
    site.core().words = None;
    thread.join().unwrap();
}
