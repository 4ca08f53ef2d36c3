//! What nobody saw alone: themes in places where no organisation by itself has enough reports to say anything, and all of
//! them together have.
//!
//! Only merged counts are told, and only those that the table of themes by places shows: this page opens no number that
//! [`Columns::view`] keeps closed. Where the table hides a count only to protect another one, it is told that there is enough
//! and not how much, and only if the other one stays protected even so. Which organisations contributed is told, how much each did is not. (An organisation knows
//! its own reports: where two contributed, each can work out the other's. `organisations_min` 3 prevents it.)

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::columns::Columns;
use super::facet::{Facet, Value};
use super::fold::{Tally, fold};
use super::merged::Cell;
use super::query::{Filters, Query};
use super::rules::{Applied, Rules};
use super::scan::scan;
use super::suppress::suppress;
use super::terms::{Area, Theme};
use crate::id::OrganisationId;
use crate::statement::OrganisationKind;

/// An organisation that has reported something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knower {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its kind in its reports of the latest half-year.
    pub kind: OrganisationKind,
}

/// A theme in a place that becomes visible only when organisations put their reports together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    /// Key of the theme.
    pub theme: String,
    /// [`Facet::County`] or [`Facet::Municipality`].
    pub facet: Facet,
    /// Key of the place on that facet.
    pub area: String,
    /// The organisations that contributed, by id.
    pub organisations: Vec<Knower>,
    /// The merged counts; hidden where the table of themes by places hides them to protect another count.
    pub counts: Cell,
}

/// Reports of one cell while a scan goes through organisation by organisation.
#[derive(Clone, Default)]
struct Share {
    /// Those that contributed, by number; the last one is being counted.
    organisations: Vec<u32>,
    reports: u32,
    authors: u32,
    last_author: Option<u32>,
    /// Whether one of them alone has enough.
    one_suffices: bool,
}

impl Share {
    fn meet(&mut self, author: u32, organisation: u32, rules: &Rules) {
        if self.organisations.last() != Some(&organisation) {
            self.organisations.push(organisation);
            (self.reports, self.authors) = (0, 0);
        }
        self.reports += 1;
        if self.last_author != Some(author) {
            self.last_author = Some(author);
            self.authors += 1;
        }
        self.one_suffices |= self.reports >= rules.reports_min() && self.authors >= rules.authors_min();
    }
}

/// A found cell, before it is put into words.
struct Found {
    theme: Value,
    facet: Facet,
    area: Value,
    /// None if there is enough and the number is not told.
    tally: Option<Tally>,
    organisations: Vec<u32>,
}

impl Columns {
    /// Returns what nobody saw alone, by county and by municipality: most organisations first, then most reports (those
    /// not told last), most authors, theme and place. A county is left out where its count less that of its municipalities listed here would
    /// tell a small number.
    pub fn together(&self, rules: &Rules) -> Vec<Together> {
        let mut found = self.found(Facet::County, rules);
        let municipalities = self.found(Facet::Municipality, rules);
        let counties = self.counties_of_municipalities();
        found.retain(|county| !tells_a_rest(county, &municipalities, &counties, rules));
        found.extend(municipalities);
        found.sort_by_key(|found| {
            let Tally { reports, authors, .. } = found.tally.unwrap_or_default();
            (std::cmp::Reverse((found.organisations.len(), reports, authors)), found.theme, found.area)
        });
        let kinds = self.kinds();
        found.into_iter().map(|found| self.tell(found, &kinds)).collect()
    }

