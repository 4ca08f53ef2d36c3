//! FROZEN IN WIRE VERSION 1. NOTHING IN THIS FILE MAY EVER CHANGE WHAT IT ACCEPTS OR REFUSES.
//!
//! Every node runs these rules on every text at admission. Two versions that judged one text differently would hold
//! different documents for good (docs/protocol.md, section 9). A better rule is a new wire version in a file of its
//! own; improvements for authors go to the other files of [`super`]. For the same reason nothing here depends on code
//! that improves, on Unicode tables (they grow with the toolchain), on locale or on the date of today.
//!
//! A text is refused if it contains one of these. `d` is an ASCII digit; a *word character* is an ASCII letter or digit
//! or one of U+00C0–U+024F except U+00D7 and U+00F7; a *border* is where no word character stands.
//!
//! - **Personal identity code**: border, `DDMMYY`, separator, `ZZZ`, control, border. Separator `+` means 1800–1899, one
//!   of `-YXWVU` 1900–1999, one of `ABCDEF` 2000–2099; the date exists in that century; `ZZZ` ≥ 002; control is
//!   character `DDMMYYZZZ mod 31` of the table. Upper case only.
//! - **FI IBAN**: border, `FI`, 16 digits with at most one U+0020 between any two, border; `F` and `I` count as 15 and
//!   18; the number formed by the last 14 digits, `1518`, the first two digits is 1 modulo 97 (ISO 13616).
//! - **FINUID**: border, 8 digits, control, border; control is character `n mod 31` of the table, and a letter: nine
//!   bare digits are too often something else.
//! - **Client OID**: border that is not `d.`, then `1.2.246.` and
//!   - `21`, `22` or `57`, then `.d` or `|` and an ASCII letter or digit; or
//!   - `10.` and more arcs, unless what follows `10` is an organisation or one of its units, which may be named: one arc
//!     (the business id), or two to four arcs of which the second is `10` or `19`.
//!
//! Table: `0123456789ABCDEFHJKLMNPRSTUVWXY`. Time is linear in the text, nothing is allocated.

use std::ops::Range;

use super::Rule;

/// The check characters by remainder: no G, I, O, Q, Z.
const CONTROL: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// Returns the first hard identifier of wire version 1 in `text`, or `None`: what every node refuses at admission, for
/// ever alike. Allocates nothing; time is linear in the text.
pub fn frozen_v1(text: &str) -> Option<Rule> {
    hits(text).next().map(|hit| hit.rule)
}

/// A hard identifier and its bytes in the text.
pub(super) struct Hit {
    pub(super) rule: Rule,
    pub(super) span: Range<usize>,
}

/// Returns all hard identifiers of wire version 1, in order, non-overlapping.
pub(super) fn hits(text: &str) -> Hits<'_> {
    Hits { text: text.as_bytes(), at: 0 }
}

/// Walks over the runs of digits: every rule is anchored at one.
pub(super) struct Hits<'t> {
    text: &'t [u8],
    at: usize,
}

impl Iterator for Hits<'_> {
    type Item = Hit;

    fn next(&mut self) -> Option<Hit> {
        loop {
            let start = self.at + self.text.get(self.at..)?.iter().position(u8::is_ascii_digit)?;
            self.at = start + digits_at(self.text, start);
            if let Some(hit) = identify(self.text, start, self.at) {
                self.at = self.at.max(hit.span.end);
                return Some(hit);
            }
        }
    }
}

/// Judges the run of digits at `start..end`.
fn identify(text: &[u8], start: usize, end: usize) -> Option<Hit> {
    if let Some(letters @ b"FI") = start.checked_sub(2).and_then(|from| text.get(from..start)) {
        let from = start - letters.len();
        return iban_end(text, from, start).map(|end| Hit { rule: Rule::Iban, span: from..end });
    }
    if !border_before(text, start) {
        return None;
    }
    let (rule, end) = match end - start {
        1 => (Rule::ClientOid, client_oid_end(text, start)?),
        6 => (Rule::PersonalIdentityCode, personal_identity_code_end(text, start)?),
        8 => (Rule::Finuid, finuid_end(text, start)?),
        _ => return None,
    };
    Some(Hit { rule, span: start..end })
}

