//! Requests, deliveries, and the credit for them. What is sent goes out in causal order, in parcels of bounded size, as far as
//! the receiver has granted room; what came is judged, and granted anew as it is.

use std::collections::VecDeque;
use std::time::Duration;

use crate::catalog::Index;
use crate::id::{NodeId, ShortId};
use crate::sync::effect::{Effect, Event, Offence, Shipment, Unchecked};
use crate::sync::input::{Delivery, Origin, Source};
use crate::sync::session::{
    ANSWER_WITHIN, PARCEL_BYTES_MAX, REFUSED_MAX, REQUESTS_OPEN_MAX, Request, SIP_EVERY, STREAMS_MAX, Session, Stream,
    THROTTLE_AFTER,
};
use crate::time::Instant;
use crate::wire::message::{IDS_MAX, Message};
use crate::wire::parcel::{self, DELIVERY_CHANGES_MAX, PARCEL_RAW_MAX};

use super::Engine;

/// How long an acknowledgement waits for others to share its message.
const ACKNOWLEDGE_AFTER: Duration = Duration::from_millis(200);

impl Engine {
    /// Asks every peer for what is wanted from it, as long as there is room here.
    pub(super) fn request_all(&mut self, now: Instant) {
        let wanting = self.sessions.iter().filter(|(_, session)| !session.wanted.is_empty());
        let nodes: Vec<_> = wanting.map(|(node, _)| *node).collect();
        nodes.into_iter().for_each(|node| self.request_wanted(now, node));
    }

    fn request_wanted(&mut self, now: Instant, node: NodeId) {
        while !self.intake.is_full() && self.rests_until.is_none() {
            let Some(session) = self.sessions.get_mut(&node) else { return };
            if session.requests.len() >= REQUESTS_OPEN_MAX {
                return;
            }
            let mut wanted = std::mem::take(&mut session.wanted);
            let mut ids = Vec::new();
            while ids.len() < IDS_MAX
                && let Some(id) = wanted.pop_front()
            {
                if self.needs(&id) && !self.requested.contains_key(&id) {
                    ids.push(id);
                }
            }
            let Some(session) = self.sessions.get_mut(&node) else { return };
            session.wanted = wanted;
            if ids.is_empty() {
                return;
            }
            let number = session.number();
            session.requests.insert(number, Request { ids: ids.clone(), until: now + ANSWER_WITHIN });
            self.requested.extend(ids.iter().map(|id| (*id, node)));
            self.send(node, Message::Request { number, ids });
        }
    }

    /// Forgets a request: what of it did not come is not with that peer.
    pub(super) fn close_request(&mut self, node: NodeId, number: u32) {
        let request = self.sessions.get_mut(&node).and_then(|session| session.requests.remove(&number));
        for id in request.into_iter().flat_map(|request| request.ids) {
            self.requested.remove(&id);
        }
    }

    /// A peer asks for changes by id.
    pub(super) fn request(&mut self, node: NodeId, number: u32, ids: &[ShortId]) -> Result<(), Offence> {
        // What is not for the peer is to it as if it were not here: not even that an id exists may be learnt.
        let found = ids.iter().filter_map(|id| self.catalog.find_short(id));
        let mut found: Vec<Index> =
            found.filter(|index| self.may_have(&node, &self.catalog.document_of(*index).scope)).collect();
        found.sort_unstable();
        found.dedup();
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        if session.streams.len() >= STREAMS_MAX {
            return Err(Offence::TooManyRequests);
        }
        session.streams.push_back(Stream { number, compared: None, left: VecDeque::from(found) });
        Ok(())
    }

    /// Sends to every peer what is on its way to it, as far as its credit goes.
    pub(super) fn ship_all(&mut self) {
        let busy = self.sessions.iter().filter(|(_, session)| !session.streams.is_empty());
        let nodes: Vec<_> = busy.map(|(node, _)| *node).collect();
        for node in nodes {
            while let Some(shipment) = self.next_shipment(node) {
                self.outbox.push_back(Effect::Deliver(shipment));
            }
        }
    }

    /// Takes the next parcel's changes off a stream; streams take turns. `None` when there is nothing left or no credit.
    fn next_shipment(&mut self, node: NodeId) -> Option<Shipment> {
        let mut stream = self.sessions.get_mut(&node)?.streams.pop_front()?;
        let (room, parcel_bytes) = self.sessions.get(&node).map(|held| (held.outflow.room(), held.parcel_bytes))?;
        let (mut raw, mut ordinals) = (0u64, Vec::new());
        while let Some(&index) = stream.left.front() {
            let entry = self.catalog.entry(index);
            let bytes = u64::from(entry.bytes);
            let is_full = ordinals.len() >= DELIVERY_CHANGES_MAX || !ordinals.is_empty() && raw + bytes > parcel_bytes;
            if is_full || raw + bytes > room {
                break;
            }
            stream.left.pop_front();
            // Who may have what can have changed since the stream began.
            if let Some(ordinal) =
                entry.ordinal.filter(|_| self.may_have(&node, &self.catalog.document_of(index).scope))
            {
                raw += bytes;
                ordinals.push(ordinal);
            }
        }
        let end = stream.left.is_empty();
        let session = self.sessions.get_mut(&node)?;
        if ordinals.is_empty() && !end {
            session.streams.push_front(stream);
            return None;
        }
        session.outflow.spend(raw);
        session.parcel_bytes = (2 * parcel_bytes).min(PARCEL_BYTES_MAX);
        session.counters.sent += ordinals.len() as u64;
        let number = stream.number;
        if !end {
            session.streams.push_back(stream);
        }
        Some(Shipment { node, session: session.number, number, end, codec: session.codec, ordinals })
    }

