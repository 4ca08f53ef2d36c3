//! Signing in: the browser shows that it holds a worker's key ([`super::session`]). Nobody types anything.

use std::sync::PoisonError;
use std::time::Instant;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::{Deserialize, Serialize};
use serde_json::json;
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::key::Signature;
use talkoot_protocol::statement::Roles;

use crate::http::{Problem, Site};

use super::frame::{Page, own_place};
use super::session::{Session, hex, message, unhex};
use super::visit::{SESSION_COOKIE, Visit, cookie};

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    to: String,
}

/// The page on which the browser shows its key by itself, or says that it has none.
pub(super) async fn page(visit: Visit, Query(Onward { to }): Query<Onward>) -> Response {
    let to = own_place(&to);
    if visit.session.is_some() {
        return Redirect::to(&to).into_response();
    }
    let texts = visit.texts;
    let content = html! {
        div #sign-in data-to=(to) {
            p role="status" .while-signing { (texts.say("sign-in-wait")) }
            noscript { p { (texts.say("sign-in-noscript")) } }
            p .without-key hidden { (texts.say("sign-in-none")) " " a href="/enrol" { (texts.say("sign-in-enrol")) } }
        }
    };
    let page = Page { title: texts.say("sign-in-title"), scripts: &["sign-in.js"], ..Page::default() };
    visit.show(&page, &content)
}

/// Gives a challenge.
pub(super) async fn challenge(State(site): State<Site>) -> Result<Response, Problem> {
    let random = random()?;
    let challenge = site.sessions.lock().unwrap_or_else(PoisonError::into_inner).challenge(random, Instant::now());
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    Ok(Json(json!({ "challenge": challenge, "network": identity.network })).into_response())
}

/// An answered challenge.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    challenge: String,
    certificate: ChangeId,
    /// The signature of [`message`], 128 hexadecimal digits.
    signature: String,
}

/// What a script is told of a new session.
#[derive(Debug, Serialize)]
struct Begun {
    csrf: String,
    roles: Vec<&'static str>,
}

/// Begins a session for whoever answered a challenge with a certified key.
pub(super) async fn begin(State(site): State<Site>, Json(shown): Json<Shown>) -> Result<Response, Problem> {
    let challenge =
        site.sessions.lock().unwrap_or_else(PoisonError::into_inner).answered(&shown.challenge, Instant::now());
    let Answer::Workers { workers } = site.ask(Request::Workers).await? else { return Err(Problem::unexpected()) };
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    let worker = workers.into_iter().find(|worker| worker.certificate == shown.certificate);
    let signature = unhex(&shown.signature).map(Signature::from_bytes);
    let (Some(challenge), Some(worker), Some(signature)) = (challenge, worker, signature) else {
        return Err(not_known());
    };
    worker.key.verify(&message(&identity.network, &challenge), &signature).map_err(|_| not_known())?;
    let roles: Roles = worker.roles.iter().copied().collect();
    let csrf = hex(&random()?);
    let begun = Begun { csrf: csrf.clone(), roles: roles.iter().map(|role| role.key()).collect() };
    let session = Session { worker: worker.worker, key: worker.key, certificate: worker.certificate, roles, csrf };
    let value = site.sessions.lock().unwrap_or_else(PoisonError::into_inner).begin(session, random()?, Instant::now());
    let mut response = Json(begun).into_response();
    set_cookie(&mut response, &format!("{value}; Path=/; Secure; HttpOnly; SameSite=Strict"));
    Ok(response)
}

/// Ends the session; the key stays in the browser.
pub(super) async fn sign_out(State(site): State<Site>, headers: HeaderMap) -> Response {
    if let Some(cookie) = cookie(&headers, SESSION_COOKIE) {
        site.sessions.lock().unwrap_or_else(PoisonError::into_inner).end(cookie);
    }
    let mut response = Redirect::to("/help").into_response();
    set_cookie(&mut response, "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    response
}

fn set_cookie(response: &mut Response, value: &str) {
    if let Ok(cookie) = HeaderValue::from_str(&format!("{SESSION_COOKIE}={value}")) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Problem::unexpected())?;
    Ok(bytes)
}

fn not_known() -> Problem {
    let detail = "This browser's key is not one that the organisation has certified, or it answered too late. Nothing was \
                  lost; ask for a new code if this goes on.";
    Problem::new(StatusCode::FORBIDDEN, "not_certified", detail)
}
