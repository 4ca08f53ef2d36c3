//! Reads one change from its operations alone: a document's first one, many times cheaper than a document, for the many
//! documents that were never edited; and what any change writes, for telling who wrote what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Error, Fields};
use crate::chunk::{Action, Chunk, Key, Object, Op, OpId, Scalar, Span};

/// Reads a document's first change; the same as `read(&[first])` and its values.
///
/// # Errors
/// [`Error::Missing`] if the change is not a first one.
pub fn read_first(first: &Chunk) -> Result<Fields, Error> {
    if let Some(dependency) = first.deps().first() {
        return Err(Error::Missing { change: first.hash(), dependency: *dependency });
    }
    Ok(Reader::new(first).read().entries)
}

/// Reads what a change writes whole under the root map, whatever was there before: by key, nothing where it takes the field away.
/// What it writes into objects of other changes is passed over; in joint documents there is no such thing.
pub fn written(change: &Chunk) -> BTreeMap<String, Option<Value>> {
    let contents = Reader::new(change).read();
    let taken = contents.taken.into_iter().map(|name| (name, None));
    taken.chain(contents.entries.into_iter().map(|(name, value)| (name, Some(value)))).collect()
}

/// What was gathered of one object so far.
#[derive(Default)]
struct Contents {
    entries: Fields,
    /// The keys of what is taken away.
    taken: BTreeSet<String>,
    /// For each element, what was inserted right after it: the latest comes first, as automerge orders it.
    after: BTreeMap<Option<u32>, Vec<u32>>,
    /// The winning value of each element that has one.
    elements: BTreeMap<u32, Value>,
}

impl Contents {
    fn into_map(self) -> Fields {
        self.entries
    }

    /// Puts the elements in order: each is followed by what was inserted after it.
    fn into_list(mut self) -> Vec<Value> {
        let mut list = Vec::with_capacity(self.elements.len());
        let mut stack: Vec<u32> = Vec::new();
        let mut at = None;
        loop {
            // Gathered backwards, so the latest stands first; the stack gives it back first.
            stack.extend(self.after.remove(&at).into_iter().flatten().rev());
            let Some(element) = stack.pop() else { return list };
            list.extend(self.elements.remove(&element));
            at = Some(element);
        }
    }
}

struct Reader<'a> {
    chunk: &'a Chunk,
    replaced: Vec<bool>,
    /// By the number of the operation that made the object; `None` is the root.
    objects: BTreeMap<Option<u32>, Contents>,
}

impl<'a> Reader<'a> {
    fn new(chunk: &'a Chunk) -> Self {
        let mut replaced = vec![false; chunk.ops().len()];
        for id in chunk.ops().iter().flat_map(|op| chunk.replaced(op)).filter(|id| id.is_own()) {
            let index = id.counter.checked_sub(chunk.start_op()).map(|index| index as usize);
            if let Some(replaced) = index.and_then(|index| replaced.get_mut(index)) {
                *replaced = true;
            }
        }
        Self { chunk, replaced, objects: BTreeMap::new() }
    }

    /// Returns what stands under the root.
    fn read(mut self) -> Contents {
        // Whatever an object holds has a greater number than the object: from the last operation to the first, each object is
        // complete when its own turn comes.
        for index in (0..self.chunk.ops().len()).rev() {
            self.op(index);
        }
        self.objects.remove(&None).unwrap_or_default()
    }

    fn op(&mut self, index: usize) {
        let Some(op) = self.chunk.ops().get(index) else { return };
        if op.parent.is_some_and(|parent| !parent.is_own()) {
            return;
        }
        let number = self.chunk.number(index);
        let value = self.value(number, op);
        let parent = op.parent.map(|id| id.counter);
        let contents = self.objects.entry(parent).or_default();
        if op.insert {
            let before = match op.key {
                Key::Element(id) => Some(id.counter),
                _ => None,
            };
            contents.after.entry(before).or_default().push(number);
        }
        let stands = self.replaced.get(index) == Some(&false) && op.action != Action::Delete;
        // Of several values at one place the one with the greatest number wins, and that one came first here.
        match op.slot(OpId::own(number)) {
            Key::Name(name) if stands => {
                let name = self.chunk.text(name);
                if !contents.entries.contains_key(name) {
                    contents.entries.insert(name.to_owned(), value);
                }
            }
            Key::Name(name) if op.action == Action::Delete => {
                contents.taken.insert(self.chunk.text(name).to_owned());
            }
            Key::Element(id) if stands => {
                contents.elements.entry(id.counter).or_insert(value);
            }
            _ => {}
        }
    }

    fn value(&mut self, number: u32, op: &Op<Span>) -> Value {
        let mut contents = || self.objects.remove(&Some(number)).unwrap_or_default();
        match op.action {
            Action::Make(Object::Map) => Value::Object(contents().into_map()),
            Action::Make(Object::List) => Value::Array(contents().into_list()),
            Action::Make(Object::Text) => {
                Value::String(contents().into_list().iter().filter_map(Value::as_str).collect())
            }
            Action::Set | Action::Delete => match op.value {
                Scalar::Null => Value::Null,
                Scalar::Boolean(value) => Value::Bool(value),
                Scalar::Unsigned(number) => Value::from(number),
                Scalar::Signed(number) => Value::from(number),
                Scalar::Text(text) => Value::from(self.chunk.text(text)),
            },
        }
    }
}
