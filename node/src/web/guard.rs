//! What every page is behind: who may send what from where, how much, and what a browser may do with an answer.

use std::sync::PoisonError;
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;

use crate::http::{Problem, Site};

use super::frame;
use super::visit::Visit;

/// What a page may load and do: only what this node serves, no inline script or style, shown in no other page (W3C CSP3).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
                      manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types talkoot-worker; report-uri /policy-report";
/// Longest body of a form without script, in bytes.
const FORM_BYTES_MAX: usize = 256 * 1024;
/// Longest report of a browser that is read, in bytes.
const REPORT_BYTES_MAX: usize = 16 * 1024;
/// The header by which a script shows that it belongs to the session.
pub(super) const CSRF_HEADER: &str = "x-talkoot-csrf";

/// Says what a browser may do with what is answered.
pub(super) async fn policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // What is given to be saved has a stricter one of its own.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages are about what people noticed at work: no cache of a shared computer keeps them.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Shows a problem as a page to whoever asked for a page.
pub(super) async fn as_page(request: Request, next: Next) -> Response {
    let wants = wants_page(request.headers());
    let (mut parts, body) = request.into_parts();
    let visit = Visit::without_session(&mut parts);
    let response = next.run(Request::from_parts(parts, body)).await;
    match response.extensions().get::<Problem>() {
        Some(problem) if wants => frame::problem(&visit, problem),
        _ => response,
    }
}

/// Returns whether a browser asks for a page to show.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.contains("text/html")
}

/// Lets a request through if it is not too much, and, where it changes something, if it comes from this site's own pages.
pub(super) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::of(&site, &mut parts);
    {
        let mut limits = site.limits.lock().unwrap_or_else(PoisonError::into_inner);
        match &visit.session {
            Some(session) => limits.bearer(&format!("key {}", session.key), Instant::now())?,
            None => limits.visitor(Instant::now())?,
        }
    }
    if matches!(parts.method, Method::GET | Method::HEAD) {
        parts.extensions.insert(visit);
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    require_own_pages(&parts.headers)?;
    // Showing a key begins a new session: a page whose session was replaced in another tab has only an old token.
    let shows_key = matches!(parts.uri.path(), "/session" | "/session/challenge");
    let body = match &visit.session {
        Some(session) if !shows_key => require_token(&parts.headers, body, &session.csrf).await?,
        _ => body,
    };
    parts.extensions.insert(visit);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// Other sites may make a browser send things here; browsers say so (Fetch Metadata; RFC 6454 for older ones).
fn require_own_pages(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let fetched = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let own = match (fetched, text(header::ORIGIN), text(header::HOST)) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        (None, _, _) => false,
    };
    if own { Ok(()) } else { Err(foreign()) }
}

/// The session's token comes as a header from scripts, or in a form without script as the field `csrf`.
async fn require_token(headers: &HeaderMap, body: Body, expected: &str) -> Result<Body, Problem> {
    if let Some(shown) = headers.get(CSRF_HEADER) {
        return if is_same(shown.as_bytes(), expected.as_bytes()) { Ok(body) } else { Err(foreign()) };
    }
    let media_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !media_type.starts_with(b"application/x-www-form-urlencoded") {
        return Err(foreign());
    }
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
        let detail = "The form is too long, or did not arrive whole. Nothing was stored.";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", detail)
    })?;
    let mut fields = bytes.split(|byte| *byte == b'&');
    let is_shown =
        fields.any(|field| field.strip_prefix(b"csrf=").is_some_and(|shown| is_same(shown, expected.as_bytes())));
    if is_shown { Ok(Body::from(bytes)) } else { Err(foreign()) }
}

/// Compares in a time that does not tell where the first difference is.
fn is_same(shown: &[u8], expected: &[u8]) -> bool {
    shown.len() == expected.len() && shown.iter().zip(expected).fold(0, |sum, (one, two)| sum | (one ^ two)) == 0
}

fn foreign() -> Problem {
    let detail = "This did not come from a page of this site that is open in your session. Nothing was changed; open the \
                  page again and try once more.";
    Problem::new(StatusCode::FORBIDDEN, "foreign_request", detail)
}

/// The part of a browser's report (W3C CSP3, 5.3) that tells nothing of what somebody looked at.
#[derive(Debug, Deserialize)]
struct Report {
    #[serde(rename = "csp-report")]
    report: Stopped,
}

#[derive(Debug, Deserialize)]
struct Stopped {
    #[serde(rename = "effective-directive", default)]
    directive: String,
}

/// Takes reports of browsers on what a page tried and may not; whoever reads the log is told the rule, not the page.
pub(super) async fn policy_report(State(site): State<Site>, body: Bytes) -> Result<StatusCode, Problem> {
    site.limits.lock().unwrap_or_else(PoisonError::into_inner).visitor(Instant::now())?;
    if let Ok(Report { report }) = serde_json::from_slice(body.get(..REPORT_BYTES_MAX).unwrap_or(&body)) {
        // Names of rules are letters and hyphens; with digits somebody could put a person's identifier into the log.
        let is_of_a_name = |letter: &char| letter.is_ascii_lowercase() || *letter == '-';
        let directive: String = report.directive.chars().filter(is_of_a_name).take(40).collect();
        tracing::warn!(directive, "a browser stopped something that a page tried");
    }
    Ok(StatusCode::NO_CONTENT)
}
