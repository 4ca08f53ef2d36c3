//! What the store promises, tried against crashes, damage, a full disk and a lost index.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

mod damage;
mod faults;
mod index;
mod powercut;

use super::verify::{Finding, walk};
use super::*;

/// The payload of record `ordinal`: of uneven length, and full of what looks like the beginning of a record.
fn payload(ordinal: u64) -> Vec<u8> {
    let marker = record::MARKER;
    (0..40 + ordinal % 60).map(|at| if at % 9 < 4 { marker[at as usize % 9] } else { (at * ordinal) as u8 }).collect()
}

fn index_value(ordinal: u64) -> Vec<u8> {
    format!("index of {ordinal}").into_bytes()
}

fn append(store: &mut Store, count: u64) -> Result<Vec<Place>, Error> {
    let ordinals: Vec<_> = (store.next_ordinal()..).take(count as usize).collect();
    let contents: Vec<_> = ordinals.iter().map(|it| (payload(*it), index_value(*it))).collect();
    let records: Vec<_> = contents.iter().map(|(bytes, index)| Record { kind: 5, bytes, index }).collect();
    store.append(&records)
}

/// What an opening told, checked on the way.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    indexed: Vec<u64>,
    raw: Vec<u64>,
    damaged: Vec<Damage>,
    places: BTreeMap<u64, Place>,
}

impl Seen {
    fn note(&mut self, loaded: Loaded<'_>) -> Action {
        match loaded {
            Loaded::Indexed { ordinal, kind, place, index } => {
                assert_eq!((kind, index), (5, index_value(ordinal).as_slice()));
                self.indexed.push(ordinal);
                assert_eq!(self.places.insert(ordinal, place), None);
                Action::Keep
            }
            Loaded::Raw { ordinal, kind, place, bytes } => {
                assert_eq!((kind, bytes), (5, payload(ordinal).as_slice()));
                self.raw.push(ordinal);
                assert_eq!(self.places.insert(ordinal, place), None);
                Action::Index(index_value(ordinal))
            }
            Loaded::Damaged(damage) => {
                self.damaged.push(damage);
                Action::Keep
            }
        }
    }

    fn ordinals(&self) -> Vec<u64> {
        self.places.keys().copied().collect()
    }

    fn lost(&self) -> Vec<u64> {
        self.damaged.iter().flat_map(|it| it.ordinal..it.ordinal + it.lost).collect()
    }
}

/// Small segments, so that every test crosses several.
fn options() -> Options {
    Options { segment_bytes: 2000, ..Options::default() }
}

fn open_with(dir: &Path, options: &Options) -> (Store, Seen) {
    let mut seen = Seen::default();
    let store = Store::open(dir, options, &mut |loaded| seen.note(loaded)).unwrap();
    for (ordinal, place) in &seen.places {
        assert_eq!(store.read(*place).unwrap(), payload(*ordinal));
    }
    (store, seen)
}

fn open(dir: &Path) -> (Store, Seen) {
    open_with(dir, &options())
}

/// Makes a store of `count` records in batches of three and closes it.
fn filled(count: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    for _ in 0..count / 3 {
        append(&mut store, 3).unwrap();
    }
    append(&mut store, count % 3).unwrap();
    store.close().unwrap();
    dir
}

fn without_index(dir: &Path) {
    fs::remove_dir_all(dir.join("index")).unwrap();
    without_sidecars(dir);
}

fn without_sidecars(dir: &Path) {
    let files = fs::read_dir(dir.join("log")).unwrap().map(|entry| entry.unwrap().path());
    let sidecars = files.filter(|path| path.extension().is_some_and(|ending| ending == "idx"));
    sidecars.for_each(|path| fs::remove_file(path).unwrap());
}

fn one_to(last: u64) -> Vec<u64> {
    (1..=last).collect()
}

fn last_segment(dir: &Path) -> std::path::PathBuf {
    segment::list(&dir.join("log")).unwrap().segments.pop().unwrap().path
}

