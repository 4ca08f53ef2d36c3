//! Syncing: two node processes on loopback, one with all the reports, one with none; the time until the second holds them,
//! durable and readable.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use talkoot_protocol::api::{Peer, Request, Response};
use talkoot_protocol::charter::Charter;

use crate::client::unexpected;
use crate::error::{Error, Result};
use crate::house::{House, Roots, wait_until};

use super::publish::{Scratch, house};
use super::{Measured, calibrate, process, reports};

/// Longest wait for agreement.
const WITHIN: Duration = Duration::from_secs(900);

/// Copy many reports from one node's process to another's over loopback.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many reports.
    #[arg(long, default_value_t = 10_000)]
    pub(super) reports: usize,
    /// Where to work; must exist. [default: the temporary files]
    #[arg(long, value_name = "DIR")]
    pub(super) at: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    let scratch = Scratch::new(args.at.clone())?;
    let (from, to) = (Roots::fresh()?, Roots::fresh()?);
    let mut founders = vec![from.organisation(), to.organisation()];
    founders.sort_unstable();
    let charter = Charter { founders, ..Charter::commons() };
    let mut sender = house(&scratch, "sender", from, &charter)?;
    let mut receiver = house(&scratch, "receiver", to, &charter)?;
    sender.start()?;
    receiver.start()?;
    sender.submit(&sender.certificates())?;
    let author = sender.author(0).ok_or_else(|| Error::refused("no worker"))?;
    let changes = reports::sign_all(author, &reports::make(args.reports)?)?;
    sender.submit(&changes)?;

    let address = sender.address().ok_or_else(unexpected)?;
    let cpu_before = cpu(&[&sender, &receiver]);
    let started = Instant::now();
    receiver.ask(Request::AddPeer { address }, Vec::new())?;
    let goal = args.reports as u64;
    wait_until(WITHIN, "the copy", || Ok(receiver.status()?.reports >= goal))?;
    let seconds = started.elapsed().as_secs_f64();
    let cpu_seconds = cpu(&[&sender, &receiver]).zip(cpu_before).map(|(after, before)| after - before);
    wait_until(WITHIN, "agreement", || Ok(receiver.status()?.fingerprint == sender.status()?.fingerprint))?;

    let traffic = peer(&receiver)?;
    let peak = [&sender, &receiver].iter().filter_map(|house| process::peak_rss_bytes(house.pid())).collect();
    let disk_bytes = receiver.status()?.log_bytes;
    sender.stop()?;
    receiver.stop()?;
    let cal_verify = calibrate::verify(&changes)?.as_secs_f64();
    Ok(Measured {
        what: "sync",
        mode: "cold",
        reports: args.reports,
        common: Some(0),
        new: Some(args.reports),
        seconds,
        reports_per_second: args.reports as f64 / seconds,
        cpu_seconds,
        peak_rss_bytes: peak,
        bytes_sent: Some(traffic.bytes_sent),
        bytes_received: Some(traffic.bytes_received),
        raw_bytes: changes.iter().map(|change| change.len() as u64).sum(),
        disk_bytes: Some(disk_bytes),
        cal_verify_seconds: Some(cal_verify),
        ratio: seconds / cal_verify,
        ratio_to: "cal_verify",
        ..Measured::default()
    })
}

fn cpu(houses: &[&House]) -> Option<f64> {
    houses.iter().map(|house| process::cpu_seconds(Some(house.pid()?))).sum()
}

fn peer(house: &House) -> Result<Peer> {
    match house.ask(Request::Peers, Vec::new())? {
        Response::Peers { peers } => peers.into_iter().find(|peer| peer.connected).ok_or_else(unexpected),
        _ => Err(unexpected()),
    }
}
