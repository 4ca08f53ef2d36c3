//! What a client information system hands in for a worker to complete (decision 0036): one way, prefilled fields and nothing else.
//! It is answered with a link that opens the form in the browser; nothing is published that a worker has not signed.

use std::sync::{OnceLock, PoisonError};

use axum::body::to_bytes;
use axum::extract::{Extension, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use talkoot_protocol::report::json_schema;
use talkoot_protocol::report::shared::to_keys;
use talkoot_protocol::time::Timestamp;

use crate::keystore;
use crate::prefills::{self, Origin, PREFILL_BYTES_MAX, PrefillId, Prefills, Standing, Told};

use super::Site;
use super::access::Bearer;
use super::answers::wall_clock;
use super::idempotency::Key;
use super::operation::{Part, Shown, Sketch};
use super::problem::Problem;
use super::query::{At, body_problem};
use super::screen;
use super::validator::Answer;

/// Fields of a report, looked at: no identifiers anywhere in the request, and of the shape that the form asks for.
pub(super) struct Screened {
    key: Option<String>,
    bytes: Vec<u8>,
    fields: Map<String, Value>,
}

impl<S: Send + Sync> FromRequest<S> for Screened {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = screened_head(&parts.headers, parts.uri.query())?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().is_none_or(|kind| !kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(body_problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, ""));
        }
        let bytes =
            to_bytes(body, PREFILL_BYTES_MAX).await.map_err(|_| body_problem(StatusCode::PAYLOAD_TOO_LARGE, ""))?;
        Ok(Self { key, fields: fields_of(&bytes)?, bytes: bytes.into() })
    }
}

/// Looks at what comes before the body, and returns the key, if one came.
fn screened_head(headers: &HeaderMap, query: Option<&str>) -> Result<Option<String>, Problem> {
    screen::headers(headers)?;
    if let Some(text) = query {
        screen::query(text)?;
        // Not what it is: it may be anything.
        return Err(Problem::of("bad_parameter", "There are no parameters here. Nothing was kept.").at("query"));
    }
    Ok(Key::of(headers)?.0)
}

/// Reads a whole submission; returns its key, if one came, and its fields.
pub(crate) fn submitted(
    headers: &HeaderMap,
    query: Option<&str>,
    body: &[u8],
) -> Result<(Option<String>, Map<String, Value>), Problem> {
    Ok((screened_head(headers, query)?, fields_of(body)?))
}

fn fields_of(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let detail = format!("This is no JSON that can be read, at line {line}, column {column}. Nothing was kept.");
        Problem::of("bad_body", detail)
    })?;
    screen::body(&value)?;
    checked(value)
}

/// Holds what was handed in to the schema, and returns it in the keys of reports.
fn checked(value: Value) -> Result<Map<String, Value>, Problem> {
    let Value::Object(fields) = value else {
        return Err(Problem::of("unfit_body", "The body has to be one JSON object of fields. Nothing was kept."));
    };
    if fields.is_empty() {
        return Err(Problem::of("unfit_body", "There is no field. Nothing was kept."));
    }
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(json_schema::of_prefill);
    for (name, value) in &fields {
        let Some(of) = schema.get("properties").and_then(|known| known.get(name)) else {
            let detail = "The form has no such field, or it cannot be handed in. Nothing was kept.";
            return Err(Problem::of("unknown_field", detail).in_field(screen::shown(name)));
        };
        if let Some(fault) = json_schema::fault(of, value) {
            return Err(Problem::of("invalid_field", format!("'{name}' cannot be taken: {fault}. Nothing was kept."))
                .in_field(name));
        }
    }
    Ok(to_keys(fields))
}

impl Part for Screened {
    fn sketch(sketch: &mut Sketch) {
        Key::sketch(sketch);
        let schema = json_schema::of_prefill();
        sketch.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
        sketch.problems.extend(["bad_parameter", "bad_body", "unknown_media_type", "too_large"]);
        sketch.problems.extend(["unfit_body", "unknown_field", "invalid_field", "identifier_found"]);
    }
}

