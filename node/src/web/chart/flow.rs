//! Flows: what leads from one place to another, as ways between two columns of places. A place that ways lead to and from stands on
//! both sides, so that ways in a circle can be drawn too.

use super::{Anchor, Drawing, Shape, at, cut, part};

/// Most ways that are drawn: the strongest.
const WAYS_MAX: usize = 24;
const WIDTH: f64 = 640.0;
/// Where ways begin, and where they end.
const FROM: f64 = 210.0;
const TO: f64 = 430.0;
const ROW: f64 = 34.0;
/// Widest way.
const THICK: f64 = 22.0;

/// Ways from one named place to another, and how many go there.
pub(in crate::web) type Ways = Vec<(String, String, u64)>;

/// Draws ways, the strongest first.
pub(in crate::web) fn flow(ways: &Ways) -> Drawing {
    let mut ways: Vec<_> = ways.iter().collect();
    ways.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| (&one.0, &one.1).cmp(&(&other.0, &other.1))));
    ways.truncate(WAYS_MAX);
    let most = ways.iter().map(|way| way.2).max().unwrap_or(1);
    let from = places(ways.iter().map(|way| &way.0));
    let to = places(ways.iter().map(|way| &way.1));
    let height = |place: usize| 20.0 + place as f64 * ROW;
    let place = |places: &[&String], name: &String| places.iter().position(|known| *known == name).unwrap_or_default();
    let mut shapes = Vec::new();
    for (series, (source, target, paths)) in ways.iter().enumerate() {
        let start = at(FROM, height(place(&from, source)));
        let end = at(TO, height(place(&to, target)));
        let thickness = 1.0 + part(*paths, most) * (THICK - 1.0);
        shapes.push(Shape::Way { from: start, to: end, thickness, class: format!("way w{}", series % 3 + 1) });
    }
    for (source, target, paths) in &ways {
        let (start, end) = (height(place(&from, source)), height(place(&to, target)));
        let spot = at(FROM + (TO - FROM) * 0.25, start + (end - start) * 0.16 + 4.0);
        shapes.push(Shape::Words { at: spot, words: paths.to_string(), class: "value halo", anchor: Anchor::Middle });
    }
    for (row, name) in from.iter().enumerate() {
        let place = at(FROM - 8.0, height(row) + 4.0);
        shapes.push(Shape::Words { at: place, words: cut(name, 32), class: "small", anchor: Anchor::End });
    }
    for (row, name) in to.iter().enumerate() {
        let place = at(TO + 8.0, height(row) + 4.0);
        shapes.push(Shape::Words { at: place, words: cut(name, 32), class: "small", anchor: Anchor::Start });
    }
    let rows = from.len().max(to.len()).max(1);
    Drawing { width: WIDTH, height: height(rows - 1) + 20.0, keeps_size: true, shapes }
}

/// Returns names once each, in the order in which they are met.
fn places<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut places = Vec::new();
    names.for_each(|name| {
        if !places.contains(&name) {
            places.push(name)
        }
    });
    places
}
