//! Who takes part in a scenario: organisations, seats for nodes, workers, and what they write. Signed once for all runs, since
//! signing costs more than simulating; which of it appears in a run is for the seed to say.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use talkoot_protocol::address::AddressRecord;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::{NodeId, OrganisationId};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::scope::{Counties, County, Kind, Scope};
use talkoot_protocol::sign::{Author, Moment};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::time::Timestamp;

use super::ledger::{Known, Ledger};
use super::scenario::{Audience, Scenario};
use crate::cast::{Organisation, Worker, fields, inception_of, key_of, moment};
use crate::hostile::{Hostile, corpus};

/// Workers of each organisation: two honest ones, and one who is not.
const WORKERS: usize = 3;
/// Which of them works for a hostile node.
pub const MALLORY: usize = 2;
/// Counties the organisations are dealt to.
const COUNTIES: usize = 3;
/// Reports of one worker and audience from which numbers may be drawn.
const NUMBERS: u64 = 1_000_000;

/// A place for a node.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Its organisation, as a position in [`Company::houses`].
    pub house: usize,
    /// Its key.
    pub node: NodeId,
    /// The encoded record of its organisation.
    pub record: Vec<u8>,
    /// Its encoded certificate.
    pub certificate: Vec<u8>,
    /// Where it says that it is reached.
    pub address: Arc<Known>,
}

/// An organisation.
#[derive(Debug)]
pub struct House {
    /// Its id.
    pub id: OrganisationId,
    /// Where it acts.
    pub county: County,
    /// Whether the charter names it.
    pub founder: bool,
    /// All it states from the start, in order.
    pub statements: Vec<Arc<Known>>,
    /// Its workers.
    pub workers: Vec<Worker>,
    endorsements: Vec<Arc<Known>>,
}

/// Names a piece of writing: worker's house, worker, audience, number, and the edit (0: the report itself).
type Title = (usize, usize, Audience, u64, usize);

/// Everybody and everything they write.
#[derive(Debug)]
pub struct Company {
    /// What the network agreed on.
    pub charter: Charter,
    /// The organisations; strangers come last.
    pub houses: Vec<House>,
    /// Seats of the scenario's nodes.
    pub seats: Vec<Seat>,
    /// Seats of nodes whose organisations nobody knows.
    pub strangers: Vec<Seat>,
    /// Everything signed in good order.
    pub ledger: Ledger,
    written: Mutex<HashMap<Title, (Verified, Arc<Known>)>>,
    bombs: Mutex<BTreeMap<usize, Arc<Vec<Hostile>>>>,
}

fn name_of(house: usize) -> String {
    format!("organisation {house}")
}

/// Signs where a node says that it is reached.
fn address_of(node: &Author<'_>, house: usize, seat: usize) -> Verified {
    let address = format!("/ip4/10.{}.{}.{}/tcp/4001", house % 256, seat / 256 % 256, seat % 256);
    let record = AddressRecord::new([address.parse().expect("an address")], false).expect("one address");
    node.address(None, &record, moment(1)).expect("a short record")
}

/// Founds a house with all that it states.
fn found(
    name: &str,
    house: usize,
    seats: usize,
    charter: &Charter,
    ledger: &Ledger,
) -> (House, Vec<Seat>, Organisation) {
    let county = County::new((house % COUNTIES) as u8 + 1).expect("a county");
    let mut organisation = Organisation::found_in(name, charter, Counties::from([county]));
    let mut desks = vec![(key_of(&format!("{name} node")), organisation.node_certificate.clone())];
    desks.extend((1..seats).map(|seat| organisation.equip(&format!("{name} {seat}"))));
    let mut stated = vec![organisation.record.clone()];
    stated.extend(desks.iter().map(|(_, certificate)| certificate.clone()));
    let employ = |worker| organisation.employ(&format!("{name} {worker}"), &[Role::Reporter]);
    let workers: Vec<Worker> = (0..WORKERS).map(employ).collect();
    stated.extend(workers.iter().map(|worker| worker.certificate.clone()));
    let statements = stated.iter().map(|change| ledger.enter(change, None)).collect();
    let record = organisation.record.encode();
    let seat = |(at, (key, certificate)): (usize, &(SecretKey, Verified))| {
        let node = Author { key, certificate: certificate.id(), network: charter.network() };
        Seat {
            house,
            node: key.public().into(),
            record: record.clone(),
            certificate: certificate.encode(),
            address: ledger.enter(&address_of(&node, house, at), None),
        }
    };
    let seats = desks.iter().enumerate().map(seat).collect();
    let founder = charter.founders.contains(&organisation.id);
    let house = House { id: organisation.id, county, founder, statements, workers, endorsements: Vec::new() };
    (house, seats, organisation)
}

