//! Calls made once, and peers that are slowed down.

use super::*;

fn is_unreachable(event: Event) -> Option<NodeId> {
    match event {
        Event::Unreachable { node } => Some(node),
        Event::Connected { node, .. } => panic!("connected to {node}"),
        _ => None,
    }
}

/// Takes frames until `count` of one peer came; returns how many bytes others sent meanwhile.
async fn take_from(network: &mut Network, peer: NodeId, count: u32) -> usize {
    let (mut taken, mut of_others) = (0, 0);
    until(network, |event| match event {
        Event::Frame { node, .. } if node == peer => {
            taken += 1;
            (taken == count).then_some(())
        }
        Event::Frame { bytes, .. } => {
            of_others += bytes.len();
            None
        }
        Event::Disconnected { reason, .. } => panic!("{reason}"),
        _ => None,
    })
    .await;
    of_others
}

#[tokio::test]
async fn a_call_connects_and_a_second_one_changes_nothing() {
    for listen in [TCP, QUIC] {
        let (mut a, to_a) = node(&key(1), &config(listen)).await;
        let (mut b, _) = node(&key(2), &config(listen)).await;
        let dead: Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        b.dial(a.local(), vec![dead, to_a.clone()]);
        b.dial(a.local(), vec![to_a.clone()]);
        meet_each_other(&mut a, &mut b).await;
        b.dial(a.local(), vec![to_a]);
        let (of_a, of_b) = (a.local(), b.local());
        // Panics at any other event.
        futures::join!(exchange(&mut a, of_b, 20), exchange(&mut b, of_a, 20));
        assert_eq!(b.book.next_due(), None, "it is not kept");
        assert!(!b.dials.contains(&of_a));
    }
}

#[tokio::test]
async fn each_call_that_comes_to_nothing_is_told_once() {
    let (mut a, to_a) = node(&key(1), &config(TCP)).await;
    let (mut b, own) = node(&key(2), &config(TCP)).await;
    let (of_a, of_b) = (a.local(), b.local());
    let dead: Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
    let named = address::with_node(to_a.clone(), &NodeId::from(key(3).public()));
    for (node, addresses) in [(of_a, vec![dead]), (of_a, vec![]), (of_a, vec![named]), (of_b, vec![own])] {
        b.dial(node, addresses);
        assert_eq!(until(&mut b, is_unreachable).await, node);
    }
    // Reached, and shown the door.
    a.ban(&of_b, Duration::from_secs(3600));
    b.dial(of_a, vec![to_a.clone()]);
    assert_eq!(while_running(&mut a, until(&mut b, is_unreachable)).await, of_a);
    b.ban(&of_a, Duration::from_secs(3600));
    b.dial(of_a, vec![to_a]);
    assert_eq!(until(&mut b, is_unreachable).await, of_a);
    assert_eq!(b.book.next_due(), None);
}

#[tokio::test]
async fn a_call_and_a_kept_address_do_not_disturb_each_other() {
    let (mut a, to_a) = node(&key(1), &config(TCP)).await;
    let (mut b, _) = node(&key(2), &config(TCP)).await;
    b.keep(address::with_node(to_a.clone(), &a.local()));
    b.dial(a.local(), vec![to_a]);
    meet_each_other(&mut a, &mut b).await;
    assert!(!b.dials.contains(&a.local()));
}

#[tokio::test]
async fn a_throttled_peer_waits_and_loses_nothing() {
    let (mut a, mut b) = pair(TCP).await;
    let (mut c, _) = node(&key(9), &config(TCP)).await;
    c.keep(a.listening()[0].clone());
    meet_each_other(&mut a, &mut c).await;
    let (of_a, of_b, of_c) = (a.local(), b.local(), c.local());
    a.throttle(&of_b, Duration::MAX);
    // By the end of this the connection to B has long been told.
    futures::join!(exchange(&mut a, of_c, 50), exchange(&mut c, of_a, 50));
    (0..20).for_each(|number| b.send(&of_a, frame(number)).unwrap());
    let honest = async {
        futures::join!(while_running(&mut b, exchange(&mut a, of_c, 200)), exchange(&mut c, of_a, 200));
    };
    // Panics at a frame of anybody else, and if a session ends.
    honest.await;
    a.throttle(&of_b, Duration::from_millis(20));
    let mut expected = 0;
    let all = until(&mut a, |event| match event {
        Event::Frame { node, bytes } => {
            assert!(node == of_b && bytes == frame(expected));
            expected += 1;
            (expected == 20).then_some(())
        }
        other => panic!("{other:?}"),
    });
    while_running(&mut b, all).await;
}

#[tokio::test]
async fn hanging_up_does_not_end_throttling() {
    let (mut a, mut b) = pair(TCP).await;
    let (mut c, _) = node(&key(9), &config(TCP)).await;
    c.keep(a.listening()[0].clone());
    meet_each_other(&mut a, &mut c).await;
    let (of_a, of_b, of_c) = (a.local(), b.local(), c.local());
    a.throttle(&of_b, Duration::MAX);
    b.disconnect(&of_a);
    futures::join!(until(&mut a, is_disconnected), until(&mut b, is_disconnected));
    meet_each_other(&mut a, &mut b).await;
    b.send(&of_a, vec![7]).unwrap();
    futures::join!(while_running(&mut b, exchange(&mut a, of_c, 200)), exchange(&mut c, of_a, 200));
    a.throttle(&of_b, Duration::ZERO);
    while_running(&mut b, take_from(&mut a, of_b, 1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_read_at_its_rate_and_an_honest_peer_does_not_wait_for_it() {
    const RATE: u64 = 64 * 1024;
    let start = Instant::now();
    let (mut a, to_a) = node(&key(1), &Config { peer_bytes_per_second_max: RATE, ..config(TCP) }).await;
    let (mut b, _) = node(&key(2), &config(TCP)).await;
    let (mut c, _) = node(&key(3), &config(TCP)).await;
    b.keep(to_a.clone());
    c.keep(to_a);
    meet_each_other(&mut a, &mut b).await;
    meet_each_other(&mut a, &mut c).await;
    let (of_a, of_c) = (a.local(), c.local());
    let flood = tokio::spawn(async move {
        loop {
            while b.send(&of_a, vec![0; 10_000]).is_ok() {}
            b.next().await;
        }
    });
    // Less than what may come at once: the honest peer is never over its rate.
    (0..60).for_each(|_| c.send(&of_a, vec![1; 200]).unwrap());
    let flooded = while_running(&mut c, take_from(&mut a, of_c, 60)).await as u64;
    let most = RATE / 4 + 20_000 + (start.elapsed().as_secs_f64() * RATE as f64) as u64;
    assert!(flooded <= most, "{flooded} bytes of a flood were read where {most} may be");
    flood.abort();
}
