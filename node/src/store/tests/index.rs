//! An index that is lost, damaged, behind or wrong.

use super::*;

#[test]
fn a_lost_index_is_rebuilt_from_the_log() {
    let dir = filled(100);
    let before = open(dir.path()).1;
    without_index(dir.path());
    let rebuilt = open(dir.path()).1;
    assert_eq!((&rebuilt.raw, &rebuilt.places), (&one_to(100), &before.places));
    assert_eq!(open(dir.path()).1, before);
}

#[test]
fn what_is_put_in_while_the_log_is_read_stays_in() {
    let dir = tempfile::tempdir().unwrap();
    let large = Options::default();
    let (mut store, _) = open_with(dir.path(), &large);
    append(&mut store, 20_000).unwrap();
    drop(store);
    without_index(dir.path());
    for (indexed, raw) in [(0, 20_000), (20_000, 0)] {
        let mut seen = Seen::default();
        drop(Store::open(dir.path(), &large, &mut |loaded| seen.note(loaded)).unwrap());
        assert_eq!((seen.indexed.len(), seen.raw.len()), (indexed, raw));
    }
}

#[test]
fn garbage_for_an_index_is_replaced() {
    let dir = filled(100);
    let before = open(dir.path()).1;
    for garbage in ["conf", "db"] {
        let path = dir.path().join("index").join(garbage);
        let len = fs::metadata(&path).unwrap().len() as usize;
        fs::write(&path, vec![0xA5; len]).unwrap();
        let seen = open(dir.path()).1;
        assert_eq!((&seen.places, &seen.damaged), (&before.places, &vec![]), "{garbage}");
        assert_eq!(open(dir.path()).1, before, "{garbage}");
    }
    without_index(dir.path());
    fs::write(dir.path().join("index"), b"not even a directory").unwrap();
    assert_eq!(open(dir.path()).1.raw, one_to(100));
    assert_eq!(open(dir.path()).1, before);
}

