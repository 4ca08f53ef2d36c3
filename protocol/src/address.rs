//! Where a node says it is reached: the content of the act *address*. Knows the text of an address and nothing of sockets;
//! never dials and never resolves.
//!
//! An address is a multiaddr in one strict textual form (docs/protocol.md, "Statements"): an IP address or a DNS name, TCP
//! or QUIC, and perhaps a relay. Anything else is refused, because free text would be a place for names of people that no
//! scanner looks at. Each address has one spelling, so that equal addresses have equal bytes.
//!
//! - [`book`]: the newest record of each node;
//! - `peer`: the textual name of a node inside an address.

pub mod book;
mod peer;

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::{FromStr, Split};

use crate::cbor::{Encoder, Malformed, Reader, Written};
use crate::id::NodeId;

/// Version of the record's encoding.
const VERSION: u8 = 1;
/// Most addresses in one record.
pub const ADDRESSES_MAX: usize = 8;
/// Longest address, in bytes of text.
pub const ADDRESS_BYTES_MAX: usize = 200;
/// Longest label of a DNS name, in bytes (RFC 1035 §2.3.4). A whole name is bounded by the address.
const LABEL_BYTES_MAX: usize = 63;

/// Why something is not an address, or not a record of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Text that is not an address in the one form.
    #[error("{text:?} is not an address of a node: {problem}")]
    Address {
        /// What was given, cut to 80 characters.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More addresses than a record holds.
    #[error("{got} addresses, at most {ADDRESSES_MAX} are allowed")]
    TooMany {
        /// How many different ones were given.
        got: usize,
    },
}

/// One address, in its one textual form: `/ip4/192.0.2.7/tcp/7001`, `/dns/node.example.org/udp/7001/quic-v1`, or either
/// followed by `/p2p/<relay>/p2p-circuit`. The node itself is not named in it: its record is signed with its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Box<str>);

/// The host of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host<'a> {
    /// An IP address: neither unspecified nor multicast, and no IPv4 address dressed as IPv6.
    Ip(IpAddr),
    /// A DNS name in lower case.
    Name(&'a str),
}

impl Address {
    /// Reads an address at which `node` itself is reached: as [`FromStr`], but `/p2p/<node>` may stand at its end and is left out.
    ///
    /// # Errors
    /// [`Error::Address`], also if another node is named at the end.
    pub fn of_node(text: &str, node: &NodeId) -> Result<Self, Error> {
        text.strip_suffix(&format!("/p2p/{}", peer::name_of(node))).unwrap_or(text).parse()
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text with `/p2p/<node>` at its end: who is reached there must be that node.
    pub fn to_node(&self, node: &NodeId) -> String {
        format!("{}/p2p/{}", self.0, peer::name_of(node))
    }

    /// Returns the host that is dialled: the relay's, if the address leads through one.
    pub fn host(&self) -> Host<'_> {
        let value = self.0.split('/').nth(2).unwrap_or_default();
        value.parse().map_or(Host::Name(value), Host::Ip)
    }

    /// Returns the node through which the address leads, if it leads through one.
    pub fn relay(&self) -> Option<NodeId> {
        let (before, _) = self.0.rsplit_once("/p2p-circuit")?;
        peer::node_of(before.rsplit('/').next()?)
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match check(text) {
            Ok(()) => Ok(Self(text.into())),
            Err(problem) => Err(Error::Address { text: text.chars().take(80).collect(), problem }),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks the whole form: host, transport, and perhaps a relay.
fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err("it is longer than 200 bytes");
    }
    let mut parts = text.strip_prefix('/').ok_or("it must begin with '/'")?.split('/');
    check_host(&mut parts)?;
    check_transport(&mut parts)?;
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (None, ..) => Ok(()),
        (Some("p2p"), Some(relay), Some("p2p-circuit"), None) => {
            peer::node_of(relay).map(drop).ok_or("the relay named in it has no Ed25519 key")
        }
        _ => Err("after the transport comes nothing, or p2p/RELAY/p2p-circuit"),
    }
}

