//! How the programs of the same machine speak to a running node: a Unix socket in the node's directory, readable by its owner
//! only. Each call is one message each way:
//!
//! ```text
//! length u32 BE | json length u32 BE | json | ( length u32 BE | bytes )*     ; the length counts what follows it
//! ```

use std::io::{self, Read, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use talkoot_protocol::api::{Failure, Request, Response};

/// Longest message, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// A request with its attachments.
#[derive(Debug)]
pub struct Call {
    /// What is asked.
    pub request: Request,
    /// Encoded changes, if the request carries any.
    pub attachments: Vec<Vec<u8>>,
}

/// A response with its attachments.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response,
    /// Encoded changes, if the answer carries any.
    pub attachments: Vec<Vec<u8>>,
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self { response, attachments: Vec::new() }
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Response::Failed(failure).into()
    }
}

/// Puts a message into bytes, its length in front.
///
/// # Errors
/// If it is longer than allowed.
pub fn encode(json: &impl Serialize, attachments: &[Vec<u8>]) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(json).map_err(io::Error::other)?;
    let length = 4 + json.len() + attachments.iter().map(|bytes| 4 + bytes.len()).sum::<usize>();
    if length > MESSAGE_BYTES_MAX {
        return Err(io::Error::other("the message is too long for one call; ask for less at once"));
    }
    let mut message = Vec::with_capacity(4 + length);
    message.extend_from_slice(&(length as u32).to_be_bytes());
    message.extend_from_slice(&join(std::slice::from_ref(&json)));
    message.extend_from_slice(&join(attachments));
    Ok(message)
}

/// Takes a message apart; `bytes` is without the length in front.
///
/// # Errors
/// If it is not such a message.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<(T, Vec<Vec<u8>>)> {
    let mut parts = split(bytes)?.into_iter();
    let json = parts.next().ok_or_else(malformed)?;
    let value = serde_json::from_slice(&json).map_err(io::Error::other)?;
    Ok((value, parts.collect()))
}

/// Puts parts one after another, each behind its length (u32 BE).
pub fn join(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| 4 + part.len()).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Takes apart what [`join`] put together.
///
/// # Errors
/// If a length is cut off or goes beyond the end.
pub fn split(bytes: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    let mut rest = bytes;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(malformed)?;
        let length = u32::from_be_bytes(*length) as usize;
        let part = after.get(..length).ok_or_else(malformed)?;
        rest = after.get(length..).unwrap_or_default();
        parts.push(part.to_vec());
    }
    Ok(parts)
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a message of this protocol")
}

/// Calls the node that runs in `dir`, and waits for its answer.
///
/// # Errors
/// If no node answers there.
#[cfg(unix)]
pub fn call(dir: &Path, call: &Call) -> io::Result<Reply> {
    let mut stream = std::os::unix::net::UnixStream::connect(crate::home::Home::control_socket(dir))?;
    stream.write_all(&encode(&call.request, &call.attachments)?)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MESSAGE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the node's answer is too long"));
    }
    let mut bytes = Vec::new();
    stream.take(length as u64).read_to_end(&mut bytes)?;
    let (response, attachments) = decode(&bytes)?;
    Ok(Reply { response, attachments })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_and_garbage_is_refused() {
        let attachments = vec![vec![1, 2, 3], Vec::new(), vec![0; 1000]];
        let message = encode(&Request::Submit, &attachments).unwrap();
        let (request, got) = decode::<Request>(&message[4..]).unwrap();
        assert!(matches!(request, Request::Submit));
        assert_eq!(got, attachments);
        for cut in 4..message.len() - 1 {
            assert!(decode::<Request>(&message[4..cut]).is_err() || cut < message.len(), "{cut}");
        }
        assert!(decode::<Request>(&[0xff; 64]).is_err());
    }
}
