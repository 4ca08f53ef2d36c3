//! How the swarm is put together: the transport, our behaviour and those of libp2p beside it.
//!
//! What libp2p may tell others about this node is decided here: its agent version, its protocols, and of its addresses
//! only those that are confirmed to be reachable.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{Multiaddr, Swarm, autonat, dcutr, identify, mdns, ping, relay};
use libp2p_connection_limits::{self as connection_limits, ConnectionLimits};
use talkoot_protocol::id::NodeId;

use super::behaviour::{self, root_cause};
use super::event::{Config, Error, RelayConfig};
use super::fetch;
use super::queue::INBOX_FRAMES_MAX;
use super::traffic::Traffic;
use super::transport;

/// The name under which identify speaks.
const IDENTIFY_PROTOCOL: &str = "/talkoot/id/1";
/// How long a connection without a session is kept: the second of two, or one whose peer never opens a stream.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often a peer is asked whether it lives, and how long it has to answer.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// Connections to one peer: one through a relay, one that replaces it, and another that crosses that one.
const CONNECTIONS_PER_PEER_MAX: u32 = 3;
/// Handshakes under way, inbound; they cost a stranger nothing.
const HANDSHAKES_MAX: u32 = 64;
/// Inbound streams of one connection being negotiated.
const NEGOTIATING_MAX: usize = 8;
/// Circuits of one peer through this node.
const CIRCUITS_PER_PEER_MAX: usize = 4;

/// All behaviours of the swarm. The limits come first: what they refuse, the others never see.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviours {
    limits: connection_limits::Behaviour,
    pub(super) sessions: behaviour::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(super) fetch: fetch::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
    through: relay::client::Behaviour,
    offer: Toggle<relay::Behaviour>,
    punch: Toggle<dcutr::Behaviour>,
    probe: Toggle<autonat::v2::client::Behaviour>,
    answer: Toggle<autonat::v2::server::Behaviour>,
}

/// Builds the swarm and starts listening.
pub(super) fn build(
    keypair: &Keypair,
    local: NodeId,
    config: &Config,
    traffic: &Arc<Traffic>,
) -> Result<Swarm<Behaviours>, Error> {
    let peer = keypair.public().to_peer_id();
    let (circuits, through) = relay::client::new(peer);
    let transport = transport::build(keypair, circuits, traffic)?;
    let behaviours = behaviours(keypair, local, config, through)?;
    let settings = libp2p::swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE_TIMEOUT)
        .with_max_negotiating_inbound_streams(NEGOTIATING_MAX)
        // Wider than the credit of a connection: its task must never stall on a driver that is slow to read, for it
        // also answers pings and writes.
        .with_per_connection_event_buffer_size(INBOX_FRAMES_MAX + 32);
    let mut swarm = Swarm::new(transport, behaviours, peer, settings);
    config.listen.iter().try_for_each(|address| listen(&mut swarm, address))?;
    Ok(swarm)
}

fn behaviours(
    keypair: &Keypair,
    local: NodeId,
    config: &Config,
    through: relay::client::Behaviour,
) -> Result<Behaviours, Error> {
    let peer = keypair.public().to_peer_id();
    let total = config.connections_max;
    // At least one inbound, whatever the total.
    let inbound = total.saturating_mul(3).div_ceil(4);
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(HANDSHAKES_MAX))
        .with_max_established_incoming(Some(inbound))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX))
        .with_max_established(Some(total));
    let identify = identify::Config::new(IDENTIFY_PROTOCOL.to_owned(), keypair.public())
        .with_agent_version(format!("talkoot/{}", env!("CARGO_PKG_VERSION")))
        .with_hide_listen_addrs(true)
        .with_cache_size(0);
    let mdns = if config.mdns {
        Some(mdns::tokio::Behaviour::new(mdns::Config::default(), peer).map_err(Error::Discovery)?)
    } else {
        None
    };
    Ok(Behaviours {
        limits: connection_limits::Behaviour::new(limits),
        sessions: behaviour::Behaviour::new(local, config.frame_bytes_max, config.peer_bytes_per_second_max),
        identify: identify::Behaviour::new(identify),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_INTERVAL)),
        fetch: fetch::behaviour(),
        mdns: Toggle::from(mdns),
        through,
        offer: config.relay.offer.then(|| relay::Behaviour::new(peer, relay_limits(&config.relay))).into(),
        punch: config.nat.punch.then(|| dcutr::Behaviour::new(peer)).into(),
        probe: config.nat.probe.then(autonat::v2::client::Behaviour::default).into(),
        answer: config.nat.answer.then(autonat::v2::server::Behaviour::default).into(),
    })
}

/// What goes through this node for others. Of libp2p's own limits 128 places and the rates at which places and circuits
/// are asked for stay; 128 KiB and 2 minutes a circuit, which no first exchange fits in, do not.
fn relay_limits(config: &RelayConfig) -> relay::Config {
    relay::Config {
        max_circuits: config.circuits_max as usize,
        // libp2p allows one more than it is told.
        max_circuits_per_peer: CIRCUITS_PER_PEER_MAX - 1,
        max_circuit_bytes: config.circuit_bytes_max,
        max_circuit_duration: config.circuit_lasting_max,
        ..relay::Config::default()
    }
}

fn listen(swarm: &mut Swarm<Behaviours>, address: &Multiaddr) -> Result<(), Error> {
    probe(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Error::AddressInUse { address: address.clone() },
        _ => Error::Listen { address: address.clone(), reason: error.to_string() },
    })?;
    let failed = |error| Error::Listen { address: address.clone(), reason: root_cause(&error) };
    swarm.listen_on(address.clone()).map(|_| ()).map_err(failed)
}

/// Tries to bind a port before libp2p does: libp2p shares a TCP port with whoever else shares it (`SO_REUSEPORT`), so two
/// nodes on one port would start without complaint and get each other's connections; and its errors have no kind.
fn probe(address: &Multiaddr) -> io::Result<()> {
    let mut parts = address.iter();
    let ip: std::net::IpAddr = match parts.next() {
        Some(Protocol::Ip4(ip)) => ip.into(),
        Some(Protocol::Ip6(ip)) => ip.into(),
        _ => return Ok(()),
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) if port != 0 => std::net::TcpListener::bind((ip, port)).map(drop),
        Some(Protocol::Udp(port)) if port != 0 => std::net::UdpSocket::bind((ip, port)).map(drop),
        _ => Ok(()),
    }
}
