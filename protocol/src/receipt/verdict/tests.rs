//! Small worlds, all of them: what nodes can list, fork and lose, and what organisations can end, beside a slow truth that knows no log
//! but only sets; and every order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::ending::said::Saying;
use crate::ending::{Ending, Revocation, Withdrawal};
use crate::header::Position;
use crate::key::PublicKey;
use crate::receipt::{Batch, Ids, Receipt};
use crate::scope::County;

const OURS: u8 = 1;
const THRESHOLD: usize = 2;
const WORKER: u8 = 70;
const NODE: u8 = 80;

fn id(name: u8) -> ChangeId {
    ChangeId::from_bytes([name; 32])
}

fn organisation(name: u8) -> OrganisationId {
    OrganisationId::from_bytes([name; 32])
}

/// Something that is told a node, in some order.
#[derive(Debug, Clone)]
enum Fact {
    Receipt(OrganisationId, Receipt),
    Ending(Saying, Ending),
}

fn batch(name: u8, before: Option<&Receipt>, node: u8, ids: &[u8]) -> Receipt {
    let position = before.map_or(Position::First, |before| before.after().1);
    let first = before.map_or(1, |before| before.batch.last() + 1);
    Receipt {
        id: id(name),
        log: before.map_or(id(name).into(), |before| before.log),
        opens: before.is_none().then_some(Scope::Network),
        node: PublicKey::from_bytes([node; 32]),
        certificate: id(node),
        position,
        batch: Batch::new(1, first, ids.iter().map(|name| id(*name)).collect()).unwrap(),
    }
}

fn saying(name: u8, by: u8, sequence: u32) -> Saying {
    Saying { id: id(name), by: organisation(by), scope: Scope::Network, sequence }
}

fn revoked(certificate: u8, stands: &[Checkpoint], adopted: &[u8]) -> Ending {
    let adopted: Ids = adopted.iter().map(|name| id(*name)).collect();
    Ending::Revocation(Revocation { certificate: id(certificate), stands: stands.to_vec(), adopted })
}

fn withdrawn(stands: &[Checkpoint]) -> Ending {
    let stands = stands.to_vec();
    Ending::Withdrawal(Withdrawal { organisation: organisation(OURS), words: Some(9), stands })
}

fn members(names: &[u8]) -> Standing {
    Standing { members: names.iter().map(|name| organisation(*name)).collect(), ..Standing::default() }
}

/// Ours is removed by these.
fn removed(by: &[u8]) -> Standing {
    let by = by.iter().map(|name| organisation(*name)).collect();
    Standing {
        removed: [(organisation(OURS), 9)].into(),
        against: [(organisation(OURS), by)].into(),
        ..members(&[2, 3, 4])
    }
}

fn facts(name: u8) -> Facts {
    Facts { id: id(name), organisation: organisation(OURS), scope: Scope::Network, certificate: id(WORKER) }
}

/// Tells the facts in this order. What lacks its batch before is told again, as the door does with what waits.
fn told<'a>(order: impl Iterator<Item = &'a Fact>) -> (Ledger, Said) {
    let (mut ledger, mut said, mut parked) = (Ledger::default(), Said::default(), Vec::new());
    for fact in order {
        match fact {
            Fact::Ending(saying, ending) => said.learn(*saying, ending),
            Fact::Receipt(by, receipt) => parked.push((by, receipt)),
        }
        let mut waiting = usize::MAX;
        while parked.len() < waiting {
            waiting = parked.len();
            parked.retain(|(by, receipt)| ledger.learn(**by, receipt).is_err_and(|error| !error.is_final()));
        }
    }
    (ledger, said)
}

fn judged(world: &[&Fact], standing: &Standing, names: &[u8]) -> Vec<Verdict> {
    let (ledger, said) = told(world.iter().copied());
    let judge = Judge { ledger: &ledger, said: &said, standing, threshold: THRESHOLD };
    names.iter().map(|name| judge.verdict(&facts(*name))).collect()
}

fn within_any(ways: &[Option<BTreeSet<ChangeId>>], batch: &ChangeId) -> bool {
    ways.iter().flatten().any(|way| way.contains(batch))
}

