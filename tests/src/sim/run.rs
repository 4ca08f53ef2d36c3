//! A run: a scenario, a seed, and one event after another on virtual time until all is at rest or an invariant breaks.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use talkoot_protocol::id::NodeId;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::sync::effect::Unchecked;
use talkoot_protocol::sync::input::{Input, Source};

use super::byzantine;
use super::company::{Company, hostile_count};
use super::invariant::{self, Breach, Held, Violation};
use super::ledger::Known;
use super::measure::Measure;
use super::model::Model;
use super::network::{Frame, Network, Pair, lay};
use super::node::{Clock, Node};
use super::random::Random;
use super::scenario::{Faults, Scenario};
use super::schedule::Schedule;
use super::trace::Trace;

/// How long after all is equal it must still be so.
const LINGER: Duration = Duration::from_secs(3);
/// Events after which a run is called endless.
const EVENTS_MAX: u64 = 50_000_000;

/// Something that happens.
#[derive(Debug)]
pub(super) enum Happening {
    Dial(Pair),
    Opened { ends: Pair, session: u64, end: usize },
    Arrive { ends: Pair, session: u64, end: usize, frame: Frame },
    Closed { ends: Pair, session: u64, end: usize },
    Wake { node: usize, life: u32 },
    Judged { node: usize, life: u32, source: Source, unchecked: Unchecked },
    Written { node: usize, life: u32 },
    Submit { node: usize, changes: Vec<Arc<Known>> },
    Step(usize),
    Break(Pair),
    Crash { node: usize, down: Duration },
    Start(usize),
    Room(usize),
    Turn(usize),
    Quiet,
    Rest,
    Deadline,
}

/// Everything there is.
#[derive(Debug)]
pub struct World {
    /// What the run is like.
    pub scenario: Arc<Scenario>,
    /// Who takes part.
    pub company: Arc<Company>,
    /// The nodes, by number.
    pub nodes: Vec<Node>,
    /// What is true.
    pub model: Model,
    /// What it costs.
    pub measure: Measure,
    /// Turns of each hostile node in which an honest peer was there.
    pub turns: Vec<u64>,
    /// Ids of what is not for everybody.
    pub canaries: Canaries,
    pub(super) network: Network,
    pub(super) schedule: Schedule<Happening>,
    pub(super) random: Random,
    pub(super) mischief: Random,
    pub(super) choice: Random,
    pub(super) numbers: Vec<u64>,
    by_id: HashMap<NodeId, usize>,
    quiet: bool,
    done: bool,
    trace: Trace,
}

/// First halves of ids of what is not for everybody, to be looked for in every frame.
#[derive(Debug, Default)]
pub struct Canaries {
    /// Whether any begins with these two bytes: most places in a frame are passed over by this alone.
    heads: Vec<bool>,
    scopes: HashMap<[u8; 16], Scope>,
}

impl Canaries {
    /// Adds a change.
    pub fn add(&mut self, known: &Known) {
        let prefix = *known.id.short_id().as_bytes();
        self.heads.resize(1 << 16, false);
        self.heads[usize::from(u16::from_be_bytes([prefix[0], prefix[1]]))] = true;
        self.scopes.insert(prefix, known.scope);
    }

    /// Returns the scopes of those whose ids stand anywhere in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<Scope> {
        if self.heads.is_empty() {
            return Vec::new();
        }
        let begins = |at: &usize| self.heads[usize::from(u16::from_be_bytes([bytes[*at], bytes[at + 1]]))];
        let places = (0..bytes.len().saturating_sub(15)).filter(begins);
        let scope = |at: usize| self.scopes.get(&std::array::from_fn::<u8, 16, _>(|byte| bytes[at + byte])).copied();
        places.filter_map(scope).collect()
    }
}

/// What became of a run.
#[derive(Debug, Clone)]
pub struct Ran {
    /// What it cost.
    pub measure: Measure,
    /// The invariant that broke, if one did.
    pub violation: Option<Violation>,
}

/// How to run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Who reads along.
    pub trace: Trace,
    /// After which event to stop.
    pub until: Option<u64>,
}

/// Runs a scenario with a seed.
pub fn run(scenario: &Arc<Scenario>, company: &Arc<Company>, seed: u64, options: Options) -> Ran {
    let mut world = World::new(scenario.clone(), company.clone(), seed, options.trace);
    let ended = catch_unwind(AssertUnwindSafe(|| world.go(options.until.unwrap_or(EVENTS_MAX))));
    let broken = match ended {
        Ok(held) => held.err(),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Some(Breach { invariant: invariant::PANIC, node: None, detail: words.unwrap_or_default() })
        }
    };
    let (event, at) = (world.measure.events, world.schedule.now());
    let violation = broken.map(|breach| Violation { breach, event, at });
    Ran { measure: world.measure, violation }
}

