//! Problems: what went wrong, as RFC 9457 has it, with the name by which a program tells it from others and, where a single
//! parameter is at fault, that.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use talkoot_protocol::api::{Failure, Remark};

use super::validator::Answer;

/// Media type of a problem.
const MEDIA_TYPE: &str = "application/problem+json";
/// Where the types of problems are told of, with the name behind it.
const TYPES: &str = "/v1/problems#";

/// Why a request was not answered as it asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A reference that is the same for all problems of this name.
    #[serde(rename = "type")]
    kind: Box<str>,
    /// What such problems have in common, in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A sentence about this one: what happened, and what to do next.
    detail: String,
    /// A stable name for programs.
    name: String,
    /// The parameter or header that is at fault, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<Box<str>>,
    /// What has to be mended in what was written, field by field.
    #[serde(skip_serializing_if = "<[Remark]>::is_empty")]
    remarks: Box<[Remark]>,
}

impl Problem {
    /// Makes one.
    pub(crate) fn new(status: StatusCode, name: &str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        let kind = format!("{TYPES}{name}");
        Self {
            kind: kind.into(),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            name: name.to_owned(),
            parameter: None,
            remarks: Box::default(),
        }
    }

    /// Names the parameter or header at fault.
    pub(crate) fn at(self, parameter: &str) -> Self {
        Self { parameter: Some(parameter.into()), ..self }
    }

    /// A parameter that cannot be used.
    pub(crate) fn parameter(parameter: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_parameter", detail).at(parameter)
    }

    /// Something has to be mended or confirmed before it is signed.
    pub(crate) fn to_mend(remarks: Vec<Remark>) -> Self {
        let detail = "Something has to be mended first; 'remarks' says what and where. Nothing was signed or stored.";
        let first = remarks.iter().max_by_key(|remark| remark.weight).map(|remark| remark.field.clone());
        let parameter = first.map(Into::into);
        Self { parameter, remarks: remarks.into(), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "to_mend", detail) }
    }

    /// The node answered something that does not fit the question.
    pub(crate) fn unexpected() -> Self {
        let detail = "The node gave an answer to something else. Nothing was changed; this is a fault of the program.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// Returns the stable name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what happened.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }
}

