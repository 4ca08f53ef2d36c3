//! Writes a change chunk in the one form that [`super::Chunk::check`] admits, which is the form automerge itself writes.

use super::ACTOR_BYTES;
use super::Actor;
use super::frame::{self, CHANGE_TYPE, MAGIC, TYPE_AT, column};
use super::op::{Key, Op, OpId, Scalar};
use crate::id::{ChunkHash, DocumentId, sha256};
use crate::key::PublicKey;

/// A change about to be written.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    /// What it comes after, in ascending order.
    pub(crate) dependencies: &'a [ChunkHash],
    pub(crate) start_op: u32,
    /// Actors of the operations it points at, in ascending order; [`OpId::actor`] is the index here plus one.
    pub(crate) others: &'a [Actor],
    pub(crate) ops: &'a [Op<&'a str>],
    /// What the operations replace; [`Op::replaces`] are slices of it.
    pub(crate) replaced: &'a [OpId],
}

impl Draft<'_> {
    /// Writes the chunk with the actor that its content gives it.
    pub(crate) fn write(&self, author: &PublicKey, document: Option<&DocumentId>) -> Vec<u8> {
        let (mut bytes, actor_at) = self.unnamed();
        let actor = frame::derive(author, document, &bytes, actor_at);
        seal(&mut bytes, actor_at, actor);
        bytes
    }

    /// Writes the chunk with zeros for actor and checksum; says where the actor stands.
    pub(crate) fn unnamed(&self) -> (Vec<u8>, usize) {
        let mut content = Vec::new();
        unsigned(&mut content, self.dependencies.len() as u64);
        for hash in self.dependencies {
            content.extend_from_slice(hash.as_bytes());
        }
        unsigned(&mut content, ACTOR_BYTES as u64);
        let actor_at = content.len();
        content.extend_from_slice(&[0; ACTOR_BYTES]);
        unsigned(&mut content, 1);
        unsigned(&mut content, u64::from(self.start_op));
        // Time and length of the message.
        content.extend_from_slice(&[0, 0]);
        unsigned(&mut content, self.others.len() as u64);
        for actor in self.others {
            unsigned(&mut content, ACTOR_BYTES as u64);
            content.extend_from_slice(actor.as_bytes());
        }
        self.columns(&mut content);

        let mut bytes = Vec::with_capacity(content.len() + 16);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(CHANGE_TYPE);
        unsigned(&mut bytes, content.len() as u64);
        let actor_at = bytes.len() + actor_at;
        bytes.append(&mut content);
        (bytes, actor_at)
    }

    fn columns(&self, content: &mut Vec<u8>) {
        let id = |place: fn(&Op<&str>) -> Option<OpId>| self.ops.iter().map(place);
        let parent = || id(|op| op.parent);
        let element = || {
            id(|op| match op.key {
                Key::Element(element) => Some(element),
                _ => None,
            })
        };
        let key_counter = self.ops.iter().map(|op| match op.key {
            Key::Name(_) => None,
            Key::Head => Some(0),
            Key::Element(element) => Some(i64::from(element.counter)),
        });
        let key_name = self.ops.iter().map(|op| match op.key {
            Key::Name(name) => Some(name),
            _ => None,
        });
        let mut values = Vec::new();
        let value_meta: Vec<_> = self.ops.iter().map(|op| Some(value(&mut values, op.value))).collect();
        let replaced = || self.replaced.iter();
        let columns = [
            (column::OBJECT_ACTOR, runs(parent().map(|id| id.map(|id| u64::from(id.actor))), unsigned)),
            (column::OBJECT_COUNTER, runs(parent().map(|id| id.map(|id| u64::from(id.counter))), unsigned)),
            (column::KEY_ACTOR, runs(element().map(|id| id.map(|id| u64::from(id.actor))), unsigned)),
            (column::KEY_COUNTER, differences(key_counter)),
            (column::KEY_NAME, runs(key_name, text)),
            (column::INSERT, booleans(self.ops.iter().map(|op| op.insert))),
            (column::ACTION, runs(self.ops.iter().map(|op| Some(op.action.number())), unsigned)),
            (column::VALUE_META, runs(value_meta.into_iter(), unsigned)),
            (column::VALUE, values),
            (column::REPLACED_COUNT, runs(self.ops.iter().map(|op| Some(op.replaces.length() as u64)), unsigned)),
            (column::REPLACED_ACTOR, runs(replaced().map(|id| Some(u64::from(id.actor))), unsigned)),
            (column::REPLACED_COUNTER, differences(replaced().map(|id| Some(i64::from(id.counter))))),
        ];
        unsigned(content, columns.iter().filter(|(_, bytes)| !bytes.is_empty()).count() as u64);
        for (spec, bytes) in columns.iter().filter(|(_, bytes)| !bytes.is_empty()) {
            unsigned(content, *spec);
            unsigned(content, bytes.len() as u64);
        }
        for (_, bytes) in columns {
            content.extend_from_slice(&bytes);
        }
    }
}

