//! Which connection carries the session, who is kept out: told by hand what libp2p would tell.

use talkoot_protocol::key::SecretKey;

use super::*;
use crate::network::event::Offence;

/// Two nodes, the smaller id (the leader) first.
fn nodes() -> (NodeId, NodeId) {
    let [a, b] = [1, 2].map(|seed| NodeId::from(SecretKey::from_seed(&[seed; 32]).public()));
    (a.min(b), a.max(b))
}

struct Bench {
    behaviour: Behaviour,
    peer: NodeId,
}

impl Bench {
    fn new(local: NodeId, peer: NodeId) -> Self {
        Self { behaviour: Behaviour::new(local, 100, 0), peer }
    }

    fn connect(&mut self, number: usize) {
        self.connect_at(number, "/ip4/127.0.0.1/tcp/1");
    }

    fn connect_at(&mut self, number: usize, address: &str) {
        let address: Multiaddr = address.parse().unwrap();
        let endpoint = ConnectedPoint::Listener { local_addr: address.clone(), send_back_addr: address };
        let peer = address::peer_of_node(&self.peer).unwrap();
        self.behaviour.on_established(&peer, ConnectionId::new_unchecked(number), &endpoint);
    }

    fn report(&mut self, number: usize, report: Report) {
        let peer = address::peer_of_node(&self.peer).unwrap();
        self.behaviour.on_connection_handler_event(peer, ConnectionId::new_unchecked(number), report);
    }

    fn lose(&mut self, number: usize) {
        let address: Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        let endpoint = ConnectedPoint::Listener { local_addr: address.clone(), send_back_addr: address };
        self.behaviour.on_closed(&ConnectionClosed {
            peer_id: address::peer_of_node(&self.peer).unwrap(),
            connection_id: ConnectionId::new_unchecked(number),
            endpoint: &endpoint,
            cause: None,
            remaining_established: 0,
        });
    }

    /// What was asked for since the last call, in short words.
    fn actions(&mut self) -> Vec<String> {
        let word = |action| match action {
            ToSwarm::NotifyHandler { handler: NotifyHandler::One(id), .. } => format!("open {id}"),
            ToSwarm::CloseConnection { connection: CloseConnection::One(id), .. } => format!("close {id}"),
            ToSwarm::GenerateEvent((Event::Connected { .. }, _)) => "connected".to_owned(),
            ToSwarm::GenerateEvent((Event::Disconnected { .. }, _)) => "disconnected".to_owned(),
            ToSwarm::GenerateEvent((event, _)) => format!("{event:?}"),
            other => format!("{other:?}"),
        };
        self.behaviour.actions.drain(..).map(word).collect()
    }
}

#[test]
fn the_leader_uses_the_oldest_connection_and_falls_back() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(leader, follower);
    bench.connect(5);
    bench.connect(3);
    assert_eq!(bench.actions(), ["open 5"]);
    bench.report(5, Report::Ready(Arc::default()));
    assert_eq!(bench.actions(), ["connected"]);
    assert_eq!(bench.behaviour.send(&follower, vec![1]), Ok(()));
    bench.lose(5);
    assert_eq!(bench.actions(), ["disconnected", "open 3"]);
    assert!(matches!(bench.behaviour.send(&follower, vec![1]), Err(SendError::NotConnected { .. })));
    bench.report(3, Report::Ready(Arc::default()));
    assert_eq!(bench.actions(), ["connected"]);
    bench.lose(3);
    assert_eq!(bench.actions(), ["disconnected"]);
    assert!(bench.behaviour.peers.is_empty());
}

#[test]
fn the_follower_goes_where_the_leader_goes() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(follower, leader);
    bench.connect(1);
    bench.connect(2);
    assert_eq!(bench.actions(), Vec::<String>::new(), "it waits to be invited");
    bench.report(2, Report::Invited);
    bench.report(2, Report::Ready(Arc::default()));
    assert_eq!(bench.actions(), ["open 2", "connected"]);
    bench.report(1, Report::Invited);
    bench.report(1, Report::Ready(Arc::default()));
    assert_eq!(bench.actions(), ["close 2", "disconnected", "open 1", "connected"]);
    bench.report(2, Report::Drained);
    assert_eq!(bench.actions(), Vec::<String>::new(), "a connection being closed is not listened to");
    bench.lose(2);
    assert!(bench.behaviour.send(&leader, vec![1]).is_ok());
}

