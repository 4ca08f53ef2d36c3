//! The small set of the sample world as files, one JSON object a line: for the program that writes `tests/corpus/world`, and for
//! the test that holds the generator to it.

use std::collections::BTreeMap;

use serde::Serialize;
use talkoot::world::texts::{self, CLEAN, PLANTED};
use talkoot::world::{REPORTS, SEED, World};

/// A pair of reports on one matter.
#[derive(Debug, Serialize)]
struct Pair {
    first: usize,
    second: usize,
    languages: [String; 2],
}

/// Returns the files' names and what stands in them.
pub fn files() -> BTreeMap<&'static str, String> {
    let world = World::new(SEED, REPORTS);
    let language = |number: usize| {
        let written = world.reports.get(number).and_then(|written| written.fields.get("language")?.as_str());
        written.unwrap_or_default().to_owned()
    };
    let pair = |(first, second): &(usize, usize)| Pair {
        first: *first,
        second: *second,
        languages: [language(*first), language(*second)],
    };
    BTreeMap::from([
        ("reports.jsonl", lines(&world.reports)),
        ("pairs.jsonl", lines(&world.pairs.iter().map(pair).collect::<Vec<_>>())),
        ("phenomena.jsonl", lines(&world.phenomena)),
        ("proposals.jsonl", lines(&world.proposals)),
        ("planted.jsonl", lines(&texts::planted(SEED, PLANTED))),
        ("clean.jsonl", lines(&texts::clean(CLEAN))),
    ])
}

fn lines(items: &[impl Serialize]) -> String {
    // Texts, numbers and lists of them: turning them into JSON cannot fail.
    items.iter().map(|item| serde_json::to_string(item).unwrap_or_default() + "\n").collect()
}
