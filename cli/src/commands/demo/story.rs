//! What the four organisations do with the sample world: workers sign reports, coordinators begin phenomena and link reports, ask
//! for something, and decision makers answer. Each signs at home; what others wrote before has arrived there by then.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use talkoot_protocol::date::Date;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::word::{Facet, FacetName, Link, LinkState, Others, Summary, Title, Word as Said};
use talkoot_protocol::proposal::Word as Asked;
use talkoot_protocol::proposal::codes::{AnswerCode, Effect};
use talkoot_protocol::proposal::words::{Addressee, Answer, Ask, Decision, Outcome, Parts, Receipt, Recorded, Tag};
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::signed::Verified;
use talkoot_protocol::sync::check::Checked;

use crate::error::{Error, Result};
use crate::house::House;
use crate::luck::Luck;
use crate::world::{self, World};

/// Who joins reports into phenomena, by the name of the key file.
pub(super) const COORDINATOR: &str = "coordinator";
/// Who answers proposals.
pub(super) const DECISION_MAKER: &str = "decision-maker";
/// Most reports that one organisation links to one phenomenon, however large the world is.
const LINKED_MAX: usize = 25;
/// When answers are given, and when somebody looks what came of them.
const ANSWERED: &str = "2026-09-15";
const FOUND: &str = "2026-10-20";

/// Changes to be submitted, by the number of the house that signed them.
pub(super) type Signed = BTreeMap<usize, Vec<Vec<u8>>>;
/// What is to be written in a joint document, by path.
type Entries = BTreeMap<String, Value>;

/// The world as it becomes documents.
pub(super) struct Story<'a> {
    houses: &'a [House],
    world: &'a World,
    luck: Luck,
    /// Reports by their numbers in the world.
    pub(super) reports: Vec<DocumentId>,
    /// First changes of phenomena.
    phenomena: Vec<Checked>,
    /// First changes of proposals, with what they ask.
    proposals: Vec<(Checked, Ask)>,
}

/// Returns the number of a house among those of the demonstration.
pub(super) fn place(house: world::House) -> usize {
    match house {
        world::House::County => 0,
        world::House::Municipality => 1,
        world::House::Ngo => 2,
        world::House::University => 3,
    }
}

impl<'a> Story<'a> {
    pub(super) fn new(houses: &'a [House], world: &'a World, luck: Luck) -> Self {
        Self { houses, world, luck, reports: Vec::new(), phenomena: Vec::new(), proposals: Vec::new() }
    }

    /// Returns the phenomenon of a number.
    pub(super) fn phenomenon(&self, number: usize) -> Option<DocumentId> {
        self.phenomena.get(number).map(|first| first.change().document())
    }

    /// Signs the reports.
    pub(super) fn reports(&mut self) -> Result<Signed> {
        let mut signed = Signed::new();
        for written in &self.world.reports {
            let at = place(written.house);
            let house = self.house(at)?;
            let author = house.author(written.worker.saturating_sub(1)).ok_or_else(|| nobody(house))?;
            let change = author.begin(Kind::Report, Scope::Network, &written.fields, self.luck.moment()?);
            let change = change.map_err(Error::failed)?;
            self.reports.push(change.document());
            signed.entry(at).or_default().push(change.encode());
        }
        Ok(signed)
    }

    /// Begins the phenomena: the county, the municipality and the association in turn.
    pub(super) fn begin_phenomena(&mut self) -> Result<Signed> {
        let mut signed = Signed::new();
        for number in 0..self.world.phenomena.len() {
            let at = number % 3;
            let entries = self.known(number, at, true)?;
            let first = self.begin(at, Kind::Phenomenon, &entries)?;
            signed.entry(at).or_default().push(first.bytes().to_vec());
            self.phenomena.push(first);
        }
        Ok(signed)
    }

