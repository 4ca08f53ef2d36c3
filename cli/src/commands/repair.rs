//! `talkoot repair`: the repair coordinators' queue of everything that is not done with, handed over without loss.

use clap::Subcommand;
use talkoot_protocol::api::{ProposalFilter, ProposalList, Request, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{DocumentId, WorkerId};
use talkoot_protocol::proposal::Word;
use talkoot_protocol::proposal::codes::RepairState;
use talkoot_protocol::proposal::words::{Heir, Parts, Repair};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::statement::Role;

use super::joint::Desk;
use super::proposal::desk::{self, Signature};
use super::proposal::list::{self, Page};
use super::report::organisations::Organisations;
use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys};
use crate::output;

/// Proposals asked for at once.
const PAGE: usize = 500;

/// What can be done with the queue.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List every proposal that is not closed, the most urgent first.
    List(ListArgs),
    /// Take a proposal on.
    Take(TakeArgs),
    /// Hand over one proposal, or all that you hold.
    Hand(HandArgs),
    /// Close a proposal of your own organisation, with what proves it.
    Close(CloseArgs),
}

const LIST_EXAMPLE: &str = "Example:
  talkoot repair list --mine

Overdue ones stand first, then those that nobody accepts as theirs, then those whose outcome is asked for. What nobody sees to is in \
the list too; what was closed comes back when its outcome is asked for.

With --json one line for each proposal, as 'talkoot proposal show' gives it.";

#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLE)]
struct ListArgs {
    /// Only what this organisation asks: its id, the beginning of it, or its name.
    #[arg(long, value_name = "ORGANISATION")]
    organisation: Option<String>,
    /// Only what you hold.
    #[arg(long)]
    mine: bool,
    /// Who you are; needed only where several workers have keys.
    #[arg(long, value_name = "NAME", requires = "mine")]
    worker: Option<String>,
    #[command(flatten)]
    page: Page,
}

#[derive(Debug, clap::Args)]
struct TakeArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    /// What you are going to do.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

const HAND_EXAMPLE: &str = "Example:
  talkoot repair hand --all --to maija
  talkoot repair hand 3fa9c1 --to-organisation Kainuu

Handed to a worker of your own organisation, it is theirs at once. Handed to another organisation, it is theirs, and nobody's there \
until somebody takes it; it stays in every queue.

With --json one line for each proposal: {\"document\", \"path\"}.";

#[derive(Debug, clap::Args)]
#[command(after_help = HAND_EXAMPLE)]
struct HandArgs {
    /// The proposal's id or its beginning.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// Everything you hold.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    signature: Signature,
    /// The worker who takes over: the name of a key here, or the beginning of the worker's id.
    #[arg(long, value_name = "WORKER", required_unless_present = "to_organisation")]
    to: Option<String>,
    /// The organisation that takes over: its id, the beginning of it, or its name.
    #[arg(long, value_name = "ORGANISATION", conflicts_with = "to")]
    to_organisation: Option<String>,
    /// What they should know.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Debug, clap::Args)]
struct CloseArgs {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    signature: Signature,
    /// Why it is done with.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::List(args) => list(global, &args),
        Action::Take(args) => take(global, &args),
        Action::Hand(args) => hand(global, &args),
        Action::Close(args) => close(global, &args),
    }
}

fn list(global: &Global, args: &ListArgs) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisation = match &args.organisation {
        Some(asked) => Some(Organisations::ask(&mut client)?.find_named(asked)?),
        None => None,
    };
    let holder = match args.mine {
        true => Some(Keys::of(global)?.read_worker(args.worker.as_deref())?.worker),
        false => None,
    };
    let filter = ProposalFilter { list: ProposalList::Queue, organisation, holder, ..ProposalFilter::default() };
    list::show(global, &mut client, filter, &args.page)?;
    client.close()
}

/// Opens the desk of a coordinator.
fn open<'a>(global: &'a Global, signature: &Signature) -> Result<(Desk<'a>, WorkerId)> {
    let mut desk = signature.desk(global)?;
    signature.require_role(global, &mut desk, &[Role::Coordinator], "see to proposals")?;
    Ok((desk, signature.signer(global)?.worker))
}

