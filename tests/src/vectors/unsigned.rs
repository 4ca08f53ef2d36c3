//! Vectors of changes that a key elsewhere is to sign: header and body, and what they say. Programs that sign in a browser must read
//! the same out of them, and notice when anything else is in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use talkoot_protocol::api::Writing;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign::Moment;
use talkoot_protocol::signed::{Unsigned, Verified};
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::Checked;

use super::hex;
use crate::cast::{Organisation, Worker, moment};

/// A file of such vectors. Bytes are lowercase hexadecimal.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct UnsignedVectors {
    /// What the file is for.
    pub about: String,
    /// The network.
    pub network: String,
    /// The organisation whose worker signs.
    pub organisation: String,
    /// The worker's public key.
    pub key: String,
    /// Its certificate.
    pub certificate: String,
    /// The vectors.
    pub vectors: Vec<UnsignedVector>,
}

/// One vector.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct UnsignedVector {
    /// What it shows.
    pub name: String,
    /// What sort of document it is about.
    pub kind: Kind,
    /// What is written.
    pub writing: Writing,
    /// The signer's clock, in milliseconds.
    pub claimed: u64,
    /// The salt.
    pub salt: String,
    /// The header.
    pub header: String,
    /// The body.
    pub body: String,
    /// The id the change has.
    pub id: String,
}

struct Maker {
    worker: Worker,
    prefix: Prefix,
    vectors: Vec<UnsignedVector>,
}

impl Maker {
    fn add(&mut self, name: &str, kind: Kind, writing: Writing, made: Unsigned, moment: Moment) -> Verified {
        self.vectors.push(UnsignedVector {
            name: name.to_owned(),
            kind,
            writing,
            claimed: moment.claimed.as_millis(),
            salt: hex(&moment.salt),
            header: hex(made.header_bytes()),
            body: hex(made.body().as_bytes()),
            id: made.id().to_string(),
        });
        let signature = self.worker.key.sign(&made.to_sign());
        made.signed(signature).expect("the worker's own signature")
    }

    fn keyed<T>(&self, kind: Kind, fields: impl IntoIterator<Item = (String, T)>) -> Vec<(String, T)> {
        let entry = |name: String| if kind.is_joint() { self.prefix.entry(&name) } else { name };
        fields.into_iter().map(|(name, value)| (entry(name), value)).collect()
    }

    fn begin(&mut self, name: &str, kind: Kind, scope: Scope, fields: Value) -> Verified {
        let moment = moment(100 + self.vectors.len() as u64);
        let fields: Fields = serde_json::from_value(fields).expect("fields");
        let keyed: Map<String, Value> = self.keyed(kind, fields.clone()).into_iter().collect();
        let made = self.worker.author().signatory().begin(kind, scope, &keyed, moment).expect("a change");
        self.add(name, kind, Writing::Begin { kind, scope, fields }, made, moment)
    }

    fn change(&mut self, name: &str, kind: Kind, history: &[&Verified], edits: Value) -> Verified {
        let moment = moment(100 + self.vectors.len() as u64);
        let edits: BTreeMap<String, Option<Value>> = serde_json::from_value(edits).expect("edits");
        let keyed = self.keyed(kind, edits.clone()).into_iter().collect();
        let network = self.worker.network;
        let sealed = |change: &&Verified| Checked::sealed(&network, (*change).clone()).expect("a sound change");
        let history: Vec<Checked> = history.iter().map(sealed).collect();
        let made = self.worker.author().signatory().change(&history, &keyed, moment).expect("a change");
        let document = history.first().map(|first| first.change().document().to_string()).unwrap_or_default();
        self.add(name, kind, Writing::Change { document, edits }, made, moment)
    }
}

/// Makes the vectors.
pub fn unsigned() -> UnsignedVectors {
    let charter = Charter::commons();
    let mut house = Organisation::found("vektori", &charter);
    let worker = house.employ("kirjoittaja", &[Role::Reporter, Role::Coordinator, Role::DecisionMaker]);
    let (key, certificate) = (worker.key.public().to_string(), worker.certificate.id().to_string());
    let mut maker = Maker { worker, prefix: Prefix::of(&house.id), vectors: Vec::new() };
    of_reports(&mut maker, house.id);
    of_joint_documents(&mut maker);
    UnsignedVectors {
        about: "Changes to be signed elsewhere, with what they say.".to_owned(),
        network: charter.network().to_string(),
        organisation: house.id.to_string(),
        key,
        certificate,
        vectors: maker.vectors,
    }
}

fn of_reports(maker: &mut Maker, own: talkoot_protocol::id::OrganisationId) {
    let every_sort = json!({
        "text": "Ääkköset, 漢字, \u{1f6d6}, \"lainaus\"\nja rivi", "empty": "", "yes": true, "no": false, "nothing": null,
        "zero": 0, "small": -1, "least": -9_007_199_254_740_991_i64, "great": 9_007_199_254_740_991_i64,
        "list": ["a", "a", "b", 1, true, null, {"c": []}], "map": {"m": {"n": {"o": ["p"]}}}, "none": {}, "void": [],
        "__proto__": "a name like any other",
    });
    maker.begin("every sort of value", Kind::Report, Scope::Network, every_sort);
    let note = json!({
        "title": "Neuvonnan aukiolo", "description": "Asukkaat eivät löydä neuvontaa.", "support_need": [2, 3],
        "area": [{"scheme": "municipality", "year": 2026, "code": "491"}], "variant": "worker", "want_feedback": true,
        "proposal": [{"text": "Avataan iltaisin.", "addressee": "Kunta", "level": "municipality"}, {"text": "Toinen."}],
    });
    let first =
        maker.begin("a report for one county", Kind::Report, "region:12".parse().expect("a scope"), note.clone());
    maker.begin("a report for the own organisation", Kind::Report, Scope::Organisation(own), note);
    let second =
        maker.change("an edit", Kind::Report, &[&first], json!({"title": "Neuvonta iltaisin", "support_need": [3]}));
    let both = [&first, &second];
    let third = maker.change(
        "a field taken away, another added",
        Kind::Report,
        &both,
        json!({"proposal": null, "local.lift": "yes"}),
    );
    maker.change(
        "a field that was taken away",
        Kind::Report,
        &[&first, &second, &third],
        json!({"proposal": [{"text": "Uusi."}]}),
    );
    let long = "ä".repeat(3_000);
    maker.begin("a long text", Kind::Report, Scope::Network, json!({"title": "Pitkä", "description": long}));
}

fn of_joint_documents(maker: &mut Maker) {
    let begun = maker.begin(
        "a phenomenon",
        Kind::Phenomenon,
        Scope::Network,
        json!({"title": {"text": "Asuntojono", "language": "fi"}, "facet/0a1b2c3d": {"aspect": "jono", "value": "puoli vuotta"}}),
    );
    let edits = json!({"facet/0a1b2c3d": null, "status": {"code": "checked", "reason": "Katsottu yhdessä."}});
    maker.change("a word and one taken back", Kind::Phenomenon, &[&begun], edits);
    let asked = maker.begin(
        "a proposal",
        Kind::Proposal,
        Scope::Network,
        json!({"ask": {"title": "Talo", "text": "Avataan talo.", "addressee": {"body": "Kunta"}, "deadline": "2027-01-31"}}),
    );
    let answer = json!({"answer/0000a1b2": {"code": "accepted", "reason": "Näin tehdään.", "date": "2026-11-22"}});
    maker.change("an answer", Kind::Proposal, &[&asked], answer);
}
