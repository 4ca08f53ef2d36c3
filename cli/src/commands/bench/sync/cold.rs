//! Cold: one node has all reports, the other none.

use std::time::Instant;

use super::Args;
use super::pair::{Pair, WITHIN, spent, traffic};
use crate::commands::bench::{Measured, calibrate, reports};
use crate::error::Result;
use crate::house::wait_until;
use crate::output;

/// Measures from the receiver's being told of the sender until it has stored and counted all.
pub(super) fn run(args: &Args) -> Result<Measured> {
    let mut pair = Pair::found(args.at.clone())?;
    pair.start()?;
    output::say(&format!("making {} reports", args.reports));
    pair.sender.submit(&pair.sender.certificates())?;
    let changes = reports::sign_all(pair.author()?, &reports::make(args.reports)?)?;
    pair.sender.submit(&changes)?;
    pair.rest();

    output::say("syncing");
    let (first_rss_bytes, cpu_before) = (pair.rss_bytes(), pair.cpu(false));
    let started = Instant::now();
    pair.join(&pair.address()?)?;
    let goal = args.reports as u64;
    wait_until(WITHIN, "the copy", || Ok(pair.receiver.status()?.reports >= goal))?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_each = spent(&cpu_before, &pair.cpu(false));
    pair.agree()?;

    let (bytes, rounds) = (traffic(&pair.receiver)?, pair.session()?.rounds);
    let peak_rss_bytes = pair.peak_rss_bytes();
    let disk_bytes = pair.receiver.status()?.log_bytes;
    pair.stop()?;
    let cal_verify = calibrate::verify(&changes)?.as_secs_f64();
    Ok(Measured {
        what: "sync",
        mode: "cold",
        reports: args.reports,
        common: Some(0),
        new: Some(args.reports),
        seconds,
        reports_per_second: args.reports as f64 / seconds,
        cpu_seconds: Some(cpu_each.iter().sum()),
        cpu_seconds_each: cpu_each,
        peak_rss_bytes,
        first_rss_bytes,
        bytes_sent: Some(bytes.sent),
        bytes_received: Some(bytes.received),
        round_trips: Some(rounds + 1),
        raw_bytes: changes.iter().map(|change| change.len() as u64).sum(),
        disk_bytes: Some(disk_bytes),
        cal_verify_seconds: Some(cal_verify),
        ratio: seconds / cal_verify,
        ratio_to: "cal_verify",
        ..Measured::default()
    })
}
