//! The sketch as a whole: against a naive difference, under chosen ids, and byte for byte.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::wire::expected;
use super::{
    CELL_BYTES_MAX, CELL_BYTES_MIN, CELLS_MAX, CELLS_MIN, Cell, Decoder, Difference, Error, Key, Prefix, decode,
    encode, first_block, next_block,
};
use crate::id::ShortId;

/// Returns ids that look random and are the same each time.
pub(super) fn id(n: u64) -> ShortId {
    let half = |k: u8| Key::from_bytes([k; 16]).hash(&ShortId::from_bytes(u128::from(n).to_be_bytes()));
    ShortId::from_bytes(((u128::from(half(1)) << 64) | u128::from(half(2))).to_be_bytes())
}

pub(super) fn key(n: u64) -> Key {
    Key::from_bytes(*id(n ^ (1 << 63)).as_bytes())
}

fn cells(prefix: &Prefix) -> Vec<Cell> {
    prefix.snapshot().cells(0..CELLS_MAX).to_vec()
}

/// Returns the first cells of two sets that share nothing.
fn apart(key: Key, cells_kept: usize, theirs: std::ops::Range<u64>, ours: std::ops::Range<u64>) -> [Vec<Cell>; 2] {
    [theirs, ours].map(|ids| cells(&Prefix::of(key, cells_kept, ids.map(id))))
}

fn naive(theirs: &BTreeSet<ShortId>, ours: &BTreeSet<ShortId>) -> Difference {
    Difference {
        only_theirs: theirs.difference(ours).copied().collect(),
        only_ours: ours.difference(theirs).copied().collect(),
    }
}

proptest! {
    #[test]
    fn finds_what_a_naive_difference_finds(
        seed in 0u64..1 << 40, common in 0u64..200, theirs in 0u64..150, ours in 0u64..150,
        blocks in prop::collection::vec(1usize..200, 1..60),
    ) {
        let ids = |from: u64, n: u64| (from..from + n).map(|n| id(seed + n));
        let theirs: BTreeSet<_> = ids(0, common).chain(ids(1_000, theirs)).collect();
        let ours: BTreeSet<_> = ids(0, common).chain(ids(2_000, ours)).collect();
        let of = |set: &BTreeSet<ShortId>| Prefix::of(key(seed), 2_048, set.iter().copied()).snapshot();
        let (a, b) = (of(&theirs), of(&ours));
        prop_assert_eq!(a.set_size(), theirs.len() as u64);
        let mut decoder = Decoder::new(key(seed));
        let mut seen = 0;
        for block in blocks.into_iter().cycle() {
            if decoder.is_complete() || seen >= a.len() {
                break;
            }
            decoder.add(a.cells(seen..seen + block), b.cells(seen..seen + block)).unwrap();
            seen = a.len().min(seen + block);
            prop_assert_eq!(decoder.seen(), seen);
        }
        prop_assert!(decoder.is_complete());
        let expected = naive(&theirs, &ours);
        prop_assert_eq!(decoder.estimate() as usize, expected.only_theirs.len() + expected.only_ours.len());
        prop_assert_eq!(decoder.wanted(CELLS_MAX), 0);
        prop_assert_eq!(decoder.finish(), expected);
    }

    #[test]
    fn a_prefix_kept_current_is_the_one_built_anew(steps in prop::collection::vec((0u64..40, any::<bool>()), 0..200)) {
        let mut set = BTreeSet::new();
        let mut prefix = Prefix::new(key(1), 300);
        for (n, snapshot) in steps {
            let held = snapshot.then(|| prefix.snapshot());
            let before = cells(&prefix);
            if set.insert(id(n)) { prefix.insert(&id(n)) } else { set.remove(&id(n)); prefix.remove(&id(n)) }
            prop_assert!(held.is_none_or(|held| held.cells(0..CELLS_MAX) == before));
        }
        prop_assert_eq!(cells(&prefix), cells(&Prefix::of(key(1), 300, set)));
    }

    #[test]
    fn cells_survive_the_wire(
        raw in prop::collection::vec(any::<(i64, u128, u64)>(), 0..40), from in 0u32..16_000, set_size: u64,
    ) {
        let cells: Vec<_> = raw.into_iter().map(|(count, sum, check)| Cell { count, sum, check }).collect();
        let bytes = encode(&cells, from, set_size);
        prop_assert!((cells.len() * CELL_BYTES_MIN..=cells.len() * CELL_BYTES_MAX).contains(&bytes.len()));
        prop_assert_eq!(decode(&bytes, from, set_size), Ok(cells));
    }

    #[test]
    fn bytes_that_decode_have_no_other_form(
        bytes in prop::collection::vec(any::<u8>(), 0..400), from: u32, set_size: u64,
    ) {
        if let Ok(cells) = decode(&bytes, from, set_size) {
            prop_assert_eq!(encode(&cells, from, set_size), bytes);
        }
    }
}

