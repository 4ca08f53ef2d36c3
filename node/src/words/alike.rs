//! Which reports, and which phenomena, are about the same as some texts.
//!
//! Both the words and the concepts of the texts count, each more the rarer it is (BM25, over our terms). A report in the same
//! language can share both; one in another language can share concepts alone, and is taken to share a part of the words in the
//! same measure as concepts: so both are on one scale, from 0 to 1, where 1 is what the texts themselves would reach. Words that
//! no other report has cannot be shared and hardly count.
//!
//! Equal sets of reports give equal answers, whatever the index went through: how rare a term is counts without what was
//! replaced, and how long reports are on average is a constant.

use std::collections::{BTreeMap, BTreeSet};

use talkoot_protocol::id::DocumentId;
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Score, Term};

use super::directory::Error;
use super::find::{B, Finder, Found, K1};
use super::lexicon::Language;
use super::profile::{Profile, Worth};
use super::text;

/// Words of one language that are looked for in others.
const KEYS_MAX: usize = 32;
/// Concepts that are looked for.
const CONCEPTS_MAX: usize = 16;
/// How much all concepts count, beside all words.
const CONCEPTS: Score = 3.0;
/// What part of the words a report in another language is taken to share, of the part of the concepts it shares.
const ACROSS: Score = 0.3;
/// How much words count that no other report has.
const ALONE: Score = 0.1;
/// A term that so large a part of the reports has says nothing: one in so many.
const COMMON_ONE_IN: u64 = 3;
/// With fewer reports than this, no term counts as one that everyone has.
const COMMON_MIN: u64 = 100;
/// How soon it stops to matter that a term is repeated.
const REPEATED: Score = 1.2;
/// Terms of a report as reports go: the measure for what is long.
const LENGTH: u64 = 160;
/// Scores are told apart by thousandths; what is finer may hang on the order in which they were added up.
const STEPS: Score = 1_000.0;

/// Texts as they are compared with others.
pub(crate) struct Weighed {
    /// By the letter of the language: its words, and what they could reach together.
    keys: BTreeMap<char, Channel>,
    concepts: Channel,
    /// What everything could reach together.
    total: Score,
}

/// Terms of one sort.
#[derive(Default)]
struct Channel {
    /// Term, rarity and how much it counts.
    terms: Vec<(String, Score, Score)>,
    reach: Score,
}

/// What is known of the index, whatever it went through.
struct Exact<'a>(&'a Finder);

impl Bm25StatisticsProvider for Exact<'_> {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(self.total_num_docs()?.saturating_mul(LENGTH))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.0.searcher.num_docs().max(1))
    }

    /// Counts only reports as they read now.
    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        if let Some(known) = self.0.frequencies.borrow().get(term) {
            return Ok(*known);
        }
        let mut count = 0;
        for segment in self.0.searcher.segment_readers() {
            let terms = segment.inverted_index(term.field())?;
            let Some(info) = terms.get_term_info(term)? else { continue };
            count += match segment.alive_bitset() {
                None => info.doc_freq,
                Some(alive) => {
                    terms.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?.doc_freq_given_deletes(alive)
                }
            };
        }
        let count = u64::from(count);
        self.0.frequencies.borrow_mut().insert(term.clone(), count);
        Ok(count)
    }
}

impl Finder {
    /// Weighs texts by how rare their terms are here.
    pub(crate) fn weigh(&self, profile: &Profile) -> Result<Weighed, Error> {
        // What is on disk was whole when it was opened; should it have changed since, only this answer is lost.
        let guarded = std::panic::AssertUnwindSafe(|| self.weigh_unguarded(profile));
        std::panic::catch_unwind(guarded).unwrap_or(Err(Error::Panicked))
    }

    fn weigh_unguarded(&self, profile: &Profile) -> Result<Weighed, Error> {
        let exact = Exact(self);
        let documents = exact.total_num_docs()?;
        let common = (documents / COMMON_ONE_IN).max(COMMON_MIN);
        let mut weighed = Weighed { keys: BTreeMap::new(), concepts: Channel::default(), total: 0.0 };
        let mut alone = 0.0;
        for term in profile.terms() {
            let frequency = exact.doc_freq(&Term::from_field_text(self.fields.text, term.term))?.min(documents);
            let count = term.count * (REPEATED + 1.0) / (term.count + REPEATED);
            let concept = term.term.starts_with('c');
            if frequency <= u64::from(term.within) {
                alone += if concept { 0.0 } else { count * rarity(documents, 1) };
            } else if frequency <= common {
                let rarity = rarity(documents, frequency);
                let weight = if concept { count * rarity } else { count };
                weighed.channel(term.term).terms.push((term.term.to_owned(), rarity, weight));
            }
        }
        weighed.settle(alone, profile.length());
        Ok(weighed)
    }

