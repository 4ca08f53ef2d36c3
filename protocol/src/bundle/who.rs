//! Learns from the changes of a bundle, as they pass by, whose they are: statements name their organisation, and other changes the
//! certificate of who signed them. Nothing depends on it but how a bundle is told of.

use std::collections::BTreeMap;

use crate::header::{Act, Header, Place};
use crate::id::{ChangeId, DocumentId, NetworkId, OrganisationId};
use crate::signed::Signed;
use crate::statement::{Names, Statement};
use crate::sync::check::{Checked, Content, check};

/// Most organisations, and most certificates, that are remembered: anybody can put any number of them into a file.
const REMEMBERED_MAX: usize = 200_000;

/// What has been learnt.
#[derive(Debug, Default)]
pub struct Who {
    names: BTreeMap<OrganisationId, Names>,
    documents: BTreeMap<DocumentId, OrganisationId>,
    certificates: BTreeMap<ChangeId, OrganisationId>,
}

impl Who {
    /// Learns from a change, and returns whose it is, as far as what passed by tells.
    pub fn learn(&mut self, change: &Checked) -> Option<OrganisationId> {
        match change.content() {
            Content::Statement(Statement::Record(record)) => {
                let id = record.inception.organisation();
                if self.names.len() < REMEMBERED_MAX {
                    self.names.insert(id, record.names.clone());
                    self.documents.insert(change.change().document(), id);
                }
                Some(id)
            }
            Content::Statement(Statement::Certificate(certificate)) => {
                if self.certificates.len() < REMEMBERED_MAX {
                    self.certificates.insert(change.id(), certificate.organisation);
                }
                Some(certificate.organisation)
            }
            _ => self.of(change.change().header()),
        }
    }

    /// The same for a change that nobody has checked: only statements, which are few, are.
    pub fn learn_unchecked(&mut self, network: &NetworkId, signed: &Signed, bytes: &[u8]) -> Option<OrganisationId> {
        match signed.header().act {
            Act::Record | Act::Certificate => self.learn(&check(network, bytes.to_vec()).ok()?),
            _ => self.of(signed.header()),
        }
    }

    fn of(&self, header: &Header) -> Option<OrganisationId> {
        match (&header.certificate, header.place) {
            (Some(certificate), _) => self.certificates.get(certificate).copied(),
            (None, Place::Continues(document)) => self.documents.get(&document).copied(),
            (None, Place::Begins { .. }) => None,
        }
    }

    /// Returns an organisation's names, if its record passed by.
    pub fn names(&self, id: &OrganisationId) -> Option<&Names> {
        self.names.get(id)
    }
}
