//! A reader who tries every table that would look the same, and knows only what is shown: the proof by exhaustion that
//! [`super::suppress`] hides enough. Shares no reasoning with the audit.

use proptest::prelude::*;

use super::super::columns::Columns;
use super::super::facet::Facet;
use super::super::fold::{Table, Tally, fold};
use super::super::query::Query;
use super::super::rules::{Applied, Rules};
use super::super::testing::{any_row, organisation};
use super::*;

/// How far from the truth the reader tries: a few steps either way already show that a count is not determined.
const REACH: i64 = 2;

/// Whether parts make their margin, along rows and along columns, or may overlap.
#[derive(Debug, Clone, Copy)]
struct AddsUp {
    rows: bool,
    columns: bool,
}

struct Attacker<'l> {
    lattice: &'l Lattice,
    adds_up: AddsUp,
    truth: Vec<i64>,
    tried: Vec<i64>,
    unknown: Vec<usize>,
    varies: Vec<bool>,
}

impl<'l> Attacker<'l> {
    fn new(lattice: &'l Lattice, adds_up: AddsUp, value: fn(&Tally) -> u64) -> Self {
        let truth: Vec<i64> = lattice.tallies.iter().map(|tally| value(tally) as i64).collect();
        let unknown = (0..truth.len()).filter(|place| lattice.hidden[*place]).collect();
        Self { lattice, adds_up, tried: truth.clone(), unknown, varies: vec![false; truth.len()], truth }
    }

    /// Whether what is tried fits in the lines of a place, as far as they are decided.
    fn fits(&self, place: usize, decided: usize) -> bool {
        let known = |place: &usize| !self.unknown[decided..].contains(place);
        [Line::Row(place / self.lattice.width), Line::Column(place % self.lattice.width)].into_iter().all(|line| {
            let is_row = matches!(line, Line::Row(_));
            if is_row && self.lattice.is_one_way() {
                return true;
            }
            let margin = self.lattice.margin(line);
            if !known(&margin) || !self.lattice.parts(line).all(|part| known(&part)) {
                return true;
            }
            let (mut sum, mut greatest) = (0, 0);
            for part in self.lattice.parts(line) {
                sum += self.tried[part];
                greatest = greatest.max(self.tried[part]);
            }
            let adds_up = if is_row { self.adds_up.rows } else { self.adds_up.columns };
            let margin = self.tried[margin];
            if adds_up { sum == margin } else { greatest <= margin && margin <= sum }
        })
    }

    /// Tries everything from the `at`th unknown on, until every unknown has been seen with two values.
    fn search(&mut self, at: usize) -> bool {
        let Some(place) = self.unknown.get(at).copied() else {
            for place in &self.unknown {
                self.varies[*place] |= self.tried[*place] != self.truth[*place];
            }
            return self.unknown.iter().all(|place| self.varies[*place]);
        };
        let truth = self.truth[place];
        let floor = self.lattice.floors[place] as i64;
        for value in (0..=REACH).flat_map(|step| [truth + step, truth - step]).filter(|value| *value >= floor) {
            self.tried[place] = value;
            if self.fits(place, at + 1) && self.search(at + 1) {
                return true;
            }
        }
        self.tried[place] = truth;
        false
    }

    fn determined(mut self) -> Vec<usize> {
        if self.search(0) {
            return Vec::new();
        }
        self.unknown.iter().copied().filter(|place| !self.varies[*place]).collect()
    }
}

/// The same table with as much said of hidden cells as may be.
fn with_more_said(lattice: &Lattice, rules: &Applied) -> Lattice {
    let is_enough = |place: &usize| {
        let Tally { reports, organisations, authors } = lattice.tallies[*place];
        let is_cell = place / lattice.width + 1 < lattice.height && place % lattice.width + 1 < lattice.width;
        is_cell && lattice.hidden[*place] && rules.allow(reports, organisations, authors)
    };
    let places = (0..lattice.tallies.len()).filter(is_enough);
    let cells = places.map(|place| (place / lattice.width, place % lattice.width)).collect();
    let floor = u64::from(rules.reports_min);
    let mut said = lattice.clone();
    for (row, column) in lattice.may_say_at_least(floor, &cells) {
        said.floors[row * lattice.width + column] = floor;
    }
    said
}

fn check(lattice: &Lattice, rules: &Applied, adds_up: AddsUp, authors: AddsUp) {
    if !lattice.is_by_organisation {
        let said = with_more_said(lattice, rules);
        assert_eq!(Attacker::new(&said, adds_up, |tally| tally.reports).determined(), [0usize; 0], "{said:?}");
    }
    assert_eq!(Attacker::new(lattice, adds_up, |tally| tally.reports).determined(), [0usize; 0], "{lattice:?}");
    if lattice.is_by_organisation {
        assert_eq!(Attacker::new(lattice, authors, |tally| tally.authors).determined(), [0usize; 0], "{lattice:?}");
    }
    for (place, tally) in lattice.tallies.iter().enumerate() {
        let allowed = tally.reports == 0 || rules.allow(tally.reports, tally.organisations, tally.authors);
        assert!(allowed || lattice.hidden[place], "small counts are hidden");
    }
    for line in lattice.lines().filter(|line| !lattice.hidden[lattice.margin(*line)]) {
        let hidden = lattice.parts(line).filter(|part| lattice.hidden[*part]);
        let sum: u64 = hidden.map(|part| lattice.tallies[part].reports).sum();
        assert!(sum == 0 || sum >= u64::from(rules.reports_min), "what a margin gives away is large enough");
    }
}

