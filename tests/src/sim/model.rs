//! The small slow truth beside the engines: who may hold what, and who does. It is told what becomes durable where and computes from
//! topology, charter and endorsements who must end up with it. It never asks an engine anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::scope::Scope;

use super::company::Company;
use super::ledger::Known;

/// A set of node numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, node: usize) {
        if self.0.len() <= node / 64 {
            self.0.resize(node / 64 + 1, 0);
        }
        self.0[node / 64] |= 1 << (node % 64);
    }

    fn remove(&mut self, node: usize) {
        if let Some(word) = self.0.get_mut(node / 64) {
            *word &= !(1 << (node % 64));
        }
    }

    /// Returns whether a node is in it.
    pub fn contains(&self, node: usize) -> bool {
        self.0.get(node / 64).is_some_and(|word| word & (1 << (node % 64)) != 0)
    }

    fn union(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// Returns how many are in this set and not in the other.
    pub fn beyond(&self, other: &Self) -> usize {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        self.0.iter().zip(others).map(|(word, other)| (word & !other).count_ones() as usize).sum()
    }

    /// Returns its members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|node| self.contains(*node))
    }
}

/// A change that is durable somewhere.
#[derive(Debug)]
pub struct Fact {
    /// The change.
    pub known: Arc<Known>,
    /// Honest nodes that hold it.
    pub holders: Set,
    /// Honest nodes that must come to hold it.
    pub targets: Set,
    /// When it first became durable; `None` for what was there from the start.
    pub since: Option<Duration>,
    /// When the last node took it.
    pub last: Duration,
    /// All nodes that hold it, hostile ones too.
    has: Set,
    /// Hops it took to each node that took it during the run.
    hops: BTreeMap<usize, u8>,
}

impl Fact {
    /// Returns the most hops it took to any node.
    pub fn hops_max(&self) -> u8 {
        self.hops.values().copied().max().unwrap_or_default()
    }
}

/// What is true of a run.
#[derive(Debug)]
pub struct Model {
    company: Arc<Company>,
    /// House of each node.
    houses: Vec<usize>,
    /// Whether each node is honest and not gone for good.
    honest: Vec<bool>,
    neighbours: Vec<BTreeSet<usize>>,
    endorsed: BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
    members: BTreeSet<OrganisationId>,
    components: BTreeMap<Scope, Vec<Option<usize>>>,
    facts: BTreeMap<ChangeId, Fact>,
    missing: usize,
    /// Never walked, only asked.
    carried: HashMap<(usize, ChangeId), usize>,
}

impl Model {
    /// Begins with who sits where, who is honest, and who is kept connected to whom.
    pub fn new(company: Arc<Company>, houses: Vec<usize>, honest: Vec<bool>, links: &[(usize, usize)]) -> Self {
        let mut neighbours = vec![BTreeSet::new(); houses.len()];
        for (one, other) in links {
            neighbours[*one].insert(*other);
            neighbours[*other].insert(*one);
        }
        let members = company.houses.iter().filter(|house| house.founder).map(|house| house.id).collect();
        Self {
            company,
            houses,
            honest,
            neighbours,
            endorsed: BTreeMap::new(),
            members,
            components: BTreeMap::new(),
            facts: BTreeMap::new(),
            missing: 0,
            carried: HashMap::new(),
        }
    }

    /// Returns what is durable somewhere, ascending by id.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// Returns how many copies are still to be made.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Returns whether a node's organisation is a member by all that was ever endorsed.
    pub fn is_member(&self, node: usize) -> bool {
        self.members.contains(&self.company.houses[self.houses[node]].id)
    }

    /// Returns whether a scope is for a node, by all that was ever endorsed.
    pub fn entitled(&self, scope: &Scope, node: usize) -> bool {
        let house = &self.company.houses[self.houses[node]];
        match scope {
            Scope::Organisation(owner) => *owner == house.id,
            Scope::Network => self.is_member(node),
            Scope::Region(county) => self.is_member(node) && *county == house.county,
        }
    }

    /// Returns, for each node, which group of honest nodes it can reach through nodes for which the scope is; `None`: it is not for it.
    fn components(&mut self, scope: &Scope) -> &Vec<Option<usize>> {
        if !self.components.contains_key(scope) {
            let mut labels = vec![None; self.houses.len()];
            for start in 0..labels.len() {
                self.spread(scope, start, &mut labels);
            }
            self.components.insert(*scope, labels);
        }
        &self.components[scope]
    }

