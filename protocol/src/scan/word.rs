//! Cuts a text into words: where each stands, how it reads in lower case, how it is written and what parts it from the one
//! before. Done once; every rule about words reads from here.
//!
//! Soft hyphens and invisible joiners inside a word are passed over, and an *a* or *o* with a combining mark (as file names of
//! some systems have it) reads as one letter.

use std::ops::Range;

use super::fold;
use super::gazetteer::{self, Known};
use super::lexicon::{self, Tags};

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// All small, or with a capital only later.
    Lower,
    /// A capital and small letters, or one capital alone.
    Capital,
    /// Two capitals or more, and no small letter.
    Upper,
    /// Begins with a digit.
    Number,
}

/// What parts a word from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// White space on one line.
    Space,
    /// White space with one line break.
    Line,
    /// One hyphen or dash and nothing else.
    Hyphen,
    /// A comma and white space.
    Comma,
    /// A full stop, with or without white space.
    Dot,
    /// Anything else, or nothing before it.
    Other,
}

/// One word or number.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its bytes in the text.
    pub(super) span: Range<usize>,
    lower: Range<usize>,
    /// How it is written.
    pub(super) shape: Shape,
    /// What stands before it.
    pub(super) gap: Gap,
    /// A sentence, a line or a quotation may begin with it, so that a capital says nothing.
    pub(super) opens: bool,
    /// What it announces.
    pub(super) tags: Tags,
    /// What it is known as, bare and inflected; nothing unless it has a capital.
    names: (Known, Known),
}

/// All words of a text, in order.
pub(super) struct Words<'t> {
    text: &'t str,
    lower: String,
    words: Vec<Word>,
}

impl<'t> Words<'t> {
    /// Cuts `text`.
    pub(super) fn read(text: &'t str) -> Self {
        let mut cutter = Cutter::new(text);
        for (at, char) in text.char_indices() {
            cutter.take(at, char);
        }
        cutter.end_word();
        let (mut words, lower) = (cutter.words, cutter.lower);
        for word in &mut words {
            let read = lower.get(word.lower.clone()).unwrap_or_default();
            word.tags = lexicon::tags(read);
            if matches!(word.shape, Shape::Capital | Shape::Upper) {
                word.names = (gazetteer::known_bare(read), gazetteer::known(read));
            }
        }
        Self { text, lower, words }
    }

    /// Returns the text.
    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// Returns all of them.
    pub(super) fn all(&self) -> &[Word] {
        &self.words
    }

    /// Returns the word at `index`.
    pub(super) fn get(&self, index: usize) -> Option<&Word> {
        self.words.get(index)
    }

    /// Returns the word before the one at `index`.
    pub(super) fn before(&self, index: usize) -> Option<&Word> {
        index.checked_sub(1).and_then(|before| self.words.get(before))
    }

    /// Returns the word at `index` in lower case; nothing if there is none.
    pub(super) fn lower(&self, index: usize) -> &str {
        self.words.get(index).and_then(|word| self.lower.get(word.lower.clone())).unwrap_or_default()
    }

    /// Returns what the word at `index` is known as without an ending.
    pub(super) fn bare(&self, index: usize) -> Known {
        match self.get(index) {
            Some(word) if word.shape == Shape::Lower => gazetteer::known_bare(self.lower(index)),
            word => word.map_or_else(Known::default, |word| word.names.0),
        }
    }

    /// Returns what the word at `index` is known as, inflected or not.
    pub(super) fn known(&self, index: usize) -> Known {
        match self.get(index) {
            Some(word) if word.shape == Shape::Lower => gazetteer::known(self.lower(index)),
            word => word.map_or_else(Known::default, |word| word.names.1),
        }
    }

    /// Returns the character right after the word at `index`.
    pub(super) fn next_char(&self, index: usize) -> Option<char> {
        self.text.get(self.words.get(index)?.span.end..)?.chars().next()
    }
}

/// What stood between two words.
#[derive(Default, Clone, Copy)]
struct Between {
    spaces: usize,
    breaks: usize,
    hyphens: usize,
    commas: usize,
    dots: usize,
    others: usize,
    opens: bool,
}

impl Between {
    fn note(&mut self, char: char) {
        match char {
            '\n' | '\u{2028}' | '\u{2029}' => self.breaks += 1,
            _ if char.is_whitespace() => self.spaces += 1,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => self.hyphens += 1,
            ',' => self.commas += 1,
            '.' => self.dots += 1,
            _ => self.others += 1,
        }
        self.opens |=
            matches!(char, '\n' | '.' | '!' | '?' | ':' | '…' | '•' | '”' | '“' | '"' | '»' | '·' | '*' | '/');
    }

