use proptest::prelude::*;

use super::*;

fn grid(columns: usize, cells: &[&[Option<u64>]]) -> Grid {
    let count = |number: &Option<u64>| number.map_or(Count::Few, Count::Shown);
    Grid {
        rows: (0..cells.len()).map(|row| format!("row {row}")).collect(),
        columns: (0..columns).map(|column| format!("column {column}")).collect(),
        cells: cells.iter().map(|cells| cells.iter().map(count).collect()).collect(),
        few: "few".into(),
    }
}

fn words(drawing: &Drawing) -> Vec<&str> {
    fn words(shape: &Shape) -> Option<&str> {
        if let Shape::Words { words, .. } = shape { Some(words) } else { None }
    }
    drawing.shapes.iter().filter_map(words).collect()
}

fn shown_boxes(drawing: &Drawing) -> (usize, usize) {
    let is = |shape: &&Shape| matches!(shape, Shape::Box { .. });
    let hidden = |shape: &&Shape| matches!(shape, Shape::Hidden { .. });
    (drawing.shapes.iter().filter(is).count(), drawing.shapes.iter().filter(hidden).count())
}

#[test]
fn bars_show_the_numbers_of_the_view_and_hide_what_it_hides() {
    let drawing = bars(&grid(0, &[&[Some(25)], &[None], &[Some(5)]]));
    assert_eq!(words(&drawing), ["row 0", "25", "row 1", "few", "row 2", "5"]);
    assert_eq!(shown_boxes(&drawing), (2, 1), "what is hidden is hatched, and no bar");
    let lengths: Vec<f64> = drawing
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Box { width, .. } = shape { Some(*width) } else { None })
        .collect();
    assert!((lengths[0] - 5.0 * lengths[1]).abs() < 1e-6, "lengths are as the numbers: {lengths:?}");
}

#[test]
fn squares_and_tiles_shade_by_the_number() {
    let drawing = squares(&grid(2, &[&[Some(50), None], &[Some(5), Some(0)]]));
    assert_eq!(shown_boxes(&drawing), (3, 1));
    assert_eq!(words(&drawing)[..4], ["column 0", "column 1", "row 0", "50"]);
    assert_eq!([0, 5, 20, 21, 100].map(|count| class_of(count, 100)), [1, 1, 1, 2, 5]);
    let counties: Vec<_> = TILES.iter().map(|(code, ..)| (vec![(*code).to_owned()], Count::Few)).collect();
    assert_eq!(shown_boxes(&tiles(&counties, "few")), (0, 23));
}

#[test]
fn a_line_is_broken_where_a_count_is_hidden() {
    let drawing = lines(&grid(5, &[&[Some(5), Some(10), None, Some(15), Some(20)], &[None; 5]]));
    let runs: Vec<usize> = drawing
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Line { points, class } if class.starts_with("line") => Some(points.len()),
            _ => None,
        })
        .collect();
    assert_eq!(runs, [2, 2]);
    let marks = drawing.shapes.iter().filter(|shape| matches!(shape, Shape::Mark { .. })).count();
    assert_eq!(marks, 4 + 1, "one for each number and one in the key");
    assert!(!words(&drawing).contains(&"row 1"), "a row that hides everything has no line");
}

#[test]
fn every_county_has_one_tile() {
    use talkoot_protocol::report::area::table;
    let mut codes: Vec<_> = TILES.iter().map(|(code, ..)| *code).collect();
    codes.sort_unstable();
    assert_eq!(codes, table::counties().map(|county| county.code.as_str()).collect::<Vec<_>>());
    let mut places: Vec<_> = TILES.iter().map(|(_, column, row)| (column, row)).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), TILES.len(), "no two stand in one place");
}

#[test]
fn what_people_wrote_is_inert_in_a_picture() {
    let hostile = "</text><script>alert(1)</script>";
    let mut grid = grid(1, &[&[Some(5)]]);
    grid.rows = vec![hostile.into()];
    grid.columns = vec![hostile.into()];
    let ways = vec![(hostile.to_owned(), hostile.to_owned(), 5)];
    for drawing in [bars(&grid), squares(&grid), lines(&grid), flow(&ways)] {
        let text = drawing.show(&Called { id: "c", title: hostile, says: hostile }).into_string();
        assert!(!text.contains("<script") && !text.contains("style="), "{text}");
    }
}

/// Every corner of what is drawn.
fn corners(shape: &Shape) -> Vec<Point> {
    match shape {
        Shape::Box { at: from, width, height, .. } | Shape::Hidden { at: from, width, height } => {
            vec![*from, at(from.x + width, from.y + height)]
        }
        Shape::Words { at, .. } | Shape::Mark { at, .. } => vec![*at],
        Shape::Line { points, .. } => points.clone(),
        Shape::Way { from, to, thickness, .. } => {
            let half = thickness / 2.0;
            vec![at(from.x, from.y - half), at(to.x, to.y + half)]
        }
    }
}

fn any_count() -> impl Strategy<Value = Count> {
    prop_oneof![
        Just(Count::Few),
        (0u64..100).prop_map(|count| Count::Shown(count * 5)),
        any::<u64>().prop_map(Count::Shown),
    ]
}

prop_compose! {
    fn any_grid()(rows in 0usize..60, columns in 0usize..45)(
        cells in proptest::collection::vec(proptest::collection::vec(any_count(), columns.max(1)), rows),
        names in proptest::collection::vec("\\PC{0,60}", rows),
        heads in proptest::collection::vec("\\PC{0,40}", columns),
    ) -> Grid {
        Grid { rows: names, columns: heads, cells, few: "few".into() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn everything_lies_in_the_picture(grid in any_grid()) {
        let links = grid.rows.iter().zip(&grid.cells).filter_map(|(row, cells)| {
            Some((row.clone(), grid.columns.first()?.clone(), number(*cells.first()?)?))
        });
        let counties: Vec<_> = grid.cells.iter().map(|cells| (vec!["a".into(), "b".into()], cells[0])).collect();
        for drawing in [bars(&grid), squares(&grid), lines(&grid), flow(&links.collect()), tiles(&counties, "few")] {
            prop_assert!(drawing.width.is_finite() && drawing.height.is_finite());
            for shape in &drawing.shapes {
                for Point { x, y } in corners(shape) {
                    let inside = (0.0..=drawing.width).contains(&x) && (0.0..=drawing.height).contains(&y);
                    prop_assert!(inside, "{shape:?} in {} by {}", drawing.width, drawing.height);
                }
            }
        }
    }
}
