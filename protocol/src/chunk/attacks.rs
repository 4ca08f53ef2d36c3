//! Each known attack on automerge 0.12 by a hostile author, refused by name and in little time.

use std::time::{Duration, Instant};

use super::forge::{Forge, author, document, name_run, number, run};
use super::frame::column;
use super::*;
use crate::id::sha256;

fn check(bytes: Vec<u8>, document: Option<&DocumentId>) -> Result<Chunk, Error> {
    let start = Instant::now();
    let result = Chunk::check(bytes, &author(), document);
    assert!(start.elapsed() < Duration::from_millis(200), "took {:?}", start.elapsed());
    result
}

/// Checks a first change and returns the reason it is refused for.
fn refused(forge: &Forge) -> &'static str {
    check(forge.bytes(None), None).map_or_else(|error| error.name(), |_| "admitted")
}

/// A change of another change's operations: one dependency, one other actor, starting at 10.
fn later(count: i64) -> Forge {
    Forge { dependencies: vec![[1; 32]], start_op: 10, ..Forge::nulls(count) }
}

fn refused_later(forge: &Forge) -> &'static str {
    check(forge.bytes(Some(&document())), Some(&document())).map_or_else(|error| error.name(), |_| "admitted")
}

#[test]
fn the_plain_forgery_is_admitted() {
    assert_eq!(refused(&Forge::nulls(1)), "admitted");
    assert_eq!(refused(&Forge::nulls(i64::from(OPS_MAX))), "admitted");
    assert_eq!(refused_later(&later(3)), "admitted");
}

#[test]
fn a_million_operations_in_a_hundred_bytes() {
    for count in [10_001, 1_000_000, 10_000_000, i64::MAX] {
        let forge = Forge::nulls(count);
        assert!(forge.bytes(None).len() < 130);
        assert_eq!(refused(&forge), "too_many_operations", "{count}");
    }
    // Many runs that add up, and one that overflows the sum.
    let many: Vec<u8> = (0..6_000).flat_map(|index| run(2, index % 2)).collect();
    assert_eq!(refused(&Forge::nulls(2).with(column::ACTION, many)), "too_many_operations");
    let mut over = run(2, 1);
    over.extend(run(i64::MAX, 0));
    assert_eq!(refused(&Forge::nulls(2).with(column::ACTION, over)), "too_many_operations");
    assert_eq!(refused(&Forge::nulls(2).with(column::ACTION, run(i64::MIN, 1))), "too_many_operations");
}

#[test]
fn run_lengths_of_other_columns() {
    for spec in [column::KEY_NAME, column::VALUE_META, column::REPLACED_COUNT] {
        let bytes = if spec == column::KEY_NAME { name_run(1 << 40, "a") } else { run(1 << 40, 0) };
        assert_eq!(refused(&Forge::nulls(2).with(spec, bytes)), "too_many_rows", "{spec:#x}");
    }
    assert_eq!(refused(&Forge::nulls(2).with(column::INSERT, number(1 << 40))), "too_many_rows");
    let nulls = [vec![0], number(1 << 40)].concat();
    assert_eq!(refused(&Forge::nulls(2).with(column::OBJECT_ACTOR, nulls)), "too_many_rows");
    // Ten thousand operations that each claim to replace ten thousand.
    let forge = Forge::nulls(10_000).with(column::REPLACED_COUNT, run(10_000, 10_000));
    assert_eq!(refused(&forge), "too_many_predecessors");
    assert_eq!(refused(&Forge::nulls(2).with(column::REPLACED_COUNT, run(2, u64::MAX))), "too_many_predecessors");
    // Rows missing, and rows too many.
    assert_eq!(refused(&Forge::nulls(3).with(column::VALUE_META, run(2, 0))), "row_count");
    assert_eq!(refused(&Forge::nulls(2).with(column::REPLACED_ACTOR, run(1 << 40, 0))), "row_count");
}

