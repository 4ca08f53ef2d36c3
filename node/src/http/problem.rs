//! Problems: what went wrong, as RFC 9457 has it, with the name by which a program tells it from others and, where a single
//! parameter is at fault, that.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::api::{Failure, Remark};
use talkoot_protocol::scan::Rule;

use super::kinds::KINDS;
use super::validator::Answer;

/// Media type of a problem.
const MEDIA_TYPE: &str = "application/problem+json";
/// Where the types of problems are told of, with the name behind it.
const TYPES: &str = "/v1/problems#";

/// Why a request was not answered as it asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<Told>); // Boxed, since most answers are not problems and carry its size.

/// What is told of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Told {
    /// A reference that is the same for all problems of this name.
    #[serde(rename = "type")]
    #[schemars(extend("format" = "uri-reference"))]
    kind: String,
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
    parameter: Option<String>,
    /// The place in the body that is at fault, if it is one, such as `proposal[0].text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The sort of identifier that was found there, if one was. The text itself is never repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// What to do about problems of this name.
    #[serde(skip_serializing_if = "str::is_empty")]
    remedy: &'static str,
    /// What has to be mended in what was written, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Remark>,
}

impl Problem {
    /// Makes one of a name; its status is that of the name.
    pub(crate) fn of(name: &str, detail: impl Into<String>) -> Self {
        Self::new(status_of(name), name, detail)
    }

    /// Makes one with a status of its own.
    pub(crate) fn new(status: StatusCode, name: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Told {
            kind: format!("{TYPES}{name}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            name: name.to_owned(),
            parameter: None,
            remarks: Vec::new(),
            field: None,
            rule: None,
            remedy: find(name).map_or("", |kind| kind.remedy),
        }))
    }

    fn with(mut self, tell: impl FnOnce(&mut Told)) -> Self {
        tell(&mut self.0);
        self
    }

    /// Names the place in the body at fault.
    pub(crate) fn in_field(self, field: &str) -> Self {
        self.with(|told| told.field = Some(field.to_owned()))
    }

    /// Names the sort of identifier that was found.
    pub(crate) fn by_rule(self, rule: Rule) -> Self {
        self.with(|told| told.rule = Some(rule.name()))
    }

    /// Names the parameter or header at fault.
    pub(crate) fn at(self, parameter: &str) -> Self {
        self.with(|told| told.parameter = Some(parameter.to_owned()))
    }

    /// A parameter that cannot be used.
    pub(crate) fn parameter(parameter: &str, detail: impl Into<String>) -> Self {
        Self::of("bad_parameter", detail).at(parameter)
    }

    /// Something has to be mended or confirmed before it is signed.
    pub(crate) fn to_mend(remarks: Vec<Remark>) -> Self {
        let detail = "Something has to be mended first; 'remarks' says what and where. Nothing was signed or stored.";
        let first = remarks.iter().max_by_key(|remark| remark.weight).map(|remark| remark.field.clone());
        Self::of("to_mend", detail).with(|told| (told.parameter, told.remarks) = (first, remarks))
    }

    /// The node answered something that does not fit the question.
    pub(crate) fn unexpected() -> Self {
        let detail = "The node gave an answer to something else. Nothing was changed; this is a fault of the program.";
        Self::of("internal", detail)
    }

    /// Returns the stable name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns what happened.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }
}

fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Returns the status of a problem, by its name.
pub(super) fn status_of(name: &str) -> StatusCode {
    let status = find(name).and_then(|kind| StatusCode::from_u16(kind.status).ok());
    status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns what problems of a name mean, if there are any.
pub(super) fn meaning_of(name: &str) -> Option<&'static str> {
    find(name).map(|kind| kind.meaning)
}

/// A kind of problem, as it is told of.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Kind {
    /// Its stable name.
    pub(super) name: &'static str,
    /// The HTTP status.
    pub(super) status: u16,
    /// What it means.
    pub(super) meaning: &'static str,
    /// What to do about it.
    pub(super) remedy: &'static str,
}

/// Tells of all kinds of problems.
pub(super) async fn kinds() -> Result<Answer<&'static [Kind]>, Problem> {
    Answer::json(&KINDS)
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::of(&failure.name, failure.message).with(|told| told.parameter = failure.field)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
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
            "remedy": "Ask for the list, and take the id from there.",
        });
        assert_eq!(json, expected);
        assert_eq!(Problem::from(Failure::new("never heard of", "")).status(), 500);
    }

    #[test]
    fn kinds_stand_once_each_in_order_and_say_what_to_do() {
        assert!(KINDS.is_sorted_by(|one, other| one.name < other.name));
        assert!(KINDS.iter().all(|kind| kind.meaning.ends_with('.') && kind.remedy.ends_with('.')));
        assert!(KINDS.iter().all(|kind| StatusCode::from_u16(kind.status).is_ok_and(|status| status.as_u16() >= 400)));
    }
}