/// Ordinals that a read-only walk finds sound, and those it finds lost.
fn verified(dir: &Path) -> (Vec<u64>, Vec<u64>) {
    let (mut sound, mut lost) = (Vec::new(), Vec::new());
    for finding in walk(dir).unwrap() {
        match finding.unwrap() {
            Finding::Record { ordinal, bytes, .. } => {
                assert_eq!(bytes, payload(ordinal));
                sound.push(ordinal);
            }
            Finding::Damaged(it) => lost.extend(it.ordinal..it.ordinal + it.lost),
            Finding::Unfinished { .. } => {}
        }
    }
    (sound, lost)
}

#[test]
fn what_goes_in_comes_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, seen) = open(dir.path());
    assert_eq!(seen, Seen::default());
    let mut places = append(&mut store, 50).unwrap();
    places.extend(append(&mut store, 1).unwrap());
    assert!(append(&mut store, 0).unwrap().is_empty());
    for (place, ordinal) in places.iter().zip(1..) {
        let expected = Stored { ordinal, kind: 5, bytes: payload(ordinal) };
        assert_eq!(store.reader().read_record(*place).unwrap(), expected);
    }
    let stats = store.stats();
    assert_eq!((stats.records, stats.segments, stats.damaged), (51, 2, 0));
    store.close().unwrap();

    let (store, seen) = open(dir.path());
    assert_eq!(seen.indexed, one_to(51));
    assert!(seen.places.values().eq(&places));
    assert_eq!((store.stats(), store.next_ordinal()), (stats, 52));
    places.reverse();
    let many: Vec<_> = store.read_many(&places).into_iter().map(Result::unwrap).collect();
    assert!(many.into_iter().eq((1..=51).rev().map(payload)));
    drop(store);
    assert_eq!(verified(dir.path()), (one_to(51), vec![]));
}

#[test]
fn dropping_is_as_good_as_closing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    append(&mut store, 40).unwrap();
    drop(store);
    assert_eq!(open(dir.path()).1.indexed, one_to(40));
}

#[test]
fn what_is_too_long_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let long = vec![1; PAYLOAD_BYTES_MAX + 1];
    let good = Record { kind: 0, bytes: &long[1..], index: &long[..INDEX_BYTES_MAX] };
    for bad in [Record { bytes: &long, ..good }, Record { index: &long[..=INDEX_BYTES_MAX], ..good }] {
        assert!(matches!(store.append(&[good, bad]), Err(Error::TooLong { .. })));
    }
    assert!(matches!(store.append(&[good; 64]), Err(Error::TooLong { what: "a batch", .. })));
    assert_eq!(store.stats().records, 0);
    let place = store.append(&[good]).unwrap()[0];
    assert_eq!(store.read(place).unwrap(), &long[1..]);
    let too_far = Place { length: u32::MAX, offset: u32::MAX, ..place };
    assert!(matches!(store.read(too_far), Err(Error::Damaged { .. })));
}

#[test]
fn two_cannot_have_the_same_store() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    let refused = Store::open(dir.path(), &options(), &mut |_| Action::Keep).unwrap_err();
    assert!(matches!(refused, Error::InUse { pid: Some(_), .. }));
    drop(store);
    open(dir.path());
}

#[test]
fn small_values_are_kept_and_found_by_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path());
    for (key, value) in [(&b"a1"[..], b"x"), (b"a2", b"y"), (b"b1", b"z")] {
        store.meta_put("peers", key, value).unwrap();
    }
    store.meta_put("counters", b"a1", b"9").unwrap();
    store.meta_remove("peers", b"a2").unwrap();
    store.close().unwrap();
    let (store, _) = open(dir.path());
    assert_eq!(store.meta_scan("peers", b"a").unwrap(), [(b"a1".to_vec(), b"x".to_vec())]);
    assert_eq!(store.meta_scan("peers", b"").unwrap().len(), 2);
    assert_eq!(store.meta_get("counters", b"a1").unwrap().unwrap(), b"9");
    assert_eq!(store.meta_get("counters", b"b1").unwrap(), None);
    assert!(matches!(store.meta_put("peers", &[0; 513], b""), Err(Error::TooLong { .. })));
}

#[test]
fn a_walk_beside_the_appender_sees_a_sound_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    for _ in 0..50 {
        append(&mut store, 7).unwrap();
        let (sound, lost) = verified(dir.path());
        assert_eq!((sound, lost), (one_to(store.next_ordinal() - 1), vec![]));
    }
}
