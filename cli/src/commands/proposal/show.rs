//! `talkoot proposal show`.

use serde::Serialize;
use talkoot_protocol::api::ProposalSource;
use talkoot_protocol::proposal::State;
use talkoot_protocol::report::codes::Language;

use super::desk::{self, Day};
use super::layout::Layout;
use crate::client::Client;
use crate::commands::report::organisations::Organisations;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot proposal show 3fa9c1 --language fi

With --json one object: document, owner, phase (open, acknowledged, overdue, declined, answered, outcome_due, followed_up or closed), \
overdue_days, ask, addressees, answers (each with not_counted, null if it counts), verdict (which answer says what happens), outcomes, \
outcome_due, support, repair, holders, other, sources.";

/// Which proposal to show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The proposal's id or its beginning.
    id: String,
    #[command(flatten)]
    day: Day,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    proposal: &'a State,
    sources: &'a [ProposalSource],
}

/// Shows a proposal.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let (state, sources) = desk::ask(&mut client, &args.id, args.day.get())?;
    if global.json {
        output::json(&Shown { proposal: &state, sources: &sources })?;
    } else {
        let organisations = Organisations::ask(&mut client)?;
        let layout = Layout { organisations: &organisations, language: args.language };
        layout.whole(&state, &sources).iter().try_for_each(|line| output::line(line))?;
    }
    client.close()
}
