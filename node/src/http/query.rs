//! What stands behind the question mark of an address, checked: unknown names are refused, since a misspelt filter that is
//! silently ignored answers another question.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use talkoot_protocol::date::Date;
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::view::Facet;

use super::problem::Problem;

/// Entries of a page, if the asker does not say.
const LIMIT_DEFAULT: usize = 50;
/// Most entries of a page.
const LIMIT_MAX: usize = 1_000;

/// The parameters of an address.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked)).map_err(|rejection: QueryRejection| {
            Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", format!("{}.", rejection.body_text()))
        })
    }
}

/// A JSON body.
pub(crate) struct Given<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = axum::Json::<T>::from_request(request, state).await;
        read.map(|axum::Json(given)| Self(given)).map_err(|rejection: JsonRejection| {
            Problem::new(rejection.status(), "bad_body", format!("{}. Nothing was changed.", rejection.body_text()))
        })
    }
}

/// Returns how many entries of a list are asked for.
pub(super) fn limit_of(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => Err(Problem::parameter("limit", format!("'limit' is a number from 1 to {LIMIT_MAX}."))),
    }
}

/// Which reports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reports {
    pub(super) organisation: Option<OrganisationId>,
    #[serde(default)]
    pub(super) skip: usize,
    pub(super) limit: Option<usize>,
}

/// Which table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct View {
    #[serde(default = "theme")]
    pub(super) rows: Facet,
    pub(super) columns: Option<Facet>,
    /// `theme=2,5;county=12`.
    #[serde(default)]
    pub(super) filter: String,
}

fn theme() -> Facet {
    Facet::Theme
}

/// Which phenomena.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phenomena {
    #[serde(default)]
    pub(super) open: bool,
    #[serde(default)]
    pub(super) skip: usize,
    pub(super) limit: Option<usize>,
}

/// How a phenomenon is shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phenomenon {
    #[serde(default)]
    pub(super) history: bool,
}

/// Which proposals.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proposals {
    #[serde(default)]
    pub(super) list: talkoot_protocol::api::ProposalList,
    pub(super) organisation: Option<OrganisationId>,
    #[serde(default)]
    pub(super) overdue: bool,
    #[serde(default)]
    pub(super) skip: usize,
    pub(super) limit: Option<usize>,
    today: Option<Date>,
}

/// On which day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    today: Option<Date>,
}

/// Which words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    pub(super) words: String,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) half_year: Option<String>,
    pub(super) limit: Option<usize>,
}

/// How many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Similar {
    pub(super) limit: Option<usize>,
}

/// An address of a peer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    pub(super) address: String,
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
