//! The counts of a view as Parquet in parts, one for each half-year and county, named as Hive names them. Each part is what the
//! node publishes of these reports, hidden and rounded as everywhere: a table by rows, half-year and county names three facets.

use std::path::Path;

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::view::{Count, FACETS_MAX, Facet, Filters, MergedView, Query, SLICES_MAX, Slice};

use super::file::{More, cells, columns, rows_of_slice};
use super::names::Names;
use crate::client::{Client, unexpected};
use crate::commands::export::parts::{Parts, into_place};
use crate::error::{Error, Result};

/// What parts are made by.
const BY: [Facet; 2] = [Facet::HalfYear, Facet::County];
/// A table of counts alone.
const PLAIN: More = More { trend: false, share: false };

/// What is counted in each part.
pub(super) struct Counts {
    /// What the rows are.
    rows: Facet,
    /// Which rows, half-years and counties; all that are not named.
    filters: Filters,
}

impl Counts {
    /// Takes rows and filters as they were asked for.
    ///
    /// # Errors
    /// If they name more facets than rows, half-year and county, or rows are one of these two.
    pub(super) fn new(rows: Facet, filters: Filters) -> Result<Self> {
        let other = filters.iter().map(|(facet, _)| facet).find(|facet| *facet != rows && !BY.contains(facet));
        if BY.contains(&rows) || other.is_some() {
            let named = other.unwrap_or(rows).key();
            let message =
                format!("parts are made by half_year and county, so {named} is one facet too many or named twice");
            let hint = format!(
                "Give --rows with another facet, and --where only for that, half_year and county: {FACETS_MAX} facets at most."
            );
            return Err(Error::refused(message).hint(hint));
        }
        Ok(Self { rows, filters })
    }

    /// Writes a directory with a part for each half-year and county of which a count is shown; returns how many rows it has.
    pub(super) fn write(&self, client: &mut Client<'_>, names: &Names, path: &Path, force: bool) -> Result<u64> {
        into_place(path, force, |dir| {
            let [half_years, counties] = [self.values(client, BY[0])?, self.values(client, BY[1])?];
            let mut parts = Parts::begin(dir, columns(&[self.rows], PLAIN));
            let mut written = 0;
            for half_year in &half_years {
                for counties in counties.chunks(SLICES_MAX) {
                    let view = ask(client, self.query(half_year, counties)?)?;
                    written += self.fill(&mut parts, &view, names)?;
                }
            }
            parts.end()?;
            Ok(written)
        })
    }

    /// Returns the values of a facet under which any row has a number. What has none is hidden in every part, too: a part holds
    /// fewer reports.
    fn values(&self, client: &mut Client<'_>, across: Facet) -> Result<Vec<String>> {
        let filters = self.filters.clone();
        Ok(ask(client, Query { filters, ..Query::two_way(self.rows, across) })?.columns)
    }

    /// Returns the question whose answer has one table for each of these counties in a half-year.
    fn query(&self, half_year: &str, counties: &[String]) -> Result<Query> {
        let mut filters = Filters::default();
        let mut allow = |facet, key: &str| filters.allow(facet, key).map_err(|error| Error::refused(error.to_string()));
        for row in self.filters.on(self.rows).into_iter().flatten() {
            allow(self.rows, &row.to_string())?;
        }
        allow(BY[0], half_year)?;
        counties.iter().try_for_each(|county| allow(BY[1], county))?;
        Ok(Query { filters, ..Query::one_way(self.rows) })
    }

    /// Adds each table with a number to its part.
    fn fill(&self, parts: &mut Parts<'_>, view: &MergedView, names: &Names) -> Result<u64> {
        let mut written = 0;
        for slice in view.slices.iter().filter(|slice| tells(slice)) {
            let value = |facet| slice.of.get(&facet).cloned().unwrap_or_default();
            for counted in rows_of_slice(view, slice, None) {
                parts.row((value(BY[0]), value(BY[1])), cells(&counted, &[self.rows], PLAIN, view, names))?;
                written += 1;
            }
        }
        Ok(written)
    }
}

/// Tells whether a table has any number.
fn tells(slice: &Slice) -> bool {
    slice.row_totals.iter().chain(&slice.total).any(|count| matches!(count, Count::Shown(_)))
}

fn ask(client: &mut Client<'_>, query: Query) -> Result<MergedView> {
    match client.ask(Request::View { query, own: false })? {
        Response::View(view) => Ok(*view),
        _ => Err(unexpected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_take_two_of_the_three_facets() {
        let counts = |rows, filters: &str| Counts::new(rows, filters.parse().unwrap());
        assert!(counts(Facet::Theme, "theme=2;half_year=2026-H1;county=12").is_ok());
        for (rows, filters) in [(Facet::County, ""), (Facet::HalfYear, ""), (Facet::Theme, "valence=negative")] {
            assert!(counts(rows, filters).is_err(), "{rows} {filters}");
        }
        let query = counts(Facet::Theme, "theme=2").unwrap().query("2026-H1", &["12".into(), "13".into()]).unwrap();
        assert_eq!(query.filters.to_string(), "theme=2;county=12,13;half_year=2026-H1");
        assert!(query.check().is_ok());
    }
}
