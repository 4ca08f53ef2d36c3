//! The cast: organisations and workers whose keys follow from their names, so that every run signs the same bytes.

use serde_json::{Value, json};
use talkoot_protocol::address::AddressRecord;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::entry::Prefix;
use talkoot_protocol::id::{ChangeId, DocumentId, NetworkId, OrganisationId, WorkerId, sha256};
use talkoot_protocol::key::{KeyCommitment, PublicKey, SecretKey};
use talkoot_protocol::scope::{Counties, County, Kind, Scope};
use talkoot_protocol::sign::{self, Author, Moment};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::{
    Bearer, Certificate, Endorsement, Inception, Names, OrganisationKind, Record, Role, Roles, Statement,
};
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::time::Timestamp;

/// Makes the key that belongs to a name.
pub fn key_of(name: &str) -> SecretKey {
    SecretKey::from_seed(&sha256(&[b"talkoot/tests/key", name.as_bytes()]))
}

/// Makes the moment that belongs to a number: its own salt, and a time some seconds on.
pub fn moment(number: u64) -> Moment {
    let hash = sha256(&[b"talkoot/tests/salt", &number.to_be_bytes()]);
    let salt = std::array::from_fn(|at| hash[at]);
    Moment { claimed: Timestamp::from_millis(1_790_000_000_000 + number * 1_000), salt }
}

/// An organisation with its root key and everything it has stated so far.
#[derive(Debug)]
pub struct Organisation {
    /// Its root key.
    pub root: SecretKey,
    /// Its id.
    pub id: OrganisationId,
    /// Its network.
    pub network: NetworkId,
    /// The record that began its document.
    pub record: Verified,
    /// Its node's key.
    pub node_key: SecretKey,
    /// Its node's certificate.
    pub node_certificate: Verified,
    tip: (u32, ChangeId),
}

/// A worker with a certified key.
#[derive(Debug)]
pub struct Worker {
    /// The worker's key.
    pub key: SecretKey,
    /// The worker.
    pub id: WorkerId,
    /// The certificate.
    pub certificate: Verified,
    /// The network.
    pub network: NetworkId,
}

impl Organisation {
    /// Founds an organisation in a network of the given charter. The id depends on the name alone.
    pub fn found(name: &str, charter: &Charter) -> Self {
        Self::found_in(name, charter, Counties::from([County::new(12).expect("a county")]))
    }

    /// Founds an organisation that acts in these counties.
    pub fn found_in(name: &str, charter: &Charter, counties: Counties) -> Self {
        let network = charter.network();
        let root = key_of(&format!("{name} root"));
        let inception = inception_of(name);
        let record = Statement::Record(Record {
            inception,
            names: Names { fi: name.into(), sv: name.into(), en: name.into() },
            kind: OrganisationKind::Ngo,
            counties,
            contact: "kirjaamo".into(),
        });
        let record = sign::statement(&root, network, None, &record, moment(1)).expect("a short statement");
        let node_key = key_of(&format!("{name} node"));
        let certificate = Statement::Certificate(Certificate {
            organisation: inception.organisation(),
            subject: node_key.public(),
            bearer: Bearer::Node,
            valid_from: Timestamp::from_millis(0),
            valid_until: None,
            counties: Counties::new(),
        });
        let after = Some((record.document(), 1, record.id()));
        let node_certificate =
            sign::statement(&root, network, after, &certificate, moment(2)).expect("a short statement");
        let tip = (2, node_certificate.id());
        Self { root, id: inception.organisation(), network, record, node_key, node_certificate, tip }
    }

    /// Returns the organisation's document.
    pub fn document(&self) -> DocumentId {
        self.record.document()
    }

    /// Signs a statement at the end of the root key's chain.
    pub fn state(&mut self, statement: &Statement) -> Verified {
        let after = Some((self.document(), self.tip.0, self.tip.1));
        let change = sign::statement(&self.root, self.network, after, statement, moment(u64::from(self.tip.0) + 1))
            .expect("a short statement");
        self.tip = (self.tip.0 + 1, change.id());
        change
    }

    /// Recognises another organisation.
    pub fn endorse(&mut self, organisation: OrganisationId) -> Verified {
        self.state(&Statement::Endorsement(Endorsement { organisation }))
    }