#[test]
fn bytes_are_bounded_and_in_their_shortest_form() {
    let one = encode(&[Cell { count: 7, sum: 1, check: 2 }], 5, 0);
    assert_eq!(decode(&one[..one.len() - 1], 5, 0), Err(Error::Truncated { index: 5 }));
    assert_eq!(decode(&one[..10], 5, 0), Err(Error::Truncated { index: 5 }));
    let with = |tail: &[u8]| decode(&[&[0; 24], tail].concat(), 0, 0);
    assert_eq!(with(&[0x80, 0x00]), Err(Error::Count { index: 0 }));
    assert_eq!(with(&[0xff; 11]), Err(Error::Count { index: 0 }));
    assert_eq!(with(&[&[0xff; 9][..], &[0x02]].concat()), Err(Error::Count { index: 0 }));
    assert_eq!(with(&[&[0xff; 9][..], &[0x01]].concat()).unwrap()[0].count, i64::MIN);
    assert_eq!(decode(&[], u32::MAX, u64::MAX), Ok(Vec::new()));
    let two = [0; 50];
    assert_eq!(decode(&two, CELLS_MAX as u32 - 2, 0).unwrap().len(), 2);
    assert_eq!(decode(&two, CELLS_MAX as u32 - 1, 0), Err(Error::TooMany { end: CELLS_MAX + 1, max: CELLS_MAX }));
    assert!(matches!(decode(&two, u32::MAX, 0), Err(Error::TooMany { .. })));
}

#[test]
fn expected_counts_are_rounded_halves_up() {
    assert_eq!([0, 1, 2, 3, 4].map(|index| expected(5, index)), [5, 3, 3, 2, 2]);
    assert_eq!(expected(0, 0), 0);
    assert_eq!(expected(u64::MAX, 0), -1);
}

#[test]
fn ranges_and_lengths_are_clamped() {
    assert_eq!(Prefix::new(key(1), 0).len(), CELLS_MIN);
    let snapshot = Prefix::new(key(1), usize::MAX).snapshot();
    assert_eq!(snapshot.len(), CELLS_MAX);
    assert_eq!(snapshot.cells(CELLS_MAX - 3..usize::MAX).len(), 3);
    assert!(snapshot.cells(usize::MAX - 1..usize::MAX).is_empty());
    assert_eq!((first_block(0), first_block(u64::MAX)), (24, CELLS_MAX));
    assert_eq!([0, 24, 1_000, CELLS_MAX - 5, CELLS_MAX, usize::MAX].map(next_block), [12, 12, 500, 5, 0, 0]);
}

#[test]
fn the_first_block_does_when_the_counts_tell_the_whole_difference() {
    for (difference, trials) in [(1, 100), (2, 100), (10, 300), (30, 300), (100, 200), (1_000, 30)] {
        let block = first_block(difference);
        let decoded = (0..trials).filter(|&trial| {
            let [theirs, ours] = apart(key(trial), block, 0..difference, 0..0);
            let mut decoder = Decoder::new(key(trial));
            decoder.add(&theirs[..block], &ours[..block]).unwrap();
            decoder.is_complete()
        });
        let decoded = decoded.count() as u64;
        assert!(decoded * 100 >= trials * 96, "{difference}: {decoded} of {trials}");
    }
}

#[test]
fn estimates_are_within_a_factor_of_two_and_lead_to_the_end() {
    for difference in [60, 500, 5_000] {
        for trial in 0..10 {
            let [theirs, ours] = apart(key(trial), CELLS_MAX, 0..difference / 3, difference / 3..difference);
            let mut decoder = Decoder::new(key(trial));
            let (mut block, mut rounds) = (64, 0);
            while block > 0 {
                let seen = decoder.seen();
                decoder.add(&theirs[seen..seen + block], &ours[seen..seen + block]).unwrap();
                let ratio = decoder.estimate() as f64 / difference as f64;
                assert!((0.5..=2.0).contains(&ratio), "{difference}, {} seen: {ratio}", decoder.seen());
                (block, rounds) = (decoder.wanted(CELLS_MAX), rounds + 1);
            }
            assert!(decoder.is_complete() && rounds <= 8, "{difference}: {rounds} rounds");
            assert!((decoder.seen() as u64) < 3 * difference);
        }
    }
}

