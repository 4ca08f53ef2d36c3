//! Each question of `/v1` asked of the node, and its answer without the wrapping it has between program and node.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use talkoot_protocol::api::{Failure, ProposalFilter, Request, Response, SIMILARITY_SHOWN};
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::view::{Filters, Query};

use crate::control::{self, Call, Reply};

use super::Site;
use super::problem::Problem;
use super::query::{self, Asked, Given, limit_of};
use super::validator::Answer;

/// Media type of changes one after another, each behind its length (`docs/protocol.md`, "HTTP").
const CHANGES: &str = "application/vnd.talkoot.changes";

/// What a question comes to.
pub(super) type Answered = Result<Answer, Problem>;

/// Returns the time, for days and for tokens.
pub(crate) fn wall_clock() -> Timestamp {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
}

impl Site {
    pub(crate) async fn reply(&self, request: Request, attachments: Vec<Vec<u8>>) -> Result<Reply, Problem> {
        let reply = self.node.call(Call { request, attachments }).await;
        match reply.response {
            Response::Failed(failure) => Err(failure.into()),
            response => Ok(Reply { response, attachments: reply.attachments }),
        }
    }

    /// Asks the node.
    pub(crate) async fn ask(&self, request: Request) -> Result<Response, Problem> {
        Ok(self.reply(request, Vec::new()).await?.response)
    }
}

/// A part of a list, and where it goes on.
#[derive(Serialize)]
struct Page<T> {
    entries: Vec<T>,
    total: usize,
    /// How many to skip for the next part; nothing if this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

fn page<T: Serialize>(entries: Vec<T>, total: usize, skip: usize) -> Answered {
    let end = skip.saturating_add(entries.len());
    let next = (end < total && !entries.is_empty()).then_some(end);
    Answer::json(&Page { entries, total, next })
}

pub(super) async fn status(State(site): State<Site>) -> Answered {
    let Response::Status(status) = site.ask(Request::Status).await? else { return Err(Problem::unexpected()) };
    Answer::json(&status)
}

pub(super) async fn identity(State(site): State<Site>) -> Answered {
    let Response::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    Answer::json(&identity)
}

pub(super) async fn reports(State(site): State<Site>, Asked(asked): Asked<query::Reports>) -> Answered {
    let query::Reports { organisation, skip, limit } = asked;
    let request = Request::Reports { organisation, skip, limit: limit_of(limit)? };
    let Response::Reports { reports, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(reports, total, skip)
}

pub(super) async fn report(State(site): State<Site>, Path(document): Path<String>) -> Answered {
    let Response::Report(report) = site.ask(Request::Report { document }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&report)
}

pub(super) async fn history(State(site): State<Site>, Path(document): Path<String>) -> Answered {
    let Response::History { document, changes } = site.ask(Request::History { document }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&json!({ "document": document, "changes": changes }))
}

pub(super) async fn trace(
    State(site): State<Site>,
    Path(document): Path<String>,
    Asked(day): Asked<query::Day>,
) -> Answered {
    let request = Request::Trace { document, today: day.day(wall_clock()) };
    let Response::Trace { report, trace } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "report": report, "trace": trace }))
}

pub(super) async fn view(State(site): State<Site>, Asked(asked): Asked<query::View>) -> Answered {
    let filters: Filters = asked.filter.parse().map_err(|error| Problem::parameter("filter", format!("{error}.")))?;
    let query = Query { rows: asked.rows, columns: asked.columns, filters };
    let Response::View(view) = site.ask(Request::View { query, own: false }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&view)
}

pub(super) async fn together(State(site): State<Site>) -> Answered {
    let Response::Together { cells } = site.ask(Request::Together).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "entries": cells }))
}

pub(super) async fn forms(State(site): State<Site>) -> Answered {
    let Response::Forms { forms } = site.ask(Request::Forms).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "entries": forms }))
}

/// A form's id has slashes in it, so it is the rest of the path.
pub(super) async fn form(State(site): State<Site>, Path(form): Path<String>) -> Answered {
    let Response::Form { entry, fields } = site.ask(Request::Form { form }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&json!({ "entry": entry, "fields": fields }))
}

pub(super) async fn phenomena(State(site): State<Site>, Asked(asked): Asked<query::Phenomena>) -> Answered {
    let query::Phenomena { open, skip, limit } = asked;
    let request = Request::Phenomena { open, skip, limit: limit_of(limit)? };
    let Response::Phenomena { phenomena, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(phenomena, total, skip)
}

pub(super) async fn phenomenon(
    State(site): State<Site>,
    Path(document): Path<String>,
    Asked(asked): Asked<query::Phenomenon>,
) -> Answered {
    let request = Request::Phenomenon { document, history: asked.history };
    let Response::Phenomenon { document, card, history } = site.ask(request).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&json!({ "document": document, "card": card, "history": history }))
}

