//! Pictures and documents on the page on which a report is written: those it names already, and room for more. Without script nothing can
//! be brought; the scripts take a row's markup from the template here, so that texts and what assistive programs need are in one place
//! (`static/attachments.js`).
//!
//! A row is one entry of the field `attachment`: what the node said of the bytes as JSON in a control that nobody sees, and the caption in
//! one of its own. A row whose first control is empty says nothing, and so is taken out.

use maud::{Markup, html};
use serde_json::Value;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::Attachment;
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::report::limits::{ATTACHMENTS_MAX, CAPTION_CHARS_MAX};

use super::sheet::Sheet;
use crate::attachment::FILE_BYTES_MAX;
use crate::web::attachments;
use crate::web::parts::{self, Field, Tone};

/// Field of a report.
const FIELD: &str = "attachment";
/// What stands in the template where a row has its number.
const NUMBER: &str = "N";
/// What can be cleaned. Telephones offer the camera for it.
const ACCEPT: &str = "image/jpeg,image/png,image/webp,application/pdf";

impl Sheet<'_> {
    /// Returns the part of the form for attachments; nothing if the form does not ask for them.
    pub(super) fn attachments(&self, document: Option<&DocumentId>) -> Markup {
        if !self.asks(FIELD) {
            return html! {};
        }
        let texts = self.texts;
        let held = self.filled.at(FIELD).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        html! {
            details #attachments data-section=(FIELD) open[!held.is_empty()]
                data-most=(ATTACHMENTS_MAX) data-bytes=(FILE_BYTES_MAX) {
                summary { (self.named(FIELD).0) span .count data-count {} }
                div {
                    (parts::notice(Tone::Warning, &html! { p { (texts.say("attach-warning")) } }))
                    div .field data-field=(FIELD) {
                        label for="attach-file" { (texts.say("attach-add")) }
                        p .hint #attach-hint { (texts.say("attach-add-hint")) }
                        input type="file" #attach-file accept=(ACCEPT) multiple
                            aria-describedby="attach-hint attach-error attach-problem";
                        p #attach-said .soft role="status" {}
                        p .error #attach-error data-stays role="alert" {}
                        p .error #attach-problem {}
                    }
                    div #attached {
                        @for (at, value) in held.iter().enumerate() { (self.row(&at.to_string(), value, document)) }
                    }
                }
                template #attachment-row { (self.row(NUMBER, &Value::Null, None)) }
                (self.sentences())
            }
        }
    }

    /// What the script says, in the language of the page.
    fn sentences(&self) -> Markup {
        let texts = self.texts;
        html! {
            div #attach-texts hidden data-working=(texts.say("attach-working")) data-added=(texts.say("attach-added"))
                data-removed=(texts.say("attach-removed")) data-offline=(texts.say("attach-offline"))
                data-full=(texts.say_with("attach-full", &[("most", ATTACHMENTS_MAX.into())]))
                data-long=(texts.say_with("attach-too-long", &[("mib", (FILE_BYTES_MAX >> 20).into())]))
                data-twice=(texts.say("attach-twice")) data-look=(texts.say("attach-look-first"))
                data-altered=(texts.say("attach-altered")) data-unkept=(texts.say("attach-unkept")) {}
        }
    }

    /// One attachment; without a value the one that scripts copy.
    fn row(&self, at: &str, value: &Value, document: Option<&DocumentId>) -> Markup {
        let texts = self.texts;
        let is_new = value.is_null();
        let known: Option<Attachment> = serde_json::from_value(value.clone()).ok();
        let name = format!("{FIELD}[{at}]");
        let shown = known.as_ref().zip(document).filter(|(one, _)| is_picture(one));
        let caption = value.get("caption").and_then(Value::as_str).unwrap_or_default();
        html! {
            div .row .attached role="group" aria-label=(texts.say_with("attach-one", &[("number", number(at).as_str().into())]))
                data-attachment=(at) {
                div {
                    @if let Some((one, document)) = shown {
                        img src={ "/reports/" (document) "/attachments/" (one.hash) } alt=(caption)
                            width=[one.width] height=[one.height] loading="lazy";
                    }
                    p .small data-told { @if let Some(one) = &known { (attachments::told(texts, one)) } }
                    ul .small data-remarks {}
                    a data-save download hidden { (texts.say("attach-save")) }
                }
                div {
                    input type="text" hidden name=(name) data-type="json" value=(bare(value)) autocomplete="off";
                    (self.caption(&name, caption))
                    @if is_new { (self.looked(at)) }
                    button type="button" .second data-remove { (texts.say("attach-remove")) }
                }
            }
        }
    }

    fn caption(&self, name: &str, value: &str) -> Markup {
        let place = format!("{name}.caption");
        let (label, hint) = (self.texts.say("attach-caption"), self.texts.say("attach-caption-hint"));
        let field =
            Field { name: &place, label: &label, hint: Some(&hint), value, with: Some(name), ..Field::default() };
        parts::line(self.texts, &Field { most: Some(CAPTION_CHARS_MAX), ..field })
    }

    /// No program here sees who is in a picture: a person has to say it of each.
    fn looked(&self, at: &str) -> Markup {
        let name = format!("@looked[{at}]");
        let label = self.texts.say("attach-looked");
        let choices = [("true".to_owned(), self.texts.say("attach-looked-nobody"))];
        parts::tick(self.texts, &Field { name: &name, label: &label, ..Field::default() }, &choices, &[])
    }
}

