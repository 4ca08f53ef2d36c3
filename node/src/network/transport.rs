//! From a socket to an authenticated connection with streams: TCP with Noise and Yamux, QUIC, circuits through a relay,
//! and names of hosts.

use std::sync::Arc;
use std::time::Duration;

use libp2p::core::Transport as _;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{PeerId, dns, noise, quic, relay, tcp};

use super::event::Error;
use super::muxer;
use super::traffic::{Counted, Traffic};

/// Streams on one connection: ours, ping and identify need six, each circuit through this node one.
pub(super) const STREAMS_MAX: usize = 32;
/// How long connecting may take, handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// What a QUIC peer may send before we read it, on one stream and on a connection.
const QUIC_STREAM_BYTES: u32 = 2 * 1024 * 1024;
/// See [`QUIC_STREAM_BYTES`].
const QUIC_CONNECTION_BYTES: u32 = 4 * 1024 * 1024;

/// What the swarm is given: connections of peers with proven names.
type Connections = Boxed<(PeerId, StreamMuxerBox)>;

/// Builds the transport; `circuits` is the half of the relay client that makes connections.
pub(super) fn build(
    keypair: &Keypair,
    circuits: relay::client::Transport,
    traffic: &Arc<Traffic>,
) -> Result<Connections, Error> {
    let circuits = circuits
        .upgrade(Version::V1)
        .authenticate(noise(keypair)?)
        .multiplex(muxer::Upgrade::default())
        .timeout(CONNECT_TIMEOUT);
    let direct = match dns::tokio::Transport::system(without_names(keypair, traffic)?) {
        Ok(transport) => transport.boxed(),
        // A machine without DNS (in the field, on a stick) still speaks to IP addresses.
        Err(error) => {
            tracing::warn!(%error, "no DNS on this machine: only IP addresses can be dialled");
            without_names(keypair, traffic)?
        }
    };
    // Circuits first: the others would take an address through a relay for the relay's own.
    Ok(circuits.boxed().or_transport(direct).map(|either, _| either.into_inner()).boxed())
}

fn without_names(keypair: &Keypair, traffic: &Arc<Traffic>) -> Result<Connections, Error> {
    let traffic = Arc::clone(traffic);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(move |socket, _| Counted::new(socket, Arc::clone(&traffic)))
        .upgrade(Version::V1)
        .authenticate(noise(keypair)?)
        .multiplex(muxer::Upgrade::default())
        .timeout(CONNECT_TIMEOUT)
        .boxed();

    let mut settings = quic::Config::new(keypair);
    settings.max_concurrent_stream_limit = STREAMS_MAX as u32;
    settings.max_stream_data = QUIC_STREAM_BYTES;
    settings.max_connection_data = QUIC_CONNECTION_BYTES;
    let quic = quic::tokio::Transport::new(settings).map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    Ok(tcp.or_transport(quic).map(|either, _| either.into_inner()).boxed())
}

fn noise(keypair: &Keypair) -> Result<noise::Config, Error> {
    noise::Config::new(keypair).map_err(|error| Error::Key { reason: error.to_string() })
}
