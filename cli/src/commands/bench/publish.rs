//! Publishing: from fields to durable, admitted, counted reports on one node, in this process.

use std::path::PathBuf;
use std::time::Instant;

use talkoot_node::core::Core;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::sign::Author;
use talkoot_protocol::statement::{Names, OrganisationKind};
use talkoot_protocol::sync::effect::Outcome;

use crate::error::{Error, Result};
use crate::house::{House, Plan, Roots};

use super::{Measured, calibrate, process, reports};

/// Sign and durably store many reports on one node.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many reports.
    #[arg(long, default_value_t = 10_000)]
    pub(super) reports: usize,
    /// How many are made durable at once.
    #[arg(long, default_value_t = 1_000)]
    pub(super) batch: usize,
    /// Where to work; must exist. [default: the temporary files]
    #[arg(long, value_name = "DIR")]
    pub(super) at: Option<PathBuf>,
}

/// A directory that is taken away at the end.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new(at: Option<PathBuf>) -> Result<Self> {
        let parent = at.unwrap_or_else(std::env::temp_dir);
        let dir = parent.join(format!("talkoot-bench-{}", std::process::id()));
        std::fs::create_dir(&dir).map_err(Error::failed)?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes one organisation with one worker.
pub(super) fn house(scratch: &Scratch, short: &'static str, roots: Roots, charter: &Charter) -> Result<House> {
    let names = Names { fi: short.into(), sv: short.into(), en: short.into() };
    let plan = Plan { short, names, kind: OrganisationKind::Ngo, workers: 1, officers: &[] };
    House::build(&scratch.0, plan, roots, charter)
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    let scratch = Scratch::new(args.at.clone())?;
    let house = house(&scratch, "publisher", Roots::fresh()?, &Charter::commons())?;
    let mut core = Core::open(&house.home)?;
    require(&core.submit(house.certificates()))?;
    let before = core.store().stats().bytes;
    let fields = reports::make(args.reports)?;
    let author = house.author(0).ok_or_else(|| Error::refused("no worker"))?;

    let cpu_before = process::cpu_seconds(None);
    let started = Instant::now();
    let changes = publish(&mut core, author, &fields, args.batch.max(1))?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_seconds = process::cpu_seconds(None).zip(cpu_before).map(|(after, before)| after - before);

    let disk_bytes = core.store().stats().bytes - before;
    core.close()?;
    let cal_append = calibrate::append(&scratch.0, &changes, args.batch.max(1))?.as_secs_f64();
    let cal_verify = calibrate::verify(&changes)?.as_secs_f64();
    Ok(Measured {
        what: "publish",
        mode: "cold",
        reports: args.reports,
        seconds,
        reports_per_second: args.reports as f64 / seconds,
        cpu_seconds,
        peak_rss_bytes: process::peak_rss_bytes(None).into_iter().collect(),
        raw_bytes: changes.iter().map(|change| change.len() as u64).sum(),
        disk_bytes: Some(disk_bytes),
        disk_bytes_per_report: Some(disk_bytes as f64 / args.reports as f64),
        index_bytes: Some(process::bytes_in(&house.dir.join("index"))),
        cal_verify_seconds: Some(cal_verify),
        cal_append_seconds: Some(cal_append),
        ratio: seconds / cal_append,
        ratio_to: "cal_append",
        ..Measured::default()
    })
}

/// Signs on one thread while the batch before is being made durable on another. Returns the encoded changes.
fn publish(core: &mut Core, author: Author<'_>, reports: &[Fields], batch: usize) -> Result<Vec<Vec<u8>>> {
    let mut changes = Vec::with_capacity(reports.len());
    std::thread::scope(|scope| -> Result<()> {
        let (ready, signed) = std::sync::mpsc::sync_channel(2);
        let signer = scope.spawn(move || -> Result<()> {
            for group in reports.chunks(batch) {
                if ready.send(reports::seal(author, group)?).is_err() {
                    break;
                }
            }
            Ok(())
        });
        for group in signed {
            changes.extend(group.iter().map(|change| change.bytes().to_vec()));
            require(&core.submit_sealed(group))?;
        }
        signer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok(changes)
}

/// Refuses to go on unless all were stored.
pub(super) fn require(outcomes: &[Outcome]) -> Result<()> {
    match outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Stored(_))) {
        None => Ok(()),
        Some(outcome) => Err(Error::refused(format!("a report of the measurement was not stored: {outcome:?}"))),
    }
}
