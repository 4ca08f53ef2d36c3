//! The table around which a saved view is worked on: fetches it, signs what the own organisation says, answers.

use serde::Serialize;
use talkoot_protocol::api::{Request, Response, Written};
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::Attributed;
use talkoot_protocol::saved::Saved;
use talkoot_protocol::saved::word::{Error as WordError, Word};
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::view::{Facet, Query, Value};

use crate::client::{Client, unexpected};
use crate::commands::joint::{Desk, Edits};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Who signs, and how sure they are.
#[derive(Debug, clap::Args)]
pub(super) struct Signing {
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    pub(super) worker: Option<String>,
    /// What seems to be an identifier is none: sign it as it is.
    #[arg(long)]
    pub(super) confirm: bool,
}

/// A saved view as the node shows it.
pub(super) struct Shown {
    /// The document asked for.
    pub(super) document: DocumentId,
    /// What it says, or what the one says that it was merged into.
    pub(super) view: Saved,
    /// Everything that was ever written, if it was asked for.
    pub(super) history: Vec<Written>,
}

/// What was done, for programs.
#[derive(Serialize)]
struct Done<'a> {
    document: DocumentId,
    change: ChangeId,
    organisation: OrganisationId,
    paths: Vec<&'a String>,
}

/// Asks for a saved view; the id may be shortened.
pub(super) fn fetch(client: &mut Client<'_>, asked: &str, history: bool) -> Result<Shown> {
    match client.ask(Request::SavedView { document: asked.to_owned(), history })? {
        Response::SavedView { document, view, history } => Ok(Shown { document, view: *view, history }),
        _ => Err(unexpected()),
    }
}

impl Shown {
    /// Returns for whom the document asked for is.
    pub(super) fn scope(&self) -> Result<Scope> {
        let begun = self.view.documents.iter().find(|begun| begun.document == self.document);
        begun.map(|begun| begun.scope).ok_or_else(unexpected)
    }
}

/// Refuses to name a document where others read than may receive it: its id would tell them that it exists.
pub(super) fn require_nameable(what: &str, named: &Scope, scope: &Scope) -> Result<()> {
    if named.may_be_named_in(scope) {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{what} is for fewer readers than the saved view: its id would tell others that it exists"
    ))
    .hint("Nothing was signed. Save the view for the same readers (--scope) instead."))
}

/// Refuses a question that names a phenomenon which not all readers of the saved view may know of.
pub(super) fn require_askable(client: &mut Client<'_>, query: &Query, scope: &Scope) -> Result<()> {
    let named = query.filters.on(Facet::Phenomenon).into_iter().flatten();
    for id in named.filter_map(|value| if let Value::Phenomenon(id) = value { Some(id) } else { None }) {
        let request = Request::Phenomenon { document: id.to_string(), history: false };
        let Response::Phenomenon { card, .. } = client.ask(request)? else { return Err(unexpected()) };
        let named = card.documents.iter().find(|begun| begun.document == *id).map(|begun| begun.scope);
        require_nameable(&format!("phenomenon {}", id.short()), &named.ok_or_else(unexpected)?, scope)?;
    }
    Ok(())
}

/// Puts words into what is to be written.
pub(super) fn edits(words: &[Word]) -> Result<Edits> {
    let entry = |word: &Word| word.entry().map(|(path, value)| (path, Some(value))).map_err(not_said);
    words.iter().map(entry).collect()
}

fn not_said(error: WordError) -> Error {
    Error::refused(error.to_string()).hint("Nothing was signed or stored.")
}

/// Signs and stores what is to be written in a document, and says so.
pub(super) fn sign(global: &Global, desk: &mut Desk<'_>, document: &DocumentId, edits: &Edits) -> Result<()> {
    let (document, change) = desk.amend(&document.to_string(), Kind::View, edits)?;
    let organisation = desk.organisation();
    if global.json {
        return output::json(&Done { document, change, organisation, paths: edits.keys().collect() });
    }
    output::line(&document.short())?;
    output::say("Signed and stored.");
    Ok(())
}

/// Returns the own organisation's words among others.
pub(super) fn own<'w, T>(
    words: &'w [Attributed<T>],
    organisation: &OrganisationId,
) -> impl Iterator<Item = &'w Attributed<T>> {
    words.iter().filter(move |word| word.by.organisation == *organisation)
}
