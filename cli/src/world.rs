//! The sample world: what four organisations of one county might report in two half-years, invented from a seed, at any size. For
//! demonstrations, tests and measurements; about phenomena and no person.
//!
//! The phenomena are written by hand, in Finnish, Swedish and English (`cli/world/phenomena.json`); reports about them are put
//! together from their sentences. The same seed and number give the same report. Some things are planted, so that what should
//! find them can be measured: pairs of reports on one matter in other words or another language, aspects on which organisations
//! contradict one another, proposals that are answered, and proposals that nobody answers ([`joint`]); and apart from the reports
//! texts in which invented identifiers are planted, and texts without any ([`texts`]).

pub mod joint;
pub mod texts;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use talkoot_protocol::document::Fields;

use crate::dice::Dice;

/// The seed of the small set that tests hold fast.
pub const SEED: u64 = 1;
/// Reports in the small set.
pub const REPORTS: usize = 400;
/// Pairs of reports on one matter in the small set; of these every third is in two languages.
pub const PAIRS: usize = 6;
/// The day on which the world is looked at: after some deadlines, before others.
pub const DAY: &str = "2026-11-02";
/// Municipalities of the county, and how often each is drawn.
const AREAS: [(&str, usize); 8] =
    [("491", 8), ("740", 6), ("593", 5), ("213", 3), ("623", 3), ("507", 2), ("178", 2), ("097", 1)];

pub use joint::{CONTRADICTIONS, Facet, Phenomenon, Proposal, Reply};

/// Who reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum House {
    /// A wellbeing services county.
    County,
    /// A municipality.
    Municipality,
    /// An association.
    Ngo,
    /// A university of applied sciences.
    University,
}

/// Houses, and how many of a hundred reports each writes.
const HOUSES: [(House, usize); 4] =
    [(House::County, 38), (House::Municipality, 24), (House::Ngo, 28), (House::University, 10)];

/// What a report says of whether the services that were offered met the need, if anything, and how many of a hundred say so: of
/// something good, of good and bad, of something bad.
const MET_GOOD: [(Option<&str>, usize); 3] = [(None, 24), (Some("met"), 52), (Some("partly"), 24)];
const MET_MIXED: [(Option<&str>, usize); 4] =
    [(None, 26), (Some("met"), 18), (Some("partly"), 40), (Some("not_met"), 16)];
const MET_BAD: [(Option<&str>, usize); 5] =
    [(None, 28), (Some("met"), 6), (Some("partly"), 24), (Some("not_met"), 28), (Some("nothing_offered"), 14)];

/// Languages, and how many of a hundred reports are in each.
const LANGUAGES: [(&str, usize); 3] = [("fi", 65), ("sv", 22), ("en", 13)];

#[derive(Debug, Clone, Deserialize)]
struct Texts {
    title: Vec<String>,
    seen: Vec<String>,
    detail: Vec<String>,
    tried: String,
    proposal: String,
    addressee: String,
}

/// A phenomenon as it is written by hand.
#[derive(Debug, Clone, Deserialize)]
struct Matter {
    key: String,
    kind: String,
    valence: String,
    support_need: Vec<u8>,
    service_task: Vec<String>,
    groups: Vec<String>,
    sector: Vec<String>,
    level: String,
    cause: String,
    effect: String,
    fi: Texts,
    sv: Texts,
    en: Texts,
    facets: Vec<(String, String)>,
}

static MATTERS: LazyLock<Vec<Matter>> = LazyLock::new(|| {
    // Committed with the program; a test reads all of it.
    serde_json::from_str(include_str!("../world/phenomena.json")).unwrap_or_default()
});

impl Matter {
    fn texts(&self, language: &str) -> &Texts {
        match language {
            "sv" => &self.sv,
            "en" => &self.en,
            _ => &self.fi,
        }
    }
}

/// One report and its writer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Written {
    /// The organisation.
    pub house: House,
    /// Which of its workers, from 1.
    pub worker: usize,
    /// Number of the phenomenon it is about.
    pub about: usize,
    /// The report's fields.
    pub fields: Fields,
}

/// Everything.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Reports, in the order of their numbers.
    pub reports: Vec<Written>,
    /// Numbers of reports that tell of one matter in other words.
    pub pairs: Vec<(usize, usize)>,
    /// Phenomena.
    pub phenomena: Vec<Phenomenon>,
    /// Proposals.
    pub proposals: Vec<Proposal>,
}

impl World {
    /// Invents a world of so many reports.
    pub fn new(seed: u64, reports: usize) -> Self {
        let mut written: Vec<Written> = (0..reports).map(|number| report(seed, number)).collect();
        let pairs = plant_pairs(seed, &mut written);
        Self { reports: written, pairs, phenomena: joint::phenomena(), proposals: joint::proposals(seed) }
    }
}

