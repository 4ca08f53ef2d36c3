//! Answers carry a validator, so that who asks again is told in a few bytes that nothing has changed (RFC 9110, sections 8.8
//! and 13.1.2). It is a hash of the answer's bytes: equal on every node that answers the same.

use std::marker::PhantomData;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::id::sha256;

use super::operation::{Shown, Sketch};
use super::problem::Problem;

/// Bytes of the hash that are kept.
const TAG_BYTES: usize = 16;

/// A JSON answer whole in memory, and what it is of.
pub(super) struct Answer<T>(Bytes, PhantomData<fn() -> T>);

impl<T: Serialize> Answer<T> {
    /// Puts a value into JSON.
    pub(super) fn json(value: &T) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(value).map_err(|_| Problem::unexpected())?;
        Ok(Self::of(bytes.into()))
    }
}

impl<T> Answer<T> {
    /// Takes JSON that has been made already.
    pub(super) fn of(bytes: Bytes) -> Self {
        Self(bytes, PhantomData)
    }
}

impl<T: JsonSchema> Shown for Answer<T> {
    fn sketch(sketch: &mut Sketch) {
        let schema = sketch.answers.subschema_for::<T>().to_value();
        sketch.answer(200, "Answered.", "application/json", schema);
        let tag = serde_json::json!({ "description": "Names these bytes.", "schema": { "type": "string" } });
        sketch.good["200"]["headers"] = serde_json::json!({ "ETag": tag });
    }
}

/// The hash of an answer, quoted, as the header has it.
#[derive(Clone)]
struct Tag(HeaderValue);

impl Tag {
    fn of(bytes: &[u8]) -> Option<Self> {
        let hash = sha256(&[b"talkoot/1/answer", bytes]);
        let digits: String = hash.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect();
        HeaderValue::from_str(&format!("\"{digits}\"")).ok().map(Self)
    }

    /// Returns whether a list of tags names this one; weak ones count too, as the RFC has it for this header.
    fn is_in(&self, list: &HeaderValue) -> bool {
        let Ok(list) = list.to_str() else { return false };
        let own = self.0.to_str().unwrap_or_default();
        list.split(',').map(|tag| tag.trim()).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own)
    }
}

impl<T> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let tag = Tag::of(&self.0);
        let mut response = Body::from(self.0).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag.0.clone());
            response.extensions_mut().insert(tag);
        }
        let keep = HeaderValue::from_static("private, no-cache");
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(keep);
        response
    }
}

/// Says "not modified" where the asker names the tag of what would be answered.
pub(super) async fn not_modified(request: Request, next: Next) -> Response {
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let known: Vec<HeaderValue> = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
    let mut response = next.run(request).await;
    let Some(tag) = response.extensions().get::<Tag>() else { return response };
    if is_reading && known.iter().any(|list| tag.is_in(list)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_lists() {
        let tag = Tag::of(b"an answer").unwrap();
        let own = tag.0.to_str().unwrap().to_owned();
        assert!(own.len() == 2 + 2 * TAG_BYTES && own.starts_with('"'));
        for list in [own.clone(), format!("\"x\", W/{own}"), "*".to_owned()] {
            assert!(tag.is_in(&HeaderValue::from_str(&list).unwrap()), "{list}");
        }
        assert!(!tag.is_in(&HeaderValue::from_static("\"x\"")));
    }
}
