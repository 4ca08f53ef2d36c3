//! How far a phenomenon has come, as a set of codes.

use std::str::FromStr;

use crate::report::code::{CodeSet, UnknownCodeError};
use crate::report::codes::Language;

/// How far a phenomenon has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusCode {
    /// It is seen.
    Observed,
    /// Somebody works on it.
    InWork,
    /// It gets better.
    Improving,
    /// It is no longer there.
    Settled,
    /// It is there again.
    Reopened,
}

impl CodeSet for StatusCode {
    fn all() -> &'static [Self] {
        &[Self::Observed, Self::InWork, Self::Improving, Self::Settled, Self::Reopened]
    }

    fn key(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::InWork => "in_work",
            Self::Improving => "improving",
            Self::Settled => "settled",
            Self::Reopened => "reopened",
        }
    }

    fn label(self, language: Language) -> &'static str {
        let [fi, sv, en] = match self {
            Self::Observed => ["Havaittu", "Observerat", "Observed"],
            Self::InWork => ["Työn alla", "Under arbete", "In work"],
            Self::Improving => ["Paranemassa", "Blir bättre", "Improving"],
            Self::Settled => ["Ratkennut", "Löst", "Settled"],
            Self::Reopened => ["Avattu uudelleen", "Öppnat på nytt", "Reopened"],
        };
        match language {
            Language::Fi | Language::Se => fi,
            Language::Sv => sv,
            Language::En => en,
        }
    }
}

impl FromStr for StatusCode {
    type Err = UnknownCodeError;

    fn from_str(key: &str) -> Result<Self, UnknownCodeError> {
        Self::from_key(key).ok_or_else(|| UnknownCodeError::new(key))
    }
}
