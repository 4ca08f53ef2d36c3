//! Peers that do not keep to the protocol. Each runs a real engine, so that it takes part, and an attack beside it that changes
//! what the engine says or says more. A scenario names attacks; each is one small type. One of the three places that know the
//! messages (beside `drive` and `inspect`).

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;

use talkoot_protocol::id::{ChangeId, ShortId, sha256};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::sketch::{self, Key, Prefix};
use talkoot_protocol::wire::message::{Held, Message, Outcome};
use talkoot_protocol::wire::parcel::{self, Codec};

use super::company::{Company, MALLORY};
use super::ledger::Known;
use super::random::Random;
use crate::cast::{fields, moment};

/// What an attack sees of the world.
#[derive(Debug)]
pub struct Stage<'a> {
    /// Everybody.
    pub company: &'a Company,
    /// The attacker's organisation.
    pub house: usize,
    /// Peers with whom a session stands.
    pub peers: &'a [usize],
    /// Its own chance.
    pub random: &'a mut Random,
    /// Which turn it is, from 0.
    pub turn: u64,
}

/// A frame and its receiver.
pub type Shot = (usize, Vec<u8>);

/// What a hostile peer does.
pub trait Attack: Debug + Send {
    /// Its name in scenario files.
    fn name(&self) -> &'static str;

    /// Refusals and offences that honest nodes must have counted after a turn of it.
    fn counted(&self) -> &'static [&'static str] {
        &[]
    }

    /// Changes what its engine says.
    fn tamper(&mut self, _stage: &mut Stage<'_>, to: usize, message: Message) -> Vec<Shot> {
        vec![(to, message.encode())]
    }

    /// Hears what it is told, beside its engine.
    fn overhear(&mut self, _from: usize, _bytes: &[u8]) {}

    /// Says something of its own; called about once a second.
    fn turn(&mut self, _stage: &mut Stage<'_>) -> Vec<Shot> {
        Vec::new()
    }
}

/// Returns the attack of a name.
pub fn attack(name: &str) -> Option<Box<dyn Attack>> {
    Some(match name {
        "forge" => Box::new(Forge),
        "replay" => Box::new(Replay::default()),
        "reorder" => Box::new(Reorder::default()),
        "equivocate" => Box::new(Equivocate),
        "withhold" => Box::new(Withhold),
        "backdate" => Box::new(Backdate),
        "flood" => Box::new(Flood),
        "lie" => Box::new(Lie),
        "overdraw" => Box::new(Overdraw),
        "grind" => Box::new(Grind),
        "bomb" => Box::new(Bomb),
        "garbage" => Box::new(Garbage),
        "pry" => Box::new(Pry),
        "silent" => Box::new(Silent),
        "impostor" => Box::new(Impostor),
        _ => return None,
    })
}

/// Returns a frame that delivers these unasked.
fn push(changes: Vec<Vec<u8>>) -> Vec<u8> {
    Message::delivery(0, true, parcel::pack(Codec::Plain, changes)).encode()
}

fn bytes_of(known: &[Arc<Known>]) -> Vec<Vec<u8>> {
    known.iter().map(|known| known.bytes.clone()).collect()
}

/// Says one thing to all peers.
fn to_all(stage: &Stage<'_>, frame: &[u8]) -> Vec<Shot> {
    stage.peers.iter().map(|peer| (*peer, frame.to_vec())).collect()
}

/// Delivers changes that nobody signed so: a spoilt signature, another body, no body, somebody else's certificate.
#[derive(Debug)]
struct Forge;

impl Attack for Forge {
    fn name(&self) -> &'static str {
        "forge"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["bad_signature", "body_mismatch", "body_missing", "certificate_of_other_key"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let victim = stage.random.below(stage.company.charter.founders.len().max(1));
        let (report, known) = stage.company.report(victim, 0, super::scenario::Audience::Network, 900 + stage.turn % 8);
        let mut spoilt = known.bytes.clone();
        if let Some(last) = spoilt.last_mut() {
            *last ^= 1;
        }
        let mut unsigned = known.bytes.clone();
        if let Some(at) = unsigned.windows(2).position(|window| window == [0x58, 64]) {
            unsigned[at + 10] ^= 1;
        }
        let mallory = &stage.company.houses[stage.house].workers[MALLORY];
        let certificate = stage.company.houses[victim].workers[0].certificate.id();
        let posing = Author { certificate, ..mallory.author() };
        let number = 10_000 + stage.turn % 8;
        let posed = posing.begin(Kind::Report, Scope::Network, &fields(number), moment(number));
        let mut changes = vec![spoilt, unsigned, report.without_body().encode()];
        changes.extend(posed.map(|change| change.encode()));
        to_all(stage, &push(changes))
    }
}

/// Says again what it heard from others, to anybody.
#[derive(Debug, Default)]
struct Replay(VecDeque<Vec<u8>>);

