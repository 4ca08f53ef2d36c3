//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): who got no answer sends the same again, and it is
//! done once. Whatever stands in it is looked at for identifiers as a field is, and repeated nowhere.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde_json::json;

use super::operation::{Part, Sketch};
use super::problem::Problem;
use super::screen;

/// The header's name.
pub(super) const NAME: &str = "idempotency-key";
/// The header's name as it is written in texts.
const WRITTEN: &str = "Idempotency-Key";
/// Most characters of a key.
const CHARS_MAX: usize = 128;
/// Pattern of a key; the draft puts it in quotes, many programs do not.
const PATTERN: &str = "^(?:[A-Za-z0-9._-]{1,128}|\"[A-Za-z0-9._-]{1,128}\")$";

/// A key, if one came.
#[derive(Debug)]
pub(super) struct Key(pub(super) Option<String>);

impl Key {
    /// Reads it.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(NAME).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        screen::text(WRITTEN, &String::from_utf8_lossy(value.as_bytes()))?;
        let wrong = || {
            let detail = "The header Idempotency-Key has to be one key of 1 to 128 letters, digits, points, hyphens and underscores.";
            Problem::of("bad_idempotency_key", detail).at(WRITTEN)
        };
        let text = value.to_str().map_err(|_| wrong())?.trim();
        let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let is_good = (1..=CHARS_MAX).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if is_good && values.next().is_none() { Ok(Self(Some(key.to_owned()))) } else { Err(wrong()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers)
    }
}

impl Part for Key {
    fn sketch(sketch: &mut Sketch) {
        sketch.parameters.push(json!({
            "name": WRITTEN,
            "in": "header",
            "required": false,
            "description": "A fresh key for each submission, best a UUID; the same one when the same is sent again.",
            "schema": { "type": "string", "pattern": PATTERN },
        }));
        sketch.problems.extend(["bad_idempotency_key", "identifier_found"]);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(value: &str) -> Result<Option<String>, u16> {
        let headers = HeaderMap::from_iter([(NAME.parse().unwrap(), HeaderValue::from_str(value).unwrap())]);
        Key::of(&headers).map(|key| key.0).map_err(|problem| problem.status())
    }

    #[test]
    fn keys_are_read_with_and_without_quotes() {
        let uuid = "8e03978e-40d5-43dd-bc93-6894a57f9324";
        assert_eq!(read(uuid), Ok(Some(uuid.into())));
        assert_eq!(read(&format!("\"{uuid}\"")), Ok(Some(uuid.into())));
        for bad in ["", "a b", "a/../b", "\"", &"k".repeat(129)] {
            assert_eq!(read(bad), Err(400), "{bad}");
        }
        assert_eq!(read("131052-308T"), Err(422), "a personal identity code is no key");
    }
}
