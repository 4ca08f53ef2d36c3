//! Segments that lose bytes or have them changed.

use std::io::Write as _;

use proptest::prelude::*;

use super::*;

#[test]
fn a_torn_tail_is_cut_wherever_the_write_stopped() {
    let dir = filled(41);
    let path = last_segment(dir.path());
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - payload(41).len() - record::HEADER_BYTES;
    for keep_index in [false, true] {
        for len in last..whole.len() {
            fs::write(&path, &whole[..len]).unwrap();
            if keep_index && len % 10 > 0 {
                continue;
            }
            without_index(dir.path());
            if keep_index {
                // An index that knows only what was acknowledged before the torn write.
                drop(open(dir.path()));
                fs::write(&path, &whole[..len]).unwrap();
            }
            let torn = Path::new(&path).with_extension("seg.torn");
            let _ = fs::remove_file(&torn);
            assert_eq!(verified(dir.path()), (one_to(40), vec![]));
            let (mut store, seen) = open(dir.path());
            assert_eq!((seen.ordinals(), &seen.damaged), (one_to(40), &vec![]));
            assert_eq!(fs::read(&torn).unwrap_or_default(), whole[last..len]);
            append(&mut store, 1).unwrap();
            drop(store);
            assert_eq!(open(dir.path()).1.ordinals(), one_to(41));
        }
    }
}

#[test]
fn zeros_behind_the_last_record_are_a_torn_write_too() {
    let dir = filled(10);
    let mut file = fs::OpenOptions::new().append(true).open(last_segment(dir.path())).unwrap();
    file.write_all(&[0; 5000]).unwrap();
    let (store, seen) = open(dir.path());
    assert_eq!((seen.ordinals(), store.next_ordinal()), (one_to(10), 11));
    assert!(seen.damaged.is_empty());
}

#[test]
fn a_last_record_with_a_hole_is_a_torn_write_unless_the_index_knows_it() {
    let dir = filled(10);
    let path = last_segment(dir.path());
    let mut bytes = fs::read(&path).unwrap();
    let hole = bytes.len() - 12..;
    bytes[hole].fill(0);
    fs::write(&path, &bytes).unwrap();
    let mut told = 0;
    drop(Store::open(dir.path(), &options(), &mut |_| {
        told += 1;
        Action::Keep
    }));
    assert_eq!((told, fs::read(&path).unwrap()), (10, bytes.clone()));
    without_index(dir.path());
    let (store, seen) = open(dir.path());
    assert_eq!((seen.lost(), seen.ordinals(), store.next_ordinal()), (vec![], one_to(9), 10));
    assert!(bytes.ends_with(&fs::read(path.with_extension("seg.torn")).unwrap()));
}

#[test]
fn acknowledged_records_that_vanished_from_the_end_are_reported_and_their_ordinals_stay_used() {
    let dir = filled(30);
    let path = last_segment(dir.path());
    let len = fs::metadata(&path).unwrap().len();
    let lost = payload(29).len() + payload(30).len() + 2 * record::HEADER_BYTES;
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len - lost as u64).unwrap();
    for _ in 0..2 {
        let (store, seen) = open(dir.path());
        assert_eq!((seen.lost(), seen.ordinals(), store.next_ordinal()), (vec![29, 30], one_to(28), 31));
    }
    without_index(dir.path());
    let (mut store, seen) = open(dir.path());
    assert_eq!((seen.lost(), store.stats().damaged), (vec![29, 30], 2));
    append(&mut store, 2).unwrap();
    drop(store);
    assert_eq!(verified(dir.path()), ([one_to(28), vec![31, 32]].concat(), vec![29, 30]));
}

#[test]
fn a_missing_segment_is_noticed() {
    let dir = filled(100);
    let before = open(dir.path()).1;
    fs::remove_file(dir.path().join("log/000002.seg")).unwrap();
    let gone: Vec<_> = before.places.iter().filter(|(_, place)| place.segment == 2).map(|(it, _)| *it).collect();
    assert!(gone.len() > 10);
    for _ in 0..2 {
        let (store, seen) = open(dir.path());
        assert_eq!((seen.lost(), store.next_ordinal()), (gone.clone(), 101));
        assert_eq!(seen.ordinals().len() + gone.len(), 100);
        let place = before.places[&gone[0]];
        assert!(matches!(store.read(place), Err(Error::Damaged { segment: 2, reason: Reason::Missing, .. })));
    }
    assert_eq!(verified(dir.path()).1, gone);
}

