//! What all that writes in proposals has in common: who signs, on which day, whom an addressee names, and how words are signed.

use serde::Serialize;
use talkoot_node::keystore;
use talkoot_protocol::api::{ProposalSource, Request, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::proposal::words::{Addressee, Tag};
use talkoot_protocol::proposal::{State, Word};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::statement::Role;

use crate::client::{Client, unexpected};
use crate::commands::history;
use crate::commands::joint::{Desk, Edits};
use crate::commands::org::words::command;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys, WorkerFile};
use crate::output;

/// The day that counts.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Day {
    /// The day that counts. [default: today, by UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

impl Day {
    /// Returns the day.
    pub(crate) fn get(self) -> Date {
        self.today.unwrap_or_else(|| Date::of(keys::now()))
    }
}

/// Who signs.
#[derive(Debug, clap::Args)]
pub(crate) struct Signature {
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    pub(crate) worker: Option<String>,
    /// What seems to be an identifier of a person is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
}

impl Signature {
    /// Reaches the node and opens the key.
    pub(crate) fn desk<'a>(&self, global: &'a Global) -> Result<Desk<'a>> {
        Desk::open(global, self.worker.as_deref(), self.confirm)
    }

    /// Returns what is known here of who signs.
    pub(crate) fn signer(&self, global: &Global) -> Result<WorkerFile> {
        Keys::of(global)?.read_worker(self.worker.as_deref())
    }

    /// Refuses, before anything is signed for nothing, whoever is known not to have any of these roles.
    pub(crate) fn require_role(&self, global: &Global, desk: &mut Desk<'_>, any: &[Role], doing: &str) -> Result<()> {
        let signer = self.signer(global)?;
        let Response::Workers { workers } = desk.client.ask(Request::Workers)? else { return Err(unexpected()) };
        // A worker of another organisation is not known here; the node says what it thinks.
        let Some(known) = workers.iter().find(|known| known.certificate == signer.certificate) else { return Ok(()) };
        if any.iter().any(|role| known.roles.contains(role)) {
            return Ok(());
        }
        let roles: Vec<_> = any.iter().map(|role| role.key().replace('_', " ")).collect();
        let role = any.first().map(|role| role.key()).unwrap_or_default();
        let hint = command(global, &format!("worker add NAME --role {role}"));
        Err(Error::refused(format!("{:?} is no {}, and only one can {doing}", signer.name, roles.join(" or ")))
            .hint(format!("Nothing was signed. A worker with that role is made with: {hint}")))
    }
}

/// Whom an addressee names.
#[derive(Debug, clap::Args)]
pub(super) struct To {
    /// The organisation that is to act: its id, the beginning of it, or its name.
    #[arg(long, value_name = "ORGANISATION")]
    to: Option<String>,
    /// The body of it that is to act; without --to a body that has no node.
    #[arg(long, value_name = "TEXT")]
    body: Option<String>,
}

impl To {
    /// Returns the addressee; `None` if none was given.
    pub(super) fn addressee(&self, organisations: &Organisations) -> Result<Option<Addressee>> {
        let organisation = self.to.as_deref().map(|asked| organisations.find_named(asked)).transpose()?;
        let body = self.body.clone();
        let given = organisation.is_some() || body.is_some();
        Ok(given.then(|| Addressee { organisation, body, ..Addressee::default() }))
    }
}

/// Returns a fresh name for an entry.
pub(super) fn tag() -> Result<Tag> {
    let seed = keystore::fresh_seed().map_err(Error::failed)?;
    Ok(Tag(seed.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes))))
}

/// Turns words into entries, or says all that is wrong with them.
pub(crate) fn entries(words: &[Word]) -> Result<Edits> {
    let mut edits = Edits::new();
    let mut faults = String::new();
    for word in words {
        match word.entry() {
            Ok((path, value)) => drop(edits.insert(path, Some(value))),
            Err(errors) => errors.iter().for_each(|error| faults.push_str(&format!("\n  - {error}"))),
        }
    }
    match faults.is_empty() {
        true => Ok(edits),
        false => Err(Error::refused(format!("this is not signed yet; please mend this first:{faults}"))
            .hint("Nothing was signed or stored.")),
    }
}

/// What was written, for programs.
#[derive(Debug, Serialize)]
struct Written {
    document: DocumentId,
    path: String,
}

/// Signs and stores one word in a proposal, and says so.
pub(crate) fn write(global: &Global, desk: &mut Desk<'_>, asked: &DocumentId, word: &Word) -> Result<()> {
    let (document, _) = desk.amend(&asked.to_string(), Kind::Proposal, &entries(std::slice::from_ref(word))?)?;
    told(global, document, word)
}

/// Says that a word was signed and stored.
pub(super) fn told(global: &Global, document: DocumentId, word: &Word) -> Result<()> {
    if global.json {
        return output::json(&Written { document, path: word.path() });
    }
    output::line(&document.short())?;
    let show = command(global, &format!("proposal show {}", document.short()));
    output::say(&format!("Signed and stored. See it with: {show}"));
    Ok(())
}

/// Asks for one proposal and what it comes from.
pub(crate) fn ask(client: &mut Client<'_>, asked: &str, today: Date) -> Result<(State, Vec<ProposalSource>)> {
    let request = Request::Proposal { document: asked.to_owned(), today };
    match client.ask(request)? {
        Response::Proposal { proposal, sources } => Ok((*proposal, sources)),
        _ => Err(unexpected()),
    }
}

/// Finds a proposal as it stands today, for words that name no day.
pub(crate) fn find(client: &mut Client<'_>, asked: &str) -> Result<State> {
    ask(client, asked, Date::of(keys::now())).map(|(state, _)| state)
}

/// Finds documents of a kind by the beginnings of their ids.
pub(super) fn sources(desk: &mut Desk<'_>, asked: &[String], kind: Kind) -> Result<Vec<DocumentId>> {
    let network = desk.identity.network;
    asked.iter().map(|id| history::fetch(&mut desk.client, id, &network, kind).map(|(document, _)| document)).collect()
}
