//! What answers mean. An answer is looked for in the mapping's own words first, then among the codes, then among their names in
//! Finnish, Swedish and English; what is found nowhere is never guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use talkoot_protocol::report::area::{Area, AreaCode};
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::Language;

use super::{AGE, Scheme, normal};
use crate::commands::report::{codes, fields, labels};

/// Most answers in one cell.
const ANSWERS_MAX: usize = 64;
/// What stands between answers if nothing else is said.
const SEPARATORS: [&str; 5] = [";", "\n", "|", ", ", ","];

/// What a column of the flat form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Words.
    Text,
    /// One code of a set.
    Code(&'static str),
    /// Codes of a set.
    Codes(&'static str),
    /// Areas.
    Areas,
    /// A month or half-year.
    Period,
    /// Yes or no.
    YesNo,
}

impl Holds {
    /// Returns what a column holds.
    pub(super) fn of(target: &str) -> Self {
        match target {
            "area" => Self::Areas,
            "observed_period" => Self::Period,
            "want_feedback" | "funding_dependency" => Self::YesNo,
            "support_need" => Self::Codes("support_need"),
            "service_task" => Self::Codes("service_task"),
            "sector" => Self::Codes("sector"),
            "target_group" => Self::Codes("target_group"),
            AGE => Self::Codes(AGE),
            _ if target.starts_with("proposal_") && target.ends_with("_level") => Self::Code("level"),
            _ if target.starts_with("evidence_") && target.ends_with("_code") => Self::Code("evidence_code"),
            _ => SETS.keys().find(|set| *set == target).map_or(Self::Text, |set| Self::Code(set)),
        }
    }

    /// Returns the set of codes, if it is one.
    pub(super) fn set(self) -> Option<&'static str> {
        match self {
            Self::Code(set) | Self::Codes(set) => Some(set),
            _ => None,
        }
    }
}

/// Codes by set and by what they are called, in normal form. A name that two codes of a set share is none.
static SETS: LazyLock<BTreeMap<String, BTreeMap<String, String>>> = LazyLock::new(|| {
    let mut sets: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut shared: BTreeSet<(String, String)> = BTreeSet::new();
    for language in [Language::Fi, Language::Sv, Language::En] {
        for entry in codes::all(language) {
            let set = sets.entry(entry.field.clone()).or_default();
            set.insert(normal(&entry.code), entry.code.clone());
            let name = normal(&entry.label);
            if set.get(&name).is_some_and(|code| *code != entry.code) {
                shared.insert((entry.field, name));
            } else {
                set.insert(name, entry.code);
            }
        }
    }
    for (set, name) in shared {
        sets.get_mut(&set).map(|names| names.remove(&name));
    }
    sets
});

/// Returns the code of a set that an answer is, by itself or by a name of it.
pub(super) fn code(set: &str, answer: &str) -> Option<&'static str> {
    SETS.get(set)?.get(&normal(answer)).map(String::as_str)
}

/// Returns an area in the flat form: by its name in Finnish, Swedish or English, or by its code if it is certain of what.
pub(super) fn area(answer: &str, scheme: Option<Scheme>) -> Option<String> {
    let answer = answer.trim();
    let bare = !answer.is_empty() && answer.bytes().all(|byte| byte.is_ascii_digit());
    let padded = match (bare, scheme) {
        (true, None) => return None,
        (true, Some(Scheme::Municipality)) => format!("{answer:0>3}"),
        (true, Some(Scheme::County)) => format!("{answer:0>2}"),
        (false, _) => answer.to_owned(),
    };
    if ["koko maa", "koko suomi", "hela landet", "whole country"].contains(&normal(answer).as_str()) {
        return Some(fields::area("FI"));
    }
    let cell = fields::area(&padded);
    let parts: Vec<&str> = cell.split(':').collect();
    let listed = match parts.as_slice() {
        [scheme, year, code] => year.parse().is_ok_and(|year| {
            Area { scheme: Code::from_key(scheme), year, code: AreaCode::from(*code) }.verify().is_ok()
        }),
        _ => false,
    };
    if listed { Some(cell) } else { SHORT_COUNTIES.get(&normal(answer)).cloned() }
}

/// Counties by the short form of their names: "Etelä-Savo".
static SHORT_COUNTIES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let endings = ["n hyvinvointialue", " hyvinvointialue", "s välfärdsområde", " välfärdsområde"];
    let mut short = BTreeMap::new();
    for county in talkoot_protocol::report::area::table::counties() {
        for language in [Language::Fi, Language::Sv] {
            let name = normal(county.names.get(language));
            if let Some(first) = endings.iter().find_map(|ending| name.strip_suffix(ending)) {
                short.insert(first.to_owned(), fields::area(&county.code));
            }
        }
    }
    short
});

