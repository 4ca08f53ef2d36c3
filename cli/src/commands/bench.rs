//! `talkoot bench`: measures this machine. Absolute times say little; each figure is a ratio to a calibration in the same run:
//! *cal-verify*, verifying the same signatures one by one on one core, or *cal-append*, signing, appending and fsyncing the
//! same bytes in the same batches. What the keys mean, and what was measured, is in docs/performance.md.

mod calibrate;
mod full_text;
mod process;
mod publish;
mod reconcile;
pub(crate) mod reports;
mod similar;
mod start;
mod sync;
mod view;
mod words;

use clap::Subcommand;
use serde::Serialize;

use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Measure this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: talkoot bench publish --reports 10000 --json\n\n\
With --json one object is printed; what does not apply is absent. ratio is seconds divided by the calibration named in ratio_to.")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Sign and durably store many reports on one node.
    Publish(publish::Args),
    /// Copy reports between two nodes' processes over loopback, from nothing or when they differ little.
    Sync(sync::Args),
    /// Start a node that holds many reports, and wait for its first answer.
    Start(start::Args),
    /// Compare two sets of made-up ids: bytes, round trips and time for differences of any size.
    Reconcile(reconcile::Args),
    /// Ask the columns of many reports all questions of one and two facets, and some of three.
    View(view::Args),
    /// Know the words of many reports, and ask for them.
    Words(full_text::Args),
}

/// What a measurement says. Times in seconds, sizes in bytes.
#[derive(Debug, Default, Serialize)]
struct Measured {
    what: &'static str,
    mode: &'static str,
    reports: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    common: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<usize>,
    seconds: f64,
    /// The same for the first time in these processes, which may have to build what later times find ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seconds: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    reports_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_seconds: Option<f64>,
    /// One for each process: sender, receiver.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cpu_seconds_each: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_cpu_seconds: Option<f64>,
    /// One for each process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    peak_rss_bytes: Vec<u64>,
    /// The same at the beginning of what is measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    first_rss_bytes: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_received: Option<u64>,
    /// Bytes of frames both ways, without the introductions.
    #[serde(skip_serializing_if = "Option::is_none")]
    frame_bytes: Option<u64>,
    /// Bytes of what had to be moved, packed.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_bytes: Option<u64>,
    /// Frame bytes beyond the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    overhead_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trips: Option<u64>,
    raw_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_bytes_per_report: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submit_p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll_p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fsync_p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fsync_p99_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cal_verify_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cal_append_seconds: Option<f64>,
    #[serde(skip_serializing_if = "is_zero")]
    ratio: f64,
    #[serde(skip_serializing_if = "str::is_empty")]
    ratio_to: &'static str,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.what {
        What::Publish(args) => show(global, &publish::run(&args)?),
        What::Sync(args) => show(global, &sync::run(&args)?),
        What::Start(args) => show(global, &start::run(&args)?),
        What::View(args) => show(global, &view::run(&args)?),
        What::Words(args) => full_text::show(global, &full_text::run(&args)?),
        What::Reconcile(args) => reconcile::show(global, &reconcile::run(&args)?),
    }
}

fn show(global: &Global, measured: &Measured) -> Result<()> {
    if global.json {
        return output::json(measured);
    }
    let value = serde_json::to_value(measured).map_err(crate::error::Error::failed)?;
    let rows = value.as_object().into_iter().flatten().map(|(name, value)| vec![name.clone(), value.to_string()]);
    output::table(&["measure", "value"], &rows.collect::<Vec<_>>())
}
