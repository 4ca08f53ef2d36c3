//! The analysis as tantivy wants it. A text for the index begins with the letter of its language, which is not part of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::analysis::{self, words};
use super::lexicon::Language;

/// Words whose terms are remembered in each language, and half of them when others come: most of a text's words have been seen
/// before.
const REMEMBERED_MAX: usize = 10_000;

/// Terms of one word.
pub(super) type Terms = Arc<[Box<str>]>;

/// Terms by word, for each language.
#[derive(Default)]
struct Remembered([Seen; 4]);

/// Terms by word. What was not asked for while as many others were seen is forgotten.
#[derive(Default)]
struct Seen {
    young: HashMap<Box<str>, Terms>,
    old: HashMap<Box<str>, Terms>,
}

/// Takes texts apart for the index.
#[derive(Default)]
pub(crate) struct Analyser {
    /// What all remember together.
    shared: Arc<Mutex<Remembered>>,
    /// What this one does, so that it need not wait for others at each word of a long text.
    own: Remembered,
}

impl Clone for Analyser {
    /// Makes one that remembers together with this one.
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), own: Remembered::default() }
    }
}

impl Analyser {
    /// Returns the terms of a word of a text in this language.
    pub(super) fn terms(&self, language: Language, word: &str) -> Terms {
        shared_terms(&self.shared, language, word)
    }

    /// The same, for one whose it is alone.
    fn own_terms(&mut self, language: Language, word: &str) -> Terms {
        let Self { shared, own } = self;
        own.terms(language, word, || shared_terms(shared, language, word))
    }
}

fn shared_terms(shared: &Mutex<Remembered>, language: Language, word: &str) -> Terms {
    let make = || analysis::terms(language, word).into_iter().map(String::into_boxed_str).collect();
    shared.lock().unwrap_or_else(PoisonError::into_inner).terms(language, word, make)
}

impl Remembered {
    /// Returns the terms of a word; makes and keeps them if they are not known.
    fn terms(&mut self, language: Language, word: &str, make: impl FnOnce() -> Terms) -> Terms {
        let [finnish, swedish, english, other] = &mut self.0;
        let words = match language {
            Language::Finnish => finnish,
            Language::Swedish => swedish,
            Language::English => english,
            Language::Other => other,
        };
        words.terms(word, make)
    }
}

impl Seen {
    fn terms(&mut self, word: &str, make: impl FnOnce() -> Terms) -> Terms {
        if let Some(terms) = self.young.get(word) {
            return Arc::clone(terms);
        }
        let terms = self.old.remove(word).unwrap_or_else(make);
        if self.young.len() >= REMEMBERED_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(word.into(), Arc::clone(&terms));
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
    analyser: &'a mut Analyser,
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
            self.terms = self.analyser.own_terms(self.language, word);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_again_and_again_is_remembered_and_the_rest_forgotten() {
        let mut words = Seen::default();
        let made = |word: &str| -> Terms { Terms::from([Box::from(word)]) };
        for number in 0..3 * REMEMBERED_MAX {
            words.terms(&number.to_string(), || made("once"));
            words.terms("asunto", || made(if number == 0 { "first" } else { "again" }));
        }
        assert_eq!(*words.terms("asunto", || made("again")), *made("first"));
        assert!(words.young.len() <= REMEMBERED_MAX && words.old.len() <= REMEMBERED_MAX);
    }
}
