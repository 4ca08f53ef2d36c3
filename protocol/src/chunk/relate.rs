//! What the operations of one change mean to each other: each acts at a place that exists, on something of the right kind.
//!
//! Automerge trusts its input here: an insertion after an element of another list, a replaced operation at another key or a
//! key in a list panic in `apply_changes`, or are dropped and leave a document that cannot be loaded again. What points out
//! of the change is gathered for whoever knows the document's past ([`super::Reference`], `document::follows`).

use std::collections::{BTreeMap, BTreeSet};

use super::error::Error;
use super::frame::Frame;
use super::op::{Action, Key, Object, Op, OpId, Scalar, Span};
use super::rows::Rows;
use super::{Depth, Reference};
use crate::limits::DEPTH_MAX;

/// What the change needs from other changes, and how deep it nests.
#[derive(Debug)]
pub(super) struct Relations {
    pub(super) references: Vec<Reference>,
    pub(super) depth: Depth,
}

/// Checks every operation against those before it.
pub(super) fn check(bytes: &[u8], frame: &Frame<'_>, rows: &Rows) -> Result<Relations, Error> {
    let mut relate = Relate {
        bytes,
        frame,
        rows,
        levels: vec![Level { base: None, depth: 0 }; rows.ops.len()],
        used: vec![false; frame.others.len()],
        outside: BTreeSet::new(),
        own_depth: 0,
        beneath: BTreeMap::new(),
    };
    for op in 0..rows.ops.len() {
        relate.op(op)?;
    }
    relate.finish()
}

/// Where an object hangs: under the root (`None`) or under an object of another change, and how far below.
#[derive(Debug, Clone, Copy)]
struct Level {
    base: Option<OpId>,
    depth: u8,
}

struct Relate<'a> {
    bytes: &'a [u8],
    frame: &'a Frame<'a>,
    rows: &'a Rows,
    /// For each operation that makes an object, where that hangs.
    levels: Vec<Level>,
    /// For each other actor, whether an operation names it.
    used: Vec<bool>,
    outside: BTreeSet<(OpId, bool)>,
    own_depth: u8,
    beneath: BTreeMap<OpId, u8>,
}

