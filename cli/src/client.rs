//! Reaches the node in a directory: the running one through its socket, or, if none runs, its store directly. Commands need not
//! know which.

use std::io;
use std::path::Path;

use talkoot_node::control::{self, Call, Reply};
use talkoot_node::core::Core;
use talkoot_node::home::Home;
use talkoot_protocol::api::{Identity, Outcome, Request, Response};

use crate::error::{Error, Result};

/// A node that answers.
pub(crate) enum Client<'a> {
    /// A process that runs it.
    Running(&'a Path),
    /// No process: its store, opened by us.
    Opened(Box<Core>),
}

impl<'a> Client<'a> {
    /// Reaches the node in `dir`.
    pub(crate) fn open(dir: &'a Path) -> Result<Self> {
        let home = Home::open(dir)?;
        if is_answered(dir) {
            return Ok(Self::Running(dir));
        }
        match Core::open(&home) {
            Ok(core) => Ok(Self::Opened(Box::new(core))),
            // It may have been started, or be still starting, since we asked.
            Err(error) if is_answered(dir) => {
                drop(error);
                Ok(Self::Running(dir))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks; a refusal is an error.
    pub(crate) fn ask(&mut self, request: Request) -> Result<Response> {
        self.ask_with(request, Vec::new()).map(|(response, _)| response)
    }

    /// Asks with attachments, and returns those of the answer.
    pub(crate) fn ask_with(&mut self, request: Request, attachments: Vec<Vec<u8>>) -> Result<(Response, Vec<Vec<u8>>)> {
        let call = Call { request, attachments };
        let Reply { response, attachments } = match self {
            Self::Running(dir) => {
                let lost = |error| Error::failed(error).context("the node stopped answering");
                control::call(dir, &call).map_err(lost)?
            }
            Self::Opened(core) => core.call(call),
        };
        match response {
            Response::Failed(failure) => Err(failure.into()),
            response => Ok((response, attachments)),
        }
    }

    /// Asks who the node is.
    pub(crate) fn identity(&mut self) -> Result<Identity> {
        match self.ask(Request::Identity)? {
            Response::Identity(identity) => Ok(*identity),
            _ => Err(unexpected()),
        }
    }

    /// Submits changes and returns what became of each.
    pub(crate) fn submit(&mut self, changes: Vec<Vec<u8>>) -> Result<Vec<Outcome>> {
        match self.ask_with(Request::Submit, changes)? {
            (Response::Submitted { outcomes }, _) => Ok(outcomes),
            _ => Err(unexpected()),
        }
    }

    /// Returns whether a process runs the node.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Ends in good order.
    pub(crate) fn close(self) -> Result<()> {
        match self {
            Self::Running(_) => Ok(()),
            Self::Opened(core) => Ok(core.close()?),
        }
    }
}

/// Says that an answer does not fit the question: another version of the program is running.
pub(crate) fn unexpected() -> Error {
    let error = io::Error::other("the running node gave an answer this program does not understand");
    Error::failed(error).hint("Stop the node and start it with the same version of talkoot.")
}

fn is_answered(dir: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(Home::control_socket(dir)).is_ok()
}

/// Turns outcomes that are not good into an error that says what to do; returns how many are stored.
pub(crate) fn require_stored(outcomes: &[Outcome]) -> Result<usize> {
    for outcome in outcomes {
        match outcome {
            Outcome::Stored { .. } | Outcome::Known { .. } => {}
            Outcome::Waiting { missing, .. } => {
                return Err(
                    Error::refused(format!("not stored yet: {missing}")).hint("Connect to the network and try again.")
                );
            }
            Outcome::Refused { message, name, .. } => {
                return Err(Error::refused(format!("refused ({name}): {message}")));
            }
            Outcome::NotStored { message, .. } => {
                let error = io::Error::other(message.clone());
                return Err(Error::failed(error).hint("Nothing was changed. Make room on the disk and try again."));
            }
        }
    }
    Ok(outcomes.len())
}
