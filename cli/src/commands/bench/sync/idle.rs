//! Idle: both nodes hold the same and meet again; there is nothing to do but to see that.
//!
//! They meet three times: the first time they learn each other's statements, the second time nothing is new, and the third
//! is the measurement. The second is told beside it: a node may build something the first time it compares.

use std::time::Instant;

use super::line::Line;
use super::pair::{Pair, Traffic, spent};
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
    let second = meet(&pair, &line)?;
    let peak_rss_bytes = pair.peak_rss_bytes();
    drop(line);
    pair.stop()?;
    Ok(Measured {
        what: "sync",
        mode: "idle",
        reports: args.reports,
        common: Some(args.reports),
        new: Some(0),
        seconds: second.seconds,
        first_seconds: Some(first.seconds),
        cpu_seconds: Some(second.cpu_each.iter().sum()),
        cpu_seconds_each: second.cpu_each,
        first_cpu_seconds: Some(first.cpu_each.iter().sum()),
        peak_rss_bytes,
        bytes_sent: Some(second.bytes.sent),
        bytes_received: Some(second.bytes.received),
        frame_bytes: Some(second.frame_bytes),
        round_trips: Some(second.rounds + 1),
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
