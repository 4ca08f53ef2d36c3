//! Personal identity codes that are written wrongly, birth dates beside words that announce them, and FINUIDs that the
//! frozen rules leave alone. The plain valid code is the business of [`super::frozen`].
//!
//! Decree on the personal identity code in force 1.1.2023; check characters as published by the Digital and Population
//! Data Services Agency.

use super::context::Context;
use super::fold::{
    Glyph, SOFT_HYPHEN, border_after, border_before, char_at, digit_at, letter_for_digit_at, numbers, span,
};
use super::lexicon::Tags;
use super::{Action, Finding, Rule};

const CONTROL: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// White space that may stand at one place inside a code: a line break and some indentation.
const GAP_MAX: usize = 8;

/// How far before a date a word may stand that says that somebody was born, in bytes.
const BORN_BYTES: usize = 12;

/// The shape of a code: where what was read stands and how far it strays from the plain form.
struct Code {
    day: u32,
    month: u32,
    year: u32,
    serial: u32,
    control: char,
    /// `None`: nothing, or only white space.
    separator: Option<char>,
    /// White space or dots inside the date, inside the serial or before the control character.
    torn: bool,
    /// White space beside the separator.
    gap: bool,
    /// Letters stand where digits belong.
    lettered: bool,
    end: usize,
}

/// Reads forward and notes what it had to skip.
struct Reader<'g> {
    glyphs: &'g [Glyph],
    at: usize,
    /// A letter was read as the digit that it looks like.
    lettered: bool,
}

impl Reader<'_> {
    /// Skips white space and soft hyphens; returns whether there was white space and whether a soft hyphen.
    fn skip_gap(&mut self) -> (bool, bool) {
        let (mut space, mut soft) = (false, false);
        for _ in 0..GAP_MAX {
            match char_at(self.glyphs, self.at) {
                Some(' ') => space = true,
                Some(SOFT_HYPHEN) => soft = true,
                _ => break,
            }
            self.at += 1;
        }
        (space, soft)
    }

    /// Reads one digit, or a letter that looks like it.
    fn digit(&mut self) -> Option<u32> {
        let plain = digit_at(self.glyphs, self.at);
        self.lettered |= plain.is_none();
        plain.or_else(|| letter_for_digit_at(self.glyphs, self.at))
    }

    /// Reads `count` digits with gaps between; returns their value and whether any gap was wider than a soft hyphen.
    fn digits(&mut self, count: usize) -> Option<(u32, bool)> {
        let (mut value, mut torn) = (0, false);
        for index in 0..count {
            if index > 0 {
                torn |= self.skip_gap().0;
            }
            value = value * 10 + self.digit()?;
            self.at += 1;
        }
        Some((value, torn))
    }

    /// Skips what may part day, month and year: a gap or a dot.
    fn skip_dot(&mut self) -> bool {
        let dot = char_at(self.glyphs, self.at) == Some('.');
        self.at += usize::from(dot);
        self.skip_gap().0 || dot
    }

    /// Reads the separator and the gaps beside it.
    fn separator(&mut self) -> (Option<char>, bool) {
        let (before, soft) = self.skip_gap();
        let found = char_at(self.glyphs, self.at).filter(|char| matches!(char, '-' | '+' | 'A'..='F' | 'U'..='Y'));
        self.at += usize::from(found.is_some());
        let separator = found.or_else(|| soft.then_some('-'));
        (separator, before | self.skip_gap().0)
    }
}

impl Code {
    /// Reads a code that begins at `start`, after a border.
    fn read(glyphs: &[Glyph], start: usize) -> Option<Self> {
        let mut reader = Reader { glyphs, at: start, lettered: false };
        let (day, torn_day) = reader.digits(2)?;
        let dot_day = reader.skip_dot();
        let (month, torn_month) = reader.digits(2)?;
        let dot_month = reader.skip_dot();
        let (year, torn_year) = reader.digits(2)?;
        let (separator, gap) = reader.separator();
        let (serial, torn_serial) = reader.digits(3)?;
        let torn_tail = reader.skip_gap().0;
        let control = char_at(glyphs, reader.at).filter(char::is_ascii_alphanumeric)?;
        let torn = torn_day | dot_day | torn_month | dot_month | torn_year | torn_serial | torn_tail;
        let (lettered, end) = (reader.lettered, reader.at + 1);
        let code = Self { day, month, year, serial, control, separator, torn, gap, lettered, end };
        border_after(glyphs, end).then_some(code)
    }

    /// Tells whether it should be shown to the author. The further it strays from the plain form, the more of the rest
    /// must be right: without that, phone numbers and amounts would be stopped.
    fn is_suspect(&self) -> bool {
        let digits = ((self.day * 100 + self.month) * 100 + self.year) * 1_000 + self.serial;
        let right = char::from(CONTROL[(digits % 31) as usize]) == self.control;
        let plausible = (1..=31).contains(&self.day) && (1..=12).contains(&self.month);
        let letter = self.control.is_ascii_alphabetic();
        if self.lettered {
            return plausible && right && self.separator.is_some() && !self.torn && !self.gap;
        }
        plausible
            && match self.separator {
                None => right && letter && !self.torn,
                Some('-' | '+') => right || !self.torn && (letter || !self.gap),
                Some(_) => right || !self.torn && !self.gap,
            }
    }
}

