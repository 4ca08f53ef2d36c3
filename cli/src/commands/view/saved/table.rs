//! The table around which a saved view is worked on: fetches it, signs what the own organisation says, answers.

use talkoot_protocol::api::{Request, Response, Written};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::card::Begun;
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::saved::Saved;
use talkoot_protocol::saved::word::Word;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::view::{Facet, Query, Value};

use crate::client::{Client, unexpected};
use crate::commands::joint::merge::Mergeable;
use crate::commands::joint::signing;
pub(super) use crate::commands::joint::signing::{Signing, own};
use crate::commands::joint::{Desk, Edits};
use crate::error::{Error, Result};
use crate::global::Global;

/// A saved view as the node shows it.
pub(super) struct Shown {
    /// The document asked for.
    pub(super) document: DocumentId,
    /// What it says, or what the one says that it was merged into.
    pub(super) view: Saved,
    /// Everything that was ever written, if it was asked for.
    pub(super) history: Vec<Written>,
}

/// Asks for a saved view; the id may be shortened.
pub(super) fn fetch(client: &mut Client<'_>, asked: &str, history: bool) -> Result<Shown> {
    match client.ask(Request::SavedView { document: asked.to_owned(), history })? {
        Response::SavedView { document, view, history } => Ok(Shown { document, view: *view, history }),
        _ => Err(unexpected()),
    }
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

impl Mergeable for Shown {
    const KIND: Kind = Kind::View;
    const ONE: &'static str = "saved view";
    const SEVERAL: &'static str = "saved views";

    fn ask(client: &mut Client<'_>, asked: &str) -> Result<Self> {
        fetch(client, asked, false)
    }

    fn require_nameable(what: &str, named: &Scope, scope: &Scope) -> Result<()> {
        require_nameable(what, named, scope)
    }

    fn document(&self) -> DocumentId {
        self.document
    }

    fn documents(&self) -> &[Begun] {
        &self.view.documents
    }

    fn merges(&self) -> &[Edge] {
        &self.view.merges
    }

    fn left_to_do(&self) -> Option<&'static str> {
        self.view.title.is_open().then_some("Their titles differ: settle it with 'talkoot view settle'.")
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

/// Puts words into what is to be written.
pub(super) fn edits(words: &[Word]) -> Result<Edits> {
    signing::edits(words.iter().map(Word::entry))
}

/// Signs and stores what is to be written in a document, and says so.
pub(super) fn sign(global: &Global, desk: &mut Desk<'_>, document: &DocumentId, edits: &Edits) -> Result<()> {
    signing::sign(global, desk, Kind::View, document, edits)
}
