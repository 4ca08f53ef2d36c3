//! The table of everything that can be asked. It makes the router, and the description of the API ([`super::openapi`]): what is not
//! in it is not answered, and what is answered is described.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::response::Response;

use crate::tokens::Access;

use super::operation::Operation;
use super::problem::{self, Problem};
use super::{BODY_BYTES_MAX, Site, answers, bundles, events, limit, metrics, openapi, submissions, validator};

/// Problems with finding and reading one document.
const ONE: &[&str] =
    &["unknown_document", "ambiguous_document", "damaged_record", "overgrown_document", "unreadable_document"];
/// The same of an attachment.
const BYTES: &[&str] = &[
    "unknown_document",
    "ambiguous_document",
    "damaged_record",
    "overgrown_document",
    "unreadable_document",
    "unknown_attachment",
    "attachment_not_here",
    "attachment_later",
    "busy",
];
/// The same where words are needed.
const WORDS: &[&str] = &[
    "unknown_document",
    "ambiguous_document",
    "damaged_record",
    "overgrown_document",
    "unreadable_document",
    "no_words",
    "question_too_long",
];

/// Returns everything that can be asked, in the order in which it is told of.
pub(super) fn operations() -> Vec<Operation> {
    [open(), documents(), tables(), shared(), node(), handing_in(), carrying(), inviting()]
        .into_iter()
        .flatten()
        .collect()
}

/// What needs no token.
fn open() -> Vec<Operation> {
    vec![
        Operation::get("/health/live", "live", metrics::live).says("Whether the process answers."),
        Operation::get("/health/ready", "ready", metrics::ready)
            .says("Whether the node answers too.")
            .may_fail(&["busy", "stopping", "internal"]),
        Operation::get("/v1/problems", "problems", problem::kinds).says("Every problem that can be met."),
        Operation::get("/v1/openapi.json", "openapi", openapi::openapi).says("This description."),
        Operation::get("/v1/report-schema", "reportSchema", openapi::schema_of_report)
            .says("The JSON Schema of a report, with its codes as system, code and display."),
    ]
}

fn documents() -> Vec<Operation> {
    let read = |operation: Operation| operation.needs(Access::Read);
    vec![
        read(Operation::get("/v1/reports", "reports", answers::reports)).says("A page of reports, newest first."),
        read(Operation::get("/v1/reports/{id}", "report", answers::report))
            .says("One report whole, with every concurrent value.")
            .may_fail(ONE),
        read(Operation::get("/v1/reports/{id}/history", "history", answers::history))
            .says("Who changed a report, when, and how.")
            .may_fail(ONE),
        read(Operation::get("/v1/reports/{id}/trace", "trace", answers::trace))
            .says("What came of a report.")
            .may_fail(ONE),
        read(Operation::get("/v1/reports/{id}/similar", "similar", answers::similar))
            .says("Reports like this one, as a program finds.")
            .may_fail(WORDS),
        read(Operation::get("/v1/reports/{id}/attachments", "attachments", answers::attachments))
            .says("The attachments of a report.")
            .may_fail(ONE),
        read(Operation::get("/v1/reports/{id}/attachments/{attachment}", "attachment", answers::attachment))
            .says("The bytes of an attachment, fetched from a partner if they are not here.")
            .may_fail(BYTES),
        read(Operation::get("/v1/documents/{id}/changes", "changes", answers::changes))
            .says("The signed changes of a document, as they are.")
            .may_fail(ONE),
        read(Operation::get("/v1/search", "search", answers::search))
            .says("Reports that hold these words, in any of the languages.")
            .may_fail(WORDS),
        read(Operation::post("/v1/similar", "similarToDraft", answers::similar_to_draft))
            .says("Reports like one that is being written.")
            .may_fail(WORDS),
    ]
}

fn tables() -> Vec<Operation> {
    let read = |operation: Operation| operation.needs(Access::Read);
    vec![
        read(Operation::get("/v1/views", "view", answers::view))
            .says("Many reports as one table, small counts hidden and others rounded.")
            .may_fail(&["bad_query"]),
        read(Operation::get("/v1/views/reports", "viewReports", answers::view_reports))
            .says("A page of the reports that pass all filters: those behind a cell of a table.")
            .may_fail(&["bad_query"]),
        read(Operation::get("/v1/together", "together", answers::together))
            .says("What several organisations see together and none sees alone."),
        read(Operation::get("/v1/saved-views", "savedViews", answers::saved_views))
            .says("A page of the views that organisations keep, those begun last first."),
        read(Operation::get("/v1/saved-views/{id}", "savedView", answers::saved_view))
            .says("A saved view, or the one it was merged into.")
            .may_fail(ONE),
        read(Operation::get("/v1/paths", "paths", answers::paths)).says("A page of service paths, newest first."),
        read(Operation::get("/v1/paths/{id}", "path", answers::path)).says("One service path.").may_fail(ONE),
        read(Operation::get("/v1/path-view", "pathView", answers::path_view))
            .says("Service paths as one picture, small counts hidden.")
            .may_fail(&["bad_query"]),
    ]
}

