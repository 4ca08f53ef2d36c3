//! `talkoot inbox`: what an organisation is asked and has not answered. Nothing leaves it by being read.

use talkoot_protocol::api::{ProposalFilter, ProposalList};

use super::proposal::list::{self, Page};
use super::report::organisations::Organisations;
use crate::client::Client;
use crate::error::Result;
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot inbox

What is overdue stands first, then what has not been acknowledged. A proposal stays here until it is answered: acknowledge it with \
'talkoot proposal acknowledge', answer with 'talkoot proposal answer'.

With --json one line for each proposal, as 'talkoot proposal show' gives it.";

/// Whose inbox.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The inbox of another organisation that uses this node: its id, the beginning of it, or its name. [default: the node's own]
    #[arg(long, value_name = "ORGANISATION")]
    organisation: Option<String>,
    #[command(flatten)]
    page: Page,
}

/// Shows the inbox.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisation = match &args.organisation {
        Some(asked) => Some(Organisations::ask(&mut client)?.find_named(asked)?),
        None => None,
    };
    let filter = ProposalFilter { list: ProposalList::Inbox, organisation, ..ProposalFilter::default() };
    list::show(global, &mut client, filter, &args.page)?;
    client.close()
}
