//! Changes in a file, for where no network reaches: the same frames as on the wire, one after another (docs/protocol.md,
//! "Bundles").
//!
//! ```text
//! bundle  = "talkoot-bundle/1\n"  || frame(hello) || frame(compare) || *frame(deliver)
//! request = "talkoot-request/1\n" || frame(hello) || frame(compare) || *frame(cells / have)
//! frame   = length (4, big endian) || message (length)
//! ```
//! In a bundle the comparison tells what is in it, scope by scope, so that one that was cut off can say what it lacks; the last
//! delivery says that it is the last. In a request it tells what its maker has. What is in a bundle goes through the same door
//! as everything else: nothing in it is believed because of who carried it. Knows nothing of files.
//!
//! `reading` takes a bundle apart, frame by frame; `who` learns from its changes whose they are.

use std::collections::BTreeMap;

use crate::catalog::Ordinal;
use crate::id::{NetworkId, OrganisationId};
use crate::scope::Scope;
use crate::statement::{Record, Statement};
use crate::sync::check::{self, Content};
use crate::sync::digest::Digest;
use crate::sync::have::{Listing, Sorted};
use crate::sync::sketch::{self, Cell, Key};
use crate::wire::message::{FRAME_BYTES_MAX, Hello, Message};
use crate::wire::parcel;

mod reading;
#[cfg(test)]
mod tests;
mod who;

pub use reading::{Delivery, Opening};
pub use who::Who;

/// What a bundle begins with.
pub const BUNDLE_MAGIC: &[u8; 17] = b"talkoot-bundle/1\n";
/// What a request begins with.
pub const REQUEST_MAGIC: &[u8; 18] = b"talkoot-request/1\n";
/// Longest request, in bytes: it travels on whatever is at hand.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Bytes before each frame.
pub const LENGTH_BYTES: usize = 4;

/// Why bytes are no request or no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It begins with something else.
    #[error("it does not begin as a {expected} of talkoot does")]
    Magic {
        /// What was expected: "bundle" or "request".
        expected: &'static str,
    },
    /// A frame is longer than any may be, or empty.
    #[error("a frame of {got} bytes, 1 to {FRAME_BYTES_MAX} are allowed")]
    Length {
        /// Its announced length.
        got: usize,
    },
    /// It ends within a frame.
    #[error("it ends in the middle")]
    Cut,
    /// A frame is not the message that belongs there.
    #[error("what stands where {expected} belongs is something else")]
    Message {
        /// What belongs there.
        expected: &'static str,
    },
    /// It belongs to another network.
    #[error("it belongs to another network")]
    OtherNetwork,
    /// A parcel in it does not unpack.
    #[error("a delivery that does not unpack")]
    Parcel(#[from] parcel::Error),
    /// It is longer than a request may be.
    #[error("a request of {got} bytes, at most {REQUEST_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length.
        got: usize,
    },
}

/// Puts a message into a frame.
pub fn frame(message: &Message) -> Vec<u8> {
    framed(&message.encode())
}

/// Puts an encoded message into a frame.
pub fn framed(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + content.len());
    bytes.extend_from_slice(&(content.len() as u32).to_be_bytes());
    bytes.extend_from_slice(content);
    bytes
}

/// Reads the length before a frame.
///
/// # Errors
/// [`Error::Length`].
pub fn frame_length(bytes: [u8; LENGTH_BYTES]) -> Result<usize, Error> {
    let got = u32::from_be_bytes(bytes) as usize;
    if (1..=FRAME_BYTES_MAX).contains(&got) { Ok(got) } else { Err(Error::Length { got }) }
}

/// Takes the first frame's message off the front; `None` at the end.
fn take_message(bytes: &mut &[u8], expected: &'static str) -> Result<Option<Message>, Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>().ok_or(Error::Cut)?;
    let (content, rest) = rest.split_at_checked(frame_length(*length)?).ok_or(Error::Cut)?;
    *bytes = rest;
    Message::decode(content).map(Some).map_err(|_| Error::Message { expected })
}

/// Which changes a bundle is to hold.
#[derive(Debug, Default)]
pub struct Filter {
    /// Only what this organisation may receive; without it, what every member may.
    pub organisation: Option<OrganisationId>,
    /// Only of this scope.
    pub scope: Option<Scope>,
    /// Only what stands in the log after this position.
    pub since: Option<Ordinal>,
    /// Only what this request lacks.
    pub request: Option<Request>,
}

/// What somebody has, told in at most [`REQUEST_BYTES_MAX`] bytes.
#[derive(Debug)]
pub struct Request {
    /// Whose it is, by the record and certificate in it. Nothing proves that they made it: it only says for whom.
    pub organisation: OrganisationId,
    /// The maker's introduction.
    pub hello: Box<Hello>,
    /// The record in it.
    pub maker: Record,
    /// What they have, by scope.
    pub held: BTreeMap<Scope, Digest>,
    /// How they told it, by scope.
    pub(crate) told: BTreeMap<Scope, Told>,
}

/// How a scope was told.
#[derive(Debug)]
pub(crate) enum Told {
    /// Whole, by hashes.
    Have(Key, Sorted),
    /// By the first coded symbols under the shared key.
    Cells(Vec<Cell>),
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// All of [`Error`].
    pub fn decode(bytes: &[u8], network: &NetworkId) -> Result<Self, Error> {
        if bytes.len() > REQUEST_BYTES_MAX {
            return Err(Error::TooLong { got: bytes.len() });
        }
        let mut rest = bytes.strip_prefix(REQUEST_MAGIC.as_slice()).ok_or(Error::Magic { expected: "request" })?;
        let Some(Message::Hello(hello)) = take_message(&mut rest, "the maker's introduction")? else {
            return Err(Error::Message { expected: "the maker's introduction" });
        };
        let maker = record_of(&hello, network)?;
        let organisation = maker.inception.organisation();
        let held = match take_message(&mut rest, "what the maker has")? {
            Some(Message::Compare(held)) => held.iter().map(|held| (held.scope, held.digest)).collect(),
            _ => return Err(Error::Message { expected: "what the maker has" }),
        };
        let mut told = BTreeMap::new();
        while let Some(message) = take_message(&mut rest, "the symbols or hashes of a scope")? {
            let (scope, way) = read_told(message)?;
            told.insert(scope, way);
        }
        Ok(Self { organisation, hello, maker, held, told })
    }
}

fn read_told(message: Message) -> Result<(Scope, Told), Error> {
    let wrong = Error::Message { expected: "the symbols or hashes of a scope" };
    match message {
        Message::Have { scope, key, hashes, end: true, .. } => {
            let mut listing = Listing::default();
            let sound = listing.add(&hashes, REQUEST_BYTES_MAX);
            if sound { Ok((scope, Told::Have(key, listing.sorted()))) } else { Err(wrong) }
        }
        Message::Cells { scope, key: None, count, from: 0, cells, .. } => {
            sketch::decode(&cells, 0, count).map(|cells| (scope, Told::Cells(cells))).map_err(|_| wrong)
        }
        _ => Err(wrong),
    }
}

/// Returns the record in a hello.
///
/// # Errors
/// [`Error::OtherNetwork`]; [`Error::Message`] if its record is not sound.
fn record_of(hello: &Hello, network: &NetworkId) -> Result<Record, Error> {
    if hello.network != *network {
        return Err(Error::OtherNetwork);
    }
    let record = check::check(network, hello.record.clone()).ok();
    match record.as_ref().map(check::Checked::content) {
        Some(Content::Statement(Statement::Record(record))) => Ok(record.clone()),
        _ => Err(Error::Message { expected: "the maker's introduction" }),
    }
}
