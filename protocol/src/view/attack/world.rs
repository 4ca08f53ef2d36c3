//! Small worlds of reports, some of them made to be attacked, and the counts of all their cells.

use std::collections::{BTreeMap, BTreeSet};

use super::super::facet::{Facet, Value};
use super::super::merged::Count;
use super::super::query::{FACETS_MAX, Filters};
use super::super::rounding::{Tally, probability};
use super::super::row::Row;
use super::super::rules::{Applied, Rules};
use super::super::terms::{Client, Group, HalfYear, Kind, Met, Theme, Valence};
use super::super::testing::{document, organisation, place, tally, values, worker};
use crate::statement::OrganisationKind;

/// The values that a cell's reports have, ascending by facet.
pub(super) type Cell = Vec<(Facet, Value)>;

/// Numbers that look random.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Draws a place in a list; with a high `lean` mostly the first ones.
    fn pick<T: Copy>(&mut self, list: &[T], lean: u64) -> T {
        let at = (0..=lean).map(|_| self.below(list.len() as u64)).min().unwrap_or(0);
        list[at as usize]
    }
}

/// How a world is made.
#[derive(Debug, Clone, Copy)]
struct Shape {
    reports: u64,
    organisations: u64,
    authors: u64,
    /// How much values, organisations and authors lean to a few of them.
    lean: u64,
    /// One in so many reports has a theme, municipality and group that no other has.
    lone_one_in: u64,
}

/// Each a world that is hard in its own way: sparse, crowded, ruled by one organisation, full of lone reports, with few
/// authors.
const SHAPES: [Shape; 5] = [
    Shape { reports: 40, organisations: 4, authors: 9, lean: 0, lone_one_in: 1_000 },
    Shape { reports: 90, organisations: 3, authors: 20, lean: 2, lone_one_in: 1_000 },
    Shape { reports: 60, organisations: 5, authors: 12, lean: 4, lone_one_in: 12 },
    Shape { reports: 30, organisations: 5, authors: 30, lean: 1, lone_one_in: 3 },
    Shape { reports: 50, organisations: 3, authors: 4, lean: 1, lone_one_in: 8 },
];

/// Reports in the order in which they came.
#[derive(Debug)]
pub(super) struct World {
    pub(super) rows: Vec<Row>,
}

impl World {
    /// Makes a world of one of the shapes.
    pub(super) fn any(seed: u64) -> Self {
        let shape = SHAPES[seed as usize % SHAPES.len()];
        let mut draws = Draws(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed);
        draws.below(2);
        Self { rows: (0..shape.reports).map(|number| report(number as u16, seed, shape, &mut draws)).collect() }
    }

    /// Makes a world small enough to ask everything of.
    pub(super) fn small(seed: u64) -> Self {
        let mut world = Self::any(seed);
        world.rows.truncate(30);
        world
    }

    /// Returns the world as it was before the last third of its reports came.
    pub(super) fn earlier(&self) -> Self {
        Self { rows: self.rows[..self.rows.len() * 2 / 3].to_vec() }
    }

    /// Counts all cells.
    pub(super) fn cells(&self) -> Cells {
        Cells::of(&self.rows)
    }
}

fn report(number: u16, seed: u64, shape: Shape, draws: &mut Draws) -> Row {
    let lean = shape.lean;
    let author = draws.below(shape.authors).min(draws.below(shape.authors * (1 + lean))) as u16;
    let is_lone = draws.below(shape.lone_one_in) == 0;
    let themes: Vec<Theme> = [1, 2, 3].into_iter().filter_map(Theme::new).collect();
    let mut of: Vec<Theme> = vec![draws.pick(&themes, lean)];
    if draws.below(3) == 0 {
        of.push(draws.pick(&themes, 0));
    }
    let places = [place(12, 491), place(12, 740), place(13, 297)];
    let mut areas = vec![draws.pick(&places, lean)];
    if draws.below(5) == 0 {
        areas.push(draws.pick(&places, 0));
    }
    let mut groups = vec![draws.pick(&[Group::Young, Group::Older, Group::Homeless], lean)];
    if is_lone {
        of = Theme::new(4 + (number % 6) as u8).into_iter().collect();
        areas = vec![place(14, 800 + number)];
        groups = vec![Group::all()[usize::from(number) % Group::all().len()]];
    }
    let organised = author % shape.organisations as u16;
    let said = |at: usize| at.checked_sub(1);
    Row {
        // Other worlds have other ids, and so other coins.
        document: document(number.wrapping_mul(31).wrapping_add((seed as u16).wrapping_mul(977))),
        organisation: organisation(organised),
        organisation_kind: OrganisationKind::all()[usize::from(organised) % 3],
        author: worker(author),
        themes: of.into_iter().collect(),
        areas: areas.into_iter().collect(),
        half_year: HalfYear::new(2025 + draws.below(2) as u16, 1),
        valence: said(draws.pick(&[2, 1, 3, 0], lean)).map(|at| Valence::all()[at]),
        kind: said(draws.pick(&[1, 2, 0], lean)).map(|at| Kind::all()[at]),
        groups: groups.into_iter().collect(),
        client: said(draws.pick(&[1, 2, 3, 0], lean)).map(|at| Client::all()[at]),
        met: said(draws.pick(&[0, 3, 2, 1, 4], lean)).map(|at| Met::all()[at]),
    }
}

