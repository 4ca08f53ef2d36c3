//! `talkoot phenomenon begin` and `describe`.

use talkoot_protocol::phenomenon::word::{Link, LinkState, Others, Summary, Title, Word};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::Kind;

use super::table::{self, Signing};
use crate::commands::joint::signing;
use crate::error::Result;
use crate::global::Global;

const EXAMPLE: &str = "Example:
  talkoot phenomenon begin --title \"Asuntoa jonotetaan puoli vuotta\" --language fi \\
    --summary \"Nuoret asuvat kavereiden sohvilla.\" --report 3fa9c1

Needs a worker with the role coordinator. Coordinators of all members that receive it may add to it, each for their own \
organisation; nobody can change what another organisation says.

With --json: {\"document\", \"organisation\", \"scope\"}.";

/// What to begin.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// What it is called, in at most 120 characters.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The language of the title: fi, sv, en or se.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// What it is, in a few sentences.
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// A report that belongs to it; may be given several times.
    #[arg(long, value_name = "ID")]
    report: Vec<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    #[command(flatten)]
    signing: Signing,
}

/// Begins a phenomenon.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut words = described(Some(&args.title), args.language, args.summary.as_ref());
    table::edits(&words)?;
    let mut desk = args.signing.desk(global)?;
    let scope = desk.scope(&args.scope)?;
    let linked = table::reports(&mut desk.client, &args.report, &scope)?;
    let link = Link { state: LinkState::Linked, reason: None, similarity: None, others: Others::new() };
    words.extend(linked.into_iter().map(|report| Word::Link(report, link.clone())));
    let next = "Add to it with: talkoot phenomenon facet, link, status, period.";
    signing::begin(global, desk, Kind::Phenomenon, scope, &table::edits(&words)?, next)
}

const DESCRIBE_EXAMPLE: &str = "Example:
  talkoot phenomenon describe 1a2b3c --title \"Bostadskön är ett halvt år\" --language sv

Your own words stand beside those of other organisations.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to say.
#[derive(Debug, clap::Args)]
#[command(after_help = DESCRIBE_EXAMPLE)]
pub(crate) struct DescribeArgs {
    /// The phenomenon's id or its beginning.
    id: String,
    /// What your organisation calls it.
    #[arg(long, value_name = "TEXT", required_unless_present = "summary")]
    title: Option<String>,
    /// The language of the title: fi, sv, en or se.
    #[arg(long, value_name = "LANGUAGE", requires = "title")]
    language: Option<Language>,
    /// What it is, in a few sentences.
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Says what a phenomenon is.
pub(super) fn describe(global: &Global, args: &DescribeArgs) -> Result<()> {
    let words = described(args.title.as_ref(), args.language, args.summary.as_ref());
    table::say(global, &args.signing, &args.id, &words)
}

fn described(title: Option<&String>, language: Option<Language>, summary: Option<&String>) -> Vec<Word> {
    let title =
        title.map(|text| Title { text: text.clone(), language: language.map(Into::into), others: Others::new() });
    let summary = summary.map(|text| Summary { text: text.clone(), others: Others::new() });
    title.map(Word::Title).into_iter().chain(summary.map(Word::Summary)).collect()
}
