//! What is new: pushed whole by the node where it was published, announced by everybody who passes it on.
//!
//! Where a change was published nobody else can have it yet, so it is sent whole to every link. Whoever gets it from a peer
//! names it to the other links, and each of them asks the first that named it; if that one does not deliver, the next. So each
//! node is sent a change once, over nearly the shortest path, whoever published it and whatever the links were used for
//! before. (Compare Plumtree: Leitão, Pereira, Rodrigues, "Epidemic Broadcast Trees", 2007, which pushes over a tree learnt from
//! duplicates. One tree for many publishers made paths of 9 to 13 hops among 500 nodes; docs/decisions has the figures.)
//! What is lost all the same is found by comparing.

use std::time::Duration;

use crate::catalog::Index;
use crate::id::{NodeId, ShortId};
use crate::sync::effect::{Effect, Offence, Shipment};
use crate::sync::input::Origin;
use crate::time::Instant;
use crate::wire::message::{IDS_MAX, Message};

use super::Engine;

/// A batch of at most this many changes and bytes is sent or named as new; of more, peers are told the new digest and compare.
const NEW_CHANGES_MAX: usize = 64;
/// Bytes of the same.
const NEW_BYTES_MAX: u64 = 256 * 1024;
/// How long whoever named a change may take to deliver it before another is asked.
const RUMOUR_FOR: Duration = Duration::from_secs(1);
/// Most named changes remembered that have not come; comparing finds the rest.
const RUMOURS_MAX: usize = 8_192;
/// Most of these that one peer was the first to name: nobody may fill the room for all.
const RUMOURS_EACH_MAX: usize = 1_024;
/// Most peers remembered for one of them.
const WITNESSES_MAX: usize = 16;
/// How soon peers are told of a batch too large to be sent as new.
const TELL_SOON: Duration = Duration::from_millis(50);

/// A change that was named and has not come.
#[derive(Debug)]
pub(super) struct Rumour {
    /// When somebody else is asked for it.
    pub(super) due: Instant,
    /// Who has it and was not asked yet, in the order in which they named it.
    pub(super) witnesses: Vec<NodeId>,
    /// Who was asked.
    asked: Vec<NodeId>,
}

impl Rumour {
    fn is_with(&self, node: &NodeId) -> bool {
        self.witnesses.contains(node) || self.asked.contains(node)
    }
}

impl Engine {
    /// Offers what has just become durable.
    pub(super) fn offer(&mut self, now: Instant, entered: &[(Index, Origin)]) {
        let rumours: Vec<_> =
            entered.iter().map(|(at, _)| self.rumours.remove(&self.catalog.entry(*at).id.short_id())).collect();
        let bytes: u64 = entered.iter().map(|(index, _)| u64::from(self.catalog.entry(*index).bytes)).sum();
        let is_large = entered.len() > NEW_CHANGES_MAX || bytes > NEW_BYTES_MAX;
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        for node in nodes {
            if is_large {
                let soon = now + TELL_SOON;
                let Some(session) = self.sessions.get_mut(&node) else { continue };
                session.tell_at = Some(session.tell_at.map_or(soon, |at| at.min(soon)));
                continue;
            }
            let lacks = |rumour: &Option<Rumour>| rumour.as_ref().is_none_or(|rumour| !rumour.is_with(&node));
            let fresh =
                entered.iter().zip(&rumours).filter(|((_, origin), rumour)| !is_from(origin, &node) && lacks(rumour));
            let fresh: Vec<(Index, Origin)> = fresh
                .map(|(entry, _)| *entry)
                .filter(|(index, _)| self.may_have(&node, &self.catalog.document_of(*index).scope))
                .collect();
            let (published, passed_on): (Vec<_>, Vec<_>) =
                fresh.into_iter().partition(|(_, origin)| matches!(origin, Origin::Local { .. }));
            let unsent = self.push(node, published.into_iter().map(|(index, _)| index).collect());
            self.announce(node, passed_on.into_iter().map(|(index, _)| index).chain(unsent).collect());
        }
    }

    /// Sends changes whole, if the peer has granted room for them; returns them otherwise.
    fn push(&mut self, node: NodeId, fresh: Vec<Index>) -> Vec<Index> {
        let raw: u64 = fresh.iter().map(|index| u64::from(self.catalog.entry(*index).bytes)).sum();
        let Some(session) = self.sessions.get_mut(&node) else { return Vec::new() };
        if fresh.is_empty() || session.outflow.room() < raw {
            return fresh;
        }
        session.outflow.spend(raw);
        session.counters.sent += fresh.len() as u64;
        let ordinals = fresh.iter().filter_map(|index| self.catalog.entry(*index).ordinal).collect();
        let (session, codec) = (session.number, session.codec);
        self.outbox.push_back(Effect::Deliver(Shipment { node, session, number: 0, end: true, codec, ordinals }));
        Vec::new()
    }

    /// Names changes to a peer.
    fn announce(&mut self, node: NodeId, fresh: Vec<Index>) {
        for names in fresh.chunks(IDS_MAX) {
            let ids: Vec<_> = names.iter().map(|index| self.catalog.entry(*index).id.short_id()).collect();
            if let Some(session) = self.sessions.get_mut(&node) {
                session.counters.announced += ids.len() as u64;
            }
            self.send(node, Message::Announce(ids));
        }
    }

    /// Asks for what a peer names and is not here, unless somebody was asked already.
    pub(super) fn announced(&mut self, now: Instant, node: NodeId, ids: Vec<ShortId>) -> Result<(), Offence> {
        if !self.is_member(&node) {
            return Ok(());
        }
        let first = |rumour: &&Rumour| rumour.asked.first() == Some(&node);
        let mut room = RUMOURS_EACH_MAX.saturating_sub(self.rumours.values().filter(first).count());
        let mut wanted = Vec::new();
        for id in ids {
            if let Some(rumour) = self.rumours.get_mut(&id) {
                if rumour.witnesses.len() < WITNESSES_MAX && !rumour.is_with(&node) {
                    rumour.witnesses.push(node);
                }
            } else if room > 0 && self.needs(&id) && self.rumours.len() < RUMOURS_MAX {
                room -= 1;
                let due = now + RUMOUR_FOR;
                self.rumours.insert(id, Rumour { due, witnesses: Vec::new(), asked: vec![node] });
                wanted.push(id);
            }
        }
        self.want(node, wanted);
        Ok(())
    }

    /// Asks others for named changes that did not come.
    pub(super) fn follow_rumours(&mut self, now: Instant) {
        let due: Vec<_> = self.rumours.iter().filter(|(_, rumour)| rumour.due <= now).map(|(id, _)| *id).collect();
        for id in due {
            let Some(mut rumour) = self.rumours.remove(&id) else { continue };
            rumour.witnesses.retain(|node| self.sessions.contains_key(node));
            if rumour.witnesses.is_empty() || !self.needs(&id) {
                continue;
            }
            let witness = rumour.witnesses.remove(0);
            rumour.asked.push(witness);
            rumour.due = now + RUMOUR_FOR;
            self.rumours.insert(id, rumour);
            self.requested.remove(&id);
            self.want(witness, vec![id]);
        }
    }
}

fn is_from(origin: &Origin, node: &NodeId) -> bool {
    matches!(origin, Origin::Peer { node: from, .. } if from == node)
}