fn is_picture(attachment: &Attachment) -> bool {
    matches!(attachment.kind.known(), Some(AttachmentKind::Jpeg | AttachmentKind::Png))
}

/// The number that people see: counted from one.
fn number(at: &str) -> String {
    at.parse::<usize>().map_or_else(|_| at.to_owned(), |at| at.saturating_add(1).to_string())
}

/// What is said of the bytes: the value without its caption. What this version does not understand stays as it is.
fn bare(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(entry) => {
            let bare = entry.iter().filter(|(part, _)| *part != "caption");
            Value::Object(bare.map(|(part, value)| (part.clone(), value.clone())).collect()).to_string()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::form::Form;
    use talkoot_protocol::report::codes::Variant;

    use super::super::filled::Filled;
    use super::*;
    use crate::web::texts::{LANGUAGES, Texts};

    fn drawn(attachments: Value) -> String {
        let fields = [(FIELD.to_owned(), attachments)].into_iter().collect();
        let filled = Filled::new(fields);
        let (texts, today) = (Texts::new(LANGUAGES[2]), "2026-11-22".parse().unwrap());
        let variant = Variant::Professional;
        let sheet = Sheet { texts, form: Form::built_in(), filled: &filled, variant, counties: &[], today };
        sheet.attachments(Some(&DocumentId::from_bytes([7; 32]))).into_string()
    }

    #[test]
    fn what_a_report_names_is_there_inert_and_complete() {
        let hostile = "\"><script>alert(1)</script>";
        let picture = json!({
            "hash": "a5".repeat(32), "kind": "jpeg", "bytes": 2048, "width": 30, "height": 20, "caption": hostile,
        });
        let strange = json!({ "hash": hostile, "kind": hostile, "duration": 7 });
        let text = drawn(json!([picture, strange, hostile]));
        assert!(!text.contains("<script") && text.contains("30 × 20"), "{text}");
        assert!(text.contains(&format!("/attachments/{}", "a5".repeat(32))));
        assert!(text.contains("duration&quot;:7") && text.contains("name=\"attachment[2]\""), "{text}");
    }

    #[test]
    fn the_template_has_a_number_to_fill_in_and_a_person_to_look() {
        let text = drawn(Value::Null);
        let (_, template) = text.split_once("<template").unwrap();
        for part in ["attachment[N].caption", "f-attachment-N--caption", "@looked[N]", "data-remove"] {
            assert!(template.contains(part), "{part}: {template}");
        }
    }
}
