//! Power cuts, for a node's whole directory: a node is founded and works while it is recorded, and what is left of its
//! directory is opened with everything that stands on the log. See also the store's own trial, which goes deeper.

use std::fs;

use serde_json::json;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::WorkerId;
use talkoot_protocol::key::{KeyCommitment, SecretKey};
use talkoot_protocol::scope::{Counties, Kind, Scope};
use talkoot_protocol::sign::{self, Author, Moment};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::{Bearer, Certificate, Inception, Names, OrganisationKind, Role, Roles, Statement};
use talkoot_protocol::time::Timestamp;

use super::*;
use crate::config::Config;
use crate::disk::trace::{self, Fault, Trace};
use crate::disk::trial::{Tally, rounds, scratch};
use crate::disk::wreck::{Dice, Kept, Wreck, ways};
use crate::home::{Founding, Home};

/// Recordings in an ordinary test run.
const ROUNDS: u64 = 1;
/// Times a node is told something in one recording.
const STEPS: usize = 12;
/// States tried of one recording.
const STATES: usize = 90;

/// An organisation with a node and a worker, who are always the same.
pub(super) struct Founders {
    pub(super) charter: Charter,
    node: SecretKey,
    worker: SecretKey,
    record: Verified,
    certificate: Verified,
    pub(super) employment: Verified,
}

impl Founders {
    pub(super) fn new() -> Self {
        let charter = Charter::commons();
        let [root, next, node, worker] = [1, 2, 3, 4].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let moment = Moment { claimed: Timestamp::from_millis(1), salt: [0; 16] };
        let inception = Inception { root: root.public(), next: KeyCommitment::to(&next.public()) };
        let sign = |after, statement| sign::statement(&root, charter.network(), after, &statement, moment).unwrap();
        let certify = |key: &SecretKey, bearer| {
            Statement::Certificate(Certificate {
                organisation: inception.organisation(),
                subject: key.public(),
                bearer,
                valid_from: moment.claimed,
                valid_until: None,
                counties: Counties::new(),
            })
        };
        let record = sign(
            None,
            Statement::Record(talkoot_protocol::statement::Record {
                inception,
                names: Names::default(),
                kind: OrganisationKind::Ngo,
                counties: Counties::new(),
                contact: String::new(),
            }),
        );
        let certificate = sign(Some((record.document(), 1, record.id())), certify(&node, Bearer::Node));
        let roles = Roles::from_iter([Role::Reporter, Role::Coordinator]);
        let bearer = Bearer::Worker { worker: WorkerId::from_bytes([9; 32]), roles };
        let employment = sign(Some((record.document(), 2, certificate.id())), certify(&worker, bearer));
        Self { charter, node, worker, record, certificate, employment }
    }

    /// Returns the worker at the pen.
    pub(super) fn author(&self) -> Author<'_> {
        Author { key: &self.worker, certificate: self.employment.id(), network: self.charter.network() }
    }

    pub(super) fn found(&self, dir: &std::path::Path) -> Result<Home, crate::home::Error> {
        let Self { charter, node: key, record, certificate, .. } = self;
        let config = Config::default_toml();
        Home::create(dir, &Founding { charter, key, record, certificate, config: &config })
    }

    /// Signs a report, and half of the time a change to it.
    fn write(&self, dice: &mut Dice) -> Vec<Vec<u8>> {
        let network = self.charter.network();
        let author = self.author();
        let mut moment = || {
            let salt = std::array::from_fn(|_| dice.roll(256) as u8);
            Moment { claimed: Timestamp::from_millis(2), salt }
        };
        let fields: Fields = serde_json::from_value(json!({"title": "Jono", "description": "x".repeat(300)})).unwrap();
        let first = author.begin(Kind::Report, Scope::Network, &fields, moment()).unwrap();
        let mut changes = vec![first.encode()];
        let edits = [("title".to_owned(), Some(json!("Jonot")))].into();
        let second = moment();
        if second.salt[0] < 128 {
            let first = Checked::sealed(&network, first).unwrap();
            changes.push(author.change(&[first], &edits, second).unwrap().encode());
        }
        changes
    }
}

/// What a recorded node was told and has acknowledged, each after how many calls.
#[derive(Default)]
struct History {
    trace: Trace,
    founded: usize,
    changes: Vec<(usize, ChangeId, Vec<u8>)>,
    addresses: Vec<(usize, String)>,
}

/// Tells a node something; returns what it acknowledged.
fn tell(core: &mut Core, changes: Vec<Vec<u8>>) -> Vec<(usize, ChangeId, Vec<u8>)> {
    let outcomes = core.submit(changes.clone());
    let stored = outcomes.into_iter().zip(changes).filter_map(|(outcome, bytes)| match outcome {
        Outcome::Stored(id) | Outcome::Known(id) => Some((trace::moment(), id, bytes)),
        _ => None,
    });
    stored.collect()
}

