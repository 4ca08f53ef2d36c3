//! Everything in Talkoot that decides, and nothing that touches the world: no I/O, no clock, no randomness, no async. Time
//! and entropy come in as arguments.
//!
//! Two wings stand on one pillar, and neither imports the other's inside:
//!
//! - the pillar: [`id`], [`key`], [`time`], [`date`], [`scope`], [`header`], [`signed`], [`statement`], [`address`], [`charter`],
//!   [`membership`], [`limits`], [`entry`], [`enrolment`], [`receipt`], [`ending`], [`fork`];
//! - the left wing *moves* changes: [`catalog`], [`policy`], [`wire`], [`sync`], [`bundle`];
//! - the right wing *reads* them: [`chunk`], [`document`], [`scan`], [`form`], [`report`], [`joint`], [`phenomenon`],
//!   [`proposal`], [`view`], [`saved`], [`service_path`], [`examine`].
//!
//! They meet at the door. [`sync::check`] asks the guard ([`chunk`]) and the scanner ([`scan`]) for their frozen verdicts, and
//! [`sync::refusal`] repeats their reasons. Besides those, small facts of a chunk cross: [`sync::admit`] asks it for its hash,
//! its actor, its dependencies, its operation numbers, what it refers to, its depth and,
//! in a joint document, under whose prefix it writes, and [`service_path::coded`] whether it is one of codes only; [`catalog`] keeps
//! [`catalog::ChunkFacts`], by which later changes are judged. No operation and no text is looked at there otherwise. [`sign`] joins
//! [`document`] and [`signed`] where a worker signs; [`api`] is what a node answers to the programs of its own organisation.

pub mod address;
pub mod api;
pub mod bundle;
pub mod catalog;
mod cbor;
pub mod charter;
pub mod chunk;
pub mod date;
pub mod document;
pub mod ending;
pub mod enrolment;
pub mod entry;
pub mod examine;
pub mod fork;
pub mod form;
pub mod header;
pub mod id;
pub mod joint;
pub mod key;
pub mod limits;
pub mod membership;
pub mod phenomenon;
pub mod policy;
pub mod proposal;
pub mod receipt;
pub mod report;
pub mod saved;
pub mod scan;
#[cfg(feature = "schema")]
pub mod schema;
pub mod scope;
pub mod service_path;
pub mod sign;
pub mod signed;
pub mod statement;
pub mod sync;
pub mod time;
pub mod view;
pub mod wire;

pub use cbor::Malformed;
