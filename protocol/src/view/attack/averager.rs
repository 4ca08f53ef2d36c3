//! An attacker who subtracts numbers from each other, along every facet that adds up, and takes the mean.

use std::collections::BTreeMap;
use std::fmt;

use super::super::merged::Count;
use super::world::{Cell, Cells};

/// What is hidden is taken for this much in sums.
const HIDDEN_GUESS: f64 = 0.5;

/// How the attacker fares, beside who always guesses the commonest count.
#[derive(Debug, Default)]
pub(super) struct Score {
    right: usize,
    /// How often each hidden count occurs.
    truths: BTreeMap<u64, usize>,
    /// The same among cells that hold reports.
    right_of_some: usize,
}

impl Score {
    /// Guesses each hidden cell of which some total is shown.
    pub(super) fn add(&mut self, cells: &Cells) {
        let shown = |cell: &Cell| matches!(cells.count(cell), Count::Shown(_));
        for (whole, _) in cells.iter().filter(|(cell, _)| cell.len() < 3 && shown(cell)) {
            for (facet, values) in cells.values.iter().filter(|(facet, _)| facet.adds_up()) {
                if whole.iter().any(|(of, _)| of >= facet) {
                    // Each cell once, from the whole without its last facet.
                    continue;
                }
                for value in values {
                    let cell: Cell = whole.iter().copied().chain([(*facet, *value)]).collect();
                    if cells.count(&cell) == Count::Few {
                        self.guess(cells, &cell);
                    }
                }
            }
        }
    }

    fn guess(&mut self, cells: &Cells, cell: &Cell) {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (facet, value) in cell.iter().filter(|(facet, _)| facet.adds_up()) {
            let whole: Cell = cell.iter().copied().filter(|(of, _)| of != facet).collect();
            let Count::Shown(total) = cells.count(&whole) else { continue };
            let (mut others, mut noise) = (0.0, 1.0);
            for other in cells.values[facet].iter().filter(|other| *other != value) {
                let mut part: Cell = whole.iter().copied().chain([(*facet, *other)]).collect();
                part.sort_unstable();
                match cells.count(&part) {
                    Count::Shown(count) => (others, noise) = (others + count as f64, noise + 1.0),
                    Count::Few => (others, noise) = (others + HIDDEN_GUESS, noise + 0.1),
                }
            }
            (sum, weights) = (sum + (total as f64 - others) / noise, weights + 1.0 / noise);
        }
        if weights == 0.0 {
            return;
        }
        let truth = cells.truth(cell);
        let is_right = (sum / weights).round().max(0.0) as u64 == truth;
        self.right += usize::from(is_right);
        self.right_of_some += usize::from(is_right && truth > 0);
        *self.truths.entry(truth).or_default() += 1;
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.truths.values().sum();
        let some = all - self.truths.get(&0).copied().unwrap_or(0);
        let commonest = self.truths.values().max().copied().unwrap_or(0);
        let commonest_of_some = self.truths.range(1..).map(|(_, times)| *times).max().unwrap_or(0);
        let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        write!(
            f,
            "averaging guesses {:.0} % of {all} hidden counts right, always guessing the commonest {:.0} %; among those that \
             hold reports {:.0} % and {:.0} %",
            share(self.right, all),
            share(commonest, all),
            share(self.right_of_some, some),
            share(commonest_of_some, some)
        )
    }
}
