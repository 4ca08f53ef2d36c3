//! `talkoot report fields`: what a form asks.

use serde::Serialize;
use talkoot_protocol::form::{Field, Form, Needs, Question, Trilingual};
use talkoot_protocol::report::codes::{Kind, Language, Variant};

use crate::client::Client;
use crate::commands::form::words;
use crate::error::Result;
use crate::forms;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot report fields --variant resident --language fi

With --json one line for each field: {\"field\", \"label\", \"help\", \"needs\", \"kinds\"}, texts in all languages.";

/// Which form, and for whom.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The form; without it, the one that comes with the program.
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// Only what this variant is asked: professional, ngo or resident.
    #[arg(long, value_name = "CODE")]
    variant: Option<Variant>,
    /// The language of texts: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

#[derive(Serialize)]
struct Asked<'a> {
    field: &'a str,
    label: &'a Trilingual,
    help: &'a Trilingual,
    needs: &'a Needs,
    kinds: &'a [Kind],
}

impl<'a> From<&'a Field> for Asked<'a> {
    fn from(field: &'a Field) -> Self {
        Self { field: &field.id, label: &field.label, help: &field.help, needs: &field.needs, kinds: &field.kinds }
    }
}

impl<'a> From<&'a Question> for Asked<'a> {
    fn from(question: &'a Question) -> Self {
        let Question { id, label, help, needs, kinds, .. } = question;
        Self { field: id, label, help, needs, kinds }
    }
}

/// Shows what is asked.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let form = match &args.form {
        None => Form::built_in().clone(),
        Some(id) => {
            let mut client = Client::open(&global.dir)?;
            let form = forms::by_id(global, &mut client, id)?;
            client.close()?;
            form
        }
    };
    if global.json {
        let questions = form.questions.iter().map(Asked::from);
        return form.fields.iter().map(Asked::from).chain(questions).try_for_each(|asked| output::json(&asked));
    }
    let lines = words::notice(&form, args.language).into_iter().chain([String::new()]);
    lines.chain(words::asked(&form, args.variant, args.language)).try_for_each(|line| output::line(&line))?;
    output::say("'talkoot report codes FIELD' lists the codes a field takes.");
    Ok(())
}
