//! What happens to links and nodes: dialling, breaking, crashing, starting, and the steps of a scenario's plan.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use talkoot_protocol::id::NodeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::input::{Input, Token};
use talkoot_protocol::wire::message::WINDOW_BYTES;

use super::invariant::{self, Held};
use super::ledger::Known;
use super::network::{Flow, Frame, Link, Pair, pair};
use super::node::Submission;
use super::run::{Happening, World};
use super::scenario::{Publish, What};

/// Time before a link that is down is dialled again.
const REDIAL: (Duration, Duration) = (Duration::from_millis(500), Duration::from_millis(1_500));

fn end_of((one, other): Pair, end: usize) -> usize {
    if end == 0 { one } else { other }
}

impl World {
    fn runs(&self, node: usize) -> bool {
        self.nodes[node].engine.is_some()
    }

    /// Dials a node that an engine wants to reach.
    pub(super) fn dial_once(&mut self, at: usize, node: NodeId) {
        let ends = self.number_of(&node).map(|to| pair(at, to));
        if let Some(ends) = ends {
            self.network.links.entry(ends).or_insert_with(|| Link { dialler: Some(at), ..Link::default() });
            self.schedule.after(Duration::from_millis(1), Happening::Dial(ends));
        }
    }

    pub(super) fn dial(&mut self, ends: Pair) -> Held {
        let now = self.schedule.now();
        let Some(link) = self.network.links.get(&ends).filter(|link| link.session.is_none()) else { return Ok(()) };
        let (banned, dialler) = (link.banned, link.dialler);
        if !self.runs(ends.0) || !self.runs(ends.1) || !self.network.passes(ends) || banned > now {
            if let Some(at) = dialler {
                self.network.links.remove(&ends);
                let other = self.nodes[if at == ends.0 { ends.1 } else { ends.0 }].id;
                return self.tell(at, Input::Unreachable(other));
            }
            let again = now + self.random.between(REDIAL.0, REDIAL.1);
            self.schedule.at(again.max(banned), Happening::Dial(ends));
            return Ok(());
        }
        let session = self.network.begin(ends, now);
        let (least, most) = self.scenario.latency_ms.ends();
        for end in 0..2 {
            let at = now + self.random.between(least, most);
            if let Some(session) = self.network.session(ends, session) {
                session.clear[end] = at;
            }
            self.schedule.at(at, Happening::Opened { ends, session, end });
        }
        Ok(())
    }

    pub(super) fn opened(&mut self, ends: Pair, id: u64, end: usize) -> Held {
        let Some(session) = self.network.session(ends, id).filter(|session| !session.broken) else { return Ok(()) };
        session.open[end] = true;
        let began = Flow { granted: WINDOW_BYTES, sent: 0 };
        self.network.flows.insert((end_of(ends, end), end_of(ends, 1 - end)), began);
        let (at, peer) = (end_of(ends, end), end_of(ends, 1 - end));
        self.note(at, || format!("has a session with n{peer}"));
        let peer = self.nodes[peer].id;
        self.tell(at, Input::Connected(peer))
    }

