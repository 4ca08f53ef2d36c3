//! Power cuts: a store at work is recorded, and every state that the disk may be in after losing power anywhere in between is
//! opened again.
//!
//! The work has failing writes, killed processes and openings in it. What was acknowledged, and what an opening has told,
//! must be there byte for byte in every state; beyond it only whole records that somebody tried to write. Then the store must
//! go on: records are appended, and a share of the states lose power again while they recover.

use std::collections::BTreeSet;

use super::*;
use crate::disk::trace::{self, Fault, Trace};
use crate::disk::trial::{Tally, copy_files, rounds, scratch};
use crate::disk::wreck::{Dice, Kept, Wreck, ways};

/// Recordings in an ordinary test run.
const ROUNDS: u64 = 2;
/// Appends and other events in one recording.
const STEPS: usize = 14;
/// States tried at each cut beside those that differ in kind.
const RANDOM_WAYS: usize = 3;
/// One in so many states loses power a second time, while it is opened and written to.
const SECOND_CUT_ONCE_IN: usize = 10;

/// Changes a copy of an index so that nothing in it can be relied on.
fn spoil(index: &Path, dice: &mut Dice) {
    let file = fs::OpenOptions::new().write(true).open(index.join("db")).unwrap();
    let len = file.metadata().unwrap().len() as usize;
    let at = dice.roll(len.min(40_000)) as u64;
    match dice.roll(3) {
        0 => file.set_len(at).unwrap(),
        1 => std::os::unix::fs::FileExt::write_all_at(&file, &[0; 4096], at).unwrap(),
        _ => std::os::unix::fs::FileExt::write_all_at(&file, b"noise, noise and noise", at).unwrap(),
    }
}

/// What a store was told and has told.
#[derive(Default)]
struct History {
    trace: Trace,
    /// For each ordinal: after how many calls it was acknowledged or told, and the payload.
    acknowledged: BTreeMap<u64, (usize, Vec<u8>)>,
    /// Everything anybody tried to write.
    tried: BTreeSet<(u64, Vec<u8>)>,
    /// Ordinals that were given out twice.
    reused: usize,
    /// Copies of the index, and after how many calls they were made.
    indices: Vec<(usize, PathBuf)>,
}

/// An opened store and what it told.
struct Opened {
    store: Store,
    damaged: Vec<Damage>,
    told: BTreeMap<u64, (usize, Vec<u8>)>,
}

fn open_small(dir: &Path) -> Result<Opened, Error> {
    let (mut places, mut damaged) = (Vec::new(), Vec::new());
    let mut each = |loaded: Loaded<'_>| match loaded {
        Loaded::Indexed { ordinal, place, .. } => {
            places.push((ordinal, place, trace::moment()));
            Action::Keep
        }
        Loaded::Raw { ordinal, place, .. } => {
            places.push((ordinal, place, trace::moment()));
            Action::Index(index_value(ordinal))
        }
        Loaded::Damaged(damage) => {
            damaged.push(damage);
            Action::Keep
        }
    };
    let small = Options { segment_bytes: 4000, ..Options::default() };
    let store = Store::open(dir, &small, &mut each)?;
    let read = |(ordinal, place, moment)| Ok((ordinal, (moment, store.read(place)?)));
    let told = places.into_iter().map(read).collect::<Result<_, Error>>()?;
    Ok(Opened { store, damaged, told })
}

impl History {
    /// Appends a batch of uneven records, none of which was ever written before.
    fn append(&mut self, store: &mut Store, dice: &mut Dice) -> Result<(), Error> {
        let contents: Vec<Vec<u8>> = (0..=dice.roll(6)).map(|_| content(dice)).collect();
        let first = store.next_ordinal();
        self.tried.extend((first..).zip(contents.iter().cloned()));
        let index: Vec<_> = (first..).take(contents.len()).map(index_value).collect();
        let records = contents.iter().zip(&index).map(|(bytes, index)| Record { kind: 5, bytes, index });
        store.append(&records.collect::<Vec<_>>())?;
        let moment = trace::moment();
        for (ordinal, bytes) in (first..).zip(contents) {
            self.reused += usize::from(self.acknowledged.insert(ordinal, (moment, bytes)).is_some());
        }
        Ok(())
    }

