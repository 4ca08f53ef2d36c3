//! What a report says of an attachment: the hash of its bytes and what to expect of them. The bytes are no part of a report: they
//! travel apart, to whom asks for them (decision 0031). A file's name is never stored.
//!
//! This file knows neither pictures nor documents; what may be in the bytes, a node judges.

use serde::{Deserialize, Serialize};

use super::code::Code;
use super::codes::AttachmentKind;
use super::schema::Report;
use crate::id::AttachmentHash;

/// The parts of an attachment in a cell of the flat form.
pub(super) const PARTS: &str = "hash|kind|bytes|width|height|pages|caption";

/// One picture or document that belongs to a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// SHA-256 of its bytes.
    pub hash: AttachmentHash,
    /// What its bytes are.
    pub kind: Code<AttachmentKind>,
    /// How many bytes.
    pub bytes: u32,
    /// Of a picture: its width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Of a picture: its height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Of a document: its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// What it shows, in the language of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl Attachment {
    /// Returns the parts of a cell, in the order of [`PARTS`]; what is not said is empty.
    pub(super) fn to_parts(&self) -> [String; 7] {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        [
            self.hash.to_string(),
            self.kind.key().to_owned(),
            self.bytes.to_string(),
            number(self.width),
            number(self.height),
            number(self.pages),
            self.caption.clone().unwrap_or_default(),
        ]
    }

    /// Reads what [`Attachment::to_parts`] writes.
    pub(super) fn from_parts(parts: &[String]) -> Option<Self> {
        let [hash, kind, bytes, width, height, pages, caption] = parts else { return None };
        let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        Some(Self {
            hash: hash.parse().ok()?,
            kind: Code::from_key(kind),
            bytes: bytes.parse().ok()?,
            width: number(width)?,
            height: number(height)?,
            pages: number(pages)?,
            caption: Some(caption.clone()).filter(|caption| !caption.is_empty()),
        })
    }
}

impl Report {
    /// Returns the attachment of this hash.
    pub fn attachment_of(&self, hash: &AttachmentHash) -> Option<&Attachment> {
        self.attachment.iter().find(|attachment| attachment.hash == *hash)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::check;
    use super::super::codes::Variant;
    use super::super::testing::sample;
    use super::*;
    use crate::scan::{frozen_v1, scan};

    fn attachment() -> Attachment {
        serde_json::from_value(json!({
            "hash": "a5".repeat(32), "kind": "jpeg", "bytes": 1000, "width": 640, "height": 480, "caption": "Lukittu ovi",
        }))
        .unwrap()
    }

    #[test]
    fn a_report_with_attachments_reads_as_it_was_written_and_their_number_is_bounded() {
        let mut report = sample(Variant::Resident);
        report.attachment = vec![attachment(); 10];
        assert_eq!(Report::read(report.to_fields()), (report.clone(), vec![]));
        assert_eq!(check(&report), []);
        report.attachment.push(attachment());
        report.attachment[0].caption = Some("ä".repeat(401));
        let fields: Vec<_> = check(&report).into_iter().map(|issue| issue.field).collect();
        assert_eq!(fields, ["attachment[0].caption", "attachment"]);
    }

    #[test]
    fn a_program_that_knows_less_keeps_what_it_does_not_know() {
        let mut fields = sample(Variant::Resident).to_fields();
        let strange = json!([{"hash": "a5".repeat(32), "kind": "svg", "bytes": 1, "duration": 7}]);
        fields.insert("attachment".into(), strange.clone());
        let (report, issues) = Report::read(fields);
        assert_eq!(issues.len(), 1);
        assert_eq!(report.to_fields()["attachment"], strange);
    }

    #[test]
    fn a_caption_is_a_text_that_is_scanned_and_a_hash_is_none() {
        let mut report = sample(Variant::Resident);
        report.attachment = vec![Attachment { caption: Some("Hetu 010101A900R".into()), ..attachment() }];
        let found = report.texts().into_iter().filter(|text| !scan(text.text).is_empty());
        assert_eq!(found.map(|text| text.field).collect::<Vec<_>>(), ["attachment[0].caption"]);
        for seed in 0u32..2_000 {
            let hash = AttachmentHash::from_bytes(crate::id::sha256(&[&seed.to_be_bytes()]));
            assert_eq!(frozen_v1(&hash.to_string()), None);
        }
    }
}