    /// Returns the node at the pen.
    pub fn node(&self) -> Author<'_> {
        Author { key: &self.node_key, certificate: self.node_certificate.id(), network: self.network }
    }

    /// Signs where the node is reached, at the moment of this number; `after` is its document with its last position in it.
    pub fn reached(&self, after: Option<(DocumentId, u32, ChangeId)>, record: &AddressRecord, number: u64) -> Verified {
        self.node().address(after, record, moment(number)).expect("a short record")
    }

    /// Certifies the key of another node.
    pub fn certify_node(&mut self, subject: PublicKey) -> Verified {
        self.state(&Statement::Certificate(Certificate {
            organisation: self.id,
            subject,
            bearer: Bearer::Node,
            valid_from: Timestamp::from_millis(0),
            valid_until: None,
            counties: Counties::new(),
        }))
    }

    /// Certifies one more node; returns its key and the certificate.
    pub fn equip(&mut self, name: &str) -> (SecretKey, Verified) {
        let key = key_of(&format!("{name} node"));
        let certificate = self.certify_node(key.public());
        (key, certificate)
    }

    /// Certifies a worker's key.
    pub fn employ(&mut self, name: &str, roles: &[Role]) -> Worker {
        let key = key_of(&format!("{name} worker"));
        let id = WorkerId::from_bytes(sha256(&[b"talkoot/tests/worker", name.as_bytes()]));
        let bearer = Bearer::Worker { worker: id, roles: roles.iter().copied().collect::<Roles>() };
        let certificate = self.state(&Statement::Certificate(Certificate {
            organisation: self.id,
            subject: key.public(),
            bearer,
            valid_from: Timestamp::from_millis(0),
            valid_until: None,
            counties: Counties::new(),
        }));
        Worker { key, id, certificate, network: self.network }
    }
}

/// Returns what an organisation of this name begins with.
pub fn inception_of(name: &str) -> Inception {
    let root = key_of(&format!("{name} root")).public();
    Inception { root, next: KeyCommitment::to(&key_of(&format!("{name} next root")).public()) }
}

impl Worker {
    /// Returns the worker at the pen.
    pub fn author(&self) -> Author<'_> {
        Author { key: &self.key, certificate: self.certificate.id(), network: self.network }
    }

    /// Signs a report for the whole network.
    pub fn report(&self, number: u64) -> Verified {
        self.report_in(Scope::Network, number)
    }

    /// Begins a document of any kind and scope with these fields, at the moment of this number.
    pub fn begin(&self, kind: Kind, scope: Scope, fields: &Fields, number: u64) -> Verified {
        self.author().begin(kind, scope, fields, moment(number)).expect("sound fields")
    }

    /// Sets these fields on top of changes of a document, the first change first.
    pub fn set(&self, history: &[&Verified], fields: &Fields, number: u64) -> Verified {
        let checked = |change: &&Verified| Checked::sealed(&self.network, (*change).clone()).expect("a sound change");
        let history: Vec<_> = history.iter().map(checked).collect();
        let edits = fields.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
        self.author().change(&history, &edits, moment(number)).expect("a change")
    }

    /// Signs a report for an audience.
    pub fn report_in(&self, scope: Scope, number: u64) -> Verified {
        self.author().begin(Kind::Report, scope, &fields(number), moment(1_000 + number)).expect("a sound report")
    }
}

/// Returns what an organisation says under a path, as the field of a joint document.
pub fn entry(organisation: &OrganisationId, path: &str, value: &Value) -> Fields {
    Fields::from_iter([(Prefix::of(organisation).entry(path), value.clone())])
}

/// Returns the fields of a small report.
pub fn fields(number: u64) -> Fields {
    let report = json!({
        "title": format!("Havainto {number}"),
        "kind": "phenomenon",
        "valence": "negative",
        "description": "Asukkaat eivät löydä neuvontaa, koska palvelupisteen aukioloa on supistettu.",
        "support_need": [2, 3],
        "area": [{"scheme": "municipality", "year": 2026, "code": "491"}],
        "proposal": [{"text": "Avataan neuvonta kahtena iltana viikossa.", "addressee": "Kunta", "level": "municipality"}],
        "observed_period": "2026-H1",
        "language": "fi",
        "variant": "ngo",
    });
    match report {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}
