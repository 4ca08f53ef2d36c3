//! The command line: asks and shows, decides nothing.
//!
//! One file per command in `commands`; `client` reaches the node, running or not; `keys` finds and opens the keys of the
//! organisation and its workers; `output` prints; `error` says what went wrong, and what to do next.

mod args;
mod client;
mod commands;
mod dice;
mod drafts;
mod error;
mod forms;
mod global;
mod house;
mod keys;
mod luck;
mod output;
#[doc(hidden)]
pub mod world;

use std::process::ExitCode;

use clap::Parser as _;

/// Returns reports 0 to `count` of a seed, as `bench` measures with: for the program that trains the parcels' dictionary, which
/// must not train on those. `None` if the demonstration's reports cannot be read.
#[doc(hidden)]
pub fn bench_reports(seed: u64, count: usize) -> Option<Vec<talkoot_protocol::document::Fields>> {
    commands::bench::reports::make_from(seed, count).ok()
}

/// A row of a table: its line, and the report in it or how many things are wrong with it.
#[doc(hidden)]
pub type TableRow = (u64, Result<talkoot_protocol::report::Report, usize>);

/// Reads a file as `import` does, without signing anything: how many rows it was said to have, and those that are not empty. `None`
/// if it cannot be imported at all. For the test that feeds it arbitrary bytes.
#[doc(hidden)]
pub fn read_table(path: &std::path::Path) -> Option<(u64, Vec<TableRow>)> {
    commands::import::read_table(path).ok()
}

/// Reads a file of a form tool with the mapping that is proposed for it, without signing anything; else as [`read_table`].
#[doc(hidden)]
pub fn read_form(path: &std::path::Path) -> Option<(u64, Vec<TableRow>)> {
    commands::import::read_form(path).ok()
}

/// Runs the program with the process's arguments and returns its exit code.
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    output::start_log(&args.global);
    match commands::run(args) {
        Ok(code) => code,
        Err(error) => {
            error.print();
            error.exit_code()
        }
    }
}
