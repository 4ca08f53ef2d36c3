//! What must be true, by name. Cheap ones are checked after every event or at every word an honest node says, slow ones at rest.
//! None asks the code under test for an opinion: they compare what engines do with the ledger, the disks and the model.

use std::time::Duration;

use talkoot_protocol::id::ChangeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::digest::Digest;
use talkoot_protocol::sync::effect::Write;
use talkoot_protocol::sync::parked::{PARKED_BYTES_MAX, PARKED_MAX, STRANGERS_MAX};
use talkoot_protocol::wire::message::WINDOW_BYTES;

use super::inspect::Facts;
use super::model::members;
use super::node::Node;
use super::run::World;

/// Nothing is written that nobody signed in good order.
pub const SIGNED: &str = "nothing_admitted_unsigned";
/// Nothing is said to a peer about what is not for it, not even an id.
pub const AUDIENCE: &str = "nothing_beyond_its_audience";
/// Nothing is announced, sent or answered that is not durable here.
pub const DURABLE: &str = "nothing_spoken_before_durable";
/// What was acknowledged is there, also after a crash.
pub const ACKNOWLEDGED: &str = "acknowledged_is_kept";
/// Memory and work have bounds.
pub const BOUNDED: &str = "everything_bounded";
/// What an engine says it holds is what its disk holds.
pub const DIGEST: &str = "digest_is_what_the_disk_holds";
/// All that may be equal is, in time.
pub const CONVERGED: &str = "converged_in_time";
/// At rest all nodes hold exactly what the model says, with equal digests.
pub const EQUAL: &str = "equal_at_rest";
/// At rest the heads of every document are those of the model.
pub const HEADS: &str = "equal_heads_at_rest";
/// What hostile peers did was named and counted.
pub const COUNTED: &str = "offences_are_counted";
/// Hops and redundant bytes stay within what the scenario expects.
pub const COST: &str = "cost_within_expectation";
/// The code under test does not panic.
pub const PANIC: &str = "no_panic";

/// Most effects of one input.
const EFFECTS_MAX: usize = 200_000;
/// Bytes that may be under judgement for one peer at once.
pub const JUDGING_BYTES_MAX: usize = 2 * WINDOW_BYTES as usize;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{invariant}{}: {detail}", node.map(|node| format!(" (node {node})")).unwrap_or_default())]
pub struct Breach {
    /// Which.
    pub invariant: &'static str,
    /// Where.
    pub node: Option<usize>,
    /// What was found.
    pub detail: String,
}

/// An invariant that did not hold, and when.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{breach} at event {event}, {} s", at.as_secs_f64())]
pub struct Violation {
    /// What.
    pub breach: Breach,
    /// After which event.
    pub event: u64,
    /// When, in virtual time.
    pub at: Duration,
}

/// What a check says.
pub type Held = Result<(), Breach>;

/// Requires something of a node.
pub fn require(holds: bool, invariant: &'static str, node: usize, detail: impl FnOnce() -> String) -> Held {
    if holds { Ok(()) } else { Err(Breach { invariant, node: Some(node), detail: detail() }) }
}

/// What is about to be written was signed in good order.
pub fn written(world: &World, at: usize, writes: &[Write], evidence: &[Vec<u8>]) -> Held {
    for write in writes {
        let id = write.change.id();
        let known = world.company.ledger.find(&id);
        let same = known.is_some_and(|known| known.bytes == write.change.bytes());
        require(same, SIGNED, at, || format!("it writes {}, which nobody signed in good order", id.short()))?;
    }
    for header in evidence {
        let kept =
            Signed::decode(header).is_ok_and(|signed| signed.is_header_only() && signed.verify_signature().is_ok());
        require(kept, SIGNED, at, || "it keeps as evidence what is no signed header".into())?;
    }
    Ok(())
}

/// Returns whether a node knows an organisation to be a member.
fn knows_member(world: &World, node: &Node, house: usize) -> bool {
    let house = &world.company.houses[house];
    let own = world.company.houses[node.house].id == house.id;
    own || house.founder || members(&world.company, &node.endorsed).contains(&house.id)
}

/// Returns whether a node may say anything about a scope to another.
fn may_have(world: &World, from: usize, to: usize, scope: &Scope) -> bool {
    let house = &world.company.houses[world.nodes[to].house];
    knows_member(world, &world.nodes[from], world.nodes[to].house)
        && match scope {
            Scope::Organisation(owner) => *owner == house.id,
            Scope::Network => true,
            Scope::Region(county) => *county == house.county,
        }
}

