//! Comparing a scope with a peer, from the side that answers: the one that holds more changes.
//!
//! Whatever way the peer chose, the end is the same: what it lacks is streamed to it, what we lack is asked for by id.

use std::collections::VecDeque;

use crate::catalog::Index;
use crate::id::{NodeId, ShortId};
use crate::scope::Scope;
use crate::sync::effect::Offence;
use crate::sync::have::Listing;
use crate::sync::ranges::Ranges;
use crate::sync::session::{ANSWER_WITHIN, ANSWERS_MAX, Answer, STREAMS_MAX, Stream, Way};
use crate::sync::sketch::{self, CELLS_MAX, Decoder, Difference, Key};
use crate::time::Instant;
use crate::wire::message::{Message, Outcome};

use super::Engine;
use super::asking::FRESH_CELLS;

/// Most hashes taken from a peer that lists what it has, beyond as many as we hold.
const LISTED_MORE_MAX: usize = 65_536;
/// Most listings taken in at one time, of all peers: each takes 8 bytes a change. Others are told to come again.
const LISTINGS_MAX: usize = 4;
/// Most comparisons by ranges answered at one time, of all peers: each takes 80 bytes a change.
const RANGES_MAX: usize = 1;

/// Which comparison, of which scope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The peer's number for it.
    pub(super) number: u32,
    /// The scope.
    pub(super) scope: Scope,
}

impl Engine {
    /// Takes coded symbols: begins or goes on decoding.
    #[expect(clippy::too_many_arguments, reason = "one message and what it is made of")]
    pub(super) fn cells(
        &mut self,
        now: Instant,
        node: NodeId,
        asked: Asked,
        key: Option<Key>,
        count: u64,
        from: u32,
        cells: &[u8],
    ) -> Result<(), Offence> {
        self.require_shared(&node, &asked)?;
        let theirs = sketch::decode(cells, from, count).map_err(|_| Offence::Comparison)?;
        if from == 0 {
            let Some(way) = self.begin_decoding(now, node, asked.scope, key, count, theirs.len()) else {
                return self.conclude(node, asked, Outcome::Undecodable(0));
            };
            self.keep_answer(now, node, asked, way);
        }
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let Some(Answer { way: Way::Cells { decoder, ours, seen, count: known, fresh }, until, .. }) =
            session.answers.get_mut(&asked.number)
        else {
            return Ok(());
        };
        if *seen != from || *known != count {
            return Err(Offence::Comparison);
        }
        *until = now + ANSWER_WITHIN;
        let start = from as usize;
        let available = ours.len();
        let ours = ours.cells(start..start + theirs.len());
        let fits = ours.len() == theirs.len();
        *seen += theirs.len() as u32;
        let sound = fits && decoder.add(&theirs, ours).is_ok();
        if fits && !sound && *fresh {
            return Err(Offence::Comparison);
        }
        // Under the shared key even honest symbols can be made to contradict each other, by ids ground for it.
        self.go_on_decoding(node, asked, if sound { available } else { 0 })
    }

    /// Ends the decoding if it is complete or hopeless, or asks for more symbols.
    fn go_on_decoding(&mut self, node: NodeId, asked: Asked, available: usize) -> Result<(), Offence> {
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let Some(Answer { way: Way::Cells { decoder, .. }, .. }) = session.answers.get(&asked.number) else {
            return Ok(());
        };
        let more = decoder.wanted(available);
        match (decoder.is_complete(), more) {
            (true, _) => {
                let answer = session.answers.remove(&asked.number).map(|answer| answer.way);
                let Some(Way::Cells { decoder, .. }) = answer else { return Ok(()) };
                self.differ(node, asked, decoder.finish())
            }
            (false, 0) => {
                let estimate = decoder.estimate();
                session.answers.remove(&asked.number);
                self.conclude(node, asked, Outcome::Undecodable(estimate))
            }
            (false, more) => self.conclude(node, asked, Outcome::More(more as u32)),
        }
    }

    /// Prepares our own symbols; `None` if the peer makes us walk too often.
    fn begin_decoding(
        &mut self,
        now: Instant,
        node: NodeId,
        scope: Scope,
        key: Option<Key>,
        count: u64,
        first: usize,
    ) -> Option<Way> {
        let ours = match key {
            None => {
                // The other side's cells reach as far as its set is large; ours need not be longer, nor shorter.
                let theirs = usize::try_from(count).unwrap_or(CELLS_MAX).min(CELLS_MAX);
                self.set_of(scope);
                self.sets.get_mut(&scope)?.snapshot(&self.catalog, theirs.max(first))
            }
            Some(key) => {
                let changes = self.sets.get(&scope)?.order().len();
                let may = self.sessions.get_mut(&node)?.may_walk(now, changes);
                self.sets.get(&scope).filter(|_| may)?.snapshot_under(key, FRESH_CELLS, &self.catalog)
            }
        };
        let decoder = Box::new(Decoder::new(*ours.key()));
        Some(Way::Cells { decoder, ours, seen: 0, count, fresh: key.is_some() })
    }

    /// Streams what the peer lacks, and asks for what we lack.
    fn differ(&mut self, node: NodeId, asked: Asked, difference: Difference) -> Result<(), Offence> {
        let lacking: Vec<Index> = difference.only_ours.iter().filter_map(|id| self.held_in(&asked.scope, id)).collect();
        self.want(node, difference.only_theirs);
        self.stream(node, asked, lacking)
    }

    /// Returns where a change lies that is durable and of this scope.
    fn held_in(&self, scope: &Scope, id: &ShortId) -> Option<Index> {
        let index = self.catalog.find_short(id)?;
        let held = self.catalog.entry(index).ordinal.is_some() && self.catalog.document_of(index).scope == *scope;
        held.then_some(index)
    }

