//! The table around which a phenomenon is worked on: fetches its card, signs what the own organisation says, answers.

use talkoot_protocol::api::{self, Request, Response, Written};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::phenomenon::card::Begun;
use talkoot_protocol::phenomenon::group::Edge;
use talkoot_protocol::phenomenon::word::Word;
use talkoot_protocol::scope::{Kind, Scope};

use crate::client::{Client, unexpected};
use crate::commands::joint::merge::Mergeable;
use crate::commands::joint::signing;
pub(super) use crate::commands::joint::signing::{Signing, own};
use crate::commands::joint::{Desk, Edits};
use crate::error::{Error, Result};
use crate::global::Global;

/// A phenomenon as the node shows it.
pub(super) struct Shown {
    /// The document asked for.
    pub(super) document: DocumentId,
    /// Its card, or that of the phenomenon it was merged into.
    pub(super) card: Card,
    /// Everything that was ever written, if it was asked for.
    pub(super) history: Vec<Written>,
}

/// Asks for a phenomenon; the id may be shortened.
pub(super) fn fetch(client: &mut Client<'_>, asked: &str, history: bool) -> Result<Shown> {
    match client.ask(Request::Phenomenon { document: asked.to_owned(), history })? {
        Response::Phenomenon { document, card, history } => Ok(Shown { document, card: *card, history }),
        _ => Err(unexpected()),
    }
}

/// Asks for a report; the id may be shortened.
pub(super) fn report(client: &mut Client<'_>, asked: &str) -> Result<api::Report> {
    match client.ask(Request::Report { document: asked.to_owned() })? {
        Response::Report(report) => Ok(*report),
        _ => Err(unexpected()),
    }
}

/// Finds reports that may be named in a document of this scope.
pub(super) fn reports(client: &mut Client<'_>, asked: &[String], scope: &Scope) -> Result<Vec<DocumentId>> {
    asked.iter().map(|asked| nameable(client, asked, scope)).collect()
}

/// What only some may receive is not named where others read: its very id would tell them that it exists.
fn nameable(client: &mut Client<'_>, asked: &str, scope: &Scope) -> Result<DocumentId> {
    let report = report(client, asked)?;
    require_nameable(&format!("report {}", report.document.short()), &report.scope, scope)?;
    Ok(report.document)
}

fn audience(scope: &Scope) -> String {
    match scope {
        Scope::Organisation(_) => "one organisation".to_owned(),
        Scope::Region(county) => format!("the members in county {county}"),
        Scope::Network => "all members".to_owned(),
    }
}

impl Mergeable for Shown {
    const KIND: Kind = Kind::Phenomenon;
    const ONE: &'static str = "phenomenon";
    const SEVERAL: &'static str = "phenomena";

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
        &self.card.documents
    }

    fn merges(&self) -> &[Edge] {
        &self.card.merges
    }
}

/// Refuses to name a document where others read than may receive it.
pub(super) fn require_nameable(what: &str, named: &Scope, scope: &Scope) -> Result<()> {
    if named.may_be_named_in(scope) {
        return Ok(());
    }
    let (few, many) = (audience(named), audience(scope));
    let message = format!("{what} is for {few} and the phenomenon for {many}: its id would tell others that it exists");
    Err(Error::refused(message).hint("Nothing was signed. Begin a phenomenon for the same readers instead."))
}

/// Puts words into what is to be written.
pub(super) fn edits(words: &[Word]) -> Result<Edits> {
    signing::edits(words.iter().map(Word::entry))
}

/// Signs and stores what is to be written in a document, and says so.
pub(super) fn sign(global: &Global, desk: &mut Desk<'_>, document: &DocumentId, edits: &Edits) -> Result<()> {
    signing::sign(global, desk, Kind::Phenomenon, document, edits)
}

/// Signs words that need nothing but the phenomenon itself.
pub(super) fn say(global: &Global, signing: &Signing, asked: &str, words: &[Word]) -> Result<()> {
    let edits = edits(words)?;
    let mut desk = signing.desk(global)?;
    let shown = fetch(&mut desk.client, asked, false)?;
    sign(global, &mut desk, &shown.document, &edits)?;
    desk.close()
}
