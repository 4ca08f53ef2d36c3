//! Bundles as files (docs/protocol.md, "Bundles"): made of a node's answers, read frame by frame, taken in batch by batch. Whoever asks
//! the node does it here: the command line through the control socket, programs of other machines over HTTP. What is let in is decided
//! by the node's door and by nothing here.
//!
//! [`Making`] turns the node's answers into a file; [`Source`] reads one, with an account of how much of it is there ([`Extent`]);
//! [`Intake`] hands its changes in; [`Contents`] looks into one. A bundle of any length needs the memory of a few frames.

mod contents;
mod intake;
mod making;
mod reading;

use std::io;

use talkoot_protocol::bundle::{self, REQUEST_BYTES_MAX};
use talkoot_protocol::id::NetworkId;

pub use contents::{Contents, Part};
pub use intake::{Carrier, Intake, Unrecognised, Waits};
pub use making::{Making, request_file};
pub use reading::{Extent, Source};

/// Why a bundle cannot be made, read or taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be read.
    #[error("cannot read the bundle")]
    Read(#[source] io::Error),
    /// Nothing of it is there.
    #[error("it is cut off or damaged before its first change: nothing of it can be read")]
    CutAtOnce,
    /// It is a request.
    #[error("this is a request and not a bundle")]
    IsRequest,
    /// It is a bundle of another version.
    #[error("this bundle was made by another version of talkoot")]
    OtherVersion,
    /// It is something else.
    #[error("this is no bundle of talkoot")]
    NoBundle,
    /// What stands before its first change is not sound.
    #[error("this is no sound bundle")]
    Unsound(#[from] bundle::Error),
    /// It is of another network.
    #[error("the bundle belongs to network {}, this node to {}", theirs.short(), ours.short())]
    OtherNetwork {
        /// The bundle's.
        theirs: NetworkId,
        /// The node's.
        ours: NetworkId,
    },
    /// There is too much here for a request.
    #[error("what is here cannot be told in {REQUEST_BYTES_MAX} bytes")]
    RequestTooLong,
    /// Records came to light that cannot be read: the bundle has to be begun anew, since its beginning says what is in it.
    #[error("records of the log are damaged")]
    Damaged,
    /// The log is another than when the bundle was begun.
    #[error("the log changed while the bundle was made")]
    Changed,
    /// The node could not write.
    #[error("the node could not take everything: {message}")]
    NotTaken {
        /// What it said.
        message: String,
    },
    /// The node answered something else than was asked.
    #[error("the node gave an answer to something else")]
    Misfit,
}
