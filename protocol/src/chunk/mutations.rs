//! The guard against automerge itself: whatever is admitted, automerge reads, writes again to the same bytes, applies, saves
//! and loads; and nothing panics on the way.

use automerge::{Automerge, Change};
use proptest::prelude::*;

use super::forge::{Dice, author, document, flip, random, reseal};
use super::*;
use crate::document::{follows, read, read_first};

/// Everything that must hold for a chunk that was admitted on top of a history.
fn holds(history: &[&Chunk], chunk: &Chunk) {
    let change = Change::try_from(chunk.bytes()).unwrap();
    assert_eq!(change.len() as u32, chunk.op_count());
    assert_eq!(change.hash().0, *chunk.hash().as_bytes());
    assert_eq!(Change::from(change.decode()).raw_bytes(), chunk.bytes(), "not what automerge writes");
    let mut all = history.to_vec();
    all.push(chunk);
    let reading = read(&all).unwrap();
    if history.is_empty() {
        assert_eq!(read_first(chunk).unwrap(), reading.values());
    }
    // One change after another, as automerge users do, and saved and loaded again.
    let mut document = Automerge::new();
    for chunk in &all {
        document.apply_changes([Change::try_from(chunk.bytes()).unwrap()]).unwrap();
    }
    let saved = document.save();
    let loaded = Automerge::load(&saved).unwrap();
    assert_eq!(loaded.get_heads(), document.get_heads());
    // Equal content on an equal state is one change, however often it was made.
    let distinct: std::collections::BTreeSet<ChunkHash> = all.iter().map(|chunk| chunk.hash()).collect();
    assert_eq!(loaded.get_changes(&[]).len(), distinct.len());
    assert_eq!(loaded.hydrate(None), document.hydrate(None));
    assert!(loaded.get_changes(&[]).iter().any(|change| change.raw_bytes() == chunk.bytes()));
}

/// Builds a history of random, meaningful changes, some concurrent.
fn history(dice: &mut Dice, length: usize) -> Vec<Chunk> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for _ in 0..length * 3 {
        if chunks.len() == length {
            break;
        }
        // Sometimes on top of an older state only.
        let known = if chunks.is_empty() { 0 } else { chunks.len() - dice.below(chunks.len().min(3)) };
        let before: Vec<&Chunk> = chunks.iter().take(known).collect();
        let bytes = random(dice, &before, &heads(&before), false);
        if let Ok(chunk) = Chunk::check(bytes, &author(), (!before.is_empty()).then(document).as_ref())
            && follows(&before, &chunk).is_ok()
        {
            chunks.push(chunk);
        }
    }
    chunks
}

fn heads(chunks: &[&Chunk]) -> Vec<ChunkHash> {
    let mut heads: Vec<ChunkHash> = chunks.iter().map(|chunk| chunk.hash()).collect();
    heads.retain(|hash| !chunks.iter().any(|chunk| chunk.deps().contains(hash)));
    heads.sort_unstable();
    heads
}

#[test]
fn flipped_bytes_never_panic_and_what_is_admitted_is_sound() {
    let (mut admitted, mut refused) = (0, std::collections::BTreeMap::new());
    let mut dice = Dice(1);
    for round in 0..120 {
        let first = random(&mut dice, &[], &[], round % 4 == 0);
        for _ in 0..250 {
            let mut bytes = first.clone();
            flip(&mut dice, &mut bytes);
            reseal(&mut bytes, None);
            match Chunk::check(bytes, &author(), None) {
                Ok(chunk) => {
                    admitted += 1;
                    holds(&[], &chunk);
                }
                Err(error) => *refused.entry(error.name()).or_insert(0) += 1,
            }
        }
    }
    assert!(admitted > 500, "{admitted} admitted, {refused:?}");
    assert!(refused.len() > 25, "{refused:?}");
}

#[test]
fn later_changes_flipped() {
    let (mut admitted, mut unfit, mut refused) = (0, std::collections::BTreeMap::new(), 0);
    let mut dice = Dice(2);
    for round in 0..60 {
        let chunks = history(&mut dice, 1 + round % 6);
        let before: Vec<&Chunk> = chunks.iter().collect();
        for _ in 0..60 {
            let mut bytes = random(&mut dice, &before, &heads(&before), true);
            if dice.rarely(2) {
                flip(&mut dice, &mut bytes);
                reseal(&mut bytes, Some(&document()));
            }
            let Ok(chunk) = Chunk::check(bytes, &author(), Some(&document())) else {
                refused += 1;
                continue;
            };
            match follows(&before, &chunk) {
                Ok(()) => {
                    admitted += 1;
                    holds(&before, &chunk);
                }
                Err(error) => *unfit.entry(error.name()).or_insert(0) += 1,
            }
        }
    }
    assert!(admitted > 300, "{admitted} admitted, {unfit:?}, {refused} refused");
    assert!(unfit.len() >= 3, "{unfit:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged_without_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Chunk::check(bytes.clone(), &author(), None);
        if bytes.len() > 12 {
            bytes[..4].copy_from_slice(&[0x85, 0x6f, 0x4a, 0x83]);
            bytes[8] = 1;
            bytes.truncate(9 + 1 + 127);
            bytes[9] = (bytes.len() - 10) as u8;
            reseal(&mut bytes, None);
            let _ = Chunk::check(bytes, &author(), None);
        }
    }

    #[test]
    fn random_changes_are_sound(seed: u64, wild: bool) {
        let mut dice = Dice(seed);
        let chunks = history(&mut dice, 6);
        let before: Vec<&Chunk> = chunks.iter().collect();
        let bytes = random(&mut dice, &before, &heads(&before), wild);
        let document = (!before.is_empty()).then(document);
        if let Ok(chunk) = Chunk::check(bytes, &author(), document.as_ref())
            && follows(&before, &chunk).is_ok()
        {
            holds(&before, &chunk);
        }
    }
}
