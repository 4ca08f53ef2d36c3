//! `talkoot proposal trace`: from a proposal and its answers back to the reports that it rests on, as a tree. The way there is
//! `talkoot report trace`.

use serde::Serialize;
use talkoot_protocol::api::{ProposalSource, Request, Response};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::link::{Linked, Standing};
use talkoot_protocol::proposal::State;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::Kind;

use super::desk::{self, Day};
use super::labels::{Say, phase};
use super::layout::Layout;
use crate::client::{Client, unexpected};
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot proposal trace 3fa9c1

Shows the answers, what came of them, and what the proposal rests on: the phenomena it comes from with the reports linked to them, and \
the reports it names itself. Reports that your node does not hold are shown by their ids. The other way round: talkoot report trace.

With --json one object: {\"proposal\", \"phenomena\": [{\"document\", \"title\", \"reports\"}], \"reports\"}; each report is {\"report\", \
\"title\", \"organisation\", \"period\"}, with null for what is not known here.";

/// Which proposal to follow back.
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

/// A proposal and what it rests on.
#[derive(Serialize)]
struct Back<'a> {
    proposal: &'a State,
    phenomena: Vec<Branch>,
    reports: Vec<Leaf>,
}

/// A phenomenon and the reports linked to it.
#[derive(Serialize)]
struct Branch {
    document: DocumentId,
    title: String,
    reports: Vec<Leaf>,
}

/// A report; what is not known here is absent.
#[derive(Serialize)]
struct Leaf {
    report: DocumentId,
    title: Option<String>,
    organisation: Option<String>,
    period: Option<String>,
}

/// Shows what a proposal rests on.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let (state, sources) = desk::ask(&mut client, &args.id, args.day.get())?;
    let organisations = Organisations::ask(&mut client)?;
    let name = |linked: &Linked| linked.organisation.map(|id| organisations.name(&id, args.language));
    let mut back = Back { proposal: &state, phenomena: Vec::new(), reports: Vec::new() };
    for source in sources {
        match source.kind {
            Some(Kind::Phenomenon) => back.phenomena.push(branch(&mut client, source, name)?),
            _ => back.reports.push(named(source)),
        }
    }
    if global.json {
        output::json(&back)?;
    } else {
        tree(&back, &Layout { organisations: &organisations, language: args.language })
            .iter()
            .try_for_each(|line| output::line(line))?;
        if back.phenomena.is_empty() && back.reports.is_empty() {
            output::say("It names neither a phenomenon nor a report.");
        }
    }
    client.close()
}

/// Asks for a phenomenon and takes the reports that belong to it.
fn branch(client: &mut Client<'_>, source: ProposalSource, name: impl Fn(&Linked) -> Option<String>) -> Result<Branch> {
    let request = Request::Phenomenon { document: source.document.to_string(), history: false };
    let Response::Phenomenon { card, .. } = client.ask(request)? else { return Err(unexpected()) };
    let leaf = |linked: &Linked| Leaf {
        report: linked.report,
        title: linked.title.clone(),
        organisation: name(linked),
        period: linked.period.as_ref().map(ToString::to_string),
    };
    let reports = card.links.iter().filter(|linked| linked.standing == Standing::Linked).map(leaf).collect();
    Ok(Branch { document: source.document, title: source.title, reports })
}

/// Returns a report that the proposal names itself.
fn named(source: ProposalSource) -> Leaf {
    let title = source.kind.is_some().then_some(source.title);
    Leaf { report: source.document, title, organisation: None, period: None }
}

fn tree(back: &Back<'_>, layout: &Layout<'_>) -> Vec<String> {
    let state = back.proposal;
    let say = |word: Say| word.in_language(layout.language);
    let mut lines =
        vec![format!("{} {}: {}", state.document.short(), layout.title(state), phase(state, layout.language))];
    lines.extend(state.answers.iter().flat_map(|given| layout.answer(given, 2)));
    lines.extend(layout.outcomes(state).iter().map(|line| format!("  {}", line.trim_start())));
    for branch in &back.phenomena {
        let title = plain::one_line(&branch.title);
        lines.push(format!("  {} {} {title}", say(Say::Phenomenon), branch.document.short()));
        lines.extend(branch.reports.iter().map(|report| leaf(report, layout, 4)));
    }
    lines.extend(back.reports.iter().map(|report| leaf(report, layout, 2)));
    lines
}

fn leaf(leaf: &Leaf, layout: &Layout<'_>, indent: usize) -> String {
    let say = |word: Say| word.in_language(layout.language);
    let title = leaf.title.as_deref().map_or_else(|| format!("({})", say(Say::NotHere)), plain::one_line);
    let facts: Vec<&str> = [&leaf.period, &leaf.organisation].into_iter().filter_map(Option::as_deref).collect();
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    format!("{}{} {} {title}{facts}", " ".repeat(indent), say(Say::Report), leaf.report.short())
}
