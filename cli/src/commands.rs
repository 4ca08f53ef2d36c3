//! The commands, one file each: help, arguments, what is done.

pub(crate) mod bench;
pub(crate) mod bundle;
pub(crate) mod demo;
pub(crate) mod draft;
pub(crate) mod export;
pub(crate) mod form;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod init;
pub(crate) mod joint;
pub(crate) mod org;
pub(crate) mod path;
pub(crate) mod peer;
pub(crate) mod phenomenon;
pub(crate) mod proposal;
pub(crate) mod repair;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod token;
pub(crate) mod verify;
pub(crate) mod view;
pub(crate) mod worker;

use std::process::ExitCode;

use crate::args::{Args, Command};
use crate::error::Result;

/// Does what was asked.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let global = &args.global;
    let done = |result: Result<()>| result.map(|()| ExitCode::SUCCESS);
    match args.command {
        Command::Init(args) => done(init::run(global, args)),
        Command::Run(args) => done(run::run(global, args)),
        Command::Worker(args) => done(worker::run(global, args)),
        Command::Org(args) => done(org::run(global, args)),
        Command::Peer(args) => done(peer::run(global, args)),
        Command::Token(args) => done(token::run(global, args)),
        Command::Report(args) => done(report::run(global, args)),
        Command::Draft(args) => done(draft::run(global, args)),
        Command::Form(args) => done(form::run(global, args)),
        Command::Phenomenon(args) => done(phenomenon::run(global, args)),
        Command::Path(args) => done(path::run(global, args)),
        Command::Proposal(args) => done(proposal::run(global, args)),
        Command::Inbox(args) => done(inbox::run(global, &args)),
        Command::Repair(args) => done(repair::run(global, args)),
        Command::Import(args) => import::run(global, args),
        Command::Export(args) => done(export::run(global, args)),
        Command::Bundle(args) => bundle::run(global, args),
        Command::View(args) => done(view::run(global, args)),
        Command::Search(args) => done(search::run(global, &args)),
        Command::Status(args) => done(status::run(global, args)),
        Command::Verify(args) => verify::run(global, args),
        Command::Demo(args) => done(demo::run(global, args)),
        Command::Bench(args) => done(bench::run(global, args)),
    }
}
