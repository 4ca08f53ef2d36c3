//! The event log of a run, one line an event, printed as it happens; costs nothing when nobody reads it.

use std::time::Duration;

/// Who reads along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trace {
    /// Whether lines are printed.
    pub on: bool,
    /// Only of this node.
    pub node: Option<usize>,
}

impl Trace {
    /// Prints a line about a node, if anybody reads it.
    pub fn say(&self, event: u64, now: Duration, node: usize, words: impl FnOnce() -> String) {
        if self.on && self.node.is_none_or(|only| only == node) {
            println!("{event:>8} {:>12.6} n{node:<3} {}", now.as_secs_f64(), words());
        }
    }
}
