//! Real nodes over loopback sockets. Waits are for events, never for time to pass; [`PATIENCE`] only ends a failed test.

use std::future::Future;

use futures::future::{Either, select};
use tokio::io::AsyncWriteExt as _;

use super::*;

mod calls;
mod fetch;
mod relay;
mod rude;

const PATIENCE: Duration = Duration::from_secs(60);
const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Two keys, the leader's first.
fn keys() -> (SecretKey, SecretKey) {
    let (a, b) = (key(1), key(2));
    if NodeId::from(a.public()) < NodeId::from(b.public()) { (a, b) } else { (b, a) }
}

fn config(listen: &str) -> Config {
    Config { listen: vec![listen.parse().unwrap()], connections_max: 64, jitter_seed: 1, ..Config::default() }
}

/// Starts a node and waits until it listens.
async fn node(key: &SecretKey, config: &Config) -> (Network, Multiaddr) {
    let mut network = Network::start(key, config).unwrap();
    let address = until(&mut network, |event| match event {
        Event::Listening { address } => Some(address),
        _ => None,
    });
    let address = address.await;
    (network, address)
}

/// Drives a node until an event is what we look for.
async fn until<T>(network: &mut Network, mut found: impl FnMut(Event) -> Option<T>) -> T {
    let search = async {
        loop {
            if let Some(value) = found(network.next().await) {
                return value;
            }
        }
    };
    tokio::time::timeout(PATIENCE, search).await.expect("the awaited event did not come")
}

fn is_connected(event: Event) -> Option<NodeId> {
    match event {
        Event::Connected { node, .. } => Some(node),
        _ => None,
    }
}

fn is_disconnected(event: Event) -> Option<NodeId> {
    match event {
        Event::Disconnected { node, .. } => Some(node),
        _ => None,
    }
}

/// Waits until two nodes have a session with each other; others may come and go meanwhile.
async fn meet_each_other(a: &mut Network, b: &mut Network) {
    let (of_a, of_b) = (a.local(), b.local());
    let with = |node: NodeId| move |event| is_connected(event).filter(|other| *other == node);
    futures::join!(until(a, with(of_b)), until(b, with(of_a)));
}

/// Waits for `wanted` while a node that nobody asks anything is kept going.
async fn while_running<T>(network: &mut Network, wanted: impl Future<Output = T>) -> T {
    let idle = async {
        loop {
            network.next().await;
        }
    };
    match select(std::pin::pin!(wanted), std::pin::pin!(idle)).await {
        Either::Left((value, _)) => value,
        Either::Right((never, _)) => never,
    }
}

/// Two connected nodes, the leader first. The second dialled.
async fn pair(listen: &str) -> (Network, Network) {
    let (leader, follower) = keys();
    let (mut a, address) = node(&leader, &config(listen)).await;
    let (mut b, _) = node(&follower, &config(listen)).await;
    b.keep(address);
    meet_each_other(&mut a, &mut b).await;
    (a, b)
}

/// The frame with a number: mostly small, some large, two of the greatest length, each telling its number.
fn frame(number: u32) -> Vec<u8> {
    let length = match number {
        700 | 1400 => FRAME_BYTES_MAX,
        _ if number % 100 == 7 => 100_000 + number as usize,
        _ => 4 + (number as usize * 37) % 1500,
    };
    let mut frame = vec![number as u8; length];
    frame[..4].copy_from_slice(&number.to_be_bytes());
    frame
}

