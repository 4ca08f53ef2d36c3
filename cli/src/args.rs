//! What can be typed. Each command's own arguments are in its file.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Parser, Subcommand};
use talkoot_protocol::Malformed;

use crate::commands;

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

/// The heading of what holds for every command, apart from a command's own options.
const EVERY: &str = "Options for every command";

/// What holds for every command.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Global {
    /// The node's directory.
    #[arg(long, global = true, help_heading = EVERY, env = "TALKOOT_DIR", default_value = "talkoot-node", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Where the keys of the organisation and its workers are; never inside the node's directory. [default: DIR-keys]
    #[arg(long, global = true, help_heading = EVERY, env = "TALKOOT_KEYS", value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    /// A file with the passphrase of the keys: all it holds, without one line end at its end; TALKOOT_PASSPHRASE works too.
    #[arg(long, global = true, help_heading = EVERY, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print JSON for programs instead of text for people.
    #[arg(long, global = true, help_heading = EVERY)]
    pub(crate) json: bool,
}

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
    /// Write, change and read reports.
    Report(commands::report::Args),
    /// Sign and store many reports from a CSV or JSONL file.
    Import(commands::import::Args),
    /// Write all reports to a CSV, JSONL or automerge file.
    Export(commands::export::Args),
    /// Count many reports as one picture, small counts hidden.
    View(commands::view::Args),
    /// How the node is, what it holds and what it refused.
    Status(commands::status::Args),
    /// Check every byte, hash and signature of the log again.
    Verify(commands::verify::Args),
    /// See it work: four organisations on this machine, first apart, then together.
    Demo(commands::demo::Args),
    /// Measure this machine: publish or sync many reports.
    Bench(commands::bench::Args),
}

/// Reads what one of the program's own types takes, with an error that fits clap's "invalid value".
pub(crate) fn typed<T: FromStr<Err = Malformed>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|Malformed { what }| in_words(what))
}

/// Says what was not understood; `what` is a noun, with what is allowed in brackets after it.
pub(crate) fn in_words(what: &str) -> String {
    match what.split_once(" (").and_then(|(noun, rest)| Some((noun, rest.strip_suffix(')')?))) {
        Some((noun, rest)) if rest.contains(" or ") => format!("this is no {noun}; use one of {rest}"),
        Some((noun, rest)) => format!("this is no {noun}; use {rest}"),
        None => format!("this is no {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_said() {
        assert_eq!(in_words("facet (theme, county or kind)"), "this is no facet; use one of theme, county or kind");
        assert_eq!(in_words("code (two digits, such as 12)"), "this is no code; use two digits, such as 12");
        assert_eq!(in_words("organisation id"), "this is no organisation id");
    }
}
