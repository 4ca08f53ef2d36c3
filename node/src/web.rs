//! The pages of a node: what a worker, a coordinator, a decision maker or a resident sees in a browser. One file a page, or a few
//! that belong together.
//!
//! Pages are made here and work without script as far as reading goes; scripts in `web/static` mark, keep drafts, and sign: a
//! worker's key never leaves the browser. Pages ask the driver like everybody else ([`crate::http`]) and know no store. All that
//! people wrote is escaped; no page holds inline script or style, and none asks anything of another machine.

mod assets;
mod enrolment;
mod frame;
mod guard;
mod home;
mod joint;
mod parts;
pub(crate) mod session;
mod sign_in;
pub(crate) mod texts;
mod visit;
mod writing;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::http::Site;

/// Returns all pages.
pub(crate) fn pages(site: &Site) -> Router<Site> {
    Router::new()
        .route("/", get(home::home))
        .route("/sign-in", get(sign_in::page))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/language", post(frame::language))
        .route("/session/challenge", post(sign_in::challenge))
        .route("/session", post(sign_in::begin))
        .merge(joint::pages())
        .merge(writing::routes())
        .route("/enrol", get(enrolment::page))
        .route("/enrolment", post(enrolment::enrol))
        .route("/enrolment/{id}", get(enrolment::state))
        .layer(from_fn_with_state(site.clone(), guard::guard))
        .layer(from_fn(guard::as_page))
        .route("/policy-report", post(guard::policy_report))
        .route("/static/{edition}/{name}", get(assets::asset))
        .layer(from_fn(guard::policy))
}
