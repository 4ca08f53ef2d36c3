//! Texts for trying the scanner: sentences in which an identifier is planted, and sentences without any. Every identifier is artificial:
//! serial numbers of identity codes from 900 to 999, which nobody has; example domains; numbers and streets that do not exist.

use std::ops::Range;

use serde::Serialize;

use super::{LANGUAGES, MATTERS, Texts};
use crate::dice::Dice;

/// Texts with an identifier in the small set.
pub const PLANTED: usize = 40;
/// Texts without one in the small set.
pub const CLEAN: usize = 400;
/// Check characters of identity codes, by the remainder of the number before them.
const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
/// Serial numbers that no person has.
const SERIALS: Range<u64> = 900..1_000;
/// What is written around an identifier.
const FRAMES: [(&str, &str); 6] = [
    ("Asiakas ", " odottaa yhä päätöstä."),
    ("Kirjasin muistiin: ", ", ja palaamme asiaan ensi viikolla."),
    ("Klienten ", " väntar fortfarande på beslut."),
    ("I anteckningen stod ", " och vi återkommer nästa vecka."),
    ("The client ", " is still waiting for a decision."),
    ("The note said ", " and we return to it next week."),
];
/// Names of streets that do not exist.
const STREETS: [&str; 4] = ["Esimerkkikatu", "Keksittykuja", "Låtsasgatan", "Mallitie"];

/// A text and what is planted in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Labelled {
    /// The text.
    pub text: String,
    /// Its language.
    pub language: &'static str,
    /// What stands in it.
    pub findings: Vec<Label>,
}

/// An identifier in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The scanner's rule that finds it.
    pub rule: &'static str,
    /// Where it stands, in bytes.
    pub span: [usize; 2],
}

/// Returns so many texts with an artificial identifier in each.
pub fn planted(seed: u64, count: usize) -> Vec<Labelled> {
    let one = |number: usize| {
        let mut dice = Dice::new(seed ^ 0x1d, number as u64);
        let (rule, identifier) = match number % 8 {
            0..=3 => ("personal_identity_code", identity_code(&mut dice)),
            4 => ("personal_email", format!("malli.keksitty{number}@example.com")),
            5 => ("phone", format!("040 555 {:04}", dice.roll() % 10_000)),
            6 => ("iban", account(dice.roll() % 1_000_000)),
            _ => {
                let street = dice.draw(&STREETS).copied().unwrap_or_default();
                ("street_address", format!("{street} {} A {}", 1 + dice.roll() % 90, 1 + dice.roll() % 40))
            }
        };
        let at = (number / 8 + number) % FRAMES.len();
        let (before, after) = FRAMES.get(at).copied().unwrap_or_default();
        let span = [before.len(), before.len() + identifier.len()];
        let language = ["fi", "sv", "en"].get(at / 2).copied().unwrap_or("fi");
        Labelled { text: format!("{before}{identifier}{after}"), language, findings: vec![Label { rule, span }] }
    };
    (0..count).map(one).collect()
}

/// Returns an identity code that is valid and nobody's.
fn identity_code(dice: &mut Dice) -> String {
    let (day, month, year) = (1 + dice.roll() % 28, 1 + dice.roll() % 12, 1930 + dice.roll() % 85);
    let serial = SERIALS.start + dice.roll() % (SERIALS.end - SERIALS.start);
    let date = (day * 100 + month) * 100 + year % 100;
    let check =
        usize::try_from((date * 1_000 + serial) % 31).ok().and_then(|at| CHECK.get(at)).copied().unwrap_or(b'0');
    let century = if year < 2_000 { '-' } else { 'A' };
    format!("{date:06}{century}{serial}{}", char::from(check))
}

/// Returns a Finnish account number of no bank: 99 stands where banks have theirs.
fn account(number: u64) -> String {
    let bban = format!("9999{number:010}");
    // ISO 13616: the country's letters as 15 and 18, then 00, and the remainder by 97.
    let rest = format!("{bban}151800").bytes().fold(0u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    let digits = format!("{:02}{bban}", 98 - rest);
    let groups: Vec<&str> = digits.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let joined = groups.concat();
    format!("FI{joined}")
}

/// Returns so many different sentences about phenomena, without any identifier; fewer if there are not so many.
pub fn clean(count: usize) -> Vec<Labelled> {
    let mut found: Vec<Labelled> = Vec::new();
    for matter in MATTERS.iter() {
        for (language, _) in LANGUAGES {
            let Texts { title, seen, detail, tried, proposal, .. } = matter.texts(language);
            let texts = seen.iter().chain(detail).chain([tried, proposal]).chain(title);
            found.extend(texts.map(|text| Labelled { text: text.clone(), language, findings: Vec::new() }));
        }
    }
    found.truncate(count);
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use talkoot_protocol::scan::{Action, scan};

    use super::super::SEED;
    use super::*;

    #[test]
    fn what_is_planted_is_found_where_it_stands() {
        for seed in [SEED, 2, 3] {
            let planted = planted(seed, PLANTED);
            assert_eq!(planted.len(), PLANTED);
            for Labelled { text, findings, .. } in planted {
                let Label { rule, span: [from, to] } = &findings[0];
                let found = scan(&text);
                let is_it = |found: &&talkoot_protocol::scan::Finding| {
                    found.rule.name() == *rule && found.span.start <= *from && *to <= found.span.end
                };
                let finding = found.iter().find(is_it).unwrap_or_else(|| panic!("{rule} in {text:?}: {found:?}"));
                assert!(finding.action > Action::Warn || *rule == "phone", "{text:?}");
                let code = text.get(*from..*to).unwrap();
                assert!(*rule != "personal_identity_code" || code.get(7..8) == Some("9"), "{code}");
            }
        }
    }

    #[test]
    fn clean_texts_block_nothing() {
        let clean = clean(CLEAN);
        let different: BTreeSet<_> = clean.iter().map(|text| &text.text).collect();
        assert_eq!((clean.len(), different.len()), (CLEAN, CLEAN));
        for text in clean {
            let found = scan(&text.text);
            assert!(found.iter().all(|found| found.action == Action::Warn), "{}: {found:?}", text.text);
        }
    }
}