    fn gap(&self) -> Gap {
        let marks = (self.hyphens, self.commas, self.dots, self.others);
        match (marks, self.breaks) {
            ((0, 0, 0, 0), 0) if self.spaces > 0 => Gap::Space,
            ((0, 0, 0, 0), 1) => Gap::Line,
            ((1, 0, 0, 0), 0) if self.spaces == 0 => Gap::Hyphen,
            ((0, 1, 0, 0), 0 | 1) => Gap::Comma,
            ((0, 0, 1, 0), 0 | 1) => Gap::Dot,
            _ => Gap::Other,
        }
    }
}

/// Where the cutting has come to.
struct Cutter {
    words: Vec<Word>,
    lower: String,
    between: Between,
    /// Small letters and capitals of the word begun.
    small: usize,
    capitals: usize,
    inside: bool,
}

impl Cutter {
    fn new(text: &str) -> Self {
        let between = Between { others: 1, opens: true, ..Between::default() };
        let words = Vec::with_capacity(text.len() / 6 + 1);
        Self { words, lower: String::with_capacity(text.len() + 8), between, small: 0, capitals: 0, inside: false }
    }

    fn take(&mut self, at: usize, written: char) {
        let char = fold::narrow(written);
        if char.is_alphanumeric() {
            if !self.inside {
                self.begin_word(at, char);
            }
            self.lower.extend(char.to_lowercase());
            self.small += usize::from(char.is_lowercase());
            self.capitals += usize::from(char.is_uppercase());
            self.stretch(at + written.len_utf8());
        } else if self.inside && matches!(char, '\u{308}' | '\u{30A}') {
            self.compose(at, char);
        } else if !is_invisible(char) {
            self.end_word();
            self.between.note(char);
        }
    }

    fn begin_word(&mut self, at: usize, char: char) {
        let lower = self.lower.len()..self.lower.len();
        let shape = if char.is_numeric() { Shape::Number } else { Shape::Lower };
        let shape = if char.is_uppercase() { Shape::Capital } else { shape };
        let (gap, opens) = (self.between.gap(), self.between.opens);
        self.words.push(Word {
            span: at..at,
            lower,
            shape,
            gap,
            opens,
            tags: Tags::default(),
            names: Default::default(),
        });
        (self.inside, self.small, self.capitals) = (true, 0, 0);
    }

    fn stretch(&mut self, end: usize) {
        if let Some(word) = self.words.last_mut() {
            word.span.end = end;
            word.lower.end = self.lower.len();
        }
    }

    fn compose(&mut self, at: usize, mark: char) {
        let composed = match (self.lower.chars().next_back(), mark) {
            (Some('a'), '\u{308}') => 'ä',
            (Some('o'), '\u{308}') => 'ö',
            (Some('a'), '\u{30A}') => 'å',
            _ => return,
        };
        self.lower.pop();
        self.lower.push(composed);
        self.stretch(at + mark.len_utf8());
    }

    fn end_word(&mut self) {
        if !self.inside {
            return;
        }
        if let Some(word) = self.words.last_mut().filter(|word| word.shape == Shape::Capital)
            && self.capitals > 1
            && self.small == 0
        {
            word.shape = Shape::Upper;
        }
        self.inside = false;
        self.between = Between::default();
    }
}

/// Tells whether a character is not seen: a soft hyphen or an invisible joiner.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_words_with_their_shapes_and_gaps() {
        let words = Words::read("Äiti Anna-Liisa, M. VIRTANEN\n17-vuotias koti");
        let read: Vec<_> = (0..words.all().len()).map(|index| words.lower(index)).collect();
        assert_eq!(read, ["äiti", "anna", "liisa", "m", "virtanen", "17", "vuotias", "koti"]);
        let gaps: Vec<_> = words.all().iter().map(|word| word.gap).collect();
        use Gap::{Comma, Dot, Hyphen, Line, Other, Space};
        assert_eq!(gaps, [Other, Space, Hyphen, Comma, Dot, Line, Hyphen, Space]);
        let shapes: Vec<_> = words.all().iter().map(|word| word.shape).collect();
        use Shape::{Capital, Lower, Number, Upper};
        assert_eq!(shapes, [Capital, Capital, Capital, Capital, Upper, Number, Lower, Lower]);
    }

    #[test]
    fn reads_over_soft_hyphens_and_combining_marks() {
        let words = Words::read("Vir\u{AD}ta\u{200B}nen Ma\u{308}kinen");
        assert_eq!((words.lower(0), words.lower(1)), ("virtanen", "mäkinen"));
        assert_eq!(words.get(0).map(|word| word.span.clone()), Some(0..13));
    }
}
