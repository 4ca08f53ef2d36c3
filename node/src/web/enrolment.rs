//! How a browser becomes a worker's: the page on which the code is typed, and what its script asks. The code never comes here, only
//! its hash ([`talkoot_protocol::enrolment`]). And the page on which a browser shows which worker's key it holds.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use talkoot_protocol::api::{EnrolmentState, Request, Response as Answer};
use talkoot_protocol::enrolment::{EnrolmentId, Proof};
use talkoot_protocol::key::PublicKey;

use crate::http::{Given, Problem, Site};

use super::frame::Page;
use super::parts::{self, Field};
use super::texts::Texts;
use super::visit::Visit;

/// A key that comes under a code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brought {
    id: EnrolmentId,
    key: PublicKey,
    proof: Proof,
}

/// The page on which a code is typed, and which shows the key that this browser holds.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Problem> {
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    let texts = visit.texts;
    let name = texts.name(&identity.names);
    let content = html! {
        div #enrol {
            noscript { (parts::notice(parts::Tone::Warning, &html! { p { (texts.say("enrol-noscript")) } })) }
            div #enrol-trouble .notice .error hidden tabindex="-1" { p {} }
            (typing(texts))
            (waiting(texts))
            (held(texts, name))
            (lost(texts))
        }
    };
    let lead = Some(texts.say_with("enrol-lead", &[("organisation", name.into())]));
    let page = Page { lead, scripts: &["enrol.js"], ..Page::new(texts.say("enrol-title")) };
    Ok(visit.show(&page, &content))
}

fn typing(texts: Texts) -> Markup {
    let (label, hint) = (texts.say("enrol-code"), texts.say("enrol-code-hint"));
    let code =
        Field { name: "code", label: &label, hint: Some(&hint), required: true, most: Some(40), ..Field::default() };
    html! {
        form #enrol-code hidden {
            ol {
                li { (texts.say("enrol-step-code")) }
                li { (texts.say("enrol-step-key")) }
                li { (texts.say("enrol-step-certificate")) }
            }
            (parts::line(texts, &code))
            div .actions { button { (texts.say("enrol-begin")) } }
        }
    }
}

fn waiting(texts: Texts) -> Markup {
    html! {
        section #enrol-waiting hidden aria-labelledby="enrol-waiting-title" {
            h2 #enrol-waiting-title tabindex="-1" { (texts.say("enrol-waiting-title")) }
            p role="status" { (texts.say("enrol-waiting")) }
            p .soft { (texts.say("enrol-waiting-hint")) }
            div .actions { button type="button" .second data-forget { (texts.say("enrol-cancel")) } }
        }
    }
}

/// The panel of this browser: which worker's key it holds. The script fills it in.
fn held(texts: Texts, organisation: &str) -> Markup {
    html! {
        section #enrol-held hidden aria-labelledby="enrol-held-title" {
            h2 #enrol-held-title tabindex="-1" { (texts.say("browser-title")) }
            p { (texts.say("browser-lead")) }
            dl .facts {
                div { dt { (texts.say("browser-worker")) } dd data-fact="worker" {} }
                div { dt { (texts.say("browser-organisation")) } dd { (organisation) } }
                div { dt { (texts.say("browser-roles")) } dd data-fact="roles" {} }
                div { dt { (texts.say("browser-since")) } dd data-fact="since" {} }
            }
            div .actions {
                a .button href="/sign-in" { (texts.say("browser-go-on")) }
                button type="button" .second data-forget { (texts.say("browser-forget")) }
            }
            div #enrol-forget .notice .warning hidden tabindex="-1" {
                p { (texts.say("browser-forget-sure")) }
                div .actions {
                    button type="button" data-forget-now { (texts.say("browser-forget-yes")) }
                    button type="button" .second data-forget-not { (texts.say("browser-forget-no")) }
                }
            }
        }
    }
}

fn lost(texts: Texts) -> Markup {
    html! {
        details {
            summary { (texts.say("enrol-lost-title")) }
            p { (texts.say("enrol-lost")) }
            p { (texts.say("enrol-lost-old")) }
        }
        details {
            summary { (texts.say("enrol-why-title")) }
            p { (texts.say("enrol-why")) }
        }
    }
}

/// Takes a key under a code.
pub(super) async fn enrol(State(site): State<Site>, Given(brought): Given<Brought>) -> Result<Response, Problem> {
    let Brought { id, key, proof } = brought;
    site.ask(Request::Enrol { id, key, proof }).await?;
    Ok(Json(json!({ "taken": true })).into_response())
}

/// Tells how far an enrolment is.
pub(super) async fn state(
    State(site): State<Site>,
    visit: Visit,
    Path(id): Path<EnrolmentId>,
) -> Result<Response, Problem> {
    let Answer::Enrolment { state } = site.ask(Request::Enrolment { id }).await? else {
        return Err(Problem::unexpected());
    };
    let names: Vec<String> = match &*state {
        EnrolmentState::Certified { roles, .. } => {
            roles.iter().filter_map(|role| visit.texts.one_of("browser-role", role.key())).collect()
        }
        _ => Vec::new(),
    };
    Ok(Json(json!({ "enrolment": state, "roles_named": names })).into_response())
}
