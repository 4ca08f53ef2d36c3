//! Help: how a report travels, what is hidden, what to do when something goes wrong, and every field of the form with its codes. What a
//! field asks and how to answer it stands in the form package ([`Form`]); here it is only laid out. Nobody has to sign in to read it.

mod codes;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use talkoot_protocol::form::{Field, Form, Need};
use talkoot_protocol::report::codes::Variant;

use super::frame::Page;
use super::parts;
use super::texts::Texts;
use super::visit::Visit;
use crate::http::{Problem, Site};

/// What is explained besides the fields, in this order.
const TOPICS: [&str; 8] = ["person", "travel", "hidden", "marks", "browser", "offline", "refused", "answers"];

/// Returns the pages of help.
pub(super) fn routes() -> Router<Site> {
    Router::new().route("/help", get(page)).route("/help/{field}", get(field))
}

async fn page(visit: Visit) -> Response {
    let texts = visit.texts;
    let form = Form::built_in();
    let language = texts.language();
    let content = html! {
        nav aria-labelledby="topics" {
            h2 #topics { (texts.say("help-topics")) }
            ul {
                @for topic in TOPICS { li { a href={ "#" (topic) } { (title(topic, texts)) } } }
                li { a href="#danger" { (texts.say("help-danger")) } }
                li { a href="#fields" { (texts.say("help-fields")) } }
            }
        }
        @for topic in TOPICS { section {
            h2 id=(topic) { (title(topic, texts)) }
            @for paragraph in texts.one_of("help-text", topic).unwrap_or_default().split("\n\n") { p { (paragraph) } }
        } }
        section {
            h2 #danger { (texts.say("help-danger")) }
            p { (form.notice.text.get(language)) }
            ul { @for channel in &form.notice.channels { li {
                a href=(channel.link.get(language)) rel="noreferrer" { (channel.label.get(language)) } ": " (channel.text.get(language))
            } } }
        }
        section {
            h2 #fields { (texts.say("help-fields")) }
            p { (texts.say("help-fields-lead")) }
            dl .facts { @for field in &form.fields { div {
                dt { a href={ "/help/" (field.id) } { (field.label.get(language)) } }
                dd { (field.help.get(language)) }
            } } }
        }
    };
    visit
        .show(&Page { title: texts.say("help-title"), lead: Some(texts.say("help-lead")), ..Page::default() }, &content)
}

fn title(topic: &str, texts: Texts) -> String {
    texts.one_of("help-topic", topic).unwrap_or_default()
}

async fn field(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    let texts = visit.texts;
    let form = Form::built_in();
    let Some(field) = form.field(&id) else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_address", "The form has no field of that name."));
    };
    let content = html! {
        p { (field.help.get(texts.language())) }
        h2 { (texts.say("help-asked-title")) }
        (asked(field, texts))
        (codes::of_field(&field.id, form, texts))
        (around(field, form, texts))
        p { a href="/help#fields" { (texts.say("help-back")) } }
    };
    let title = field.label.get(texts.language());
    Ok(visit.show(&Page::new(title), &content))
}

/// Says in which forms the field is asked.
fn asked(field: &Field, texts: Texts) -> Markup {
    let need = |variant: Variant| {
        let key = match field.needs.of(variant) {
            Need::Required => "required",
            Need::Optional => "optional",
            Need::Absent => "absent",
        };
        html! { (texts.one_of("help-need", key).unwrap_or_default()) }
    };
    let pairs = [Variant::Professional, Variant::Ngo, Variant::Resident]
        .map(|variant| (variant.label(texts.language()).to_owned(), need(variant)));
    let kinds: Vec<_> = field.kinds.iter().map(|kind| kind.label(texts.language())).collect();
    html! {
        (parts::facts(&pairs))
        @if !kinds.is_empty() { p { (texts.say_with("help-only-in", &[("kinds", (&kinds.join(", ")).into())])) } }
    }
}

/// Returns the way to the fields before and behind.
fn around(field: &Field, form: &Form, texts: Texts) -> Markup {
    let place = form.fields.iter().position(|known| known.id == field.id).unwrap_or_default();
    let link = |at: Option<usize>, rel: &str, words: String| {
        let field = at.and_then(|at| form.fields.get(at));
        html! { @if let Some(field) = field { a rel=(rel) href={ "/help/" (field.id) } { (words) ": " (field.label.get(texts.language())) } } }
    };
    html! {
        nav .pages aria-label=(texts.say("help-fields")) {
            (link(place.checked_sub(1), "prev", texts.say("pages-before")))
            (link(Some(place + 1), "next", texts.say("pages-after")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::texts::LANGUAGES;

    #[test]
    fn every_topic_has_a_title_and_a_text() {
        for texts in LANGUAGES.map(Texts::new) {
            for topic in TOPICS {
                assert!(
                    texts.one_of("help-topic", topic).is_some() && texts.one_of("help-text", topic).is_some(),
                    "{topic}"
                );
            }
        }
    }
}