/// What an honest node says is for whom it says it to, and durable.
pub fn said(world: &World, from: usize, to: usize, facts: &Facts, line: &dyn Fn() -> String) -> Held {
    if facts.introduction {
        return Ok(());
    }
    let member = knows_member(world, &world.nodes[from], world.nodes[to].house);
    require(member, AUDIENCE, from, || format!("it says to a stranger, node {to}: {}", line()))?;
    let about = facts.held.iter().chain(&facts.wanted).filter_map(|id| world.company.ledger.find_short(id));
    for scope in about.map(|known| known.scope).chain(facts.scopes.iter().copied()) {
        require(may_have(world, from, to, &scope), AUDIENCE, from, || {
            format!("it says to node {to} about {scope}: {}", line())
        })?;
    }
    let disk = &world.nodes[from].disk;
    for id in &facts.held {
        let held = world.company.ledger.find_short(id).is_some_and(|known| disk.holds(&known.id));
        require(held || !disk.is_whole(), DURABLE, from, || format!("it names {id:?} in {}", line()))?;
    }
    for (scope, count) in &facts.counts {
        let durable = disk.digests().get(scope).map_or(0, Digest::count);
        require(*count <= durable || !disk.is_whole(), DURABLE, from, || format!("it counts {count}, not {durable}"))?;
    }

    for (scope, digest) in &facts.digests {
        let durable = disk.digests().get(scope).copied().unwrap_or_default();
        let same = durable == *digest || !disk.is_whole();
        require(same, DURABLE, from, || format!("it counts {} of {scope}, not {}", digest.count(), durable.count()))?;
    }
    Ok(())
}

/// No frame, whatever it means, holds the id of a change that is not for its receiver.
pub fn frame(world: &World, from: usize, to: usize, bytes: &[u8]) -> Held {
    for scope in world.canaries.found_in(bytes) {
        require(may_have(world, from, to, &scope), AUDIENCE, from, || format!("an id of {scope} goes to node {to}"))?;
    }
    Ok(())
}

/// Cheap checks of a node after something happened to it.
pub fn after(world: &World, at: usize, effects: usize) -> Held {
    let node = &world.nodes[at];
    let Some(engine) = node.engine.as_ref().filter(|_| node.honest()) else { return Ok(()) };
    require(effects <= EFFECTS_MAX, BOUNDED, at, || format!("{effects} effects of one input"))?;
    let parked = engine.parked().len();
    require(parked <= PARKED_MAX, BOUNDED, at, || format!("{parked} changes wait"))?;
    for (peer, bytes) in &node.judging {
        require(*bytes <= JUDGING_BYTES_MAX, BOUNDED, at, || format!("{bytes} bytes of node {peer} under judgement"))?;
    }
    if node.disk.is_whole() {
        let durable = node.disk.digests().iter().map(|(scope, digest)| (*scope, *digest));
        let durable = durable.filter(|(_, digest)| digest.count() > 0);
        let same = engine.digests().filter(|(_, digest)| digest.count() > 0).eq(durable);
        require(same, DIGEST, at, || "its digests differ from its disk's".into())?;
    }
    Ok(())
}

/// What was acknowledged at a node is on its disk and in its engine.
pub fn kept(world: &World, at: usize) -> Held {
    let node = &world.nodes[at];
    let Some(engine) = &node.engine else { return Ok(()) };
    for id in &node.acknowledged {
        let durable = node.disk.holds(id) && engine.catalog().find(id).is_some();
        require(durable || !node.disk.is_whole(), ACKNOWLEDGED, at, || format!("{} is gone", id.short()))?;
    }
    Ok(())
}

/// Everything that must be equal at rest is.
pub fn at_rest(world: &mut World) -> Held {
    for at in 0..world.nodes.len() {
        if world.nodes[at].honest() {
            kept(world, at)?;
            bounded_at_rest(world, at)?;
        }
    }
    let scopes: std::collections::BTreeSet<_> = world.model.facts().map(|fact| fact.known.scope).collect();
    for scope in scopes {
        for group in world.model.groups(&scope) {
            equal(world, &scope, &group)?;
        }
    }
    heads(world)
}

