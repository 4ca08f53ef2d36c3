//! Turns the columns of a change into its operations, each row within bounds before it is made.

use super::column::{Booleans, Differences, Runs, Word};
use super::cursor::Cursor;
use super::error::Error;
use super::frame::{Frame, column};
use super::op::{Action, Key, Op, OpId, Scalar, Span};
use super::{KEY_BYTES_MAX, OPERATION_NUMBER_MAX, OPS_MAX, REPLACED_MAX};

/// The operations of a change, and what they replace.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) ops: Vec<Op<Span>>,
    pub(super) replaced: Vec<OpId>,
}

/// Reads all rows. At most [`OPS_MAX`] operations and [`REPLACED_MAX`] predecessors, whatever the run lengths claim.
pub(super) fn read(frame: &Frame<'_>) -> Result<Rows, Error> {
    let count = count(frame)?;
    let mut columns = Columns::new(frame, count)?;
    let mut rows = Rows { ops: Vec::with_capacity(count as usize), replaced: Vec::new() };
    for op in 0..count {
        let row = columns.row(op, &mut rows.replaced)?;
        rows.ops.push(row);
    }
    columns.finish()?;
    Ok(rows)
}

/// Counts the operations by the run lengths of their actions, without expanding them.
fn count(frame: &Frame<'_>) -> Result<u32, Error> {
    let Some(actions) = frame.column(column::ACTION) else { return Err(Error::NoOperations) };
    let runs = Runs::<u64>::new(Some(named(actions, "action")), "action", OPS_MAX);
    let Some(count) = runs.count()? else { return Err(Error::TooManyOperations { max: OPS_MAX }) };
    let (start_op, ops) = (u64::from(frame.start_op), u64::from(count));
    if start_op + ops > u64::from(OPERATION_NUMBER_MAX) {
        return Err(Error::OperationNumber { start_op, ops, max: OPERATION_NUMBER_MAX });
    }
    Ok(count)
}

fn named<'a>(mut cursor: Cursor<'a>, part: &'static str) -> Cursor<'a> {
    cursor.set_part(part);
    cursor
}

/// Readers of all columns, moved on row by row together.
struct Columns<'a> {
    start_op: u32,
    actors: u64,
    object_actor: Runs<'a, u64>,
    object_counter: Runs<'a, u64>,
    key_actor: Runs<'a, u64>,
    key_counter: Differences<'a>,
    key_name: Runs<'a, Word<'a>>,
    insert: Booleans<'a>,
    action: Runs<'a, u64>,
    value_meta: Runs<'a, u64>,
    value: Cursor<'a>,
    value_bytes: usize,
    replaced_count: Runs<'a, u64>,
    replaced_actor: Runs<'a, u64>,
    replaced_counter: Differences<'a>,
}

impl<'a> Columns<'a> {
    fn new(frame: &Frame<'a>, count: u32) -> Result<Self, Error> {
        let part = |spec, part| frame.column(spec).map(|cursor| named(cursor, part));
        let runs = |spec, name| Runs::<u64>::new(part(spec, name), name, count);
        let value = part(column::VALUE, "value").unwrap_or_else(|| Cursor::new(&[], 0, "value"));
        let counts = runs(column::REPLACED_COUNT, "replaced count");
        // How many rows the two columns about predecessors must have is known only after adding the counts up: first pass.
        let replaced = sum(counts, count)?;
        Ok(Self {
            start_op: frame.start_op,
            actors: frame.others.len() as u64 + 1,
            object_actor: runs(column::OBJECT_ACTOR, "object actor"),
            object_counter: runs(column::OBJECT_COUNTER, "object counter"),
            key_actor: runs(column::KEY_ACTOR, "key actor"),
            key_counter: Differences::new(part(column::KEY_COUNTER, "key counter"), "key counter", count),
            key_name: Runs::new(part(column::KEY_NAME, "key name"), "key name", count),
            insert: Booleans::new(part(column::INSERT, "insert"), "insert", count),
            action: runs(column::ACTION, "action"),
            value_meta: runs(column::VALUE_META, "value type"),
            value,
            value_bytes: value.left(),
            replaced_count: counts,
            replaced_actor: Runs::new(part(column::REPLACED_ACTOR, "replaced actor"), "replaced actor", replaced),
            replaced_counter: Differences::new(
                part(column::REPLACED_COUNTER, "replaced counter"),
                "replaced counter",
                replaced,
            ),
        })
    }

