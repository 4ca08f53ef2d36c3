//! A map of tiles: a square for each wellbeing services county, Helsinki and Åland, placed roughly as they lie. Every county is of one
//! size, as its people are not counted by square kilometres; and the drawing is our own, so that no licence hangs on it.

use super::{Anchor, Drawing, Shape, at, number, part};
use talkoot_protocol::view::Count;

/// Shades of a count, from the least to the greatest.
pub(in crate::web) const CLASSES: u64 = 5;
const SIZE: f64 = 74.0;

/// Where each county stands: its code, the column from the west, the row from the north.
pub(in crate::web) const TILES: [(&str, u8, u8); 23] = [
    ("21", 3, 0),
    ("18", 2, 1),
    ("19", 3, 1),
    ("20", 4, 1),
    ("17", 1, 2),
    ("16", 2, 2),
    ("15", 3, 2),
    ("13", 4, 2),
    ("14", 5, 2),
    ("06", 1, 3),
    ("08", 2, 3),
    ("09", 3, 3),
    ("12", 4, 3),
    ("11", 5, 3),
    ("91", 0, 4),
    ("05", 1, 4),
    ("07", 2, 4),
    ("02", 3, 4),
    ("01", 4, 4),
    ("10", 5, 4),
    ("03", 2, 5),
    ("04", 3, 5),
    ("90", 3, 6),
];

/// Returns which shade a count has, from 1 to [`CLASSES`]; in equal steps up to the greatest.
pub(in crate::web) fn class_of(count: u64, most: u64) -> u64 {
    let step = (part(count, most) * CLASSES as f64).ceil();
    (1..=CLASSES).find(|class| step <= *class as f64).unwrap_or(CLASSES)
}

/// Draws the map: of each county its name in at most two lines and its count, in the order of [`TILES`].
pub(in crate::web) fn tiles(counties: &[(Vec<String>, Count)], few: &str) -> Drawing {
    let most = counties.iter().filter_map(|(_, count)| number(*count)).max().unwrap_or(1);
    let mut shapes = Vec::new();
    for ((_, column, row), (name, count)) in TILES.iter().zip(counties) {
        let (x, y) = (f64::from(*column) * SIZE + 1.0, f64::from(*row) * SIZE + 1.0);
        let side = SIZE - 2.0;
        let shade = number(*count).map(|number| class_of(number, most));
        shapes.push(match shade {
            Some(shade) => Shape::Box { at: at(x, y), width: side, height: side, class: format!("tile c{shade}") },
            None => Shape::Hidden { at: at(x, y), width: side, height: side },
        });
        let dark = shade.is_some_and(|shade| shade > 3);
        for (line, words) in name.iter().take(2).enumerate() {
            let place = at(x + side / 2.0, y + 16.0 + 12.0 * line as f64);
            let class = ink(shade);
            shapes.push(Shape::Words { at: place, words: words.clone(), class, anchor: Anchor::Middle });
        }
        let words = number(*count).map_or_else(|| few.to_owned(), |number| number.to_string());
        let class = if shade.is_none() {
            ink(shade)
        } else if dark {
            "value on-dark"
        } else {
            "value"
        };
        let place = at(x + side / 2.0, y + side - 10.0);
        shapes.push(Shape::Words { at: place, words, class, anchor: Anchor::Middle });
    }
    Drawing { width: 6.0 * SIZE, height: 7.0 * SIZE, keeps_size: false, is_cut: false, shapes }
}

/// Returns how words of a tile are written, so that they can be read on its shade.
const fn ink(shade: Option<u64>) -> &'static str {
    match shade {
        None => "tiny halo",
        Some(4..) => "tiny on-dark",
        Some(_) => "tiny",
    }
}
