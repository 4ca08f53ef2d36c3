//! The guard in front of automerge: one change chunk of whatever origin, judged before automerge sees a byte of it.
//!
//! Automerge 0.12 trusts an authorised author: a chunk of 104 bytes can declare a million operations, one of 482 can
//! overflow the stack, a foreign actor can make replicas diverge for ever, and a reference to nothing panics. So this module
//! reads the chunk by itself, with a bound in front of every count, and admits only what automerge would have written from
//! the same content: one form, one meaning. Its verdict depends on the bytes, the author and the document, on nothing else:
//! not on automerge's version, for the rules are part of wire version 1 and frozen with it (docs/protocol.md, "The chunk").
//!
//! Every change has an actor of its own, derived from its content ([`actor_for`]). Two changes with one actor and sequence
//! number cannot both exist, and what an author forked merges as ordinary concurrent edits.
//!
//! This module must never know what a report is, nor what other changes a document has.

mod column;
mod cursor;
mod error;
mod frame;
mod op;
mod relate;
mod rows;
mod write;

#[cfg(test)]
mod attacks;
#[cfg(test)]
pub(crate) mod forge;
#[cfg(test)]
mod mutations;

use std::collections::BTreeSet;
use std::fmt;

use crate::id::{ChunkHash, DocumentId};
use crate::key::PublicKey;
use crate::limits::{BODY_BYTES_MAX, SALT_BYTES};

pub use error::Error;
pub(crate) use op::{Action, Key, Object, Op, OpId, Scalar, Span};
pub(crate) use relate::is_text_edit;
pub(crate) use write::{Draft, seal};

/// Length of an actor in bytes.
pub const ACTOR_BYTES: usize = 16;
/// Longest chunk in bytes: a body without its salt.
pub const CHUNK_BYTES_MAX: usize = BODY_BYTES_MAX - SALT_BYTES;
/// Most operations of one change.
pub const OPS_MAX: u32 = 10_000;
/// Most operations that the operations of one change may replace, all together.
pub const REPLACED_MAX: u32 = 10_000;
/// Greatest number an operation may have.
pub const OPERATION_NUMBER_MAX: u32 = 1 << 30;
/// Most other actors whose operations one change may point at.
pub const OTHER_ACTORS_MAX: usize = 256;
/// Longest key of a map in bytes. Run lengths repeat a key for free, so this bounds what 10,000 operations unfold to.
pub const KEY_BYTES_MAX: usize = 255;

/// Who, in automerge's eyes, wrote a change: here a name of the change itself, see [`actor_for`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor([u8; ACTOR_BYTES]);

impl Actor {
    /// What stands in a chunk's place for the actor while the actor is derived.
    const ZERO: Self = Self([0; ACTOR_BYTES]);

    /// Wraps 16 bytes that are known to be an actor.
    pub const fn from_bytes(bytes: [u8; ACTOR_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; ACTOR_BYTES] {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({self})")
    }
}

/// Returns the actor a chunk must carry: the first 16 bytes of SHA-256 over `talkoot/actor/1`, the author's key, the
/// document's id (nothing for a document's first change) and the chunk from its type byte on with zeros for the actor.
///
/// # Errors
/// Whatever makes the chunk unreadable up to its actor: header, length, dependencies.
pub fn actor_for(author: &PublicKey, document: Option<&DocumentId>, chunk: &[u8]) -> Result<Actor, Error> {
    frame::expected_actor(author, document, chunk).map(|(actor, _)| actor)
}

/// An operation of another change that a change points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The actor, and so the change, that the operation belongs to.
    pub actor: Actor,
    /// The operation's number.
    pub counter: u32,
    /// Whether something is written into the object that the operation made.
    pub as_parent: bool,
}

/// How deep a change nests objects; an object directly in the root map has depth 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Depth {
    /// Depth of the deepest object the change makes under the root, 0 if none.
    pub below_root: u8,
    /// For each object of another change that this one writes into, named by actor and number, in ascending order: how many
    /// levels of objects are made below it, 0 if only values are written.
    pub beneath: Vec<((Actor, u32), u8)>,
}

/// A change chunk that passed the guard. Holds its bytes and a decoded form of about 50 bytes an operation: made to be
/// judged, read and dropped, not to be kept by the hundred thousand.
#[derive(Clone)]
pub struct Chunk {
    bytes: Vec<u8>,
    hash: ChunkHash,
    actor: Actor,
    dependencies: Vec<ChunkHash>,
    start_op: u32,
    others: Vec<Actor>,
    ops: Vec<Op<Span>>,
    replaced: Vec<OpId>,
    references: Vec<Reference>,
    depth: Depth,
}