fn word(state: RepairState, holder: WorkerId, to: Option<Heir>, note: Option<&str>) -> Word {
    let note = note.unwrap_or_default().to_owned();
    Word::Repair(Repair { state: state.into(), holder, to, note, other: Parts::new() })
}

fn take(global: &Global, args: &TakeArgs) -> Result<()> {
    let (mut desk, worker) = open(global, &args.signature)?;
    let state = desk::find(&mut desk.client, &args.id)?;
    desk::write(global, &mut desk, &state.document, &word(RepairState::Taken, worker, None, args.note.as_deref()))?;
    desk.close()
}

fn close(global: &Global, args: &CloseArgs) -> Result<()> {
    let (mut desk, worker) = open(global, &args.signature)?;
    let state = desk::find(&mut desk.client, &args.id)?;
    if state.owner != desk.organisation() {
        let name = Organisations::ask(&mut desk.client)?.name(&state.owner, Language::En);
        return Err(Error::refused(format!("the proposal is {name}'s; only they close it"))
            .hint("Nothing was signed. Hand it to them: talkoot repair hand"));
    }
    desk::write(global, &mut desk, &state.document, &word(RepairState::Closed, worker, None, Some(&args.note)))?;
    desk.close()
}

fn hand(global: &Global, args: &HandArgs) -> Result<()> {
    let (mut desk, worker) = open(global, &args.signature)?;
    let to = heir(global, &mut desk, args)?;
    let documents = match &args.id {
        Some(id) => vec![desk::find(&mut desk.client, id)?.document],
        None => held(&mut desk, worker)?,
    };
    if documents.is_empty() {
        output::say("You hold nothing.");
    }
    for document in documents {
        let handed = word(RepairState::Handed, worker, Some(to.clone()), args.note.as_deref());
        desk::write(global, &mut desk, &document, &handed)?;
    }
    desk.close()
}

/// Returns everything in the queue that a worker holds.
fn held(desk: &mut Desk<'_>, worker: WorkerId) -> Result<Vec<DocumentId>> {
    let (mut documents, today) = (Vec::new(), Date::of(keys::now()));
    loop {
        let filter = ProposalFilter {
            list: ProposalList::Queue,
            holder: Some(worker),
            skip: documents.len(),
            limit: PAGE,
            ..ProposalFilter::default()
        };
        let (states, total) = list::fetch(&mut desk.client, filter, today)?;
        documents.extend(states.iter().map(|state| state.document));
        if states.is_empty() || documents.len() >= total {
            return Ok(documents);
        }
    }
}

fn heir(global: &Global, desk: &mut Desk<'_>, args: &HandArgs) -> Result<Heir> {
    if let Some(asked) = &args.to_organisation {
        let organisation = Organisations::ask(&mut desk.client)?.find_named(asked)?;
        return Ok(Heir { organisation: Some(organisation), ..Heir::default() });
    }
    let asked = args.to.as_deref().unwrap_or_default();
    let worker = match Keys::of(global)?.read_worker(Some(asked)) {
        Ok(file) if file.organisation == desk.organisation() => file.worker,
        _ => certified(desk, asked)?,
    };
    Ok(Heir { worker: Some(worker), ..Heir::default() })
}

/// Finds a worker of the node's own organisation by the beginning of the id.
fn certified(desk: &mut Desk<'_>, asked: &str) -> Result<WorkerId> {
    let Response::Workers { workers } = desk.client.ask(Request::Workers)? else { return Err(unexpected()) };
    let asked = asked.trim().to_lowercase();
    let mut matching: Vec<WorkerId> = workers.iter().map(|known| known.worker).collect();
    matching.retain(|worker| !asked.is_empty() && worker.to_string().starts_with(&asked));
    // A worker may have several keys.
    matching.sort();
    matching.dedup();
    match matching.as_slice() {
        [worker] => Ok(*worker),
        [] => Err(Error::refused(format!("there is no worker {asked:?} here"))
            .hint("Nothing was signed. See them with: talkoot worker list")),
        _ => Err(Error::refused(format!("several workers have ids that begin with {asked:?}"))
            .hint("Nothing was signed. Give more of the id.")),
    }
}
