//! What peers say and are told. A peer that misbehaves is an outcome, not an error: it is named, counted and disconnected.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Index;
use crate::header::VERSION;
use crate::id::{ChangeId, NodeId, OrganisationId};
use crate::policy;
use crate::scope::Scope;
use crate::statement::{Bearer, Record, Statement};
use crate::sync::check::{self, Checked, Content};
use crate::sync::effect::{Effect, Event, Offence};
use crate::sync::input::{Origin, Source};
use crate::sync::session::{ANSWER_WITHIN, Phase, Pull, REFUSED_MAX, REQUEST_IDS, REQUESTS_OPEN_MAX, Session};
use crate::time::Instant;
use crate::wire::message::{DELIVERY_BYTES_MAX, DELIVERY_CHANGES_MAX, Held, Hello, Message, PAGE_IDS_MAX, SCOPES_MAX};

use super::{CURSORS_MAX, Engine, SEEN_MAX, next_random};

/// A batch of at most this many changes and bytes is pushed whole; of more, peers are told the new digest and fetch it.
const PUSH_CHANGES_MAX: usize = 16;
/// Bytes of the same.
const PUSH_BYTES_MAX: u64 = 64 * 1024;

impl Engine {
    pub(super) fn connected(&mut self, now: Instant, node: NodeId) {
        if self.sessions.is_empty() {
            self.schedule_compare(now);
        }
        self.sessions.insert(node, Session::new(now));
        self.outbox.push_back(Effect::Send { node, message: Message::Hello(Box::new(self.config.hello.clone())) });
    }

    pub(super) fn disconnected(&mut self, node: NodeId) {
        let Some(session) = self.sessions.remove(&node) else { return };
        for (scope, pull) in session.pulls {
            self.keep_cursor(node, scope, &pull);
        }
    }

