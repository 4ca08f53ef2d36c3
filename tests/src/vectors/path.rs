//! Vectors of service paths: who may, and that nothing but codes passes.

use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::header::{Place, Position};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, Content};

use super::{Past, Vectors};
use crate::cast::{Organisation, Worker};
use crate::hostile;

/// Two organisations that recognise each other, with workers who may note paths and one who may not.
struct Houses {
    own: Organisation,
    other: Organisation,
    reporter: Worker,
    colleague: Worker,
    coordinator: Worker,
    others: Worker,
}

impl Houses {
    fn found(charter: &Charter) -> Self {
        let mut own = Organisation::found("vektori", charter);
        let mut other = Organisation::found("toinen", charter);
        let reporter = own.employ("kirjoittaja", &[Role::Reporter]);
        let colleague = own.employ("työtoveri", &[Role::Intake]);
        let coordinator = own.employ("kokooja", &[Role::Coordinator]);
        let others = other.employ("toinen kirjoittaja", &[Role::Reporter]);
        Self { own, other, reporter, colleague, coordinator, others }
    }
}

/// Returns the fields of a path with so many steps.
pub fn path(steps: usize) -> Fields {
    let first = json!({"service": "basic_social_assistance", "actor": "kela", "ended": "waited", "wait": "3-5"});
    let listed = json!({"system": "urn:oid:1.2.246.537.6.1222", "code": "101"});
    let next = json!({
        "service": listed, "actor": "county_social", "ended": "received", "alongside": true, "shared_goal": "no",
    });
    let all: Vec<_> = std::iter::once(first).chain(std::iter::repeat_n(next, steps.saturating_sub(1))).collect();
    Fields::from_iter([
        ("steps".to_owned(), json!(all)),
        ("outcome".to_owned(), json!("left_without")),
        ("area".to_owned(), json!({"scheme": "municipality", "year": 2026, "code": "491"})),
        ("half_year".to_owned(), json!("2026-H1")),
        ("support_need".to_owned(), json!([3])),
    ])
}

fn with(name: &str, value: serde_json::Value) -> Fields {
    path(2).into_iter().chain([(name.to_owned(), value)]).collect()
}

/// Makes the vectors of service paths, judged beside a past.
pub fn paths() -> Vectors {
    let charter = Charter::commons();
    let mut houses = Houses::found(&charter);
    let endorsement = houses.own.endorse(houses.other.id);
    let begun = houses.reporter.begin(Kind::ServicePath, Scope::Network, &path(3), 60);
    let Houses { own, other, reporter, colleague, coordinator, others } = &houses;
    let mut door = Past::new(&charter, own.id);
    let certified = [reporter, colleague, coordinator].map(|worker| &worker.certificate);
    let known = [&own.record, &own.node_certificate].into_iter().chain(certified).chain([&endorsement]);
    let known = known.chain([&other.record, &other.node_certificate, &others.certificate, &begun]);
    known.for_each(|change| door.admit(change));
    for (name, change) in beginnings(&houses).into_iter().chain(continued(&houses, &begun)) {
        door.judge(name, &change);
    }
    door.file("Changes of service paths, judged beside the changes of the past.", &charter)
}

fn beginnings(houses: &Houses) -> Vec<(&'static str, Verified)> {
    let begin = |fields: &Fields, number| houses.reporter.begin(Kind::ServicePath, Scope::Network, fields, number);
    let own = Scope::Organisation(houses.own.id);
    vec![
        ("a reporter begins a service path", begin(&path(2), 61)),
        ("one for the own organisation", houses.reporter.begin(Kind::ServicePath, own, &path(1), 62)),
        ("one with as many steps as there may be", begin(&path(12), 63)),
        ("one with codes of a later version", begin(&with("season", json!("polar_night")), 64)),
        (
            "a coordinator begins a service path",
            houses.coordinator.begin(Kind::ServicePath, Scope::Network, &path(2), 65),
        ),
        ("thirteen steps", begin(&path(13), 66)),
        ("a sentence", begin(&with("outcome", json!("Matti jäi ilman apua")), 67)),
        ("a name as a key", begin(&with("Matti Meikäläinen", json!(true)), 68)),
        ("a number as long as one of a phone", begin(&with("support_need", json!([401_234_567])), 69)),
        ("the same number as a code", begin(&with("outcome", json!("0401234567")), 70)),
        ("an object too deep", begin(&with("more", json!({"a": {"b": {"c": {}}}})), 71)),
    ]
}

fn continued(houses: &Houses, begun: &Verified) -> Vec<(&'static str, Verified)> {
    let outcome = |text: &str| Fields::from_iter([("outcome".to_owned(), json!(text))]);
    vec![
        ("a colleague says how it ended", houses.colleague.set(&[begun], &outcome("helped"), 72)),
        ("another organisation's worker does", houses.others.set(&[begun], &outcome("helped"), 73)),
        ("a coordinator does", houses.coordinator.set(&[begun], &outcome("helped"), 74)),
        ("a sentence in a later change", houses.reporter.set(&[begun], &outcome("Sai avun lopulta"), 75)),
        ("into an object that the first change made", into_object(houses, begun)),
    ]
}

fn into_object(houses: &Houses, first: &Verified) -> Verified {
    let writer = &houses.colleague;
    let checked = Checked::sealed(&writer.network, first.clone()).expect("a sound change");
    let Content::Chunk(chunk) = checked.content() else { return first.clone() };
    let content = hostile::into_object_of(&writer.key.public(), &first.document(), chunk);
    hostile::sign_at(writer, Place::Continues(first.document()), Position::First, vec![first.id()], &content, 76)
}
