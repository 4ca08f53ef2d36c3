//! A peer that does not keep the rules: opens as many streams as it likes, when it likes, and writes raw bytes to them.

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::ReadyUpgrade;
use libp2p::swarm::handler::{ConnectionEvent, ConnectionHandler};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandlerEvent, FromSwarm, NetworkBehaviour, SubstreamProtocol, THandler,
    THandlerInEvent, ToSwarm,
};
use libp2p::{PeerId, Stream, StreamProtocol, SwarmBuilder, noise, tcp};

use super::*;

struct Rude {
    streams: usize,
    bytes: Vec<u8>,
}

struct RudeHandler {
    to_open: usize,
    bytes: Vec<u8>,
    open: Vec<(Stream, usize)>,
    accepted: Vec<Stream>,
}

impl ConnectionHandler for RudeHandler {
    type FromBehaviour = ();
    type ToBehaviour = ();
    type InboundProtocol = ReadyUpgrade<StreamProtocol>;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Self::InboundProtocol> {
        SubstreamProtocol::new(ReadyUpgrade::new(handler::PROTOCOL), ())
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, (), ()>> {
        use futures::io::AsyncWrite as _;
        for (stream, written) in &mut self.open {
            if let Poll::Ready(Ok(count)) = Pin::new(&mut *stream).poll_write(cx, &self.bytes[*written..]) {
                *written += count;
            }
            let _ = Pin::new(stream).poll_flush(cx);
        }
        if self.to_open == 0 {
            return Poll::Pending;
        }
        self.to_open -= 1;
        Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol: self.listen_protocol() })
    }

    fn on_behaviour_event(&mut self, (): ()) {}

    fn on_connection_event(&mut self, event: ConnectionEvent<Self::InboundProtocol, Self::OutboundProtocol>) {
        match event {
            ConnectionEvent::FullyNegotiatedOutbound(opened) => self.open.push((opened.protocol, 0)),
            ConnectionEvent::FullyNegotiatedInbound(opened) => self.accepted.push(opened.protocol),
            _ => {}
        }
    }
}

impl Rude {
    fn handler(&self) -> RudeHandler {
        RudeHandler { to_open: self.streams, bytes: self.bytes.clone(), open: vec![], accepted: vec![] }
    }
}

impl NetworkBehaviour for Rude {
    type ConnectionHandler = RudeHandler;
    type ToSwarm = ();

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, (): ()) {}

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<(), THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// Lets a rude peer connect to a node, as the leader if it does so once and as the follower otherwise; returns the first offence or end of session that the node tells.
async fn meet(connections: usize, streams: usize, bytes: &[u8]) -> Event {
    let (leader, follower) = keys();
    let (victim, rude) = if connections > 1 { (leader, follower) } else { (follower, leader) };
    let (mut victim, address) = node(&victim, &config(TCP)).await;
    let mut swarm = SwarmBuilder::with_existing_identity(address::keypair(&mut rude.seed()).unwrap())
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, || muxer::Upgrade {
            streams_max: 512,
            ..muxer::Upgrade::default()
        })
        .unwrap()
        .with_behaviour(|_| Rude { streams, bytes: bytes.to_vec() })
        .unwrap()
        .build();
    (0..connections).for_each(|_| swarm.dial(address.clone()).unwrap());
    let rude = async {
        loop {
            futures::StreamExt::next(&mut swarm).await;
        }
    };
    let told = until(&mut victim, |event| match event {
        Event::Offence { .. } | Event::Frame { .. } => Some(event),
        _ => None,
    });
    let told = match select(std::pin::pin!(told), std::pin::pin!(rude)).await {
        Either::Left((told, _)) => told,
        Either::Right((never, _)) => never,
    };
    let (mut good, _) = node(&key(7), &config(TCP)).await;
    good.keep(address);
    meet_each_other(&mut victim, &mut good).await;
    told
}

fn offence(event: Event) -> Offence {
    match event {
        Event::Offence { offence, .. } => offence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_empty_frame_is_an_offence() {
    assert_eq!(offence(meet(1, 1, &[0, 0, 0, 0]).await), Offence::EmptyFrame);
}

#[tokio::test]
async fn a_second_stream_is_an_offence() {
    assert_eq!(offence(meet(1, 2, &[]).await), Offence::SecondStream);
}

#[tokio::test]
async fn a_thousand_streams_are_an_offence() {
    assert_eq!(offence(meet(1, 1000, &[]).await), Offence::SecondStream);
}

#[tokio::test]
async fn a_stream_on_a_connection_the_leader_did_not_choose_is_an_offence() {
    assert_eq!(offence(meet(2, 1, &[]).await), Offence::OutOfTurn);
}

#[tokio::test]
async fn a_rude_peer_that_writes_by_the_rules_is_heard() {
    let heard = meet(1, 1, &[0, 0, 0, 2, 7, 8]).await;
    assert!(matches!(heard, Event::Frame { ref bytes, .. } if *bytes == [7, 8]), "{heard:?}");
}