    /// Returns which organisations have reported a theme in a place (a county, a municipality or the whole country), by id:
    /// who knew what. None if the table of themes by places hides that cell or has no such cell.
    pub fn knowers(&self, rules: &Rules, theme: Theme, area: Value) -> Option<Vec<Knower>> {
        let facet = match area {
            Value::Municipality(_) => Facet::Municipality,
            _ => Facet::County,
        };
        let view = self.view(&Query::two_way(Facet::Theme, facet), rules).ok()?;
        let cell = view.cell(Some(&theme.to_string()), Some(&area.to_string()))?;
        let (theme, mut numbers) = (Value::Theme(theme), BTreeSet::new());
        let [themes, areas] = self.place_axes(facet);
        self.scan_places(&themes, &areas, |author, row, column| {
            if (themes.values[row], areas.values[column]) == (theme, area) {
                numbers.insert(self.organisation_of(author));
            }
        });
        (cell.is_shown() && !numbers.is_empty()).then(|| self.named(numbers, &self.kinds()))
    }

    /// Calls `meet` for each report with its author, and each of its themes and places as positions on these axes.
    fn scan_places(&self, themes: &Axis, areas: &Axis, mut meet: impl FnMut(u32, usize, usize)) {
        scan(self, &Filters::default(), themes, Some(areas), |block| {
            for (author, theme, area) in block.reports() {
                themes.each(theme, |row| areas.each(area, |column| meet(author, row, column)));
            }
        });
    }

    fn place_axes(&self, facet: Facet) -> [Axis; 2] {
        [Facet::Theme, facet].map(|facet| Axis::new(self, facet, &Filters::default()))
    }

    fn found(&self, facet: Facet, rules: &Rules) -> Vec<Found> {
        // Themes by places is never too large, nor one facet twice.
        let Ok(table) = fold(self, &Query::two_way(Facet::Theme, facet)) else { return Vec::new() };
        let applied = Applied::new(rules, false);
        let lattice = suppress(&table, &applied, false);
        let areas = table.columns.clone().unwrap_or_default();
        let [themes, places] = self.place_axes(facet);
        // The axes may have values that no report has; the table has not.
        let row_of = positions_in(&themes.values, &table.rows);
        let column_of = positions_in(&places.values, &areas);
        let mut shares = vec![Share::default(); table.rows.len() * areas.len()];
        self.scan_places(&themes, &places, |author, theme, area| {
            if let (Some(row), Some(column)) = (row_of[theme], column_of[area]) {
                shares[row * areas.len() + column].meet(author, self.organisation_of(author), rules);
            }
        });
        let is_told = |row: usize, column: usize| {
            let place = matches!(areas[column], Value::County(_) | Value::Municipality(_));
            let Tally { reports, organisations, authors } = table.cells[row * areas.len() + column];
            let enough = reports > 0 && applied.allow(reports, organisations, authors);
            place
                && matches!(table.rows[row], Value::Theme(_))
                && enough
                && !shares[row * areas.len() + column].one_suffices
        };
        let cells = (0..table.rows.len()).flat_map(|row| (0..areas.len()).map(move |column| (row, column)));
        let told: Vec<_> = cells.filter(|(row, column)| is_told(*row, *column)).collect();
        let hidden = told.iter().copied().filter(|(row, column)| lattice.shown(*row, *column).is_none()).collect();
        let said = lattice.may_say_at_least(u64::from(rules.reports_min()), &hidden);
        let tellable = |cell: &(usize, usize)| !hidden.contains(cell) || said.contains(cell);
        told.into_iter()
            .filter(tellable)
            .map(|(row, column)| Found {
                theme: table.rows[row],
                facet,
                area: areas[column],
                tally: lattice.shown(row, column),
                organisations: shares[row * areas.len() + column].organisations.clone(),
            })
            .collect()
    }

    /// Returns the counties in which reports place each municipality: one, unless lists of two years meet.
    fn counties_of_municipalities(&self) -> BTreeSet<(Value, Value)> {
        let pair = |area| match area {
            Area::Municipality { county, municipality } => {
                Some((Value::County(county), Value::Municipality(municipality)))
            }
            _ => None,
        };
        self.places().used().flat_map(|areas| areas.iter().filter_map(pair)).collect()
    }

