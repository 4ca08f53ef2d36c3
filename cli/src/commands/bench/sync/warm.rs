//! Warm: both nodes have nearly the same; a few new reports were published at one while they were apart.
//!
//! First they meet with nothing lacking but the other's introduction. From the second time on the receiver lacks as many
//! reports as asked for. The second time is told by itself, because then a node may have to build what it keeps from then on;
//! of those that follow the measurement is the one that took the median time.

use std::time::Instant;

use talkoot_protocol::wire::parcel::{Codec, DELIVERY_CHANGES_MAX, pack};

use super::line::Line;
use super::pair::{Pair, Traffic, look_until, spent};
use super::{Args, common};
use crate::client::unexpected;
use crate::commands::bench::{Measured, calibrate, reports};
use crate::error::Result;
use crate::output;

/// Bytes of changes that a node puts into one parcel.
const PARCEL_BYTES: usize = 256 * 1024;
/// Seeds of the reports published while the nodes are apart.
const SEEDS_FROM: u64 = 1 << 33;

/// Meetings of which the median is told.
pub(super) const MEETINGS: usize = 5;

/// One meeting.
struct Meeting {
    common: usize,
    changes: Vec<Vec<u8>>,
    seconds: f64,
    cpu_each: Vec<f64>,
    bytes: Traffic,
    frame_bytes: u64,
    rounds: u64,
}

/// Measures from the receiver's being told of the sender until it has stored and counted all that is new.
pub(super) fn run(args: &Args) -> Result<Measured> {
    let mut pair = Pair::found(args.at.clone())?;
    // The meetings that count begin a little below and end a little above what is asked for.
    let begin = args.reports.saturating_sub(args.new.saturating_mul(MEETINGS.div_ceil(2)));
    common::hold(&pair, begin)?;
    output::say("starting both nodes");
    pair.start()?;
    let line = Line::to(&pair.address()?)?;
    pair.join(line.address())?;
    pair.agree()?;
    pair.part(&line)?;
    output::say("meeting");
    let mut meetings = (0..=MEETINGS).map(|number| meet(&pair, &line, begin, args.new, number));
    let first = meetings.next().ok_or_else(unexpected)??;
    let mut meetings = meetings.collect::<Result<Vec<_>>>()?;
    meetings.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let median = meetings.swap_remove(MEETINGS / 2);
    let peak_rss_bytes = pair.peak_rss_bytes();
    let disk_bytes = pair.receiver.status()?.log_bytes;
    drop(line);
    pair.stop()?;

    let payload = packed_bytes(&median.changes);
    let cal_verify = calibrate::verify(&median.changes)?.as_secs_f64();
    Ok(Measured {
        what: "sync",
        mode: "warm",
        reports: median.common + args.new,
        common: Some(median.common),
        new: Some(args.new),
        seconds: median.seconds,
        first_seconds: Some(first.seconds),
        reports_per_second: args.new as f64 / median.seconds,
        cpu_seconds: Some(median.cpu_each.iter().sum()),
        cpu_seconds_each: median.cpu_each,
        first_cpu_seconds: Some(first.cpu_each.iter().sum()),
        peak_rss_bytes,
        bytes_sent: Some(median.bytes.sent),
        bytes_received: Some(median.bytes.received),
        frame_bytes: Some(median.frame_bytes),
        payload_bytes: Some(payload),
        overhead_bytes: Some(median.frame_bytes.saturating_sub(payload)),
        round_trips: Some(median.rounds + 1),
        raw_bytes: median.changes.iter().map(|change| change.len() as u64).sum(),
        disk_bytes: Some(disk_bytes),
        cal_verify_seconds: Some(cal_verify),
        ratio: median.seconds / cal_verify,
        ratio_to: "cal_verify",
        ..Measured::default()
    })
}

fn meet(pair: &Pair, line: &Line, begin: usize, new: usize, number: usize) -> Result<Meeting> {
    let common = begin + number * new;
    let changes = reports::sign_all(pair.author()?, &reports::make_from(SEEDS_FROM + number as u64, new)?)?;
    pair.sender.submit(&changes)?;
    pair.rest();
    let (bytes_before, cpu_before) = (line.traffic(), pair.cpu(true));
    let started = Instant::now();
    pair.join(line.address())?;
    let goal = (common + new) as u64;
    look_until("the copy", || Ok(pair.receiver.status()?.reports >= goal))?;
    let seconds = started.elapsed().as_secs_f64();
    pair.agree()?;
    let cpu_each = spent(&cpu_before, &pair.cpu(true));
    let bytes = line.traffic().since(bytes_before);
    let session = pair.session()?;
    let frame_bytes = pair.frame_bytes(&session);
    pair.part(line)?;
    Ok(Meeting { common, changes, seconds, cpu_each, bytes, frame_bytes, rounds: session.rounds })
}

/// Returns the bytes of the changes packed as a node packs them: in order, parcel by parcel.
fn packed_bytes(changes: &[Vec<u8>]) -> u64 {
    let (mut packed, mut rest) = (0, changes);
    while !rest.is_empty() {
        let mut raw = 0;
        let fits = |change: &&Vec<u8>| {
            raw += change.len();
            raw <= PARCEL_BYTES
        };
        let count = rest.iter().take(DELIVERY_CHANGES_MAX).take_while(fits).count().max(1);
        let (parcel, after) = rest.split_at(count.min(rest.len()));
        packed += pack(Codec::Zstd1, parcel).bytes.len() as u64;
        rest = after;
    }
    packed
}
