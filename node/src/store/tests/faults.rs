//! Disks that fail, and processes that are killed.

use std::io::{self, BufRead as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::*;
use crate::store::writer::Medium;

/// A disk that fails as told: 0 works, 1 is full after half of the write, 2 fails to sync, 3 fails at all it is asked.
struct Failing(DiskFile, Arc<AtomicU8>);

impl Failing {
    fn fault(&self) -> u8 {
        self.1.load(Ordering::Relaxed)
    }
}

impl Medium for Failing {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let half = if self.fault() == 1 { bytes.len() / 2 } else { bytes.len() };
        self.0.write_all_at(&bytes[..half], offset)?;
        if self.fault() == 1 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.fault() >= 2 { Err(io::Error::other("bad disk")) } else { Ok(()) }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if self.fault() >= 3 { Err(io::Error::other("bad disk")) } else { self.0.set_len(len) }
    }
}

/// A store on a disk whose faults the returned switch decides.
fn failing(dir: &Path) -> (Store, Arc<AtomicU8>) {
    let mut store = open_with(dir, &Options::default()).0;
    let switch = Arc::new(AtomicU8::new(0));
    let file = DiskFile::open(&store.writer.path).unwrap();
    store.writer.medium = Box::new(Failing(file, Arc::clone(&switch)));
    (store, switch)
}

#[test]
fn a_failed_write_leaves_nothing_and_can_be_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, fault) = failing(dir.path());
    append(&mut store, 10).unwrap();
    for kind in [1, 2] {
        fault.store(kind, Ordering::Relaxed);
        let (len, stats) = (fs::metadata(last_segment(dir.path())).unwrap().len(), store.stats());
        match append(&mut store, 10).unwrap_err() {
            Error::DiskFull { bytes } => assert!(kind == 1 && bytes > 600),
            Error::Io { .. } => assert_eq!(kind, 2),
            other => panic!("{other}"),
        }
        assert_eq!(fs::metadata(last_segment(dir.path())).unwrap().len(), len);
        assert_eq!(store.stats(), stats);
        fault.store(0, Ordering::Relaxed);
        append(&mut store, 10).unwrap();
    }
    assert_eq!(store.next_ordinal(), 31);
    drop(store);
    assert_eq!(open(dir.path()).1.indexed, one_to(30));
    assert_eq!(verified(dir.path()), (one_to(30), vec![]));
}

#[test]
fn a_write_that_cannot_be_taken_back_ends_writing_but_not_reading() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, fault) = failing(dir.path());
    let places = append(&mut store, 10).unwrap();
    fault.store(3, Ordering::Relaxed);
    assert!(matches!(append(&mut store, 10), Err(Error::Io { .. })));
    fault.store(0, Ordering::Relaxed);
    assert!(matches!(append(&mut store, 10), Err(Error::Poisoned)));
    assert_eq!(store.read(places[9]).unwrap(), payload(10));
    drop(store);
    // What was written and never acknowledged may be there, whole, or not at all.
    let (mut store, seen) = open(dir.path());
    assert_eq!(seen.ordinals(), one_to(20));
    append(&mut store, 1).unwrap();
}

#[test]
fn the_limit_of_the_log_refuses_politely() {
    let dir = tempfile::tempdir().unwrap();
    let limited = Options { bytes_max: Some(3000), ..options() };
    let (mut store, _) = open_with(dir.path(), &limited);
    let taken = (0..).take_while(|_| append(&mut store, 1).is_ok()).count() as u64;
    assert!(matches!(append(&mut store, 1), Err(Error::DiskFull { .. })));
    assert!(store.stats().bytes <= 3000);
    drop(store);
    let (mut store, seen) = open(dir.path());
    assert_eq!(seen.ordinals(), one_to(taken));
    append(&mut store, 5).unwrap();
}

const CHILD_DIR: &str = "STORE_TEST_CHILD_DIR";

/// Not a test by itself: the process that [`nothing_acknowledged_is_lost_to_kill_9`] kills.
#[test]
#[ignore = "run by another test as a child process"]
fn child_appends_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else {
        return;
    };
    let limit = Options { segment_bytes: 50_000, ..Options::default() };
    let (mut store, _) = open_with(Path::new(&dir), &limit);
    for round in 0.. {
        append(&mut store, 1 + round % 40).unwrap();
        writeln!(io::stdout(), "\nacknowledged {}", store.next_ordinal() - 1).unwrap();
    }
}

#[test]
fn nothing_acknowledged_is_lost_to_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let module = module_path!().split_once("::").unwrap().1;
    let child_test = format!("{module}::child_appends_until_it_is_killed");
    let mut acknowledged = 0;
    for round in 0..10u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &child_test, "--ignored", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut seen = 0;
        for line in lines {
            if let Some(ordinal) = line.strip_prefix("acknowledged ") {
                acknowledged = ordinal.parse().unwrap();
                seen += 1;
            }
            if seen == 1 + 7 * round {
                // What is still in the pipe after this is read as well: it was acknowledged too.
                let _ = child.kill();
            }
        }
        child.wait().unwrap();
        assert!(seen > 7 * round, "the child ended early");
        let found = verified(dir.path());
        assert_eq!((found.0.last() >= Some(&acknowledged), found.1), (true, vec![]));
    }
    let (store, seen) = open(dir.path());
    assert_eq!(seen.ordinals(), one_to(store.next_ordinal() - 1));
    assert!(store.next_ordinal() > acknowledged && seen.damaged.is_empty());
}
