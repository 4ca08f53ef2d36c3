//! `talkoot report similar`, and the hint before a report is signed: reports that a program finds alike. Whether they are about
//! the same, a person decides.

use talkoot_protocol::api::{Hit, Request, Response};
use talkoot_protocol::document::Fields;
use talkoot_protocol::report::codes::Language;

use super::found;
use super::organisations::Organisations;
use super::plain;
use crate::client::{Client, unexpected};
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Most reports shown before one is signed.
const HINTS_MAX: usize = 3;
/// Least likeness of those, from 0 to 1: most pairs of reports about different matters stay below it.
const HINT_SCORE_MIN: f64 = 0.12;
/// Longest title in a hint, in characters.
const TITLE_CHARS_MAX: usize = 80;

const EXAMPLE: &str = "Example:
  talkoot report similar 3fa9c1

Of all organisations, in all three languages as far as words allow. A score of 1 means the same words, 0 none in common.

With --json as 'talkoot search' gives it.";

/// Which report to compare with the others.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The report's id or its beginning.
    id: String,
    /// At most so many.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    limit: usize,
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows reports like one.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let document = Some(args.id.clone());
    let request = Request::Similar { document, fields: Fields::new(), limit: args.limit };
    let Response::Found { hits, words } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        output::json(&serde_json::json!({ "hits": hits, "words": words }))?;
        return client.close();
    }
    let organisations = Organisations::ask(&mut client)?;
    for hit in &hits {
        found::show(hit, &organisations, args.language)?;
    }
    output::say("Similar reports, found by a program; whether they are about the same, a person decides.");
    found::say_behind(&words);
    client.close()
}

/// Says which reports may already tell what somebody is about to sign. Says nothing if that cannot be found out.
pub(super) fn hint(client: &mut Client<'_>, fields: &Fields) {
    let request = Request::Similar { document: None, fields: fields.clone(), limit: HINTS_MAX };
    let Ok(Response::Found { hits, .. }) = client.ask(request) else { return };
    let hits: Vec<Hit> = hits.into_iter().filter(|hit| hit.score >= HINT_SCORE_MIN).collect();
    if hits.is_empty() {
        return;
    }
    output::say("Similar reports, found by a program; look whether one of them already says it:");
    for hit in hits {
        output::say(&format!("  {}  {}", hit.document.short(), plain::cut(&hit.title, TITLE_CHARS_MAX)));
    }
}
