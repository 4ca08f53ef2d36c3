use talkoot_protocol::report::codes::Language;

use std::fs;

use super::slip::{Reason, Words};
use super::*;
use crate::disk::trace::{self, Fault};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn written(text: &str) -> Written {
    let words = Words { text: text.into(), ..Words::default() };
    Written { words, language: Language::Fi, campaign: None, follow: true, received: day("2026-11-02") }
}

fn put(intake: &mut Intake, text: &str, seed: u8) -> Received {
    intake.put(written(text), [seed; 16], [seed ^ 0x80; 16], Instant::now()).unwrap()
}

#[test]
fn a_slip_waits_and_is_found_by_its_code_after_opening_again() {
    let home = tempfile::tempdir().unwrap();
    let received = put(&mut Intake::open(home.path()).unwrap(), "Bussi ei kulje iltaisin.", 1);
    let intake = Intake::open(home.path()).unwrap();
    let slip = intake.of_code(&received.code).unwrap();
    assert_eq!((slip.id.clone(), slip.is_waiting()), (received.id, true));
    assert_eq!(slip.words.as_ref().unwrap().text, "Bussi ei kulje iltaisin.");
    assert!(intake.of_code(&FollowUpCode::of_seed(&[9; 16])).is_none());
}

#[test]
fn the_code_is_nowhere_on_disk_nor_the_hour() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let received = put(&mut intake, "Bussi.", 1);
    let file = fs::read_to_string(intake.place(&received.id)).unwrap();
    let code = received.code.to_string();
    assert!(!file.contains(&code) && !file.contains(&code.replace('-', "")));
    let keys: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&file).unwrap();
    assert_eq!(keys.keys().collect::<Vec<_>>(), ["code", "fate", "id", "language", "received", "words"]);
    assert_eq!(keys["received"], "2026-11-02");
}

#[test]
fn what_is_sent_twice_is_one_slip_and_what_was_changed_is_another() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let one = put(&mut intake, "Bussi.", 1);
    let again = put(&mut intake, "Bussi.", 1);
    assert_eq!((&one.id, &one.code), (&again.id, &again.code));
    let other = put(&mut intake, "Bussi ja juna.", 1);
    assert!(other.id != one.id && other.code != one.code);
    assert_eq!(intake.iter().count(), 2);
}

#[test]
fn too_many_at_once_have_to_wait_and_the_queue_has_an_end() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let now = Instant::now();
    let mut at = |number: u16, now: Instant| {
        let mut seed = [0; 16];
        seed[..2].copy_from_slice(&number.to_le_bytes());
        intake.put(written("Bussi."), seed, [255; 16], now).map(|_| ())
    };
    let taken = (0..200).take_while(|number| at(*number, now).is_ok()).count();
    assert_eq!(taken, 121);
    assert!(matches!(at(200, now), Err(Error::TooFast { .. })));
    at(201, now + Duration::from_secs(6)).unwrap();
}

#[test]
fn only_what_waits_is_sorted_published_or_set_aside() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let [one, two, three] = [1, 2, 3].map(|seed| put(&mut intake, "Bussi.", seed).id);
    intake.sort(&[one.clone(), two.clone()], "  Iltavuorot\npuuttuvat ").unwrap();
    let document = DocumentId::from_bytes([7; 32]);
    intake.publish(std::slice::from_ref(&one), document, day("2026-11-03")).unwrap();
    intake.publish(std::slice::from_ref(&one), document, day("2026-11-09")).unwrap();
    let aside = SetAside { reason: Reason::Known, words: "Kirjattu jo.".into(), on: day("2026-11-03") };
    intake.set_aside(std::slice::from_ref(&two), &aside).unwrap();
    assert!(matches!(intake.sort(std::slice::from_ref(&one), "x"), Err(Error::NotWaiting { .. })));
    let intake_again = Intake::open(home.path()).unwrap();
    let slip = |id: &SlipId| intake_again.get(id).unwrap().clone();
    assert_eq!((slip(&one).heap.as_deref(), slip(&one).words), (Some("Iltavuorot puuttuvat"), None));
    assert_eq!(slip(&one).fate, Fate::Published { document, on: day("2026-11-03") });
    assert_eq!(slip(&two).fate, Fate::SetAside(aside));
    assert!(slip(&three).is_waiting());
    intake.put_back(&two).unwrap();
    assert!(intake.get(&two).unwrap().is_waiting());
    assert!(matches!(intake.put_back(&one), Err(Error::NotWaiting { .. })));
}

#[test]
fn what_is_old_is_deleted_words_first() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let [waits, aside] = [1, 2].map(|seed| put(&mut intake, "Bussi.", seed).id);
    let set = SetAside { reason: Reason::Unclear, words: String::new(), on: day("2026-11-03") };
    intake.set_aside(std::slice::from_ref(&aside), &set).unwrap();
    intake.sweep(day("2026-12-03")).unwrap();
    assert!(intake.get(&aside).unwrap().words.is_some());
    intake.sweep(day("2026-12-04")).unwrap();
    assert!(intake.get(&aside).unwrap().words.is_none() && intake.get(&waits).unwrap().words.is_some());
    intake.sweep(day("2027-05-01")).unwrap();
    assert!(intake.get(&waits).is_some(), "180 days");
    intake.sweep(day("2027-05-02")).unwrap();
    assert!(intake.get(&waits).is_none() && intake.get(&aside).is_some());
    intake.sweep(day("2028-11-03")).unwrap();
    assert_eq!((intake.iter().count(), small_file::list(&intake.dir, FILES_MAX).unwrap().len()), (0, 0));
}

#[test]
fn a_process_killed_anywhere_leaves_all_or_nothing() {
    for calls in 0..10 {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(DIRECTORY)).unwrap();
        let mut intake = Intake::open(home.path()).unwrap();
        trace::start(home.path());
        trace::plan(Some(Fault::Die(calls)));
        let put = intake.put(written("Bussi."), [1; 16], [2; 16], Instant::now());
        trace::plan(None);
        trace::stop();
        let again = Intake::open(home.path()).unwrap();
        assert!(put.is_err() || again.iter().count() == 1, "what was acknowledged is there");
        assert!(
            small_file::list(&again.dir, FILES_MAX).unwrap().iter().all(|path| read(path).is_ok()),
            "nothing half-written is left"
        );
    }
}

#[test]
fn files_that_are_no_slips_are_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut intake = Intake::open(home.path()).unwrap();
    let good = put(&mut intake, "Bussi.", 1).id;
    let text = fs::read_to_string(intake.place(&good)).unwrap();
    let other = "0123456789abcdef";
    let renamed = text.replace(good.as_str(), other);
    for (name, bytes) in [
        ("1111111111111111.json", text.clone()),
        ("2222222222222222.json", "x".repeat(SLIP_BYTES_MAX + 1)),
        ("3333333333333333.json", "[".repeat(10_000)),
        ("4444444444444444.json", String::new()),
        ("notes.txt", "mine".into()),
        (&format!("{other}.json"), renamed.replace("Bussi.", &"x".repeat(slip::TEXT_CHARS_MAX + 1))),
    ] {
        fs::write(intake.dir.join(name), bytes).unwrap();
    }
    let again = Intake::open(home.path()).unwrap();
    assert_eq!(again.iter().map(|slip| slip.id.clone()).collect::<Vec<_>>(), [good]);
    assert_eq!(small_file::list(&again.dir, FILES_MAX).unwrap().len(), 7, "nothing was taken away");
    fs::write(intake.dir.join(format!("{other}.json")), renamed).unwrap();
    assert_eq!(Intake::open(home.path()).unwrap().iter().count(), 2);
}
