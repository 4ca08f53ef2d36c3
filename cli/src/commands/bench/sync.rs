//! Syncing: two node processes on loopback, connected over TCP, from what they hold to the moment both hold the same.
//!
//! - `cold`: one has all, the other nothing;
//! - `warm`: both have nearly the same;
//! - `idle`: both have the same and meet again;
//! - `live`: both have the same, are connected, and something new is said;
//! - `pair`: the two nodes; `line`: a connection that can be cut; `common`: many reports in both, made once.

mod cold;
mod common;
mod idle;
mod line;
mod live;
mod pair;
mod warm;

use std::path::PathBuf;

use super::Measured;
use crate::error::Result;

/// Copy reports between two nodes' processes over loopback, from nothing or when they differ little.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: talkoot bench sync --warm --reports 100000 --new 100 --json")]
pub(super) struct Args {
    #[command(flatten)]
    mode: Mode,
    /// How many reports: with --cold all of them, else those that both nodes have.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    reports: usize,
    /// How many new ones, with --warm and --live.
    #[arg(long, value_name = "M", default_value_t = 100)]
    new: usize,
    /// Where to work; must exist. [default: the temporary files]
    #[arg(long, value_name = "DIR")]
    at: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Mode {
    /// One node has all reports, the other none. This is the default.
    #[arg(long)]
    cold: bool,
    /// Both have N; M new ones are published at one while they are apart.
    #[arg(long)]
    warm: bool,
    /// Both have the same N and meet again.
    #[arg(long)]
    idle: bool,
    /// Both have the same N and are connected; M new ones are published one by one.
    #[arg(long)]
    live: bool,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    match args.mode {
        Mode { warm: true, .. } => warm::run(args),
        Mode { idle: true, .. } => idle::run(args),
        Mode { live: true, .. } => live::run(args),
        _ => cold::run(args),
    }
}
