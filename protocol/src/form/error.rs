//! Why a form package cannot be used.

use std::fmt;

use crate::report::codes::Language;

/// Longest reason given for unreadable JSON, in characters.
const REASON_CHARS_MAX: usize = 200;

/// Why a form package cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More bytes than allowed.
    #[error("the form takes {got} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Most bytes allowed.
        limit: usize,
        /// Bytes it takes.
        got: usize,
    },
    /// No form package as this version knows it.
    #[error("this is not a form package: {reason}")]
    NotAForm {
        /// What was expected and found, cut to 200 characters.
        reason: String,
    },
    /// A form package with faults.
    #[error("the form package has faults: {}", listed(.0))]
    Unsound(Vec<Fault>),
}

impl Error {
    pub(super) fn not_a_form(error: &serde_json::Error) -> Self {
        Self::NotAForm { reason: error.to_string().chars().take(REASON_CHARS_MAX).collect() }
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// One thing wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `fields[3].label`, counted from 0.
    pub place: String,
    /// What.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// No text in a language.
    Untranslated(Language),
    /// More characters than allowed.
    TooLong {
        /// Most characters allowed.
        limit: usize,
    },
    /// More entries than allowed.
    TooMany {
        /// Most entries allowed.
        limit: usize,
    },
    /// An id of other characters than allowed there.
    BadId,
    /// The id of an earlier entry.
    Twice,
    /// An address that is not https.
    NotALink,
    /// No system of the form `urn:oid:1.2.3`.
    NotAnOid,
    /// A choice with neither codes nor a system with codes, or with both.
    NoCodes,
    /// A least number above the greatest.
    EmptyRange,
    /// Codes without the edition of their list, or the other way round.
    NoVersion,
    /// A field every report needs is not required in every variant.
    CoreField(&'static str),
    /// A statutory channel is missing.
    Channel(&'static str),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        match &self.wrong {
            Wrong::Untranslated(language) => write!(f, "no text in {}", language.label(Language::En)),
            Wrong::TooLong { limit } => write!(f, "longer than {limit} characters"),
            Wrong::TooMany { limit } => write!(f, "more than {limit} entries"),
            Wrong::BadId => f.write_str("this id cannot be used"),
            Wrong::Twice => f.write_str("this id is there already"),
            Wrong::NotALink => f.write_str("an address has to begin with https://"),
            Wrong::NotAnOid => f.write_str("a system has to look like urn:oid:1.2.246.537.6.1222"),
            Wrong::NoCodes => f.write_str("a choice needs codes, or a system whose list is in the form"),
            Wrong::EmptyRange => f.write_str("the least number is above the greatest"),
            Wrong::NoVersion => f.write_str("a list with codes needs the version of the list"),
            Wrong::CoreField(field) => write!(f, "field {field} has to be there and required in every variant"),
            Wrong::Channel(id) => write!(f, "the channel {id} is missing"),
        }
    }
}
