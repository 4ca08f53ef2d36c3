//! What a member's node may try: it speaks with its own key, and says what it likes.

use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::{ChangeId, sha256};
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::input::Input;
use talkoot_protocol::sync::sketch::{self, Key, Prefix};
use talkoot_protocol::wire::message::{Held, Hello, Message};
use talkoot_protocol::wire::parcel::{self, Codec};
use talkoot_tests::cast::Organisation;

use super::stage::{Attack, Stage};

pub(crate) fn attacks() -> Vec<Attack> {
    let attack = |what, named, run| Attack { what, named, run };
    vec![
        attack("a change with a spoilt signature", "bad_signature", spoilt_signature),
        attack("a change with another body under its header", "body_mismatch", other_body),
        attack("a change of another network", "wrong_network", other_network),
        attack("a change that is not written the one way it may be", "malformed", loosely_written),
        attack("a change longer than any may be", "parcel", too_long),
        attack("bytes that are no message", "malformed_message", garbage),
        attack("a parcel that holds more than it says", "parcel", bomb),
        attack("more bytes than were granted", "overdrawn", overdrawn),
        attack("requests without end", "too_many_requests", requests),
        attack("symbols that contradict each other", "comparison", symbols),
        attack("a question about what is only for another organisation", "foreign_scope", prying),
        attack("words before a greeting", "hello", unannounced),
        attack("a greeting of another network", "other_network", other_greeting),
        attack("a greeting with somebody else's certificate", "certificate", borrowed_greeting),
    ]
}

fn spoilt_signature(stage: &mut Stage) {
    let mut bytes = stage.alice.worker.report(50).encode();
    let at = bytes.windows(2).position(|window| window == [0x58, 64]).unwrap();
    bytes[at + 10] ^= 1;
    stage.push(&[bytes]);
}

fn other_body(stage: &mut Stage) {
    let mut bytes = stage.alice.worker.report(50).encode();
    *bytes.last_mut().unwrap() ^= 1;
    stage.push(&[bytes]);
}

fn other_network(stage: &mut Stage) {
    let elsewhere = Charter { name: "Muualla".into(), ..Charter::commons() };
    let worker = Organisation::found("mallory", &elsewhere).employ("mallory", &[]);
    stage.push_forbidden(&worker.report(50));
}

fn loosely_written(stage: &mut Stage) {
    let mut bytes = stage.alice.worker.report(50).encode();
    bytes.push(0);
    stage.push(&[bytes]);
}

fn too_long(stage: &mut Stage) {
    stage.push(&[vec![0x84; 300 * 1024]]);
}

fn garbage(stage: &mut Stage) {
    for node in stage.honest() {
        stage.world.handle(node, Input::Frame { node: stage.mallory.node, bytes: vec![0x81; 10_000] });
    }
}

fn bomb(stage: &mut Stage) {
    let packed = parcel::pack(Codec::Zstd1, [vec![0; 200_000]]);
    stage.say(&Message::Deliver { number: 0, end: true, raw: 10, parcel: packed.bytes });
}

fn overdrawn(stage: &mut Stage) {
    // After so many refused changes credit comes slowly.
    stage.push(&vec![vec![0; 10]; 300]);
    for number in 0..12u8 {
        stage.push(&[vec![number; 250_000], vec![number + 100; 250_000]]);
    }
}

fn requests(stage: &mut Stage) {
    for number in 1..=2_000 {
        stage.say(&Message::Request { number, ids: Vec::new() });
    }
}

fn symbols(stage: &mut Stage) {
    let key = Key::from_bytes([7; 16]);
    let ids = (0..64u8).map(|byte| ChangeId::from_bytes(sha256(&[&[byte]])).short_id());
    let snapshot = Prefix::of(key, 256, ids).snapshot();
    let mut cells = sketch::encode(snapshot.cells(0..256), 0, 2_000);
    cells.reverse();
    cells.pop();
    stage.say(&Message::Cells { number: 90_000, scope: Scope::Network, key: Some(key), count: 2_000, from: 0, cells });
}

fn prying(stage: &mut Stage) {
    let mut digest = Digest::default();
    digest.add(&ChangeId::from_bytes([1; 32]));
    let own = [&stage.alice, &stage.bob, &stage.carol].map(|house| (house.node, house.organisation.id));
    for (node, organisation) in own {
        let held = Held { scope: Scope::Organisation(organisation), digest };
        stage.world.inject(stage.mallory.node, node, &Message::Compare(vec![held]));
    }
}

/// Begins a new session with each honest node by these words.
fn greet(stage: &mut Stage, words: &Message) {
    let mallory = stage.mallory.node;
    for node in stage.honest() {
        stage.world.cut(mallory, node);
        stage.world.handle(node, Input::Connected(mallory));
        stage.world.inject(mallory, node, words);
    }
}

fn hello_of(stage: &Stage) -> Hello {
    let organisation = &stage.mallory.organisation;
    Hello {
        version_min: VERSION,
        version_max: VERSION,
        features: 0,
        network: stage.charter.network(),
        record: organisation.record.encode(),
        certificate: organisation.node_certificate.encode(),
    }
}

fn unannounced(stage: &mut Stage) {
    greet(stage, &Message::Request { number: 1, ids: Vec::new() });
}

fn other_greeting(stage: &mut Stage) {
    let elsewhere = Charter { name: "Muualla".into(), ..Charter::commons() }.network();
    let hello = Hello { network: elsewhere, ..hello_of(stage) };
    greet(stage, &Message::Hello(Box::new(hello)));
}

fn borrowed_greeting(stage: &mut Stage) {
    let alice = &stage.alice.organisation;
    let (record, certificate) = (alice.record.encode(), alice.node_certificate.encode());
    let hello = Hello { record, certificate, ..hello_of(stage) };
    greet(stage, &Message::Hello(Box::new(hello)));
}
