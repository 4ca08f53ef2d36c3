//! A saved view as everyone sees it: all that is said in it, and in those it was merged with, put together. Equal words give
//! equal bytes as JSON. The order is that of documents, organisations and paths; of questions that of their JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::word::{Asked, Note, Settlement, TITLE, Title, Word};
use crate::id::{DocumentId, OrganisationId, sha256};
use crate::joint::{Joint, Source};
use crate::phenomenon::aspect::Aspect;
use crate::phenomenon::card::{Begun, Unread};
use crate::phenomenon::group::Edge;
use crate::phenomenon::word::Facet;
use crate::phenomenon::{Attributed, Groups};
use crate::time::Timestamp;
use crate::view::Query;

/// Most different questions of one saved view; those beyond, in the order of their JSON, are only counted.
pub const QUERIES_MAX: usize = 50;

/// A saved view, merged or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SavedView"))]
pub struct Saved {
    /// Its id: the least of its documents'.
    pub id: DocumentId,
    /// Its documents, more than one where saved views were merged.
    pub documents: Vec<Begun>,
    /// What it is called: as settled, else by the organisation that began it, else by another.
    pub heading: Option<String>,
    /// What everyone calls it, and the contradiction if titles differ.
    pub title: Aspect,
    /// What everyone says about it.
    pub notes: Vec<Attributed<Note>>,
    /// Its questions, each once; at most [`QUERIES_MAX`].
    pub queries: Vec<Kept>,
    /// How many questions there are beyond those.
    pub left_out: usize,
    /// What is said about merging it with others.
    pub merges: Vec<Edge>,
    /// Entries that this version cannot read.
    pub unread: Vec<Attributed<Unread>>,
}

/// A question of a saved view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kept {
    /// The question.
    pub query: Query,
    /// Who keeps it, and with what note.
    pub words: Vec<Attributed<Asked>>,
}

/// A saved view in one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SavedBrief"))]
pub struct Brief {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub heading: Option<String>,
    /// Whether titles contradict each other and nothing is settled.
    pub open: bool,
    /// How many documents it is merged from.
    pub documents: usize,
    /// Everyone who says anything in it.
    pub organisations: Vec<OrganisationId>,
    /// How many questions it has.
    pub queries: usize,
    /// When the document it is named by was begun, by that worker's clock.
    pub begun: Timestamp,
}

/// Computes a saved view, or the one a document was merged into; `None` if it is not here.
pub fn saved(groups: &Groups<'_>, id: &DocumentId) -> Option<Saved> {
    let id = groups.id_of(id)?;
    let documents: Vec<&Joint> = groups.documents(&id).collect();
    let mut words = Words::default();
    documents.iter().for_each(|joint| words.gather(joint));
    let owner = documents.first().map(|joint| joint.owner);
    let left_out = words.queries.len().saturating_sub(QUERIES_MAX);
    let title = words.title();
    Some(Saved {
        id,
        documents: documents.iter().map(|joint| Begun::of(joint)).collect(),
        heading: heading(&title, owner),
        title,
        notes: words.notes,
        queries: words.queries.into_values().take(QUERIES_MAX).collect(),
        left_out,
        merges: groups.edges(&id).cloned().collect(),
        unread: words.unread,
    })
}

impl Saved {
    /// Returns the saved view as bytes: JSON, the same on every node that holds the same.
    pub fn bytes(&self) -> Vec<u8> {
        // Keys are strings and there are no fractions: nothing refuses.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Returns SHA-256 of [`Saved::bytes`]: equal on two nodes that show the same.
    pub fn fingerprint(&self) -> String {
        sha256(&[&self.bytes()]).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the saved view in one line.
    pub fn brief(&self) -> Brief {
        let sources = self.title.facets.iter().map(|word| &word.by);
        let sources = sources.chain(self.title.settlements.iter().map(|word| &word.by));
        let sources = sources.chain(self.notes.iter().map(|word| &word.by));
        let sources = sources.chain(self.queries.iter().flat_map(|kept| kept.words.iter().map(|word| &word.by)));
        let organisations: BTreeSet<_> = sources.map(|by| by.organisation).collect();
        Brief {
            id: self.id,
            heading: self.heading.clone(),
            open: self.title.is_open(),
            documents: self.documents.len(),
            organisations: organisations.into_iter().collect(),
            queries: self.queries.len().saturating_add(self.left_out),
            begun: self.documents.first().map_or(Timestamp::from_millis(0), |first| first.begun),
        }
    }
}

fn heading(title: &Aspect, owner: Option<OrganisationId>) -> Option<String> {
    let settled = title.contradiction.as_ref().and_then(|contradiction| contradiction.settled.clone());
    let owners = title.facets.iter().find(|word| Some(word.by.organisation) == owner);
    settled.or_else(|| owners.or(title.facets.first()).map(|word| word.said.value.clone()))
}

/// All words of a group, sorted by what they are about.
#[derive(Default)]
struct Words {
    titles: Vec<Attributed<Title>>,
    settlements: Vec<Attributed<Settlement>>,
    notes: Vec<Attributed<Note>>,
    /// By their JSON.
    queries: BTreeMap<String, Kept>,
    unread: Vec<Attributed<Unread>>,
}

impl Words {
    fn gather(&mut self, joint: &Joint) {
        for (path, entry) in joint.words.values().flatten() {
            for said in entry.all() {
                let by = Source::from(&said.by);
                self.take(Attributed { said: &said.value, by, document: joint.document, path: path.clone() });
            }
        }
    }

    fn take(&mut self, word: Attributed<&Value>) {
        match Word::read(&word.path, word.said) {
            Some(Word::Title(title)) => self.titles.push(word.map(|_| title)),
            Some(Word::Note(note)) => self.notes.push(word.map(|_| note)),
            Some(Word::Settle(settlement)) => self.settlements.push(word.map(|_| settlement)),
            Some(Word::Query(_, asked)) => {
                let query = asked.query.clone();
                let kept = self.queries.entry(query.to_json()).or_insert_with(|| Kept { query, words: Vec::new() });
                kept.words.push(word.map(|_| asked));
            }
            // The groups have them.
            Some(Word::Merge(..)) => {}
            None => self.unread.push(word.map(Unread::of)),
        }
    }

    /// Titles are values of one aspect, that may hold at any place and time.
    fn title(&mut self) -> Aspect {
        let value = |title: Title| Facet { aspect: TITLE.to_owned(), value: title.text, ..Facet::default() };
        let titles = std::mem::take(&mut self.titles).into_iter().map(|word| word.map(value));
        Aspect::new(TITLE.to_owned(), titles.collect(), std::mem::take(&mut self.settlements))
    }
}
