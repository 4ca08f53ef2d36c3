//! What a hostile but certified author might sign: automerge changes made byte by byte, each with the name under which every
//! node must refuse it. Built from the published chunk layout alone, not with the code under test.

use talkoot_protocol::chunk::{Chunk, actor_for};
use talkoot_protocol::header::{Act, Place, Position};
use talkoot_protocol::id::{ChangeId, DocumentId, sha256};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::{Body, Intent, Verified};

use crate::cast::{Worker, moment};

/// One hostile change.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// What it tries.
    pub what: &'static str,
    /// The refusal's name.
    pub refusal: &'static str,
    /// The signed change.
    pub change: Vec<u8>,
}

/// An automerge change chunk in pieces, any of which may be wrong.
#[derive(Debug, Clone)]
struct Pieces {
    kind: u8,
    dependencies: Vec<[u8; 32]>,
    actor: Option<Vec<u8>>,
    sequence: u64,
    start_op: u64,
    time: u64,
    message: &'static [u8],
    others: Vec<Vec<u8>>,
    columns: Vec<(u64, Vec<u8>)>,
    extra: Vec<u8>,
}

fn leb(mut value: u64, bytes: &mut Vec<u8>) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// A run of one value, as automerge's run-length columns have it: the count as a signed LEB128, then the value.
fn run(count: i64, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = count;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        let done = (rest == 0 && low & 0x40 == 0) || (rest == -1 && low & 0x40 != 0);
        bytes.push(if done { low } else { low | 0x80 });
        if done {
            break;
        }
    }
    bytes.extend_from_slice(value);
    bytes
}

impl Pieces {
    /// Sets the root key `a` to null, `count` times.
    fn nulls(count: i64) -> Self {
        let mut inserts = Vec::new();
        leb(count.cast_unsigned(), &mut inserts);
        Self {
            kind: 1,
            dependencies: Vec::new(),
            actor: None,
            sequence: 1,
            start_op: 1,
            time: 0,
            message: b"",
            others: Vec::new(),
            columns: vec![
                (0x15, run(count, b"\x01a")),
                (0x34, inserts),
                (0x42, run(count, &[1])),
                (0x56, run(count, &[0])),
                (0x70, run(count, &[0])),
            ],
            extra: Vec::new(),
        }
    }

    /// `count` maps, each inside the one before.
    fn nested(count: u64) -> Self {
        let rest = i64::try_from(count).unwrap_or(i64::MAX) - 1;
        let mut nested = Self::nulls(rest + 1);
        nested.columns.retain(|(spec, _)| *spec != 0x42);
        nested.columns.push((0x42, run(rest + 1, &[0])));
        let mut actors = vec![0, 1];
        actors.extend(run(rest, &[0]));
        nested.columns.push((0x01, actors));
        nested.columns.push((0x02, {
            let mut counters = vec![0, 1];
            let literal = (1..=rest).fold(run(-rest, &[]), |mut bytes, counter| {
                leb(counter.cast_unsigned(), &mut bytes);
                bytes
            });
            counters.extend(literal);
            counters
        }));
        nested.columns.sort();
        nested
    }

    fn encode(&self, author: &PublicKey, document: Option<&DocumentId>) -> Vec<u8> {
        let mut body = Vec::new();
        leb(self.dependencies.len() as u64, &mut body);
        self.dependencies.iter().for_each(|dependency| body.extend_from_slice(dependency));
        let actor = self.actor.clone().unwrap_or_else(|| vec![0; 16]);
        leb(actor.len() as u64, &mut body);
        let actor_at = body.len();
        body.extend_from_slice(&actor);
        leb(self.sequence, &mut body);
        leb(self.start_op, &mut body);
        leb(self.time, &mut body);
        leb(self.message.len() as u64, &mut body);
        body.extend_from_slice(self.message);
        leb(self.others.len() as u64, &mut body);
        for other in &self.others {
            leb(other.len() as u64, &mut body);
            body.extend_from_slice(other);
        }
        leb(self.columns.len() as u64, &mut body);
        for (spec, data) in &self.columns {
            leb(*spec, &mut body);
            leb(data.len() as u64, &mut body);
        }
        self.columns.iter().for_each(|(_, data)| body.extend_from_slice(data));
        body.extend_from_slice(&self.extra);
        let mut chunk = vec![0x85, 0x6f, 0x4a, 0x83, 0, 0, 0, 0, self.kind];
        leb(body.len() as u64, &mut chunk);
        let body_at = chunk.len();
        chunk.extend_from_slice(&body);
        if self.actor.is_none()
            && let Ok(actor) = actor_for(author, document, &chunk)
        {
            chunk[body_at + actor_at..body_at + actor_at + 16].copy_from_slice(actor.as_bytes());
        }
        reseal(&mut chunk);
        chunk
    }
}

