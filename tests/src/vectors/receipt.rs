//! Vectors of receipts, of what ends at checkpoints, and of proofs of forks. The door refuses all of them still; these say how they are read.

use serde::{Deserialize, Serialize};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::ending::{Ending, Revocation, Withdrawal};
use talkoot_protocol::fork::ForkProof;
use talkoot_protocol::header::{Act, Place, Position};
use talkoot_protocol::id::{ChangeId, NetworkId, sha256};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::receipt::{Batch, Checkpoint, Clerk, Ids, Receipt};
use talkoot_protocol::scope::{County, Kind, Scope};
use talkoot_protocol::signed::{Body, Intent, Signed, Verified};

use super::{hex, unhex};
use crate::cast::{Organisation, moment};

/// The verdict on what is what it is read as.
pub const SOUND: &str = "sound";

/// A file of such vectors. Bytes are lowercase hexadecimal.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptVectors {
    /// What the file is for.
    pub about: String,
    /// The charter's deterministic CBOR.
    pub charter: String,
    /// The network.
    pub network: String,
    /// The vectors.
    pub vectors: Vec<ReceiptVector>,
}

/// One vector.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptVector {
    /// What it shows.
    pub name: String,
    /// As what it is read.
    pub reads: Reads,
    /// `sound`, or the stable name of what is wrong.
    pub verdict: String,
    /// A signed change, or a fork proof.
    pub bytes: String,
    /// Of a sound change its id; of a sound proof the document in which the key forked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// As what the bytes of a vector are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// A change of act *receipt*.
    Receipt,
    /// A change of act *revocation* or *withdrawal*.
    Ending,
    /// The content of act *fork proof*.
    ForkProof,
}

impl ReceiptVector {
    fn new(name: &str, reads: Reads, bytes: &[u8]) -> Self {
        let read = read_as(reads, bytes);
        let verdict = read.as_ref().map_or_else(|name| *name, |_| SOUND).to_owned();
        Self { name: name.to_owned(), reads, verdict, bytes: hex(bytes), id: read.ok() }
    }

    /// Reads it again, from its bytes alone.
    pub fn read_again(&self) -> Self {
        Self::new(&self.name, self.reads, &unhex(&self.bytes))
    }
}

/// Returns the id of what the bytes are read as, or the name of what is wrong.
fn read_as(reads: Reads, bytes: &[u8]) -> Result<String, &'static str> {
    if reads == Reads::ForkProof {
        let proof = ForkProof::decode(bytes).map_err(|error| error.name())?;
        return Ok(proof.proven().document.to_string());
    }
    let change = Signed::decode(bytes).and_then(Signed::verify).map_err(|_| "signature")?;
    match reads {
        Reads::Receipt => Receipt::read(&change).map(|_| ()).map_err(|error| error.name())?,
        _ => Ending::read(&change).map(|_| ()).map_err(|error| error.name())?,
    }
    Ok(change.id().to_string())
}

fn listed(numbers: std::ops::Range<u8>) -> Ids {
    numbers.map(|number| ChangeId::from_bytes(sha256(&[b"talkoot/tests/listed", &[number]]))).collect()
}

struct Maker {
    network: NetworkId,
    vectors: Vec<ReceiptVector>,
}

impl Maker {
    fn add(&mut self, name: &str, reads: Reads, change: &Verified) {
        self.vectors.push(ReceiptVector::new(name, reads, &change.encode()));
    }

    /// Signs any content under any act, place and certificate.
    fn sign(&self, key: &SecretKey, act: Act, place: Place, certificate: Option<ChangeId>, content: &[u8]) -> Verified {
        let position = match place {
            Place::Begins { .. } => Position::First,
            Place::Continues(document) => Position::After { sequence: 2, previous: document.first_change() },
        };
        let moment = moment(70);
        let (dependencies, claimed) = (Vec::new(), moment.claimed);
        let intent = Intent { network: self.network, act, place, certificate, position, dependencies, claimed };
        intent.seal(Body::new(moment.salt, content).expect("a short body"), key)
    }
}

