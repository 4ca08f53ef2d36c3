//! The bodies of the fuzz targets without a fuzzer: over each file of the committed corpus, and over mutations of them.
//! `TALKOOT_FUZZ_CASES` says how many mutations of each target.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use talkoot_tests::fuzzing::engine::play;
use talkoot_tests::fuzzing::seeds::{SEED_BYTES_MAX, SEEDS_MAX, seeds};
use talkoot_tests::fuzzing::{NODE_TARGETS, TARGETS, Target};

/// Most bytes of the whole corpus.
const CORPUS_BYTES_MAX: usize = 1_000_000;
/// Mutations of a target that takes microseconds, and of one that makes files and opens a database.
const CASES: u32 = 256;
const CASES_OF_STORE: u32 = 24;

fn corpus_of(target: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
    files.map(|file| file.unwrap().path()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn targets() -> impl Iterator<Item = Target> {
    TARGETS.iter().chain(NODE_TARGETS).copied()
}

#[test]
fn every_target_holds_on_its_corpus() {
    for (name, target) in targets() {
        for (path, bytes) in corpus_of(name) {
            println!("{}", path.display());
            target(&bytes);
        }
    }
}

#[test]
fn the_corpus_is_small_and_holds_every_seed() {
    let mut total = 0;
    for (target, seeds) in seeds() {
        let corpus = corpus_of(target);
        assert!(corpus.len() <= 2 * SEEDS_MAX, "{target}: {} files", corpus.len());
        total += corpus.values().map(Vec::len).sum::<usize>();
        for (name, bytes) in seeds {
            assert!(bytes.len() <= SEED_BYTES_MAX);
            assert!(corpus.values().any(|held| *held == bytes), "{target}/{name}: run the program `corpus`");
        }
        assert!(targets().any(|(name, _)| name == target), "{target} is no target");
    }
    assert!(total < CORPUS_BYTES_MAX, "{total} bytes");
}

#[test]
fn the_scripts_of_the_engine_lead_everywhere() {
    let happened: BTreeSet<_> = corpus_of("engine").values().flat_map(|script| play(script).happened).collect();
    let said = ["hello", "compare", "cells", "found", "have", "ranges", "request", "deliver", "credit", "announce"];
    let counted = ["identifier", "malformed_message"];
    for word in said.iter().chain(&counted) {
        assert!(happened.contains(*word), "nothing in the corpus leads to {word}, only to {happened:?}");
    }
}

/// How a seed is changed.
#[derive(Debug, Clone)]
enum Mutation {
    /// Bits of a byte are turned.
    Turn(Index, u8),
    /// A byte is set.
    Set(Index, u8),
    /// All from there on is cut off.
    Cut(Index),
    /// Bytes are put in.
    Insert(Index, Vec<u8>),
    /// A stretch is left out.
    Remove(Index, u8),
    /// Another seed goes on from there.
    Splice(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (any::<Index>(), 0u32..8).prop_map(|(at, bit)| Mutation::Turn(at, 1 << bit)),
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        1 => any::<Index>().prop_map(Mutation::Cut),
        2 => (any::<Index>(), proptest::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, new)| Mutation::Insert(at, new)),
        1 => (any::<Index>(), 1u8..20).prop_map(|(at, length)| Mutation::Remove(at, length)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(at, other)| Mutation::Splice(at, other)),
    ]
}

fn mutate(seeds: &[Vec<u8>], bytes: &mut Vec<u8>, mutation: &Mutation) {
    let place = |at: &Index| at.index(bytes.len() + 1);
    match mutation {
        Mutation::Turn(at, bits) => bytes.iter_mut().skip(at.index(4_096)).take(1).for_each(|byte| *byte ^= bits),
        Mutation::Set(at, with) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *with;
        }
        Mutation::Set(_, with) => bytes.push(*with),
        Mutation::Cut(at) => bytes.truncate(place(at)),
        Mutation::Insert(at, new) => {
            let at = place(at);
            bytes.splice(at..at, new.iter().copied());
        }
        Mutation::Remove(at, length) => {
            let at = place(at);
            bytes.drain(at..bytes.len().min(at + usize::from(*length)));
        }
        Mutation::Splice(at, other) => {
            let (at, other) = (place(at), other.get(seeds));
            bytes.truncate(at);
            bytes.extend(other.iter().skip(at));
        }
    }
}

fn mutated((name, target): Target, cases: u32) {
    let seeds: Vec<_> = corpus_of(name).into_values().collect();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // The same mutations on every push; fresh ones when somebody asks for a number of them.
    let mut runner = match std::env::var_os("TALKOOT_FUZZ_CASES") {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let noise = proptest::collection::vec(any::<u8>(), 0..300);
    let mutations = proptest::collection::vec(mutation(), 1..6);
    let input = prop_oneof![
        1 => noise,
        9 => (any::<Index>(), mutations).prop_map(move |(seed, mutations)| {
            let mut bytes = seed.get(&seeds).clone();
            mutations.iter().for_each(|mutation| mutate(&seeds, &mut bytes, mutation));
            bytes
        }),
    ];
    let ran = runner.run(&input, |bytes| {
        target(&bytes);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{name}: {error}"));
}

fn cases(usual: u32) -> u32 {
    std::env::var("TALKOOT_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

#[test]
fn every_target_holds_on_mutations_of_its_corpus() {
    TARGETS.iter().for_each(|target| mutated(*target, cases(CASES)));
}

#[test]
fn what_a_node_reads_holds_on_mutations() {
    for target in NODE_TARGETS {
        mutated(*target, cases(if target.0 == "store" { CASES_OF_STORE } else { CASES }));
    }
}
