//! Proposals and answers: who is asked to act by when, what they answer, what came of it, and who sees to it that nothing is
//! forgotten. Read from a [`Joint`](crate::joint::Joint) document (docs/protocol.md, "Proposals").
//!
//! - [`words`]: what an organisation may say in a proposal, and how it becomes an entry;
//! - [`state`](mod@state): what all of it means together on a given day;
//! - [`repair`]: whose turn it is, and the queue of what is not closed;
//! - [`linked`]: which phenomena link a report;
//! - [`trace`](mod@trace): from a report to what came of it.
//!
//! Nothing here knows a clock: what day it is comes in. Equal words and an equal day give an equal state, in whatever order the
//! words came. Whether an answer counts depends on who signed it and on what others said, never on who reads it.

mod addressed;
mod answers;
pub mod codes;
pub mod linked;
mod outcomes;
mod reading;
pub mod repair;
pub mod state;
#[cfg(test)]
mod tests;
pub mod trace;
pub mod words;

pub use repair::{inbox, queue};
pub use state::{State, state};
pub use trace::{Trace, trace};
pub use words::Word;
