//! Street addresses, Finnish and Swedish: a word that ends as names of streets do, with a number behind it. With the number of a
//! flat it is somebody's home.

use super::gazetteer::Known;
use super::inflect::is_ending;
use super::lexicon::Tags;
use super::word::{Gap, Shape, Words};
use super::{Action, Finding, Rule};

/// Endings of street names in lower case, in both grades; case endings may follow.
#[rustfmt::skip] // one ending a line otherwise
const STREETS: &[&str] = &[
    "katu", "kadu", "tie", "kuja", "polku", "polu", "väylä", "kaari", "kaare", "rinne", "rintee", "raitti", "raiti", "aukio", "tori",
    "ranta", "ranna", "mäki", "mäe", "penger", "penkeree", "bulevardi", "esplanadi", "puistikko", "puistiko", "tanhua", "gatan",
    "gata", "vägen", "väg", "gränd", "gränden", "stigen", "stig", "stranden", "torget", "esplanaden", "allén", "backen", "brinken",
    "svängen", "bågen",
];

/// Words that end so and are no streets, and roads at which nobody lives.
#[rustfmt::skip] // one word a line otherwise
const NO_STREETS: &[&str] = &[
    "valtatie", "maantie", "rautatie", "moottoritie", "kantatie", "seututie", "yhdystie", "pyörätie", "kävelytie", "hätätie", "umpitie",
    "kehätie", "palvelupolku", "palvelupolu", "hoitopolku", "hoitopolu", "asiakaspolku", "asiakaspolu", "koulutuspolku", "koulutuspolu",
    "opintopolku", "opintopolu", "urapolku", "urapolu", "kuntoutuspolku", "kuntoutuspolu", "mentori", "palveluväylä", "riksväg", "järnväg",
    "elinkaari", "elinkaare", "kävelykatu", "kävelykadu", "luontopolku", "luontopolu", "landsväg", "motorväg",
];

/// Words that are a street's name together with a capitalised one before them.
const ALONE: &[&str] =
    &["vägen", "gatan", "stigen", "gränden", "torget", "stranden", "katu", "tie", "polku", "kuja", "raitti", "aukio"];
/// Words that a street's name may begin with.
#[rustfmt::skip] // one word a line otherwise
const PARTS_OF_TOWN: &[&str] = &[
    "iso", "pikku", "vähä", "vanha", "uusi", "ylä", "ala", "pohjoinen", "eteläinen", "itäinen", "läntinen", "norra", "södra", "östra",
    "västra", "stora", "lilla", "gamla", "nya",
];
/// Letters before which *-tori* is a market: not *rehtori*, *koordinaattori*.
const BEFORE_MARKET: &[char] = &['a', 'ä', 'n'];
/// What a number is counted in: with such a word behind it, it is not that of a house.
const UNITS: &[&str] = &[
    "km",
    "m",
    "metriä",
    "kpl",
    "prosenttia",
    "vuotta",
    "kertaa",
    "euroa",
    "asiakasta",
    "perhettä",
    "lasta",
    "henkilöä",
    "tuntia",
];
/// Digits of the longest house number.
const HOUSE_DIGITS_MAX: usize = 3;
/// Digits of the longest number of a flat.
const FLAT_DIGITS_MAX: usize = 3;
/// Digits of a postal code.
const POSTCODE_DIGITS: usize = 5;

/// Returns street addresses.
pub(super) fn streets(words: &Words<'_>) -> Vec<Finding> {
    (0..words.all().len()).filter_map(|index| street(words, index)).collect()
}

/// Reads the address whose street's name is the word at `index`.
fn street(words: &Words<'_>, index: usize) -> Option<Finding> {
    let number = words.get(index + 1)?;
    if !matches!(number.gap, Gap::Space | Gap::Line) || number.shape != Shape::Number {
        return None;
    }
    let first = name_start(words, index)?;
    let (name, house) = (words.get(first)?, House::read(words, index + 1)?);
    let action = match (name.shape, house.flat) {
        _ if !house.flat && words.known(index).has(Known::PLACE) => return None,
        (Shape::Lower, false) | (Shape::Number, _) => return None,
        (Shape::Lower, true) => Action::Confirm,
        (_, true) => Action::Block,
        (_, false) => Action::Warn,
    };
    let last = post_office(words, house.last).unwrap_or(house.last);
    Some(Finding::new(Rule::StreetAddress, action, words.get(first)?.span.start..words.get(last)?.span.end))
}

/// Returns the first word of the street's name that ends at `index`: *Norra vägen*, *Iso Esimerkkikatu*.
fn name_start(words: &Words<'_>, index: usize) -> Option<usize> {
    let spaced = words.get(index).is_some_and(|word| word.gap == Gap::Space);
    let before = words.before(index).filter(|before| spaced && before.shape == Shape::Capital);
    if ALONE.contains(&words.lower(index)) {
        return before.and(index.checked_sub(1));
    }
    let begun = before.is_some() && PARTS_OF_TOWN.contains(&words.lower(index.saturating_sub(1)));
    is_street(words.lower(index)).then_some(index - usize::from(begun))
}

