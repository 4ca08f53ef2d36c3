//! Telephone numbers, Finnish ones above all. Numbers of public services are not anybody's own and may be named.
//!
//! A run of digit groups is read from its start: what stands in the middle of a longer number is not a phone.

use super::fold::{Glyph, char_at, digit_at, span};
use super::{Action, Finding, Rule};

/// Digits of a national number without the trunk 0.
const NATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 5..=12;
/// Digits of an international number (ITU-T E.164), country code included.
const INTERNATIONAL_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// A single group of at least so many digits is a phone by itself, wherever it stands in a run.
const WHOLE_NUMBER_DIGITS: usize = 9;

/// Digits of a mobile number whose groups are parted by full stops, trunk 0 included.
const DOTTED_DIGITS_MIN: usize = 9;
/// And the most of them.
const DOTTED_DIGITS_MAX: usize = 11;

/// Beginnings, without the trunk 0, of nation-wide service and company numbers (Traficom's numbering plan).
const SERVICES: &[&str] = &["10", "116", "20", "29", "30", "600", "700", "71", "73", "75", "800"];

/// Digits between two joiners.
#[derive(Debug, Clone, Copy)]
struct Group {
    from: usize,
    to: usize,
    plus: bool,
    /// Part of a date, a decimal, a code or a word.
    tainted: bool,
}

impl Group {
    /// How many digits.
    fn len(&self) -> usize {
        self.to - self.from
    }

    /// Its digits.
    fn digits<'g>(&self, glyphs: &'g [Glyph]) -> impl Iterator<Item = char> + 'g {
        (self.from..self.to).filter_map(|at| char_at(glyphs, at))
    }
}

/// Returns all numbers that could be a private person's phone.
pub(super) fn numbers(glyphs: &[Glyph]) -> Vec<Finding> {
    let mut found: Vec<_> = dotted(glyphs).collect();
    let mut at = 0;
    while at < glyphs.len() {
        if digit_at(glyphs, at).is_none() {
            at += 1;
            continue;
        }
        let groups = run(glyphs, at);
        at = groups.last().map_or(at + 1, |group| group.to);
        phones_in(glyphs, &groups, &mut found);
    }
    found
}

/// Returns mobile numbers whose groups are parted by full stops or slashes: `040.123.4567`.
fn dotted(glyphs: &[Glyph]) -> impl Iterator<Item = Finding> {
    super::fold::numbers(glyphs).filter_map(|start| {
        let mobile = char_at(glyphs, start)? == '0' && matches!(char_at(glyphs, start + 1)?, '4' | '5');
        let (mut at, mut digits, mut points) = (start, 0, 0);
        while mobile && digits <= DOTTED_DIGITS_MAX {
            match char_at(glyphs, at) {
                Some('0'..='9') => digits += 1,
                Some('.' | '/') if digits > 2 && digit_at(glyphs, at + 1).is_some() => points += 1,
                _ => break,
            }
            at += 1;
        }
        let whole = (1..=3).contains(&points) && (DOTTED_DIGITS_MIN..=DOTTED_DIGITS_MAX).contains(&digits);
        let span = span(glyphs, start, at)?;
        whole.then(|| Finding::new(Rule::Phone, Action::Warn, span))
    })
}

/// Reads the run of groups that begins at the digit `at`.
fn run(glyphs: &[Glyph], mut at: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    loop {
        let from = at;
        while digit_at(glyphs, at).is_some() {
            at += 1;
        }
        let plus = from.checked_sub(1).and_then(|before| char_at(glyphs, before)) == Some('+');
        groups.push(Group { from, to: at, plus, tainted: is_tainted(glyphs, from, at) });
        match next_group(glyphs, at) {
            Some(next) => at = next,
            None => return groups,
        }
    }
}

/// Returns where the next group begins after a joiner: a space or hyphen, with brackets or a plus beside it.
fn next_group(glyphs: &[Glyph], end: usize) -> Option<usize> {
    let mut at = end;
    for joiner in [")", " -\u{AD}", " -(+", " (+"] {
        at += usize::from(char_at(glyphs, at).is_some_and(|char| joiner.contains(char)));
    }
    (at > end && digit_at(glyphs, at).is_some()).then_some(at)
}

