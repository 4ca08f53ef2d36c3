//! What a signer does: from words to a signed change, in two steps. [`Signatory`] makes what is to be signed and needs no secret,
//! so that a node can do it for a browser; [`Author`] has the key and does both. Salt and time are given.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::address::AddressRecord;
use crate::chunk::Chunk;
use crate::document::{self, Fields};
use crate::header::{Act, Place, Position};
use crate::id::{ChangeId, ChunkHash, DocumentId, NetworkId};
use crate::key::{PublicKey, SecretKey};
use crate::limits::SALT_BYTES;
use crate::scope::{Kind, Scope};
use crate::signed::{self, Body, Intent, Unsigned, Verified};
use crate::statement::Statement;
use crate::sync::check::{Checked, Content};
use crate::time::Timestamp;

/// Why nothing could be signed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document cannot be changed so.
    #[error(transparent)]
    Document(#[from] document::Error),
    /// The change became too long.
    #[error(transparent)]
    Signed(#[from] signed::Error),
    /// A history without its first change, or with changes of several documents.
    #[error("the document's history is not whole")]
    History,
}

/// What is different each time something is signed.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// When, by the signer's clock.
    pub claimed: Timestamp,
    /// Fresh random bytes.
    pub salt: [u8; SALT_BYTES],
}

/// A worker at the pen, or a node that says where it is reached: the key and the certificate that lets it act.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The worker's key, or the node's.
    pub key: &'a SecretKey,
    /// The certificate's change id.
    pub certificate: ChangeId,
    /// The network.
    pub network: NetworkId,
}

/// Who is to sign: everything about an author but the secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signatory {
    /// The worker's public key.
    pub key: PublicKey,
    /// The certificate's change id.
    pub certificate: ChangeId,
    /// The network.
    pub network: NetworkId,
}

impl Signatory {
    /// Makes a new document, to be signed.
    ///
    /// # Errors
    /// [`Error::Document`] for fields that cannot be written, [`Error::Signed`] if it became too long.
    pub fn begin(&self, kind: Kind, scope: Scope, fields: &Fields, moment: Moment) -> Result<Unsigned, Error> {
        let chunk = document::create(&self.key, fields)?;
        self.unsigned(Place::Begins { kind, scope }, Position::First, Vec::new(), &chunk, moment)
    }

    /// Makes a change on top of a document's whole history, given in causal order, to be signed. `None` takes a field away.
    ///
    /// # Errors
    /// [`Error::History`], [`Error::Document`] (also when nothing would change), [`Error::Signed`].
    pub fn change(
        &self,
        history: &[Checked],
        edits: &BTreeMap<String, Option<Value>>,
        moment: Moment,
    ) -> Result<Unsigned, Error> {
        let chunks = document::sound(&chunks(history));
        let past = Past::of(history, &chunks, &self.key)?;
        let chunk = document::edit(&self.key, &past.document, &chunks, edits)?;
        let dependencies = ids_of(history, chunk.deps());
        self.unsigned(Place::Continues(past.document), past.position, dependencies, &chunk, moment)
    }

    fn unsigned(
        &self,
        place: Place,
        position: Position,
        dependencies: Vec<ChangeId>,
        chunk: &Chunk,
        moment: Moment,
    ) -> Result<Unsigned, Error> {
        let body = Body::new(moment.salt, chunk.bytes())?;
        let intent = Intent {
            network: self.network,
            act: Act::Change,
            place,
            certificate: Some(self.certificate),
            position,
            dependencies,
            claimed: moment.claimed,
        };
        Ok(intent.unsigned(body, self.key))
    }
}