/// A submission as its maker is told of it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Submission {
    /// Its id: 32 hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    id: String,
    /// Where a worker opens it, below the address of the node. Who has the link may open it: give it to the worker only.
    #[schemars(regex(pattern = "^/write\\?prefill=[0-9a-f]{32}$"))]
    link: String,
    /// How it stands.
    state: Standing,
    /// When it was made.
    made: Timestamp,
    /// From when on its words are gone.
    expires: Timestamp,
}

impl From<Told> for Submission {
    fn from(told: Told) -> Self {
        let Told { id, standing, made, expires } = told;
        Self { id: id.to_string(), link: format!("/write?prefill={id}"), state: standing, made, expires }
    }
}

/// A submission that was kept.
pub(super) struct Created(Submission);

impl IntoResponse for Created {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, axum::Json(&self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(place) = HeaderValue::from_str(&format!("/v1/submissions/{}", self.0.id)) {
            headers.insert(header::LOCATION, place);
        }
        response
    }
}

impl Shown for Created {
    fn sketch(sketch: &mut Sketch) {
        let schema = sketch.answers.subschema_for::<Submission>().to_value();
        sketch.answer(
            201,
            "Kept, and durable. The same key and body are answered alike for a day.",
            "application/json",
            schema,
        );
        let place = json!({ "description": "Where its state can be asked for.", "schema": { "type": "string" } });
        sketch.good["201"]["headers"] = json!({ "Location": place });
    }
}

impl From<prefills::Error> for Problem {
    fn from(error: prefills::Error) -> Self {
        match error {
            prefills::Error::Full => Self::of("too_many_submissions", format!("{error}. Nothing was kept.")),
            prefills::Error::OtherBody => {
                let detail = "The same Idempotency-Key came with another body within a day. Nothing was kept.";
                Self::of("idempotency_conflict", detail).at("Idempotency-Key")
            }
            prefills::Error::File(_) => {
                tracing::error!(%error, "a prefilled report was not kept");
                Self::of("not_stored", "It could not be written to disk. Nothing was kept.")
            }
        }
    }
}

impl Site {
    /// Does something with the prefills, where waiting for the disk holds nobody up.
    pub(crate) async fn with_prefills<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Prefills) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let prefills = self.prefills.clone();
        let done =
            tokio::task::spawn_blocking(move || act(&mut prefills.lock().unwrap_or_else(PoisonError::into_inner)));
        done.await.map_err(|_| Problem::unexpected())
    }
}

/// Keeps what was handed in.
pub(super) async fn submit(
    State(site): State<Site>,
    Extension(bearer): Extension<Bearer>,
    screened: Screened,
) -> Result<Created, Problem> {
    let Screened { key, bytes, fields } = screened;
    let entropy = keystore::fresh_salt().map_err(|_| Problem::unexpected())?;
    let origin = Origin::new(&bearer.maker, key.as_deref(), &bytes);
    let (id, now) = (PrefillId::from_entropy(entropy), wall_clock());
    let told = site.with_prefills(move |prefills| prefills.add(id, origin, fields, now)).await??;
    Ok(Created(told.into()))
}

/// A submission.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SubmissionAt {
    /// The id that the submission was answered with.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    id: String,
}

/// Tells how a submission stands, to whoever made it.
pub(super) async fn submission(
    State(site): State<Site>,
    Extension(bearer): Extension<Bearer>,
    At(at): At<SubmissionAt>,
) -> Result<Answer<Submission>, Problem> {
    let unknown = || Problem::of("unknown_submission", "No such submission was made with this token.");
    let id: PrefillId = at.id.parse().map_err(|_| unknown())?;
    let told = site.with_prefills(move |prefills| prefills.told(&id, &bearer.maker, wall_clock())).await?;
    Answer::json(&told.ok_or_else(unknown)?.into())
}