/// Returns the end of the personal identity code that begins at `start`.
fn personal_identity_code_end(text: &[u8], start: usize) -> Option<usize> {
    let end = start.checked_add(11)?;
    let code = text.get(start..end)?;
    let date = number(code.get(..6)?)?;
    let century = match code.get(6)? {
        b'+' => 1800,
        b'-' | b'Y' | b'X' | b'W' | b'V' | b'U' => 1900,
        b'A'..=b'F' => 2000,
        _ => return None,
    };
    let serial = number(code.get(7..10)?)?;
    let valid = serial >= 2
        && date_exists(century + date % 100, date / 100 % 100, date / 10_000)
        && control(date * 1_000 + serial) == *code.get(10)?
        && border_after(text, end);
    valid.then_some(end)
}

/// Returns the end of the FINUID that begins at `start`.
fn finuid_end(text: &[u8], start: usize) -> Option<usize> {
    let letter = start.checked_add(8)?;
    let given = *text.get(letter)?;
    let right = control(number(text.get(start..letter)?)?);
    (given == right && given.is_ascii_uppercase() && border_after(text, letter + 1)).then_some(letter + 1)
}

/// Returns the end of the Finnish IBAN whose letters begin at `from` and whose digits at `digits`.
fn iban_end(text: &[u8], from: usize, digits: usize) -> Option<usize> {
    if !border_before(text, from) {
        return None;
    }
    let (mut at, mut check, mut remainder) = (digits, 0, 0);
    for index in 0..16 {
        if index > 0 && text.get(at) == Some(&b' ') {
            at += 1;
        }
        let digit = number(text.get(at..at + 1)?)?;
        if index < 2 {
            check = check * 10 + digit;
        } else {
            remainder = (remainder * 10 + digit) % 97;
        }
        at += 1;
    }
    let remainder = (remainder * 1_000_000 + 151_800 + check) % 97;
    (remainder == 1 && border_after(text, at)).then_some(at)
}

/// Returns the end of the client OID that begins at `start`, where a border is known to be.
fn client_oid_end(text: &[u8], start: usize) -> Option<usize> {
    let inside_longer = start >= 2 && text.get(start - 1) == Some(&b'.') && digits_at(text, start - 2) > 0;
    if inside_longer || !text.get(start..)?.starts_with(b"1.2.246.") {
        return None;
    }
    let arc = start + b"1.2.246.".len();
    let arc_end = arc + digits_at(text, arc);
    let end = oid_end(text, arc_end);
    match text.get(arc..arc_end)? {
        b"21" | b"22" | b"57" => {
            let extension = text.get(end) == Some(&b'|') && text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
            (end > arc_end || extension).then_some(end)
        }
        b"10" if end > arc_end && !names_an_organisation(text.get(arc_end + 1..end)?) => Some(end),
        _ => None,
    }
}

/// Returns where the arcs `.digits` that continue an OID at `at` end.
fn oid_end(text: &[u8], mut at: usize) -> usize {
    while text.get(at) == Some(&b'.') {
        let digits = digits_at(text, at + 1);
        if digits == 0 {
            break;
        }
        at += 1 + digits;
    }
    at
}

/// Tells whether the arcs after `1.2.246.10.` are those of an organisation or a unit of it.
fn names_an_organisation(arcs: &[u8]) -> bool {
    let mut arcs = arcs.split(|byte| *byte == b'.').skip(1);
    match arcs.next() {
        None => true,
        Some(b"10" | b"19") => arcs.nth(2).is_none(),
        Some(_) => false,
    }
}

