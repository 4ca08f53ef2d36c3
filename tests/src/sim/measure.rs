//! What runs cost: hops, redundant bytes, time to all. Counts only; judges nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::model::Model;
use super::node::Node;

/// What one run cost.
#[derive(Debug, Clone, Default)]
pub struct Measure {
    /// Events that happened.
    pub events: u64,
    /// Frames sent.
    pub frames: u64,
    /// Bytes of frames sent.
    pub bytes: u64,
    /// Bytes of changes that reached honest nodes.
    pub received: u64,
    /// Of those, of changes that were there already.
    pub redundant: u64,
    /// From the end of disturbances until all was equal.
    pub converge: Option<Duration>,
    /// Most hops of each change that was published.
    pub hops: Vec<u8>,
    /// From durable at its author's node until durable everywhere, of each change that was published.
    pub to_all: Vec<Duration>,
    /// Links of each node at the end.
    pub links: Vec<usize>,
    /// Offences and refusals that honest nodes have counted, by name.
    pub counted: BTreeMap<&'static str, u64>,
}

impl Measure {
    /// Takes in what the model and the nodes know at the end.
    pub fn finish(&mut self, model: &Model, nodes: &[Node]) {
        for (name, times) in nodes.iter().filter(|node| node.honest()).flat_map(Node::counts) {
            *self.counted.entry(name).or_default() += times;
        }
        for fact in model.facts().filter(|fact| fact.targets.iter().nth(1).is_some()) {
            if let Some(since) = fact.since {
                self.hops.push(fact.hops_max());
                self.to_all.push(fact.last.saturating_sub(since));
            }
        }
    }

    /// Returns the bytes of changes received for each byte that was new: 1 is the least possible.
    pub fn redundancy(&self) -> f64 {
        let useful = self.received.saturating_sub(self.redundant);
        if useful == 0 { 1.0 } else { self.received as f64 / useful as f64 }
    }
}

/// What many runs of a scenario cost.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// The scenario.
    pub scenario: String,
    /// Runs.
    pub runs: u64,
    /// Runs in which an invariant was broken.
    pub violations: u64,
    /// Events of all runs.
    pub events: u64,
    /// Virtual seconds until all was equal, median and greatest.
    pub converge_s: [f64; 2],
    /// Hops to the last node, median and greatest.
    pub hops: [u8; 2],
    /// Virtual seconds from durable at one node to durable at all, median and greatest.
    pub to_all_s: [f64; 2],
    /// Links of a node at the end, median and greatest.
    pub links: [usize; 2],
    /// Bytes of changes received for each byte that was new, mean and greatest.
    pub redundancy: [f64; 2],
    /// Frames of a run, mean.
    pub frames: u64,
    /// Bytes of frames of a run, mean.
    pub bytes: u64,
    /// Seconds of real time of a run, mean.
    pub seconds: f64,
    /// Offences and refusals that honest nodes of all runs have counted, by name.
    pub counted: BTreeMap<&'static str, u64>,
}

fn middle_and_most<T: Ord + Copy + Default>(mut all: Vec<T>) -> [T; 2] {
    all.sort_unstable();
    [all.get(all.len() / 2).copied().unwrap_or_default(), all.last().copied().unwrap_or_default()]
}

impl Summary {
    /// Sums up.
    pub fn of(scenario: &str, measures: &[Measure], violations: u64, spent: Duration) -> Self {
        let runs = measures.len().max(1) as u64;
        let seconds = |times: Vec<Duration>| middle_and_most(times).map(|time| time.as_secs_f64());
        let sum = |of: fn(&Measure) -> u64| measures.iter().map(of).sum::<u64>();
        let redundancy: Vec<_> = measures.iter().map(Measure::redundancy).collect();
        let mut counted = BTreeMap::new();
        for (name, times) in measures.iter().flat_map(|measure| &measure.counted) {
            *counted.entry(*name).or_default() += times;
        }
        Self {
            scenario: scenario.to_owned(),
            runs: measures.len() as u64,
            violations,
            events: sum(|measure| measure.events),
            converge_s: seconds(measures.iter().filter_map(|measure| measure.converge).collect()),
            hops: middle_and_most(measures.iter().flat_map(|measure| measure.hops.iter().copied()).collect()),
            to_all_s: seconds(measures.iter().flat_map(|measure| measure.to_all.iter().copied()).collect()),
            links: middle_and_most(measures.iter().flat_map(|measure| measure.links.iter().copied()).collect()),
            redundancy: [redundancy.iter().sum::<f64>() / runs as f64, redundancy.iter().copied().fold(0.0, f64::max)],
            frames: sum(|measure| measure.frames) / runs,
            bytes: sum(|measure| measure.bytes) / runs,
            seconds: spent.as_secs_f64() / runs as f64,
            counted,
        }
    }
}
