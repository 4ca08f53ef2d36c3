//! Who may have an attachment, how it is found, and what is taken in.

use serde_json::json;
use talkoot_protocol::id::AttachmentHash;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sign::Moment;
use talkoot_protocol::sync::effect::Outcome;
use talkoot_protocol::time::Timestamp;

use super::super::powercut::Founders;
use super::*;
use crate::attachment::clean;
use crate::control::Call;
use talkoot_protocol::api::Request;

/// A picture of one colour, whose lightness tells it from others.
fn picture(lightness: u8) -> (Attachment, Vec<u8>) {
    let mut file = Vec::new();
    let pixels = image::RgbImage::from_pixel(8, 6, image::Rgb([lightness; 3]));
    pixels.write_to(&mut std::io::Cursor::new(&mut file), image::ImageFormat::Png).unwrap();
    let clean = clean("a.png", &file).unwrap();
    (clean.describe(Some("Ovi".into())), clean.bytes)
}

struct Site {
    founders: Founders,
    core: Core,
    _dir: tempfile::TempDir,
}

impl Site {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let founders = Founders::new();
        let home = founders.found(&dir.path().join("home")).unwrap();
        let mut core = Core::open(&home).unwrap();
        let outcomes = core.submit(vec![founders.employment.encode()]);
        assert!(matches!(outcomes[..], [Outcome::Stored(_)]), "{outcomes:?}");
        Self { founders, core, _dir: dir }
    }

    fn publish(&mut self, scope: Scope, named: &[&Attachment]) -> DocumentId {
        let fields = serde_json::from_value(json!({"title": "Hissi", "attachment": named})).unwrap();
        let moment = Moment { claimed: Timestamp::from_millis(2), salt: [named.len() as u8; 16] };
        let change = self.founders.author().begin(Kind::Report, scope, &fields, moment).unwrap();
        let outcomes = self.core.submit(vec![change.encode()]);
        assert!(matches!(outcomes[..], [Outcome::Stored(_)]), "{outcomes:?}");
        change.document()
    }
}

#[test]
fn only_who_may_have_the_report_that_names_it_is_given_it() {
    let mut site = Site::new();
    let (one, other) = (picture(10), picture(20));
    for (attachment, bytes) in [&one, &other] {
        assert!(site.core.keep_attachment(attachment, std::slice::from_ref(bytes)).is_ok());
    }
    let own = site.core.own;
    let stranger = OrganisationId::from_bytes([7; 32]);
    for scope in [Scope::Network, Scope::Organisation(own)] {
        let document = site.publish(scope, &[&one.0]);
        let want = Want { document, hash: one.0.hash, offset: 0 };
        assert_eq!(site.core.attachment_part(&own, &want), Some(one.1.clone()));
        let tail = Want { offset: 10, ..want };
        assert_eq!(site.core.attachment_part(&own, &tail), Some(one.1[10..].to_vec()));
        assert_eq!(site.core.attachment_part(&stranger, &want), None, "no member");
        assert_eq!(site.core.attachment_part(&own, &Want { hash: other.0.hash, ..want }), None, "not named there");
        assert_eq!(site.core.attachment_part(&own, &Want { offset: u32::MAX, ..want }), None);
        let elsewhere = Want { document: DocumentId::from_bytes([9; 32]), ..want };
        assert_eq!(site.core.attachment_part(&own, &elsewhere), None, "no such report");
    }
}

#[test]
fn attachments_are_found_by_number_and_by_hash() {
    let mut site = Site::new();
    let (one, other) = (picture(10), picture(20));
    site.core.keep_attachment(&one.0, std::slice::from_ref(&one.1)).unwrap();
    let document = site.publish(Scope::Network, &[&one.0, &other.0]).to_string();
    let find = |asked: &str| site.core.find_attachment(&document, asked).map(|found| found.1.hash).ok();
    assert_eq!((find("1"), find(" 2 ")), (Some(one.0.hash), Some(other.0.hash)));
    assert_eq!(find(&other.0.hash.short()), Some(other.0.hash));
    assert!(["0", "3", "ab", "zzzz", ""].iter().all(|asked| find(asked).is_none()));
    let ask = |core: &mut Core, attachment: &str| {
        let request = Request::Attachment { document: document.clone(), attachment: attachment.to_owned() };
        core.call(Call { request, attachments: vec![] })
    };
    assert_eq!(ask(&mut site.core, "1").attachments, [one.1]);
    let missing = ask(&mut site.core, "2");
    assert!(
        matches!(&missing.response, Response::Failed(failure) if failure.message.contains("talkoot run")),
        "{missing:?}"
    );
    let Response::Attachments { attachments, .. } = site.core.attachments(&document).unwrap() else { panic!() };
    assert_eq!(attachments.iter().map(|held| held.here).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn what_is_not_clean_or_not_what_is_said_is_not_kept() {
    let mut site = Site::new();
    let (attachment, bytes) = picture(10);
    let wrong = Attachment { hash: AttachmentHash::from_bytes([0; 32]), ..attachment.clone() };
    for (attachment, attached) in
        [(&wrong, vec![bytes.clone()]), (&attachment, vec![]), (&attachment, vec![bytes.clone(); 2])]
    {
        let failure = site.core.keep_attachment(attachment, &attached).unwrap_err();
        assert_eq!(failure.name, "bad_attachment");
    }
    assert!(!site.core.shelf.holds(&attachment.hash));
}