    /// Returns each organisation's kind in its reports of the latest half-year, by number; of several, the last.
    fn kinds(&self) -> BTreeMap<u32, OrganisationKind> {
        let filters = Filters::default();
        let kinds = Axis::new(self, Facet::OrganisationKind, &filters);
        let times = Axis::new(self, Facet::HalfYear, &filters);
        let unsaid = times.values.iter().position(|time| *time == Value::Unsaid);
        let mut latest = vec![None; self.organisations().count()];
        scan(self, &filters, &kinds, Some(&times), |block| {
            for (author, kind, time) in block.reports() {
                let entry: &mut Option<(usize, usize)> = &mut latest[self.organisation_of(author) as usize];
                times.each(time, |time| {
                    let time = if unsaid == Some(time) { 0 } else { time + 1 };
                    kinds.each(kind, |kind| *entry = (*entry).max(Some((time, kind))));
                });
            }
        });
        let kind = |position: usize| match kinds.values.get(position) {
            Some(Value::OrganisationKind(kind)) => *kind,
            _ => OrganisationKind::Other,
        };
        let latest = (0..).zip(latest);
        latest.filter_map(|(number, latest)| latest.map(|(_, position)| (number, kind(position)))).collect()
    }

    fn named(&self, numbers: impl IntoIterator<Item = u32>, kinds: &BTreeMap<u32, OrganisationKind>) -> Vec<Knower> {
        let named = |number: u32| Knower {
            organisation: self.organisation(number),
            kind: kinds.get(&number).copied().unwrap_or(OrganisationKind::Other),
        };
        let mut knowers: Vec<Knower> = numbers.into_iter().map(named).collect();
        knowers.sort_by_key(|knower| knower.organisation);
        knowers
    }

    fn tell(&self, found: Found, kinds: &BTreeMap<u32, OrganisationKind>) -> Together {
        Together {
            theme: found.theme.to_string(),
            facet: found.facet,
            area: found.area.to_string(),
            organisations: self.named(found.organisations, kinds),
            counts: Cell::new(found.tally),
        }
    }
}

/// Returns for each value where it is in an ascending list.
fn positions_in(values: &[Value], list: &[Value]) -> Vec<Option<usize>> {
    values.iter().map(|value| list.binary_search(value).ok()).collect()
}