    pub(super) fn frame(&mut self, now: Instant, node: NodeId, bytes: &[u8]) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        session.heard = now;
        session.counters.bytes_received += bytes.len() as u64;
        let Ok(message) = Message::decode(bytes) else { return self.offended(node, Offence::MalformedMessage) };
        let introduced = matches!(session.phase, Phase::Introduced(_));
        let asks = matches!(message, Message::List { .. } | Message::Request { .. });
        if asks && !session.may_ask(now) {
            return self.offended(node, Offence::TooManyRequests);
        }
        let outcome = match message {
            Message::Hello(hello) if !introduced => self.hello(node, &hello),
            Message::Hello(_) => Err(Offence::Hello),
            Message::Goodbye { .. } => Ok(()),
            _ if !introduced => Err(Offence::Hello),
            Message::Compare(held) => self.compare(node, &held),
            Message::List { scope, from } => self.list(node, scope, from),
            Message::Ids { scope, epoch, from, ids, end } => {
                self.ids(node, scope, epoch, from, ids, end);
                Ok(())
            }
            Message::Request { number, ids } => self.request(node, number, &ids),
            Message::Deliver { number, changes } => {
                self.deliver(node, number, changes);
                Ok(())
            }
        };
        if let Err(offence) = outcome {
            self.offended(node, offence);
        }
    }

    /// Believes a peer's introduction if its organisation's statements prove it.
    fn hello(&mut self, node: NodeId, hello: &Hello) -> Result<(), Offence> {
        if hello.network != self.network {
            return Err(Offence::OtherNetwork);
        }
        if !(hello.version_min..=hello.version_max).contains(&VERSION) {
            return Err(Offence::Version);
        }
        let (record, organisation, statements) = self.prove(node, hello).ok_or(Offence::Certificate)?;
        let known = self.seen.contains_key(&organisation);
        if known || self.seen.len() < SEEN_MAX {
            self.seen.insert(organisation, record);
        }
        // They go through the same door as everything else, and wait there until the organisation is recognised.
        let results = statements.into_iter().map(Ok).collect();
        self.checked(Source::Peer { node, number: 0 }, results);
        if let Some(session) = self.sessions.get_mut(&node) {
            session.phase = Phase::Introduced(organisation);
        }
        Ok(())
    }

    /// Reads the record and the node certificate; `None` unless together they let this node key act for the organisation.
    fn prove(&self, node: NodeId, hello: &Hello) -> Option<(Record, OrganisationId, Vec<Checked>)> {
        let record_change = check::check(&self.network, hello.record.clone()).ok()?;
        let certificate_change = check::check(&self.network, hello.certificate.clone()).ok()?;
        let Content::Statement(Statement::Record(record)) = record_change.content() else { return None };
        let Content::Statement(Statement::Certificate(certificate)) = certificate_change.content() else { return None };
        let organisation = record.inception.organisation();
        let root = record.inception.root;
        let proven = record_change.change().author() == root
            && certificate_change.change().author() == root
            && certificate.organisation == organisation
            && certificate.bearer == Bearer::Node
            && NodeId::from(certificate.subject) == node;
        let record = record.clone();
        proven.then(|| (record, organisation, vec![record_change, certificate_change]))
    }

    fn compare(&mut self, node: NodeId, held: &[Held]) -> Result<(), Offence> {
        let own = self.config.own;
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let Some(organisation) = session.organisation() else { return Ok(()) };
        if !self.membership.is_member(&organisation) {
            return Ok(());
        }
        for held in held {
            // The other side may know a newer record of ours; only what is certainly not for us is an offence.
            if matches!(held.scope, Scope::Organisation(owner) if owner != own) {
                return Err(Offence::ForeignScope);
            }
        }
        session.theirs = held.iter().map(|held| (held.scope, held.digest)).collect();
        for held in held.iter().filter(|held| policy::may_receive(&held.scope, &own, &self.membership)) {
            let ours = self.sets.get(&held.scope).map(|set| set.digest).unwrap_or_default();
            let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
            if held.digest == ours {
                session.pulls.remove(&held.scope);
            } else if let Some(pull) = session.pulls.get_mut(&held.scope) {
                pull.end = false; // It has moved on: list from where the listing stands.
            } else {
                let cursor = self.cursors.get(&(node, held.scope));
                let (epoch, next) = cursor.map_or((None, 0), |(epoch, next)| (Some(*epoch), *next));
                session.pulls.insert(held.scope, Pull { epoch, next, done: next, ..Pull::default() });
            }
        }
        Ok(())
    }

    /// Returns whether a scope's ids and changes are for this peer.
    fn may_have(&self, node: &NodeId, scope: &Scope) -> bool {
        let organisation = self.sessions.get(node).and_then(Session::organisation);
        organisation
            .is_some_and(|id| policy::may_receive(scope, &id, &self.membership) && self.membership.is_member(&id))
    }

    fn list(&mut self, node: NodeId, scope: Scope, from: u64) -> Result<(), Offence> {
        if !self.may_have(&node, &scope) {
            return Err(Offence::ForeignScope);
        }
        let order = self.sets.get(&scope).map(|set| set.order.as_slice()).unwrap_or_default();
        let rest = usize::try_from(from).ok().and_then(|from| order.get(from..)).unwrap_or_default();
        let ids: Vec<_> = rest.iter().take(PAGE_IDS_MAX).map(|index| self.catalog.entry(*index).id).collect();
        let end = ids.len() == rest.len();
        self.send(node, Message::Ids { scope, epoch: self.epoch, from, ids, end });
        Ok(())
    }

    fn ids(&mut self, node: NodeId, scope: Scope, epoch: u64, from: u64, ids: Vec<ChangeId>, end: bool) {
        let wanted: Vec<_> = ids.iter().copied().filter(|id| self.needs(id)).collect();
        let Some(pull) = self.sessions.get_mut(&node).and_then(|session| session.pulls.get_mut(&scope)) else { return };
        if pull.listing.take().is_none() || from != pull.next {
            return;
        }
        if pull.epoch.is_some_and(|known| known != epoch) && from != 0 {
            // Its order began anew since the cursor was kept: so does the listing.
            *pull = Pull { epoch: Some(epoch), ..Pull::default() };
            return;
        }
        pull.epoch = Some(epoch);
        pull.next += ids.len() as u64;
        pull.end = end || ids.is_empty();
        pull.wanted.extend(wanted);
    }

    fn request(&mut self, node: NodeId, number: u32, ids: &[ChangeId]) -> Result<(), Offence> {
        let mut ordinals = Vec::new();
        let mut bytes = 0usize;
        for id in ids {
            let Some(index) = self.catalog.find(id) else { continue };
            let scope = self.catalog.document_of(index).scope;
            if !self.may_have(&node, &scope) {
                return Err(Offence::ForeignScope);
            }
            let entry = self.catalog.entry(index);
            let Some(ordinal) = entry.ordinal else { continue };
            bytes += entry.bytes as usize;
            if !ordinals.is_empty() && (bytes > DELIVERY_BYTES_MAX || ordinals.len() >= DELIVERY_CHANGES_MAX) {
                break;
            }
            ordinals.push(ordinal);
        }
        if let Some(session) = self.sessions.get_mut(&node) {
            session.counters.sent += ordinals.len() as u64;
        }
        self.outbox.push_back(Effect::Deliver { node, number, ordinals });
        Ok(())
    }

    fn deliver(&mut self, node: NodeId, number: u32, changes: Vec<Vec<u8>>) {
        let full = self.intake.is_full();
        let member = self.is_member(&node);
        let Some(session) = self.sessions.get_mut(&node) else { return };
        let welcome = number == 0 && !full && member && session.has_room_for_unasked();
        match session.requests.get_mut(&number) {
            Some(request) if !request.answered => request.answered = true,
            _ if welcome => {}
            // Unasked, and from a stranger or more than there is room for: comparing will find what is worth having.
            _ => return,
        }
        session.begin_judging(changes.iter().map(Vec::len).sum());
        session.counters.received += changes.len() as u64;
        self.outbox.push_back(Effect::Check { source: Source::Peer { node, number }, changes });
    }

    /// Returns whether a peer acts for a member.
    fn is_member(&self, node: &NodeId) -> bool {
        let organisation = self.sessions.get(node).and_then(Session::organisation);
        organisation.is_some_and(|id| self.membership.is_member(&id))
    }

    /// A request's answer was judged: what did not come is asked for again, unless nothing came at all.
    pub(super) fn answered(&mut self, node: NodeId, number: u32, delivered: &BTreeSet<ChangeId>) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        session.end_judging();
        let Some(request) = session.requests.remove(&number) else { return };
        let Some(pull) = session.pulls.get_mut(&request.scope) else { return };
        if request.ids.iter().any(|id| delivered.contains(id)) {
            request.ids.iter().rev().filter(|id| !delivered.contains(id)).for_each(|id| pull.wanted.push_front(*id));
        }
    }

    /// Counts a refusal against the peer that delivered it, and drops a peer that delivers little else.
    pub(super) fn refused_from(&mut self, node: NodeId, id: Option<ChangeId>, name: &'static str) {
        self.outbox.push_back(Effect::Event(Event::Refused { node, id, name }));
        let Some(session) = self.sessions.get_mut(&node) else { return };
        *session.counters.refused.entry(name).or_default() += 1;
        if session.counters.refused.values().sum::<u64>() > REFUSED_MAX {
            self.offended(node, Offence::TooManyRefused);
        }
    }

    /// Goes on with every pull that can go on.
    pub(super) fn pull_all(&mut self, now: Instant) {
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        for node in nodes {
            self.pull_from(now, node);
        }
    }

    fn pull_from(&mut self, now: Instant, node: NodeId) {
        let Some(mut session) = self.sessions.remove(&node) else { return };
        let mut finished = Vec::new();
        let scopes: Vec<_> = session.pulls.keys().copied().collect();
        for scope in scopes {
            self.request_wanted(now, node, scope, &mut session);
            let busy = session.requests.values().any(|request| request.scope == scope);
            let Some(pull) = session.pulls.get_mut(&scope) else { continue };
            if pull.wanted.is_empty() && !busy {
                pull.done = pull.next;
            }
            if pull.listing.is_none() && !pull.end && pull.wanted.len() < PAGE_IDS_MAX {
                pull.listing = Some(now + ANSWER_WITHIN);
                let from = pull.next;
                self.send(node, Message::List { scope, from });
            } else if pull.end && pull.wanted.is_empty() && !busy {
                finished.push(scope);
            }
        }
        for scope in finished {
            if let Some(pull) = session.pulls.remove(&scope) {
                self.keep_cursor(node, scope, &pull);
            }
        }
        self.sessions.insert(node, session);
    }

    /// Remembers how far a scope was pulled from a peer. A forgotten cursor costs a listing from the start, nothing else.
    fn keep_cursor(&mut self, node: NodeId, scope: Scope, pull: &Pull) {
        let Some(epoch) = pull.epoch else { return };
        if self.cursors.len() >= CURSORS_MAX {
            self.cursors.pop_first();
        }
        self.cursors.insert((node, scope), (epoch, pull.done));
    }

    /// Asks for wanted changes as long as there is room for them here.
    fn request_wanted(&mut self, now: Instant, node: NodeId, scope: Scope, session: &mut Session) {
        while session.requests.len() < REQUESTS_OPEN_MAX && !self.intake.is_full() {
            let Some(pull) = session.pulls.get_mut(&scope) else { return };
            let mut ids = Vec::new();
            while ids.len() < REQUEST_IDS
                && let Some(id) = pull.wanted.pop_front()
            {
                if self.needs(&id) {
                    ids.push(id);
                }
            }
            if ids.is_empty() {
                return;
            }
            let number = session.open_request(scope, ids.clone(), now);
            self.send(node, Message::Request { number, ids });
        }
    }

    /// Offers what has just become durable: few changes whole, of many only the digest (in `tell_what_moved`).
    pub(super) fn offer(&mut self, entered: &[(Index, Origin)]) {
        let bytes: u64 = entered.iter().map(|(index, _)| u64::from(self.catalog.entry(*index).bytes)).sum();
        if entered.len() > PUSH_CHANGES_MAX || bytes > PUSH_BYTES_MAX {
            return;
        }
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        for node in nodes {
            let fresh = entered.iter().filter(|(_, origin)| *origin != Origin::Peer(node));
            let ordinals: Vec<_> = fresh
                .filter(|(index, _)| self.may_have(&node, &self.catalog.document_of(*index).scope))
                .filter_map(|(index, _)| self.catalog.entry(*index).ordinal)
                .collect();
            if ordinals.is_empty() {
                continue;
            }
            if let Some(session) = self.sessions.get_mut(&node) {
                session.counters.sent += ordinals.len() as u64;
            }
            self.outbox.push_back(Effect::Deliver { node, number: 0, ordinals });
        }
    }

    /// Tells each recognised peer what is here whenever that differs from what it was last told, once things have settled.
    pub(super) fn tell_what_moved(&mut self) {
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        for node in nodes {
            let Some(session) = self.sessions.get(&node) else { continue };
            let ours: BTreeMap<_, _> = self.shared_with(session).take(SCOPES_MAX).collect();
            if ours.is_empty() || session.told == ours || (self.is_pulling(session) && !session.told.is_empty()) {
                continue;
            }
            self.tell(node, ours);
        }
    }

    /// While a peer's changes stream in, telling it our digest after each batch would only be noise.
    fn is_pulling(&self, session: &Session) -> bool {
        session.pulls.values().any(|pull| !pull.wanted.is_empty()) || !session.requests.is_empty()
    }

    fn tell(&mut self, node: NodeId, ours: BTreeMap<Scope, crate::sync::digest::Digest>) {
        let held = ours.iter().map(|(scope, digest)| Held { scope: *scope, digest: *digest }).collect();
        if let Some(session) = self.sessions.get_mut(&node) {
            session.told = ours;
        }
        self.send(node, Message::Compare(held));
    }

    fn schedule_compare(&mut self, now: Instant) {
        let jitter = next_random(&mut self.random) % 500;
        self.next_compare = now + self.config.anti_entropy * (750 + jitter as u32) / 1000;
    }

    /// Asks again for what is overdue, drops who never said hello, and compares anew with everyone.
    pub(super) fn overdue(&mut self, now: Instant) {
        let nodes: Vec<_> = self.sessions.keys().copied().collect();
        let compare = now >= self.next_compare;
        for node in nodes {
            let Some(session) = self.sessions.get_mut(&node) else { continue };
            if matches!(session.phase, Phase::Greeting { until } if until <= now) {
                self.offended(node, Offence::HelloTimeout);
                continue;
            }
            let late: Vec<_> =
                session.requests.iter().filter(|(_, r)| !r.answered && r.until <= now).map(|(n, _)| *n).collect();
            for number in late {
                let Some(request) = session.requests.remove(&number) else { continue };
                if let Some(pull) = session.pulls.get_mut(&request.scope) {
                    pull.wanted.extend(request.ids);
                }
            }
            for pull in session.pulls.values_mut() {
                pull.listing = pull.listing.filter(|until| *until > now);
            }
            if compare {
                self.compare_anew(node);
            }
        }
        if compare {
            self.schedule_compare(now);
        }
    }

    /// Anti-entropy: tells a peer the digests again, and forgets cursors that led to no agreement.
    fn compare_anew(&mut self, node: NodeId) {
        let Some(session) = self.sessions.get(&node) else { return };
        let ours: BTreeMap<_, _> = self.shared_with(session).take(SCOPES_MAX).collect();
        let unequal: Vec<_> = ours
            .iter()
            .filter(|(scope, digest)| session.theirs.get(scope) != Some(digest) && !session.pulls.contains_key(scope))
            .map(|(scope, _)| *scope)
            .collect();
        for scope in unequal {
            self.cursors.remove(&(node, scope));
        }
        if !ours.is_empty() {
            self.tell(node, ours);
        }
    }

    fn send(&mut self, node: NodeId, message: Message) {
        self.outbox.push_back(Effect::Send { node, message });
    }
}
