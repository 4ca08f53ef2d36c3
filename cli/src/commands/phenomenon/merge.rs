//! `talkoot phenomenon merge` and `part`. Nothing is moved: both documents stay, and so do all links; only the card is one.

use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::phenomenon::word::{Merge, MergeState, Others, Word};

use super::table::{self, Shown, Signing};
use crate::commands::joint::Desk;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

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
    write(global, &args.signing, (&args.id, &args.other), MergeState::Joined, args.reason.clone())
}

/// Parts two phenomena.
pub(super) fn part(global: &Global, args: &PartArgs) -> Result<()> {
    write(global, &args.signing, (&args.id, &args.other), MergeState::Parted, Some(args.reason.clone()))
}

fn write(
    global: &Global,
    signing: &Signing,
    (asked, other): (&str, &str),
    state: MergeState,
    reason: Option<String>,
) -> Result<()> {
    let mut desk = Desk::open(global, signing.worker.as_deref(), signing.confirm)?;
    let one = table::fetch(&mut desk.client, asked, false)?;
    let other = table::fetch(&mut desk.client, other, false)?;
    if one.document == other.document {
        return Err(Error::refused("it is one phenomenon already: both ids are the same"));
    }
    let what = format!("phenomenon {}", other.document.short());
    table::require_nameable(&what, &other.scope()?, &one.scope()?)?;
    let (place, named) = place(&one, &other, &desk.organisation());
    let merge = Merge { state, reason, others: Others::new() };
    table::sign(global, &mut desk, &place, &table::edits(&[Word::Merge(named, merge)])?)?;
    report(&mut desk, &one.document, &other.document, state)?;
    desk.close()
}

/// Returns where to write, and which phenomenon to name there: where the organisation has spoken of these two, so that it takes its
/// own word back; else in the one it named first.
fn place(one: &Shown, other: &Shown, organisation: &OrganisationId) -> (DocumentId, DocumentId) {
    let spoken = between(&one.card.merges, &one.document, &other.document)
        .and_then(|edge| table::own(&edge.words, organisation).next())
        .map(|word| word.document);
    if spoken == Some(other.document) { (other.document, one.document) } else { (one.document, other.document) }
}

fn between<'e>(edges: &'e [Edge], one: &DocumentId, other: &DocumentId) -> Option<&'e Edge> {
    edges.iter().find(|edge| [edge.one, edge.other] == [*one.min(other), *one.max(other)])
}

/// Says how it stands now.
fn report(desk: &mut Desk<'_>, one: &DocumentId, other: &DocumentId, wanted: MergeState) -> Result<()> {
    let card = table::fetch(&mut desk.client, &one.to_string(), false)?.card;
    let joined = between(&card.merges, one, other).is_some_and(|edge| edge.joined);
    let together = card.documents.iter().any(|begun| begun.document == *other);
    output::say(match (wanted, joined, together) {
        (MergeState::Joined, true, _) => "They are one phenomenon now.",
        (MergeState::Joined, false, _) => {
            "They stay apart: an organisation that began one of them says that they are two."
        }
        (MergeState::Parted, true, _) => "They are still one: other organisations say so.",
        (MergeState::Parted, false, true) => "They are still one, since both are merged with a third.",
        (MergeState::Parted, false, false) => "They are two phenomena.",
    });
    Ok(())
}
