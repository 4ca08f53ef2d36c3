//! Finding a code in a list: by itself or by a name of it, and, for a code that the list does not have, the nearest ones to suggest.
//!
//! Nearness is the number of characters to add, take away or change (Levenshtein 1966). It helps people mend what they typed; nothing
//! is ever replaced by it.

use super::code_list::NamedCode;
use super::question::{Answer, Question};
use super::text::Trilingual;
use super::{CodeList, Form};
use crate::report::Report;
use crate::report::codes::Language;
use serde_json::Value;

/// Most codes suggested.
pub const NEAREST_MAX: usize = 3;
/// Longest text compared, in characters: what is longer is compared by its beginning.
const COMPARED_CHARS_MAX: usize = 32;

/// Returns the code that a text names: the code itself, or its name in some language, letter case and blanks around it aside. A
/// name that two codes share names none.
pub fn find<'a>(codes: &'a [NamedCode], text: &str) -> Option<&'a NamedCode> {
    let asked = text.trim();
    if let Some(found) = codes.iter().find(|known| known.code == asked) {
        return Some(found);
    }
    let asked = asked.to_lowercase();
    let mut named = codes.iter().filter(|known| names(&known.name).any(|name| name.to_lowercase() == asked));
    let first = named.next().filter(|_| !asked.is_empty())?;
    named.next().is_none().then_some(first)
}

/// Returns the codes nearest to a text, the nearest first, at most [`NEAREST_MAX`]; none if nothing is like it.
pub fn nearest<'a>(codes: &'a [NamedCode], text: &str) -> Vec<&'a NamedCode> {
    let asked = begin(text);
    // What has a digit and no blank was meant as a code; only then are names left out, of which lists have many thousands.
    let is_code = asked.iter().any(char::is_ascii_digit) && !asked.contains(&' ');
    let distance = |known: &NamedCode| {
        let code = edits(&asked, &begin(&known.code));
        let by_name = || names(&known.name).map(|name| edits(&asked, &begin(name))).min().unwrap_or(usize::MAX);
        if is_code { code } else { code.min(by_name()) }
    };
    let mut near: Vec<(usize, usize)> = codes.iter().map(distance).zip(0..).collect();
    // Half of it has to be right: anything else would send people to the wrong code.
    near.retain(|(distance, _)| distance * 2 <= asked.len().max(2));
    near.sort_unstable();
    near.iter().take(NEAREST_MAX).filter_map(|(_, at)| codes.get(*at)).collect()
}

fn names(name: &Trilingual) -> impl Iterator<Item = &str> {
    name.all().into_iter().map(|(_, name)| name.trim()).filter(|name| !name.is_empty())
}

fn begin(text: &str) -> Vec<char> {
    text.trim().chars().flat_map(char::to_lowercase).take(COMPARED_CHARS_MAX).collect()
}

/// Returns how many characters have to be added, taken away or changed to make one text of the other.
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.iter().enumerate() {
        let mut before = at;
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
        let mut beside = at + 1;
        for (right, cell) in other.iter().zip(row.iter_mut().skip(1)) {
            let changed = before + usize::from(left != right);
            before = *cell;
            *cell = changed.min(before + 1).min(beside + 1);
            beside = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

impl CodeList {
    /// Says a code with its name, in English where there is one.
    pub fn say(known: &NamedCode) -> String {
        format!("{} {}", known.code, known.name.get(Language::En))
    }
}

impl Question {
    /// Returns what typed text stands for, with the form's lists at hand: besides [`Question::typed`], a choice may be given by a name
    /// of its code.
    pub fn understood(&self, text: &str, form: &Form) -> Value {
        let chosen = match self.answer {
            Answer::Choice { .. } => find(self.codes(form), text),
            _ => None,
        };
        chosen.map_or_else(|| self.typed(text), |known| Value::from(known.code.as_str()))
    }
}

impl Form {
    /// Turns what was typed in a report into what the form takes: answers to its own questions, and official codes that were given by
    /// name. What does not fit stays as it is, for [`check_against`](crate::report::check_against) to name.
    pub fn understand(&self, report: &mut Report) {
        for question in &self.questions {
            if let Some(Value::String(text)) = report.other.get(&question.id) {
                let value = question.understood(text, self);
                report.other.insert(question.id.clone(), value);
            }
        }
        for service in &mut report.service {
            let Some(list) = self.codes(&service.system) else { continue };
            let found = find(&list.codes, &service.code).filter(|known| known.code != service.code);
            if let Some(known) = found {
                let typed = std::mem::replace(&mut service.code, known.code.clone());
                service.display.get_or_insert_with(|| typed.trim().to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(codes: &[(&str, &str, &str)]) -> Vec<NamedCode> {
        let named = |(code, fi, sv): &(&str, &str, &str)| NamedCode {
            code: (*code).to_owned(),
            name: Trilingual { fi: (*fi).to_owned(), sv: (*sv).to_owned(), en: String::new() },
        };
        codes.iter().map(named).collect()
    }

    fn services() -> Vec<NamedCode> {
        list(&[
            ("101", "Asumispalvelut", "Boendeservice"),
            ("102", "Kotipalvelu", "Hemservice"),
            ("210", "Perhetyö", "Familjearbete"),
            ("211", "Tukihenkilö", "Stödperson"),
            ("212", "Tukihenkilö", "Stödfamilj"),
        ])
    }

    fn near(text: &str) -> Vec<String> {
        nearest(&services(), text).iter().map(|known| known.code.clone()).collect()
    }

    #[test]
    fn a_code_is_found_by_itself_and_by_its_names() {
        let services = services();
        let found = |text: &str| find(&services, text).map(|known| known.code.as_str());
        assert_eq!((found("102"), found(" HEMSERVICE "), found("perhetyö")), (Some("102"), Some("102"), Some("210")));
        assert_eq!((found("Tukihenkilö"), found(""), found("999")), (None, None, None), "a shared name names none");
        assert_eq!(found("Stödfamilj"), Some("212"));
    }

    #[test]
    fn what_is_like_a_code_is_suggested() {
        assert_eq!(near("103"), ["101", "102"]);
        assert_eq!(near("Kotipalvelut"), ["102", "101"]);
        assert_eq!(near("21"), ["210", "211", "212"]);
        assert_eq!(near("Avaruuspalvelut"), ["101"]);
        assert_eq!(near("xyz"), Vec::<String>::new());
        assert_eq!(nearest(&[], "1"), Vec::<&NamedCode>::new());
        assert!(near(&"ä".repeat(10_000)).is_empty());
    }

    #[test]
    fn edits_are_counted() {
        let count = |one: &str, other: &str| edits(&begin(one), &begin(other));
        for (one, other, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!((count(one, other), count(other, one)), (expected, expected), "{one} {other}");
        }
    }
}
