//! The card: everything that is said of a phenomenon, put together. Equal words give equal cards, byte for byte as JSON, whoever
//! computes them and in whatever order the words came.
//!
//! The order everywhere is: document, organisation, path, and for one entry automerge's own.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Attributed;
use super::aspect::Aspect;
use super::code::StatusCode;
use super::group::{Edge, Groups};
use super::key::key;
use super::link::{Linked, Reports, Standing};
use super::trend::Course;
use super::word::{Facet, Link, PeriodNote, Settlement, Status, Summary, Title, Word};
use crate::id::{DocumentId, OrganisationId, sha256};
use crate::joint::{Joint, Source};
use crate::report::code::Code;
use crate::report::codes::Language;
use crate::report::period::HalfYear;
use crate::scope::Scope;
use crate::time::Timestamp;

/// Longest value shown of an entry this version cannot read, in bytes of JSON.
pub const UNREAD_BYTES_MAX: usize = 4 * 1024;

/// A phenomenon as everyone sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Card {
    /// Its id: the least of its documents'.
    pub id: DocumentId,
    /// Its documents, more than one where phenomena were merged.
    pub documents: Vec<Begun>,
    /// What it is called by the organisation that began it, or else by another.
    pub title: Option<String>,
    /// What everyone calls it.
    pub titles: Vec<Attributed<Title>>,
    /// It in a few sentences, each by whom.
    pub summaries: Vec<Attributed<Summary>>,
    /// How far it has come, if all who say so say the same.
    pub status: Option<Code<StatusCode>>,
    /// How far it has come, each by whom.
    pub statuses: Vec<Attributed<Status>>,
    /// What is said of it, by aspect.
    pub aspects: Vec<Aspect>,
    /// How many aspects hold a contradiction that is not settled.
    pub open: usize,
    /// The reports somebody linked or unlinked.
    pub links: Vec<Linked>,
    /// How it goes.
    pub course: Course,
    /// What is said about merging it with others.
    pub merges: Vec<Edge>,
    /// Entries that this version cannot read.
    pub unread: Vec<Attributed<Unread>>,
}

/// How one of its documents began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Begun {
    /// The document.
    pub document: DocumentId,
    /// For whom it is.
    pub scope: Scope,
    /// The organisation that began it.
    pub owner: OrganisationId,
    /// When, by that worker's clock.
    pub begun: Timestamp,
}

/// An entry that this version cannot read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unread {
    /// Its value, unless it is long.
    pub value: Option<Value>,
    /// Its size in bytes of JSON.
    pub bytes: usize,
}

/// A card in one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonBrief"))]
pub struct Brief {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub title: Option<String>,
    /// How many documents it is merged from.
    pub documents: usize,
    /// Everyone who says anything in it.
    pub organisations: Vec<OrganisationId>,
    /// How far it has come, if all who say so say the same.
    pub status: Option<Code<StatusCode>>,
    /// How many facets it has.
    pub facets: usize,
    /// How many values organisations agree on.
    pub agreements: usize,
    /// How many contradictions are not settled.
    pub open: usize,
    /// How many reports are linked.
    pub reports: usize,
    /// When the document it is named by was begun, by that worker's clock.
    pub begun: Timestamp,
}

/// Returns the title by which it is called: that of the organisation that began it, or else the first.
fn heading(titles: &[Attributed<Title>], owner: OrganisationId) -> Option<&Title> {
    let owners = titles.iter().find(|title| title.by.organisation == owner);
    owners.or(titles.first()).map(|title| &title.said)
}

/// Computes the card of a group, or of the group a document is in; `None` if it is not here. `reports` tells of the reports it
/// links, [`linked`] which these are; one that is for fewer than the phenomenon is passed over, since not everyone who computes the
/// card can know it.
pub fn card(groups: &Groups<'_>, id: &DocumentId, reports: &Reports) -> Option<Card> {
    let id = groups.id_of(id)?;
    let documents: Vec<&Joint> = groups.documents(&id).collect();
    let mut words = Words::default();
    documents.iter().for_each(|joint| words.gather(joint));
    let aspects = words.aspects();
    let may_show = |report: &Scope| documents.iter().any(|joint| report.may_be_named_in(&joint.scope));
    let links = std::mem::take(&mut words.links)
        .into_iter()
        .map(|(report, words)| Linked::new(report, words, reports.get(&report).filter(|known| may_show(&known.scope))));
    let links: Vec<_> = links.collect();
    Some(Card {
        id,
        title: documents.first().and_then(|joint| words.heading(joint.owner)),
        documents: documents.iter().map(|joint| Begun::of(joint)).collect(),
        status: words.status(),
        open: aspects.iter().filter(|aspect| aspect.is_open()).count(),
        aspects,
        course: Course::new(words.periods, &links),
        links,
        merges: groups.edges(&id).cloned().collect(),
        titles: words.titles,
        summaries: words.summaries,
        statuses: words.statuses,
        unread: words.unread,
    })
}

/// Returns the reports that a group's words name as linked or unlinked.
pub fn linked(groups: &Groups<'_>, id: &DocumentId) -> BTreeSet<DocumentId> {
    let group = groups.id_of(id);
    let documents = group.iter().flat_map(|group| groups.documents(group));
    documents
        .flat_map(|joint| joint.under("link").filter_map(|(_, name, _)| name.parse().ok()))
        .collect::<BTreeSet<DocumentId>>()
}

