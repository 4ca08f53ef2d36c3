//! The form a report is written by: the built-in one, or a package that the node has; with the official code lists that were loaded
//! into the node's directory.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use talkoot_node::code_lists;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::form::limits::FORM_BYTES_MAX;
use talkoot_protocol::form::{CodeList, Form};
use talkoot_protocol::report::Report;

use crate::client::{Client, unexpected};
use crate::commands::report::plain;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Returns the form that comes with the program, with the lists loaded here.
pub(crate) fn built_in(global: &Global) -> Result<Form> {
    with_lists(global, Form::built_in().clone())
}

/// Returns a form by its id, or by its document's id.
pub(crate) fn by_id(global: &Global, client: &mut Client<'_>, id: &str) -> Result<Form> {
    let Response::Form { fields, .. } = client.ask(Request::Form { form: id.to_owned() })? else {
        return Err(unexpected());
    };
    let form = Form::read(fields).map_err(|error| {
        let reason = plain::one_line(&error.to_string());
        Error::refused(format!("the form {id} cannot be used by this version: {reason}"))
    })?;
    with_lists(global, form)
}

/// Returns the form that a report names, or the built-in one if it is not here: then local answers are kept and not judged.
pub(crate) fn of_report(global: &Global, client: &mut Client<'_>, report: &Report) -> Result<Form> {
    let id = report.form.0.as_str();
    if id == Form::built_in().form.0 {
        return built_in(global);
    }
    by_id(global, client, id).or_else(|_| built_in(global))
}

/// Says that a report names a form that is not here.
pub(crate) fn note_unknown(report: &Report, form: &Form) {
    if report.form != form.form {
        let (named, used) = (&report.form.0, &form.form.0);
        output::say(&format!(
            "Note: the form {named:?} is not known here. The report is held to {used}, the rest is kept."
        ));
    }
}

fn with_lists(global: &Global, mut form: Form) -> Result<Form> {
    code_lists::fill(&mut form, loaded(global)?);
    Ok(form)
}

/// Returns the lists loaded here, by their system.
pub(crate) fn loaded(global: &Global) -> Result<Vec<CodeList>> {
    code_lists::load(&global.dir).map_err(|error| Error::setup(error).hint(code_lists::REMEDY))
}

/// Keeps a list for this node, in the place of an earlier one of its system; returns its file.
pub(crate) fn keep_list(global: &Global, list: &CodeList) -> Result<PathBuf> {
    code_lists::keep(&global.dir, list).map_err(Error::failed)
}

/// Reads a form package from a file.
pub(crate) fn read_file(path: &Path) -> Result<Form> {
    let named = path.display();
    let bytes = read_at_most(path, FORM_BYTES_MAX as u64 + 1)
        .map_err(|error| Error::refused(format!("cannot read {named}: {error}")))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Form::parse(bytes).map_err(|error| {
        Error::refused(format!("{named}: {error}"))
            .hint("'talkoot form show talkoot/report/1 --json' prints a whole form to begin from.")
    })
}

/// Reads a file of at most so many bytes.
pub(crate) fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(std::io::Error::other(format!("longer than {most} bytes"))),
        false => Ok(bytes),
    }
}
