//! Whom to be connected to: enough nodes that changes spread fast and that no loss splits the network, few enough that
//! hundreds of nodes need no mesh of all with all. Knows ids and what two nodes share; never dials and never hears a message.
//!
//! A node keeps between [`LINKS_MIN`] and [`LINKS_MAX`] links, sampled at random from those that said where they are reached, so
//! that the network is close to a random regular graph: connected, and a few steps across. What only some may receive travels
//! among those alone, so each *circle* (one organisation's nodes, the nodes that act in one county) must hang together
//! by itself: of each circle a node is in, it keeps a few links inside.
//!
//! Both ends of a link decide for themselves. Room between the two bounds, a minimum age, one release at a time and a
//! growing rest after each lost link keep them from undoing each other's choices for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::id::{NodeId, OrganisationId};
use crate::membership::Membership;
use crate::scope::Scope;
use crate::time::Instant;

/// Links below which more are looked for.
pub const LINKS_MIN: usize = 8;
/// Links above which some are let go.
pub const LINKS_MAX: usize = 12;
/// Links beyond [`LINKS_MAX`] that stay if circles need them, and that are made for circles without any.
pub const LINKS_SLACK: usize = 4;
/// Links a node keeps inside each circle it is in: three random ones each hold a circle of any size together.
pub const CIRCLE_LINKS_MIN: usize = 3;

/// Links above which even some that a circle needs are let go.
const LINKS_TOTAL: usize = LINKS_MAX + LINKS_SLACK;
/// Most nodes dialled at one time.
const DIALS_MAX: usize = 4;
/// Time after which a dial that nobody reported on has failed.
const DIAL_TIMEOUT: Duration = Duration::from_secs(60);
/// Age below which a link is not let go.
const AGE_MIN: Duration = Duration::from_secs(60);
/// Age from which a link is trusted: what failed before is forgotten.
const AGE_TRUSTED: Duration = Duration::from_secs(600);
/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Time between two exchanges of one link for another.
const EXCHANGE_EVERY: Duration = Duration::from_secs(600);
/// Rest after a first failure; doubled with each further one.
const REST_FIRST: Duration = Duration::from_secs(15);
/// Longest rest.
const REST_MAX: Duration = Duration::from_secs(3_600);
/// Longest rest while there is no link at all.
const REST_ALONE: Duration = Duration::from_secs(60);
/// Most nodes whose failures are remembered.
const FAILURES_MAX: usize = 4_096;

/// Where numbers come from that nobody can foresee. Equal numbers give equal choices.
pub type Random<'a> = &'a mut dyn FnMut() -> u64;

/// The scopes for whose sake links to some nodes are kept, ascending.
pub type Circles = Arc<[Scope]>;

/// What matters of another node here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// For whom it acts.
    pub organisation: OrganisationId,
    /// The circles in which a link between it and this node counts, as [`circles`] returns them.
    pub circles: Circles,
}

/// A link that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// With whom.
    pub with: Candidate,
    /// Whether people asked for it: then it is never let go.
    pub kept: bool,
    /// Since when.
    pub since: Instant,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Connect to this node.
    Dial(NodeId),
    /// Let the link with this node go.
    Release(NodeId),
}

/// How often a node was lost or not reached, and when it was last.
#[derive(Debug, Clone, Copy)]
struct Failure {
    count: u32,
    last: Instant,
}

impl Failure {
    fn rest(&self, alone: bool) -> Duration {
        let rest = REST_FIRST.saturating_mul(1 << self.count.saturating_sub(1).min(16));
        rest.min(if alone { REST_ALONE } else { REST_MAX })
    }
}

/// Returns the circles in which a link between nodes of these organisations counts.
///
/// Within one organisation that is its own circle alone. Its nodes receive the same counties too, but if links among them counted
/// there, an organisation could be content with itself and cut off from the rest of its county.
pub fn circles(own: &OrganisationId, other: &OrganisationId, membership: &Membership) -> Circles {
    if own == other {
        return [Scope::Organisation(*own)].into();
    }
    match (membership.record(own), membership.record(other)) {
        (Some(own), Some(other)) => own.counties.intersection(&other.counties).copied().map(Scope::Region).collect(),
        _ => [].into(),
    }
}

