//! `talkoot phenomenon list`.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::phenomenon::Brief;
use talkoot_protocol::report::codes::Language;

use super::words::Heading;
use crate::client::{Client, unexpected};
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Longest title shown, in characters.
const TITLE_CHARS_MAX: usize = 60;

const EXAMPLE: &str = "Example:
  talkoot phenomenon list --open

With --json one line for each: {\"id\", \"title\", \"documents\", \"organisations\", \"status\", \"facets\", \"agreements\", \
\"open\", \"reports\", \"begun\"}.";

/// Which phenomena to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// Only those with a contradiction that is not settled.
    #[arg(long)]
    open: bool,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
    /// Skip so many.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    skip: usize,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Lists phenomena.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let request = Request::Phenomena { open: args.open, skip: args.skip, limit: args.limit };
    let Response::Phenomena { phenomena, total } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        phenomena.iter().try_for_each(output::json)?;
        return client.close();
    }
    let say = |heading: Heading| heading.say(args.language);
    let headers = [
        "ID",
        say(Heading::Organisations),
        say(Heading::Facets),
        say(Heading::Reports),
        say(Heading::Open),
        say(Heading::Status),
        say(Heading::Title),
    ];
    let rows: Vec<_> = phenomena.iter().map(|brief| row(brief, args.language)).collect();
    output::table(&headers, &rows)?;
    output::say(&format!("{} of {}.", phenomena.len(), output::count(total as u64, "phenomenon", "phenomena")));
    client.close()
}

fn row(brief: &Brief, language: Language) -> Vec<String> {
    vec![
        brief.id.short(),
        brief.organisations.len().to_string(),
        brief.facets.to_string(),
        brief.reports.to_string(),
        if brief.open == 0 { String::new() } else { brief.open.to_string() },
        brief.status.as_ref().map(|code| plain::cut(code.label(language), 20)).unwrap_or_default(),
        plain::cut(brief.title.as_deref().unwrap_or_default(), TITLE_CHARS_MAX),
    ]
}
