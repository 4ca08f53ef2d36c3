//! Can a hidden count be worked out from the shown ones? Exact, for tables of one or two facets that add up.
//!
//! A table with margins is a flow: each row and each column is a node, each count an arc between its row and its column, and
//! "parts make the margin" says that as much flows in as out. Tables with the same shown counts differ by flows around
//! cycles of hidden arcs. A hidden count can be one more if its arc lies on such a cycle, and one less if its reversed arc
//! does; a reader knows that a hidden count is at least one (zeros are shown), so an arc of one cannot be reversed; and where
//! reports overlap, that no part exceeds its margin. A count
//! that lies on no cycle is determined. (The classical treatment: L. H. Cox, Network
//! Models for Complementary Cell Suppression, Journal of the American Statistical Association 90, 1995.)

use super::{Lattice, Line, Tally};

/// Most arcs walked along in one audit; beyond it, what has not been shown to be safe counts as determined, so that more is
/// hidden, never less. A count of steps and not of time: the same table is judged alike everywhere.
const STEPS_MAX: usize = 4_000_000;

/// A hidden count, as an arc.
struct Arc {
    place: usize,
    from: usize,
    to: usize,
    grows: bool,
    shrinks: bool,
}

impl Arc {
    const fn is_loose(&self) -> bool {
        self.grows && self.shrinks
    }
}

/// Returns the places of hidden counts that can be worked out, ascending. In a table by organisation an author is in one
/// line, so authors add up there and are judged like reports.
pub(super) fn determined(lattice: &Lattice) -> Vec<usize> {
    let mut places = determined_by(lattice, |tally| tally.reports);
    if lattice.is_by_organisation {
        places.extend(determined_by(lattice, |tally| tally.authors));
        places.sort_unstable();
        places.dedup();
    }
    places
}

fn determined_by(lattice: &Lattice, measure: fn(&Tally) -> u64) -> Vec<usize> {
    let arcs = arcs(lattice, measure);
    let nodes = lattice.height + lattice.width;
    let (groups, closing) = loose_groups(&arcs, nodes);
    let mut walk = Walk::new(&arcs, nodes);
    let mut is_safe = |(at, arc): (usize, &Arc)| {
        // A cycle of loose arcs can be walked either way.
        if closing[at] || (!arc.is_loose() && groups[arc.from] == groups[arc.to]) {
            return true;
        }
        (arc.grows && walk.leads(arc.to, arc.from, at)) || (arc.shrinks && walk.leads(arc.from, arc.to, at))
    };
    arcs.iter().enumerate().filter(|entry| !is_safe(*entry)).map(|(_, arc)| arc.place).collect()
}

/// What stands in the way within one line: nothing, where at most one part is not zero, since it is then the margin.
#[derive(Clone, Copy)]
struct Bound {
    margin: u64,
    /// The largest part, if parts and margin are told apart.
    greatest: Option<u64>,
}

impl Bound {
    fn new(lattice: &Lattice, line: Line, measure: fn(&Tally) -> u64) -> Self {
        let parts = lattice.parts(line).map(|part| measure(&lattice.tallies[part])).filter(|part| *part > 0);
        let (count, greatest) = parts.fold((0, 0), |(count, greatest), part| (count + 1, part.max(greatest)));
        let margin = measure(&lattice.tallies[lattice.margin(line)]);
        Self { margin, greatest: (count > 1).then_some(greatest) }
    }

    /// Whether a part may be one more.
    fn lets_grow(&self, part: u64) -> bool {
        self.greatest.is_none() || part < self.margin
    }

    /// Whether the margin may be one less.
    fn lets_shrink(&self) -> bool {
        self.greatest.is_none_or(|greatest| greatest < self.margin)
    }
}

fn arcs(lattice: &Lattice, measure: fn(&Tally) -> u64) -> Vec<Arc> {
    let bound = |line| Bound::new(lattice, line, measure);
    let rows: Vec<Bound> = (0..lattice.height).map(|row| bound(Line::Row(row))).collect();
    let columns: Vec<Bound> = (0..lattice.width).map(|column| bound(Line::Column(column))).collect();
    let hidden = (0..lattice.hidden.len()).filter(|place| lattice.hidden[*place]);
    let arc = |place: usize| {
        let (row, column) = (place / lattice.width, place % lattice.width);
        let (last_row, last_column) = (row + 1 == lattice.height, column + 1 == lattice.width);
        let value = measure(&lattice.tallies[place]);
        let grows = (last_column || rows[row].lets_grow(value)) && (last_row || columns[column].lets_grow(value));
        let shrinks =
            value > 1 && !(last_column && !rows[row].lets_shrink()) && !(last_row && !columns[column].lets_shrink());
        // In a table of one facet rows are not sums: they are one node, the outside.
        let row = if lattice.is_one_way() { 0 } else { row };
        let column = lattice.height + column;
        let (from, to) = if last_row != last_column { (column, row) } else { (row, column) };
        Arc { place, from, to, grows, shrinks }
    };
    hidden.map(arc).collect()
}

/// Returns the group of each node, where loose arcs join nodes into groups, and for each arc whether it is loose and closes
/// a cycle of loose arcs.
fn loose_groups(arcs: &[Arc], nodes: usize) -> (Vec<usize>, Vec<bool>) {
    let mut parents: Vec<usize> = (0..nodes).collect();
    let mut closing = vec![false; arcs.len()];
    for (arc, closing) in arcs.iter().zip(&mut closing).filter(|(arc, _)| arc.is_loose()) {
        let (from, to) = (root(&mut parents, arc.from), root(&mut parents, arc.to));
        *closing = from == to;
        parents[from.max(to)] = from.min(to);
    }
    let groups = (0..nodes).map(|node| root(&mut parents, node)).collect();
    (groups, closing)
}

fn root(parents: &mut [usize], mut node: usize) -> usize {
    while parents[node] != node {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    node
}

/// Walks along arcs that may grow, and against those that may shrink.
struct Walk {
    /// By node: where one can go, and by which arc.
    ways: Vec<Vec<(usize, usize)>>,
    /// By node: the number of the last walk that came by.
    seen: Vec<u32>,
    walks: u32,
    steps: usize,
    queue: Vec<usize>,
}

impl Walk {
    fn new(arcs: &[Arc], nodes: usize) -> Self {
        let mut ways = vec![Vec::new(); nodes];
        for (at, arc) in arcs.iter().enumerate() {
            if arc.grows {
                ways[arc.from].push((arc.to, at));
            }
            if arc.shrinks {
                ways[arc.to].push((arc.from, at));
            }
        }
        Self { ways, seen: vec![0; nodes], walks: 0, steps: 0, queue: Vec::new() }
    }

    /// Returns whether a way leads from one node to another that does not use an arc; no, once out of steps.
    fn leads(&mut self, from: usize, to: usize, without: usize) -> bool {
        self.walks += 1;
        self.queue.clear();
        self.queue.push(from);
        self.seen[from] = self.walks;
        let mut next = 0;
        while let Some(node) = self.queue.get(next).copied() {
            next += 1;
            for (neighbour, arc) in &self.ways[node] {
                self.steps += 1;
                if self.steps > STEPS_MAX {
                    return false;
                }
                if *arc == without || self.seen[*neighbour] == self.walks {
                    continue;
                }
                if *neighbour == to {
                    return true;
                }
                self.seen[*neighbour] = self.walks;
                self.queue.push(*neighbour);
            }
        }
        false
    }
}
