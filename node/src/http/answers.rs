//! Each question of `/v1` asked of the node, and its answer without the wrapping it has between program and node. What is asked with
//! a table, and what is not JSON, stand in files of their own.

mod bytes;
mod tables;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response as HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use talkoot_protocol::api::{self, ProposalFilter, Request, Response, SIMILARITY_SHOWN, WordsStatus};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::{Brief, Card};
use talkoot_protocol::proposal::{State as Proposal, Trace};
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::view::Together;

use crate::control::{Call, Reply};

use super::Site;
use super::operation::{Shown, Sketch};
use super::problem::Problem;
use super::query::{self, Asked, At, Given};
use super::validator::Answer;

pub(super) use bytes::{CHANGES, attachment, attachments, changes, keep_attachment, submit};
pub(super) use tables::{path, path_view, paths, saved_view, saved_views, view, view_reports};

/// What a question comes to.
pub(super) type Answered<T> = Result<Answer<T>, Problem>;

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
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(super) struct Page<T> {
    /// The entries of this part.
    entries: Vec<T>,
    /// How many there are in all.
    total: usize,
    /// How many to skip for the next part; absent if this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

fn page<T: Serialize>(entries: Vec<T>, total: usize, query::Skip(skip): query::Skip) -> Answered<Page<T>> {
    let end = skip.saturating_add(entries.len());
    let next = (end < total && !entries.is_empty()).then_some(end);
    Answer::json(&Page { entries, total, next })
}

/// A whole list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub(super) struct Entries<T> {
    /// All of them.
    entries: Vec<T>,
}

/// It was done, and there is nothing to say.
pub(super) struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> HttpResponse {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Shown for Done {
    fn sketch(sketch: &mut Sketch) {
        sketch.good.insert("204".to_owned(), json!({ "description": "Done." }));
    }
}

pub(super) async fn status(State(site): State<Site>) -> Answered<api::Status> {
    let Response::Status(status) = site.ask(Request::Status).await? else { return Err(Problem::unexpected()) };
    Answer::json(&status)
}

pub(super) async fn identity(State(site): State<Site>) -> Answered<api::Identity> {
    let Response::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    Answer::json(&identity)
}

pub(super) async fn reports(
    State(site): State<Site>,
    Asked(asked): Asked<query::OfOrganisation>,
) -> Answered<Page<api::Report>> {
    let query::OfOrganisation { organisation, skip, limit } = asked;
    let request = Request::Reports { organisation, skip: skip.0, limit: limit.0 };
    let Response::Reports { reports, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(reports, total, skip)
}

pub(super) async fn report(State(site): State<Site>, At(at): At<query::One>) -> Answered<api::Report> {
    let Response::Report(report) = site.ask(Request::Report { document: at.id.0 }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&report)
}

/// Who changed a report.
#[derive(Serialize, JsonSchema)]
pub(super) struct HistoryOf {
    /// The report.
    document: DocumentId,
    /// Its changes, each before what builds on it.
    changes: Vec<api::HistoryEntry>,
}

pub(super) async fn history(State(site): State<Site>, At(at): At<query::One>) -> Answered<HistoryOf> {
    let Response::History { document, changes } = site.ask(Request::History { document: at.id.0 }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&HistoryOf { document, changes })
}

/// A report and what came of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Traced {
    /// The report.
    report: api::Report,
    /// What came of it.
    trace: Trace,
}

pub(super) async fn trace(
    State(site): State<Site>,
    At(at): At<query::One>,
    Asked(day): Asked<query::Day>,
) -> Answered<Traced> {
    let request = Request::Trace { document: at.id.0, today: day.day(wall_clock()) };
    let Response::Trace { report, trace } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&Traced { report: *report, trace: *trace })
}

pub(super) async fn together(State(site): State<Site>) -> Answered<Entries<Together>> {
    let Response::Together { cells } = site.ask(Request::Together).await? else { return Err(Problem::unexpected()) };
    Answer::json(&Entries { entries: cells })
}

pub(super) async fn forms(State(site): State<Site>) -> Answered<Entries<api::FormEntry>> {
    let Response::Forms { forms } = site.ask(Request::Forms).await? else { return Err(Problem::unexpected()) };
    Answer::json(&Entries { entries: forms })
}

/// A form.
#[derive(Serialize, JsonSchema)]
pub(super) struct FormOf {
    /// Where it is from.
    entry: api::FormEntry,
    /// The form package as it stands in its document.
    fields: Map<String, Value>,
}

/// A form's id has slashes in it, so it is the rest of the path.
pub(super) async fn form(State(site): State<Site>, At(at): At<query::FormAt>) -> Answered<FormOf> {
    let Response::Form { entry, fields } = site.ask(Request::Form { form: at.id.0 }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&FormOf { entry: *entry, fields })
}

pub(super) async fn phenomena(
    State(site): State<Site>,
    Asked(asked): Asked<query::Phenomena>,
) -> Answered<Page<Brief>> {
    let query::Phenomena { open, skip, limit } = asked;
    let request = Request::Phenomena { open, skip: skip.0, limit: limit.0 };
    let Response::Phenomena { phenomena, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(phenomena, total, skip)
}

/// The card of a phenomenon.
#[derive(Serialize, JsonSchema)]
pub(super) struct CardOf {
    /// The document asked for.
    document: DocumentId,
    /// The card.
    card: Card,
    /// Everything that was ever written in its documents; empty if it was not asked for.
    history: Vec<api::Written>,
}

pub(super) async fn phenomenon(
    State(site): State<Site>,
    At(at): At<query::One>,
    Asked(asked): Asked<query::History>,
) -> Answered<CardOf> {
    let request = Request::Phenomenon { document: at.id.0, history: asked.history };
    let Response::Phenomenon { document, card, history } = site.ask(request).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&CardOf { document, card: *card, history })
}

