//! Pages of what organisations do together: phenomena and their cards, proposals and their answers, the inbox of decision makers,
//! the repair queue. Readers see all of it; who may write what, the forms say, and the door decides.
//!
//! - [`people`]: names of organisations, and who said what;
//! - [`phenomena`], [`card`], [`sides`], [`reports`], [`course`]: phenomena;
//! - [`proposals`], [`proposal`]: proposals, the inbox and the repair queue;
//! - [`word_forms`], [`proposal_forms`], [`form`]: what is written about them, signed in the browser;
//! - [`hand`]: handing over all that one holds, one signature for each.
//!
//! What things mean together is worked out in `protocol` (decisions 0028 and 0029). Nothing here knows the store.

mod card;
mod course;
mod form;
mod hand;
mod people;
mod phenomena;
mod proposal;
mod proposal_forms;
mod proposals;
mod reports;
mod sides;
#[cfg(test)]
mod tests;
mod word_forms;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde::{Deserialize, Deserializer};
use talkoot_protocol::api::{ProposalFilter, ProposalSource, Request, Response as Answer, Written};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::proposal::State;

use crate::http::{Problem, Site, wall_clock};

/// Entries of a page of a list.
const PAGE: usize = 25;

/// Returns these pages.
pub(super) fn pages() -> Router<Site> {
    Router::new()
        .route("/phenomena", get(phenomena::list))
        .route("/phenomena/new", get(word_forms::begin))
        .route("/phenomena/{id}", get(card::page))
        .route("/phenomena/{id}/{form}", get(word_forms::page))
        .route("/proposals", get(proposals::list))
        .route("/proposals/new", get(proposal_forms::begin))
        .route("/proposals/{id}", get(proposal::page))
        .route("/proposals/{id}/{form}", get(proposal_forms::page))
        .route("/inbox", get(proposals::inbox))
        .route("/repair", get(proposals::repair))
        .route("/repair/hand", get(hand::page))
        .route("/repair/held", get(hand::still))
}

fn nothing_here() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown_address", "There is nothing at this address.")
}

/// Returns the day on which something is looked at.
fn today() -> Date {
    Date::of(wall_clock())
}

/// A phenomenon as the node shows it.
struct Shown {
    document: DocumentId,
    card: Card,
    history: Vec<Written>,
}

async fn phenomenon(site: &Site, asked: &str, history: bool) -> Result<Shown, Problem> {
    match site.ask(Request::Phenomenon { document: asked.to_owned(), history }).await? {
        Answer::Phenomenon { document, card, history } => Ok(Shown { document, card: *card, history }),
        _ => Err(Problem::unexpected()),
    }
}

async fn one_proposal(site: &Site, asked: &str, today: Date) -> Result<(State, Vec<ProposalSource>), Problem> {
    match site.ask(Request::Proposal { document: asked.to_owned(), today }).await? {
        Answer::Proposal { proposal, sources } => Ok((*proposal, sources)),
        _ => Err(Problem::unexpected()),
    }
}

async fn some_proposals(site: &Site, filter: ProposalFilter, today: Date) -> Result<(Vec<State>, usize), Problem> {
    match site.ask(Request::Proposals { filter, today }).await? {
        Answer::Proposals { proposals, total } => Ok((proposals, total)),
        _ => Err(Problem::unexpected()),
    }
}

/// Reads a filter of a form that is sent without script: what nobody chose comes as an empty text.
fn chosen<'de, D: Deserializer<'de>, T: std::str::FromStr>(value: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| serde::de::Error::custom("a filter has a value that is not possible"))
}
