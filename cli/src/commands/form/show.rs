//! `talkoot form show`.

use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::form::Form;
use talkoot_protocol::report::codes::{Language, Variant};

use super::words;
use crate::client::{Client, unexpected};
use crate::commands::report::plain;
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot form show talkoot/report/1 --variant resident --language sv
  talkoot form show --json > our-form.json

With --json the form package itself, as 'talkoot form publish' takes it.";

/// What to show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The form's id, or its document's.
    #[arg(default_value = "talkoot/report/1")]
    form: String,
    /// Only what this variant is asked: professional, ngo or resident.
    #[arg(long, value_name = "CODE")]
    variant: Option<Variant>,
    /// The language of texts: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows a form.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Response::Form { entry, fields } = client.ask(Request::Form { form: args.form.clone() })? else {
        return Err(unexpected());
    };
    if global.json {
        output::json(&fields)?;
        return client.close();
    }
    if let Some(fault) = &entry.fault {
        return Err(Error::refused(format!("this version cannot use the form: {}", plain::one_line(fault)))
            .hint("See it with --json."));
    }
    let form = forms::by_id(global, &mut client, &args.form)?;
    let hash = entry.hash.map(|hash| hash.short()).unwrap_or_default();
    output::line(&format!("{}: {}", form.form.0, plain::one_line(form.name.get(args.language))))?;
    output::line(&format!("SHA-256: {hash}\n"))?;
    let lines = words::notice(&form, args.language).into_iter().chain([String::new()]);
    lines.chain(words::asked(&form, args.variant, args.language)).try_for_each(|line| output::line(&line))?;
    code_lists(&form, args.language)?;
    client.close()
}

fn code_lists(form: &Form, language: Language) -> Result<()> {
    let row = |list: &talkoot_protocol::form::CodeList| {
        vec![
            list.system.clone(),
            plain::cut(list.name.get(language), 40),
            plain::cut(&list.version, 20),
            list.codes.len().to_string(),
        ]
    };
    let rows: Vec<_> = form.code_lists.iter().map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    output::line("")?;
    output::table(&["System", "Name", "Version", "Codes"], &rows)
}
