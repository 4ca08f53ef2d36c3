//! What one organisation can say in a phenomenon, one entry each: its path, its value, its bounds.
//!
//! ```text
//! title                  {text, language?}
//! summary                {text}
//! status                 {code, reason?}
//! facet/<8 hex>          {aspect, value, text?, area?, period?, reports?: [report ids]}
//! link/<report id>       {state: linked|unlinked, reason?, similarity?}
//! merge/<phenomenon id>  {state: joined|parted, reason?}
//! settle/<aspect key>    {value, reason, considered: [values]}
//! period/<half-year>     {spread?, trend?, note?}
//! ```
//!
//! Parts this version does not know are kept. What breaks a bound is no word: the card shows it as it is, among the rest.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::StatusCode;
use super::key::key;
use crate::id::DocumentId;
use crate::report::area::Area;
use crate::report::code::Code;
use crate::report::codes::{Language, Spread, Trend};
use crate::report::limits::{CODE_CHARS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use crate::report::period::{HalfYear, Period};

/// Longest name of an aspect, in characters.
pub const ASPECT_CHARS_MAX: usize = 80;
/// Longest key of an aspect, in bytes: it stands in a path, and some characters grow when they are normalised.
pub const ASPECT_KEY_BYTES_MAX: usize = 200;
/// Longest value of a facet, in characters.
pub const VALUE_CHARS_MAX: usize = 200;
/// Longest reason or note, in characters.
pub const REASON_CHARS_MAX: usize = 2_000;
/// Most reports one facet rests on.
pub const FACET_REPORTS_MAX: usize = 50;
/// Most values one settlement weighs.
pub const CONSIDERED_MAX: usize = 100;
/// Greatest similarity, in thousandths.
pub const SIMILARITY_MAX: u16 = 1_000;
/// Largest value of one entry, in bytes of JSON.
pub const WORD_BYTES_MAX: usize = 48 * 1024;
/// Digits of a facet's name.
pub const FACET_NAME_DIGITS: usize = 8;

/// Why something cannot be said so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A text that must be there is empty.
    #[error("{part} is missing")]
    Missing {
        /// Which part of the word.
        part: &'static str,
    },
    /// A text is too long.
    #[error("{part} has {got} characters; at most {max} are allowed")]
    TooLong {
        /// Which part.
        part: &'static str,
        /// Its length in characters.
        got: usize,
        /// The most allowed.
        max: usize,
    },
    /// A list is too long.
    #[error("{part} has {got} entries; at most {max} are allowed")]
    TooMany {
        /// Which part.
        part: &'static str,
        /// Its length.
        got: usize,
        /// The most allowed.
        max: usize,
    },
    /// More similar than the same.
    #[error("the similarity is {got} thousandths; at most {SIMILARITY_MAX} are possible")]
    Similarity {
        /// What was given, in thousandths.
        got: u16,
    },
    /// The word is too large as a whole.
    #[error("it takes {got} bytes as a whole; at most {max} are allowed")]
    TooLarge {
        /// Its size in bytes of JSON.
        got: usize,
        /// The most allowed.
        max: usize,
    },
}

/// Parts of a word that this version does not know, as they came.
pub type Others = Map<String, Value>;