/// Puts the actor and then the checksum in their places.
pub(crate) fn seal(bytes: &mut [u8], actor_at: usize, actor: Actor) {
    if let Some(place) = bytes.get_mut(actor_at..actor_at + ACTOR_BYTES) {
        place.copy_from_slice(actor.as_bytes());
    }
    if bytes.len() > TYPE_AT {
        let hash = sha256(&[&bytes[TYPE_AT..]]);
        bytes[MAGIC.len()..TYPE_AT].copy_from_slice(&hash[..4]);
    }
}

/// Writes unsigned LEB128.
pub(super) fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes signed LEB128.
pub(super) fn signed(out: &mut Vec<u8>, mut value: i64) {
    while !(-64..64).contains(&value) {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8 & 0x7f);
}

fn text(out: &mut Vec<u8>, text: &str) {
    unsigned(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a value's bytes and returns its type and length.
fn value(out: &mut Vec<u8>, value: Scalar<&str>) -> u64 {
    let start = out.len();
    let kind = match value {
        Scalar::Null => 0,
        Scalar::Boolean(false) => 1,
        Scalar::Boolean(true) => 2,
        Scalar::Unsigned(number) => {
            unsigned(out, number);
            3
        }
        Scalar::Signed(number) => {
            signed(out, number);
            4
        }
        Scalar::Text(text) => {
            out.extend_from_slice(text.as_bytes());
            6
        }
    };
    ((out.len() - start) as u64) << 4 | kind
}

/// Writes a run-length column: equal neighbours as one run, the others together, a column without values not at all.
fn runs<T: Copy + PartialEq>(rows: impl Iterator<Item = Option<T>>, write: impl Fn(&mut Vec<u8>, T)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut literal = Vec::new();
    let mut any = false;
    let mut rows = rows.peekable();
    while let Some(row) = rows.next() {
        let mut count = 1;
        while rows.next_if_eq(&row).is_some() {
            count += 1;
        }
        any |= row.is_some();
        match row {
            Some(value) if count == 1 => literal.push(value),
            Some(value) => {
                flush(&mut out, &mut literal, &write);
                signed(&mut out, count);
                write(&mut out, value);
            }
            None => {
                flush(&mut out, &mut literal, &write);
                signed(&mut out, 0);
                unsigned(&mut out, count.cast_unsigned());
            }
        }
    }
    flush(&mut out, &mut literal, &write);
    if any { out } else { Vec::new() }
}

/// Writes the values gathered as one literal run.
fn flush<T>(out: &mut Vec<u8>, literal: &mut Vec<T>, write: impl Fn(&mut Vec<u8>, T)) {
    if !literal.is_empty() {
        signed(out, -(literal.len() as i64));
        literal.drain(..).for_each(|value| write(out, value));
    }
}

/// Writes a run-length column of differences.
fn differences(rows: impl Iterator<Item = Option<i64>>) -> Vec<u8> {
    let mut before = 0;
    runs(rows.map(|row| row.map(|value| value - std::mem::replace(&mut before, value))), signed)
}

/// Writes a boolean column.
fn booleans(rows: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut value, mut count) = (false, 0);
    for row in rows {
        if row != value {
            unsigned(&mut out, count);
            (value, count) = (row, 0);
        }
        count += 1;
    }
    if count > 0 {
        unsigned(&mut out, count);
    }
    out
}