    pub(super) fn arrived(&mut self, ends: Pair, id: u64, end: usize, frame: Frame) -> Held {
        match self.network.session(ends, id) {
            Some(session) if !session.broken && session.open[end] => {
                self.arrive(end_of(ends, 1 - end), end_of(ends, end), frame)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn closed(&mut self, ends: Pair, id: u64, end: usize) -> Held {
        let Some(session) = self.network.session(ends, id) else { return Ok(()) };
        let was_open = std::mem::take(&mut session.open[end]);
        session.closed[end] = true;
        if session.closed == [true; 2]
            && let Some(link) = self.network.links.get_mut(&ends)
        {
            link.session = None;
            if !link.kept {
                self.network.links.remove(&ends);
            }
            let again = self.random.between(REDIAL.0, REDIAL.1);
            self.schedule.after(again, Happening::Dial(ends));
        }
        let (at, peer) = (end_of(ends, end), end_of(ends, 1 - end));
        if !was_open || !self.runs(at) {
            return Ok(());
        }
        self.note(at, || format!("has lost n{peer}"));
        let peer = self.nodes[peer].id;
        self.tell(at, Input::Disconnected(peer))
    }

    /// Ends the session of a link: nothing under way arrives, and both ends hear of it a little later.
    pub(super) fn break_link(&mut self, ends: Pair) {
        let Some(session) = self.network.links.get_mut(&ends).and_then(|link| link.session.as_mut()) else { return };
        if std::mem::replace(&mut session.broken, true) {
            return;
        }
        let session = session.id;
        for end in 0..2 {
            let hears = self.random.between(Duration::from_micros(100), Duration::from_millis(50));
            self.schedule.after(hears, Happening::Closed { ends, session, end });
        }
    }

    /// Stops a node at once. Of what is being written, nothing, a part or all has become durable.
    pub(super) fn crash(&mut self, at: usize, down: Duration) {
        if !self.runs(at) {
            return;
        }
        self.note(at, || "crashes".into());
        let now = self.schedule.now();
        let writing = self.nodes[at].disk.writing.as_ref().map_or(0, |writing| writing.changes.len());
        let durable = match self.choice.below(3) {
            0 => 0,
            1 => self.choice.below(writing + 1),
            _ => usize::MAX,
        };
        let durable = if self.nodes[at].disk.full { 0 } else { durable };
        let written = self.nodes[at].disk.finish(durable).map(|(_, _, written)| written).unwrap_or_default();
        written.iter().for_each(|known| self.model.hold(at, known, now));
        self.nodes[at].stop();
        for (ends, session) in self.network.sessions_of(at) {
            self.break_link(ends);
            if let Some(session) = self.network.session(ends, session) {
                session.open[usize::from(ends.1 == at)] = false;
            }
        }
        self.schedule.after(down, Happening::Start(at));
    }

    /// Starts a node from its log.
    pub(super) fn start(&mut self, at: usize) -> Held {
        if self.runs(at) || self.nodes[at].gone {
            return Ok(());
        }
        let (seed, with_notes) = (self.choice.draw(), self.choice.chance(0.5));
        let node = &mut self.nodes[at];
        node.judged = Duration::ZERO;
        node.start(seed, with_notes);
        self.note(at, || "starts".into());
        if self.scenario.finds_links && self.nodes[at].life == 1 {
            let changes = vec![self.nodes[at].address.clone()];
            self.schedule.after(Duration::ZERO, Happening::Submit { node: at, changes });
        }
        if self.nodes[at].honest() {
            invariant::kept(self, at)?;
        }
        invariant::after(self, at, 0)
    }

    pub(super) fn submit(&mut self, at: usize, changes: Vec<Arc<Known>>) -> Held {
        let node = &mut self.nodes[at];
        if node.gone {
            return Ok(());
        }
        if node.engine.is_none() {
            self.schedule.after(Duration::from_secs(1), Happening::Submit { node: at, changes });
            return Ok(());
        }
        node.next_token += 1;
        let token = node.next_token;
        let encoded = changes.iter().map(|known| known.bytes.clone()).collect();
        let narrow = changes.iter().filter(|known| known.scope != Scope::Network);
        narrow.for_each(|known| self.canaries.add(known));
        self.note(at, || format!("is given {} by its workers", changes.len()));
        self.nodes[at].open.insert(token, Submission { changes });
        self.tell(at, Input::Submitted { token: Token(token), changes: encoded })
    }

    pub(super) fn step(&mut self, step: usize) -> Held {
        let Some(what) = self.scenario.steps.get(step).map(|step| step.what.clone()) else { return Ok(()) };
        match what {
            What::Publish(publish) => self.publish(&publish),
            What::Partition(groups) => self.partition(&groups),
            What::Heal(_) => self.network.groups = None,
            What::Crash { nodes, down_s } => {
                for at in self.these(&nodes) {
                    self.crash(at, Duration::from_secs_f64(down_s));
                }
            }
            What::DiskFull { nodes, for_s } => {
                for at in self.these(&nodes) {
                    self.nodes[at].disk.full = true;
                    self.schedule.after(Duration::from_secs_f64(for_s), Happening::Room(at));
                }
            }
            What::Join(nodes) => {
                nodes.iter().for_each(|at| self.schedule.after(Duration::ZERO, Happening::Start(*at)));
            }
            What::Leave(share) => self.leave(share),
            What::Damage { node, records } => return self.damage(node, records),
            What::Endorse { organisation, by } => self.endorse(organisation, &by),
        }
        Ok(())
    }

    /// Returns these nodes, or a random one.
    fn these(&mut self, nodes: &[usize]) -> Vec<usize> {
        if nodes.is_empty() { vec![self.choice.below(self.nodes.len())] } else { nodes.to_vec() }
    }

    fn honest_of(&self, house: Option<usize>) -> Vec<usize> {
        let of_house = |at: &usize| house.is_none_or(|house| self.nodes[*at].house == house);
        (0..self.nodes.len()).filter(of_house).filter(|at| self.nodes[*at].honest() && !self.nodes[*at].gone).collect()
    }

    /// Lets workers write: each report at one node, its edits a little later at any node of the same organisation.
    fn publish(&mut self, publish: &Publish) {
        let candidates = if publish.nodes.is_empty() { self.honest_of(None) } else { publish.nodes.clone() };
        let over = Duration::from_secs_f64(publish.over_s);
        let batch = publish.batch.max(1);
        let mut left = publish.count;
        while left > 0 {
            let Some(at) = self.choice.pick(&candidates) else { return };
            let house = self.nodes[at].house;
            let when = self.choice.between(Duration::ZERO, over);
            let mut changes = Vec::new();
            for _ in 0..batch.min(left) {
                let number = self.numbers[house];
                self.numbers[house] += 1;
                changes.push(self.company.report(house, 0, publish.audience, number).1);
                self.publish_edits(house, publish, number, when);
            }
            left -= changes.len();
            self.schedule.after(when, Happening::Submit { node: at, changes });
        }
    }

    fn publish_edits(&mut self, house: usize, publish: &Publish, number: u64, when: Duration) {
        let desks = self.honest_of(Some(house));
        for edit in 1..=publish.edits {
            let Some(at) = self.choice.pick(&desks) else { return };
            let later = self.choice.between(Duration::from_millis(10), Duration::from_millis(2_000));
            let change = self.company.edit(house, publish.audience, number, edit).1;
            self.schedule.after(when + later, Happening::Submit { node: at, changes: vec![change] });
        }
    }

    /// Stops nodes for good: what only they hold is gone with them.
    fn leave(&mut self, share: f64) {
        let mut leaving = self.honest_of(None);
        self.choice.shuffle(&mut leaving);
        leaving.truncate((leaving.len() as f64 * share) as usize);
        for at in leaving {
            self.nodes[at].gone = true;
            self.crash(at, Duration::ZERO);
            self.model.leave(at);
        }
    }

    fn partition(&mut self, groups: &[Vec<usize>]) {
        let of = |node: usize| groups.iter().position(|group| group.contains(&node)).unwrap_or(groups.len());
        let of: Vec<_> = (0..self.nodes.len()).map(of).collect();
        let cut: Vec<_> = self.network.links.keys().copied().filter(|(one, other)| of[*one] != of[*other]).collect();
        self.network.groups = Some(of);
        cut.into_iter().for_each(|ends| self.break_link(ends));
    }

    /// Damages records of a node that somebody else still holds.
    fn damage(&mut self, at: usize, records: usize) -> Held {
        let others =
            |fact: &&super::model::Fact| fact.holders.contains(at) && fact.holders.iter().any(|node| node != at);
        let ids: Vec<_> = self.model.facts().filter(others).map(|fact| fact.known.id).collect();
        let mut chosen = BTreeSet::new();
        for _ in 0..records {
            chosen.extend(self.choice.pick(&ids));
        }
        for id in chosen {
            let Some(ordinal) = self.nodes[at].disk.damage(&id).filter(|_| self.runs(at)) else { continue };
            self.model.lose(at, &id);
            self.note(at, || format!("has lost {} to damage", id.short()));
            self.tell(at, Input::Lost(ordinal))?;
        }
        Ok(())
    }

    fn endorse(&mut self, organisation: usize, by: &[usize]) {
        for house in by {
            let changes = self.company.endorsement(*house, organisation);
            if let Some(at) = self.honest_of(Some(*house)).first().copied() {
                self.schedule.after(Duration::ZERO, Happening::Submit { node: at, changes });
            }
        }
    }
}
