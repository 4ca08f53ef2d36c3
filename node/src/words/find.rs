//! Questions and their answers: reports that hold words.
//!
//! Each word of a question is read in every language; whatever of that stands in a report counts, the best way most. A report
//! must hold most of the words; if that leaves too few, those that hold any follow.
//! Which are like another is told in [`alike`](super::alike).

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use talkoot_protocol::id::{DocumentId, OrganisationId};
use tantivy::collector::TopDocs;
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{Score, Searcher, TantivyDocument, Term};

use super::analysis::{self, plain, term, words};
use super::directory::{Error, Fields};
use super::lexicon::{Language, lexicon};
use super::profile::Worth;
use super::text;

/// Words of a question that count; further ones are left out.
const WORDS_MAX: usize = 24;
/// How much more a word counts in the title.
const TITLE: Score = 2.0;
/// How much a word counts as it stands, without looking at its form.
const PLAIN: Score = 0.9;
/// How much the parts of a compound count where they stand apart.
const APART: Score = 0.4;
/// How much the same concept counts, said in whatever word.
const CONCEPT: Score = 0.25;
/// Hits beyond those asked for, so that equal scores are ordered by id and not by where they lie.
const TIES: usize = 16;
/// One of BM25's constants, as tantivy has them.
pub(super) const K1: Score = 1.2;
/// The other.
pub(super) const B: Score = 0.75;

/// What is looked for.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// Words in any language.
    pub(crate) words: String,
    /// Only of this organisation.
    pub(crate) organisation: Option<OrganisationId>,
    /// Only of this half-year.
    pub(crate) half_year: Option<String>,
}

/// A report that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) document: DocumentId,
    pub(crate) score: f32,
}

/// The words as they are at one moment.
pub(crate) struct Finder {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// In how many reports a term was found to be, so that it is not looked up for each phenomenon anew.
    pub(super) frequencies: RefCell<HashMap<Term, u64>>,
}

impl Finder {
    pub(super) fn new(searcher: Searcher, fields: Fields) -> Self {
        Self { searcher, fields, frequencies: RefCell::default() }
    }

    /// Returns the reports that hold the words, best first; and the terms by which they were found.
    pub(crate) fn search(&self, question: &Question, limit: usize) -> Result<(Vec<Found>, Worth), Error> {
        let asked: Vec<Asked> = words(&question.words).map(|(_, word)| Asked::of(word)).collect();
        let asked: Vec<Asked> = asked.into_iter().filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
        let terms = asked.iter().flat_map(Asked::terms).collect();
        if asked.is_empty() {
            return Ok((Vec::new(), terms));
        }
        let strict = most(asked.len());
        let mut found = self.top(self.any_of(&asked, strict, question), limit)?;
        if found.len() < limit && strict > 1 {
            let known: HashSet<DocumentId> = found.iter().map(|found| found.document).collect();
            let least = found.last().map_or(Score::MAX, |found| found.score);
            let further = self.top(self.any_of(&asked, 1, question), limit)?;
            let further = further.into_iter().filter(|found| !known.contains(&found.document));
            // They follow, so that they score no more than what stands before them.
            found.extend(further.map(|found| Found { score: found.score.min(least), ..found }));
            found.truncate(limit);
        }
        Ok((found, terms))
    }

