//! What peers say: who they are, what they hold, and where each other message goes. A peer that misbehaves is an outcome, not
//! an error: it is named, counted and disconnected.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::header::VERSION;
use crate::id::{NodeId, OrganisationId};
use crate::policy;
use crate::scope::Scope;
use crate::statement::{Bearer, Record, Statement};
use crate::sync::check::{self, Checked, Content};
use crate::sync::digest::Digest;
use crate::sync::effect::{Effect, Offence};
use crate::sync::input::{Delivery, Source};
use crate::sync::session::{Phase, Session};
use crate::time::Instant;
use crate::wire::message::{FEATURE_ZSTD_1, Held, Hello, Message, SCOPES_MAX};
use crate::wire::parcel::Codec;

use super::{Engine, SEEN_MAX};

/// How long things must have been quiet before a peer is told our digests anew.
const QUIET: Duration = Duration::from_secs(1);
/// Comparisons in a row that a peer should have begun and did not, after which we begin.
const TURNS_MISSED_MAX: u32 = 2;

impl Engine {
    pub(super) fn connected(&mut self, now: Instant, node: NodeId) {
        if self.sessions.is_empty() {
            self.schedule_compare(now);
        }
        self.end_session(node);
        self.overlay.connected(node);
        self.sessions_begun += 1;
        self.sessions.insert(node, Session::new(now, self.sessions_begun));
        self.send(node, Message::Hello(Box::new(self.config.hello.clone())));
    }

    pub(super) fn disconnected(&mut self, now: Instant, node: NodeId) {
        self.end_session(node);
        self.overlay.disconnected(now, node);
    }

    /// Forgets everything that was under way with a peer.
    pub(super) fn end_session(&mut self, node: NodeId) {
        if self.sessions.remove(&node).is_some() {
            self.pulls.retain(|_, pull| pull.node != node);
            self.requested.retain(|_, asked| *asked != node);
        }
    }

    pub(super) fn frame(&mut self, now: Instant, node: NodeId, bytes: &[u8]) {
        let Some(session) = self.sessions.get_mut(&node) else { return };
        session.heard = now;
        session.counters.bytes_received += bytes.len() as u64;
        let outcome = match Message::decode(bytes) {
            Ok(message) => self.message(now, node, message),
            Err(_) => Err(Offence::MalformedMessage),
        };
        if let Err(offence) = outcome {
            self.offended(node, offence);
        }
    }

    fn message(&mut self, now: Instant, node: NodeId, message: Message) -> Result<(), Offence> {
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        let introduced = matches!(session.phase, Phase::Introduced(_));
        if !session.may_ask(now, weight(&message)) {
            return Err(Offence::TooManyRequests);
        }
        match message {
            Message::Hello(hello) if !introduced => self.hello(now, node, &hello),
            Message::Hello(_) => Err(Offence::Hello),
            Message::Goodbye { .. } => Ok(()),
            _ if !introduced => Err(Offence::Hello),
            Message::Compare(held) => self.compare(now, node, &held),
            Message::Cells { number, scope, key, count, from, cells } => {
                self.cells(now, node, super::answering::Asked { number, scope }, key, count, from, &cells)
            }
            Message::Found { number, outcome } => self.found(now, node, number, outcome),
            Message::Have { number, scope, key, hashes, end } => {
                self.have(now, node, super::answering::Asked { number, scope }, key, &hashes, end)
            }
            Message::Ranges { number, scope, asks: true, round } => {
                self.ranges_asked(now, node, super::answering::Asked { number, scope }, &round)
            }
            Message::Ranges { number, asks: false, round, .. } => self.ranges_answered(now, node, number, &round),
            Message::Request { number, ids } => self.request(node, number, &ids),
            Message::Deliver { number, end, raw, parcel } => self.deliver(now, node, number, end, raw, parcel),
            Message::Credit { granted, stored } => self.credit(node, granted, stored),
            Message::Announce(ids) => self.announced(now, node, ids),
        }
    }

