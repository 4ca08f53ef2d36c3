//! Bank account numbers by ISO 13616: country, two check digits, and a length that each country fixes.

use super::fold::{Glyph, border_after, border_before, char_at, digit_at, letter_for_digit_at, skip_gap, span};
use super::{Action, Finding, Rule};

/// Characters of an IBAN by country, from the registry of SWIFT.
#[rustfmt::skip] // three times the lines otherwise
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
    ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DK", 18), ("DO", 28),
    ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FO", 18), ("FR", 27), ("GB", 22), ("GE", 22), ("GI", 23),
    ("GL", 18), ("GR", 27), ("GT", 28), ("HR", 21), ("HU", 28), ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26),
    ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28), ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20),
    ("LV", 21), ("MC", 27), ("MD", 24), ("ME", 22), ("MK", 19), ("MR", 27), ("MT", 31), ("MU", 30), ("NL", 18),
    ("NO", 15), ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("SA", 24),
    ("SC", 31), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("ST", 25), ("SV", 28), ("TL", 23), ("TN", 24),
    ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20),
];

/// Digits that every foreign account number has at least, check digits included.
const FOREIGN_DIGITS_MIN: usize = 10;

/// Returns valid account numbers, also in lower case and torn by spaces, hyphens or line breaks.
pub(super) fn ibans(glyphs: &[Glyph]) -> Vec<Finding> {
    (0..glyphs.len())
        .filter_map(|start| {
            let end = iban_end(glyphs, start)?;
            Some(Finding::new(Rule::Iban, Action::Block, span(glyphs, start, end)?))
        })
        .collect()
}

/// Returns the end of the account number that begins at `start`.
fn iban_end(glyphs: &[Glyph], start: usize) -> Option<usize> {
    let first = char_at(glyphs, start)?;
    let second = if first == 'F' { skip_gap(glyphs, start + 1) } else { start + 1 };
    // FI, or FL with a small L, which looks the same.
    let finnish =
        first == 'F' && (char_at(glyphs, second) == Some('I') || letter_for_digit_at(glyphs, second) == Some(1));
    let country = if finnish { ['F', 'I'] } else { [first, char_at(glyphs, second)?] };
    if !country.iter().all(char::is_ascii_uppercase) || !border_before(glyphs, start) {
        return None;
    }
    let digit = |at| digit_at(glyphs, at).or_else(|| letter_for_digit_at(glyphs, at).filter(|_| finnish));
    digit(skip_gap(glyphs, second + 1))?;
    let (_, length) = LENGTHS.iter().find(|(code, _)| code.chars().eq(country))?;
    let mut at = second + 1;
    let mut characters = Vec::with_capacity(*length);
    while characters.len() + 2 < *length {
        at = skip_gap(glyphs, at);
        characters.push(digit(at).or_else(|| char_at(glyphs, at)?.to_digit(36))?);
        at += 1;
    }
    let plain = if finnish { is_finnish(&characters) } else { is_plain(glyphs.get(start..at)?) };
    (plain && border_after(glyphs, at) && is_valid(country, &characters)).then_some(at)
}

/// Tells whether what follows `FI` is all digits.
fn is_finnish(characters: &[u32]) -> bool {
    characters.iter().all(|value| *value <= 9)
}

/// Tells whether a foreign number is written as one: upper case, check digits beside the country, mostly digits. Many
/// country codes are words (*se*, *no*, *me*), and every hundredth sentence would have the right remainder.
fn is_plain(glyphs: &[Glyph]) -> bool {
    let checked = glyphs.get(2..4).is_some_and(|check| check.iter().all(|glyph| glyph.char.is_ascii_digit()));
    let digits = glyphs.iter().filter(|glyph| glyph.char.is_ascii_digit()).count();
    checked && digits >= FOREIGN_DIGITS_MIN && !glyphs.iter().any(|glyph| glyph.lower)
}

/// Checks the remainder; `characters` are the values after the country.
fn is_valid(country: [char; 2], characters: &[u32]) -> bool {
    let Some((check, account)) = characters.split_at_checked(2) else { return false };
    let letters = country.iter().filter_map(|letter| letter.to_digit(36));
    account.iter().copied().chain(letters).chain(check.iter().copied()).fold(0, append) == 1
}

/// Appends a character's value (one or two decimal digits) to a number kept modulo 97.
fn append(remainder: u32, value: u32) -> u32 {
    let shift = if value > 9 { 100 } else { 10 };
    (remainder * shift + value) % 97
}