fn bounded_at_rest(world: &World, at: usize) -> Held {
    let node = &world.nodes[at];
    let Some(engine) = &node.engine else { return Ok(()) };
    let strangers = engine
        .parked()
        .iter()
        .filter(|(_, missing)| matches!(missing, talkoot_protocol::sync::admit::Missing::Recognition(_)));
    let strangers = strangers.count();
    require(strangers <= STRANGERS_MAX, BOUNDED, at, || format!("{strangers} changes of strangers wait"))?;
    let bytes: usize = node.judging.values().sum();
    require(bytes <= PARKED_BYTES_MAX, BOUNDED, at, || format!("{bytes} bytes under judgement at rest"))
}

/// A group of nodes holds exactly what the model says of a scope.
fn equal(world: &World, scope: &Scope, group: &[usize]) -> Held {
    let should: Vec<ChangeId> = {
        let of_scope = world.model.facts().filter(|fact| fact.known.scope == *scope);
        of_scope
            .filter(|fact| group.iter().any(|node| fact.holders.contains(*node)))
            .map(|fact| fact.known.id)
            .collect()
    };
    let first = world.nodes.get(group[0]).and_then(|node| node.engine.as_ref());
    let digest_of = |engine: &talkoot_protocol::sync::engine::Engine| {
        engine.digests().find(|(of, _)| of == scope).map(|(_, digest)| digest.fingerprint())
    };
    let fingerprint = first.and_then(digest_of);
    for at in group {
        let node = &world.nodes[*at];
        let Some(engine) = &node.engine else { continue };
        for id in &should {
            require(node.disk.holds(id), EQUAL, *at, || format!("it lacks {} of {scope}", id.short()))?;
        }
        let count = node.disk.digests().get(scope).map_or(0, Digest::count);
        require(count == should.len() as u64, EQUAL, *at, || {
            format!("it holds {count} of {scope}, not {}", should.len())
        })?;
        require(digest_of(engine) == fingerprint, EQUAL, *at, || format!("its fingerprint of {scope} differs"))?;
    }
    Ok(())
}

/// The heads of every document are those of the model, wherever the document is for a node that can be reached.
fn heads(world: &mut World) -> Held {
    let all = world.model.heads();
    for (document, heads) in all {
        let Some(fact) = world.model.facts().find(|fact| fact.known.id == document.first_change()) else { continue };
        let should: Vec<ChangeId> = heads.into_iter().collect();
        for at in fact.targets.iter() {
            let Some(engine) = &world.nodes[at].engine else { continue };
            let has = engine.catalog().heads(&document);
            require(has == should || document_is_statements(world, &fact.known.document), HEADS, at, || {
                let names = |ids: &[ChangeId]| ids.iter().map(ChangeId::short).collect::<Vec<_>>().join(" ");
                format!("of {} heads are {}, not {}", fact.known.id.short(), names(&has), names(&should))
            })?;
        }
    }
    Ok(())
}

/// Statements name no dependencies: each is a head, and which of them are here is for `equal` to say.
fn document_is_statements(world: &World, document: &talkoot_protocol::id::DocumentId) -> bool {
    world.company.houses.iter().any(|house| house.statements.first().is_some_and(|first| first.document == *document))
}

/// What hostile peers did was named, and hops and bytes are as expected.
pub fn at_end(world: &World) -> Held {
    let expect = &world.scenario.expect;
    let times = |name: &str| world.nodes.iter().filter(|node| node.honest()).map(|node| node.times(name)).sum::<u64>();
    let hostile = world.nodes.iter().enumerate().filter_map(|(at, node)| Some((at, node.attack.as_ref()?)));
    for (at, attack) in hostile.filter(|(at, _)| world.turns[*at] > 0) {
        for name in attack.counted() {
            require(times(name) > 0, COUNTED, at, || format!("{} left no {name}", attack.name()))?;
        }
    }
    for name in &expect.counted {
        require(times(name) > 0, COUNTED, 0, || format!("nobody counted {name}"))?;
    }
    let cost = |detail: String| Err(Breach { invariant: COST, node: None, detail });
    let hops = world.measure.hops.iter().copied().max().unwrap_or_default();
    if expect.hops_max.is_some_and(|most| usize::from(hops) > most) {
        return cost(format!("{hops} hops"));
    }
    let links = world.measure.links.iter().copied().max().unwrap_or_default();
    if expect.links_max.is_some_and(|most| links > most) {
        return cost(format!("{links} links"));
    }
    let redundancy = world.measure.redundancy();
    match expect.redundancy_max {
        Some(most) if redundancy > most => cost(format!("{redundancy:.2} bytes received for each new one")),
        _ => Ok(()),
    }
}
