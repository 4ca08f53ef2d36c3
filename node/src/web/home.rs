//! The first page: what a worker may want to do next.

mod now;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};

use super::frame::Page;
use super::visit::{Member, Visit};

/// Shows it.
pub(super) async fn home(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    let visit = &member.visit;
    let texts = visit.texts;
    let name = texts.name(&identity.names).to_owned();
    let title = texts.say_with("home-title", &[("organisation", (&name).into())]);
    let now = now::now(&site, &member).await?;
    let content = html! {
        (now)
        div .cards {
            (card(visit, &[Role::Reporter, Role::Coordinator, Role::Intake], "write"))
            (card(visit, &[Role::Reporter, Role::Coordinator, Role::Intake], "mine"))
            (card(visit, super::intake::READERS, "intake"))
            (card(visit, &[Role::DecisionMaker], "inbox"))
            (card(visit, &[Role::Coordinator], "repair"))
            (card(visit, &[], "phenomena"))
            (card(visit, &[], "views"))
        }
    };
    Ok(visit.show(&Page::new(title), &content))
}

/// Returns a link to a page with a sentence on what it is for; nothing for whom it is not.
fn card(visit: &Visit, roles: &[Role], name: &str) -> Markup {
    let texts = visit.texts;
    let is_for = roles.is_empty() || roles.iter().any(|role| visit.has(*role));
    html! {
        @if is_for {
            div .card {
                h2 { a href={ "/" (name) } { (texts.one_of("nav", name).unwrap_or_default()) } }
                p { (texts.one_of("home-card", name).unwrap_or_default()) }
            }
        }
    }
}
