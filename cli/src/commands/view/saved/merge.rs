//! `talkoot view merge`, `part` and `settle`. Nothing is moved: both documents stay, and all questions with who keeps them.

use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::aspect::State;
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::saved::word::{Merge, MergeState, Others, Settlement, Word};

use super::table::{self, Shown, Signing};
use crate::commands::joint::{Desk, Edits};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

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
    write(global, &args.signing, (&args.id, &args.other), MergeState::Joined, &args.reason)
}

/// Parts two saved views.
pub(super) fn part(global: &Global, args: &PartArgs) -> Result<()> {
    write(global, &args.signing, (&args.id, &args.other), MergeState::Parted, &args.reason)
}

fn write(
    global: &Global,
    signing: &Signing,
    (asked, other): (&str, &str),
    state: MergeState,
    reason: &str,
) -> Result<()> {
    let mut desk = Desk::open(global, signing.worker.as_deref(), signing.confirm)?;
    let one = table::fetch(&mut desk.client, asked, false)?;
    let other = table::fetch(&mut desk.client, other, false)?;
    if one.document == other.document {
        return Err(Error::refused("it is one saved view already: both ids are the same"));
    }
    let what = format!("saved view {}", other.document.short());
    table::require_nameable(&what, &other.scope()?, &one.scope()?)?;
    let (place, named) = place(&one, &other, &desk.organisation());
    let merge = Merge { state, reason: Some(reason.to_owned()), others: Others::new() };
    table::sign(global, &mut desk, &place, &table::edits(&[Word::Merge(named, merge)])?)?;
    report(&mut desk, &one.document, &other.document, state)?;
    desk.close()
}

/// Returns where to write, and which saved view to name there: where the organisation has spoken of these two, so that it takes its
/// own word back; else in the one it named first.
fn place(one: &Shown, other: &Shown, organisation: &OrganisationId) -> (DocumentId, DocumentId) {
    let spoken = between(&one.view.merges, &one.document, &other.document)
        .and_then(|edge| table::own(&edge.words, organisation).next())
        .map(|word| word.document);
    if spoken == Some(other.document) { (other.document, one.document) } else { (one.document, other.document) }
}

fn between<'e>(edges: &'e [Edge], one: &DocumentId, other: &DocumentId) -> Option<&'e Edge> {
    edges.iter().find(|edge| [edge.one, edge.other] == [*one.min(other), *one.max(other)])
}

/// Says how it stands now.
fn report(desk: &mut Desk<'_>, one: &DocumentId, other: &DocumentId, wanted: MergeState) -> Result<()> {
    let view = table::fetch(&mut desk.client, &one.to_string(), false)?.view;
    let joined = between(&view.merges, one, other).is_some_and(|edge| edge.joined);
    let together = view.documents.iter().any(|begun| begun.document == *other);
    output::say(match (wanted, joined, together) {
        (MergeState::Joined, true, _) if view.title.is_open() => {
            "They are one saved view now. Their titles differ: settle it with 'talkoot view settle'."
        }
        (MergeState::Joined, true, _) => "They are one saved view now.",
        (MergeState::Joined, false, _) => {
            "They stay apart: an organisation that began one of them says that they are two."
        }
        (MergeState::Parted, true, _) => "They are still one: other organisations say so.",
        (MergeState::Parted, false, true) => "They are still one, since both are merged with a third.",
        (MergeState::Parted, false, false) => "They are two saved views.",
    });
    Ok(())
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
    let mut desk = Desk::open(global, args.signing.worker.as_deref(), args.signing.confirm)?;
    let shown = table::fetch(&mut desk.client, &args.id, false)?;
    let (document, edits) = if args.withdraw { withdrawn(&shown, &desk)? } else { settled(&shown, args)? };
    table::sign(global, &mut desk, &document, &edits)?;
    let after = table::fetch(&mut desk.client, &args.id, false)?;
    if let Some(contradiction) = &after.view.title.contradiction {
        output::say(match contradiction.state {
            State::Settled => "Every title that stands was weighed: it is settled.",
            State::SettledDifferently => "Another organisation settled it differently: it stays open until you agree.",
            State::Open | State::Reopened => "It is open.",
        });
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
