//! `talkoot report new`.

use std::path::PathBuf;

use serde::Serialize;
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::report::Report;
use talkoot_protocol::scope::{Kind, Scope};

use super::examine::require_signable;
use super::fields::{self, Fields};
use super::pen::{self, Pen};
use super::similar;
use crate::client::Client;
use crate::commands::org::words::command;
use crate::error::Result;
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
    /// What seems to be an identifier or a wrong code is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Serialize)]
struct Written {
    document: DocumentId,
    organisation: OrganisationId,
    scope: Scope,
}

/// Writes, signs and stores a report.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let report = match &args.file {
        Some(path) => Report::read(fields::read_object(path)?).0,
        None => fields::report_of(&args.fields.cells()?)?,
    };
    require_signable(&report, args.confirm)?;
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let scope = pen::scope(&args.scope, &identity)?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let fields = report.to_fields();
    similar::hint(&mut client, &fields);
    let change = pen.author().begin(Kind::Report, scope, &fields, keys::moment()?).map_err(pen::not_signed)?;
    let again = command(global, &format!("report new --scope {} --file", args.scope));
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
