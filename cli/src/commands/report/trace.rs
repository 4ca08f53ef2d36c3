//! `talkoot report trace`: from a report to what came of it, as a tree.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::proposal::{State, Trace};
use talkoot_protocol::report::Report;
use talkoot_protocol::report::codes::Language;

use super::organisations::Organisations;
use super::plain;
use crate::client::{Client, unexpected};
use crate::commands::proposal::desk::Day;
use crate::commands::proposal::labels::{Say, phase};
use crate::commands::proposal::layout::Layout;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot report trace 3fa9c1

Shows the phenomena that link the report, the proposals that come from them or from the report itself, their answers and what came of \
them: for who wrote the report, and for coordinators.

With --json one object: report, phenomena (each with linked_by and its proposals), proposals (those that name the report itself), as \
'talkoot proposal show' gives them.";

/// Which report to follow.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The report's id or its beginning.
    id: String,
    #[command(flatten)]
    day: Day,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows what came of a report.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let request = Request::Trace { document: args.id.clone(), today: args.day.get() };
    let Response::Trace { report, trace } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        output::json(&trace)?;
    } else {
        let organisations = Organisations::ask(&mut client)?;
        let layout = Layout { organisations: &organisations, language: args.language };
        let title = Report::read(report.fields).0.title;
        output::line(&format!("{} {}", trace.report.short(), plain::one_line(&title)))?;
        tree(&trace, &layout).iter().try_for_each(|line| output::line(line))?;
        if trace.phenomena.is_empty() && trace.proposals.is_empty() {
            output::say("No phenomenon links it yet, and no proposal names it.");
        }
    }
    client.close()
}

fn tree(trace: &Trace, layout: &Layout<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for branch in &trace.phenomena {
        let phenomenon = &branch.phenomenon;
        let contested = match phenomenon.contested {
            true => format!(" [{}]", Say::Contested.in_language(layout.language)),
            false => String::new(),
        };
        let kind = Say::Phenomenon.in_language(layout.language);
        let owner = layout.organisations.name(&phenomenon.owner, layout.language);
        let title = plain::one_line(&phenomenon.title);
        lines.push(format!("  {kind} {} {title} ({owner}){contested}", phenomenon.document.short()));
        lines.extend(branch.proposals.iter().flat_map(|state| proposal(state, layout, 4)));
    }
    lines.extend(trace.proposals.iter().flat_map(|state| proposal(state, layout, 2)));
    lines
}

fn proposal(state: &State, layout: &Layout<'_>, indent: usize) -> Vec<String> {
    let blanks = " ".repeat(indent);
    let word = Say::Text.in_language(layout.language).to_lowercase();
    let owner = layout.organisations.name(&state.owner, layout.language);
    let asked = state.ask.as_ref().map(|ask| layout.addressee(&ask.addressee)).unwrap_or_default();
    let mut lines = vec![format!(
        "{blanks}{word} {} {} ({owner} → {asked}): {}",
        state.document.short(),
        layout.title(state),
        phase(state, layout.language)
    )];
    lines.extend(state.answers.iter().flat_map(|given| layout.answer(given, indent + 2)));
    lines.extend(layout.outcomes(state).iter().map(|line| format!("{blanks}  {}", line.trim_start())));
    lines
}
