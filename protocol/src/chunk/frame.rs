//! The envelope of a change chunk: everything before and around the operation columns.
//!
//! ```text
//! chunk    magic 4 | checksum 4 | type 1 | length uleb | content
//! content  dependency count uleb | dependencies 32 each
//!          actor length uleb | actor | sequence uleb | first operation uleb | time sleb | message length uleb | message
//!          other actor count uleb | (length uleb | actor) each
//!          column count uleb | (column specification uleb | length uleb) each | column bytes
//! ```
//!
//! The checksum is the first 4 bytes of SHA-256 over everything from the type byte on; the whole of it is the chunk's hash.
//! Source: automerge's binary format, and `storage/change.rs` of automerge 0.12.0, which has the last word.

use super::cursor::Cursor;
use super::error::Error;
use super::{ACTOR_BYTES, Actor, CHUNK_BYTES_MAX, OPERATION_NUMBER_MAX, OTHER_ACTORS_MAX};
use crate::id::{ChunkHash, DocumentId, sha256};
use crate::key::PublicKey;
use crate::limits::DEPENDENCIES_MAX;

/// How every chunk begins.
pub(super) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Where the type byte stands: in front of it are magic and checksum, which neither hash nor actor covers.
pub(super) const TYPE_AT: usize = 8;
/// The type of an uncompressed change.
pub(super) const CHANGE_TYPE: u8 = 1;

/// The columns of wire version 1 in the order in which they stand in a chunk.
pub(super) mod column {
    pub(in super::super) const OBJECT_ACTOR: u64 = 0x01;
    pub(in super::super) const OBJECT_COUNTER: u64 = 0x02;
    pub(in super::super) const KEY_ACTOR: u64 = 0x11;
    pub(in super::super) const KEY_COUNTER: u64 = 0x13;
    pub(in super::super) const KEY_NAME: u64 = 0x15;
    pub(in super::super) const INSERT: u64 = 0x34;
    pub(in super::super) const ACTION: u64 = 0x42;
    pub(in super::super) const VALUE_META: u64 = 0x56;
    pub(in super::super) const VALUE: u64 = 0x57;
    pub(in super::super) const REPLACED_COUNT: u64 = 0x70;
    pub(in super::super) const REPLACED_ACTOR: u64 = 0x71;
    pub(in super::super) const REPLACED_COUNTER: u64 = 0x73;
    pub(in super::super) const KNOWN: [u64; 12] = [
        OBJECT_ACTOR,
        OBJECT_COUNTER,
        KEY_ACTOR,
        KEY_COUNTER,
        KEY_NAME,
        INSERT,
        ACTION,
        VALUE_META,
        VALUE,
        REPLACED_COUNT,
        REPLACED_ACTOR,
        REPLACED_COUNTER,
    ];
    /// Set in the specification of a column that is compressed.
    pub(in super::super) const COMPRESSED: u64 = 0x08;
}

/// What stands in front of the columns, and the columns as unread bytes.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) hash: ChunkHash,
    pub(super) dependencies: Vec<ChunkHash>,
    pub(super) actor: Actor,
    pub(super) start_op: u32,
    pub(super) others: Vec<Actor>,
    columns: [Option<Cursor<'a>>; column::KNOWN.len()],
}

impl<'a> Frame<'a> {
    /// Reads and checks everything but the operations.
    pub(super) fn read(bytes: &'a [u8], author: &PublicKey, document: Option<&DocumentId>) -> Result<Self, Error> {
        let (mut cursor, hash) = open(bytes)?;
        let dependencies = dependencies(&mut cursor)?;
        match document {
            None if !dependencies.is_empty() => return Err(Error::FirstWithPast { got: dependencies.len() }),
            Some(_) if dependencies.is_empty() => return Err(Error::NoDependencies),
            _ => {}
        }
        cursor.set_part("actor");
        let (actor, actor_at) = actor(&mut cursor)?;
        let expected = derive(author, document, bytes, actor_at);
        if actor != expected {
            return Err(Error::WrongActor { got: actor, expected });
        }
        let start_op = plain_fields(&mut cursor, document.is_none())?;
        let others = other_actors(&mut cursor, actor)?;
        let columns = columns(&mut cursor)?;
        if cursor.left() > 0 {
            return Err(Error::ExtraBytes { got: cursor.left() });
        }
        Ok(Self { hash, dependencies, actor, start_op, others, columns })
    }

