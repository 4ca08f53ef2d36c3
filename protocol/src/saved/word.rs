//! What one organisation can say in a saved view, one entry each: its path, its value, its bounds.
//!
//! ```text
//! title                  {text, language?}
//! note                   {text}
//! query/<8 hex>          {query: {rows, columns?, filters}, note?}
//! merge/<view id>        {state: joined|parted, reason?}
//! settle/title           {value, reason, considered: [values]}
//! ```
//!
//! All but `note` and `query` are those of a [phenomenon](crate::phenomenon::word), with its bounds. Parts this version does not
//! know are kept. What breaks a bound is no word: it is shown as it is, among the rest.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::phenomenon::word::{FacetName as Name, Merge, MergeState, Others, Settlement, Summary as Note, Title};

use crate::id::DocumentId;
use crate::phenomenon::word::{self as shared, REASON_CHARS_MAX, WORD_BYTES_MAX};
use crate::view::{self, Query};

/// The one thing whose values can contradict each other: what the view is called.
pub const TITLE: &str = "title";

/// Why something cannot be said so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A title, note, reason or merge breaks a bound.
    #[error(transparent)]
    Shared(#[from] shared::Error),
    /// The question is none that is answered.
    #[error("the question is not one that is answered: {0}")]
    Query(#[from] view::Error),
    /// What is said about a question is too long.
    #[error("the note on a question has {got} characters; at most {REASON_CHARS_MAX} are allowed")]
    LongNote {
        /// Its length in characters.
        got: usize,
    },
    /// The word is too large as a whole.
    #[error("a question takes {got} bytes as a whole; at most {WORD_BYTES_MAX} are allowed")]
    TooLarge {
        /// Its size in bytes of JSON.
        got: usize,
    },
}

/// A question to be asked whenever somebody looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SavedQuestion"))]
pub struct Asked {
    /// What is counted by what.
    pub query: Query,
    /// What the organisation says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// One word with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// What it is called.
    Title(Title),
    /// What it is for.
    Note(Note),
    /// A question in it.
    Query(Name, Asked),
    /// Another saved view is the same, or not.
    Merge(DocumentId, Merge),
    /// What it is to be called, where titles contradict each other.
    Settle(Settlement),
}

impl Word {
    /// Reads an entry; `None` if this version does not know the path, or the value breaks its form or a bound.
    pub fn read(path: &str, value: &Value) -> Option<Self> {
        if let Some(name) = path.strip_prefix("query/") {
            let word = Self::Query(Name::read(name)?, Asked::deserialize(value).ok()?);
            return word.check().is_ok().then_some(word);
        }
        let shared = shared::Word::read(if path == "note" { "summary" } else { path }, value)?;
        match shared {
            shared::Word::Title(title) => Some(Self::Title(title)),
            shared::Word::Summary(note) if path == "note" => Some(Self::Note(note)),
            shared::Word::Merge(other, merge) => Some(Self::Merge(other, merge)),
            shared::Word::Settle(aspect, settlement) if aspect == TITLE => Some(Self::Settle(settlement)),
            _ => None,
        }
    }

    /// Returns path and value, if the bounds allow it.
    ///
    /// # Errors
    /// [`Error`] names what is missing, too long or no question.
    pub fn entry(&self) -> Result<(String, Value), Error> {
        self.check()?;
        match self {
            Self::Query(name, asked) => Ok((format!("query/{}", name.as_str()), json(asked))),
            Self::Note(note) => Ok(("note".to_owned(), json(note))),
            Self::Title(title) => Ok(shared::Word::Title(title.clone()).entry()?),
            Self::Merge(other, merge) => Ok(shared::Word::Merge(*other, merge.clone()).entry()?),
            Self::Settle(settlement) => Ok(shared::Word::settle(TITLE, settlement.clone()).entry()?),
        }
    }

    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Query(_, asked) => asked.check(),
            Self::Note(note) => shared::Word::Summary(note.clone()).entry().map(drop).map_err(of_note),
            // Checked by their own kind.
            Self::Title(_) | Self::Merge(..) | Self::Settle(_) => Ok(()),
        }
    }
}

/// A note has the bounds of a summary, and is called a note.
fn of_note(error: shared::Error) -> Error {
    const NOTE: &str = "the note";
    Error::Shared(match error {
        shared::Error::Missing { .. } => shared::Error::Missing { part: NOTE },
        shared::Error::TooLong { got, max, .. } => shared::Error::TooLong { part: NOTE, got, max },
        error => error,
    })
}

impl Asked {
    fn check(&self) -> Result<(), Error> {
        self.query.check()?;
        let got = self.note.as_ref().map_or(0, |note| note.chars().count());
        if got > REASON_CHARS_MAX {
            return Err(Error::LongNote { got });
        }
        let got = json(self).to_string().len();
        if got > WORD_BYTES_MAX { Err(Error::TooLarge { got }) } else { Ok(()) }
    }
}

fn json(of: &impl Serialize) -> Value {
    // Keys are strings and nothing refuses, so there is always a value.
    serde_json::to_value(of).unwrap_or_default()
}
