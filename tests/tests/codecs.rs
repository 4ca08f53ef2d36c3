//! Everything that is read from elsewhere: what is written reads back the same, and no bytes whatever make a reader panic or
//! accept a second form of one thing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use proptest::collection::vec;
use proptest::prelude::*;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::header::{Act, BodyHash, Header, Place, Position};
use talkoot_protocol::id::{ChangeId, DocumentId, NetworkId, OrganisationId, ShortId, WorkerId};
use talkoot_protocol::key::{KeyCommitment, PublicKey};
use talkoot_protocol::scope::{County, Kind, Scope};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::statement::{
    Bearer, Certificate, Endorsement, Inception, Names, OrganisationKind, Record, Role, Statement,
};
use talkoot_protocol::sync::check::check;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::sketch::Key;
use talkoot_protocol::time::Timestamp;
use talkoot_protocol::wire::message::{Held, Hello, Message, Outcome};
use talkoot_tests::cast::Organisation;

fn bytes32() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        bytes32().prop_map(|id| Scope::Organisation(OrganisationId::from_bytes(id))),
        (1u8..100).prop_filter_map("a county", |code| County::new(code).map(Scope::Region)),
        Just(Scope::Network),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let begins = (0u8..7, scope())
        .prop_filter_map("a kind", |(code, scope)| Kind::from_code(code).map(|kind| Place::Begins { kind, scope }));
    prop_oneof![begins, bytes32().prop_map(|id| Place::Continues(DocumentId::from_bytes(id)))]
}

fn position() -> impl Strategy<Value = Position> {
    let after =
        (2u32.., bytes32()).prop_map(|(sequence, id)| Position::After { sequence, previous: ChangeId::from_bytes(id) });
    prop_oneof![Just(Position::First), after]
}

prop_compose! {
    fn header()(
        network in bytes32(),
        act in prop_oneof![1u16..12, 128u16..].prop_filter_map("an act", Act::from_code),
        place in place(),
        author in bytes32(),
        certificate in proptest::option::of(bytes32()),
        position in position(),
        dependencies in proptest::collection::btree_set(bytes32(), 0..65),
        claimed in any::<u64>(),
        body in vec(any::<u8>(), 0..50),
        body_length in 16u32..=256 * 1024,
    ) -> Header {
        Header {
            network: NetworkId::from_bytes(network),
            act,
            place,
            author: PublicKey::from_bytes(author),
            certificate: certificate.map(ChangeId::from_bytes),
            position,
            dependencies: dependencies.into_iter().map(ChangeId::from_bytes).collect(),
            claimed: Timestamp::from_millis(claimed),
            body_hash: BodyHash::of(&body),
            body_length,
        }
    }
}

fn statement() -> impl Strategy<Value = Statement> {
    let counties = || proptest::collection::btree_set((1u8..100).prop_filter_map("a county", County::new), 0..32);
    let text = || "\\PC{0,60}";
    let record = (bytes32(), bytes32(), text(), text(), 0usize..5, counties(), text()).prop_map(
        |(root, next, fi, sv, kind, counties, contact)| {
            Statement::Record(Record {
                inception: Inception { root: PublicKey::from_bytes(root), next: KeyCommitment::from_bytes(next) },
                names: Names { en: fi.clone(), fi, sv },
                kind: OrganisationKind::all()[kind],
                counties,
                contact,
            })
        },
    );
    let bearer = prop_oneof![
        Just(Bearer::Node),
        (bytes32(), proptest::sample::subsequence(Role::all().to_vec(), 0..=5)).prop_map(|(worker, roles)| {
            Bearer::Worker { worker: WorkerId::from_bytes(worker), roles: roles.into_iter().collect() }
        }),
    ];
    let certificate = (bytes32(), bytes32(), bearer, any::<u64>(), proptest::option::of(any::<u64>()), counties())
        .prop_map(|(organisation, subject, bearer, from, until, counties)| {
            Statement::Certificate(Certificate {
                organisation: OrganisationId::from_bytes(organisation),
                subject: PublicKey::from_bytes(subject),
                bearer,
                valid_from: Timestamp::from_millis(from),
                valid_until: until.map(Timestamp::from_millis),
                counties,
            })
        });
    let endorsement =
        bytes32().prop_map(|id| Statement::Endorsement(Endorsement { organisation: OrganisationId::from_bytes(id) }));
    prop_oneof![record, certificate, endorsement]
}

