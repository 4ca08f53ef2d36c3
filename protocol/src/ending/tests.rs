//! What is written reads back, and nothing else is read.

use proptest::prelude::*;

use super::*;
use crate::header::{Place, Position};
use crate::id::{DocumentId, NetworkId};
use crate::key::SecretKey;
use crate::signed::{Body, Intent};
use crate::time::Timestamp;

fn bytes32() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}

fn checkpoints() -> impl Strategy<Value = Vec<Checkpoint>> {
    let checkpoint = (bytes32(), bytes32(), any::<u32>()).prop_map(|(log, batch, size)| Checkpoint {
        log: DocumentId::from_bytes(log),
        batch: ChangeId::from_bytes(batch),
        size,
    });
    proptest::collection::btree_set(checkpoint, 0..10).prop_map(|set| set.into_iter().collect())
}

fn ending() -> impl Strategy<Value = Ending> {
    let adopted = proptest::collection::vec(bytes32().prop_map(ChangeId::from_bytes), 0..5);
    let revocation = (bytes32(), checkpoints(), adopted).prop_map(|(certificate, stands, adopted)| {
        let certificate = ChangeId::from_bytes(certificate);
        Ending::Revocation(Revocation { certificate, stands, adopted: adopted.into_iter().collect() })
    });
    let withdrawal = (bytes32(), any::<Option<u32>>(), checkpoints()).prop_map(|(organisation, words, stands)| {
        Ending::Withdrawal(Withdrawal { organisation: OrganisationId::from_bytes(organisation), words, stands })
    });
    prop_oneof![revocation, withdrawal]
}

proptest! {
    #[test]
    fn endings_read_back_as_what_they_are(ending in ending()) {
        let bytes = ending.encode();
        prop_assert_eq!(Ending::decode(ending.act(), &bytes).unwrap(), ending.clone());
        let other = if ending.act() == Act::Revocation { Act::Withdrawal } else { Act::Revocation };
        prop_assert!(Ending::decode(other, &bytes).is_err());
    }

    #[test]
    fn no_bytes_have_two_readings(bytes in proptest::collection::vec(any::<u8>(), 0..200), ending in ending(), at in any::<usize>()) {
        let mut near = ending.encode();
        let length = near.len();
        near[at % length] ^= bytes.first().copied().unwrap_or(1);
        for bytes in [bytes, near] {
            for act in [Act::Revocation, Act::Withdrawal] {
                if let Ok(read) = Ending::decode(act, &bytes) {
                    prop_assert_eq!(read.encode(), bytes.clone());
                }
            }
        }
    }
}

#[test]
fn an_ending_stands_in_a_document_of_its_organisation() {
    let key = SecretKey::from_seed(&[1; 32]);
    let withdrawal =
        Withdrawal { organisation: OrganisationId::from_bytes([2; 32]), words: Some(3), stands: Vec::new() };
    let ending = Ending::Withdrawal(withdrawal);
    let signed = |act, place, certificate| {
        let position = match place {
            Place::Begins { .. } => Position::First,
            Place::Continues(_) => Position::After { sequence: 2, previous: ChangeId::from_bytes([4; 32]) },
        };
        let network = NetworkId::from_bytes([9; 32]);
        let (dependencies, claimed) = (Vec::new(), Timestamp::from_millis(0));
        let intent = Intent { network, act, place, certificate, position, dependencies, claimed };
        intent.seal(Body::new([0; 16], &ending.encode()).unwrap(), &key)
    };
    let own = Place::Continues(DocumentId::from_bytes([4; 32]));
    let county = crate::scope::County::new(12).unwrap();
    let begins = |kind, scope| Place::Begins { kind, scope };
    assert_eq!(Ending::read(&signed(Act::Withdrawal, own, None)), Ok(ending.clone()));
    let region = begins(Kind::Organisation, Scope::Region(county));
    assert_eq!(Ending::read(&signed(Act::Withdrawal, region, None)), Ok(ending.clone()));
    let network = begins(Kind::Organisation, Scope::Network);
    assert_eq!(Ending::read(&signed(Act::Withdrawal, network, None)), Err(Error::OutOfPlace));
    let report = begins(Kind::Report, Scope::Region(county));
    assert_eq!(Ending::read(&signed(Act::Withdrawal, report, None)), Err(Error::OutOfPlace));
    let certified = signed(Act::Withdrawal, own, Some(ChangeId::from_bytes([5; 32])));
    assert_eq!(Ending::read(&certified), Err(Error::CertificatePresence));
    assert_eq!(Ending::read(&signed(Act::Record, own, None)), Err(Error::Act));
    assert!(matches!(Ending::read(&signed(Act::Revocation, own, None)), Err(Error::Malformed(_))));
    assert_eq!(Ending::read(&signed(Act::Withdrawal, own, None).without_body()), Err(Error::BodyMissing));
}
