//! Makes chunks that automerge would never make, for tests: any header, any columns, random operations, flipped bytes.

use super::frame::{self, MAGIC, column};
use super::op::{Action, Key, Object, Op, OpId, Scalar, Span};
use super::write::{Draft, seal, signed, unsigned};
use super::{ACTOR_BYTES, Actor, Chunk};
use crate::id::{ChunkHash, DocumentId};
use crate::key::PublicKey;

/// The author of all test chunks.
pub(crate) fn author() -> PublicKey {
    PublicKey::from_bytes([7; 32])
}

/// The document of all later test chunks.
pub(crate) fn document() -> DocumentId {
    DocumentId::from_bytes([9; 32])
}

/// A chunk in pieces.
#[derive(Clone)]
pub(crate) struct Forge {
    pub(crate) kind: u8,
    pub(crate) dependencies: Vec<[u8; 32]>,
    pub(crate) actor_length: usize,
    pub(crate) sequence: u64,
    pub(crate) start_op: u64,
    pub(crate) time: i64,
    pub(crate) message: Vec<u8>,
    pub(crate) others: Vec<Vec<u8>>,
    pub(crate) columns: Vec<(u64, Vec<u8>)>,
    pub(crate) extra: Vec<u8>,
}

impl Forge {
    /// Sets one key of the root map to null, in `count` operations.
    pub(crate) fn nulls(count: i64) -> Self {
        Self {
            kind: 1,
            dependencies: Vec::new(),
            actor_length: ACTOR_BYTES,
            sequence: 1,
            start_op: 1,
            time: 0,
            message: Vec::new(),
            others: Vec::new(),
            columns: vec![
                (column::KEY_NAME, name_run(count, "a")),
                (column::INSERT, number(count.cast_unsigned())),
                (column::ACTION, run(count, 1)),
                (column::VALUE_META, run(count, 0)),
                (column::REPLACED_COUNT, run(count, 0)),
            ],
            extra: Vec::new(),
        }
    }

    /// Replaces one column, or adds it in its place.
    pub(crate) fn with(mut self, spec: u64, bytes: Vec<u8>) -> Self {
        self.columns.retain(|(known, _)| *known != spec);
        self.columns.push((spec, bytes));
        self.columns.sort_by_key(|(spec, _)| *spec);
        self
    }

    /// Writes the chunk with its right actor and checksum.
    pub(crate) fn bytes(&self, document: Option<&DocumentId>) -> Vec<u8> {
        let mut content = number(self.dependencies.len() as u64);
        self.dependencies.iter().for_each(|hash| content.extend_from_slice(hash));
        unsigned(&mut content, self.actor_length as u64);
        let actor_at = content.len();
        content.resize(actor_at + self.actor_length, 0);
        unsigned(&mut content, self.sequence);
        unsigned(&mut content, self.start_op);
        signed(&mut content, self.time);
        unsigned(&mut content, self.message.len() as u64);
        content.extend_from_slice(&self.message);
        unsigned(&mut content, self.others.len() as u64);
        for actor in &self.others {
            unsigned(&mut content, actor.len() as u64);
            content.extend_from_slice(actor);
        }
        unsigned(&mut content, self.columns.len() as u64);
        for (spec, bytes) in &self.columns {
            unsigned(&mut content, *spec);
            unsigned(&mut content, bytes.len() as u64);
        }
        self.columns.iter().for_each(|(_, bytes)| content.extend_from_slice(bytes));
        content.extend_from_slice(&self.extra);

        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&[0, 0, 0, 0, self.kind]);
        unsigned(&mut bytes, content.len() as u64);
        let actor_at = bytes.len() + actor_at;
        bytes.append(&mut content);
        if self.actor_length == ACTOR_BYTES {
            let actor = frame::derive(&author(), document, &bytes, actor_at);
            seal(&mut bytes, actor_at, actor);
        } else {
            seal(&mut bytes, usize::MAX / 2, Actor::ZERO);
        }
        bytes
    }
}

/// Writes one unsigned number.
pub(crate) fn number(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    unsigned(&mut out, value);
    out
}

/// Writes a run of one number; a run of one as a literal.
pub(crate) fn run(count: i64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    signed(&mut out, if count == 1 { -1 } else { count });
    unsigned(&mut out, value);
    out
}

/// Writes a run of one name; a run of one as a literal.
pub(crate) fn name_run(count: i64, name: &str) -> Vec<u8> {
    let mut out = run(count, name.len() as u64);
    out.extend_from_slice(name.as_bytes());
    out
}

