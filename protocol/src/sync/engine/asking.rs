//! Comparing a scope with a peer, from the side that begins: the one that holds fewer changes.
//!
//! One peer a scope at a time: what that one sends, no other need send. The way is chosen by what is known: nearly nothing
//! here, or very much lacking, and everything is listed by hashes; else coded symbols from the cells kept; if those cannot be
//! decoded, once under a fresh key; if that fails too, by ranges, which always ends.

use std::cmp::Reverse;
use std::time::Duration;

use crate::id::NodeId;
use crate::scope::Scope;
use crate::sync::effect::Offence;
use crate::sync::have;
use crate::sync::ranges::Ranges;
use crate::sync::session::{ANSWER_WITHIN, Session, WANTED_MAX};
use crate::sync::sketch::{self, CELLS_MAX, Snapshot, first_block};
use crate::time::Instant;
use crate::wire::message::{Message, Outcome};

use super::Engine;

/// Cells under a fresh key: enough for some 2,900 changes; each costs a walk over the set.
pub(super) const FRESH_CELLS: usize = 4_096;
/// What a change lacking costs by coded symbols, in bytes: about 1.4 cells of 26.
const CODED_BYTES: u64 = 36;
/// Differences beyond this do not fit the cells that are kept.
const CODED_MAX: u64 = 11_000;
/// Time without progress after which another peer may take over; what still comes from the first is welcome.
const STALLS_AFTER: Duration = Duration::from_secs(3);
/// Shortest pause between two comparisons with one peer; doubled for each that led nowhere.
const PAUSE: Duration = Duration::from_millis(50);
/// Most doublings of [`PAUSE`].
const PAUSE_DOUBLINGS_MAX: u32 = 12;

/// A comparison of ours.
#[derive(Debug)]
pub(super) struct Pull {
    /// With whom.
    pub(super) node: NodeId,
    /// Under which number of ours.
    pub(super) number: u32,
    /// How far it is.
    pub(super) stage: Stage,
    /// When to give up, unless it moves on.
    pub(super) until: Instant,
    /// When another peer may take its place, unless it moves on; `None` once that has come.
    pub(super) stalls_at: Option<Instant>,
    /// Changes that are to come because of it.
    pub(super) lacking: u64,
    /// Changes that have come because of it.
    pub(super) received: u64,
}

impl Pull {
    fn new(now: Instant, node: NodeId, number: u32, stage: Stage, lacking: u64) -> Self {
        let mut pull = Self { node, number, stage, until: now, stalls_at: None, lacking, received: 0 };
        pull.moves(now);
        pull
    }

    /// Notes that something came of it.
    fn moves(&mut self, now: Instant) {
        self.until = now + ANSWER_WITHIN;
        self.stalls_at = Some(now + STALLS_AFTER);
    }
}

/// How far a comparison is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Symbols were sent.
    Cells {
        /// Our symbols, as they were at the beginning.
        ours: Snapshot,
        /// How many were sent.
        sent: usize,
        /// Whether the key is fresh.
        fresh: bool,
    },
    /// All hashes were sent.
    Have,
    /// A round by ranges was sent.
    Ranges(Box<Ranges>),
    /// The outcome is known; changes are coming.
    Coming,
    /// All have come; they are being stored.
    Settling,
}

