//! What the organisations of the sample world do together: what each says of a phenomenon, what is asked of whom, and how it is
//! answered.

use serde::Serialize;

use super::{House, MATTERS, Matter};
use crate::dice::Dice;

/// Phenomena with an aspect on which two organisations contradict each other.
pub const CONTRADICTIONS: usize = 3;
/// Of all proposals so many in ten are answered.
const ANSWERED_IN_TEN: usize = 4;
/// Answers and why they are given, in Finnish and Swedish.
const ANSWERS: [(&str, &str, &str); 6] = [
    ("accepted", "Otetaan ensi vuoden toimintasuunnitelmaan.", "Tas med i nästa års verksamhetsplan."),
    (
        "partly",
        "Kokeillaan yhdellä alueella; muusta päätetään talousarviossa.",
        "Prövas i ett område; resten avgörs i budgeten.",
    ),
    (
        "forwarded",
        "Toimivalta on toisella; pyyntö on siirretty sinne.",
        "En annan har befogenheten; begäran är sänd dit.",
    ),
    ("rejected", "Määrärahaa ei ole, eikä laki velvoita.", "Det finns inget anslag och lagen kräver det inte."),
    ("in_progress", "Asiaa valmistellaan jo työryhmässä.", "En arbetsgrupp bereder redan ärendet."),
    ("not_ours", "Tehtävä ei kuulu tälle viranomaiselle.", "Uppgiften hör inte till denna myndighet."),
];

/// What an organisation says of one aspect of a phenomenon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The organisation.
    pub house: House,
    /// The aspect.
    pub aspect: String,
    /// Its value.
    pub value: String,
}

/// A phenomenon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phenomenon {
    /// A short name of it.
    pub key: String,
    /// Its title in Finnish.
    pub title: String,
    /// The same in a few sentences.
    pub summary: String,
    /// What organisations say of it; in the first [`CONTRADICTIONS`] phenomena two contradict each other on the last aspect.
    pub facets: Vec<Facet>,
}

/// How a proposal is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The answer's code.
    pub code: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// What is asked of whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Number of the phenomenon.
    pub about: usize,
    /// What should be done.
    pub text: String,
    /// Why.
    pub why: String,
    /// The language of both.
    pub language: &'static str,
    /// Who asks.
    pub owner: House,
    /// The organisation that is asked, if it is one of the four; a body outside otherwise.
    pub addressee: Option<House>,
    /// The addressee in words.
    pub body: String,
    /// The level on which it has to be decided.
    pub level: String,
    /// The last day for an answer.
    pub deadline: &'static str,
    /// How it is answered, if it is.
    pub answer: Option<Reply>,
}

/// Returns all phenomena.
pub(super) fn phenomena() -> Vec<Phenomenon> {
    let houses = [House::County, House::Municipality, House::Ngo];
    let describe = |(number, matter): (usize, &Matter)| {
        let said = matter.facets.iter().zip(houses.iter().cycle());
        let mut facets: Vec<Facet> = said
            .map(|((aspect, value), house)| Facet { house: *house, aspect: aspect.clone(), value: value.clone() })
            .collect();
        if let Some(last) = facets.last().filter(|_| number < CONTRADICTIONS).cloned() {
            let house = if last.house == House::Ngo { House::County } else { House::Ngo };
            facets.push(Facet { house, value: format!("muu kuin {}", last.value), ..last });
        }
        let title = matter.fi.title.first().cloned().unwrap_or_default();
        Phenomenon { key: matter.key.clone(), title, summary: matter.fi.seen.join(" "), facets }
    };
    MATTERS.iter().enumerate().map(describe).collect()
}

/// Returns two proposals about each phenomenon, the second in Swedish.
pub(super) fn proposals(seed: u64) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (about, matter) in MATTERS.iter().enumerate() {
        for (language, texts) in [("fi", &matter.fi), ("sv", &matter.sv)] {
            let number = proposals.len();
            let mut dice = Dice::new(seed ^ 0xa5c, number as u64);
            let (owner, addressee) = match matter.level.as_str() {
                "county" => (House::Ngo, Some(House::County)),
                "municipality" => (House::County, Some(House::Municipality)),
                _ => (House::University, None),
            };
            let answered = number * ANSWERED_IN_TEN % 10 < ANSWERED_IN_TEN;
            let reply = |(code, fi, sv): &(&'static str, &'static str, &'static str)| Reply {
                code,
                reason: if language == "fi" { fi } else { sv },
            };
            proposals.push(Proposal {
                about,
                text: texts.proposal.clone(),
                why: texts.seen.first().cloned().unwrap_or_default(),
                language,
                owner,
                addressee,
                body: texts.addressee.clone(),
                level: matter.level.clone(),
                deadline: if language == "fi" { "2026-09-30" } else { "2026-12-31" },
                answer: dice.draw(&ANSWERS).map(reply).filter(|_| answered),
            });
        }
    }
    proposals
}
