//! Runs scenarios with many seeds on all cores and says what broke and what it cost.
//!
//! ```text
//! simulate [--scenarios DIR] [--scenario NAME] [--seeds A..B] [--all] [--json]
//! ```

use std::process::ExitCode;

use talkoot_tests::sim::command;

fn main() -> ExitCode {
    match command::Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => command::simulate(&arguments),
        Err(reason) => {
            eprintln!("{reason}\nusage: simulate [--scenarios DIR] [--scenario NAME] [--seeds A..B] [--all] [--json]");
            ExitCode::from(2)
        }
    }
}
