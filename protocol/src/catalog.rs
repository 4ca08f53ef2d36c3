//! What is in the log, by id: the graph of every document, in memory, without any content.
//!
//! Entries keep the order in which they were written; an [`Index`] is a position in that order. A batch that could not be made
//! durable is taken back with [`Catalog::truncate`].

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map};
use std::sync::Arc;

use crate::chunk::Actor;
use crate::header::Act;
use crate::id::{ChangeId, ChunkHash, DocumentId, OrganisationId, ShortId};
use crate::key::PublicKey;
use crate::scope::{Kind, Scope};

/// Position of an entry in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(u32);

impl Index {
    /// Returns the position as a number, 0 for the first entry.
    pub const fn position(self) -> usize {
        self.0 as usize
    }
}

/// Position of a record in the store's log: 1 for the first ever written, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(u64);

impl Ordinal {
    /// Wraps the store's number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the store's number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// What must be known of an admitted automerge change to judge those that build on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkFacts {
    /// Automerge's name of the change.
    pub hash: ChunkHash,
    /// Its content-derived actor.
    pub actor: Actor,
    /// Its first operation number.
    pub start_op: u32,
    /// Its last operation number, never below `start_op`: the guard refuses changes without operations.
    pub max_op: u32,
    /// The deepest nesting of an object it makes.
    pub depth: u8,
}

/// One admitted change.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: ChangeId,
    /// The document, as a position in the catalog's documents.
    document: u32,
    /// What it does.
    pub act: Act,
    /// Who signed it, as a position in the catalog's authors.
    author: u32,
    /// Its number in the author's chain in this document.
    pub sequence: u32,
    /// What it builds on.
    pub dependencies: Box<[Index]>,
    /// The automerge change in its body, if that is what it carries.
    pub chunk: Option<ChunkFacts>,
    /// Where the log has it; `None` until it is durable.
    pub ordinal: Option<Ordinal>,
    /// Length of the record in bytes.
    pub bytes: u32,
}

/// What many documents have in common, kept once for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// What sort it is.
    pub kind: Kind,
    /// For whom it is.
    pub scope: Scope,
    /// The organisation that began it.
    pub organisation: OrganisationId,
}

/// One document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    origin: Arc<Origin>,
    changes: Changes,
}

/// The changes of a document: nearly all have one.
#[derive(Debug, Clone)]
enum Changes {
    One([Index; 1]),
    #[expect(clippy::box_collection, reason = "so that the common case takes 16 bytes and not 24")]
    Many(Box<Vec<Index>>),
}

impl Document {
    /// Returns the document's changes in the order of the log, which is causal.
    pub fn changes(&self) -> &[Index] {
        match &self.changes {
            Changes::One(one) => one,
            Changes::Many(many) => many,
        }
    }

    fn push(&mut self, index: Index) {
        match &mut self.changes {
            Changes::One([first]) => self.changes = Changes::Many(Box::new(vec![*first, index])),
            Changes::Many(many) => many.push(index),
        }
    }

    /// Takes back the last change; returns whether it was the only one.
    fn pop(&mut self) -> bool {
        match &mut self.changes {
            Changes::One(_) => true,
            Changes::Many(many) => {
                many.pop();
                if let [first] = ***many {
                    self.changes = Changes::One([first]);
                }
                false
            }
        }
    }
}

impl std::ops::Deref for Document {
    type Target = Origin;

    fn deref(&self) -> &Origin {
        &self.origin
    }
}

/// An entry about to be inserted.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id.
    pub id: ChangeId,
    /// Its document.
    pub place: NewPlace,
    /// What it does.
    pub act: Act,
    /// Who signed it.
    pub author: PublicKey,
    /// Its number in the author's chain in this document.
    pub sequence: u32,
    /// What it builds on, all of it in the catalog.
    pub dependencies: Vec<Index>,
    /// The automerge change in its body.
    pub chunk: Option<ChunkFacts>,
    /// Length of the record in bytes.
    pub bytes: u32,
}

/// Where a new entry belongs.
#[derive(Debug, Clone, Copy)]
pub enum NewPlace {
    /// It begins a document.
    Begins {
        /// What sort.
        kind: Kind,
        /// For whom.
        scope: Scope,
        /// By which organisation.
        organisation: OrganisationId,
    },
    /// It continues the document that begins with this entry.
    Continues(Index),
}

/// The catalog.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    documents: Vec<Document>,
    /// Each origin with how many documents have it.
    origins: BTreeMap<Arc<Origin>, usize>,
    authors: Vec<PublicKey>,
    author_of: BTreeMap<PublicKey, u32>,
    by_id: HashMap<ShortId, Index>,
    /// Entries whose first 16 bytes another entry had before them; none, unless somebody spent 2^64 work on it.
    twins: BTreeMap<ChangeId, Index>,
    /// How many entries have an ordinal.
    durable: usize,
    /// How many entries are forks.
    forks: u64,
}

impl Catalog {
    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the number of entries the log has: all but those of the batch being written.
    pub fn durable_len(&self) -> usize {
        self.durable
    }