    /// Says how much the peer lacks, and puts it on its way in causal order.
    fn stream(&mut self, node: NodeId, asked: Asked, mut lacking: Vec<Index>) -> Result<(), Offence> {
        lacking.sort_unstable();
        lacking.dedup();
        self.conclude(node, asked, Outcome::Lacking(lacking.len() as u64))?;
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        // Who compares a scope anew no longer waits for what the comparison before found.
        session.streams.retain(|stream| stream.compared != Some(asked.scope));
        if session.streams.len() >= STREAMS_MAX {
            return Err(Offence::TooManyRequests);
        }
        if !lacking.is_empty() {
            let (number, compared) = (asked.number, Some(asked.scope));
            session.streams.push_back(Stream { number, compared, left: VecDeque::from(lacking) });
        }
        Ok(())
    }

    fn conclude(&mut self, node: NodeId, asked: Asked, outcome: Outcome) -> Result<(), Offence> {
        self.send(node, Message::Found { number: asked.number, outcome });
        Ok(())
    }

    /// Takes a page of what the peer has; after the last one, streams the rest.
    pub(super) fn have(
        &mut self,
        now: Instant,
        node: NodeId,
        asked: Asked,
        key: Key,
        hashes: &[u8],
        end: bool,
    ) -> Result<(), Offence> {
        self.require_shared(&node, &asked)?;
        let held = self.sets.get(&asked.scope).map_or(0, |set| set.order().len());
        let begun = |answer: &Answer| matches!(answer.way, Way::Have { key: known, .. } if known == key);
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        if !session.answers.get(&asked.number).is_some_and(begun) {
            if self.listings(|way| matches!(way, Way::Have { .. })) >= LISTINGS_MAX {
                return self.conclude(node, asked, Outcome::Undecodable(0));
            }
            self.keep_answer(now, node, asked, Way::Have { key, listing: Listing::default() });
        }
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let Some(Answer { way: Way::Have { listing, .. }, until, .. }) = session.answers.get_mut(&asked.number) else {
            return Ok(());
        };
        *until = now + ANSWER_WITHIN;
        if !listing.add(hashes, held + LISTED_MORE_MAX) {
            return Err(Offence::Comparison);
        }
        if !end {
            return Ok(());
        }
        let may = session.may_walk(now, held);
        let Some(Answer { way: Way::Have { listing, .. }, .. }) = session.answers.remove(&asked.number) else {
            return Ok(());
        };
        if !may {
            return self.conclude(node, asked, Outcome::Undecodable(0));
        }
        let listed = listing.sorted();
        let order = self.sets.get(&asked.scope).map(|set| set.order()).unwrap_or_default();
        let lacking = order.iter().filter(|index| !listed.holds(key, &self.catalog.entry(**index).id.short_id()));
        let lacking = lacking.copied().collect();
        self.stream(node, asked, lacking)
    }

    /// Answers a round of comparing by ranges; the first one takes the whole set.
    pub(super) fn ranges_asked(
        &mut self,
        now: Instant,
        node: NodeId,
        asked: Asked,
        round: &[u8],
    ) -> Result<(), Offence> {
        self.require_shared(&node, &asked)?;
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let begun = session.answers.get(&asked.number).is_some_and(|answer| matches!(answer.way, Way::Ranges(_)));
        if !begun {
            let held = self.sets.get(&asked.scope).map_or(0, |set| set.order().len());
            let may = session.may_walk(now, held);
            if !may || self.listings(|way| matches!(way, Way::Ranges(_))) >= RANGES_MAX {
                return self.conclude(node, asked, Outcome::Undecodable(0));
            }
            let order = self.sets.get(&asked.scope).map(|set| set.order()).unwrap_or_default();
            let ranges = Ranges::new(order.iter().map(|index| self.catalog.entry(*index).id));
            let ranges = ranges.map_err(|_| Offence::Comparison)?;
            self.keep_answer(now, node, asked, Way::Ranges(Box::new(ranges)));
        }
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let Some(Answer { way: Way::Ranges(ranges), until, .. }) = session.answers.get_mut(&asked.number) else {
            return Ok(());
        };
        *until = now + ANSWER_WITHIN;
        let round = ranges.answer(round).map_err(|_| Offence::Comparison)?;
        self.send(node, Message::Ranges { number: asked.number, scope: asked.scope, asks: false, round });
        Ok(())
    }

    /// Counts the comparisons that are answered in a way, for all peers together.
    fn listings(&self, way: impl Fn(&Way) -> bool) -> usize {
        self.sessions.values().flat_map(|session| session.answers.values()).filter(|answer| way(&answer.way)).count()
    }

    /// Requires that the scope is for the peer, and the one that a comparison of this number began with.
    fn require_shared(&self, node: &NodeId, asked: &Asked) -> Result<(), Offence> {
        if !self.may_have(node, &asked.scope) {
            return Err(Offence::ForeignScope);
        }
        let begun = self.sessions.get(node).and_then(|session| session.answers.get(&asked.number));
        if begun.is_none_or(|answer| answer.scope == asked.scope) { Ok(()) } else { Err(Offence::Comparison) }
    }

    /// Keeps the state of a comparison; the oldest makes room if there are too many.
    fn keep_answer(&mut self, now: Instant, node: NodeId, asked: Asked, way: Way) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        while session.answers.len() >= ANSWERS_MAX && !session.answers.contains_key(&asked.number) {
            session.answers.pop_first();
        }
        session.answers.insert(asked.number, Answer { scope: asked.scope, way, until: now + ANSWER_WITHIN });
    }
}