/// What a phenomenon is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonTitle"))]
pub struct Title {
    /// The title.
    pub text: String,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Code<Language>>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// A phenomenon in a few sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// The sentences.
    pub text: String,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonStatus"))]
pub struct Status {
    /// How far.
    pub code: Code<StatusCode>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// One side of it: an aspect and its value, such as colour: red.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonFacet"))]
pub struct Facet {
    /// What it is about.
    pub aspect: String,
    /// What holds.
    pub value: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it holds, if not everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// When it held, if not always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The reports it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<DocumentId>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// Whether a report belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It does.
    Linked,
    /// It does not, or no longer.
    Unlinked,
}

/// A word on whether a report belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PhenomenonLink"))]
pub struct Link {
    /// Whether it does.
    pub state: LinkState,
    /// Why; needed where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How similar a machine found it, in thousandths, where one had suggested it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub similarity: Option<u16>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// Whether two phenomena are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MergeState {
    /// They are.
    Joined,
    /// They are not, or no longer.
    Parted,
}

/// A word on whether another phenomenon is the same as this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Merge {
    /// Whether it is.
    pub state: MergeState,
    /// Why; needed where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// What holds where values contradict each other, as an organisation judges.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settlement {
    /// What holds.
    pub value: String,
    /// Why.
    pub reason: String,
    /// The values that stood when it was judged. One that is not among them opens the contradiction again.
    #[serde(default)]
    pub considered: Vec<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// How it was in one half-year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodNote {
    /// How common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Code<Spread>>,
    /// Where it was going.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Code<Trend>>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub others: Others,
}

/// The name of a facet among those of its organisation: 8 lowercase hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FacetName(String);

impl FacetName {
    /// Makes the name of four bytes: random ones, so that nobody's names meet.
    pub fn new(bytes: [u8; 4]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a name.
    pub fn read(text: &str) -> Option<Self> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == FACET_NAME_DIGITS && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// Returns its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One word with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// What it is called.
    Title(Title),
    /// What it is.
    Summary(Summary),
    /// How far it has come.
    Status(Status),
    /// One side of it.
    Facet(FacetName, Facet),
    /// A report belongs to it, or not.
    Link(DocumentId, Link),
    /// Another phenomenon is the same, or not.
    Merge(DocumentId, Merge),
    /// What holds of an aspect, by its key.
    Settle(String, Settlement),
    /// How it was in a half-year.
    Period(HalfYear, PeriodNote),
}

impl Word {
    /// Makes a settlement of an aspect, however its name is typed.
    pub fn settle(aspect: &str, settlement: Settlement) -> Self {
        Self::Settle(key(aspect), settlement)
    }

    /// Reads an entry; `None` if this version does not know the path, or the value breaks its form or a bound.
    pub fn read(path: &str, value: &Value) -> Option<Self> {
        fn of<T: for<'de> Deserialize<'de>>(value: &Value) -> Option<T> {
            T::deserialize(value).ok()
        }
        let word = match path.split_once('/') {
            None if path == "title" => Self::Title(of(value)?),
            None if path == "summary" => Self::Summary(of(value)?),
            None if path == "status" => Self::Status(of(value)?),
            Some(("facet", name)) => Self::Facet(FacetName::read(name)?, of(value)?),
            Some(("link", id)) => Self::Link(id.parse().ok()?, of(value)?),
            Some(("merge", id)) => Self::Merge(id.parse().ok()?, of(value)?),
            Some(("settle", aspect)) => Self::Settle(aspect.to_owned(), of(value)?),
            Some(("period", half_year)) => Self::Period(half_year.parse().ok()?, of(value)?),
            _ => return None,
        };
        // One path for one thing: an id in capitals, or an aspect that is no key, would stand beside it.
        (word.path() == path && word.check().is_ok()).then_some(word)
    }

    /// Returns where it stands behind the organisation's prefix.
    pub fn path(&self) -> String {
        match self {
            Self::Title(_) => "title".to_owned(),
            Self::Summary(_) => "summary".to_owned(),
            Self::Status(_) => "status".to_owned(),
            Self::Facet(name, _) => format!("facet/{}", name.as_str()),
            Self::Link(report, _) => format!("link/{report}"),
            Self::Merge(phenomenon, _) => format!("merge/{phenomenon}"),
            Self::Settle(aspect, _) => format!("settle/{}", key(aspect)),
            Self::Period(half_year, _) => format!("period/{half_year}"),
        }
    }

    /// Returns what is written there.
    pub fn value(&self) -> Value {
        let value = match self {
            Self::Title(word) => serde_json::to_value(word),
            Self::Summary(word) => serde_json::to_value(word),
            Self::Status(word) => serde_json::to_value(word),
            Self::Facet(_, word) => serde_json::to_value(word),
            Self::Link(_, word) => serde_json::to_value(word),
            Self::Merge(_, word) => serde_json::to_value(word),
            Self::Settle(_, word) => serde_json::to_value(word),
            Self::Period(_, word) => serde_json::to_value(word),
        };
        // Their keys are strings and nothing in them refuses, so there is always a value.
        value.unwrap_or_default()
    }

