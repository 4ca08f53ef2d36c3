//! Tables: published counts, the reports behind them, the questions that organisations keep, and service paths.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::api::{self, Request, Response};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::saved::{Brief, Saved};
use talkoot_protocol::service_path::{Facet as PathFacet, PathView, Query as PathQuery};
use talkoot_protocol::view::{Filters, MergedView, Query};

use super::super::Site;
use super::super::problem::Problem;
use super::super::query::{self, Asked, At, FilterText};
use super::super::validator::Answer;
use super::{Answered, Page, page};

fn filters(text: &FilterText) -> Result<Filters, Problem> {
    text.0.parse().map_err(|error| Problem::of("bad_query", format!("{error}.")).at("filter"))
}

pub(in super::super) async fn view(State(site): State<Site>, Asked(asked): Asked<query::View>) -> Answered<MergedView> {
    let query = Query { rows: asked.rows, columns: asked.columns, filters: filters(&asked.filter)? };
    let Response::View(view) = site.ask(Request::View { query, own: false }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&view)
}

pub(in super::super) async fn view_reports(
    State(site): State<Site>,
    Asked(asked): Asked<query::ViewReports>,
) -> Answered<Page<api::Report>> {
    let query::ViewReports { filter, organisation, skip, limit } = asked;
    let request = Request::ViewReports { filters: filters(&filter)?, organisation, skip: skip.0, limit: limit.0 };
    let Response::Reports { reports, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(reports, total, skip)
}

pub(in super::super) async fn saved_views(
    State(site): State<Site>,
    Asked(query::PageOf { skip, limit }): Asked<query::PageOf>,
) -> Answered<Page<Brief>> {
    let request = Request::SavedViews { skip: skip.0, limit: limit.0 };
    let Response::SavedViews { views, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(views, total, skip)
}

/// A saved view.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct SavedViewOf {
    /// The document asked for.
    document: DocumentId,
    /// The saved view.
    view: Saved,
    /// Everything that was ever written in its documents; empty if it was not asked for.
    history: Vec<api::Written>,
}

pub(in super::super) async fn saved_view(
    State(site): State<Site>,
    At(at): At<query::One>,
    Asked(asked): Asked<query::History>,
) -> Answered<SavedViewOf> {
    let request = Request::SavedView { document: at.id.0, history: asked.history };
    let Response::SavedView { document, view, history } = site.ask(request).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&SavedViewOf { document, view: *view, history })
}

pub(in super::super) async fn paths(
    State(site): State<Site>,
    Asked(asked): Asked<query::OfOrganisation>,
) -> Answered<Page<api::ServicePath>> {
    let query::OfOrganisation { organisation, skip, limit } = asked;
    let request = Request::Paths { organisation, skip: skip.0, limit: limit.0 };
    let Response::Paths { paths, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page(paths, total, skip)
}

pub(in super::super) async fn path(State(site): State<Site>, At(at): At<query::One>) -> Answered<api::ServicePath> {
    let Response::Path(path) = site.ask(Request::Path { document: at.id.0 }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&path)
}

pub(in super::super) async fn path_view(
    State(site): State<Site>,
    Asked(asked): Asked<query::PathView>,
) -> Answered<PathView> {
    let unfit = |what: String| Problem::of("bad_query", what).at("filter");
    let mut query = PathQuery { of: asked.of, across: asked.across, ..PathQuery::of_all(asked.by) };
    for part in asked.filter.0.split_terminator(';') {
        let (facet, value) = part.split_once('=').unwrap_or_default();
        let facet: PathFacet = facet.parse().map_err(|error| unfit(format!("{error}.")))?;
        if query.filters.insert(facet, value.to_owned()).is_some() {
            return Err(unfit(format!("'{facet}' stands twice; a service path has one value of each.")));
        }
    }
    let query = query.checked().map_err(|error| Problem::of("bad_query", format!("{error}.")))?;
    let Response::PathView(view) = site.ask(Request::PathView { query }).await? else {
        return Err(Problem::unexpected());
    };
    Answer::json(&view)
}
