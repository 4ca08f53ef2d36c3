//! Nodes that meet through a third one, and what each knows of its own addresses.

use super::*;

fn offering(listen: &str) -> Config {
    let relay = RelayConfig { offer: true, ..RelayConfig::default() };
    Config { relay, ..config(listen) }
}

/// A node that nobody can call: it is reached through another only, and makes no direct connections.
fn through(relay: &Multiaddr) -> Config {
    let relay = RelayConfig { through: vec![relay.clone()], ..RelayConfig::default() };
    let nat = NatConfig { punch: false, ..NatConfig::default() };
    Config { listen: vec![], relay, nat, ..config(TCP) }
}

/// Starts a relay; returns it with its address, name included.
async fn relay(key: &SecretKey, config: &Config) -> (Network, Multiaddr) {
    let (network, address) = node(key, config).await;
    let address = address::with_node(address, &network.local());
    (network, address)
}

/// Starts a node and waits for its place at a relay, which is kept going; returns the way to it.
async fn guest(key: &SecretKey, config: &Config, relay: &mut Network) -> (Network, Multiaddr) {
    let mut network = Network::start(key, config).unwrap();
    let place = until(&mut network, |event| match event {
        Event::Listening { address } if address::is_circuit(&address) => Some(address),
        Event::DialFailed { error, .. } => panic!("{error}"),
        _ => None,
    });
    let place = while_running(relay, place).await;
    (network, place)
}

fn is_relayed(event: &Event) -> Option<bool> {
    match event {
        Event::Connected { address, .. } => Some(address::is_circuit(address)),
        _ => None,
    }
}

/// Like [`exchange`], with frames of 64 KiB, and not disturbed by other sessions.
async fn exchange_large(network: &mut Network, peer: NodeId, count: u32) {
    let (mut sent, mut received) = (0, 0);
    while sent < count || received < count {
        while sent < count && network.send(&peer, vec![sent as u8; 64 * 1024]).is_ok() {
            sent += 1;
        }
        match network.next().await {
            Event::Frame { node, bytes } if node == peer => {
                assert!(bytes == vec![received as u8; 64 * 1024], "frame {received}");
                received += 1;
            }
            Event::Disconnected { node, reason } if node == peer => panic!("{reason}"),
            _ => {}
        }
        if sent == count && received == count {
            return;
        }
    }
}

