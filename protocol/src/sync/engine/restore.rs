//! From the log back into memory at start, without reading what need not be read.
//!
//! The catalog's note about an automerge change holds all that later judgements need, so a start reads notes, not bodies:
//!
//! ```text
//! note = [1, id, document / [kind, scope, organisation], author, sequence, [* dependency],
//!         chunk hash, actor, start op, max op, depth, bytes]
//! ```
//! Statements have no note: they are few, and are read and judged again.

use std::sync::Arc;

use crate::catalog::{ChunkFacts, Index, NewEntry, NewPlace, Ordinal};
use crate::cbor::{self, Malformed, Reader};
use crate::chunk::Actor;
use crate::header::Act;
use crate::id::{ChangeId, ChunkHash, DocumentId, OrganisationId, sha256};
use crate::key::PublicKey;
use crate::limits::DEPENDENCIES_MAX;
use crate::scope::{Kind, Scope};
use crate::sync::admit::{Door, Missing, Verdict};
use crate::sync::check::{Checked, Content};
use crate::sync::digest::Digest;
use crate::sync::input::Origin;
use crate::sync::sketch::{self, Cell};

use super::Engine;

/// Dependencies beyond which a note would be too long; such a change is read again.
const NOTE_DEPENDENCIES_MAX: usize = 6;

/// What became of a record of the log at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// It is in the catalog.
    In(Index),
    /// It waits for a record that is damaged or lost; it comes in when a peer has delivered that one.
    Waiting,
    /// Its note is unreadable or stale, or nothing more can wait: read the record itself, later.
    ReadAgain,
    /// It would be refused today.
    Refused(&'static str),
}

impl Engine {
    /// Writes the catalog's note about an entry; empty if it must be read again at start.
    pub fn note(&self, index: Index) -> Vec<u8> {
        let entry = self.catalog.entry(index);
        let Some(chunk) = entry.chunk.filter(|_| entry.dependencies.len() <= NOTE_DEPENDENCIES_MAX) else {
            return Vec::new();
        };
        let document = self.catalog.document_of(index);
        cbor::encode(|e| {
            e.array(12)?.u8(1)?.bytes(entry.id.as_bytes())?;
            if document.id.first_change() == entry.id {
                e.array(3)?.u8(document.kind.code())?;
                document.scope.encode(e)?;
                e.bytes(document.organisation.as_bytes())?;
            } else {
                e.bytes(document.id.as_bytes())?;
            }
            e.bytes(self.catalog.author_of(index).as_bytes())?
                .u32(entry.sequence)?
                .array(entry.dependencies.len() as u64)?;
            for dependency in &entry.dependencies {
                e.bytes(self.catalog.entry(*dependency).id.as_bytes())?;
            }
            e.bytes(chunk.hash.as_bytes())?.bytes(chunk.actor.as_bytes())?;
            e.u32(chunk.start_op)?.u32(chunk.max_op)?.u8(chunk.depth)?.u32(entry.bytes)?.ok()
        })
    }

    /// Writes down the coded symbols of each scope, for [`Engine::restore_symbols`] at the next start: making them anew takes a
    /// walk over the set.
    ///
    /// ```text
    /// [1, [* [scope, digest, cells]], SHA-256 of the CBOR of the list]
    /// ```
    pub fn kept_symbols(&self) -> Vec<u8> {
        let kept = self.sets.iter().filter_map(|(scope, set)| Some((scope, set.kept_prefix()?)));
        let kept: Vec<_> = kept.collect();
        let list = cbor::encode(|e| {
            e.array(kept.len() as u64)?;
            kept.iter().try_for_each(|(scope, (digest, symbols))| {
                e.array(3)?;
                scope.encode(e)?;
                digest.encode(e)?;
                e.bytes(&sketch::encode(symbols.cells(0..symbols.len()), 0, digest.count()))?.ok()
            })
        });
        cbor::encode(|e| e.array(3)?.u8(1)?.bytes(&list)?.bytes(&sha256(&[&list]))?.ok())
    }

    /// Makes the coded symbols of each scope that has none yet, by a walk over the set.
    pub fn make_symbols(&mut self) {
        for set in self.sets.values_mut() {
            set.snapshot(&self.catalog, 0);
        }
    }

    /// Takes in what [`Engine::kept_symbols`] wrote, before any record: a scope's symbols are believed as soon as its set is
    /// what it was then. What cannot be read is passed over; it only saves time.
    pub fn restore_symbols(&mut self, bytes: &[u8]) {
        for (scope, digest, cells) in read_symbols(bytes).unwrap_or_default() {
            let set = self.set_of(scope);
            set.await_cells(digest, cells);
        }
    }

    /// Takes a note back in. Records come in the order of the log.
    pub fn restore_note(&mut self, ordinal: Ordinal, note: &[u8]) -> Restored {
        let Ok(read) = Note::decode(note) else { return Restored::ReadAgain };
        if let Some(index) = self.catalog.find(&read.id) {
            return self.written_again(index, ordinal);
        }
        let Some(entry) = read.resolve(self) else { return Restored::ReadAgain };
        let index = self.catalog.insert(entry);
        self.count_in(index, ordinal);
        Restored::In(index)
    }