    /// Returns how many of the acknowledged records are not among those told, and whether one was told that nobody wrote.
    /// Those told may be relied on from now on.
    fn hear(&mut self, told: BTreeMap<u64, (usize, Vec<u8>)>) -> (usize, bool) {
        let there =
            |(ordinal, (_, bytes)): &(&u64, &(usize, Vec<u8>))| told.get(ordinal).is_some_and(|it| it.1 == *bytes);
        let lost = self.acknowledged.iter().filter(|it| !there(it)).count();
        let invented = told.iter().any(|(ordinal, (_, bytes))| !self.tried.contains(&(*ordinal, bytes.clone())));
        told.into_iter().for_each(|(ordinal, it)| _ = self.acknowledged.entry(ordinal).or_insert(it));
        (lost, invented)
    }

    /// Returns what must be there after a cut.
    fn before(&self, cut: usize) -> Self {
        let acknowledged = self.acknowledged.iter().filter(|(_, (at, _))| *at <= cut);
        let acknowledged = acknowledged.map(|(ordinal, (_, bytes))| (*ordinal, (0, bytes.clone()))).collect();
        Self { acknowledged, tried: self.tried.clone(), ..Self::default() }
    }
}

/// A payload full of what looks like the beginning of a record; long ones cross several sectors.
fn content(dice: &mut Dice) -> Vec<u8> {
    let len = if dice.once_in(8) { 1500 + dice.roll(1500) } else { 30 + dice.roll(500) };
    (0..len).map(|at| if at % 9 < 4 { record::MARKER[at % 9] } else { dice.roll(256) as u8 }).collect()
}

/// Lets a store work for a while in `root/node`, and records it.
fn record_work(root: &Path, dice: &mut Dice) -> History {
    let mut history = History::default();
    let dir = root.join("node");
    fs::create_dir(&dir).unwrap();
    trace::start(root);
    let mut running = None;
    for step in 0..STEPS {
        trace::plan(match dice.roll(5) {
            0 => Some(Fault::Fail(dice.roll(4))),
            1 => Some(Fault::Die(dice.roll(6))),
            _ => None,
        });
        let opened = running.take().map_or_else(
            || {
                let Opened { store, damaged, told } = open_small(&dir)?;
                assert_eq!((damaged, history.hear(told)), (Vec::new(), (0, false)));
                Ok(store)
            },
            Ok::<_, Error>,
        );
        let Ok(mut store) = opened else { continue };
        let done = history.append(&mut store, dice);
        let dead = trace::is_dead();
        trace::plan(None);
        if step % 4 == 3 && store.flush().is_ok() {
            let copy = root.join(format!("index-{step}"));
            copy_files(&dir.join("index"), &copy);
            history.indices.push((trace::moment(), copy));
        }
        // Whatever a dead process had in memory is gone.
        let goes_on = !dead && !dice.once_in(5) && !matches!(done, Err(Error::Poisoned));
        running = goes_on.then_some(store);
    }
    drop(running);
    history.trace = trace::stop();
    nothing_bypassed_the_recording(&history.trace, root, dice);
    history
}

/// Without a power cut, what was recorded is what is there: no write goes past the recording.
fn nothing_bypassed_the_recording(trace: &Trace, root: &Path, dice: &mut Dice) {
    let whole = Wreck::of(trace, trace.ops.len(), Kept::Everything, Kept::Everything, dice);
    for (path, bytes) in &whole.files {
        assert_eq!(fs::read(root.join(path)).unwrap(), *bytes, "{}", path.display());
    }
    let names = fs::read_dir(root.join("node/log")).unwrap().map(|entry| entry.unwrap().path());
    // Entries of closed segments may be lost or damaged like the rest of the index, and are written without ceremony.
    let recorded = names.filter(|path| path.extension().is_none_or(|ending| ending != "idx"));
    assert_eq!(recorded.count(), whole.files.len());
}

