//! `talkoot phenomenon`: what several organisations know of one thing. Each writes under its own prefix and nobody else's; the
//! card everyone sees is computed from it.
//!
//! [`table`] is where all of them work: it fetches a card, signs words, says what became of them. [`show`] and [`layout`] turn a
//! card into lines, [`words`] has the headings.

mod begin;
mod facet;
pub(crate) mod layout;
mod link;
mod list;
mod merge;
mod settle;
mod show;
mod status;
mod suggest;
mod table;
pub(crate) mod words;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

/// What can be done with phenomena.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Begin a phenomenon, and link the first reports to it.
    Begin(begin::Args),
    /// Say in your own words what a phenomenon is called and what it is.
    Describe(begin::DescribeArgs),
    /// List phenomena, those begun last first.
    List(list::Args),
    /// Show a phenomenon: who says what, agreements, contradictions, reports, trend.
    Show(show::Args),
    /// Say one side of it, or take back what you said.
    Facet(Box<facet::Args>),
    /// Say that reports belong to it.
    Link(link::Args),
    /// Say that reports do not belong to it, or no longer.
    Unlink(link::UnlinkArgs),
    /// Say what holds where values contradict each other, and why.
    Settle(settle::Args),
    /// Say how far it has come.
    Status(status::Args),
    /// Say how it was in a half-year.
    Period(status::PeriodArgs),
    /// Show reports that may belong to a phenomenon, and phenomena that may be one, as far as a program can tell.
    Suggest(suggest::Args),
    /// Say that two phenomena are one.
    Merge(merge::Args),
    /// Say that two phenomena are not one, or no longer.
    Part(merge::PartArgs),
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::Begin(args) => begin::run(global, &args),
        Action::Describe(args) => begin::describe(global, &args),
        Action::List(args) => list::run(global, &args),
        Action::Show(args) => show::run(global, &args),
        Action::Facet(args) => facet::run(global, &args),
        Action::Link(args) => link::run(global, &args),
        Action::Unlink(args) => link::unlink(global, &args),
        Action::Settle(args) => settle::run(global, &args),
        Action::Status(args) => status::run(global, &args),
        Action::Period(args) => status::period(global, &args),
        Action::Suggest(args) => suggest::run(global, &args),
        Action::Merge(args) => merge::run(global, &args),
        Action::Part(args) => merge::part(global, &args),
    }
}
