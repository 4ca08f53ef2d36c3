//! `talkoot view merge`, `part` and `settle`. Nothing is moved: both documents stay, and all questions with who keeps them.

use talkoot_protocol::id::DocumentId;
use talkoot_protocol::saved::word::{MergeState, Others, Settlement, Word};

use super::table::{self, Shown, Signing};
use crate::commands::joint::{Desk, Edits, merge, signing};
use crate::error::{Error, Result};
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot view merge 1a2b3c 9d8e7f --reason \"Samat kysymykset kahdella alueella.\"

They show as one, with the questions and notes of both, until one of the two organisations that began them parts them again. Neither \
loses anything. Titles that differ stay side by side until 'talkoot view settle'.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to merge.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The saved view's id or its beginning: your word is written there.
    id: String,
    /// The other one's id or its beginning.
    other: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

const PART_EXAMPLE: &str = "Example:
  talkoot view part 1a2b3c 9d8e7f --reason \"Alueet tarvitsevat omansa.\"

If your organisation began one of them, that parts them; else it takes back your own word only.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to part.
#[derive(Debug, clap::Args)]
#[command(after_help = PART_EXAMPLE)]
pub(crate) struct PartArgs {
    /// The saved view's id or its beginning: your word is written there.
    id: String,
    /// The other one's id or its beginning.
    other: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

/// Merges two saved views.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    merge::say::<Shown>(global, &args.signing, (&args.id, &args.other), MergeState::Joined, Some(args.reason.clone()))
}

/// Parts two saved views.
pub(super) fn part(global: &Global, args: &PartArgs) -> Result<()> {
    merge::say::<Shown>(global, &args.signing, (&args.id, &args.other), MergeState::Parted, Some(args.reason.clone()))
}

const SETTLE_EXAMPLE: &str = "Examples:
  talkoot view settle 1a2b3c --title \"Asuminen kahdella alueella\" --reason \"Sovittiin kokouksessa.\"
  talkoot view settle 1a2b3c --withdraw

It is settled on every node once your word has reached it. A title that comes later opens it again, and so does another organisation \
that settles it differently.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to settle.
#[derive(Debug, clap::Args)]
#[command(after_help = SETTLE_EXAMPLE)]
pub(crate) struct SettleArgs {
    /// The saved view's id or its beginning.
    id: String,
    /// What it is to be called; it may be none of the titles.
    #[arg(long, value_name = "TEXT", required_unless_present = "withdraw", requires = "reason")]
    title: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "title")]
    reason: Option<String>,
    /// Take back what your organisation said about it.
    #[arg(long, conflicts_with_all = ["title", "reason"])]
    withdraw: bool,
    #[command(flatten)]
    signing: Signing,
}

/// Settles what a saved view is called, or takes that back.
pub(super) fn settle(global: &Global, args: &SettleArgs) -> Result<()> {
    let mut desk = args.signing.desk(global)?;
    let shown = table::fetch(&mut desk.client, &args.id, false)?;
    let (document, edits) = if args.withdraw { withdrawn(&shown, &desk)? } else { settled(&shown, args)? };
    table::sign(global, &mut desk, &document, &edits)?;
    let after = table::fetch(&mut desk.client, &args.id, false)?;
    if let Some(contradiction) = &after.view.title.contradiction {
        signing::tell_state(contradiction.state, "Every title");
    }
    desk.close()
}

fn settled(shown: &Shown, args: &SettleArgs) -> Result<(DocumentId, Edits)> {
    let Some(contradiction) = &shown.view.title.contradiction else {
        return Err(Error::refused("its titles do not contradict each other")
            .hint("Nothing was signed. To call it something else: talkoot view amend ID --title TEXT"));
    };
    let settlement = Settlement {
        value: args.title.clone().unwrap_or_default(),
        reason: args.reason.clone().unwrap_or_default(),
        considered: contradiction.values.iter().map(|held| held.value.clone()).collect(),
        others: Others::new(),
    };
    Ok((shown.document, table::edits(&[Word::Settle(settlement)])?))
}

fn withdrawn(shown: &Shown, desk: &Desk<'_>) -> Result<(DocumentId, Edits)> {
    let own = table::own(&shown.view.title.settlements, &desk.organisation()).next();
    let none = || Error::refused("your organisation has not settled what it is called").hint("Nothing was signed.");
    let own = own.ok_or_else(none)?;
    Ok((own.document, Edits::from([(own.path.clone(), None)])))
}
