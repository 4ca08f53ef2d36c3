//! Can a hidden count be worked out from the shown ones? Exact, for tables of one or two facets that add up.
//!
//! A table with margins is a flow: each row and each column is a node, each count an arc between its row and its column, and
//! "parts make the margin" says that as much flows in as out. Tables with the same shown counts differ by flows around
//! cycles of hidden arcs. A hidden count can be one more if its arc lies on such a cycle, and one less if its reversed arc
//! does; a reader knows that a hidden count is at least its floor (nothing, since zeros may be hidden too, or what was said of it), so an
//! arc at its floor cannot be reversed; and where
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
    let on_loose_cycle = loose_cycles(&Ways::new(&arcs, nodes, Arc::is_loose), &arcs);
    let ways = Ways::new(&arcs, nodes, |_| true);
    let circles = circles(&ways);
    let mut walk = Walk::new(&ways);
    let mut is_safe = |(at, arc): (usize, &Arc)| match arc.is_loose() {
        // What goes one way only comes back by other arcs, if it comes back.
        false => circles[arc.from] == circles[arc.to],
        true => on_loose_cycle[at] || walk.leads(arc.to, arc.from, at) || walk.leads(arc.from, arc.to, at),
    };
    arcs.iter().enumerate().filter(|entry| !is_safe(*entry)).map(|(_, arc)| arc.place).collect()
}

/// What stands in the way within one line: nothing, where at most one part can be other than zero, since it is then the margin.
#[derive(Clone, Copy)]
struct Bound {
    margin: u64,
    /// The largest part, if parts and margin are told apart.
    greatest: Option<u64>,
}

impl Bound {
    fn new(lattice: &Lattice, line: Line, measure: fn(&Tally) -> u64) -> Self {
        let may_count = |part: &usize| lattice.hidden[*part] || measure(&lattice.tallies[*part]) > 0;
        let parts = lattice.parts(line).filter(may_count).map(|part| measure(&lattice.tallies[part]));
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
        let free = (!last_column || rows[row].lets_shrink()) && (!last_row || columns[column].lets_shrink());
        let shrinks = value > lattice.floors[place] && free;
        // In a table of one facet rows are not sums: they are one node, the outside.
        let row = if lattice.is_one_way() { 0 } else { row };
        let column = lattice.height + column;
        let (from, to) = if last_row != last_column { (column, row) } else { (row, column) };
        Arc { place, from, to, grows, shrinks }
    };
    hidden.map(arc).collect()
}

/// Where one can go: along arcs that may grow, and against those that may shrink.
struct Ways {
    /// By node: the nodes it leads to, and by which arc.
    from: Vec<Vec<(usize, usize)>>,
}

impl Ways {
    fn new(arcs: &[Arc], nodes: usize, takes: impl Fn(&Arc) -> bool) -> Self {
        let mut from = vec![Vec::new(); nodes];
        for (at, arc) in arcs.iter().enumerate().filter(|(_, arc)| takes(arc)) {
            if arc.grows {
                from[arc.from].push((arc.to, at));
            }
            if arc.shrinks {
                from[arc.to].push((arc.from, at));
            }
        }
        Self { from }
    }

    fn reversed(&self) -> Self {
        let mut from = vec![Vec::new(); self.from.len()];
        for (node, ways) in self.from.iter().enumerate() {
            ways.iter().for_each(|(to, arc)| from[*to].push((node, *arc)));
        }
        Self { from }
    }

    /// Goes to every node from each start not yet seen: depth first, children before parents. Calls `leave` with each node
    /// as it is left and the start it was reached from.
    fn visit(&self, starts: impl Iterator<Item = usize>, mut leave: impl FnMut(usize, usize)) {
        let mut next = vec![0; self.from.len()];
        let mut seen = vec![false; self.from.len()];
        for start in starts {
            let mut stack = Vec::new();
            if !std::mem::replace(&mut seen[start], true) {
                stack.push(start);
            }
            while let Some(node) = stack.last().copied() {
                let way = self.from[node].get(next[node]);
                next[node] += 1;
                match way {
                    None => {
                        leave(node, start);
                        stack.pop();
                    }
                    Some((to, _)) if !std::mem::replace(&mut seen[*to], true) => stack.push(*to),
                    Some(_) => {}
                }
            }
        }
    }
}

/// Returns for each node the name of its circle: two nodes are in one if each leads to the other (Kosaraju and Sharir).
fn circles(ways: &Ways) -> Vec<usize> {
    let mut left = Vec::with_capacity(ways.from.len());
    ways.visit(0..ways.from.len(), |node, _| left.push(node));
    let mut circles = vec![0; ways.from.len()];
    ways.reversed().visit(left.into_iter().rev(), |node, start| circles[node] = start);
    circles
}

/// Returns for each arc whether it lies on a cycle of loose arcs, which can be walked either way.
///
/// Loose arcs that are not in a spanning forest close such a cycle; an arc of the forest lies on one if a closing arc joins
/// what is below it with the rest. To see that, each closing arc puts one mark on both its ends: marks meet (and cancel)
/// below an arc only in pairs. Should different marks cancel by accident, the arc is only looked at more closely.
fn loose_cycles(loose: &Ways, arcs: &[Arc]) -> Vec<bool> {
    let nodes = loose.from.len();
    let (mut order, mut above) = (Vec::with_capacity(nodes), vec![None; nodes]);
    let mut seen = vec![false; nodes];
    for start in 0..nodes {
        let mut next = order.len();
        if !std::mem::replace(&mut seen[start], true) {
            order.push(start);
        }
        while let Some(node) = order.get(next).copied() {
            next += 1;
            for (to, arc) in &loose.from[node] {
                if !std::mem::replace(&mut seen[*to], true) {
                    above[*to] = Some((node, *arc));
                    order.push(*to);
                }
            }
        }
    }
    let mut on_cycle: Vec<bool> = arcs.iter().map(Arc::is_loose).collect();
    above.iter().flatten().for_each(|(_, arc)| on_cycle[*arc] = false);
    let mut marks = vec![0u64; nodes];
    for (at, arc) in arcs.iter().enumerate().filter(|(at, _)| on_cycle[*at]) {
        let mark = mix(at as u64 + 1);
        marks[arc.from] ^= mark;
        marks[arc.to] ^= mark;
    }
    for node in order.into_iter().rev() {
        if let Some((parent, arc)) = above[node] {
            on_cycle[arc] = marks[node] != 0;
            marks[parent] ^= marks[node];
        }
    }
    on_cycle
}

/// Spreads a number over 64 bits.
const fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 32
}

/// Looks for ways that avoid an arc.
struct Walk<'w> {
    ways: &'w Ways,
    /// By node: the number of the last walk that came by.
    seen: Vec<u32>,
    walks: u32,
    steps: usize,
    queue: Vec<usize>,
}

impl<'w> Walk<'w> {
    fn new(ways: &'w Ways) -> Self {
        Self { ways, seen: vec![0; ways.from.len()], walks: 0, steps: 0, queue: Vec::new() }
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
            for (neighbour, arc) in &self.ways.from[node] {
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
