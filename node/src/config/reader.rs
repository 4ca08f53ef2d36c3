//! Takes settings out of a TOML text one by one, each checked; what is left over at the end is unknown.
//!
//! It learns the names of all keys from being asked for them, so that there is no second list to keep.

use std::net::SocketAddr;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::{Invalid, Problem};
use super::hint::nearest;

/// Most characters of a given value or name that an error repeats.
const SHOWN_CHARS_MAX: usize = 80;

/// A whole number with its bounds.
pub(super) struct Number {
    /// `section.key`.
    pub(super) key: &'static str,
    pub(super) unit: &'static str,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) default: u32,
}

/// A text of one line, never empty.
pub(super) struct Text {
    /// `section.key`.
    pub(super) key: &'static str,
    pub(super) bytes_max: usize,
}

/// A TOML text being taken apart.
pub(super) struct Reader<'a> {
    text: &'a str,
    root: DeTable<'a>,
    /// Every `section.key` asked for, in order.
    known: Vec<&'static str>,
}

/// A value and the bytes of the text where it stands.
type Placed<'a> = (DeValue<'a>, Range<usize>);

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, Invalid> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { text, root: root.into_inner(), known: Vec::new() }),
            Err(error) => {
                let place = error.span().unwrap_or(text.len()..text.len());
                Err(invalid(text, &place, Problem::Syntax { message: error.message().replace('\n', "; ") }))
            }
        }
    }

    /// Takes a number; its default if it is left out.
    pub(super) fn number(&mut self, number: &Number) -> Result<u32, Invalid> {
        let &Number { key, unit, min, max, default } = number;
        let Some((value, place)) = self.take(key)? else { return Ok(default) };
        let DeValue::Integer(integer) = value else {
            return Err(self.wrong_type(key, "a whole number, without quotes", &value, &place));
        };
        let parsed = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        parsed.filter(|number| (min..=max).contains(number)).ok_or_else(|| {
            let got = shown(&integer.to_string());
            self.invalid(&place, Problem::OutOfBounds { key, got, min, max, unit })
        })
    }

    /// Takes `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, Invalid> {
        match self.take(key)? {
            None => Ok(None),
            Some((DeValue::Boolean(flag), _)) => Ok(Some(flag)),
            Some((value, place)) => Err(self.wrong_type(key, "true or false, without quotes", &value, &place)),
        }
    }

    /// Takes a text.
    pub(super) fn text(&mut self, text: &Text) -> Result<Option<String>, Invalid> {
        self.take(text.key)?.map(|value| self.as_text(text, "a text in quotes", value)).transpose()
    }

    /// Takes a list of at most `max` texts.
    pub(super) fn texts(&mut self, text: &Text, max: usize) -> Result<Option<Vec<String>>, Invalid> {
        self.list(text, max, |_, given, _| Ok(given))
    }

    /// Takes a list of at most `max` addresses with ports.
    pub(super) fn sockets(&mut self, text: &Text, max: usize) -> Result<Vec<SocketAddr>, Invalid> {
        let parse = |reader: &Self, given: String, place: &Range<usize>| {
            let problem = Problem::NotAnAddress { key: text.key, got: shown(&given) };
            given.trim().parse().map_err(|_| reader.invalid(place, problem))
        };
        Ok(self.list(text, max, parse)?.unwrap_or_default())
    }

    fn list<T>(
        &mut self,
        text: &Text,
        max: usize,
        read: impl Fn(&Self, String, &Range<usize>) -> Result<T, Invalid>,
    ) -> Result<Option<Vec<T>>, Invalid> {
        const EXPECTED: &str = "a list of texts in quotes, such as [\"one\", \"two\"]";
        let key = text.key;
        let Some((value, place)) = self.take(key)? else { return Ok(None) };
        let DeValue::Array(entries) = value else {
            return Err(self.wrong_type(key, EXPECTED, &value, &place));
        };
        let got = entries.len();
        if got > max {
            return Err(self.invalid(&place, Problem::TooMany { key, got, max }));
        }
        let placed = entries.into_iter().map(|entry| {
            let place = entry.span();
            (entry.into_inner(), place)
        });
        let read =
            |(value, place): Placed<'a>| read(self, self.as_text(text, EXPECTED, (value, place.clone()))?, &place);
        placed.map(read).collect::<Result<_, _>>().map(Some)
    }

    /// Refuses the first section or key that nobody asked for.
    pub(super) fn finish(self) -> Result<(), Invalid> {
        let unknown = self.unknown(None, &self.root);
        match unknown.into_iter().min_by_key(|(place, _)| place.start) {
            Some((place, problem)) => Err(invalid(self.text, &place, problem)),
            None => Ok(()),
        }
    }

    /// Returns what is left in a section, or outside of all, and in the sections below it.
    fn unknown(&self, section: Option<&str>, table: &DeTable<'a>) -> Vec<(Range<usize>, Problem)> {
        let mut unknown = Vec::new();
        for (name, value) in table {
            let full =
                section.map_or_else(|| name.get_ref().to_string(), |section| format!("{section}.{}", name.get_ref()));
            match value.get_ref() {
                // Only known sections are gone into, so this ends.
                DeValue::Table(below) if self.has_section(&full) => unknown.extend(self.unknown(Some(&full), below)),
                DeValue::Table(_) if section.is_none_or(|section| self.has_sections_below(section)) => {
                    unknown.push((name.span(), self.unknown_section(&full)));
                }
                _ => unknown.push((name.span(), self.unknown_key(section, name.get_ref()))),
            }
        }
        unknown
    }

    /// Takes the value of `section.key` out of the table, so that what stays is unknown.
    fn take(&mut self, key: &'static str) -> Result<Option<Placed<'a>>, Invalid> {
        self.known.push(key);
        let (section, name) = parts(key);
        let mut table = &mut self.root;
        for (end, _) in section.match_indices('.').chain([(section.len(), "")]) {
            let (so_far, last) = (&section[..end], section[..end].rsplit('.').next().unwrap_or(section));
            let Some(found) = table.get_mut(last) else { return Ok(None) };
            let place = found.span();
            match found.get_mut() {
                DeValue::Table(below) => table = below,
                other => {
                    let (expected, got) = ("a section in [brackets]", kind(other));
                    return Err(invalid(self.text, &place, Problem::WrongType { key: so_far, expected, got }));
                }
            }
        }
        Ok(table.remove(name).map(|value| {
            let place = value.span();
            (value.into_inner(), place)
        }))
    }

    fn as_text(&self, text: &Text, expected: &'static str, (value, place): Placed<'a>) -> Result<String, Invalid> {
        let &Text { key, bytes_max } = text;
        let DeValue::String(given) = value else {
            return Err(self.wrong_type(key, expected, &value, &place));
        };
        if given.trim().is_empty() || given.len() > bytes_max || given.chars().any(char::is_control) {
            return Err(self.invalid(&place, Problem::UnusableText { key, bytes_max }));
        }
        Ok(given.into_owned())
    }

    fn has_section(&self, section: &str) -> bool {
        self.known.iter().any(|key| parts(key).0 == section)
    }

    fn has_sections_below(&self, section: &str) -> bool {
        let is_below = |key| parts(key).0.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'));
        self.known.iter().copied().any(is_below)
    }

    /// Each section once, in the order they were asked for.
    fn sections(&self) -> Vec<&'static str> {
        let mut sections: Vec<_> = self.known.iter().map(|key| parts(key).0).collect();
        sections.dedup();
        sections
    }

    /// Compares only the last part of a name: `[relay]` is probably `[network.relay]`.
    fn unknown_section(&self, section: &str) -> Problem {
        fn last(section: &str) -> &str {
            section.rsplit('.').next().unwrap_or(section)
        }
        let known = self.sections();
        let meant = nearest(last(section), known.iter().map(|section| (last(section), *section)));
        Problem::UnknownSection { section: shown(section), meant, known }
    }

    /// Looks for what was meant in the same section first, then in all: `mdns` may have landed under `[sync]`.
    fn unknown_key(&self, section: Option<&str>, name: &str) -> Problem {
        let here = |key: &&'static str| section.is_none_or(|section| parts(key).0 == section);
        let known: Vec<_> = self.known.iter().copied().filter(here).collect();
        let by_name = |keys: &[&'static str]| nearest(name, keys.iter().map(|key| (parts(key).1, *key)));
        let meant = by_name(&known).or_else(|| by_name(&self.known));
        let key = section.map_or_else(|| shown(name), |section| shown(&format!("{section}.{name}")));
        Problem::UnknownKey { key, meant, known }
    }

    fn wrong_type(
        &self,
        key: &'static str,
        expected: &'static str,
        value: &DeValue<'_>,
        place: &Range<usize>,
    ) -> Invalid {
        self.invalid(place, Problem::WrongType { key, expected, got: kind(value) })
    }

    fn invalid(&self, place: &Range<usize>, problem: Problem) -> Invalid {
        invalid(self.text, place, problem)
    }
}

fn invalid(text: &str, place: &Range<usize>, problem: Problem) -> Invalid {
    let before = text.as_bytes().get(..place.start).unwrap_or(text.as_bytes());
    Invalid { line: 1 + before.iter().filter(|byte| **byte == b'\n').count(), problem }
}

/// Splits `section.key`; a section may lie in another, as in `section.section.key`.
fn parts(key: &'static str) -> (&'static str, &'static str) {
    key.rsplit_once('.').expect("every key is written section.key")
}

fn shown(given: &str) -> String {
    given.chars().take(SHOWN_CHARS_MAX).collect()
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a decimal point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
