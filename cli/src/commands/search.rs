//! `talkoot search`: reports that hold words, in Finnish, Swedish and English.

use talkoot_protocol::api::{Hit, QUESTION_BYTES_MAX, Request, Response};
use talkoot_protocol::report::codes::Language;

use super::report::found;
use super::report::organisations::Organisations;
use crate::client::{Client, unexpected};
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Examples:
  talkoot search asunnottomien nuorten yksinäisyys
  talkoot search --period 2026-H1 hemvård kö

Inflected forms and parts of compounds are found, and words of the same meaning in the other languages; a report has to hold most \
of the words. Reports that came in during the last seconds may not be found yet.

With --json: {\"hits\": [{\"document\", \"organisation\", \"score\", \"title\", \"title_marks\", \"field\", \"excerpt\", \"marks\": \
[{\"from\", \"to\"}]}], \"words\": {\"documents\", \"behind\"}}; marks count characters.";

/// What to look for.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The words, in any of the languages and in any form.
    #[arg(required = true, value_name = "WORDS")]
    words: Vec<String>,
    /// Only of the organisation whose id begins so.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// Only of this half-year, such as 2026-H1.
    #[arg(long, value_name = "HALF-YEAR")]
    period: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    limit: usize,
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Searches.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find(asked)).transpose()?;
    let mut words = args.words.join(" ");
    while words.len() > QUESTION_BYTES_MAX {
        words.pop();
    }
    let half_year = args.period.clone();
    let request = Request::Search { words, organisation, half_year, limit: args.limit };
    let Response::Found { hits, words } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        output::json(&serde_json::json!({ "hits": hits, "words": words }))?;
        return client.close();
    }
    hits.iter().try_for_each(|hit: &Hit| found::show(hit, &organisations, args.language))?;
    output::say(&output::count(hits.len() as u64, "report found.", "reports found."));
    found::say_behind(&words);
    client.close()
}