/// Gives the bytes the actor and checksum that fit them, if they can be read that far.
pub(crate) fn reseal(bytes: &mut [u8], document: Option<&DocumentId>) {
    if let Ok((actor, at)) = frame::expected_actor(&author(), document, bytes) {
        seal(bytes, at, actor);
    }
}

/// A small deterministic source of numbers (SplitMix64).
#[derive(Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// Returns a number below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    /// Returns true once in `one_in` times.
    pub(crate) fn rarely(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// Returns one of the items.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.below(items.len())) }
    }
}

const WORDS: [&str; 6] = ["a", "b", "ä", "koti", "", "talo/2"];

/// An operation's name: its change's actor (`None` is the change in the making) and its number.
type Name = (Option<Actor>, u32);

/// An operation of the past or of the change being made, as far as a random change needs to know it.
#[derive(Clone)]
struct Known {
    name: Name,
    parent: Option<Name>,
    slot: Slot,
    action: Action,
    insert: bool,
}

#[derive(Clone, PartialEq)]
enum Slot {
    Named(String),
    Element(Name),
}

fn known(history: &[&Chunk]) -> Vec<Known> {
    let mut all = Vec::new();
    for chunk in history {
        for (index, op) in chunk.ops().iter().enumerate() {
            let name = |id: OpId| (Some(chunk.actor_of(id)), id.counter);
            let slot = match op.slot(OpId::own(chunk.number(index))) {
                Key::Name(span) => Slot::Named(chunk.text(span).to_owned()),
                Key::Head => continue,
                Key::Element(id) => Slot::Element(name(id)),
            };
            let own = (Some(chunk.actor()), chunk.number(index));
            all.push(Known { name: own, parent: op.parent.map(name), slot, action: op.action, insert: op.insert });
        }
    }
    all
}

/// An operation of a random change before its references have become indices.
struct Loose {
    op: Op<&'static str>,
    parent: Option<Name>,
    element: Option<Name>,
    replaces: Vec<Name>,
}

/// Makes a change of random operations on top of a history (empty for a first change): mostly meaningful; if `wild`, some of
/// them pointing anywhere. Its author is [`author`].
pub(crate) fn random(dice: &mut Dice, history: &[&Chunk], heads: &[ChunkHash], wild: bool) -> Vec<u8> {
    let start_op = history.iter().map(|chunk| chunk.max_op()).max().unwrap_or(0) + 1;
    let mut known = known(history);
    let loose: Vec<Loose> =
        (0..1 + dice.below(12) as u32).map(|index| loose(dice, &mut known, start_op + index, wild)).collect();
    bind(loose, heads, start_op, if history.is_empty() { None } else { Some(document()) })
}

/// Makes one random operation and adds it to what is known.
fn loose(dice: &mut Dice, known: &mut Vec<Known>, counter: u32, wild: bool) -> Loose {
    let odd = |dice: &mut Dice| wild && dice.rarely(20);
    let objects: Vec<Known> = known.iter().filter(|op| matches!(op.action, Action::Make(_))).cloned().collect();
    let container = if dice.rarely(3) { None } else { dice.pick(&objects).cloned() };
    let parent = container.as_ref().map(|op| op.name);
    let mut kind = container.as_ref().map_or(Action::Make(Object::Map), |op| op.action);
    if odd(dice) {
        kind = Action::Make([Object::Map, Object::List, Object::Text][dice.below(3)]);
    }
    let siblings: Vec<Known> = known.iter().filter(|op| op.parent == parent || odd(dice)).cloned().collect();
    let elements: Vec<Known> = siblings.iter().filter(|op| op.insert).cloned().collect();
    let element = dice.pick(&elements).map(|op| op.name);
    let in_map = kind == Action::Make(Object::Map);
    let insert = !in_map && (element.is_none() || dice.below(3) > 0);
    let element = element.filter(|_| !in_map && (!insert || dice.below(4) > 0));
    let word = WORDS[dice.below(if wild { 6 } else { 4 })];
    let (slot, key) = match element {
        _ if in_map => (Slot::Named(word.to_owned()), Key::Name(word)),
        // The element is filled in when actors have their indices.
        Some(element) => (Slot::Element(if insert { (None, counter) } else { element }), Key::Element(OpId::own(0))),
        None => (Slot::Element((None, counter)), Key::Head),
    };
    let (action, value) = act(dice, kind, insert, odd);
    let mut replaces = Vec::new();
    if !insert {
        let present = siblings.iter().filter(|op| op.slot == slot && op.action != Action::Delete);
        replaces.extend(present.filter(|_| dice.below(4) > 0).map(|op| op.name));
    }
    if odd(dice) {
        replaces.extend(dice.pick(known).map(|op| op.name));
    }
    replaces.sort_unstable_by_key(|(actor, counter)| (*counter, *actor));
    replaces.dedup();
    known.push(Known { name: (None, counter), parent, slot, action, insert });
    let op = Op { parent: None, key, insert, action, value, replaces: Span::default() };
    Loose { op, parent, element, replaces }
}

