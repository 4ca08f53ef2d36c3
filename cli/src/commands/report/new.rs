//! `talkoot report new`.

use std::path::PathBuf;

use serde::Serialize;
use talkoot_protocol::form::Form;
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::report::{Report, flat};
use talkoot_protocol::scope::{Kind, Scope};

use super::examine::require_signable;
use super::fields::{self, Cells, Fields};
use super::pen::{self, Pen};
use super::similar;
use crate::client::Client;
use crate::commands::org::words::command;
use crate::drafts::Draft;
use crate::error::Result;
use crate::forms;
use crate::global::Global;
use crate::{keys, output};

const EXAMPLE: &str = "Example:
  talkoot report new --title \"Rent arrears end in eviction\" --language en \\
    --description \"Payment plans are refused more often than a year ago.\" \\
    --kind phenomenon --valence negative --support-need 2 --service-task working_age \\
    --target-group unemployed:25-64 --extent many:growing --area Mikkeli --level county \\
    --sector housing --sector kela --done-so-far \"Talks with the landlord.\" \\
    --proposal \"One contact person for arrears\" --addressee \"City of Mikkeli\" \\
    --evidence own_observation --client-involved heard --period 2026-H1 --role social_worker

Nothing is signed while the form is incomplete or a text holds an identifier of a person: the message names every field, what is \
wrong and what to write instead. A signed report reaches other organisations and cannot be called back. Where the node knows reports that seem to be about the \
same, it names up to three before signing; they are found by a program and keep nothing from being signed.

Is one person in danger? A report helps nobody in time: call 112; 'talkoot report fields' shows where else to turn, and what each field \
asks.

With --json: {\"document\", \"organisation\", \"scope\"}.";

/// What to write.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// A file with the report as one JSON object; - is standard input.
    #[arg(long, value_name = "FILE.json", conflicts_with = "Fields")]
    file: Option<PathBuf>,
    /// The form to write by, with questions of its own (--set local.…); without it, the one that comes with the program.
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// What seems to be an identifier or a wrong code is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
    /// Keep a report that cannot be signed yet as a draft; at a terminal you are asked.
    #[arg(long)]
    keep_draft: bool,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Serialize)]
struct Written {
    document: DocumentId,
    organisation: OrganisationId,
    scope: Scope,
}

/// How a report is to be stored.
pub(crate) struct Order<'a, 'c> {
    /// Who signs.
    pub(crate) worker: Option<&'a str>,
    /// For whom.
    pub(crate) scope: &'a str,
    /// The node, if it has been reached already.
    pub(crate) client: Option<Client<'c>>,
}

/// Writes, signs and stores a report. One that is refused can be kept as a draft.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let read = |path: &PathBuf| fields::read_object(path).map(|fields| Report::read(fields).0);
    let given = args.file.as_ref().map(read).transpose()?;
    let mut client = None;
    let form = form_of(global, args, given.as_ref(), &mut client)?;
    let mut cells = match &given {
        Some(report) => flat::to_flat(report).into_iter().filter(|(_, cell)| !cell.is_empty()).collect(),
        None => args.fields.cells(&form)?,
    };
    if args.form.is_some() {
        cells.insert("form".to_owned(), form.form.0.clone());
    }
    let worker = args.worker.as_deref();
    let report = signable(&cells, &form, args.confirm).map_err(|error| {
        let draft = Draft::new(&args.scope, cells);
        crate::commands::draft::offer(global, worker, args.keep_draft, &draft, error)
    })?;
    sign(global, &report, Order { worker, scope: &args.scope, client })
}

/// Reads cells as a report that may be signed; refuses with everything that has to be mended.
pub(crate) fn signable(cells: &Cells, form: &Form, confirmed: bool) -> Result<Report> {
    let report = fields::report_of(cells, form)?;
    require_signable(&report, form, confirmed)?;
    Ok(report)
}

/// Finds the form to write by: the one asked for, else the one the file names if it is here, else the built-in one.
fn form_of<'c>(
    global: &'c Global,
    args: &Args,
    given: Option<&Report>,
    client: &mut Option<Client<'c>>,
) -> Result<Form> {
    let is_other = |id: &str| id != Form::built_in().form.0;
    match (args.form.as_deref(), given) {
        (Some(id), _) if is_other(id) => forms::by_id(global, client.insert(Client::open(&global.dir)?), id),
        (None, Some(report)) if is_other(&report.form.0) => {
            let form = forms::of_report(global, client.insert(Client::open(&global.dir)?), report)?;
            forms::note_unknown(report, &form);
            Ok(form)
        }
        _ => forms::built_in(global),
    }
}

/// Signs and stores a report that may be signed.
pub(crate) fn sign(global: &Global, report: &Report, order: Order<'_, '_>) -> Result<()> {
    let mut client = order.client.map_or_else(|| Client::open(&global.dir), Ok)?;
    let identity = client.identity()?;
    let scope = pen::scope(order.scope, &identity)?;
    let pen = Pen::open(global, order.worker, &identity)?;
    let fields = report.to_fields();
    similar::hint(&mut client, &fields);
    let change = pen.author().begin(Kind::Report, scope, &fields, keys::moment()?).map_err(pen::not_signed)?;
    let again = command(global, &format!("report new --scope {} --file", order.scope));
    pen::send(&mut client, &change, &fields, &again)?;
    let written = Written { document: change.document(), organisation: identity.organisation, scope };
    if global.json {
        output::json(&written)?;
    } else {
        output::line(&written.document.short())?;
        let show = command(global, &format!("report show {}", written.document.short()));
        output::say(&format!("Signed and stored. See it with: {show}"));
    }
    client.close()
}
