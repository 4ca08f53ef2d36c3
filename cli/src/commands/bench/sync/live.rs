//! Live: both nodes hold the same and are connected; reports are published one by one, each when the one before has arrived.

use std::time::{Duration, Instant};

use super::pair::{Pair, WITHIN, spent, traffic};
use super::{Args, common};
use crate::commands::bench::calibrate::{Appender, quantile_ms};
use crate::commands::bench::{Measured, reports};
use crate::error::{Error, Result};
use crate::output;

/// Reports published before the measurement begins.
const WARM_UP: usize = 20;
/// Seed of the reports.
const SEED: u64 = 1 << 34;

/// How long each of many steps took.
#[derive(Default)]
struct Times {
    /// From the submission until the receiver has stored and counted it.
    arrive: Vec<Duration>,
    /// From the submission until the sender says that it is stored.
    submit: Vec<Duration>,
    /// One question to the receiver whether it has come.
    poll: Vec<Duration>,
    /// Appending and fsyncing the same bytes on the same disk.
    fsync: Vec<Duration>,
}

/// Measures each report from its submission at the sender until the receiver has stored and counted it.
pub(super) fn run(args: &Args) -> Result<Measured> {
    let mut pair = Pair::found(args.at.clone())?;
    common::hold(&pair, args.reports)?;
    output::say("starting both nodes");
    pair.start()?;
    pair.join(&pair.address()?)?;
    pair.agree()?;
    let changes = reports::sign_all(pair.author()?, &reports::make_from(SEED, WARM_UP + args.new)?)?;
    let (warm_up, changes) = changes.split_at(WARM_UP);
    publish(&pair, warm_up)?;
    pair.agree()?;
    output::say("publishing");
    let (bytes_before, cpu_before) = (traffic(&pair.receiver)?, pair.cpu(false));
    let started = Instant::now();
    let times = publish(&pair, changes)?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_each = spent(&cpu_before, &pair.cpu(false));
    let bytes = traffic(&pair.receiver)?.since(bytes_before);
    let peak_rss_bytes = pair.peak_rss_bytes();
    pair.stop()?;
    let (p50, fsync) = (quantile_ms(&times.arrive, 0.5), quantile_ms(&times.fsync, 0.5));
    Ok(Measured {
        what: "sync",
        mode: "live",
        reports: args.reports + WARM_UP + args.new,
        common: Some(args.reports + WARM_UP),
        new: Some(args.new),
        seconds,
        cpu_seconds: Some(cpu_each.iter().sum()),
        cpu_seconds_each: cpu_each,
        peak_rss_bytes,
        bytes_sent: Some(bytes.sent),
        bytes_received: Some(bytes.received),
        raw_bytes: changes.iter().map(|change| change.len() as u64).sum(),
        p50_ms: p50,
        p99_ms: quantile_ms(&times.arrive, 0.99),
        submit_p50_ms: quantile_ms(&times.submit, 0.5),
        poll_p50_ms: quantile_ms(&times.poll, 0.5),
        fsync_p50_ms: fsync,
        fsync_p99_ms: quantile_ms(&times.fsync, 0.99),
        ratio: p50.zip(fsync).map_or(0.0, |(p50, fsync)| p50 / fsync),
        ratio_to: "fsync_p50",
        ..Measured::default()
    })
}

fn publish(pair: &Pair, changes: &[Vec<u8>]) -> Result<Times> {
    let mut times = Times::default();
    let mut appender = Appender::new(&pair.scratch.0)?;
    let mut held = pair.receiver.status()?.reports;
    for change in changes {
        held += 1;
        let started = Instant::now();
        pair.sender.submit(std::slice::from_ref(change))?;
        times.submit.push(started.elapsed());
        // No pause between two looks: it would be longer than what is measured.
        loop {
            let asked = Instant::now();
            let arrived = pair.receiver.status()?.reports >= held;
            times.poll.push(asked.elapsed());
            if arrived {
                break;
            }
            if started.elapsed() > WITHIN {
                return Err(Error::refused("a new report did not arrive"));
            }
        }
        times.arrive.push(started.elapsed());
        times.fsync.push(appender.append(change)?);
    }
    Ok(times)
}
