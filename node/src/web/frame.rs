//! What is around every page: head, navigation, languages, foot. And the page of a problem.

use axum::extract::Form;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Role;

use crate::http::Problem;

use super::assets;
use super::parts;
use super::texts::{LANGUAGES, own_name};
use super::visit::{LANGUAGE_COOKIE, Visit};

/// A page to be shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page<'a> {
    /// Its name: the heading and the window's title.
    pub(crate) title: String,
    /// A sentence under the heading.
    pub(crate) lead: Option<String>,
    /// Scripts of `static/` that it needs besides the frame's own.
    pub(crate) scripts: &'a [&'a str],
    /// Whether tables may use the whole width.
    pub(crate) is_wide: bool,
    /// The language of its name, where somebody gave it and in another one than the page's.
    pub(crate) title_lang: Option<&'a str>,
}

impl Page<'_> {
    /// A page of this name without scripts.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// A place that navigation leads to: its address, its text, and whom it is for; nobody in particular if that is empty.
type Place = (&'static str, &'static str, &'static [Role]);

const WRITERS: &[Role] = &[Role::Reporter, Role::Coordinator, Role::Intake];
const JOINERS: &[Role] = &[Role::Coordinator];
const PLACES: &[Place] = &[
    ("/write", "write", WRITERS),
    ("/mine", "mine", WRITERS),
    ("/intake", "intake", super::intake::READERS),
    ("/campaigns", "campaigns", super::intake::READERS),
    ("/inbox", "inbox", &[Role::DecisionMaker]),
    ("/phenomena", "phenomena", &[]),
    ("/proposals", "proposals", &[]),
    ("/repair", "repair", JOINERS),
    ("/views", "views", &[]),
    ("/search", "search", &[]),
    ("/network", "network", &[]),
];

impl Visit {
    /// Returns a page whole.
    pub(crate) fn show(&self, page: &Page<'_>, content: &Markup) -> Response {
        self.show_as(StatusCode::OK, page, content)
    }

    /// Returns a page whole, with a status.
    pub(crate) fn show_as(&self, status: StatusCode, page: &Page<'_>, content: &Markup) -> Response {
        let body = self.whole(page, content).into_string();
        let mut response = (status, body).into_response();
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
        response
    }

    fn whole(&self, page: &Page<'_>, content: &Markup) -> Markup {
        let texts = self.texts;
        let csrf = self.session.as_ref().map(|session| session.csrf.as_str());
        html! {
            (DOCTYPE)
            html lang=(texts) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (page.title) " – " (texts.say("site-name")) }
                    link rel="icon" type="image/svg+xml" href=(assets::address("icon.svg"));
                    link rel="stylesheet" href=(assets::address("tokens.css"));
                    link rel="stylesheet" href=(assets::address("talkoot.css"));
                    @for script in std::iter::once(&"frame.js").chain(page.scripts) {
                        script type="module" src=(assets::address(script)) {}
                    }
                }
                body data-csrf=[csrf] data-language=(texts) {
                    a .skip href="#content" { (texts.say("frame-skip")) }
                    (self.head())
                    main #content .wide[page.is_wide] tabindex="-1" {
                        h1 lang=[page.title_lang] { (page.title) }
                        @if let Some(lead) = &page.lead { p .lead { (lead) } }
                        (content)
                    }
                    (self.foot())
                    div #announced .unseen role="status" aria-live="polite" {}
                }
            }
        }
    }

    fn head(&self) -> Markup {
        let texts = self.texts;
        html! {
            header .site-head {
                div .bar {
                    a .name href="/" { (mark()) span { (texts.say("site-name")) } }
                    (self.languages())
                }
                @if self.session.is_some() {
                    nav .places aria-label=(texts.say("frame-navigation")) {
                        ul { @for (address, key, roles) in PLACES { @if self.may_go(roles) {
                            li { a href=(address) aria-current=[self.is_at(address).then_some("page")] { (texts.one_of("nav", key).unwrap_or_default()) } }
                        } } }
                    }
                }
            }
        }
    }

    fn may_go(&self, roles: &[Role]) -> bool {
        roles.is_empty() || roles.iter().any(|role| self.has(*role))
    }

    fn is_at(&self, address: &str) -> bool {
        let path = self.address.split('?').next().unwrap_or_default();
        path.strip_prefix(address).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn languages(&self) -> Markup {
        html! {
            form .languages method="post" action="/language" aria-label=(self.texts.say("frame-language")) {
                input type="hidden" name="to" value=(self.address);
                (self.csrf())
                @for language in LANGUAGES {
                    button name="language" value=(language.key()) lang=(language.key())
                        aria-pressed=(language == self.texts.language()) { (own_name(language)) }
                }
            }
        }
    }

    /// Returns the hidden field that every form has which is sent without script.
    pub(crate) fn csrf(&self) -> Markup {
        html! { @if let Some(session) = &self.session { input type="hidden" name="csrf" value=(session.csrf); } }
    }

    fn foot(&self) -> Markup {
        let texts = self.texts;
        html! {
            footer .site-foot {
                ul {
                    li { a href="/help" { (texts.say("foot-help")) } }
                    li { a href="/resident" { (texts.say("foot-resident")) } }
                    li { a href="/accessibility" { (texts.say("foot-accessibility")) } }
                    li { a href="/privacy" { (texts.say("foot-privacy")) } }
                    @if self.session.is_some() { li { a href="/enrol" { (texts.say("browser-title")) } } }
                }
                p #connection role="status" data-offline=(texts.say("foot-offline")) {}
                @if self.session.is_some() {
                    form method="post" action="/sign-out" {
                        (self.csrf())
                        button .quiet { (texts.say("foot-sign-out")) }
                    }
                }
            }
        }
    }
}

