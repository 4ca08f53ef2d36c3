//! Everything anybody ever signed in good order, by the bytes: what may be in a log. Kept by whoever signs, not by the code under
//! test, so that a mistake at the door shows. Also remembers verdicts, because `check` is a pure function of network and bytes:
//! this is what makes hundreds of nodes and thousands of seeds affordable.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use talkoot_protocol::header::Place;
use talkoot_protocol::id::{ChangeId, DocumentId, NetworkId, OrganisationId, ShortId, sha256};
use talkoot_protocol::scope::Scope;
use talkoot_protocol::signed::Verified;
use talkoot_protocol::sync::check::{Checked, Refused, check};
use talkoot_protocol::wire::parcel::{self, Codec, Parcel};

/// Changes up to which a parcel is remembered.
const PACKED_CHANGES_MAX: usize = 16;

/// A change signed in good order.
#[derive(Debug)]
pub struct Known {
    /// Its id.
    pub id: ChangeId,
    /// Its encoding.
    pub bytes: Vec<u8>,
    /// The document.
    pub document: DocumentId,
    /// What it builds on.
    pub dependencies: Vec<ChangeId>,
    /// For whom the document is.
    pub scope: Scope,
    /// For an endorsement: who recognises whom.
    pub endorses: Option<(OrganisationId, OrganisationId)>,
}

type Judged = Arc<Result<Checked, Refused>>;

/// The ledger of one network; shared by all runs and threads.
#[derive(Debug)]
pub struct Ledger {
    network: NetworkId,
    known: Mutex<HashMap<ShortId, Arc<Known>>>,
    judged: Mutex<HashMap<[u8; 32], Judged>>,
    packed: Mutex<HashMap<[u8; 32], Parcel>>,
}

/// A poisoned lock only means that another run has failed: what it guards is complete after every insert.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    /// Begins an empty one.
    pub fn new(network: NetworkId) -> Self {
        Self { network, known: Mutex::default(), judged: Mutex::default(), packed: Mutex::default() }
    }

    /// Enters a change that was signed in good order.
    pub fn enter(&self, change: &Verified, endorses: Option<(OrganisationId, OrganisationId)>) -> Arc<Known> {
        let mut known = locked(&self.known);
        let document = change.document();
        let scope = match change.header().place {
            Place::Begins { scope, .. } => scope,
            Place::Continues(_) => {
                known.get(&document.first_change().short_id()).map_or(Scope::Network, |first| first.scope)
            }
        };
        let entry = Arc::new(Known {
            id: change.id(),
            bytes: change.encode(),
            document,
            dependencies: change.header().dependencies.clone(),
            scope,
            endorses,
        });
        known.insert(entry.id.short_id(), entry.clone());
        entry
    }

    /// Returns the change of an id.
    pub fn find(&self, id: &ChangeId) -> Option<Arc<Known>> {
        self.find_short(&id.short_id()).filter(|known| known.id == *id)
    }

    /// Returns the change whose id begins so.
    pub fn find_short(&self, id: &ShortId) -> Option<Arc<Known>> {
        locked(&self.known).get(id).cloned()
    }

    /// Packs changes; remembers small parcels, which go to many peers alike.
    pub fn pack(&self, codec: Codec, changes: &[Arc<Known>]) -> Parcel {
        let pack = || parcel::pack(codec, changes.iter().map(|known| known.bytes.as_slice()));
        if changes.len() > PACKED_CHANGES_MAX {
            return pack();
        }
        let ids: Vec<u8> = changes.iter().flat_map(|known| *known.id.as_bytes()).collect();
        let hash = sha256(&[&[codec as u8], &ids]);
        if let Some(packed) = locked(&self.packed).get(&hash) {
            return packed.clone();
        }
        let packed = pack();
        locked(&self.packed).insert(hash, packed.clone());
        packed
    }

    /// Returns what [`check`] says of these bytes.
    pub fn judge(&self, bytes: Vec<u8>) -> Result<Checked, Refused> {
        let hash = sha256(&[&bytes]);
        if let Some(judged) = locked(&self.judged).get(&hash).cloned() {
            return (*judged).clone();
        }
        let judged = check(&self.network, bytes);
        locked(&self.judged).insert(hash, Arc::new(judged.clone()));
        judged
    }
}