    /// Returns a column's bytes, if the chunk has it.
    pub(super) fn column(&self, spec: u64) -> Option<Cursor<'a>> {
        let index = column::KNOWN.iter().position(|known| *known == spec)?;
        self.columns.get(index).copied().flatten()
    }
}

/// Finds the actor of a chunk and what it should be.
pub(super) fn expected_actor(
    author: &PublicKey,
    document: Option<&DocumentId>,
    bytes: &[u8],
) -> Result<(Actor, usize), Error> {
    let mut cursor = header(bytes)?;
    dependencies(&mut cursor)?;
    cursor.set_part("actor");
    let (_, at) = actor(&mut cursor)?;
    Ok((derive(author, document, bytes, at), at))
}

/// Hashes author, document and the chunk with zeros where its actor stands.
pub(super) fn derive(author: &PublicKey, document: Option<&DocumentId>, bytes: &[u8], actor_at: usize) -> Actor {
    let document: &[u8] = document.map_or(&[], |id| id.as_bytes());
    let before = bytes.get(TYPE_AT..actor_at).unwrap_or_default();
    let after = bytes.get(actor_at + ACTOR_BYTES..).unwrap_or_default();
    let hash = sha256(&[b"talkoot/actor/1", author.as_bytes(), document, before, &[0; ACTOR_BYTES], after]);
    let mut actor = [0; ACTOR_BYTES];
    actor.copy_from_slice(&hash[..ACTOR_BYTES]);
    Actor::from_bytes(actor)
}

/// Checks magic, type, length and checksum; returns the content and the chunk's hash.
fn open(bytes: &[u8]) -> Result<(Cursor<'_>, ChunkHash), Error> {
    let cursor = header(bytes)?;
    let hash = sha256(&[bytes.get(TYPE_AT..).unwrap_or_default()]);
    if bytes.get(MAGIC.len()..TYPE_AT) != Some(&hash[..4]) {
        return Err(Error::BadChecksum);
    }
    Ok((cursor, ChunkHash::from_bytes(hash)))
}

/// Checks magic, type and length; returns the content.
fn header(bytes: &[u8]) -> Result<Cursor<'_>, Error> {
    if bytes.len() > CHUNK_BYTES_MAX {
        return Err(Error::TooLong { got: bytes.len(), max: CHUNK_BYTES_MAX });
    }
    let mut cursor = Cursor::new(bytes, 0, "the chunk's header");
    if cursor.array::<4>()? != MAGIC {
        return Err(Error::BadMagic);
    }
    cursor.take(4)?;
    match cursor.array()? {
        [0] => return Err(Error::DocumentChunk),
        [CHANGE_TYPE] => {}
        [2] => return Err(Error::CompressedChunk),
        [3] => return Err(Error::BundleChunk),
        [got] => return Err(Error::UnknownChunk { got }),
    }
    let declared = cursor.unsigned()?;
    if declared != cursor.left() as u64 {
        return Err(Error::WrongLength { declared, got: cursor.left() });
    }
    Ok(cursor)
}

fn dependencies(cursor: &mut Cursor<'_>) -> Result<Vec<ChunkHash>, Error> {
    cursor.set_part("dependencies");
    let got = cursor.unsigned()?;
    if got > DEPENDENCIES_MAX as u64 {
        return Err(Error::TooManyDependencies { got, max: DEPENDENCIES_MAX });
    }
    let mut list: Vec<ChunkHash> = Vec::with_capacity(got as usize);
    for index in 0..got as usize {
        let hash = ChunkHash::from_bytes(cursor.array()?);
        if list.last().is_some_and(|last| *last >= hash) {
            return Err(Error::DependencyOrder { index });
        }
        list.push(hash);
    }
    Ok(list)
}

