//! Bundles over HTTP ([decision 0042](../../../docs/decisions/0042-bundles-over-http.md)): what goes out is made part by part while it
//! is sent, what comes in lies in a file while it is gone through. So memory does not grow with a bundle's length. What is in one, and
//! what is let in of one, is decided by the node and its door as it is for the command line.

mod handed_in;
mod taking;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use futures::stream;
use serde_json::json;
use talkoot_protocol::api::{BundleFilter, BundlePlan, Request, Response};
use talkoot_protocol::bundle::{self as format, REQUEST_BYTES_MAX};
use talkoot_protocol::id::OrganisationId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bundle::{self, Making, request_file};

use super::Site;
use super::operation::{Part, Shown, Sketch};
use super::problem::Problem;
use super::query::{self, Asked, body_problem};

pub(crate) use handed_in::HandedIn;
pub(crate) use taking::TakenIn;
pub(super) use taking::{import, inspect};

/// Media type of a bundle.
pub(super) const BUNDLE: &str = "application/vnd.talkoot.bundle";
/// Media type of a request.
pub(super) const REQUEST: &str = "application/vnd.talkoot.bundle-request";
/// Where a bundle is handed in.
pub(super) const IMPORT_PATH: &str = "/v1/bundle-import";
/// Where a bundle is looked into.
pub(super) const INSPECTION_PATH: &str = "/v1/bundle-inspection";
/// Where a bundle is handed in on a page.
pub(crate) const PAGE_PATH: &str = "/network/bundle";
/// Bundles that are on their way at one time, in and out.
const AT_ONCE: usize = 2;

/// Room for bundles on their way.
#[derive(Debug)]
pub(super) struct Carriage {
    /// Where files lie that are being handed in.
    dir: PathBuf,
    places: Arc<Semaphore>,
}

impl Carriage {
    /// Makes room in a node's directory.
    pub(super) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.places.clone().try_acquire_owned().map_err(|_| {
            let detail =
                format!("{AT_ONCE} bundles are on their way already. Nothing was done; ask again in a minute.");
            Problem::of("bundles_busy", detail)
        })
    }
}

impl From<bundle::Error> for Problem {
    fn from(error: bundle::Error) -> Self {
        use bundle::Error as Wrong;
        match error {
            Wrong::Unsound(why) => {
                Self::of("bad_bundle", format!("This is no sound bundle: {why}. Nothing was stored."))
            }
            Wrong::CutAtOnce | Wrong::IsRequest | Wrong::OtherVersion | Wrong::NoBundle => {
                Self::of("bad_bundle", format!("It cannot be taken: {error}. Nothing was stored."))
            }
            Wrong::OtherNetwork { .. } => {
                Self::of("other_network", format!("It cannot be taken: {error}. Nothing was stored."))
            }
            Wrong::RequestTooLong => Self::of("too_long", format!("No request was made: {error}.")),
            Wrong::NotTaken { .. } => {
                let detail =
                    format!("It stopped on the way: {error}. What is stored is kept; hand the same bundle in again.");
                Self::of("not_taken", detail)
            }
            Wrong::Read(_) | Wrong::Damaged | Wrong::Changed | Wrong::Misfit => {
                tracing::error!(%error, "a bundle could not be gone through");
                Self::unexpected()
            }
        }
    }
}

/// A file that goes out.
fn file(mut response: HttpResponse, media_type: &'static str, disposition: &'static str) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}

/// A request that was made.
pub(crate) struct Told(Vec<u8>);

impl IntoResponse for Told {
    fn into_response(self) -> HttpResponse {
        file(self.0.into_response(), REQUEST, "attachment; filename=\"talkoot.request\"")
    }
}

impl Shown for Told {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        sketch.answer(200, "What is here, in at most 64 KiB. There is no report in it.", REQUEST, schema);
    }
}

impl Site {
    /// Says what is here in the file of a request, also of what `reader` may receive besides what all members may.
    pub(crate) async fn bundle_request(&self, reader: Option<OrganisationId>) -> Result<Told, Problem> {
        let reply = self.reply(Request::BundleRequest { reader }, Vec::new()).await?;
        let Response::BundleRequest { .. } = reply.response else { return Err(Problem::unexpected()) };
        Ok(Told(request_file(&reply.attachments)?))
    }

    /// Begins a bundle that is made while it is sent.
    pub(crate) async fn bundle(&self, filter: BundleFilter, wanted: Wanted) -> Result<Exported, Problem> {
        let place = self.carriage.place()?;
        let wanted = wanted.introduced(self).await?;
        let reply = self.reply(Request::BundlePlan { filter: filter.clone() }, wanted.clone()).await?;
        let Response::BundlePlan(plan) = reply.response else { return Err(Problem::unexpected()) };
        let (making, head) = Making::begin(filter, &plan, &reply.attachments);
        let course = Course { site: self.clone(), making, wanted, head: Some(head), _place: place };
        Ok(Exported { plan: *plan, body: Body::from_stream(stream::try_unfold(course, Course::next)) })
    }
}

