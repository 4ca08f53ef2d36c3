//! Reconciling: how many bytes and round trips two nodes need to find out which changes one of them lacks, and what it costs
//! each. No node runs: two sets of random ids are compared with the protocol's own parts and messages, as the engine does
//! it (`asking`, `answering`), on one thread. Deliveries are not counted; what is asked for by id is.
//!
//! A set is made once and its first cells kept, as a node does; each trial adds other ids to them.

mod trial;

use std::time::Instant;

use serde::Serialize;
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::sync::sketch::CELLS_MAX;

use crate::error::Result;
use crate::global::Global;
use crate::output;

use trial::{Cost, Side};

/// Bytes of an id: nobody can name what is lacking in fewer than this for each.
const ID_BYTES: usize = 32;

/// Compare two sets of made-up ids: bytes, round trips and time for differences of any size.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: talkoot bench reconcile --common 1000000 --differences 0,100 --json")]
pub(super) struct Args {
    /// How many ids both have.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    common: usize,
    /// How many ids one of them lacks; each is measured with all at one side, and with half at each.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_value = "0,1,10,100,10000")]
    differences: Vec<usize>,
    /// How often each is measured, each time with other ids.
    #[arg(long, value_name = "T", default_value_t = 20)]
    trials: usize,
}

/// What the measurement says. Times in seconds, sizes in bytes.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    what: &'static str,
    mode: &'static str,
    common: usize,
    trials: usize,
    /// Cells kept of a set.
    prefix_cells: usize,
    /// Making them from the whole set.
    prefix_seconds: f64,
    /// Keeping them current, for each id.
    insert_nanoseconds: f64,
    differences: Vec<Row>,
}

/// One difference, over all trials.
#[derive(Debug, Default, Serialize)]
struct Row {
    difference: usize,
    /// `one`: all ids are at the answering side. `both`: half at each.
    sides: &'static str,
    /// Mean of all messages both ways.
    bytes: f64,
    bytes_max: usize,
    /// Of them, ids that the answering side asks for.
    request_bytes: f64,
    /// The difference named id by id.
    theory_bytes: usize,
    /// Comparing the digests, and each block of cells with its answer.
    round_trips: f64,
    round_trips_max: usize,
    /// Median time of the side that begins, which holds fewer.
    asker_seconds: f64,
    /// Median time of the other.
    answerer_seconds: f64,
    /// Trials that coded symbols did not decide: a node then lists hashes, or compares by ranges.
    undecided: usize,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    output::say(&format!("making {} ids", args.common));
    let mut numbers = 0;
    let ids = make(&mut numbers, args.common);
    let cells = args.common.next_power_of_two().min(CELLS_MAX);
    let started = Instant::now();
    let common = Side::of(&ids, cells);
    let prefix_seconds = started.elapsed().as_secs_f64();
    let mut differences = Vec::new();
    for &difference in &args.differences {
        for (sides, asker) in [("one", 0), ("both", difference / 2)] {
            if sides == "both" && asker == 0 {
                continue;
            }
            output::say(&format!("comparing: {difference} different, at {sides}"));
            let mut costs = Vec::with_capacity(args.trials);
            for _ in 0..args.trials {
                let (here, there) = (make(&mut numbers, asker), make(&mut numbers, difference - asker));
                costs.push(trial::compare(&common, &here, &there)?);
            }
            differences.push(row(difference, sides, &costs));
        }
    }
    Ok(Measured {
        what: "reconcile",
        mode: "cells",
        common: args.common,
        trials: args.trials,
        prefix_cells: common.cells(),
        prefix_seconds,
        insert_nanoseconds: prefix_seconds * 1e9 / args.common.max(1) as f64,
        differences,
    })
}

/// Makes ids never made before.
fn make(numbers: &mut u64, count: usize) -> Vec<ChangeId> {
    let mut next = || {
        *numbers += 1;
        ChangeId::from_bytes(talkoot_protocol::id::sha256(&[&numbers.to_be_bytes()]))
    };
    (0..count).map(|_| next()).collect()
}

fn row(difference: usize, sides: &'static str, costs: &[Cost]) -> Row {
    let mean = |of: fn(&Cost) -> usize| costs.iter().map(of).sum::<usize>() as f64 / costs.len().max(1) as f64;
    let max = |of: fn(&Cost) -> usize| costs.iter().map(of).max().unwrap_or_default();
    let median = |of: fn(&Cost) -> f64| {
        let mut times: Vec<f64> = costs.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Row {
        difference,
        sides,
        bytes: mean(|cost| cost.bytes),
        bytes_max: max(|cost| cost.bytes),
        request_bytes: mean(|cost| cost.request_bytes),
        theory_bytes: difference * ID_BYTES,
        round_trips: mean(|cost| cost.round_trips),
        round_trips_max: max(|cost| cost.round_trips),
        asker_seconds: median(|cost| cost.asker.as_secs_f64()),
        answerer_seconds: median(|cost| cost.answerer.as_secs_f64()),
        undecided: costs.iter().filter(|cost| !cost.decided).count(),
    }
}

pub(super) fn show(global: &Global, measured: &Measured) -> Result<()> {
    if global.json {
        return output::json(measured);
    }
    let headers =
        ["difference", "at", "bytes", "most", "32 x d", "round trips", "asker ms", "answerer ms", "undecided"];
    let cells = |row: &Row| {
        vec![
            row.difference.to_string(),
            row.sides.to_owned(),
            format!("{:.0}", row.bytes),
            row.bytes_max.to_string(),
            row.theory_bytes.to_string(),
            format!("{:.2}", row.round_trips),
            format!("{:.3}", row.asker_seconds * 1e3),
            format!("{:.3}", row.answerer_seconds * 1e3),
            row.undecided.to_string(),
        ]
    };
    output::table(&headers, &measured.differences.iter().map(cells).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_and_cost_what_they_should() {
        let args = Args { common: 3_000, differences: vec![0, 1, 40], trials: 3 };
        let measured = run(&args).unwrap();
        let said: Vec<_> = measured.differences.iter().map(|row| (row.difference, row.sides, row.undecided)).collect();
        assert_eq!(said, [(0, "one", 0), (1, "one", 0), (40, "one", 0), (40, "both", 0)]);
        let [none, one, all_at_one, at_both] = &measured.differences[..] else { panic!("{said:?}") };
        assert!(none.bytes_max < 200 && none.round_trips_max == 1, "{none:?}");
        assert!(one.bytes > none.bytes && all_at_one.bytes > one.bytes, "{one:?} {all_at_one:?}");
        assert_eq!(all_at_one.request_bytes, 0.0);
        assert!(at_both.request_bytes > 20.0 * 16.0, "{at_both:?}");
    }
}
