//! The changes of one document as a graph, and the judgement whether a change fits what came before it.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::chunk::{Action, Actor, Chunk, Key, Object, Op, OpId, Span, is_text_edit};
use crate::id::ChunkHash;
use crate::limits::{DEPTH_MAX, DOCUMENT_CHANGES_MAX};

/// An operation's name outside any chunk: its change's actor, and its number.
pub(super) type Name = (Actor, u32);

/// A causally complete set of changes, in an order that depends only on the set.
pub(super) struct Past<'a> {
    chunks: Vec<&'a Chunk>,
    by_hash: BTreeMap<ChunkHash, usize>,
    by_actor: BTreeMap<Actor, usize>,
    heads: Vec<ChunkHash>,
}

impl<'a> Past<'a> {
    /// Orders changes given in any order; one given twice counts once.
    pub(super) fn new(history: &[&'a Chunk]) -> Result<Self, Error> {
        let given: BTreeMap<ChunkHash, &'a Chunk> = history.iter().map(|chunk| (chunk.hash(), *chunk)).collect();
        one_beginning(&given)?;
        let mut followers: BTreeMap<ChunkHash, Vec<ChunkHash>> = BTreeMap::new();
        let mut waiting: BTreeMap<ChunkHash, usize> = BTreeMap::new();
        let mut ready = BTreeSet::new();
        for (hash, chunk) in &given {
            for dependency in chunk.deps() {
                if !given.contains_key(dependency) {
                    return Err(Error::Missing { change: *hash, dependency: *dependency });
                }
                followers.entry(*dependency).or_default().push(*hash);
            }
            if chunk.deps().is_empty() {
                ready.insert(*hash);
            }
            waiting.insert(*hash, chunk.deps().len());
        }
        let heads = given.keys().filter(|hash| !followers.contains_key(*hash)).copied().collect();
        let mut past = Self { chunks: Vec::new(), by_hash: BTreeMap::new(), by_actor: BTreeMap::new(), heads };
        while let Some(hash) = ready.pop_first() {
            if let Some(chunk) = given.get(&hash) {
                past.push(chunk)?;
            }
            for follower in followers.get(&hash).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(follower) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(*follower);
                    }
                }
            }
        }
        Ok(past)
    }

    fn push(&mut self, chunk: &'a Chunk) -> Result<(), Error> {
        let index = self.chunks.len();
        self.chunks.push(chunk);
        self.by_hash.insert(chunk.hash(), index);
        match self.by_actor.insert(chunk.actor(), index) {
            None => Ok(()),
            Some(_) => Err(Error::SameActor { actor: chunk.actor() }),
        }
    }

    /// Returns the changes, each after all it depends on.
    pub(super) fn chunks(&self) -> &[&'a Chunk] {
        &self.chunks
    }

    /// Returns the changes nothing depends on, in ascending order.
    pub(super) fn heads(&self) -> &[ChunkHash] {
        &self.heads
    }

    /// Returns the change that carries an actor.
    pub(super) fn by_actor(&self, actor: &Actor) -> Option<&'a Chunk> {
        self.by_actor.get(actor).and_then(|index| self.chunks.get(*index)).copied()
    }

    /// Returns the changes `hashes` name and all that those come after, in order; `None` if one named is not here.
    pub(super) fn up_to(&self, hashes: &[ChunkHash]) -> Option<Vec<&'a Chunk>> {
        let mut inside = vec![false; self.chunks.len()];
        for hash in hashes {
            *inside.get_mut(*self.by_hash.get(hash)?)? = true;
        }
        // Dependencies stand before what depends on them, so one walk backwards finds all.
        for index in (0..self.chunks.len()).rev() {
            if inside.get(index) == Some(&true) {
                for dependency in self.chunks.get(index)?.deps() {
                    *inside.get_mut(*self.by_hash.get(dependency)?)? = true;
                }
            }
        }
        Some(self.chunks.iter().zip(inside).filter(|(_, inside)| *inside).map(|(chunk, _)| *chunk).collect())
    }
}

/// Checks that at most one change has no dependency.
fn one_beginning(given: &BTreeMap<ChunkHash, &Chunk>) -> Result<(), Error> {
    let mut beginnings = given.iter().filter(|(_, chunk)| chunk.deps().is_empty()).map(|(hash, _)| *hash);
    match (beginnings.next(), beginnings.next()) {
        (Some(one), Some(other)) => Err(Error::TwoBeginnings { one, other }),
        (None, _) => Err(Error::Empty),
        (Some(_), None) => Ok(()),
    }
}

/// Judges whether a change fits what it comes after: its operations are numbered on from its dependencies, point at
/// operations that exist and are of the right kind and place, and do not nest the document too deeply.
///
/// `history` holds at least the change's whole past, each change of it judged already; more does not matter, for only what
/// the change itself depends on counts. So every node reaches the same verdict, whatever else it holds.
///
/// # Errors
/// [`Error::Missing`] when the past is not complete: not a verdict, ask again later. Any other error is the verdict.
pub fn follows(history: &[&Chunk], chunk: &Chunk) -> Result<(), Error> {
    if chunk.deps().is_empty() {
        return Ok(());
    }
    let before = past_of(history, chunk)?;
    if before.len() >= DOCUMENT_CHANGES_MAX {
        return Err(Error::Full { got: before.len(), max: DOCUMENT_CHANGES_MAX });
    }
    let past = Past::new(&before)?;
    let expected = past.chunks.iter().map(|before| before.max_op()).max().unwrap_or(0) + 1;
    if chunk.start_op() != expected {
        return Err(Error::StartOp { got: chunk.start_op(), expected });
    }
    if past.by_actor(&chunk.actor()).is_some() {
        return Err(Error::SameActor { actor: chunk.actor() });
    }
    let judge = Judge { past: &past, chunk };
    for (index, op) in chunk.ops().iter().enumerate() {
        judge.op(chunk.number(index), op)?;
    }
    judge.depth()
}

