//! Where a resident says something, without an account, a key or a script; and hears later what came of it, by a code.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::{Request, Response as Answer};
use talkoot_protocol::form::{Form as FormPackage, Notice};
use talkoot_protocol::report::codes::{Group, Language, Valence};

use crate::http::{Problem, Site};
use crate::intake::code::FollowUpCode;
use crate::intake::slip::{PROPOSAL_CHARS_MAX, TEXT_CHARS_MAX, Written};
use crate::intake::{self, SETTLED_DAYS, WAITING_DAYS};

use super::desk::{random, today};
use super::entered::{self, Entered, Objection};
use super::frame::Page;
use super::parts::{self, Field, Tone};
use super::texts::Texts;
use super::visit::Visit;

/// The empty form.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Problem> {
    let organisation = organisation(&site, visit.texts).await?;
    show(&visit, &organisation, &Entered::default(), &[], StatusCode::OK)
}

/// Takes in what was written, or shows the form again with what keeps it from being stored.
pub(super) async fn send(
    State(site): State<Site>,
    visit: Visit,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let texts = visit.texts;
    let mut entered = Entered::read(fields);
    entered.follow = true;
    let organisation = organisation(&site, texts).await?;
    let objections = entered.objections(texts);
    if !objections.is_empty() {
        return show(&visit, &organisation, &entered, &objections, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match keep(&site, &entered, texts.language(), None).await? {
        Ok(code) => {
            Ok(visit.show(&Page::new(texts.say("resident-thanks-title")), &thanks(texts, &organisation, &code)))
        }
        Err(error) => {
            let (status, objection) = refused(texts, &error);
            show(&visit, &organisation, &entered, &[objection], status)
        }
    }
}

/// Stores what was written; it is durable when this returns.
pub(super) async fn keep(
    site: &Site,
    entered: &Entered,
    language: Language,
    campaign: Option<crate::intake::campaign::CampaignCode>,
) -> Result<Result<FollowUpCode, intake::Error>, Problem> {
    let fresh: [u8; 16] = random()?;
    let seed = entered.seed.map_or_else(random, Ok)?;
    let words = entered.words.clone();
    let written = Written { words, language, campaign, follow: entered.follow, received: today() };
    let now = std::time::Instant::now();
    let put = site.at_desk(move |desk| desk.slips.put(written, seed, fresh, now)).await?;
    Ok(put.map(|received| received.code))
}

/// Says why something was not stored, to whoever wrote it.
pub(super) fn refused(texts: Texts, error: &intake::Error) -> (StatusCode, Objection) {
    let (status, told) = match error {
        intake::Error::TooFast { wait } => {
            let seconds = wait.as_secs().saturating_add(1);
            let told = texts.say_with("resident-error-fast", &[("seconds", seconds.into())]);
            (StatusCode::TOO_MANY_REQUESTS, told)
        }
        intake::Error::Full => (StatusCode::INSUFFICIENT_STORAGE, texts.say("resident-error-full")),
        error => {
            tracing::error!(%error, "a slip could not be kept");
            (StatusCode::INSUFFICIENT_STORAGE, texts.say("resident-error-disk"))
        }
    };
    (status, Objection { field: "text", told, is_doubt: false })
}

/// Returns the name of this node's organisation.
pub(super) async fn organisation(site: &Site, texts: Texts) -> Result<String, Problem> {
    let Answer::Identity(identity) = site.ask(Request::Identity).await? else { return Err(Problem::unexpected()) };
    Ok(texts.name(&identity.names).to_owned())
}

fn show(
    visit: &Visit,
    organisation: &str,
    entered: &Entered,
    objections: &[Objection],
    status: StatusCode,
) -> Result<Response, Problem> {
    let texts = visit.texts;
    let seed = entered.seed.map_or_else(random, Ok)?;
    let content = html! {
        (entered::summary(texts, objections))
        (danger(texts))
        p { (texts.say_with("resident-promise", &[("days", u64::from(WAITING_DAYS).into())])) }
        form method="post" action="/resident" data-reach {
            (visit.csrf())
            (entered::unseen(texts, &seed))
            (fields(texts, entered, objections))
            (entered::doubt(texts, objections))
            (unreachable(texts))
            div .actions { button { (texts.say("resident-send")) } a href="/follow" { (texts.say("resident-follow")) } }
        }
    };
    let title = texts.say("resident-title");
    let lead = texts.say_with("resident-lead", &[("organisation", organisation.into())]);
    let page = Page { title, lead: Some(lead), scripts: &["reach.js"], ..Page::default() };
    Ok(visit.show_as(status, &page, &content))
}

/// Returns the five questions. Only the second has to be answered.
fn fields(texts: Texts, entered: &Entered, objections: &[Objection]) -> Markup {
    let (words, language) = (&entered.words, texts.language());
    let errors = ["text", "proposal"].map(|field| entered::at(objections, field));
    let [text_error, proposal_error] = &errors;
    let labels = ["sort", "text", "place", "group", "proposal"]
        .map(|name| texts.one_of("resident-ask", name).unwrap_or_default());
    let hints = ["text", "place", "proposal"].map(|name| texts.one_of("resident-hint", name).unwrap_or_default());
    let ([sort, text, place, group, proposal], [text_hint, place_hint, proposal_hint]) = (&labels, &hints);
    let sorts: Vec<_> = Valence::all()
        .iter()
        .map(|one| (one.key().to_owned(), texts.one_of("resident-sort", one.key()).unwrap_or_default()))
        .collect();
    let groups: Vec<_> =
        Group::all().iter().map(|one| (one.key().to_owned(), one.label(language).to_owned())).collect();
    html! {
        (parts::radios(texts, &Field { name: "valence", label: sort, value: words.valence.map_or("", Valence::key), ..Field::default() }, &sorts))
        (parts::area(texts, &Field {
            name: "text", label: text, hint: Some(text_hint), value: &words.text, required: true, most: Some(TEXT_CHARS_MAX),
            error: text_error.as_deref(), ..Field::default()
        }, 7))
        (entered::place(texts, &Field {
            name: "place", label: place, hint: Some(place_hint), value: words.place.as_deref().unwrap_or_default(), ..Field::default()
        }))
        (parts::choice(texts, &Field { name: "group", label: group, value: words.group.map_or("", Group::key), ..Field::default() }, &groups))
        (parts::area(texts, &Field {
            name: "proposal", label: proposal, hint: Some(proposal_hint), value: &words.proposal, most: Some(PROPOSAL_CHARS_MAX),
            error: proposal_error.as_deref(), ..Field::default()
        }, 4))
    }
}

/// Returns where danger to one person belongs: first the emergency number, then every channel of the form.
pub(super) fn danger(texts: Texts) -> Markup {
    let Notice { channels, .. } = &FormPackage::built_in().notice;
    let language = texts.language();
    html! {
        (parts::notice(Tone::Warning, &html! {
            p { strong { (texts.say("resident-danger")) } }
        }))
        details {
            summary { (texts.say("resident-channels")) }
            ul .list { @for channel in channels { li {
                h2 { a href=(channel.link.get(language)) rel="noreferrer" { (channel.label.get(language)) } }
                p { (channel.text.get(language)) }
            } } }
        }
    }
}

/// Returns what a script shows when the node cannot be reached: nothing that was written is lost.
pub(super) fn unreachable(texts: Texts) -> Markup {
    html! { div .notice.warning data-unreachable tabindex="-1" role="alert" hidden { p { (texts.say("resident-unreachable")) } } }
}

fn thanks(texts: Texts, organisation: &str, code: &FollowUpCode) -> Markup {
    html! {
        (parts::notice(Tone::Success, &html! { p { (texts.say("resident-thanks")) } }))
        (shown_code(texts, code))
        h2 { (texts.say("resident-next-title")) }
        ol {
            li { (texts.say_with("resident-next-read", &[("organisation", organisation.into())])) }
            li { (texts.say("resident-next-report")) }
            li { (texts.say_with("resident-next-follow", &[("days", u64::from(SETTLED_DAYS).into())])) }
            li { (texts.say_with("resident-next-old", &[("days", u64::from(WAITING_DAYS).into())])) }
        }
        div .actions {
            a .button href="/resident" { (texts.say("resident-another")) }
            a href="/follow" { (texts.say("resident-follow")) }
        }
    }
}

/// Returns a code to be copied, big.
pub(super) fn shown_code(texts: Texts, code: &FollowUpCode) -> Markup {
    html! {
        p #code-name { (texts.say("resident-code")) }
        p .code aria-labelledby="code-name" role="group" { (code) }
        p .soft { (texts.say("resident-code-once")) }
    }
}
