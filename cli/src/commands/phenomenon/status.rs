//! `talkoot phenomenon status` and `period`: how far it has come, and how it was.

use talkoot_protocol::phenomenon::StatusCode;
use talkoot_protocol::phenomenon::word::{Others, PeriodNote, Status, Word};
use talkoot_protocol::report::codes::{Spread, Trend};
use talkoot_protocol::report::period::HalfYear;

use super::table::{self, Signing};
use crate::error::Result;
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot phenomenon status 1a2b3c in_work --reason \"The city and the parish meet monthly.\"

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// How far it has come.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning.
    id: String,
    /// observed, in_work, improving, settled or reopened.
    status: StatusCode,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

const PERIOD_EXAMPLE: &str = "Example:
  talkoot phenomenon period 1a2b3c 2026-H1 --spread many --trend growing --note \"The shelter was full every night.\"

A trend is shown from three half-years on.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// How it was in a half-year.
#[derive(Debug, clap::Args)]
#[command(after_help = PERIOD_EXAMPLE)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["spread", "trend", "note"]))]
pub(crate) struct PeriodArgs {
    /// The phenomenon's id or its beginning.
    id: String,
    /// The half-year, such as 2026-H1.
    period: HalfYear,
    /// How common it was: single_repeated, some, many or very_common.
    #[arg(long, value_name = "CODE")]
    spread: Option<Spread>,
    /// Where it was going: new, growing, stable or declining.
    #[arg(long, value_name = "CODE")]
    trend: Option<Trend>,
    /// More about it.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Says how far a phenomenon has come.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let status = Status { code: args.status.into(), reason: args.reason.clone(), others: Others::new() };
    table::say(global, &args.signing, &args.id, &[Word::Status(status)])
}

/// Says how it was.
pub(super) fn period(global: &Global, args: &PeriodArgs) -> Result<()> {
    let note = PeriodNote {
        spread: args.spread.map(Into::into),
        trend: args.trend.map(Into::into),
        note: args.note.clone(),
        others: Others::new(),
    };
    table::say(global, &args.signing, &args.id, &[Word::Period(args.period, note)])
}
