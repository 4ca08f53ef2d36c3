//! Names of people. A first name with a family name is a name wherever it stands; a name alone only where a capital says that it is
//! one and it is no ordinary word; an unknown capitalised word only behind a title or a word of kin.
//!
//! The list knows the commonest names; shape and neighbours do the rest. A name never blocks: the list is full of words and
//! places, and a report may name who holds an office. A first name and a family name that are nothing else must be confirmed.

use std::ops::Range;

use super::gazetteer::Known;
use super::lexicon::Tags;
use super::word::{Gap, Shape, Word, Words};
use super::{Action, Finding, Rule};

/// Most further words of one name: two first names and a family name of two.
const FURTHER_MAX: usize = 3;
/// First names as long as this, ending included, are no other word even at the beginning of a sentence.
const CLEAR_CHARS_MIN: usize = 8;
/// Shortest family name that is known by its ending alone.
const SHAPED_BYTES_MIN: usize = 6;

/// How the family names of Finland that end in *-nen* look, inflected.
const SHAPED: &[&str] = &[
    "nen", "sen", "selle", "sella", "sellä", "selta", "seltä", "sesta", "sestä", "sessa", "sessä", "seen", "set",
    "sten", "sena", "senä",
];

/// How family names end in countries from which many have moved to Finland.
const FOREIGN: &[&str] = &[
    "enko", "enkon", "enkolle", "chuk", "tšuk", "ova", "ovan", "ovalle", "eva", "ov", "ovin", "skaja", "skaya", "skij",
    "sky", "ski", "ovic", "ović", "oglu", "oğlu", "zadeh", "zade", "dottir", "sson", "poulos", "escu",
];

/// Small words inside a name.
const PARTICLES: &[&str] = &["von", "af", "de", "van", "der", "al", "el", "bin", "da", "del"];

/// Endings of place: nobody's name stands so behind a word of kin that is not inflected.
const LOCATIVE: &[&str] = &["ssa", "ssä", "sta", "stä", "lla", "llä", "seen", "hin"];

/// Returns all names of people. With `every` word taken as if it had a capital, as in names of files.
pub(super) fn people(words: &Words<'_>, every: bool) -> Vec<Finding> {
    let reader = Reader { words, every };
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.all().len() {
        match reader.at(index) {
            Some((last, action)) => {
                let span = reader.span(index, last);
                found.push(Finding::new(Rule::PersonName, action, span));
                index = last + 1;
            }
            None => index += 1,
        }
    }
    found
}

struct Reader<'w> {
    words: &'w Words<'w>,
    every: bool,
}

