//! One operation of a change, as small numbers: places in the chunk's bytes instead of strings, indices instead of actors.

use super::error::Error;

/// A place in the chunk's bytes, or a slice of another list of the chunk; from `start` up to but without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Wraps two positions; chunks are far shorter than 4 GiB.
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// Returns the positions as a range.
    pub(crate) const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns whether `other` begins where this one ends.
    pub(crate) const fn touches(self, other: Self) -> bool {
        self.end == other.start
    }

    /// Returns the span from the beginning of this one to the end of `other`.
    pub(crate) const fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }

    /// Returns how long it is.
    pub(crate) const fn length(self) -> usize {
        (self.end - self.start) as usize
    }
}

/// The name of an operation within one chunk: its number, and whose change it is in (0 is the chunk's own actor, others
/// count from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OpId {
    pub(crate) counter: u32,
    pub(crate) actor: u16,
}

impl OpId {
    /// Names an operation of the change itself.
    pub(crate) const fn own(counter: u32) -> Self {
        Self { counter, actor: 0 }
    }

    /// Returns whether the operation is one of the change itself.
    pub(crate) const fn is_own(self) -> bool {
        self.actor == 0
    }
}

/// Where in its object an operation acts. `T` is how text is given: a [`Span`] when read, a `&str` when written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key<T> {
    /// A key of a map.
    Name(T),
    /// In front of a sequence's first element.
    Head,
    /// An element of a sequence, named by the operation that inserted it.
    Element(OpId),
}

/// What kind of object is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Object {
    Map,
    List,
    Text,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Make(Object),
    Set,
    Delete,
}

impl Action {
    /// Reads automerge's number.
    pub(super) const fn from_number(op: u32, action: u64) -> Result<Self, Error> {
        match action {
            0 => Ok(Self::Make(Object::Map)),
            1 => Ok(Self::Set),
            2 => Ok(Self::Make(Object::List)),
            3 => Ok(Self::Delete),
            4 => Ok(Self::Make(Object::Text)),
            _ => Err(Error::ForbiddenAction { op, action }),
        }
    }

    /// Returns automerge's number.
    pub(super) const fn number(self) -> u64 {
        match self {
            Self::Make(Object::Map) => 0,
            Self::Set => 1,
            Self::Make(Object::List) => 2,
            Self::Delete => 3,
            Self::Make(Object::Text) => 4,
        }
    }
}

/// A value that is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar<T> {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Signed(i64),
    Text(T),
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Op<T> {
    /// The object it acts in; `None` is the root map.
    pub(crate) parent: Option<OpId>,
    pub(crate) key: Key<T>,
    pub(crate) insert: bool,
    pub(crate) action: Action,
    pub(crate) value: Scalar<T>,
    /// What it replaces: a slice of the chunk's list of predecessors.
    pub(crate) replaces: Span,
}

impl<T: Copy> Op<T> {
    /// Returns the place whose value this operation, named `id`, decides: an insertion makes its own place.
    pub(crate) const fn slot(&self, id: OpId) -> Key<T> {
        if self.insert { Key::Element(id) } else { self.key }
    }
}
