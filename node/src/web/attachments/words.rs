//! What is said about files that are brought: why one cannot be attached and what to do, what there is to look at, how large it is. In
//! the language of the page; a file's name is never repeated when it holds an identifier.

use std::time::Duration;

use axum::http::StatusCode;
use talkoot_protocol::report::Attachment;

use crate::attachment::{Clean, FILE_BYTES_MAX, Refusal};
use crate::http::Problem;
use crate::web::texts::Texts;

/// Bytes of a kibibyte.
const KIB: u32 = 1024;
/// Longest words of a file that are shown again to the one who brought it, in characters.
const FOUND_CHARS_MAX: usize = 60;

/// Says why a file is not taken.
pub(super) fn refused(texts: Texts, refusal: &Refusal) -> Problem {
    let name = match refusal {
        Refusal::Kind { .. } => "kind",
        Refusal::FileTooLarge { .. } => return too_long(texts),
        Refusal::TooManyPixels { .. } => "pixels",
        Refusal::StillTooLarge { .. } => "still-large",
        Refusal::TooMuch { .. } => "too-much",
        Refusal::Damaged => "damaged",
        Refusal::Locked => "locked",
        Refusal::Holds { .. } | Refusal::Unclean { .. } => "holds",
        Refusal::Identifier { .. } => "identifier",
        Refusal::TextUnreadable => "text",
    };
    let words = texts.one_of("attach-refused", name).unwrap_or_default();
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_file", words)
}

/// It is longer than anything that is looked at, or did not arrive whole.
pub(super) fn too_long(texts: Texts) -> Problem {
    let words = texts.say_with("attach-too-long", &[("mib", (FILE_BYTES_MAX >> 20).into())]);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_long", words)
}

/// Others are bringing files, or too much waits.
pub(super) fn busy(texts: Texts) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "files_busy", texts.say("attach-busy"))
}

/// Somebody brought more than a day's worth.
pub(super) fn too_much(texts: Texts, wait: Duration) -> Problem {
    let minutes = wait.as_secs() / 60 + 1;
    let words = texts.say_with("attach-too-many", &[("minutes", minutes.into())]);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "files_too_many", words)
}

/// What is to be signed names bytes that are not here any longer.
pub(super) fn gone(texts: Texts) -> Problem {
    Problem::new(StatusCode::CONFLICT, "attachment_gone", texts.say("attach-gone"))
}

/// Returns what an attachment is, in a few words.
pub(in crate::web) fn told(texts: Texts, attachment: &Attachment) -> String {
    let kind = attachment.kind.label(texts.language());
    let size = texts.say_with("attach-size", &[("kib", u64::from(attachment.bytes.div_ceil(KIB)).into())]);
    let measure = match (attachment.width, attachment.height, attachment.pages) {
        (Some(width), Some(height), _) => format!("{width} × {height}"),
        (_, _, Some(pages)) => texts.say_with("attach-pages", &[("pages", u64::from(pages).into())]),
        _ => return format!("{kind}, {size}"),
    };
    format!("{kind}, {measure}, {size}")
}

/// Returns what its author has to know: whether something hidden was taken out, and what may point at a person.
pub(super) fn remarks(texts: Texts, clean: &Clean) -> Vec<String> {
    let hidden = match clean.removed.is_empty() {
        true => texts.say("attach-nothing-hidden"),
        false => texts.say("attach-hidden-removed"),
    };
    let seen = clean.suspicions.iter().map(|suspicion| {
        let found: String = suspicion.found.chars().filter(|c| !c.is_control()).take(FOUND_CHARS_MAX).collect();
        texts.say_with("attach-suspicion", &[("found", (&found).into())])
    });
    std::iter::once(hidden).chain(seen).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use talkoot_protocol::scan::Rule;

    use super::*;
    use crate::attachment::{Fault, hash_of};
    use crate::web::texts::LANGUAGES;

    #[test]
    fn every_refusal_has_words_of_its_own_in_each_language() {
        let refusals = [
            Refusal::Kind { what: "x".into() },
            Refusal::FileTooLarge { max: 1 },
            Refusal::TooManyPixels { width: 1, height: 1 },
            Refusal::StillTooLarge { bytes: 1, max: 1 },
            Refusal::TooMuch { what: "x" },
            Refusal::Damaged,
            Refusal::Locked,
            Refusal::Holds { what: "x" },
            Refusal::Unclean { fault: Fault::Torn },
            Refusal::Identifier { place: "x", rule: Rule::Iban },
            Refusal::TextUnreadable,
        ];
        for language in LANGUAGES {
            let texts = Texts::new(language);
            let said: BTreeSet<String> =
                refusals.iter().map(|refusal| refused(texts, refusal).detail().to_owned()).collect();
            // What it holds and what is left of it have the same remedy.
            assert_eq!(said.len(), refusals.len() - 1, "{said:?}");
            assert!(said.iter().all(|words| words.len() > 20), "{said:?}");
        }
    }

    #[test]
    fn an_attachment_is_told_with_its_measures() {
        let of = |json: serde_json::Value| serde_json::from_value::<Attachment>(json).unwrap();
        let hash = hash_of(b"x");
        let picture = of(serde_json::json!({ "hash": hash, "kind": "jpeg", "bytes": 1025, "width": 3, "height": 2 }));
        let texts = Texts::new(LANGUAGES[2]);
        let said = told(texts, &picture);
        assert!(said.contains("3 × 2") && said.contains('2'), "{said}");
    }
}