/// Writes into the object that the first operation of a document's first change made, instead of saying anything anew.
pub fn into_object_of(author: &PublicKey, document: &DocumentId, first: &Chunk) -> Vec<u8> {
    let mut pieces = Pieces::nulls(2);
    pieces.dependencies = vec![*first.hash().as_bytes()];
    pieces.start_op = u64::from(first.max_op()) + 1;
    pieces.others = vec![first.actor().as_bytes().to_vec()];
    pieces.columns.extend([(0x01, run(2, &[1])), (0x02, run(2, &[1]))]);
    pieces.columns.sort();
    pieces.encode(author, Some(document))
}

/// Puts the right checksum into a chunk.
fn reseal(chunk: &mut [u8]) {
    let hash = sha256(&[&chunk[8..]]);
    chunk[4..8].copy_from_slice(&hash[..4]);
}

/// Signs a body as the worker's first change of a report, without asking any rule.
pub fn sign_anything(worker: &Worker, content: &[u8], number: u64) -> Verified {
    let place = Place::Begins { kind: Kind::Report, scope: Scope::Network };
    sign_at(worker, place, Position::First, Vec::new(), content, number)
}

/// Signs a body at any place and position.
pub fn sign_at(
    worker: &Worker,
    place: Place,
    position: Position,
    dependencies: Vec<ChangeId>,
    content: &[u8],
    number: u64,
) -> Verified {
    let moment = moment(number);
    let intent = Intent {
        network: worker.network,
        act: Act::Change,
        place,
        certificate: Some(worker.certificate.id()),
        position,
        dependencies,
        claimed: moment.claimed,
    };
    intent.seal(Body::new(moment.salt, content).expect("a body within bounds"), &worker.key)
}

/// Returns every attack known, signed by this worker. The last ones come in greater numbers of bytes.
pub fn corpus(worker: &Worker) -> Vec<Hostile> {
    let author = worker.key.public();
    let mut corpus: Vec<(&'static str, &'static str, Vec<u8>)> =
        attacks().into_iter().map(|(what, refusal, pieces)| (what, refusal, pieces.encode(&author, None))).collect();
    let sound = Pieces::nulls(2).encode(&author, None);
    let mut checksum = sound.clone();
    checksum[5] ^= 1;
    corpus.push(("a wrong checksum", "bad_checksum", checksum));
    corpus.push(("nothing at all", "truncated", Vec::new()));
    corpus.push(("half a chunk", "wrong_length", sound[..sound.len() / 2].to_vec()));
    corpus.push(("a quarter of a megabyte of zeros", "bad_magic", vec![0; 200_000]));
    corpus
        .into_iter()
        .enumerate()
        .map(|(at, (what, refusal, content))| Hostile {
            what,
            refusal,
            change: sign_anything(worker, &content, 500 + at as u64).encode(),
        })
        .collect()
}

fn attacks() -> Vec<(&'static str, &'static str, Pieces)> {
    let plain = || Pieces::nulls(2);
    let many: Vec<[u8; 32]> = (0..7_000u32).map(|n| sha256(&[&n.to_be_bytes()])).collect();
    let mut ascending = many.clone();
    ascending.sort_unstable();
    let column = |spec: u64, data: Vec<u8>| {
        let mut pieces = plain();
        pieces.columns.retain(|(known, _)| *known != spec);
        pieces.columns.push((spec, data));
        pieces.columns.sort();
        pieces
    };
    vec![
        ("a million operations in a hundred bytes", "too_many_operations", Pieces::nulls(1_000_000)),
        ("as many operations as a number can say", "too_many_operations", Pieces::nulls(i64::MAX)),
        ("three hundred nested maps", "too_deep", Pieces::nested(300)),
        (
            "operation numbers at the end of 32 bits",
            "operation_number",
            Pieces { start_op: u64::from(u32::MAX) - 1, ..plain() },
        ),
        ("operation numbers beyond 32 bits", "operation_number", Pieces { start_op: 1 << 40, ..plain() }),
        ("a compressed chunk", "compressed_chunk", Pieces { kind: 2, ..plain() }),
        ("a whole document", "document_chunk", Pieces { kind: 0, ..plain() }),
        ("a compressed column", "compressed_column", column(0x42 | 8, vec![0x78, 0x9c, 0x03, 0x00])),
        ("seven thousand dependencies", "too_many_dependencies", Pieces { dependencies: ascending, ..plain() }),
        ("a million bytes of actor", "actor_length", Pieces { actor: Some(vec![7; 100_000]), ..plain() }),
        ("somebody else's actor", "wrong_actor", Pieces { actor: Some(vec![7; 16]), ..plain() }),
        ("a second sequence number", "wrong_sequence", Pieces { sequence: 2, ..plain() }),
        ("a time", "time_present", Pieces { time: 1, ..plain() }),
        ("a message", "message_present", Pieces { message: b"asiakas", ..plain() }),
        ("bytes after the end", "extra_bytes", Pieces { extra: vec![1; 100], ..plain() }),
        ("an unknown column", "unknown_column", column(0x82, vec![1, 1])),
        ("a counter's increment", "forbidden_action", column(0x42, run(2, &[5]))),
        ("ten thousand other actors", "too_many_actors", Pieces { others: vec![vec![1; 16]; 10_000], ..plain() }),
    ]
}