/// Calls with every order.
fn each_order<'a>(world: &mut Vec<&'a Fact>, from: usize, see: &mut dyn FnMut(&[&'a Fact])) {
    if from == world.len() {
        return see(world);
    }
    for at in from..world.len() {
        world.swap(from, at);
        each_order(world, from + 1, see);
        world.swap(from, at);
    }
}

/// A log of three batches, forked in the middle, and a second log; the batches in causal order.
struct Logs {
    open: Receipt,
    next: Receipt,
    end: Receipt,
    fork: Receipt,
    other: Receipt,
}

/// 10 is listed first, 11 then, 12 last; 13 in a fork beside 11; 14 and again 10 by another node; 15 nowhere.
const NAMES: [u8; 6] = [10, 11, 12, 13, 14, 15];

fn logs() -> Logs {
    let open = batch(20, None, NODE, &[10]);
    let next = batch(21, Some(&open), NODE, &[11]);
    let end = batch(22, Some(&next), NODE, &[12]);
    let fork = batch(23, Some(&open), NODE, &[13]);
    let other = batch(24, None, NODE + 1, &[10, 14]);
    Logs { open, next, end, fork, other }
}

impl Logs {
    fn all(&self) -> [&Receipt; 5] {
        [&self.open, &self.next, &self.end, &self.fork, &self.other]
    }

    fn checkpoints(&self) -> [Checkpoint; 5] {
        self.all().map(Receipt::checkpoint)
    }
}

/// One choice of what is known: which batches, and what was ended how.
#[derive(Debug, Clone)]
struct World {
    receipts: Vec<Receipt>,
    /// Of the worker's certificate: earlier and later word.
    worker: Vec<(Vec<Checkpoint>, Vec<u8>)>,
    node: Option<Vec<Checkpoint>>,
    /// What each of those who withdraw lets stand; nothing if ours is a member.
    against: Option<BTreeMap<u8, Option<Vec<Checkpoint>>>>,
}

impl World {
    fn standing(&self) -> Standing {
        self.against
            .as_ref()
            .map_or(members(&[OURS, 2, 3]), |against| removed(&against.keys().copied().collect::<Vec<_>>()))
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<_> =
            self.receipts.iter().map(|receipt| Fact::Receipt(organisation(OURS), receipt.clone())).collect();
        for (at, (stands, adopted)) in (1..).zip(&self.worker) {
            facts.push(Fact::Ending(saying(30 + at, OURS, u32::from(at)), revoked(WORKER, stands, adopted)));
        }
        if let Some(stands) = &self.node {
            facts.push(Fact::Ending(saying(40, OURS, 5), revoked(NODE, stands, &[])));
        }
        for (by, stands) in self.against.iter().flatten() {
            if let Some(stands) = stands {
                facts.push(Fact::Ending(saying(50 + by, *by, 1), withdrawn(stands)));
            }
        }
        facts
    }

    /// Batches on the way to one, by walking; nothing if one is missing.
    fn way(&self, to: ChangeId) -> Option<BTreeSet<ChangeId>> {
        let found = self.receipts.iter().find(|receipt| receipt.id == to)?;
        let mut way = found.position.previous().map_or(Some(BTreeSet::new()), |before| self.way(before))?;
        way.insert(to);
        Some(way)
    }

    /// The slow truth: three answers to whether a change was listed within checkpoints; `None` for not known.
    fn listed(&self, name: u8, within: Option<&[Checkpoint]>) -> Option<bool> {
        let ways = |checkpoints: &[Checkpoint]| -> Vec<Option<BTreeSet<ChangeId>>> {
            checkpoints.iter().map(|checkpoint| self.way(checkpoint.batch)).collect()
        };
        let here = self.receipts.iter().filter(|receipt| self.way(receipt.id).is_some());
        let mut listing = here.filter(|receipt| receipt.batch.ids().has(&id(name)));
        let node = self.node.as_deref().map(ways);
        let whole = |ways: &Option<Vec<Option<BTreeSet<_>>>>| ways.iter().flatten().all(Option::is_some);
        let asked = within.map(ways);
        let is_receipt = |receipt: &Receipt| {
            receipt.certificate != id(NODE) || node.as_ref().is_none_or(|ways| within_any(ways, &receipt.id))
        };
        let mut all = listing.clone();
        if listing.any(|receipt| is_receipt(receipt) && asked.as_ref().is_none_or(|ways| within_any(ways, &receipt.id)))
        {
            return Some(true);
        }
        // Could a batch that is missing change that?
        let by_node = all.any(|receipt| {
            receipt.certificate == id(NODE)
                && !is_receipt(receipt)
                && !whole(&node)
                && asked.as_ref().is_none_or(|ways| within_any(ways, &receipt.id))
        });
        (whole(&asked) && !by_node).then_some(false)
    }

    /// What must hold of a change: counts, does not for ever, or waits.
    fn truth(&self, name: u8) -> Option<bool> {
        if let Some(against) = &self.against {
            let spoken: Vec<_> = against.values().flatten().map(|stands| self.listed(name, Some(stands))).collect();
            let needed = THRESHOLD.min(spoken.len());
            if spoken.is_empty() {
                return None;
            }
            if spoken.iter().filter(|stands| **stands == Some(false)).count() >= needed {
                return Some(false);
            }
            if spoken.iter().filter(|stands| **stands != Some(true)).count() >= needed {
                return None;
            }
        }
        if let Some((stands, adopted)) = self.worker.last() {
            return if adopted.contains(&name) { Some(true) } else { self.listed(name, Some(stands)) };
        }
        self.listed(name, None).filter(|listed| *listed)
    }
}

fn is(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Counts => Some(true),
        Verdict::Quarantined(_) => Some(false),
        Verdict::Waits(_) => None,
    }
}

