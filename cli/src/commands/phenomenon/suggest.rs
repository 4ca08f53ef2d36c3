//! `talkoot phenomenon suggest`: reports that may belong to a phenomenon, and phenomena that may be one. A program finds them by
//! their words; people decide with `link`, `unlink`, `merge` and `part`, and what they decided is not suggested again.

use talkoot_protocol::api::{HITS_MAX, Pair, Request, Response, Suggestion, WordsStatus};
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::codes::Language;

use crate::client::{Client, unexpected};
use crate::commands::org::words::command;
use crate::commands::report::organisations::Organisations;
use crate::commands::report::{found, plain};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Longest title shown, in characters.
const TITLE_CHARS_MAX: usize = 44;

const EXAMPLE: &str = "Examples:
  talkoot phenomenon suggest
  talkoot phenomenon suggest 1a2b3c --limit 20

A program compares the words of the linked reports and of what is said in the phenomenon with all reports that are here, in Finnish, \
Swedish and English. It often errs, so read before you link. A similarity of 1 means the same words; below 0.6 nothing is \
suggested. What somebody has linked, unlinked, merged or parted is not suggested again.

With --json: {\"reports\": [{\"phenomenon\", \"title\", \"similarity\", \"hit\"}], \"pairs\": [{\"one\", \"other\", \"titles\", \
\"similarity\", \"shared\"}], \"words\": {\"documents\", \"behind\"}}; similarity in thousandths, \"hit\" as 'talkoot search' gives it, \
with the shared words in \"shared\".";

/// For which phenomenon.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning; without it, those begun last.
    id: Option<String>,
    /// At most so many reports, and so many pairs.
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    limit: usize,
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// What is suggested.
struct Suggested {
    reports: Vec<Suggestion>,
    pairs: Vec<Pair>,
    words: WordsStatus,
}

/// Shows suggestions.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Suggested { reports, pairs, words } = ask(&mut client, args.id.clone(), args.limit)?;
    if global.json {
        output::json(&serde_json::json!({ "reports": reports, "pairs": pairs, "words": words }))?;
        return client.close();
    }
    let organisations = Organisations::ask(&mut client)?;
    if let Some(first) = reports.first() {
        let row = |suggestion: &Suggestion| report_row(suggestion, &organisations, args.language);
        let headers = ["PHENOMENON", "REPORT", "LIKE", "TITLE", "ORGANISATION", "SHARED WORDS"];
        output::table(&headers, &reports.iter().map(row).collect::<Vec<_>>())?;
        let (phenomenon, report) = (first.phenomenon.short(), first.hit.document.short());
        let link = command(global, &format!("phenomenon link {phenomenon} {report} --suggested"));
        output::say(&format!("If the first one belongs there: {link}"));
    }
    if let Some(first) = pairs.first() {
        output::table(
            &["ONE", "OTHER", "LIKE", "TITLES", "SHARED WORDS"],
            &pairs.iter().map(pair_row).collect::<Vec<_>>(),
        )?;
        let merge = command(global, &format!("phenomenon merge {} {}", first.one.short(), first.other.short()));
        output::say(&format!("If the first two are one: {merge}"));
    }
    output::say(match reports.is_empty() && pairs.is_empty() {
        true => "Nothing here is similar enough to be suggested.",
        false => "Found by a program from the words they share; whether they belong together, a person decides.",
    });
    found::say_behind(&words);
    client.close()
}

/// Returns how similar a program finds these reports to a phenomenon, in thousandths.
///
/// # Errors
/// If it does not suggest one of them.
pub(super) fn similarities(
    client: &mut Client<'_>,
    phenomenon: &DocumentId,
    reports: &[DocumentId],
) -> Result<Vec<u16>> {
    let suggested = ask(client, Some(phenomenon.to_string()), HITS_MAX)?.reports;
    let similarity = |report: &DocumentId| {
        let found = suggested.iter().find(|suggestion| suggestion.hit.document == *report);
        found.map(|suggestion| suggestion.similarity).ok_or_else(|| {
            Error::refused(format!("the program does not suggest report {} for this phenomenon", report.short()))
                .hint("Nothing was signed. To link it all the same, leave out --suggested.")
        })
    };
    reports.iter().map(similarity).collect()
}

fn ask(client: &mut Client<'_>, document: Option<String>, limit: usize) -> Result<Suggested> {
    match client.ask(Request::Suggestions { document, limit })? {
        Response::Suggestions { reports, pairs, words } => Ok(Suggested { reports, pairs, words }),
        _ => Err(unexpected()),
    }
}

fn report_row(suggestion: &Suggestion, organisations: &Organisations, language: Language) -> Vec<String> {
    let hit = &suggestion.hit;
    vec![
        format!("{} {}", suggestion.phenomenon.short(), title(suggestion.title.as_deref())),
        hit.document.short(),
        likeness(suggestion.similarity),
        title(Some(&hit.title)),
        organisations.name(&hit.organisation, language),
        plain::one_line(&hit.shared.join(", ")),
    ]
}

fn pair_row(pair: &Pair) -> Vec<String> {
    let [one, other] = &pair.titles;
    vec![
        pair.one.short(),
        pair.other.short(),
        likeness(pair.similarity),
        format!("{} / {}", title(one.as_deref()), title(other.as_deref())),
        plain::one_line(&pair.shared.join(", ")),
    ]
}

fn title(title: Option<&str>) -> String {
    plain::cut(title.unwrap_or_default(), TITLE_CHARS_MAX)
}

fn likeness(thousandths: u16) -> String {
    format!("{:.2}", f64::from(thousandths) / 1_000.0)
}
