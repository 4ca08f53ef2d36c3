//! Numbers by which a register knows somebody: licence plates, passports and permits, and the numbers of cases and files.

use super::context::Context;
use super::lexicon::Tags;
use super::word::{Gap, Shape, Word, Words};
use super::{Action, Finding, Rule};

/// What stands before numbers and is no plate.
#[rustfmt::skip] // one word a line otherwise
const NO_PLATES: &[&str] = &[
    "eur", "usd", "sek", "km", "co", "he", "eu", "en", "iso", "kpl", "no", "nro", "klo", "kl", "st", "ca", "max", "min", "in", "on", "ja",
    "the", "at", "pl", "vk", "hv", "shl", "thl", "stm", "tv", "ry", "oy", "is", "or", "of", "to", "vm", "tai", "och", "på", "för", "för",
];
/// Words that may stand between what announces a case number and the number.
const WORDS_BETWEEN: usize = 3;
/// Digits that a case number has at least, unless it has a slash.
const CASE_DIGITS_MIN: usize = 5;
/// Letters of the longest prefix of a case number.
const CAPITALS_MAX: usize = 6;
/// Parts that a case number is made of at most.
const CASE_PARTS_MAX: usize = 8;
/// Years that may stand in a case number.
const YEARS: std::ops::RangeInclusive<u32> = 1980..=2099;

/// Returns licence plates near a word that speaks of a vehicle.
pub(super) fn plates(words: &Words<'_>, context: &Context) -> Vec<Finding> {
    if context.is_silent_on(Tags::VEHICLE) {
        return Vec::new();
    }
    (0..words.all().len()).filter_map(|index| plate(words, context, index)).collect()
}

fn plate(words: &Words<'_>, context: &Context, index: usize) -> Option<Finding> {
    let word = words.get(index).filter(|word| word.shape != Shape::Number)?;
    let (letters, digits) = letters_and_digits(words.lower(index))?;
    let end = if digits > 0 {
        (word.shape == Shape::Upper && (1..=3).contains(&digits)).then_some(index)?
    } else {
        let number = words.get(index + 1).filter(|number| number.shape == Shape::Number)?;
        let (0, 1..=3) = letters_and_digits(words.lower(index + 1))? else { return None };
        let spaced = number.gap == Gap::Space && word.shape == Shape::Upper && !NO_PLATES.contains(&words.lower(index));
        (number.gap == Gap::Hyphen || spaced).then_some(index + 1)?
    };
    let longer = |word: Option<&Word>| word.is_some_and(|word| word.gap == Gap::Hyphen);
    if !(2..=3).contains(&letters)
        || longer(Some(word))
        || longer(words.get(end + 1))
        || matches!(words.next_char(end), Some('%' | '€'))
    {
        return None;
    }
    let span = word.span.start..words.get(end)?.span.end;
    context.mentions(Tags::VEHICLE, &span).then(|| Finding::new(Rule::LicencePlate, Action::Warn, span))
}

/// Returns passport and permit numbers: two letters and seven digits, and others near a word that says what they are.
pub(super) fn documents(words: &Words<'_>, context: &Context) -> Vec<Finding> {
    (0..words.all().len()).filter_map(|index| document(words, context, index)).collect()
}

fn document(words: &Words<'_>, context: &Context, index: usize) -> Option<Finding> {
    let word = words.get(index).filter(|word| word.span.len() <= 2 || word.span.len() >= 7)?;
    let (letters, digits) = letters_and_digits(words.lower(index))?;
    let plain = (letters, digits) == (2, 7) && word.shape == Shape::Upper;
    let alone = letters <= 2 && (7..=9).contains(&digits);
    let parted = digits == 0
        && (1..=2).contains(&letters)
        && word.shape != Shape::Lower
        && words.get(index + 1).is_some_and(|next| next.gap == Gap::Space)
        && matches!(letters_and_digits(words.lower(index + 1)), Some((0, 6..=8)));
    let end = index + usize::from(parted);
    let span = word.span.start..words.get(end)?.span.end;
    let said = (alone || parted) && context.mentions(Tags::DOCUMENT, &span);
    (plain || said).then(|| Finding::new(Rule::DocumentNumber, Action::Warn, span))
}

/// Returns how many letters a word begins with and how many digits follow; `None` if it is made otherwise.
fn letters_and_digits(word: &str) -> Option<(usize, usize)> {
    let letters = word.chars().take_while(|char| char.is_alphabetic()).count();
    let rest = word.chars().skip(letters);
    rest.clone().all(|char| char.is_ascii_digit()).then(|| (letters, rest.count()))
}