impl World {
    fn new(scenario: Arc<Scenario>, company: Arc<Company>, seed: u64, trace: Trace) -> Self {
        let mut random = Random::new(seed, &scenario.name);
        let hostile = choose_hostile(&scenario, &mut random);
        let nodes = take_seats(&scenario, &company, &hostile, &mut random);
        let honest: Vec<_> = nodes.iter().map(Node::honest).collect();
        let links = lay(scenario.topology, &honest, &mut random);
        let houses = nodes.iter().map(|node| node.house).collect();
        let pairs: Vec<_> = links.iter().copied().collect();
        let model = Model::new(company.clone(), houses, honest, &reachable(&scenario, &pairs));
        let mut world = Self {
            by_id: nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect(),
            model,
            measure: Measure::default(),
            turns: vec![0; nodes.len()],
            canaries: Canaries::default(),
            network: Network::default(),
            schedule: Schedule::default(),
            mischief: Random::new(seed, "mischief"),
            choice: Random::new(seed, "choice"),
            // A few sets of reports serve all seeds: signing costs more than a run.
            numbers: vec![seed % 4 * 1_000; company.houses.len()],
            nodes,
            random,
            scenario,
            company,
            quiet: false,
            done: false,
            trace,
        };
        world.open_logs();
        world.foresee(&pairs);
        world
    }

    /// Puts into every log what stands there from the start: its organisation's statements, or everybody's.
    fn open_logs(&mut self) {
        for at in 0..self.nodes.len() {
            let own = self.nodes[at].house;
            let houses = 0..self.company.houses.len();
            let familiar =
                |house: &usize| *house == own || self.scenario.familiar && self.company.houses[*house].founder;
            for house in houses.filter(familiar).collect::<Vec<_>>() {
                for known in self.company.houses[house].statements.clone() {
                    self.model.begin_with(at, &known);
                    self.nodes[at].disk.append(known, Vec::new());
                }
            }
        }
    }

    /// Foresees all that is planned.
    fn foresee(&mut self, links: &[Pair]) {
        for at in 0..self.nodes.len() {
            if !self.scenario.late.contains(&at) {
                self.schedule.at(Duration::ZERO, Happening::Start(at));
            }
            if !self.nodes[at].honest() {
                let first = self.random.between(Duration::from_secs(1), Duration::from_secs(3));
                self.schedule.at(first, Happening::Turn(at));
            }
        }
        for ends in links {
            let link = self.network.links.entry(*ends).or_default();
            link.kept = !self.scenario.finds_links;
            link.dialler = self.scenario.finds_links.then_some(ends.0);
            let first = self.random.between(Duration::ZERO, Duration::from_millis(200));
            self.schedule.at(first, Happening::Dial(*ends));
            self.foresee_often(self.scenario.faults.breaks_a_minute, |_| Happening::Break(*ends));
        }
        for node in 0..self.nodes.len() {
            self.foresee_often(self.scenario.faults.crashes_a_minute, |random| {
                let down = random.between(Duration::from_millis(100), Duration::from_secs(5));
                Happening::Crash { node, down }
            });
        }
        for step in 0..self.scenario.steps.len() {
            self.schedule.at(Duration::from_secs_f64(self.scenario.steps[step].at_s), Happening::Step(step));
        }
        self.schedule.at(self.scenario.quiet(), Happening::Quiet);
        let within = Duration::from_secs_f64(self.scenario.expect.converge_within_s);
        self.schedule.at(self.scenario.quiet() + within + LINGER, Happening::Deadline);
    }

    /// Foresees something that happens so often a minute until disturbances end.
    fn foresee_often(&mut self, a_minute: f64, happening: impl Fn(&mut Random) -> Happening) {
        let end = self.scenario.quiet();
        let expected = a_minute * end.as_secs_f64() / 60.0;
        let times = expected.floor() as usize + usize::from(self.random.chance(expected.fract()));
        for _ in 0..times {
            let at = self.random.between(Duration::ZERO, end);
            let happening = happening(&mut self.random);
            self.schedule.at(at, happening);
        }
    }

