//! What pages of views have in common: the styles of charts, a form that chooses what is counted, and the way back to where views begin.

use axum::response::Response;
use maud::{Markup, html};

use crate::web::assets;
use crate::web::frame::Page;
use crate::web::texts::Texts;
use crate::web::visit::Visit;

/// Shows a page of views below its title and lead.
pub(super) fn show(visit: &Visit, title: String, lead: String, content: &Markup) -> Response {
    let content = html! {
        link rel="stylesheet" href=(assets::address("charts.css"));
        (content)
        p { a href="/views" { (visit.texts.say("views-back")) } }
    };
    visit.show(&Page { title, lead: Some(lead), is_wide: true, ..Page::default() }, &content)
}

/// Returns the form of choices that leads to an address.
pub(super) fn choose(address: &str, choices: &Markup, texts: Texts) -> Markup {
    html! {
        form .choose method="get" action=(address) {
            div .choose-axes { (choices) }
            div .actions { button { (texts.say("views-show")) } }
        }
    }
}