    /// Makes the query for at least so many of the words.
    fn any_of(&self, asked: &[Asked], required: usize, question: &Question) -> Box<dyn Query> {
        let words = asked.iter().map(|word| (Occur::Should, self.word(word))).collect();
        let words = BooleanQuery::with_minimum_required_clauses(words, required);
        let mut all: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(words))];
        let facets = [
            question.organisation.as_ref().map(text::organisation_facet),
            question.half_year.as_deref().map(text::half_year_facet),
        ];
        for facet in facets.into_iter().flatten() {
            let facet = TermQuery::new(Term::from_field_text(self.fields.facet, &facet), IndexRecordOption::Basic);
            all.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(facet), 0.0))));
        }
        match all.len() {
            1 => all.remove(0).1,
            _ => Box::new(BooleanQuery::new(all)),
        }
    }

    /// One word in all its readings: the best counts.
    fn word(&self, asked: &Asked) -> Box<dyn Query> {
        let mut readings: Vec<Box<dyn Query>> = Vec::new();
        for (term, weight) in &asked.readings {
            readings.push(self.term(self.fields.text, term, *weight));
            readings.push(self.term(self.fields.title, term, *weight * TITLE));
        }
        for parts in &asked.apart {
            let part = |keys: &Vec<String>| -> Box<dyn Query> {
                let keys = keys.iter().map(|key| self.term(self.fields.text, key, APART)).collect();
                Box::new(BooleanQuery::union(keys))
            };
            readings.push(Box::new(BooleanQuery::intersection(parts.iter().map(part).collect())));
        }
        Box::new(DisjunctionMaxQuery::new(readings))
    }

    pub(super) fn term(&self, field: Field, term: &str, weight: Score) -> Box<dyn Query> {
        let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(query), weight))
    }

    /// Returns the best of a query; equal scores by the document's id.
    fn top(&self, query: Box<dyn Query>, limit: usize) -> Result<Vec<Found>, Error> {
        self.top_by(query, limit, &self.searcher)
    }

    /// The same by statistics of the caller's.
    pub(super) fn top_by(
        &self,
        query: Box<dyn Query>,
        limit: usize,
        statistics: &dyn Bm25StatisticsProvider,
    ) -> Result<Vec<Found>, Error> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let guarded = std::panic::AssertUnwindSafe(|| {
            let best = TopDocs::with_limit(limit + TIES).order_by_score();
            self.searcher.search_with_statistics_provider(&*query, &best, statistics)
        });
        // What is on disk was whole when it was opened; should it have changed since, only this answer is lost.
        let top = std::panic::catch_unwind(guarded).unwrap_or(Ok(Vec::new()))?;
        let (mut found, mut known) = (Vec::with_capacity(top.len()), BTreeSet::new());
        for (score, address) in top {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let id = document.get_first(self.fields.id).and_then(|value| value.as_bytes()?.try_into().ok());
            let Some(document) = id.map(DocumentId::from_bytes) else { continue };
            if known.insert(document) {
                found.push(Found { document, score });
            }
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)));
        found.truncate(limit);
        Ok(found)
    }
}

/// How many words of so many a report must hold.
fn most(words: usize) -> usize {
    match words {
        0..=2 => words,
        3..=4 => words - 1,
        more => (more * 3).div_ceil(5),
    }
}

/// One word of a question.
struct Asked {
    /// Terms and their weights.
    readings: Vec<(String, Score)>,
    /// For each language in which it is a compound: the terms of each part.
    apart: Vec<Vec<Vec<String>>>,
}

impl Asked {
    fn of(word: &str) -> Self {
        let (word, lexicon) = (word.to_lowercase(), lexicon());
        let mut asked = Self { readings: Vec::new(), apart: Vec::new() };
        let stop = Language::KNOWN.into_iter().any(|language| lexicon.is_stop(language, &word));
        let mut concepts = BTreeSet::new();
        for language in Language::KNOWN.into_iter().filter(|language| !lexicon.is_stop(*language, &word)) {
            for key in lexicon.keys(language, &word) {
                concepts.extend(lexicon.concepts(language, &key).iter().copied());
                asked.readings.push((term(language.letter(), &key), 1.0));
            }
            let parts = lexicon.parts(language, &word);
            if !parts.is_empty() {
                let part = |keys: Vec<String>| keys.iter().map(|key| term(language.letter(), key)).collect();
                asked.apart.push(parts.into_iter().map(part).collect());
            }
        }
        if stop {
            // "on" says nothing in Finnish; that it is also English does not make it a word to look for.
            return Self { readings: Vec::new(), apart: Vec::new() };
        }
        asked.readings.push((term('n', &plain(&word)), PLAIN));
        asked.readings.extend(concepts.into_iter().map(|number| (analysis::concept(number), CONCEPT)));
        asked
    }

    fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// All its terms and what they count.
    fn terms(&self) -> impl Iterator<Item = (String, Score)> {
        let apart = self.apart.iter().flatten().flatten().map(|term| (term.clone(), APART));
        self.readings.iter().cloned().chain(apart)
    }
}
