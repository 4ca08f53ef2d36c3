//! Moving signed changes between nodes: what comes in is checked and admitted by one door, what is stored is offered to
//! whom policy allows. Synchronous and pure: inputs in, effects out, time as an argument.
//!
//! - [`refusal`]: the names of everything that can be wrong with a change;
//! - [`check`]: what can be judged of a change alone, in parallel;
//! - [`admit`]: what can be judged only beside its past;
//! - [`rehearse`]: what both would say of a change that is not signed yet;
//! - [`parked`]: what waits for its past;
//! - [`digest`]: what two nodes compare first;
//! - [`sketch`], [`have`], [`ranges`]: three ways of finding out what differs;
//! - [`held`]: the set of a scope, ready for all of them;
//! - [`flow`]: how much may be under way;
//! - [`session`]: what is believed of one connected peer;
//! - [`overlay`]: whom to be connected to;
//! - [`input`], [`effect`]: how driver and engine speak;
//! - [`engine`]: routes between all of them.

pub mod admit;
pub mod check;
pub mod digest;
pub mod effect;
pub mod engine;
pub mod flow;
pub mod have;
pub mod held;
pub mod input;
pub mod overlay;
pub mod parked;
pub mod ranges;
pub mod refusal;
pub mod rehearse;
pub mod session;
pub mod sketch;
