//! What nobody saw alone: themes in places where no organisation by itself has enough reports to say anything, and all of
//! them together have.
//!
//! What is found, and every number, follows from published counts: that of a theme in a place is shown, those of the same
//! theme, place and one organisation are all "few". Beside that it is told which organisations contributed, never how much.
//! That one has said something bounds no count from above, so nothing hidden can be worked out from it (decision 0025).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::columns::Columns;
use super::facet::{Facet, Value};
use super::fold::{Needs, fold};
use super::query::{Filters, Query};
use super::rules::{Applied, Rules};
use super::scan::{Met, scan};
use super::terms::Theme;
use crate::id::OrganisationId;
use crate::statement::OrganisationKind;

/// An organisation that has reported something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Knower {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its kind in its reports of the latest half-year.
    pub kind: OrganisationKind,
}

/// A theme in a place that becomes visible only when organisations put their reports together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Together {
    /// Key of the theme.
    pub theme: String,
    /// [`Facet::County`] or [`Facet::Municipality`].
    pub facet: Facet,
    /// Key of the place on that facet.
    pub area: String,
    /// The organisations that contributed, by id.
    pub organisations: Vec<Knower>,
    /// The published count of reports.
    pub reports: u64,
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
    /// The published count.
    reports: u64,
    organisations: Vec<u32>,
}

impl Columns {
    /// Returns what nobody saw alone, by county and by municipality: most organisations first, then most reports, theme and
    /// place.
    pub fn together(&self, rules: &Rules) -> Vec<Together> {
        let mut found = self.found(Facet::County, rules);
        found.extend(self.found(Facet::Municipality, rules));
        found.sort_by_key(|found| {
            (std::cmp::Reverse((found.organisations.len(), found.reports)), found.theme, found.area)
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
        let count = view.count(0, Some(&theme.to_string()), Some(&area.to_string()))?;
        let (theme, mut numbers) = (Value::Theme(theme), BTreeSet::new());
        let [themes, areas] = self.place_axes(facet);
        self.scan_places(&themes, &areas, |author, row, column| {
            if (themes.values[row], areas.values[column]) == (theme, area) {
                numbers.insert(self.organisation_of(author));
            }
        });
        (count.is_some() && !numbers.is_empty()).then(|| self.named(numbers, &self.kinds()))
    }

    /// Calls `meet` for each report with its author, and each of its themes and places as positions on these axes.
    fn scan_places(&self, themes: &Axis, areas: &Axis, mut meet: impl FnMut(u32, usize, usize)) {
        scan(self, &Filters::default(), themes, Some(areas), |block| {
            for Met { author, row: theme, column: area, .. } in block.reports() {
                themes.each(theme, |row| areas.each(area, |column| meet(author, row, column)));
            }
        });
    }

    fn place_axes(&self, facet: Facet) -> [Axis; 2] {
        [Facet::Theme, facet].map(|facet| Axis::new(self, facet, &Filters::default()))
    }

    fn found(&self, facet: Facet, rules: &Rules) -> Vec<Found> {
        // Themes by places is never too large, nor one facet twice.
        let applied = Applied::new(rules, false);
        let query = Query::two_way(Facet::Theme, facet);
        let Ok(table) = fold(self, &query, &Needs::all(applied)) else { return Vec::new() };
        let areas = table.columns.as_deref().unwrap_or_default();
        let [theme_axis, area_axis] = self.place_axes(facet);
        let mut shares = vec![Share::default(); table.rows.len() * areas.len()];
        self.scan_places(&theme_axis, &area_axis, |author, theme, area| {
            shares[theme * areas.len() + area].meet(author, self.organisation_of(author), rules);
        });
        let lines = table.rows.iter().filter(|theme| matches!(theme, Value::Theme(_)));
        let cells = lines.flat_map(|theme| areas.iter().map(move |area| (*theme, *area)));
        let mut found = Vec::new();
        for (at, (theme, area)) in cells.enumerate().filter(|(_, (_, area))| is_place(*area)) {
            let published = table.cells[at].published(&applied);
            if let Some(reports) = published.filter(|_| !shares[at].one_suffices) {
                let organisations = std::mem::take(&mut shares[at].organisations);
                found.push(Found { theme, facet, area, reports, organisations });
            }
        }
        found
    }

    /// Returns each organisation's kind in its reports of the latest half-year, by number; of several, the last.
    fn kinds(&self) -> BTreeMap<u32, OrganisationKind> {
        let filters = Filters::default();
        let kinds = Axis::new(self, Facet::OrganisationKind, &filters);
        let times = Axis::new(self, Facet::HalfYear, &filters);
        let unsaid = times.values.iter().position(|time| *time == Value::Unsaid);
        let mut latest = vec![None; self.organisations().count()];
        scan(self, &filters, &kinds, Some(&times), |block| {
            for Met { author, row: kind, column: time, .. } in block.reports() {
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
            reports: found.reports,
        }
    }
}

const fn is_place(area: Value) -> bool {
    matches!(area, Value::County(_) | Value::Municipality(_))
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
        assert_eq!((found[0].theme.as_str(), found[0].reports % 5), ("2", 0));
        assert_eq!(found[0].reports, found[1].reports, "the same reports are the same number");
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
        fn follows_from_published_counts(mut rows in proptest::collection::vec(any_row(), 0..80)) {
            let rules = Rules::default();
            let columns = columns(rows.clone());
            let found = columns.together(&rules);
            for found in &found {
                let view = columns.view(&Query::two_way(Facet::Theme, found.facet), &rules).unwrap();
                let count = view.count(0, Some(&found.theme), Some(&found.area));
                prop_assert_eq!(count, Some(Count::Shown(found.reports)));
                let filters = format!("theme={};{}={}", found.theme, found.facet, found.area).parse().unwrap();
                let alone = columns.view(&Query { filters, ..Query::one_way(Facet::Organisation) }, &rules).unwrap();
                prop_assert!(alone.rows.is_empty(), "each organisation by itself has few");
            }
            let last: BTreeMap<_, _> = rows.drain(..).map(|row| (row.document, row)).collect();
            let mut other = Columns::new(9);
            last.into_values().rev().for_each(|row| other.insert(&row));
            prop_assert_eq!(other.together(&rules), found);
        }
    }
}