/// Every choice of at most this many checkpoints.
fn choices(checkpoints: &[Checkpoint], most: usize) -> Vec<Vec<Checkpoint>> {
    let mut all = vec![Vec::new()];
    for checkpoint in checkpoints {
        let longer: Vec<_> = all.iter().filter(|few: &&Vec<_>| few.len() < most).cloned().collect();
        all.extend(longer.into_iter().map(|mut few| {
            few.push(*checkpoint);
            few
        }));
    }
    all
}

/// Calls with every world: any of the batches, any end of the worker's and the node's certificate, any removal.
fn each_world(see: &mut dyn FnMut(&World)) {
    let logs = logs();
    let checkpoints = logs.checkpoints();
    let ends = choices(&checkpoints, 2);
    let one = choices(&checkpoints, 1);
    let nodes: Vec<_> = [None].into_iter().chain(choices(&checkpoints[..4], 1).into_iter().map(Some)).collect();
    let workers: Vec<Vec<_>> = [vec![]]
        .into_iter()
        .chain(ends.iter().map(|stands| vec![(stands.clone(), vec![])]))
        .chain(one.iter().map(|stands| vec![(stands.clone(), vec![13]), (checkpoints[..1].to_vec(), vec![15])]))
        .collect();
    let mut removals = vec![None];
    for first in [None, Some(vec![checkpoints[1]]), Some(vec![])] {
        for second in one.iter().cloned().map(Some) {
            removals.push(Some(BTreeMap::from([(2, first.clone()), (3, second)])));
        }
    }
    removals.push(Some(BTreeMap::from([(2, None), (3, None)])));
    for present in 0u32..32 {
        let receipts = logs.all().into_iter().enumerate().filter(|(at, _)| present & (1 << at) != 0);
        let receipts: Vec<_> = receipts.map(|(_, receipt)| receipt.clone()).collect();
        for node in &nodes {
            for worker in &workers {
                for against in &removals {
                    let (worker, node) = (worker.clone(), node.clone());
                    see(&World { receipts: receipts.clone(), worker, node, against: against.clone() });
                }
            }
        }
    }
}

/// Returns how many worlds agree with the slow truth.
fn agrees(judge: &dyn Fn(&World) -> Vec<Verdict>) -> Result<usize, String> {
    let (mut worlds, mut found) = (0, Ok(()));
    each_world(&mut |world| {
        worlds += 1;
        if found.is_err() {
            return;
        }
        for (name, verdict) in NAMES.into_iter().zip(judge(world)) {
            if is(verdict) != world.truth(name) {
                found = Err(format!("{name}: {verdict:?}, not {:?}: {world:?}", world.truth(name)));
            }
        }
    });
    found.map(|()| worlds)
}

