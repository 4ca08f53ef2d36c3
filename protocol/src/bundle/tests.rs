//! Requests and bundles, whole, cut and spoilt.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::charter::Charter;
use crate::id::ShortId;
use crate::key::{KeyCommitment, SecretKey};
use crate::sign::{self, Moment};
use crate::statement::{Inception, Names, OrganisationKind};
use crate::sync::have;
use crate::time::Timestamp;
use crate::wire::message::Held;
use crate::wire::parcel::{Codec, pack};

fn network() -> NetworkId {
    Charter::commons().network()
}

fn hello() -> Hello {
    let root = SecretKey::from_seed(&[1; 32]);
    let next = KeyCommitment::to(&SecretKey::from_seed(&[2; 32]).public());
    let record = Statement::Record(Record {
        inception: Inception { root: root.public(), next },
        names: Names { fi: "Kylät".into(), ..Names::default() },
        kind: OrganisationKind::Ngo,
        counties: Default::default(),
        contact: String::new(),
    });
    let moment = Moment { claimed: Timestamp::from_millis(1), salt: [7; 16] };
    let record = sign::statement(&root, network(), None, &record, moment).unwrap().encode();
    Hello { version_min: 1, version_max: 1, features: 0, network: network(), certificate: Vec::new(), record }
}

fn join(magic: &[u8], messages: &[Message]) -> Vec<u8> {
    messages.iter().fold(magic.to_vec(), |mut bytes, message| {
        bytes.extend(frame(message));
        bytes
    })
}

fn ids(count: u8) -> impl Iterator<Item = ShortId> {
    (0..count).map(|number| ShortId::from_bytes([number; 16]))
}

fn request() -> Vec<u8> {
    let (scope, key) = (Scope::Network, Key::from_bytes([3; 16]));
    let hashes = have::pages(key, ids(9)).concat();
    let held = vec![Held { scope, digest: Digest::default() }];
    let have = Message::Have { number: 0, scope, key, hashes, end: true };
    join(REQUEST_MAGIC, &[Message::Hello(Box::new(hello())), Message::Compare(held), have])
}

#[test]
fn a_request_is_read_as_it_was_told() {
    let read = Request::decode(&request(), &network()).unwrap();
    assert_eq!(read.organisation, read.maker.inception.organisation());
    assert_eq!(read.maker.names.fi, "Kylät");
    let Some(Told::Have(key, listed)) = read.told.get(&Scope::Network) else { panic!("it was told by hashes") };
    assert!(ids(9).all(|id| listed.holds(*key, &id)) && !ids(10).all(|id| listed.holds(*key, &id)));
}

#[test]
fn a_request_that_is_not_ours_or_not_whole_is_named() {
    let bytes = request();
    let other = Charter { name: "Toinen".into(), ..Charter::commons() }.network();
    assert_eq!(Request::decode(&bytes, &other).err(), Some(Error::OtherNetwork));
    assert_eq!(Request::decode(b"%PDF-1.7", &network()).err(), Some(Error::Magic { expected: "request" }));
    let long = vec![0; REQUEST_BYTES_MAX + 1];
    assert_eq!(Request::decode(&long, &network()).err(), Some(Error::TooLong { got: long.len() }));
    let whole = (0..=bytes.len()).filter(|cut| Request::decode(&bytes[..*cut], &network()).is_ok()).count();
    assert_eq!(whole, 2, "only between frames, once it was said what is there");
}

#[test]
fn a_bundle_says_who_made_it_and_what_is_in_it() {
    let mut digest = Digest::default();
    digest.add(&ids(1).next().unwrap().least());
    let content = Message::Hello(Box::new(hello())).encode();
    let mut opening = Opening::introduction(&content).unwrap();
    assert_eq!((opening.network, opening.changes()), (network(), 0));
    let held = vec![Held { scope: Scope::Network, digest }];
    opening.comparison(&Message::Compare(held).encode()).unwrap();
    assert_eq!(opening.changes(), 1);
    assert!(opening.comparison(&content).is_err());
    let delivery = Message::delivery(1, true, pack(Codec::Zstd1, [b"one", b"two"])).encode();
    let changes = vec![b"one".to_vec(), b"two".to_vec()];
    assert_eq!(Delivery::decode(&delivery).unwrap(), Delivery { end: true, changes });
    let empty = Message::delivery(1, true, pack(Codec::Zstd1, [] as [&[u8]; 0])).encode();
    assert_eq!(Delivery::decode(&empty).unwrap(), Delivery { end: true, changes: Vec::new() });
}

#[test]
fn frames_have_bounds() {
    assert!(frame_length([0; 4]).is_err());
    assert!(frame_length(u32::MAX.to_be_bytes()).is_err());
    assert_eq!(frame_length(7u32.to_be_bytes()), Ok(7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_is_an_error_and_no_panic(at in 0usize..1_000, byte in any::<u8>(), tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = request();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _read = Request::decode(&bytes, &network());
        bytes.truncate(at);
        bytes.extend(&tail);
        let _read = Request::decode(&bytes, &network());
        prop_assert!(Opening::introduction(&tail).is_err());
        prop_assert!(Delivery::decode(&tail).is_err());
    }
}
