//! Fixed seeds of every small scenario. Fresh ones: `TALKOOT_SEEDS=1000..1100 cargo test -p talkoot-tests --test simulation`;
//! thousands: the program `simulate`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::fs::read_to_string;
use std::path::Path;
use std::sync::Arc;

use talkoot_tests::sim::command::{Arguments, run_seeds, scenarios};
use talkoot_tests::sim::company::Company;
use talkoot_tests::sim::run::{Options, run};
use talkoot_tests::sim::scenario::Scenario;

/// Seeds that are run on every push.
const SEEDS: [u64; 3] = [0, 1, 2];
/// Seeds that once found something, in the scenario in which they did.
const FOUND: [(&str, &[u64]); 2] = [("byzantine", &[24, 290]), ("chaos", &[270, 384])];

/// Returns the seeds to run: the fixed ones, or those the environment names.
fn seeds() -> Vec<u64> {
    let fresh = std::env::var("TALKOOT_SEEDS").ok();
    let Some(fresh) = fresh else { return SEEDS.to_vec() };
    let arguments = Arguments::read(["--seeds".to_owned(), fresh].into_iter()).unwrap();
    (arguments.seeds.0..arguments.seeds.1).collect()
}

#[test]
fn every_invariant_holds_in_every_small_scenario() {
    let all = Scenario::load_all(&scenarios()).unwrap();
    let small: Vec<_> = all.into_iter().filter(|scenario| !scenario.long).collect();
    assert!(small.len() >= 10);
    let mut found = Vec::new();
    for scenario in small {
        let found_before = FOUND.iter().filter(|(name, _)| *name == scenario.name).flat_map(|(_, seeds)| seeds.iter());
        let seeds: Vec<u64> = seeds().into_iter().chain(found_before.copied()).collect();
        let (summary, violations) = run_seeds(&Arc::new(scenario), &seeds);
        assert!(summary.runs > 0);
        found.extend(violations.iter().map(ToString::to_string));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn one_seed_gives_one_course_of_events() {
    let scenario = Arc::new(Scenario::load(&scenarios().join("chaos.toml")).unwrap());
    let course = || {
        let company = Arc::new(Company::gather(&scenario));
        let ran = run(&scenario, &company, 7, Options::default());
        (ran.measure.events, ran.measure.frames, ran.measure.bytes, ran.measure.hops, ran.measure.to_all)
    };
    assert_eq!(course(), course());
}

#[test]
fn a_scenario_file_that_says_something_unknown_is_refused() {
    let text = std::fs::read_to_string(scenarios().join("calm.toml")).unwrap();
    assert!(Scenario::parse("calm", &text).is_ok());
    assert!(Scenario::parse("calm", &text.replace("duration_s", "duration")).is_err());
    assert!(Scenario::parse("calm", &text.replace("publish =", "publisch =")).is_err());
}

/// Returns the file that a patch changes, and the lines each of its hunks finds there.
fn places(patch: &str) -> (String, Vec<String>) {
    let (mut file, mut hunks) = (String::new(), Vec::new());
    for line in patch.lines() {
        match (line.strip_prefix("--- a/"), line.get(..1), hunks.last_mut()) {
            (Some(name), ..) => name.clone_into(&mut file),
            (_, Some("@"), _) => hunks.push(String::new()),
            (_, Some(" " | "-"), Some(hunk)) => *hunk += &format!("{}\n", &line[1..]),
            _ => {}
        }
    }
    (file, hunks)
}

#[test]
fn bugs_to_be_planted_still_have_their_place() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["admit", "persist-before-announce", "scope-policy"] {
        let patch = read_to_string(tests.join("planted").join(name).with_extension("patch")).unwrap();
        let (file, hunks) = places(&patch);
        let code = read_to_string(tests.join("..").join(&file)).unwrap();
        assert!(!hunks.is_empty(), "{name} changes nothing");
        for hunk in hunks {
            assert!(code.contains(&hunk), "{name}.patch no longer applies to {file}:\n{hunk}");
        }
    }
}