/// Reads one actor and says where its bytes begin.
fn actor(cursor: &mut Cursor<'_>) -> Result<(Actor, usize), Error> {
    let got = cursor.unsigned()?;
    if got != ACTOR_BYTES as u64 {
        return Err(Error::ActorLength { got, expected: ACTOR_BYTES });
    }
    let at = cursor.at();
    Ok((Actor::from_bytes(cursor.array()?), at))
}

/// Reads sequence, first operation, time and message: all but the first operation's number have one allowed value.
fn plain_fields(cursor: &mut Cursor<'_>, first: bool) -> Result<u32, Error> {
    cursor.set_part("sequence");
    let sequence = cursor.unsigned()?;
    if sequence != 1 {
        return Err(Error::WrongSequence { got: sequence });
    }
    cursor.set_part("first operation");
    let start_op = cursor.unsigned()?;
    let allowed = if first { 1..=1 } else { 1..=u64::from(OPERATION_NUMBER_MAX) };
    if !allowed.contains(&start_op) {
        return Err(Error::OperationNumber { start_op, ops: 0, max: OPERATION_NUMBER_MAX });
    }
    cursor.set_part("time");
    let time = cursor.signed()?;
    if time != 0 {
        return Err(Error::TimePresent { got: time });
    }
    cursor.set_part("message");
    let message = cursor.unsigned()?;
    if message != 0 {
        return Err(Error::MessagePresent { got: message });
    }
    Ok(start_op as u32)
}

fn other_actors(cursor: &mut Cursor<'_>, own: Actor) -> Result<Vec<Actor>, Error> {
    cursor.set_part("other actors");
    let got = cursor.unsigned()?;
    if got > OTHER_ACTORS_MAX as u64 {
        return Err(Error::TooManyActors { got, max: OTHER_ACTORS_MAX });
    }
    let mut list: Vec<Actor> = Vec::with_capacity(got as usize);
    for index in 0..got as usize {
        let (other, _) = actor(cursor)?;
        if other == own {
            return Err(Error::OwnActorListed);
        }
        if other == Actor::ZERO {
            return Err(Error::ZeroActor { index });
        }
        if list.last().is_some_and(|last| *last >= other) {
            return Err(Error::ActorOrder { index });
        }
        list.push(other);
    }
    Ok(list)
}

/// Reads the directory of columns and cuts their bytes apart. The count is never trusted: each entry must be a known column
/// greater than the one before, so there are at most twelve.
fn columns<'a>(cursor: &mut Cursor<'a>) -> Result<[Option<Cursor<'a>>; column::KNOWN.len()], Error> {
    cursor.set_part("columns");
    let count = cursor.unsigned()?;
    let mut lengths = [0u64; column::KNOWN.len()];
    let mut next = 0;
    for _ in 0..count {
        let spec = cursor.unsigned()?;
        if spec & column::COMPRESSED != 0 {
            return Err(Error::CompressedColumn { spec });
        }
        let Some(index) = column::KNOWN.iter().position(|known| *known == spec) else {
            return Err(Error::UnknownColumn { spec });
        };
        if index < next {
            return Err(Error::ColumnOrder { spec });
        }
        next = index + 1;
        let length = cursor.unsigned()?;
        if length == 0 {
            return Err(Error::EmptyColumn { spec });
        }
        lengths[index] = length;
    }
    let mut columns = [None; column::KNOWN.len()];
    for (column, length) in columns.iter_mut().zip(lengths) {
        if length > 0 {
            let at = cursor.at();
            *column = Some(Cursor::new(cursor.take(length)?, at, "columns"));
        }
    }
    Ok(columns)
}
