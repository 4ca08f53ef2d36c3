//! The analysis as tantivy wants it. A text for the index begins with the letter of its language, which is not part of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::analysis::{self, words};
use super::lexicon::Language;

/// Words whose terms are remembered: most of a text's words have been seen before.
const REMEMBERED_MAX: usize = 20_000;

/// Terms of one word.
pub(super) type Terms = Arc<[Box<str>]>;
/// Terms by word.
type Remembered = HashMap<Box<str>, Terms>;

/// Takes texts apart for the index.
#[derive(Clone, Default)]
pub(crate) struct Analyser {
    remembered: Arc<Mutex<HashMap<Language, Remembered>>>,
}

impl Analyser {
    /// Returns the terms of a word of a text in this language.
    pub(super) fn terms(&self, language: Language, word: &str) -> Terms {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = remembered.entry(language).or_default();
        if let Some(terms) = remembered.get(word) {
            return terms.clone();
        }
        let terms: Terms = analysis::terms(language, word).into_iter().map(String::into_boxed_str).collect();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(word.into(), terms.clone());
        terms
    }
}

impl Tokenizer for Analyser {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        let mut letters = text.chars();
        let language = letters.next().map_or(Language::Other, Language::of_letter);
        Stream {
            analyser: self,
            language,
            words: Box::new(words(letters.as_str())),
            terms: Terms::from([]),
            next: 0,
            token: Token { position: 0, ..Token::default() },
        }
    }
}

/// The terms of one text.
pub(crate) struct Stream<'a> {
    analyser: &'a Analyser,
    language: Language,
    words: Box<dyn Iterator<Item = (usize, &'a str)> + 'a>,
    terms: Terms,
    next: usize,
    token: Token,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(term) = self.terms.get(self.next) {
                self.next += 1;
                self.token.text.clear();
                self.token.text.push_str(term);
                return true;
            }
            let Some((_, word)) = self.words.next() else { return false };
            self.terms = self.analyser.terms(self.language, word);
            self.next = 0;
            self.token.position += 1;
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
