//! Where in a table something stands, as a spreadsheet shows it.

use serde::Serialize;
use talkoot_protocol::scan::{Action, scan};

use crate::commands::report::examine::Remark;
use crate::commands::report::plain;

/// Longest name of a column that is repeated to people, in characters.
const NAME_CHARS_MAX: usize = 60;

/// A cell, with the name of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// As `D17`.
    pub(crate) cell: String,
    /// What the header says above it.
    pub(crate) column: String,
}

/// A remark with the place in the file it is about, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) remark: Remark,
    pub(crate) place: Option<Place>,
}

impl Place {
    /// Names the cell of a column, counted from 0, in a row, counted from 1.
    pub(crate) fn new(column: usize, row: u64, header: &str) -> Self {
        Self { cell: address(column as u64, row), column: plain::cut(header, NAME_CHARS_MAX) }
    }
}

impl From<Remark> for Placed {
    fn from(remark: Remark) -> Self {
        Self { remark, place: None }
    }
}

/// Returns the letters of a column, counted from 0: A, …, Z, AA, ….
pub(crate) fn letters(column: u64) -> String {
    let (mut letters, mut rest) = (String::new(), column.saturating_add(1));
    while rest > 0 {
        rest -= 1;
        letters.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters
}

/// Returns a cell's address: `D17`.
pub(crate) fn address(column: u64, row: u64) -> String {
    format!("{}{row}", letters(column))
}

/// Returns a value as it may be repeated to people and in logs: in quotes and short, unless there may be an identifier in it.
pub(crate) fn discreet(value: &str) -> String {
    let telling = scan(value).iter().any(|finding| finding.action != Action::Warn);
    let digits = value.chars().filter(|character| character.is_numeric()).count();
    if telling || digits >= DIGITS_TELLING {
        return "what stands here (not repeated, since it may be an identifier)".to_owned();
    }
    format!("{:?}", plain::cut(value, NAME_CHARS_MAX))
}

/// Returns a remark that repeats nothing in which a rule sees an identifier.
pub(crate) fn tactful(remark: Remark) -> Remark {
    if scan(&remark.problem).iter().all(|finding| finding.action == Action::Warn) {
        return remark;
    }
    let field = &remark.field;
    let problem = format!("Correct `{field}`: {}, is not what it takes.", discreet(&remark.problem));
    Remark::new(remark.field, problem)
}

/// So many digits in one value may be a number of a person or a case, even if no rule knows it.
const DIGITS_TELLING: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
        assert_eq!(Place::new(3, 17, "Kunta").cell, "D17");
    }

    #[test]
    fn an_identifier_is_not_repeated() {
        assert_eq!(discreet("Asumminen"), "\"Asumminen\"");
        for telling in ["131052-308T", "asiakas 1234567", "matti.meikalainen@example.com"] {
            assert!(discreet(telling).starts_with("what stands here"), "{telling}");
        }
        let remark = Remark::new("kind", "Check `kind`: the code \"131052-308T\" is not known here.");
        assert!(!tactful(remark).problem.contains("131052"));
        let remark = Remark::new("kind", "Check `kind`: the code \"rumour\" is not known here.");
        assert_eq!(tactful(remark.clone()), remark);
    }
}