/// Returns everyone whom `own`, a node of the organisation in which the membership stands, may connect to: the nodes of members that
/// say where they are reached. A node that several organisations certified counts for the first.
pub fn candidates(own: &NodeId, membership: &Membership) -> BTreeMap<NodeId, Candidate> {
    let mut shared: BTreeMap<OrganisationId, Circles> = BTreeMap::new();
    let mut candidates = BTreeMap::new();
    for (node, organisation, _) in membership.addresses().filter(|(node, ..)| node != own) {
        let circles =
            shared.entry(organisation).or_insert_with(|| circles(&membership.own(), &organisation, membership)).clone();
        candidates.entry(node).or_insert(Candidate { organisation, circles });
    }
    candidates
}

/// What is remembered between looks.
#[derive(Debug)]
pub struct Overlay {
    own: OrganisationId,
    pending: BTreeMap<NodeId, Instant>,
    failures: BTreeMap<NodeId, Failure>,
    /// A node dialled so that it may take another's place.
    newcomer: Option<NodeId>,
    look_at: Instant,
    exchange_at: Option<Instant>,
}

impl Overlay {
    /// Begins without links, for a node of this organisation; the first look is due at once.
    pub fn new(own: OrganisationId) -> Self {
        Self {
            own,
            pending: BTreeMap::new(),
            failures: BTreeMap::new(),
            newcomer: None,
            look_at: Instant::default(),
            exchange_at: None,
        }
    }

    /// Returns when the next look is due.
    pub fn deadline(&self) -> Instant {
        self.look_at
    }

    /// Notes that a node was dialled in vain, or that what answered could not be used.
    pub fn unreachable(&mut self, now: Instant, node: NodeId) {
        self.pending.remove(&node);
        self.newcomer.take_if(|newcomer| *newcomer == node);
        let count = self.failures.get(&node).map_or(1, |failure| failure.count.saturating_add(1));
        self.failures.insert(node, Failure { count, last: now });
        if self.failures.len() > FAILURES_MAX {
            let oldest =
                self.failures.iter().min_by_key(|(node, failure)| (failure.last, **node)).map(|(node, _)| *node);
            oldest.and_then(|node| self.failures.remove(&node));
        }
    }

    /// Notes that a link stands, whoever dialled.
    pub fn connected(&mut self, node: NodeId) {
        self.pending.remove(&node);
    }

    /// Notes that a link ended, whoever ended it. The node rests before it is dialled again, and a look is due soon.
    pub fn disconnected(&mut self, now: Instant, node: NodeId) {
        self.unreachable(now, node);
        self.look_at = self.look_at.min(now + Duration::from_secs(1));
    }

    /// Decides what to do about the links to members that stand. `candidates` are those whose address is known.
    pub fn look(
        &mut self,
        now: Instant,
        links: &BTreeMap<NodeId, Link>,
        candidates: &BTreeMap<NodeId, Candidate>,
        random: Random<'_>,
    ) -> Vec<Action> {
        self.look_at = now + jittered(LOOK_EVERY, random);
        self.tidy(now, links, candidates);
        let standing = View::of(self.own, links);
        let mut actions: Vec<_> =
            self.release(now, links, &standing, random).map(Action::Release).into_iter().collect();
        let mut free = self.free(now, links, candidates);
        let mut expected = standing;
        self.pending.keys().filter_map(|node| candidates.get(node)).for_each(|candidate| expected.add(candidate));
        for node in self.dial(now, expected, &mut free, random) {
            self.pending.insert(node, now + DIAL_TIMEOUT);
            actions.push(Action::Dial(node));
        }
        actions
    }

    /// Forgets what is over.
    fn tidy(&mut self, now: Instant, links: &BTreeMap<NodeId, Link>, candidates: &BTreeMap<NodeId, Candidate>) {
        let late: Vec<_> = self.pending.iter().filter(|(_, until)| **until <= now).map(|(node, _)| *node).collect();
        self.pending.retain(|node, _| !links.contains_key(node));
        late.into_iter().filter(|node| !links.contains_key(node)).for_each(|node| self.unreachable(now, node));
        self.failures.retain(|node, failure| {
            let trusted = links.get(node).is_some_and(|link| link.since + AGE_TRUSTED <= now);
            let gone = !links.contains_key(node) && !candidates.contains_key(node);
            !(trusted || gone && failure.last + REST_MAX <= now)
        });
    }

