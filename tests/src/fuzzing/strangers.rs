//! What strangers and browsers send over HTTP before anything is asked of the node.

use std::time::Instant;

use serde_json::Value;
use talkoot_node::http::strangers;
use talkoot_node::intake::Intake;
use talkoot_node::intake::slip::{PROPOSAL_CHARS_MAX, TEXT_CHARS_MAX, Written};
use talkoot_protocol::date::Date;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scan::{Action, scan};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::time::Timestamp;

use super::kept::scratch;

/// A personal identity code of nobody, which no answer may repeat.
pub(super) const CODE: &str = "131052-308T";
/// Addresses to which scripts send something.
const PATHS: [&str; 5] = ["/session", "/session/examine", "/session/prepare", "/session/submit", "/enrolment"];

/// A submission of a client information system: a line for what stands behind the question mark, a line for each field of the head, an
/// empty one, the body.
pub fn submission(bytes: &[u8]) {
    let split = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = split.map_or((bytes, &[][..]), |at| (&bytes[..at], &bytes[at + 2..]));
    let mut lines = head.split(|byte| *byte == b'\n');
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let fields = lines.filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        Some((std::str::from_utf8(&line[..at]).ok()?, line[at + 1..].trim_ascii()))
    });
    let fields: Vec<_> = fields.collect();
    match strangers::submission(&fields, Some(query.as_str()).filter(|query| !query.is_empty()), body) {
        Ok((key, fields)) => {
            assert!(query.is_empty(), "there are no parameters");
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            assert!(key.is_none_or(|key| (1..=128).contains(&key.len()) && key.bytes().all(is_plain)));
            fields.into_iter().for_each(|(name, value)| clean(&Value::Array(vec![name.into(), value])));
        }
        Err(problem) => {
            let told = serde_json::to_string(&problem).expect("a problem is JSON");
            assert!((400..500).contains(&problem.status()), "{told}");
            assert!(!told.to_uppercase().contains(CODE), "{told}");
        }
    }
}

/// Nothing that is certainly an identifier of a person is anywhere in a value.
fn clean(value: &Value) {
    match value {
        Value::String(text) => assert!(scan(text).iter().all(|finding| finding.action != Action::Block)),
        Value::Array(items) => items.iter().for_each(clean),
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            clean(&Value::from(name.as_str()));
            clean(member);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What a page's script sends; the first byte says where to.
pub fn script(bytes: &[u8]) {
    let [to, body @ ..] = bytes else { return };
    let path = PATHS[usize::from(*to) % PATHS.len()];
    if let Some(change) = strangers::script(path, body).filter(|change| !change.is_empty()) {
        assert_eq!(Signed::decode(&change).map(|signed| signed.encode()), Ok(change), "one form for one change");
    }
    assert_eq!(strangers::script("/elsewhere", body), None);
}

/// The form of somebody without an account: what passes is clean, and a slip that can be read again.
pub fn resident(bytes: &[u8]) {
    let Some(words) = strangers::resident(bytes) else { return };
    assert!(!words.text.is_empty() && words.text.chars().count() <= TEXT_CHARS_MAX);
    assert!(words.proposal.chars().count() <= PROPOSAL_CHARS_MAX);
    [&words.text, &words.proposal].into_iter().for_each(|text| clean(&Value::from(text.as_str())));
    let home = scratch();
    let received = Date::of(Timestamp::from_millis(1_795_000_000_000));
    let written = Written { words: words.clone(), language: Language::Sv, campaign: None, follow: true, received };
    let mut intake = Intake::open(home.path()).expect("an empty home");
    let received = intake.put(written, [1; 16], [2; 16], Instant::now()).expect("what passes is kept");
    let again = Intake::open(home.path()).expect("a home");
    assert_eq!(again.get(&received.id).and_then(|slip| slip.words.as_ref()), Some(&words));
}
