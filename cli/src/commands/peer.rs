//! `talkoot peer`: which nodes this one calls, and how the exchange with each stands.

mod list;

use clap::Subcommand;
use serde::Serialize;
use talkoot_protocol::api::{Request, Response};

use crate::client::{Client, unexpected};
use crate::commands::org::words;
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// What to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Stay connected to a partner's node.
    #[command(
        after_help = "Example: talkoot peer add node.example.org:7474\n\nWith '/p2p/…' at its end, as the partner's \
        'talkoot run' prints it, only that very node is connected to.\n\nWith --json one object: address, kept (true)."
    )]
    Add {
        /// host:port, or an address as the partner's 'talkoot run' prints it.
        address: String,
    },
    /// No longer call an address.
    #[command(
        after_help = "Example: talkoot peer remove node.example.org:7474\n\nWith --json one object: address, kept (false)."
    )]
    Remove {
        /// The address as 'peer list' shows it.
        address: String,
    },
    /// List the nodes called or connected, and how far each is in step with this one.
    #[command(after_help = list::HELP)]
    List,
}

/// What was done, for programs.
#[derive(Debug, Serialize)]
struct Kept {
    address: String,
    kept: bool,
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    match args.action {
        Action::Add { address } => keep(global, &mut client, address, true)?,
        Action::Remove { address } => keep(global, &mut client, address, false)?,
        Action::List => list::run(global, &mut client)?,
    }
    client.close()
}

fn keep(global: &Global, client: &mut Client<'_>, address: String, kept: bool) -> Result<()> {
    let address = address.trim().to_owned();
    let request = match kept {
        true => Request::AddPeer { address: address.clone() },
        false => Request::RemovePeer { address: address.clone() },
    };
    let Response::Done = client.ask(request)? else { return Err(unexpected()) };
    match (kept, client.is_running()) {
        (true, true) => {
            output::say(&format!("Calling {address}; see how it goes with: {}", words::command(global, "peer list")))
        }
        (true, false) => {
            output::say(&format!("{address} is called as soon as the node runs: {}", words::command(global, "run")))
        }
        (false, _) => {
            output::say(&format!("{address} is called no more; a connection that stands stays until one side stops"))
        }
    }
    if global.json { output::json(&Kept { address, kept }) } else { Ok(()) }
}
