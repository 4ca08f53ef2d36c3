//! From text to terms. A term begins with a letter that says what sort it is:
//!
//! | letter | what follows |
//! |---|---|
//! | `f` `s` `e` | key of a Finnish, Swedish or English word, or of a part of a compound |
//! | `n` | the word as it stands, without accents and dots: found in whatever language it was meant |
//! | `c` | number of a concept: the same in all three languages |
//!
//! A question needs no language: each of its words is read in all. Nothing here knows of tantivy.

use super::lexicon::{Language, lexicon};

/// Version of all this: another one makes every node build its words anew.
pub(super) const VERSION: u32 = 2;

/// Longest word, in bytes; a longer one is no word.
const WORD_BYTES_MAX: usize = 96;

/// Returns the words of a text with their places in bytes.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_apart = |letter: char| !letter.is_alphanumeric();
    let begin = text.as_ptr() as usize;
    let words = text.split(is_apart).filter(|word| !word.is_empty() && word.len() <= WORD_BYTES_MAX);
    words.map(move |word| (word.as_ptr() as usize - begin, word))
}

/// Returns the word without accents and dots.
pub(super) fn plain(word: &str) -> String {
    let letter = |letter| match letter {
        'ä' | 'å' | 'á' | 'à' | 'â' => 'a',
        'ö' | 'ø' | 'ó' | 'õ' => 'o',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'ü' | 'ú' => 'u',
        'í' | 'ï' => 'i',
        'š' => 's',
        'ž' => 'z',
        'č' => 'c',
        'đ' => 'd',
        'ŋ' => 'n',
        other => other,
    };
    word.chars().map(letter).collect()
}

/// Returns a term.
pub(super) fn term(letter: char, rest: &str) -> String {
    let mut term = String::with_capacity(rest.len() + 1);
    term.push(letter);
    term.push_str(rest);
    term
}

/// Returns the term of a concept.
pub(super) fn concept(number: u16) -> String {
    term('c', &number.to_string())
}

/// Returns the terms of a word of a text in this language; none if it says nothing.
pub(super) fn terms(language: Language, word: &str) -> Vec<String> {
    let lexicon = lexicon();
    let word = word.to_lowercase();
    if lexicon.is_stop(language, &word) {
        return Vec::new();
    }
    let mut keys = lexicon.keys(language, &word);
    for key in lexicon.parts(language, &word).into_iter().flatten() {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut concepts: Vec<_> = keys.iter().flat_map(|key| lexicon.concepts(language, key)).copied().collect();
    concepts.sort_unstable();
    concepts.dedup();
    let mut terms: Vec<String> = keys.iter().map(|key| term(language.letter(), key)).collect();
    terms.push(term('n', &plain(&word)));
    terms.extend(concepts.into_iter().map(concept));
    terms
}