fn shared() -> Vec<Operation> {
    let read = |operation: Operation| operation.needs(Access::Read);
    vec![
        read(Operation::get("/v1/forms", "forms", answers::forms)).says("The forms known here."),
        read(Operation::get("/v1/forms/{*id}", "form", answers::form)).says("One form whole.").may_fail(&[
            "unknown_form",
            "damaged_record",
            "unreadable_document",
            "ambiguous_document",
            "unknown_document",
        ]),
        read(Operation::get("/v1/phenomena", "phenomena", answers::phenomena))
            .says("A page of phenomena, those begun last first."),
        read(Operation::get("/v1/phenomena/{id}", "phenomenon", answers::phenomenon))
            .says("The card of a phenomenon, or of the one it was merged into.")
            .may_fail(ONE),
        read(Operation::get("/v1/suggestions", "suggestions", answers::suggestions))
            .says("Reports that may belong to a phenomenon, and phenomena that may be one, as a program finds.")
            .may_fail(WORDS),
        read(Operation::get("/v1/proposals", "proposals", answers::proposals))
            .says("Proposals as they stand on a day."),
        read(Operation::get("/v1/proposals/{id}", "proposal", answers::proposal))
            .says("One proposal as it stands on a day, and what it comes from.")
            .may_fail(ONE),
        read(Operation::get("/v1/organisations", "organisations", answers::organisations))
            .says("The organisations known here, members first."),
        read(Operation::get("/v1/workers", "workers", answers::workers))
            .says("The workers certified by this organisation."),
    ]
}

fn node() -> Vec<Operation> {
    let manage = |operation: Operation| operation.needs(Access::Manage);
    vec![
        Operation::get("/v1/status", "status", answers::status).needs(Access::Read).says("How the node is."),
        Operation::get("/v1/identity", "identity", answers::identity)
            .needs(Access::Read)
            .says("Who the node is, and in which network.")
            .may_fail(&["damaged_record"]),
        Operation::get("/v1/events", "events", events::events)
            .needs(Access::Read)
            .says("Server-sent events: that something has changed, so that it is time to ask again."),
        manage(Operation::get("/v1/peers", "peers", answers::peers)).says("The peers and how the exchange stands."),
        manage(Operation::post("/v1/peers", "addPeer", answers::add_peer))
            .says("Stay connected to an address.")
            .may_fail(&["bad_address", "too_many_peers", "not_stored"]),
        manage(Operation::delete("/v1/peers", "removePeer", answers::remove_peer))
            .says("No longer stay connected to an address.")
            .may_fail(&["unknown_peer", "not_stored"]),
        Operation::get("/metrics", "metrics", metrics::metrics)
            .needs(Access::Metrics)
            .says("Figures for Prometheus; nothing of reports."),
    ]
}

/// Codes for keys that are made in browsers. The code itself, and the key that certifies, never come here.
fn inviting() -> Vec<Operation> {
    let invite = |operation: Operation| operation.needs(Access::Invite);
    vec![
        invite(Operation::get("/v1/enrolments", "enrolments", answers::enrolments))
            .says("The codes that were given out, and the keys that came under them."),
        invite(Operation::post("/v1/enrolments", "invite", answers::invite))
            .says("Make known by its hash that a code was given out; the same again changes nothing.")
            .may_fail(&["bad_validity", "too_many_codes", "not_stored"]),
    ]
}

fn handing_in() -> Vec<Operation> {
    let submit = |operation: Operation| operation.needs(Access::Submit);
    vec![
        submit(Operation::post("/v1/changes", "submitChanges", answers::submit))
            .says("Hand in signed changes; the same change twice is stored once.")
            .may_fail(&["bad_request"]),
        submit(Operation::post("/v1/attachments", "keepAttachment", answers::keep_attachment))
            .says("Keep the bytes of a picture or document that a report is about to name, without hidden data.")
            .may_fail(&["bad_attachment", "attachments_full", "not_stored"]),
        submit(Operation::post("/v1/submissions", "submit", submissions::submit))
            .says("Hand in a prefilled report for a worker to complete and sign in the browser.")
            .may_fail(&["idempotency_conflict", "too_many_submissions", "not_stored"]),
        submit(Operation::get("/v1/submissions/{id}", "submission", submissions::submission))
            .says("How a submission of this token stands.")
            .may_fail(&["unknown_submission"]),
    ]
}

/// Bundles: what no network carries, a file does.
fn carrying() -> Vec<Operation> {
    let carry = |operation: Operation| operation.needs(Access::Carry);
    vec![
        carry(Operation::get("/v1/bundle-request", "bundleRequest", bundles::request))
            .says("What is here, in a small file by which a partner finds out what is lacking.")
            .may_fail(&["not_a_member", "too_long"]),
        carry(Operation::post("/v1/bundle-export", "exportBundle", bundles::export))
            .says("A bundle of what a partner may have, or, with the body of a request, of what is lacking there.")
            .may_fail(&["bundles_busy", "not_a_member", "not_for_them", "other_organisation", "damaged_record"]),
        carry(Operation::post(bundles::IMPORT_PATH, "importBundle", bundles::import))
            .says("Take in a bundle; each change goes through the same door as one from the network.")
            .may_fail(&["other_network", "not_taken", "damaged_record"]),
        carry(Operation::post(bundles::INSPECTION_PATH, "inspectBundle", bundles::inspect))
            .says("What is in a bundle, each change checked by itself; nothing is taken in."),
    ]
}

/// Returns all routes, each behind what it asks of a token.
pub(super) fn all(site: Site) -> Router {
    let routes = operations().into_iter().fold(Router::new(), |router, operation| operation.add_to(router, &site));
    routes
        .merge(crate::web::pages(&site))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn(validator::not_modified))
        .layer(from_fn(limit::in_time))
        .layer(from_fn(plain))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(site)
}

/// The path is not repeated: anything may stand in it.
pub(crate) async fn nowhere() -> Problem {
    Problem::of("unknown_address", "There is nothing at this path.")
}

async fn not_so(method: Method) -> Problem {
    let name = if method.as_str().len() <= 10 { method.as_str() } else { "This method" };
    Problem::of("unknown_method", format!("{name} is not possible here. Nothing was changed."))
}

/// What every answer says: take the media type as it is told, and show it in no other page.
async fn plain(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    use axum::http::{HeaderValue, header};
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    response
}
