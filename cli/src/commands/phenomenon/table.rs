//! The table around which a phenomenon is worked on: fetches its card, signs what the own organisation says, answers.

use serde::Serialize;
use talkoot_protocol::api::{self, Request, Response, Written};
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::word::{Error as WordError, Word};
use talkoot_protocol::phenomenon::{Attributed, Card};
use talkoot_protocol::scope::{Kind, Scope};

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

/// A phenomenon as the node shows it.
pub(super) struct Shown {
    /// The document asked for.
    pub(super) document: DocumentId,
    /// Its card, or that of the phenomenon it was merged into.
    pub(super) card: Card,
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

/// Refuses to name a document where others read than may receive it.
pub(super) fn require_nameable(what: &str, named: &Scope, scope: &Scope) -> Result<()> {
    if named.may_be_named_in(scope) {
        return Ok(());
    }
    let (few, many) = (audience(named), audience(scope));
    let message = format!("{what} is for {few} and the phenomenon for {many}: its id would tell others that it exists");
    Err(Error::refused(message).hint("Nothing was signed. Begin a phenomenon for the same readers instead."))
}

fn audience(scope: &Scope) -> String {
    match scope {
        Scope::Organisation(_) => "one organisation".to_owned(),
        Scope::Region(county) => format!("the members in county {county}"),
        Scope::Network => "all members".to_owned(),
    }
}

impl Shown {
    /// Returns for whom the document asked for is.
    pub(super) fn scope(&self) -> Result<Scope> {
        let begun = self.card.documents.iter().find(|begun| begun.document == self.document);
        begun.map(|begun| begun.scope).ok_or_else(unexpected)
    }
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
    let (document, change) = desk.amend(&document.to_string(), Kind::Phenomenon, edits)?;
    let organisation = desk.organisation();
    if global.json {
        return output::json(&Done { document, change, organisation, paths: edits.keys().collect() });
    }
    output::line(&document.short())?;
    output::say("Signed and stored.");
    Ok(())
}

/// Signs words that need nothing but the phenomenon itself.
pub(super) fn say(global: &Global, signing: &Signing, asked: &str, words: &[Word]) -> Result<()> {
    let edits = edits(words)?;
    let mut desk = Desk::open(global, signing.worker.as_deref(), signing.confirm)?;
    let shown = fetch(&mut desk.client, asked, false)?;
    sign(global, &mut desk, &shown.document, &edits)?;
    desk.close()
}

/// Returns the own organisation's words among others.
pub(super) fn own<'w, T>(
    words: &'w [Attributed<T>],
    organisation: &OrganisationId,
) -> impl Iterator<Item = &'w Attributed<T>> {
    words.iter().filter(move |word| word.by.organisation == *organisation)
}