#[test]
fn a_long_key_is_not_repeated_for_free() {
    let long = "k".repeat(KEY_BYTES_MAX + 1);
    assert_eq!(refused(&Forge::nulls(10_000).with(column::KEY_NAME, name_run(10_000, &long))), "key_length");
    assert_eq!(refused(&Forge::nulls(1).with(column::KEY_NAME, name_run(1, ""))), "key_length");
}

/// Maps within maps, all in the column form: each one the only entry of the one before.
fn nested(count: u64) -> Forge {
    let rows = i64::try_from(count).unwrap();
    let mut counters = vec![0, 1];
    super::write::signed(&mut counters, -(rows - 1));
    (1..count).for_each(|counter| super::write::unsigned(&mut counters, counter));
    Forge::nulls(rows)
        .with(column::ACTION, run(rows, 0))
        .with(column::OBJECT_ACTOR, [vec![0, 1], run(rows - 1, 0)].concat())
        .with(column::OBJECT_COUNTER, counters)
}

#[test]
fn three_hundred_nested_maps() {
    assert_eq!(refused(&nested(16)), "admitted");
    assert_eq!(refused(&nested(17)), "too_deep");
    let forge = nested(300);
    assert!(forge.bytes(None).len() < 700);
    assert_eq!(refused(&forge), "too_deep");
}

#[test]
fn compressed_chunks_and_columns() {
    assert_eq!(refused(&Forge { kind: 2, ..Forge::nulls(1) }), "compressed_chunk");
    assert_eq!(refused(&Forge { kind: 0, ..Forge::nulls(1) }), "document_chunk");
    assert_eq!(refused(&Forge { kind: 3, ..Forge::nulls(1) }), "bundle_chunk");
    assert_eq!(refused(&Forge { kind: 4, ..Forge::nulls(1) }), "unknown_chunk");
    let mut forge = Forge::nulls(1);
    forge.columns[2].0 |= column::COMPRESSED;
    assert_eq!(refused(&forge), "compressed_column");
}

#[test]
fn operation_numbers_near_the_end() {
    for start_op in [u64::from(OPERATION_NUMBER_MAX), u64::from(u32::MAX) - 1, u64::from(u32::MAX) + 1, u64::MAX, 0] {
        assert_eq!(refused_later(&Forge { start_op, ..later(1) }), "operation_number", "{start_op}");
    }
    let last = u64::from(OPERATION_NUMBER_MAX) - 10;
    assert_eq!(refused_later(&Forge { start_op: last, ..later(10) }), "admitted");
    assert_eq!(refused_later(&Forge { start_op: last, ..later(11) }), "operation_number");
    assert_eq!(refused(&Forge { start_op: 2, ..Forge::nulls(1) }), "operation_number");
}

#[test]
fn dependencies() {
    let list = |count: u32| -> Vec<[u8; 32]> {
        let mut list: Vec<_> = (0..count).map(|index| sha256(&[&index.to_be_bytes()])).collect();
        list.sort_unstable();
        list
    };
    assert_eq!(refused_later(&Forge { dependencies: list(64), ..later(1) }), "admitted");
    assert_eq!(refused_later(&Forge { dependencies: list(65), ..later(1) }), "too_many_dependencies");
    assert_eq!(refused_later(&Forge { dependencies: list(100_000), ..later(1) }), "chunk_too_long");
    let mut huge = number(u64::MAX);
    huge.extend_from_slice(&[0; 60]);
    let mut bytes = frame::MAGIC.to_vec();
    bytes.extend_from_slice(&sha256(&[&[1], &number(huge.len() as u64), &huge])[..4]);
    bytes.push(1);
    bytes.extend(number(huge.len() as u64));
    bytes.extend(huge);
    assert_eq!(check(bytes, Some(&document())).unwrap_err().name(), "too_many_dependencies");
    assert_eq!(refused_later(&Forge { dependencies: vec![[1; 32], [1; 32]], ..later(1) }), "dependency_order");
    assert_eq!(refused_later(&Forge { dependencies: vec![[2; 32], [1; 32]], ..later(1) }), "dependency_order");
    assert_eq!(refused_later(&Forge { dependencies: vec![], ..later(1) }), "no_dependencies");
    assert_eq!(refused(&Forge { dependencies: vec![[1; 32]], ..Forge::nulls(1) }), "first_with_past");
}

