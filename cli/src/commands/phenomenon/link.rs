//! `talkoot phenomenon link` and `unlink`: people decide which reports belong to a phenomenon. A program may have suggested them;
//! a word that follows such a suggestion says so in its part `similarity`.

use talkoot_protocol::phenomenon::word::{Link, LinkState, Others, Word};

use super::suggest;
use super::table::{self, Signing};
use crate::commands::joint::merge::Mergeable as _;
use crate::error::Result;
use crate::global::Global;

const EXAMPLE: &str = "Examples:
  talkoot phenomenon link 1a2b3c 3fa9c1 77e0d2 --reason \"The same queue, seen by the parish.\"
  talkoot phenomenon link 1a2b3c 3fa9c1 --suggested

A report is linked if some organisation says so, unless the organisation that wrote it says that it is not. A report that fewer may \
read than the phenomenon is refused: its id would tell others that it exists.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to link.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning.
    id: String,
    /// Ids of reports, or their beginnings.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// They follow a suggestion of 'talkoot phenomenon suggest': how similar the program found them is kept with the link.
    #[arg(long)]
    suggested: bool,
    #[command(flatten)]
    signing: Signing,
}

const UNLINK_EXAMPLE: &str = "Example:
  talkoot phenomenon unlink 1a2b3c 3fa9c1 --reason \"That report is about another town.\"

What was said before stays in the history. Where another organisation says that the report belongs there, it stays linked and is \
shown as contested, unless the report is your own.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to unlink.
#[derive(Debug, clap::Args)]
#[command(after_help = UNLINK_EXAMPLE)]
pub(crate) struct UnlinkArgs {
    /// The phenomenon's id or its beginning.
    id: String,
    /// Ids of reports, or their beginnings.
    #[arg(required = true, value_name = "REPORT")]
    reports: Vec<String>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Links reports.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let link = Link { state: LinkState::Linked, reason: args.reason.clone(), similarity: None, others: Others::new() };
    write(global, &args.signing, &args.id, &args.reports, &link, args.suggested)
}

/// Unlinks reports.
pub(super) fn unlink(global: &Global, args: &UnlinkArgs) -> Result<()> {
    let (state, reason) = (LinkState::Unlinked, Some(args.reason.clone()));
    let link = Link { state, reason, similarity: None, others: Others::new() };
    write(global, &args.signing, &args.id, &args.reports, &link, false)
}

fn write(
    global: &Global,
    signing: &Signing,
    asked: &str,
    reports: &[String],
    link: &Link,
    suggested: bool,
) -> Result<()> {
    let mut desk = signing.desk(global)?;
    let shown = table::fetch(&mut desk.client, asked, false)?;
    let reports = table::reports(&mut desk.client, reports, &shown.scope()?)?;
    let similarities: Vec<Option<u16>> = match suggested {
        true => suggest::similarities(&mut desk.client, &shown.document, &reports)?.into_iter().map(Some).collect(),
        false => vec![None; reports.len()],
    };
    let word = |(report, similarity)| Word::Link(report, Link { similarity, ..link.clone() });
    let words: Vec<_> = reports.into_iter().zip(similarities).map(word).collect();
    table::sign(global, &mut desk, &shown.document, &table::edits(&words)?)?;
    desk.close()
}
