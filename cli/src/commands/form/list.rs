//! `talkoot form list`.

use talkoot_protocol::api::{FormEntry, Request, Response};
use talkoot_protocol::report::codes::Language;

use crate::client::{Client, unexpected};
use crate::commands::report::organisations::Organisations;
use crate::commands::report::plain;
use crate::error::Result;
use crate::global::Global;
use crate::output;

/// Longest name shown, in characters.
const NAME_CHARS_MAX: usize = 40;
/// Longest reason shown why a form cannot be used, in characters.
const FAULT_CHARS_MAX: usize = 400;

const EXAMPLE: &str = "Example:
  talkoot form list --language fi

Where several organisations publish a form of one id, the first listed is the one this node goes by.

With --json one line for each form: {\"form\", \"name\", \"hash\", \"document\", \"organisation\", \"scope\", \"changes\", \"questions\", \"fault\"}.";

/// How to list them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The language of names: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Lists forms.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Response::Forms { forms } = client.ask(Request::Forms)? else { return Err(unexpected()) };
    if global.json {
        forms.iter().try_for_each(output::json)?;
    } else {
        let organisations = Organisations::ask(&mut client)?;
        let rows: Vec<_> = forms.iter().map(|entry| row(entry, &organisations, args.language)).collect();
        output::table(&["Form", "Name", "Organisation", "Questions", "Document"], &rows)?;
        for entry in forms {
            if let Some(fault) = &entry.fault {
                output::say(&format!(
                    "{} cannot be used here: {}",
                    plain::cut(&entry.form.0, NAME_CHARS_MAX),
                    plain::cut(fault, FAULT_CHARS_MAX)
                ));
            }
        }
    }
    client.close()
}

fn row(entry: &FormEntry, organisations: &Organisations, language: Language) -> Vec<String> {
    let name = entry.name.as_ref().map(|name| plain::cut(name.get(language), NAME_CHARS_MAX));
    vec![
        plain::cut(&entry.form.0, NAME_CHARS_MAX),
        name.unwrap_or_default(),
        entry.organisation.map_or_else(|| "Talkoot".to_owned(), |id| organisations.name(&id, language)),
        entry.questions.to_string(),
        entry.document.map(|id| id.short()).unwrap_or_default(),
    ]
}