fn ids() -> impl Strategy<Value = Vec<ChangeId>> {
    vec(bytes32().prop_map(ChangeId::from_bytes), 0..40)
}

fn short_ids() -> impl Strategy<Value = Vec<ShortId>> {
    vec(any::<[u8; 16]>().prop_map(ShortId::from_bytes), 0..40)
}

fn blob() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..300)
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![Just([0; 16]), any::<[u8; 16]>()].prop_map(Key::from_bytes)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        any::<u32>().prop_map(Outcome::More),
        any::<u64>().prop_map(Outcome::Lacking),
        any::<u64>().prop_map(Outcome::Undecodable),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let digest = || {
        ids().prop_map(|ids| {
            let mut digest = Digest::default();
            ids.iter().for_each(|id| digest.add(id));
            digest
        })
    };
    let hello = (any::<u8>(), any::<u8>(), any::<u64>(), bytes32(), vec(any::<u8>(), 0..90), vec(any::<u8>(), 0..90));
    prop_oneof![
        hello.prop_map(|(version_min, version_max, features, network, record, certificate)| {
            let network = NetworkId::from_bytes(network);
            Message::Hello(Box::new(Hello { version_min, version_max, features, network, record, certificate }))
        }),
        vec((scope(), digest()).prop_map(|(scope, digest)| Held { scope, digest }), 0..9).prop_map(Message::Compare),
        (any::<u32>(), scope(), key(), any::<u64>(), any::<u32>(), blob()).prop_map(
            |(number, scope, key, count, from, cells)| {
                let key = (key != Key::from_bytes([0; 16])).then_some(key);
                Message::Cells { number, scope, key, count, from, cells }
            }
        ),
        (any::<u32>(), outcome()).prop_map(|(number, outcome)| Message::Found { number, outcome }),
        (any::<u32>(), scope(), key(), blob(), any::<bool>())
            .prop_map(|(number, scope, key, hashes, end)| Message::Have { number, scope, key, hashes, end }),
        (any::<u32>(), scope(), any::<bool>(), blob()).prop_map(|(number, scope, asks, round)| Message::Ranges {
            number,
            scope,
            asks,
            round
        }),
        (any::<u32>(), short_ids()).prop_map(|(number, ids)| Message::Request { number, ids }),
        (any::<u32>(), any::<bool>(), any::<u32>(), blob()).prop_map(|(number, end, raw, parcel)| Message::Deliver {
            number,
            end,
            raw,
            parcel
        }),
        (any::<u64>(), any::<u64>()).prop_map(|(granted, stored)| Message::Credit { granted, stored }),
        short_ids().prop_map(Message::Announce),
        "\\PC{0,40}".prop_map(|reason| Message::Goodbye { reason }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn headers_read_back(header in header()) {
        prop_assert_eq!(Header::decode(&header.encode()), Ok(header));
    }

    #[test]
    fn statements_read_back(statement in statement()) {
        prop_assert_eq!(Statement::decode(statement.act(), &statement.encode()), Ok(statement));
    }

    #[test]
    fn messages_read_back(message in message()) {
        prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..600)) {
        let _header = Header::decode(&bytes);
        let _signed = Signed::decode(&bytes);
        let _message = Message::decode(&bytes);
        let _charter = Charter::decode(&bytes);
        for act in [Act::Record, Act::Certificate, Act::Endorsement] {
            let _statement = Statement::decode(act, &bytes);
        }
    }

    #[test]
    fn a_changed_header_is_another_header_or_none(header in header(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = header.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(read) = Header::decode(&bytes) {
            prop_assert_ne!(&read, &header);
            prop_assert_eq!(read.encode(), bytes, "one form for one header");
        }
    }

    #[test]
    fn a_changed_message_is_another_message_or_none(
        message in message(),
        at in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = message.encode();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 0x11 }
        if let Ok(read) = Message::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes, "one form for one message");
        }
    }

    #[test]
    fn no_bit_of_a_signed_change_can_be_turned(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let charter = Charter::commons();
        let worker = Organisation::found("alice", &charter).employ("anna", &[Role::Reporter]);
        let mut bytes = worker.report(1).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(check(&charter.network(), bytes).is_err());
    }
}
