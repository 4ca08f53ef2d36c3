//! What a newcomer should see, as the program's own commands show it: one phenomenon, the way from a report to its answer, an inbox;
//! and what to try next.

use std::path::Path;

use clap::Parser as _;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::report::codes::Language;

use super::ask;
use super::story::{COORDINATOR, DECISION_MAKER};
use crate::args;
use crate::client::{Client, unexpected};
use crate::commands;
use crate::commands::phenomenon::layout;
use crate::commands::report::organisations::Organisations;
use crate::error::{Error, Result};
use crate::house::House;
use crate::output;
use crate::world;

use talkoot_protocol::api::{Request, Response};

/// Most lines of a card that are shown: after them come the reports one by one.
const CARD_LINES_MAX: usize = 34;

/// Asks every node for a phenomenon and returns the card, which has to be the same on all.
pub(super) fn card(houses: &[House], phenomenon: DocumentId) -> Result<Card> {
    let mut cards = Vec::new();
    for house in houses {
        let request = Request::Phenomenon { document: phenomenon.to_string(), history: false };
        let Response::Phenomenon { card, .. } = ask(house, request)? else { return Err(unexpected()) };
        cards.push(*card);
    }
    let first = cards.pop().ok_or_else(unexpected)?;
    match cards.iter().all(|card| card.bytes() == first.bytes()) {
        true => Ok(first),
        false => Err(Error::refused("the four nodes show different cards; this should never happen")),
    }
}

/// Shows the beginning of a card.
pub(super) fn show_card(house: &House, card: &Card) -> Result<()> {
    output::line("\nONE PHENOMENON: what each organisation says of it, and what is open")?;
    command(house, &["phenomenon", "show", &card.id.short()])?;
    let mut client = Client::open(&house.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    client.close()?;
    let lines = layout::lines(card, &[], &organisations, Language::En);
    lines.iter().take(CARD_LINES_MAX).try_for_each(|line| output::line(line))?;
    match lines.len().saturating_sub(CARD_LINES_MAX) {
        0 => Ok(()),
        more => output::line(&format!("  … {more} more lines")),
    }
}

/// Shows the way of a report, and who still owes an answer.
pub(super) fn show_way(writer: &House, report: DocumentId, asked: &House) -> Result<()> {
    output::line("\nFROM A REPORT TO ITS ANSWER: what the worker who wrote it sees")?;
    run(writer, &["report", "trace", &report.short(), "--today", world::DAY])?;
    output::line(&format!("\nTHE INBOX: what {} is asked and owes an answer", asked.plan.names.en))?;
    run(asked, &["inbox", "--limit", "8", "--today", world::DAY])
}

/// Names a command, and shows what it shows.
fn run(house: &House, words: &[&str]) -> Result<()> {
    command(house, words)?;
    let dir = house.dir.to_string_lossy();
    let typed = ["talkoot", "--dir", &dir].into_iter().chain(words.iter().copied());
    let args = args::Args::try_parse_from(typed).map_err(|error| Error::refused(error.to_string()))?;
    commands::run(args).map(|_| ())
}

fn command(house: &House, words: &[&str]) -> Result<()> {
    output::line(&format!("$ talkoot {} --dir {}", words.join(" "), quoted(&house.dir)))
}

fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains([' ', '\'', '"']) { format!("{path:?}") } else { path }
}

/// Says what can be tried with nodes that stay.
pub(super) fn suggest(houses: &[House], phenomenon: DocumentId, kept: bool) {
    let [county, town, ..] = houses else { return };
    let (first, second) = (quoted(&county.dir), quoted(&town.dir));
    let how = if kept { "The nodes are stopped and kept. Try" } else { "In another terminal, try" };
    output::say(&format!("\n{how}:"));
    if kept {
        output::say(&format!("  talkoot run --dir {first}        # Ctrl-C ends it; all but search works without, too"));
    }
    output::say(&format!("  export TALKOOT_PASSPHRASE={}", crate::house::PASSPHRASE));
    for line in [
        format!("report list --dir {first}"),
        format!("view --rows theme --columns organisation_kind --dir {first}"),
        format!("search \"rent arrears\" --dir {first}"),
        format!("phenomenon list --open --dir {first}"),
        format!(
            "phenomenon facet {} --aspect kuka --value nuoret --worker {COORDINATOR} --dir {first}",
            phenomenon.short()
        ),
        format!("inbox --dir {second}"),
        format!("proposal answer ID --code accepted --reason \"…\" --worker {DECISION_MAKER} --dir {second}"),
        format!("report new --worker worker-1 --dir {first} --help"),
    ] {
        output::say(&format!("  talkoot {line}"));
    }
}
