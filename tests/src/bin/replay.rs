//! Runs one seed of one scenario again, one line an event, up to an event or to the invariant that breaks.
//!
//! ```text
//! replay --scenario NAME --seed N [--scenarios DIR] [--until EVENT] [--node X]
//! ```

use std::process::ExitCode;

use talkoot_tests::sim::command;

fn main() -> ExitCode {
    match command::Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => command::replay(&arguments),
        Err(reason) => {
            eprintln!("{reason}\nusage: replay --scenario NAME --seed N [--scenarios DIR] [--until EVENT] [--node X]");
            ExitCode::from(2)
        }
    }
}
