//! The pages of a node: what a worker, a coordinator, a decision maker or a resident sees in a browser. One file a page, or a few
//! that belong together.
//!
//! Pages are made here and work without script as far as reading goes; scripts in `web/static` mark, keep drafts, and sign: a
//! worker's key never leaves the browser. Pages ask the driver like everybody else ([`crate::http`]) and know no store. All that
//! people wrote is escaped; no page holds inline script or style, and none asks anything of another machine.

mod about;
mod assets;
pub(crate) mod attachments;
mod campaigns;
mod chart;
pub(crate) mod clock;
pub(crate) mod desk;
mod enrolment;
mod entered;
mod follow;
mod frame;
mod guard;
mod help;
mod home;
pub(crate) mod intake;
mod joint;
mod mine;
mod names;
mod network;
mod parts;
mod quick;
mod report;
mod resident;
mod search;
pub(crate) mod session;
mod sign_in;
pub mod strangers;
pub(crate) mod texts;
mod views;
mod visit;
mod write;
mod writing;

use axum::Router;
use axum::extract::DefaultBodyLimit;
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
        .route("/write", get(write::page))
        .route("/write/shell", get(write::shell))
        .route("/write/similar", post(write::similar).layer(DefaultBodyLimit::max(write::DRAFT_BYTES_MAX)))
        .route("/write/places", get(write::places))
        .route("/mine", get(mine::page))
        .route("/reports/{id}", get(report::page))
        .route("/search", get(search::page).post(search::search))
        .merge(joint::pages())
        .merge(writing::routes())
        .merge(attachments::routes())
        .route("/enrol", get(enrolment::page))
        .route("/enrolment", post(enrolment::enrol))
        .route("/enrolment/{id}", get(enrolment::state))
        .merge(residents())
        .merge(views::routes())
        .merge(network::routes())
        .merge(help::routes())
        .merge(about::routes())
        .layer(from_fn_with_state(site.clone(), guard::guard))
        .layer(from_fn(guard::as_page))
        .route("/policy-report", post(guard::policy_report))
        .route("/static/{edition}/{name}", get(assets::asset))
        .route("/worker.js", get(assets::worker))
        .layer(from_fn(guard::policy))
}

/// Longest form of somebody without an account, in bytes.
const SLIP_FORM_BYTES_MAX: usize = 64 * 1024;

/// Returns the pages for residents and campaigns, and those on which workers take up what residents wrote.
fn residents() -> Router<Site> {
    Router::new()
        .route("/resident", get(resident::page).post(resident::send))
        .route("/follow", get(follow::page).post(follow::told))
        .route("/c/{code}", get(quick::page).post(quick::send))
        .route("/campaigns", get(campaigns::list).post(campaigns::add))
        .route("/campaigns/{code}", get(campaigns::one))
        .route("/campaigns/{code}/poster", get(campaigns::poster))
        .route("/intake", get(intake::list).post(intake::act))
        .route("/intake/{id}", get(intake::one))
        .route("/intake/{id}/published", post(intake::published))
        .layer(DefaultBodyLimit::max(SLIP_FORM_BYTES_MAX))
}