/// The trial of one recording.
struct Trial<'a> {
    history: &'a History,
    root: &'a Path,
    /// Whether this is about power cuts while a state of another trial was opened and written to.
    second: bool,
    tally: &'a mut Tally,
}

impl Trial<'_> {
    /// Tries all cuts; of a second power cut only some of what it may leave.
    fn run(&mut self, dice: &mut Dice) {
        let trace = &self.history.trace;
        self.tally.traces += usize::from(!self.second);
        self.tally.syncs += trace.ops.iter().filter(|op| op.is_sync()).count();
        let mut seen = BTreeSet::new();
        for cut in 0..=trace.ops.len() {
            let mut ways = ways(trace, cut, RANDOM_WAYS, dice);
            if self.second {
                ways = (0..2).map(|_| ways[dice.roll(ways.len())]).collect();
            }
            for (names, bytes) in ways {
                let wreck = Wreck::of(trace, cut, names, bytes, dice);
                let must = self.history.before(cut);
                if seen.insert((wreck.digest(), must.acknowledged.len())) {
                    let what = format!("{}cut {cut}, {names:?}, {bytes:?}", if self.second { "second " } else { "" });
                    self.state(&wreck, cut, must, dice, &what);
                }
            }
        }
    }

    /// Opens one state, looks for everything, writes on, and looks again.
    fn state(&mut self, wreck: &Wreck, cut: usize, mut must: History, dice: &mut Dice, what: &str) {
        let at = tempfile::tempdir_in(self.root).unwrap();
        wreck.build(at.path());
        let dir = at.path().join("node");
        let index = self.history.indices.iter().rfind(|(made, _)| *made <= cut);
        if let Some((_, index)) = index.filter(|_| dice.once_in(3)) {
            copy_files(index, &dir.join("index"));
            dice.once_in(2).then(|| spoil(&dir.join("index"), dice));
        }
        self.tally.states += 1;
        let again = !self.second && dice.once_in(SECOND_CUT_ONCE_IN);
        again.then(|| trace::start(at.path()));
        for _ in 0..2 {
            if let Err(error) = self.use_it(&dir, &mut must, dice, what) {
                self.tally.unopenable += 1;
                self.tally.complain(format!("{what}: {error}"));
            }
        }
        if again {
            must.trace = trace::stop();
            let root = tempfile::tempdir_in(self.root).unwrap();
            Trial { history: &must, root: root.path(), second: true, tally: self.tally }.run(dice);
        }
    }

    fn use_it(&mut self, dir: &Path, must: &mut History, dice: &mut Dice, what: &str) -> Result<(), Error> {
        let Opened { mut store, damaged, told } = open_small(dir)?;
        let (lost, invented) = must.hear(told);
        self.tally.lost += lost;
        self.tally.false_alarms += usize::from(!damaged.is_empty());
        if invented {
            self.tally.unopenable += 1;
        }
        if lost > 0 || invented {
            self.tally.complain(format!("{what}: {lost} lost, invented {invented}, {damaged:?}"));
        }
        must.append(&mut store, dice)?;
        if must.reused > 0 {
            self.tally.lost += must.reused;
            self.tally.complain(format!("{what}: an ordinal was given out twice"));
        }
        Ok(())
    }
}

#[test]
fn a_power_cut_anywhere_loses_nothing_acknowledged() {
    let mut tally = Tally::default();
    for seed in rounds(ROUNDS) {
        let root = scratch();
        let mut dice = Dice(seed);
        let history = record_work(root.path(), &mut dice);
        Trial { history: &history, root: root.path(), second: false, tally: &mut tally }.run(&mut dice);
    }
    tally.close("store");
}
