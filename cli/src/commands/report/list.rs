//! `talkoot report list` and `talkoot report history`.

use talkoot_protocol::api::{self, HistoryEntry, Request, Response};
use talkoot_protocol::form::Form;
use talkoot_protocol::report::Report;
use talkoot_protocol::report::codes::Language;

use super::labels::{self, Word};
use super::organisations::Organisations;
use super::show::when;
use super::{answers, plain};
use crate::client::{Client, unexpected};
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Longest title shown, in characters.
const TITLE_CHARS_MAX: usize = 60;
/// What marks a report with concurrent values.
const CONTESTED: &str = "*";

const EXAMPLE: &str = "Example:
  talkoot report list --organisation 7c1e --limit 50

With --json one line for each report, as 'talkoot report show' gives it.";

/// Which reports to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// Only of the organisation whose id begins so.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
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

/// Lists reports.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find(asked)).transpose()?;
    let request = Request::Reports { organisation, skip: args.skip, limit: args.limit };
    let Response::Reports { reports, total } = client.ask(request)? else { return Err(unexpected()) };
    print(global, &reports, total, &organisations, args.language)?;
    client.close()
}

/// Prints a page of reports.
pub(crate) fn print(
    global: &Global,
    reports: &[api::Report],
    total: usize,
    organisations: &Organisations,
    language: Language,
) -> Result<()> {
    if global.json {
        return reports.iter().try_for_each(output::json);
    }
    let label = |field| labels::field(field, language);
    let headers = [
        "ID",
        label("observed_period"),
        label("kind"),
        label("valence"),
        Word::Organisation.say(language),
        "",
        label("title"),
    ];
    let rows: Vec<_> = reports.iter().map(|report| row(report, organisations, language)).collect();
    output::table(&headers, &rows)?;
    let contested = reports.iter().filter(|report| !report.conflicts.is_empty()).count();
    output::say(&format!("{} of {}.", reports.len(), output::count(total as u64, "report", "reports")));
    if contested > 0 {
        output::say(&format!(
            "{CONTESTED} several people wrote at the same time: 'talkoot report show' shows what each says."
        ));
    }
    Ok(())
}

fn row(shown: &api::Report, organisations: &Organisations, language: Language) -> Vec<String> {
    let (report, _) = Report::read(shown.fields.clone());
    let say = |field, chars| plain::cut(&answers::answer(&report, field, Form::built_in(), language), chars);
    vec![
        shown.document.short(),
        say("observed_period", 10),
        say("kind", 20),
        say("valence", 20),
        organisations.name(&shown.organisation, language),
        if shown.conflicts.is_empty() { String::new() } else { CONTESTED.to_owned() },
        say("title", TITLE_CHARS_MAX),
    ]
}

const HISTORY_EXAMPLE: &str = "Example:
  talkoot report history 3fa9c1

With --json one line for each change: {\"id\", \"author\", \"worker\", \"sequence\", \"dependencies\", \"claimed\", \"fields\"}.";

/// Whose history to show.
#[derive(Debug, clap::Args)]
#[command(after_help = HISTORY_EXAMPLE)]
pub(crate) struct HistoryArgs {
    /// The report's id or its beginning.
    id: String,
}

/// Shows who changed a report.
pub(crate) fn history(global: &Global, args: &HistoryArgs) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Response::History { document, changes } = client.ask(Request::History { document: args.id.clone() })? else {
        return Err(unexpected());
    };
    if global.json {
        changes.iter().try_for_each(output::json)?;
        return client.close();
    }
    let rows: Vec<_> = changes.iter().map(entry).collect();
    output::table(&["Change", "Written", "Author", "Builds on", "Fields"], &rows)?;
    output::say(&format!("Report {document}. Times are the authors' own."));
    client.close()
}

fn entry(change: &HistoryEntry) -> Vec<String> {
    let dependencies: Vec<_> = change.dependencies.iter().map(|id| id.short()).collect();
    let fields: Vec<_> = change.fields.iter().map(|field| plain::cut(field, TITLE_CHARS_MAX)).collect();
    vec![
        change.id.short(),
        when(change.claimed),
        change.worker.map(|worker| worker.short()).unwrap_or_default(),
        dependencies.join(" "),
        fields.join(", "),
    ]
}