impl Relate<'_> {
    fn op(&mut self, index: usize) -> Result<(), Error> {
        let op = index as u32;
        let Some(row) = self.rows.ops.get(index) else { return Err(Error::BadReference { op }) };
        let level = self.parent(op, row)?;
        self.place(op, row)?;
        shape(op, row)?;
        self.replaced(op, row)?;
        if let Action::Make(_) = row.action {
            self.note_depth(op, level)?;
        } else if let Some(base) = level.base {
            self.beneath.entry(base).or_insert(0);
        }
        Ok(())
    }

    /// Returns the change's own operation of that name.
    fn own(&self, op: u32, id: OpId) -> Result<&Op<Span>, Error> {
        let index = id.counter.checked_sub(self.frame.start_op).map(|index| index as usize);
        index.and_then(|index| self.rows.ops.get(index)).ok_or(Error::BadReference { op })
    }

    /// Notes an operation of another change that this one points at.
    fn outside(&mut self, id: OpId, as_parent: bool) {
        if let Some(used) = self.used.get_mut(usize::from(id.actor).wrapping_sub(1)) {
            *used = true;
        }
        self.outside.insert((id, as_parent));
    }

    /// Checks that the place suits the object it is in; returns where that object hangs.
    fn parent(&mut self, op: u32, row: &Op<Span>) -> Result<Level, Error> {
        let wants_map = matches!(row.key, Key::Name(_));
        let kind = match row.parent {
            None => Object::Map,
            Some(parent) if parent.is_own() => match self.own(op, parent)?.action {
                Action::Make(kind) => kind,
                _ => return Err(Error::WrongKind { op }),
            },
            Some(parent) => {
                self.outside(parent, true);
                return Ok(Level { base: Some(parent), depth: 0 });
            }
        };
        if wants_map != (kind == Object::Map) {
            return Err(Error::BadPlace { op });
        }
        if kind == Object::Text && !is_text_edit(row) {
            return Err(Error::NotText { op });
        }
        let Some(parent) = row.parent else { return Ok(Level { base: None, depth: 0 }) };
        let index = parent.counter.wrapping_sub(self.frame.start_op) as usize;
        self.levels.get(index).copied().ok_or(Error::BadReference { op })
    }

    /// Checks that an element belongs to the sequence the operation acts in.
    fn place(&mut self, op: u32, row: &Op<Span>) -> Result<(), Error> {
        match row.key {
            Key::Name(_) | Key::Head => Ok(()),
            Key::Element(element) if element.is_own() => {
                let inserted = self.own(op, element)?;
                let fits = inserted.insert && inserted.parent == row.parent;
                if fits { Ok(()) } else { Err(Error::WrongKind { op }) }
            }
            Key::Element(element) => {
                if row.parent.is_none_or(OpId::is_own) {
                    return Err(Error::BadReference { op });
                }
                self.outside(element, false);
                Ok(())
            }
        }
    }

    /// Checks that what is replaced is in ascending order and was at the same place.
    fn replaced(&mut self, op: u32, row: &Op<Span>) -> Result<(), Error> {
        let list = self.rows.replaced.get(row.replaces.range()).unwrap_or_default();
        for pair in list.windows(2) {
            if let [before, after] = pair
                && self.lamport(*before) >= self.lamport(*after)
            {
                return Err(Error::PredecessorOrder { op });
            }
        }
        for id in list {
            if id.is_own() {
                let replaced = self.own(op, *id)?;
                let same_place = replaced.parent == row.parent && self.same_key(&replaced.slot(*id), &row.key);
                if !same_place || replaced.action == Action::Delete {
                    return Err(Error::WrongKind { op });
                }
            } else {
                let elsewhere = row.parent.is_some_and(OpId::is_own)
                    || matches!(row.key, Key::Element(element) if element.is_own());
                if elsewhere {
                    return Err(Error::BadReference { op });
                }
                self.outside(*id, false);
            }
        }
        Ok(())
    }

    /// Returns automerge's order of operations: by number, then by the actor's bytes.
    fn lamport(&self, id: OpId) -> (u32, super::Actor) {
        let other = usize::from(id.actor).checked_sub(1).and_then(|index| self.frame.others.get(index));
        (id.counter, other.copied().unwrap_or(self.frame.actor))
    }

    fn same_key(&self, left: &Key<Span>, right: &Key<Span>) -> bool {
        match (left, right) {
            (Key::Name(left), Key::Name(right)) => self.bytes.get(left.range()) == self.bytes.get(right.range()),
            _ => left == right,
        }
    }

    fn note_depth(&mut self, op: u32, parent: Level) -> Result<(), Error> {
        let depth = parent.depth.saturating_add(1);
        // An object of another change is itself at least one below the root.
        let below_root = depth.saturating_add(u8::from(parent.base.is_some()));
        if below_root > DEPTH_MAX {
            return Err(Error::TooDeep { op, max: DEPTH_MAX });
        }
        if let Some(level) = self.levels.get_mut(op as usize) {
            *level = Level { base: parent.base, depth };
        }
        let deepest = match parent.base {
            None => &mut self.own_depth,
            Some(base) => self.beneath.entry(base).or_insert(0),
        };
        *deepest = depth.max(*deepest);
        Ok(())
    }

    fn finish(self) -> Result<Relations, Error> {
        if let Some(index) = self.used.iter().position(|used| !used) {
            return Err(Error::UnusedActor { index });
        }
        let actor = |id: OpId| self.frame.others.get(usize::from(id.actor).wrapping_sub(1)).copied();
        let reference =
            |(id, as_parent): (OpId, bool)| Some(Reference { actor: actor(id)?, counter: id.counter, as_parent });
        let mut references: Vec<Reference> = self.outside.into_iter().filter_map(reference).collect();
        references.sort_unstable();
        let mut beneath: Vec<_> =
            self.beneath.into_iter().filter_map(|(id, depth)| Some(((actor(id)?, id.counter), depth))).collect();
        beneath.sort_unstable();
        Ok(Relations { references, depth: Depth { below_root: self.own_depth, beneath } })
    }
}

/// Returns whether an operation may stand in a text: inserting a string, or deleting.
pub(crate) const fn is_text_edit(row: &Op<Span>) -> bool {
    match row.action {
        Action::Make(_) => false,
        Action::Set => row.insert && matches!(row.value, Scalar::Text(text) if text.length() > 0),
        Action::Delete => true,
    }
}

/// Checks what can be said about an operation by itself.
const fn shape(op: u32, row: &Op<Span>) -> Result<(), Error> {
    let in_sequence = !matches!(row.key, Key::Name(_));
    let replaces = row.replaces.length() > 0;
    if !matches!(row.action, Action::Set) && !matches!(row.value, Scalar::Null) {
        return Err(Error::UnexpectedValue { op });
    }
    if row.insert {
        let plain = in_sequence && !replaces && !matches!(row.action, Action::Delete);
        return if plain { Ok(()) } else { Err(Error::BadInsertion { op }) };
    }
    if matches!(row.key, Key::Head) {
        return Err(Error::BadPlace { op });
    }
    if !replaces && (in_sequence || matches!(row.action, Action::Delete)) {
        return Err(Error::WithoutEffect { op });
    }
    Ok(())
}