/// What a program suggests to people.
#[derive(Serialize, JsonSchema)]
pub(super) struct Suggested {
    /// Reports that may belong to a phenomenon, the most similar first.
    reports: Vec<api::Suggestion>,
    /// Phenomena that may be one, the most similar first.
    pairs: Vec<api::Pair>,
    /// How far the words of this node's reports are known.
    words: WordsStatus,
    /// A program: people decide.
    made_by: MadeBy,
}

/// Who made something.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum MadeBy {
    /// A program.
    Machine,
}

pub(super) async fn suggestions(
    State(site): State<Site>,
    Asked(asked): Asked<query::Suggestions>,
) -> Answered<Suggested> {
    let request = Request::Suggestions { document: asked.phenomenon.map(|id| id.0), limit: asked.limit.0 };
    let Response::Suggestions { reports, pairs, words } = site.ask(request).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&Suggested { reports, pairs, words, made_by: MadeBy::Machine })
}

pub(super) async fn proposals(
    State(site): State<Site>,
    Asked(asked): Asked<query::Proposals>,
) -> Answered<Page<Proposal>> {
    let (today, asked_skip) = (asked.day(wall_clock()), asked.skip);
    let query::Proposals { list, organisation, holder, overdue, skip, limit, .. } = asked;
    let filter = ProposalFilter { list, organisation, overdue, holder, skip: skip.0, limit: limit.0 };
    let Response::Proposals { proposals, total } = site.ask(Request::Proposals { filter, today }).await? else {
        return Err(Problem::unexpected());
    };
    page(proposals, total, asked_skip)
}

/// A proposal and what it comes from.
#[derive(Serialize, JsonSchema)]
pub(super) struct ProposalOf {
    /// The proposal.
    proposal: Proposal,
    /// The phenomena and reports it comes from.
    sources: Vec<api::ProposalSource>,
}

pub(super) async fn proposal(
    State(site): State<Site>,
    At(at): At<query::One>,
    Asked(day): Asked<query::Day>,
) -> Answered<ProposalOf> {
    let request = Request::Proposal { document: at.id.0, today: day.day(wall_clock()) };
    let Response::Proposal { proposal, sources } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&ProposalOf { proposal: *proposal, sources })
}

/// Reports that were found.
#[derive(Serialize, JsonSchema)]
pub(super) struct FoundReports {
    /// The reports, best first.
    entries: Vec<api::Hit>,
    /// How far the words of this node's reports are known.
    words: WordsStatus,
    /// A program: whether it fits, a person decides.
    made_by: MadeBy,
}

pub(super) async fn search(State(site): State<Site>, Asked(asked): Asked<query::Search>) -> Answered<FoundReports> {
    let query::Search { words, organisation, half_year, limit } = asked;
    let half_year = half_year.map(|half_year| half_year.0);
    found(&site, Request::Search { words: words.0, organisation, half_year, limit: limit.0 }).await
}

pub(super) async fn similar(
    State(site): State<Site>,
    At(at): At<query::One>,
    Asked(asked): Asked<query::Similar>,
) -> Answered<FoundReports> {
    let (document, fields, limit) = (Some(at.id.0), Map::new(), asked.limit.0);
    found(&site, Request::Similar { document, fields, least: SIMILARITY_SHOWN, limit }).await
}

/// A report that is being written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    /// Its fields so far.
    fields: Map<String, Value>,
}

pub(super) async fn similar_to_draft(
    State(site): State<Site>,
    Asked(asked): Asked<query::Similar>,
    Given(draft): Given<Draft>,
) -> Answered<FoundReports> {
    let (fields, limit) = (draft.fields, asked.limit.0);
    found(&site, Request::Similar { document: None, fields, least: SIMILARITY_SHOWN, limit }).await
}

async fn found(site: &Site, request: Request) -> Answered<FoundReports> {
    let Response::Found { hits, words } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    Answer::json(&FoundReports { entries: hits, words, made_by: MadeBy::Machine })
}

pub(super) async fn organisations(State(site): State<Site>) -> Answered<Entries<api::Organisation>> {
    let Response::Organisations { organisations } = site.ask(Request::Organisations).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&Entries { entries: organisations })
}

pub(super) async fn workers(State(site): State<Site>) -> Answered<Entries<api::Worker>> {
    let Response::Workers { workers } = site.ask(Request::Workers).await? else { return Err(Problem::unexpected()) };
    Answer::json(&Entries { entries: workers })
}

pub(super) async fn enrolments(State(site): State<Site>) -> Answered<Entries<api::Enrolment>> {
    let Response::Enrolments { enrolments } = site.ask(Request::Enrolments).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&Entries { entries: enrolments })
}

pub(super) async fn invite(State(site): State<Site>, Given(code): Given<query::Invited>) -> Result<Done, Problem> {
    site.ask(Request::Invite { id: code.id, expires: code.expires }).await.map(|_| Done)
}

pub(super) async fn peers(State(site): State<Site>) -> Answered<Entries<api::Peer>> {
    let Response::Peers { peers } = site.ask(Request::Peers).await? else { return Err(Problem::unexpected()) };
    Answer::json(&Entries { entries: peers })
}

pub(super) async fn add_peer(State(site): State<Site>, Given(given): Given<query::Address>) -> Result<Done, Problem> {
    site.ask(Request::AddPeer { address: given.address.0 }).await.map(|_| Done)
}

pub(super) async fn remove_peer(
    State(site): State<Site>,
    Asked(asked): Asked<query::Address>,
) -> Result<Done, Problem> {
    site.ask(Request::RemovePeer { address: asked.address.0 }).await.map(|_| Done)
}
