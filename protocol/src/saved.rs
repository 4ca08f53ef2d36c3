//! A saved view: questions to the columns that several organisations keep together, each with what it says about them.
//!
//! It is a [joint document](crate::joint). Each organisation says its [words](word) under its own prefix: a title, a note,
//! questions, that two saved views are one. What they mean together is computed ([`mod@card`]): equal words give equal bytes, in
//! whatever order they came. A saved view holds no numbers; whoever looks at it asks its questions anew, of what their node
//! holds and by its rules.
//!
//! Titles that differ contradict each other and are settled as in a phenomenon; two saved views are merged and parted as
//! phenomena are ([`crate::phenomenon::group`]). This module must not know columns, files or what day it is.

pub mod card;
pub mod word;

#[cfg(test)]
mod tests;

pub use card::{Brief, Kept, QUERIES_MAX, Saved, saved};
pub use word::{Asked, Word};
