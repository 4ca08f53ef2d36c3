//! Many reports become one picture: rows, columns, queries, and what of a count may be shown.
//!
//! ```text
//! Row (one report) -> Columns (all of them) -> Query -> true counts -> suppression -> MergedView
//! ```
//!
//! There is one way out, [`Columns::view`] (and [`Columns::together`] and [`Columns::knowers`], which show no count that
//! it hides), and suppression lies on it: a small count is a [`Count::Few`] before any interface sees it. Two nodes
//! that hold the same rows give the same bytes, whatever the order in which the rows came. Nothing here knows words,
//! labels, documents or peers.

mod axis;
mod columns;
mod facet;
mod fold;
mod index;
mod merged;
mod places;
mod query;
mod row;
pub mod rules;
mod scan;
mod suppress;
pub mod terms;
#[cfg(test)]
mod testing;
mod together;

pub use columns::Columns;
pub use facet::{Facet, Value};
pub use merged::{Cell, Count, MergedView};
pub use query::{CELLS_MAX, Error, FILTER_VALUES_MAX, Filters, Query};
pub use row::{AREAS_MAX, Areas, ROW_BYTES_MAX, Row};
pub use rules::{Applied, Rules};
pub use together::{Knower, Together};
