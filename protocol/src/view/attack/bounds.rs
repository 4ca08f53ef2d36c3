//! An attacker who writes each published count as bounds, each sum as a rule, and narrows until nothing changes.

use std::collections::BTreeMap;
use std::fmt;

use super::super::merged::Count;
use super::super::query::FACETS_MAX;
use super::super::rounding::{BASE, STEPS_MAX};
use super::super::rules::REPORTS_MIN;
use super::world::{Cell, Cells};

/// No bound above.
const UNBOUNDED: i64 = i64::MAX / 1_000_000;
/// Most rounds of narrowing; nothing changes long before.
const ROUNDS_MAX: usize = 100;

/// A cell and the cells of each value of one more facet.
struct Sum {
    whole: usize,
    parts: Vec<usize>,
    /// Whether the parts make the whole, or may overlap.
    adds_up: bool,
}

/// What the attacker believes of each cell.
pub(super) struct Bounds {
    numbers: BTreeMap<Cell, usize>,
    hidden: Vec<bool>,
    bounds: Vec<(i64, i64)>,
    sums: Vec<Sum>,
    /// How often what followed from a sum could not be.
    pub(super) contradictions: usize,
}

impl Bounds {
    /// Takes each number to be at most four away from the count.
    pub(super) fn of(cells: &Cells, count: impl Fn(&Cell) -> Count) -> Self {
        Self::narrowed(cells, BASE as i64 - 1, count)
    }

    /// Takes each number for what it may be.
    pub(super) fn possible(cells: &Cells) -> Self {
        Self::narrowed(cells, ((STEPS_MAX + 1) * BASE) as i64, |cell| cells.count(cell))
    }

    fn narrowed(cells: &Cells, away: i64, count: impl Fn(&Cell) -> Count) -> Self {
        let mut bounds = Self {
            numbers: BTreeMap::new(),
            hidden: Vec::new(),
            bounds: Vec::new(),
            sums: Vec::new(),
            contradictions: 0,
        };
        for (whole, _) in cells.iter().filter(|(cell, _)| cell.len() < FACETS_MAX) {
            let number = bounds.number(whole, away, &count);
            for (facet, values) in cells.values.iter().filter(|(facet, _)| whole.iter().all(|(of, _)| of != *facet)) {
                let part = |value| {
                    let mut part: Cell = whole.iter().copied().chain([(*facet, value)]).collect();
                    part.sort_unstable();
                    part
                };
                let parts = values.iter().map(|value| bounds.number(&part(*value), away, &count)).collect();
                bounds.sums.push(Sum { whole: number, parts, adds_up: facet.adds_up() });
            }
        }
        for _ in 0..ROUNDS_MAX {
            if !bounds.narrow() {
                break;
            }
        }
        bounds
    }

    fn number(&mut self, cell: &Cell, away: i64, count: impl Fn(&Cell) -> Count) -> usize {
        let Self { numbers, hidden, bounds, .. } = self;
        *numbers.entry(cell.clone()).or_insert_with(|| {
            let count = count(cell);
            hidden.push(count == Count::Few);
            bounds.push(match count {
                Count::Few => (0, UNBOUNDED),
                Count::Shown(shown) => ((shown as i64 - away).max(REPORTS_MIN.into()), shown as i64 + away),
            });
            bounds.len() - 1
        })
    }

    /// Narrows by each sum once. Returns whether anything changed.
    fn narrow(&mut self) -> bool {
        let sums = std::mem::take(&mut self.sums);
        let mut changed = false;
        for Sum { whole, parts, adds_up } in &sums {
            let total = |end: &dyn Fn((i64, i64)) -> i64| parts.iter().map(|part| end(self.bounds[*part])).sum::<i64>();
            let (low, high) = (total(&|(low, _)| low), total(&|(_, high)| high).min(UNBOUNDED));
            let greatest = parts.iter().map(|part| self.bounds[*part].0).max().unwrap_or(0);
            changed |= self.bound(*whole, if *adds_up { low } else { greatest }, high);
            let (whole_low, whole_high) = self.bounds[*whole];
            for part in parts {
                let (part_low, part_high) = self.bounds[*part];
                let least = if high >= UNBOUNDED { 0 } else { whole_low - (high - part_high) };
                let most = if *adds_up { whole_high - (low - part_low) } else { whole_high };
                changed |= self.bound(*part, least, most);
            }
        }
        self.sums = sums;
        changed
    }

    /// Narrows one cell. What cannot be is not believed.
    fn bound(&mut self, at: usize, low: i64, high: i64) -> bool {
        let old = self.bounds[at];
        let new = (old.0.max(low), old.1.min(high));
        if new.0 > new.1 {
            self.contradictions += 1;
            return false;
        }
        self.bounds[at] = new;
        new != old
    }

    /// Returns each hidden cell of which one count, one or two, is believed.
    fn believed(&self) -> impl Iterator<Item = (&Cell, u64)> {
        let one_count = |at: usize| {
            let (low, high) = self.bounds[at];
            (self.hidden[at] && low == high && (1..i64::from(REPORTS_MIN)).contains(&low)).then_some(low as u64)
        };
        self.numbers.iter().filter_map(move |(cell, at)| Some((cell, one_count(*at)?)))
    }

    /// Returns how many hidden counts of one or two are believed and true.
    pub(super) fn pinned(&self, cells: &Cells) -> usize {
        self.believed().filter(|(cell, count)| cells.truth(cell) == *count).count()
    }
}

/// How such an attacker fares.
#[derive(Debug, Default)]
pub(super) struct Score {
    hidden: usize,
    pub(super) said: usize,
    pub(super) right: usize,
    worlds: usize,
    contradicted: usize,
}

impl Score {
    pub(super) fn add(&mut self, cells: &Cells, bounds: &Bounds) {
        let small = |(cell, at): &(&Cell, &usize)| {
            bounds.hidden[**at] && (1..u64::from(REPORTS_MIN)).contains(&cells.truth(cell))
        };
        self.hidden += bounds.numbers.iter().filter(small).count();
        self.said += bounds.believed().count();
        self.right += bounds.pinned(cells);
        self.worlds += 1;
        self.contradicted += usize::from(bounds.contradictions > 0);
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hidden, said, right, worlds, contradicted } = self;
        write!(
            f,
            "{said} counts of one or two are named, {right} of them right, of {hidden} there are; in {contradicted} of \
             {worlds} worlds the sums contradict each other"
        )
    }
}
