//! Phenomena for tests: what organisations say one beside the other, as real changes that are merged in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::word::Word;
use crate::chunk::Chunk;
use crate::document;
use crate::entry::Prefix;
use crate::id::{ChunkHash, DocumentId, OrganisationId, WorkerId};
use crate::joint::{Beginning, Hand, Joint};
use crate::key::SecretKey;
use crate::scope::{Kind, Scope};
use crate::statement::{Role, Roles};
use crate::time::Timestamp;

/// The organisation of this number.
pub(crate) fn organisation(number: u8) -> OrganisationId {
    OrganisationId::from_bytes([number + 1; 32])
}

/// The report of this number.
pub(crate) fn report(number: u8) -> DocumentId {
    DocumentId::from_bytes([0xa0 | number; 32])
}

/// One phenomenon in the making.
pub(crate) struct Story {
    pub(crate) document: DocumentId,
    pub(crate) kind: Kind,
    owner: OrganisationId,
    pub(crate) scope: Scope,
    chunks: Vec<Chunk>,
    hands: BTreeMap<ChunkHash, Hand>,
    /// What each organisation has seen: the beginning and what it said itself.
    seen: BTreeMap<u8, Vec<usize>>,
}

impl Story {
    /// Begins with these words of an organisation.
    pub(crate) fn begin(document: u8, owner: u8, words: &[Word]) -> Self {
        let prefix = Prefix::of(&organisation(owner));
        let fields = words.iter().map(|word| (prefix.entry(&word.path()), word.value())).collect();
        let chunk = document::create(&key(owner).public(), &fields).unwrap();
        let mut story = Self {
            document: DocumentId::from_bytes([document; 32]),
            kind: Kind::Phenomenon,
            owner: organisation(owner),
            scope: Scope::Network,
            chunks: Vec::new(),
            hands: BTreeMap::new(),
            seen: BTreeMap::new(),
        };
        story.add(owner, chunk);
        story
    }

    fn add(&mut self, number: u8, chunk: Chunk) {
        let at = self.chunks.len();
        let hand = Hand {
            organisation: organisation(number),
            worker: WorkerId::from_bytes([number; 32]),
            roles: Roles::from_iter([Role::Coordinator]),
            claimed: Timestamp::from_millis(1_790_000_000_000 + at as u64),
        };
        self.hands.insert(chunk.hash(), hand);
        self.chunks.push(chunk);
        self.seen.entry(number).or_insert_with(|| vec![0]).push(at);
    }

    /// An organisation says something, beside what others say.
    pub(crate) fn say(&mut self, number: u8, word: &Word) {
        self.write(number, &word.path(), Some(word.value()));
    }

    /// An organisation writes an entry, or takes it away.
    pub(crate) fn write(&mut self, number: u8, path: &str, value: Option<Value>) {
        let seen: BTreeSet<usize> = self.seen.entry(number).or_insert_with(|| vec![0]).iter().copied().collect();
        let history: Vec<&Chunk> = seen.into_iter().map(|at| &self.chunks[at]).collect();
        let edits = BTreeMap::from([(Prefix::of(&organisation(number)).entry(path), value)]);
        match document::edit(&key(number).public(), &self.document, &history, &edits) {
            Ok(chunk) => self.add(number, chunk),
            Err(document::Error::NoChange) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// An organisation sees all that was said so far.
    pub(crate) fn catch_up(&mut self, number: u8) {
        self.seen.insert(number, (0..self.chunks.len()).collect());
    }

    /// What the change of this number wrote, by path.
    pub(crate) fn written(&self, at: usize) -> Vec<(String, Option<Value>)> {
        let path = |key: &str| key.split_once('/').map(|(_, path)| path.to_owned()).unwrap();
        document::written(&self.chunks[at]).into_iter().map(|(key, value)| (path(&key), value)).collect()
    }

    /// How many changes there are.
    pub(crate) fn len(&self) -> usize {
        self.chunks.len()
    }

    /// The document as it reads when its changes come in this order.
    pub(crate) fn joint_in(&self, order: impl IntoIterator<Item = usize>) -> Joint {
        let history: Vec<&Chunk> = order.into_iter().map(|at| &self.chunks[at]).collect();
        let reading = document::read(&history).unwrap();
        let beginning = Beginning {
            document: self.document,
            kind: self.kind,
            scope: self.scope,
            owner: self.owner,
            begun: Timestamp::from_millis(1_790_000_000_000),
        };
        Joint::new(beginning, &reading, |hash| self.hands.get(hash).copied())
    }

    /// The document as it reads.
    pub(crate) fn joint(&self) -> Joint {
        self.joint_in(0..self.len())
    }
}

fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(&[number + 40; 32])
}
