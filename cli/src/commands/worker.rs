//! `talkoot worker`: keys of workers, and the organisation's word that they may act.

mod add;
mod certify;
pub(crate) mod invite;
mod list;

use clap::Subcommand;
use talkoot_protocol::api::{Request, Response, Worker};
use talkoot_protocol::statement::Role;

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::Keys;

pub(crate) use add::{NOT_ROOT, other_keys};

/// What to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a worker's key and certify it with the organisation's root key.
    #[command(after_help = add::HELP)]
    Add {
        /// What the worker is called on this machine; others see only a random number.
        name: String,
        /// What the worker may do: reporter, coordinator, decision_maker, intake or steward; may be repeated.
        #[arg(long, value_name = "ROLE", default_value = "reporter", value_delimiter = ',')]
        role: Vec<Role>,
    },
    /// Make a one-time code with which a worker sets up a browser that will hold the worker's key.
    #[command(after_help = invite::HELP)]
    Invite(invite::Args),
    /// Certify the keys that came from browsers under your codes.
    #[command(after_help = certify::HELP)]
    Certify {
        /// Only the key of this worker; without it, or with --all, all that have come.
        #[arg(conflicts_with = "all")]
        name: Option<String>,
        /// All that have come.
        #[arg(long)]
        all: bool,
    },
    /// List the workers certified by your organisation, and those whose keys are on this machine.
    #[command(after_help = list::HELP)]
    List,
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::Add { name, role } => add::run(global, &name, &role),
        Action::Invite(args) => invite::run(global, &args),
        Action::Certify { name, all: _ } => certify::run(global, name.as_deref()),
        Action::List => list::run(global),
    }
}

/// Asks for the workers certified by this organisation.
fn certified(client: &mut Client<'_>) -> Result<Vec<Worker>> {
    match client.ask(Request::Workers)? {
        Response::Workers { workers } => Ok(workers),
        _ => Err(unexpected()),
    }
}

/// Returns an error unless there are keys of an organisation.
pub(crate) fn require_root(keys: &Keys) -> Result<()> {
    match keys.root().exists() {
        true => Ok(()),
        false => Err(Error::refused(format!("there is no root key in {}", keys.dir().display()))
            .hint("Only the organisation's root key can sign this. Name the directory it is in with --keys.")),
    }
}
