//! What can be wrong with a report, as data: the words people read come from a catalogue, English is built in.

use std::fmt;

use super::area;
use super::codes::{Language, Variant};

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where: a field id (`title`), a place in a list (`proposal[0].addressee`, counted from 0), or a column of the flat form.
    pub field: String,
    /// What.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The form's variant asks for it and it is not there.
    Missing {
        /// The variant.
        variant: Variant,
    },
    /// The form's variant does not have this field.
    NotAsked {
        /// The variant.
        variant: Variant,
    },
    /// A part that the rest of the entry makes no sense without is empty.
    Incomplete,
    /// Neither a proposal nor an explanation why one has to be found together.
    ProposalNeeded,
    /// More characters (Unicode scalar values) than allowed.
    TooLong {
        /// Most characters allowed.
        limit: usize,
        /// Characters there are.
        got: usize,
    },
    /// More entries than allowed.
    TooMany {
        /// Most entries allowed.
        limit: usize,
        /// Entries there are.
        got: usize,
    },
    /// The whole report takes more bytes as JSON than allowed.
    TooLarge {
        /// Most bytes allowed.
        limit: usize,
        /// Bytes it takes.
        got: usize,
    },
    /// A code this version does not know, perhaps one of a newer form.
    UnknownCode {
        /// Its key.
        code: String,
    },
    /// A code that a list, an official one or a question's own, does not have.
    NotListed {
        /// What was given.
        code: String,
        /// The list's name, with its edition if it has one.
        list: String,
        /// The nearest codes of the list, each with its name.
        nearest: Vec<String>,
    },
    /// An area the code lists do not have.
    UnknownArea(area::Error),
    /// A language tag that is none.
    NotALanguage,
    /// A link that does not begin with `https://` or `http://`.
    NotALink,
    /// Not readable as what the field holds; kept as it came.
    Unreadable {
        /// What was expected and found, in English, for those who repair the source.
        reason: String,
    },
}

impl Issue {
    /// Notes a problem with a field.
    pub fn new(field: impl Into<String>, problem: Problem) -> Self {
        Self { field: field.into(), problem }
    }
}

impl Problem {
    /// Says whether the report must not be signed as it is. Codes and areas this version does not know only warn: they may
    /// come with a newer form or code list.
    pub const fn prevents_signing(&self) -> bool {
        !matches!(self, Self::UnknownCode { .. } | Self::NotListed { .. } | Self::UnknownArea(_))
    }
}

impl fmt::Display for Issue {
    /// One plain sentence that names the field and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.problem {
            Problem::Missing { variant } => {
                write!(f, "Fill in `{field}`: {} needs it.", form(*variant))
            }
            Problem::NotAsked { variant } => {
                write!(f, "Leave `{field}` empty: {} does not have it.", form(*variant))
            }
            Problem::Incomplete => write!(f, "Fill in `{field}` or remove the entry it belongs to."),
            Problem::ProposalNeeded => write!(
                f,
                "Add a proposal in `{field}`, or explain in `proposal_together` why one has to be found together."
            ),
            Problem::TooLong { limit, got } => {
                write!(f, "Shorten `{field}` to at most {limit} characters; it has {got}.")
            }
            Problem::TooMany { limit, got } => {
                write!(f, "Keep at most {limit} entries in `{field}`; it has {got}.")
            }
            Problem::TooLarge { limit, got } => {
                write!(f, "Shorten the texts of `{field}`: it takes {got} bytes and may take {limit}.")
            }
            Problem::UnknownCode { code } => {
                write!(f, "Check `{field}`: the code {code:?} is not known here; it is kept as it is.")
            }
            Problem::NotListed { code, list, nearest } => {
                let nearest =
                    if nearest.is_empty() { String::new() } else { format!("; nearest: {}", nearest.join(", ")) };
                write!(f, "Check `{field}`: {code:?} is not in {list:?}{nearest}; it is kept as it is.")
            }
            Problem::UnknownArea(error) => write!(f, "Check `{field}`: {error}; it is kept as it is."),
            Problem::NotALanguage => {
                write!(f, "Give `{field}` as a short language tag such as fi, sv, en, se or uk.")
            }
            Problem::NotALink => write!(f, "Begin `{field}` with https:// or http://, or remove it."),
            Problem::Unreadable { reason } => write!(f, "Correct `{field}`, which cannot be read: {reason}."),
        }
    }
}

fn form(variant: Variant) -> String {
    let label = variant.label(Language::En);
    format!(
        "the {}{}",
        label.chars().take(1).flat_map(char::to_lowercase).collect::<String>(),
        label.get(1..).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_what_to_do() {
        let issue = Issue::new("area", Problem::Missing { variant: Variant::Resident });
        assert_eq!(issue.to_string(), "Fill in `area`: the form for residents and clients needs it.");
        let error = area::Area::new(super::super::codes::AreaScheme::County, "99").unwrap_err();
        let issue = Issue::new("area[1]", Problem::UnknownArea(error));
        assert_eq!(issue.to_string(), "Check `area[1]`: there is no county \"99\" in 2026; it is kept as it is.");
        assert!(!issue.problem.prevents_signing());
    }
}