impl Engine {
    /// Begins whatever comparison is wanted and has a free place.
    pub(super) fn begin_pulls(&mut self, now: Instant) {
        if self.intake.is_full() || self.rests_until.is_some() {
            return;
        }
        let awake = self.sessions.values().filter(|session| session.rests_until.is_none());
        let mut scopes: Vec<_> = awake.flat_map(|session| session.wants.iter().copied()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in scopes {
            while self.has_place(scope)
                && let Some(node) = self.choose(scope)
            {
                self.begin_pull(now, node, scope);
            }
        }
    }

    /// Returns whether a comparison of a scope may begin: none is under way, or it has stalled.
    fn has_place(&self, scope: Scope) -> bool {
        self.pulls.get(&scope).is_none_or(|pull| pull.stalls_at.is_none())
    }

    /// Chooses whom to compare a scope with: who has stalled and failed least often, and of those who has most. Else one that
    /// says it has the most and never delivers would be asked for ever.
    fn choose(&self, scope: Scope) -> Option<NodeId> {
        let wanted = |session: &Session| session.rests_until.is_none() && session.wants.contains(&scope);
        let candidates = self.sessions.iter().filter(|(_, session)| wanted(session));
        let count = |session: &Session| session.theirs.get(&scope).map_or(0, |digest| digest.count());
        candidates
            .min_by_key(|(_, session)| (session.stalls, session.failures, Reverse(count(session))))
            .map(|(node, _)| *node)
    }

    fn begin_pull(&mut self, now: Instant, node: NodeId, scope: Scope) {
        let ours = self.set_of(scope).digest();
        let Some(session) = self.sessions.get_mut(&node) else { return };
        session.wants.remove(&scope);
        let theirs = session.theirs.get(&scope).copied().unwrap_or_default();
        // What we hold of a scope goes, even as symbols, only to whom it is for; that may have changed since it was told.
        if ours == theirs || !self.may_have(&node, &scope) {
            return;
        }
        let Some(session) = self.sessions.get_mut(&node) else { return };
        session.counters.comparisons += 1;
        let (number, failures) = (session.number(), session.failures);
        let apart = theirs.count().saturating_sub(ours.count());
        let stage = match failures {
            _ if is_bulk(ours.count(), apart) => self.list_all(node, scope, number),
            0 => self.send_cells(node, scope, number, apart, false),
            1 => self.send_cells(node, scope, number, apart, true),
            _ => self.begin_ranges(node, scope, number),
        };
        let Some(stage) = stage else { return };
        let stalled = self.pulls.remove(&scope).and_then(|stalled| self.sessions.get_mut(&stalled.node));
        if let Some(session) = stalled {
            session.wants.insert(scope);
            session.stalls = session.stalls.saturating_add(1);
            session.rests_until = Some(now + STALLS_AFTER);
        }
        self.pulls.insert(scope, Pull::new(now, node, number, stage, apart));
    }

    /// Sends the first symbols.
    fn send_cells(&mut self, node: NodeId, scope: Scope, number: u32, apart: u64, fresh: bool) -> Option<Stage> {
        let first = first_block(apart);
        let key = fresh.then(|| self.fresh_key());
        let set = self.sets.get_mut(&scope)?;
        let ours = match key {
            None => set.snapshot(&self.catalog, first),
            Some(key) => set.snapshot_under(key, FRESH_CELLS, &self.catalog),
        };
        let sent = first.min(ours.len());
        self.send_block(node, scope, number, &ours, 0, sent, fresh);
        Some(Stage::Cells { ours, sent, fresh })
    }

    #[expect(clippy::too_many_arguments, reason = "one message and what it is made of")]
    fn send_block(
        &mut self,
        node: NodeId,
        scope: Scope,
        number: u32,
        ours: &Snapshot,
        from: usize,
        to: usize,
        fresh: bool,
    ) {
        let count = ours.set_size();
        let from_cell = from as u32;
        let cells = sketch::encode(ours.cells(from..to), from_cell, count);
        let key = fresh.then(|| *ours.key());
        self.count_round(node);
        self.send(node, Message::Cells { number, scope, key, count, from: from_cell, cells });
    }

    fn count_round(&mut self, node: NodeId) {
        if let Some(session) = self.sessions.get_mut(&node) {
            session.counters.rounds += 1;
        }
    }

    /// Lists everything by hashes.
    fn list_all(&mut self, node: NodeId, scope: Scope, number: u32) -> Option<Stage> {
        let key = self.fresh_key();
        let set = self.sets.get(&scope)?;
        let pages = have::pages(key, set.short_ids(&self.catalog));
        let last = pages.len().saturating_sub(1);
        self.count_round(node);
        for (at, hashes) in pages.into_iter().enumerate() {
            self.send(node, Message::Have { number, scope, key, hashes, end: at == last });
        }
        Some(Stage::Have)
    }

    fn begin_ranges(&mut self, node: NodeId, scope: Scope, number: u32) -> Option<Stage> {
        let set = self.sets.get(&scope)?;
        let mut ranges = Ranges::new(set.order().iter().map(|index| self.catalog.entry(*index).id)).ok()?;
        let round = ranges.begin().ok()?;
        self.count_round(node);
        self.send(node, Message::Ranges { number, scope, asks: true, round });
        Some(Stage::Ranges(Box::new(ranges)))
    }

    /// Returns the scope of a comparison of ours, if the peer answers one that is open.
    fn pull_of(&self, node: NodeId, number: u32) -> Option<Scope> {
        let mut pulls = self.pulls.iter();
        pulls.find(|(_, pull)| pull.node == node && pull.number == number).map(|(scope, _)| *scope)
    }

    /// Takes the outcome of a comparison, or goes on with it.
    pub(super) fn found(&mut self, now: Instant, node: NodeId, number: u32, outcome: Outcome) -> Result<(), Offence> {
        let Some(scope) = self.pull_of(node, number) else { return Ok(()) };
        let Some(mut pull) = self.pulls.remove(&scope) else { return Ok(()) };
        if !self.may_have(&node, &scope) {
            return Ok(());
        }
        pull.moves(now);
        let stage = match (outcome, pull.stage) {
            (Outcome::More(more), Stage::Cells { ours, sent, fresh }) => {
                let to = sent.saturating_add(more as usize).min(ours.len());
                if to == sent {
                    self.escalate(node, scope, number, pull.lacking, fresh)
                } else {
                    self.send_block(node, scope, number, &ours, sent, to, fresh);
                    Some(Stage::Cells { ours, sent: to, fresh })
                }
            }
            (Outcome::Lacking(0), Stage::Cells { .. } | Stage::Have) => Some(Stage::Settling),
            (Outcome::Lacking(lacking), Stage::Cells { .. } | Stage::Have) => {
                pull.lacking = lacking;
                Some(Stage::Coming)
            }
            (Outcome::Undecodable(estimate), Stage::Cells { fresh, .. }) => {
                self.escalate(node, scope, number, estimate, fresh)
            }
            (Outcome::Undecodable(_), _) => None,
            (_, _) => return Err(Offence::Comparison),
        };
        match stage {
            Some(stage) => {
                pull.stage = stage;
                self.pulls.insert(scope, pull);
            }
            None => self.pull_failed(now, node),
        }
        Ok(())
    }

    /// Goes on by a surer way, under the same number: what was begun is replaced there.
    fn escalate(&mut self, node: NodeId, scope: Scope, number: u32, estimate: u64, fresh: bool) -> Option<Stage> {
        let ours = self.sets.get(&scope)?.digest().count();
        if is_bulk(ours, estimate) {
            return self.list_all(node, scope, number);
        }
        match fresh {
            false => self.send_cells(node, scope, number, estimate, true),
            true => self.begin_ranges(node, scope, number),
        }
    }

    pub(super) fn ranges_answered(
        &mut self,
        now: Instant,
        node: NodeId,
        number: u32,
        round: &[u8],
    ) -> Result<(), Offence> {
        let Some(scope) = self.pull_of(node, number) else { return Ok(()) };
        let Some(pull) = self.pulls.get_mut(&scope) else { return Ok(()) };
        let Stage::Ranges(ranges) = &mut pull.stage else { return Err(Offence::Comparison) };
        let learnt = ranges.learn(round).map_err(|_| Offence::Comparison)?;
        pull.moves(now);
        if learnt.next.is_none() {
            pull.stage = Stage::Settling;
        }
        self.want(node, learnt.lacking);
        if let Some(round) = learnt.next {
            self.count_round(node);
            self.send(node, Message::Ranges { number, scope, asks: true, round });
        }
        Ok(())
    }

    /// Puts ids that a peer has and we lack on the list of what is asked for.
    pub(super) fn want(&mut self, node: NodeId, ids: Vec<crate::id::ShortId>) {
        let ids: Vec<_> = ids.into_iter().filter(|id| self.needs(id)).collect();
        if let Some(session) = self.sessions.get_mut(&node) {
            let room = WANTED_MAX.saturating_sub(session.wanted.len());
            session.wanted.extend(ids.into_iter().take(room));
        }
    }

    /// Notes a delivery for a comparison of ours; returns whether there is such a one.
    pub(super) fn pull_delivered(&mut self, now: Instant, node: NodeId, number: u32, changes: u64, end: bool) -> bool {
        let Some(scope) = self.pull_of(node, number) else { return false };
        let Some(pull) = self.pulls.get_mut(&scope) else { return false };
        pull.moves(now);
        pull.received += changes;
        if end {
            pull.stage = Stage::Settling;
        }
        true
    }

    /// Ends comparisons whose changes are all stored, and says what is here now.
    pub(super) fn end_pulls(&mut self, now: Instant) {
        let done = |(_, pull): &(&Scope, &Pull)| {
            let session = self.sessions.get(&pull.node);
            matches!(pull.stage, Stage::Settling)
                && session.is_none_or(|held| held.is_settled() && held.has_asked_all())
        };
        let done: Vec<_> = self.pulls.iter().filter(done).map(|(scope, pull)| (*scope, pull.node)).collect();
        for (scope, node) in done {
            self.pulls.remove(&scope);
            let ours = self.set_of(scope).digest();
            let Some(session) = self.sessions.get_mut(&node) else { continue };
            let theirs = session.theirs.get(&scope).copied().unwrap_or_default();
            session.compared.insert(scope, (ours, theirs));
            session.pause(now);
            session.tell_at = Some(now);
        }
    }

    /// Gives up a comparison that led nowhere; the next one with this peer waits, and takes a surer way.
    pub(super) fn pull_failed(&mut self, now: Instant, node: NodeId) {
        if let Some(session) = self.sessions.get_mut(&node) {
            session.fail(now);
            session.tell_at = Some(now);
        }
    }
}

/// Returns whether listing what is here costs fewer bytes than symbols for what is lacking, or symbols would not do.
fn is_bulk(ours: u64, apart: u64) -> bool {
    apart > CODED_MAX || ours.saturating_mul(have::HASH_BYTES as u64) <= apart.saturating_mul(CODED_BYTES)
}

const _: () = assert!(FRESH_CELLS <= CELLS_MAX);

impl Session {
    /// Notes that a comparison led nowhere.
    pub(super) fn fail(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.pause(now);
    }

    /// Waits a little before the next comparison, longer after failures.
    fn pause(&mut self, now: Instant) {
        self.rests_until = Some(now + PAUSE * (1 << self.failures.min(PAUSE_DOUBLINGS_MAX)));
    }
}
