//! Idle: both nodes hold the same and meet again; there is nothing to do but to see that.
//!
//! The first time they meet they learn each other's statements; from the second time on nothing is new. The second time is told
//! by itself, because a node may build something the first time it compares; of those that follow the measurement
//! is the one that took the median time.

use std::time::Instant;

use super::line::Line;
use super::pair::{Pair, Traffic, spent};
use super::warm::MEETINGS;
use super::{Args, common};
use crate::commands::bench::Measured;
use crate::error::Result;
use crate::output;

/// One meeting.
struct Meeting {
    seconds: f64,
    cpu_each: Vec<f64>,
    bytes: Traffic,
    frame_bytes: u64,
    rounds: u64,
}

/// Measures from the receiver's being told of the sender until both know that they hold the same.
pub(super) fn run(args: &Args) -> Result<Measured> {
    let mut pair = Pair::found(args.at.clone())?;
    common::hold(&pair, args.reports)?;
    output::say("starting both nodes");
    pair.start()?;
    let line = Line::to(&pair.address()?)?;
    pair.join(line.address())?;
    pair.agree()?;
    pair.part(&line)?;
    output::say("meeting");
    let first = meet(&pair, &line)?;
    let mut meetings = (0..MEETINGS).map(|_| meet(&pair, &line)).collect::<Result<Vec<_>>>()?;
    meetings.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let median = meetings.swap_remove(MEETINGS / 2);
    let peak_rss_bytes = pair.peak_rss_bytes();
    drop(line);
    pair.stop()?;
    Ok(Measured {
        what: "sync",
        mode: "idle",
        reports: args.reports,
        common: Some(args.reports),
        new: Some(0),
        seconds: median.seconds,
        first_seconds: Some(first.seconds),
        cpu_seconds: Some(median.cpu_each.iter().sum()),
        cpu_seconds_each: median.cpu_each,
        first_cpu_seconds: Some(first.cpu_each.iter().sum()),
        peak_rss_bytes,
        bytes_sent: Some(median.bytes.sent),
        bytes_received: Some(median.bytes.received),
        frame_bytes: Some(median.frame_bytes),
        round_trips: Some(median.rounds + 1),
        ..Measured::default()
    })
}

fn meet(pair: &Pair, line: &Line) -> Result<Meeting> {
    let (bytes_before, cpu_before) = (line.traffic(), pair.cpu(true));
    let started = Instant::now();
    pair.join(line.address())?;
    pair.agree()?;
    let seconds = started.elapsed().as_secs_f64();
    // What is still under way, and what either side does after having agreed, belongs to it.
    pair.rest();
    let cpu_each = spent(&cpu_before, &pair.cpu(true));
    let session = pair.session()?;
    let (bytes, frame_bytes) = (line.traffic().since(bytes_before), pair.frame_bytes(&session));
    pair.part(line)?;
    Ok(Meeting { seconds, cpu_each, bytes, frame_bytes, rounds: session.rounds })
}
