//! What an engine asks for is done here: judging, writing, sending, closing; each takes its time and may go wrong. One of the three
//! places that know the messages and effects (beside `inspect` and `byzantine`).

use std::sync::Arc;
use std::time::Duration;

use talkoot_protocol::id::ChangeId;
use talkoot_protocol::sync::effect::{Effect, Event, Outcome, Shipment, Unchecked, Write};
use talkoot_protocol::sync::input::{Batch, Input, Source};
use talkoot_protocol::wire::message::Message;

use super::byzantine::Stage;
use super::disk::Writing;
use super::inspect::{self, Facts};
use super::invariant::{self, Held};
use super::ledger::Known;
use super::network::{Frame, pair};
use super::run::{Happening, World};

/// How long a peer that offended is not let in again.
const BAN: Duration = Duration::from_secs(60);

impl World {
    /// Tells a node's engine something and does what it asks for.
    pub(super) fn tell(&mut self, at: usize, input: Input) -> Held {
        let node = &mut self.nodes[at];
        let now = node.clock.shows(self.schedule.now());
        let Some(engine) = node.engine.as_mut() else { return Ok(()) };
        engine.handle(now, input);
        let mut effects = 0;
        while let Some(effect) = self.nodes[at].engine.as_mut().and_then(|engine| engine.poll_effect()) {
            effects += 1;
            self.execute(at, effect)?;
        }
        self.set_wake(at);
        invariant::after(self, at, effects)
    }

    fn set_wake(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let Some(due) = node.engine.as_ref().and_then(|engine| engine.poll_timeout()) else { return };
        let due = node.clock.when(due).max(self.schedule.now());
        if node.wake.is_none_or(|wake| due < wake) {
            node.wake = Some(due);
            self.schedule.at(due, Happening::Wake { node: at, life: node.life });
        }
    }

    fn execute(&mut self, at: usize, effect: Effect) -> Held {
        match effect {
            Effect::Check { source, unchecked } => self.judge_later(at, source, unchecked),
            Effect::Persist { batch, writes, evidence } => return self.write_later(at, batch, &writes, evidence),
            Effect::Send { node, message } => {
                let Some(to) = self.number_of(&node) else { return Ok(()) };
                return self.say(at, to, message, Vec::new());
            }
            Effect::Deliver(shipment) => return self.deliver(at, &shipment),
            Effect::Release(node) => {
                let Some(to) = self.number_of(&node) else { return Ok(()) };
                self.note(at, || format!("lets go of n{to}"));
                self.break_link(pair(at, to));
            }
            Effect::Dial { node, .. } => {
                self.note(at, || format!("dials {}", node.short()));
                self.dial_once(at, node);
            }
            Effect::Disconnect { node, offence } => {
                let Some(to) = self.number_of(&node) else { return Ok(()) };
                self.note(at, || format!("closes n{to}: {}", offence.name()));
                if let Some(link) = self.network.links.get_mut(&pair(at, to)) {
                    link.banned = self.schedule.now() + BAN;
                }
                self.break_link(pair(at, to));
            }
            Effect::Event(Event::Decided { token, outcomes }) => return self.decided(at, token.0, &outcomes),
            Effect::Event(Event::Refused { name, .. }) => self.note(at, || format!("refuses: {name}")),
            Effect::Event(Event::Committed(_)) => {}
        }
        Ok(())
    }

    fn judge_later(&mut self, at: usize, source: Source, unchecked: Unchecked) {
        let (least, most) = self.scenario.judge_ms.ends();
        let done = self.schedule.now() + self.random.between(least, most);
        if let Some((peer, raw)) = self.under_judgement(source) {
            *self.nodes[at].judging.entry(peer).or_default() += raw;
        }
        let node = &mut self.nodes[at];
        // Groups of one source in order (assumption 6); here all groups are.
        node.judged = node.judged.max(done);
        self.schedule.at(node.judged, Happening::Judged { node: at, life: node.life, source, unchecked });
    }

    fn under_judgement(&self, source: Source) -> Option<(usize, usize)> {
        match source {
            Source::Peer(delivery) => Some((self.number_of(&delivery.node)?, delivery.raw as usize)),
            Source::Local(_) => None,
        }
    }