/// Sends `count` frames to a peer and takes as many, checking each.
async fn exchange(network: &mut Network, peer: NodeId, count: u32) {
    let (mut sent, mut received) = (0, 0);
    loop {
        while sent < count {
            match network.send(&peer, frame(sent)) {
                Ok(()) => sent += 1,
                Err(SendError::Full { frame: unsent }) => {
                    assert_eq!(unsent, frame(sent));
                    break;
                }
                Err(other) => panic!("{other}"),
            }
        }
        // Asked here and not above: after the last frame is queued there may be no event left to wait for.
        if sent == count && received == count {
            return;
        }
        match network.next().await {
            Event::Frame { node, bytes } => {
                assert!(node == peer && bytes == frame(received), "frame {received} of {} bytes", bytes.len());
                received += 1;
            }
            Event::Drained { .. } | Event::Listening { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Returns the two nodes, connected still.
async fn exchange_both_ways(listen: &str) -> (Network, Network) {
    let (mut a, mut b) = pair(listen).await;
    let (of_a, of_b) = (a.local(), b.local());
    let both = async { futures::join!(exchange(&mut a, of_b, 2000), exchange(&mut b, of_a, 2000)) };
    tokio::time::timeout(PATIENCE, both).await.expect("not all frames came");
    (a, b)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_arrive_whole_and_in_order_over_tcp() {
    let (a, b) = exchange_both_ways(TCP).await;
    let bytes: u64 = (0..2000).map(|number| frame(number).len() as u64 + 4).sum();
    for SocketBytes { sent, received } in [a.socket_bytes(), b.socket_bytes()] {
        // Encryption and handshakes cost something, but little.
        assert!(received > bytes && received < bytes + bytes / 50, "{received} for {bytes}");
        assert!(sent > bytes && sent < bytes + bytes / 50, "{sent} for {bytes}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_arrive_whole_and_in_order_over_quic() {
    let (a, _) = exchange_both_ways(QUIC).await;
    assert_eq!(a.socket_bytes(), SocketBytes::default(), "QUIC is not counted");
}

/// Sends to a peer whose driver sleeps until nothing more is taken; returns how many frames were.
async fn fill(network: &mut Network, peer: &NodeId, frame_bytes: usize) -> u32 {
    let mut taken = 0u32;
    loop {
        let mut frame = vec![0; frame_bytes];
        frame[..4].copy_from_slice(&taken.to_be_bytes());
        if network.send(peer, frame).is_ok() {
            taken += 1;
        } else if tokio::time::timeout(Duration::from_millis(300), network.next()).await.is_err() {
            // However early this gives up, the bounds below hold; late enough, they are reached.
            return taken;
        }
    }
}

async fn a_sleeping_driver_stops_the_sender(listen: &str) {
    let (mut a, mut b) = pair(listen).await;
    // Large frames: what is bounded only in number would show.
    let (peer, frame_bytes) = (b.local(), 1024 * 1024);
    let taken = fill(&mut a, &peer, frame_bytes).await;
    let bytes = taken as usize * frame_bytes;
    assert!(bytes >= OUTBOX_BYTES_MAX, "{bytes}");
    // Queues of ours, 11 MiB; windows and socket buffers of the system, some MiB more.
    assert!(bytes < 40 * 1024 * 1024, "{bytes} bytes were taken for a peer that reads nothing");
    assert!(a.queued_bytes(&peer) > 0);
    for expected in 0..taken {
        let number = until(&mut b, |event| match event {
            Event::Frame { bytes, .. } => Some(u32::from_be_bytes(bytes[..4].try_into().unwrap())),
            _ => None,
        });
        assert_eq!(number.await, expected);
    }
    until(&mut a, |event| matches!(event, Event::Drained { .. }).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sleeping_driver_stops_the_sender_over_tcp() {
    a_sleeping_driver_stops_the_sender(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sleeping_driver_stops_the_sender_over_quic() {
    a_sleeping_driver_stops_the_sender(QUIC).await;
}

#[tokio::test]
async fn a_frame_that_is_too_long_ends_the_session_and_not_the_node() {
    let (mut victim, address) = node(&key(1), &Config { frame_bytes_max: 1000, ..config(TCP) }).await;
    let (mut liar, _) = node(&key(2), &config(TCP)).await;
    liar.keep(address.clone());
    meet_each_other(&mut victim, &mut liar).await;
    liar.send(&victim.local(), vec![1; 1001]).unwrap();
    liar.forget(&address);
    let mut ended = false;
    let offence = while_running(
        &mut liar,
        until(&mut victim, |event| match event {
            Event::Disconnected { .. } => {
                ended = true;
                None
            }
            Event::Offence { offence, .. } => Some(offence),
            _ => None,
        }),
    );
    assert_eq!(offence.await, Offence::OversizedFrame { announced: 1001, max: 1000 });
    assert!(ended, "the session ends before the offence is told");
    let (mut good, _) = node(&key(3), &config(TCP)).await;
    good.keep(address);
    meet_each_other(&mut victim, &mut good).await;
}

#[tokio::test]
async fn sending_wrong_lengths_or_to_strangers_gives_the_frame_back() {
    let mut network = Network::start(&key(1), &Config::default()).unwrap();
    let stranger = NodeId::from(key(2).public());
    assert!(matches!(network.send(&stranger, vec![]), Err(SendError::Length { .. })));
    let long = network.send(&stranger, vec![0; FRAME_BYTES_MAX + 1]).unwrap_err();
    assert_eq!(long.into_frame().len(), FRAME_BYTES_MAX + 1);
    assert_eq!(network.send(&stranger, vec![7]), Err(SendError::NotConnected { frame: vec![7] }));
    assert_eq!(network.queued_bytes(&stranger), 0);
}

#[tokio::test]
async fn garbage_on_the_port_harms_nobody() {
    let (mut victim, address) = node(&key(1), &config(TCP)).await;
    let Some(libp2p::multiaddr::Protocol::Tcp(port)) = address.iter().nth(1) else { panic!("{address}") };
    let mut open = Vec::new();
    for garbage in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", &[0; 3000], &[255; 3000], b"\x13/multistream/1.0.0\n"] {
        let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        // The node may hang up while we are still talking.
        let _ = socket.write_all(garbage).await;
        open.push(socket);
    }
    let (mut good, _) = node(&key(3), &config(TCP)).await;
    good.keep(address);
    meet_each_other(&mut victim, &mut good).await;
}

#[tokio::test]
async fn a_kept_peer_is_found_again_after_its_restart() {
    let (mut a, address) = node(&key(1), &config(TCP)).await;
    let (mut b, _) = node(&key(2), &config(TCP)).await;
    b.keep(address::with_node(address.clone(), &a.local()));
    meet_each_other(&mut a, &mut b).await;
    drop(a);
    until(&mut b, is_disconnected).await;
    // What the dead node was told to keep comes with the error and the time of the next attempt.
    let failed = until(&mut b, |event| match event {
        Event::DialFailed { error, retry_in, .. } => Some((error, retry_in)),
        _ => None,
    });
    let (error, retry_in) = failed.await;
    assert!(error.contains("refused") && retry_in > Duration::ZERO, "{error} {retry_in:?}");
    let (mut a, _) = node(&key(1), &config(&address.to_string())).await;
    meet_each_other(&mut a, &mut b).await;
}

#[tokio::test]
async fn the_number_of_connections_is_limited() {
    // Three quarters of four: three inbound.
    let (mut full, address) = node(&key(1), &Config { connections_max: 4, ..config(TCP) }).await;
    let mut guests = Vec::new();
    for seed in 2..5 {
        let (mut guest, _) = node(&key(seed), &config(TCP)).await;
        guest.keep(address.clone());
        meet_each_other(&mut full, &mut guest).await;
        guests.push(guest);
    }
    let (mut late, _) = node(&key(9), &config(TCP)).await;
    late.keep(address);
    let refused = until(&mut late, |event| match event {
        Event::DialFailed { error, .. } => Some(error),
        Event::Connected { .. } => panic!("one too many"),
        _ => None,
    });
    while_running(&mut full, refused).await;
    drop(guests.pop());
    meet_each_other(&mut full, &mut late).await;
}

#[tokio::test]
async fn two_nodes_that_dial_each_other_share_one_session() {
    for listen in [TCP, QUIC, TCP] {
        let (leader, follower) = keys();
        let (mut a, to_a) = node(&leader, &config(listen)).await;
        let (mut b, to_b) = node(&follower, &config(listen)).await;
        a.keep(to_b);
        b.keep(to_a);
        meet_each_other(&mut a, &mut b).await;
        let (of_a, of_b) = (a.local(), b.local());
        // Panics at any Disconnected: the second connection must not disturb the first.
        futures::join!(exchange(&mut a, of_b, 300), exchange(&mut b, of_a, 300));
    }
}

#[tokio::test]
async fn a_banned_node_is_cut_off_and_not_let_in() {
    let (mut a, mut b) = pair(TCP).await;
    a.ban(&b.local(), Duration::from_secs(3600));
    assert!(matches!(a.send(&b.local(), vec![1]), Err(SendError::NotConnected { .. })));
    futures::join!(until(&mut a, is_disconnected), until(&mut b, is_disconnected));
    let refused = until(&mut b, |event| matches!(event, Event::DialFailed { .. }).then_some(()));
    while_running(&mut a, refused).await;
    a.ban(&b.local(), Duration::ZERO);
    meet_each_other(&mut a, &mut b).await;
}

#[tokio::test]
async fn a_disconnected_peer_that_is_kept_comes_back() {
    let (mut a, mut b) = pair(TCP).await;
    a.disconnect(&b.local());
    futures::join!(until(&mut a, is_disconnected), until(&mut b, is_disconnected));
    meet_each_other(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_peer_does_not_lock_the_door() {
    let (mut a, mut b) = pair(TCP).await;
    let (target, to_a) = (a.local(), a.listening()[0].clone());
    let flood = tokio::spawn(async move {
        loop {
            while b.send(&target, vec![0; 10_000]).is_ok() {}
            b.next().await;
        }
    });
    let (mut late, _) = node(&key(9), &config(TCP)).await;
    let expected = late.local();
    let arrival = tokio::spawn(async move {
        late.keep(to_a);
        until(&mut late, is_connected).await;
    });
    // A driver slower than the flood: there is always another frame waiting, and no pause in which a timer could run.
    let start = Instant::now();
    until(&mut a, |event| {
        assert!(start.elapsed() < PATIENCE, "the door stayed locked");
        std::thread::sleep(Duration::from_millis(1));
        is_connected(event).filter(|node| *node == expected)
    })
    .await;
    arrival.await.unwrap();
    flood.abort();
}

#[tokio::test]
async fn a_used_port_is_named() {
    for listen in [TCP, QUIC] {
        let (_first, address) = node(&key(1), &config(listen)).await;
        match Network::start(&key(2), &config(&address.to_string())).err() {
            Some(error @ Error::AddressInUse { .. }) => assert!(error.to_string().contains("already listens")),
            other => panic!("{other:?}"),
        }
    }
    let elsewhere = Network::start(&key(1), &config("/ip4/192.0.2.1/tcp/0")).err();
    assert!(matches!(elsewhere, Some(Error::Listen { .. })), "{elsewhere:?}");
}

#[test]
fn outside_a_runtime_it_says_so() {
    assert!(matches!(Network::start(&key(1), &Config::default()), Err(Error::NoRuntime)));
}

#[tokio::test]
async fn dialling_the_wrong_node_or_oneself_is_explained() {
    let (mut a, address) = node(&key(1), &config(TCP)).await;
    let (mut b, own) = node(&key(2), &config(TCP)).await;
    b.keep(address::with_node(address, &NodeId::from(key(3).public())));
    b.keep(own);
    let mut reasons = Vec::new();
    let both = until(&mut b, |event| {
        if let Event::DialFailed { error, .. } = event {
            reasons.push(error);
        }
        (reasons.len() >= 2).then_some(())
    });
    while_running(&mut a, both).await;
    assert!(reasons.iter().any(|reason| reason.contains("own address")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains(&a.local().to_string())), "{reasons:?}");
}
