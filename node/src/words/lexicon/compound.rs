//! Taking compounds apart by a list of the parts they are made of. In Finnish and Swedish one word says what English says in
//! three, and who looks for one of them wants to find it.
//!
//! A part before another stands in its base form, a listed one, or one that ends in a joining letter and has the key of a
//! listed word; the last part may be inflected. Where not all of a word is known, a long known part at its beginning or end is
//! still told apart.

use std::collections::{HashMap, HashSet};

use super::lines;

/// Fewest letters of a part.
const PART_MIN: usize = 3;
/// Letters by which it is seen that no part begins somewhere.
const BEGINNING: usize = 2;
/// Fewest letters of a known part beside an unknown one.
const ALONE_MIN: usize = 5;
/// Fewest letters of the unknown one.
const REST_MIN: usize = 4;
/// Longest word taken apart, in letters.
const LETTERS_MAX: usize = 48;

/// Gives the keys of a word.
type Keys<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// The parts of one language's compounds.
pub(super) struct Parts {
    /// Forms before another part, with the keys of the word they are of.
    first: HashMap<String, Vec<String>>,
    /// Keys of all parts.
    keys: HashSet<String>,
    /// How parts begin: two letters, which no inflection changes.
    beginnings: HashSet<String>,
    /// Letters in which a form before another part may end, though it is not listed.
    joining: &'static [char],
}

impl Parts {
    /// Reads a list of words, each with its forms before another part after colons.
    pub(super) fn read(list: &str, keys: Keys<'_>, joining: &'static [char]) -> Self {
        let mut parts = Self { first: HashMap::new(), keys: HashSet::new(), beginnings: HashSet::new(), joining };
        for word in lines(list).flat_map(str::split_whitespace) {
            let mut forms = word.split(':');
            let base = forms.next().unwrap_or_default();
            let base_keys = keys(base);
            parts.keys.extend(base_keys.iter().cloned());
            for form in forms.chain([base]) {
                parts.first.insert(form.to_owned(), base_keys.clone());
                parts.beginnings.insert(form.chars().take(BEGINNING).collect());
            }
        }
        parts
    }

    /// Returns the keys of a word's parts in their order; empty if it is no compound as far as is known.
    pub(super) fn split(&self, word: &str, keys: Keys<'_>) -> Vec<Vec<String>> {
        let mut at: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let letters = at.len();
        if !(2 * PART_MIN..=LETTERS_MAX).contains(&letters) {
            return Vec::new();
        }
        at.push(word.len());
        let mut cutter = Cutter { parts: self, word, at, keys, known: HashMap::new() };
        let cuts = cutter.whole().unwrap_or_else(|| cutter.partly());
        let mut found = Vec::new();
        for pair in cuts.windows(2) {
            if let [from, to] = pair {
                let part = cutter.slice(*from, *to);
                let listed = self.first.get(part).filter(|_| *to < letters);
                found.push(listed.cloned().unwrap_or_else(|| keys(part)));
                // terveydenhuolto in kouluterveydenhuolto; each part is shorter, so this ends.
                found.extend(self.split(part, keys));
            }
        }
        found
    }
}

/// One word being cut.
struct Cutter<'a> {
    parts: &'a Parts,
    word: &'a str,
    /// Byte positions of the letters, and the end.
    at: Vec<usize>,
    keys: Keys<'a>,
    /// What has been looked up.
    known: HashMap<(usize, usize), bool>,
}

impl<'a> Cutter<'a> {
    fn slice(&self, from: usize, to: usize) -> &'a str {
        let byte = |letter: usize| self.at.get(letter).copied().unwrap_or(self.word.len());
        self.word.get(byte(from)..byte(to)).unwrap_or_default()
    }

    fn letters(&self) -> usize {
        self.at.len() - 1
    }

    /// Returns the cuts, 0 and the end among them, that leave only known parts, as few as can be.
    fn whole(&mut self) -> Option<Vec<usize>> {
        let letters = self.letters();
        // For each place: from where its last part begins, and how many parts that makes.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; letters + 1];
        best[0] = Some((0, 0));
        for from in 0..letters {
            let Some((_, parts)) = best[from] else { continue };
            for length in PART_MIN..=letters - from {
                let to = from + length;
                let last = to == letters;
                let fewer = best[to].is_none_or(|(_, known)| known > parts + 1);
                if (last || letters - to >= PART_MIN) && !(last && from == 0) && fewer && self.is_part(from, to) {
                    best[to] = Some((from, parts + 1));
                }
            }
        }
        let mut cuts = vec![letters];
        let mut to = letters;
        while to > 0 {
            to = best[to]?.0;
            cuts.push(to);
        }
        cuts.reverse();
        Some(cuts)
    }

    /// Returns the cuts around one known part at the end or the beginning; the longest.
    fn partly(&mut self) -> Vec<usize> {
        let letters = self.letters();
        let end = (REST_MIN..=letters.saturating_sub(ALONE_MIN)).find(|from| self.is_part(*from, letters));
        if let Some(from) = end {
            return vec![0, from, letters];
        }
        let beginnings = (ALONE_MIN..=letters.saturating_sub(REST_MIN)).rev();
        match beginnings.into_iter().find(|to| self.is_part(0, *to)) {
            Some(to) => vec![0, to, letters],
            None => Vec::new(),
        }
    }

    /// Returns whether these letters are a known part.
    fn is_part(&mut self, from: usize, to: usize) -> bool {
        if !self.parts.beginnings.contains(self.slice(from, from + BEGINNING)) {
            return false;
        }
        if let Some(known) = self.known.get(&(from, to)) {
            return *known;
        }
        let part = self.slice(from, to);
        let by_key = || (self.keys)(part).iter().any(|key| self.parts.keys.contains(key));
        let is = match to == self.letters() {
            true => by_key(),
            false => self.parts.first.contains_key(part) || part.ends_with(self.parts.joining) && by_key(),
        };
        self.known.insert((from, to), is);
        is
    }
}