/// Makes the vectors.
pub fn receipts() -> ReceiptVectors {
    let charter = Charter::commons();
    let house = Organisation::found("vektori", &charter);
    let mut maker = Maker { network: charter.network(), vectors: Vec::new() };
    let (open, next, other) = logs(&mut maker, &house);
    bad_batches(&mut maker, &house);
    endings(&mut maker, &house, &[open.checkpoint(), Receipt::read(&next).expect("a receipt").checkpoint()]);
    proofs(&mut maker, &next, &other);
    ReceiptVectors {
        about: "Receipts, endings and fork proofs (docs/trust.md). The door of version 1 refuses all of them.".into(),
        charter: hex(&charter.encode()),
        network: charter.network().to_string(),
        vectors: maker.vectors,
    }
}

/// Three batches: the first, one behind it, and another behind it: a fork. Returned as first receipt, second, other.
fn logs(maker: &mut Maker, house: &Organisation) -> (Receipt, Verified, Verified) {
    let clerk = Clerk { key: &house.node_key, certificate: house.node_certificate.id(), network: maker.network };
    let batch = |epoch, first, ids| Batch::new(epoch, first, ids).expect("a batch within its bounds");
    let open = clerk.open(Scope::Network, &batch(1, 1, listed(0..1)), moment(60)).expect("a short batch");
    maker.add("the batch that begins a log", Reads::Receipt, &open);
    let first = Receipt::read(&open).expect("a receipt");
    let next = clerk.append(&first, &batch(1, 2, listed(1..4)), moment(61)).expect("a short batch");
    maker.add("the batch after it, of three ids", Reads::Receipt, &next);
    let other = clerk.append(&first, &batch(1, 2, listed(4..5)), moment(62)).expect("a short batch");
    maker.add("another batch after the first: a fork", Reads::Receipt, &other);
    let region = Scope::Region(County::new(12).expect("a county"));
    for (name, scope) in [
        ("a log for one county, second epoch", region),
        ("a log for the organisation itself, second epoch", Scope::Organisation(house.id)),
    ] {
        let open = clerk.open(scope, &batch(2, 1, listed(0..2)), moment(63)).expect("a short batch");
        maker.add(name, Reads::Receipt, &open);
    }
    (first, next, other)
}

/// Writes the content of a receipt, whatever is in it. All numbers are below 24, so that each is one byte.
fn content(epoch: u8, first: u8, ids: &[u8]) -> Vec<u8> {
    [&[0x84, 0x01, epoch, first, 0x58, ids.len() as u8][..], ids].concat()
}

fn bad_batches(maker: &mut Maker, house: &Organisation) {
    let key = &house.node_key;
    let certificate = Some(house.node_certificate.id());
    let begins = |kind| Place::Begins { kind, scope: Scope::Network };
    let ids: Vec<u8> = listed(0..2).as_slice().iter().flat_map(|id| *id.as_bytes()).collect();
    let (one, two) = ids.split_at(32);
    let node = begins(Kind::Node);
    let cases = [
        ("ids that descend", node, certificate, content(1, 1, &[two, one].concat())),
        ("an id twice", node, certificate, content(1, 1, &[one, one].concat())),
        ("ids and a byte", node, certificate, content(1, 1, &[one, &[0]].concat())),
        ("no ids", node, certificate, vec![0x84, 0x01, 0x01, 0x01, 0x40]),
        ("epoch 0", node, certificate, content(0, 1, &ids)),
        ("position 0", node, certificate, content(1, 0, &ids)),
        ("an epoch in a longer form than it needs", node, certificate, {
            [&[0x84, 0x01, 0x18, 0x01, 0x01, 0x58, 0x20][..], one].concat()
        }),
        ("a first batch that begins with position 2", node, certificate, content(1, 2, &ids)),
        ("a later batch that begins with position 1", Place::Continues(house.document()), certificate, {
            content(1, 1, &ids)
        }),
        ("no certificate", node, None, content(1, 1, &ids)),
        ("a log in a document of another kind", begins(Kind::Report), certificate, content(1, 1, &ids)),
    ];
    for (name, place, certificate, content) in cases {
        let change = maker.sign(key, Act::Receipt, place, certificate, &content);
        maker.add(name, Reads::Receipt, &change);
    }
    let change = maker.sign(key, Act::Address, node, certificate, &content(1, 1, &ids));
    maker.add("another act", Reads::Receipt, &change);
}

