//! `talkoot view list`.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::saved::Brief;

use crate::client::{Client, unexpected};
use crate::commands::phenomenon::words::Heading;
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Longest title shown, in characters.
const TITLE_CHARS_MAX: usize = 60;

const EXAMPLE: &str = "Example:
  talkoot view list

With --json one line for each: {\"id\", \"heading\", \"open\", \"documents\", \"organisations\", \"queries\", \"begun\"}.";

/// Which saved views to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
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

/// Lists saved views.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let request = Request::SavedViews { skip: args.skip, limit: args.limit };
    let Response::SavedViews { views, total } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        views.iter().try_for_each(output::json)?;
        return client.close();
    }
    let say = |heading: Heading| heading.say(args.language);
    let headers = ["ID", say(Heading::Organisations), say(Heading::Questions), say(Heading::Open), say(Heading::Title)];
    let rows: Vec<_> = views.iter().map(row).collect();
    output::table(&headers, &rows)?;
    output::say(&format!("{} of {}.", views.len(), output::count(total as u64, "saved view", "saved views")));
    client.close()
}

fn row(brief: &Brief) -> Vec<String> {
    vec![
        brief.id.short(),
        brief.organisations.len().to_string(),
        brief.queries.to_string(),
        if brief.open { "1".to_owned() } else { String::new() },
        plain::cut(brief.heading.as_deref().unwrap_or_default(), TITLE_CHARS_MAX),
    ]
}
