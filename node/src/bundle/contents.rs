//! What is in a bundle, each change checked by itself. Needs no node: whether a change is let in is decided where it is taken in.

use std::collections::BTreeMap;
use std::io::Read;

use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::bundle::Who;
use talkoot_protocol::id::{NetworkId, OrganisationId};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Names;
use talkoot_protocol::sync::check::{Checked, Refused};

use crate::checker::check_all;

use super::{Error, Extent, Source};

/// What is in a bundle.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BundleContents")]
pub struct Contents {
    /// The bundle's length in bytes, as far as it can be read.
    pub bytes: u64,
    /// Its network.
    pub network: NetworkId,
    /// Who says to have made it. Nothing proves that they did.
    pub organisation: OrganisationId,
    /// The names they give themselves.
    pub names: Names,
    /// How many changes it says are in it, by the name of the scope.
    pub scopes: BTreeMap<String, u64>,
    /// How much of it is there.
    #[serde(flatten)]
    pub extent: Extent,
    /// Whether all of it is there.
    pub whole: bool,
    /// Bytes of the changes, before packing.
    pub raw_bytes: u64,
    /// Whose changes are in it, as far as the bundle tells.
    pub organisations: Vec<Part>,
    /// How many changes every node would refuse, by the rule's stable name.
    pub refused: BTreeMap<String, u64>,
}

/// What is in a bundle of one organisation.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "BundlePart")]
pub struct Part {
    /// The organisation; none where the bundle does not tell.
    pub organisation: Option<OrganisationId>,
    /// Its names, if its record is in the bundle.
    pub names: Option<Names>,
    /// Its changes.
    pub changes: u64,
    /// Of these, how many begin a report.
    pub reports: u64,
}

/// What has been seen so far.
#[derive(Debug, Default)]
struct Seen {
    who: Who,
    parts: BTreeMap<Option<OrganisationId>, Part>,
    refused: BTreeMap<String, u64>,
    raw_bytes: u64,
}

impl Seen {
    fn note(&mut self, verdict: Result<Checked, Refused>) {
        match verdict {
            Ok(change) => {
                let part = self.parts.entry(self.who.learn(&change)).or_default();
                part.changes += 1;
                part.reports += u64::from(change.change().begins().is_some_and(|(kind, _)| kind == Kind::Report));
            }
            Err(Refused { refusal, .. }) => *self.refused.entry(refusal.name().to_owned()).or_default() += 1,
        }
    }
}

impl Contents {
    /// Reads a bundle to its end; `watch` is told how many changes were found so far.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn of(mut source: Source<impl Read>, mut watch: impl FnMut(u64)) -> Result<Self, Error> {
        let network = source.opening().network;
        let mut seen = Seen::default();
        while let Some(changes) = source.next()? {
            seen.raw_bytes += changes.iter().map(|change| change.len() as u64).sum::<u64>();
            check_all(&network, changes).into_iter().for_each(|verdict| seen.note(verdict));
            watch(source.extent().found);
        }
        let Seen { who, parts, refused, raw_bytes } = seen;
        let organisations = parts.into_iter().map(|(organisation, part)| {
            let names = organisation.and_then(|id| who.names(&id)).cloned();
            Part { organisation, names, ..part }
        });
        let (opening, extent) = (source.opening(), source.extent());
        Ok(Self {
            bytes: source.bytes(),
            network,
            organisation: opening.organisation(),
            names: opening.maker.names.clone(),
            scopes: opening.held.iter().map(|(scope, digest)| (scope.to_string(), digest.count())).collect(),
            extent,
            whole: extent.is_whole(),
            raw_bytes,
            organisations: organisations.collect(),
            refused,
        })
    }
}