/// A house being raised by many hands.
fn mark() -> Markup {
    PreEscaped(
        "<svg class=\"mark\" viewBox=\"0 0 24 24\" width=\"28\" height=\"28\" aria-hidden=\"true\">\
         <path d=\"M3 12 12 4l9 8M6 10v10h12V10M10 20v-6h4v6\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
         stroke-linejoin=\"round\" stroke-linecap=\"round\"/></svg>"
            .to_owned(),
    )
}

/// Shows a problem: in the language of the visit as far as it is known there, else in the node's own words.
pub(super) fn problem(visit: &Visit, problem: &Problem) -> Response {
    let texts = visit.texts;
    let told = texts.one_of("problem", problem.name());
    let content = html! {
        (parts::notice(parts::Tone::Error, &html! {
            @match &told {
                Some(told) => p { (told) },
                None => p lang="en" { (problem.detail()) },
            }
            p { (texts.say("problem-kept")) }
        }))
        p { a href="/" { (texts.say("problem-home")) } }
    };
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title =
        if status == StatusCode::NOT_FOUND { texts.say("problem-title-missing") } else { texts.say("problem-title") };
    visit.show_as(status, &Page::new(title), &content)
}

/// A chosen language, and where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    language: String,
    to: String,
}

/// Keeps the language for a year and goes back.
pub(super) async fn language(Form(chosen): Form<Chosen>) -> Response {
    let language = chosen.language.parse().ok().filter(|language| LANGUAGES.contains(language)).unwrap_or(Language::Fi);
    let mut response = Redirect::to(&own_place(&chosen.to)).into_response();
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", language.key());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns an address within this site; the first page for everything else, so that no link leads elsewhere by way of this one.
pub(super) fn own_place(to: &str) -> String {
    let is_own = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && !to.contains(char::is_control);
    if is_own { to.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for (to, expected) in [
            ("/write?full", "/write?full"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nSet-Cookie: b", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_place(to), expected, "{to:?}");
        }
    }
}