    pub(super) fn judged(&mut self, at: usize, source: Source, unchecked: Unchecked) -> Held {
        if let Some((peer, raw)) = self.under_judgement(source)
            && let Some(judging) = self.nodes[at].judging.get_mut(&peer)
        {
            *judging = judging.saturating_sub(raw);
        }
        let input = match (unchecked.open(), source) {
            (Err(_), Source::Peer(delivery)) => Input::Unreadable(delivery),
            (opened, source) => {
                let changes = opened.into_iter().flatten();
                let results: Vec<_> = changes.map(|bytes| self.company.ledger.judge(bytes)).collect();
                let refused = results.iter().filter(|result| result.is_err()).count();
                self.note(at, || format!("has judged {}, {refused} refused", results.len()));
                Input::Checked { source, results }
            }
        };
        self.tell(at, input)
    }

    fn write_later(&mut self, at: usize, batch: Batch, writes: &[Write], evidence: Vec<Vec<u8>>) -> Held {
        if self.nodes[at].honest() {
            invariant::written(self, at, writes, &evidence)?;
        }
        let of = |write: &Write| Some((self.company.ledger.find(&write.change.id())?, write.note.clone()));
        let changes: Vec<_> = writes.iter().filter_map(of).collect();
        self.note(at, || format!("writes {}", changes.len()));
        let (least, most) = self.scenario.disk_ms.ends();
        let delay = self.random.between(least, most);
        let node = &mut self.nodes[at];
        changes.iter().for_each(|(known, _)| node.learn(known));
        node.disk.writing = Some(Writing { batch, changes, evidence });
        self.schedule.after(delay, Happening::Written { node: at, life: node.life });
        Ok(())
    }

    /// The disk is done with a batch, or says that it cannot.
    pub(super) fn written(&mut self, at: usize) -> Held {
        let now = self.schedule.now();
        let node = &mut self.nodes[at];
        if node.disk.full {
            let Some(writing) = node.disk.writing.take() else { return Ok(()) };
            self.note(at, || "cannot write: disk full".into());
            return self.tell(at, Input::PersistFailed { batch: writing.batch, reason: "disk full".into() });
        }
        let Some((batch, ordinals, written)) = node.disk.finish(usize::MAX) else { return Ok(()) };
        written.iter().for_each(|known| self.model.hold(at, known, now));
        self.note(at, || format!("has durable {}", written.len()));
        self.tell(at, Input::Persisted { batch, ordinals })
    }

    fn decided(&mut self, at: usize, token: u64, outcomes: &[Outcome]) -> Held {
        let Some(submission) = self.nodes[at].open.remove(&token) else { return Ok(()) };
        let mut again: Vec<Arc<Known>> = Vec::new();
        for (known, outcome) in submission.changes.iter().zip(outcomes) {
            match outcome {
                Outcome::Stored(id) => {
                    let durable = self.nodes[at].disk.holds(id);
                    let detail = || format!("it acknowledges {}", id.short());
                    invariant::require(durable, invariant::DURABLE, at, detail)?;
                    self.nodes[at].acknowledged.insert(*id);
                }
                Outcome::Known(_) | Outcome::Waiting(..) => {}
                Outcome::NotStored(..) => again.push(known.clone()),
                Outcome::Refused(_, refusal) => {
                    let detail = || format!("it refuses what was signed in good order: {refusal}");
                    return invariant::require(false, invariant::EQUAL, at, detail);
                }
            }
        }
        if !again.is_empty() {
            self.schedule.after(Duration::from_secs(1), Happening::Submit { node: at, changes: again });
        }
        Ok(())
    }

    fn deliver(&mut self, from: usize, shipment: &Shipment) -> Held {
        let Some(to) = self.number_of(&shipment.node) else { return Ok(()) };
        let disk = &self.nodes[from].disk;
        let records: Vec<_> = shipment.ordinals.iter().filter_map(|ordinal| disk.read(*ordinal).cloned()).collect();
        let number = shipment.number;
        if self.nodes[from].honest() {
            let durable = records.len() == shipment.ordinals.len() || !disk.is_whole();
            let detail = || format!("{} of {} records are there", records.len(), shipment.ordinals.len());
            invariant::require(durable, invariant::DURABLE, from, detail)?;
            let scopes = records.iter().map(|known| known.scope).collect();
            let held = records.iter().map(|known| known.id.short_id()).collect();
            let facts = Facts { introduction: records.is_empty(), scopes, held, ..Facts::default() };
            invariant::said(self, from, to, &facts, &|| format!("deliver {number}"))?;
        }
        let carries = records.iter().map(|known| (known.id, known.bytes.len())).collect();
        let parcel = self.company.ledger.pack(shipment.codec, &records);
        self.count_flow(from, to, u64::from(parcel.raw))?;
        self.say(from, to, Message::delivery(number, shipment.end, parcel), carries)
    }

