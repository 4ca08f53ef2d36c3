//! Intake: from checked to durable. Nothing is announced, counted as held, or answered before its batch is on disk.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{Index, NewPlace, Ordinal};
use crate::id::{ChangeId, NodeId};
use crate::membership::Membership;
use crate::policy;
use crate::scope::Scope;
use crate::signed::Signed;
use crate::sync::admit::{Admission, Door, Missing, Verdict};
use crate::sync::check::{Checked, Content, Refused};
use crate::sync::effect::{Effect, Event, Offence, Outcome, Unchecked, Write};
use crate::sync::held::{ScopeSet, shared_key};
use crate::sync::input::{Batch, Origin, Source, Token};
use crate::sync::session::Session;
use crate::time::Instant;

use super::{Engine, Submission, Submissions};

/// Most changes in one batch.
const BATCH_CHANGES_MAX: usize = 1_024;
/// Bytes after which a batch is closed.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// How long nothing is fetched after the disk took no write.
const REST: Duration = Duration::from_secs(5);
/// Bytes in the queue above which peers are not asked for more.
pub(super) const QUEUE_BYTES_HIGH: usize = 8 * 1024 * 1024;

/// What is on its way in.
#[derive(Debug, Default)]
pub(super) struct Intake {
    queue: VecDeque<(Origin, Arc<Checked>)>,
    queued: BTreeSet<ChangeId>,
    queue_bytes: usize,
    evidence: Vec<Vec<u8>>,
    /// Evidence of a batch that could not be written: goes with the next one, and does not begin one by itself.
    evidence_left: Vec<Vec<u8>>,
    writing: Option<Writing>,
    next_batch: u64,
    submissions: Submissions,
}

/// The batch that is being written.
#[derive(Debug)]
struct Writing {
    batch: Batch,
    entries: Vec<(Index, Origin, Arc<Checked>)>,
    outcomes: Vec<(Token, u32, Outcome)>,
    evidence: Vec<Vec<u8>>,
    /// Who delivered what was here, or in this batch, already.
    known: Vec<Origin>,
    catalog_before: usize,
    membership_before: Option<Box<Membership>>,
}

impl Intake {
    /// Returns the first queued change from an id on.
    pub(super) fn next_from(&self, id: &ChangeId) -> Option<&ChangeId> {
        self.queued.range(id..).next()
    }

    pub(super) fn is_full(&self) -> bool {
        self.queue_bytes >= QUEUE_BYTES_HIGH
    }

    fn push(&mut self, origin: Origin, change: Arc<Checked>) {
        self.queued.insert(change.id());
        self.queue_bytes += change.bytes().len();
        self.queue.push_back((origin, change));
    }

    pub(super) fn push_front(&mut self, origin: Origin, change: Arc<Checked>) {
        self.queued.insert(change.id());
        self.queue_bytes += change.bytes().len();
        self.queue.push_front((origin, change));
    }

    fn pop(&mut self) -> Option<(Origin, Arc<Checked>)> {
        let (origin, change) = self.queue.pop_front()?;
        self.queued.remove(&change.id());
        self.queue_bytes = self.queue_bytes.saturating_sub(change.bytes().len());
        Some((origin, change))
    }
}

impl Engine {
    pub(super) fn submitted(&mut self, token: Token, changes: Vec<Vec<u8>>) {
        if self.expect(token, changes.len()) {
            let unchecked = Unchecked::Changes(changes);
            self.outbox.push_back(Effect::Check { source: Source::Local(token), unchecked });
        }
    }

    pub(super) fn sealed(&mut self, now: Instant, token: Token, changes: Vec<Checked>) {
        if self.expect(token, changes.len()) {
            self.checked(now, Source::Local(token), changes.into_iter().map(Ok).collect());
        }
    }