/// How many damaged indices to try; more by hand.
fn index_rounds() -> u64 {
    std::env::var("STORE_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12)
}

#[test]
fn a_damaged_index_costs_time_and_nothing_else() {
    let dir = filled(600);
    let before = open(dir.path()).1;
    let path = dir.path().join("index/db");
    let whole = fs::read(&path).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap() as u64;
    for round in 0..index_rounds() {
        let mut bytes = whole.clone();
        let mut noise = (round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for _ in 0..1 + round % 5 {
            noise = noise.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            bytes[((noise >> 20) % used) as usize] ^= (noise >> 8) as u8 | 1;
        }
        if round % 4 == 3 {
            bytes.truncate(((noise >> 13) % used) as usize);
        }
        fs::write(&path, bytes).unwrap();
        let (mut store, seen) = open(dir.path());
        assert_eq!((&seen.places, &seen.damaged), (&before.places, &vec![]), "round {round}");
        append(&mut store, 1).unwrap();
        assert_eq!(store.next_ordinal(), 602);
        drop(store);
        let after = open(dir.path()).1;
        assert_eq!((after.ordinals(), after.damaged), (one_to(601), vec![]), "round {round}");
        let segment = after.places[&601];
        let file = segment::path_of(&dir.path().join("log"), segment.segment);
        fs::OpenOptions::new().write(true).open(file).unwrap().set_len(u64::from(segment.offset)).unwrap();
        without_index(dir.path());
        fs::create_dir(dir.path().join("index")).unwrap();
        fs::write(&path, &whole).unwrap();
    }
}

/// Changes what the index holds, in the database and beside the segments.
fn change_entries(dir: &Path, change: impl Fn(&mut sidecar::Listed)) {
    let log_dir = dir.join("log");
    let salt = segment::list(&log_dir).unwrap().salt.unwrap();
    let stamp = Stamp { salt, index_version: 0 };
    for segment in segment::list(&log_dir).unwrap().segments {
        let Some(sidecar) = sidecar::Sidecar::read(&log_dir, segment.number, stamp) else { continue };
        let mut listed = sidecar.collect();
        change(&mut listed);
        sidecar::write(&log_dir, segment.number, stamp, &listed).unwrap();
    }
    let db = sled::open(dir.join("index")).unwrap();
    for name in db.tree_names().into_iter().filter(|name| name.starts_with(b"records/")) {
        let tree = db.open_tree(name).unwrap();
        let number = |key: sled::IVec| u64::from_be_bytes(key.as_ref().try_into().unwrap());
        let found = tree.iter().map(|found| found.map(|(key, value)| (number(key), value.to_vec())).unwrap());
        let mut listed: sidecar::Listed = found.collect();
        change(&mut listed);
        tree.clear().unwrap();
        listed.into_iter().for_each(|(ordinal, value)| drop(tree.insert(ordinal.to_be_bytes(), value).unwrap()));
    }
    db.flush().unwrap();
}

/// Counts entries in the database, and in files beside segments.
fn where_entries_are(dir: &Path) -> (usize, usize) {
    let (log_dir, salt) = (dir.join("log"), segment::list(&dir.join("log")).unwrap().salt.unwrap());
    let stamp = Stamp { salt, index_version: 0 };
    let segments = segment::list(&log_dir).unwrap().segments;
    let listed = segments.iter().filter_map(|it| sidecar::Sidecar::read(&log_dir, it.number, stamp)).flatten().count();
    let db = sled::open(dir.join("index")).unwrap();
    let trees = db.tree_names().into_iter().filter(|name| name.starts_with(b"records/"));
    (trees.map(|name| db.open_tree(name).unwrap().len()).sum(), listed)
}

#[test]
fn what_is_known_of_closed_segments_lies_beside_them() {
    let dir = filled(200);
    for round in 0..3 {
        let (in_database, beside) = where_entries_are(dir.path());
        assert_eq!(in_database + beside, 200, "round {round}");
        assert!(in_database <= 30, "{in_database} in the database");
        if round == 1 {
            without_index(dir.path());
        }
        assert_eq!(open(dir.path()).1.ordinals(), one_to(200));
    }
}

#[test]
fn a_damaged_file_of_entries_costs_time_and_nothing_else() {
    let dir = filled(100);
    let before = open(dir.path()).1;
    let path = sidecar::path_of(&dir.path().join("log"), 2);
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        fs::write(&path, bytes).unwrap();
        let (store, seen) = open(dir.path());
        assert_eq!((&seen.places, &seen.damaged), (&before.places, &vec![]));
        assert!(!seen.raw.is_empty() && seen.raw.len() < 40, "{:?}", seen.raw);
        drop(store);
        assert_eq!(open(dir.path()).1, before, "it is made anew");
    }
}

#[test]
fn an_index_with_holes_and_lies_is_corrected() {
    let dir = filled(100);
    let before = open(dir.path()).1;
    change_entries(dir.path(), |listed| {
        [1u64, 2, 37, 38, 39, 100].iter().for_each(|hole| drop(listed.remove(hole)));
        if let Some(value) = listed.get_mut(&50) {
            value[4] ^= 1;
        }
    });
    let seen = open(dir.path()).1;
    assert_eq!((&seen.raw, &seen.places), (&vec![1, 2, 37, 38, 39, 50, 100], &before.places));
    assert_eq!(open(dir.path()).1, before);
}

#[test]
fn a_new_index_version_shows_every_record_again_and_keeps_small_values() {
    let dir = filled(30);
    let (store, _) = open(dir.path());
    store.meta_put("peers", b"a", b"1").unwrap();
    drop(store);
    let newer = Options { index_version: 1, ..options() };
    let (store, seen) = open_with(dir.path(), &newer);
    assert_eq!(seen.raw, one_to(30));
    assert_eq!(store.meta_get("peers", b"a").unwrap().unwrap(), b"1");
    drop(store);
    assert_eq!(open_with(dir.path(), &newer).1.indexed, one_to(30));
}