    /// Returns the reports most like the texts, best first, with a score from 0 to 1; without those excepted.
    pub(crate) fn alike(
        &self,
        weighed: &Weighed,
        except: &BTreeSet<DocumentId>,
        limit: usize,
    ) -> Result<Vec<Found>, Error> {
        let mut best: BTreeMap<DocumentId, Score> = BTreeMap::new();
        let asked: Vec<Option<char>> = weighed.keys.keys().copied().map(Some).chain([None]).collect();
        let exact = Exact(self);
        for language in asked {
            let query = self.in_language(weighed, language);
            for found in self.top_by(query, limit.saturating_add(except.len()), &exact)? {
                let score = best.entry(found.document).or_default();
                *score = score.max(thousandths(found.score));
            }
        }
        let others = best.into_iter().filter(|(document, score)| *score > 0.0 && !except.contains(document));
        let mut found: Vec<Found> = others.map(|(document, score)| Found { document, score }).collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)));
        found.truncate(limit);
        Ok(found)
    }

    /// Makes the query for reports in a language of the texts, or for those in any other.
    fn in_language(&self, weighed: &Weighed, language: Option<char>) -> Box<dyn Query> {
        let of = |(term, boost): (&str, Score)| (Occur::Should, self.term(self.fields.text, term, boost));
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = weighed.boosts(language).map(of).collect();
        // Reports in the texts' other languages are asked for by themselves.
        for other in weighed.keys.keys().filter(|other| Some(**other) != language) {
            let facet = text::language_facet(Language::of_letter(*other));
            let facet = Term::from_field_text(self.fields.facet, &facet);
            clauses.push((Occur::MustNot, Box::new(TermQuery::new(facet, IndexRecordOption::Basic))));
        }
        Box::new(BooleanQuery::new(clauses))
    }
}

/// How much a term tells that so many of the reports have; as BM25 has it.
fn rarity(documents: u64, frequency: u64) -> Score {
    let others = documents.saturating_sub(frequency) as Score;
    (1.0 + (others + 0.5) / (frequency as Score + 0.5)).ln()
}

fn thousandths(score: Score) -> Score {
    (score.clamp(0.0, 1.0) * STEPS).round() / STEPS
}

/// How much it counts that a term stands so often in a text of so many terms; as BM25 has it.
fn repeated(count: Score, length: Score) -> Score {
    count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / LENGTH as Score))
}

impl Channel {
    /// Keeps the terms that tell most, and sums up what they could reach.
    fn keep(&mut self, most: usize, own: Score) {
        let worth = |term: &(String, Score, Score)| term.1 * term.2;
        self.terms.sort_by(|one, other| worth(other).total_cmp(&worth(one)).then_with(|| one.0.cmp(&other.0)));
        self.terms.truncate(most);
        self.reach = own * self.terms.iter().map(worth).sum::<Score>();
    }
}

impl Weighed {
    fn channel(&mut self, term: &str) -> &mut Channel {
        match term.chars().next() {
            Some('c') | None => &mut self.concepts,
            Some(letter) => self.keys.entry(letter).or_default(),
        }
    }

    fn settle(&mut self, alone: Score, length: Score) {
        let own = repeated(1.0, length);
        self.keys.values_mut().for_each(|keys| keys.keep(KEYS_MAX, own));
        self.concepts.keep(CONCEPTS_MAX, own);
        if let Some(most) = self.keys.values_mut().max_by(|one, other| one.reach.total_cmp(&other.reach)) {
            most.reach += ALONE * own * alone;
        }
        self.total = self.most() + CONCEPTS * self.concepts.reach;
    }

    /// What the words of the language with most of them could reach.
    fn most(&self) -> Score {
        self.keys.values().map(|keys| keys.reach).fold(0.0, Score::max)
    }

    /// Returns how much each term counts in reports of a language.
    fn boosts(&self, language: Option<char>) -> impl Iterator<Item = (&str, Score)> {
        let keys = language.and_then(|language| self.keys.get(&language));
        // What words of this language there are too few of to be shared is taken from the concepts.
        let missing = self.most() - keys.map_or(0.0, |keys| keys.reach);
        let concepts = CONCEPTS + ACROSS * missing / self.concepts.reach.max(Score::MIN_POSITIVE);
        let total = self.total.max(Score::MIN_POSITIVE);
        let keys = keys.into_iter().flat_map(|keys| &keys.terms).map(move |term| (term, 1.0));
        let all = keys.chain(self.concepts.terms.iter().map(move |term| (term, concepts)));
        all.map(move |((term, _, weight), share)| (term.as_str(), share * weight / total))
    }

    /// Returns what each term is worth, to tell which shared words matter.
    pub(crate) fn worth(&self) -> Worth {
        let all = self.keys.values().chain([&self.concepts]).flat_map(|channel| &channel.terms);
        all.map(|(term, rarity, weight)| (term.clone(), rarity * weight)).collect()
    }

    /// Returns how like the texts other ones are, from 0 to 1: as if they were one report in the index.
    pub(crate) fn likeness(&self, other: &Profile) -> Score {
        let rarities: BTreeMap<&str, Score> = {
            let all = self.keys.values().chain([&self.concepts]).flat_map(|channel| &channel.terms);
            all.map(|(term, rarity, _)| (term.as_str(), *rarity)).collect()
        };
        let languages: BTreeSet<char> = other.terms().filter_map(|term| term.term.chars().next()).collect();
        let mut asked: Vec<Option<char>> =
            self.keys.keys().filter(|letter| languages.contains(letter)).copied().map(Some).collect();
        if asked.is_empty() {
            asked.push(None);
        }
        let length = other.length();
        let adds = |(term, boost): (&str, Score)| {
            let count = other.count_of(term);
            if count > 0.0 {
                boost * rarities.get(term).copied().unwrap_or_default() * repeated(count, length)
            } else {
                0.0
            }
        };
        let score = |language: &Option<char>| self.boosts(*language).map(adds).sum::<Score>();
        thousandths(asked.iter().map(score).fold(0.0, Score::max))
    }
}
