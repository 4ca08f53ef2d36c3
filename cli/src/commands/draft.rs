//! `talkoot draft`: what a worker has written and not signed. Drafts are cells of the flat form, so that also what cannot be read yet
//! is kept as it was typed.

use std::io::{self, IsTerminal as _};

use clap::Subcommand;
use serde::Serialize;
use talkoot_protocol::form::Form;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::issue::Problem;
use talkoot_protocol::report::{Report, check_against};
use talkoot_protocol::time::Timestamp;

use super::org::words::command;
use super::report::examine::{Remark, examine_by, issue_remark};
use super::report::fields::{self, Cells};
use super::report::new::{self, Order};
use super::report::plain;
use super::report::show::{answers_in_words, when};
use crate::client::Client;
use crate::drafts::{Draft, Drafts};
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::output;

/// Longest title in a list, in characters.
const TITLE_CHARS_MAX: usize = 50;
/// Longest list of what is missing in a list, in characters.
const MISSING_CHARS_MAX: usize = 60;

const HELP: &str = "Example:
  talkoot draft list
  talkoot draft edit 3fa9 --set kind=phenomenon --set area=Mikkeli
  talkoot draft sign 3fa9

Drafts lie beside the keys (KEYS/NAME.drafts), encrypted with the worker's key, never in the node's directory. Columns are those of the \
CSV form (extent_trend, proposal_1_text, …) and the form's own questions (local.…).

With --json list and show print {\"draft\", \"title\", \"scope\", \"begun\", \"changed\", \"missing\", \"cells\"}.";

/// What can be done with drafts.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// Whose drafts; needed only where several workers have keys.
    #[arg(long, global = true, value_name = "NAME")]
    worker: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List drafts, each with what is still to complete.
    List,
    /// Show a draft, and what keeps it from being signed.
    Show {
        /// The draft's id or its beginning.
        id: String,
        /// The language of labels: fi, sv or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
    },
    /// Change a draft.
    Edit {
        /// The draft's id or its beginning.
        id: String,
        /// Sets a column; may be given several times.
        #[arg(long, value_name = "COLUMN=VALUE", required_unless_present_any = ["unset", "scope", "form"])]
        set: Vec<String>,
        /// Empties a field or column; may be given several times.
        #[arg(long, value_name = "COLUMN")]
        unset: Vec<String>,
        /// For whom it is to be: network, region:12 or organisation.
        #[arg(long, value_name = "SCOPE")]
        scope: Option<String>,
        /// The form it is to be written by.
        #[arg(long, value_name = "FORM")]
        form: Option<String>,
    },
    /// Sign a draft and store it as a report.
    Sign {
        /// The draft's id or its beginning.
        id: String,
        /// What seems to be an identifier or a wrong code is none: sign it as it is.
        #[arg(long)]
        confirm: bool,
    },
    /// Delete a draft for good.
    Discard {
        /// The draft's id or its beginning.
        id: String,
    },
}

/// A draft for programs.
#[derive(Serialize)]
struct Shown<'a> {
    draft: &'a str,
    title: &'a str,
    scope: &'a str,
    begun: Timestamp,
    changed: Timestamp,
    missing: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<&'a Cells>,
}

/// What a draft is as a report, and what it lacks.
pub(crate) struct Unfinished {
    /// The report, if every cell can be read.
    pub(crate) report: Option<Report>,
    /// The fields that have to be filled in.
    pub(crate) missing: Vec<String>,
    /// What keeps it from being signed.
    pub(crate) remarks: Vec<Remark>,
}

/// Looks at a draft by a form.
pub(crate) fn look(draft: &Draft, form: &Form) -> Unfinished {
    match fields::read(&draft.cells, form) {
        Ok(report) => {
            let lacks = |problem: &Problem| matches!(problem, Problem::Missing { .. } | Problem::ProposalNeeded);
            let issues = check_against(&report, form).into_iter().filter(|issue| lacks(&issue.problem));
            let missing = issues.map(|issue| issue.field).collect();
            let remarks = examine_by(&report, form, false).refusals;
            Unfinished { report: Some(report), missing, remarks }
        }
        Err(issues) => {
            let missing = issues.iter().map(|issue| issue.field.clone()).collect();
            let remarks = issues.iter().map(|issue| issue_remark(issue, false)).collect();
            Unfinished { report: None, missing, remarks }
        }
    }
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let drafts = Drafts::open(global, args.worker.as_deref())?;
    match args.action {
        Action::List => list(global, &drafts),
        Action::Show { id, language } => show(global, &drafts, &id, language),
        Action::Edit { id, set, unset, scope, form } => edit(global, &drafts, &id, &set, &unset, scope, form),
        Action::Sign { id, confirm } => sign(global, &drafts, &id, args.worker.as_deref(), confirm),
        Action::Discard { id } => {
            let (id, _) = drafts.find(&id)?;
            drafts.remove(&id)?;
            output::say("Deleted.");
            Ok(())
        }
    }
}

/// Returns the form of a draft. The node is asked only for forms that do not come with the program.
fn form_of(global: &Global, draft: &Draft) -> Result<Form> {
    match draft.form().filter(|id| *id != Form::built_in().form.0) {
        None => forms::built_in(global),
        Some(id) => {
            let mut client = Client::open(&global.dir)?;
            let form = forms::by_id(global, &mut client, id).or_else(|_| forms::built_in(global))?;
            client.close()?;
            Ok(form)
        }
    }
}

