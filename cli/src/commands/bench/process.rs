//! What the operating system says of a process, where it says it (Linux).

use std::path::Path;

/// Clock ticks a second in `/proc`, fixed by Linux's interface to programs.
const TICKS: f64 = 100.0;

/// Returns the seconds of processor time a process has used; `None` means this process.
pub(super) fn cpu_seconds(pid: Option<u32>) -> Option<f64> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(name(pid)).join("stat")).ok()?;
    // The second field is the program's name in parentheses and may hold spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// Returns the seconds of processor time the living threads of a process have used, to the nanosecond where
/// [`cpu_seconds`] counts hundredths. What ended threads used is not in it, so it serves for short times only.
pub(super) fn fine_cpu_seconds(pid: u32) -> Option<f64> {
    let tasks = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task")).ok()?;
    let nanoseconds = tasks.flatten().filter_map(|task| {
        let stat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<u64>().ok()
    });
    Some(nanoseconds.sum::<u64>() as f64 / 1e9)
}

/// Returns the most resident memory a process ever had, in bytes.
pub(super) fn peak_rss_bytes(pid: Option<u32>) -> Option<u64> {
    memory(pid, "VmHWM:")
}

/// Returns the resident memory a process has, in bytes.
pub(super) fn rss_bytes(pid: u32) -> Option<u64> {
    memory(Some(pid), "VmRSS:")
}

fn memory(pid: Option<u32>, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(name(pid)).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn name(pid: Option<u32>) -> String {
    pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string())
}

/// Returns the bytes of all files in a directory and below it.
pub(super) fn bytes_in(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => bytes_in(&entry.path()),
            Ok(data) => data.len(),
            Err(_) => 0,
        })
        .sum()
}