/// Returns how many ASCII digits stand from `at` on.
fn digits_at(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// Reads at most nine ASCII digits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

/// Returns the check character of a number.
fn control(number: u32) -> u8 {
    CONTROL[(number % 31) as usize]
}

/// Tells whether a day exists in the Gregorian calendar.
fn date_exists(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Tells whether no word character ends at `at`.
fn border_before(text: &[u8], at: usize) -> bool {
    let byte = |back: usize| at.checked_sub(back).and_then(|index| text.get(index)).copied();
    match (byte(2), byte(1)) {
        (_, None) => true,
        (_, Some(last)) if last.is_ascii() => !last.is_ascii_alphanumeric(),
        (Some(lead), Some(last)) => !letter_of_two_bytes(lead, last),
        (None, Some(_)) => true,
    }
}

/// Tells whether no word character begins at `at`.
fn border_after(text: &[u8], at: usize) -> bool {
    match (text.get(at), text.get(at + 1)) {
        (None, _) => true,
        (Some(first), _) if first.is_ascii() => !first.is_ascii_alphanumeric(),
        (Some(lead), Some(last)) => !letter_of_two_bytes(*lead, *last),
        (Some(_), None) => true,
    }
}

/// Tells whether two bytes of UTF-8 are a letter in U+00C0–U+024F. What is part of a longer sequence is not.
fn letter_of_two_bytes(lead: u8, last: u8) -> bool {
    if !(0xC3..=0xC9).contains(&lead) {
        return false;
    }
    let code = u32::from(lead & 0x1F) << 6 | u32::from(last & 0x3F);
    (0xC0..=0x24F).contains(&code) && code != 0xD7 && code != 0xF7
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[(&str, Rule)] = &[
        ("131052-308T", Rule::PersonalIdentityCode),
        ("100190-999P", Rule::PersonalIdentityCode),
        ("100190Y999P", Rule::PersonalIdentityCode),
        ("010594Y9032", Rule::PersonalIdentityCode),
        ("010594Y9021", Rule::PersonalIdentityCode),
        ("020594X903P", Rule::PersonalIdentityCode),
        ("010101A900R", Rule::PersonalIdentityCode),
        ("311299U998D", Rule::PersonalIdentityCode),
        ("150885V944H", Rule::PersonalIdentityCode),
        ("010124F955E", Rule::PersonalIdentityCode),
        ("290204B912S", Rule::PersonalIdentityCode),
        ("290200A901C", Rule::PersonalIdentityCode),
        ("“131052-308T”", Rule::PersonalIdentityCode),
        ("(131052-308T:n)", Rule::PersonalIdentityCode),
        ("hetu_131052-308T", Rule::PersonalIdentityCode),
        ("×131052-308T÷", Rule::PersonalIdentityCode),
        ("010101-131052-308T", Rule::PersonalIdentityCode),
        ("FI2112345600000785", Rule::Iban),
        ("tili FI21 1234 5600 0007 85.", Rule::Iban),
        ("10000001N", Rule::Finuid),
        ("urn:oid:1.2.246.21.1234", Rule::ClientOid),
        ("1.2.246.21|x", Rule::ClientOid),
        ("1.2.246.22.5", Rule::ClientOid),
        ("1.2.246.57.5", Rule::ClientOid),
        ("1.2.246.10.19623654.10.1.14010.2013.947", Rule::ClientOid),
        ("1.2.246.10.6794809.14011.2023.200035", Rule::ClientOid),
    ];

    const ADMITTED: &[&str] = &[
        "",
        "290200+901C",
        "010101-010A",
        "310211-123X",
        "131052-308t",
        "131052-308",
        "131052–308T",
        "131052 -308T",
        "1131052-308T",
        "131052-308TT",
        "ä131052-308T",
        "131052-308TÄ",
        "131052-308Tä",
        "FI2112345600000786",
        "FI21  1234 5600 0007 85",
        "FI21 1234 5600 0007 851",
        "XFI2112345600000785",
        "fi2112345600000785",
        "FI21",
        "10000001A",
        "10000001n",
        "X10000001N",
        "10000001N1",
        "1.2.246",
        "1.2.246.21",
        "1.2.246.21.",
        "1.2.246.21 |",
        "1.2.246.210.1",
        "1.2.246.10",
        "1.2.246.10.2048198",
        "1.2.246.10.32213086.10.0",
        "1.2.246.10.1746664.10.0.14018",
        "1.2.246.10.32213043.19.0.",
        "1.2.246.537.6.1221",
        "1.2.246.578.3.10002.191405",
        "4.1.2.246.21.7",
        "31.2.246.21.7",
    ];

    #[test]
    fn refuses_and_admits_as_it_did_in_wire_version_1() {
        for (text, rule) in REFUSED {
            assert_eq!(frozen_v1(text), Some(*rule), "{text}");
        }
        for text in ADMITTED {
            assert_eq!(frozen_v1(text), None, "{text}");
        }
    }

    #[test]
    fn serials_below_two_were_never_given() {
        let code = |serial: u32| format!("010100A{serial:03}{}", char::from(control(10_100_000 + serial)));
        assert_eq!([0, 1, 900].map(|serial| frozen_v1(&code(serial)).is_some()), [false, false, true]);
    }

    #[test]
    fn word_characters_are_a_closed_set() {
        let stops = |letter: char| frozen_v1(&format!("{letter}10000001N")).is_none();
        assert!(['À', 'Ö', 'Ø', 'ö', 'ÿ', 'ž', 'ɏ'].into_iter().all(stops));
        assert!(!['×', '÷', '¿', 'ɐ', 'Ж', '人', '²', '\u{301}', '😀'].into_iter().any(stops));
    }
}
