//! Test vectors for readers in other languages: signed changes, valid and not, each with the verdict every node gives on the
//! change alone. Made from fixed keys and salts, so that making them again gives the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::{Act, Place, Position};
use talkoot_protocol::id::NetworkId;
use talkoot_protocol::scope::{County, Kind, Scope};
use talkoot_protocol::signed::{Body, Intent, Signed, Verified};
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, check};

use crate::cast::{Organisation, Worker, fields, key_of, moment};
use crate::hostile;

/// The verdict on a change about which nothing is wrong in itself.
pub const ACCEPTED: &str = "accepted";

/// A file of vectors.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vectors {
    /// What the file is for.
    pub about: String,
    /// The charter's deterministic CBOR.
    pub charter: String,
    /// The network's id: the changes belong to it.
    pub network: String,
    /// The vectors.
    pub vectors: Vec<Vector>,
}

/// One vector. Bytes are lowercase hexadecimal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector {
    /// What it shows.
    pub name: String,
    /// `envelope` if signature, header and body hash decide; `content` if what is inside the body does.
    pub layer: String,
    /// `accepted`, or the refusal's stable name.
    pub verdict: String,
    /// The encoded change.
    pub change: String,
    /// The change's id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The document it belongs to, where it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The author's public key, where it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// Writes bytes as hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads hexadecimal.
pub fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap_or_default(), 16).unwrap_or_default();
    (0..text.len()).step_by(2).map(digit).collect()
}

struct Maker {
    network: NetworkId,
    vectors: Vec<Vector>,
}

impl Maker {
    fn add(&mut self, name: &str, layer: &str, change: Vec<u8>) {
        let judged = check(&self.network, change.clone());
        let known = Signed::decode(&change).ok();
        let accepted = judged.as_ref().ok();
        self.vectors.push(Vector {
            name: name.to_owned(),
            layer: layer.to_owned(),
            verdict: judged.as_ref().map_or_else(|refused| refused.refusal.name(), |_| ACCEPTED).to_owned(),
            id: known.map(|signed| signed.id().to_string()),
            document: accepted.map(|checked| checked.change().document().to_string()),
            author: accepted.map(|checked| checked.change().author().to_string()),
            change: hex(&change),
        });
    }

    fn valid(&mut self, name: &str, change: &Verified) {
        self.add(name, "envelope", change.encode());
    }
}

/// Makes the vectors of valid changes.
pub fn valid() -> Vectors {
    let charter = Charter::commons();
    let mut house = Organisation::found("vektori", &charter);
    let worker = house.employ("kirjoittaja", &[Role::Reporter, Role::Coordinator]);
    let mut maker = Maker { network: charter.network(), vectors: Vec::new() };
    maker.valid("an organisation's record", &house.record);
    maker.valid("a node's certificate", &house.node_certificate);
    maker.valid("a worker's certificate", &worker.certificate);
    let other = Organisation::found("toinen", &charter);
    maker.valid("an endorsement", &house.endorse(other.id));
    let report = worker.report(1);
    maker.valid("a report for the network", &report);
    maker.valid("a report for one county", &worker.report_in(Scope::Region(county()), 2));
    maker.valid("a report for one organisation", &worker.report_in(Scope::Organisation(house.id), 3));
    let (one, other) =
        (edit(&charter, &worker, &[&report], "yksi", 4), edit(&charter, &worker, &[&report], "kaksi", 5));
    maker.valid("an edit", &one);
    maker.valid("a concurrent edit by the same key: a fork", &other);
    maker.valid("an edit that joins the fork", &edit(&charter, &worker, &[&report, &one, &other], "kolme", 6));
    maker.valid("an act of a later version that need not be understood", &opaque(&worker, &report));
    file("Signed changes that are well-formed, with their ids.", &charter, maker)
}

/// Makes the vectors of changes that are refused for their envelope: form, header, signature, body hash.
pub fn envelope() -> Vectors {
    let charter = Charter::commons();
    let mut house = Organisation::found("vektori", &charter);
    let worker = house.employ("kirjoittaja", &[Role::Reporter]);
    let mut maker = Maker { network: charter.network(), vectors: Vec::new() };
    let report = worker.report(1).encode();
    for (name, change) in broken(&report) {
        maker.add(name, "envelope", change);
    }
    let elsewhere = Charter { name: "Muu".into(), ..Charter::commons() };
    let stranger = Organisation::found("vektori", &elsewhere).employ("kirjoittaja", &[Role::Reporter]);
    maker.add("of another network", "envelope", stranger.report(1).encode());
    maker.add("without its body", "envelope", worker.report(1).without_body().encode());
    maker.add("a reserved act", "envelope", act(&worker, Act::Erasure).encode());
    file("Signed changes that are refused for their envelope.", &charter, maker)
}

