//! What a page's script asks so that its worker can sign: what is to be said about the words, a change to sign, and to store the
//! signed one. The key and the certificate are the session's; nobody has a change made for somebody else.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use talkoot_protocol::api::{Outcome, Preparation, Remark, Request, Response as Answer, Writing};
use talkoot_protocol::limits::{BODY_BYTES_MAX, CHANGE_BYTES_MAX, SALT_BYTES};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::time::Timestamp;

use crate::control::Reply;
use crate::http::{Given, Problem, Site};

use super::attachments;
use super::session::{hex, unhex};
use super::texts::{Given as Placed, Texts};
use super::visit::Member;

/// Longest question about words that are being written, in bytes of JSON: all that one change may hold, and the names around it. The
/// node looks at every character.
const WORDS_BYTES_MAX: usize = BODY_BYTES_MAX + 64 * 1024;
/// Longest signed change as it is handed in, in bytes of JSON.
const DIGITS_BYTES_MAX: usize = 2 * CHANGE_BYTES_MAX + 1024;

/// Returns where scripts ask, each with the most that may be sent there.
pub(super) fn routes() -> Router<Site> {
    let words = Router::new().route("/session/examine", post(examine)).route("/session/prepare", post(prepare));
    let words = words.layer(DefaultBodyLimit::max(WORDS_BYTES_MAX));
    let digits = Router::new().route("/session/submit", post(submit)).layer(DefaultBodyLimit::max(DIGITS_BYTES_MAX));
    words.merge(digits)
}

/// What somebody is writing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    kind: Kind,
    fields: Map<String, Value>,
}

/// What is to be made ready for signing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    writing: Writing,
    claimed: Timestamp,
    /// Hexadecimal digits.
    salt: String,
    #[serde(default)]
    confirmed: bool,
}

/// A signed change, as hexadecimal digits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    change: String,
}

impl Wanted {
    /// Returns the salt.
    pub(super) fn salt(&self) -> Result<[u8; SALT_BYTES], Problem> {
        unhex(&self.salt).ok_or_else(|| Problem::parameter("salt", "'salt' is 32 hexadecimal digits."))
    }
}

impl Written {
    /// Returns the change, as bytes and read.
    pub(super) fn change(&self) -> Result<(Vec<u8>, Signed), Problem> {
        let bytes = bytes(&self.change).ok_or_else(|| bad_change("it is no list of hexadecimal digits"))?;
        let signed = Signed::decode(&bytes).map_err(|error| bad_change(&error.to_string()))?;
        Ok((bytes, signed))
    }
}

/// Says what there is to say about words that are being written.
async fn examine(State(site): State<Site>, member: Member, Given(draft): Given<Draft>) -> Result<Response, Problem> {
    let asked = Request::Examine { kind: draft.kind, fields: draft.fields };
    let Answer::Remarks { remarks } = site.ask(asked).await? else { return Err(Problem::unexpected()) };
    Ok(Json(json!({ "remarks": told(member.visit.texts, remarks) })).into_response())
}

/// Makes a change for the session's key to sign.
async fn prepare(State(site): State<Site>, member: Member, Given(wanted): Given<Wanted>) -> Result<Response, Problem> {
    let salt = wanted.salt()?;
    let fresh = attachments::fresh(&site, &member, &wanted.writing).await?;
    let preparation = Preparation {
        author: member.session.key,
        certificate: member.session.certificate,
        claimed: wanted.claimed,
        salt,
        confirmed: wanted.confirmed,
        writing: wanted.writing,
    };
    let Reply { response, attachments } = site.reply(Request::Prepare(Box::new(preparation)), Vec::new()).await?;
    match (response, attachments.as_slice()) {
        (Answer::Prepared { id }, [header, body]) => {
            // Durable before a change that names them can be signed.
            attachments::keep(&site, &member, fresh).await?;
            Ok(Json(json!({ "id": id, "header": hex(header), "body": hex(body) })).into_response())
        }
        (Answer::Remarks { remarks }, _) => Err(Problem::to_mend(told(member.visit.texts, remarks))),
        _ => Err(Problem::unexpected()),
    }
}

/// Stores a change that the session's key signed.
async fn submit(State(site): State<Site>, member: Member, Given(written): Given<Written>) -> Result<Response, Problem> {
    let (change, signed) = written.change()?;
    let header = signed.header();
    if header.author != member.session.key || header.certificate != Some(member.session.certificate) {
        let detail = "This was signed by another key than the one that this browser showed. Nothing was stored.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "other_key", detail));
    }
    let Reply { response: Answer::Submitted { outcomes }, .. } = site.reply(Request::Submit, vec![change]).await?
    else {
        return Err(Problem::unexpected());
    };
    match outcomes.first() {
        Some(Outcome::Stored { id } | Outcome::Known { id }) => Ok(Json(json!({ "id": id })).into_response()),
        Some(Outcome::Waiting { missing, .. }) => Err(stays("waits", &format!("It waits and is not kept: {missing}."))),
        Some(Outcome::Refused { name, message, .. }) => {
            Err(stays("refused", &format!("It was refused ({name}): {message}.")))
        }
        Some(Outcome::NotStored { message, .. }) => {
            Err(Problem::new(StatusCode::INSUFFICIENT_STORAGE, "not_stored", format!("{message}. Nothing was stored.")))
        }
        None => Err(Problem::unexpected()),
    }
}

fn stays(name: &str, detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, name, detail)
}

fn bad_change(reason: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad_body",
        format!("This is no signed change: {reason}. Nothing was stored."),
    )
}

/// Reads hexadecimal digits of at most one change.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if digits.len() > 2 * CHANGE_BYTES_MAX || !digits.len().is_multiple_of(2) || !plain {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// Puts remarks into the language of the visit, where it has words for them.
fn told(texts: Texts, remarks: Vec<Remark>) -> Vec<Remark> {
    let told = |mut remark: Remark| {
        if let Some(words) = words(texts, &remark) {
            remark.message = words;
        }
        remark
    };
    remarks.into_iter().map(told).collect()
}

fn words(texts: Texts, remark: &Remark) -> Option<String> {
    let _known = texts.one_of("remark", &remark.name)?;
    let nearest = remark.nearest.join(", ");
    let suggestion = remark.suggestion.clone().unwrap_or_default();
    let given = [
        ("limit", Placed::from(remark.limit.unwrap_or_default())),
        ("got", remark.got.unwrap_or_default().into()),
        ("suggestion", (&suggestion).into()),
        ("nearest", (&nearest).into()),
    ];
    Some(texts.say_with(&format!("remark-{}", remark.name.replace('_', "-")), &given))
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::api::Weight;

    use super::super::texts::LANGUAGES;
    use super::*;

    #[test]
    fn digits_are_read_whole_or_not_at_all() {
        assert_eq!(bytes("00ff7A"), Some(vec![0, 255, 0x7a]));
        for bad in ["0", "0g", "+1", "ää", &"00".repeat(CHANGE_BYTES_MAX + 1)] {
            assert_eq!(bytes(bad), None);
        }
    }

    #[test]
    fn remarks_are_told_in_each_language() {
        for language in LANGUAGES {
            let texts = Texts::new(language);
            let mut remark = Remark::new("title", "too_long", Weight::Mend, "English");
            (remark.limit, remark.got) = (Some(120), Some(131));
            let told = told(texts, vec![remark, Remark::new("x", "never heard of", Weight::Note, "English")]);
            assert!(told[0].message.contains("120") && told[0].message.contains("131"), "{}", told[0].message);
            assert_eq!(told[1].message, "English");
        }
    }
}
