//! Test vectors for readers in other languages: signed changes, valid and not, each with the verdict every node gives on the
//! change alone. Made from fixed keys and salts, so that making them again gives the same bytes.

mod joint;
mod path;
mod receipt;
mod unsigned;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use talkoot_protocol::address::AddressRecord;
use talkoot_protocol::catalog::Catalog;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::{Act, Place, Position};
use talkoot_protocol::id::{ChangeId, NetworkId, OrganisationId};
use talkoot_protocol::membership::Membership;
use talkoot_protocol::scope::{County, Kind, Scope};
use talkoot_protocol::sign::Author;
use talkoot_protocol::signed::{Body, Intent, Signed, Verified};
use talkoot_protocol::statement::{Role, Statement};
use talkoot_protocol::sync::admit::{Door, Verdict};
use talkoot_protocol::sync::check::{Checked, Content, check};

use crate::cast::{Organisation, Worker, fields, moment};
use crate::hostile;

pub use joint::joint;
pub use path::{path, paths};
pub use receipt::{ReceiptVectors, SOUND, receipts};
pub use unsigned::{UnsignedVectors, unsigned};

/// The verdict on a change about which nothing is wrong in itself.
pub const ACCEPTED: &str = "accepted";
/// The verdict on a change that names another which is not there, or whose organisation is not recognised.
pub const WAITS: &str = "waits";

/// A file of vectors.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vectors {
    /// What the file is for.
    pub about: String,
    /// The charter's deterministic CBOR.
    pub charter: String,
    /// The network's id: the changes belong to it.
    pub network: String,
    /// The organisation from which membership is seen, where changes are judged beside a past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<String>,
    /// The changes that were admitted before, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<String>,
    /// The vectors.
    pub vectors: Vec<Vector>,
}

/// One vector. Bytes are lowercase hexadecimal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vector {
    /// What it shows.
    pub name: String,
    /// `envelope` if signature, header and body hash decide; `content` if what is inside the body does; `admission` if the past does.
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
    let begun = house.reached(None, &reached_at(&ADDRESSES), 9);
    maker.valid("where a node is reached", &begun);
    let after = Some((begun.document(), 1, begun.id()));
    maker.valid("a node withdraws its addresses", &house.reached(after, &AddressRecord::default(), 10));
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
    let record = Statement::Address(reached_at(&ADDRESSES)).encode();
    for (name, kind, scope) in [
        ("an address for one county", Kind::Node, Scope::Region(county())),
        ("an address for one organisation", Kind::Node, Scope::Organisation(house.id)),
        ("an address that begins an organisation's document", Kind::Organisation, Scope::Network),
    ] {
        let place = Place::Begins { kind, scope };
        maker.add(name, "envelope", stated(&house.node(), place, Position::First, &record).encode());
    }
    let chunk = worker.author().begin(Kind::Node, Scope::Network, &fields(1), moment(11)).expect("a change");
    maker.add("an automerge change that begins a node's document", "envelope", chunk.encode());
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
    for (name, body) in unreadable_addresses() {
        let place = Place::Begins { kind: Kind::Node, scope: Scope::Network };
        maker.add(name, "content", stated(&house.node(), place, Position::First, &body).encode());
    }
    for hostile in hostile::corpus(&worker) {
        maker.add(hostile.what, "content", hostile.change);
    }
    maker.vectors.retain(|vector| vector.change.len() < 8_000);
    file("Signed changes that are refused for what is in their body.", &charter, maker)
}