/// Chooses what an operation in an object of that kind does.
fn act(dice: &mut Dice, kind: Action, insert: bool, odd: impl Fn(&mut Dice) -> bool) -> (Action, Scalar<&'static str>) {
    let mut action = match dice.below(8) {
        0 => Action::Delete,
        1 => Action::Make(Object::Map),
        2 => Action::Make(Object::List),
        3 => Action::Make(Object::Text),
        _ => Action::Set,
    };
    let mut value = match dice.below(5) {
        0 => Scalar::Null,
        1 => Scalar::Boolean(dice.rarely(2)),
        2 => Scalar::Signed(dice.below(300) as i64 - 150),
        3 => Scalar::Unsigned(u64::MAX - dice.below(3) as u64),
        _ => Scalar::Text(WORDS[dice.below(6)]),
    };
    if kind == Action::Make(Object::Text) && !odd(dice) {
        action = if insert { Action::Set } else { Action::Delete };
        value = Scalar::Text(WORDS[dice.below(4)]);
    }
    if insert && action == Action::Delete && !odd(dice) {
        action = Action::Set;
    }
    if action != Action::Set && !odd(dice) {
        value = Scalar::Null;
    }
    (action, value)
}

/// Gives the operations' references their indices and writes the change.
fn bind(loose: Vec<Loose>, heads: &[ChunkHash], start_op: u32, document: Option<DocumentId>) -> Vec<u8> {
    let names = loose.iter().flat_map(|loose| loose.replaces.iter().chain(&loose.parent).chain(&loose.element));
    let mut others: Vec<Actor> = names.filter_map(|name| name.0).collect();
    others.sort_unstable();
    others.dedup();
    let local = |(actor, counter): Name| {
        let actor = actor.map_or(0, |actor| others.binary_search(&actor).unwrap() as u16 + 1);
        OpId { counter, actor }
    };
    let (mut ops, mut replaced) = (Vec::new(), Vec::new());
    for Loose { mut op, parent, element, replaces } in loose {
        op.parent = parent.map(local);
        if let Some(element) = element {
            op.key = Key::Element(local(element));
        }
        let first = replaced.len();
        replaced.extend(replaces.into_iter().map(local));
        op.replaces = Span::new(first, replaced.len());
        ops.push(op);
    }
    let draft = Draft { dependencies: heads, start_op, others: &others, ops: &ops, replaced: &replaced };
    draft.write(&author(), document.as_ref())
}

/// Changes bytes somewhere: mostly in the columns, mostly by a little.
pub(crate) fn flip(dice: &mut Dice, bytes: &mut Vec<u8>) {
    for _ in 0..1 + dice.below(3) {
        let at =
            if dice.rarely(6) { dice.below(bytes.len()) } else { bytes.len() - 1 - dice.below(bytes.len() * 3 / 4) };
        match dice.below(8) {
            0 => bytes[at] = dice.below(256) as u8,
            1 => bytes[at] = [0, 1, 2, 0x7f, 0x7e, 0x80, 0xff, 0x40][dice.below(8)],
            2 => bytes[at] = bytes[at].wrapping_add(1),
            3 => bytes[at] = bytes[at].wrapping_sub(1),
            4 => bytes[at] ^= 1 << dice.below(8),
            5 => {
                let other = dice.below(bytes.len());
                bytes.swap(at, other);
            }
            // Lengths must stay the same, or the header refuses at once: move a byte elsewhere.
            6 => {
                let byte = bytes.remove(at);
                let other = bytes.len() - dice.below(bytes.len() / 2);
                bytes.insert(other, byte);
            }
            _ => {
                let end = (at + 1 + dice.below(4)).min(bytes.len());
                bytes[at..end].reverse();
            }
        }
    }
}
