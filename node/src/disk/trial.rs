//! What trials of power cuts have in common: how many, where, and what they come to. `TALKOOT_POWERCUT_ROUNDS` makes more of
//! them, from `TALKOOT_POWERCUT_SEED` on.

use std::fs;
use std::path::Path;

/// What a test run did, for its one line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Recordings.
    pub(crate) traces: usize,
    /// Moments at which something became durable.
    pub(crate) syncs: usize,
    /// Different states that were opened.
    pub(crate) states: usize,
    /// Acknowledged records that were not there, or not as they were.
    pub(crate) lost: usize,
    /// States that did not open, or did not take another record.
    pub(crate) unopenable: usize,
    /// States in which never acknowledged bytes are reported as damage, since they cannot be told from damage.
    pub(crate) false_alarms: usize,
    /// What to look at, when something is wrong.
    pub(crate) complaints: Vec<String>,
}

impl Tally {
    /// Keeps an explanation.
    pub(crate) fn complain(&mut self, what: String) {
        if self.complaints.len() < 10 {
            self.complaints.push(what);
        }
    }

    /// Prints the line and fails if anything was lost.
    pub(crate) fn close(self, what: &str) {
        let Self { traces, syncs, states, lost, unopenable, false_alarms, complaints } = self;
        println!(
            "power cuts, {what}: {traces} recordings with {syncs} sync boundaries, {states} states opened, {lost} \
             acknowledged lost, {unopenable} not openable, {false_alarms} with never acknowledged bytes reported as damage"
        );
        assert!(states > 0 && syncs > 0);
        assert_eq!((lost, unopenable, complaints), (0, 0, Vec::new()));
    }
}

/// Returns how many recordings are to be made, and the first seed.
pub(crate) fn rounds(ordinary: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let first = number("TALKOOT_POWERCUT_SEED").unwrap_or(1);
    first..first + number("TALKOOT_POWERCUT_ROUNDS").unwrap_or(ordinary)
}

/// Returns an empty directory, in memory where there is such a thing.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Copies the index as it is now.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => copy_files(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}
