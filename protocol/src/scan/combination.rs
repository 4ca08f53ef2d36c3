//! Rare combinations: each part is harmless, together they point at one person. How old somebody is to the year, a small
//! municipality, an illness or a nationality, how many children, the day, the school: three kinds near each other, of which one
//! tells of somebody and one of where or when, and each part found is shown with a more general word to write.
//!
//! *Small* is a rural municipality in the grouping of Statistics Finland, for want of counts of inhabitants among our data.

use std::ops::Range;

use super::gazetteer::Known;
use super::identity::is_day;
use super::lexicon::Tags;
use super::word::{Gap, Shape, Word, Words};
use super::{Action, Finding, Rule};

/// How far from the first part the last one may end, in bytes: two or three sentences.
const NEAR_BYTES: usize = 220;
/// So many kinds of parts make a combination.
const KINDS_MIN: u32 = 3;
/// Oldest age that is read as one.
const AGE_MAX: u32 = 115;
/// Children from which a family is large.
const CHILDREN_MIN: u32 = 3;
/// Words before a unit that are no name of it.
#[rustfmt::skip] // one word a line otherwise
const NO_NAMES: &[&str] = &["tämän", "sen", "meidän", "heidän", "oman", "saman", "jonkin", "kunkin", "yhden", "toisen", "erään", "minkä", "uuden",
    "lapsen", "nuoren", "lähimmän", "vanhan", "pienen", "ison", "kunnan", "kaupungin", "en", "vår", "our", "their", "the", "a", "this", "any",
    "every", "each", "local", "her", "his", "min", "deras", "varje"];

/// What a part tells. The order is that of the bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Age,
    Group,
    Family,
    Person,
    Place,
    Date,
    Unit,
}

impl Kind {
    /// Kinds that tell of somebody; the others tell where or when.
    const SOMEBODY: u32 = 0b1111;

    fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Returns what to write instead; `None` if the part may stay.
    fn suggestion(self) -> Option<&'static str> {
        Some(match self {
            Self::Age => "[ikäryhmä]",
            Self::Group => "[ryhmä]",
            Self::Family => "[perhe]",
            Self::Place => "[alue]",
            Self::Date => "[ajankohta]",
            Self::Unit => "[yksikkö]",
            Self::Person => return None,
        })
    }
}

/// One part.
struct Part {
    kind: Kind,
    span: Range<usize>,
}

/// Returns the parts of all rare combinations.
pub(super) fn rare(words: &Words<'_>) -> Vec<Finding> {
    let parts: Vec<Part> = (0..words.all().len()).filter_map(|index| part(words, index)).collect();
    let mut shown = vec![false; parts.len()];
    for (first, part) in parts.iter().enumerate() {
        let near = parts.iter().skip(first).take_while(|other| other.span.end <= part.span.start + NEAR_BYTES);
        let kinds = near.clone().fold(0, |kinds, other| kinds | other.kind.bit());
        let count = near.count();
        if kinds.count_ones() >= KINDS_MIN && kinds & Kind::SOMEBODY != 0 && kinds & !Kind::SOMEBODY != 0 {
            shown.iter_mut().skip(first).take(count).for_each(|shown| *shown = true);
        }
    }
    let found = parts.into_iter().zip(shown).filter(|(_, shown)| *shown).filter_map(|(part, _)| {
        let suggestion = part.kind.suggestion()?;
        Some(Finding { suggestion, ..Finding::new(Rule::RareCombination, Action::Warn, part.span) })
    });
    found.collect()
}

/// Reads the part that begins with the word at `index`.
fn part(words: &Words<'_>, index: usize) -> Option<Part> {
    let word = words.get(index)?;
    let (kind, last) = match word.shape {
        Shape::Number => number(words, index)?,
        _ => (of_word(words, index, word)?, index),
    };
    let (first, last) = match kind {
        Kind::Unit => unit(words, index.checked_sub(1)?, index)?,
        Kind::Family if words.get(index + 1).is_some_and(|next| next.tags.has(Tags::CHILDREN)) => (index, index + 1),
        _ => (index, last),
    };
    Some(Part { kind, span: words.get(first)?.span.start..words.get(last)?.span.end })
}

fn of_word(words: &Words<'_>, index: usize, word: &Word) -> Option<Kind> {
    if word.tags.has(Tags::UNIT) && index > 0 {
        return Some(Kind::Unit);
    }
    if word.tags.has(Tags::GROUP) {
        return Some(Kind::Group);
    }
    let children = |at: usize| words.get(at).is_some_and(|next| next.tags.has(Tags::CHILDREN));
    if word.tags.has(Tags::SEVERAL) && (children(index + 1) || words.lower(index).ends_with("lapsinen")) {
        return Some(Kind::Family);
    }
    if word.tags.has(Tags::PERSON) {
        return Some(Kind::Person);
    }
    (word.shape == Shape::Capital && words.known(index).has(Known::PLACE.and(Known::RURAL))).then_some(Kind::Place)
}