    fn spread(&self, scope: &Scope, start: usize, labels: &mut [Option<usize>]) {
        let takes = |node: usize| self.honest[node] && self.entitled(scope, node);
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if labels[node].is_none() && takes(node) {
                labels[node] = Some(start);
                open.extend(&self.neighbours[node]);
            }
        }
    }

    /// Returns the honest nodes that must come to hold what this node holds.
    fn reach(&mut self, scope: &Scope, node: usize) -> Set {
        let labels = self.components(scope);
        let mut set = Set::default();
        set.insert(node);
        if let Some(label) = labels[node] {
            labels
                .iter()
                .enumerate()
                .filter(|(_, other)| **other == Some(label))
                .for_each(|(node, _)| set.insert(node));
        }
        set
    }

    /// Notes that a delivery of a change reached a node; returns whether it had it already.
    pub fn carry(&mut self, from: usize, to: usize, id: ChangeId) -> bool {
        let held = self.facts.get(&id).is_some_and(|fact| fact.has.contains(to));
        if !held {
            self.carried.entry((to, id)).or_insert(from);
        }
        held
    }

    /// Notes that a change is durable at a node from the start.
    pub fn begin_with(&mut self, node: usize, known: &Arc<Known>) {
        self.take(node, known, None, Duration::ZERO);
    }

    /// Notes that a change is now durable at a node.
    pub fn hold(&mut self, node: usize, known: &Arc<Known>, now: Duration) {
        self.take(node, known, Some(now), now);
    }

    fn take(&mut self, node: usize, known: &Arc<Known>, since: Option<Duration>, now: Duration) {
        let id = known.id;
        let from = self.carried.remove(&(node, id));
        let reach = if self.honest[node] { self.reach(&known.scope, node) } else { Set::default() };
        let fresh = !self.facts.contains_key(&id);
        let fact = self.facts.entry(id).or_insert_with(|| Fact {
            known: known.clone(),
            holders: Set::default(),
            targets: Set::default(),
            since,
            last: now,
            has: Set::default(),
            hops: BTreeMap::new(),
        });
        fact.has.insert(node);
        if since.is_some() {
            let hops = from.map_or(0, |from| fact.hops.get(&from).copied().unwrap_or_default().saturating_add(1));
            fact.hops.entry(node).or_insert(hops);
        }
        fact.last = now;
        let before = fact.targets.beyond(&fact.holders);
        if self.honest[node] {
            fact.holders.insert(node);
            fact.targets.union(&reach);
        }
        self.missing = self.missing + fact.targets.beyond(&fact.holders) - before;
        if let Some((by, whom)) = known.endorses.filter(|_| fresh) {
            self.endorse(by, whom);
        }
    }

    /// Notes that a node's record of a change is damaged.
    pub fn lose(&mut self, node: usize, id: &ChangeId) {
        let Some(fact) = self.facts.get_mut(id) else { return };
        let before = fact.targets.beyond(&fact.holders);
        fact.holders.remove(node);
        fact.has.remove(node);
        fact.hops.remove(&node);
        self.missing = self.missing + fact.targets.beyond(&fact.holders) - before;
    }

    /// Notes that a node is gone for good: nothing need reach it, and what only it held need reach nobody.
    pub fn leave(&mut self, node: usize) {
        self.honest[node] = false;
        self.components.clear();
        for fact in self.facts.values_mut() {
            fact.holders.remove(node);
            fact.targets.remove(node);
            if fact.holders.iter().next().is_none() {
                fact.targets = Set::default();
            }
        }
        self.missing = self.facts.values().map(|fact| fact.targets.beyond(&fact.holders)).sum();
    }

    /// Takes in an endorsement: from now on more may be for more nodes.
    fn endorse(&mut self, by: OrganisationId, whom: OrganisationId) {
        self.endorsed.entry(whom).or_default().insert(by);
        self.members = members(&self.company, &self.endorsed);
        self.components.clear();
        let ids: Vec<_> = self.facts.keys().copied().collect();
        for id in ids {
            let Some((scope, holders)) = self.facts.get(&id).map(|fact| (fact.known.scope, fact.holders.clone()))
            else {
                continue;
            };
            let reach: Vec<_> = holders.iter().map(|node| self.reach(&scope, node)).collect();
            let Some(fact) = self.facts.get_mut(&id) else { continue };
            let before = fact.targets.beyond(&fact.holders);
            reach.iter().for_each(|reach| fact.targets.union(reach));
            self.missing = self.missing + fact.targets.beyond(&fact.holders) - before;
        }
    }

    /// Returns groups of nodes that must agree on a scope: each with at least two nodes.
    pub fn groups(&mut self, scope: &Scope) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (node, label) in self.components(scope).iter().enumerate() {
            if let Some(label) = label {
                groups.entry(*label).or_default().push(node);
            }
        }
        groups.into_values().filter(|group| group.len() > 1).collect()
    }

    /// Returns the heads of every document among what honest nodes hold: changes on which no other one builds. What only hostile
    /// nodes hold is for nobody to find.
    pub fn heads(&self) -> BTreeMap<DocumentId, BTreeSet<ChangeId>> {
        let held = || self.facts.values().filter(|fact| fact.holders.iter().next().is_some()).map(|fact| &fact.known);
        let built_on: BTreeSet<_> = held().flat_map(|known| known.dependencies.iter().copied()).collect();
        let mut heads: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for known in held().filter(|known| !built_on.contains(&known.id)) {
            heads.entry(known.document).or_default().insert(known.id);
        }
        heads
    }
}

/// Returns the members: founders, and whom enough members endorse. Slow and plain on purpose.
pub fn members(
    company: &Company,
    endorsed: &BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
) -> BTreeSet<OrganisationId> {
    let mut members: BTreeSet<_> = company.charter.founders.iter().copied().collect();
    loop {
        let before = members.len();
        for (whom, by) in endorsed {
            if by.iter().filter(|by| members.contains(by)).count() >= usize::from(company.charter.threshold) {
                members.insert(*whom);
            }
        }
        if members.len() == before {
            return members;
        }
    }
}
