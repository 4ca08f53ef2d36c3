//! Views: many reports as one picture. The node counts, hides and rounds; these pages choose what to ask and show what is answered, as a
//! chart with its table behind it, as a map, or as a file.

mod file;
mod found;
mod map;
mod names;
mod page;
mod paths;
mod question;
mod saved;
mod select;
mod sheet;
mod table;

use axum::Router;
use axum::routing::get;

use crate::http::Site;

/// Returns the pages of views.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/views", get(page::page))
        .route("/views.csv", get(file::csv))
        .route("/views.json", get(file::json))
        .route("/views/reports", get(found::reports))
        .route("/views/together", get(found::together))
        .route("/views/paths", get(paths::page))
        .route("/views/saved", get(saved::list))
        .route("/views/saved/{id}", get(saved::page))
        .route("/map", get(map::page))
}