async fn meet_through_a_relay(listen: &str) {
    let (leader, follower) = keys();
    let (mut r, at_r) = relay(&key(9), &offering(listen)).await;
    let (mut b, at_b) = guest(&leader, &through(&at_r), &mut r).await;
    assert_eq!(address::node_of(&at_b), Some(b.local()));
    let own = b.reachable_addresses();
    assert_eq!(own, [at_r.clone().with(Protocol::P2pCircuit)]);
    let mut c = Network::start(&follower, &Config { listen: vec![], ..config(listen) }).unwrap();
    let (of_b, of_c) = (b.local(), c.local());
    c.dial(of_b, own);
    while_running(&mut r, meet_each_other(&mut b, &mut c)).await;
    // More than libp2p's own limit of 128 KiB a circuit, and more than a mebibyte, in both directions.
    let both = async { futures::join!(exchange_large(&mut b, of_c, 24), exchange_large(&mut c, of_b, 24)) };
    tokio::time::timeout(PATIENCE, while_running(&mut r, both)).await.expect("not all frames came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_nobody_can_call_is_reached_through_a_relay_over_tcp() {
    meet_through_a_relay(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_nobody_can_call_is_reached_through_a_relay_over_quic() {
    meet_through_a_relay(QUIC).await;
}

#[tokio::test]
async fn a_circuit_ends_at_the_limit_of_the_relay() {
    let limits = RelayConfig { offer: true, circuit_bytes_max: 300 * 1024, ..RelayConfig::default() };
    let (mut r, at_r) = relay(&key(9), &Config { relay: limits, ..config(TCP) }).await;
    let (mut b, at_b) = guest(&key(1), &through(&at_r), &mut r).await;
    let mut c = Network::start(&key(2), &Config::default()).unwrap();
    c.dial(b.local(), vec![at_b]);
    while_running(&mut r, meet_each_other(&mut b, &mut c)).await;
    let (of_b, of_c) = (b.local(), c.local());
    (0..10).for_each(|_| c.send(&of_b, vec![0; 64 * 1024]).unwrap());
    let lost = |of: NodeId| move |event| is_disconnected(event).filter(|node| *node == of);
    let both = async { futures::join!(until(&mut b, lost(of_c)), until(&mut c, lost(of_b))) };
    while_running(&mut r, both).await;
}

#[tokio::test]
async fn two_nodes_that_met_through_a_relay_move_to_a_direct_connection() {
    for swap in [false, true] {
        let (leader, follower) = keys();
        let (first, second) = if swap { (follower, leader) } else { (leader, follower) };
        let (mut r, at_r) = relay(&key(9), &offering(TCP)).await;
        // It listens, but tells only its place at the relay.
        let open = Config { listen: config(TCP).listen, nat: NatConfig::default(), ..through(&at_r) };
        let (mut b, at_b) = guest(&first, &open, &mut r).await;
        let (mut c, _) = node(&second, &config(TCP)).await;
        let (of_b, of_c) = (b.local(), c.local());
        c.dial(of_b, vec![at_b]);
        let mut ways = Vec::new();
        let moved = |peer: NodeId| {
            move |event: Event| match event {
                Event::Connected { node, .. } if node == peer => is_relayed(&event).filter(|relayed| !relayed),
                _ => None,
            }
        };
        let both = async {
            let to_b = until(&mut c, |event| {
                ways.extend(is_relayed(&event));
                moved(of_b)(event)
            });
            futures::join!(until(&mut b, moved(of_c)), to_b)
        };
        while_running(&mut r, both).await;
        assert!(ways.contains(&true), "the relay came first: {ways:?}");
        let both = async { futures::join!(exchange_large(&mut b, of_c, 4), exchange_large(&mut c, of_b, 4)) };
        // Without the relay.
        drop(r);
        tokio::time::timeout(PATIENCE, both).await.expect("not all frames came");
    }
}

#[tokio::test]
async fn a_place_at_a_relay_that_was_restarted_is_taken_again() {
    let (mut r, at_r) = relay(&key(9), &offering(TCP)).await;
    let (mut b, _) = guest(&key(1), &through(&at_r), &mut r).await;
    let listen = r.listening()[0].to_string();
    drop(r);
    let lost = until(&mut b, |event| match event {
        Event::DialFailed { address, .. } => Some(address),
        _ => None,
    });
    assert_eq!(lost.await, at_r);
    assert_eq!(b.reachable_addresses(), [], "the place is gone");
    let (mut r, _) = relay(&key(9), &offering(&listen)).await;
    let again = until(&mut b, |event| matches!(event, Event::Listening { .. }).then_some(()));
    while_running(&mut r, again).await;
    assert_eq!(b.reachable_addresses(), [at_r.with(Protocol::P2pCircuit)]);
}

#[tokio::test]
async fn a_node_that_offers_nothing_gives_no_place() {
    let (mut r, at_r) = relay(&key(9), &config(TCP)).await;
    let mut b = Network::start(&key(1), &through(&at_r)).unwrap();
    let refused = until(&mut b, |event| match event {
        Event::DialFailed { address, retry_in, .. } => Some((address, retry_in)),
        Event::Listening { .. } => panic!("a place was given"),
        _ => None,
    });
    let (address, retry_in) = while_running(&mut r, refused).await;
    assert!(address == at_r && retry_in > Duration::ZERO);
    assert_eq!(b.reachable_addresses(), []);
}

#[tokio::test]
async fn own_addresses_are_those_announced_or_those_listened_on() {
    let (a, address) = node(&key(1), &config(TCP)).await;
    assert_eq!(a.reachable_addresses(), [address]);
    let announced = address::parse("node.example.org:7474").unwrap();
    let (b, _) = node(&key(2), &Config { announce: vec![announced.clone()], ..config(TCP) }).await;
    assert_eq!(b.reachable_addresses(), [announced]);
}

#[tokio::test]
async fn a_peer_that_answers_confirms_an_address() {
    let answering = NatConfig { answer: true, ..NatConfig::default() };
    let (mut a, to_a) = node(&key(1), &Config { nat: answering, ..config(TCP) }).await;
    let asking = NatConfig { probe: true, ..NatConfig::default() };
    let (mut b, at_b) = node(&key(2), &Config { nat: asking, ..config(TCP) }).await;
    b.keep(to_a);
    meet_each_other(&mut a, &mut b).await;
    // Libp2p asks every five seconds.
    let start = Instant::now();
    while b.swarm.external_addresses().next().is_none() {
        assert!(start.elapsed() < PATIENCE, "nothing was confirmed");
        let a_moment = tokio::time::sleep(Duration::from_millis(50));
        while_running(&mut a, while_running(&mut b, a_moment)).await;
    }
    assert_eq!(b.reachable_addresses(), [at_b]);
}
