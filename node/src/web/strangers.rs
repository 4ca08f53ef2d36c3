//! What strangers send, read as the pages and the API read it, with no node behind: for whoever tries what bytes do to the readers.

use axum::body::Body;
use axum::extract::{Form, FromRequest as _, Request};
use axum::http::header;
use futures::executor::block_on;
use serde_json::{Map, Value};
use talkoot_protocol::report::codes::Language;

use crate::http::{Given, Problem, submitted};
use crate::intake::slip::Words;

use super::enrolment::Brought;
use super::entered::Entered;
use super::sign_in::Shown;
use super::texts::Texts;
use super::writing::{Draft, Wanted, Written};

/// Reads a report that a client information system hands in: fields of the head, what stands behind the question mark, the body. Returns
/// the idempotency key, if one came, and the report's fields.
///
/// # Errors
/// What it is answered with instead.
pub fn submission(
    head: &[(&str, &[u8])],
    query: Option<&str>,
    body: &[u8],
) -> Result<(Option<String>, Map<String, Value>), Problem> {
    let named = head.iter().filter_map(|(name, value)| Some((name.parse().ok()?, value.to_vec().try_into().ok()?)));
    submitted(&named.collect(), query, body)
}

/// Reads what a page's script sends to an address of sessions or enrolments; returns the bytes of the signed change, if there is to be one
/// and it is one. `None` if it is refused, or nothing reads at that address.
pub fn script(path: &str, body: &[u8]) -> Option<Vec<u8>> {
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_vec()));
    let request = request.ok()?;
    match path {
        "/session" => block_on(Given::<Shown>::from_request(request, &())).ok().map(|_| Vec::new()),
        "/session/examine" => block_on(Given::<Draft>::from_request(request, &())).ok().map(|_| Vec::new()),
        "/session/prepare" => {
            block_on(Given::<Wanted>::from_request(request, &())).ok()?.0.salt().ok().map(|_| Vec::new())
        }
        "/session/submit" => {
            block_on(Given::<Written>::from_request(request, &())).ok()?.0.change().ok().map(|(bytes, _)| bytes)
        }
        "/enrolment" => block_on(Given::<Brought>::from_request(request, &())).ok().map(|_| Vec::new()),
        _ => None,
    }
}

/// Reads the form that somebody without an account sends; `None` if something keeps its words from being stored.
pub fn resident(body: &[u8]) -> Option<Words> {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::post("/").header(header::CONTENT_TYPE, kind).body(Body::from(body.to_vec())).ok()?;
    let Form(fields) = block_on(Form::<Vec<(String, String)>>::from_request(request, &())).ok()?;
    let entered = Entered::read(fields);
    entered.objections(Texts::new(Language::En)).is_empty().then_some(entered.words)
}
