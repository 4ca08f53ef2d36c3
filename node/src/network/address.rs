//! Addresses as people write them, and the two names of a node: ours ([`NodeId`]) and libp2p's ([`PeerId`]).
//!
//! A [`PeerId`] of an Ed25519 key is that key behind a fixed prefix (libp2p specs, "peer-ids"), so the two are turned
//! into each other without looking anything up. Peers with keys of other kinds have no [`NodeId`] and are refused.

use std::net::SocketAddr;

use libp2p::identity::{self, PublicKey, ed25519};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use talkoot_protocol::id::NodeId;

/// The longest address accepted, in bytes of text: a DNS name has at most 253.
const ADDRESS_TEXT_MAX: usize = 512;
/// The code of the "identity" multihash: the digest is the key itself.
const IDENTITY_MULTIHASH: u64 = 0;

/// Text that is not an address this node can dial.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an address: {problem}; write 192.0.2.7:7001, node.example.org:7001 or /ip4/192.0.2.7/tcp/7001"
)]
pub struct Error {
    /// What was given, cut to 120 characters.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads a multiaddr (`/ip4/…/tcp/…`, `/dns/…/udp/…/quic-v1`, with or without `/p2p/…`), one through a relay
/// (`…/p2p/RELAY/p2p-circuit/p2p/NODE`) or the short form `host:port`, which means TCP.
///
/// # Errors
/// [`Error`] says what is wrong and shows the right forms.
pub fn parse(text: &str) -> Result<Multiaddr, Error> {
    let text = text.trim();
    let fail = |problem: String| Error { text: text.chars().take(120).collect(), problem };
    if text.len() > ADDRESS_TEXT_MAX {
        return Err(fail(format!("longer than {ADDRESS_TEXT_MAX} characters")));
    }
    let address = if text.starts_with('/') {
        text.parse().map_err(|error| fail(format!("{error}")))?
    } else {
        short_form(text).map_err(fail)?
    };
    check(&address).map_err(|problem| fail(problem.to_owned()))?;
    Ok(address)
}

/// Reads the address of a relay to be reached through: [`parse`], with the relay's name at the end.
///
/// # Errors
/// [`Error`] if it is no address, names no node, or leads through a relay itself.
pub fn parse_relay(text: &str) -> Result<Multiaddr, Error> {
    let address = parse(text)?;
    let problem = match node_of(&address) {
        None => "a relay's address ends with p2p/NODE, its name",
        Some(_) if is_circuit(&address) => "a relay is not reached through another",
        Some(_) => return Ok(address),
    };
    Err(Error { text: text.trim().chars().take(120).collect(), problem: problem.to_owned() })
}

/// Returns whether an address leads through a relay.
pub(super) fn is_circuit(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::P2pCircuit)
}

/// Reads `host:port` as TCP.
fn short_form(text: &str) -> Result<Multiaddr, String> {
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Ok(Multiaddr::from(socket.ip()).with(Protocol::Tcp(socket.port())));
    }
    let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
    let port = port.parse::<u16>().map_err(|_| format!("{port:?} is not a port from 1 to 65535"))?;
    let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if host.is_empty() || host.len() > 253 || !host.bytes().all(of_a_name) {
        return Err(format!("{host:?} is neither an IP address nor a name"));
    }
    Ok(Multiaddr::empty().with(Protocol::Dns(host.into())).with(Protocol::Tcp(port)))
}

/// Checks that the address is host, transport and perhaps a node, in a form this node speaks.
fn check(address: &Multiaddr) -> Result<(), &'static str> {
    let mut parts = address.iter();
    match parts.next() {
        Some(Protocol::Ip4(_) | Protocol::Ip6(_) | Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)) => {}
        _ => return Err("it must begin with ip4, ip6, dns, dns4 or dns6"),
    }
    match parts.next() {
        Some(Protocol::Tcp(_)) => {}
        Some(Protocol::Udp(_)) if parts.next() == Some(Protocol::QuicV1) => {}
        _ => return Err("after the host comes tcp/PORT or udp/PORT/quic-v1"),
    }
    match parts.next() {
        None => Ok(()),
        Some(Protocol::P2p(peer)) if node_of_peer(&peer).is_none() => Err("the node named in it has no Ed25519 key"),
        Some(Protocol::P2p(_)) => check_circuit(parts.next(), parts.next(), parts.next()),
        Some(_) => Err("only p2p/NODE may follow the transport"),
    }
}

/// Checks what follows the first name: nothing, or the way through that node to another.
fn check_circuit(
    circuit: Option<Protocol<'_>>,
    node: Option<Protocol<'_>>,
    rest: Option<Protocol<'_>>,
) -> Result<(), &'static str> {
    match (circuit, node, rest) {
        (None, ..) => Ok(()),
        (Some(Protocol::P2pCircuit), Some(Protocol::P2p(peer)), None) => {
            node_of_peer(&peer).map(|_| ()).ok_or("the node named in it has no Ed25519 key")
        }
        (Some(Protocol::P2pCircuit), ..) => Err("after p2p-circuit comes p2p/NODE, whom to reach through the relay"),
        _ => Err("after p2p/NODE nothing may follow but p2p-circuit/p2p/NODE"),
    }
}

