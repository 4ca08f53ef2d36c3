//! What can be typed. Each command's own arguments are in its file.

use clap::{Parser, Subcommand};

use crate::commands;
use crate::global::Global;

/// Signed social reports from several organisations become one picture.
#[derive(Debug, Parser)]
#[command(name = "talkoot", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// What holds for every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// The command.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 something given was refused (the message says what was kept and what to do); \
2 wrong usage; 3 the directory, settings or keys cannot be used; 4 the disk, network or program failed; 5 verify found damage.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an organisation's keys and its node.
    Init(commands::init::Args),
    /// Run the node until Ctrl-C.
    Run(commands::run::Args),
    /// Certify workers' keys, and list them.
    Worker(commands::worker::Args),
    /// See organisations, and recognise them.
    Org(commands::org::Args),
    /// Keep connections to other nodes.
    Peer(commands::peer::Args),
    /// Let programs of other machines ask the node over HTTP.
    Token(commands::token::Args),
    /// Write, change and read reports.
    Report(commands::report::Args),
    /// Finish what was written and not signed: drafts on this machine.
    Draft(commands::draft::Args),
    /// See what is asked, and publish forms with questions of your own.
    Form(commands::form::Args),
    /// Join what several organisations know of one thing.
    Phenomenon(commands::phenomenon::Args),
    /// Note ways through services, in codes only, and see where they lead.
    Path(commands::path::Args),
    /// Ask somebody to act, answer, and follow what comes of it.
    Proposal(commands::proposal::Args),
    /// What your organisation is asked and has not answered.
    Inbox(commands::inbox::Args),
    /// See to it that no proposal is forgotten.
    Repair(commands::repair::Args),
    /// Sign and store many reports from a CSV, XLSX or JSONL file.
    Import(commands::import::Args),
    /// Write all reports to a CSV, XLSX, JSONL, Parquet or automerge file.
    Export(commands::export::Args),
    /// Carry reports in a file, where there is no network.
    Bundle(commands::bundle::Args),
    /// Count many reports as one picture, small counts hidden.
    View(commands::view::Args),
    /// Find reports by words, in Finnish, Swedish and English.
    Search(commands::search::Args),
    /// How the node is, what it holds and what it refused.
    Status(commands::status::Args),
    /// Check every byte, hash and signature of the log again.
    Verify(commands::verify::Args),
    /// See it work: four organisations on this machine, first apart, then together.
    Demo(commands::demo::Args),
    /// Measure this machine: publish, sync or start with many reports.
    Bench(commands::bench::Args),
}
