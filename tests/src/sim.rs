//! The simulator: hundreds of the real engines on virtual time, one seed, one course of events. It is the other driver of the
//! engine beside the node's own, and an equal tenant.
//!
//! - [`scenario`]: what a run is like, read from files;
//! - [`company`], [`ledger`]: who takes part and what they sign, once for all runs;
//! - [`random`], [`schedule`]: chance and time;
//! - [`network`], [`disk`], [`node`]: the parts of the world, and what goes wrong with them;
//! - [`byzantine`]: peers that do not keep to the protocol;
//! - `drive`, `step`, [`run`]: what happens;
//! - [`inspect`]: what a message gives away;
//! - [`model`], [`invariant`]: the truth beside the engines, and what must hold;
//! - [`measure`], [`trace`]: what it costs, and how it went.
//!
//! A mistake in an engine must not hide itself: ledger, model and invariants know by themselves what was signed, what is
//! durable and what is for whom.

pub mod byzantine;
pub mod command;
pub mod company;
pub mod disk;
mod drive;
pub mod inspect;
pub mod invariant;
pub mod ledger;
pub mod measure;
pub mod model;
pub mod network;
pub mod node;
pub mod random;
pub mod run;
pub mod scenario;
pub mod schedule;
mod step;
pub mod trace;