fn sound(world: &World) -> Vec<Verdict> {
    let facts = world.facts();
    judged(&facts.iter().collect::<Vec<_>>(), &world.standing(), &NAMES)
}

#[test]
fn every_small_world_is_judged_as_the_slow_truth_says() {
    let worlds = agrees(&sound).unwrap();
    println!("worlds explored: {worlds}, verdicts: {}", worlds * NAMES.len());
    assert!(worlds > 10_000, "{worlds}");
}

/// Takes a checkpoint for a number: lets a batch of the same size in another branch stand for it.
fn by_size(world: &World) -> Vec<Verdict> {
    let logs = logs();
    let (next, fork) = (logs.next.checkpoint(), logs.fork.checkpoint());
    let mut world = world.clone();
    for (stands, _) in &mut world.worker {
        if stands.contains(&next) && !stands.contains(&fork) {
            stands.push(fork);
        }
    }
    sound(&world)
}

/// Takes the first word on a certificate for the last.
fn first_word(world: &World) -> Vec<Verdict> {
    let mut world = world.clone();
    world.worker.truncate(1);
    sound(&world)
}

/// Forgets that a node's certificate was ended.
fn any_node(world: &World) -> Vec<Verdict> {
    sound(&World { node: None, ..world.clone() })
}

/// Lets one of those who withdraw decide for the others.
fn one_decides(world: &World) -> Vec<Verdict> {
    let known = world.facts();
    let (ledger, said) = told(known.iter());
    let standing = world.standing();
    let judge = Judge { ledger: &ledger, said: &said, standing: &standing, threshold: 1 };
    NAMES.iter().map(|name| judge.verdict(&facts(*name))).collect()
}

#[test]
fn planted_flaws_are_found() {
    for flaw in [by_size, first_word, any_node, one_decides] {
        agrees(&flaw).unwrap_err();
    }
}

/// Worlds of few enough facts to try every order of them, and one of many.
fn worlds_in_every_order() -> Vec<World> {
    let (mut few, mut at) = (Vec::new(), 0usize);
    each_world(&mut |world| {
        at += 1;
        let many = world.facts().len();
        if (5..=6).contains(&many) && at.is_multiple_of(397) {
            few.push(world.clone());
        }
    });
    let logs = logs();
    let stands = vec![logs.next.checkpoint()];
    few.push(World {
        receipts: logs.all().into_iter().cloned().collect(),
        worker: vec![(stands.clone(), vec![]), (stands, vec![13])],
        node: Some(vec![logs.end.checkpoint()]),
        against: None,
    });
    few
}

/// Returns how many orders of how many worlds end alike.
fn any_order(tell: &dyn Fn(&[&Fact], &Standing) -> Vec<Verdict>) -> Result<(usize, usize), String> {
    let worlds = worlds_in_every_order();
    let (mut orders, mut found) = (0, Ok(()));
    for world in &worlds {
        let (facts, standing) = (world.facts(), world.standing());
        let expected = judged(&facts.iter().collect::<Vec<_>>(), &standing, &NAMES);
        each_order(&mut facts.iter().collect(), 0, &mut |order| {
            orders += 1;
            if found.is_ok() && tell(order, &standing) != expected {
                found = Err(format!("another verdict: {order:?}"));
            }
        });
    }
    found.map(|()| (worlds.len(), orders))
}

/// Drops what comes before what it follows.
fn impatient(order: &[&Fact], standing: &Standing) -> Vec<Verdict> {
    let (mut ledger, mut said) = (Ledger::default(), Said::default());
    for fact in order {
        match fact {
            Fact::Ending(saying, ending) => said.learn(*saying, ending),
            Fact::Receipt(by, receipt) => {
                let _ = ledger.learn(*by, receipt);
            }
        }
    }
    let judge = Judge { ledger: &ledger, said: &said, standing, threshold: THRESHOLD };
    NAMES.iter().map(|name| judge.verdict(&facts(*name))).collect()
}