    /// Opens a submission of so many changes; returns whether there is anything to decide.
    fn expect(&mut self, token: Token, changes: usize) -> bool {
        if changes == 0 {
            self.outbox.push_back(Effect::Event(Event::Decided { token, outcomes: Vec::new() }));
            return false;
        }
        self.intake.submissions.insert(token, Submission { outcomes: vec![None; changes], open: changes });
        true
    }

    pub(super) fn checked(&mut self, now: Instant, source: Source, results: Vec<Result<Checked, Refused>>) {
        if let Source::Peer(delivery) = source {
            let known =
                |result: &Result<Checked, Refused>| result.as_ref().is_ok_and(|c| !self.needs(&c.id().short_id()));
            let known = results.iter().filter(|result| known(result)).count();
            self.judged(now, delivery, results.len(), known);
        }
        for (at, result) in results.into_iter().enumerate() {
            let origin = match source {
                Source::Local(token) => Origin::Local { token, at: at as u32 },
                Source::Peer(delivery) => Origin::Peer { node: delivery.node, session: delivery.session },
            };
            match result {
                Ok(change) => {
                    self.unsettle(origin);
                    self.intake.push(origin, Arc::new(change));
                }
                Err(refused) => self.refuse(origin, refused),
            }
        }
    }

    /// Returns the session in which a change came, if it still stands.
    fn session_of(&mut self, origin: Origin) -> Option<&mut Session> {
        let Origin::Peer { node, session } = origin else { return None };
        self.sessions.get_mut(&node).filter(|held| held.number == session)
    }

    /// Notes that a delivered change is on its way in.
    pub(super) fn unsettle(&mut self, origin: Origin) {
        if let Some(session) = self.session_of(origin) {
            session.unsettled += 1;
        }
    }

    /// Notes that a delivered change has come to rest: stored, turned away, or waiting.
    fn settle(&mut self, origin: Origin) {
        if let Some(session) = self.session_of(origin) {
            session.unsettled = session.unsettled.saturating_sub(1);
        }
    }

    /// Notes a refusal, keeps the header of what was refused for an identifier, and tells whoever sent it.
    fn refuse(&mut self, origin: Origin, refused: Refused) {
        let name = refused.refusal.name();
        let already = refused.id.is_some_and(|id| self.refused.contains(&id));
        self.remember_refused(refused.id, name);
        if let Some(kept) = refused.kept.filter(|kept| !already && self.is_signed_by_member(kept)) {
            self.intake.evidence.push(kept);
        }
        match origin {
            Origin::Local { token, at } => {
                self.decide(token, at, Outcome::Refused(refused.id, refused.refusal));
            }
            Origin::Peer { node, .. } => self.refused_from(node, refused.id, name),
            Origin::Log(_) => {}
        }
    }

    /// Returns whether a kept header is by a key that a member's certificate lets act: nothing else enters the log.
    fn is_signed_by_member(&self, kept: &[u8]) -> bool {
        let Ok(signed) = Signed::decode(kept) else { return false };
        let certificate = signed.header().certificate.and_then(|id| self.membership.certificate(&id));
        certificate.is_some_and(|certificate| {
            certificate.subject == signed.header().author && self.membership.is_member(&certificate.organisation)
        })
    }

    /// Sets one outcome of a submission and reports it once all are set.
    fn decide(&mut self, token: Token, at: u32, outcome: Outcome) {
        let Some(submission) = self.intake.submissions.get_mut(&token) else { return };
        let Some(slot) = submission.outcomes.get_mut(at as usize) else { return };
        if slot.replace(outcome).is_none() {
            submission.open -= 1;
        }
        if submission.open == 0
            && let Some(done) = self.intake.submissions.remove(&token)
        {
            let outcomes = done.outcomes.into_iter().flatten().collect();
            self.outbox.push_back(Effect::Event(Event::Decided { token, outcomes }));
        }
    }