#[test]
fn actors() {
    for actor_length in [0, 1, 15, 17, 100_000] {
        assert_eq!(refused(&Forge { actor_length, ..Forge::nulls(1) }), "actor_length", "{actor_length}");
    }
    // Another's change, another document's change, and a change with something else in it.
    let bytes = Forge::nulls(1).bytes(None);
    let other = PublicKey::from_bytes([8; 32]);
    assert_eq!(Chunk::check(bytes, &other, None).unwrap_err().name(), "wrong_actor");
    let bytes = later(1).bytes(Some(&document()));
    let elsewhere = DocumentId::from_bytes([1; 32]);
    assert_eq!(check(bytes.clone(), Some(&elsewhere)).unwrap_err().name(), "wrong_actor");
    let chunk = check(bytes.clone(), Some(&document())).unwrap();
    assert_eq!(actor_for(&author(), Some(&document()), &bytes), Ok(chunk.actor()));
    assert_ne!(actor_for(&author(), Some(&document()), &later(2).bytes(Some(&document()))), Ok(chunk.actor()));

    // Others must be used, in order, whole, and not zero.
    let with = |others: Vec<Vec<u8>>| {
        let forge = later(1).with(column::REPLACED_COUNT, run(1, others.len() as u64));
        let actors: Vec<u64> = (1..=others.len() as u64).collect();
        let mut list = Vec::new();
        super::write::signed(&mut list, -(others.len() as i64));
        actors.iter().for_each(|actor| super::write::unsigned(&mut list, *actor));
        let forge = forge.with(column::REPLACED_ACTOR, list);
        let counters: Vec<u8> = if others.len() == 1 { vec![0x7f, 3] } else { vec![others.len() as u8, 1] };
        Forge { others, ..forge.with(column::REPLACED_COUNTER, counters) }
    };
    assert_eq!(refused_later(&with(vec![vec![1; 16]])), "admitted");
    assert_eq!(refused_later(&with(vec![vec![1; 16], vec![2; 16]])), "admitted");
    assert_eq!(refused_later(&with(vec![vec![2; 16], vec![1; 16]])), "actor_order");
    assert_eq!(refused_later(&with(vec![vec![1; 16], vec![1; 16]])), "actor_order");
    assert_eq!(refused_later(&with(vec![vec![0; 16]])), "zero_actor");
    assert_eq!(refused_later(&with(vec![vec![1; 17]])), "actor_length");
    assert_eq!(refused_later(&Forge { others: vec![vec![1; 16]], ..later(1) }), "unused_actor");
    let many = (0..257u32).map(|index| [[1; 12].as_slice(), &index.to_be_bytes()].concat()).collect();
    assert_eq!(refused_later(&Forge { others: many, ..later(1) }), "too_many_actors");
}

#[test]
fn what_must_be_empty() {
    assert_eq!(refused(&Forge { time: i64::MAX, ..Forge::nulls(1) }), "time_present");
    assert_eq!(refused(&Forge { time: -1, ..Forge::nulls(1) }), "time_present");
    assert_eq!(refused(&Forge { message: vec![b'x'; 100_000], ..Forge::nulls(1) }), "message_present");
    assert_eq!(refused(&Forge { sequence: 2, ..Forge::nulls(1) }), "wrong_sequence");
    assert_eq!(refused(&Forge { extra: vec![1, 2, 3], ..Forge::nulls(1) }), "extra_bytes");
    let mut bytes = Forge::nulls(1).bytes(None);
    bytes.push(0);
    assert_eq!(check(bytes, None).unwrap_err().name(), "wrong_length");
    assert_eq!(refused(&Forge { columns: vec![], ..Forge::nulls(1) }), "no_operations");
}