/// Founds a node in `root/home`, lets it work for a while, and records it.
fn record_work(founders: &Founders, root: &std::path::Path, dice: &mut Dice) -> History {
    let dir = root.join("home");
    trace::start(root);
    let home = founders.found(&dir).unwrap();
    let mut history = History { founded: trace::moment(), ..History::default() };
    let mut running = None;
    for step in 0..STEPS {
        trace::plan(match dice.roll(5) {
            0 => Some(Fault::Fail(dice.roll(4))),
            1 => Some(Fault::Die(dice.roll(12))),
            _ => None,
        });
        let Some(mut core) = running.take().or_else(|| Core::open(&home).ok()) else { continue };
        let mut changes = vec![founders.employment.encode()];
        changes.extend((0..=dice.roll(3)).flat_map(|_| founders.write(dice)));
        history.changes.extend(tell(&mut core, changes));
        let address = format!("node-{step}.example:7474");
        if dice.once_in(3) && core.peers.add(&address).is_ok() {
            history.addresses.push((trace::moment(), address));
        }
        let goes_on = !trace::is_dead() && !dice.once_in(4);
        trace::plan(None);
        running = goes_on.then_some(core);
    }
    drop(running);
    history.trace = trace::stop();
    history
}

/// Opens what is left and looks for everything acknowledged; then lets the node work on.
fn open_and_look(
    founders: &Founders,
    history: &History,
    cut: usize,
    dir: &std::path::Path,
    dice: &mut Dice,
) -> Result<(usize, bool), String> {
    let home = match Home::open(dir) {
        Err(crate::home::Error::Empty { .. }) if cut < history.founded => founders.found(dir),
        opened => opened,
    };
    let home = home.map_err(|error| format!("home: {error}"))?;
    let mut more = Vec::new();
    let (mut lost, mut alarm) = (0, false);
    for _ in 0..2 {
        let mut core = Core::open(&home).map_err(|error| format!("core: {error}"))?;
        alarm |= core.store.stats().damaged > 0;
        let acknowledged = history.changes.iter().filter(|(at, ..)| *at <= cut).chain(&more);
        lost += acknowledged.filter(|(_, id, bytes)| read(&core, id).as_ref() != Some(bytes)).count();
        let known: Vec<&str> = core.peers.addresses().collect();
        let addresses = history.addresses.iter().filter(|(at, _)| *at <= cut);
        lost += addresses.filter(|(_, address)| !known.contains(&address.as_str())).count();
        if !core.quarantined.is_empty() {
            return Err(format!("set aside: {:?}", core.quarantined));
        }
        let changes = [vec![founders.employment.encode()], founders.write(dice)].concat();
        let count = changes.len();
        let stored = tell(&mut core, changes);
        if stored.len() < count {
            return Err("a new change is not stored".to_owned());
        }
        more.extend(stored);
    }
    Ok((lost, alarm))
}

fn read(core: &Core, id: &ChangeId) -> Option<Vec<u8>> {
    let catalog = core.engine.catalog();
    core.record(catalog.entry(catalog.find(id)?).ordinal?)
}

#[test]
fn a_power_cut_anywhere_leaves_a_node_that_opens_with_all_it_acknowledged() {
    let founders = Founders::new();
    let mut tally = Tally::default();
    for seed in rounds(ROUNDS) {
        let root = scratch();
        let mut dice = Dice(seed);
        let history = record_work(&founders, root.path(), &mut dice);
        assert!(!history.changes.is_empty());
        tally.traces += 1;
        tally.syncs += history.trace.ops.iter().filter(|op| op.is_sync()).count();
        let mut seen = BTreeSet::new();
        for _ in 0..STATES {
            let cut = dice.roll(history.trace.ops.len() + 1);
            let ways = ways(&history.trace, cut, 3, &mut dice);
            let (names, bytes) = match dice.roll(3) {
                0 => (Kept::Nothing, Kept::Nothing),
                _ => ways[dice.roll(ways.len())],
            };
            let wreck = Wreck::of(&history.trace, cut, names, bytes, &mut dice);
            if !seen.insert((cut, wreck.digest())) {
                continue;
            }
            let at = tempfile::tempdir_in(root.path()).unwrap();
            wreck.build(at.path());
            tally.states += 1;
            match open_and_look(&founders, &history, cut, &at.path().join("home"), &mut dice) {
                Ok((lost, alarm)) => {
                    tally.false_alarms += usize::from(alarm);
                    tally.lost += lost;
                    if lost == 0 {
                        continue;
                    }
                    tally.complain(format!("seed {seed}, cut {cut}, {names:?}, {bytes:?}: {lost} lost"));
                }
                Err(reason) => {
                    tally.unopenable += 1;
                    tally.complain(format!("seed {seed}, cut {cut}, {names:?}, {bytes:?}: {reason}"));
                }
            }
        }
        drop(fs::remove_dir_all(root.path().join("home")));
    }
    tally.close("node");
}
