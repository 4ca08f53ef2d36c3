//! An attack on views: who asks everything that may be asked, of two successive periods, and knows all rules, must not be
//! able to work out a hidden count.
//!
//! **Everything.** All facets by one, two and three, in every order of rows, columns and filters: all numbers that come back
//! are published counts of cells, the same ones whatever the question ([`everything_that_can_be_asked`]). So it is enough
//! to look at the published counts of all cells.
//!
//! **Nothing for certain** ([`no_hidden_count_can_be_worked_out`]). For each cell that is hidden although it holds reports there
//! is another world, with one more report in that cell, that publishes exactly the same at both times: the attacker cannot
//! tell them apart, so whatever method is used, the count is not pinned. The test builds that world and checks every cell.
//!
//! **An attacker who guesses** ([`guesses`]). The same worlds against two who are content with what is likely: one who takes
//! each number to be at most four away from the count, writes down all sums and narrows bounds until nothing changes; and one
//! who averages. How often they are right is printed, beside how often one is who always guesses the commonest count.

mod averager;
mod bounds;
mod world;

use std::collections::BTreeMap;

use self::bounds::Bounds;
use self::world::{Cells, World};
use super::merged::Count;
use super::rounding::probability;
use super::rules::Rules;
use super::testing::links;
use super::{BASE, Columns, Facet, MergedView, Query};

/// Returns every question: rows, columns and filters of at most three facets, filters of one value each.
fn questions(cells: &Cells) -> Vec<Query> {
    let facets = Facet::all();
    let mut questions = Vec::new();
    for rows in facets {
        questions.push(Query::one_way(*rows));
        for other in facets.iter().filter(|other| *other != rows) {
            questions.push(Query::two_way(*rows, *other));
            let with = |query: &Query, facet: Facet| Query { filters: cells.filter_of_all(facet), ..query.clone() };
            questions.push(with(&Query::one_way(*rows), *other));
            for third in facets.iter().filter(|third| *third != rows && *third != other) {
                questions.push(with(&Query::two_way(*rows, *other), *third));
            }
        }
    }
    questions
}

/// Returns each count of an answer with the cell it is of.
fn counts(view: &MergedView) -> Vec<(BTreeMap<Facet, String>, Count)> {
    let mut counts = Vec::new();
    for slice in &view.slices {
        let mut note = |more: &[(Facet, &String)], count: Count| {
            let mut cell = slice.of.clone();
            cell.extend(more.iter().map(|(facet, key)| (*facet, (*key).clone())));
            counts.push((cell, count));
        };
        slice.total.into_iter().for_each(|count| note(&[], count));
        for (row, total) in view.rows.iter().zip(&slice.row_totals) {
            note(&[(view.query.rows, row)], *total);
        }
        let Some(across) = view.query.columns else { continue };
        for (column, total) in view.columns.iter().zip(&slice.column_totals) {
            note(&[(across, column)], *total);
        }
        for (row, counts) in view.rows.iter().zip(&slice.cells) {
            for (column, count) in view.columns.iter().zip(counts) {
                note(&[(view.query.rows, row), (across, column)], *count);
            }
        }
    }
    counts
}

#[test]
fn everything_that_can_be_asked() {
    let (mut asked, mut answers) = (0, 0);
    for world in (0..2).map(World::small) {
        let cells = world.cells();
        let mut columns = Columns::new(0);
        columns.extend(world.rows.iter().cloned());
        columns.relink(&links(&world.rows));
        for query in questions(&cells) {
            let view = columns.view(&query, &Rules::default()).unwrap();
            asked += view.slices.len();
            for (cell, count) in counts(&view) {
                assert_eq!(cells.published(&cell), count, "{cell:?} of {query:?}");
                answers += 1;
            }
        }
    }
    println!("{asked} tables, {answers} counts: each is the published count of its cell");
}

/// Worlds that are tried; more with the variable, for a long run.
fn worlds() -> impl Iterator<Item = World> {
    let count = std::env::var("TALKOOT_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(10);
    (0..count).map(World::any)
}

#[test]
fn no_hidden_count_can_be_worked_out() {
    let (mut cells_tried, mut hidden, mut worst) = (0, 0, 0f64);
    for world in worlds() {
        let (earlier, later) = (world.earlier(), world.cells());
        let before = earlier.cells();
        cells_tried += before.len() + later.len();
        // One more report like one that is there, by the same author: all that it touches keeps its organisations and
        // authors. It came right after the first, so that it is counted at both times if that one is.
        let likelihood = |number: usize| {
            let was_there = earlier.rows.get(number).map_or(0.0, |row| before.likelihood_of_one_more(row));
            was_there + later.likelihood_of_one_more(&world.rows[number])
        };
        let of_row: Vec<f64> = (0..world.rows.len()).map(likelihood).collect();
        for (cell, inside) in before.iter().chain(later.iter()).filter(|(_, inside)| inside.is_hidden()) {
            hidden += 1;
            let best = inside.rows.iter().map(|number| of_row[*number]).fold(f64::NEG_INFINITY, f64::max);
            assert!(best.is_finite(), "{cell:?} is pinned in {world:?}");
            worst = worst.min(best);
        }
    }
    assert!(hidden > 1_000, "too little was tried");
    println!(
        "{cells_tried} cells at two times, {hidden} hidden ones with reports: none is pinned; the other world is at worst \
         e^{worst:.1} times as likely"
    );
}

#[test]
fn guesses() {
    let mut score = averager::Score::default();
    let mut trusting = bounds::Score::default();
    let mut bounded = bounds::Score::default();
    for world in worlds() {
        let cells = world.cells();
        // What the attacker would learn if numbers were rounded up or down and never went further.
        bounded.add(&cells, &Bounds::of(&cells, |cell| cells.count_near(cell)));
        trusting.add(&cells, &Bounds::of(&cells, |cell| cells.count(cell)));
        // And with all that is possible.
        let sound = Bounds::possible(&cells);
        assert_eq!(sound.pinned(&cells), 0);
        score.add(&cells);
    }
    println!("rounding without further steps, trusted: {bounded}");
    println!("rounding as it is, trusted to be at most four away: {trusting}");
    println!("{score}");
    assert!(trusting.right <= trusting.said / 2 + 5, "{trusting}");
}

#[test]
fn a_number_can_be_of_any_count() {
    for shown in (1..=20).map(|at| at * BASE) {
        assert!((3..shown + 30).all(|count| count + 45 < shown || probability(count, shown) > 0.0), "{shown}");
    }
}