    fn row(&mut self, op: u32, replaced: &mut Vec<OpId>) -> Result<Op<Span>, Error> {
        let object = (self.object_actor.next()?, self.object_counter.next()?);
        let parent = match object {
            (None, None) => None,
            (Some(actor), Some(counter)) => Some(self.op_id(op, actor, counter)?),
            _ => return Err(Error::BadPlace { op }),
        };
        let key = self.key(op)?;
        let insert = self.insert.value()?;
        let action = Action::from_number(op, self.action.value()?)?;
        let value = self.value(op)?;
        let first = replaced.len();
        for _ in 0..self.replaced_count.value()? {
            let (actor, counter) = (self.replaced_actor.value()?, self.replaced_counter.value()?);
            replaced.push(self.op_id(op, actor, counter)?);
        }
        Ok(Op { parent, key, insert, action, value, replaces: Span::new(first, replaced.len()) })
    }

    /// Makes the name of an operation that `op` points at. Numbers grow along every chain of dependencies, so other
    /// changes' operations are below this change's first, and its own between that and `op` itself.
    fn op_id(&self, op: u32, actor: u64, counter: u64) -> Result<OpId, Error> {
        let bad = Error::BadReference { op };
        let (start, now) = (u64::from(self.start_op), u64::from(self.start_op) + u64::from(op));
        let allowed = if actor == 0 { start..now } else { 1..start };
        if actor >= self.actors || !allowed.contains(&counter) {
            return Err(bad);
        }
        Ok(OpId { counter: counter as u32, actor: actor as u16 })
    }

    fn key(&mut self, op: u32) -> Result<Key<Span>, Error> {
        let (actor, counter, name) = (self.key_actor.next()?, self.key_counter.next()?, self.key_name.next()?);
        match (actor, counter, name) {
            (None, None, Some(word)) => {
                let got = word.text.len();
                let fits = (1..=KEY_BYTES_MAX).contains(&got);
                if fits { Ok(Key::Name(word.span)) } else { Err(Error::KeyLength { op, got, max: KEY_BYTES_MAX }) }
            }
            (None, Some(0), None) => Ok(Key::Head),
            (Some(actor), Some(counter), None) => Ok(Key::Element(self.op_id(op, actor, counter)?)),
            _ => Err(Error::BadPlace { op }),
        }
    }

    fn value(&mut self, op: u32) -> Result<Scalar<Span>, Error> {
        let meta = self.value_meta.value()?;
        let at = self.value.at();
        let bytes = self.value.take(meta >> 4)?;
        let kind = (meta & 0x0f) as u8;
        let mut number = Cursor::new(bytes, at, "value");
        let value = match kind {
            0 => Scalar::Null,
            1 => Scalar::Boolean(false),
            2 => Scalar::Boolean(true),
            3 => Scalar::Unsigned(number.unsigned()?),
            4 => Scalar::Signed(number.signed()?),
            6 => {
                std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8 { part: "value", at })?;
                Scalar::Text(Span::new(at, at + bytes.len()))
            }
            _ => return Err(Error::ForbiddenValue { op, kind }),
        };
        let whole = match value {
            Scalar::Null | Scalar::Boolean(_) => bytes.is_empty(),
            Scalar::Unsigned(_) | Scalar::Signed(_) => number.left() == 0,
            Scalar::Text(_) => true,
        };
        if whole { Ok(value) } else { Err(Error::BadValue { op }) }
    }

    /// Checks that every column ends with the last operation.
    fn finish(&self) -> Result<(), Error> {
        for runs in [&self.object_actor, &self.object_counter, &self.key_actor, &self.action, &self.value_meta] {
            runs.finish()?;
        }
        self.key_counter.finish()?;
        self.key_name.finish()?;
        self.insert.finish()?;
        self.replaced_count.finish()?;
        self.replaced_actor.finish()?;
        self.replaced_counter.finish()?;
        if self.value.left() > 0 {
            let got = self.value_bytes;
            return Err(Error::ValueBytes { used: got - self.value.left(), got });
        }
        Ok(())
    }
}

/// Adds the rows of a column up, one by one: there are at most as many as operations.
fn sum(mut counts: Runs<'_, u64>, rows: u32) -> Result<u32, Error> {
    let mut sum = 0u64;
    for _ in 0..rows {
        sum = sum.saturating_add(counts.value()?);
        if sum > u64::from(REPLACED_MAX) {
            return Err(Error::TooManyPredecessors { max: REPLACED_MAX });
        }
    }
    Ok(sum as u32)
}
