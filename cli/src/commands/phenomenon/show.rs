//! `talkoot phenomenon show`.

use serde::Serialize;
use talkoot_protocol::api::Written;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::report::codes::Language;

use super::layout;
use super::table;
use crate::client::Client;
use crate::commands::report::organisations::Organisations;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot phenomenon show 1a2b3c --language fi --history

Nodes that hold the same show the same: the fingerprint tells whether they do.

With --json: {\"card\", \"fingerprint\", \"history\"}. The card: {\"id\", \"documents\", \"title\", \"titles\", \"summaries\", \
\"status\", \"statuses\", \"aspects\", \"open\", \"links\", \"course\", \"merges\", \"unread\"}; whatever somebody says stands as \
{\"said\", \"by\", \"document\", \"path\"}.";

/// Which phenomenon to show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning.
    id: String,
    /// Show also everything that was ever written or taken back.
    #[arg(long)]
    history: bool,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

#[derive(Serialize)]
struct Answer<'a> {
    card: &'a Card,
    fingerprint: String,
    history: &'a [Written],
}

/// Shows a phenomenon.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let shown = table::fetch(&mut client, &args.id, args.history)?;
    if global.json {
        let fingerprint = shown.card.fingerprint();
        output::json(&Answer { card: &shown.card, fingerprint, history: &shown.history })?;
    } else {
        let organisations = Organisations::ask(&mut client)?;
        let lines = layout::lines(&shown.card, &shown.history, &organisations, args.language);
        lines.iter().try_for_each(|line| output::line(line))?;
    }
    client.close()
}