    /// Returns the candidates that could be dialled now.
    fn free<'a>(
        &self,
        now: Instant,
        links: &BTreeMap<NodeId, Link>,
        candidates: &'a BTreeMap<NodeId, Candidate>,
    ) -> BTreeMap<NodeId, &'a Candidate> {
        let alone = links.is_empty();
        let rested = |node| self.failures.get(node).is_none_or(|failure| failure.last + failure.rest(alone) <= now);
        let free = candidates
            .iter()
            .filter(|(node, _)| !links.contains_key(node) && !self.pending.contains_key(node) && rested(node));
        free.map(|(node, candidate)| (*node, candidate)).collect()
    }

    /// Chooses a link to let go: the one whose place was taken, or one of too many. Of far too many even one that a circle needs, but
    /// none that one's own organisation does.
    fn release(
        &mut self,
        now: Instant,
        links: &BTreeMap<NodeId, Link>,
        view: &View<'_>,
        random: Random<'_>,
    ) -> Option<NodeId> {
        let newcomer = self.newcomer.filter(|node| links.contains_key(node));
        if newcomer.is_some() {
            self.newcomer = None;
        }
        if links.len() <= LINKS_MIN || (newcomer.is_none() && links.len() <= LINKS_MAX) {
            return None;
        }
        let old =
            |(node, link): &(&NodeId, &Link)| !link.kept && link.since + AGE_MIN <= now && Some(**node) != newcomer;
        let old: Vec<_> = links.iter().filter(old).collect();
        let spare: Vec<_> = old.iter().copied().filter(|(_, link)| view.can_spare(&link.with)).collect();
        let crowded: Vec<_> = spare.iter().copied().filter(|(_, link)| view.is_crowded(&link.with, 0)).collect();
        let needed = if links.len() > LINKS_TOTAL { old } else { Vec::new() };
        let foreign: Vec<_> = needed.into_iter().filter(|(_, link)| link.with.organisation != self.own).collect();
        let most = foreign.iter().map(|(_, link)| view.others_beside(&link.with)).max();
        let least_needed = foreign.into_iter().filter(|(_, link)| Some(view.others_beside(&link.with)) == most);
        let pools = [crowded, spare, least_needed.collect()];
        let pool = pools.into_iter().find(|pool| !pool.is_empty())?;
        pick(&pool, random).map(|(node, _)| **node)
    }

    /// Chooses whom to dial: for circles that want links, for a number of links that is too small, or for an exchange.
    fn dial<'a>(
        &mut self,
        now: Instant,
        mut view: View<'a>,
        free: &mut BTreeMap<NodeId, &'a Candidate>,
        random: Random<'_>,
    ) -> Vec<NodeId> {
        let mut dialled = Vec::new();
        let room = DIALS_MAX.saturating_sub(self.pending.len());
        while dialled.len() < room {
            let chosen = view.wanted(free, random);
            let chosen = chosen.or_else(|| (view.total < LINKS_MIN).then(|| view.any(free, random)).flatten());
            let Some(node) = chosen else { break };
            let Some(candidate) = free.remove(&node) else { break };
            view.add(candidate);
            dialled.push(node);
        }
        let due = *self.exchange_at.get_or_insert_with(|| now + jittered(EXCHANGE_EVERY, random));
        if due <= now && dialled.is_empty() && room > 0 && (LINKS_MIN..=LINKS_MAX).contains(&view.total) {
            self.exchange_at = Some(now + jittered(EXCHANGE_EVERY, random));
            self.newcomer = view.any(free, random);
            dialled.extend(self.newcomer);
        }
        dialled
    }
}

/// Links counted: those that stand, and perhaps those that are being made.
struct View<'a> {
    own: OrganisationId,
    total: usize,
    organisations: BTreeMap<OrganisationId, usize>,
    /// Links in each circle that has any.
    circles: BTreeMap<&'a Scope, usize>,
}

impl<'a> View<'a> {
    fn of(own: OrganisationId, links: &'a BTreeMap<NodeId, Link>) -> Self {
        let mut view = Self { own, total: 0, organisations: BTreeMap::new(), circles: BTreeMap::new() };
        links.values().for_each(|link| view.add(&link.with));
        view
    }

    fn add(&mut self, with: &'a Candidate) {
        self.total += 1;
        *self.organisations.entry(with.organisation).or_default() += 1;
        with.circles.iter().for_each(|circle| *self.circles.entry(circle).or_default() += 1);
    }

    fn links_in(&self, circle: &Scope) -> usize {
        self.circles.get(circle).copied().unwrap_or_default()
    }

