//! Pictures and documents on pages: what a worker's browser brings is cleaned here, on their organisation's own node, shown as it will go
//! out, and waits in memory until a change that names it is about to be signed; what a report names is given to those who may read it.
//!
//! Cleaning is the command line's ([`crate::attachment`]). The name of a file is looked at, repeated to nobody and kept nowhere. What
//! is shown comes from this site and may do nothing: its own policy forbids everything, and browsers save documents instead of opening
//! them. Decision 0031.

mod tray;
mod words;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use talkoot_protocol::api::{Request, Response as Answer, Writing};
use talkoot_protocol::id::AttachmentHash;
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::report::limits::ATTACHMENTS_MAX;
use talkoot_protocol::report::{Attachment, Report};
use talkoot_protocol::scope::Kind;
use tokio::sync::Semaphore;

use crate::attachment::{self, Clean, FILE_BYTES_MAX};
use crate::http::{Problem, Site};

pub(super) use words::told;

use super::visit::Member;
use super::write::WRITERS;
use tray::Tray;

/// Field of a report.
const FIELD: &str = "attachment";
/// Header in which a script names the file, percent-encoded: an address might be logged on its way, a header is not.
const NAME_HEADER: &str = "x-talkoot-file-name";
/// Longest name that is looked at, in bytes; longer ones are none that a disk has.
const NAME_BYTES_MAX: usize = 1024;
/// Files that may come at one time: each takes its length in memory.
const COMING_MAX: usize = 4;
/// Files that are cleaned at one time: a picture takes four bytes a pixel meanwhile.
const CLEANING_MAX: usize = 1;
/// What a browser may do with an attachment that it was made to open by itself: nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// What waits, and how many may bring something at a time.
#[derive(Debug)]
pub(crate) struct Attaching {
    tray: Mutex<Tray>,
    coming: Semaphore,
    cleaning: Arc<Semaphore>,
}

impl Default for Attaching {
    fn default() -> Self {
        Self {
            tray: Mutex::default(),
            coming: Semaphore::new(COMING_MAX),
            cleaning: Arc::new(Semaphore::new(CLEANING_MAX)),
        }
    }
}

impl Attaching {
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns where files are brought to and given from.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/session/attachments", post(bring))
        .route("/session/attachments/{hash}", get(waiting))
        .route("/reports/{id}/attachments/{attachment}", get(of_report))
}

/// Cleans a file, lets it wait, and says what a report is to say of it.
async fn bring(State(site): State<Site>, member: Member, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    member.require(WRITERS)?;
    let texts = member.visit.texts;
    // A form of another site cannot send this type, and nobody can take the bytes for something else.
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/octet-stream") {
        let detail = "A file has to come as 'Content-Type: application/octet-stream'. Nothing was stored.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown_media_type", detail));
    }
    let owner = member.session.worker;
    site.attaching.tray().brings(owner, Instant::now()).map_err(|wait| words::too_much(texts, wait))?;
    let _place = site.attaching.coming.try_acquire().map_err(|_| words::busy(texts))?;
    let file = to_bytes(body, FILE_BYTES_MAX).await.map_err(|_| words::too_long(texts))?;
    let clean = cleaned(&site, name_of(&headers), file).await?.map_err(|refusal| words::refused(texts, &refusal))?;
    let attachment = clean.describe(None);
    let told = json!({
        "attachment": attachment,
        "told": words::told(texts, &attachment),
        "remarks": words::remarks(texts, &clean),
    });
    if !site.attaching.tray().put(owner, attachment, clean.bytes.into(), Instant::now()) {
        return Err(words::busy(texts));
    }
    Ok(Json(told).into_response())
}

/// Cleans beside the runtime, one after the other, also where nobody waits for the answer any longer. A fault of a program that reads
/// files ends only its own work.
async fn cleaned(site: &Site, name: String, file: Bytes) -> Result<Result<Clean, attachment::Refusal>, Problem> {
    let turn = site.attaching.cleaning.clone().acquire_owned().await.map_err(|_| Problem::unexpected())?;
    let work = tokio::task::spawn_blocking(move || {
        let clean = attachment::clean(&name, &file);
        drop(turn);
        clean
    });
    work.await.map_err(|_| {
        tracing::error!("a file could not be cleaned: a fault of the program");
        Problem::unexpected()
    })
}

