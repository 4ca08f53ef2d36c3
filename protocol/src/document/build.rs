//! Turns JSON values into the operations that write them.

use serde_json::{Number, Value};

use super::{Error, FIELD_DEPTH_MAX};
use crate::chunk::{self, Action, KEY_BYTES_MAX, Key, Object, Op, OpId, Scalar, Span};

/// Operations in the making. Each is numbered one above the one before, from `start_op` on.
#[derive(Debug)]
pub(super) struct Build<'a> {
    pub(super) start_op: u32,
    pub(super) ops: Vec<Op<&'a str>>,
    pub(super) replaced: Vec<OpId>,
    ops_max: usize,
}

/// Where a value is written.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) parent: Option<OpId>,
    pub(super) key: Key<&'a str>,
    /// The field this is part of, for errors.
    pub(super) field: &'a str,
    /// How many lists and maps of the field it is in.
    pub(super) depth: u8,
}

impl<'a> Build<'a> {
    /// Begins with no operation; more than `ops_max` are refused.
    pub(super) const fn new(start_op: u32, ops_max: usize) -> Self {
        Self { start_op, ops: Vec::new(), replaced: Vec::new(), ops_max }
    }

    /// Writes a field of the root map in place of the operations `replaces`, or removes it.
    pub(super) fn field(&mut self, name: &'a str, value: Option<&'a Value>, replaces: &[OpId]) -> Result<(), Error> {
        let place = Place { parent: None, key: Key::Name(name), field: name, depth: 0 };
        let first = self.replaced.len();
        self.replaced.extend_from_slice(replaces);
        let replaces = Span::new(first, self.replaced.len());
        match value {
            Some(value) => self.value(place, value, replaces).map(|_| ()),
            None => self.push(place, Action::Delete, Scalar::Null, replaces).map(|_| ()),
        }
    }

    /// Makes a map at a place and returns its name.
    pub(super) fn map(&mut self, place: Place<'a>) -> Result<OpId, Error> {
        self.push(place, Action::Make(Object::Map), Scalar::Null, Span::default())
    }

    /// Writes a value. Recurses into lists and maps, at most [`FIELD_DEPTH_MAX`] deep.
    pub(super) fn value(&mut self, place: Place<'a>, value: &'a Value, replaces: Span) -> Result<OpId, Error> {
        match value {
            Value::Null => self.push(place, Action::Set, Scalar::Null, replaces),
            Value::Bool(value) => self.push(place, Action::Set, Scalar::Boolean(*value), replaces),
            Value::Number(number) => self.push(place, Action::Set, integer(place.field, number)?, replaces),
            Value::String(text) => self.push(place, Action::Set, Scalar::Text(text.as_str()), replaces),
            Value::Array(items) => {
                let list = self.object(place, Object::List, replaces)?;
                let mut key = Key::Head;
                for item in items {
                    let place = Place { parent: Some(list), key, depth: place.depth + 1, ..place };
                    key = Key::Element(self.value(place, item, Span::default())?);
                }
                Ok(list)
            }
            Value::Object(entries) => {
                let map = self.object(place, Object::Map, replaces)?;
                for (name, value) in entries {
                    let key = Key::Name(name.as_str());
                    let place = Place { parent: Some(map), key, depth: place.depth + 1, ..place };
                    self.value(place, value, Span::default())?;
                }
                Ok(map)
            }
        }
    }

    fn object(&mut self, place: Place<'a>, kind: Object, replaces: Span) -> Result<OpId, Error> {
        if place.depth >= FIELD_DEPTH_MAX {
            return Err(Error::TooDeep { field: place.field.to_owned(), max: FIELD_DEPTH_MAX });
        }
        self.push(place, Action::Make(kind), Scalar::Null, replaces)
    }

    fn push(
        &mut self,
        place: Place<'a>,
        action: Action,
        value: Scalar<&'a str>,
        replaces: Span,
    ) -> Result<OpId, Error> {
        if self.ops.len() >= self.ops_max {
            return Err(chunk::Error::TooManyOperations { max: self.ops_max as u32 }.into());
        }
        if let Key::Name(name) = place.key
            && !(1..=KEY_BYTES_MAX).contains(&name.len())
        {
            return Err(Error::KeyLength { field: place.field.to_owned(), got: name.len(), max: KEY_BYTES_MAX });
        }
        let id = OpId::own(self.start_op.saturating_add(self.ops.len() as u32));
        let insert = !matches!(place.key, Key::Name(_));
        self.ops.push(Op { parent: place.parent, key: place.key, insert, action, value, replaces });
        Ok(id)
    }
}

/// Returns a number as automerge keeps it: signed if it fits, else unsigned.
fn integer<'a>(field: &str, number: &Number) -> Result<Scalar<&'a str>, Error> {
    match (number.as_i64(), number.as_u64()) {
        (Some(signed), _) => Ok(Scalar::Signed(signed)),
        (None, Some(unsigned)) => Ok(Scalar::Unsigned(unsigned)),
        (None, None) => Err(Error::Float { field: field.to_owned() }),
    }
}