#[test]
fn what_no_row_of_cells_can_tell_is_not_asked_for() {
    let [theirs, ours] = apart(key(1), 1_024, 0..20_000, 20_000..40_000);
    let mut decoder = Decoder::new(key(1));
    decoder.add(&theirs, &ours).unwrap();
    assert!((30_000..50_000).contains(&decoder.estimate()));
    assert_eq!(decoder.wanted(CELLS_MAX), 0);
}

#[test]
fn ids_chosen_against_one_key_are_told_apart_by_another() {
    // Beyond cell 0 the first 256 cells hold none of them: whoever knows the key finds one in 33,000 tries.
    let hidden = |n: &u64| Prefix::of(key(1), 256, [id(*n)]).snapshot().cells(1..256).iter().all(|c| c.count == 0);
    let quick = |n: &u64| {
        let mut mapping = super::mapping::Mapping::new(key(1).hash(&id(*n)));
        mapping.next_below(1);
        mapping.peek() >= 256
    };
    let chosen: Vec<_> = (0..).filter(quick).take(3).collect();
    assert!(chosen.iter().all(hidden));
    let attempt = |key: Key| {
        let theirs = Prefix::of(key, 256, chosen.iter().copied().map(id)).snapshot();
        let mut decoder = Decoder::new(key);
        decoder.add(theirs.cells(0..256), Prefix::new(key, 256).snapshot().cells(0..256)).unwrap();
        decoder
    };
    let attacked = attempt(key(1));
    assert!(!attacked.is_complete());
    assert_eq!((attacked.estimate(), attacked.wanted(CELLS_MAX)), (3, 0));
    assert_eq!(attempt(key(2)).finish().only_theirs.len(), 3);
}

/// The worked example of docs/protocol.md, "Coded symbols".
#[test]
fn the_worked_example_holds() {
    let key = Key::from_bytes(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");
    let ids = [0x11, 0x22, 0x33, 0x44, 0x55].map(|byte| ShortId::from_bytes([byte; 16]));
    assert_eq!(ids.map(|id| format!("{:016x}", key.hash(&id))), EXAMPLE_HASHES);
    let indices = ids.map(|id| {
        let mut mapping = super::mapping::Mapping::new(key.hash(&id));
        std::iter::from_fn(|| mapping.next_below(100)).collect::<Vec<_>>()
    });
    assert_eq!(indices, EXAMPLE_INDICES.map(<[usize]>::to_vec));
    let prefix = Prefix::of(key, CELLS_MIN, ids);
    let bytes = encode(prefix.snapshot().cells(0..8), 0, 5);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, EXAMPLE_CELLS.concat());
}

const EXAMPLE_HASHES: [&str; 5] =
    ["ab931243d8ea5124", "e22cf17bb3d1dd8b", "da59992d36ae809d", "9f3c48e408140ea1", "4804f4d0577b7e4a"];
const EXAMPLE_INDICES: [&[usize]; 5] = [
    &[0, 1, 4, 7, 8, 19, 30, 31, 65, 67, 82],
    &[0, 1, 2, 5, 6, 16, 30, 95],
    &[0, 4, 5, 6, 37],
    &[0, 1, 4, 6, 16, 17, 27, 45, 64],
    &[0, 10, 26, 30, 34, 83],
];
const EXAMPLE_CELLS: [&str; 8] = [
    "1111111111111111111111111111111144dec62102fa7cd900",
    "77777777777777777777777777777777d683abdc632f820e00",
    "22222222222222222222222222222222e22cf17bb3d1dd8b03",
    "00000000000000000000000000000000000000000000000003",
    "66666666666666666666666666666666eef6c38ae650df1802",
    "1111111111111111111111111111111138756856857f5d1602",
    "55555555555555555555555555555555a74920b28d6b53b704",
    "11111111111111111111111111111111ab931243d8ea512400",
];
