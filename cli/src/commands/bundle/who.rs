//! Learns from the changes of a bundle, as they pass by, whose they are: statements name their organisation, and other changes the
//! certificate of who signed them.

use std::collections::BTreeMap;

use talkoot_protocol::header::{Act, Header, Place};
use talkoot_protocol::id::{ChangeId, DocumentId, NetworkId, OrganisationId};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::statement::Statement;
use talkoot_protocol::sync::check::{Checked, Content, check};

use crate::commands::org::words;

/// What has been learnt.
#[derive(Debug, Default)]
pub(super) struct Who {
    names: BTreeMap<OrganisationId, String>,
    documents: BTreeMap<DocumentId, OrganisationId>,
    certificates: BTreeMap<ChangeId, OrganisationId>,
}

impl Who {
    /// Learns from a change, and returns whose it is, as far as what passed by tells.
    pub(super) fn learn(&mut self, change: &Checked) -> Option<OrganisationId> {
        match change.content() {
            Content::Statement(Statement::Record(record)) => {
                let id = record.inception.organisation();
                self.names.insert(id, words::name(&record.names));
                self.documents.insert(change.change().document(), id);
                Some(id)
            }
            Content::Statement(Statement::Certificate(certificate)) => {
                self.certificates.insert(change.id(), certificate.organisation);
                Some(certificate.organisation)
            }
            _ => self.of(change.change().header()),
        }
    }

    /// The same for a change that nobody has checked: only statements, which are few, are.
    pub(super) fn learn_unchecked(
        &mut self,
        network: &NetworkId,
        signed: &Signed,
        bytes: &[u8],
    ) -> Option<OrganisationId> {
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

    /// Returns an organisation's name, if its record passed by.
    pub(super) fn name(&self, id: &OrganisationId) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }
}