impl Attack for Replay {
    fn name(&self) -> &'static str {
        "replay"
    }

    fn overhear(&mut self, _: usize, bytes: &[u8]) {
        // Not the hellos: they would end the session before anything else is said.
        if matches!(Message::decode(bytes), Ok(message) if !matches!(message, Message::Hello(_))) {
            self.0.push_back(bytes.to_vec());
            if self.0.len() > 16 {
                self.0.pop_front();
            }
        }
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let frames: Vec<_> = self.0.iter().flat_map(|frame| to_all(stage, frame)).collect();
        self.0.rotate_left(self.0.len().min(7));
        frames
    }
}

/// Says what its engine says in another order.
#[derive(Debug, Default)]
struct Reorder(Vec<Shot>);

impl Attack for Reorder {
    fn name(&self) -> &'static str {
        "reorder"
    }

    fn tamper(&mut self, _: &mut Stage<'_>, to: usize, message: Message) -> Vec<Shot> {
        if matches!(message, Message::Hello(_)) {
            return vec![(to, message.encode())];
        }
        self.0.push((to, message.encode()));
        let full = self.0.len() >= 4;
        if full { self.0.drain(..).rev().collect() } else { Vec::new() }
    }

    fn turn(&mut self, _: &mut Stage<'_>) -> Vec<Shot> {
        self.0.drain(..).rev().collect()
    }
}

/// Signs two changes at one place and tells each half of its peers another one.
#[derive(Debug)]
struct Equivocate;

impl Attack for Equivocate {
    fn name(&self) -> &'static str {
        "equivocate"
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        if stage.turn > 5 {
            return Vec::new();
        }
        let [report, one, other] = stage.company.fork(stage.house, 700 + stage.turn);
        let side =
            |at: usize| bytes_of(&[report.clone(), if at.is_multiple_of(2) { one.clone() } else { other.clone() }]);
        stage.peers.iter().enumerate().map(|(at, peer)| (*peer, push(side(at)))).collect()
    }
}

/// Says what it holds and answers nothing.
#[derive(Debug)]
struct Withhold;

impl Attack for Withhold {
    fn name(&self) -> &'static str {
        "withhold"
    }

    fn tamper(&mut self, _: &mut Stage<'_>, to: usize, message: Message) -> Vec<Shot> {
        let kept = matches!(message, Message::Deliver { .. } | Message::Found { .. } | Message::Ranges { .. });
        if kept { Vec::new() } else { vec![(to, message.encode())] }
    }
}

/// Signs reports that claim to be older than the network.
#[derive(Debug)]
struct Backdate;

impl Attack for Backdate {
    fn name(&self) -> &'static str {
        "backdate"
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        if stage.turn > 5 {
            return Vec::new();
        }
        to_all(stage, &push(bytes_of(&[stage.company.backdated(stage.house, stage.turn)])))
    }
}

/// Asks more than anybody could read.
#[derive(Debug)]
struct Flood;

impl Attack for Flood {
    fn name(&self) -> &'static str {
        "flood"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["too_many_requests"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        if !stage.turn.is_multiple_of(20) {
            return Vec::new();
        }
        let ask = Message::Request { number: 1, ids: Vec::new() }.encode();
        (0..1_100).flat_map(|_| to_all(stage, &ask)).collect()
    }
}

/// Sends more than it was granted.
#[derive(Debug)]
struct Overdraw;

impl Attack for Overdraw {
    fn name(&self) -> &'static str {
        "overdraw"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["overdrawn"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let parcel = parcel::pack(Codec::Zstd1, [vec![7u8; 250_000], vec![8; 250_000]]);
        let frame = Message::delivery(0, true, parcel).encode();
        (0..6).flat_map(|_| to_all(stage, &frame)).collect()
    }
}

/// Lies about what it holds: other digests, other symbols, changes that do not exist.
#[derive(Debug)]
struct Lie;

impl Lie {
    fn id(stage: &mut Stage<'_>) -> ChangeId {
        ChangeId::from_bytes(sha256(&[&stage.random.draw().to_be_bytes()]))
    }
}

impl Attack for Lie {
    fn name(&self) -> &'static str {
        "lie"
    }

    fn tamper(&mut self, stage: &mut Stage<'_>, to: usize, message: Message) -> Vec<Shot> {
        let message = match message {
            Message::Cells { number, scope, key, count, from, mut cells } => {
                let at = stage.random.below(cells.len());
                cells.iter_mut().skip(at).take(8).for_each(|byte| *byte ^= 0x55);
                Message::Cells { number, scope, key, count, from, cells }
            }
            Message::Found { number, .. } => Message::Found { number, outcome: Outcome::Lacking(1_000_000) },
            other => other,
        };
        vec![(to, message.encode())]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let mut digest = Digest::default();
        (0..stage.random.below(2_000)).for_each(|_| digest.add(&Self::id(stage)));
        let rumours = (0..64).map(|_| Self::id(stage).short_id()).collect();
        let mut shots = to_all(stage, &Message::Announce(rumours).encode());
        shots.extend(to_all(stage, &Message::Compare(vec![Held { scope: Scope::Network, digest }]).encode()));
        shots
    }
}

