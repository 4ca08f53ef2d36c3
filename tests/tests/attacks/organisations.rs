//! What an organisation may try with its root key: it is a member, and wants more than one vote.

use talkoot_protocol::header::{Act, Place, Position};
use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::sign;
use talkoot_protocol::signed::{Body, Intent, Verified};
use talkoot_protocol::statement::{Bearer, Certificate, Endorsement, Names, OrganisationKind, Record, Statement};
use talkoot_protocol::time::Timestamp;
use talkoot_tests::cast::{inception_of, key_of, moment};

use super::stage::{Attack, Stage};

pub(crate) fn attacks() -> Vec<Attack> {
    let attack = |what, named, run| Attack { what, named, run };
    vec![
        attack("a certificate in the name of another organisation", "other_organisation", foreign_certificate),
        attack("recognising oneself", "other_organisation", own_recognition),
        attack("another organisation's record with one's own key", "not_root_key", stolen_name),
        attack("a statement in another organisation's document", "not_root_key", foreign_document),
        attack("a worker's key that speaks for the organisation", "certificate_presence", worker_states),
        attack("a record for fewer than the whole network", "act_out_of_place", hidden_record),
        attack("a statement that is none", "statement_malformed", no_statement),
        attack("an act that nobody knows and that must be understood", "unknown_act", unknown_act),
    ]
}

fn certificate_for(stage: &Stage, organisation: &talkoot_tests::cast::Organisation) -> Statement {
    Statement::Certificate(Certificate {
        organisation: organisation.id,
        subject: stage.mallory.worker.key.public(),
        bearer: Bearer::Node,
        valid_from: Timestamp::from_millis(0),
        valid_until: None,
        counties: Default::default(),
    })
}

fn foreign_certificate(stage: &mut Stage) {
    let statement = certificate_for(stage, &stage.alice.organisation);
    let change = stage.mallory.organisation.state(&statement);
    stage.push_forbidden(&change);
}

fn own_recognition(stage: &mut Stage) {
    let own = stage.mallory.organisation.id;
    let change = stage.mallory.organisation.endorse(own);
    stage.push_forbidden(&change);
}

fn record_of(name: &str) -> Statement {
    let names = Names { fi: name.into(), sv: name.into(), en: name.into() };
    let inception = inception_of(name);
    let kind = OrganisationKind::Ngo;
    Statement::Record(Record { inception, names, kind, counties: Default::default(), contact: "minä".into() })
}

fn stolen_name(stage: &mut Stage) {
    let network = stage.charter.network();
    let change = sign::statement(&key_of("mallory root"), network, None, &record_of("alice"), moment(50)).unwrap();
    stage.push_forbidden(&change);
}

fn foreign_document(stage: &mut Stage) {
    let alice = &stage.alice.organisation;
    let after = Some((alice.document(), 1, alice.record.id()));
    let recognition = Statement::Endorsement(Endorsement { organisation: stage.mallory.organisation.id });
    let network = stage.charter.network();
    let change = sign::statement(&stage.mallory.organisation.root, network, after, &recognition, moment(50)).unwrap();
    stage.push_forbidden(&change);
}

/// Signs any content as any act, at the end of Mallory's document.
fn state_anything(stage: &Stage, act: Act, content: &[u8], certificate: Option<ChangeId>) -> Verified {
    let organisation = &stage.mallory.organisation;
    let intent = Intent {
        network: stage.charter.network(),
        act,
        place: Place::Continues(organisation.document()),
        certificate,
        position: Position::After { sequence: 2, previous: organisation.record.id() },
        dependencies: Vec::new(),
        claimed: moment(50).claimed,
    };
    let key = if certificate.is_some() { &stage.mallory.worker.key } else { &organisation.root };
    intent.seal(Body::new(moment(50).salt, content).unwrap(), key)
}

fn worker_states(stage: &mut Stage) {
    let recognition = Statement::Endorsement(Endorsement { organisation: stage.bob.organisation.id }).encode();
    let certificate = Some(stage.mallory.worker.certificate.id());
    let change = state_anything(stage, Act::Endorsement, &recognition, certificate);
    stage.push_forbidden(&change);
}

fn hidden_record(stage: &mut Stage) {
    let organisation = &stage.mallory.organisation;
    let intent = Intent {
        network: stage.charter.network(),
        act: Act::Record,
        place: Place::Begins { kind: Kind::Report, scope: Scope::Network },
        certificate: None,
        position: Position::First,
        dependencies: Vec::new(),
        claimed: moment(50).claimed,
    };
    let content = record_of("mallory").encode();
    let change = intent.seal(Body::new(moment(50).salt, &content).unwrap(), &organisation.root);
    stage.push_forbidden(&change);
}

fn no_statement(stage: &mut Stage) {
    let change = state_anything(stage, Act::Certificate, b"hei", None);
    stage.push_forbidden(&change);
}

fn unknown_act(stage: &mut Stage) {
    // 99 is below the acts that may be passed over, and nobody has defined it.
    let mut bytes = state_anything(stage, Act::Other(200), b"hei", None).encode();
    let at = bytes.windows(3).position(|window| window == [0x02, 0x18, 200]).unwrap();
    bytes[at + 2] = 99;
    stage.push(&[bytes]);
}
