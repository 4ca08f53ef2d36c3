//! `talkoot report show`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use talkoot_protocol::api::{self, Request, Response};
use talkoot_protocol::form::Form;
use talkoot_protocol::report::Report;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::Scope;
use talkoot_protocol::time::Timestamp;

use super::labels::{self, Word};
use super::organisations::Organisations;
use super::{answers, plain};
use crate::client::{Client, unexpected};
use crate::error::Result;
use crate::forms;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot report show 3fa9c1 --language fi

With --json: {\"document\", \"organisation\", \"author\", \"scope\", \"claimed\", \"changes\", \"fields\", \"conflicts\"}.";

/// Which report to show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The report's id or its beginning.
    id: String,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows a report.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Response::Report(report) = client.ask(Request::Report { document: args.id.clone() })? else {
        return Err(unexpected());
    };
    if global.json {
        output::json(&report)?;
    } else {
        let organisations = Organisations::ask(&mut client)?;
        let form = forms::of_report(global, &mut client, &Report::read(report.fields.clone()).0)?;
        layout(&report, &organisations, &form, args.language).iter().try_for_each(|line| output::line(line))?;
    }
    client.close()
}

/// Returns the lines of a report.
fn layout(shown: &api::Report, organisations: &Organisations, form: &Form, language: Language) -> Vec<String> {
    let (report, _) = Report::read(shown.fields.clone());
    let mut lines = vec![plain::one_line(&report.title), String::new()];
    let author = shown.author.map(|worker| worker.short()).unwrap_or_default();
    let head = [
        ("ID", shown.document.to_string()),
        (Word::Organisation.say(language), organisations.name(&shown.organisation, language)),
        (Word::Worker.say(language), author),
        (Word::Shared.say(language), shared(&shown.scope, organisations, language)),
        (Word::Written.say(language), when(shown.claimed)),
        (Word::Changes.say(language), shown.changes.to_string()),
    ];
    lines.extend(head.into_iter().map(|(label, text)| format!("{label}: {text}")));
    lines.push(String::new());
    lines.extend(answers_in_words(&report, &shown.conflicts, form, language));
    lines
}

/// Returns the answers in the order of the form, unknown fields last, each with what others say.
pub(crate) fn answers_in_words(
    report: &Report,
    conflicts: &BTreeMap<String, Vec<Value>>,
    form: &Form,
    language: Language,
) -> Vec<String> {
    let mut lines = Vec::new();
    let known: BTreeSet<&str> = Report::FIELDS.iter().copied().collect();
    let unknown = report.other.keys().map(String::as_str).filter(|field| !known.contains(field));
    for field in Report::FIELDS.iter().copied().chain(unknown) {
        let conflicts = conflicts.get(field).map(Vec::as_slice).unwrap_or_default();
        if field != "title" || !conflicts.is_empty() {
            let label = form.label(field, language).unwrap_or_else(|| labels::field(field, language));
            put(&mut lines, label, &answers::answer(report, field, form, language), 0);
        }
        for value in conflicts.iter().skip(1) {
            put(&mut lines, Word::OthersSay.say(language), &answers::value(field, value, form, language), 4);
        }
    }
    lines
}

/// Adds an answer: beside its label if it is short, else below it.
fn put(lines: &mut Vec<String>, label: &str, answer: &str, indent: usize) {
    const BESIDE_CHARS_MAX: usize = 60;
    if answer.trim().is_empty() {
        return;
    }
    let label = format!("{}{}", " ".repeat(indent), plain::one_line(label));
    if answer.chars().count() <= BESIDE_CHARS_MAX && !answer.contains('\n') {
        lines.push(format!("{label}: {}", plain::one_line(answer)));
    } else {
        lines.push(format!("{label}:"));
        lines.extend(plain::paragraph(answer, indent + 4));
    }
}

/// Returns for whom a report is, in words as the command line takes them.
fn shared(scope: &Scope, organisations: &Organisations, language: Language) -> String {
    match scope {
        Scope::Organisation(id) => organisations.name(id, language),
        scope => scope.to_string(),
    }
}

/// Returns a time as `2026-11-22 08:05 UTC`.
pub(crate) fn when(time: Timestamp) -> String {
    let (year, month, day) = time.date();
    let minutes = time.as_millis() / 60_000 % (24 * 60);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use talkoot_protocol::id::{DocumentId, OrganisationId};

    use super::*;

    #[test]
    fn shows_what_others_say_under_the_field() {
        let shown = api::Report {
            document: DocumentId::from_bytes([1; 32]),
            organisation: OrganisationId::from_bytes([2; 32]),
            author: None,
            scope: Scope::Network,
            claimed: Timestamp::from_millis(1_000_000_000_000),
            changes: 3,
            fields: serde_json::from_value(json!({"title": "Asunnot\u{1b}[2J", "level": "county", "mood": "x"}))
                .unwrap(),
            conflicts: [("level".to_owned(), vec![json!("county"), json!("national")])].into(),
        };
        let lines = layout(&shown, &Organisations::default(), Form::built_in(), Language::Fi);
        let at = lines.iter().position(|line| line == "Taso: Hyvinvointialue").unwrap();
        assert_eq!(lines[at + 1], "    muut sanovat myös: Valtakunta");
        assert_eq!(lines[0], "Asunnot\u{fffd}[2J");
        assert!(lines.contains(&"Kirjoitettu: 2001-09-09 01:46 UTC".to_owned()), "{lines:?}");
        assert!(lines.contains(&"mood: x".to_owned()));
    }
}
