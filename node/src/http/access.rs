//! Who asks: the bearer of a token (RFC 6750), and whether it allows what is asked.

use std::sync::PoisonError;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::tokens::Access;

use super::Site;
use super::answers::wall_clock;
use super::problem::Problem;

/// Lets a request through if its bearer may do that.
pub(super) async fn admit(
    State((site, access)): State<(Site, Access)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    check(&site, access, request.headers())?;
    Ok(next.run(request).await)
}

fn check(site: &Site, access: Access, headers: &HeaderMap) -> Result<(), Problem> {
    let mut tokens = site.tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let mut limits = site.limits.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if let Err(error) = tokens.refresh() {
        tracing::error!(%error, "nobody is answered by token");
    }
    let Some(token) = presented(headers).and_then(|text| tokens.bearer(text, wall_clock())) else {
        limits.stranger(now)?;
        let detail =
            "Show a valid token as 'Authorization: Bearer …'. 'talkoot token add' makes one; it may have expired.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "no_token", detail).at("Authorization"));
    };
    limits.bearer(&token.name, now)?;
    if token.access.contains(&access) {
        return Ok(());
    }
    let detail =
        format!("This token does not allow it: that takes '{}'. Make one with 'talkoot token add'.", access.key());
    Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", detail).at("Authorization"))
}

/// Returns the text of the token, if the request has one in the one form in which it is taken: never in the address, where it
/// would end up in logs.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim())
}
