//! Two joint documents that are one, or no longer. Nothing is moved: both stay, and all that was said in either.

use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::card::Begun;
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::phenomenon::word::{Merge, MergeState, Others, Word};
use talkoot_protocol::scope::{Kind, Scope};

use super::Desk;
use super::signing::{self, Signing};
use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// What several organisations write in and may say to be one with another.
pub(crate) trait Mergeable: Sized {
    /// What sort of document.
    const KIND: Kind;
    /// What one is called.
    const ONE: &'static str;
    /// What several are called.
    const SEVERAL: &'static str;

    /// Asks for one; the id may be shortened.
    fn ask(client: &mut Client<'_>, asked: &str) -> Result<Self>;

    /// Refuses to name a document where others read than may receive it: its id would tell them that it exists.
    fn require_nameable(what: &str, named: &Scope, scope: &Scope) -> Result<()>;

    /// Returns the document asked for.
    fn document(&self) -> DocumentId;

    /// Returns all documents that show as one with it, itself among them.
    fn documents(&self) -> &[Begun];

    /// Returns what is said about it being one with others.
    fn merges(&self) -> &[Edge];

    /// Says what two that have become one leave to do, if anything.
    fn left_to_do(&self) -> Option<&'static str> {
        None
    }

    /// Returns for whom the document asked for is.
    fn scope(&self) -> Result<Scope> {
        let begun = self.documents().iter().find(|begun| begun.document == self.document());
        begun.map(|begun| begun.scope).ok_or_else(unexpected)
    }
}

/// Says that two are one, or that they are not.
pub(crate) fn say<T: Mergeable>(
    global: &Global,
    signing: &Signing,
    (asked, other): (&str, &str),
    state: MergeState,
    reason: Option<String>,
) -> Result<()> {
    let mut desk = signing.desk(global)?;
    let one = T::ask(&mut desk.client, asked)?;
    let other = T::ask(&mut desk.client, other)?;
    if one.document() == other.document() {
        return Err(Error::refused(format!("it is one {} already: both ids are the same", T::ONE)));
    }
    T::require_nameable(&format!("{} {}", T::ONE, other.document().short()), &other.scope()?, &one.scope()?)?;
    let (place, named) = place(&one, &other, &desk.organisation());
    let word = Word::Merge(named, Merge { state, reason, others: Others::new() });
    signing::sign(global, &mut desk, T::KIND, &place, &signing::edits([word.entry()])?)?;
    tell::<T>(&mut desk, &one.document(), &other.document(), state)?;
    desk.close()
}

/// Returns where to write, and which one to name there: where the organisation has spoken of these two, so that it takes its own word
/// back; else in the one it named first.
fn place<T: Mergeable>(one: &T, other: &T, organisation: &OrganisationId) -> (DocumentId, DocumentId) {
    let (first, second) = (one.document(), other.document());
    let spoken = between(one.merges(), &first, &second)
        .and_then(|edge| signing::own(&edge.words, organisation).next())
        .map(|word| word.document);
    if spoken == Some(second) { (second, first) } else { (first, second) }
}

fn between<'e>(edges: &'e [Edge], one: &DocumentId, other: &DocumentId) -> Option<&'e Edge> {
    edges.iter().find(|edge| [edge.one, edge.other] == [*one.min(other), *one.max(other)])
}

/// Says how it stands now.
fn tell<T: Mergeable>(desk: &mut Desk<'_>, one: &DocumentId, other: &DocumentId, wanted: MergeState) -> Result<()> {
    let now = T::ask(&mut desk.client, &one.to_string())?;
    let joined = between(now.merges(), one, other).is_some_and(|edge| edge.joined);
    let together = now.documents().iter().any(|begun| begun.document == *other);
    output::say(&match (wanted, joined, together) {
        (MergeState::Joined, true, _) => {
            let more = now.left_to_do().map(|more| format!(" {more}")).unwrap_or_default();
            format!("They are one {} now.{more}", T::ONE)
        }
        (MergeState::Joined, false, _) => {
            "They stay apart: an organisation that began one of them says that they are two.".to_owned()
        }
        (MergeState::Parted, true, _) => "They are still one: other organisations say so.".to_owned(),
        (MergeState::Parted, false, true) => "They are still one, since both are merged with a third.".to_owned(),
        (MergeState::Parted, false, false) => format!("They are two {}.", T::SEVERAL),
    });
    Ok(())
}