#[test]
fn the_leader_moves_from_a_relay_to_a_direct_connection_and_back() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(leader, follower);
    bench.connect_at(1, "/ip4/127.0.0.1/tcp/1/p2p-circuit");
    bench.report(1, Report::Ready(Arc::default()));
    assert!(bench.behaviour.has_connection(&follower) && !bench.behaviour.has_direct_connection(&follower));
    assert_eq!(bench.actions(), ["open 1", "connected"]);
    bench.connect(2);
    assert_eq!(bench.actions(), ["close 1", "disconnected", "open 2"]);
    bench.lose(1);
    bench.report(2, Report::Ready(Arc::default()));
    bench.connect_at(3, "/ip4/127.0.0.1/tcp/1/p2p-circuit");
    bench.connect(4);
    assert_eq!(bench.actions(), ["connected"], "a session on a direct connection stays where it is");
    bench.lose(2);
    assert_eq!(bench.actions(), ["disconnected", "open 4"]);
    bench.lose(4);
    assert_eq!(bench.actions(), ["open 3"]);
}

#[test]
fn the_follower_leaves_moving_to_the_leader() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(follower, leader);
    bench.connect_at(1, "/ip4/127.0.0.1/tcp/1/p2p-circuit");
    bench.report(1, Report::Invited);
    bench.report(1, Report::Ready(Arc::default()));
    bench.connect(2);
    assert_eq!(bench.actions(), ["open 1", "connected"]);
    bench.report(2, Report::Invited);
    assert_eq!(bench.actions(), ["close 1", "disconnected", "open 2"]);
}

#[test]
fn an_offence_ends_the_session_first_and_is_told_once() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(leader, follower);
    bench.connect(1);
    bench.report(1, Report::Ready(Arc::default()));
    bench.actions();
    bench.report(1, Report::Offence(Offence::EmptyFrame));
    bench.report(1, Report::Offence(Offence::EmptyFrame));
    let told = bench.actions();
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[..2], ["close 1", "disconnected"]);
    assert!(!bench.behaviour.has_connection(&follower));
}

#[test]
fn silence_closes_and_signs_of_life_count() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(leader, follower);
    bench.connect(1);
    bench.actions();
    let (peer, id) = (address::peer_of_node(&follower).unwrap(), ConnectionId::new_unchecked(1));
    bench.behaviour.pinged(&peer, id, false);
    bench.report(1, Report::Drained);
    bench.actions();
    bench.behaviour.pinged(&peer, id, false);
    assert_eq!(bench.actions(), Vec::<String>::new());
    bench.behaviour.pinged(&peer, id, false);
    assert_eq!(bench.actions(), ["close 1"]);
}

#[test]
fn bans_keep_out_and_end() {
    let (leader, follower) = nodes();
    let peer = address::peer_of_node(&follower).unwrap();
    let mut behaviour = Behaviour::new(leader, 100, 0);
    behaviour.ban(follower, Duration::MAX);
    assert!(behaviour.admit(&peer).is_err());
    behaviour.ban(follower, Duration::ZERO);
    assert!(behaviour.admit(&peer).is_ok());
}

#[test]
fn throttling_is_told_to_each_connection_and_never_lasts_long() {
    let (leader, follower) = nodes();
    let mut bench = Bench::new(leader, follower);
    bench.connect(1);
    bench.connect(2);
    bench.actions();
    bench.behaviour.throttle(follower, Duration::MAX);
    let until = bench.behaviour.throttled.end(&follower, Instant::now()).unwrap();
    assert!(until <= Instant::now() + THROTTLE_MAX);
    let told =
        bench.behaviour.actions.drain(..).filter(
            |action| matches!(action, ToSwarm::NotifyHandler { event: Command::Pause(end), .. } if *end == until),
        );
    assert_eq!(told.count(), 2);
}
