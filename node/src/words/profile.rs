//! What some texts are about: how often each term stands in them. Of one report, or of a phenomenon with everything linked to it.
//! Knows neither the index nor what a term is worth there.

use std::collections::BTreeMap;

use super::analysis::words;
use super::lexicon::Language;
use super::text::Texts;
use super::tokens::Analyser;

/// Most different terms kept of one profile; further ones are left out.
const TERMS_MAX: usize = 2_048;
/// Most words told as the reason for a likeness.
const SHARED_MAX: usize = 6;

/// What a term is worth when likeness is looked for.
pub(crate) type Worth = std::collections::HashMap<String, f32>;

/// The terms of some texts.
#[derive(Debug, Default, Clone)]
pub(crate) struct Profile {
    terms: BTreeMap<String, Counted>,
    /// Texts that were put in, and how many terms they have together.
    sources: u32,
    tokens: u32,
}

/// How often a term stands somewhere.
#[derive(Debug, Clone)]
struct Counted {
    count: u32,
    /// In how many reports that are in the index.
    within: u32,
    /// The last source it was counted in.
    source: u32,
    /// The word it comes from: the shortest one, as it stands.
    word: String,
}

/// One term of a profile.
pub(super) struct Term<'a> {
    pub(super) term: &'a str,
    /// How often it stands in one source on average.
    pub(super) count: f32,
    /// In how many reports of the index that are part of the profile themselves.
    pub(super) within: u32,
}

impl Profile {
    /// Takes in what a report, or something else said in one language, is about. `indexed` if it is in the index itself.
    pub(super) fn add(&mut self, texts: &Texts, indexed: bool, analyser: &Analyser) {
        self.sources += 1;
        for (_, text) in texts.texts.iter().filter(|(field, _)| is_about_the_matter(field)) {
            for (_, word) in words(text) {
                self.count(texts.language, word, indexed, analyser);
            }
        }
    }

    fn count(&mut self, language: Language, word: &str, indexed: bool, analyser: &Analyser) {
        let terms = analyser.terms(language, word);
        self.tokens = self.tokens.saturating_add(u32::try_from(terms.len()).unwrap_or(u32::MAX));
        // Of a language that is known, the keys say more than the words as they stand.
        let wanted = |term: &&str| language == Language::Other || !term.starts_with('n');
        for term in terms.iter().map(|term| &**term).filter(wanted) {
            if self.terms.len() >= TERMS_MAX && !self.terms.contains_key(term) {
                continue;
            }
            let fresh = || Counted { count: 0, within: 0, source: 0, word: word.to_lowercase() };
            let counted = self.terms.entry(term.to_owned()).or_insert_with(fresh);
            counted.count += 1;
            if indexed && counted.source != self.sources {
                counted.within += 1;
            }
            counted.source = self.sources;
            let shorter = (word.len(), word) < (counted.word.len(), counted.word.as_str());
            if shorter {
                counted.word = word.to_lowercase();
            }
        }
    }

    /// Returns its terms in their order.
    pub(super) fn terms(&self) -> impl Iterator<Item = Term<'_>> {
        let sources = self.sources.max(1) as f32;
        self.terms.iter().map(move |(term, counted)| Term {
            term,
            count: counted.count as f32 / sources,
            within: counted.within,
        })
    }

    /// Returns how often a term stands in one source on average.
    pub(super) fn count_of(&self, term: &str) -> f32 {
        self.terms.get(term).map_or(0.0, |counted| counted.count as f32 / self.sources.max(1) as f32)
    }

    /// Returns how many terms one source has on average.
    pub(super) fn length(&self) -> f32 {
        self.tokens as f32 / self.sources.max(1) as f32
    }

    /// Returns the words of these texts that are worth most, none twice.
    pub(crate) fn shared(&self, worth: &Worth) -> Vec<String> {
        let worth = |term: &str| worth.get(term).copied();
        let mut best: BTreeMap<&str, f32> = BTreeMap::new();
        for (term, counted) in &self.terms {
            if let Some(worth) = worth(term) {
                let best = best.entry(&counted.word).or_default();
                *best = best.max(worth);
            }
        }
        let mut words: Vec<(&str, f32)> = best.into_iter().collect();
        words.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(other.0)));
        words.into_iter().take(SHARED_MAX).map(|(word, _)| word.to_owned()).collect()
    }
}

/// Whom something is asked of, and what the own organisation does, says little about what a report is about: it is the same
/// again and again.
fn is_about_the_matter(field: &str) -> bool {
    !field.ends_with(".addressee") && field != "org_activity"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(texts: &[(&str, &str)]) -> Profile {
        let texts = texts.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
        let texts = Texts { language: Language::Finnish, texts, half_year: None };
        let mut profile = Profile::default();
        profile.add(&texts, true, &Analyser::default());
        profile
    }

    #[test]
    fn forms_of_a_word_are_counted_as_one_and_the_addressee_is_not() {
        let profile = profile(&[
            ("title", "Asuntojono"),
            ("description", "Asunnoista ei ole tietoa, asunto puuttuu."),
            ("proposal[0].addressee", "Kunnan kirjasto"),
        ]);
        let key = profile.terms().find(|term| term.term == "fasunt").map(|term| (term.count, term.within));
        assert_eq!(key, Some((3.0, 1)));
        assert!(profile.terms().all(|term| !term.term.contains("kirjast")));
    }

    #[test]
    fn shared_words_are_those_worth_most() {
        let profile = profile(&[("description", "Asunto, asunnosta, vuokra ja häätö.")]);
        let worth = [("fasunt".to_owned(), 1.0), ("fvuokr".to_owned(), 2.0), ("fmuu".to_owned(), 9.0)].into();
        assert_eq!(profile.shared(&worth), ["vuokra", "asunto"]);
    }
}