impl Author<'_> {
    /// Returns everything about the author but the secret key.
    pub fn signatory(&self) -> Signatory {
        Signatory { key: self.key.public(), certificate: self.certificate, network: self.network }
    }

    /// Signs a new document.
    ///
    /// # Errors
    /// As [`Signatory::begin`].
    pub fn begin(&self, kind: Kind, scope: Scope, fields: &Fields, moment: Moment) -> Result<Verified, Error> {
        Ok(self.signatory().begin(kind, scope, fields, moment)?.seal(self.key))
    }

    /// Signs a change on top of a document's whole history, given in causal order. `None` takes a field away.
    ///
    /// # Errors
    /// As [`Signatory::change`].
    pub fn change(
        &self,
        history: &[Checked],
        edits: &BTreeMap<String, Option<Value>>,
        moment: Moment,
    ) -> Result<Verified, Error> {
        Ok(self.signatory().change(history, edits, moment)?.seal(self.key))
    }

    /// Signs where the node that holds this key is reached. `after` is the node's document with its last position in it; `None`
    /// begins that document.
    ///
    /// # Errors
    /// None today: a record is always short enough. [`Error::Signed`] is there for what a later version adds.
    pub fn address(
        &self,
        after: Option<(DocumentId, u32, ChangeId)>,
        record: &AddressRecord,
        moment: Moment,
    ) -> Result<Verified, Error> {
        let statement = Statement::Address(record.clone());
        state(self.key, self.network, Some(self.certificate), Kind::Node, after, &statement, moment)
    }
}

/// Returns the automerge changes of a history, in its order.
pub fn chunks(history: &[Checked]) -> Vec<&Chunk> {
    history
        .iter()
        .filter_map(|checked| match checked.content() {
            Content::Chunk(chunk) => Some(chunk),
            _ => None,
        })
        .collect()
}

/// Returns the changes that carry these automerge changes.
fn ids_of(history: &[Checked], hashes: &[ChunkHash]) -> Vec<ChangeId> {
    let carries = |checked: &&Checked| matches!(checked.content(), Content::Chunk(chunk) if hashes.binary_search(&chunk.hash()).is_ok());
    history.iter().filter(carries).map(Checked::id).collect()
}

/// What a signer must know of a document's history.
struct Past {
    document: DocumentId,
    position: Position,
}

impl Past {
    /// The position follows the changes that are read: nobody builds on what changes nothing.
    fn of(history: &[Checked], read: &[&Chunk], key: &PublicKey) -> Result<Self, Error> {
        let first = history.first().filter(|first| first.change().begins().is_some()).ok_or(Error::History)?;
        let document = first.change().document();
        if history.iter().any(|checked| checked.change().document() != document) {
            return Err(Error::History);
        }
        let read: BTreeSet<_> = read.iter().map(|chunk| chunk.hash()).collect();
        let is_read =
            |checked: &&Checked| matches!(checked.content(), Content::Chunk(chunk) if read.contains(&chunk.hash()));
        let sound = || history.iter().filter(is_read).map(|checked| (checked.id(), checked.change().header()));
        let own = sound().filter(|(_, header)| header.author == *key);
        let tip = own.map(|(id, header)| (header.position.sequence(), std::cmp::Reverse(id))).max();
        let position = tip.map_or(Position::First, |(sequence, previous)| Position::After {
            sequence: sequence.saturating_add(1),
            previous: previous.0,
        });
        Ok(Self { document, position })
    }
}

/// Signs an organisation's statement with its root key. `after` is the organisation's document with the root key's last
/// position in it; `None` for the record that begins it.
///
/// # Errors
/// [`Error::Signed`] if the statement is too long.
pub fn statement(
    root: &SecretKey,
    network: NetworkId,
    after: Option<(DocumentId, u32, ChangeId)>,
    statement: &Statement,
    moment: Moment,
) -> Result<Verified, Error> {
    state(root, network, None, Kind::Organisation, after, statement, moment)
}

/// Signs a statement that begins a document of this kind, or follows the key's last position in one.
fn state(
    key: &SecretKey,
    network: NetworkId,
    certificate: Option<ChangeId>,
    kind: Kind,
    after: Option<(DocumentId, u32, ChangeId)>,
    statement: &Statement,
    moment: Moment,
) -> Result<Verified, Error> {
    let (place, position) = match after {
        None => (Place::Begins { kind, scope: Scope::Network }, Position::First),
        Some((document, sequence, previous)) => {
            let sequence = sequence.saturating_add(1);
            (Place::Continues(document), Position::After { sequence, previous })
        }
    };
    let intent = Intent {
        network,
        act: statement.act(),
        place,
        certificate,
        position,
        dependencies: Vec::new(),
        claimed: moment.claimed,
    };
    Ok(intent.seal(Body::new(moment.salt, &statement.encode())?, key))
}
