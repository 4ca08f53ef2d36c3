//! The names of organisations, for pages that tell who wrote or asked something.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::statement::Names;

use crate::http::{Problem, Site};

use super::texts::Texts;

/// The organisations known here.
#[derive(Debug, Default)]
pub(super) struct Organisations(BTreeMap<OrganisationId, Names>);

impl Organisations {
    /// Asks the node.
    ///
    /// # Errors
    /// Whatever kept the node from answering.
    pub(super) async fn ask(site: &Site) -> Result<Self, Problem> {
        let Answer::Organisations { organisations } = site.ask(Request::Organisations).await? else {
            return Err(Problem::unexpected());
        };
        Ok(Self(organisations.into_iter().map(|known| (known.id, known.names)).collect()))
    }

    /// Returns an organisation's name; the beginning of its id if nothing is known of it.
    pub(super) fn name(&self, id: &OrganisationId, texts: Texts) -> String {
        self.0.get(id).map_or_else(|| id.short(), |names| texts.name(names).to_owned())
    }

    /// Returns all with their names, by name.
    pub(super) fn all(&self, texts: Texts) -> Vec<(String, String)> {
        let mut all: Vec<_> = self.0.iter().map(|(id, names)| (id.to_string(), texts.name(names).to_owned())).collect();
        all.sort_by(|one, other| one.1.cmp(&other.1));
        all
    }
}
