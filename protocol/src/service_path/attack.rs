//! An attack on the counts of paths: who asks everything that may be asked, of two successive periods, and knows all rules, must not
//! be able to work out a hidden count. The same argument as for reports ([`crate::view`], decision 0025), on the cells there are here.
//!
//! **Everything.** Every number of every answer is what is published of one set of paths, the same whatever the question
//! ([`everything_that_can_be_asked`]); so it is enough to look at these sets.
//!
//! **Nothing for certain.** For each set that is hidden although it holds paths there is another world with one more path like one in
//! it, by the same author, that may publish just the same at both times ([`no_hidden_count_can_be_worked_out`]): sums of flows, whole
//! paths beside flows, and two periods cannot tell the two worlds apart.

use std::collections::{BTreeMap, BTreeSet};

use super::aspects::{Parts, keys, values};
use super::codes::{ActorKind, PathOutcome, ServiceCode, SharedGoal, StepEnd, WaitBand};
use super::query::{By, FACETS_MAX, Facet, Of, Query};
use super::testing::{path, row, step};
use super::view::line_rules;
use super::{Paths, Row, ServicePath, WHOLE_PATHS_MIN};
use crate::report::area::Area;
use crate::report::codes::{AreaScheme, SupportNeed};
use crate::report::period::HalfYear;
use crate::view::Count;
use crate::view::rounding::{Sum, Tally, probability, record_key};
use crate::view::rules::{Applied, Rules};

/// What is counted: nothing in particular, what is in any line, or one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    All,
    Matching(By, Of),
    Line(By, Of, Parts),
}

/// A set of paths, by what they have in common.
type Cell = (What, BTreeMap<Facet, String>);

/// Numbers that look random.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        // Leans to the first ones, so that some cells are crowded.
        list[self.below(list.len() as u64).min(self.below(list.len() as u64))]
    }
}

fn any_path(draws: &mut Draws, services: &[ServiceCode]) -> ServicePath {
    let mut steps = Vec::new();
    for number in 0..=draws.below(3) {
        let mut step = step(draws.pick(services), draws.pick(&ActorKind::all()[..2]));
        step.ended = draws.pick(StepEnd::all()).into();
        step.alongside = number > 0 && draws.below(4) == 0;
        step.shared_goal = step.alongside.then(|| draws.pick(SharedGoal::all()).into());
        step.wait = (draws.below(4) == 0).then(|| draws.pick(WaitBand::all()).into());
        steps.push(step);
    }
    let mut path = path(steps, draws.pick(PathOutcome::all()));
    path.half_year = HalfYear::new(2026, 1 + draws.below(2) as u8);
    if draws.below(3) == 0 {
        path.area = Area::new(AreaScheme::County, "13").ok();
    }
    if draws.below(4) == 0 {
        path.support_need.push(SupportNeed::Housing.into());
    }
    path
}

fn world(seed: u64) -> Vec<Row> {
    let mut draws = Draws(seed ^ 0x5eed);
    // One with few authors, one in between, and one with many of them and few services, so that whole paths are alike.
    let (authors, services) = [(4, 4), (9, 4), (14, 1)][seed as usize % 3];
    let services = &ServiceCode::all()[..services];
    (0..30u16)
        .map(|number| {
            let author = draws.below(authors) as u16;
            row(
                number.wrapping_mul(31).wrapping_add(seed as u16 * 977),
                author % 3,
                author,
                any_path(&mut draws, services),
            )
        })
        .collect()
}

/// Returns every set that a path is in.
fn cells_of(path: &ServicePath) -> Vec<Cell> {
    let mut held = vec![BTreeMap::new()];
    for facet in Facet::all() {
        let wider = held.iter().filter(|held| held.len() < FACETS_MAX).flat_map(|held| {
            values(path, *facet).into_iter().map(|value| {
                let mut held: BTreeMap<Facet, String> = held.clone();
                held.insert(*facet, value);
                held
            })
        });
        let wider: Vec<_> = wider.collect();
        held.extend(wider);
    }
    let mut whats = vec![What::All];
    for (by, of) in questions() {
        let keys = keys(path, by, of);
        whats.extend((!keys.is_empty()).then_some(What::Matching(by, of)));
        whats.extend(keys.into_iter().map(|key| What::Line(by, of, key)));
    }
    whats.iter().flat_map(|what| held.iter().map(|held| (what.clone(), held.clone()))).collect()
}

fn questions() -> impl Iterator<Item = (By, Of)> {
    By::all().iter().flat_map(|by| [(*by, Of::Service), (*by, Of::Both)])
}

/// What is true and what is published of a set.
#[derive(Default)]
struct Inside {
    rows: Vec<usize>,
    sum: Sum,
    organisations: BTreeSet<[u8; 32]>,
    authors: BTreeSet<([u8; 32], [u8; 32])>,
}

impl Inside {
    fn published(&self, cell: &Cell) -> Option<u64> {
        let rules = rules(cell);
        let is_enough = rules.is_enough(self.organisations.len() as u32, self.authors.len() as u32);
        Tally { sum: self.sum, is_enough }.published(&rules)
    }
}

fn rules(cell: &Cell) -> Applied {
    match &cell.0 {
        What::Line(by, ..) => Applied::new(&line_rules(*by, &Rules::default()), false),
        What::All | What::Matching(..) => Applied::new(&Rules::default(), false),
    }
}

