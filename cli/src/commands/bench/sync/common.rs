//! Many reports in two nodes, signed and stored once.
//!
//! Publishing a million reports at one node and sending them to the other would take most of the time of a measurement that is
//! not about that. So they are published into the sender's store in this process, and its closed `log/` and `index/` are copied
//! into the receiver's home. That is sound: a log holds signed changes of the network and nothing of the node that
//! wrote it, and a node puts its own organisation's statements into its log when it opens it. The receiver then lacks nothing,
//! and the sender lacks the receiver's two statements, which come with its introduction; [`Pair::agree`] checks that both hold
//! the same once they have met.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use talkoot_node::core::Core;
use talkoot_protocol::sync::check::Checked;

use super::pair::Pair;
use crate::commands::bench::publish::require;
use crate::commands::bench::reports;
use crate::error::{Error, Result};
use crate::house::House;
use crate::output;

/// Reports made durable at once.
const BATCH: usize = 1_000;
/// Seeds of the batches of the common set: none is that of another measurement's reports.
const SEEDS_FROM: u64 = 1 << 32;

/// Puts the same reports into both homes; neither node may run.
pub(super) fn hold(pair: &Pair, count: usize) -> Result<()> {
    fill(&pair.sender, count)?;
    output::say("copying the log and index to the second node");
    for part in ["log", "index"] {
        copy(&pair.sender.dir.join(part), &pair.receiver.dir.join(part))?;
    }
    Ok(())
}

/// Publishes reports into a store: every core signs, this thread stores.
fn fill(house: &House, count: usize) -> Result<()> {
    let mut core = Core::open(&house.home)?;
    require(&core.submit(house.certificates()))?;
    output::say(&format!("making {count} reports"));
    let progress = output::progress(count as u64, "making reports");
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|scope| -> Result<()> {
        let (ready, signed) = sync_channel(2);
        for _ in 0..cores {
            let (ready, next) = (ready.clone(), &next);
            scope.spawn(move || {
                let mut more = true;
                while more {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let size = count.saturating_sub(number.saturating_mul(BATCH)).min(BATCH);
                    more = size > 0 && ready.send(batch(house, number, size)).is_ok();
                }
            });
        }
        drop(ready);
        for batch in signed {
            let batch = batch?;
            progress.inc(batch.len() as u64);
            require(&core.submit_sealed(batch))?;
        }
        Ok(())
    })?;
    progress.finish_and_clear();
    Ok(core.close()?)
}

/// Signs one batch.
fn batch(house: &House, number: usize, size: usize) -> Result<Vec<Checked>> {
    let author = house.author(0).ok_or_else(|| Error::refused("no worker"))?;
    reports::seal(author, &reports::make_from(SEEDS_FROM + number as u64, size)?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).map_err(Error::failed)?;
    for entry in std::fs::read_dir(from).map_err(Error::failed)? {
        let entry = entry.map_err(Error::failed)?;
        let target = to.join(entry.file_name());
        match entry.file_type().map_err(Error::failed)?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => std::fs::copy(entry.path(), &target).map(|_| ()).map_err(Error::failed)?,
        }
    }
    Ok(())
}