impl Reader<'_> {
    /// Reads a name that begins with the word at `index`: its last word, and what must happen.
    fn at(&self, index: usize) -> Option<(usize, Action)> {
        let word = self.words.get(index)?;
        if !self.is_capital(word) {
            return self.small_pair(index);
        }
        let bare = self.words.bare(index);
        self.first_and_family(index, bare)
            .or_else(|| self.family_and_first(index, bare))
            .or_else(|| self.initials_and_family(index))
            .or_else(|| self.foreign_pair(index))
            .or_else(|| self.behind_title(index))
            .or_else(|| self.alone(index))
    }

    fn is_capital(&self, word: &Word) -> bool {
        matches!(word.shape, Shape::Capital | Shape::Upper) || self.every && word.shape == Shape::Lower
    }

    /// Tells whether the word at `index` goes on from the one before, as part of one name.
    fn continues(&self, index: usize) -> bool {
        self.words.get(index).is_some_and(|word| matches!(word.gap, Gap::Space | Gap::Line) && self.is_capital(word))
    }

    /// Returns the last word of the name part that begins at `index`: parts joined by a hyphen are one.
    fn part_end(&self, index: usize) -> usize {
        let joined =
            |at: usize| self.words.get(at).is_some_and(|word| word.gap == Gap::Hyphen && self.is_capital(word));
        if joined(index + 1) { index + 1 } else { index }
    }

    fn lower(&self, index: usize) -> &str {
        self.words.lower(index)
    }

    fn is_initial(&self, index: usize) -> bool {
        self.lower(index).chars().count() == 1 && self.words.get(index).is_some_and(|word| word.shape == Shape::Capital)
    }

    /// *Matti Virtanen*, *Anna-Liisa Maria Mäkelälle*, *Matti V.*, and a first name before an unknown capitalised word.
    fn first_and_family(&self, index: usize, bare: Known) -> Option<(usize, Action)> {
        if !bare.has(Known::GIVEN) || self.words.before(index).is_some_and(|before| before.tags.has(Tags::ORGANISATION))
        {
            return None;
        }
        let mut last = self.part_end(index);
        let mut first_names = 1;
        for _ in 0..FURTHER_MAX {
            let particle = usize::from(PARTICLES.contains(&self.lower(last + 1)));
            let next = last + 1 + particle;
            if !self.continues(next) {
                break;
            }
            let end = self.part_end(next);
            if let Some(action) = self.family(index, bare, next, end) {
                return Some((end, action));
            }
            if !self.words.known(next).has(Known::GIVEN) {
                break;
            }
            (last, first_names) = (end, first_names + 1);
        }
        let several = first_names > 1 && !bare.has(Known::WORD);
        several.then_some((last, Action::Warn))
    }

    /// Judges the part `next..=end` as the family name of the first name at `index`.
    fn family(&self, index: usize, bare: Known, next: usize, end: usize) -> Option<Action> {
        let (lower, word) = (self.lower(next), self.words.get(next)?);
        let given_is_word = bare.has(Known::WORD);
        let known = self.words.known(next).and(if end > next { self.words.known(end) } else { Known::default() });
        let opens = self.words.get(index).is_some_and(|first| first.opens);
        let organisation = self.words.get(end + 1).is_some_and(|after| after.tags.has(Tags::ORGANISATION));
        if known.has(Known::FAMILY) || is_shaped(lower) {
            let sure = !given_is_word && (known.has(Known::PLAIN) || is_shaped(lower) || !known.has(Known::PLACE));
            return match (sure, given_is_word && opens && !known.has(Known::PLAIN)) {
                (true, _) if !organisation && !self.every => Some(Action::Confirm),
                (_, true) => None,
                _ => Some(Action::Warn),
            };
        }
        let initial = self.is_initial(next) && matches!(self.words.next_char(next), Some('.' | ':'));
        let unknown = word.shape != Shape::Upper
            && known == Known::default()
            && word.tags == Tags::default()
            && lower.chars().count() > 2
            && !organisation
            && !self.every;
        (!given_is_word && (initial || unknown)).then_some(Action::Warn)
    }

    /// *Virtanen Matti*, *Virtanen, Matti*.
    fn family_and_first(&self, index: usize, bare: Known) -> Option<(usize, Action)> {
        let end = self.part_end(index);
        let next = self.words.get(end + 1).filter(|next| self.is_capital(next))?;
        let is_given = |known: Known| known.has(Known::GIVEN) && !known.has(Known::WORD);
        let sure =
            bare.has(Known::FAMILY) && (is_given(self.words.bare(end + 1)) || is_given(self.words.known(end + 1)));
        let joined = match next.gap {
            Gap::Space | Gap::Line => bare.has(Known::PLAIN) || self.every,
            Gap::Comma => bare.has(Known::PLAIN),
            _ => false,
        };
        (sure && joined).then(|| (self.part_end(end + 1), if self.every { Action::Warn } else { Action::Confirm }))
    }

    /// *M. Virtanen*, *A. K. Mäkelä*.
    fn initials_and_family(&self, index: usize) -> Option<(usize, Action)> {
        let mut at = index;
        while at < index + FURTHER_MAX && self.is_initial(at) && self.words.get(at + 1)?.gap == Gap::Dot {
            at += 1;
        }
        let family = self.words.get(at).filter(|word| at > index && word.shape == Shape::Capital)?;
        let known = self.words.known(at);
        let named = known.has(Known::FAMILY) && !family.tags.has(Tags::ORGANISATION) || is_shaped(self.lower(at));
        (named && !self.is_initial(at)).then(|| (self.part_end(at), Action::Warn))
    }

    /// *Olena Kovalenko*: an unknown capitalised word before one that ends as family names of many countries do.
    fn foreign_pair(&self, index: usize) -> Option<(usize, Action)> {
        let unknown = |at: usize| {
            let plain =
                self.words.get(at).is_some_and(|word| word.shape == Shape::Capital && word.tags == Tags::default());
            plain && self.words.known(at) == Known::default() && !self.is_initial(at)
        };
        let next = index + 1;
        let lower = self.lower(next);
        let foreign = lower.len() >= SHAPED_BYTES_MIN && FOREIGN.iter().any(|ending| lower.ends_with(ending));
        (foreign && self.continues(next) && unknown(index) && unknown(next)).then_some((next, Action::Warn))
    }

    /// *rouva Virtanen*, *äiti Liisa*, *asiakas N.*
    fn behind_title(&self, index: usize) -> Option<(usize, Action)> {
        let (before, word) = (self.words.before(index)?, self.words.get(index)?);
        let (title, kin) = (before.tags.has(Tags::TITLE), before.tags.has(Tags::KIN));
        let joined = matches!(word.gap, Gap::Space | Gap::Line) || title && word.gap == Gap::Dot;
        if !joined || !(title || kin || before.tags.has(Tags::ROLE)) || self.every && word.shape == Shape::Lower {
            return None;
        }
        let lower = self.lower(index);
        let known = self.words.known(index);
        let end = self.part_end(index);
        let place =
            known.has(Known::PLACE) || self.is_place(end) || word.tags != Tags::default() || word.shape == Shape::Upper;
        let named = (known.has(Known::GIVEN) || known.has(Known::FAMILY)) && (title || !place);
        let initial = self.is_initial(index) && matches!(self.words.next_char(index), Some('.' | ':'));
        let locative = LOCATIVE.iter().any(|ending| lower.ends_with(ending));
        let unknown = (title || kin) && !place && lower.chars().count() > 2 && (title || !locative);
        let last = if initial { self.last_initial(index) } else { end };
        (named || initial || unknown).then_some((last, Action::Warn))
    }

    /// Returns the last of the initials that begin at `index`, joined by full stops alone: *A.K.*
    fn last_initial(&self, index: usize) -> usize {
        let adjacent = |at: usize| {
            self.words
                .before(at)
                .is_some_and(|before| self.words.get(at).is_some_and(|word| word.span.start == before.span.end + 1))
        };
        let further = (index + 1..index + FURTHER_MAX).take_while(|at| {
            self.is_initial(*at) && adjacent(*at) && self.words.get(*at).is_some_and(|word| word.gap == Gap::Dot)
        });
        further.last().unwrap_or(index)
    }

    fn is_place(&self, index: usize) -> bool {
        self.words.known(index).has(Known::PLACE)
    }

    /// A first name, or a family name that is nothing else.
    fn alone(&self, index: usize) -> Option<(usize, Action)> {
        let word = self.words.get(index).filter(|word| word.shape == Shape::Capital)?;
        let known = self.words.known(index);
        let clear = known.has(Known::FREQUENT) || self.lower(index).chars().count() >= CLEAR_CHARS_MIN;
        let given = known.has(Known::GIVEN)
            && !known.has(Known::NEVER_ALONE)
            && (!word.opens || clear && !known.has(Known::WORD));
        let family = known.has(Known::FAMILY.and(Known::PLAIN)) && !known.has(Known::WORD);
        if !(given || family) || known.has(Known::PLACE) || word.tags != Tags::default() {
            return None;
        }
        let end = self.part_end(index);
        (!self.is_place(end) && !self.is_part_of_a_title(index, end)).then_some((end, Action::Warn))
    }

    /// Tells whether the words around make it the name of something else: *Anna-talo*, *Helsingin Maria*, *Emilia ry*.
    fn is_part_of_a_title(&self, index: usize, end: usize) -> bool {
        let capital_before = self.words.before(index).is_some_and(|before| self.is_capital(before) && !before.opens)
            && self.words.get(index).is_some_and(|word| matches!(word.gap, Gap::Space | Gap::Hyphen));
        let after = self.words.get(end + 1).is_some_and(|after| {
            let before = self.words.text().get(..after.span.start).unwrap_or_default();
            let hyphened = before.ends_with(['-', '–']);
            let named = self.lower(end + 1).starts_with("nimi");
            hyphened && after.shape == Shape::Lower && !named || after.tags.has(Tags::ORGANISATION.or(Tags::UNIT))
        });
        let hyphen_before = self.words.get(index).is_some_and(|word| word.gap == Gap::Hyphen);
        capital_before || after || hyphen_before
    }

    /// *matti virtanen*, typed in haste: both must be names and nothing else.
    fn small_pair(&self, index: usize) -> Option<(usize, Action)> {
        let next = self.words.get(index + 1).filter(|next| next.gap == Gap::Space && next.shape == Shape::Lower)?;
        let family = self.lower(index + 1);
        let shaped = is_shaped(family) || !next.tags.has(Tags::ORGANISATION) && family.ends_with(['m', 't', 'g', 'n']);
        if !shaped || self.words.get(index)?.shape != Shape::Lower {
            return None;
        }
        let (given, family) = (self.words.bare(index), self.words.known(index + 1));
        let sure = given.has(Known::GIVEN.and(Known::FREQUENT)) && !given.has(Known::WORD) && family.has(Known::PLAIN);
        sure.then_some((index + 1, Action::Warn))
    }

    fn span(&self, first: usize, last: usize) -> Range<usize> {
        let at = |index: usize| self.words.get(index).map(|word| word.span.clone()).unwrap_or_default();
        let end = at(last).end;
        let rest = self.words.text().get(end..).unwrap_or_default();
        // The full stop of an initial is part of it, unless it ends the sentence.
        let stop = self.is_initial(last)
            && rest.strip_prefix('.').is_some_and(|rest| rest.trim_start().starts_with(char::is_lowercase));
        at(first).start..end + usize::from(stop)
    }
}

/// Tells whether a word ends as family names in *-nen* do.
fn is_shaped(lower: &str) -> bool {
    lower.len() >= SHAPED_BYTES_MIN && SHAPED.iter().any(|ending| lower.ends_with(ending))
}
