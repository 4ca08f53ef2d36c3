//! The part of a report that shows why it was found, with the words marked.

use talkoot_protocol::api::{Hit, Mark};
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::OrganisationId;

use super::analysis::words;
use super::find::Found;
use super::lexicon::Language;
use super::profile::{Profile, Worth};
use super::text::Texts;
use super::tokens::Analyser;

/// Longest excerpt, in characters.
const EXCERPT_CHARS_MAX: usize = 200;
/// Most marks in one text.
const MARKS_MAX: usize = 32;

/// Makes excerpts around the terms something was found by.
pub(crate) struct Excerpts<'a> {
    /// The terms.
    pub(crate) terms: &'a Worth,
    /// Remembers what words come to: those of a report were mostly seen when it was read.
    pub(crate) analyser: &'a Analyser,
}

impl Excerpts<'_> {
    /// Puts together what is shown of a report.
    pub(crate) fn hit(&self, found: &Found, organisation: OrganisationId, values: Fields) -> Hit {
        let texts = Texts::of(values);
        let mut profile = Profile::default();
        profile.add(&texts, false, self.analyser);
        let title = texts.texts.iter().find(|(field, _)| field == "title").map(|(_, text)| text.clone());
        let title = title.unwrap_or_default();
        let others = texts.texts.iter().filter(|(field, _)| field != "title");
        let best = others.map(|(field, text)| (field, self.cut(texts.language, text)));
        let best = best.reduce(|best, next| if next.1.weight > best.1.weight { next } else { best });
        let (field, cut) = best.map(|(field, cut)| (field.clone(), cut)).unwrap_or_default();
        Hit {
            document: found.document,
            organisation,
            score: f64::from(found.score),
            title_marks: marks(&title, 0, &self.places(texts.language, &title)),
            title,
            field,
            marks: cut.marks,
            excerpt: cut.text,
            shared: profile.shared(self.terms),
        }
    }

    /// Returns the places in bytes of words that were looked for, each with what it is worth.
    fn places(&self, language: Language, text: &str) -> Vec<(usize, usize, u32)> {
        let worth = |word: &str| {
            let terms = self.analyser.terms(language, word);
            let found = terms.iter().filter(|term| self.terms.contains_key(&***term));
            // A word of the same meaning is worth less than the word itself.
            found.map(|term| if term.starts_with('c') { 1 } else { 3 }).max()
        };
        words(text).filter_map(|(at, word)| Some((at, at + word.len(), worth(word)?))).collect()
    }

    /// Cuts out the part that is worth most.
    fn cut(&self, language: Language, text: &str) -> Cut {
        let places = self.places(language, text);
        let chars: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let char_of = |byte: usize| chars.partition_point(|at| *at < byte);
        let weight_from = |first: usize| -> u32 {
            let begin = places.get(first).map_or(0, |place| char_of(place.0));
            let within =
                places.iter().skip(first).take_while(|place| char_of(place.1) <= begin + EXCERPT_CHARS_MAX * 3 / 4);
            within.take(MARKS_MAX).map(|place| place.2).sum()
        };
        let best = (0..places.len().min(MARKS_MAX)).map(|first| (weight_from(first), first));
        let (weight, first) = best.reduce(|best, next| if next.0 > best.0 { next } else { best }).unwrap_or((0, 0));
        let wanted = places.get(first).map_or(0, |place| char_of(place.0)).saturating_sub(EXCERPT_CHARS_MAX / 4);
        let wanted = wanted.min(chars.len().saturating_sub(EXCERPT_CHARS_MAX));
        let (from, to) = (wanted, (wanted + EXCERPT_CHARS_MAX).min(chars.len()));
        let byte = |char: usize| chars.get(char).copied().unwrap_or(text.len());
        let (from, to) = whole_words(text, byte(from), byte(to));
        let inside: Vec<_> = places.into_iter().filter(|place| place.0 >= from && place.1 <= to).collect();
        Cut { text: text.get(from..to).unwrap_or_default().to_owned(), marks: marks(text, from, &inside), weight }
    }
}

/// Part of a text.
#[derive(Default)]
struct Cut {
    text: String,
    marks: Vec<Mark>,
    weight: u32,
}

/// Moves the ends to where words begin and end.
fn whole_words(text: &str, from: usize, to: usize) -> (usize, usize) {
    let (all, part) = (text.len(), text.get(from..to).unwrap_or_default());
    let begin = if from == 0 { 0 } else { part.find(char::is_whitespace).unwrap_or(0) };
    let end = if to == all { part.len() } else { part.rfind(char::is_whitespace).unwrap_or(part.len()) };
    let inner = part.get(begin..end.max(begin)).unwrap_or_default();
    let lead = inner.len() - inner.trim_start().len();
    (from + begin + lead, from + begin + lead + inner.trim().len())
}

/// Counts places in characters from a byte on.
fn marks(text: &str, from: usize, places: &[(usize, usize, u32)]) -> Vec<Mark> {
    let count = |to: usize| text.get(from..to).map_or(0, |part| part.chars().count()) as u32;
    places.iter().take(MARKS_MAX).map(|(begin, end, _)| Mark { from: count(*begin), to: count(*end) }).collect()
}