    /// Takes a record itself back in, through the same door as when it first came.
    pub fn restore(&mut self, ordinal: Ordinal, change: Checked) -> Restored {
        let door = Door { catalog: &self.catalog, membership: &self.membership, refused: &self.refused };
        match door.judge(&change) {
            Verdict::Admit(admission) => {
                let sequence = admission.entry.sequence;
                let index = self.catalog.insert(admission.entry);
                if let (Content::Statement(statement), Some(speaker)) = (change.content(), admission.speaker) {
                    self.membership.learn(change.id(), speaker, sequence, statement);
                }
                self.count_in(index, ordinal);
                Restored::In(index)
            }
            Verdict::Known => match self.catalog.find(&change.id()) {
                Some(index) => self.written_again(index, ordinal),
                None => Restored::ReadAgain,
            },
            Verdict::Wait(missing) => match self.parked.park(missing, Origin::Log(ordinal), Arc::new(change)) {
                true => Restored::Waiting,
                false => Restored::ReadAgain,
            },
            Verdict::Refuse(refusal) => {
                self.remember_refused(Some(change.id()), refusal.name());
                Restored::Refused(refusal.name())
            }
        }
    }

    /// A change stands in the log twice when its first record was found damaged: the later one counts.
    fn written_again(&mut self, index: Index, ordinal: Ordinal) -> Restored {
        self.catalog.set_ordinal(index, ordinal);
        Restored::In(index)
    }

    /// Takes the kept header of a change that was refused for an identifier back in.
    pub fn restore_evidence(&mut self, id: ChangeId) {
        self.remember_refused(Some(id), "identifier");
    }

    /// Lets in, once all records were read, what stood in the log before something it names: recognition may come later than
    /// the statements it lets in. Returns the index of each and its position in the log.
    pub fn finish_restoring(&mut self) -> Vec<(Index, Ordinal)> {
        let mut entered = Vec::new();
        loop {
            let ready: Vec<_> = self
                .parked
                .missing()
                .filter(|missing| match missing {
                    Missing::Change(id) => self.catalog.find(id).is_some(),
                    Missing::Recognition(organisation) => self.membership.is_member(organisation),
                })
                .collect();
            if ready.is_empty() {
                return entered;
            }
            let released: Vec<_> = ready.into_iter().flat_map(|missing| self.parked.release(missing)).collect();
            for (origin, change) in released {
                let Origin::Log(ordinal) = origin else { continue };
                if let Restored::In(index) = self.restore(ordinal, Arc::unwrap_or_clone(change)) {
                    entered.push((index, ordinal));
                }
            }
        }
    }
}

type Symbols = Vec<(Scope, Digest, Vec<Cell>)>;

fn read_symbols(bytes: &[u8]) -> Result<Symbols, Malformed> {
    let mut r = Reader::new(bytes, "kept symbols");
    r.array_of(3)?;
    let (version, list, hash) = (r.u8()?, r.bytes()?, r.array::<32>()?);
    r.end()?;
    if version != 1 || sha256(&[list]) != hash {
        return Err(r.malformed());
    }
    let mut r = Reader::new(list, "kept symbols");
    let count = r.array_up_to(usize::from(u16::MAX))?;
    let mut symbols = Symbols::new();
    for _ in 0..count {
        r.array_of(3)?;
        let (scope, digest) = (Scope::decode(&mut r)?, Digest::decode(&mut r)?);
        let cells = sketch::decode(r.bytes()?, 0, digest.count()).map_err(|_| r.malformed())?;
        symbols.push((scope, digest, cells));
    }
    Ok(symbols)
}

enum NotePlace {
    Begins(Kind, Scope, OrganisationId),
    Continues(DocumentId),
}

struct Note {
    id: ChangeId,
    place: NotePlace,
    author: PublicKey,
    sequence: u32,
    dependencies: Vec<ChangeId>,
    chunk: ChunkFacts,
    bytes: u32,
}

impl Note {
    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes, "catalog note");
        r.array_of(12)?;
        if r.u8()? != 1 {
            return Err(r.malformed());
        }
        let id = ChangeId::from_bytes(r.array()?);
        let place = if r.is_bytes() {
            NotePlace::Continues(DocumentId::from_bytes(r.array()?))
        } else {
            r.array_of(3)?;
            let kind = Kind::from_code(r.u8()?).ok_or_else(|| r.malformed())?;
            NotePlace::Begins(kind, Scope::decode(&mut r)?, OrganisationId::from_bytes(r.array()?))
        };
        let author = PublicKey::from_bytes(r.array()?);
        let sequence = r.u32()?;
        let count = r.array_up_to(DEPENDENCIES_MAX)?;
        let dependencies = (0..count).map(|_| r.array().map(ChangeId::from_bytes)).collect::<Result<_, _>>()?;
        let chunk = ChunkFacts {
            hash: ChunkHash::from_bytes(r.array()?),
            actor: Actor::from_bytes(r.array()?),
            start_op: r.u32()?,
            max_op: r.u32()?,
            depth: r.u8()?,
        };
        let note = Self { id, place, author, sequence, dependencies, chunk, bytes: r.u32()? };
        r.end()?;
        Ok(note)
    }

    /// Finds what the note names; `None` if something of it is not in the catalog.
    fn resolve(self, engine: &Engine) -> Option<NewEntry> {
        let catalog = &engine.catalog;
        let place = match self.place {
            NotePlace::Begins(kind, scope, organisation) => NewPlace::Begins { kind, scope, organisation },
            NotePlace::Continues(document) => NewPlace::Continues(catalog.find(&document.first_change())?),
        };
        let dependencies = self.dependencies.iter().map(|id| catalog.find(id)).collect::<Option<Vec<_>>>()?;
        Some(NewEntry {
            id: self.id,
            place,
            act: Act::Change,
            author: self.author,
            sequence: self.sequence,
            dependencies,
            chunk: Some(self.chunk),
            bytes: self.bytes,
        })
    }
}
