//! Printing: data on standard output, talk on standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use crate::error::{Error, Result};
use crate::global::Global;

/// Environment variable with what is logged.
const LOG_VARIABLE: &str = "TALKOOT_LOG";

/// Changes what is logged.
type ChangeLog = Box<dyn Fn(EnvFilter) + Send + Sync>;
static CHANGE_LOG: OnceLock<ChangeLog> = OnceLock::new();

/// Starts the log on standard error: `TALKOOT_LOG` chooses what is logged (default: warnings).
pub(crate) fn start_log(global: &Global) {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("warn"));
    let colours = io::stderr().is_terminal() && !global.json;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours);
    let log = log.with_filter_reloading();
    let handle = log.reload_handle();
    // A second start (in tests) keeps the first.
    if log.try_init().is_ok() {
        let _first = CHANGE_LOG.set(Box::new(move |filter| {
            // It fails only if the log itself is gone.
            let _changed = handle.reload(filter);
        }));
    }
}

/// Logs what a filter of the settings says from now on, unless `TALKOOT_LOG` has chosen something.
pub(crate) fn choose_log(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| Error::setup(error).context(format_args!("log.filter in talkoot.toml is {filter:?}")))?;
    if std::env::var_os(LOG_VARIABLE).is_none()
        && let Some(change) = CHANGE_LOG.get()
    {
        change(filter);
    }
    Ok(())
}

/// Prints one JSON object on a line.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).map_err(Error::failed)?;
    line(&text)
}

/// Prints a line of data. A reader that has gone away (`| head`) ends the output quietly.
pub(crate) fn line(text: &str) -> Result<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::failed(error)),
        _ => Ok(()),
    }
}

/// Returns a number with its noun: "1 row", "2 rows".
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Says something to the person, not to programs.
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// Shows progress on standard error while something takes long; nothing if nobody watches.
pub(crate) fn progress(total: u64, doing: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} ({per_sec}, {eta} left)");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
    bar.set_message(doing.to_owned());
    bar
}

/// Prints rows under headers, columns aligned by display width of plain text.
pub(crate) fn table(headers: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let width = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = headers.iter().map(|header| width(header)).collect();
    for row in rows {
        for (at, cell) in row.iter().enumerate().take(widths.len()) {
            widths[at] = widths[at].max(width(cell));
        }
    }
    let print = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide - width(cell))));
        line(padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    print(headers.to_vec())?;
    rows.iter().try_for_each(|row| print(row.iter().map(String::as_str).collect()))
}
