//! What a power cut may leave of a recorded sequence of writes.
//!
//! The disk promises little: bytes of a file up to its last sync, and names of a directory up to its last sync. Of everything
//! later any part may be there: calls may have reached the disk in another order, a write by sectors in any order, and a file
//! may be as long as it was to become while what lies between is zeros, or noise. Only a rename is there or not.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use super::parent_of;
use super::trace::{FileId, Op, Trace};

/// What a disk writes at once.
const SECTOR_BYTES: usize = 512;

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// Returns a number below `sides`; 0 when there are none.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((it ^ (it >> 31)) % (sides.max(1) as u64)) as usize
    }

    /// Returns true once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }
}

/// How much of what was not synced is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    Everything,
    /// The first so many calls, and of the next one, if it is a write, so many bytes.
    Beginning {
        calls: usize,
        bytes: usize,
    },
    /// As [`Kept::Beginning`], and the file as long as it was to become; the rest zeros.
    BeginningThenZeros {
        calls: usize,
        bytes: usize,
    },
    /// Any sectors of any calls, the rest zeros or noise.
    Scattered {
        noise: bool,
    },
}

/// A directory as a power cut may have left it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub(crate) struct Wreck {
    pub(crate) dirs: BTreeSet<PathBuf>,
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Wreck {
    /// Returns what is left when the power goes after `cut` calls, so much of the names' changes and so much of each file's.
    pub(crate) fn of(trace: &Trace, cut: usize, names: Kept, bytes: Kept, dice: &mut Dice) -> Self {
        let ops = &trace.ops[..cut];
        let (dirs, places) = tree(trace, ops, names, dice);
        let contents = trace.base.files.iter().map(|(_, id, bytes)| (*id, bytes.clone())).collect::<BTreeMap<_, _>>();
        let file = |(path, id): (PathBuf, FileId)| {
            let start = contents.get(&id).cloned().unwrap_or_default();
            let content = content(&start, ops, id, bytes, dice);
            (path, content)
        };
        Self { dirs, files: places.into_iter().map(file).collect() }
    }

    /// Writes it to an empty directory.
    pub(crate) fn build(&self, root: &Path) {
        fs::create_dir_all(root).unwrap();
        self.dirs.iter().for_each(|dir| fs::create_dir(root.join(dir)).unwrap());
        for (path, bytes) in &self.files {
            fs::write(root.join(path), bytes).unwrap();
            if path.extension().is_some_and(|ending| ending == "key") {
                fs::set_permissions(root.join(path), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        }
    }

    /// Returns a number that tells wrecks apart.
    pub(crate) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// Returns how the calls that a cut catches unsynced may be kept: all the ways that differ in kind, and `random` more.
pub(crate) fn ways(trace: &Trace, cut: usize, random: usize, dice: &mut Dice) -> Vec<(Kept, Kept)> {
    let mut ways = Vec::new();
    let pending = pending(&trace.ops[..cut]);
    let mut bytes = vec![Kept::Nothing, Kept::Everything];
    for (calls, len) in pending.iter().flat_map(|calls| calls.iter().enumerate()) {
        bytes.push(Kept::Beginning { calls, bytes: 0 });
        bytes.extend(torn(*len, dice).map(|bytes| Kept::Beginning { calls, bytes }));
        bytes.extend(torn(*len, dice).map(|bytes| Kept::BeginningThenZeros { calls, bytes }));
        bytes.push(Kept::BeginningThenZeros { calls, bytes: 0 });
    }
    let unsettled = !unsynced_names(&trace.ops[..cut]).is_empty();
    for names in [Kept::Everything, Kept::Nothing].into_iter().take(1 + usize::from(unsettled)) {
        ways.extend(bytes.iter().map(|bytes| (names, *bytes)));
    }
    if !pending.is_empty() || unsettled {
        ways.extend((0..random).map(|at| {
            let bytes = bytes[dice.roll(bytes.len())];
            let noise = Kept::Scattered { noise: dice.once_in(2) };
            (Kept::Scattered { noise: false }, if at % 3 == 0 { bytes } else { noise })
        }));
    }
    ways
}

/// Returns where a write of `len` bytes may stop: at a sector, and somewhere.
fn torn(len: usize, dice: &mut Dice) -> impl Iterator<Item = usize> + use<> {
    let sector = SECTOR_BYTES * (1 + dice.roll(len / SECTOR_BYTES));
    let somewhere = [1 + dice.roll(len.min(60)), 1 + dice.roll(len), 1 + dice.roll(len)];
    [sector].into_iter().chain(somewhere).filter(move |at| *at < len)
}

/// Returns for each file the lengths of the calls that no sync covers; 0 for what is no write.
fn pending(ops: &[Op]) -> Vec<Vec<usize>> {
    let mut open: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    for op in ops {
        match op {
            Op::Write(id, _, bytes) => open.entry(*id).or_default().push(bytes.len()),
            Op::SetLen(id, _) => open.entry(*id).or_default().push(0),
            Op::Sync(id) => drop(open.remove(id)),
            _ => {}
        }
    }
    open.into_values().collect()
}

/// Returns after how many calls a file was synced last.
fn synced(ops: &[Op], id: FileId) -> usize {
    ops.iter().rposition(|op| *op == Op::Sync(id)).map_or(0, |at| at + 1)
}

/// Returns the calls that changed a name in a directory that was not synced since.
fn unsynced_names(ops: &[Op]) -> BTreeSet<usize> {
    let dir_of = |op: &Op| match op {
        Op::MakeDir(path) | Op::Create(path, _) | Op::Rename(_, path) | Op::Remove(path) => Some(inside(path)),
        _ => None,
    };
    let unsynced = |(at, op): (usize, &Op)| {
        let dir = dir_of(op)?;
        let covered = ops[at..].iter().any(|later| matches!(later, Op::SyncDir(synced) if *synced == dir));
        (!covered).then_some(at)
    };
    ops.iter().enumerate().filter_map(unsynced).collect()
}

/// Returns the directory of a path inside the recording's root.
fn inside(path: &Path) -> PathBuf {
    let parent = parent_of(path);
    if parent == Path::new(".") { PathBuf::new() } else { parent.to_owned() }
}

/// Returns the directories that are there, and which file has which name.
fn tree(trace: &Trace, ops: &[Op], kept: Kept, dice: &mut Dice) -> (BTreeSet<PathBuf>, BTreeMap<PathBuf, FileId>) {
    let unsynced = unsynced_names(ops);
    let mut dirs: BTreeSet<PathBuf> = trace.base.dirs.iter().cloned().collect();
    let mut files: BTreeMap<PathBuf, FileId> =
        trace.base.files.iter().map(|(path, id, _)| (path.clone(), *id)).collect();
    // What each name stood for while the process ran, which a rename is about.
    let mut live = files.clone();
    for (at, op) in ops.iter().enumerate() {
        let there = !unsynced.contains(&at)
            || match kept {
                Kept::Nothing => false,
                Kept::Scattered { .. } => dice.once_in(2),
                _ => true,
            };
        match op {
            Op::MakeDir(path) if there => {
                dirs.insert(path.clone());
            }
            Op::Create(path, id) => {
                live.insert(path.clone(), *id);
                there.then(|| files.insert(path.clone(), *id));
            }
            Op::Rename(from, to) => {
                let Some(id) = live.remove(from) else { continue };
                live.insert(to.clone(), id);
                if there {
                    if files.get(from) == Some(&id) {
                        files.remove(from);
                    }
                    files.insert(to.clone(), id);
                }
            }
            Op::Remove(path) => {
                live.remove(path);
                there.then(|| files.remove(path));
            }
            _ => {}
        }
    }
    let above = |dirs: &BTreeSet<PathBuf>, path: &Path| {
        path.ancestors().skip(1).all(|dir| dir.as_os_str().is_empty() || dirs.contains(dir))
    };
    let all = dirs.clone();
    dirs.retain(|dir| above(&all, dir));
    files.retain(|path, _| above(&dirs, path));
    (dirs, files)
}

/// Returns what is in a file.
fn content(start: &[u8], ops: &[Op], id: FileId, kept: Kept, dice: &mut Dice) -> Vec<u8> {
    let (durable, open) = ops.split_at(synced(ops, id));
    let mut bytes = start.to_vec();
    durable.iter().for_each(|op| apply(&mut bytes, op, id));
    let open: Vec<&Op> =
        open.iter().filter(|op| matches!(op, Op::Write(it, ..) | Op::SetLen(it, _) if *it == id)).collect();
    match kept {
        Kept::Nothing => {}
        Kept::Everything => open.iter().for_each(|op| apply(&mut bytes, op, id)),
        Kept::Beginning { calls, bytes: torn } => beginning(&mut bytes, &open, calls, torn, id),
        Kept::BeginningThenZeros { calls, bytes: torn } => {
            beginning(&mut bytes, &open, calls, torn, id);
            let mut whole = bytes.clone();
            open.iter().skip(calls).for_each(|op| apply(&mut whole, op, id));
            bytes.resize(whole.len().max(bytes.len()), 0);
        }
        Kept::Scattered { noise } => scattered(&mut bytes, &open, noise, dice),
    }
    bytes
}

fn apply(bytes: &mut Vec<u8>, op: &Op, id: FileId) {
    match op {
        Op::Write(it, offset, new) if *it == id => put(bytes, *offset as usize, new),
        Op::SetLen(it, len) if *it == id => bytes.resize(*len as usize, 0),
        _ => {}
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, new: &[u8]) {
    bytes.resize(bytes.len().max(offset + new.len()), 0);
    bytes[offset..offset + new.len()].copy_from_slice(new);
}

fn beginning(bytes: &mut Vec<u8>, open: &[&Op], calls: usize, torn: usize, id: FileId) {
    open.iter().take(calls).for_each(|op| apply(bytes, op, id));
    if let Some(Op::Write(_, offset, new)) = open.get(calls) {
        put(bytes, *offset as usize, &new[..torn.min(new.len())]);
    }
}

/// Applies some sectors of some writes; each other sector that the length covers is as it was, zeros, or noise.
fn scattered(bytes: &mut Vec<u8>, open: &[&Op], noise: bool, dice: &mut Dice) {
    for op in open {
        match op {
            Op::SetLen(_, len) if dice.once_in(2) => bytes.resize(*len as usize, 0),
            Op::Write(_, offset, new) if !dice.once_in(4) => scatter(bytes, *offset as usize, new, noise, dice),
            _ => {}
        }
    }
}

fn scatter(bytes: &mut Vec<u8>, offset: usize, new: &[u8], noise: bool, dice: &mut Dice) {
    let mut at = 0;
    while at < new.len() {
        // Sectors are counted from the start of the file.
        let end = new.len().min(at + SECTOR_BYTES - (offset + at) % SECTOR_BYTES);
        let beyond = offset + at >= bytes.len();
        match dice.roll(4) {
            0 | 1 => put(bytes, offset + at, &new[at..end]),
            2 if noise && beyond => {
                let junk: Vec<u8> = (at..end).map(|_| dice.roll(256) as u8).collect();
                put(bytes, offset + at, &junk);
            }
            _ => {}
        }
        at = end;
    }
    if dice.once_in(2) {
        bytes.resize(bytes.len().max(offset + new.len()), 0);
    }
}
