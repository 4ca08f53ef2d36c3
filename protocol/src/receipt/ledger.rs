//! All receipt logs that are here, by organisation and scope. An organisation with several nodes has several for one scope, and a node
//! that was restored from an old backup has another beside the one it does not remember the end of.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{DocumentId, OrganisationId};
use crate::key::PublicKey;
use crate::scope::Scope;

use super::Receipt;
use super::log::{Error, Learnt, Log};

/// All logs. What it says depends on the batches it was told, not on their order.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    logs: BTreeMap<DocumentId, Log>,
    by_scope: BTreeMap<(OrganisationId, Scope), BTreeSet<DocumentId>>,
}

impl Ledger {
    /// Takes in a batch. `organisation` is the one that certified its node.
    ///
    /// # Errors
    /// [`Error::Gap`] if the batch before it is not here yet, and come again; any other for ever.
    pub fn learn(&mut self, organisation: OrganisationId, receipt: &Receipt) -> Result<Learnt, Error> {
        if let Some(log) = self.logs.get_mut(&receipt.log) {
            return log.append(organisation, receipt);
        }
        if let (None, Some(previous)) = (receipt.opens, receipt.position.previous()) {
            return Err(Error::Gap { previous });
        }
        let log = Log::open(organisation, receipt)?;
        self.by_scope.entry((organisation, log.scope())).or_default().insert(log.id());
        self.logs.insert(log.id(), log);
        Ok(Learnt::Extends)
    }

    /// Returns a log.
    pub fn log(&self, id: &DocumentId) -> Option<&Log> {
        self.logs.get(id)
    }

    /// Returns an organisation's logs for one scope, in ascending order of their ids.
    pub fn logs(&self, organisation: &OrganisationId, scope: &Scope) -> impl Iterator<Item = &Log> {
        let ids = self.by_scope.get(&(*organisation, *scope)).into_iter().flatten();
        ids.filter_map(|id| self.logs.get(id))
    }

    /// Returns the epoch with which a node begins its next log for a scope: one more than the greatest it is known by here. A node that
    /// has lost its memory asks its peers first.
    pub fn next_epoch(&self, organisation: &OrganisationId, scope: &Scope, node: &PublicKey) -> u32 {
        let epochs = self.logs(organisation, scope).filter(|log| log.node() == *node).map(Log::epoch);
        epochs.max().unwrap_or(0).saturating_add(1)
    }
}