/// Tells whether a word in lower case is the name of a street, inflected or not.
fn is_street(word: &str) -> bool {
    let is_name = |ending: &&str| {
        word.rfind(ending.to_owned()).is_some_and(|at| {
            let (head, tail) = (word.get(..at).unwrap_or_default(), word.get(at + ending.len()..).unwrap_or_default());
            let market = **ending != *"tori" || head.ends_with(BEFORE_MARKET);
            head.chars().count() >= 2 && market && is_ending(tail)
        })
    };
    let no_street = |no: &&str| word.strip_prefix(no.to_owned()).is_some_and(is_ending);
    STREETS.iter().any(is_name) && !NO_STREETS.iter().any(no_street)
}

/// What follows the street.
struct House {
    /// The last word that belongs to it.
    last: usize,
    /// A flat is named.
    flat: bool,
}

impl House {
    /// Reads a house number, a second one, a staircase and a flat: `5`, `5–7`, `5 A 3`, `5a`, `5 as. 12`, `5B12`.
    fn read(words: &Words<'_>, at: usize) -> Option<Self> {
        let (digits, stair, flat) = parts(words.lower(at));
        let next = words.next_char(at);
        let dated = next == Some('.')
            && words.get(at + 1).is_some_and(|next| next.shape == Shape::Number && next.gap == Gap::Dot);
        if !(1..=HOUSE_DIGITS_MAX).contains(&digits)
            || stair > 1
            || dated
            || matches!(next, Some('%' | '€' | ':' | '/'))
        {
            return None;
        }
        let mut house = Self { last: at, flat: flat > 0 };
        if words.get(at + 1).is_some_and(|next| next.gap == Gap::Hyphen && next.shape == Shape::Number) {
            house.last = at + 1;
        } else if counts(words, at + 1) {
            return None;
        }
        if !house.flat {
            house.read_flat(words, stair == 1);
        }
        Some(house)
    }

    fn read_flat(&mut self, words: &Words<'_>, had_stair: bool) {
        let near = |at: usize| {
            words.get(at).is_some_and(|word| matches!(word.gap, Gap::Space | Gap::Line | Gap::Comma | Gap::Dot))
        };
        let is_flat = |at: usize| {
            let (digits, letters, more) = parts(words.lower(at));
            near(at)
                && (1..=FLAT_DIGITS_MAX).contains(&digits)
                && letters <= 1
                && more == 0
                && !UNITS.contains(&words.lower(at + 1))
        };
        let next = self.last + 1;
        let lower = words.lower(next);
        let (digits, letters, _) = parts(lower);
        let alone = lower.chars().count() == 1 && lower.starts_with(char::is_alphabetic);
        let joined = digits == 0 && letters == 1 && (2..=4).contains(&lower.chars().count());
        let stair = near(next)
            && (alone || joined)
            && (lower <= "k" || words.get(next).is_some_and(|word| word.shape != Shape::Lower));
        if near(next) && words.get(next).is_some_and(|word| word.tags.has(Tags::FLAT)) && is_flat(next + 1) {
            (self.last, self.flat) = (next + 1, true);
        } else if stair && joined {
            (self.last, self.flat) = (next, true);
        } else if stair && words.get(next + 1).is_some_and(|word| word.tags.has(Tags::FLAT)) && is_flat(next + 2) {
            (self.last, self.flat) = (next + 2, true);
        } else if stair && is_flat(next + 1) {
            (self.last, self.flat) = (next + 1, true);
        } else if had_stair && is_flat(next) && words.get(next).is_some_and(|word| word.gap == Gap::Space) {
            (self.last, self.flat) = (next, true);
        } else if stair && words.get(next).is_some_and(|word| word.shape == Shape::Capital && word.gap == Gap::Space) {
            self.last = next;
        }
    }
}

/// Tells whether the word at `index` is what a number before it counts: a unit, or a Finnish noun in the partitive.
fn counts(words: &Words<'_>, index: usize) -> bool {
    let lower = words.lower(index);
    let small = words.get(index).is_some_and(|word| word.gap == Gap::Space && word.shape == Shape::Lower);
    let place = ["ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä"].iter().any(|ending| lower.ends_with(ending));
    UNITS.contains(&lower) || small && lower.len() > 3 && lower.ends_with(['a', 'ä']) && !place
}

/// Returns how many digits, letters and further digits a word is made of; a word of another make has 0 digits and many letters.
fn parts(word: &str) -> (usize, usize, usize) {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word.get(digits..).unwrap_or_default();
    let letters = rest.chars().take_while(|char| char.is_alphabetic()).count();
    let further = rest.chars().skip(letters);
    let more = further.clone().take_while(char::is_ascii_digit).count();
    if further.count() > more { (0, usize::MAX, 0) } else { (digits, letters, more) }
}

/// Returns the last word of a postal code and its place behind the word at `last`.
fn post_office(words: &Words<'_>, last: usize) -> Option<usize> {
    let code = words.get(last + 1).filter(|code| matches!(code.gap, Gap::Comma | Gap::Space | Gap::Line))?;
    let digits = code.shape == Shape::Number && words.lower(last + 1).len() == POSTCODE_DIGITS;
    let place = words
        .get(last + 2)
        .is_some_and(|place| place.gap == Gap::Space && place.shape != Shape::Lower && place.shape != Shape::Number);
    digits.then_some(if place { last + 2 } else { last + 1 })
}
