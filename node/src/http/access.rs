//! Who asks: the bearer of a token (RFC 6750), and whether it allows what is asked.

use std::sync::PoisonError;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::tokens::Access;

use super::Site;
use super::answers::wall_clock;
use super::problem::Problem;

/// Who was let through.
#[derive(Debug, Clone)]
pub(super) struct Bearer {
    /// Tells the token from every other, also from a later one of the same name. Not the token.
    pub(super) maker: String,
}

/// Lets a request through if its bearer may do that.
pub(super) async fn admit(
    State((site, access)): State<(Site, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let token = presented(request.headers());
    // The list of tokens is a file that may have changed: looking at it may wait for the disk.
    let checked = tokio::task::spawn_blocking(move || check(&site, access, token.as_deref()));
    let bearer = checked.await.map_err(|_| Problem::unexpected())??;
    request.extensions_mut().insert(bearer);
    Ok(next.run(request).await)
}

fn check(site: &Site, access: Access, token: Option<&str>) -> Result<Bearer, Problem> {
    let mut tokens = site.tokens.lock().unwrap_or_else(PoisonError::into_inner);
    let mut limits = site.limits.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    if let Err(error) = tokens.refresh() {
        tracing::error!(%error, "nobody is answered by token");
    }
    let Some(token) = token.and_then(|text| tokens.bearer(text, wall_clock())) else {
        limits.stranger(now)?;
        let detail =
            "Show a valid token as 'Authorization: Bearer …'. 'talkoot token add' makes one; it may have expired.";
        return Err(Problem::of("no_token", detail).at("Authorization"));
    };
    limits.bearer(&token.name, now)?;
    if token.access.contains(&access) {
        return Ok(Bearer { maker: format!("{}/{}", token.made.as_millis(), token.name) });
    }
    let detail =
        format!("This token does not allow it: that takes '{}'. Make one with 'talkoot token add'.", access.key());
    Err(Problem::of("not_allowed", detail).at("Authorization"))
}

/// Returns the text of the token, if the request has one in the one form in which it is taken: never in the address, where it
/// would end up in logs.
fn presented(headers: &HeaderMap) -> Option<String> {
    let (scheme, text) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| text.trim().to_owned())
}
