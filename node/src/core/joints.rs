//! Joint documents as they read now. One is read when somebody first asks for it and kept until it changes, so that a start costs
//! nothing however many there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use talkoot_protocol::id::{ChunkHash, DocumentId};
use talkoot_protocol::joint::{Beginning, Hand, Joint};
use talkoot_protocol::limits::DOCUMENT_CHANGES_MAX;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Bearer;
use talkoot_protocol::sync::check::{Checked, Content};

use super::{Core, read};

/// What is known of the joint documents here.
#[derive(Debug, Default)]
pub(super) struct Joints(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// All of them by kind, once somebody asked for a kind.
    ids: Option<BTreeMap<Kind, BTreeSet<DocumentId>>>,
    read: BTreeMap<DocumentId, Arc<Joint>>,
    unreadable: BTreeMap<DocumentId, String>,
}

impl Joints {
    fn known(&self) -> MutexGuard<'_, Known> {
        // Each change of it is whole, so what a panic left behind is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a joint document began or changed.
    pub(super) fn changed(&mut self, document: DocumentId, kind: Kind) {
        let known = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        known.read.remove(&document);
        known.unreadable.remove(&document);
        if let Some(ids) = &mut known.ids {
            ids.entry(kind).or_default().insert(document);
        }
    }

    /// Returns those that could not be read, with the reason.
    pub(super) fn unreadable(&self) -> BTreeMap<DocumentId, String> {
        self.known().unreadable.clone()
    }
}

impl Core {
    /// Returns a joint document as it reads now.
    ///
    /// # Errors
    /// [`read::Error::Unknown`] also for a document of another kind; [`read::Error::Damaged`], [`read::Error::Overgrown`],
    /// [`read::Error::Document`]: it is then listed in `status` until it changes.
    pub fn joint(&self, id: &DocumentId) -> Result<Arc<Joint>, read::Error> {
        if let Some(joint) = self.joints.known().read.get(id) {
            return Ok(Arc::clone(joint));
        }
        let read = self.read_joint(id);
        let mut known = self.joints.known();
        match &read {
            Ok(joint) => {
                known.read.insert(*id, Arc::clone(joint));
            }
            Err(read::Error::Unknown { .. }) => {}
            Err(error) => {
                tracing::error!(document = %id.short(), %error, "a document cannot be read and is set aside");
                known.unreadable.insert(*id, error.to_string());
            }
        }
        read
    }

    /// Returns every readable joint document of a kind, in the order of their ids.
    pub fn joints(&self, kind: Kind) -> Vec<Arc<Joint>> {
        let ids = {
            let mut known = self.joints.known();
            let ids = known.ids.get_or_insert_with(|| self.joint_ids());
            ids.get(&kind).cloned().unwrap_or_default()
        };
        ids.iter().filter_map(|id| self.joint(id).ok()).collect()
    }

    fn joint_ids(&self) -> BTreeMap<Kind, BTreeSet<DocumentId>> {
        let mut ids: BTreeMap<Kind, BTreeSet<DocumentId>> = BTreeMap::new();
        for known in self.engine.catalog().documents().filter(|known| known.kind.is_joint()) {
            ids.entry(known.kind).or_default().insert(known.id);
        }
        ids
    }

    fn read_joint(&self, id: &DocumentId) -> Result<Arc<Joint>, read::Error> {
        let unknown = || read::Error::Unknown { asked: id.to_string() };
        let known = self.engine.catalog().document(id).filter(|known| known.kind.is_joint()).ok_or_else(unknown)?;
        if known.changes().len() > DOCUMENT_CHANGES_MAX {
            return Err(read::Error::Overgrown { document: *id });
        }
        let history = self.history(id)?;
        let first = history.first().ok_or(read::Error::Damaged { document: *id })?;
        let begun = first.change().header().claimed;
        let beginning =
            Beginning { document: *id, kind: known.kind, scope: known.scope, owner: known.organisation, begun };
        let hands: BTreeMap<ChunkHash, Hand> =
            history.changes().iter().filter_map(|change| Some((chunk_of(change)?, self.hand_of(change)?))).collect();
        let joint = Joint::new(beginning, &history.reading()?, |chunk| hands.get(chunk).copied());
        Ok(Arc::new(joint))
    }

    /// Returns who signed a change, if its certificate is a worker's.
    pub(super) fn hand_of(&self, change: &Checked) -> Option<Hand> {
        let header = change.change().header();
        let certificate = self.engine.membership().certificate(&header.certificate?)?;
        let Bearer::Worker { worker, roles } = certificate.bearer else { return None };
        Some(Hand { organisation: certificate.organisation, worker, roles, claimed: header.claimed })
    }
}

fn chunk_of(change: &Checked) -> Option<ChunkHash> {
    match change.content() {
        Content::Chunk(chunk) => Some(chunk.hash()),
        _ => None,
    }
}