    /// Returns path and value, if the bounds allow it.
    ///
    /// # Errors
    /// [`Error`] names the part that is missing, too long or too large.
    pub fn entry(&self) -> Result<(String, Value), Error> {
        self.check()?;
        Ok((self.path(), self.value()))
    }

    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Title(title) => {
                code("the language", title.language.as_ref().and_then(Code::unknown))?;
                needed("the title", &title.text, TITLE_CHARS_MAX)
            }
            Self::Summary(summary) => needed("the summary", &summary.text, TEXT_CHARS_MAX),
            Self::Status(status) => {
                code("the status", status.code.unknown())?;
                optional("the reason", status.reason.as_ref(), REASON_CHARS_MAX)
            }
            Self::Facet(_, facet) => check_facet(facet),
            Self::Link(_, link) => {
                reasoned(link.reason.as_ref(), link.state == LinkState::Unlinked)?;
                let got = link.similarity.unwrap_or_default();
                if got <= SIMILARITY_MAX { Ok(()) } else { Err(Error::Similarity { got }) }
            }
            Self::Merge(_, merge) => reasoned(merge.reason.as_ref(), merge.state == MergeState::Parted),
            Self::Settle(aspect, settlement) => check_settlement(aspect, settlement),
            Self::Period(_, note) => {
                code("the spread", note.spread.as_ref().and_then(Code::unknown))?;
                code("the trend", note.trend.as_ref().and_then(Code::unknown))?;
                optional("the note", note.note.as_ref(), REASON_CHARS_MAX)
            }
        }?;
        let got = self.value().to_string().len();
        if got <= WORD_BYTES_MAX { Ok(()) } else { Err(Error::TooLarge { got, max: WORD_BYTES_MAX }) }
    }
}

fn check_facet(facet: &Facet) -> Result<(), Error> {
    needed("the aspect", &facet.aspect, ASPECT_CHARS_MAX)?;
    aspect_key("the aspect", &key(&facet.aspect))?;
    needed("the value", &facet.value, VALUE_CHARS_MAX)?;
    optional("the text", facet.text.as_ref(), TEXT_CHARS_MAX)?;
    few("the list of reports", facet.reports.len(), FACET_REPORTS_MAX)
}

fn check_settlement(aspect: &str, settlement: &Settlement) -> Result<(), Error> {
    aspect_key("the aspect", aspect)?;
    needed("the value", &settlement.value, VALUE_CHARS_MAX)?;
    needed("the reason", &settlement.reason, REASON_CHARS_MAX)?;
    few("the list of values considered", settlement.considered.len(), CONSIDERED_MAX)?;
    settlement.considered.iter().try_for_each(|value| long("a value considered", value, VALUE_CHARS_MAX))
}

fn aspect_key(part: &'static str, key: &str) -> Result<(), Error> {
    match key.len() {
        0 => Err(Error::Missing { part }),
        1..=ASPECT_KEY_BYTES_MAX => Ok(()),
        _ => Err(Error::TooLong { part, got: key.chars().count(), max: ASPECT_CHARS_MAX }),
    }
}

/// What undoes another's work needs a reason.
fn reasoned(reason: Option<&String>, is_needed: bool) -> Result<(), Error> {
    match reason {
        Some(reason) if is_needed => needed("the reason", reason, REASON_CHARS_MAX),
        None if is_needed => Err(Error::Missing { part: "the reason" }),
        reason => optional("the reason", reason, REASON_CHARS_MAX),
    }
}

fn needed(part: &'static str, text: &str, max: usize) -> Result<(), Error> {
    if text.trim().is_empty() { Err(Error::Missing { part }) } else { long(part, text, max) }
}

fn optional(part: &'static str, text: Option<&String>, max: usize) -> Result<(), Error> {
    text.map_or(Ok(()), |text| long(part, text, max))
}

fn code(part: &'static str, unknown: Option<&str>) -> Result<(), Error> {
    long(part, unknown.unwrap_or_default(), CODE_CHARS_MAX)
}

fn long(part: &'static str, text: &str, max: usize) -> Result<(), Error> {
    // Most texts are so short that nobody need count.
    let got = if text.len() <= max { 0 } else { text.chars().count() };
    if got <= max { Ok(()) } else { Err(Error::TooLong { part, got, max }) }
}

fn few(part: &'static str, got: usize, max: usize) -> Result<(), Error> {
    if got <= max { Ok(()) } else { Err(Error::TooMany { part, got, max }) }
}
