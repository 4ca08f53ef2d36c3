//! `talkoot proposal list`, and the table that the inbox and the repair queue share with it.

use talkoot_protocol::api::{ProposalFilter, ProposalList, Request, Response};
use talkoot_protocol::date::Date;
use talkoot_protocol::proposal::State;
use talkoot_protocol::report::codes::Language;

use super::desk::Day;
use super::labels::{Say, phase};
use super::layout::Layout;
use crate::client::{Client, unexpected};
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Longest title in a table, in characters.
const TITLE_CHARS_MAX: usize = 50;
/// Longest name of an addressee in a table, in characters.
const NAME_CHARS_MAX: usize = 30;

const EXAMPLE: &str = "Example:
  talkoot proposal list --overdue

With --json one line for each proposal, as 'talkoot proposal show' gives it without \"sources\".";

/// Which proposals to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// Only what this organisation asks: its id, the beginning of it, or its name.
    #[arg(long, value_name = "ORGANISATION")]
    organisation: Option<String>,
    /// Only those overdue.
    #[arg(long)]
    overdue: bool,
    #[command(flatten)]
    page: Page,
}

/// Which page, on which day, in which language.
#[derive(Debug, clap::Args)]
pub(crate) struct Page {
    /// At most so many.
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
    /// Skip so many.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    skip: usize,
    #[command(flatten)]
    day: Day,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Lists proposals.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find_named(asked)).transpose()?;
    let filter = ProposalFilter { organisation, overdue: args.overdue, ..ProposalFilter::default() };
    show(global, &mut client, filter, &args.page)?;
    client.close()
}

/// Asks for a page of a list.
pub(crate) fn fetch(client: &mut Client<'_>, filter: ProposalFilter, today: Date) -> Result<(Vec<State>, usize)> {
    match client.ask(Request::Proposals { filter, today })? {
        Response::Proposals { proposals, total } => Ok((proposals, total)),
        _ => Err(unexpected()),
    }
}

/// Asks for a page of a list and shows it as a table.
pub(crate) fn show(global: &Global, client: &mut Client<'_>, filter: ProposalFilter, page: &Page) -> Result<()> {
    let list = filter.list;
    let filter = ProposalFilter { skip: page.skip, limit: page.limit, ..filter };
    let (states, total) = fetch(client, filter, page.day.get())?;
    if global.json {
        return states.iter().try_for_each(output::json);
    }
    let organisations = Organisations::ask(client)?;
    let layout = Layout { organisations: &organisations, language: page.language };
    let say = |word: Say| word.in_language(page.language);
    let last = if list == ProposalList::Queue { Say::Holder } else { Say::Asks };
    let headers = ["ID", say(Say::State), say(Say::Until1), say(Say::Asked), say(last), say(Say::Title)];
    let rows: Vec<_> = states.iter().map(|state| row(state, &layout, list)).collect();
    output::table(&headers, &rows)?;
    output::say(&format!("{} of {}.", states.len(), output::count(total as u64, "proposal", "proposals")));
    Ok(())
}

fn row(state: &State, layout: &Layout<'_>, list: ProposalList) -> Vec<String> {
    let owing = state.addressees.iter().filter(|asked| asked.owes).map(|asked| layout.addressee(&asked.addressee));
    let owing = owing.collect::<Vec<_>>().join("; ");
    let asked = match (owing.is_empty(), &state.ask) {
        (true, Some(ask)) => layout.addressee(&ask.addressee),
        _ => owing,
    };
    let last = match list {
        ProposalList::Queue => layout.holders(&state.holders),
        _ => layout.organisations.name(&state.owner, layout.language),
    };
    vec![
        state.document.short(),
        phase(state, layout.language),
        state.deadline().map(|date| date.to_string()).unwrap_or_default(),
        plain::cut(&asked, NAME_CHARS_MAX),
        last,
        plain::cut(&layout.title(state), TITLE_CHARS_MAX),
    ]
}