    /// Lets things happen until the run is over.
    fn go(&mut self, until: u64) -> Held {
        while !self.done && self.measure.events < until {
            let Some(happening) = self.schedule.advance() else { break };
            self.measure.events += 1;
            self.happen(happening)?;
        }
        if self.measure.events >= EVENTS_MAX {
            return Err(Breach { invariant: invariant::BOUNDED, node: None, detail: "the run does not end".into() });
        }
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Held {
        match happening {
            Happening::Dial(ends) => return self.dial(ends),
            Happening::Opened { ends, session, end } => return self.opened(ends, session, end),
            Happening::Arrive { ends, session, end, frame } => return self.arrived(ends, session, end, frame),
            Happening::Closed { ends, session, end } => return self.closed(ends, session, end),
            Happening::Wake { node, life } if self.lives(node, life) => return self.wake(node),
            Happening::Judged { node, life, source, unchecked } if self.lives(node, life) => {
                return self.judged(node, source, unchecked);
            }
            Happening::Written { node, life } if self.lives(node, life) => return self.written(node),
            Happening::Wake { .. } | Happening::Judged { .. } | Happening::Written { .. } => {}
            Happening::Submit { node, changes } => return self.submit(node, changes),
            Happening::Step(step) => return self.step(step),
            Happening::Break(ends) => self.break_link(ends),
            Happening::Crash { node, down } => self.crash(node, down),
            Happening::Start(node) => return self.start(node),
            Happening::Room(node) => self.nodes[node].disk.full = false,
            Happening::Turn(node) => self.take_turn(node),
            Happening::Quiet => self.calm(),
            Happening::Rest => return self.rest(),
            Happening::Deadline => return self.deadline(),
        }
        Ok(())
    }

    fn lives(&self, node: usize, life: u32) -> bool {
        self.nodes[node].life == life && self.nodes[node].engine.is_some()
    }

    fn wake(&mut self, node: usize) -> Held {
        self.nodes[node].wake = None;
        self.note(node, || "wakes".into());
        self.tell(node, Input::Timeout)
    }

    fn take_turn(&mut self, node: usize) {
        if self.quiet {
            return;
        }
        self.turn(node);
        let next = self.random.between(Duration::from_millis(800), Duration::from_millis(1_200));
        self.schedule.after(next, Happening::Turn(node));
    }

    /// Disturbances end.
    fn calm(&mut self) {
        self.quiet = true;
        self.network.groups = None;
        for at in 0..self.nodes.len() {
            self.nodes[at].disk.full = false;
            if self.nodes[at].engine.is_none() && self.nodes[at].life == 0 {
                self.schedule.after(Duration::ZERO, Happening::Start(at));
            }
        }
        self.schedule.after(Duration::from_millis(1), Happening::Rest);
    }

    /// Looks whether all is equal, and whether it stays so.
    fn rest(&mut self) -> Held {
        let now = self.schedule.now();
        let equal = self.model.missing() == 0 && self.nodes.iter().all(|node| node.gone || node.engine.is_some());
        match self.measure.converge {
            Some(_) if equal => return self.finish(),
            _ if equal => {
                self.measure.converge = Some(now - self.scenario.quiet());
                self.schedule.after(LINGER, Happening::Rest);
            }
            _ => {
                self.measure.converge = None;
                self.schedule.after(Duration::from_millis(100), Happening::Rest);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Held {
        self.done = true;
        self.measure.finish(&self.model, &self.nodes);
        let here = (0..self.nodes.len()).filter(|at| !self.nodes[*at].gone);
        self.measure.links = here.map(|at| self.network.sessions_of(at).len()).collect();
        invariant::at_rest(self)?;
        invariant::at_end(self)
    }

    fn deadline(&mut self) -> Held {
        if self.measure.converge.is_some() {
            return self.finish();
        }
        let lacking = self.model.facts().filter(|fact| fact.targets.beyond(&fact.holders) > 0);
        let lacking = lacking.take(3).map(|fact| {
            let nodes: Vec<_> = fact.targets.iter().filter(|node| !fact.holders.contains(*node)).take(5).collect();
            format!("{} ({}) at {nodes:?}", fact.known.id.short(), fact.known.scope)
        });
        let lacking = lacking.collect::<Vec<_>>().join(", ");
        let detail = format!("{} copies are missing: {lacking}", self.model.missing());
        Err(Breach { invariant: invariant::CONVERGED, node: None, detail })
    }

    /// Returns what goes wrong by itself now.
    pub(super) fn faults(&self) -> Faults {
        if self.quiet { Faults::default() } else { self.scenario.faults }
    }

    /// Returns the number of the node with this key.
    pub(super) fn number_of(&self, id: &NodeId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Writes a line of the event log.
    pub(super) fn note(&self, node: usize, words: impl FnOnce() -> String) {
        self.trace.say(self.measure.events, self.schedule.now(), node, words);
    }
}

/// Chooses hostile nodes, never the first: in a star all hangs on it.
fn choose_hostile(scenario: &Scenario, random: &mut Random) -> Vec<usize> {
    let mut candidates: Vec<_> = (1..scenario.nodes).filter(|node| !scenario.late.contains(node)).collect();
    random.shuffle(&mut candidates);
    candidates.truncate(hostile_count(scenario));
    candidates
}

/// Returns who can come to be connected to whom.
fn reachable(scenario: &Scenario, links: &[Pair]) -> Vec<Pair> {
    let all = || (0..scenario.nodes).flat_map(|one| (one + 1..scenario.nodes).map(move |other| (one, other))).collect();
    if scenario.finds_links { all() } else { links.to_vec() }
}

fn take_seats(scenario: &Scenario, company: &Company, hostile: &[usize], random: &mut Random) -> Vec<Node> {
    let take = |at: usize| {
        let rank = hostile.iter().position(|hostile| *hostile == at);
        let seat = rank.and_then(|rank| company.strangers.get(rank)).unwrap_or(&company.seats[at]);
        let clock = Clock {
            offset: Duration::from_secs_f64(random.fraction() * scenario.skew.offset_s),
            rate: 1.0 + (random.fraction() * 2.0 - 1.0) * scenario.skew.rate_percent / 100.0,
        };
        let mut node = Node::new(seat, company, clock, scenario);
        let attacks = &scenario.hostility.attacks;
        node.attack = rank.and_then(|rank| byzantine::attack(&attacks[rank % attacks.len()]));
        node
    };
    (0..scenario.nodes).map(take).collect()
}