/// Whether a county's count less those of its municipalities would tell a number below the threshold.
fn tells_a_rest(county: &Found, others: &[Found], counties: &BTreeSet<(Value, Value)>, rules: &Rules) -> bool {
    let is_within = |other: &&Found| other.theme == county.theme && counties.contains(&(county.area, other.area));
    let Some(whole) = county.tally else { return false };
    // Of one whose number is not told it is known that it has enough.
    let least = |other: &Found| other.tally.map_or(u64::from(rules.reports_min()), |tally| tally.reports);
    let parts: Vec<u64> = others.iter().filter(is_within).map(least).collect();
    let tells = |part: u64| (1..u64::from(rules.reports_min())).contains(&whole.reports.saturating_sub(part));
    parts.iter().any(|part| tells(*part)) || tells(parts.iter().sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{any_row, organisation, place, row, worker};
    use super::super::{Count, Row};
    use super::*;

    /// A report of one author of an organisation in a municipality of county 12.
    fn report(number: u16, organised: u16, municipality: u16) -> Row {
        let areas = [place(12, municipality)].into_iter().collect();
        Row { organisation: organisation(organised), author: worker(number), areas, ..row(number) }
    }

    fn columns(rows: impl IntoIterator<Item = Row>) -> Columns {
        let mut columns = Columns::new(0);
        columns.extend(rows);
        columns
    }

    #[test]
    fn three_who_saw_a_little_saw_it_together() {
        let columns = columns([report(1, 1, 491), report(2, 1, 491), report(3, 2, 491), report(4, 3, 491)]);
        let found = columns.together(&Rules::default());
        let places: Vec<_> = found.iter().map(|found| (found.facet, found.area.as_str())).collect();
        assert_eq!(places, [(Facet::County, "12"), (Facet::Municipality, "491")]);
        assert_eq!((found[0].theme.as_str(), found[0].counts.reports), ("2", Count::Shown(4)));
        let ids: Vec<_> = found[0].organisations.iter().map(|knower| knower.organisation).collect();
        assert_eq!(ids, [organisation(1), organisation(2), organisation(3)]);
        let (theme, county) = (Theme::new(2).unwrap(), Facet::County.value("12").unwrap());
        assert_eq!(columns.knowers(&Rules::default(), theme, county).as_ref(), Some(&found[0].organisations));
        assert_eq!(columns.knowers(&Rules::at_least(5, 2, 3), theme, county), None);
    }

    #[test]
    fn what_one_saw_alone_is_not_told() {
        let mut rows: Vec<Row> = (1..4).map(|number| report(number, 1, 491)).collect();
        assert!(columns(rows.clone()).together(&Rules::default()).is_empty(), "one organisation");
        rows.push(report(4, 2, 491));
        assert!(columns(rows).together(&Rules::default()).is_empty(), "one has enough");
        assert!(columns([]).together(&Rules::default()).is_empty());
    }

    #[test]
    fn what_is_hidden_for_the_sake_of_others_is_told_without_its_number() {
        // One report elsewhere must stay hidden, and with it, in the table, the five that could be shown.
        let here = [report(1, 1, 491), report(2, 1, 491), report(3, 2, 491), report(4, 3, 491), report(5, 3, 491)];
        let columns = columns(here.into_iter().chain([report(6, 1, 740)]));
        let found = columns.together(&Rules::default());
        let told: Vec<_> = found.iter().map(|found| (found.area.as_str(), found.counts.is_shown())).collect();
        // In the county the first organisation saw enough alone.
        assert_eq!(told, [("491", false)]);
    }

    #[test]
    fn a_county_does_not_give_away_its_rest() {
        let columns = columns([report(1, 1, 491), report(2, 1, 491), report(3, 2, 491), report(4, 3, 740)]);
        let places: Vec<_> = columns.together(&Rules::default()).into_iter().map(|found| found.area).collect();
        assert!(!(places.contains(&"12".to_owned()) && places.contains(&"491".to_owned())), "{places:?}");
    }

    #[test]
    fn the_kind_is_that_of_the_latest_reports() {
        use super::super::terms::HalfYear;
        let newer =
            Row { organisation_kind: OrganisationKind::Other, half_year: HalfYear::new(2026, 2), ..report(1, 1, 491) };
        let columns = columns([newer, report(2, 1, 491), report(3, 2, 491)]);
        let kinds: Vec<_> = columns.together(&Rules::default())[0].organisations.iter().map(|k| k.kind).collect();
        assert_eq!(kinds, [OrganisationKind::Other, OrganisationKind::Ngo]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]
        #[test]
        fn tells_no_number_that_the_table_hides(mut rows in proptest::collection::vec(any_row(), 0..80)) {
            let rules = Rules::default();
            let columns = columns(rows.clone());
            let found = columns.together(&rules);
            for found in &found {
                let view = columns.view(&Query::two_way(Facet::Theme, found.facet), &rules).unwrap();
                prop_assert_eq!(view.cell(Some(&found.theme), Some(&found.area)), Some(found.counts));
                let organisations = Count::Shown(found.organisations.len() as u64);
                prop_assert!(!found.counts.is_shown() || found.counts.organisations == organisations);
            }
            let last: BTreeMap<_, _> = rows.drain(..).map(|row| (row.document, row)).collect();
            let mut other = Columns::new(9);
            last.into_values().rev().for_each(|row| other.insert(&row));
            prop_assert_eq!(other.together(&rules), found);
        }
    }
}
