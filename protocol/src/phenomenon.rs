//! A phenomenon: what several organisations know of one thing, joined on a card.
//!
//! It is a [joint document](crate::joint). Each organisation says its [words](word) under its own prefix: facets, links to
//! reports, status, periods, settlements, merges. What they mean together is the [card](mod@card), computed anew from the words
//! wherever somebody looks: equal words give equal bytes, in whatever order they came. Nothing is settled by being later or by
//! a clock; a contradiction stands until people settle it with a reason (docs/protocol.md, "Phenomena").
//!
//! - [`word`]: what can be said, its bounds, its path and value;
//! - [`key`]: when two aspects, or two values, are the same;
//! - [`aspect`]: agreements, contradictions, settlements;
//! - [`link`]: which reports belong to it;
//! - [`trend`]: how it goes over half-years;
//! - [`group`]: phenomena that are one;
//! - [`mod@card`]: all of it together.
//!
//! This module must not know where documents lie, who asks, or what day it is.

pub mod aspect;
pub mod card;
mod code;
pub mod group;
pub mod key;
pub mod link;
pub mod trend;
pub mod word;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::id::DocumentId;
use crate::joint::Source;

pub use card::{Brief, Card, card};
pub use code::StatusCode;
pub use group::Groups;
pub use link::{Report, Reports};
pub use word::Word;

/// Something that was said, and where and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Attributed{T}"))]
pub struct Attributed<T> {
    /// What was said.
    pub said: T,
    /// By whom, and when by that worker's clock.
    pub by: Source,
    /// In which document: in a group of merged phenomena there are several.
    pub document: DocumentId,
    /// Under which path; the organisation's prefix stands before it.
    pub path: String,
}

impl<T> Attributed<T> {
    /// Returns the same with something else in place of what was said.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Attributed<U> {
        Attributed { said: change(self.said), by: self.by, document: self.document, path: self.path }
    }
}