/// Makes the vectors of changes that are sound in themselves and judged beside a past: where nodes say they are reached.
pub fn admission() -> Vectors {
    let charter = Charter::commons();
    let mut house = Organisation::found("vektori", &charter);
    let worker = house.employ("kirjoittaja", &[Role::Reporter]);
    let mut other = Organisation::found("toinen", &charter);
    let stranger = Organisation::found("vieras", &charter);
    let endorsement = house.endorse(other.id);
    let double = other.certify_node(house.node_key.public());
    let record = reached_at(&ADDRESSES);
    let begun = house.reached(None, &record, 9);
    let theirs = other.reached(None, &record, 10);
    let report = worker.report(1);
    let known = [&house.record, &house.node_certificate, &worker.certificate, &endorsement];
    let known = known.into_iter().chain([&other.record, &other.node_certificate, &double, &begun, &theirs, &report]);
    let mut door = Past::new(&charter, house.id);
    known.for_each(|change| door.admit(change));

    let first = Place::Begins { kind: Kind::Node, scope: Scope::Network };
    let next = |of: &Verified| (Place::Continues(of.document()), Position::After { sequence: 2, previous: of.id() });
    let body = Statement::Address(record.clone()).encode();
    let with = |author: Author<'_>, (place, position)| stated(&author, place, position, &body);
    let node = house.node();
    let uncertified = Author { key: &worker.key, ..node };
    let waiting = Author { certificate: ChangeId::from_bytes([7; 32]), ..node };
    let of_other = Author { certificate: double.id(), ..node };
    let nowhere = (Place::Continues(house.node_certificate.id().into()), next(&begun).1);
    let skipped = (next(&begun).0, Position::After { sequence: 3, previous: begun.id() });
    for (name, change) in [
        ("a node begins a document", other.reached(None, &record, 11)),
        ("a node goes on in its document", house.reached(Some((begun.document(), 1, begun.id())), &record, 12)),
        ("by a worker's key", with(worker.author(), (first, Position::First))),
        ("by a worker's key in a node's document", with(worker.author(), next(&begun))),
        ("in another node's document", with(other.node(), next(&begun))),
        ("with a certificate for another key", with(uncertified, (first, Position::First))),
        (
            "with something else as certificate",
            with(Author { certificate: report.id(), ..node }, (first, Position::First)),
        ),
        ("without a certificate", unnamed(&node, first, &body)),
        ("with a certificate that is not there", with(waiting, (first, Position::First))),
        ("by a node of an organisation that is not there", stranger.reached(None, &record, 13)),
        ("with another organisation's certificate for the same node", with(of_other, next(&begun))),
        ("in an organisation's document", with(node, next(&house.record))),
        ("in a report", with(node, next(&report))),
        ("a second first change", with(node, (next(&begun).0, Position::First))),
        ("a number left out", with(node, skipped)),
        ("after another node's change", with(node, (next(&begun).0, next(&theirs).1))),
        ("in a document that does not begin there", with(node, nowhere)),
        ("with a dependency", depending(&node, next(&begun), begun.id(), &body)),
    ] {
        door.judge(name, &change);
    }
    door.file("Signed changes about where nodes are reached, judged beside the changes of the past.", &charter)
}

/// What was admitted, and the vectors judged beside it.
struct Past {
    catalog: Catalog,
    membership: Membership,
    changes: Vec<String>,
    maker: Maker,
}

impl Past {
    fn new(charter: &Charter, own: OrganisationId) -> Self {
        let maker = Maker { network: charter.network(), vectors: Vec::new() };
        Self {
            catalog: Catalog::default(),
            membership: Membership::new(charter.clone(), own),
            changes: Vec::new(),
            maker,
        }
    }

    fn verdict(&self, bytes: &[u8]) -> Result<(Checked, Verdict), &'static str> {
        let checked = check(&self.maker.network, bytes.to_vec()).map_err(|refused| refused.refusal.name())?;
        let refused = BTreeSet::new();
        let door = Door { catalog: &self.catalog, membership: &self.membership, refused: &refused };
        let verdict = door.judge(&checked);
        Ok((checked, verdict))
    }

    fn admit(&mut self, change: &Verified) {
        let bytes = change.encode();
        self.changes.push(hex(&bytes));
        let Ok((checked, Verdict::Admit(admission))) = self.verdict(&bytes) else { return };
        let sequence = admission.entry.sequence;
        self.catalog.insert(admission.entry);
        if let (Content::Statement(statement), Some(speaker)) = (checked.content(), admission.speaker) {
            self.membership.learn(checked.id(), speaker, sequence, statement);
        }
    }

    fn judge(&mut self, name: &str, change: &Verified) {
        let bytes = change.encode();
        let verdict = match self.verdict(&bytes) {
            Err(name) => name,
            Ok((_, Verdict::Admit(_))) => ACCEPTED,
            Ok((_, Verdict::Known)) => "known",
            Ok((_, Verdict::Wait(_))) => WAITS,
            Ok((_, Verdict::Refuse(refusal))) => refusal.name(),
        };
        self.maker.add(name, "admission", bytes);
        if let Some(vector) = self.maker.vectors.last_mut() {
            verdict.clone_into(&mut vector.verdict);
        }
    }

    fn file(self, about: &str, charter: &Charter) -> Vectors {
        let own = Some(self.membership.own().to_string());
        Vectors { own, past: self.changes, ..file(about, charter, self.maker) }
    }
}

/// Judges the vectors of a file beside its past again and returns the verdicts; what they rest on is read from the file alone.
pub fn judge_again(file: &Vectors) -> Vec<String> {
    let (Ok(charter), Some(own)) = (Charter::decode(&unhex(&file.charter)), file.own.as_ref()) else {
        return Vec::new();
    };
    let mut door = Past::new(&charter, own.parse().unwrap_or_else(|_| OrganisationId::from_bytes([0; 32])));
    let read = |text: &String| Signed::decode(&unhex(text)).ok().and_then(|signed| signed.verify().ok());
    file.past.iter().filter_map(read).for_each(|change| door.admit(&change));
    file.vectors.iter().filter_map(|vector| read(&vector.change)).for_each(|change| door.judge("", &change));
    door.maker.vectors.into_iter().map(|vector| vector.verdict).collect()
}

