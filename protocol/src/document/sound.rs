//! Which changes of a history are read: those that fit what they come after, and stand on nothing that does not.
//!
//! The door judges a change by what the catalog knows of its past; whether an operation points at something of the right kind
//! only the past itself can tell. Since each change is judged by its own past alone, every node reads the same ones; the
//! others stay in the log and change nothing.

use std::collections::BTreeMap;

use super::past::follows;
use crate::chunk::Chunk;
use crate::id::ChunkHash;

/// Returns the changes to read, in the order given, which must be causal.
pub fn sound<'a>(history: &[&'a Chunk]) -> Vec<&'a Chunk> {
    let mut sound: BTreeMap<ChunkHash, &'a Chunk> = BTreeMap::new();
    let mut kept = Vec::with_capacity(history.len());
    for chunk in history {
        let stands = chunk.deps().iter().all(|hash| sound.contains_key(hash));
        if stands && follows(&kept, chunk).is_ok() {
            sound.insert(chunk.hash(), chunk);
            kept.push(*chunk);
        }
    }
    kept
}
