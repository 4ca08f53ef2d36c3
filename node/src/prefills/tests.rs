use serde_json::json;

use super::*;

const DAY: u64 = 24 * 60 * 60 * 1_000;

fn at(days: u64) -> Timestamp {
    Timestamp::from_millis(days * DAY)
}

fn id(number: u8) -> PrefillId {
    PrefillId::from_entropy([number; 16])
}

fn fields(title: &str) -> Map<String, Value> {
    Map::from_iter([("title".to_owned(), json!(title))])
}

fn add(prefills: &mut Prefills, number: u8, key: Option<&str>, body: &str, now: Timestamp) -> Result<Told, Error> {
    prefills.add(id(number), Origin::new("desk", key, body.as_bytes()), fields(body), now)
}

#[test]
fn what_is_kept_is_there_after_a_restart_until_a_worker_has_it() {
    let home = tempfile::tempdir().unwrap();
    let mut prefills = Prefills::open(home.path()).unwrap();
    let told = add(&mut prefills, 1, None, "Asuntojono", at(0)).unwrap();
    assert_eq!((told.standing, told.expires), (Standing::Waiting, at(14)));
    let mut prefills = Prefills::open(home.path()).unwrap();
    assert_eq!(prefills.read(&id(1), at(1)).unwrap(), Some(fields("Asuntojono")));
    assert_eq!(prefills.told(&id(1), "desk", at(1)).unwrap().standing, Standing::Opened);
    assert_eq!(prefills.told(&id(1), "another", at(1)), None, "only its maker is told");
    assert_eq!(prefills.take(&id(1), at(2)).unwrap(), Some(fields("Asuntojono")));
    assert_eq!(prefills.take(&id(1), at(2)).unwrap(), None);
    let file = std::fs::read_to_string(home.path().join(DIR).join(file::name_of(&id(1)))).unwrap();
    assert!(!file.contains("Asuntojono"), "{file}");
    assert_eq!(Prefills::open(home.path()).unwrap().told(&id(1), "desk", at(3)).unwrap().standing, Standing::Opened);
}

#[test]
fn a_key_stands_for_one_submission_for_a_day() {
    let home = tempfile::tempdir().unwrap();
    let mut prefills = Prefills::open(home.path()).unwrap();
    let first = add(&mut prefills, 1, Some("k"), "one", at(0)).unwrap();
    assert_eq!(add(&mut prefills, 2, Some("k"), "one", at(0)).unwrap(), first);
    assert!(matches!(add(&mut prefills, 3, Some("k"), "other", at(0)), Err(Error::OtherBody)));
    let mut prefills = Prefills::open(home.path()).unwrap();
    assert_eq!(add(&mut prefills, 4, Some("k"), "one", at(0)).unwrap(), first, "also after a restart");
    let theirs = prefills.add(id(5), Origin::new("another", Some("k"), b"x"), fields("x"), at(0)).unwrap();
    assert_eq!(theirs.id, id(5), "keys of others are others");
    assert_eq!(add(&mut prefills, 6, Some("k"), "other", at(1)).unwrap().id, id(6));
}

#[test]
fn words_go_after_a_fortnight_and_traces_after_another() {
    let home = tempfile::tempdir().unwrap();
    let mut prefills = Prefills::open(home.path()).unwrap();
    add(&mut prefills, 1, None, "Asuntojono", at(0)).unwrap();
    assert!(prefills.read(&id(1), at(13)).unwrap().is_some());
    assert_eq!(prefills.told(&id(1), "desk", at(14)).unwrap().standing, Standing::Expired);
    assert_eq!(prefills.read(&id(1), at(14)).unwrap(), None);
    let file = home.path().join(DIR).join(file::name_of(&id(1)));
    assert!(!std::fs::read_to_string(&file).unwrap().contains("Asuntojono"));
    assert_eq!(prefills.told(&id(1), "desk", at(28)), None);
    assert!(!file.exists());
}

#[test]
fn one_maker_fills_only_a_part() {
    let home = tempfile::tempdir().unwrap();
    let mut prefills = Prefills::open(home.path()).unwrap();
    for number in 0..OF_MAKER_MAX {
        let name = PrefillId::from_entropy((number as u128).to_be_bytes());
        let held = Kept::new(&Origin::new("desk", None, b""), at(0), Map::new()).held(100);
        prefills.held.insert(name, held);
    }
    assert!(matches!(add(&mut prefills, 0xff, None, "more", at(0)), Err(Error::Full)));
    prefills.add(id(0xfe), Origin::new("another", None, b""), fields("x"), at(0)).unwrap();
}

#[test]
fn what_was_cut_short_or_damaged_is_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join(DIR);
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join(format!("{}.new", id(1))), "{").unwrap();
    std::fs::write(dir.join(file::name_of(&id(2))), "{").unwrap();
    std::fs::write(dir.join("notes.txt"), "x").unwrap();
    let mut prefills = Prefills::open(home.path()).unwrap();
    assert_eq!(prefills.read(&id(2), at(0)).unwrap(), None);
    assert!(!dir.join(format!("{}.new", id(1))).exists() && dir.join("notes.txt").exists());
    for bad in ["", "../node.key", &"G".repeat(32), &"+".repeat(32), &"a".repeat(31)] {
        assert!(bad.parse::<PrefillId>().is_err(), "{bad}");
    }
}
