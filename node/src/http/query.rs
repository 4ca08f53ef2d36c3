//! What stands in an address or a JSON body, checked: unknown names are refused, since a misspelt filter that is silently ignored
//! answers another question. Each type says its bounds once, for the reading and for the description of the API.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use talkoot_protocol::api::ProposalList;
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{AttachmentHash, OrganisationId, WorkerId};
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::report::period;
use talkoot_protocol::schema::HALF_YEAR_PATTERN;
use talkoot_protocol::service_path::{By, Facet as PathFacet, Of};
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::view::Facet;

use super::operation::{Part, Sketch, taken};
use super::problem::Problem;

/// Entries of a page, if the asker does not say.
const LIMIT_DEFAULT: usize = 50;
/// Most entries of a page.
const LIMIT_MAX: usize = 1_000;
/// Most entries that can be skipped.
const SKIP_MAX: usize = 100_000_000;
/// Most characters of words that are looked for; of these, no four bytes each are more than the node takes.
const WORDS_CHARS_MAX: usize = talkoot_protocol::api::QUESTION_BYTES_MAX / 4;
/// Most characters of a filter.
const FILTER_CHARS_MAX: usize = 2_000;
/// Most characters of an address of a peer.
const ADDRESS_CHARS_MAX: usize = 300;
/// Most characters of a form's id.
const FORM_CHARS_MAX: usize = 200;

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

/// Defines a number within bounds.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident: $least:expr, $most:expr, $default:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Deserialize)]
        #[serde(try_from = "usize")]
        pub(super) struct $name(pub(super) usize);

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<usize> for $name {
            type Error = String;

            fn try_from(number: usize) -> Result<Self, String> {
                let fits = ($least..=$most).contains(&number);
                fits.then_some(Self(number)).ok_or_else(|| format!("expected a number from {} to {}", $least, $most))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $least, "maximum": $most, "default": $default })
            }
        }
    };
}

number! {
    /// At most so many entries.
    Limit: 1, LIMIT_MAX, LIMIT_DEFAULT
}
number! {
    /// Skip so many entries.
    Skip: 0, SKIP_MAX, 0
}

/// Defines a text of one form.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident: $schema:tt, $fits:expr, $expected:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err(format!("expected {}", $expected)) }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// Pattern of a document's id or its beginning.
const ID_BEGINNING: &str = "^[0-9a-fA-F]{1,64}$";
/// Pattern of filters such as `theme=2,5;county=12`.
const FILTER_PATTERN: &str =
    "^(?:[a-z_]+=[A-Za-z0-9_-]+(?:,[A-Za-z0-9_-]+)*(?:;[a-z_]+=[A-Za-z0-9_-]+(?:,[A-Za-z0-9_-]+)*)*)?$";

text! {
    /// The id of a document, or its first digits if no other id begins so.
    IdBeginning: { "type": "string", "pattern": ID_BEGINNING },
    |text| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
    "an id of 64 hexadecimal digits, or its first digits"
}
text! {
    /// Words that are looked for.
    Words: { "type": "string", "minLength": 1, "maxLength": WORDS_CHARS_MAX },
    |text| (1..=WORDS_CHARS_MAX).contains(&text.chars().count()),
    format!("1 to {WORDS_CHARS_MAX} characters")
}
text! {
    /// A half-year such as 2026-H1.
    HalfYear: { "type": "string", "pattern": HALF_YEAR_PATTERN },
    |text| period::HalfYear::from_str(text).is_ok() && text.len() == 7,
    "a half-year such as 2026-H1"
}
text! {
    /// Which reports count: each facet with its values, such as `theme=2,5;county=12`.
    FilterText: { "type": "string", "pattern": FILTER_PATTERN, "maxLength": FILTER_CHARS_MAX, "default": "" },
    |text| text.is_empty() || (text.len() <= FILTER_CHARS_MAX && text.split(';').all(is_filter)),
    "filters such as theme=2,5;county=12"
}
text! {
    /// An address of a peer: host:port or a multiaddress.
    PeerAddress: { "type": "string", "minLength": 1, "maxLength": ADDRESS_CHARS_MAX },
    |text| (1..=ADDRESS_CHARS_MAX).contains(&text.chars().count()),
    format!("1 to {ADDRESS_CHARS_MAX} characters")
}
text! {
    /// A form's id, such as talkoot/report/1, or the id of its document or the beginning of that.
    FormName: { "type": "string", "pattern": "^[A-Za-z0-9._/-]+$", "minLength": 1, "maxLength": FORM_CHARS_MAX },
    |text| (1..=FORM_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte)),
    "a form's id such as talkoot/report/1"
}

fn is_filter(part: &str) -> bool {
    let is_key =
        |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    part.split_once('=').is_some_and(|(facet, keys)| {
        let is_facet = !facet.is_empty() && facet.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_facet && keys.split(',').all(is_key)
    })
}

/// A document.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct One {
    /// The id of a document, or its first digits if no other id begins so.
    pub(super) id: IdBeginning,
}