fn endings(maker: &mut Maker, house: &Organisation, checkpoints: &[Checkpoint]) {
    let own = Place::Continues(house.document());
    let region = Scope::Region(County::new(12).expect("a county"));
    let here = Place::Begins { kind: Kind::Organisation, scope: region };
    let network = Place::Begins { kind: Kind::Organisation, scope: Scope::Network };
    let mut stands = checkpoints.to_vec();
    stands.sort_unstable();
    let mut descending = stands.clone();
    descending.reverse();
    let certificate = house.node_certificate.id();
    let revocation = |stands: &[Checkpoint], adopted| {
        Ending::Revocation(Revocation { certificate, stands: stands.to_vec(), adopted })
    };
    let withdrawal = |words| Ending::Withdrawal(Withdrawal { organisation: house.id, words, stands: stands.clone() });
    let cases = [
        ("a revocation", own, None, revocation(&stands, Ids::default())),
        ("a revocation that adopts two changes", own, None, revocation(&stands[..1], listed(0..2))),
        ("a revocation after which nothing stands", own, None, revocation(&[], Ids::default())),
        ("how far things stand in one county", here, None, revocation(&stands, Ids::default())),
        ("a withdrawal", own, None, withdrawal(Some(4))),
        ("a withdrawal's checkpoints in one county", here, None, withdrawal(None)),
        ("checkpoints that descend", own, None, revocation(&descending, Ids::default())),
        ("an ending under a certificate", own, Some(certificate), withdrawal(Some(4))),
        ("an ending that begins a document for the network", network, None, withdrawal(Some(4))),
    ];
    for (name, place, certificate, ending) in cases {
        let change = maker.sign(&house.root, ending.act(), place, certificate, &ending.encode());
        maker.add(name, Reads::Ending, &change);
    }
    let content = withdrawal(Some(4)).encode();
    let crossed = maker.sign(&house.root, Act::Revocation, own, None, &content);
    maker.add("a withdrawal under the act of revocation", Reads::Ending, &crossed);
}

fn proofs(maker: &mut Maker, one: &Verified, other: &Verified) {
    let proof = ForkProof::of(one, other).expect("a fork");
    let mut add = |name: &str, bytes: &[u8]| maker.vectors.push(ReceiptVector::new(name, Reads::ForkProof, bytes));
    let bytes = proof.encode();
    add("a proof of the fork", &bytes);
    let mut bent = bytes.clone();
    if let Some(last) = bent.last_mut().filter(|last| **last == 0xf6) {
        *last = 0xf7;
    }
    add("a proof with a body that is undefined", &bent);
    let mut headers: Vec<_> = [one, other].map(|change| (change.id(), change.clone().without_body().encode())).into();
    headers.sort_unstable();
    let joined = |one: &[u8], other: &[u8]| {
        let part = |bytes: &[u8]| [&[0x59][..], &(bytes.len() as u16).to_be_bytes(), bytes].concat();
        [vec![0x83, 0x01], part(one), part(other)].concat()
    };
    if let [(_, one), (_, other)] = &headers[..] {
        add("the same two, the greater id first", &joined(other, one));
        add("one header twice", &joined(one, one));
        let mut forged = other.clone();
        // The signature's last byte stands before the null of the missing body.
        if let Some(byte) = forged.iter_mut().rev().nth(1) {
            *byte ^= 1;
        }
        add("a forged signature", &joined(one, &forged));
    }
}