/// Returns libp2p's name of a node, or `None` if the bytes are not an Ed25519 public key.
pub fn peer_of_node(node: &NodeId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(node.as_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// Returns our name of a libp2p peer, or `None` if its key is not an Ed25519 key.
pub fn node_of_peer(peer: &PeerId) -> Option<NodeId> {
    let hash = peer.as_ref();
    if hash.code() != IDENTITY_MULTIHASH {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(hash.digest()).ok()?.try_into_ed25519().ok()?;
    Some(NodeId::from_bytes(key.to_bytes()))
}

/// Returns the node an address names at its end, if it names one.
pub fn node_of(address: &Multiaddr) -> Option<NodeId> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => node_of_peer(&peer),
        _ => None,
    }
}

/// Returns whether an address leads to this machine itself or to nobody: loopback, unspecified, `localhost`.
pub fn is_local(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => ip.is_loopback() || ip.is_unspecified(),
        Some(Protocol::Ip6(ip)) => ip.is_loopback() || ip.is_unspecified(),
        Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => name == "localhost",
        _ => false,
    }
}

/// Returns the address with the node's name at its end: whoever answers there with another key is not connected to.
pub fn with_node(address: Multiaddr, node: &NodeId) -> Multiaddr {
    match peer_of_node(node) {
        Some(peer) if node_of(&address).is_none() => address.with(Protocol::P2p(peer)),
        _ => address,
    }
}

/// Makes libp2p's key pair of a 32-byte seed, which is wiped.
pub(super) fn keypair(seed: &mut [u8; 32]) -> Result<identity::Keypair, String> {
    identity::Keypair::ed25519_from_bytes(seed).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::key::SecretKey;

    use super::*;

    fn node(seed: u8) -> NodeId {
        SecretKey::from_seed(&[seed; 32]).public().into()
    }

    #[test]
    fn addresses_of_this_machine_are_told_from_others() {
        for local in ["/ip4/127.0.0.1/tcp/1", "/ip4/0.0.0.0/tcp/1", "/ip6/::1/udp/1/quic-v1", "/dns/localhost/tcp/1"] {
            assert!(is_local(&local.parse().unwrap()), "{local}");
        }
        for other in ["/ip4/10.0.0.1/tcp/1", "/ip6/fd00::1/tcp/1", "/dns/node.example.org/tcp/1"] {
            assert!(!is_local(&other.parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn both_names_of_a_node_mean_the_same_key() {
        let pair = keypair(&mut [7; 32]).unwrap();
        let peer = peer_of_node(&node(7)).unwrap();
        assert_eq!(peer, pair.public().to_peer_id());
        assert_eq!(node_of_peer(&peer), Some(node(7)));
        assert!(peer.to_string().starts_with("12D3Koo"), "{peer}");
    }

    #[test]
    fn a_peer_without_an_ed25519_key_has_no_node() {
        // A SHA-256 multihash, as RSA keys have, and an identity hash of something that is no key.
        let hashed = PeerId::from_bytes(&[&[0x12, 32][..], &[9; 32]].concat()).unwrap();
        let odd = PeerId::from_bytes(&[&[0x00, 4][..], &[9; 4]].concat()).unwrap();
        assert_eq!(node_of_peer(&hashed), None);
        assert_eq!(node_of_peer(&odd), None);
    }

    #[test]
    fn reads_short_and_full_addresses() {
        let cases = [
            ("127.0.0.1:7001", "/ip4/127.0.0.1/tcp/7001"),
            (" [::1]:7001 ", "/ip6/::1/tcp/7001"),
            ("node.example.org:7001", "/dns/node.example.org/tcp/7001"),
            ("/ip4/127.0.0.1/udp/7001/quic-v1", "/ip4/127.0.0.1/udp/7001/quic-v1"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).unwrap().to_string(), expected);
        }
        let full = with_node(parse("127.0.0.1:7001").unwrap(), &node(1));
        assert_eq!(parse(&full.to_string()).unwrap(), full);
        assert_eq!(node_of(&full), Some(node(1)));
        assert_eq!(with_node(full.clone(), &node(2)), full);
    }

    #[test]
    fn reads_ways_through_relays() {
        let [relay, other] = [1, 2].map(|seed| peer_of_node(&node(seed)).unwrap());
        let at = format!("/ip4/127.0.0.1/tcp/7001/p2p/{relay}");
        let through = format!("{at}/p2p-circuit/p2p/{other}");
        assert_eq!(node_of(&parse(&through).unwrap()), Some(node(2)));
        assert_eq!(parse_relay(&at).unwrap().to_string(), at);
        let cases = [
            (format!("{at}/p2p-circuit"), "after p2p-circuit comes"),
            (format!("{through}/p2p-circuit"), "after p2p-circuit comes"),
            (format!("{at}/tcp/1"), "nothing may follow but"),
            ("/ip4/127.0.0.1/tcp/7001/p2p-circuit".to_owned(), "only p2p/NODE"),
        ];
        for (text, expected) in cases {
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        for (text, expected) in [(through.as_str(), "through another"), ("127.0.0.1:7001", "ends with p2p/NODE")] {
            assert!(parse_relay(text).unwrap_err().to_string().contains(expected), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        let cases = [
            ("127.0.0.1", "the port is missing"),
            ("127.0.0.1:70001", "not a port"),
            ("a b:1", "neither an IP address nor a name"),
            (":7001", "neither an IP address nor a name"),
            ("/ip4/127.0.0.1/udp/7001", "after the host"),
            ("/ip4/127.0.0.1/tcp/7001/ws", "only p2p/NODE"),
            ("/unix/tmp", "must begin with"),
            ("/ip4/1.2.3.4/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", "no Ed25519 key"),
            ("/nonsense", ""),
            ("", "the port is missing"),
        ];
        for (text, expected) in cases {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert!(parse(&"x".repeat(10_000)).unwrap_err().to_string().len() < 400);
    }
}
