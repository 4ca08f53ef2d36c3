//! `talkoot bench`: measures this machine. Absolute times say little; each figure is a ratio to a calibration in the same run:
//! *cal-verify*, verifying the same signatures one by one on one core, or *cal-append*, signing, appending and fsyncing the
//! same bytes in the same batches.

mod calibrate;
mod process;
mod publish;
pub(crate) mod reports;
mod start;
mod sync;
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
    /// Copy many reports from one node's process to another's over loopback.
    Sync(sync::Args),
    /// Start a node that holds many reports, and wait for its first answer.
    Start(start::Args),
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
    reports_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_seconds: Option<f64>,
    /// One for each process.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    peak_rss_bytes: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_sent: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_received: Option<u64>,
    raw_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_bytes_per_report: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cal_verify_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cal_append_seconds: Option<f64>,
    ratio: f64,
    ratio_to: &'static str,
}

pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let measured = match args.what {
        What::Publish(args) => publish::run(&args)?,
        What::Sync(args) => sync::run(&args)?,
        What::Start(args) => start::run(&args)?,
    };
    if global.json {
        return output::json(&measured);
    }
    let value = serde_json::to_value(&measured).map_err(crate::error::Error::failed)?;
    let rows = value.as_object().into_iter().flatten().map(|(name, value)| vec![name.clone(), value.to_string()]);
    output::table(&["measure", "value"], &rows.collect::<Vec<_>>())
}
