//! Squares: one for each row and column, with its number, the darker the more.

use super::{Anchor, Drawing, Grid, Shape, at, class_of, cut, number};

/// Most rows that are drawn.
const ROWS_MAX: usize = 40;
/// Most columns that are drawn.
const COLUMNS_MAX: usize = 30;
const NAMES: f64 = 210.0;
/// Room for the names of columns, which stand aslant in steps.
const HEAD: f64 = 64.0;
const CELL: f64 = 86.0;
const HEIGHT: f64 = 28.0;

/// Draws counts as squares.
pub(in crate::web) fn squares(grid: &Grid) -> Drawing {
    let most = grid.most();
    let columns = grid.columns.len().min(COLUMNS_MAX);
    let left = |column: usize| NAMES + column as f64 * CELL;
    let mut shapes = Vec::new();
    for (column, name) in grid.columns.iter().take(columns).enumerate() {
        for (line, words) in in_lines(name).into_iter().enumerate() {
            let place = at(left(column) + CELL / 2.0, 14.0 + 12.0 * line as f64);
            shapes.push(Shape::Words { at: place, words, class: "tiny", anchor: Anchor::Middle });
        }
    }
    for (row, (name, cells)) in grid.rows.iter().zip(&grid.cells).take(ROWS_MAX).enumerate() {
        let y = HEAD + row as f64 * HEIGHT;
        let words = cut(name, 32);
        shapes.push(Shape::Words { at: at(NAMES - 8.0, y + 18.0), words, class: "small", anchor: Anchor::End });
        for (column, count) in cells.iter().take(columns).enumerate() {
            let (place, width, height) = (at(left(column) + 1.0, y + 1.0), CELL - 2.0, HEIGHT - 2.0);
            shapes.push(match number(*count) {
                Some(number) => Shape::Box { at: place, width, height, class: format!("c{}", class_of(number, most)) },
                None => Shape::Hidden { at: place, width, height },
            });
            let class = number(*count)
                .map_or("small", |number| if class_of(number, most) > 3 { "value on-dark" } else { "value" });
            let place = at(left(column) + CELL / 2.0, y + 18.0);
            shapes.push(Shape::Words { at: place, words: cut(&grid.said(*count), 9), class, anchor: Anchor::Middle });
        }
    }
    let rows = grid.rows.len().min(ROWS_MAX);
    Drawing {
        width: left(columns) + 4.0,
        height: HEAD + rows as f64 * HEIGHT + 4.0,
        keeps_size: true,
        is_cut: grid.rows.len() > ROWS_MAX || grid.columns.len() > COLUMNS_MAX,
        shapes,
    }
}

/// Returns a name in at most four short lines.
fn in_lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_inclusive([' ', '-']) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.trim_end().chars().count() <= 12 => line.push_str(word),
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().take(4).map(|line| cut(line.trim_end(), 13)).collect()
}