/// Addresses of every sort.
const ADDRESSES: [&str; 4] = [
    "/ip4/192.0.2.7/tcp/7001",
    "/ip6/2001:db8::7/udp/7001/quic-v1",
    "/dns/solmu.vektori.example/tcp/7001",
    "/dns4/rele.example/udp/443/quic-v1/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5/p2p-circuit",
];

fn reached_at(addresses: &[&str]) -> AddressRecord {
    let addresses = addresses.iter().map(|text| text.parse().expect("an address"));
    AddressRecord::new(addresses, true).expect("few addresses")
}

/// Returns bodies that are no records of addresses: each the CBOR of a record, with something wrong in it.
fn unreadable_addresses() -> Vec<(&'static str, Vec<u8>)> {
    let record = |addresses: &[&str], relay: bool| {
        let mut body = vec![0x83, 1, 0x80 + addresses.len() as u8];
        for address in addresses {
            body.extend([0x78, address.len() as u8]);
            body.extend(address.as_bytes());
        }
        body.push(if relay { 0xf5 } else { 0xf4 });
        body
    };
    let (one, two) = ("/ip4/192.0.2.7/tcp/17001", "/ip4/192.0.2.8/tcp/17001");
    let peer = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";
    vec![
        ("a name in an address", record(&["/dns/Matti Meikäläinen/tcp/7001"], false)),
        ("a name beside the address", record(&["/ip4/192.0.2.7/tcp/7001/matti.meikalainen"], false)),
        ("an electronic mail address", record(&["/dns/matti@meikalainen.example/tcp/7001"], false)),
        ("capital letters in a DNS name", record(&["/dns/Solmu.Vektori.Example/tcp/7001"], false)),
        ("an address that is not one", record(&["solmu.vektori.example:7001"], false)),
        ("an IPv6 address in a second form", record(&["/ip6/2001:db8:0::7/udp/7001/quic-v1"], false)),
        ("an IPv4 address in a second form", record(&["/ip4/192.0.2.007/tcp/7001"], false)),
        ("the address of nobody", record(&["/ip4/0.0.0.0/udp/7001/quic-v1"], false)),
        ("a port with a zero before it", record(&["/ip4/192.0.2.7/tcp/07001"], false)),
        ("the node itself named in its address", record(&[&format!("{one}/p2p/{peer}")], false)),
        ("a relay without a key", record(&[&format!("{one}/p2p/{peer}x/p2p-circuit")], false)),
        ("addresses not in order", record(&[two, one], false)),
        ("an address twice", record(&[one, one], false)),
        ("nine addresses", {
            let nine: Vec<_> = (1..10).map(|last| format!("/ip4/192.0.2.{last}/tcp/17001")).collect();
            record(&nine.iter().map(String::as_str).collect::<Vec<_>>(), false)
        }),
        ("an offer to relay without an address", record(&[], true)),
        ("a number longer than it need be in a record", record(&["/ip4/192.0.2.7/tcp/7001"], false)),
    ]
}

fn file(about: &str, charter: &Charter, maker: Maker) -> Vectors {
    Vectors {
        about: about.to_owned(),
        charter: hex(&charter.encode()),
        network: maker.network.to_string(),
        own: None,
        past: Vec::new(),
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
    Intent { act, ..intended(&worker.author(), place, position) }
        .seal(Body::new(moment(8).salt, b"?").expect("a short body"), &worker.key)
}

/// What an author wants to say about its address.
fn intended(author: &Author<'_>, place: Place, position: Position) -> Intent {
    Intent {
        network: author.network,
        act: Act::Address,
        place,
        certificate: Some(author.certificate),
        position,
        dependencies: Vec::new(),
        claimed: moment(8).claimed,
    }
}

fn stated(author: &Author<'_>, place: Place, position: Position, body: &[u8]) -> Verified {
    seal(intended(author, place, position), body, author)
}

fn unnamed(author: &Author<'_>, place: Place, body: &[u8]) -> Verified {
    seal(Intent { certificate: None, ..intended(author, place, Position::First) }, body, author)
}

fn depending(author: &Author<'_>, (place, position): (Place, Position), on: ChangeId, body: &[u8]) -> Verified {
    seal(Intent { dependencies: vec![on], ..intended(author, place, position) }, body, author)
}

fn seal(intent: Intent, body: &[u8], author: &Author<'_>) -> Verified {
    intent.seal(Body::new(moment(8).salt, body).expect("a short body"), author.key)
}