/// Makes the vectors of changes that are well signed and refused for what they hold.
pub fn content() -> Vectors {
    let charter = Charter::commons();
    let mut house = Organisation::found("vektori", &charter);
    let worker = house.employ("kirjoittaja", &[Role::Reporter]);
    let mut maker = Maker { network: charter.network(), vectors: Vec::new() };
    for (name, text) in [
        ("a personal identity code", "Asiakas 010101A900R odotti."),
        ("a bank account", "Tilille FI21 1234 5600 0007 85."),
        ("a foreigner's code", "Numero 10000001N."),
    ] {
        let mut fields = fields(1);
        fields.insert("description".into(), json!(text));
        let change = worker.author().begin(Kind::Report, Scope::Network, &fields, moment(7)).expect("a change");
        maker.add(name, "content", change.encode());
    }
    for hostile in hostile::corpus(&worker) {
        maker.add(hostile.what, "content", hostile.change);
    }
    maker.vectors.retain(|vector| vector.change.len() < 8_000);
    file("Signed changes that are refused for what is in their body.", &charter, maker)
}

fn file(about: &str, charter: &Charter, maker: Maker) -> Vectors {
    Vectors {
        about: about.to_owned(),
        charter: hex(&charter.encode()),
        network: maker.network.to_string(),
        vectors: maker.vectors,
    }
}

/// Breaks the envelope of a sound change in every way that has a name.
fn broken(sound: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let flip = |at: usize| {
        let mut bytes = sound.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let find = |needle: &[u8]| sound.windows(needle.len()).position(|window| window == needle).unwrap_or(0);
    // The payload's byte string begins after array, tag, array, protected header and empty map.
    let header = 10;
    let signature = find(&[0x58, 64]) + 2;
    let body = signature + 64 + 3;
    let mut trailing = sound.to_vec();
    trailing.push(0);
    let mut malleable = sound.to_vec();
    add_group_order(&mut malleable[signature + 32..signature + 64]);
    let mut weak = sound.to_vec();
    let author = find(&[0x06, 0x58, 32]) + 3;
    weak[author..author + 32].copy_from_slice(&[0; 32]);
    weak[author] = 1;
    let mut version = sound.to_vec();
    version[header + 2] = 2;
    let mut act = sound.to_vec();
    let act_at = find(&[0x02, 0x01, 0x04]) + 1;
    act[act_at] = 0x17;
    let mut long_count = sound.to_vec();
    long_count.splice(act_at..=act_at, [0x18, 0x01]);
    long_count[header - 1] += 1;
    vec![
        ("one bit of the signature", flip(signature + 5)),
        ("a signature with the group order added", malleable),
        ("one bit of the header", flip(find(&[0x0b, 0x1b]) + 6)),
        ("one bit of the body", flip(body + 40)),
        ("one bit of the salt", flip(body + 2)),
        ("a key of small order", weak),
        ("a wire version not known", version),
        ("a critical act not known", act),
        ("a number longer than it need be", long_count),
        ("a byte after the end", trailing),
        ("cut short", sound[..sound.len() - 1].to_vec()),
        ("nothing", Vec::new()),
        ("another algorithm", flip(6)),
    ]
}

/// Adds the order of the Ed25519 group to a signature's scalar: the same equation, another signature (RFC 8032 §5.1.7 forbids it).
fn add_group_order(scalar: &mut [u8]) {
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0u16;
    for (byte, add) in scalar.iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

fn county() -> County {
    County::new(12).expect("a county")
}

fn edit(charter: &Charter, worker: &Worker, history: &[&Verified], title: &str, number: u64) -> Verified {
    let network = charter.network();
    let history: Vec<_> =
        history.iter().map(|change| Checked::sealed(&network, (*change).clone()).expect("a sound change")).collect();
    let edits = BTreeMap::from([("title".to_owned(), Some(json!(title)))]);
    worker.author().change(&history, &edits, moment(number)).expect("a change")
}

fn opaque(worker: &Worker, report: &Verified) -> Verified {
    let position = Position::After { sequence: 2, previous: report.id() };
    intent(worker, Act::Other(200), Place::Continues(report.document()), position)
}

fn act(worker: &Worker, act: Act) -> Verified {
    intent(worker, act, Place::Continues(worker.report(1).document()), Position::First)
}

fn intent(worker: &Worker, act: Act, place: Place, position: Position) -> Verified {
    let moment = moment(8);
    let intent = Intent {
        network: worker.network,
        act,
        place,
        certificate: Some(worker.certificate.id()),
        position,
        dependencies: Vec::new(),
        claimed: moment.claimed,
    };
    intent.seal(Body::new(moment.salt, b"?").expect("a short body"), &key_of("kirjoittaja worker"))
}