pub(super) async fn proposals(State(site): State<Site>, Asked(asked): Asked<query::Proposals>) -> Answered {
    let (limit, today, skip) = (limit_of(asked.limit)?, asked.day(wall_clock()), asked.skip);
    let query::Proposals { list, organisation, overdue, .. } = asked;
    let filter = ProposalFilter { list, organisation, overdue, holder: None, skip, limit };
    let Response::Proposals { proposals, total } = site.ask(Request::Proposals { filter, today }).await? else {
        return Err(Problem::unexpected());
    };
    page(proposals, total, skip)
}

pub(super) async fn proposal(
    State(site): State<Site>,
    Path(document): Path<String>,
    Asked(day): Asked<query::Day>,
) -> Answered {
    let request = Request::Proposal { document, today: day.day(wall_clock()) };
    let Response::Proposal { proposal, sources } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "proposal": proposal, "sources": sources }))
}

pub(super) async fn search(State(site): State<Site>, Asked(asked): Asked<query::Search>) -> Answered {
    let query::Search { words, organisation, half_year, limit } = asked;
    found(&site, Request::Search { words, organisation, half_year, limit: limit_of(limit)? }).await
}

pub(super) async fn similar(
    State(site): State<Site>,
    Path(document): Path<String>,
    Asked(asked): Asked<query::Similar>,
) -> Answered {
    let limit = limit_of(asked.limit)?;
    found(&site, Request::Similar { document: Some(document), fields: Map::new(), least: SIMILARITY_SHOWN, limit })
        .await
}

/// A report that is being written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    fields: Map<String, Value>,
}

pub(super) async fn similar_to_draft(
    State(site): State<Site>,
    Asked(asked): Asked<query::Similar>,
    Given(draft): Given<Draft>,
) -> Answered {
    let limit = limit_of(asked.limit)?;
    found(&site, Request::Similar { document: None, fields: draft.fields, least: SIMILARITY_SHOWN, limit }).await
}

async fn found(site: &Site, request: Request) -> Answered {
    let Response::Found { hits, words } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "entries": hits, "words": words, "made_by": "machine" }))
}

pub(super) async fn organisations(State(site): State<Site>) -> Answered {
    let Response::Organisations { organisations } = site.ask(Request::Organisations).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&json!({ "entries": organisations }))
}

pub(super) async fn workers(State(site): State<Site>) -> Answered {
    let Response::Workers { workers } = site.ask(Request::Workers).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "entries": workers }))
}

pub(super) async fn peers(State(site): State<Site>) -> Answered {
    let Response::Peers { peers } = site.ask(Request::Peers).await? else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "entries": peers }))
}

pub(super) async fn add_peer(
    State(site): State<Site>,
    Given(query::Address { address }): Given<query::Address>,
) -> Result<StatusCode, Problem> {
    site.ask(Request::AddPeer { address }).await.map(|_| StatusCode::NO_CONTENT)
}

pub(super) async fn remove_peer(
    State(site): State<Site>,
    Asked(query::Address { address }): Asked<query::Address>,
) -> Result<StatusCode, Problem> {
    site.ask(Request::RemovePeer { address }).await.map(|_| StatusCode::NO_CONTENT)
}

/// The signed changes of a document, as they are.
pub(super) async fn changes(State(site): State<Site>, Path(document): Path<String>) -> Result<HttpResponse, Problem> {
    let reply = site.reply(Request::Document { document }, Vec::new()).await?;
    let Response::Document { document } = reply.response else { return Err(Problem::unexpected()) };
    let mut response = control::join(&reply.attachments).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CHANGES));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(name) = HeaderValue::from_str(&format!("/v1/documents/{document}/changes")) {
        headers.insert(header::CONTENT_LOCATION, name);
    }
    Ok(response)
}

/// Takes in signed changes. The same change twice is stored once, so a request that got no answer may be sent again.
pub(super) async fn submit(State(site): State<Site>, body: Bytes) -> Answered {
    let changes = control::split(&body).map_err(|_| {
        let detail = "The body is not changes one after another, each behind its length. Nothing was stored.";
        Problem::new(StatusCode::BAD_REQUEST, "bad_body", detail)
    })?;
    if changes.is_empty() {
        return Err(Failure::new("bad_request", "The body holds no change. Nothing was stored.").into());
    }
    let reply = site.reply(Request::Submit, changes).await?;
    let Response::Submitted { outcomes } = reply.response else { return Err(Problem::unexpected()) };
    Answer::json(&json!({ "outcomes": outcomes }))
}