/// Tells whether the digits belong to something else: a word, a date, a decimal, a section of a law, a diary number.
fn is_tainted(glyphs: &[Glyph], from: usize, to: usize) -> bool {
    let is_point = |char: char| matches!(char, '.' | ',' | '/' | ':' | '|');
    let before = |back: usize| from.checked_sub(back).and_then(|at| glyphs.get(at));
    let left = before(1).is_some_and(|near| {
        near.is_word() || is_point(near.char) && before(2).is_some_and(|far| far.char.is_ascii_digit())
    });
    let right = glyphs.get(to).is_some_and(|near| {
        near.is_word()
            || matches!(near.char, '%' | '€' | '§')
            || is_point(near.char) && digit_at(glyphs, to + 1).is_some()
    });
    left || right
}

/// Finds the phones in a run, from left to right.
fn phones_in(glyphs: &[Glyph], groups: &[Group], found: &mut Vec<Finding>) {
    let mut index = 0;
    let mut may_begin = true;
    while let Some(group) = groups.get(index) {
        let whole = group.plus || group.len() >= WHOLE_NUMBER_DIGITS;
        let taken = if may_begin || whole { phone_groups(glyphs, groups.get(index..).unwrap_or_default()) } else { 0 };
        if let Some(last) = groups.get(index..index + taken).and_then(<[Group]>::last) {
            let from = group.from - usize::from(group.plus);
            let open = is_private(glyphs, groups.get(index..index + taken).unwrap_or_default());
            found.extend(
                span(glyphs, from, last.to).filter(|_| open).map(|s| Finding::new(Rule::Phone, Action::Warn, s)),
            );
        }
        may_begin = taken > 0;
        index += taken.max(1);
    }
}

/// Returns how many of the groups, from the first, make a phone; 0 if they make none.
fn phone_groups(glyphs: &[Glyph], groups: &[Group]) -> usize {
    let Some(first) = groups.first() else { return 0 };
    let mut head = first.digits(glyphs);
    let (limits, trunk) = match (first.plus, head.next(), head.next()) {
        (true, ..) => (INTERNATIONAL_DIGITS, 0),
        (false, Some('0'), Some('0')) if first.len() > 3 => (INTERNATIONAL_DIGITS, 2),
        (false, Some('0'), Some('1'..='9')) => (NATIONAL_DIGITS, 1),
        _ => return 0,
    };
    let mut digits = 0;
    let mut taken = 0;
    for (index, group) in groups.iter().enumerate() {
        let another = index > 0 && (group.plus || group.len() >= WHOLE_NUMBER_DIGITS);
        if another || group.tainted || digits + group.len() > limits.end() + trunk {
            break;
        }
        digits += group.len();
        taken = index + 1;
    }
    let cut_short = groups.get(taken).is_some_and(|next| next.tainted);
    let enough = digits >= limits.start() + trunk && !cut_short;
    if enough && !is_something_else(glyphs, groups.get(..taken).unwrap_or_default()) { taken } else { 0 }
}

/// Tells whether the grouping is that of a date, of hours, of postal codes or of a business id.
fn is_something_else(glyphs: &[Glyph], groups: &[Group]) -> bool {
    let hour = |group: &Group| {
        let value = group.digits(glyphs).filter_map(|digit| digit.to_digit(10)).fold(0, |sum, digit| sum * 10 + digit);
        value <= 2_400 && value % 100 < 60
    };
    if groups.iter().any(|group| group.plus) {
        return false;
    }
    match groups {
        [single] => single.len() < 7,
        [a, b] if a.len() == 4 && b.len() == 4 => hour(a) && hour(b),
        [a, b] => matches!((a.len(), b.len()), (5, 5) | (7, 1)),
        [a, b, c] => matches!((a.len(), b.len(), c.len()), (2, 2, 2 | 4)),
        all => all.iter().all(|group| group.len() == 2),
    }
}

/// Tells whether the number is not one of a public service.
fn is_private(glyphs: &[Glyph], groups: &[Group]) -> bool {
    let digits: String = groups.iter().flat_map(|group| group.digits(glyphs)).collect();
    let international = groups.first().is_some_and(|group| group.plus) || digits.starts_with("00");
    let digits = digits.trim_start_matches('0');
    let national = match digits.strip_prefix("358") {
        Some(national) if international => national.trim_start_matches('0'),
        _ if international => return true,
        _ => digits,
    };
    !SERVICES.iter().any(|service| national.starts_with(service))
}