/// Compares with symbols of ids ground to look alike, and announces ids that begin like real ones.
#[derive(Debug)]
struct Grind;

impl Attack for Grind {
    fn name(&self) -> &'static str {
        "grind"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["comparison"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let like = |known: &Arc<Known>, last: u8| {
            let mut bytes = *known.id.short_id().as_bytes();
            bytes[15] = last;
            ShortId::from_bytes(bytes)
        };
        let real: Vec<_> = stage.company.houses.iter().flat_map(|house| house.statements.iter()).take(64).collect();
        let twins: Vec<_> = real.iter().map(|known| like(known, stage.turn as u8)).collect();
        let key = Key::from_bytes([stage.turn as u8; 16]);
        let prefix = Prefix::of(key, 256, twins.iter().copied().chain(twins.iter().copied()));
        let snapshot = prefix.snapshot();
        let mut cells = sketch::encode(snapshot.cells(0..256), 0, 2_000);
        // Each symbol by itself is well formed; together they contradict each other.
        cells.reverse();
        if !stage.turn.is_multiple_of(2) {
            cells.pop();
        }
        let number = 90_000 + stage.turn as u32;
        let lie = Message::Cells { number, scope: Scope::Network, key: Some(key), count: 2_000, from: 0, cells };
        let mut shots = to_all(stage, &Message::Announce(twins).encode());
        shots.extend(to_all(stage, &lie.encode()));
        shots
    }
}

/// Delivers changes that are small to carry and great to read.
#[derive(Debug)]
struct Bomb;

impl Attack for Bomb {
    fn name(&self) -> &'static str {
        "bomb"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["too_many_operations", "too_deep", "compressed_chunk", "too_many_dependencies", "parcel"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        if stage.turn > 0 {
            // A parcel that holds more than it says.
            let parcel = parcel::pack(Codec::Zstd1, [vec![0u8; 200_000]]);
            let bomb = Message::Deliver { number: 0, end: true, raw: 10, parcel: parcel.bytes };
            return to_all(stage, &bomb.encode());
        }
        let corpus = stage.company.bombs(stage.house);
        to_all(stage, &push(corpus.iter().map(|hostile| hostile.change.clone()).collect()))
    }
}

/// Sends what is no message.
#[derive(Debug)]
struct Garbage;

impl Attack for Garbage {
    fn name(&self) -> &'static str {
        "garbage"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["malformed_message"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let mut frame: Vec<u8> = (0..64).map(|_| stage.random.draw() as u8).collect();
        if stage.turn.is_multiple_of(2) {
            // As deeply nested as a frame can be.
            frame = vec![0x81; 100_000];
        }
        to_all(stage, &frame)
    }
}

/// Asks for what is not for it.
#[derive(Debug)]
struct Pry;

impl Attack for Pry {
    fn name(&self) -> &'static str {
        "pry"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["foreign_scope"]
    }

    fn turn(&mut self, stage: &mut Stage<'_>) -> Vec<Shot> {
        let others = stage.company.houses.iter().enumerate().filter(|(house, _)| *house != stage.house);
        let ids: Vec<_> = others.map(|(_, house)| house.id).collect();
        let Some(owner) = stage.random.pick(&ids) else { return Vec::new() };
        let key = Key::from_bytes([1; 16]);
        let ask = Message::Have { number: 1, scope: Scope::Organisation(owner), key, hashes: Vec::new(), end: true };
        to_all(stage, &ask.encode())
    }
}

/// Never says who it is.
#[derive(Debug)]
struct Silent;

impl Attack for Silent {
    fn name(&self) -> &'static str {
        "silent"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["hello_timeout"]
    }

    fn tamper(&mut self, _: &mut Stage<'_>, _: usize, _: Message) -> Vec<Shot> {
        Vec::new()
    }
}

/// Says it is somebody else.
#[derive(Debug)]
struct Impostor;

impl Attack for Impostor {
    fn name(&self) -> &'static str {
        "impostor"
    }

    fn counted(&self) -> &'static [&'static str] {
        &["certificate"]
    }

    fn tamper(&mut self, stage: &mut Stage<'_>, to: usize, message: Message) -> Vec<Shot> {
        let Message::Hello(mut hello) = message else { return Vec::new() };
        let seats = &stage.company.seats;
        let other = seats.iter().find(|seat| seat.house != stage.house);
        if let Some(seat) = other {
            hello.record.clone_from(&seat.record);
            hello.certificate.clone_from(&seat.certificate);
        }
        vec![(to, Message::Hello(hello).encode())]
    }
}
