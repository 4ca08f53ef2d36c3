//! `talkoot bundle`: reports and other signed changes in a file, for where no network reaches. What is in the file goes through
//! the same door as what comes over the network.
//!
//! What a bundle is made of is the node's ([`talkoot_node::bundle`]); [`source`] opens its file and says what is wrong with one.

mod export;
mod import;
mod inspect;
mod request;
mod source;

use std::process::ExitCode;

use clap::Subcommand;

use crate::error::Result;
use crate::global::Global;

const HELP: &str = "\
Two partners, one of them without a network:
  talkoot bundle request ours.request                              there: says what they have
  talkoot bundle export theirs.bundle --request ours.request       here: what they lack
  talkoot bundle import theirs.bundle                              there

A bundle is not encrypted: whoever holds it can read it.";

/// What to do.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say in a small file what is here, so that a partner can give what is lacking.
    Request(request::Args),
    /// Write reports and other signed changes into a file for a partner.
    Export(export::Args),
    /// Take in what is in a bundle.
    Import(import::Args),
    /// Look into a bundle without taking anything in.
    Inspect(inspect::Args),
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<ExitCode> {
    match args.action {
        Action::Request(args) => request::run(global, &args).map(|()| ExitCode::SUCCESS),
        Action::Export(args) => export::run(global, &args).map(|()| ExitCode::SUCCESS),
        Action::Import(args) => import::run(global, &args),
        Action::Inspect(args) => inspect::run(global, &args),
    }
}