/// Returns whether an answer says yes or no; `None` if neither.
pub(super) fn yes_no(answer: &str) -> Option<bool> {
    match normal(answer).as_str() {
        "yes" | "true" | "1" | "x" | "kyllä" | "ja" | "on" | "valittu" | "vald" | "selected" => Some(true),
        "no" | "false" | "0" | "-" | "ei" | "nej" | "ei valittu" | "inte vald" | "not selected" => Some(false),
        _ => None,
    }
}

/// Cuts a cell into answers that are understood: the longest stretches between separators that are, so that answers with commas
/// in them stay whole.
///
/// # Errors
/// The first piece that is not understood.
pub(super) fn answers(
    cell: &str,
    separators: Option<&[String]>,
    understand: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    if let Some(code) = understand(cell) {
        return Ok(vec![code]);
    }
    let usual: Vec<String>;
    let separators = match separators {
        Some(separators) => separators,
        None => {
            usual = SEPARATORS.iter().map(|mark| (*mark).to_owned()).collect();
            &usual
        }
    };
    let pieces = pieces(cell, separators);
    if pieces.len() > ANSWERS_MAX {
        return Err(cell.to_owned());
    }
    let (mut found, mut rest) = (Vec::new(), pieces.as_slice());
    while let Some((first, _)) = rest.first() {
        let stretch = |end: usize| {
            let (_, to) = rest.get(end.checked_sub(1)?)?;
            understand(cell.get(*first..*to)?).map(|code| (code, end))
        };
        let Some((code, end)) = (1..=rest.len()).rev().find_map(stretch) else {
            let (from, to) = rest.first().copied().unwrap_or_default();
            return Err(cell.get(from..to).unwrap_or_default().trim().to_owned());
        };
        if !found.contains(&code) {
            found.push(code);
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    Ok(found)
}

/// Returns where the pieces between separators begin and end, in bytes; blank ones are left out.
pub(super) fn pieces(cell: &str, separators: &[String]) -> Vec<(usize, usize)> {
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    while at < cell.len() {
        let rest = cell.get(at..).unwrap_or_default();
        let mark = separators.iter().filter(|mark| !mark.is_empty()).find(|mark| rest.starts_with(mark.as_str()));
        match mark {
            Some(mark) => {
                pieces.push((from, at));
                at += mark.len();
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    pieces.push((from, cell.len()));
    pieces.retain(|(from, to)| !cell.get(*from..*to).unwrap_or_default().trim().is_empty());
    pieces
}

/// Returns what a column is called, for comments.
pub(super) fn name(target: &str, language: Language) -> &str {
    let field = fields::field_of(target).unwrap_or(target);
    labels::field(field, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_their_names() {
        for (set, answer, expected) in [
            ("support_need", "Asuminen", Some("2")),
            ("support_need", "2", Some("2")),
            ("support_need", "boende", Some("2")),
            ("valence", "Kielteinen", Some("negative")),
            ("kind", " Ihmettely ", Some("wondering")),
            ("kind", "huhu", None),
            ("none", "x", None),
        ] {
            assert_eq!(code(set, answer), expected, "{answer}");
        }
    }

    #[test]
    fn areas_are_known_by_name_and_by_certain_codes() {
        for (answer, scheme, expected) in [
            ("Mikkeli", None, Some("municipality:2026:491")),
            ("s:t michel", None, Some("municipality:2026:491")),
            ("Etelä-Savo", None, Some("county:2026:12")),
            ("Kainuu", None, Some("county:2026:20")),
            ("Koko maa", None, Some("country:2026:FI")),
            ("91", None, None),
            ("91", Some(Scheme::Municipality), Some("municipality:2026:091")),
            ("9", Some(Scheme::County), Some("county:2026:09")),
            ("999", Some(Scheme::Municipality), None),
            ("municipality:2026:564", None, Some("municipality:2026:564")),
            ("Atlantis", None, None),
            ("a:b:c:d", None, None),
        ] {
            assert_eq!(area(answer, scheme).as_deref(), expected, "{answer}");
        }
    }

    #[test]
    fn answers_with_commas_stay_whole() {
        let known = |text: &str| {
            let all = [("a", "A"), ("b, c", "BC"), ("b", "B"), ("d e", "DE"), ("d", "D")];
            all.iter().find(|(name, _)| *name == normal(text)).map(|(_, code)| (*code).to_owned())
        };
        assert_eq!(answers("a; b, c", None, known), Ok(vec!["A".into(), "BC".into()]));
        assert_eq!(answers("b, a, b, c;;", None, known), Ok(vec!["B".into(), "A".into(), "BC".into()]));
        assert_eq!(answers("d e d a", Some(&[" ".to_owned()]), known), Ok(vec!["DE".into(), "D".into(), "A".into()]));
        assert_eq!(answers("a, x y, b", None, known), Err("x y".into()));
        assert_eq!(answers(&"a;".repeat(100), None, known), Err("a;".repeat(100)));
        assert_eq!(answers(" ", None, known), Ok(vec![]));
    }
}
