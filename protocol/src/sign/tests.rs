//! Making and signing in two steps gives the bytes of signing in one.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Author, Moment, Signatory};
use crate::document::Fields;
use crate::header::Position;
use crate::id::{ChangeId, NetworkId};
use crate::key::{SecretKey, Signature};
use crate::scope::{Kind, Scope};
use crate::signed;
use crate::sync::check::Checked;
use crate::time::Timestamp;

const NETWORK: NetworkId = NetworkId::from_bytes([9; 32]);

fn moment(number: u8) -> Moment {
    Moment { claimed: Timestamp::from_millis(1_700_000_000_000 + u64::from(number)), salt: [number; 16] }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zä-ö_]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn fields() -> impl Strategy<Value = Fields> {
    prop::collection::btree_map("[a-z]{1,5}", value(), 1..5).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn in_two_steps_as_in_one(fields in fields(), seed in any::<[u8; 32]>(), edit in value(), taken in any::<bool>()) {
        let key = SecretKey::from_seed(&seed);
        let author = Author { key: &key, certificate: ChangeId::from_bytes([5; 32]), network: NETWORK };
        let signatory: Signatory = author.signatory();
        let sealed = author.begin(Kind::Report, Scope::Network, &fields, moment(1)).unwrap();
        let unsigned = signatory.begin(Kind::Report, Scope::Network, &fields, moment(1)).unwrap();
        prop_assert_eq!((unsigned.id(), unsigned.header()), (sealed.id(), sealed.header()));
        let signature = key.sign(&unsigned.to_sign());
        prop_assert_eq!(&unsigned.signed(signature).unwrap(), &sealed);

        let Ok(first) = Checked::sealed(&NETWORK, sealed) else { return Ok(()) };
        let edits = BTreeMap::from([
            ("new field".to_owned(), Some(edit)),
            (fields.keys().next().unwrap().clone(), (!taken).then(|| json!("another text"))),
        ]);
        let history = [first];
        let sealed = author.change(&history, &edits, moment(2)).unwrap();
        let unsigned = signatory.change(&history, &edits, moment(2)).unwrap();
        let signature = key.sign(&unsigned.to_sign());
        let is_second = matches!(sealed.header().position, Position::After { sequence: 2, .. });
        prop_assert!(is_second);
        prop_assert_eq!(unsigned.signed(signature).unwrap(), sealed);
    }
}

#[test]
fn another_hand_is_noticed() {
    let key = SecretKey::from_seed(&[1; 32]);
    let signatory = Signatory { key: key.public(), certificate: ChangeId::from_bytes([5; 32]), network: NETWORK };
    let fields: Fields = [("title".to_owned(), json!("Jono"))].into_iter().collect();
    let unsigned = signatory.begin(Kind::Report, Scope::Network, &fields, moment(1)).unwrap();
    let of_other = SecretKey::from_seed(&[2; 32]).sign(&unsigned.to_sign());
    for signature in [of_other, Signature::from_bytes([0; 64]), key.sign(b"something else")] {
        assert!(matches!(unsigned.clone().signed(signature), Err(signed::Error::Signature(_))));
    }
}