fn check_host(parts: &mut Split<'_, char>) -> Result<(), &'static str> {
    let (protocol, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (sound, problem) = match protocol {
        "ip4" => (is_ip4(value), "its IPv4 address is not one that can be dialled, in its usual form"),
        "ip6" => (is_ip6(value), "its IPv6 address is not one that can be dialled, in the form of RFC 5952"),
        "dns" | "dns4" | "dns6" => (is_name(value), "its DNS name is not letters a to z, digits and inner hyphens"),
        _ => (false, "it must begin with ip4, ip6, dns, dns4 or dns6"),
    };
    if sound { Ok(()) } else { Err(problem) }
}

fn check_transport(parts: &mut Split<'_, char>) -> Result<(), &'static str> {
    let (protocol, port) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let sound = match protocol {
        "tcp" => true,
        "udp" => parts.next() == Some("quic-v1"),
        _ => false,
    };
    if !sound {
        return Err("after the host comes tcp/PORT or udp/PORT/quic-v1");
    }
    let number = port.parse::<u16>().ok().filter(|number| *number > 0 && number.to_string() == port);
    number.map(drop).ok_or("its port is not a number from 1 to 65535")
}

fn is_ip4(text: &str) -> bool {
    let dialled = |ip: &Ipv4Addr| !ip.is_unspecified() && !ip.is_multicast() && !ip.is_broadcast();
    text.parse::<Ipv4Addr>().is_ok_and(|ip| dialled(&ip) && ip.to_string() == text)
}

/// The form is that of RFC 5952 §4. An IPv4-mapped address has two forms there and is an IPv4 address anyway.
fn is_ip6(text: &str) -> bool {
    let dialled = |ip: &Ipv6Addr| !ip.is_unspecified() && !ip.is_multicast() && ip.to_ipv4_mapped().is_none();
    text.parse::<Ipv6Addr>().is_ok_and(|ip| dialled(&ip) && ip.to_string() == text)
}

/// Labels of lower-case letters, digits and inner hyphens; the last is no number, since that would be an IPv4 address.
fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = |label: &str| {
        (1..=LABEL_BYTES_MAX).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.split('.').all(label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where a node is reached, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressRecord {
    addresses: Vec<Address>,
    relay: bool,
}

impl AddressRecord {
    /// Makes a record of addresses in any order; `relay` offers to relay for others. No addresses take back what was said before,
    /// the offer included.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub fn new(addresses: impl IntoIterator<Item = Address>, relay: bool) -> Result<Self, Error> {
        let addresses: BTreeSet<_> = addresses.into_iter().collect();
        if addresses.len() > ADDRESSES_MAX {
            return Err(Error::TooMany { got: addresses.len() });
        }
        let relay = relay && !addresses.is_empty();
        Ok(Self { addresses: addresses.into_iter().collect(), relay })
    }

    /// Returns the addresses: strictly ascending by their bytes, at most [`ADDRESSES_MAX`].
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Returns whether the node offers to relay for others.
    pub const fn relay(&self) -> bool {
        self.relay
    }

    /// Returns whether the node says that it is reached nowhere.
    pub fn is_withdrawn(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Writes `[1, [* address], relay]`.
    pub(crate) fn write(&self, e: &mut Encoder) -> Written {
        e.array(3)?.u8(VERSION)?.array(self.addresses.len() as u64)?;
        self.addresses.iter().try_for_each(|address| e.str(address.as_str())?.ok())?;
        e.bool(self.relay)?.ok()
    }

    /// Reads addresses that are sound and few; that they stand in order is for the comparison with the encoding to find.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.array_of(3)?;
        if r.u8()? != VERSION {
            return Err(r.malformed());
        }
        let mut addresses = Vec::new();
        for _ in 0..r.array_up_to(ADDRESSES_MAX)? {
            addresses.push(r.text(ADDRESS_BYTES_MAX)?.parse().map_err(|_| r.malformed())?);
        }
        Self::new(addresses, r.bool()?).map_err(|_| r.malformed())
    }
}

#[cfg(test)]
mod tests;