impl Chunk {
    /// Judges a chunk by itself; `document` is `None` for a document's first change. Takes time linear in the length, or in
    /// the operations where run lengths declare more of them, up to [`OPS_MAX`].
    ///
    /// What the chunk needs from the document's other changes is not known here: see [`Chunk::references`],
    /// [`Chunk::depth`], [`Chunk::start_op`] and `document::follows`, which judges them.
    ///
    /// # Errors
    /// The first rule that the chunk breaks; see [`Error`].
    pub fn check(bytes: Vec<u8>, author: &PublicKey, document: Option<&DocumentId>) -> Result<Self, Error> {
        let frame = frame::Frame::read(&bytes, author, document)?;
        let rows = rows::read(&frame)?;
        let relations = relate::check(&bytes, &frame, &rows)?;
        let frame::Frame { hash, dependencies, actor, start_op, others, .. } = frame;
        let rows::Rows { ops, replaced } = rows;
        let relate::Relations { references, depth } = relations;
        Ok(Self { bytes, hash, actor, dependencies, start_op, others, ops, replaced, references, depth })
    }

    /// Returns the chunk as it was given.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns automerge's name of the change.
    pub const fn hash(&self) -> ChunkHash {
        self.hash
    }

    /// Returns the actor, which no other change has.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Returns the changes this one was made on top of, in ascending order, none twice, at most 64.
    pub fn deps(&self) -> &[ChunkHash] {
        &self.dependencies
    }

    /// Returns the number of the first operation, at least 1.
    pub const fn start_op(&self) -> u32 {
        self.start_op
    }

    /// Returns how many operations there are, 1 to [`OPS_MAX`].
    pub const fn op_count(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Returns the number of the last operation, below [`OPERATION_NUMBER_MAX`].
    pub const fn max_op(&self) -> u32 {
        self.start_op + self.op_count() - 1
    }

    /// Returns the operations of other changes this one points at, in ascending order, none twice. All are numbered below
    /// [`Chunk::start_op`]; whether they exist and are of the right kind is for `document::follows` to say.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Returns what is needed to judge how deep the document nests with this change.
    pub const fn depth(&self) -> &Depth {
        &self.depth
    }

    /// Returns every string this change writes, map keys included, in the order of its operations. What was typed into a
    /// text letter by letter comes as one piece.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let mut spans: Vec<Span> = Vec::new();
        let mut last_name = None;
        let mut last_typed = None;
        for (index, op) in self.ops.iter().enumerate() {
            if let Key::Name(name) = op.key
                && last_name != Some(name)
            {
                last_name = Some(name);
                spans.push(name);
            }
            let Scalar::Text(text) = op.value else { continue };
            let typed_on = index > 0 && op.insert && op.key == Key::Element(OpId::own(self.number(index - 1)));
            let continues = typed_on && last_typed == Some((index - 1, op.parent)) && self.is_typed(op.parent, text);
            match spans.last_mut() {
                Some(last) if continues && last.touches(text) => *last = last.to(text),
                _ => spans.push(text),
            }
            last_typed = (op.insert && self.is_typed(op.parent, text)).then_some((index, op.parent));
        }
        spans.into_iter().map(|span| self.text(span))
    }

    /// Returns the keys of the root map that this change sets or takes away, each once, ascending.
    pub fn root_keys(&self) -> BTreeSet<&str> {
        let at_root = self.ops.iter().filter(|op| op.parent.is_none());
        at_root.filter_map(|op| if let Key::Name(name) = op.key { Some(self.text(name)) } else { None }).collect()
    }

    /// Returns the decoded operations; the first has the number [`Chunk::start_op`], each other one more.
    pub(crate) fn ops(&self) -> &[Op<Span>] {
        &self.ops
    }

    /// Returns what an operation of this chunk replaces, in ascending order.
    pub(crate) fn replaced(&self, op: &Op<Span>) -> &[OpId] {
        self.replaced.get(op.replaces.range()).unwrap_or_default()
    }

    /// Returns the actor that an operation's name in this chunk means.
    pub(crate) fn actor_of(&self, id: OpId) -> Actor {
        let other = usize::from(id.actor).checked_sub(1).and_then(|index| self.others.get(index));
        other.copied().unwrap_or(self.actor)
    }

    /// Returns a text of this chunk.
    pub(crate) fn text(&self, span: Span) -> &str {
        // `check` saw that it is UTF-8.
        self.bytes.get(span.range()).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Returns this change's operation of that number.
    pub(crate) fn op(&self, counter: u32) -> Option<&Op<Span>> {
        self.ops.get(counter.checked_sub(self.start_op)? as usize)
    }

    /// Returns the number of the operation at `index`.
    pub(crate) const fn number(&self, index: usize) -> u32 {
        self.start_op + index as u32
    }

    /// Returns whether a string inserted there is a piece of a text rather than an item of a list. For an object of another
    /// change that is not known here; a single character is taken for a piece.
    fn is_typed(&self, parent: Option<OpId>, text: Span) -> bool {
        match parent {
            None => false,
            Some(id) if id.is_own() => self.op(id.counter).is_some_and(|op| op.action == Action::Make(Object::Text)),
            Some(_) => self.text(text).chars().nth(1).is_none(),
        }
    }
}

impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Chunk {}

impl fmt::Debug for Chunk {
    /// Names the chunk and never shows what was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk({}, {} operations from {})", self.hash.short(), self.op_count(), self.start_op)
    }
}
