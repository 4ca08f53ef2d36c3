//! From a number to the reports behind it, and what nobody saw alone.

use axum::extract::{Query as Asked, State};
use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::api::{Report, Request, Response as Answer};
use talkoot_protocol::report::area::table::ATTRIBUTION;
use talkoot_protocol::view::{Count, Facet, Filters, Together};

use super::names::Names;
use super::page::wrong;
use super::question::{Pairs, filters};
use super::{sheet, table};
use crate::http::{Problem, Site};
use crate::web::chart::{self, Grid};
use crate::web::frame::Page;
use crate::web::parts::{self, Tone};
use crate::web::report::title;
use crate::web::visit::{Member, escaped};

/// Reports on a page.
const LIMIT: usize = 25;
/// Most bars of what nobody saw alone.
const BARS_MAX: usize = 15;

/// Lists the reports that pass all filters: what the reader may read one by one, exactly.
pub(super) async fn reports(
    State(site): State<Site>,
    member: Member,
    Asked(pairs): Asked<Pairs>,
) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let names = Names::ask(&site, texts).await?;
    let mut page = Page::new(texts.say("views-behind-title"));
    let filters = match filters(&pairs) {
        Ok(filters) => filters,
        Err(error) => return Ok(visit.show(&page, &wrong(error, texts))),
    };
    let skip = pairs.iter().find(|(name, _)| name == "skip").and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let request = Request::ViewReports { filters: filters.clone(), organisation: None, skip, limit: LIMIT };
    let Answer::Reports { reports, total } = site.ask(request).await? else { return Err(Problem::unexpected()) };
    page.lead = Some(of(&filters, &names));
    let address = format!("/views/reports?filter={}", escaped(&filters.to_string()));
    let content = html! {
        (parts::notice(Tone::Info, &html! { p { (texts.say("views-behind-exact")) } }))
        p { (texts.say_with("views-behind-total", &[("total", total.into())])) }
        ul .list { @for report in &reports { li { (line(report, &names)) } } }
        (parts::pages(texts, &address, skip, LIMIT, total))
        p { a href="/views" { (texts.say("views-back")) } }
    };
    Ok(visit.show(&page, &content))
}

/// Says what the reports have in common.
fn of(filters: &Filters, names: &Names) -> String {
    let one = |(facet, values): (Facet, &std::collections::BTreeSet<talkoot_protocol::view::Value>)| {
        let values: Vec<_> = values.iter().map(|value| names.value(facet, &value.to_string())).collect();
        format!("{}: {}", names.facet(facet), values.join(", "))
    };
    filters.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// Shows a report in one line. Its title is marked with its own language, where that is another than the page's.
fn line(report: &Report, names: &Names) -> Markup {
    let texts = names.texts;
    let field = |name: &str| report.fields.get(name).and_then(serde_json::Value::as_str);
    let untitled = texts.say("views-untitled");
    let (title, lang) = title(texts, report).unwrap_or((&untitled, None));
    html! {
        h2 { a href={ "/reports/" (report.document) } lang=[lang] { (title) } }
        p .soft {
            (names.organisation(&report.organisation.to_string()))
            @if let Some(period) = field("observed_period") { " · " (period) }
        }
    }
}

/// Shows themes in places that no organisation alone has enough reports of, and all of them together have.
pub(super) async fn together(State(site): State<Site>, member: Member) -> Result<Response, Problem> {
    let visit = &member.visit;
    let texts = visit.texts;
    let Answer::Together { cells } = site.ask(Request::Together).await? else { return Err(Problem::unexpected()) };
    let names = Names::ask(&site, texts).await?;
    let content = html! {
        @if cells.is_empty() { p { (texts.say("views-together-none")) } } @else { (findings(&cells, &names)) }
        p .small lang="en" { (ATTRIBUTION) }
    };
    Ok(sheet::show(visit, texts.say("views-together-title"), texts.say("views-together-lead"), &content))
}

fn findings(cells: &[Together], names: &Names) -> Markup {
    let texts = names.texts;
    let caption = texts.say("views-together-title");
    let place = |cell: &Together| names.value(cell.facet, &cell.area);
    let strongest = cells.iter().take(BARS_MAX);
    let grid = Grid {
        rows: strongest
            .clone()
            .map(|cell| format!("{}: {}", place(cell), names.value(Facet::Theme, &cell.theme)))
            .collect(),
        columns: Vec::new(),
        cells: strongest.map(|cell| vec![Count::Shown(cell.reports)]).collect(),
        few: texts.say("views-few"),
    };
    let columns = [
        (names.facet(Facet::Theme), false),
        (texts.say("views-place"), false),
        (texts.say("views-reports"), true),
        (texts.say("views-organisations"), false),
    ];
    let row = |cell: &Together| {
        let filter = format!("theme={};{}={}", cell.theme, cell.facet, cell.area);
        let who: Vec<_> =
            cell.organisations.iter().map(|knower| names.organisation(&knower.organisation.to_string())).collect();
        vec![
            html! { a href={ "/views/reports?filter=" (escaped(&filter)) } { (names.value(Facet::Theme, &cell.theme)) } },
            html! { (place(cell)) },
            html! { (cell.reports) },
            html! { (who.join(", ")) },
        ]
    };
    html! {
        (table::described(&chart::bars(&grid).cut_if(cells.len() > BARS_MAX), &grid, &caption, texts, "together"))
        (parts::table(&caption, &columns, &cells.iter().map(row).collect::<Vec<_>>()))
    }
}