/// Returns numbers of cases and files: `1234/02.03/2024` wherever it stands, others behind a word that says what they are.
pub(super) fn cases(words: &Words<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let end = joined_end(words, index);
        if end > index && is_case_number(words, index, end) {
            found.extend(case(words, index, end));
        } else if is_yearly(words, index, end) {
            found.extend(case(words, index - 1, end));
        } else if word.tags.has(Tags::CASE) {
            found.extend(announced(words, index));
        }
        index = end + 1;
    }
    found
}

fn case(words: &Words<'_>, from: usize, to: usize) -> Option<Finding> {
    let span = words.get(from)?.span.start..words.get(to)?.span.end;
    Some(Finding::new(Rule::CaseNumber, Action::Warn, span))
}

/// Returns the character that alone parts the word at `index` from the one before.
fn joint(words: &Words<'_>, index: usize) -> Option<char> {
    let (before, word) = (words.before(index)?, words.get(index)?);
    let mut between = words.text().get(before.span.end..word.span.start)?.chars();
    between.next().filter(|char| matches!(char, '/' | '.' | '-' | ':') && between.next().is_none())
}

/// Returns the last of the words that are joined to the one at `index` by single marks.
fn joined_end(words: &Words<'_>, index: usize) -> usize {
    (index + 1..index + CASE_PARTS_MAX).take_while(|next| joint(words, *next).is_some()).last().unwrap_or(index)
}

/// Tells whether the joined words are a case number by their shape: slashes, a year, another number, and no date.
fn is_case_number(words: &Words<'_>, from: usize, to: usize) -> bool {
    let slashes = (from + 1..=to).filter(|index| joint(words, *index) == Some('/')).count();
    let part = |index: usize| (words.lower(index), words.get(index).map(|word| word.shape));
    let mut parts = (from..=to).map(part);
    let made = parts.clone().all(|(text, shape)| {
        shape == Some(Shape::Number) && text.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(shape, Some(Shape::Upper | Shape::Capital)) && text.len() <= 6
    });
    let years = parts.clone().filter(|(text, _)| is_year(text)).count();
    let numbers = parts.clone().filter(|(_, shape)| *shape == Some(Shape::Number)).count();
    let short = parts.all(|(text, _)| text.len() <= 2 || is_year(text)) && to == from + 2;
    let address = words
        .text()
        .get(..words.get(from).map_or(0, |word| word.span.start))
        .is_some_and(|before| before.ends_with(['/', '.', '@']));
    slashes >= 2 && made && years == 1 && numbers >= 2 && !short && !address
}

/// Tells whether `HEL 2024-012345` stands here: capitals, a year, a hyphen and a running number.
fn is_yearly(words: &Words<'_>, index: usize, end: usize) -> bool {
    let capitals =
        words.before(index).is_some_and(|before| before.shape == Shape::Upper && before.span.len() <= CAPITALS_MAX);
    let spaced = words.get(index).is_some_and(|word| word.gap == Gap::Space);
    let running = words.lower(index + 1);
    let numbers = running.len() >= CASE_DIGITS_MIN && running.bytes().all(|byte| byte.is_ascii_digit());
    capitals && spaced && end == index + 1 && joint(words, end) == Some('-') && is_year(words.lower(index)) && numbers
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse().is_ok_and(|year| YEARS.contains(&year))
}

/// Returns the number that the word at `index` announces.
fn announced(words: &Words<'_>, index: usize) -> Option<Finding> {
    let number = |at: &usize| words.get(*at).is_some_and(|word| word.shape == Shape::Number);
    let first = (index + 1..=index + WORDS_BETWEEN).find(number)?;
    let last = joined_end(words, first);
    let digits: usize = (first..=last).map(|at| words.lower(at).bytes().filter(u8::is_ascii_digit).count()).sum();
    let slash = (first + 1..=last).any(|at| joint(words, at) == Some('/'));
    let prefix = first - 1 > index
        && words.get(first - 1).is_some_and(|word| word.shape == Shape::Upper)
        && words.get(first).is_some_and(|word| {
            matches!(word.gap, Gap::Space | Gap::Hyphen)
                || joint(words, first) == Some('/') && word.shape == Shape::Number
        });
    let law = words.lower(first - 1) == "eu";
    (!law && (slash || digits >= CASE_DIGITS_MIN)).then(|| case(words, first - usize::from(prefix), last))?
}