    /// Admits what is queued into the next batch, unless one is being written.
    pub(super) fn advance(&mut self, now: Instant) {
        if self.intake.writing.is_some() || (self.intake.queue.is_empty() && self.intake.evidence.is_empty()) {
            return;
        }
        let mut writing = Writing {
            batch: Batch(self.intake.next_batch),
            entries: Vec::new(),
            outcomes: Vec::new(),
            evidence: Vec::new(),
            known: Vec::new(),
            catalog_before: self.catalog.len(),
            membership_before: None,
        };
        let mut bytes = 0;
        while writing.entries.len() < BATCH_CHANGES_MAX && bytes < BATCH_BYTES {
            let Some((origin, change)) = self.intake.pop() else { break };
            bytes += change.bytes().len();
            self.admit(&mut writing, origin, change);
        }
        self.intake.next_batch += 1;
        self.begin_writing(now, writing);
    }

    fn begin_writing(&mut self, now: Instant, mut writing: Writing) {
        let writes: Vec<Write> = writing
            .entries
            .iter()
            .filter(|(_, origin, _)| !matches!(origin, Origin::Log(_)))
            .map(|(index, _, change)| Write { change: change.clone(), note: self.note(*index) })
            .collect();
        let mut evidence = std::mem::take(&mut self.intake.evidence_left);
        evidence.append(&mut self.intake.evidence);
        writing.evidence.clone_from(&evidence);
        let batch = writing.batch;
        self.intake.writing = Some(writing);
        if writes.is_empty() && evidence.is_empty() {
            self.persisted(now, batch, &[]);
        } else {
            self.outbox.push_back(Effect::Persist { batch, writes, evidence });
        }
    }

    fn admit(&mut self, writing: &mut Writing, origin: Origin, change: Arc<Checked>) {
        let door = Door { catalog: &self.catalog, membership: &self.membership, refused: &self.refused };
        match door.judge(&change) {
            Verdict::Admit(admission) => match self.foreigner(origin, &admission) {
                Some((node, scope)) => {
                    self.settle(origin);
                    self.foreign_from(node, &scope);
                }
                None => self.enter(writing, origin, change, *admission),
            },
            Verdict::Known if self.lost.remove(&change.id()) => {
                if let Origin::Local { token, at } = origin {
                    writing.outcomes.push((token, at, Outcome::Stored(change.id())));
                }
                if let Some(index) = self.catalog.find(&change.id()) {
                    writing.entries.push((index, origin, change));
                }
            }
            Verdict::Known => {
                if let Origin::Local { token, at } = origin {
                    writing.outcomes.push((token, at, Outcome::Known(change.id())));
                }
                writing.known.push(origin);
            }
            Verdict::Wait(missing) => {
                let id = change.id();
                self.settle(origin);
                let parked = self.parked.park(missing, origin, change);
                if let Origin::Local { token, at } = origin {
                    let outcome = match parked {
                        true => Outcome::Waiting(id, missing),
                        false => Outcome::NotStored(id, "too many changes wait for something already".into()),
                    };
                    writing.outcomes.push((token, at, outcome));
                }
            }
            Verdict::Refuse(refusal) => {
                self.settle(origin);
                self.refuse(origin, Refused { id: Some(change.id()), refusal, kept: None });
                self.release(Missing::Change(change.id()));
            }
        }
    }

    /// Returns who delivered a change that is not for this node, and of which scope it is. It is sound, and no verdict is
    /// passed on it; but what is not for us is not kept here.
    fn foreigner(&self, origin: Origin, admission: &Admission) -> Option<(NodeId, Scope)> {
        let Origin::Peer { node, .. } = origin else { return None };
        let scope = match admission.entry.place {
            NewPlace::Begins { scope, .. } => scope,
            NewPlace::Continues(first) => self.catalog.document_of(first).scope,
        };
        (!policy::may_receive(&scope, &self.config.own, &self.membership)).then_some((node, scope))
    }

    /// Whoever delivers what is only for another organisation gave it away; of a region it may not know our newest record.
    fn foreign_from(&mut self, node: NodeId, scope: &Scope) {
        if matches!(scope, Scope::Organisation(_)) && self.sessions.contains_key(&node) {
            self.offended(node, Offence::ForeignScope);
        }
    }

