//! `talkoot report`: one report at a time. Writing and changing sign with a worker's key on this machine; reading asks the node.
//!
//! [`fields`] turns what was typed into a report; [`examine`] says what keeps it from being signed; [`pen`] signs and sends;
//! [`similar`] finds what is alike and [`found`] shows it; [`answers`] and [`labels`] turn a report into words; [`plain`] keeps what others wrote from steering the terminal.

pub(super) mod answers;
mod asked;
mod attach;
mod attachments;
pub(super) mod codes;
mod edit;
pub(super) mod examine;
pub(crate) mod fields;
pub(super) mod found;
pub(super) mod labels;
pub(super) mod list;
pub(super) mod new;
mod note;
pub(super) mod organisations;
pub(super) mod pen;
pub(crate) mod plain;
pub(super) mod show;
mod similar;
mod trace;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

/// What can be done with reports.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write, sign and store a report.
    New(Box<new::Args>),
    /// Note something in a sentence, to be completed later: a draft on this machine, encrypted and not signed.
    Note(note::Args),
    /// Change a report, or settle what several people wrote at the same time.
    Edit(edit::Args),
    /// Show one report with everything that stands in it.
    Show(show::Args),
    /// List reports, newest first.
    List(list::Args),
    /// Show who changed a report, when, and which fields.
    History(list::HistoryArgs),
    /// Show what a form asks: each field with its help, and where danger to one person belongs.
    Fields(asked::Args),
    /// Show what came of a report: phenomena, proposals, answers, outcomes.
    Trace(trace::Args),
    /// Attach a picture or PDF document, cleaned of hidden data.
    Attach(attach::Args),
    /// List the attachments of a report.
    Attachments(attachments::ListArgs),
    /// Save an attachment as a file; it is fetched if it is not here.
    Attachment(attachments::GetArgs),
    /// Find reports like this one.
    Similar(similar::Args),
    /// List the codes a field takes, with their names.
    Codes(codes::Args),
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::New(args) => new::run(global, &args),
        Action::Note(args) => note::run(global, &args),
        Action::Edit(args) => edit::run(global, &args),
        Action::Show(args) => show::run(global, &args),
        Action::List(args) => list::run(global, &args),
        Action::History(args) => list::history(global, &args),
        Action::Fields(args) => asked::run(global, &args),
        Action::Trace(args) => trace::run(global, &args),
        Action::Attach(args) => attach::run(global, &args),
        Action::Attachments(args) => attachments::list(global, &args),
        Action::Attachment(args) => attachments::get(global, &args),
        Action::Similar(args) => similar::run(global, &args),
        Action::Codes(args) => codes::run(global, &args),
    }
}
