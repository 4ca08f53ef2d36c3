//! What stands in an address or a JSON body, checked: unknown names are refused, since a misspelt filter that is silently ignored
//! answers another question. Each type says its bounds once, for the reading and for the description of the API.
//!
//! Here is how requests are read; `values` has numbers and texts of one form, `asked` what operations take, put together from them.

mod asked;
mod values;

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::operation::{Part, Sketch, taken};
use super::problem::Problem;

pub(super) use asked::{
    About, Address, Attached, Bundle, Day, FormAt, History, Invited, OfOrganisation, One, PageOf, PathView, Phenomena,
    Proposals, Reader, Search, Similar, Suggestions, View, ViewReports,
};
pub(super) use values::{FilterText, Skip};

/// The parameters of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked)).map_err(|rejection: QueryRejection| at_fault(&rejection.body_text()))
    }
}

impl<T: JsonSchema> Part for Asked<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.parameters_in::<T>("query");
        sketch.problems.insert("bad_parameter");
    }
}

/// What varies in a path.
pub(super) struct At<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(at)| Self(at)).map_err(|rejection: PathRejection| at_fault(&rejection.body_text()))
    }
}

impl<T: JsonSchema> Part for At<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.parameters_in::<T>("path");
        sketch.problems.insert("bad_parameter");
    }
}

/// A JSON body.
pub(crate) struct Given<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::Json::<T>::from_request(request, state).await;
        read.map(|axum::Json(given)| Self(given)).map_err(|rejection: JsonRejection| match rejection {
            JsonRejection::JsonDataError(error) => {
                Problem::of("unfit_body", format!("{}. Nothing was changed.", error.body_text()))
            }
            rejection => body_problem(rejection.status(), "This is no JSON that can be read. Nothing was changed."),
        })
    }
}

impl<T: JsonSchema> Part for Given<T> {
    fn sketch(sketch: &mut Sketch) {
        sketch.body = Some(json!({ "required": true, "content": { "application/json": { "schema": taken::<T>() } } }));
        sketch.problems.extend(["bad_body", "unfit_body", "unknown_media_type", "too_large"]);
    }
}

/// A body as it came.
pub(super) struct Raw(pub(super) axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::body::Bytes::from_request(request, state).await;
        read.map(Self).map_err(|rejection: BytesRejection| {
            body_problem(rejection.status(), "The body did not arrive whole. Nothing was changed.")
        })
    }
}

impl Part for Raw {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        let content = json!({ super::answers::CHANGES: { "schema": schema } });
        sketch.body = Some(json!({ "required": true, "content": content }));
        sketch.problems.extend(["bad_body", "too_large"]);
    }
}

/// A picture or document as it came.
pub(super) struct File(pub(super) axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Raw::from_request(request, state).await.map(|Raw(bytes)| Self(bytes))
    }
}

impl Part for File {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "schema": { "type": "string", "format": "binary" } });
        let content = json!({ "application/octet-stream": schema });
        sketch.body = Some(json!({ "required": true, "content": content }));
        sketch.problems.extend(["bad_body", "too_large"]);
    }
}

/// A problem with a body, by the status that reading it came to.
pub(super) fn body_problem(status: StatusCode, detail: &str) -> Problem {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::of("too_large", "The body is larger than what is taken here. Nothing was changed.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::of("unknown_media_type", "The body has to come as 'Content-Type: application/json'.")
        }
        _ => Problem::of("bad_body", detail),
    }
}

/// Names the parameter that a sentence of the reader is about: it stands before a colon or between the first back quotes.
fn at_fault(said: &str) -> Problem {
    let what = said.split_once(": ").map_or(said, |(_, what)| what);
    let quoted = what.split('`').nth(1).filter(|_| what.contains(" field `"));
    let before = what.split_once(": ").map(|(name, _)| name);
    let is_name = |name: &&str| {
        !name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    match quoted.or(before).filter(is_name) {
        Some(name) => Problem::parameter(name, format!("{what}.")),
        None => Problem::of("bad_parameter", format!("{what}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_at_fault_is_named() {
        let named = |said: &str| serde_json::to_value(at_fault(said)).unwrap()["parameter"].clone();
        assert_eq!(named("Failed to deserialize query string: limit: expected a number"), "limit");
        assert_eq!(
            named("Failed to deserialize query string: unknown field `organization`, expected one of `a`"),
            "organization"
        );
        assert_eq!(named("Failed to deserialize query string: missing field `words`"), "words");
        assert_eq!(named("Failed to deserialize query string: unknown field `131052-308T`, expected `a`"), json!(null));
    }
}
