//! Three honest organisations, and Mallory's, which is a member too; each has a node, and all nodes are connected.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::{ChangeId, NodeId};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::wire::message::Message;
use talkoot_tests::cast::{Organisation, Worker, entry, inception_of};
use talkoot_tests::world::World;

/// One attack.
#[derive(Clone, Copy)]
pub(crate) struct Attack {
    /// In words, as the catalogue has it.
    pub(crate) what: &'static str,
    /// The name under which honest nodes count it.
    pub(crate) named: &'static str,
    /// Carries it out.
    pub(crate) run: fn(&mut Stage),
}

/// An organisation with its node and people.
pub(crate) struct House {
    pub(crate) organisation: Organisation,
    pub(crate) node: NodeId,
    /// Reports, joins and answers.
    pub(crate) worker: Worker,
}

/// Everybody.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) charter: Charter,
    pub(crate) alice: House,
    pub(crate) bob: House,
    pub(crate) carol: House,
    pub(crate) mallory: House,
    /// A report of Alice's that all have.
    pub(crate) report: Verified,
    /// A phenomenon of Alice's that all have.
    pub(crate) phenomenon: Verified,
    /// Changes that must be in no honest log.
    pub(crate) forbidden: Vec<ChangeId>,
    published: u64,
}

const NAMES: [&str; 4] = ["alice", "bob", "carol", "mallory"];

/// How many must recognise somebody: two of the honest, or one of them and Mallory.
const THRESHOLD: u16 = 2;

fn charter() -> Charter {
    let mut founders: Vec<_> = NAMES.iter().map(|name| inception_of(name).organisation()).collect();
    founders.sort();
    Charter { name: "Kokeilu".into(), founders, threshold: THRESHOLD, ..Charter::commons() }
}

fn house(name: &str, charter: &Charter, world: &mut World) -> House {
    let mut organisation = Organisation::found(name, charter);
    let node = world.add(&organisation, charter);
    let worker = organisation.employ(name, &[Role::Reporter, Role::Coordinator, Role::DecisionMaker]);
    world.submit(node, &[&worker.certificate]);
    House { organisation, node, worker }
}

impl Stage {
    /// Sets the stage: everybody has what everybody said.
    pub(crate) fn set() -> Self {
        let charter = charter();
        let mut world = World::new(None);
        let [alice, bob, carol, mallory] = NAMES.map(|name| house(name, &charter, &mut world));
        let report = alice.worker.report(1);
        let title = entry(&alice.organisation.id, "title", &json!({"text": "Talo"}));
        let phenomenon = alice.worker.begin(Kind::Phenomenon, Scope::Network, &title, 2);
        world.submit(alice.node, &[&report, &phenomenon]);
        let nodes = [alice.node, bob.node, carol.node, mallory.node];
        for (at, one) in nodes.iter().enumerate() {
            nodes[at + 1..].iter().for_each(|other| world.connect(*one, *other));
        }
        world.settle();
        let forbidden = Vec::new();
        Self { world, charter, alice, bob, carol, mallory, report, phenomenon, forbidden, published: 100 }
    }

    pub(crate) fn honest(&self) -> [NodeId; 3] {
        [self.alice.node, self.bob.node, self.carol.node]
    }

    /// Mallory's node pushes these bytes to all honest nodes.
    pub(crate) fn push(&mut self, changes: &[Vec<u8>]) {
        self.say(&World::push(changes));
    }

    /// Mallory's node pushes a change that must not get in.
    pub(crate) fn push_forbidden(&mut self, change: &Verified) {
        self.forbidden.push(change.id());
        self.push(&[change.encode()]);
    }

    /// Mallory's node says this to all honest nodes.
    pub(crate) fn say(&mut self, message: &Message) {
        let from = self.mallory.node;
        for to in self.honest() {
            self.world.inject(from, to, message);
        }
    }

    /// Lets everything come to rest.
    pub(crate) fn rest(&mut self) {
        self.world.pass(Duration::from_secs(90));
    }

    /// Refusals and offences as all honest nodes counted them: the least count of the three, so that a name in it was counted by each.
    pub(crate) fn named(&self) -> BTreeMap<String, u64> {
        let mut least: Option<BTreeMap<String, u64>> = None;
        for node in self.honest() {
            let engine = &self.world.node(node).engine;
            let counts = engine.refusals().iter().chain(engine.offences());
            let counts: BTreeMap<_, _> = counts.map(|(name, count)| ((*name).to_owned(), *count)).collect();
            least = Some(match least {
                None => counts,
                Some(least) => least
                    .into_iter()
                    .filter_map(|(name, count)| Some((name.clone(), count.min(*counts.get(&name)?))))
                    .collect(),
            });
        }
        least.unwrap_or_default()
    }

    /// The honest ones publish something each; all three then have it, the same, and nothing forbidden.
    pub(crate) fn agreement(&mut self) -> Result<(), String> {
        let mut reports = Vec::new();
        for at in 0..3 {
            self.published += 1;
            let house = [&self.alice, &self.bob, &self.carol][at];
            let (node, report) = (house.node, house.worker.report(self.published));
            self.world.submit(node, &[&report]);
            reports.push(report.id());
        }
        self.rest();
        let [one, other, third] = self.honest().map(|node| self.world.fingerprint(node));
        if one != other || other != third {
            return Err("the honest ones disagree".into());
        }
        for node in self.honest() {
            let holds = |id: &ChangeId| self.world.node(node).engine.catalog().find(id).is_some();
            if !reports.iter().all(holds) {
                return Err("the honest ones no longer hear each other".into());
            }
            if let Some(id) = self.forbidden.iter().find(|id| holds(id)) {
                return Err(format!("{id} got in"));
            }
        }
        Ok(())
    }
}

/// Fields of a report with one of them set otherwise.
pub(crate) fn fields_with(number: u64, field: &str, value: &str) -> Fields {
    let mut fields = talkoot_tests::cast::fields(number);
    fields.insert(field.to_owned(), json!(value));
    fields
}
