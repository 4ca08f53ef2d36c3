//! The merged picture: who knew what, and what nobody saw alone.

use std::collections::BTreeMap;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::report::area::table;
use talkoot_protocol::report::codes::{Language, SupportNeed};
use talkoot_protocol::view::{BASE, Basis, Facet, MergedView, Query, Together};

use crate::client::unexpected;
use crate::error::{Error, Result};
use crate::house::House;
use crate::output;

use super::ask;

/// Prints what the four see together, after making sure that all four see the same.
pub(super) fn print(houses: &[House]) -> Result<()> {
    let views = houses.iter().map(view).collect::<Result<Vec<_>>>()?;
    let first = views.first().ok_or_else(unexpected)?;
    if views.iter().any(|view| view.fingerprint() != first.fingerprint()) {
        return Err(Error::refused("the four nodes show different pictures; this should never happen"));
    }
    output::line("\nWHO KNEW WHAT: reports by support need (Social Welfare Act, section 11) and kind of organisation")?;
    table_of(first)?;
    let Basis::Published(rules) = &first.basis else { return Err(unexpected()) };
    output::line(&format!(
        "Rounded to multiples of {BASE}. \"few\": fewer than {} reports, {} organisations or {} authors, perhaps none. All four \
         nodes show the same table, byte for byte.",
        rules.reports_min(),
        rules.organisations_min(),
        rules.authors_min()
    ))?;
    let cells = together(houses)?;
    output::line("\nWHAT NOBODY SAW ALONE: no organisation has enough reports to say it; together they do")?;
    let names: BTreeMap<OrganisationId, &str> =
        houses.iter().map(|house| (house.id, house.plan.names.en.as_str())).collect();
    let rows: Vec<_> = cells.iter().map(|cell| row(cell, &names)).collect();
    output::table(&["support need", "where", "reports", "seen by"], &rows)
}

fn view(house: &House) -> Result<MergedView> {
    let query = Query::two_way(Facet::Theme, Facet::OrganisationKind);
    match ask(house, Request::View { query, own: false })? {
        Response::View(view) => Ok(*view),
        _ => Err(unexpected()),
    }
}

fn together(houses: &[House]) -> Result<Vec<Together>> {
    let house = houses.first().ok_or_else(unexpected)?;
    match ask(house, Request::Together)? {
        Response::Together { cells } => Ok(cells),
        _ => Err(unexpected()),
    }
}

fn table_of(view: &MergedView) -> Result<()> {
    let mut headers = vec!["support need".to_owned()];
    headers.extend(view.columns.iter().cloned());
    headers.push("all".to_owned());
    let slice = view.slices.first().ok_or_else(unexpected)?;
    let rows = view.rows.iter().zip(&slice.cells).zip(&slice.row_totals).map(|((theme, cells), total)| {
        let mut row = vec![theme_label(theme)];
        row.extend(cells.iter().map(ToString::to_string));
        row.push(total.to_string());
        row
    });
    let rows: Vec<_> = rows.collect();
    output::table(&headers.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

fn row(cell: &Together, names: &BTreeMap<OrganisationId, &str>) -> Vec<String> {
    let seen_by: Vec<_> = cell
        .organisations
        .iter()
        .map(|knower| names.get(&knower.organisation).map_or_else(|| knower.organisation.short(), ToString::to_string))
        .collect();
    vec![theme_label(&cell.theme), area_label(cell), cell.reports.to_string(), seen_by.join(", ")]
}

fn theme_label(key: &str) -> String {
    let need = SupportNeed::all().iter().find(|need| need.key() == key);
    need.map_or_else(|| key.to_owned(), |need| format!("{key} {}", need.label(Language::En)))
}

fn area_label(cell: &Together) -> String {
    let names = match cell.facet {
        Facet::Municipality => table::municipality(&cell.area).map(|found| &found.names),
        _ => table::county(&cell.area).map(|found| &found.names),
    };
    names.map_or_else(|| cell.area.clone(), |names| names.get(Language::En).to_owned())
}
