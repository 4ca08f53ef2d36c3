//! What every command that writes in a joint document does alike: who signs, what is written, and how it is told.

use std::fmt::Display;

use serde::Serialize;
use serde_json::Value;
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::phenomenon::Attributed;
use talkoot_protocol::phenomenon::aspect::State;
use talkoot_protocol::scope::{Kind, Scope};

use super::{Desk, Edits};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Who signs, and how sure they are.
#[derive(Debug, clap::Args)]
pub(crate) struct Signing {
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// What seems to be an identifier is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
}

impl Signing {
    /// Reaches the node and opens the key.
    pub(crate) fn desk<'a>(&self, global: &'a Global) -> Result<Desk<'a>> {
        Desk::open(global, self.worker.as_deref(), self.confirm)
    }
}

/// What was done, for programs.
#[derive(Serialize)]
struct Done<'a> {
    document: DocumentId,
    change: ChangeId,
    organisation: OrganisationId,
    paths: Vec<&'a String>,
}

/// What was begun, for programs.
#[derive(Serialize)]
struct Begun {
    document: DocumentId,
    organisation: OrganisationId,
    scope: Scope,
}

/// Puts the entries of words into what is to be written, or says what is wrong with one.
pub(crate) fn edits<E: Display>(
    entries: impl IntoIterator<Item = std::result::Result<(String, Value), E>>,
) -> Result<Edits> {
    let not_said = |error: E| Error::refused(error.to_string()).hint("Nothing was signed or stored.");
    entries.into_iter().map(|entry| entry.map(|(path, value)| (path, Some(value))).map_err(not_said)).collect()
}

/// Signs and stores a new document that says this, tells so, and leaves. `next` says what may be done with it.
pub(crate) fn begin(
    global: &Global,
    mut desk: Desk<'_>,
    kind: Kind,
    scope: Scope,
    edits: &Edits,
    next: &str,
) -> Result<()> {
    let document = desk.begin(kind, scope, edits)?;
    let organisation = desk.organisation();
    if global.json {
        output::json(&Begun { document, organisation, scope })?;
    } else {
        output::line(&document.short())?;
        output::say(&format!("Signed and stored. {next}"));
    }
    desk.close()
}

/// Signs and stores what is to be written in a document, and tells so.
pub(crate) fn sign(
    global: &Global,
    desk: &mut Desk<'_>,
    kind: Kind,
    document: &DocumentId,
    edits: &Edits,
) -> Result<()> {
    let (document, change) = desk.amend(&document.to_string(), kind, edits)?;
    let organisation = desk.organisation();
    if global.json {
        return output::json(&Done { document, change, organisation, paths: edits.keys().collect() });
    }
    output::line(&document.short())?;
    output::say("Signed and stored.");
    Ok(())
}

/// Returns the own organisation's words among others.
pub(crate) fn own<'w, T>(
    words: &'w [Attributed<T>],
    organisation: &OrganisationId,
) -> impl Iterator<Item = &'w Attributed<T>> {
    words.iter().filter(move |word| word.by.organisation == *organisation)
}

/// Says how a contradiction stands; `all` are the values that were weighed.
pub(crate) fn tell_state(state: State, all: &str) {
    match state {
        State::Settled => output::say(&format!("{all} that stands was weighed: it is settled.")),
        State::SettledDifferently => {
            output::say("Another organisation settled it differently: it stays open until you agree.");
        }
        State::Open | State::Reopened => output::say("It is open."),
    }
}
