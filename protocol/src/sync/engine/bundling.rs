//! What this node would put into a bundle, and what it would ask for in one.

use std::collections::BTreeMap;

use crate::bundle::{Filter, REQUEST_BYTES_MAX, Request, Told};
use crate::catalog::Index;
use crate::id::OrganisationId;
use crate::policy;
use crate::scope::Scope;
use crate::sync::digest::Digest;
use crate::sync::have::{self, HASH_BYTES};
use crate::sync::held::ScopeSet;
use crate::sync::sketch::{self, CELL_BYTES_MAX, CELLS_MAX, Decoder, Key};
use crate::wire::message::{Held, Message, SCOPES_MAX};

use super::Engine;

/// Bytes of a request that are kept for everything but symbols and hashes.
const REQUEST_REST_BYTES: usize = 8 * 1024;
/// Bytes a scope's frame takes besides its symbols or hashes.
const SCOPE_REST_BYTES: usize = 96;
/// Bytes of a symbol, nearly always; see [`CELL_BYTES_MAX`] for the longest.
const CELL_BYTES: usize = 27;

/// What a bundle will hold.
#[derive(Debug, Default)]
pub struct Selection {
    /// The changes, in causal order.
    pub changes: Vec<Index>,
    /// Scopes of which a request told too little: all of them is in.
    pub whole: Vec<Scope>,
}

impl Engine {
    /// Says in messages what this node has, for a request; `key` is a fresh one. Nobody knows into whose hands it comes: it tells
    /// of the whole network's scope, and of others only what `reader` may receive.
    pub fn bundle_request(&self, key: Key, reader: Option<OrganisationId>) -> Vec<Message> {
        let both = |scope: &Scope, reader: &OrganisationId| {
            [reader, &self.config.own].iter().all(|id| policy::may_receive(scope, id, &self.membership))
        };
        let told = |scope: &Scope| *scope == Scope::Network || reader.is_some_and(|reader| both(scope, &reader));
        let sets: Vec<_> = self.sets.iter().filter(|(scope, _)| told(scope)).take(SCOPES_MAX).collect();
        let held = sets.iter().map(|(scope, set)| Held { scope: **scope, digest: set.digest() }).collect();
        let mut messages = vec![Message::Hello(Box::new(self.config.hello.clone())), Message::Compare(held)];
        let share = (REQUEST_BYTES_MAX - REQUEST_REST_BYTES) / sets.len().max(1);
        messages.extend(sets.into_iter().map(|(scope, set)| self.tell_scope(*scope, set, share, key)));
        messages
    }

    /// Tells a scope whole if it fits, else by as many symbols as fit.
    fn tell_scope(&self, scope: Scope, set: &ScopeSet, bytes: usize, key: Key) -> Message {
        let bytes = bytes.saturating_sub(SCOPE_REST_BYTES);
        if set.order().len() * HASH_BYTES <= bytes {
            let hashes = have::pages(key, set.short_ids(&self.catalog)).into_iter().flatten().collect();
            return Message::Have { number: 0, scope, key, hashes, end: true };
        }
        let ours = set.peek(&self.catalog, CELLS_MAX);
        let count = ours.set_size();
        let mut cells = sketch::encode(ours.cells(0..bytes / CELL_BYTES), 0, count);
        if cells.len() > bytes {
            cells = sketch::encode(ours.cells(0..bytes / CELL_BYTES_MAX), 0, count);
        }
        Message::Cells { number: 0, scope, key: None, count, from: 0, cells }
    }

    /// Chooses what goes into a bundle. A request that tells too little of a scope is answered with all of it.
    pub fn bundle_selection(&self, filter: &Filter) -> Selection {
        let mut selection = Selection::default();
        for (scope, set) in &self.sets {
            let reaches = filter.organisation.map_or(*scope == Scope::Network, |organisation| {
                self.membership.is_member(&organisation) && policy::may_receive(scope, &organisation, &self.membership)
            });
            if !reaches || filter.scope.is_some_and(|asked| asked != *scope) {
                continue;
            }
            let lacking = filter.request.as_ref().map(|request| self.lacked(request, scope, set));
            let chosen = match lacking {
                Some(Some(lacking)) => lacking,
                Some(None) => {
                    selection.whole.push(*scope);
                    set.order().to_vec()
                }
                None => set.order().to_vec(),
            };
            selection.changes.extend(chosen.into_iter().filter(|index| {
                let ordinal = self.catalog.entry(*index).ordinal;
                ordinal.is_some_and(|ordinal| filter.since.is_none_or(|since| ordinal > since))
            }));
        }
        selection.changes.sort_unstable();
        selection
    }

    /// Returns what a request lacks of a scope; `None` if it tells too little.
    fn lacked(&self, request: &Request, scope: &Scope, set: &ScopeSet) -> Option<Vec<Index>> {
        if request.held.get(scope) == Some(&set.digest()) {
            return Some(Vec::new());
        }
        match request.told.get(scope)? {
            Told::Have(key, listed) => {
                let order = set.order().iter().copied();
                Some(order.filter(|at| !listed.holds(*key, &self.catalog.entry(*at).id.short_id())).collect())
            }
            Told::Cells(theirs) => {
                let ours = set.peek(&self.catalog, theirs.len());
                let mut decoder = Decoder::new(*ours.key());
                decoder.add(theirs, ours.cells(0..theirs.len())).ok()?;
                let found = decoder.is_complete().then(|| decoder.finish().only_ours)?;
                let mut lacking: Vec<_> = found.iter().filter_map(|id| self.catalog.find_short(id)).collect();
                lacking.sort_unstable();
                Some(lacking)
            }
        }
    }

    /// Says in messages what stands before the deliveries of a bundle: who makes it, and what is in it.
    pub fn bundle_opening(&self, changes: &[Index]) -> Vec<Message> {
        let digests = self.digests_of(changes).into_iter();
        let held = digests.map(|(scope, digest)| Held { scope, digest }).collect();
        vec![Message::Hello(Box::new(self.config.hello.clone())), Message::Compare(held)]
    }

    /// Returns the digest of each scope of some changes, ascending by scope.
    pub fn digests_of(&self, changes: &[Index]) -> BTreeMap<Scope, Digest> {
        let mut digests: BTreeMap<Scope, Digest> = BTreeMap::new();
        for index in changes {
            let digest = digests.entry(self.catalog.document_of(*index).scope).or_default();
            digest.add(&self.catalog.entry(*index).id);
        }
        digests
    }
}