    /// Records of a delivery could not be read: their credit is free again.
    pub(super) fn undelivered(&mut self, node: NodeId, session: u64, raw: u64) {
        if let Some(session) = self.sessions.get_mut(&node).filter(|held| held.number == session) {
            session.outflow.refund(raw);
        }
    }

    /// Takes a delivery in to be judged.
    pub(super) fn deliver(
        &mut self,
        now: Instant,
        node: NodeId,
        number: u32,
        end: bool,
        raw: u32,
        parcel: Vec<u8>,
    ) -> Result<(), Offence> {
        let member = self.is_member(&node);
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        // Credit counts what is declared, and the parcel waits to be unpacked: it must not be longer than that.
        if raw as usize > PARCEL_RAW_MAX || parcel.len() > parcel::bytes_max(raw) {
            return Err(Offence::Parcel);
        }
        if !session.inflow.receive(u64::from(raw)) {
            return Err(Offence::Overdrawn);
        }
        if let Some(request) = session.requests.get_mut(&number) {
            request.until = now + ANSWER_WITHIN;
        }
        if !member {
            // Nothing of it could be admitted; what it used up it does not get back.
            return Ok(());
        }
        let delivery = Delivery { node, session: session.number, number, end, raw };
        let unchecked = Unchecked::Parcel { bytes: parcel, raw };
        self.outbox.push_back(Effect::Check { source: Source::Peer(delivery), unchecked });
        Ok(())
    }

    /// A delivery was judged: `changes` came, of which `known` were here already.
    pub(super) fn judged(&mut self, now: Instant, delivery: Delivery, changes: usize, known: usize) {
        let Delivery { node, number, end, .. } = delivery;
        let Some(session) = self.sessions.get_mut(&node).filter(|held| held.number == delivery.session) else { return };
        session.inflow.judged(u64::from(delivery.raw));
        session.counters.received += changes as u64;
        session.counters.known += known as u64;
        if number != 0 && !self.pull_delivered(now, node, number, changes as u64, end) && end {
            self.close_request(node, number);
        }
    }

    /// A parcel could not be unpacked.
    pub(super) fn unreadable(&mut self, delivery: Delivery) {
        if self.sessions.get(&delivery.node).is_some_and(|session| session.number == delivery.session) {
            self.offended(delivery.node, Offence::Parcel);
        }
    }

    /// Takes what a peer grants, and what it says has become durable there.
    pub(super) fn credit(&mut self, node: NodeId, granted: u64, stored: u64) -> Result<(), Offence> {
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        session.outflow.grant(granted);
        session.counters.stored_there = session.counters.stored_there.max(stored.min(session.counters.sent));
        Ok(())
    }

    /// A delivered change is durable here, because of that delivery or from before.
    pub(super) fn stored_from(&mut self, now: Instant, origin: Origin, is_new: bool) {
        let Origin::Peer { node, session } = origin else { return };
        let Some(session) = self.sessions.get_mut(&node).filter(|held| held.number == session) else { return };
        session.counters.stored += u64::from(is_new);
        session.acknowledged.1 += 1;
        session.acknowledge_at.get_or_insert(now + ACKNOWLEDGE_AFTER);
    }

    /// Grants room to whoever has used up some, and acknowledges what has become durable. While there is no room here nobody
    /// is granted any; who delivered much that had to be refused gets it in sips.
    pub(super) fn grant_all(&mut self, now: Instant) {
        let is_full = self.intake.is_full() || self.rests_until.is_some();
        let mut messages = Vec::new();
        for (node, session) in &mut self.sessions {
            let granted = if is_full || session.sip_at.is_some() { None } else { session.inflow.grant() };
            if granted.is_some() && session.counters.refused_total() > THROTTLE_AFTER {
                session.sip_at = Some(now + SIP_EVERY);
            }
            if granted.is_some() || session.acknowledge_at.is_some_and(|at| at <= now) {
                messages.push((*node, session.acknowledge()));
            }
        }
        messages.into_iter().for_each(|(node, message)| self.send(node, message));
    }

    /// Counts a refusal against the peer that delivered it, and drops a peer that delivers little else.
    pub(super) fn refused_from(&mut self, node: NodeId, id: Option<crate::id::ChangeId>, name: &'static str) {
        self.outbox.push_back(Effect::Event(Event::Refused { node, id, name }));
        let Some(session) = self.sessions.get_mut(&node) else { return };
        *session.counters.refused.entry(name).or_default() += 1;
        if session.counters.refused_total() > REFUSED_MAX {
            self.offended(node, Offence::TooManyRefused);
        }
    }
}

impl Session {
    /// Makes the message that grants and acknowledges what is due.
    fn acknowledge(&mut self) -> Message {
        self.acknowledge_at = None;
        self.acknowledged.0 = self.acknowledged.1;
        Message::Credit { granted: self.inflow.granted(), stored: self.acknowledged.1 }
    }
}
