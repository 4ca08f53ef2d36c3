//! Documents as files that any automerge library opens.

use automerge::{Automerge, Change};

use super::build::{Build, Place};
use super::past::Past;
use super::read::{fenced, merge, refused};
use super::{Error, Fields};
use crate::chunk::{ACTOR_BYTES, Actor, Chunk, Draft, Key, OPERATION_NUMBER_MAX, Span, seal};
use crate::id::{DocumentId, sha256};

/// Most documents in one export: an automerge document is held in memory as a whole and grows slower with its size.
pub const EXPORT_ITEMS_MAX: usize = 10_000;

/// Saves a document with its whole history as an automerge document. Equal histories give equal bytes.
///
/// # Errors
/// As [`super::read`].
pub fn save(history: &[&Chunk]) -> Result<Vec<u8>, Error> {
    let past = Past::new(history)?;
    fenced(|| Ok(merge(&past)?.save()))
}

/// Saves the values of several documents as one automerge document: a map from document id (64 hexadecimal digits) to
/// fields. Made afresh, without anyone's history. Equal input gives equal bytes; of one id given twice the last counts.
///
/// # Errors
/// [`Error::TooManyItems`] above [`EXPORT_ITEMS_MAX`]; [`Error::Float`], [`Error::TooDeep`], [`Error::KeyLength`] when the
/// fields could not be written in a change either; [`Error::Empty`] without documents.
pub fn export(items: &[(DocumentId, Fields)]) -> Result<Vec<u8>, Error> {
    if items.len() > EXPORT_ITEMS_MAX {
        return Err(Error::TooManyItems { got: items.len(), max: EXPORT_ITEMS_MAX });
    }
    let items: std::collections::BTreeMap<String, &Fields> =
        items.iter().map(|(id, fields)| (id.to_string(), fields)).collect();
    if items.is_empty() {
        return Err(Error::Empty);
    }
    let mut build = Build::new(1, OPERATION_NUMBER_MAX as usize);
    for (id, fields) in &items {
        let map = build.map(Place { parent: None, key: Key::Name(id), field: id, depth: 0 })?;
        for (name, value) in *fields {
            let place = Place { parent: Some(map), key: Key::Name(name), field: name, depth: 0 };
            build.value(place, value, Span::default())?;
        }
    }
    let draft = Draft { dependencies: &[], start_op: 1, others: &[], ops: &build.ops, replaced: &build.replaced };
    let (mut bytes, actor_at) = draft.unnamed();
    let hash = sha256(&[b"talkoot/export/1", &bytes]);
    let mut actor = [0; ACTOR_BYTES];
    actor.copy_from_slice(&hash[..ACTOR_BYTES]);
    seal(&mut bytes, actor_at, Actor::from_bytes(actor));
    fenced(|| {
        let mut document = Automerge::new();
        document.apply_changes([Change::try_from(bytes.as_slice()).map_err(refused)?]).map_err(refused)?;
        Ok(document.save())
    })
}
