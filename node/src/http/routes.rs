//! Where everything is.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};

use crate::tokens::Access;

use super::problem::{self, Problem};
use super::{BODY_BYTES_MAX, Site, access, answers, events, limit, metrics, validator};

/// Returns all routes, each behind what it asks of a token.
pub(super) fn all(site: Site) -> Router {
    let guarded =
        |routes: Router<Site>, access| routes.route_layer(from_fn_with_state((site.clone(), access), access::admit));
    Router::new()
        .route("/health/live", get(metrics::live))
        .route("/health/ready", get(metrics::ready))
        .route("/v1/problems", get(problem::kinds))
        .merge(guarded(Router::new().route("/metrics", get(metrics::metrics)), Access::Metrics))
        .merge(guarded(reading(), Access::Read))
        .merge(guarded(Router::new().route("/v1/changes", post(answers::submit)), Access::Submit))
        .merge(guarded(managing(), Access::Manage))
        .merge(crate::web::pages(&site))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn(validator::not_modified))
        .layer(from_fn(limit::in_time))
        .layer(from_fn(plain))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(site.clone())
}

fn reading() -> Router<Site> {
    Router::new()
        .route("/v1/status", get(answers::status))
        .route("/v1/identity", get(answers::identity))
        .route("/v1/reports", get(answers::reports))
        .route("/v1/reports/{id}", get(answers::report))
        .route("/v1/reports/{id}/history", get(answers::history))
        .route("/v1/reports/{id}/trace", get(answers::trace))
        .route("/v1/reports/{id}/similar", get(answers::similar))
        .route("/v1/documents/{id}/changes", get(answers::changes))
        .route("/v1/views", get(answers::view))
        .route("/v1/together", get(answers::together))
        .route("/v1/forms", get(answers::forms))
        .route("/v1/forms/{*id}", get(answers::form))
        .route("/v1/phenomena", get(answers::phenomena))
        .route("/v1/phenomena/{id}", get(answers::phenomenon))
        .route("/v1/proposals", get(answers::proposals))
        .route("/v1/proposals/{id}", get(answers::proposal))
        .route("/v1/search", get(answers::search))
        .route("/v1/similar", post(answers::similar_to_draft))
        .route("/v1/organisations", get(answers::organisations))
        .route("/v1/workers", get(answers::workers))
        .route("/v1/events", get(events::events))
}

fn managing() -> Router<Site> {
    let peers = get(answers::peers).post(answers::add_peer).delete(answers::remove_peer);
    Router::new().route("/v1/peers", peers)
}

pub(crate) async fn nowhere(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(StatusCode::NOT_FOUND, "unknown_address", format!("There is nothing at {path}."))
}

async fn not_so(method: Method) -> Problem {
    let detail = format!("{method} is not possible here. Nothing was changed.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "unknown_method", detail)
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
