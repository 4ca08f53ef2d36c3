//! `talkoot path codes`: the codes a path is made of.

use serde::Serialize;
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::service_path::codes::{ActorKind, PathOutcome, ServiceCode, SharedGoal, StepEnd, WaitBand};

use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot path codes --language fi

Needs for support, groups, ages and areas are those of reports: talkoot report codes. Official services are loaded with 'talkoot form \
codes import'; a step then takes urn:oid:…|CODE.

With --json one line for each code: {\"field\", \"code\", \"label\"}.";

/// In which language.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

#[derive(Serialize)]
struct Entry {
    field: &'static str,
    code: &'static str,
    label: &'static str,
}

fn of<T: CodeSet>(field: &'static str, language: Language) -> impl Iterator<Item = Entry> {
    T::all().iter().map(move |code| Entry { field, code: code.key(), label: code.label(language) })
}

/// Lists the codes.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let language = args.language;
    let steps = of::<ServiceCode>("service", language).chain(of::<ActorKind>("actor", language));
    let steps = steps.chain(of::<StepEnd>("ended", language)).chain(of::<WaitBand>("wait", language));
    let all = steps.chain(of::<SharedGoal>("shared_goal", language)).chain(of::<PathOutcome>("outcome", language));
    if global.json {
        return all.into_iter().try_for_each(|entry| output::json(&entry));
    }
    let row = |entry: Entry| vec![entry.field.to_owned(), entry.code.to_owned(), entry.label.to_owned()];
    output::table(&["Field", "Code", "Name"], &all.map(row).collect::<Vec<_>>())
}