/// Hears the last word that came, not the last in the chain.
fn latest_arrival(order: &[&Fact], standing: &Standing) -> Vec<Verdict> {
    let numbered = (1..).zip(order).map(|(at, fact)| match fact {
        Fact::Ending(saying, ending) => Fact::Ending(Saying { sequence: at, ..*saying }, ending.clone()),
        receipt => (*receipt).clone(),
    });
    let numbered: Vec<_> = numbered.collect();
    judged(&numbered.iter().collect::<Vec<_>>(), standing, &NAMES)
}

#[test]
fn any_order_of_arrival_gives_the_same_verdicts() {
    let (worlds, orders) = any_order(&|order, standing| judged(order, standing, &NAMES)).unwrap();
    println!("worlds: {worlds}, orders: {orders}");
    assert!(orders > 50_000, "{orders}");
}

#[test]
fn orders_that_matter_are_found() {
    any_order(&impatient).unwrap_err();
    any_order(&latest_arrival).unwrap_err();
}

#[test]
fn only_a_node_of_ones_own_organisation_in_ones_own_scope_gives_receipts() {
    let listed = batch(20, None, NODE, &[10]);
    let elsewhere = Receipt { opens: Some(Scope::Region(County::new(12).unwrap())), ..listed.clone() };
    let judge = |by, receipt: &Receipt| {
        judged(&[&Fact::Receipt(organisation(by), receipt.clone())], &members(&[OURS, 2]), &[10])
    };
    assert_eq!(judge(OURS, &listed), [Verdict::Counts]);
    assert_eq!(judge(2, &listed), [Verdict::Waits(Missing::Receipt)]);
    assert_eq!(judge(OURS, &elsewhere), [Verdict::Waits(Missing::Receipt)]);
}

#[test]
fn an_end_that_says_nothing_of_a_scope_makes_what_is_there_wait() {
    let region = Scope::Region(County::new(12).unwrap());
    let listed = Receipt { opens: Some(region), ..batch(20, None, NODE, &[10]) };
    let network = Fact::Ending(saying(30, OURS, 4), revoked(WORKER, &[], &[]));
    let here =
        Fact::Ending(Saying { scope: region, ..saying(31, OURS, 1) }, revoked(WORKER, &[listed.checkpoint()], &[]));
    let listed = Fact::Receipt(organisation(OURS), listed);
    let verdict = |world: &[&Fact]| {
        let (ledger, said) = told(world.iter().copied());
        let standing = members(&[OURS]);
        let judge = Judge { ledger: &ledger, said: &said, standing: &standing, threshold: THRESHOLD };
        judge.verdict(&Facts { scope: region, ..facts(10) })
    };
    assert_eq!(verdict(&[&listed, &here]), Verdict::Counts, "only the word to the network ends a certificate");
    assert_eq!(verdict(&[&listed, &network]), Verdict::Waits(Missing::Ending(region)));
    assert_eq!(verdict(&[&listed, &network, &here]), Verdict::Counts);
    assert_eq!(judged(&[&listed, &network, &here], &members(&[OURS]), &[10]), [Verdict::Quarantined(Reason::Revoked)]);
}

#[test]
fn who_was_removed_cannot_take_its_receipts_back() {
    let listed = batch(20, None, NODE, &[10]);
    let stands = [listed.checkpoint()];
    let late = Fact::Ending(saying(40, OURS, 10), revoked(NODE, &[], &[]));
    let by = |name| Fact::Ending(saying(50 + name, name, 3), withdrawn(&stands));
    let listed = Fact::Receipt(organisation(OURS), listed);
    let world = [&listed, &late, &by(2), &by(3)];
    assert_eq!(judged(&world, &removed(&[2, 3]), &[10, 11]), [Verdict::Counts, Verdict::Quarantined(Reason::Removed)]);
    assert_eq!(judged(&world[..2], &members(&[OURS]), &[10]), [Verdict::Waits(Missing::Receipt)], "a member can");
}

#[test]
fn a_stranger_waits_for_recognition() {
    let listed = Fact::Receipt(organisation(OURS), batch(20, None, NODE, &[10]));
    let waits = Verdict::Waits(Missing::Recognition(organisation(OURS)));
    assert_eq!(judged(&[&listed], &members(&[2]), &[10]), [waits]);
}