    /// Believes a peer's introduction if its organisation's statements prove it.
    fn hello(&mut self, now: Instant, node: NodeId, hello: &Hello) -> Result<(), Offence> {
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
        let zstd = hello.features & self.config.hello.features & FEATURE_ZSTD_1 != 0;
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        session.phase = Phase::Introduced(organisation);
        session.codec = if zstd { Codec::Zstd1 } else { Codec::Plain };
        let delivery = Delivery { node, session: session.number, number: 0, end: true, raw: 0 };
        self.moved = true;
        // They go through the same door as everything else, and wait there until the organisation is recognised.
        self.checked(now, Source::Peer(delivery), statements.into_iter().map(Ok).collect());
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

    /// Notes what a peer holds, and decides of each scope in which we differ who begins to compare.
    fn compare(&mut self, now: Instant, node: NodeId, held: &[Held]) -> Result<(), Offence> {
        let own = self.config.own;
        if !self.is_member(&node) {
            return Ok(());
        }
        // The other side may know a newer record of ours; only what is certainly not for us both is an offence.
        let theirs = self.sessions.get(&node).and_then(Session::organisation);
        let foreign = |owner| owner != own || theirs != Some(owner);
        if held.iter().any(|held| matches!(held.scope, Scope::Organisation(owner) if foreign(owner))) {
            return Err(Offence::ForeignScope);
        }
        let ours: BTreeMap<Scope, Digest> = self.digests().collect();
        let shared = |scope: &Scope| policy::may_receive(scope, &own, &self.membership) && self.may_have(&node, scope);
        let shared: Vec<Held> = held.iter().filter(|held| shared(&held.scope)).copied().collect();
        let Some(session) = self.sessions.get_mut(&node) else { return Ok(()) };
        session.theirs = held.iter().map(|held| (held.scope, held.digest)).collect();
        for held in shared {
            let ours = ours.get(&held.scope).copied().unwrap_or_default();
            session.weigh(now, held.scope, ours, held.digest, self.config.node < node);
        }
        Ok(())
    }

    /// Returns whether a scope's ids and changes are for this peer.
    pub(super) fn may_have(&self, node: &NodeId, scope: &Scope) -> bool {
        let organisation = self.sessions.get(node).and_then(Session::organisation);
        organisation
            .is_some_and(|id| policy::may_receive(scope, &id, &self.membership) && self.membership.is_member(&id))
    }

    /// Returns whether a peer acts for a member.
    pub(super) fn is_member(&self, node: &NodeId) -> bool {
        let organisation = self.sessions.get(node).and_then(Session::organisation);
        organisation.is_some_and(|id| self.membership.is_member(&id))
    }

    /// Tells each recognised peer what is here when that differs from what it was last told: at once the first time, and
    /// later when things have been quiet, for what is new reaches it by itself.
    pub(super) fn tell_what_moved(&mut self, now: Instant) {
        let moved = std::mem::take(&mut self.moved);
        let due = |session: &Session| moved || session.tell_at.is_some_and(|at| at <= now);
        let nodes: Vec<_> = self.sessions.iter().filter(|(_, session)| due(session)).map(|(node, _)| *node).collect();
        for node in nodes {
            let Some(session) = self.sessions.get(&node) else { continue };
            let ours: BTreeMap<_, _> = self.shared_with(session).take(SCOPES_MAX).collect();
            let busy = self.is_fetching_from(&node, session);
            let Some(session) = self.sessions.get_mut(&node) else { continue };
            if ours.is_empty() || session.told == ours {
                session.tell_at = None;
            } else if session.told.is_empty() || !busy && session.tell_at.is_some_and(|at| at <= now) {
                self.tell(node, ours);
            } else {
                // While a peer's changes stream in, telling it our digest after each batch would only be noise.
                session.tell_at = Some(session.tell_at.filter(|at| *at > now).unwrap_or(now + QUIET));
            }
        }
    }

    fn is_fetching_from(&self, node: &NodeId, session: &Session) -> bool {
        !session.has_asked_all() || self.pulls.values().any(|pull| pull.node == *node)
    }

    pub(super) fn tell(&mut self, node: NodeId, ours: BTreeMap<Scope, Digest>) {
        let held = ours.iter().map(|(scope, digest)| Held { scope: *scope, digest: *digest }).collect();
        if let Some(session) = self.sessions.get_mut(&node) {
            session.told = ours;
            session.tell_at = None;
        }
        self.send(node, Message::Compare(held));
    }

    pub(super) fn send(&mut self, node: NodeId, message: Message) {
        self.outbox.push_back(Effect::Send { node, message });
    }
}

/// What a message costs the node that answers it, counted in small requests.
fn weight(message: &Message) -> u32 {
    match message {
        // A delivery of nothing takes no credit, so it is weighed; an honest node has little reason to make one.
        Message::Request { .. } | Message::Deliver { raw: 0, .. } => 1,
        Message::Compare(_) | Message::Announce(_) => 2,
        Message::Have { .. } => 5,
        Message::Cells { .. } | Message::Ranges { .. } => 20,
        // What credit bounds already.
        Message::Deliver { .. } => 0,
        _ => 1,
    }
}

impl Session {
    /// Decides whether a scope is to be pulled from this peer, whose digest it just told. The side that holds fewer begins; of
    /// two that hold the same number the one with the smaller node id.
    fn weigh(&mut self, now: Instant, scope: Scope, ours: Digest, theirs: Digest, first: bool) {
        if ours == theirs {
            self.wants.remove(&scope);
            self.turns_missed.remove(&scope);
            self.compared.remove(&scope);
            self.failures = 0;
            self.stalls = 0;
            return;
        }
        if self.compared.remove(&scope) == Some((ours, theirs)) {
            self.fail(now);
        }
        let missed = self.turns_missed.entry(scope).or_default();
        *missed += 1;
        let is_ours = ours.count() < theirs.count() || ours.count() == theirs.count() && first;
        if is_ours || *missed > TURNS_MISSED_MAX {
            self.wants.insert(scope);
        }
    }
}