/// Reads the file's name; what is no name is looked at as it is.
fn name_of(headers: &HeaderMap) -> String {
    let name = headers.get(NAME_HEADER).and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = name.get(..NAME_BYTES_MAX).unwrap_or(name);
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Gives a worker what they brought, cleaned.
async fn waiting(State(site): State<Site>, member: Member, Path(hash): Path<String>) -> Result<Response, Problem> {
    let found = hash.parse::<AttachmentHash>().ok().and_then(|hash| {
        let tray = site.attaching.tray();
        tray.get(&member.session.worker, &hash, Instant::now())
    });
    let (attachment, bytes) = found.ok_or_else(|| words::gone(member.visit.texts))?;
    Ok(given(&attachment, bytes))
}

/// Gives an attachment of a report; fetched from a partner if it is not here.
async fn of_report(
    State(site): State<Site>,
    _reader: Member,
    Path((document, attachment)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut reply = site.reply(Request::Attachment { document, attachment }, Vec::new()).await?;
    let Answer::Attachment { attachment, .. } = reply.response else { return Err(Problem::unexpected()) };
    let bytes = reply.attachments.pop().ok_or_else(Problem::unexpected)?;
    Ok(given(&attachment, bytes.into()))
}

/// Answers with bytes that are only to be shown as a picture or saved, under a name that says nothing.
fn given(attachment: &Attachment, bytes: Bytes) -> Response {
    let (media_type, ending) = match attachment.kind.known() {
        Some(AttachmentKind::Jpeg) => ("image/jpeg", "jpg"),
        Some(AttachmentKind::Png) => ("image/png", "png"),
        Some(AttachmentKind::Pdf) => ("application/pdf", "pdf"),
        None => ("application/octet-stream", "bin"),
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let name = format!("attachment; filename=\"talkoot-{}.{ending}\"", attachment.hash.short());
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// Returns what a change is to name.
fn named(writing: &Writing) -> BTreeSet<AttachmentHash> {
    let value = match writing {
        Writing::Begin { kind: Kind::Report, fields, .. } => fields.get(FIELD),
        Writing::Begin { .. } => None,
        Writing::Change { edits, .. } => edits.get(FIELD).and_then(Option::as_ref),
    };
    let fields: Map<String, Value> = value.map(|value| (FIELD.to_owned(), value.clone())).into_iter().collect();
    Report::read(fields).0.attachment.into_iter().map(|attachment| attachment.hash).collect()
}

/// What a change names anew, with its bytes: to be kept once the change is made and before it is signed.
///
/// # Errors
/// `attachment_gone` if the bytes of one are neither waiting nor named by the report already: the browser brings them again.
pub(super) async fn fresh(
    site: &Site,
    member: &Member,
    writing: &Writing,
) -> Result<Vec<(Attachment, Bytes)>, Problem> {
    let mut named = named(writing);
    if named.is_empty() {
        return Ok(Vec::new());
    }
    if let Writing::Change { document, .. } = writing {
        let asked = Request::Attachments { document: document.clone() };
        let Answer::Attachments { attachments, .. } = site.ask(asked).await? else {
            return Err(Problem::unexpected());
        };
        named.retain(|hash| attachments.iter().all(|held| held.attachment.hash != *hash));
    }
    let (tray, owner, now) = (site.attaching.tray(), &member.session.worker, Instant::now());
    let found = named.iter().take(ATTACHMENTS_MAX).map(|hash| tray.get(owner, hash, now));
    found.collect::<Option<Vec<_>>>().ok_or_else(|| words::gone(member.visit.texts))
}

/// Makes bytes durable that a change is about to name.
///
/// # Errors
/// `attachments_full`, `not_stored`.
pub(super) async fn keep(site: &Site, member: &Member, fresh: Vec<(Attachment, Bytes)>) -> Result<(), Problem> {
    for (attachment, bytes) in fresh {
        let hash = attachment.hash;
        site.reply(Request::KeepAttachment { attachment }, vec![bytes.into()]).await?;
        site.attaching.tray().kept(&member.session.worker, &hash);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_scripts_write_it() {
        for (written, expected) in
            [("kuva%20pihalta.jpg", "kuva pihalta.jpg"), ("%C3%A4iti%2", "äiti%2"), ("%zz%FF", "%zz\u{fffd}"), ("", "")]
        {
            let mut headers = HeaderMap::new();
            headers.insert(NAME_HEADER, HeaderValue::from_str(written).unwrap());
            assert_eq!(name_of(&headers), expected);
        }
        assert_eq!(name_of(&HeaderMap::new()), "");
    }

    #[test]
    fn only_reports_name_attachments_and_only_by_whole_hashes() {
        let entry = json!({ "hash": "a5".repeat(32), "kind": "jpeg", "bytes": 7, "width": 1, "height": 1 });
        let begin = |kind: Kind, value: Value| Writing::Begin {
            kind,
            scope: talkoot_protocol::scope::Scope::Network,
            fields: [(FIELD.to_owned(), value)].into_iter().collect(),
        };
        assert_eq!(named(&begin(Kind::Report, json!([entry, entry]))).len(), 1);
        assert_eq!(named(&begin(Kind::Proposal, json!([entry]))).len(), 0);
        assert_eq!(named(&begin(Kind::Report, json!([{ "hash": "a5" }, 7, null]))).len(), 0);
        let edits = [(FIELD.to_owned(), Some(json!([entry]))), ("title".to_owned(), None)].into();
        assert_eq!(named(&Writing::Change { document: "x".into(), edits }).len(), 1);
    }

    #[test]
    fn what_is_given_can_do_nothing() {
        let attachment =
            serde_json::from_value(json!({ "hash": "a5".repeat(32), "kind": "pdf", "bytes": 7, "pages": 1 }));
        let response = given(&attachment.unwrap(), Bytes::from_static(b"%PDF-1"));
        let field = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(field("content-security-policy").ends_with("sandbox"));
        assert!(field("content-disposition").starts_with("attachment; filename=\"talkoot-a5a5"));
        assert_eq!(field("content-type"), "application/pdf");
    }
}
