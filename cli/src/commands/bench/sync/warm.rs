//! Warm: both nodes have nearly the same; a few new reports were published at one while they were apart.
//!
//! They meet three times. The first time neither lacks anything but the other's introduction; the second and third time the
//! receiver lacks as many reports as asked for. The third is the measurement; the second is told beside it, because then a
//! node may have to build what it keeps from then on.

use std::time::Instant;

use talkoot_protocol::wire::parcel::{Codec, DELIVERY_CHANGES_MAX, pack};

use super::line::Line;
use super::pair::{Pair, Traffic, look_until, spent};
use super::{Args, common};
use crate::commands::bench::{Measured, calibrate, reports};
use crate::error::Result;
use crate::output;

/// Bytes of changes that a node puts into one parcel.
const PARCEL_BYTES: usize = 256 * 1024;
/// Seeds of the reports published while the nodes are apart.
const SEEDS_FROM: u64 = 1 << 33;

/// One meeting.
struct Meeting {
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
    let begin = args.reports.saturating_sub(args.new);
    common::hold(&pair, begin)?;
    output::say("starting both nodes");
    pair.start()?;
    let line = Line::to(&pair.address()?)?;
    pair.join(line.address())?;
    pair.agree()?;
    pair.part(&line)?;
    output::say("meeting");
    let first = meet(&pair, &line, begin, args.new, 0)?;
    let common = begin + args.new;
    let second = meet(&pair, &line, common, args.new, 1)?;
    let peak_rss_bytes = pair.peak_rss_bytes();
    let disk_bytes = pair.receiver.status()?.log_bytes;
    drop(line);
    pair.stop()?;

    let payload = packed_bytes(&second.changes);
    let cal_verify = calibrate::verify(&second.changes)?.as_secs_f64();
    Ok(Measured {
        what: "sync",
        mode: "warm",
        reports: common + args.new,
        common: Some(common),
        new: Some(args.new),
        seconds: second.seconds,
        first_seconds: Some(first.seconds),
        reports_per_second: args.new as f64 / second.seconds,
        cpu_seconds: Some(second.cpu_each.iter().sum()),
        cpu_seconds_each: second.cpu_each,
        first_cpu_seconds: Some(first.cpu_each.iter().sum()),
        peak_rss_bytes,
        bytes_sent: Some(second.bytes.sent),
        bytes_received: Some(second.bytes.received),
        frame_bytes: Some(second.frame_bytes),
        payload_bytes: Some(payload),
        overhead_bytes: Some(second.frame_bytes.saturating_sub(payload)),
        round_trips: Some(second.rounds + 1),
        raw_bytes: second.changes.iter().map(|change| change.len() as u64).sum(),
        disk_bytes: Some(disk_bytes),
        cal_verify_seconds: Some(cal_verify),
        ratio: second.seconds / cal_verify,
        ratio_to: "cal_verify",
        ..Measured::default()
    })
}

fn meet(pair: &Pair, line: &Line, held: usize, new: usize, number: u64) -> Result<Meeting> {
    let changes = reports::sign_all(pair.author()?, &reports::make_from(SEEDS_FROM + number, new)?)?;
    pair.sender.submit(&changes)?;
    pair.rest();
    let (bytes_before, cpu_before) = (line.traffic(), pair.cpu(true));
    let started = Instant::now();
    pair.join(line.address())?;
    let goal = (held + new) as u64;
    look_until("the copy", || Ok(pair.receiver.status()?.reports >= goal))?;
    let seconds = started.elapsed().as_secs_f64();
    pair.agree()?;
    let cpu_each = spent(&cpu_before, &pair.cpu(true));
    let bytes = line.traffic().since(bytes_before);
    let session = pair.session()?;
    let frame_bytes = pair.frame_bytes(&session);
    pair.part(line)?;
    Ok(Meeting { changes, seconds, cpu_each, bytes, frame_bytes, rounds: session.rounds })
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