/// Every problem that can be met: its name, its status, and what it means.
const KINDS: [(&str, StatusCode, &str); 51] = [
    ("ambiguous_document", StatusCode::CONFLICT, "Several documents' ids begin so; give more digits."),
    ("bad_address", StatusCode::BAD_REQUEST, "Not an address of a peer."),
    ("bad_body", StatusCode::BAD_REQUEST, "The body of the request cannot be read."),
    (
        "bad_parameter",
        StatusCode::BAD_REQUEST,
        "A parameter in the address is unknown or has a value that is not possible.",
    ),
    ("bad_query", StatusCode::BAD_REQUEST, "A table that cannot be made; 'detail' says why."),
    ("bad_request", StatusCode::BAD_REQUEST, "The request cannot be understood."),
    ("busy", StatusCode::SERVICE_UNAVAILABLE, "The node did not answer in time."),
    ("code_expired", StatusCode::GONE, "The time of a code is over."),
    ("code_used", StatusCode::CONFLICT, "Another browser used the code."),
    ("bad_validity", StatusCode::BAD_REQUEST, "A code cannot be worth something for so long."),
    (
        "damaged_record",
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something on the node's disk is damaged; 'talkoot verify' tells more.",
    ),
    ("foreign_request", StatusCode::FORBIDDEN, "It did not come from a page of this site in the same session."),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR, "A fault of the program."),
    ("moved_on", StatusCode::CONFLICT, "Something has changed meanwhile; begin anew."),
    ("no_change", StatusCode::CONFLICT, "It reads so already."),
    ("no_session", StatusCode::UNAUTHORIZED, "The browser's session has ended; it has to show its key again."),
    ("no_token", StatusCode::UNAUTHORIZED, "No token was shown, or one that is worth nothing."),
    ("no_words", StatusCode::SERVICE_UNAVAILABLE, "This node does not look after words, or not yet."),
    ("not_a_member", StatusCode::FORBIDDEN, "That organisation is not a member here."),
    ("not_allowed", StatusCode::FORBIDDEN, "The token does not allow it."),
    ("not_certified", StatusCode::FORBIDDEN, "The browser's key is not certified by the organisation."),
    ("not_for_them", StatusCode::FORBIDDEN, "Those it is for may not have it."),
    ("not_stored", StatusCode::INSUFFICIENT_STORAGE, "It could not be written to disk; nothing was changed."),
    ("not_your_role", StatusCode::FORBIDDEN, "The page is for workers with another role."),
    ("other_key", StatusCode::FORBIDDEN, "It was signed by another key than the session's."),
    ("other_kind", StatusCode::FORBIDDEN, "Such documents are not written in a browser."),
    ("other_network", StatusCode::FORBIDDEN, "That is of another network."),
    ("other_organisation", StatusCode::FORBIDDEN, "That is of another organisation."),
    ("overgrown_document", StatusCode::INTERNAL_SERVER_ERROR, "The document has more changes than are read."),
    ("question_too_long", StatusCode::BAD_REQUEST, "The words to look for are too long."),
    ("foreign_scope", StatusCode::FORBIDDEN, "It would be for another organisation alone."),
    ("identifier", StatusCode::UNPROCESSABLE_ENTITY, "It holds what looks like an identifier of a person."),
    ("refused", StatusCode::CONFLICT, "The change was refused; 'detail' names the rule."),
    ("role", StatusCode::FORBIDDEN, "The certificate does not give the role that this takes."),
    ("stopping", StatusCode::SERVICE_UNAVAILABLE, "The node is stopping."),
    ("too_long", StatusCode::BAD_REQUEST, "The answer would be too long; ask for less."),
    ("to_mend", StatusCode::UNPROCESSABLE_ENTITY, "Fields have to be mended or confirmed before this is signed."),
    ("too_many_codes", StatusCode::CONFLICT, "Too many codes wait for their workers."),
    ("too_many_fields", StatusCode::BAD_REQUEST, "Too many fields for one change."),
    ("too_many_peers", StatusCode::CONFLICT, "No more addresses can be kept."),
    ("too_many_requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests came with one token."),
    ("too_slow", StatusCode::REQUEST_TIMEOUT, "The request took too long."),
    ("unknown_address", StatusCode::NOT_FOUND, "There is nothing at this path."),
    ("unknown_certificate", StatusCode::FORBIDDEN, "The key's certificate is not known here."),
    ("unknown_code", StatusCode::NOT_FOUND, "No such code was given out here."),
    ("unknown_document", StatusCode::NOT_FOUND, "No such document here, or none whose id begins so."),
    ("unknown_form", StatusCode::NOT_FOUND, "No such form here."),
    ("unknown_method", StatusCode::METHOD_NOT_ALLOWED, "This cannot be done at this path."),
    ("unknown_peer", StatusCode::NOT_FOUND, "That address is not kept."),
    ("unreadable_document", StatusCode::INTERNAL_SERVER_ERROR, "The document cannot be read, and is kept as it is."),
    ("waits", StatusCode::CONFLICT, "The change names something that is not here; it is not kept."),
];

/// Returns the status of a failure, by its name.
fn status_of(name: &str) -> StatusCode {
    let found = KINDS.iter().find(|(kind, ..)| *kind == name);
    found.map_or(StatusCode::INTERNAL_SERVER_ERROR, |(_, status, _)| *status)
}

/// A kind of problem, as it is told of.
#[derive(Serialize)]
struct Kind {
    name: &'static str,
    status: u16,
    meaning: &'static str,
}

/// Tells of all kinds of problems.
pub(super) async fn kinds() -> Result<Answer, Problem> {
    let kinds: Vec<Kind> =
        KINDS.iter().map(|(name, status, meaning)| Kind { name, status: status.as_u16(), meaning }).collect();
    Answer::json(&kinds)
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let parameter = failure.field.map(Into::into);
        Self { parameter, ..Self::new(status_of(&failure.name), &failure.name, failure.message) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"talkoot\""));
        }
        // Pages show it in the visitor's language.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_node_becomes_a_problem_with_its_name() {
        let problem = Problem::from(Failure::new("unknown_document", "there is no document ab12"));
        let json = serde_json::to_value(&problem).unwrap();
        let expected = serde_json::json!({
            "type": "/v1/problems#unknown_document", "title": "Not Found", "status": 404,
            "detail": "there is no document ab12", "name": "unknown_document",
        });
        assert_eq!(json, expected);
        assert_eq!(Problem::from(Failure::new("never heard of", "")).status(), 500);
    }
}