#[test]
fn damaged_headers() {
    let good = Forge::nulls(1).bytes(None);
    let mut bytes = good.clone();
    bytes[0] ^= 1;
    assert_eq!(check(bytes, None).unwrap_err().name(), "bad_magic");
    let mut bytes = good.clone();
    bytes[5] ^= 1;
    assert_eq!(check(bytes, None).unwrap_err().name(), "bad_checksum");
    for length in 0..good.len() {
        assert!(check(good[..length].to_vec(), None).is_err());
    }
    let mut bytes = good[..9].to_vec();
    bytes.extend([good[9] | 0x80, 0]);
    bytes.extend(&good[10..]);
    assert_eq!(check(bytes, None).unwrap_err().name(), "bad_number");
    assert_eq!(check(vec![0; CHUNK_BYTES_MAX + 1], None).unwrap_err().name(), "chunk_too_long");
}

#[test]
fn columns_and_values() {
    let unknown = |spec| Forge::nulls(1).with(spec, vec![1]);
    for spec in [0x03, 0x94, 0xa5, 0x60, 0x44, 1 << 40] {
        let name = refused(&unknown(spec));
        assert!(matches!(name, "unknown_column" | "compressed_column"), "{spec:#x} {name}");
    }
    assert_eq!(refused(&Forge::nulls(1).with(column::KEY_ACTOR, vec![])), "empty_column");
    let mut forge = Forge::nulls(1);
    forge.columns.swap(0, 1);
    assert_eq!(refused(&forge), "column_order");
    let mut forge = Forge::nulls(1);
    forge.columns.push((column::REPLACED_COUNT, run(1, 0)));
    assert_eq!(refused(&forge), "column_order");
    for action in [5, 6, 7, 8, u64::MAX] {
        assert_eq!(refused(&Forge::nulls(1).with(column::ACTION, run(1, action))), "forbidden_action");
    }
    for kind in [5, 7, 8, 9, 10, 15] {
        let forge = Forge::nulls(1).with(column::VALUE_META, run(1, 8 << 4 | kind)).with(column::VALUE, vec![0; 8]);
        assert_eq!(refused(&forge), "forbidden_value", "{kind}");
    }
    let text = |length: u64, bytes: &[u8]| {
        refused(&Forge::nulls(1).with(column::VALUE_META, run(1, length << 4 | 6)).with(column::VALUE, bytes.to_vec()))
    };
    assert_eq!(text(2, b"ok"), "admitted");
    assert_eq!(text(3, b"ok"), "truncated");
    assert_eq!(text(1 << 59, b"ok"), "truncated");
    assert_eq!(text(1, b"ok"), "value_bytes");
    assert_eq!(text(2, &[0xc3, 0x28]), "not_utf8");
    let forge = Forge::nulls(1).with(column::VALUE_META, run(1, 2 << 4 | 3)).with(column::VALUE, vec![0x80, 0]);
    assert_eq!(refused(&forge), "bad_number");
    let forge = Forge::nulls(1).with(column::VALUE_META, run(1, 2 << 4 | 4)).with(column::VALUE, vec![1, 1]);
    assert_eq!(refused(&forge), "bad_value");
    let forge = Forge::nulls(1).with(column::KEY_NAME, vec![0x7f, 1, 0xff]);
    assert_eq!(refused(&forge), "not_utf8");
}

#[test]
fn one_form_only() {
    // A run of one, an empty run, two literal runs, a run that could have been longer, a column of nothing.
    for action in [vec![1, 1], vec![0x7f, 1, 0x7f, 1], vec![0x7e, 1, 1], vec![0, 0, 0x7f, 1]] {
        assert_eq!(refused(&Forge::nulls(2).with(column::ACTION, action)), "not_canonical");
    }
    assert_eq!(refused(&Forge::nulls(2).with(column::OBJECT_ACTOR, vec![0, 2])), "not_canonical");
    assert_eq!(refused(&Forge::nulls(2).with(column::INSERT, vec![1, 0, 1])), "not_canonical");
    assert_eq!(refused(&Forge::nulls(2).with(column::VALUE_META, vec![0, 1, 0x7f, 0])), "not_canonical");
}

#[test]
fn names_are_stable_and_distinct() {
    let samples =
        [Error::BadMagic, Error::DocumentChunk, Error::CompressedChunk, Error::BundleChunk, Error::BadChecksum];
    for error in samples {
        assert!(error.name().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    }
}
