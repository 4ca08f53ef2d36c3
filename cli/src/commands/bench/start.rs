//! Starting: how long a node with many reports takes from its process's beginning to its first answer, and how much memory it
//! takes to get there.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use talkoot_node::core::Core;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::sign::Author;
use talkoot_protocol::sync::check::Checked;

use crate::error::{Error, Result};
use crate::house::{House, Roots};

use super::publish::{Scratch, house, require};
use super::reports::Templates;
use super::{Measured, calibrate, process, reports};

/// Reports signed and stored at once while the store is made.
const BATCH: usize = 1_000;
/// At most so many signatures are verified for the calibration; the time is taken times what is missing.
const CALIBRATED_MAX: usize = 10_000;
/// A node that is to be killed takes in the last twentieth of the reports itself, at most so many.
const TAKEN_IN_MAX: usize = 50_000;

/// How the node ended before the start that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Ended {
    Clean,
    Killed,
}

/// Start a node that holds many reports, and wait for its first answer.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many reports.
    #[arg(long, default_value_t = 100_000)]
    pub(super) reports: usize,
    /// How it ended before: in good order, or by kill -9 with reports just taken in.
    #[arg(long, value_enum, default_value_t = Ended::Clean)]
    pub(super) mode: Ended,
    /// Where to work; must exist. [default: the temporary files]
    #[arg(long, value_name = "DIR")]
    pub(super) at: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    let scratch = Scratch::new(args.at.clone())?;
    let mut house = house(&scratch, "starter", Roots::fresh()?, &Charter::commons())?;
    let last = match args.mode {
        Ended::Clean => 0,
        Ended::Killed => (args.reports / 20).min(TAKEN_IN_MAX),
    };
    let first = args.reports.saturating_sub(last);
    let (raw_bytes, sample) = fill(&house, first)?;
    if args.mode == Ended::Killed {
        take_in_and_die(&mut house, first..args.reports)?;
    }

    let started = Instant::now();
    house.start()?;
    let status = house.status()?;
    let seconds = started.elapsed().as_secs_f64();
    if status.reports < args.reports as u64 {
        return Err(Error::refused(format!("{} reports of {} are there", status.reports, args.reports)));
    }
    let cpu_seconds = process::cpu_seconds(house.pid());
    let peak = process::peak_rss_bytes(house.pid());
    house.stop()?;
    let share = args.reports as f64 / sample.len().max(1) as f64;
    let cal_verify = calibrate::verify(&sample)?.as_secs_f64() * share;
    Ok(Measured {
        what: "start",
        mode: if args.mode == Ended::Clean { "clean" } else { "killed" },
        reports: args.reports,
        seconds,
        reports_per_second: args.reports as f64 / seconds,
        cpu_seconds,
        peak_rss_bytes: peak.into_iter().collect(),
        raw_bytes,
        disk_bytes: Some(status.log_bytes),
        disk_bytes_per_report: Some(status.log_bytes as f64 / args.reports.max(1) as f64),
        index_bytes: Some(process::bytes_in(&house.dir.join("index"))),
        cal_verify_seconds: Some(cal_verify),
        ratio: seconds / cal_verify,
        ratio_to: "cal_verify",
        ..Measured::default()
    })
}

/// Stores so many reports in this process and closes the store; returns the length of all changes together, and some of them.
fn fill(house: &House, count: usize) -> Result<(u64, Vec<Vec<u8>>)> {
    let mut core = Core::open(&house.home)?;
    require(&core.submit(house.certificates()))?;
    let author = house.author(0).ok_or_else(|| Error::refused("no worker"))?;
    let (mut raw_bytes, mut sample) = (0, Vec::new());
    std::thread::scope(|scope| -> Result<()> {
        let (ready, signed) = sync_channel(2);
        let signer = scope.spawn(move || sign(author, count, |group| ready.send(group).is_ok()));
        for group in signed {
            raw_bytes += group.iter().map(|change| change.bytes().len() as u64).sum::<u64>();
            let wanted = CALIBRATED_MAX.saturating_sub(sample.len());
            sample.extend(group.iter().take(wanted).map(|change| change.bytes().to_vec()));
            require(&core.submit_sealed(group))?;
        }
        signer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    core.close()?;
    Ok((raw_bytes, sample))
}

/// Signs reports batch by batch, as long as they are taken.
fn sign(author: Author<'_>, count: usize, mut taken: impl FnMut(Vec<Checked>) -> bool) -> Result<()> {
    let templates = Templates::load()?;
    for from in (0..count).step_by(BATCH) {
        let fields = templates.make(from..count.min(from + BATCH));
        if !taken(reports::seal(author, &fields)?) {
            break;
        }
    }
    Ok(())
}

/// Has a running node take in reports, and kills it.
fn take_in_and_die(house: &mut House, numbers: std::ops::Range<usize>) -> Result<()> {
    house.start()?;
    let author = house.author(0).ok_or_else(|| Error::refused("no worker"))?;
    let changes = reports::sign_all(author, &Templates::load()?.make(numbers))?;
    house.submit(&changes)?;
    let pid = house.pid().map(|pid| pid.to_string()).unwrap_or_default();
    Command::new("kill").args(["-9", &pid]).status().map_err(Error::failed)?;
    // It says that it ended by a signal, which is what was wanted.
    let _killed = house.stop();
    Ok(())
}
