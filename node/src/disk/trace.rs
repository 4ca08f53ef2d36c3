//! Records what a thread writes through [`crate::disk`], in tests, and lets single calls fail or a process die in between.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// A file, whatever it is called; 0 outside of a recording.
pub(crate) type FileId = u64;

/// What is never recorded: the index, which is untrusted anyway, and what only a running process has.
pub(crate) const UNRECORDED: [&str; 4] = ["index", "index.discarded", "lock", "control.sock"];

/// One call that went well. Paths are relative to the recording's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    MakeDir(PathBuf),
    Create(PathBuf, FileId),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncDir(PathBuf),
    Write(FileId, u64, Vec<u8>),
    SetLen(FileId, u64),
    Sync(FileId),
}

impl Op {
    pub(crate) fn create(path: &Path) -> Self {
        Self::Create(path.to_owned(), 0)
    }

    pub(crate) fn rename(from: &Path, to: &Path) -> Self {
        Self::Rename(from.to_owned(), to.to_owned())
    }

    pub(crate) fn remove(path: &Path) -> Self {
        Self::Remove(path.to_owned())
    }

    pub(crate) fn sync_dir(path: &Path) -> Self {
        Self::SyncDir(path.to_owned())
    }

    pub(crate) fn make_dir(path: &Path) -> Self {
        Self::MakeDir(path.to_owned())
    }

    /// Whether something becomes durable by this.
    pub(crate) fn is_sync(&self) -> bool {
        matches!(self, Self::Sync(_) | Self::SyncDir(_))
    }
}

/// What is to go wrong, and when: after so many more calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// One call fails and does nothing; of a write, half is done.
    Fail(usize),
    /// That call and all later ones do nothing: the process was killed.
    Die(usize),
}

/// What a directory held when the recording began, all of it durable.
#[derive(Debug, Clone, Default)]
pub(crate) struct Base {
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) files: Vec<(PathBuf, FileId, Vec<u8>)>,
}

/// A finished recording.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    pub(crate) base: Base,
    pub(crate) ops: Vec<Op>,
}

#[derive(Default)]
struct Recorder {
    root: PathBuf,
    names: BTreeMap<PathBuf, FileId>,
    last_id: FileId,
    trace: Trace,
    fault: Option<Fault>,
    dead: bool,
}

thread_local! {
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

fn with<T>(act: impl FnOnce(&mut Recorder) -> T) -> Option<T> {
    RECORDER.with_borrow_mut(|recorder| recorder.as_mut().map(act))
}

/// Begins to record what this thread writes below `root`.
pub(crate) fn start(root: &Path) {
    let mut recorder = Recorder { root: root.to_owned(), ..Recorder::default() };
    recorder.look_at(Path::new(""));
    RECORDER.set(Some(recorder));
}

/// Ends the recording.
pub(crate) fn stop() -> Trace {
    RECORDER.take().map(|recorder| recorder.trace).unwrap_or_default()
}

/// Returns how many calls were recorded so far.
pub(crate) fn moment() -> usize {
    with(|recorder| recorder.trace.ops.len()).unwrap_or_default()
}

/// Lets something go wrong from now on; `None` also brings a killed process back.
pub(crate) fn plan(fault: Option<Fault>) {
    with(|recorder| (recorder.fault, recorder.dead) = (fault, false));
}

/// Whether the process was killed by a [`Fault::Die`].
pub(crate) fn is_dead() -> bool {
    with(|recorder| recorder.dead).unwrap_or_default()
}

/// Returns the name by which the recording knows the file at `path`.
pub(crate) fn id_of(path: &Path) -> FileId {
    with(|recorder| recorder.relative(path).and_then(|path| recorder.names.get(&path).copied()))
        .flatten()
        .unwrap_or_default()
}

/// Whether the next call may be done.
pub(crate) fn allow() -> io::Result<()> {
    with(Recorder::allow).unwrap_or(Ok(()))
}

/// Notes a call that went well.
pub(crate) fn note(op: Op) {
    with(|recorder| recorder.note(op));
}

/// Writes half of it and fails, if that is what is planned for this call.
pub(crate) fn perhaps_half(file: &File, id: FileId, bytes: &[u8], offset: u64) -> io::Result<()> {
    let half = bytes.get(..bytes.len() / 2).unwrap_or_default();
    if matches!(with(|recorder| recorder.fault), Some(Some(Fault::Fail(0) | Fault::Die(0)))) {
        file.write_all_at(half, offset)?;
        note(Op::Write(id, offset, half.to_vec()));
    }
    Ok(())
}

impl Recorder {
    fn allow(&mut self) -> io::Result<()> {
        if self.dead {
            return Err(io::Error::other("the process is dead"));
        }
        match &mut self.fault {
            None => Ok(()),
            Some(Fault::Fail(0)) => {
                self.fault = None;
                Err(io::ErrorKind::StorageFull.into())
            }
            Some(Fault::Die(0)) => {
                (self.fault, self.dead) = (None, true);
                Err(io::Error::other("the process is dead"))
            }
            Some(Fault::Fail(calls) | Fault::Die(calls)) => {
                *calls -= 1;
                Ok(())
            }
        }
    }

    fn relative(&self, path: &Path) -> Option<PathBuf> {
        Some(path.strip_prefix(&self.root).ok()?.to_owned())
    }

    /// Takes down what is there before anything is recorded.
    fn look_at(&mut self, dir: &Path) {
        let mut entries: Vec<_> = fs::read_dir(self.root.join(dir)).unwrap().map(Result::unwrap).collect();
        entries.sort_unstable_by_key(fs::DirEntry::file_name);
        for entry in entries.iter().filter(|entry| !UNRECORDED.iter().any(|name| entry.file_name() == *name)) {
            let path = dir.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                self.trace.base.dirs.push(path.clone());
                self.look_at(&path);
            } else {
                let id = self.fresh(&path);
                self.trace.base.files.push((path, id, fs::read(entry.path()).unwrap()));
            }
        }
    }

    fn fresh(&mut self, path: &Path) -> FileId {
        self.last_id += 1;
        self.names.insert(path.to_owned(), self.last_id);
        self.last_id
    }

    fn note(&mut self, op: Op) {
        let relative = |path: PathBuf| self.relative(&path);
        let op = match op {
            Op::Create(path, _) => relative(path).map(|path| match self.names.get(&path) {
                Some(id) => Op::SetLen(*id, 0),
                None => Op::Create(path.clone(), self.fresh(&path)),
            }),
            Op::Rename(from, to) => relative(from).zip(relative(to)).map(|(from, to)| {
                if let Some(id) = self.names.remove(&from) {
                    self.names.insert(to.clone(), id);
                }
                Op::Rename(from, to)
            }),
            Op::Remove(path) => relative(path).map(|path| {
                self.names.remove(&path);
                Op::Remove(path)
            }),
            Op::SyncDir(path) => relative(path).map(Op::SyncDir),
            Op::MakeDir(path) => relative(path).map(Op::MakeDir),
            other => Some(other),
        };
        self.trace.ops.extend(op);
    }
}
