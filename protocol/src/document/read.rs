//! Reads a whole history through automerge: what stands, what contradicts it, who wrote it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use serde_json::Value;

use super::past::Past;
use super::{Entry, Error, Field, Inner, Reading};
use crate::chunk::{ACTOR_BYTES, Actor, Chunk};
use crate::id::ChunkHash;
use crate::limits::DEPTH_MAX;

/// Reads a document after all its changes, which must have been judged by [`super::follows`] and may come in any order.
///
/// # Errors
/// [`Error::Missing`], [`Error::TwoBeginnings`], [`Error::SameActor`], [`Error::Empty`] when the history is not whole;
/// [`Error::Refused`], [`Error::Panicked`] when automerge fails: set the document aside.
pub fn read(history: &[&Chunk]) -> Result<Reading, Error> {
    read_past(&Past::new(history)?)
}

/// Reads an ordered history.
pub(super) fn read_past(past: &Past<'_>) -> Result<Reading, Error> {
    fenced(|| {
        let document = merge(past)?;
        let reader = Reader { document: &document, past };
        let mut fields = std::collections::BTreeMap::new();
        for item in document.map_range(ROOT, ..) {
            let mut entry = reader.entry(item.value.clone().into_value(), &item.id(), 1)?;
            let others = if item.conflict { reader.others(&ROOT, item.key.as_ref(), 1)? } else { Vec::new() };
            let inner = std::mem::take(&mut entry.inner);
            let field = Field { value: entry.value, set_by: entry.set_by, inner, others };
            fields.insert(item.key.into_owned(), field);
        }
        Ok(Reading { fields, heads: past.heads().to_vec() })
    })
}

/// Calls into automerge; a panic becomes an error.
pub(super) fn fenced<T>(call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // Nothing that the call touches outlives a panic.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Error::Panicked))
}

/// Turns automerge's refusal into ours.
pub(super) fn refused(error: impl std::fmt::Display) -> Error {
    Error::Refused { reason: error.to_string() }
}

/// Merges a history. Applied in the history's own order, so that equal sets give equal documents, byte for byte when saved.
pub(super) fn merge(past: &Past<'_>) -> Result<Automerge, Error> {
    let changes: Result<Vec<Change>, _> = past.chunks().iter().map(|chunk| Change::try_from(chunk.bytes())).collect();
    let mut document = Automerge::new();
    document.apply_changes(changes.map_err(refused)?).map_err(refused)?;
    let mut heads: Vec<ChangeHash> = past.heads().iter().map(|head| ChangeHash(*head.as_bytes())).collect();
    let mut got = document.get_heads();
    heads.sort_unstable();
    got.sort_unstable();
    if got == heads { Ok(document) } else { Err(refused("not every change was applied")) }
}

struct Reader<'a> {
    document: &'a Automerge,
    past: &'a Past<'a>,
}

impl Reader<'_> {
    /// Reads one value; `depth` counts it if it is an object.
    fn entry(&self, value: automerge::Value<'_>, id: &ObjId, depth: u8) -> Result<Entry, Error> {
        let mut inner = Vec::new();
        let value = self.value(value, id, depth, &mut String::new(), &mut inner)?;
        Ok(Entry { value, set_by: self.writer(id)?, inner })
    }

    /// Returns all but the winning value at a place, the greatest operation first.
    fn others<'k>(&self, object: &ObjId, key: impl Into<automerge::Prop> + 'k, depth: u8) -> Result<Vec<Entry>, Error> {
        let all = self.document.get_all(object, key).map_err(refused)?;
        all.into_iter().rev().skip(1).map(|(value, id)| self.entry(value, &id, depth)).collect()
    }

    /// Returns the change that an operation is part of.
    fn writer(&self, id: &ObjId) -> Result<ChunkHash, Error> {
        let actor = match id {
            ObjId::Id(_, actor, _) => <[u8; ACTOR_BYTES]>::try_from(actor.to_bytes()).ok().map(Actor::from_bytes),
            ObjId::Root => None,
        };
        let chunk = actor.and_then(|actor| self.past.by_actor(&actor));
        chunk.map(Chunk::hash).ok_or_else(|| refused("a value without a writer"))
    }

    /// Builds a value. Recurses once for each object below the field, at most [`DEPTH_MAX`] deep; every object hangs in one
    /// place, so each is visited once.
    fn value(
        &self,
        value: automerge::Value<'_>,
        id: &ObjId,
        depth: u8,
        pointer: &mut String,
        inner: &mut Vec<Inner>,
    ) -> Result<Value, Error> {
        let kind = match value {
            automerge::Value::Scalar(scalar) => return scalar_value(&scalar),
            automerge::Value::Object(kind) => kind,
        };
        if depth > DEPTH_MAX {
            return Err(Error::Nesting { got: u32::from(depth), max: DEPTH_MAX });
        }
        let whole = pointer.len();
        match kind {
            ObjType::Text => self.document.text(id).map(Value::String).map_err(refused),
            ObjType::List => {
                let mut items = Vec::new();
                for item in self.document.list_range(id, ..) {
                    pointer.push_str(&format!("/{}", item.index));
                    if item.conflict {
                        let others = self.others(id, item.index, depth + 1)?;
                        inner.push(Inner { pointer: pointer.clone(), others });
                    }
                    items.push(self.value(item.value.clone().into_value(), &item.id(), depth + 1, pointer, inner)?);
                    pointer.truncate(whole);
                }
                Ok(Value::Array(items))
            }
            ObjType::Map | ObjType::Table => {
                let mut entries = serde_json::Map::new();
                for item in self.document.map_range(id, ..) {
                    pointer.push('/');
                    pointer.push_str(&item.key.replace('~', "~0").replace('/', "~1"));
                    if item.conflict {
                        let others = self.others(id, item.key.as_ref(), depth + 1)?;
                        inner.push(Inner { pointer: pointer.clone(), others });
                    }
                    let value = self.value(item.value.clone().into_value(), &item.id(), depth + 1, pointer, inner)?;
                    entries.insert(item.key.into_owned(), value);
                    pointer.truncate(whole);
                }
                Ok(Value::Object(entries))
            }
        }
    }
}

/// Turns a scalar into JSON; the guard admits no other types than these.
fn scalar_value(scalar: &ScalarValue) -> Result<Value, Error> {
    match scalar {
        ScalarValue::Null => Ok(Value::Null),
        ScalarValue::Boolean(value) => Ok(Value::Bool(*value)),
        ScalarValue::Int(value) => Ok(Value::from(*value)),
        ScalarValue::Uint(value) => Ok(Value::from(*value)),
        ScalarValue::Str(text) => Ok(Value::from(text.as_str())),
        _ => Err(refused("a value of a type that is never admitted")),
    }
}
