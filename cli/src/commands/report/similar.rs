//! `talkoot report similar`, and the hint before a report is signed: reports that a program finds alike. Whether they are about
//! the same, a person decides.

use talkoot_protocol::api::{Hit, Request, Response, SIMILARITY_SHOWN, SIMILARITY_SUGGESTED};
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
/// Longest title in a hint, in characters.
const TITLE_CHARS_MAX: usize = 80;

const EXAMPLE: &str = "Example:
  talkoot report similar 3fa9c1

Of all organisations, in all three languages as far as words allow. A score of 1 means the same words, 0 none in common; below 0.5 \
a report is shown only with --all.

With --json as 'talkoot search' gives it, with the words that make a report similar in \"shared\".";

/// Which report to compare with the others.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The report's id or its beginning.
    id: String,
    /// At most so many.
    #[arg(long, default_value_t = 5, value_name = "NUMBER")]
    limit: usize,
    /// Also those that share too little to be likely about the same.
    #[arg(long)]
    all: bool,
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows reports like one.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let document = Some(args.id.clone());
    let least = if args.all { 0 } else { SIMILARITY_SHOWN };
    let request = Request::Similar { document, fields: Fields::new(), least, limit: args.limit };
    let Response::Found { hits, words } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        output::json(&serde_json::json!({ "hits": hits, "words": words }))?;
        return client.close();
    }
    let organisations = Organisations::ask(&mut client)?;
    for hit in &hits {
        found::show(hit, &organisations, args.language)?;
    }
    output::say(match hits.is_empty() {
        true => "No report here is similar enough to be shown.",
        false => "Similar reports, found by a program; whether they are about the same, a person decides.",
    });
    found::say_behind(&words);
    client.close()
}

/// Says which reports may already tell what somebody is about to sign. Says nothing if that cannot be found out.
pub(super) fn hint(client: &mut Client<'_>, fields: &Fields) {
    let least = SIMILARITY_SUGGESTED;
    let request = Request::Similar { document: None, fields: fields.clone(), least, limit: HINTS_MAX };
    let Ok(Response::Found { hits, .. }) = client.ask(request) else { return };
    if hits.is_empty() {
        return;
    }
    output::say("Similar reports, found by a program; look whether one of them already says it:");
    for Hit { document, title, shared, .. } in hits {
        let (title, shared) = (plain::cut(&title, TITLE_CHARS_MAX), plain::one_line(&shared.join(", ")));
        output::say(&format!("  {}  {title} ({shared})", document.short()));
    }
}
