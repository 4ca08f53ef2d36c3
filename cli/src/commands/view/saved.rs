//! `talkoot view save`, `list`, `show`, `amend`, `settle`, `merge`, `part`: questions that several organisations keep together. Each
//! writes under its own prefix and nobody else's; what everyone sees is computed from it.

mod list;
mod merge;
mod save;
mod show;
mod table;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

/// What can be done with saved views.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Save a question, so that others find it and it can be asked again.
    Save(save::Args),
    /// List saved views, those begun last first.
    List(list::Args),
    /// Show a saved view: who keeps which question, and the numbers as they are now.
    Show(show::Args),
    /// Add to a saved view in your own words, or take back what you said.
    Amend(save::AmendArgs),
    /// Say what it is to be called, where titles contradict each other, and why.
    Settle(merge::SettleArgs),
    /// Say that two saved views are one.
    Merge(merge::Args),
    /// Say that two saved views are not one, or no longer.
    Part(merge::PartArgs),
}

/// Does what was asked.
pub(super) fn run(global: &Global, action: Action) -> Result<()> {
    match action {
        Action::Save(args) => save::run(global, &args),
        Action::List(args) => list::run(global, &args),
        Action::Show(args) => show::run(global, &args),
        Action::Amend(args) => save::amend(global, &args),
        Action::Settle(args) => merge::settle(global, &args),
        Action::Merge(args) => merge::run(global, &args),
        Action::Part(args) => merge::part(global, &args),
    }
}
