//! What went wrong, for people: what happened, what was kept, what to do next. Sorted by who can mend it, which fixes the exit code.

use std::fmt::Display;
use std::process::ExitCode;

use talkoot_protocol::api::Failure;

/// Who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was given was refused.
    Refused,
    /// The directory, the settings or the keys.
    Setup,
    /// The disk, the network or the program.
    Failed,
}

/// An error as it is shown.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

/// What commands return.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Something given was refused.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { kind: Kind::Refused, message: message.into(), hint: None }
    }

    /// Directory, settings or keys cannot be used. The error's causes are part of the message.
    pub(crate) fn setup(error: impl std::error::Error) -> Self {
        Self { kind: Kind::Setup, message: chain(&error), hint: None }
    }

    /// Directory, settings or keys cannot be used, and the message says why.
    pub(crate) fn unusable(message: impl Into<String>) -> Self {
        Self { kind: Kind::Setup, message: message.into(), hint: None }
    }

    /// Disk, network or program failed. The error's causes are part of the message.
    pub(crate) fn failed(error: impl std::error::Error) -> Self {
        Self { kind: Kind::Failed, message: chain(&error), hint: None }
    }

    /// Adds what was being done.
    pub(crate) fn context(mut self, doing: impl Display) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds one more thing to do, on a line of its own.
    pub(crate) fn also(mut self, hint: impl AsRef<str>) -> Self {
        let more = hint.as_ref();
        self.hint = Some(self.hint.map_or_else(|| more.to_owned(), |hint| format!("{hint}\n  {more}")));
        self
    }

    /// Returns what happened, without what to do next.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Prints it on standard error.
    pub(crate) fn print(&self) {
        eprintln!("talkoot: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("  {hint}");
        }
    }

    /// Returns the exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Refused => 1,
            Kind::Setup => 3,
            Kind::Failed => 4,
        })
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::refused(failure.message)
    }
}

/// Returns an error's message with all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !message.ends_with(&next) {
            message = format!("{message}: {next}");
        }
        cause = error.source();
    }
    message
}

impl From<talkoot_node::home::Error> for Error {
    fn from(error: talkoot_node::home::Error) -> Self {
        match error {
            // It says itself that it is about the settings.
            talkoot_node::home::Error::Config(error) => Self::setup(error),
            error => Self::setup(error),
        }
    }
}

impl From<talkoot_node::core::Error> for Error {
    fn from(error: talkoot_node::core::Error) -> Self {
        Self::setup(error)
    }
}