    /// Returns how many other links there are in that one of its circles that has the fewest.
    fn others_beside(&self, with: &Candidate) -> usize {
        let others = with.circles.iter().map(|circle| self.links_in(circle).saturating_sub(1));
        others.min().unwrap_or(usize::MAX)
    }

    /// Returns whether all links go to one's own organisation, so far.
    fn is_inbred(&self) -> bool {
        self.organisations.keys().all(|organisation| *organisation == self.own)
    }

    /// Returns whether with `more` links to it, its organisation would have more than half of all.
    fn is_crowded(&self, with: &Candidate, more: usize) -> bool {
        let links = self.organisations.get(&with.organisation).copied().unwrap_or_default() + more;
        links * 2 > (self.total + more).max(LINKS_MIN)
    }

    /// Returns whether no circle falls short without this link, and it is not the only one to another organisation.
    fn can_spare(&self, with: &Candidate) -> bool {
        let inside = self.organisations.get(&self.own).copied().unwrap_or_default();
        let only_one_outside = with.organisation != self.own && self.total <= inside + 1;
        !only_one_outside && self.others_beside(with) >= CIRCLE_LINKS_MIN
    }

    /// Returns how many links a circle should have. The more links there are in all, the less is done for counties: others of the
    /// county look after them too. An organisation has only its own nodes.
    fn enough(&self, circle: &Scope) -> usize {
        match (self.total, circle) {
            (0..LINKS_MAX, _) | (LINKS_MAX..=LINKS_TOTAL, Scope::Organisation(_)) => CIRCLE_LINKS_MIN,
            (LINKS_MAX..LINKS_TOTAL, _) => 1,
            _ => 0,
        }
    }

    fn is_wanting(&self, circle: &Scope) -> bool {
        self.links_in(circle) < self.enough(circle)
    }

    /// Chooses a node of the circle with the fewest links among those that want more. Of two drawn, the one that helps more
    /// circles: always taking the very best would send everyone to the few nodes that are in all circles.
    fn wanted(&self, free: &BTreeMap<NodeId, &Candidate>, random: Random<'_>) -> Option<NodeId> {
        let help = |candidate: &Candidate| candidate.circles.iter().filter(|circle| self.is_wanting(circle)).count();
        let helpful: BTreeSet<_> = free.values().flat_map(|candidate| candidate.circles.iter()).collect();
        let wanting: Vec<_> = helpful.into_iter().filter(|circle| self.is_wanting(circle)).collect();
        let least = wanting.iter().map(|circle| self.links_in(circle)).min()?;
        let wanting: Vec<_> = wanting.into_iter().filter(|circle| self.links_in(circle) == least).collect();
        let circle = *pick(&wanting, random)?;
        let inside: Vec<_> = free.iter().filter(|(_, candidate)| candidate.circles.contains(circle)).collect();
        let (one, other) = (pick(&inside, random)?, pick(&inside, random)?);
        let better = if help(other.1) > help(one.1) { other } else { one };
        Some(*better.0)
    }

    /// Chooses any node: of another organisation if there is no link to one, and of none that has half of the links, where
    /// there is a choice.
    fn any(&self, free: &BTreeMap<NodeId, &Candidate>, random: Random<'_>) -> Option<NodeId> {
        let (inbred, own) = (self.is_inbred(), self.own);
        let outside = |candidate: &Candidate| inbred && candidate.organisation != own;
        let mixed = |candidate: &Candidate| !self.is_crowded(candidate, 1);
        let nodes_where = |fits: &dyn Fn(&Candidate) -> bool| -> Vec<NodeId> {
            free.iter().filter(|(_, candidate)| fits(candidate)).map(|(node, _)| *node).collect()
        };
        let pools = [nodes_where(&outside), nodes_where(&mixed), nodes_where(&|_| true)];
        pick(pools.iter().find(|pool| !pool.is_empty())?, random).copied()
    }
}

fn pick<'a, T>(pool: &'a [T], random: Random<'_>) -> Option<&'a T> {
    let length = u64::try_from(pool.len()).ok().filter(|length| *length > 0)?;
    pool.get(usize::try_from(random() % length).ok()?)
}

/// Returns a time between three quarters and five quarters of this one, so that nodes do not march in step.
fn jittered(time: Duration, random: Random<'_>) -> Duration {
    let permille = u32::try_from(random() % 501).unwrap_or_default();
    time * (750 + permille) / 1_000
}

#[cfg(test)]
mod tests;
