//! `talkoot form`: what is asked, and by whom. A form package is a signed document of the organisation that publishes it; official
//! code lists are loaded into this node's directory and stay there.

mod codes;
mod list;
mod publish;
mod show;
pub(super) mod words;

use std::path::PathBuf;

use clap::Subcommand;

use crate::error::Result;
use crate::forms;
use crate::global::Global;
use crate::output;

/// What can be done with forms.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the forms known here.
    List(list::Args),
    /// Show a form: notice, fields with help, questions, code lists.
    Show(show::Args),
    /// Sign a form package and share it, or a new version of it. Coordinators do.
    Publish(publish::Args),
    /// Check a form package without publishing it.
    #[command(after_help = CHECK_HELP)]
    Check {
        /// The form package as JSON.
        file: PathBuf,
    },
    /// Load official code lists into this node.
    Codes(codes::Args),
}

const CHECK_HELP: &str = "Example: talkoot form check our-form.json

With --json: {\"form\", \"hash\", \"fields\", \"questions\"}.";

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::List(args) => list::run(global, &args),
        Action::Show(args) => show::run(global, &args),
        Action::Publish(args) => publish::run(global, &args),
        Action::Check { file } => check(global, &file),
        Action::Codes(args) => codes::run(global, args),
    }
}

fn check(global: &Global, file: &std::path::Path) -> Result<()> {
    let form = forms::read_file(file)?;
    publish::require_clean(&form, false)?;
    if global.json {
        let (fields, questions) = (form.fields.len(), form.questions.len());
        return output::json(
            &serde_json::json!({"form": form.form, "hash": form.hash(), "fields": fields, "questions": questions}),
        );
    }
    output::line(&form.hash().short())?;
    output::say(&format!("{} can be published.", form.form.0));
    Ok(())
}