impl Card {
    /// Returns the language of its title, if whoever called it so said which.
    pub fn title_language(&self) -> Option<&Code<Language>> {
        heading(&self.titles, self.documents.first()?.owner)?.language.as_ref()
    }

    /// Returns the card as bytes: JSON, the same on every node that holds the same.
    pub fn bytes(&self) -> Vec<u8> {
        // Keys are strings and there are no fractions: nothing refuses.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Returns SHA-256 of [`Card::bytes`]: equal on two nodes that show the same card.
    pub fn fingerprint(&self) -> String {
        sha256(&[&self.bytes()]).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the card in one line.
    pub fn brief(&self) -> Brief {
        let sources = self.titles.iter().map(|word| &word.by);
        let sources = sources.chain(self.summaries.iter().map(|word| &word.by));
        let sources = sources.chain(self.statuses.iter().map(|word| &word.by));
        let sources = sources.chain(self.aspects.iter().flat_map(|aspect| aspect.facets.iter().map(|word| &word.by)));
        let sources =
            sources.chain(self.aspects.iter().flat_map(|aspect| aspect.settlements.iter().map(|word| &word.by)));
        let sources =
            sources.chain(self.course.periods.iter().flat_map(|period| period.words.iter().map(|word| &word.by)));
        let sources = sources.chain(self.links.iter().flat_map(|link| link.words.iter().map(|word| &word.by)));
        let organisations: BTreeSet<_> = sources.map(|by| by.organisation).collect();
        Brief {
            id: self.id,
            title: self.title.clone(),
            documents: self.documents.len(),
            organisations: organisations.into_iter().collect(),
            status: self.status.clone(),
            facets: self.aspects.iter().map(|aspect| aspect.facets.len()).sum(),
            agreements: self.aspects.iter().map(|aspect| aspect.agreements.len()).sum(),
            open: self.open,
            reports: self.links.iter().filter(|link| link.standing == Standing::Linked).count(),
            begun: self.documents.first().map_or(Timestamp::from_millis(0), |first| first.begun),
        }
    }
}

impl Begun {
    pub(crate) fn of(joint: &Joint) -> Self {
        Self { document: joint.document, scope: joint.scope, owner: joint.owner, begun: joint.begun }
    }
}

/// All words of a group, sorted by what they are about.
#[derive(Default)]
struct Words {
    titles: Vec<Attributed<Title>>,
    summaries: Vec<Attributed<Summary>>,
    statuses: Vec<Attributed<Status>>,
    facets: BTreeMap<String, Vec<Attributed<Facet>>>,
    settlements: BTreeMap<String, Vec<Attributed<Settlement>>>,
    links: BTreeMap<DocumentId, Vec<Attributed<Link>>>,
    periods: BTreeMap<HalfYear, Vec<Attributed<PeriodNote>>>,
    unread: Vec<Attributed<Unread>>,
}

impl Words {
    fn gather(&mut self, joint: &Joint) {
        for (path, entry) in joint.words.values().flatten() {
            for said in entry.all() {
                let by = Source::from(&said.by);
                let word = Attributed { said: &said.value, by, document: joint.document, path: path.clone() };
                self.take(word);
            }
        }
    }

    fn take(&mut self, word: Attributed<&Value>) {
        match Word::read(&word.path, word.said) {
            Some(Word::Title(title)) => self.titles.push(word.map(|_| title)),
            Some(Word::Summary(summary)) => self.summaries.push(word.map(|_| summary)),
            Some(Word::Status(status)) => self.statuses.push(word.map(|_| status)),
            Some(Word::Facet(_, facet)) => {
                self.facets.entry(key(&facet.aspect)).or_default().push(word.map(|_| facet));
            }
            Some(Word::Settle(aspect, settlement)) => {
                self.settlements.entry(aspect).or_default().push(word.map(|_| settlement));
            }
            Some(Word::Link(report, link)) => self.links.entry(report).or_default().push(word.map(|_| link)),
            Some(Word::Period(half_year, note)) => {
                self.periods.entry(half_year).or_default().push(word.map(|_| note));
            }
            // The groups have them.
            Some(Word::Merge(..)) => {}
            None => self.unread.push(word.map(Unread::of)),
        }
    }

    fn aspects(&mut self) -> Vec<Aspect> {
        let (mut facets, mut settlements) = (std::mem::take(&mut self.facets), std::mem::take(&mut self.settlements));
        let keys: BTreeSet<String> = facets.keys().chain(settlements.keys()).cloned().collect();
        let mut aspect = |key: String| {
            let (facets, settlements) = (facets.remove(&key), settlements.remove(&key));
            Aspect::new(key, facets.unwrap_or_default(), settlements.unwrap_or_default())
        };
        keys.into_iter().map(&mut aspect).collect()
    }

    fn heading(&self, owner: OrganisationId) -> Option<String> {
        heading(&self.titles, owner).map(|title| title.text.clone())
    }

    fn status(&self) -> Option<Code<StatusCode>> {
        let first = &self.statuses.first()?.said.code;
        self.statuses.iter().all(|status| status.said.code == *first).then(|| first.clone())
    }
}

impl Unread {
    pub(crate) fn of(value: &Value) -> Self {
        let bytes = value.to_string().len();
        Self { value: (bytes <= UNREAD_BYTES_MAX).then(|| value.clone()), bytes }
    }
}