    /// Adds what the others know of the phenomena, and asks for something.
    pub(super) fn join_and_ask(&mut self) -> Result<Signed> {
        let mut signed = Signed::new();
        for number in 0..self.phenomena.len() {
            for at in (0..self.houses.len()).filter(|at| *at != number % 3) {
                let entries = self.known(number, at, false)?;
                if let (false, Some(first)) = (entries.is_empty(), self.phenomena.get(number).cloned()) {
                    let change = self.add(at, COORDINATOR, &first, &entries)?;
                    signed.entry(at).or_default().push(change);
                }
            }
        }
        for proposal in &self.world.proposals {
            let ask = self.ask(proposal)?;
            let at = place(proposal.owner);
            let first = self.begin(at, Kind::Proposal, &entry_of(&Asked::Ask(Box::new(ask.clone())))?)?;
            signed.entry(at).or_default().push(first.bytes().to_vec());
            self.proposals.push((first, ask));
        }
        Ok(signed)
    }

    /// Answers what is answered, acknowledges some of the rest, and says what came of what was accepted.
    pub(super) fn answer(&mut self) -> Result<Signed> {
        let mut signed = Signed::new();
        let proposals = std::mem::take(&mut self.proposals);
        for (number, (proposal, (first, ask))) in self.world.proposals.iter().zip(&proposals).enumerate() {
            let tag = Tag(u32::try_from(number).unwrap_or_default());
            let owner = place(proposal.owner);
            let mut words = Vec::new();
            match (proposal.answer, proposal.addressee.map(place)) {
                (Some(reply), Some(asked)) => {
                    words.push((asked, DECISION_MAKER, Asked::Answer(tag, Box::new(self.answer_of(reply, ask)?))));
                }
                (Some(reply), None) => {
                    let answer = self.answer_of(reply, ask)?;
                    let recorded = Recorded { from: proposal.body.clone(), answer };
                    words.push((owner, COORDINATOR, Asked::Recorded(tag, Box::new(recorded))));
                }
                (None, Some(asked)) if number % 4 == 2 => {
                    let receipt = Receipt { date: date(ANSWERED)?, other: Parts::new() };
                    words.push((asked, DECISION_MAKER, Asked::Receipt(receipt)));
                }
                (None, _) => {}
            }
            if proposal.answer.is_some_and(|reply| reply.code == "accepted") {
                words.push((owner, COORDINATOR, Asked::Outcome(tag, outcome()?)));
            }
            // By one house one change after the other, by two houses beside each other.
            for (at, who, word) in words {
                let change = self.add(at, who, first, &entry_of(&word)?)?;
                signed.entry(at).or_default().push(change);
            }
        }
        self.proposals = proposals;
        Ok(signed)
    }

    /// Returns what one house knows of a phenomenon: its own facets, and its own reports.
    fn known(&mut self, number: usize, at: usize, begins: bool) -> Result<Entries> {
        let Some(phenomenon) = self.world.phenomena.get(number) else { return Ok(Entries::new()) };
        let mut words = Vec::new();
        if begins {
            let (text, language) = (phenomenon.title.clone(), Some(Language::Fi.into()));
            words.push(Said::Title(Title { text, language, others: Others::new() }));
            words.push(Said::Summary(Summary { text: phenomenon.summary.clone(), others: Others::new() }));
        }
        for facet in phenomenon.facets.iter().filter(|facet| place(facet.house) == at) {
            let name = self.luck.bytes()?;
            let name = FacetName::new(std::array::from_fn(|at| name.get(at).copied().unwrap_or_default()));
            let (aspect, value) = (facet.aspect.clone(), facet.value.clone());
            words.push(Said::Facet(name, Facet { aspect, value, ..Facet::default() }));
        }
        let own = self.world.reports.iter().zip(&self.reports);
        let own = own.filter(|(written, _)| written.about == number && place(written.house) == at);
        let link = Link { state: LinkState::Linked, reason: None, similarity: None, others: Others::new() };
        words.extend(own.take(LINKED_MAX).map(|(_, report)| Said::Link(*report, link.clone())));
        words.iter().map(|word| word.entry().map_err(|error| Error::refused(error.to_string()))).collect()
    }