    /// Returns the number of documents of a kind.
    pub fn documents_len(&self, kind: Kind) -> usize {
        self.origins().filter(|(origin, _)| origin.kind == kind).map(|(_, documents)| documents).sum()
    }

    /// Returns every origin that documents have, with how many have it.
    pub fn origins(&self) -> impl Iterator<Item = (&Origin, usize)> {
        let there = self.origins.iter().filter(|(_, documents)| **documents > 0);
        there.map(|(origin, documents)| (origin.as_ref(), *documents))
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the position of a change.
    pub fn find(&self, id: &ChangeId) -> Option<Index> {
        let index = self.find_short(&id.short_id())?;
        if self.entry(index).id == *id { Some(index) } else { self.twins.get(id).copied() }
    }

    /// Returns the position of the first change whose id begins so.
    pub fn find_short(&self, id: &ShortId) -> Option<Index> {
        self.by_id.get(id).copied()
    }

    /// Returns an entry. Positions come from this catalog, so it is there.
    pub fn entry(&self, index: Index) -> &Entry {
        &self.entries[index.0 as usize]
    }

    /// Returns who signed an entry.
    pub fn author_of(&self, index: Index) -> PublicKey {
        self.authors[self.entry(index).author as usize]
    }

    /// Returns the number of an author, given at the first change and kept for ever.
    fn number_of(&mut self, author: PublicKey) -> u32 {
        *self.author_of.entry(author).or_insert_with(|| {
            self.authors.push(author);
            self.authors.len() as u32 - 1
        })
    }

    /// Returns the document of an entry.
    pub fn document_of(&self, index: Index) -> &Document {
        &self.documents[self.entry(index).document as usize]
    }

    /// Returns a document by its id.
    pub fn document(&self, id: &DocumentId) -> Option<&Document> {
        let document = self.document_of(self.find(&id.first_change())?);
        (document.id == *id).then_some(document)
    }

    /// Returns all documents in the order in which they began.
    pub fn documents(&self) -> impl DoubleEndedIterator<Item = &Document> {
        self.documents.iter()
    }

    /// Returns all entries in the order of the log.
    pub fn entries(&self) -> impl Iterator<Item = (Index, &Entry)> {
        self.entries.iter().enumerate().map(|(at, entry)| (Index(at as u32), entry))
    }

    /// Adds an entry; the caller has admitted it.
    pub fn insert(&mut self, new: NewEntry) -> Index {
        let index = Index(self.entries.len() as u32);
        let author = self.number_of(new.author);
        let document = match new.place {
            NewPlace::Begins { kind, scope, organisation } => {
                let id = new.id.into();
                let origin = self.origin(Origin { kind, scope, organisation });
                self.documents.push(Document { id, origin, changes: Changes::One([index]) });
                self.documents.len() as u32 - 1
            }
            NewPlace::Continues(first) => {
                let document = self.entry(first).document;
                self.documents[document as usize].push(index);
                document
            }
        };
        match self.by_id.entry(new.id.short_id()) {
            hash_map::Entry::Vacant(free) => {
                free.insert(index);
            }
            hash_map::Entry::Occupied(_) => {
                self.twins.insert(new.id, index);
            }
        }
        self.entries.push(Entry {
            id: new.id,
            document,
            act: new.act,
            author,
            sequence: new.sequence,
            dependencies: new.dependencies.into_boxed_slice(),
            chunk: new.chunk,
            ordinal: None,
            bytes: new.bytes,
        });
        self.forks += u64::from(self.is_fork(index));
        index
    }

    /// Returns the one kept origin that is equal to this one, for one more document.
    fn origin(&mut self, origin: Origin) -> Arc<Origin> {
        let kept = self.origins.get_key_value(&origin).map(|(kept, _)| Arc::clone(kept));
        let kept = kept.unwrap_or_else(|| Arc::new(origin));
        *self.origins.entry(Arc::clone(&kept)).or_default() += 1;
        kept
    }

    /// Notes where the log has an entry.
    pub fn set_ordinal(&mut self, index: Index, ordinal: Ordinal) {
        if self.entries[index.0 as usize].ordinal.replace(ordinal).is_none() {
            self.durable += 1;
        }
    }

    /// Notes that the log no longer has an entry.
    pub fn clear_ordinal(&mut self, index: Index) {
        if self.entries[index.0 as usize].ordinal.take().is_some() {
            self.durable -= 1;
        }
    }

    /// Takes back all entries from the `length`-th on.
    pub fn truncate(&mut self, length: usize) {
        while self.entries.len() > length {
            self.forks -= u64::from(self.is_fork(Index(self.entries.len() as u32 - 1)));
            let Some(entry) = self.entries.pop() else { return };
            if self.twins.remove(&entry.id).is_none() {
                self.by_id.remove(&entry.id.short_id());
            }
            self.durable -= usize::from(entry.ordinal.is_some());
            let document = &mut self.documents[entry.document as usize];
            if document.pop() {
                self.origins.entry(Arc::clone(&document.origin)).and_modify(|documents| *documents -= 1);
                self.documents.pop();
            }
        }
    }

    /// Returns everything in the causal past of `from`, `from` included.
    pub fn past(&self, from: &[Index]) -> BTreeSet<Index> {
        let mut past: BTreeSet<Index> = from.iter().copied().collect();
        let mut open: Vec<Index> = from.to_vec();
        while let Some(index) = open.pop() {
            let new: Vec<_> = self.entry(index).dependencies.iter().copied().filter(|dep| past.insert(*dep)).collect();
            open.extend(new);
        }
        past
    }

    /// Returns the changes of a document that no other change of it builds on, ascending by id.
    pub fn heads(&self, document: &DocumentId) -> Vec<ChangeId> {
        let changes = self.document(document).map(Document::changes).unwrap_or_default();
        let built_on: BTreeSet<_> = changes.iter().flat_map(|index| self.entry(*index).dependencies.iter()).collect();
        let mut heads: Vec<_> =
            changes.iter().filter(|index| !built_on.contains(index)).map(|index| self.entry(*index).id).collect();
        heads.sort_unstable();
        heads
    }

    /// Returns a key's last position in a document: the greatest sequence number, and of several (a fork) the smallest id.
    pub fn tip(&self, document: &DocumentId, author: &PublicKey) -> Option<(u32, ChangeId)> {
        let number = self.author_of.get(author);
        let changes = self.document(document)?.changes().iter().map(|index| self.entry(*index));
        changes
            .filter(|entry| Some(&entry.author) == number)
            .map(|entry| (entry.sequence, std::cmp::Reverse(entry.id)))
            .max()
            .map(|(sequence, id)| (sequence, id.0))
    }

    /// Returns how many changes share their key's position in their document with an earlier one: forks, each proven by two
    /// headers.
    pub fn forks(&self) -> u64 {
        self.forks
    }

    /// Returns whether an entry stands at a position of its key's chain where an earlier entry of the document stands.
    fn is_fork(&self, index: Index) -> bool {
        let entry = self.entry(index);
        let earlier = self.document_of(index).changes().iter().take_while(|other| **other < index);
        let mut earlier = earlier.map(|other| self.entry(*other));
        earlier.any(|other| other.author == entry.author && other.sequence == entry.sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seed: u8, place: NewPlace) -> NewEntry {
        NewEntry {
            id: ChangeId::from_bytes([seed; 32]),
            place,
            act: Act::Change,
            author: PublicKey::from_bytes([seed; 32]),
            sequence: 1,
            dependencies: Vec::new(),
            chunk: None,
            bytes: 1,
        }
    }

    #[test]
    fn ids_that_begin_alike_are_told_apart() {
        let twin = |last: u8| {
            let mut bytes = [7; 32];
            bytes[31] = last;
            NewEntry { id: ChangeId::from_bytes(bytes), ..entry(7, begins(Kind::Report)) }
        };
        let mut catalog = Catalog::default();
        let first = catalog.insert(twin(1));
        let second = catalog.insert(twin(2));
        assert_eq!(catalog.find(&twin(1).id), Some(first));
        assert_eq!(catalog.find(&twin(2).id), Some(second));
        assert_eq!(catalog.find(&twin(3).id), None);
        assert_eq!(catalog.find_short(&twin(2).id.short_id()), Some(first));
        catalog.truncate(1);
        assert_eq!(catalog.find(&twin(2).id), None);
        assert_eq!(catalog.find(&twin(1).id), Some(first));
    }

    fn begins(kind: Kind) -> NewPlace {
        NewPlace::Begins { kind, scope: Scope::Network, organisation: OrganisationId::from_bytes([0; 32]) }
    }

    #[test]
    fn counts_follow_what_is_inserted_made_durable_and_taken_back() {
        let mut catalog = Catalog::default();
        let counts = |catalog: &Catalog| {
            let documents = [Kind::Report, Kind::Organisation].map(|kind| catalog.documents_len(kind));
            (catalog.len(), catalog.durable_len(), documents)
        };
        let organisation = catalog.insert(entry(1, begins(Kind::Organisation)));
        let report = catalog.insert(entry(2, begins(Kind::Report)));
        assert_eq!(counts(&catalog), (2, 0, [1, 1]));
        for (index, ordinal) in [(organisation, 1), (report, 2), (report, 2)] {
            catalog.set_ordinal(index, Ordinal::new(ordinal));
        }
        assert_eq!(counts(&catalog), (2, 2, [1, 1]));
        catalog.insert(entry(3, NewPlace::Continues(report)));
        catalog.insert(entry(4, begins(Kind::Report)));
        assert_eq!(counts(&catalog), (4, 2, [2, 1]));
        catalog.truncate(2);
        assert_eq!(counts(&catalog), (2, 2, [1, 1]));
        catalog.truncate(1);
        assert_eq!(counts(&catalog), (1, 1, [0, 1]));
        let origins: Vec<_> = catalog.origins().map(|(origin, documents)| (origin.kind, documents)).collect();
        assert_eq!(origins, [(Kind::Organisation, 1)]);
    }
}