/// Returns codes of the right shape: plain, mistyped, spaced out, or with look-alike characters.
pub(super) fn codes(glyphs: &[Glyph]) -> Vec<Finding> {
    let begins = |at: &usize| digit_at(glyphs, *at).or_else(|| letter_for_digit_at(glyphs, *at)).is_some();
    (0..glyphs.len())
        .filter(|at| begins(at) && border_before(glyphs, *at))
        .filter_map(|start| {
            let code = Code::read(glyphs, start).filter(Code::is_suspect)?;
            let span = span(glyphs, start, code.end)?;
            Some(Finding::new(Rule::PersonalIdentityCodeSuspect, Action::Confirm, span))
        })
        .collect()
}

/// Returns dates near a word that says that they belong to an identity code or are a date of birth.
pub(super) fn birth_dates(glyphs: &[Glyph], context: &Context) -> Vec<Finding> {
    if context.is_silent_on(Tags::IDENTITY.or(Tags::BORN)) {
        return Vec::new();
    }
    numbers(glyphs)
        .filter_map(|start| {
            let end = compact_date(glyphs, start).or_else(|| parted_date(glyphs, start))?;
            let span = span(glyphs, start, end)?;
            let said = context.mentions(Tags::IDENTITY, &span) || context.announces(Tags::BORN, span.start, BORN_BYTES);
            said.then(|| Finding::new(Rule::BirthDate, Action::Warn, span))
        })
        .collect()
}

/// Reads up to `max` digits at `at`; returns how many there were and their value.
fn run(glyphs: &[Glyph], at: usize, max: usize) -> (usize, u32) {
    let digits = (at..at + max).map_while(|at| digit_at(glyphs, at));
    digits.fold((0, 0), |(count, value), digit| (count + 1, value * 10 + digit))
}

/// Returns the end of a date `DDMMYY` at `start`.
fn compact_date(glyphs: &[Glyph], start: usize) -> Option<usize> {
    let (6, date) = run(glyphs, start, 6) else { return None };
    let end = start + 6;
    (border_after(glyphs, end) && is_day(date / 10_000, date / 100 % 100)).then_some(end)
}

/// Returns the end of a date `d.m.yyyy`, `d.m.yy` (also parted by `/` or `-`) or `yyyy-mm-dd` at `start`.
fn parted_date(glyphs: &[Glyph], start: usize) -> Option<usize> {
    let mut fields = [(0, 0); 3];
    let mut at = start;
    let mut parting = None;
    for (index, field) in fields.iter_mut().enumerate() {
        if index > 0 {
            let char = char_at(glyphs, at).filter(|char| matches!(char, '.' | '/' | '-'))?;
            if parting.is_some_and(|first| first != char) {
                return None;
            }
            parting = Some(char);
            at += 1;
            at += usize::from(char_at(glyphs, at) == Some(' '));
        }
        *field = run(glyphs, at, 4);
        at += field.0;
    }
    let [first, month, last] = fields;
    let day = match (first.0, month.0, last.0) {
        (1 | 2, 1 | 2, 2 | 4) => first.1,
        (4, 2, 2) => last.1,
        _ => return None,
    };
    (border_after(glyphs, at) && is_day(day, month.1)).then_some(at)
}

/// Tells whether some year has such a day.
pub(super) fn is_day(day: u32, month: u32) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Returns FINUIDs in lower or wide letters, torn ones, and those that end in a digit if a word near says what they are.
pub(super) fn finuids(glyphs: &[Glyph], context: &Context) -> Vec<Finding> {
    numbers(glyphs)
        .filter_map(|start| {
            let (number, control, end, torn) = read_finuid(glyphs, start)?;
            let right = char::from(CONTROL[(number % 31) as usize]) == control;
            if !right || !border_after(glyphs, end) {
                return None;
            }
            let span = span(glyphs, start, end)?;
            let said = control.is_ascii_alphabetic() && !torn || context.mentions(Tags::FINUID, &span);
            said.then(|| Finding::new(Rule::Finuid, Action::Confirm, span))
        })
        .collect()
}

/// Reads eight digits and a control character: their values, the end, and whether anything but a soft hyphen parts them.
fn read_finuid(glyphs: &[Glyph], start: usize) -> Option<(u32, char, usize, bool)> {
    let mut reader = Reader { glyphs, at: start, lettered: false };
    let (number, torn) = reader.digits(8).filter(|_| !reader.lettered)?;
    let parted = reader.skip_gap().0;
    let control = char_at(glyphs, reader.at).filter(char::is_ascii_alphanumeric)?;
    Some((number, control, reader.at + 1, torn || parted))
}
