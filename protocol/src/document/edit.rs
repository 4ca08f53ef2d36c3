//! Makes changes: the one that begins a document, and those that edit it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::build::Build;
use super::past::{Name, Past};
use super::read::read_past;
use super::{Error, Fields, Reading};
use crate::chunk::{Action, Actor, Chunk, Draft, Key, OPS_MAX, OpId};
use crate::id::{ChunkHash, DocumentId};
use crate::key::PublicKey;
use crate::limits::DEPENDENCIES_MAX;

/// Makes the change that begins a document. Equal input gives equal bytes.
///
/// # Errors
/// [`Error::NoChange`] without fields; [`Error::Float`], [`Error::TooDeep`], [`Error::KeyLength`] name the field;
/// [`Error::Chunk`] when the fields are too many or too long together.
pub fn create(author: &PublicKey, fields: &Fields) -> Result<Chunk, Error> {
    if fields.is_empty() {
        return Err(Error::NoChange);
    }
    let mut build = Build::new(1, OPS_MAX as usize);
    for (name, value) in fields {
        build.field(name, Some(value), &[])?;
    }
    let draft = Draft { dependencies: &[], start_op: 1, others: &[], ops: &build.ops, replaced: &build.replaced };
    Ok(Chunk::check(draft.write(author, None), author, None)?)
}

/// Makes one change that sets fields anew (`Some`) or removes them (`None`), on top of all of `history`. A field given its
/// present value is left alone, unless concurrent values stand there: then writing settles them.
///
/// More than 64 heads cannot be named by one change: then the edit follows the first 64, and the next edit joins the rest.
///
/// # Errors
/// As [`create`]; [`Error::NoChange`] when nothing would change; [`Error::Missing`], [`Error::TwoBeginnings`],
/// [`Error::Empty`] when the history is not whole; [`Error::Refused`], [`Error::Panicked`] when it cannot be read.
pub fn edit(
    author: &PublicKey,
    document: &DocumentId,
    history: &[&Chunk],
    edits: &BTreeMap<String, Option<Value>>,
) -> Result<Chunk, Error> {
    let all = Past::new(history)?;
    let heads: Vec<ChunkHash> = all.heads().iter().take(DEPENDENCIES_MAX).copied().collect();
    let past = Past::new(&all.up_to(&heads).unwrap_or_default())?;
    let standing = Standing::find(&past, edits);
    let mut reading = None;
    let mut wanted = Vec::new();
    for (name, value) in edits {
        let present = standing.at(name);
        let changes = match (value, present.len()) {
            (None, count) => count > 0,
            (Some(value), 1) => !is_present(&past, &mut reading, name, value)?,
            (Some(_), _) => true,
        };
        if changes {
            wanted.push((name, value.as_ref(), present));
        }
    }
    if wanted.is_empty() {
        return Err(Error::NoChange);
    }
    let others: BTreeSet<Actor> = wanted.iter().flat_map(|(_, _, present)| present.iter()).map(|op| op.1).collect();
    let others: Vec<Actor> = others.into_iter().collect();
    let start_op = past.chunks().iter().map(|chunk| chunk.max_op()).max().unwrap_or(0).saturating_add(1);
    let mut build = Build::new(start_op, OPS_MAX as usize);
    for (name, value, present) in wanted {
        let replaces: Vec<OpId> = present.iter().filter_map(|op| local(&others, *op)).collect();
        build.field(name, value, &replaces)?;
    }
    let draft = Draft { dependencies: &heads, start_op, others: &others, ops: &build.ops, replaced: &build.replaced };
    Ok(Chunk::check(draft.write(author, Some(document)), author, Some(document))?)
}

/// Names an operation within the chunk whose other actors are `others`.
fn local(others: &[Actor], (counter, actor): (u32, Actor)) -> Option<OpId> {
    let index = others.binary_search(&actor).ok()?;
    Some(OpId { counter, actor: u16::try_from(index + 1).ok()? })
}

/// Returns whether a field already has this value, with no contradiction inside. Reads the document at the first call.
fn is_present(past: &Past<'_>, reading: &mut Option<Reading>, name: &str, value: &Value) -> Result<bool, Error> {
    let read = match reading.take() {
        Some(read) => read,
        None => read_past(past)?,
    };
    let field = read.fields.get(name);
    let present = field.is_some_and(|field| field.value == *value && field.inner.is_empty());
    *reading = Some(read);
    Ok(present)
}

/// The operations whose values stand in the fields to be edited: written, and not replaced since.
struct Standing {
    by_field: BTreeMap<String, Vec<(u32, Actor)>>,
}

impl Standing {
    fn find(past: &Past<'_>, edits: &BTreeMap<String, Option<Value>>) -> Self {
        let mut replaced: BTreeSet<Name> = BTreeSet::new();
        let mut written: Vec<(&str, u32, Actor)> = Vec::new();
        for chunk in past.chunks() {
            for (index, op) in chunk.ops().iter().enumerate() {
                let (None, Key::Name(name)) = (op.parent, op.key) else { continue };
                let name = chunk.text(name);
                if !edits.contains_key(name) {
                    continue;
                }
                replaced.extend(chunk.replaced(op).iter().map(|id| (chunk.actor_of(*id), id.counter)));
                if op.action != Action::Delete {
                    written.push((name, chunk.number(index), chunk.actor()));
                }
            }
        }
        let mut by_field: BTreeMap<String, Vec<(u32, Actor)>> = BTreeMap::new();
        for (name, counter, actor) in written {
            if !replaced.contains(&(actor, counter)) {
                by_field.entry(name.to_owned()).or_default().push((counter, actor));
            }
        }
        by_field.values_mut().for_each(|ops| ops.sort_unstable());
        Self { by_field }
    }

    /// Returns a field's standing operations in automerge's order.
    fn at(&self, name: &str) -> &[(u32, Actor)] {
        self.by_field.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
