//! What the programs `simulate` and `replay` share: arguments, many runs on all cores, and what is printed.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::company::Company;
use super::invariant::Violation;
use super::measure::{Measure, Summary};
use super::run::{Options, Ran, run};
use super::scenario::Scenario;
use super::trace::Trace;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// Where the scenario files are.
    pub scenarios: PathBuf,
    /// Only this one.
    pub scenario: Option<String>,
    /// Seeds, the end excluded.
    pub seeds: (u64, u64),
    /// After which event to stop.
    pub until: Option<u64>,
    /// Only what this node does.
    pub node: Option<usize>,
    /// The long ones too.
    pub all: bool,
    /// One JSON object a line.
    pub json: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            scenarios: scenarios(),
            scenario: None,
            seeds: (0, 20),
            until: None,
            node: None,
            all: false,
            json: false,
        }
    }
}

/// Returns the directory of the project's own scenarios.
pub fn scenarios() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text:?} is not a number"))
}

impl Arguments {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--scenarios" => arguments.scenarios = value()?.into(),
                "--scenario" => arguments.scenario = Some(value()?),
                "--seeds" => {
                    let value = value()?;
                    let (from, to) = value.split_once("..").ok_or("seeds are two numbers: 0..100")?;
                    arguments.seeds = (number(from)?, number(to)?);
                }
                "--seed" => {
                    let seed = number(&value()?)?;
                    arguments.seeds = (seed, seed + 1);
                }
                "--until" => arguments.until = Some(number(&value()?)?),
                "--node" => arguments.node = Some(number(&value()?)?),
                "--all" => arguments.all = true,
                "--json" => arguments.json = true,
                _ => return Err(format!("{word} is not known")),
            }
        }
        Ok(arguments)
    }

    /// Returns the scenarios asked for.
    fn chosen(&self) -> Result<Vec<Scenario>, String> {
        let mut all = Scenario::load_all(&self.scenarios).map_err(|error| error.to_string())?;
        match &self.scenario {
            Some(name) => all.retain(|scenario| scenario.name == *name),
            None => all.retain(|scenario| self.all || !scenario.long),
        }
        if all.is_empty() { Err("there is no such scenario".into()) } else { Ok(all) }
    }
}

/// Returns the commit of the code under test, if anybody knows it.
pub fn commit() -> String {
    let described = || {
        let mut git = Command::new("git");
        let git = git.args(["describe", "--always", "--dirty"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = git.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    std::env::var("TALKOOT_COMMIT").ok().or_else(described).unwrap_or_else(|| "unknown".into())
}

/// A violation with all that is needed to see it again.
#[derive(Debug, Clone)]
pub struct Found {
    /// The scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// What broke.
    pub violation: Violation,
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { scenario, seed, violation } = self;
        writeln!(f, "VIOLATION scenario {scenario}, seed {seed}, commit {}: {violation}", commit())?;
        write!(f, "  cargo run --release -p talkoot-tests --bin replay -- --scenario {scenario} --seed {seed}")
    }
}

/// Runs a scenario with these seeds on all cores.
pub fn run_seeds(scenario: &Arc<Scenario>, seeds: &[u64]) -> (Summary, Vec<Found>) {
    let company = Arc::new(Company::gather(scenario));
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let ran: Mutex<Vec<(u64, Ran)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = run(scenario, &company, *seed, Options::default());
                    ran.lock().unwrap_or_else(PoisonError::into_inner).push((*seed, done));
                }
            });
        }
    });
    let mut ran = ran.into_inner().unwrap_or_else(PoisonError::into_inner);
    ran.sort_by_key(|(seed, _)| *seed);
    let measures: Vec<Measure> = ran.iter().map(|(_, ran)| ran.measure.clone()).collect();
    let found = ran
        .into_iter()
        .filter_map(|(seed, ran)| Some(Found { scenario: scenario.name.clone(), seed, violation: ran.violation? }));
    let found: Vec<_> = found.collect();
    (Summary::of(&scenario.name, &measures, found.len() as u64, began.elapsed()), found)
}

fn print(summary: &Summary, json: bool) {
    if json {
        return println!("{}", serde_json::to_string(summary).unwrap_or_default());
    }
    println!(
        "{:<22} {:>4} runs {:>3} violations  converge {:>6.2}/{:<6.2} s  hops {}/{}  to all {:>5.2}/{:<6.2} s  \
         redundancy {:.2}/{:.2}  {:>7} frames {:>9} bytes  {:>6.1} ms",
        summary.scenario,
        summary.runs,
        summary.violations,
        summary.converge_s[0],
        summary.converge_s[1],
        summary.hops[0],
        summary.hops[1],
        summary.to_all_s[0],
        summary.to_all_s[1],
        summary.redundancy[0],
        summary.redundancy[1],
        summary.frames,
        summary.bytes,
        summary.seconds * 1_000.0,
    );
}

/// Runs what was asked for and prints a line for each scenario; fails if an invariant broke.
pub fn simulate(arguments: &Arguments) -> ExitCode {
    let chosen = match arguments.chosen() {
        Ok(chosen) => chosen,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    // A panic is a violation and printed as one, with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let seeds: Vec<_> = (arguments.seeds.0..arguments.seeds.1).collect();
    let mut all = Vec::new();
    for scenario in chosen {
        let (summary, found) = run_seeds(&Arc::new(scenario), &seeds);
        print(&summary, arguments.json);
        found.iter().take(3).for_each(|found| eprintln!("{found}"));
        all.extend(found);
    }
    if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one seed again and prints every event.
pub fn replay(arguments: &Arguments) -> ExitCode {
    let scenario = match arguments.chosen() {
        Ok(chosen) if arguments.scenario.is_some() => chosen.into_iter().next(),
        Ok(_) => None,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let Some(scenario) = scenario.map(Arc::new) else {
        eprintln!("name a scenario");
        return ExitCode::from(2);
    };
    let company = Arc::new(Company::gather(&scenario));
    let options = Options { trace: Trace { on: true, node: arguments.node }, until: arguments.until };
    let ran = run(&scenario, &company, arguments.seeds.0, options);
    match ran.violation {
        Some(violation) => {
            println!("{}", Found { scenario: scenario.name.clone(), seed: arguments.seeds.0, violation });
            ExitCode::FAILURE
        }
        None => {
            print(&Summary::of(&scenario.name, &[ran.measure], 0, Duration::ZERO), arguments.json);
            ExitCode::SUCCESS
        }
    }
}
