//! What is known of words: keys by language, the parts compounds are made of, concepts across languages, and words that say
//! nothing. Made once from lists that are part of the program, so that all nodes of a version analyse alike.

mod compound;
mod stop;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

use super::finnish;
use compound::Parts;

/// What language a text is in, as far as its analysis goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Language {
    Finnish,
    Swedish,
    English,
    /// Any other: words are taken as they stand.
    Other,
}

impl Language {
    /// Those whose forms are brought together.
    pub(super) const KNOWN: [Self; 3] = [Self::Finnish, Self::Swedish, Self::English];

    /// Returns the language of a tag such as `fi`.
    pub(super) fn of(tag: &str) -> Self {
        match tag {
            "fi" => Self::Finnish,
            "sv" => Self::Swedish,
            "en" => Self::English,
            _ => Self::Other,
        }
    }

    /// The letter its terms begin with.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Finnish => 'f',
            Self::Swedish => 's',
            Self::English => 'e',
            Self::Other => 'n',
        }
    }

    /// Returns the language whose terms begin so.
    pub(super) fn of_letter(letter: char) -> Self {
        Self::KNOWN.into_iter().find(|language| language.letter() == letter).unwrap_or(Self::Other)
    }
}

/// Number of a concept: the line of the list it stands in.
pub(super) type Concept = u16;

/// What is known of words.
pub(super) struct Lexicon {
    swedish: Stemmer,
    english: Stemmer,
    finnish_parts: Parts,
    swedish_parts: Parts,
    concepts: HashMap<(Language, String), Vec<Concept>>,
    stop: HashMap<Language, HashSet<&'static str>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);

/// Returns what is known of words.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    fn new() -> Self {
        let (swedish, english) = (Stemmer::new(Algorithm::Swedish), Stemmer::new(Algorithm::English));
        let mut lexicon = Self {
            swedish,
            english,
            finnish_parts: Parts::read(include_str!("lexicon/parts_fi.txt"), &finnish::keys, &['n', 's']),
            swedish_parts: Parts::read(include_str!("lexicon/parts_sv.txt"), &|word| vec![swede(swedish, word)], &[]),
            concepts: HashMap::new(),
            stop: Language::KNOWN.into_iter().map(|language| (language, stop::words(language))).collect(),
        };
        for (number, line) in lines(include_str!("lexicon/concepts.txt")).enumerate() {
            for (words, language) in line.split('|').zip(Language::KNOWN) {
                let keys: Vec<_> = words.split_whitespace().flat_map(|word| lexicon.keys(language, word)).collect();
                for key in keys {
                    lexicon.concepts.entry((language, key)).or_default().push(number as Concept);
                }
            }
        }
        lexicon
    }

    /// Returns the keys of a word in lower case; none for a language without.
    pub(super) fn keys(&self, language: Language, word: &str) -> Vec<String> {
        match language {
            Language::Finnish => finnish::keys(word),
            Language::Swedish => vec![swede(self.swedish, word)],
            Language::English => vec![stem(self.english, word)],
            Language::Other => Vec::new(),
        }
    }

    /// Returns the keys of the parts of a compound, each part's together; empty if it is none.
    pub(super) fn parts(&self, language: Language, word: &str) -> Vec<Vec<String>> {
        match language {
            Language::Finnish => self.finnish_parts.split(word, &finnish::keys),
            Language::Swedish => self.swedish_parts.split(word, &|word| vec![swede(self.swedish, word)]),
            Language::English | Language::Other => Vec::new(),
        }
    }

    /// Returns the concepts a key stands for.
    pub(super) fn concepts(&self, language: Language, key: &str) -> &[Concept] {
        self.concepts.get(&(language, key.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns whether a word says nothing in a language.
    pub(super) fn is_stop(&self, language: Language, word: &str) -> bool {
        self.stop.get(&language).is_some_and(|words| words.contains(word))
    }
}

/// Lines that are no remarks.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// How often a stem is taken of a stem at most.
const STEMS_MAX: usize = 3;

/// Takes the stem until nothing comes off any more: once is not enough for *bostaden* to meet *bostad*.
fn stem(stemmer: Stemmer, word: &str) -> String {
    let mut stem = word.to_owned();
    for _ in 0..STEMS_MAX {
        match stemmer.stem(&stem) {
            Cow::Owned(shorter) if shorter != stem => stem = shorter,
            Cow::Borrowed(shorter) if shorter.len() < stem.len() => stem = shorter.to_owned(),
            _ => break,
        }
    }
    stem
}

/// Takes a Swedish stem. An m or n between vowels is written twice, at the end of a word once: *hem* and *hemmet* are one.
fn swede(stemmer: Stemmer, word: &str) -> String {
    let mut stem = stem(stemmer, word);
    if stem.len() > 3 && (stem.ends_with("mm") || stem.ends_with("nn")) {
        stem.pop();
    }
    stem
}
