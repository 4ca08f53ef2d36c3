//! `talkoot path`: service paths (*palvelupolku*). By which services somebody's way went and how it ended, in codes only; many of them
//! together show flows, overlaps, gaps, and who was left without.
//!
//! [`typed`] turns what was typed, answered ([`asked`]) or read from a table ([`import`]) into a path; [`names`] has the words; [`tables`]
//! and [`file`](mod@file) show counts.

mod asked;
mod codes;
mod file;
mod import;
mod list;
mod names;
mod new;
mod tables;
mod typed;
mod view;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

/// What can be done with service paths.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Note, sign and store one path; at a terminal you are asked step by step.
    New(Box<new::Args>),
    /// List paths, newest first.
    List(list::Args),
    /// Show one path.
    Show(list::ShowArgs),
    /// Count all paths as one picture, small counts hidden.
    View(view::Args),
    /// Sign and store many paths from a CSV table, all of them or none.
    Import(import::Args),
    /// List the codes a path is made of, with their names.
    Codes(codes::Args),
}

/// Does what was asked.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::New(args) => new::run(global, &args),
        Action::List(args) => list::run(global, &args),
        Action::Show(args) => list::show(global, &args),
        Action::View(args) => view::run(global, &args),
        Action::Import(args) => import::run(global, &args),
        Action::Codes(args) => codes::run(global, &args),
    }
}
