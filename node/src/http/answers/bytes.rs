//! What is not JSON: signed changes as they are, and the bytes of attachments.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response as HttpResponse};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use talkoot_protocol::api::{self, Outcome, Request, Response};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report;
use talkoot_protocol::report::codes::AttachmentKind;

use crate::control;

use super::super::Site;
use super::super::idempotency::Key;
use super::super::operation::{Shown, Sketch};
use super::super::problem::Problem;
use super::super::query::{self, Asked, At, File, Raw};
use super::super::validator::Answer;
use super::{Answered, Done};

/// Media type of changes one after another, each behind its length (`docs/protocol.md`, "HTTP").
pub(in super::super) const CHANGES: &str = "application/vnd.talkoot.changes";

/// Changes of one document.
pub(in super::super) struct Changes {
    document: DocumentId,
    bytes: Vec<u8>,
}

impl IntoResponse for Changes {
    fn into_response(self) -> HttpResponse {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CHANGES));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if let Ok(name) = HeaderValue::from_str(&format!("/v1/documents/{}/changes", self.document)) {
            headers.insert(header::CONTENT_LOCATION, name);
        }
        response
    }
}

impl Shown for Changes {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        sketch.answer(200, "Signed changes, each behind its length: four bytes, the highest first.", CHANGES, schema);
    }
}

/// The signed changes of a document, as they are.
pub(in super::super) async fn changes(State(site): State<Site>, At(at): At<query::One>) -> Result<Changes, Problem> {
    let reply = site.reply(Request::Document { document: at.id.0 }, Vec::new()).await?;
    let Response::Document { document } = reply.response else { return Err(Problem::unexpected()) };
    Ok(Changes { document, bytes: control::join(&reply.attachments) })
}

/// What became of changes.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct Submitted {
    /// One for each change, in order.
    outcomes: Vec<Outcome>,
}

/// Takes in signed changes. The same change twice is stored once, so a request that got no answer may be sent again, with or
/// without a key.
pub(in super::super) async fn submit(State(site): State<Site>, _key: Key, Raw(body): Raw) -> Answered<Submitted> {
    let changes = control::split(&body).map_err(|_| {
        let detail = "The body is not changes one after another, each behind its length. Nothing was stored.";
        Problem::of("bad_body", detail)
    })?;
    if changes.is_empty() {
        return Err(Problem::of("bad_body", "The body holds no change. Nothing was stored."));
    }
    let reply = site.reply(Request::Submit, changes).await?;
    let Response::Submitted { outcomes } = reply.response else { return Err(Problem::unexpected()) };
    Answer::json(&Submitted { outcomes })
}

/// The attachments of a report.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct AttachmentsOf {
    /// The report.
    document: DocumentId,
    /// In the order of the report.
    entries: Vec<api::HeldAttachment>,
}

pub(in super::super) async fn attachments(State(site): State<Site>, At(at): At<query::One>) -> Answered<AttachmentsOf> {
    let Response::Attachments { document, attachments } = site.ask(Request::Attachments { document: at.id.0 }).await?
    else {
        return Err(Problem::unexpected());
    };
    Answer::json(&AttachmentsOf { document, entries: attachments })
}

/// Keeps the bytes of an attachment that a report is about to name.
pub(in super::super) async fn keep_attachment(
    State(site): State<Site>,
    Asked(about): Asked<query::About>,
    File(body): File,
) -> Result<Done, Problem> {
    let bytes = u32::try_from(body.len()).map_err(|_| Problem::of("too_large", "The file is too large."))?;
    let query::About { hash, kind, width, height, pages } = about;
    let attachment = report::Attachment { hash, kind: kind.into(), bytes, width, height, pages, caption: None };
    site.reply(Request::KeepAttachment { attachment }, vec![body.into()]).await.map(|_| Done)
}

/// The bytes of an attachment.
pub(in super::super) struct Attachment {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl IntoResponse for Attachment {
    fn into_response(self) -> HttpResponse {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        response
    }
}

impl Shown for Attachment {
    fn sketch(sketch: &mut Sketch) {
        let schema = json!({ "type": "string", "format": "binary" });
        let kinds = ["image/jpeg", "image/png", "application/pdf", "application/octet-stream"];
        let content: serde_json::Map<_, _> =
            kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema }))).collect();
        sketch.good.insert("200".to_owned(), json!({ "description": "The bytes.", "content": content }));
    }
}

/// The bytes of an attachment; fetched from a peer if they are not here.
pub(in super::super) async fn attachment(
    State(site): State<Site>,
    At(at): At<query::Attached>,
) -> Result<Attachment, Problem> {
    let request = Request::Attachment { document: at.id.0, attachment: at.attachment.0 };
    let mut reply = site.reply(request, Vec::new()).await?;
    let Response::Attachment { attachment, .. } = reply.response else { return Err(Problem::unexpected()) };
    let bytes = reply.attachments.pop().ok_or_else(Problem::unexpected)?;
    let media_type = match attachment.kind.known() {
        Some(AttachmentKind::Jpeg) => "image/jpeg",
        Some(AttachmentKind::Png) => "image/png",
        Some(AttachmentKind::Pdf) => "application/pdf",
        None => "application/octet-stream",
    };
    Ok(Attachment { media_type, bytes })
}
