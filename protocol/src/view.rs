//! Many reports become one picture: rows, columns, queries, and what of a count is published.
//!
//! ```text
//! Row (one report) -> Columns (all of them) -> Query -> true counts -> rounding -> MergedView
//! ```
//!
//! There is one way out, [`Columns::view`] (and [`Columns::together`] and [`Columns::knowers`], which follow from it), and on
//! it small counts become [`Count::Few`] and others are rounded before any interface sees them (decision 0025). What a
//! query gives is a function of the published counts of cells of at most three facets, each of which depends on nothing but
//! the reports in it: two nodes that hold the same rows give the same bytes, whatever the order in which the rows came.
//! [`Columns::own`] counts exactly, for an organisation's own reports. Nothing here knows words, labels, documents or peers.

#[cfg(test)]
mod attack;
mod axis;
mod columns;
mod concerns;
mod drill;
mod facet;
mod fold;
mod index;
mod lines;
mod links;
mod merged;
mod places;
mod preset;
mod query;
pub(crate) mod rounding;
mod row;
pub mod rules;
mod scan;
mod share;
pub mod terms;
#[cfg(test)]
mod testing;
mod together;
mod trend;

pub use columns::Columns;
pub use drill::Behind;
pub use facet::{Facet, Value};
pub use links::Assignment;
pub use merged::{Basis, Count, MergedView, Slice};
pub use preset::Preset;
pub use query::{CELLS_MAX, Error, FACETS_MAX, FILTER_VALUES_MAX, Filters, Query, SLICES_MAX};
pub use rounding::BASE;
pub use row::{AREAS_MAX, Areas, ROW_BYTES_MAX, Row};
pub use rules::Rules;
pub use share::{Ranked, Share, WHOLE_MIN};
pub use together::{Knower, Together};
pub use trend::{PERIODS_MIN, Trend};