fn title(draft: &Draft) -> &str {
    draft.cells.get("title").map_or("", String::as_str)
}

fn list(global: &Global, drafts: &Drafts) -> Result<()> {
    let mut rows = Vec::new();
    let (all, damaged) = drafts.all();
    damaged.iter().for_each(|error| output::say(&format!("Note: {}.", error.message())));
    for (id, draft) in all {
        let Unfinished { missing, .. } = look(&draft, &form_of(global, &draft)?);
        let (title, Draft { scope, begun, changed, .. }) = (title(&draft), &draft);
        if global.json {
            let (begun, changed) = (*begun, *changed);
            output::json(&Shown { draft: &id, title, scope, begun, changed, missing: &missing, cells: None })?;
        }
        let missing = plain::cut(&missing.join(", "), MISSING_CHARS_MAX);
        rows.push(vec![id, plain::cut(title, TITLE_CHARS_MAX), when(*changed), missing]);
    }
    match (global.json, rows.is_empty()) {
        (true, _) => Ok(()),
        (false, true) => {
            output::say("There are no drafts.");
            Ok(())
        }
        (false, false) => output::table(&["Draft", "Title", "Changed", "To complete"], &rows),
    }
}

fn show(global: &Global, drafts: &Drafts, id: &str, language: Language) -> Result<()> {
    let (id, draft) = drafts.find(id)?;
    let form = form_of(global, &draft)?;
    let Unfinished { report, missing, remarks } = look(&draft, &form);
    if global.json {
        let Draft { scope, begun, changed, cells } = &draft;
        let (begun, changed) = (*begun, *changed);
        let title = title(&draft);
        return output::json(&Shown {
            draft: &id,
            title,
            scope,
            begun,
            changed,
            missing: &missing,
            cells: Some(cells),
        });
    }
    output::line(&format!("{}\n", plain::one_line(title(&draft))))?;
    match report {
        Some(report) => {
            let lines = answers_in_words(&report, &Default::default(), &form, language);
            lines.iter().try_for_each(|line| output::line(line))?;
        }
        None => {
            let mut cells = draft.cells.iter();
            cells.try_for_each(|(column, cell)| output::line(&format!("{column}: {}", plain::one_line(cell))))?;
        }
    }
    output::line("")?;
    match remarks.is_empty() {
        true => output::line(&format!("Ready to be signed: {}", command(global, &format!("draft sign {id}")))),
        false => remarks.iter().try_for_each(|remark| output::line(&format!("  - {}", remark.for_author()))),
    }
}

fn edit(
    global: &Global,
    drafts: &Drafts,
    id: &str,
    set: &[String],
    unset: &[String],
    scope: Option<String>,
    form: Option<String>,
) -> Result<()> {
    let (id, mut draft) = drafts.find(id)?;
    if let Some(form) = form {
        draft.cells.insert("form".to_owned(), form);
    }
    let form = form_of(global, &draft)?;
    for column in unset {
        fields::clear(&mut draft.cells, column, &form)?;
    }
    for pair in set {
        let (column, value) = fields::split_pair(pair)?;
        fields::assign(&mut draft.cells, column, value, &form)?;
    }
    draft.scope = scope.unwrap_or(draft.scope);
    draft.changed = crate::keys::now();
    drafts.save(Some(&id), &draft)?;
    let Unfinished { missing, .. } = look(&draft, &form);
    match missing.is_empty() {
        true => output::say(&format!(
            "Kept. Nothing is missing; sign it with: {}",
            command(global, &format!("draft sign {id}"))
        )),
        false => output::say(&format!("Kept. To complete: {}.", missing.join(", "))),
    }
    Ok(())
}

fn sign(global: &Global, drafts: &Drafts, id: &str, worker: Option<&str>, confirm: bool) -> Result<()> {
    let (id, draft) = drafts.find(id)?;
    let form = form_of(global, &draft)?;
    let report = new::signable(&draft.cells, &form, confirm)?;
    new::sign(global, &report, Order { worker, scope: &draft.scope, client: None })?;
    // Only what is durable as a report is no longer needed as a draft.
    drafts.remove(&id)
}

/// Keeps what was typed for a report that was refused, if that is wanted, and says so in the error.
pub(crate) fn offer(global: &Global, worker: Option<&str>, wanted: bool, draft: &Draft, error: Error) -> Error {
    if !wanted && !asks() {
        return error.also(
            "To keep what you wrote as a draft, encrypted on this machine, say the same again with --keep-draft.",
        );
    }
    let kept = Drafts::open(global, worker).and_then(|drafts| drafts.save(None, draft));
    match kept {
        Ok(id) => error.also(format!(
            "What you wrote is kept as draft {id}. Mend it with: {} --set COLUMN=VALUE",
            command(global, &format!("draft edit {id}"))
        )),
        Err(failure) => error.also(format!("It could not be kept as a draft: {}.", failure.message())),
    }
}

/// Asks at a terminal; elsewhere nobody answers.
fn asks() -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    output::say("The report is not signed yet. Keep what you wrote as a draft on this machine? [Y/n]");
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.is_ok() && !answer.trim().to_lowercase().starts_with('n')
}
