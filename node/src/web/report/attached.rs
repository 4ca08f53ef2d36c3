//! The pictures and documents of a report on its page: a picture is shown where its bytes are here, and everything can be saved. What is
//! not here is fetched from a partner when somebody asks for it, and not before (decision 0031).

use maud::{Markup, html};
use talkoot_protocol::api::HeldAttachment;
use talkoot_protocol::report::codes::AttachmentKind;

use super::Shown;
use crate::web::attachments::told;

impl Shown<'_> {
    /// Returns the section; nothing if the report has none.
    pub(super) fn attachments(&self, attachments: &[HeldAttachment]) -> Markup {
        html! {
            @if !attachments.is_empty() {
                section aria-labelledby="attachments" {
                    h2 #attachments { (self.label("attachment")) }
                    ul .list #attached { @for (at, held) in attachments.iter().enumerate() { li .attached { (self.attachment(at, held)) } } }
                }
            }
        }
    }

    fn attachment(&self, at: usize, held: &HeldAttachment) -> Markup {
        let (texts, one) = (self.texts, &held.attachment);
        let address = format!("/reports/{}/attachments/{}", self.report.document, one.hash);
        let is_picture = matches!(one.kind.known(), Some(AttachmentKind::Jpeg | AttachmentKind::Png));
        let caption = one.caption.as_deref().filter(|caption| !caption.trim().is_empty());
        let number = at.saturating_add(1).to_string();
        let name = texts.say_with("attach-one", &[("number", (&number).into())]);
        html! {
            figure {
                @if is_picture && held.here {
                    img src=(address) alt=(caption.map_or_else(|| texts.say("attach-no-caption"), str::to_owned))
                        lang=[caption.and(self.spoken())] width=[one.width] height=[one.height] loading="lazy";
                }
                figcaption {
                    @if let Some(caption) = caption { p lang=[self.spoken()] { (caption) } }
                    p .small .soft { (told(texts, one)) }
                }
            }
            @if held.here {
                p { a href=(address) download { (texts.say("attach-download")) span .unseen { ": " (name) } } }
            } @else {
                (self.elsewhere(&address, &name))
            }
        }
    }

    /// Says plainly that it is not here, where it will come from, and fetches it on request.
    fn elsewhere(&self, address: &str, name: &str) -> Markup {
        let texts = self.texts;
        let organisation = self.organisations.name(&self.report.organisation, texts);
        let from = [("organisation", (&organisation).into())];
        html! {
            p .soft { (texts.say_with("attach-elsewhere", &from)) }
            p {
                a href=(address) download data-fetch data-working=(texts.say_with("attach-fetching", &from))
                    data-later=(texts.say("problem-attachment-later")) data-nowhere=(texts.say("problem-attachment-not-here")) {
                    (texts.say("attach-fetch")) span .unseen { ": " (name) }
                }
            }
            p .error role="status" {}
        }
    }
}
