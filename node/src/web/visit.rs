//! What is known of who asks for a page: the language, and the session if there is one.

use std::convert::Infallible;
use std::sync::PoisonError;
use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Role;

use crate::http::{Problem, Site};

use super::session::Session;
use super::texts::Texts;

/// The session's cookie: for this host only, by secure connections only (RFC 6265bis, 4.1.3.2), unreadable for scripts.
pub(super) const SESSION_COOKIE: &str = "__Host-talkoot";
/// The cookie of a chosen language.
pub(super) const LANGUAGE_COOKIE: &str = "talkoot-language";

/// Somebody who looks at a page, known or not.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// What pages say, in the language of the visit.
    pub(crate) texts: Texts,
    /// The worker's session.
    pub(crate) session: Option<Session>,
    /// The address of the page, with its query.
    pub(crate) address: String,
}

/// A worker who looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The visit.
    pub(crate) visit: Visit,
    /// The worker's session.
    pub(crate) session: Session,
}

impl Visit {
    /// Reads what is known, without asking for a session.
    pub(super) fn without_session(parts: &mut Parts) -> Self {
        let headers = &parts.headers;
        let chosen = cookie(headers, LANGUAGE_COOKIE).and_then(|key| key.parse::<Language>().ok());
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let texts = chosen.map_or_else(|| Texts::wanted(accepted), Texts::new);
        let address = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Self { texts, session: None, address }
    }

    /// Reads what is known.
    pub(super) fn of(site: &Site, parts: &mut Parts) -> Self {
        let session = cookie(&parts.headers, SESSION_COOKIE).and_then(|cookie| {
            let mut sessions = site.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.of(cookie, Instant::now())
        });
        Self { session, ..Self::without_session(parts) }
    }

    /// Returns whether the visitor is a worker with a role.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.session.as_ref().is_some_and(|session| session.roles.has(role))
    }
}

impl Member {
    /// Refuses whoever has none of the roles.
    ///
    /// # Errors
    /// A problem that names them.
    pub(crate) fn require(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.iter().any(|role| self.session.roles.has(*role)) {
            return Ok(());
        }
        let names: Vec<_> = roles.iter().map(|role| role.key()).collect();
        let detail = format!("This page is for {}. Ask your organisation for that role.", names.join(", "));
        Err(Problem::new(StatusCode::FORBIDDEN, "not_your_role", detail))
    }
}

/// Returns a cookie's value.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (known, value) = pair.trim().split_once('=')?;
        (known == name).then_some(value)
    })
}

impl FromRequestParts<Site> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let known = parts.extensions.get::<Self>().cloned();
        Ok(known.unwrap_or_else(|| Self::of(site, parts)))
    }
}

impl FromRequestParts<Site> for Member {
    type Rejection = Response;

    /// Whoever has no session is sent to where the browser shows its key, and from there back; a script is told 401.
    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, site).await;
        match visit.session.clone() {
            Some(session) => Ok(Self { visit, session }),
            None if super::guard::wants_page(&parts.headers) => {
                Err(Redirect::to(&format!("/sign-in?to={}", escaped(&visit.address))).into_response())
            }
            None => {
                let detail = "The session has ended. What you wrote is kept in the browser; sign in and send it again.";
                Err(Problem::new(StatusCode::UNAUTHORIZED, "no_session", detail).into_response())
            }
        }
    }
}

/// Escapes what may not stand in a query (RFC 3986, 3.4).
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; __Host-talkoot=abc; talkoot-language=sv".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("abc"));
        assert_eq!(cookie(&headers, LANGUAGE_COOKIE), Some("sv"));
        assert_eq!(cookie(&headers, "talkoot"), None);
    }

    #[test]
    fn a_query_is_escaped() {
        assert_eq!(escaped("/reports?skip=20&ö"), "/reports%3Fskip%3D20%26%C3%B6");
    }
}
