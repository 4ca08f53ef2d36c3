//! Service paths (*palvelupolku*): by which services and actors somebody's way went, and how it ended, without anybody in it.
//!
//! ```text
//! ServicePath (one document) -> Row -> Paths (all that are held) -> Query -> true counts -> rounding -> PathView
//! ```
//!
//! A path holds codes and numbers only; the door refuses any other text ([`coded`]). What a path contributes to each question
//! (flows, overlaps, gaps, left without, whole paths) is a function of what stands in it (`aspects`), so that each count is that
//! of a set of paths, published as [`crate::view`] publishes counts of reports: "few", or rounded by a coin of the set. Two nodes
//! that hold the same paths give the same bytes. Decision 0033.
//!
//! This room reads paths and never moves them; it knows no documents, peers or organisations by name.

mod aspects;
#[cfg(test)]
mod attack;
mod check;
pub mod coded;
pub mod codes;
mod drawing;
mod paths;
mod query;
mod row;
mod schema;
#[cfg(test)]
mod testing;
mod view;

pub use aspects::{NOT_SAID, OUTCOME_PREFIX, WHOLE_COUNTRY};
pub use check::{Fault, NEEDS_MAX, check};
pub use drawing::{Drawing, Link, Node};
pub use paths::Paths;
pub use query::{By, CELLS_MAX, Error as QueryError, FACETS_MAX, Facet, Of, Query};
pub use row::{ROW_BYTES_MAX, Row};
pub use schema::{Error, STEPS_MAX, ServicePath, ServiceType, Step, TargetGroup};
pub use view::{Line, PathView, WHOLE_AUTHORS_MIN, WHOLE_PATHS_MIN};
