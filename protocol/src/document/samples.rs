//! What the tests of this module write and read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Fields, create, edit, follows};
use crate::chunk::Chunk;
use crate::id::{ChunkHash, DocumentId};
use crate::key::PublicKey;

/// The document all samples belong to.
pub(super) fn document() -> DocumentId {
    DocumentId::from_bytes([9; 32])
}

/// One of several authors.
pub(super) fn worker(number: u8) -> PublicKey {
    PublicKey::from_bytes([number; 32])
}

/// A report of the usual size: 25 fields, about 1.6 KB of JSON.
pub(super) fn report() -> Fields {
    let text = "Iltapäivisin aseman takana kokoontuu nuoria, joille ei ole lähellä muuta lämmintä paikkaa. Vartijat \
                siirtävät heidät eteenpäin, ja seuraavana iltana sama toistuu kahden korttelin päässä. ";
    let value = json!({
        "age_groups": ["15-17", "18-24"], "area": "091", "attempts": ["outreach", "call"], "barriers": ["hours", "trust"],
        "certainty": 3, "channel": "street", "consent": true, "count_max": 14, "count_min": 8, "district": "Kallio",
        "effect": text, "form": "field/3", "groups": ["youth"], "language": "fi", "observation": text.repeat(3),
        "observed_from": "2026-03-02", "observed_to": "2026-03-15", "organisation_kind": "ngo", "place_kind": "station",
        "proposal": [{"to": "091:youth", "what": text}, {"to": "hsl", "what": "Odotustila auki iltaisin."}],
        "recurring": true, "setting": "evening", "themes": ["housing", "safety"], "trend": "rising", "valence": -1
    });
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// An edit of one field.
pub(super) fn set(name: &str, value: Value) -> BTreeMap<String, Option<Value>> {
    BTreeMap::from([(name.to_owned(), Some(value))])
}

/// A document in the making, with every change of it in the order it was made.
pub(super) struct History(pub(super) Vec<Chunk>);

impl History {
    pub(super) fn begin(fields: &Fields) -> Self {
        Self(vec![create(&worker(1), fields).unwrap()])
    }

    pub(super) fn all(&self) -> Vec<&Chunk> {
        self.0.iter().collect()
    }

    /// Edits on top of the first `known` changes only; returns whether anything changed.
    pub(super) fn edit(&mut self, who: u8, known: usize, edits: &BTreeMap<String, Option<Value>>) -> bool {
        let before: Vec<&Chunk> = self.0.iter().take(known).collect();
        match edit(&worker(who), &document(), &before, edits) {
            Ok(chunk) => {
                follows(&before, &chunk).unwrap();
                self.0.push(chunk);
                true
            }
            Err(error) => {
                assert_eq!(error.name(), "no_change");
                false
            }
        }
    }

    pub(super) fn hash(&self, index: usize) -> ChunkHash {
        self.0[index].hash()
    }
}