    fn enter(&mut self, writing: &mut Writing, origin: Origin, change: Arc<Checked>, admission: Admission) {
        let sequence = admission.entry.sequence;
        let index = self.catalog.insert(admission.entry);
        if let (Content::Statement(statement), Some(speaker)) = (change.content(), admission.speaker) {
            writing.membership_before.get_or_insert_with(|| Box::new(self.membership.clone()));
            let before: BTreeSet<_> = self.membership.members().collect();
            self.membership.learn(change.id(), speaker, sequence, statement);
            let joined: Vec<_> = self.membership.members().filter(|id| !before.contains(id)).collect();
            joined.into_iter().for_each(|organisation| self.release(Missing::Recognition(organisation)));
        }
        if let Origin::Local { token, at } = origin {
            writing.outcomes.push((token, at, Outcome::Stored(change.id())));
        }
        self.release(Missing::Change(change.id()));
        writing.entries.push((index, origin, change));
    }

    /// The batch is durable: now it counts, is answered, and may be spoken of.
    pub(super) fn persisted(&mut self, now: Instant, batch: Batch, ordinals: &[Ordinal]) {
        let Some(writing) = self.intake.writing.take_if(|writing| writing.batch == batch) else { return };
        let mut ordinals = ordinals.iter().copied();
        for (index, origin, _) in &writing.entries {
            let ordinal = match origin {
                Origin::Log(ordinal) => Some(*ordinal),
                _ => ordinals.next(),
            };
            if let Some(ordinal) = ordinal {
                self.count_in(*index, ordinal);
            }
            self.settle(*origin);
            self.stored_from(now, *origin, true);
        }
        for origin in &writing.known {
            self.settle(*origin);
            self.stored_from(now, *origin, false);
        }
        for (token, at, outcome) in writing.outcomes {
            self.decide(token, at, outcome);
        }
        self.offer(now, &writing.entries.iter().map(|(index, origin, _)| (*index, *origin)).collect::<Vec<_>>());
        let committed: Vec<_> = writing.entries.into_iter().map(|(index, _, change)| (index, change)).collect();
        if !committed.is_empty() {
            self.outbox.push_back(Effect::Event(Event::Committed(committed)));
        }
        self.advance(now);
    }

    /// Adds a durable change to the set of its scope.
    pub(super) fn count_in(&mut self, index: Index, ordinal: Ordinal) {
        self.catalog.set_ordinal(index, ordinal);
        let scope = self.catalog.document_of(index).scope;
        let network = self.network;
        let set = self.sets.entry(scope).or_insert_with(|| ScopeSet::new(shared_key(&network, &scope)));
        set.insert(index, &self.catalog);
        self.moved = true;
    }

    /// The batch is not on disk: nothing of it was ever here. Peers will offer theirs again; submitters are told.
    pub(super) fn persist_failed(&mut self, now: Instant, batch: Batch, reason: &str) {
        let Some(writing) = self.intake.writing.take_if(|writing| writing.batch == batch) else { return };
        self.rests_until = Some(now + REST);
        writing.entries.iter().for_each(|(_, origin, _)| self.settle(*origin));
        writing.known.iter().for_each(|origin| self.settle(*origin));
        let again = writing.entries.iter().filter(|(index, ..)| index.position() < writing.catalog_before);
        self.lost.extend(again.map(|(_, _, change)| change.id()));
        self.catalog.truncate(writing.catalog_before);
        self.intake.evidence_left = writing.evidence;
        if let Some(membership) = writing.membership_before {
            self.membership = *membership;
        }
        for (token, at, outcome) in writing.outcomes {
            let outcome = match outcome {
                Outcome::Stored(id) | Outcome::Known(id) if self.catalog.find(&id).is_none() => {
                    Outcome::NotStored(id, reason.to_owned())
                }
                other => other,
            };
            self.decide(token, at, outcome);
        }
        self.advance(now);
    }
}