/// Returns the first and last word of a named unit: a capitalised genitive before the word for it, or a name behind it.
fn unit(words: &Words<'_>, before: usize, index: usize) -> Option<(usize, usize)> {
    let named = words.get(before).filter(|name| before < index && name.shape == Shape::Capital && !name.opens);
    let lower = words.lower(before);
    let adjacent = words.get(index).is_some_and(|word| word.gap == Gap::Space && word.shape == Shape::Lower);
    if named.is_some() && adjacent && !NO_NAMES.contains(&lower) {
        return Some((before, index));
    }
    let after =
        words.get(index + 1).filter(|after| after.gap == Gap::Space && after.shape == Shape::Capital && !after.opens);
    after.map(|_| (index, index + 1))
}

/// Reads a part that begins with a number: an age, a day, a number of children.
fn number(words: &Words<'_>, index: usize) -> Option<(Kind, usize)> {
    age(words, index)
        .map(|last| (Kind::Age, last))
        .or_else(|| day(words, index).map(|last| (Kind::Date, last)))
        .or_else(|| {
            let several = value(words, index).is_some_and(|count| (CHILDREN_MIN..20).contains(&count));
            let children = words.get(index + 1).is_some_and(|next| next.tags.has(Tags::CHILDREN));
            (several && children).then_some((Kind::Family, index + 1))
        })
}

fn value(words: &Words<'_>, index: usize) -> Option<u32> {
    words.lower(index).parse().ok()
}

/// Reads an exact age: `17-vuotias`, `17 v nainen`, `17-åring`, `17 år gammal`, `17-year-old`. No range, no limit, no group.
fn age(words: &Words<'_>, index: usize) -> Option<usize> {
    let limit = words.before(index).is_some_and(|before| {
        let range = before.shape == Shape::Number && words.get(index).is_some_and(|word| word.gap == Gap::Hyphen);
        range || before.tags.has(Tags::LIMIT)
    });
    let lower = words.lower(index);
    let digits = lower.strip_suffix('v').unwrap_or(lower);
    if limit || digits.parse().map_or(true, |age: u32| age > AGE_MAX) {
        return None;
    }
    let one = |at: usize| words.get(at).is_some_and(|word| word.tags.has(Tags::PERSON.or(Tags::KIN)));
    let joined = words.get(index + 1).is_some_and(|next| matches!(next.gap, Gap::Hyphen | Gap::Space | Gap::Line));
    match (words.lower(index + 1), words.lower(index + 2)) {
        _ if digits.len() < lower.len() => one(index + 1).then_some(index),
        ("v", _) => (joined && one(index + 2)).then_some(index + 1),
        ("år", "gammal" | "gamla" | "gammalt") | ("year" | "years", "old") => Some(index + 2),
        _ => (joined && words.get(index + 1)?.tags.has(Tags::AGED)).then_some(index + 1),
    }
}

/// Reads an exact day: `12.3.2025`, `2025-03-12`, `12. maaliskuuta 2025`, `12 mars 2025`. No range of days.
fn day(words: &Words<'_>, index: usize) -> Option<usize> {
    let [first, second, third] = [index, index + 1, index + 2].map(|at| words.lower(at));
    let gaps = (words.get(index + 1)?.gap, words.get(index + 2)?.gap);
    let month = words.get(index + 1)?.tags.has(Tags::MONTH);
    let exists = |day: &str, month: &str, year: &str| {
        year.len() == 4
            && day.len() <= 2
            && month.len() <= 2
            && matches!((day.parse(), month.parse()), (Ok(day), Ok(month)) if is_day(day, month))
    };
    let right = match gaps {
        (Gap::Dot, Gap::Dot) => exists(first, second, third),
        (Gap::Hyphen, Gap::Hyphen) => exists(third, second, first),
        (Gap::Dot | Gap::Space, Gap::Space) => month && exists(first, "1", third),
        _ => false,
    };
    let ranged = |at: Option<char>| matches!(at, Some('-' | '–' | '—' | '−'));
    let start = words.get(index)?.span.start;
    let before = words.text().get(..start).and_then(|before| before.trim_end().chars().next_back());
    let end = words.get(index + 2)?.span.end;
    let after = words.text().get(end..).and_then(|after| after.trim_start().chars().next());
    (right && !ranged(before) && !ranged(after)).then_some(index + 2)
}