/// Returns a value drawn by its weight.
fn weighted<T: Copy>(dice: &mut Dice, of: &[(T, usize)]) -> Option<T> {
    let total: usize = of.iter().map(|(_, weight)| weight).sum();
    let mut at = usize::try_from(dice.roll() % u64::try_from(total).ok()?.max(1)).ok()?;
    of.iter().find(|(_, weight)| at.checked_sub(*weight).map(|rest| at = rest).is_none()).map(|(value, _)| *value)
}

fn drawn<'a>(dice: &mut Dice, of: &'a [String]) -> &'a str {
    dice.draw(of).map_or("", String::as_str)
}

/// Returns the report of a number.
fn report(seed: u64, number: usize) -> Written {
    let mut dice = Dice::new(seed, number as u64);
    let about = (dice.roll() % MATTERS.len().max(1) as u64) as usize;
    let house = weighted(&mut dice, &HOUSES).unwrap_or(House::County);
    let language = weighted(&mut dice, &LANGUAGES).unwrap_or("fi");
    write(&mut dice, house, about, language)
}

fn write(dice: &mut Dice, house: House, about: usize, language: &str) -> Written {
    let worker = 1 + (dice.roll() % 5) as usize;
    let fields = MATTERS.get(about).map(|matter| fields(dice, matter, house, language)).unwrap_or_default();
    Written { house, worker, about, fields }
}

fn fields(dice: &mut Dice, matter: &Matter, house: House, language: &str) -> Fields {
    let texts = matter.texts(language);
    let area = weighted(dice, &AREAS).unwrap_or("491");
    let period = if dice.roll() % 100 < 45 { "2025-H2" } else { "2026-H1" };
    let trend = ["new", "growing", "growing", "stable", "declining"][(dice.roll() % 5) as usize];
    let spread = ["single_repeated", "some", "some", "many", "many", "very_common"][(dice.roll() % 6) as usize];
    let (group, age) = drawn(dice, &matter.groups).split_once(':').unwrap_or(("everyone", "all"));
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("title", json!(drawn(dice, &texts.title)));
    put("description", json!(description(dice, texts)));
    put("kind", json!(matter.kind));
    put("valence", json!(matter.valence));
    put("support_need", json!(matter.support_need));
    put("target_group", json!([{"group": group, "age": age}]));
    put("extent", json!({"spread": spread, "trend": trend}));
    put("area", json!([{"scheme": "municipality", "year": 2026, "code": area}]));
    put("level", json!(matter.level));
    put("sector", json!(matter.sector));
    put("cause", json!({"code": matter.cause}));
    put("done_so_far", json!(texts.tried));
    put("effect", json!(matter.effect));
    put("proposal", json!([{"text": texts.proposal, "addressee": texts.addressee, "level": matter.level}]));
    let evidence = ["own_observation", "client_told"][(dice.roll() % 2) as usize];
    put("evidence", json!([{"code": evidence}]));
    let involved = ["not", "heard", "heard", "co_written"][(dice.roll() % 4) as usize];
    put("client_involved", json!(involved));
    put("observed_period", json!(period));
    let met = match matter.valence.as_str() {
        "positive" => weighted(dice, &MET_GOOD),
        "mixed" => weighted(dice, &MET_MIXED),
        _ => weighted(dice, &MET_BAD),
    };
    met.flatten().into_iter().for_each(|met| put("need_met", json!(met)));
    put("language", json!(language));
    put("form", json!(talkoot_protocol::report::schema::FORM));
    let own = match house {
        House::Ngo => vec![("variant", json!("ngo")), ("author_role", json!("ngo_worker"))],
        House::University => vec![
            ("variant", json!("professional")),
            ("author_role", json!("student")),
            ("service_task", json!(matter.service_task)),
        ],
        House::County | House::Municipality => vec![
            ("variant", json!("professional")),
            ("author_role", json!("social_worker")),
            ("service_task", json!(matter.service_task)),
        ],
    };
    own.into_iter().for_each(|(name, value)| put(name, value));
    fields
}

/// Puts two or three sentences together, none twice.
fn description(dice: &mut Dice, texts: &Texts) -> String {
    let first = (dice.roll() % texts.seen.len().max(1) as u64) as usize;
    let mut sentences: Vec<&str> = texts.seen.get(first).map(String::as_str).into_iter().collect();
    if dice.roll().is_multiple_of(2) {
        sentences.extend(texts.seen.get((first + 1) % texts.seen.len().max(1)).map(String::as_str));
    }
    sentences.push(drawn(dice, &texts.detail));
    sentences.join(" ")
}