/// Says what is here, so that a partner can make a bundle of what is lacking.
pub(super) async fn request(State(site): State<Site>, Asked(asked): Asked<query::Reader>) -> Result<Told, Problem> {
    site.bundle_request(asked.organisation).await
}

/// The bytes of a request, if one came.
#[derive(Default)]
pub(crate) struct Wanted(Bytes);

impl<S: Send + Sync> FromRequest<S> for Wanted {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, _: &S) -> Result<Self, Problem> {
        let read = to_bytes(request.into_body(), REQUEST_BYTES_MAX).await;
        read.map(Self).map_err(|_| body_problem(StatusCode::PAYLOAD_TOO_LARGE, ""))
    }
}

impl Part for Wanted {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        sketch.body = Some(json!({ "required": false, "content": { REQUEST: { "schema": schema } } }));
        sketch.problems.extend(["bad_request", "other_network", "too_large"]);
    }
}

impl Wanted {
    /// Reads the request. Its maker's record and certificate go through the door, as if they had called: so their counties are known.
    async fn introduced(self, site: &Site) -> Result<Vec<Vec<u8>>, Problem> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let Response::Identity(identity) = site.ask(Request::Identity).await? else {
            return Err(Problem::unexpected());
        };
        let wanted = format::Request::decode(&self.0, &identity.network).map_err(|error| match error {
            format::Error::OtherNetwork => {
                Problem::of("other_network", "The request was made in another network than this node's.")
            }
            error => Problem::of("bad_request", format!("This is no whole request: {error}. No bundle was made.")),
        })?;
        let introduction = vec![wanted.hello.record.clone(), wanted.hello.certificate.clone()];
        site.reply(Request::Submit, introduction).await?;
        Ok(vec![self.0.into()])
    }
}

/// A bundle on its way out.
pub(crate) struct Exported {
    plan: BundlePlan,
    body: Body,
}

/// Fields of the head that tell what a program has no other way to know before the end: name, what it says.
const FIELDS: [(&str, &str); 3] = [
    ("talkoot-changes", "How many changes are in it."),
    ("talkoot-last", "What to give as `since` next time."),
    ("talkoot-whole", "Scopes of which the request told too little, so that all of each is in it; divided by commas."),
];

impl IntoResponse for Exported {
    fn into_response(self) -> HttpResponse {
        let mut response = file(self.body.into_response(), BUNDLE, "attachment; filename=\"talkoot.bundle\"");
        let BundlePlan { changes, last, whole, .. } = self.plan;
        let whole = whole.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        for ((name, _), value) in FIELDS.into_iter().zip([changes.to_string(), last.to_string(), whole]) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl Shown for Exported {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        let told = "The bundle, sent while it is made. One whose sending breaks off is not whole: ask again. It is not encrypted.";
        sketch.answer(200, told, BUNDLE, schema);
        let field = |(name, told): (&str, &str)| {
            (name.to_owned(), json!({ "description": told, "schema": { "type": "string" } }))
        };
        sketch.good["200"]["headers"] = FIELDS.into_iter().map(field).collect::<serde_json::Map<_, _>>().into();
    }
}

/// What is kept between two parts of a bundle that is being sent.
struct Course {
    site: Site,
    making: Making,
    wanted: Vec<Vec<u8>>,
    /// What stands before the first delivery.
    head: Option<Vec<u8>>,
    _place: OwnedSemaphorePermit,
}

/// Why sending broke off.
type Broken = Box<dyn std::error::Error + Send + Sync>;

impl Course {
    /// Makes the next part. An error breaks the answer off before its end, so that nobody takes it for whole.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Broken> {
        if let Some(head) = self.head.take() {
            return Ok(Some((head.into(), self)));
        }
        let Some(part) = self.making.next() else { return Ok(None) };
        let reply = self.site.reply(part, self.wanted.clone()).await.map_err(|problem| problem.detail().to_owned())?;
        let bytes = self.making.take(&reply.response, &reply.attachments).inspect_err(|error| {
            tracing::warn!(%error, "a bundle was broken off while it was sent");
        })?;
        Ok(Some((bytes.into(), self)))
    }
}

/// Makes a bundle while it is sent.
pub(super) async fn export(
    State(site): State<Site>,
    Asked(asked): Asked<query::Bundle>,
    wanted: Wanted,
) -> Result<Exported, Problem> {
    let query::Bundle { organisation, scope, since } = asked;
    site.bundle(BundleFilter { organisation, scope, since }, wanted).await
}
