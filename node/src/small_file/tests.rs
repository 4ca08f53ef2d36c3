use serde::Deserialize;

use super::*;
use crate::disk::trace::{self, Fault, Trace};
use crate::disk::trial::{Tally, rounds, scratch};
use crate::disk::wreck::{Dice, Wreck, ways};

/// Times something is written in one recording.
const STEPS: u32 = 8;
/// Recordings in an ordinary test run.
const ROUNDS: u64 = 3;

/// Something to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    number: u32,
    words: String,
}

impl Content for Note {
    const BYTES_MAX: usize = 2_000;

    fn fault(&self) -> Option<String> {
        (self.number == 13).then(|| "its number is 13".to_owned())
    }
}

fn note(number: u32) -> Note {
    Note { number, words: "x".repeat(20 + 97 * (number as usize % 16)) }
}

fn file(dir: &Path) -> SmallFile<Note> {
    SmallFile::at(dir.join("note.json"))
}

fn mode_of(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

#[test]
fn what_is_written_is_there_and_what_is_removed_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    assert_eq!(file.read().unwrap(), None);
    file.remove().unwrap();
    for number in [1, 2] {
        let bytes = file.write(&note(number)).unwrap();
        assert_eq!((file.read().unwrap(), fs::metadata(file.path()).unwrap().len()), (Some(note(number)), bytes));
    }
    assert_eq!(mode_of(file.path()), 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    file.remove().unwrap();
    assert_eq!(file.read().unwrap(), None);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    file.write(&note(1)).unwrap();
    for bad in [note(13), Note { number: 2, words: "x".repeat(Note::BYTES_MAX) }] {
        assert!(matches!(file.write(&bad), Err(Error::Unfit { .. })));
    }
    assert_eq!(file.read().unwrap(), Some(note(1)));
}

#[test]
fn a_damaged_file_is_refused_with_its_reason_and_moved_aside_before_another_takes_its_place() {
    let sound = serde_json::to_string(&note(1)).unwrap();
    for (bytes, reason) in [
        (String::new(), "it ends too early, at line 1, column 0"),
        (sound[..9].to_owned(), "it ends too early"),
        ("[1]".to_owned(), "it is not of the right form"),
        (sound.replace("\"words\":", "\"131052-308T\":"), "it is not of the right form, at line 1"),
        (sound.replace(":1,", ":\"131052-308T\","), "it is not of the right form"),
        (sound.replace(":1,", ":13,"), "its number is 13"),
        (format!("{sound}{}", " ".repeat(Note::BYTES_MAX)), "it is longer than 2000 bytes"),
        ("[".repeat(1_999), "at line 1"),
        ("\0".repeat(512), "it is no JSON"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let file = file(dir.path());
        fs::write(file.path(), &bytes).unwrap();
        let told = file.read().unwrap_err().to_string();
        assert!(told.contains(reason) && told.contains("note.json") && !told.contains("131052"), "{told}");
        assert_eq!(fs::read_to_string(file.path()).unwrap(), bytes, "it is left where it is");
        file.write(&note(2)).unwrap();
        assert_eq!(file.read().unwrap(), Some(note(2)));
        assert_eq!(fs::read_to_string(dir.path().join("note.json.damaged")).unwrap(), bytes);
    }
}

#[test]
fn what_cannot_be_read_at_all_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    fs::create_dir(file.path()).unwrap();
    assert!(matches!(file.read(), Err(Error::Io { doing: "read", .. })));
    assert!(matches!(file.write(&note(1)), Err(Error::Io { doing: "read", .. })));
    assert!(file.path().is_dir());
}

#[test]
fn a_listing_clears_away_what_was_cut_short() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    assert!(list(&path("none"), 9).unwrap().is_empty());
    for name in ["b.json", "a.json", "a.json.new", "c.json.damaged"] {
        fs::write(path(name), "{").unwrap();
    }
    assert_eq!(list(dir.path(), 9).unwrap(), ["a.json", "b.json", "c.json.damaged"].map(path));
    assert!(!path("a.json.new").exists());
    assert_eq!(list(dir.path(), 2).unwrap().len(), 2);
}

/// What was written when, after how many calls it was acknowledged, and after how many begun.
struct Written {
    begun: usize,
    acknowledged: Option<usize>,
    note: Option<Note>,
}

/// Writes and removes for a while, while calls fail and the process dies.
fn record(root: &Path, dice: &mut Dice) -> (Trace, Vec<Written>) {
    let file = file(root);
    trace::start(root);
    let mut history = vec![Written { begun: 0, acknowledged: Some(0), note: None }];
    for number in 0..STEPS {
        trace::plan(match dice.roll(3) {
            0 => Some(Fault::Fail(dice.roll(7))),
            1 => Some(Fault::Die(dice.roll(7))),
            _ => None,
        });
        let begun = trace::moment();
        let note = (!dice.once_in(5)).then(|| note(100 + number));
        let done = note.as_ref().map_or_else(|| file.remove(), |note| file.write(note).map(|_| ()));
        history.push(Written { begun, acknowledged: done.is_ok().then(trace::moment), note });
        trace::plan(None);
    }
    (trace::stop(), history)
}

#[test]
fn a_power_cut_anywhere_leaves_what_was_acknowledged_or_what_was_being_written() {
    let mut tally = Tally::default();
    for seed in rounds(ROUNDS) {
        let root = scratch();
        let mut dice = Dice(seed);
        let (recorded, history) = record(root.path(), &mut dice);
        tally.traces += 1;
        tally.syncs += recorded.ops.iter().filter(|op| op.is_sync()).count();
        for cut in 0..=recorded.ops.len() {
            let last = history.iter().rposition(|one| one.acknowledged.is_some_and(|at| at <= cut)).unwrap();
            let begun = || history[last..].iter().filter(|one| one.begun <= cut);
            for (names, bytes) in ways(&recorded, cut, 3, &mut dice) {
                let at = tempfile::tempdir_in(root.path()).unwrap();
                Wreck::of(&recorded, cut, names, bytes, &mut dice).build(at.path());
                tally.states += 1;
                match file(at.path()).read() {
                    Ok(note) if begun().any(|one| one.note == note) => {}
                    other => {
                        tally.lost += 1;
                        tally.complain(format!("seed {seed}, cut {cut}, {names:?}, {bytes:?}: {other:?}"));
                    }
                }
                if file(at.path()).write(&note(7)).is_err() || file(at.path()).read().unwrap() != Some(note(7)) {
                    tally.unopenable += 1;
                }
            }
        }
    }
    tally.close("small file");
}
