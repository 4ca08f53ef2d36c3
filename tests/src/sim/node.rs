//! One node: an engine, a disk, a clock that is wrong, and, if it is hostile, what it does beside. An honest node is driven only
//! through the engine's three doors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use talkoot_protocol::header::VERSION;
use talkoot_protocol::id::{ChangeId, NodeId, OrganisationId};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::engine::{Config, Engine, Restored};
use talkoot_protocol::time::Instant;
use talkoot_protocol::wire::message::{FEATURE_ZSTD_1, Hello};

use super::byzantine::Attack;
use super::company::{Company, Seat};
use super::disk::{Disk, Record};
use super::ledger::Known;
use super::scenario::Scenario;

/// A clock that is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Ahead by this.
    pub offset: Duration,
    /// Its seconds in one true second.
    pub rate: f64,
}

impl Clock {
    /// Returns what it shows at a true time.
    pub fn shows(&self, now: Duration) -> Instant {
        Instant::from_origin(self.offset + now.mul_f64(self.rate))
    }

    /// Returns the first true time at which it shows at least this.
    pub fn when(&self, shown: Instant) -> Duration {
        shown.since_origin().saturating_sub(self.offset).div_f64(self.rate) + Duration::from_micros(1)
    }
}

/// A submission that waits for its answer.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What was submitted.
    pub changes: Vec<Arc<Known>>,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    /// Its key.
    pub id: NodeId,
    /// Its organisation, as a position in the company's houses.
    pub house: usize,
    /// Its engine, while it runs.
    pub engine: Option<Engine>,
    /// Counts its starts: what belongs to an earlier life does not reach it.
    pub life: u32,
    /// Its disk.
    pub disk: Disk,
    /// Its clock.
    pub clock: Clock,
    /// When it is to be woken, in true time.
    pub wake: Option<Duration>,
    /// When the group before has been judged.
    pub judged: Duration,
    /// Bytes under judgement for each peer.
    pub judging: BTreeMap<usize, usize>,
    /// Submissions by token.
    pub open: BTreeMap<u64, Submission>,
    /// The number of the next token.
    pub next_token: u64,
    /// What was acknowledged at this node, ever.
    pub acknowledged: BTreeSet<ChangeId>,
    /// Who has endorsed whom, by what it holds or is writing.
    pub endorsed: BTreeMap<OrganisationId, BTreeSet<OrganisationId>>,
    /// Counts of refusals and offences of earlier lives.
    pub counted: BTreeMap<&'static str, u64>,
    /// Where it says that it is reached.
    pub address: Arc<Known>,
    /// Whether it has stopped for good.
    pub gone: bool,
    /// What it does if it is hostile.
    pub attack: Option<Box<dyn Attack>>,
    config: Config,
}

impl Node {
    /// Takes a seat; the engine begins with [`Node::start`].
    pub fn new(seat: &Seat, company: &Company, clock: Clock, scenario: &Scenario) -> Self {
        let config = Config {
            charter: company.charter.clone(),
            node: seat.node,
            own: company.houses[seat.house].id,
            hello: Hello {
                version_min: VERSION,
                version_max: VERSION,
                features: FEATURE_ZSTD_1,
                network: company.charter.network(),
                record: seat.record.clone(),
                certificate: seat.certificate.clone(),
            },
            anti_entropy: Duration::from_secs_f64(scenario.anti_entropy_s),
            finds_links: scenario.finds_links,
            seed: 0,
        };
        Self {
            id: seat.node,
            house: seat.house,
            engine: None,
            life: 0,
            disk: Disk::default(),
            clock,
            wake: None,
            judged: Duration::ZERO,
            judging: BTreeMap::new(),
            open: BTreeMap::new(),
            next_token: 0,
            acknowledged: BTreeSet::new(),
            endorsed: BTreeMap::new(),
            counted: BTreeMap::new(),
            address: seat.address.clone(),
            gone: false,
            attack: None,
            config,
        }
    }

    /// Returns whether it keeps to the protocol.
    pub fn honest(&self) -> bool {
        self.attack.is_none()
    }

    /// Starts it from its log; with notes, as after a clean start, or reading every record.
    pub fn start(&mut self, seed: u64, with_notes: bool) {
        self.life += 1;
        let mut engine = Engine::new(Config { seed, ..self.config.clone() });
        let mut unread = Vec::new();
        for (at, record) in self.disk.log().iter().enumerate() {
            if !restore(&mut engine, at, record, with_notes) {
                unread.push((at, record));
            }
        }
        loop {
            let before = unread.len();
            unread.retain(|(at, record)| !restore(&mut engine, *at, record, false));
            engine.finish_restoring();
            if unread.is_empty() || unread.len() == before {
                break;
            }
        }
        self.engine = Some(engine);
        self.wake = None;
    }

    /// Stops it at once: what was not durable is gone, submissions are never answered.
    pub fn stop(&mut self) {
        self.counted = self.counts();
        self.engine = None;
        self.open.clear();
        self.judging.clear();
        self.wake = None;
    }

    /// Returns how often it has counted each refusal and offence, over all its lives.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = self.counted.clone();
        let now = self.engine.iter().flat_map(|engine| engine.refusals().iter().chain(engine.offences()));
        now.for_each(|(name, times)| *counts.entry(name).or_default() += times);
        counts
    }

    /// Returns how often it has counted a refusal or an offence, over all its lives.
    pub fn times(&self, name: &str) -> u64 {
        self.counts().get(name).copied().unwrap_or_default()
    }

    /// Notes what it knows of recognition, as soon as it is being written.
    pub fn learn(&mut self, known: &Known) {
        if let Some((by, whom)) = known.endorses {
            self.endorsed.entry(whom).or_default().insert(by);
        }
    }
}

/// Takes a record back in; returns whether it need not be tried again.
fn restore(engine: &mut Engine, at: usize, record: &Record, with_notes: bool) -> bool {
    let ordinal = talkoot_protocol::catalog::Ordinal::new(at as u64 + 1);
    match record {
        Record::Change { readable: false, .. } => true,
        Record::Change { known, note, .. } => {
            if with_notes && !note.is_empty() {
                return matches!(engine.restore_note(ordinal, note), Restored::In(_));
            }
            let network = engine.network();
            let checked = Checked::from_log(&network, known.bytes.clone());
            checked.is_ok_and(|checked| !matches!(engine.restore(ordinal, checked), Restored::ReadAgain))
        }
        Record::Evidence(header) => {
            if let Ok(signed) = Signed::decode(header) {
                engine.restore_evidence(signed.id());
            }
            true
        }
    }
}
