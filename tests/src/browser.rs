//! HTTP as a program speaks it that is not ours: bytes over a socket, so that what is malformed can be sent too.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long to wait for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node's HTTP address, and the token that is shown.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `host:port`.
    pub address: String,
    /// The token; none if it is empty.
    pub token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The lines of the head, as they came.
    pub head: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the value of a header field; empty if there is none.
    pub fn field(&self, name: &str) -> &str {
        let values = self.head.iter().filter_map(|line| line.split_once(": "));
        values.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }

    /// Returns the body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns a body that was sent in chunks put together; nothing if sending broke off before the last.
    pub fn whole(&self) -> Option<Vec<u8>> {
        let (mut rest, mut whole) = (self.body.as_slice(), Vec::new());
        loop {
            let end = rest.windows(2).position(|window| window == b"\r\n")?;
            let length = std::str::from_utf8(rest.get(..end)?).ok()?;
            let length = usize::from_str_radix(length, 16).ok()?;
            rest = rest.get(end + 2..)?;
            if length == 0 {
                return Some(whole);
            }
            whole.extend_from_slice(rest.get(..length)?);
            rest = rest.get(length..)?.strip_prefix(b"\r\n")?;
        }
    }
}

impl Caller {
    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Panics
    /// If the node is not there or says nothing.
    pub fn send(&self, method: &str, path: &str, fields: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        if !self.token.is_empty() {
            head += &format!("Authorization: Bearer {}\r\n", self.token);
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        fields.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        let bytes = [head.as_bytes(), b"\r\n", body].concat();
        self.raw(&bytes).expect("an answer")
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// If the connection ends before the head of an answer.
    pub fn raw(&self, bytes: &[u8]) -> io::Result<Answer> {
        let mut stream = self.connect()?;
        // A node that refuses early may close before it has read everything.
        let _cut = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _cut = stream.read_to_end(&mut answer);
        read(&answer).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// If nobody listens.
    pub fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }
}

fn read(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    let mut head = text.split("\r\n").map(str::to_owned);
    let status = head.next()?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.collect(), body: bytes.get(end + 4..)?.to_vec() })
}
