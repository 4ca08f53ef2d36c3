//! `talkoot phenomenon merge` and `part`. Nothing is moved: both documents stay, and so do all links; only the card is one.

use talkoot_protocol::phenomenon::word::MergeState;

use super::table::{Shown, Signing};
use crate::commands::joint::merge;
use crate::error::Result;
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot phenomenon merge 1a2b3c 9d8e7f --reason \"Two names for one queue.\"

They show as one, with everything said in either, until one of the two organisations that began them parts them again. Neither \
loses anything.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to merge.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning: your word is written there.
    id: String,
    /// The other one's id or its beginning.
    other: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

const PART_EXAMPLE: &str = "Example:
  talkoot phenomenon part 1a2b3c 9d8e7f --reason \"One is about homes, the other about shelters.\"

If your organisation began one of them, that parts them; else it takes back your own word only.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to part.
#[derive(Debug, clap::Args)]
#[command(after_help = PART_EXAMPLE)]
pub(crate) struct PartArgs {
    /// The phenomenon's id or its beginning: your word is written there.
    id: String,
    /// The other one's id or its beginning.
    other: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Merges two phenomena.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    merge::say::<Shown>(global, &args.signing, (&args.id, &args.other), MergeState::Joined, args.reason.clone())
}

/// Parts two phenomena.
pub(super) fn part(global: &Global, args: &PartArgs) -> Result<()> {
    merge::say::<Shown>(global, &args.signing, (&args.id, &args.other), MergeState::Parted, Some(args.reason.clone()))
}
