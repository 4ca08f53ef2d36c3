//! What holds for every command, and how typed values are read: shared words, so that no command needs the list of commands.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args as ClapArgs;
use talkoot_protocol::Malformed;

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