impl Company {
    /// Gathers everybody a scenario needs.
    pub fn gather(scenario: &Scenario) -> Self {
        let founding = scenario.organisations - scenario.newcomers.min(scenario.organisations);
        let mut founders: Vec<_> = (0..founding).map(|house| inception_of(&name_of(house)).organisation()).collect();
        founders.sort();
        let threshold = founding.clamp(1, 2) as u16;
        let charter = Charter { name: "Kokeilu".into(), founders, threshold, ..Charter::commons() };
        let ledger = Ledger::new(charter.network());
        let (mut houses, mut dealt, mut organisations) = (Vec::new(), Vec::new(), Vec::new());
        for house in 0..scenario.organisations {
            let seats = (scenario.nodes - house).div_ceil(scenario.organisations);
            let (made, seats, organisation) = found(&name_of(house), house, seats, &charter, &ledger);
            houses.push(made);
            dealt.push(seats.into_iter());
            organisations.push(organisation);
        }
        let ids: Vec<_> = houses.iter().map(|house| house.id).collect();
        for (house, organisation) in houses.iter_mut().zip(&mut organisations).filter(|(house, _)| house.founder) {
            let newcomers = ids.iter().skip(founding);
            let endorse = |id: &OrganisationId| ledger.enter(&organisation.endorse(*id), Some((organisation.id, *id)));
            house.endorsements = newcomers.map(endorse).collect();
        }
        let seats =
            (0..scenario.nodes).filter_map(|node| dealt.get_mut(node % scenario.organisations)?.next()).collect();
        let mut strangers = Vec::new();
        for number in 0..hostile_count(scenario).min(if scenario.hostility.strangers { usize::MAX } else { 0 }) {
            let house = houses.len();
            let (made, seats, _) = found(&format!("stranger {number}"), house, 1, &charter, &ledger);
            houses.push(made);
            strangers.extend(seats);
        }
        Self { charter, houses, seats, strangers, ledger, written: Mutex::default(), bombs: Mutex::default() }
    }

    /// Returns the statements by which one house recognises another, with all that stands before them in its chain.
    pub fn endorsement(&self, by: usize, whom: usize) -> Vec<Arc<Known>> {
        let whom = self.houses.get(whom).map(|house| house.id);
        let all = self.houses.get(by).map(|house| house.endorsements.as_slice()).unwrap_or_default();
        let until = all.iter().position(|known| known.endorses.map(|(_, whom)| whom) == whom);
        until.map(|until| all[..=until].to_vec()).unwrap_or_default()
    }

    /// Returns the scope an audience means for a house.
    pub fn scope_of(&self, house: usize, audience: Audience) -> Scope {
        match audience {
            Audience::Network => Scope::Network,
            Audience::Organisation => Scope::Organisation(self.houses[house].id),
            Audience::Region => Scope::Region(self.houses[house].county),
        }
    }

    /// Returns a report; the same number gives the same one.
    pub fn report(&self, house: usize, worker: usize, audience: Audience, number: u64) -> (Verified, Arc<Known>) {
        self.written((house, worker, audience, number % NUMBERS, 0), || {
            self.houses[house].workers[worker].report_in(self.scope_of(house, audience), number % NUMBERS)
        })
    }

    /// Returns the `edit`-th edit (from 1) of a report. The first two stand side by side, by two workers; those that follow build
    /// on all before.
    pub fn edit(&self, house: usize, audience: Audience, number: u64, edit: usize) -> (Verified, Arc<Known>) {
        self.written((house, edit % 2, audience, number % NUMBERS, edit), || {
            let mut history = vec![self.report(house, 0, audience, number).0];
            if edit > 2 {
                history.extend((1..edit).map(|before| self.edit(house, audience, number, before).0));
            }
            self.change(house, edit % 2, &history, &format!("Toisin {edit}"), number * 16 + edit as u64)
        })
    }

    /// Returns two changes of one worker at one place: a fork.
    pub fn fork(&self, house: usize, number: u64) -> [Arc<Known>; 3] {
        let (report, known) = self.report(house, MALLORY, Audience::Network, number);
        let side = |side: usize| {
            self.written((house, MALLORY, Audience::Network, number % NUMBERS, side), || {
                self.change(house, MALLORY, std::slice::from_ref(&report), &format!("Haara {side}"), side as u64)
            })
        };
        [known, side(1).1, side(2).1]
    }

    /// Returns a report of a hostile worker that claims to be from 1970.
    pub fn backdated(&self, house: usize, number: u64) -> Arc<Known> {
        let number = 800_000 + number;
        let write = || {
            let moment = Moment { claimed: Timestamp::from_millis(number), ..moment(number) };
            let author = self.houses[house].workers[MALLORY].author();
            author.begin(Kind::Report, Scope::Network, &fields(number), moment).expect("a sound report")
        };
        self.written((house, MALLORY, Audience::Network, number, 0), write).1
    }

    /// Returns everything a hostile worker might sign.
    pub fn bombs(&self, house: usize) -> Arc<Vec<Hostile>> {
        let mut bombs = self.bombs.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || Arc::new(corpus(&self.houses[house].workers[MALLORY]));
        bombs.entry(house).or_insert_with(make).clone()
    }

    fn change(&self, house: usize, worker: usize, history: &[Verified], title: &str, number: u64) -> Verified {
        let network = self.charter.network();
        let checked = |change: &Verified| Checked::sealed(&network, change.clone()).expect("signed in good order");
        let history: Vec<_> = history.iter().map(checked).collect();
        let edits = BTreeMap::from([("title".to_owned(), Some(json!(title)))]);
        self.houses[house].workers[worker].author().change(&history, &edits, moment(number)).expect("a sound edit")
    }

    fn written(&self, title: Title, write: impl FnOnce() -> Verified) -> (Verified, Arc<Known>) {
        let lock = || self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&title) {
            return known.clone();
        }
        let change = write();
        let known = self.ledger.enter(&change, None);
        lock().insert(title, (change.clone(), known.clone()));
        (change, known)
    }
}

/// Returns how many of a scenario's nodes are hostile.
pub fn hostile_count(scenario: &Scenario) -> usize {
    let share = (scenario.nodes as f64 * scenario.hostility.share).round() as usize;
    if scenario.hostility.attacks.is_empty() { 0 } else { share.min(scenario.nodes.saturating_sub(1)) }
}
