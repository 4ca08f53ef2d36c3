//! What a report means: its fields, its code sets, what it must hold before it may be signed, and its flat form.
//!
//! This room reads reports and never moves them: it knows nothing of signatures, peers or storage. A report is one JSON
//! object, one key per field; in a document each key lies in the root map. The professional, NGO and resident forms are
//! views of this one schema, so that all of them can be counted together.
//!
//! Forms grow by **new fields and new codes**. Both are read, kept and written out again by a program that does not know
//! them: an unknown field stays in [`Report::other`], an unknown code stays in its [`code::Code`]. A field that holds
//! something else than expected (a list instead of a text, or an object with a part this version does not know) is left in
//! `other` under its own name and reported; nothing is dropped. A form must therefore never add parts *inside* a field.
//!
//! There are no fractions in the schema: whole numbers, texts, yes or no.

pub mod answer;
pub mod area;
pub mod attachment;
pub mod check;
pub mod code;
pub mod codes;
pub mod flat;
pub mod issue;
#[cfg(feature = "schema")]
pub mod json_schema;
pub mod limits;
pub mod period;
pub mod row;
pub mod schema;
pub mod shared;
pub mod text;

#[cfg(test)]
pub(crate) mod testing;

pub use answer::{Answer, answer};
pub use attachment::Attachment;
pub use check::{check, check_against};
pub use issue::{Issue, Problem};
pub use schema::Report;
