//! Vectors of documents that several organisations write in: who may, and where.

use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::header::{Place, Position};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::{Checked, Content};

use super::{Past, Vectors};
use crate::cast::{Organisation, Worker, entry};
use crate::hostile;

/// Two organisations that recognise each other, with a worker for each role that matters.
struct Houses {
    own: Organisation,
    other: Organisation,
    coordinator: Worker,
    reporter: Worker,
    others: Worker,
    decider: Worker,
}

impl Houses {
    fn found(charter: &Charter) -> Self {
        let mut own = Organisation::found("vektori", charter);
        let mut other = Organisation::found("toinen", charter);
        let coordinator = own.employ("kokooja", &[Role::Coordinator]);
        let reporter = own.employ("kirjoittaja", &[Role::Reporter]);
        let others = other.employ("toinen kokooja", &[Role::Coordinator]);
        let decider = other.employ("päättäjä", &[Role::DecisionMaker]);
        Self { own, other, coordinator, reporter, others, decider }
    }

    fn own(&self, path: &str, value: &serde_json::Value) -> Fields {
        entry(&self.own.id, path, value)
    }

    fn other(&self, path: &str, value: &serde_json::Value) -> Fields {
        entry(&self.other.id, path, value)
    }
}

/// Makes the vectors of joint documents, judged beside a past.
pub fn joint() -> Vectors {
    let charter = Charter::commons();
    let mut houses = Houses::found(&charter);
    let endorsement = houses.own.endorse(houses.other.id);
    let title = houses.own("title", &json!({"text": "Talo"}));
    let phenomenon = houses.coordinator.begin(Kind::Phenomenon, Scope::Network, &title, 20);
    let inner = houses.coordinator.begin(Kind::Phenomenon, Scope::Organisation(houses.own.id), &title, 21);
    let ask = houses.own("ask", &json!({"title": "Lisää asuntoja"}));
    let proposal = houses.coordinator.begin(Kind::Proposal, Scope::Network, &ask, 22);
    let Houses { own, other, coordinator, reporter, others, decider } = &houses;
    let known = [&own.record, &own.node_certificate, &coordinator.certificate, &reporter.certificate, &endorsement];
    let known = known.into_iter().chain([&other.record, &other.node_certificate, &others.certificate]);
    let known = known.chain([&decider.certificate, &phenomenon, &inner, &proposal]);
    let mut door = Past::new(&charter, houses.own.id);
    known.for_each(|change| door.admit(change));
    for (name, change) in begun(&houses, &title).into_iter().chain(continued(&houses, &phenomenon, &inner, &proposal)) {
        door.judge(name, &change);
    }
    door.file(
        "Changes of documents that several organisations write in, judged beside the changes of the past.",
        &charter,
    )
}

fn begun(houses: &Houses, title: &Fields) -> Vec<(&'static str, Verified)> {
    let network = Scope::Network;
    let bare = Fields::from_iter([("title".to_owned(), json!("Talo"))]);
    let theirs = houses.other("title", &json!({"text": "Talo"}));
    vec![
        ("a coordinator begins a phenomenon", houses.coordinator.begin(Kind::Phenomenon, network, title, 30)),
        ("a coordinator begins a saved view", houses.coordinator.begin(Kind::View, network, title, 31)),
        ("a reporter begins a phenomenon", houses.reporter.begin(Kind::Phenomenon, network, title, 32)),
        ("a decision maker begins a proposal", houses.decider.begin(Kind::Proposal, network, &theirs, 33)),
        ("a key without a prefix", houses.coordinator.begin(Kind::Phenomenon, network, &bare, 34)),
        ("another organisation's prefix", houses.coordinator.begin(Kind::Phenomenon, network, &theirs, 35)),
        ("of a kind without a meaning yet", houses.coordinator.begin(Kind::Compilation, network, title, 36)),
    ]
}

fn continued(
    houses: &Houses,
    phenomenon: &Verified,
    inner: &Verified,
    proposal: &Verified,
) -> Vec<(&'static str, Verified)> {
    let facet = json!({"aspect": "Väri", "value": "punainen"});
    let (own, other) = (houses.own("facet/00000001", &facet), houses.other("facet/00000001", &facet));
    let both = own.clone().into_iter().chain(other.clone()).collect();
    let answer = houses.other("answer/00000001", &json!({"code": "accepted"}));
    vec![
        ("a coordinator of another member adds an entry", houses.others.set(&[phenomenon], &other, 40)),
        ("an entry under another organisation's prefix", houses.others.set(&[phenomenon], &own, 41)),
        ("two entries, one of them another organisation's", houses.others.set(&[phenomenon], &both, 42)),
        ("into an object that another change made", into_object(houses, phenomenon)),
        ("a reporter adds an entry", houses.reporter.set(&[phenomenon], &own, 44)),
        ("a decision maker adds an entry to a phenomenon", houses.decider.set(&[phenomenon], &other, 45)),
        ("a decision maker answers a proposal", houses.decider.set(&[proposal], &answer, 46)),
        ("in another organisation's own document", houses.others.set(&[inner], &other, 47)),
    ]
}

fn into_object(houses: &Houses, first: &Verified) -> Verified {
    let checked = Checked::sealed(&houses.others.network, first.clone()).expect("a sound change");
    let Content::Chunk(chunk) = checked.content() else { return first.clone() };
    let content = hostile::into_object_of(&houses.others.key.public(), &first.document(), chunk);
    let place = Place::Continues(first.document());
    hostile::sign_at(&houses.others, place, Position::First, vec![first.id()], &content, 43)
}
