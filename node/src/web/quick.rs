//! Fast notes of a campaign on a shared tablet or one's own telephone: one field, sent, the next. No code unless one is asked for.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;

use crate::http::{Problem, Site};
use crate::intake::campaign::Campaign;
use crate::intake::slip::TEXT_CHARS_MAX;
use crate::intake::{SETTLED_DAYS, WAITING_DAYS};

use super::desk::{random, today};
use super::entered::{self, Entered, Objection};
use super::frame::Page;
use super::parts::{self, Field, Tone};
use super::resident::{keep, refused, shown_code, unreachable};
use super::visit::Visit;

/// Whether somebody has just written.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Just {
    #[serde(default)]
    thanks: bool,
}

/// The field.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Path(code): Path<String>,
    Query(just): Query<Just>,
) -> Result<Response, Problem> {
    let campaign = site.campaign(&code).await?;
    show(&visit, &campaign, &Entered::default(), &[], just.thanks, StatusCode::OK)
}

/// Takes in a note.
pub(super) async fn send(
    State(site): State<Site>,
    visit: Visit,
    Path(code): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let campaign = site.campaign(&code).await?;
    let (texts, entered) = (visit.texts, Entered::read(fields));
    if !campaign.is_open(today()) {
        return show(&visit, &campaign, &entered, &[], false, StatusCode::FORBIDDEN);
    }
    let objections = entered.objections(texts);
    if !objections.is_empty() {
        return show(&visit, &campaign, &entered, &objections, false, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match keep(&site, &entered, texts.language(), Some(campaign.code.clone())).await? {
        Ok(_) if !entered.follow => Ok(Redirect::to(&format!("/c/{}?thanks=true", campaign.code)).into_response()),
        Ok(code) => {
            let content = html! {
                (parts::notice(Tone::Success, &html! { p { (texts.say("quick-thanks")) } }))
                (shown_code(texts, &code))
                p { (texts.say_with("resident-next-follow", &[("days", u64::from(SETTLED_DAYS).into())])) }
                div .actions {
                    a .button href={ "/c/" (campaign.code) } { (texts.say("quick-next")) }
                    a href="/follow" { (texts.say("resident-follow")) }
                }
            };
            Ok(visit.show(&Page::new(campaign.name.get(texts.language())), &content))
        }
        Err(error) => {
            let (status, objection) = refused(texts, &error);
            show(&visit, &campaign, &entered, &[objection], false, status)
        }
    }
}

fn show(
    visit: &Visit,
    campaign: &Campaign,
    entered: &Entered,
    objections: &[Objection],
    thanks: bool,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (texts, language) = (visit.texts, visit.texts.language());
    let seed = entered.seed.map_or_else(random, Ok)?;
    let (error, hint) = (entered::at(objections, "text"), texts.say("quick-hint"));
    let field = Field {
        name: "text",
        label: campaign.question.get(language),
        hint: Some(&hint),
        value: &entered.words.text,
        required: true,
        most: Some(TEXT_CHARS_MAX),
        error: error.as_deref(),
        ..Field::default()
    };
    let days = [("from", texts.day(campaign.from)), ("to", texts.day(campaign.to))];
    let [from, to] = &days;
    let content = html! {
        @if thanks { (parts::notice(Tone::Success, &html! { p { (texts.say("quick-thanks")) } })) }
        (entered::summary(texts, objections))
        @if campaign.is_open(today()) {
            form .quick method="post" action={ "/c/" (campaign.code) } data-reach {
                (visit.csrf())
                (entered::unseen(texts, &seed))
                (parts::area(texts, &field, 7))
                (entered::doubt(texts, objections))
                label .tick { input type="checkbox" name="follow" value="yes" checked[entered.follow]; span { (texts.say("quick-follow")) } }
                (unreachable(texts))
                div .actions { button { (texts.say("resident-send")) } }
            }
            p .soft { (texts.say_with("resident-promise", &[("days", u64::from(WAITING_DAYS).into())])) }
            p .soft { (texts.say("quick-danger")) }
        } @else {
            p { (texts.say_with("quick-closed", &[(from.0, (&from.1).into()), (to.0, (&to.1).into())])) }
            @if !entered.words.text.is_empty() { blockquote .quote { (entered.words.text) } }
            p { a href="/resident" { (texts.say("quick-instead")) } }
        }
    };
    let page = Page { scripts: &["reach.js"], ..Page::new(campaign.name.get(language)) };
    Ok(visit.show_as(status, &page, &content))
}