/// An attachment of a report.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Attached {
    /// The id of the report, or its first digits if no other id begins so.
    pub(super) id: IdBeginning,
    /// The attachment's hash or the beginning of it, or its number in the list, counted from 1.
    pub(super) attachment: IdBeginning,
}

/// What a report will say of a picture or document; how many bytes it has, is counted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// SHA-256 of its bytes.
    pub(super) hash: AttachmentHash,
    /// What its bytes are.
    pub(super) kind: AttachmentKind,
    /// Of a picture: its width in pixels.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(super) width: Option<u32>,
    /// Of a picture: its height in pixels.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(super) height: Option<u32>,
    /// Of a document: its pages.
    #[schemars(extend("maximum" = u32::MAX))]
    pub(super) pages: Option<u32>,
}

/// A form.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct FormAt {
    /// A form's id, such as talkoot/report/1, or the id of its document or the beginning of that.
    pub(super) id: FormName,
}

/// Which part of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PageOf {
    /// Skip so many entries.
    #[serde(default)]
    pub(super) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// Which reports or service paths.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfOrganisation {
    /// Only of this organisation.
    pub(super) organisation: Option<OrganisationId>,
    /// Skip so many entries.
    #[serde(default)]
    pub(super) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// Which table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct View {
    /// The facet of the rows.
    #[serde(default = "theme")]
    pub(super) rows: Facet,
    /// The facet of the columns; none gives a list of rows.
    pub(super) columns: Option<Facet>,
    /// Which reports count: each facet with its values, such as `theme=2,5;county=12`.
    #[serde(default)]
    pub(super) filter: FilterText,
}

fn theme() -> Facet {
    Facet::Theme
}

/// Which reports stand behind a table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewReports {
    /// Which reports: each facet with its values, such as `theme=2,5;county=12`.
    #[serde(default)]
    pub(super) filter: FilterText,
    /// Only of this organisation.
    pub(super) organisation: Option<OrganisationId>,
    /// Skip so many entries.
    #[serde(default)]
    pub(super) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// Which count of service paths.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PathView {
    /// What is counted.
    #[serde(default = "flow")]
    pub(super) by: By,
    /// By what steps are told apart.
    #[serde(default)]
    pub(super) of: Of,
    /// The facet whose values stand side by side, if any.
    pub(super) across: Option<PathFacet>,
    /// Only paths that have these values, one for each facet, such as `county=12;half_year=2026-H1`.
    #[serde(default)]
    pub(super) filter: FilterText,
}

fn flow() -> By {
    By::Flow
}

/// Which phenomena.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Phenomena {
    /// Only those with a contradiction that is not settled.
    #[serde(default)]
    pub(super) open: bool,
    /// Skip so many entries.
    #[serde(default)]
    pub(super) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// How a joint document is shown.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct History {
    /// Tell also of every entry that was ever written or taken back.
    #[serde(default)]
    pub(super) history: bool,
}

/// Which proposals.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposals {
    /// Of which list.
    #[serde(default)]
    pub(super) list: ProposalList,
    /// In the inbox: whose, one's own without it. Elsewhere: only what this organisation asks.
    pub(super) organisation: Option<OrganisationId>,
    /// In the queue: only what this worker holds.
    pub(super) holder: Option<WorkerId>,
    /// Only those overdue.
    #[serde(default)]
    pub(super) overdue: bool,
    /// Skip so many entries.
    #[serde(default)]
    pub(super) skip: Skip,
    /// At most so many entries.
    #[serde(default)]
    pub(super) limit: Limit,
    /// As it stands on this day; today without it.
    today: Option<Date>,
}

/// On which day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    /// As it stands on this day; today without it.
    today: Option<Date>,
}

/// Which words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Words that are looked for.
    pub(super) words: Words,
    /// Only reports of this organisation.
    pub(super) organisation: Option<OrganisationId>,
    /// Only of this half-year.
    pub(super) half_year: Option<HalfYear>,
    /// At most so many entries; no more than a hundred are found.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// How many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Similar {
    /// At most so many entries; no more than a hundred are found.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// Suggestions for what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Suggestions {
    /// The id of a phenomenon or its beginning; without it those begun last are looked at.
    pub(super) phenomenon: Option<IdBeginning>,
    /// At most so many entries of each sort.
    #[serde(default)]
    pub(super) limit: Limit,
}

/// An address of a peer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    /// host:port or a multiaddress.
    pub(super) address: PeerAddress,
}

impl Proposals {
    /// Returns the day on which it is asked.
    pub(super) fn day(&self, now: Timestamp) -> Date {
        self.today.unwrap_or_else(|| Date::of(now))
    }
}

impl Day {
    /// Returns the day on which it is asked.
    pub(super) fn day(&self, now: Timestamp) -> Date {
        self.today.unwrap_or_else(|| Date::of(now))
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

    #[test]
    fn filters_have_one_form() {
        for good in ["", "theme=2", "theme=2,5;county=12", "half_year=2026-H1"] {
            FilterText::try_from(good.to_owned()).unwrap();
        }
        for bad in ["theme", "theme=", "=2", "theme=2;", "theme=2,,3", "Theme=2", "theme=ä"] {
            FilterText::try_from(bad.to_owned()).unwrap_err();
        }
    }
}