/// Gathers what a change comes after and nothing else: were the rest looked at, the verdict would depend on who holds what.
fn past_of<'a>(history: &[&'a Chunk], chunk: &Chunk) -> Result<Vec<&'a Chunk>, Error> {
    let given: BTreeMap<ChunkHash, &'a Chunk> = history.iter().map(|chunk| (chunk.hash(), *chunk)).collect();
    let mut past: BTreeMap<ChunkHash, &'a Chunk> = BTreeMap::new();
    let mut open: Vec<(ChunkHash, ChunkHash)> = chunk.deps().iter().map(|hash| (chunk.hash(), *hash)).collect();
    while let Some((change, dependency)) = open.pop() {
        let Some(found) = given.get(&dependency) else { return Err(Error::Missing { change, dependency }) };
        if past.insert(dependency, found).is_none() {
            open.extend(found.deps().iter().map(|hash| (dependency, *hash)));
        }
    }
    Ok(past.into_values().collect())
}

/// A place in the document, named so that two chunks can be compared.
#[derive(PartialEq)]
enum Slot<'a> {
    Named(&'a str),
    Head,
    Element(Name),
}

fn name(chunk: &Chunk, id: OpId) -> Name {
    (chunk.actor_of(id), id.counter)
}

fn slot<'a>(chunk: &'a Chunk, key: Key<Span>) -> Slot<'a> {
    match key {
        Key::Name(span) => Slot::Named(chunk.text(span)),
        Key::Head => Slot::Head,
        Key::Element(id) => Slot::Element(name(chunk, id)),
    }
}

struct Judge<'a> {
    past: &'a Past<'a>,
    chunk: &'a Chunk,
}

impl Judge<'_> {
    /// Finds the operation of an earlier change that `op` points at.
    fn find(&self, op: u32, id: OpId) -> Result<(&Chunk, &Op<Span>), Error> {
        let (actor, counter) = name(self.chunk, id);
        let found = self.past.by_actor(&actor).and_then(|chunk| Some((chunk, chunk.op(counter)?)));
        found.ok_or(Error::Unknown { op, actor, counter })
    }

    fn op(&self, number: u32, op: &Op<Span>) -> Result<(), Error> {
        let unfit = |id: OpId| {
            let (actor, counter) = name(self.chunk, id);
            Error::Unfit { op: number, actor, counter }
        };
        if let Some(parent) = op.parent.filter(|parent| !parent.is_own()) {
            let (_, made) = self.find(number, parent)?;
            let fits = match made.action {
                Action::Make(Object::Map) => matches!(op.key, Key::Name(_)),
                Action::Make(Object::List) => !matches!(op.key, Key::Name(_)),
                Action::Make(Object::Text) => !matches!(op.key, Key::Name(_)) && is_text_edit(op),
                _ => false,
            };
            if !fits {
                return Err(unfit(parent));
            }
        }
        if let Key::Element(element) = op.key
            && !element.is_own()
        {
            let (chunk, inserted) = self.find(number, element)?;
            if !inserted.insert || !self.same_object(op, chunk, inserted) {
                return Err(unfit(element));
            }
        }
        for id in self.chunk.replaced(op).iter().filter(|id| !id.is_own()) {
            let (chunk, replaced) = self.find(number, *id)?;
            let was_at = slot(chunk, replaced.slot(OpId::own(id.counter)));
            let same_place = self.same_object(op, chunk, replaced) && was_at == slot(self.chunk, op.key);
            if !same_place || replaced.action == Action::Delete {
                return Err(unfit(*id));
            }
        }
        Ok(())
    }

    fn same_object(&self, op: &Op<Span>, chunk: &Chunk, other: &Op<Span>) -> bool {
        op.parent.map(|id| name(self.chunk, id)) == other.parent.map(|id| name(chunk, id))
    }

    /// Adds what the change nests below earlier objects to how deep those stand.
    fn depth(&self) -> Result<(), Error> {
        for (object, levels) in &self.chunk.depth().beneath {
            let got = self.depth_of(*object).saturating_add(u32::from(*levels));
            if got > u32::from(DEPTH_MAX) {
                return Err(Error::Nesting { got, max: DEPTH_MAX });
            }
        }
        Ok(())
    }

    /// Returns how deep an object stands; climbs one object at a time and gives up above the bound.
    fn depth_of(&self, object: Name) -> u32 {
        let mut depth = 0;
        let mut at = Some(object);
        while let Some((actor, counter)) = at
            && depth <= u32::from(DEPTH_MAX)
        {
            depth += 1;
            let chunk = self.past.by_actor(&actor);
            let parent = chunk.and_then(|chunk| Some((chunk, chunk.op(counter)?.parent?)));
            at = parent.map(|(chunk, id)| name(chunk, id));
        }
        depth
    }
}
