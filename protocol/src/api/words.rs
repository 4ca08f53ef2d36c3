//! Words: what a search finds, and how far words are known.

use serde::{Deserialize, Serialize};

use crate::id::{DocumentId, OrganisationId};

/// Most bytes of a question to `search`.
pub const QUESTION_BYTES_MAX: usize = 2_048;
/// Most hits of one answer.
pub const HITS_MAX: usize = 100;
/// Similarity below which a report is not shown to somebody who asks for similar ones, in thousandths.
pub const SIMILARITY_SHOWN: u16 = 500;
/// Similarity below which nothing is suggested to somebody who did not ask, in thousandths.
pub const SIMILARITY_SUGGESTED: u16 = 600;

/// How far the words of the reports here are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WordsStatus {
    /// Reports whose words are known.
    pub documents: u64,
    /// Changes of reports whose words are not known yet.
    pub behind: u64,
}

/// A report that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hit {
    /// Its document.
    pub document: DocumentId,
    /// The organisation that began it.
    pub organisation: OrganisationId,
    /// For `search` comparable only within one answer; for `similar` from 0, nothing in common, to 1, the same.
    pub score: f64,
    /// The report's title.
    pub title: String,
    /// Where words that were looked for stand in the title.
    pub title_marks: Vec<Mark>,
    /// The field the excerpt is from.
    pub field: String,
    /// The part of it with most words that were looked for.
    pub excerpt: String,
    /// Where those words stand in the excerpt.
    pub marks: Vec<Mark>,
    /// For `similar` and `suggestions`: words of this report that make it similar, the weightiest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
}

/// A report that a program finds similar to what is linked to a phenomenon. Whether it belongs there, a person decides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The phenomenon.
    pub phenomenon: DocumentId,
    /// What it is called.
    pub title: Option<String>,
    /// How similar, in thousandths.
    pub similarity: u16,
    /// The report, and the words by which it was found.
    pub hit: Hit,
}

/// Two phenomena that a program finds similar. Whether they are one, a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// The lesser id.
    pub one: DocumentId,
    /// The greater id.
    pub other: DocumentId,
    /// What they are called.
    pub titles: [Option<String>; 2],
    /// How similar, in thousandths.
    pub similarity: u16,
    /// Words of the other one that make them similar, the weightiest first.
    pub shared: Vec<String>,
}

/// A part of a text, counted in characters (Unicode scalar values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mark {
    /// The first character.
    pub from: u32,
    /// The one after the last.
    pub to: u32,
}