fn sum(tallies: impl Iterator<Item = Tally>) -> Tally {
    tallies.fold(Tally::default(), |sum, tally| Tally {
        reports: sum.reports + tally.reports,
        organisations: sum.organisations.max(tally.organisations),
        authors: sum.authors + tally.authors,
    })
}

/// Any small table that adds up, most cells small.
fn any_table() -> impl Strategy<Value = Table> {
    let tally = (prop_oneof![3 => Just(0..1u64), 4 => Just(1..3u64), 3 => Just(3..8u64)], any::<u16>(), 1..4u64);
    let tally = tally.prop_map(|(range, pick, organisations)| {
        let reports = range.start + u64::from(pick >> 8) % (range.end - range.start);
        let authors = if reports == 0 { 0 } else { 1 + u64::from(pick & 0xff) % reports };
        Tally { reports, authors, organisations: organisations.min(authors) }
    });
    (1..4usize, 0..4usize).prop_flat_map(move |(height, width)| {
        let cells = proptest::collection::vec(tally.clone(), height * width.max(1));
        cells.prop_map(move |cells| {
            let row = |row: usize| cells[row * width.max(1)..][..width.max(1)].iter().copied();
            Table {
                rows: vec![super::super::facet::Value::Unsaid; height],
                columns: (width > 0).then(|| vec![super::super::facet::Value::Unsaid; width]),
                row_totals: (0..height).map(|at| sum(row(at))).collect(),
                column_totals: (0..width).map(|at| sum(cells.iter().skip(at).step_by(width).copied())).collect(),
                total: sum(cells.iter().copied()),
                cells: if width > 0 { cells.clone() } else { Vec::new() },
            }
        })
    })
}

/// Queries whose tables are small enough to try everything, and how they add up.
fn queries() -> Vec<(Query, AddsUp)> {
    let two = |rows, columns, filters: &str, down, across| {
        let query = Query { filters: filters.parse().unwrap(), ..Query::two_way(rows, columns) };
        (query, AddsUp { rows: across, columns: down })
    };
    let three = format!("organisation={},{},{}", organisation(0), organisation(1), organisation(2));
    let facets = "valence=positive,negative,mixed;kind=phenomenon,wondering,experiment";
    vec![
        (Query::one_way(Facet::HalfYear), AddsUp { rows: true, columns: true }),
        (Query::one_way(Facet::Theme), AddsUp { rows: true, columns: false }),
        (Query::one_way(Facet::Organisation), AddsUp { rows: true, columns: true }),
        two(Facet::Valence, Facet::Kind, facets, true, true),
        two(Facet::HalfYear, Facet::Valence, "half_year=2025-H2,2026-H1;valence=positive,negative,none", true, true),
        two(Facet::Organisation, Facet::Valence, &format!("{three};valence=positive,negative"), true, true),
        two(Facet::Theme, Facet::Organisation, &format!("{three};theme=1,2"), false, true),
        two(Facet::OrganisationKind, Facet::Kind, "organisation_kind=ngo,county;kind=none,wondering", true, true),
        two(Facet::Theme, Facet::Valence, "theme=2,10;valence=positive,negative", false, true),
        two(Facet::County, Facet::Theme, "county=11,12;theme=1,99", false, false),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hidden_can_be_worked_out(table in any_table(), by_organisation in any::<bool>(), strict in any::<bool>()) {
        let rules = if strict { Rules::at_least(5, 3, 3) } else { Rules::default() };
        let applied = Applied::new(&rules, by_organisation);
        let lattice = suppress(&table, &applied, by_organisation);
        let adds_up = AddsUp { rows: true, columns: true };
        check(&lattice, &applied, adds_up, adds_up);
    }

    #[test]
    fn nothing_hidden_can_be_worked_out_of_real_reports(
        rows in proptest::collection::vec(any_row(), 0..60),
        (query, adds_up) in proptest::sample::select(queries()),
    ) {
        let mut columns = Columns::new(0);
        columns.extend(rows);
        let table = fold(&columns, &query).unwrap();
        let applied = Applied::new(&Rules::default(), query.tells_organisations_apart());
        let lattice = suppress(&table, &applied, query.is_by_organisation());
        // An author is in one organisation, but may be anywhere on the other axis.
        let authors = AddsUp { rows: query.columns == Some(Facet::Organisation), columns: query.rows == Facet::Organisation };
        check(&lattice, &applied, adds_up, authors);
    }
}
