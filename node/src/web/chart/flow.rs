//! Flows: what leads from one place to another, as bands between two columns of places, each as broad as many go there. A place that
//! ways lead to and from stands on both sides, so that ways in a circle can be drawn too.

use std::collections::BTreeMap;

use super::{Anchor, Drawing, SERIES, Shape, at, cut};

/// Most ways that are drawn: the strongest.
const WAYS_MAX: usize = 20;
const WIDTH: f64 = 720.0;
/// Where ways begin, and where they end.
const FROM: f64 = 230.0;
const TO: f64 = 490.0;
/// What the ways of one side take together, in height.
const HIGH: f64 = 380.0;
/// Thinnest way, and the one from which on its number fits into it.
const THIN: f64 = 2.0;
const READABLE: f64 = 13.0;
/// Least height of a place, and the gap to the next.
const PLACE: f64 = 16.0;
const GAP: f64 = 10.0;

/// Ways from one named place to another, and how many go there.
pub(in crate::web) type Ways = Vec<(String, String, u64)>;

/// A place on one side.
struct Place<'a> {
    name: &'a str,
    top: f64,
    height: f64,
    /// Where the next way touches it.
    next: f64,
}

/// Draws ways, the strongest first.
pub(in crate::web) fn flow(ways: &Ways) -> Drawing {
    let mut ways: Vec<_> = ways.iter().collect();
    ways.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| (&one.0, &one.1).cmp(&(&other.0, &other.1))));
    let is_cut = ways.len() > WAYS_MAX;
    ways.truncate(WAYS_MAX);
    let all = ways.iter().map(|way| way.2 as f64).sum::<f64>().max(1.0);
    let thick = |paths: u64| (paths as f64 / all * HIGH).max(THIN);
    let mut from = places(ways.iter().map(|way| (way.0.as_str(), thick(way.2))));
    let mut to = places(ways.iter().map(|way| (way.1.as_str(), thick(way.2))));
    let rank =
        |places: &[Place<'_>], name: &str| places.iter().position(|place| place.name == name).unwrap_or_default();
    // In the order of places on both sides, so that few ways cross.
    ways.sort_by_key(|way| (rank(&from, &way.0), rank(&to, &way.1)));
    let (mut bands, mut numbers) = (Vec::new(), Vec::new());
    for (source, target, paths) in ways.iter().map(|way| (&way.0, &way.1, way.2)) {
        let thickness = thick(paths);
        let (source, target) = (rank(&from, source), rank(&to, target));
        let (start, end) = (at(FROM, touch(&mut from, source, thickness)), at(TO, touch(&mut to, target, thickness)));
        bands.push(Shape::Way { from: start, to: end, thickness, class: format!("way w{}", source % SERIES + 1) });
        if thickness >= READABLE {
            let place = at(FROM + 16.0, start.y + 4.0);
            numbers.push(Shape::Words {
                at: place,
                words: paths.to_string(),
                class: "value halo",
                anchor: Anchor::Middle,
            });
        }
    }
    let height = [&from, &to].into_iter().flatten().map(|place| place.top + place.height).fold(PLACE, f64::max) + GAP;
    let mut shapes = bands;
    shapes.extend(numbers);
    shapes.extend(from.iter().flat_map(|place| side(place, FROM - 6.0, FROM - 12.0, Anchor::End)));
    shapes.extend(to.iter().flat_map(|place| side(place, TO, TO + 12.0, Anchor::Start)));
    Drawing { width: WIDTH, height, keeps_size: true, is_cut, shapes }
}

/// Returns where the middle of the next way touches a place.
fn touch(places: &mut [Place<'_>], rank: usize, thickness: f64) -> f64 {
    places.get_mut(rank).map_or(0.0, |place| {
        place.next += thickness;
        place.next - thickness / 2.0
    })
}

fn side(place: &Place<'_>, x: f64, words_x: f64, anchor: Anchor) -> [Shape; 2] {
    let middle = at(words_x, place.top + place.height / 2.0 + 4.0);
    [
        Shape::Box { at: at(x, place.top), width: 6.0, height: place.height, class: "s6".into() },
        Shape::Words { at: middle, words: cut(place.name, 30), class: "small", anchor },
    ]
}

/// Returns places once each, the broadest first, one under the other.
fn places<'a>(ways: impl Iterator<Item = (&'a str, f64)>) -> Vec<Place<'a>> {
    let mut broad: BTreeMap<&str, f64> = BTreeMap::new();
    ways.for_each(|(name, thickness)| *broad.entry(name).or_default() += thickness);
    let mut broad: Vec<_> = broad.into_iter().collect();
    broad.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    let mut top = GAP;
    let place = |(name, thickness): (&'a str, f64)| {
        let height = thickness.max(PLACE);
        let place = Place { name, top, height, next: top + (height - thickness) / 2.0 };
        top += height + GAP;
        place
    };
    broad.into_iter().map(place).collect()
}
