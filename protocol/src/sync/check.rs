//! What can be judged of a change alone: form, size, signature, body, automerge guard, identifiers. Needs no state, so a
//! driver runs it on as many cores as it likes; the verdict is the same everywhere and always.

use crate::chunk::Chunk;
use crate::header::{Act, Place};
use crate::id::{ChangeId, DocumentId, NetworkId};
use crate::scan;
use crate::scope::{Kind, Scope};
use crate::signed::{Body, Signed, Verified};
use crate::statement::Statement;

use super::refusal::Refusal;

/// What a body holds, once read.
#[derive(Debug, Clone)]
pub enum Content {
    /// An automerge change.
    Chunk(Chunk),
    /// A statement.
    Statement(Statement),
    /// Something a later version will understand.
    Opaque,
}

/// A change about which nothing is wrong in itself. Only [`check`], [`Checked::sealed`] and [`Checked::from_log`] make one.
#[derive(Debug, Clone)]
pub struct Checked {
    change: Verified,
    content: Content,
    bytes: Vec<u8>,
}

/// A change that was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Its id, if what is wrong follows from what was signed. A bad signature or another body is the fault of whoever
    /// delivered it: the change of that id may be sound, and is not to be judged by it.
    pub id: Option<ChangeId>,
    /// Why.
    pub refusal: Refusal,
    /// Its encoded header without the body, kept as evidence when the body must not be.
    pub kept: Option<Vec<u8>>,
}

impl Checked {
    /// Returns the change.
    pub fn change(&self) -> &Verified {
        &self.change
    }

    /// Returns its id.
    pub fn id(&self) -> ChangeId {
        self.change.id()
    }

    /// Returns what its body holds.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Returns its encoding, as it travels and is stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes a change this process has just signed through the same rules, without verifying its own signature.
    ///
    /// # Errors
    /// The [`Refused`] every node would answer.
    pub fn sealed(network: &NetworkId, change: Verified) -> Result<Self, Refused> {
        let bytes = change.encode();
        judge(network, change, bytes)
    }

    /// Reads a change from this node's own log, where everything has been checked before it was written: form and body
    /// hash are checked again, the signature is left to `verify`.
    ///
    /// # Errors
    /// The [`Refused`] that a damaged or foreign record earns.
    pub fn from_log(network: &NetworkId, bytes: Vec<u8>) -> Result<Self, Refused> {
        let unread = |refusal: Refusal| Refused { id: None, refusal, kept: None };
        let signed = Signed::decode(&bytes).map_err(|error| unread(error.into()))?;
        let change = signed.trust_own_log().map_err(|error| unread(error.into()))?;
        judge(network, change, bytes)
    }
}

/// Judges the bytes of one change by everything that needs no other change.
///
/// # Errors
/// [`Refused`] with the first rule it breaks.
pub fn check(network: &NetworkId, bytes: Vec<u8>) -> Result<Checked, Refused> {
    let unread = |refusal: Refusal| Refused { id: None, refusal, kept: None };
    let signed = Signed::decode(&bytes).map_err(|error| unread(error.into()))?;
    let change = signed.verify().map_err(|error| unread(error.into()))?;
    judge(network, change, bytes)
}

fn judge(network: &NetworkId, change: Verified, bytes: Vec<u8>) -> Result<Checked, Refused> {
    match read_content(network, &change) {
        Ok(content) => Ok(Checked { change, content, bytes }),
        Err(refusal) => {
            let kept = matches!(refusal, Refusal::Identifier(_)).then(|| change.clone().without_body().encode());
            let id = Some(change.id()).filter(|_| refusal != Refusal::BodyMissing);
            Err(Refused { id, refusal, kept })
        }
    }
}

fn read_content(network: &NetworkId, change: &Verified) -> Result<Content, Refusal> {
    let header = change.header();
    if header.network != *network {
        return Err(Refusal::WrongNetwork);
    }
    let body = change.body().ok_or(Refusal::BodyMissing)?;
    match header.act {
        Act::Change => {
            let document = in_document_of_changes(header.place)?;
            let chunk = Chunk::check(body.content().to_vec(), &header.author, document.as_ref())?;
            let identifier = chunk.texts().find_map(scan::frozen_v1);
            identifier.map_or(Ok(Content::Chunk(chunk)), |rule| Err(Refusal::Identifier(rule)))
        }
        Act::Record | Act::Certificate | Act::Endorsement => read_statement(header.act, body),
        Act::Address if begins_out_of_place(header.place) => Err(Refusal::ActOutOfPlace),
        Act::Address => read_statement(header.act, body),
        Act::Other(_) => Ok(Content::Opaque),
        _ => Err(Refusal::ReservedAct),
    }
}

fn read_statement(act: Act, body: &Body) -> Result<Content, Refusal> {
    Statement::decode(act, body.content()).map(Content::Statement).map_err(|_| Refusal::Statement)
}

/// Returns whether an address would begin anything but a node's document for the whole network: nobody can be dialled by those
/// who must not know where.
fn begins_out_of_place(place: Place) -> bool {
    matches!(place, Place::Begins { kind, scope } if kind != Kind::Node || scope != Scope::Network)
}

/// Returns the document an automerge change continues; `None` if it begins one of a kind this version takes.
fn in_document_of_changes(place: Place) -> Result<Option<DocumentId>, Refusal> {
    match place {
        Place::Begins { kind: Kind::Report | Kind::FormPackage | Kind::ServicePath, .. } => Ok(None),
        Place::Begins { kind, .. } if kind.is_joint() => Ok(None),
        Place::Begins { kind: Kind::Organisation | Kind::Node, .. } => Err(Refusal::ActOutOfPlace),
        Place::Begins { .. } => Err(Refusal::ReservedKind),
        Place::Continues(document) => Ok(Some(document)),
    }
}
