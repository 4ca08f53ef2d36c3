//! What is new: pushed whole over some links, announced over the others.
//!
//! Every link begins by carrying new changes whole. Whoever gets one that it has already tells the sender to only announce
//! from then on, so that the links that bring changes first stay and form a tree; an announced change that does not
//! come by itself is asked for, and the link over which it was announced carries changes whole again. (The idea is that of Plumtree: Leitão,
//! Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007. Here a link is pruned in one direction at a time, and what is lost all
//! the same is found by comparing.)

use std::time::Duration;

use crate::catalog::Index;
use crate::id::{NodeId, ShortId};
use crate::sync::effect::{Effect, Offence, Shipment};
use crate::sync::input::Origin;
use crate::time::Instant;
use crate::wire::message::{IDS_MAX, Message};

use super::Engine;

/// A batch of at most this many changes and bytes is sent as new; of more, peers are told the new digest and compare.
const PUSH_CHANGES_MAX: usize = 16;
/// Bytes of the same.
const PUSH_BYTES_MAX: u64 = 64 * 1024;
/// How long names wait for others to share their message.
const ANNOUNCE_AFTER: Duration = Duration::from_millis(50);
/// How long an announced change may take to come by itself.
const RUMOUR_FOR: Duration = Duration::from_millis(500);
/// Most announced changes remembered that have not come; comparing finds the rest.
const RUMOURS_MAX: usize = 8_192;
/// Most peers remembered for one of them.
const WITNESSES_MAX: usize = 4;
/// How soon peers are told of a batch too large to be sent as new.
const TELL_SOON: Duration = Duration::from_millis(50);

/// A change that was announced and has not come.
#[derive(Debug)]
pub(super) struct Rumour {
    /// When it is asked for.
    pub(super) due: Instant,
    /// Who announced it, the first to be asked first.
    pub(super) witnesses: Vec<NodeId>,
}

impl Engine {
    /// Offers what has just become durable.
    pub(super) fn offer(&mut self, now: Instant, entered: &[(Index, Origin)]) {
        for (index, _) in entered {
            self.rumours.remove(&self.catalog.entry(*index).id.short_id());
        }
        let bytes: u64 = entered.iter().map(|(index, _)| u64::from(self.catalog.entry(*index).bytes)).sum();
        let is_large = entered.len() > PUSH_CHANGES_MAX || bytes > PUSH_BYTES_MAX;
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        for node in nodes {
            if is_large {
                let soon = now + TELL_SOON;
                let Some(session) = self.sessions.get_mut(&node) else { continue };
                session.tell_at = Some(session.tell_at.map_or(soon, |at| at.min(soon)));
            } else {
                self.offer_to(now, node, entered);
            }
        }
    }

    fn offer_to(&mut self, now: Instant, node: NodeId, entered: &[(Index, Origin)]) {
        let from_it = |origin: &Origin| matches!(origin, Origin::Peer { node: from, .. } if *from == node);
        let fresh = entered.iter().filter(|(_, origin)| !from_it(origin)).map(|(index, _)| *index);
        let fresh: Vec<Index> =
            fresh.filter(|index| self.may_have(&node, &self.catalog.document_of(*index).scope)).collect();
        if fresh.is_empty() {
            return;
        }
        let raw: u64 = fresh.iter().map(|index| u64::from(self.catalog.entry(*index).bytes)).sum();
        let Some(session) = self.sessions.get_mut(&node) else { return };
        if session.live.sends_whole && session.outflow.room() >= raw {
            session.outflow.spend(raw);
            session.counters.sent += fresh.len() as u64;
            let ordinals = fresh.iter().filter_map(|index| self.catalog.entry(*index).ordinal).collect();
            let (session, codec) = (session.number, session.codec);
            let shipment = Shipment { node, session, number: 0, end: true, codec, ordinals };
            return self.outbox.push_back(Effect::Deliver(shipment));
        }
        let room = IDS_MAX.saturating_sub(session.live.announcing.len());
        session.live.announcing.extend(fresh.iter().take(room).map(|index| self.catalog.entry(*index).id.short_id()));
        session.live.announce_at.get_or_insert(now + ANNOUNCE_AFTER);
    }

    /// Sends out the names that have waited long enough.
    pub(super) fn announce_due(&mut self, now: Instant) {
        let mut messages = Vec::new();
        for (node, session) in &mut self.sessions {
            if session.live.announce_at.is_some_and(|at| at <= now) {
                session.live.announce_at = None;
                let ids = std::mem::take(&mut session.live.announcing);
                session.counters.announced += ids.len() as u64;
                messages.push((*node, Message::Announce(ids)));
            }
        }
        messages.into_iter().for_each(|(node, message)| self.send(node, message));
    }

    /// Remembers what a peer announced and is not here; it may still come by itself.
    pub(super) fn announced(&mut self, now: Instant, node: NodeId, ids: Vec<ShortId>) -> Result<(), Offence> {
        if !self.is_member(&node) {
            return Ok(());
        }
        for id in ids.into_iter().filter(|id| self.needs(id)).collect::<Vec<_>>() {
            if self.rumours.len() >= RUMOURS_MAX && !self.rumours.contains_key(&id) {
                continue;
            }
            let rumour = self.rumours.entry(id).or_insert(Rumour { due: now + RUMOUR_FOR, witnesses: Vec::new() });
            if rumour.witnesses.len() < WITNESSES_MAX && !rumour.witnesses.contains(&node) {
                rumour.witnesses.push(node);
            }
        }
        Ok(())
    }

    /// Asks for announced changes that did not come; whoever announced one sends new changes whole from now on.
    pub(super) fn follow_rumours(&mut self, now: Instant) {
        let due: Vec<_> = self.rumours.iter().filter(|(_, rumour)| rumour.due <= now).map(|(id, _)| *id).collect();
        for id in due {
            let Some(mut rumour) = self.rumours.remove(&id) else { continue };
            rumour.witnesses.retain(|node| self.sessions.contains_key(node));
            if rumour.witnesses.is_empty() || !self.needs(&id) {
                continue;
            }
            let witness = rumour.witnesses.remove(0);
            self.hear_from(witness, true);
            self.want(witness, vec![id]);
            if !rumour.witnesses.is_empty() {
                rumour.due = now + RUMOUR_FOR * 2;
                self.rumours.insert(id, rumour);
            }
        }
    }

    /// A peer sent what is new whole: if all of it was here before, announcing would have done.
    pub(super) fn heard_whole(&mut self, node: NodeId, changes: usize, known: usize) {
        if changes > 0 && known == changes {
            self.hear_from(node, false);
        }
    }

    fn hear_from(&mut self, node: NodeId, whole: bool) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        if session.live.hears_whole != whole {
            session.live.hears_whole = whole;
            self.send(node, Message::Link(whole));
        }
    }

    /// A peer says how it wants to hear of what is new.
    pub(super) fn link(&mut self, node: NodeId, whole: bool) -> Result<(), Offence> {
        if let Some(session) = self.sessions.get_mut(&node) {
            session.live.sends_whole = whole;
        }
        Ok(())
    }
}
