//! Bars that lie: one for each row, or one for each column of each row. The name stands above, the number behind, so that it can be
//! read on a phone.

use super::{Anchor, Drawing, Grid, SERIES, Shape, at, cut, number, part};

/// Most rows that are drawn.
const ROWS_MAX: usize = 40;
/// Most columns of a row that are drawn.
const COLUMNS_MAX: usize = SERIES;
const WIDTH: f64 = 420.0;
/// What the words before and behind a bar take.
const NUMBER: f64 = 56.0;
const NAME: f64 = 150.0;
const ROW: f64 = 20.0;
const BAR: f64 = 14.0;
const GAP: f64 = 12.0;

/// Draws counts as bars.
pub(in crate::web) fn bars(grid: &Grid) -> Drawing {
    let most = grid.most();
    let mut shapes = Vec::new();
    let mut y = 4.0;
    for (name, cells) in grid.rows.iter().zip(&grid.cells).take(ROWS_MAX) {
        let words = cut(name, 48);
        shapes.push(Shape::Words { at: at(0.0, y + 12.0), words, class: "name", anchor: Anchor::Start });
        y += ROW;
        let left = if grid.columns.is_empty() { 0.0 } else { NAME };
        for (series, count) in cells.iter().take(COLUMNS_MAX).enumerate() {
            if let Some(column) = grid.columns.get(series) {
                let words = cut(column, 22);
                shapes.push(Shape::Words { at: at(left - 6.0, y + 11.0), words, class: "small", anchor: Anchor::End });
            }
            let room = WIDTH - left - NUMBER;
            let length = number(*count).map_or(24.0, |number| part(number, most) * room);
            shapes.push(match number(*count) {
                Some(_) => {
                    Shape::Box { at: at(left, y), width: length, height: BAR, class: format!("s{}", series + 1) }
                }
                None => Shape::Hidden { at: at(left, y), width: length, height: BAR },
            });
            let place = at(left + length + 6.0, y + 11.0);
            shapes.push(Shape::Words { at: place, words: grid.said(*count), class: "value", anchor: Anchor::Start });
            y += BAR + 4.0;
        }
        y += GAP;
    }
    Drawing {
        width: WIDTH,
        height: y,
        keeps_size: false,
        is_cut: grid.rows.len() > ROWS_MAX || grid.columns.len() > COLUMNS_MAX,
        shapes,
    }
}