/// Makes some later reports tell of what an earlier one of another organisation tells, every third in another language.
fn plant_pairs(seed: u64, reports: &mut [Written]) -> Vec<(usize, usize)> {
    let count = (PAIRS * reports.len()).div_ceil(REPORTS).min(reports.len() / 4);
    let stride = reports.len() / (2 * count.max(1)).max(1);
    let mut pairs = Vec::new();
    for number in 0..count {
        let (first, second) = (number * stride, reports.len() - 1 - number * stride);
        let Some(told) = reports.get(first).cloned() else { continue };
        let mut dice = Dice::new(seed ^ 0x5eed, number as u64);
        let house = if told.house == House::Ngo { House::County } else { House::Ngo };
        let language = told.fields.get("language").and_then(Value::as_str).unwrap_or("fi").to_owned();
        let other = if language == "fi" { "sv" } else { "fi" };
        let mut again = write(&mut dice, house, told.about, if number % 3 == 2 { other } else { &language });
        for same in ["area", "observed_period", "target_group"] {
            if let Some(value) = told.fields.get(same) {
                again.fields.insert(same.to_owned(), value.clone());
            }
        }
        if let Some(place) = reports.get_mut(second) {
            *place = again;
            pairs.push((first, second));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use talkoot_protocol::id::{ChangeId, sha256};
    use talkoot_protocol::report::{Report, check};
    use talkoot_protocol::scan::{Action, scan};

    use super::*;

    fn small() -> World {
        World::new(SEED, REPORTS)
    }

    #[test]
    fn every_report_may_be_signed_and_names_nobody() {
        for written in small().reports {
            let (report, problems) = Report::read(written.fields);
            assert!(problems.is_empty(), "{}: {problems:?}", report.title);
            let issues = check(&report);
            assert!(issues.is_empty(), "{}: {issues:?}", report.title);
            for text in report.texts() {
                let found = scan(text.text);
                assert!(found.iter().all(|found| found.action == Action::Warn), "{}: {found:?}", text.text);
            }
        }
    }

    #[test]
    fn the_small_world_is_as_varied_as_a_county() {
        let world = small();
        assert_eq!((world.reports.len(), world.phenomena.len(), world.proposals.len()), (REPORTS, 15, 30));
        assert_eq!(world.pairs.len(), PAIRS);
        let answered = world.proposals.iter().filter(|proposal| proposal.answer.is_some()).count();
        assert_eq!(answered, 12);
        let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for written in &world.reports {
            for field in ["language", "observed_period", "valence"] {
                *counts.entry((field, written.fields[field].to_string())).or_default() += 1;
            }
        }
        assert!(counts.len() == 8 && counts.values().all(|count| *count >= 20), "{counts:?}");
        let met = |code: &str| {
            world.reports.iter().filter(|written| written.fields.get("need_met") == Some(&json!(code))).count()
        };
        assert!(["met", "partly", "not_met", "nothing_offered"].map(met).into_iter().all(|count| count >= 20));
        let houses: BTreeSet<_> = world.reports.iter().map(|written| written.house).collect();
        assert_eq!(houses.len(), 4);
    }

    #[test]
    fn pairs_are_of_one_matter_and_two_houses() {
        for size in [40, REPORTS, 3_000] {
            let World { reports, pairs, .. } = World::new(SEED, size);
            assert!(pairs.len() >= size / 100, "{size}: {pairs:?}");
            for (one, other) in pairs {
                let (one, other) = (&reports[one], &reports[other]);
                assert_eq!((one.about, &one.fields["area"]), (other.about, &other.fields["area"]));
                assert_ne!(one.house, other.house);
            }
        }
    }

    #[test]
    fn three_phenomena_hold_a_contradiction() {
        let contradicts = |phenomenon: &&Phenomenon| {
            let aspects: BTreeSet<_> = phenomenon.facets.iter().map(|facet| &facet.aspect).collect();
            aspects.len() < phenomenon.facets.len()
        };
        assert_eq!(small().phenomena.iter().filter(contradicts).count(), CONTRADICTIONS);
    }

    #[test]
    fn the_same_seed_gives_the_same_world() {
        assert_eq!(small(), small());
        let fields: Vec<_> = small().reports.into_iter().map(|written| written.fields).collect();
        let bytes = serde_json::to_vec(&fields).unwrap();
        let fingerprint = ChangeId::from_bytes(sha256(&[&bytes])).short();
        assert_eq!(fingerprint, "5e9d4e08ad", "tests elsewhere may count on the small world");
    }
}