    fn ask(&self, proposal: &world::Proposal) -> Result<Ask> {
        let organisation =
            proposal.addressee.map(|asked| self.house(place(asked)).map(|house| house.id)).transpose()?;
        let addressee = Addressee { organisation, body: Some(proposal.body.clone()), other: Parts::new() };
        Ok(Ask {
            title: proposal.text.clone(),
            text: proposal.why.clone(),
            addressee,
            level: Some(Code::from_key(&proposal.level)),
            deadline: date(proposal.deadline)?,
            phenomena: self.phenomenon(proposal.about).into_iter().collect(),
            reports: Vec::new(),
            language: Some(Code::from_key(proposal.language)),
            other: Parts::new(),
        })
    }

    fn answer_of(&self, reply: world::Reply, ask: &Ask) -> Result<Answer> {
        let code: AnswerCode = reply.code.parse().map_err(Error::failed)?;
        let (county, town) = (self.house(0)?.id, self.house(1)?.id);
        let other = if ask.addressee.organisation == Some(county) { town } else { county };
        let decided = ask.addressee.body.clone();
        Ok(Answer {
            code: code.into(),
            reason: reply.reason.to_owned(),
            to: (code == AnswerCode::Forwarded).then(|| other.into()),
            decision: Some(Decision { body: decided, date: Some(date(ANSWERED)?), ..Decision::default() }),
            date: date(ANSWERED)?,
            wording: Some(ask.wording()),
            other: Parts::new(),
        })
    }

    fn house(&self, at: usize) -> Result<&'a House> {
        self.houses.get(at).ok_or_else(|| Error::refused(format!("the demonstration has no house number {at}")))
    }

    /// Signs the first change of a joint document, by a house's coordinator.
    fn begin(&mut self, at: usize, kind: Kind, entries: &Entries) -> Result<Checked> {
        let house = self.house(at)?;
        let author = officer(house, COORDINATOR)?;
        let prefix = Prefix::of(&house.id);
        let fields: Map<String, Value> =
            entries.iter().map(|(path, value)| (prefix.entry(path), value.clone())).collect();
        let change = author.begin(kind, Scope::Network, &fields, self.luck.moment()?).map_err(Error::failed)?;
        sealed(author, change)
    }

    /// Signs what a house says in a joint document, right after its first change.
    fn add(&mut self, at: usize, who: &str, first: &Checked, entries: &Entries) -> Result<Vec<u8>> {
        let house = self.house(at)?;
        let author = officer(house, who)?;
        let prefix = Prefix::of(&house.id);
        let edits = entries.iter().map(|(path, value)| (prefix.entry(path), Some(value.clone()))).collect();
        let history = std::slice::from_ref(first);
        author.change(history, &edits, self.luck.moment()?).map(|change| change.encode()).map_err(Error::failed)
    }
}

fn officer<'h>(house: &'h House, name: &str) -> Result<Author<'h>> {
    house.officer(name).ok_or_else(|| nobody(house))
}

fn nobody(house: &House) -> Error {
    Error::refused(format!("the demonstration lacks somebody in {}", house.plan.short))
}

fn sealed(author: Author<'_>, change: Verified) -> Result<Checked> {
    Checked::sealed(&author.network, change).map_err(|refused| Error::refused(refused.refusal.to_string()))
}

fn entry_of(word: &Asked) -> Result<Entries> {
    let entry = word.entry().map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Error::refused(faults.join(", "))
    })?;
    Ok(Entries::from([entry]))
}

fn outcome() -> Result<Outcome> {
    let text = "Ensimmäinen kokeilu on alkanut.".to_owned();
    Ok(Outcome { date: date(FOUND)?, effect: Effect::Partly.into(), text, link: None, other: Parts::new() })
}

/// Reads one of the world's days.
pub(super) fn date(text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::refused(format!("{text:?} is no day")))
}