/// Flips one byte of record `ordinal` and checks that it alone is missed, with and without the index.
fn flip_in_record(dir: &Path, place: Place, ordinal: u64, at: u64, flip: u8) {
    let path = segment::path_of(&dir.join("log"), place.segment);
    let whole = fs::read(&path).unwrap();
    let mut bytes = whole.clone();
    bytes[(u64::from(place.offset) + at) as usize] ^= flip;
    fs::write(&path, &bytes).unwrap();
    let others: Vec<_> = one_to(100).into_iter().filter(|it| *it != ordinal).collect();
    assert_eq!(verified(dir), (others.clone(), vec![ordinal]));
    let reader = Reader::new(dir.join("log"), segment::list(&dir.join("log")).unwrap().salt.unwrap());
    assert!(matches!(reader.read(place), Err(Error::Damaged { .. })));
    let _ = fs::remove_dir_all(dir.join("index"));
    without_sidecars(dir);
    let (store, seen) = open(dir);
    assert_eq!((seen.ordinals(), seen.lost(), store.next_ordinal()), (others.clone(), vec![ordinal], 101));
    drop(store);
    fs::write(&path, &whole).unwrap();
}

#[test]
fn a_flipped_byte_anywhere_in_a_record_costs_that_record_alone() {
    let dir = filled(100);
    let places = open(dir.path()).1.places;
    let place = places[&50];
    for at in 0..place.end() - u64::from(place.offset) {
        flip_in_record(dir.path(), place, 50, at, 0x40);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_flipped_byte_in_any_record_costs_that_record_alone(ordinal in 1..100u64, at: prop::sample::Index, flip in 1..=255u8) {
        let dir = filled(100);
        let place = open(dir.path()).1.places[&ordinal];
        let at = at.index((place.end() - u64::from(place.offset)) as usize) as u64;
        flip_in_record(dir.path(), place, ordinal, at, flip);
    }
}

#[test]
fn damage_is_reported_at_every_opening_and_never_served() {
    let dir = filled(100);
    let place = open(dir.path()).1.places[&50];
    let path = segment::path_of(&dir.path().join("log"), place.segment);
    let mut bytes = fs::read(&path).unwrap();
    bytes[place.offset as usize + 60] ^= 1;
    fs::write(&path, &bytes).unwrap();
    without_index(dir.path());
    for round in 0..3 {
        let (store, seen) = open(dir.path());
        assert_eq!((seen.lost(), seen.indexed.len()), (vec![50], if round == 0 { 0 } else { 99 }));
        let told = store.read(place).unwrap_err();
        assert!(matches!(told, Error::Damaged { ordinal: Some(50), reason: Reason::Payload, .. }), "{told}");
    }
}

#[test]
fn a_damaged_last_record_keeps_its_ordinal() {
    for at in [0, 30] {
        let dir = filled(10);
        let place = open(dir.path()).1.places[&10];
        let path = last_segment(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[place.offset as usize + at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        without_index(dir.path());
        let (mut store, seen) = open(dir.path());
        assert_eq!((seen.lost(), store.next_ordinal()), (vec![10], 11));
        append(&mut store, 1).unwrap();
        drop(store);
        assert_eq!(verified(dir.path()), ([one_to(9), vec![11]].concat(), vec![10]));
        let seen = open(dir.path()).1;
        assert_eq!((seen.lost(), seen.ordinals()), (vec![10], [one_to(9), vec![11]].concat()));
    }
}

#[test]
fn a_damaged_segment_header_costs_no_record() {
    let dir = filled(100);
    for (name, offset) in [("log/000001.seg", 3), ("log/000002.seg", 40)] {
        let mut bytes = fs::read(dir.path().join(name)).unwrap();
        bytes[offset] ^= 1;
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let mut bytes = fs::read(dir.path().join("log/000003.seg")).unwrap();
    bytes[..64].fill(7);
    fs::write(dir.path().join("log/000003.seg"), bytes).unwrap();
    for _ in 0..2 {
        let (store, seen) = open(dir.path());
        assert_eq!((seen.ordinals(), seen.damaged.len(), store.stats().damaged), (one_to(100), 3, 0));
        assert!(seen.damaged.iter().all(|it| it.reason == Reason::SegmentHeader));
    }
}

#[test]
fn a_segment_cut_within_its_header_takes_what_comes_and_keeps_it() {
    for (len, damaged_copy) in [(32, 32), (33, 32), (63, 32)] {
        let dir = filled(2);
        let path = last_segment(dir.path());
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(len).unwrap();
        without_index(dir.path());
        let (mut store, seen) = open(dir.path());
        assert_eq!((seen.ordinals(), seen.damaged[0].offset), (vec![], damaged_copy), "cut to {len}");
        append(&mut store, 3).unwrap();
        let bytes = store.stats().bytes;
        drop(store);
        assert_eq!(verified(dir.path()).0, one_to(3), "cut to {len}");
        assert_eq!(open(dir.path()).1.ordinals(), one_to(3), "cut to {len}");
        assert_eq!(fs::metadata(&path).unwrap().len(), bytes);
    }
}