fn cells(rows: &[Row]) -> BTreeMap<Cell, Inside> {
    let mut cells = BTreeMap::<Cell, Inside>::new();
    for (number, row) in rows.iter().enumerate() {
        for cell in cells_of(&row.path) {
            let inside = cells.entry(cell).or_default();
            inside.rows.push(number);
            inside.sum.add(Sum::one(record_key(&row.document)));
            inside.organisations.insert(*row.organisation.as_bytes());
            inside.authors.insert((*row.organisation.as_bytes(), *row.author.as_bytes()));
        }
    }
    cells
}

/// Asks everything, and returns each count with the set it is of.
fn asked(rows: &[Row], cells: &BTreeMap<Cell, Inside>) -> BTreeMap<Cell, Count> {
    let mut paths = Paths::default();
    paths.extend(rows.iter().cloned());
    let held: BTreeSet<&BTreeMap<Facet, String>> = cells.keys().map(|(_, held)| held).collect();
    let mut answers = BTreeMap::new();
    for (by, of) in questions() {
        for filters in &held {
            let with = |across| Query { of, across, filters: (*filters).clone(), ..Query::of_all(by) };
            let across = Facet::all().iter().filter(|facet| filters.len() < FACETS_MAX && !filters.contains_key(facet));
            for across in across.map(|facet| Some(*facet)).chain([None]) {
                note(&paths, with(across), &mut answers);
            }
        }
    }
    answers
}

fn note(paths: &Paths, query: Query, answers: &mut BTreeMap<Cell, Count>) {
    let view = paths.view(&query, &Rules::default()).unwrap();
    let (by, of) = (query.by, query.of);
    let mut note = |what: What, column: Option<&String>, count: Count| {
        let mut held = query.filters.clone();
        held.extend(query.across.zip(column.cloned()));
        let before = answers.insert((what, held), count);
        assert!(before.is_none_or(|before| before == count), "one set has one number");
    };
    note(What::All, None, view.paths);
    note(What::Matching(by, of), None, view.matching);
    for (at, column) in view.columns.iter().enumerate() {
        note(What::All, Some(column), view.column_paths[at]);
        note(What::Matching(by, of), Some(column), view.column_matching[at]);
    }
    for line in &view.lines {
        note(What::Line(by, of, line.key.clone()), None, line.paths);
        for (column, count) in view.columns.iter().zip(&line.counts) {
            note(What::Line(by, of, line.key.clone()), Some(column), *count);
        }
    }
}

#[test]
fn everything_that_can_be_asked() {
    let rows = world(1);
    let cells = cells(&rows);
    let answers = asked(&rows, &cells);
    let published =
        |cell: &Cell| cells.get(cell).and_then(|inside| inside.published(cell)).map_or(Count::Few, Count::Shown);
    for (cell, count) in &answers {
        assert_eq!(*count, published(cell), "{cell:?}");
    }
    let shown: Vec<&Cell> = cells.keys().filter(|cell| published(cell).is_some()).collect();
    assert!(shown.iter().all(|cell| answers.contains_key(*cell)), "what is published can be asked for");
    println!("{} counts, {} of them numbers: each is what is published of its set", answers.len(), shown.len());
}

/// Returns whether the same may be published with one path more like one that is there, by the same author.
fn bears_one_more(cells: &BTreeMap<Cell, Inside>, path: &ServicePath) -> bool {
    cells_of(path).into_iter().all(|cell| {
        let Some(inside) = cells.get(&cell) else { return true };
        let (rules, count) = (rules(&cell), inside.rows.len() as u64 + 1);
        let is_enough = rules.is_enough(inside.organisations.len() as u32, inside.authors.len() as u32);
        match inside.published(&cell) {
            Some(shown) => probability(count, shown) > 0.0,
            None => !(is_enough && rules.is_enough_reports(count)),
        }
    })
}

#[test]
fn no_hidden_count_can_be_worked_out() {
    let (mut hidden, mut tried) = (0, 0);
    for rows in (0..6).map(world) {
        let earlier = &rows[..rows.len() * 2 / 3];
        let (before, later) = (cells(earlier), cells(&rows));
        tried += before.len() + later.len();
        let bears = |number: usize| {
            bears_one_more(&later, &rows[number].path)
                && earlier.get(number).is_none_or(|row| bears_one_more(&before, &row.path))
        };
        let bears: Vec<bool> = (0..rows.len()).map(bears).collect();
        for (cell, inside) in before.iter().chain(&later).filter(|(cell, inside)| inside.published(cell).is_none()) {
            hidden += 1;
            assert!(inside.rows.iter().any(|number| bears[*number]), "{cell:?} is pinned");
        }
    }
    assert!(hidden > 10_000, "too little was tried");
    println!("{tried} sets at two times, {hidden} hidden ones with paths: none is pinned");
}

#[test]
fn nothing_is_shown_below_its_minima() {
    let (mut shown, mut whole) = (0, 0);
    for rows in (0..6).map(world) {
        for (cell, inside) in cells(&rows).iter().filter(|(cell, inside)| inside.published(cell).is_some()) {
            shown += 1;
            assert!(inside.rows.len() >= 3 && inside.organisations.len() >= 2 && inside.authors.len() >= 3, "{cell:?}");
            if matches!(cell.0, What::Line(By::Whole, ..)) {
                whole += 1;
                assert!(inside.rows.len() >= WHOLE_PATHS_MIN as usize, "{cell:?}");
            }
        }
    }
    assert!(shown > 1_000 && whole > 10, "too little was shown");
    println!("{shown} numbers, {whole} of them of whole paths");
}
