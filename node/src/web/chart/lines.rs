//! Lines over half-years, one for each row: the strongest rows only. Where a count is hidden the line is broken.

use std::cmp::Reverse;

use talkoot_protocol::view::Count;

use super::{Anchor, Drawing, Grid, Point, SERIES, Shape, at, cut, number, part};

/// Most lines in one picture: as many as can be told apart.
pub(in crate::web) const LINES_MAX: usize = SERIES;
/// Most points of a line.
const POINTS_MAX: usize = 40;
const LEFT: f64 = 44.0;
const TOP: f64 = 12.0;
const HIGH: f64 = 220.0;
/// Least and greatest distance of two points.
const STEP: f64 = 74.0;
const STEP_MAX: f64 = 180.0;
/// Least width: room for the names in the key.
const WIDTH: f64 = 560.0;
const KEY: f64 = 20.0;

/// Draws counts as lines.
pub(in crate::web) fn lines(grid: &Grid) -> Drawing {
    let most = grid.most();
    let columns = grid.columns.len().min(POINTS_MAX);
    let width = (LEFT + columns as f64 * STEP).max(WIDTH);
    let step = ((width - LEFT) / columns.max(1) as f64).min(STEP_MAX);
    let place =
        |column: usize, count: u64| at(LEFT + 30.0 + column as f64 * step, TOP + HIGH - part(count, most) * HIGH);
    let mut shapes = scale(most, width);
    for (column, name) in grid.columns.iter().take(columns).enumerate() {
        let foot = at(place(column, 0).x, TOP + HIGH + 18.0);
        shapes.push(Shape::Words { at: foot, words: cut(name, 11), class: "small", anchor: Anchor::Middle });
    }
    let key = TOP + HIGH + 40.0;
    let strongest = strongest(grid);
    for (series, row) in strongest.iter().enumerate() {
        let counts = grid.cells.get(*row).map(|cells| cells.iter().take(columns).map(|count| number(*count)));
        let counts: Vec<Option<u64>> = counts.into_iter().flatten().collect();
        shapes.extend(line(&counts, series, &place));
        let y = key + series as f64 * KEY;
        shapes.push(Shape::Mark { at: at(LEFT, y), series });
        let words = cut(grid.rows.get(*row).map_or("", String::as_str), 60);
        shapes.push(Shape::Words { at: at(LEFT + 12.0, y + 4.0), words, class: "name", anchor: Anchor::Start });
    }
    let height = key + strongest.len() as f64 * KEY;
    Drawing { width, height, keeps_size: true, is_cut: grid.columns.len() > POINTS_MAX, shapes }
}

/// Returns the rows with most reports, at most [`LINES_MAX`]; of those that hide everything none.
fn strongest(grid: &Grid) -> Vec<usize> {
    let sum = |cells: &Vec<Count>| cells.iter().filter_map(|count| number(*count)).fold(0u64, u64::saturating_add);
    let mut rows: Vec<(u64, usize)> = grid.cells.iter().enumerate().map(|(row, cells)| (sum(cells), row)).collect();
    rows.retain(|(sum, _)| *sum > 0);
    rows.sort_by_key(|(sum, row)| (Reverse(*sum), *row));
    rows.into_iter().take(LINES_MAX).map(|(_, row)| row).collect()
}

/// Returns the zero line, one half up and one at the top, with their numbers.
fn scale(most: u64, width: f64) -> Vec<Shape> {
    let line = |count: u64| {
        let y = TOP + HIGH - part(count, most) * HIGH;
        let points = vec![at(LEFT, y), at(width, y)];
        let words =
            Shape::Words { at: at(LEFT - 6.0, y + 4.0), words: count.to_string(), class: "small", anchor: Anchor::End };
        [Shape::Line { points, class: "axis".into() }, words]
    };
    [0, most / 2, most].into_iter().flat_map(line).collect()
}

/// Returns one row's marks, joined where counts follow one another.
fn line(counts: &[Option<u64>], series: usize, place: &dyn Fn(usize, u64) -> Point) -> Vec<Shape> {
    let points: Vec<Option<Point>> =
        counts.iter().enumerate().map(|(column, count)| count.map(|count| place(column, count))).collect();
    let joined = points.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
    let class = format!("line l{}", series + 1);
    let mut shapes: Vec<Shape> =
        joined.filter(|run| run.len() > 1).map(|points| Shape::Line { points, class: class.clone() }).collect();
    shapes.extend(points.into_iter().flatten().map(|at| Shape::Mark { at, series }));
    shapes
}
