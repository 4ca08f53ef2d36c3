//! `talkoot proposal new`.

use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::Word;
use talkoot_protocol::proposal::words::{Ask, Parts};
use talkoot_protocol::report::codes::{Language, Level};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Role;

use super::desk::{self, Signature, To};
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot proposal new --title \"One contact person for arrears\" \\
    --text \"Somebody whom tenants and landlords can call before it is too late.\" \\
    --to \"City of Mikkeli\" --body \"Housing board\" --level municipality \\
    --deadline 2027-01-31 --phenomenon 3fa9c1

The answer is asked for until the deadline, that day included. A body without a node is named with --body alone; its answer is written \
down with 'talkoot proposal record'. Coordinators begin proposals.

With --json: {\"document\", \"path\"}.";

/// What to propose.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    #[command(flatten)]
    signature: Signature,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// The proposal in one line.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// What should be done, and why.
    #[arg(long, value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    to: To,
    /// The level it has to be decided on: unit, municipality, county or national.
    #[arg(long, value_name = "LEVEL")]
    level: Option<Level>,
    /// The last day on which an answer is in time.
    #[arg(long, value_name = "YYYY-MM-DD")]
    deadline: Date,
    /// A phenomenon it comes from, by its id or the beginning of it; may be repeated.
    #[arg(long, value_name = "ID")]
    phenomenon: Vec<String>,
    /// A report it comes from; may be repeated.
    #[arg(long, value_name = "ID")]
    report: Vec<String>,
    /// The language of its texts: fi, sv, en or se.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
}

/// Signs and stores a proposal.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut desk = args.signature.desk(global)?;
    args.signature.require_role(global, &mut desk, &[Role::Coordinator], "begin a proposal")?;
    let organisations = Organisations::ask(&mut desk.client)?;
    let nobody = || Error::refused("nobody is asked").hint("Say who should act, with --to or --body.");
    let ask = Ask {
        title: args.title.clone(),
        text: args.text.clone(),
        addressee: args.to.addressee(&organisations)?.ok_or_else(nobody)?,
        level: args.level.map(Into::into),
        deadline: args.deadline,
        phenomena: desk::sources(&mut desk, &args.phenomenon, Kind::Phenomenon)?,
        reports: desk::sources(&mut desk, &args.report, Kind::Report)?,
        language: args.language.map(Into::into),
        other: Parts::new(),
    };
    let word = Word::Ask(Box::new(ask));
    let scope = desk.scope(&args.scope)?;
    let edits = desk::entries(std::slice::from_ref(&word))?;
    let document = desk.begin(Kind::Proposal, scope, &edits)?;
    desk::told(global, document, &word)?;
    desk.close()
}