    /// Nobody honest sends an honest node more than it was granted.
    fn count_flow(&mut self, from: usize, to: usize, raw: u64) -> Held {
        let Some(flow) = self.network.flows.get_mut(&(from, to)) else { return Ok(()) };
        flow.sent += raw;
        let flow = *flow;
        let honest = self.nodes[from].honest() && self.nodes[to].honest();
        let detail = || format!("it has sent {} bytes to node {to}, granted {}", flow.sent, flow.granted);
        invariant::require(!honest || flow.sent <= flow.granted, invariant::BOUNDED, from, detail)
    }

    /// Sends a message, as what an honest node says or as what its attack makes of it.
    fn say(&mut self, from: usize, to: usize, message: Message, carries: Vec<(ChangeId, usize)>) -> Held {
        self.note(from, || format!("-> n{to} {}", inspect::line(&message)));
        if let Some(mut attack) = self.nodes[from].attack.take() {
            let house = self.nodes[from].house;
            let company = self.company.clone();
            let mut stage = Stage { company: &company, house, peers: &[to], random: &mut self.mischief, turn: 0 };
            let shots = attack.tamper(&mut stage, to, message);
            self.nodes[from].attack = Some(attack);
            for (to, bytes) in shots {
                self.send(from, to, Frame { carries: carries.clone(), ..Frame::plain(bytes) });
            }
            return Ok(());
        }
        let facts = inspect::facts(&message);
        invariant::said(self, from, to, &facts, &|| inspect::line(&message))?;
        let grants = match &message {
            Message::Credit { granted, .. } => Some(*granted),
            _ => None,
        };
        let bytes = message.encode();
        if !matches!(message, Message::Deliver { .. }) {
            invariant::frame(self, from, to, &bytes)?;
        }
        self.send(from, to, Frame { bytes, carries, grants });
        Ok(())
    }

    /// Puts a frame under way, if there is a session.
    pub(super) fn send(&mut self, from: usize, to: usize, frame: Frame) {
        let now = self.schedule.now();
        let faults = self.faults();
        let (least, most) = self.scenario.latency_ms.ends();
        let mut delay = self.random.between(least, most);
        if self.random.chance(faults.stall) {
            delay += self.random.between(Duration::ZERO, Duration::from_secs(1));
        }
        let (dropped, doubled) = (self.random.chance(faults.drop), self.random.chance(faults.double));
        let swapped = self.random.chance(faults.swap);
        let ends = pair(from, to);
        let end = usize::from(to > from);
        let Some(session) = self.network.sending(from, to) else { return };
        self.measure.frames += 1;
        self.measure.bytes += frame.bytes.len() as u64;
        if session.broken || dropped {
            return;
        }
        let mut arrival = now + delay;
        if !swapped {
            arrival = arrival.max(session.clear[end]);
            session.clear[end] = arrival;
        }
        let session = session.id;
        if doubled {
            let frame = frame.clone();
            self.schedule.at(arrival + least, Happening::Arrive { ends, session, end, frame });
        }
        self.schedule.at(arrival, Happening::Arrive { ends, session, end, frame });
    }

    /// A frame has come in.
    pub(super) fn arrive(&mut self, from: usize, to: usize, frame: Frame) -> Held {
        if let (Some(granted), Some(flow)) = (frame.grants, self.network.flows.get_mut(&(to, from))) {
            flow.granted = flow.granted.max(granted);
        }
        let counts = self.nodes[to].honest() && self.nodes[from].honest();
        for (id, length) in frame.carries {
            let held = self.model.carry(from, to, id);
            if counts {
                self.measure.received += length as u64;
                self.measure.redundant += if held { length as u64 } else { 0 };
            }
        }
        if let Some(attack) = &mut self.nodes[to].attack {
            attack.overhear(from, &frame.bytes);
        }
        let node = self.nodes[from].id;
        self.tell(to, Input::Frame { node, bytes: frame.bytes })
    }

    /// A hostile node says something of its own.
    pub(super) fn turn(&mut self, at: usize) {
        let peers = self.network.peers_of(at, self.schedule.now());
        let Some(mut attack) = self.nodes[at].attack.take() else { return };
        let house = self.nodes[at].house;
        let company = self.company.clone();
        let turn = self.turns[at];
        let mut stage = Stage { company: &company, house, peers: &peers, random: &mut self.mischief, turn };
        let shots = attack.turn(&mut stage);
        self.nodes[at].attack = Some(attack);
        self.turns[at] += u64::from(peers.iter().any(|peer| self.nodes[*peer].honest()));
        for (to, bytes) in shots {
            self.send(at, to, Frame::plain(bytes));
        }
    }
}