/// What is known of a cell that holds reports.
#[derive(Debug)]
pub(super) struct Inside {
    /// Numbers of its reports.
    pub(super) rows: Vec<usize>,
    pub(super) tally: Tally,
    rules: Applied,
}

impl Inside {
    /// Returns whether nothing is published but "few".
    pub(super) fn is_hidden(&self) -> bool {
        self.count() == Count::Few
    }

    fn count(&self) -> Count {
        self.tally.published(&self.rules).map_or(Count::Few, Count::Shown)
    }
}

/// All cells of at most three facets that hold reports; the empty cell is of all reports.
#[derive(Debug)]
pub(super) struct Cells {
    cells: BTreeMap<Cell, Inside>,
    /// All values that occur, by facet.
    pub(super) values: BTreeMap<Facet, BTreeSet<Value>>,
}

impl Cells {
    fn of(rows: &[Row]) -> Self {
        let mut lists: BTreeMap<Cell, Vec<usize>> = BTreeMap::new();
        let mut all: BTreeMap<Facet, BTreeSet<Value>> = BTreeMap::new();
        for (number, row) in rows.iter().enumerate() {
            for cell in cells_of(row) {
                cell.iter().filter(|_| cell.len() == 1).for_each(|(facet, value)| {
                    all.entry(*facet).or_default().insert(*value);
                });
                lists.entry(cell).or_default().push(number);
            }
        }
        let inside = |(cell, numbers): (Cell, Vec<usize>)| {
            let by_organisation = cell.iter().any(|(facet, _)| facet.tells_organisations_apart());
            let rules = Applied::new(&Rules::default(), by_organisation);
            let tally = tally(numbers.iter().map(|number| &rows[*number]), &rules);
            (cell, Inside { rows: numbers, tally, rules })
        };
        Self { cells: lists.into_iter().map(inside).collect(), values: all }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns each cell that holds reports.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Cell, &Inside)> {
        self.cells.iter()
    }

    /// Returns the true count.
    pub(super) fn truth(&self, cell: &Cell) -> u64 {
        self.cells.get(cell).map_or(0, |inside| inside.tally.reports())
    }

    /// Returns what is published.
    pub(super) fn count(&self, cell: &Cell) -> Count {
        self.cells.get(cell).map_or(Count::Few, Inside::count)
    }

    /// Returns what would be published if rounding never went further than up or down.
    pub(super) fn count_near(&self, cell: &Cell) -> Count {
        let near = |inside: &Inside| inside.tally.published_near(&inside.rules);
        self.cells.get(cell).and_then(near).map_or(Count::Few, Count::Shown)
    }

    /// Returns what is published of a cell given by keys.
    pub(super) fn published(&self, keys: &BTreeMap<Facet, String>) -> Count {
        self.count(&keys.iter().map(|(facet, key)| (*facet, facet.value(key).unwrap())).collect())
    }

    /// Returns a filter that lists all values of a facet.
    pub(super) fn filter_of_all(&self, facet: Facet) -> Filters {
        let mut filters = Filters::default();
        self.values[&facet].iter().take(32).for_each(|value| filters.allow(facet, &value.to_string()).unwrap());
        filters
    }

    /// Returns how the probability of all that is published changes with one more report like one that is there, by the same
    /// author, as a logarithm; minus infinity if something else would be published.
    pub(super) fn likelihood_of_one_more(&self, row: &Row) -> f64 {
        let of_cell = |cell: Cell| {
            let inside = &self.cells[&cell];
            let count = inside.tally.reports();
            // Organisations and authors stay as they are, enough or not.
            let is_shown = inside.tally.is_enough && inside.rules.is_enough_reports(count + 1);
            match inside.count() {
                Count::Few if is_shown => f64::NEG_INFINITY,
                Count::Few => 0.0,
                Count::Shown(shown) => (probability(count + 1, shown) / probability(count, shown)).ln(),
            }
        };
        cells_of(row).into_iter().map(of_cell).sum()
    }
}

/// Returns every cell that a report is in.
fn cells_of(row: &Row) -> Vec<Cell> {
    let mut cells = vec![Cell::new()];
    for facet in Facet::all() {
        let wider: Vec<Cell> = cells
            .iter()
            .filter(|cell| cell.len() < FACETS_MAX)
            .flat_map(|cell| {
                let with = |value: Value| cell.iter().copied().chain([(*facet, value)]).collect();
                values(row, *facet).into_iter().map(with).collect::<Vec<Cell>>()
            })
            .collect();
        cells.extend(wider);
    }
    cells
}
