//! What is in a bundle that was handed in, and what becomes of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::api::{Outcome, Request, Response};
use talkoot_protocol::id::{NetworkId, OrganisationId};
use talkoot_protocol::statement::Names;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::bundle::{Carrier, Contents, Extent, Intake, Source, Unrecognised, Waits};
use crate::http::Site;
use crate::http::answers::Answered;
use crate::http::problem::Problem;
use crate::http::validator::Answer;

use super::handed_in::HandedIn;

/// What became of a bundle.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TakenIn {
    /// Who says to have made it. Nothing proves that they did.
    pub(crate) organisation: OrganisationId,
    /// The names they give themselves.
    pub(crate) names: Names,
    /// How much of it is there.
    #[serde(flatten)]
    pub(crate) extent: Extent,
    /// Whether all of it is there. If not, hand in a new copy: what is stored is skipped.
    pub(crate) whole: bool,
    /// How many changes are not there that it says are in it.
    pub(crate) lacking: u64,
    /// Changes that were stored.
    pub(crate) stored: u64,
    /// Changes that were here before.
    pub(crate) known: u64,
    /// Changes that wait, unsaved: hand the bundle in again once what they wait for is here.
    pub(crate) waiting: u64,
    /// Of these, how many wait for changes that are neither here nor in the bundle.
    pub(crate) missing: u64,
    /// Organisations whose changes wait until they are members here, the bundle's maker first.
    pub(crate) recognise: Vec<Unrecognised>,
    /// Changes that were refused, by the rule's stable name.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Why the node could not take something, if it said so.
    pub(crate) trouble: Option<String>,
}

/// Reaches the node from a thread that may wait.
struct Porter<'a> {
    site: &'a Site,
    runtime: &'a Handle,
    bundle: &'a HandedIn,
}

impl Carrier for Porter<'_> {
    type Error = Problem;
    type Input = BufReader<File>;

    fn open(&mut self) -> Result<Source<Self::Input>, Problem> {
        Ok(self.bundle.open()?)
    }

    fn submit(&mut self, changes: Vec<Vec<u8>>) -> Result<Vec<Outcome>, Problem> {
        match self.runtime.block_on(self.site.reply(Request::Submit, changes))?.response {
            Response::Submitted { outcomes } => Ok(outcomes),
            _ => Err(Problem::unexpected()),
        }
    }

    fn progress(&mut self, _: u64) {}
}

impl Site {
    /// Takes a bundle in.
    pub(crate) async fn take_in(&self, bundle: HandedIn) -> Result<TakenIn, Problem> {
        let Response::Identity(identity) = self.ask(Request::Identity).await? else {
            return Err(Problem::unexpected());
        };
        let (network, runtime, site) = (identity.network, Handle::current(), self.clone());
        // Whoever asked may go: what was begun goes on to its end, and is answered when the same bundle comes again.
        let done = spawn_blocking(move || take_in(Porter { site: &site, runtime: &runtime, bundle: &bundle }, network));
        let (intake, names, organisation, extent) = done.await.map_err(|_| Problem::unexpected())??;
        let Response::Organisations { organisations } = self.ask(Request::Organisations).await? else {
            return Err(Problem::unexpected());
        };
        let Waits { recognise, missing } = intake.waits(&organisations);
        Ok(TakenIn {
            organisation,
            names,
            extent,
            whole: extent.is_whole(),
            lacking: extent.lacking(),
            stored: intake.stored,
            known: intake.known,
            waiting: intake.waiting(),
            missing,
            recognise,
            refused: intake.refused,
            trouble: intake.trouble,
        })
    }
}

/// Takes a bundle in. The same bundle twice changes nothing, so one that got no answer may be sent again.
pub(in crate::http) async fn import(State(site): State<Site>, bundle: HandedIn) -> Answered<TakenIn> {
    Answer::json(&site.take_in(bundle).await?)
}

fn take_in(mut porter: Porter<'_>, network: NetworkId) -> Result<(Intake, Names, OrganisationId, Extent), Problem> {
    let source = porter.open()?;
    let (names, organisation) = (source.opening().maker.names.clone(), source.opening().organisation());
    let mut intake = Intake::begin(network, source.opening())?;
    drop(source);
    let extent = intake.run(&mut porter)?;
    Ok((intake, names, organisation, extent))
}

/// Looks into a bundle without taking anything in.
pub(in crate::http) async fn inspect(bundle: HandedIn) -> Answered<Contents> {
    let done = spawn_blocking(move || Contents::of(bundle.open()?, |_| {}));
    Answer::json(&done.await.map_err(|_| Problem::unexpected())??)
}
