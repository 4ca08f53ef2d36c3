//! Addresses and their records: what is read, what is not, and that each has one form.

use proptest::prelude::*;

use super::*;
use crate::header::Act;
use crate::key::SecretKey;
use crate::statement::Statement;

const RELAY: &str = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";

fn node(seed: u8) -> NodeId {
    SecretKey::from_seed(&[seed; 32]).public().into()
}

fn problem_of(text: &str) -> &'static str {
    match text.parse::<Address>() {
        Err(Error::Address { problem, .. }) => problem,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn reads_what_a_node_can_be_dialled_at() {
    let relayed = format!("/dns4/relay.example.org/udp/443/quic-v1/p2p/{RELAY}/p2p-circuit");
    for text in [
        "/ip4/192.0.2.7/tcp/7001",
        "/ip4/127.0.0.1/udp/1/quic-v1",
        "/ip6/2001:db8::1/tcp/65535",
        "/ip6/::1/udp/7001/quic-v1",
        "/dns/node/tcp/7001",
        "/dns6/x--n.a1.example/tcp/7001",
        relayed.as_str(),
    ] {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
    let relayed: Address = relayed.parse().unwrap();
    assert_eq!(relayed.relay().map(|relay| peer::name_of(&relay)).as_deref(), Some(RELAY));
    assert_eq!(relayed.host(), Host::Name("relay.example.org"));
    assert_eq!(relayed.relay(), Some(node(1)), "as other programs write that key");
    let plain: Address = "/ip4/192.0.2.7/tcp/7001".parse().unwrap();
    assert_eq!((plain.relay(), plain.host()), (None, Host::Ip([192, 0, 2, 7].into())));
}

#[test]
fn refuses_the_rest_and_every_second_spelling() {
    let (host, transport, port, after) = ("begin with ip4", "after the host", "its port", "after the transport");
    let (ip4, ip6, name) = ("its IPv4", "its IPv6", "its DNS name");
    for (text, expected) in [
        ("", "begin with '/'"),
        ("192.0.2.7:7001", "begin with '/'"),
        ("/", host),
        ("/IP4/192.0.2.7/tcp/1", host),
        ("/unix/tmp/tcp/1", host),
        ("/ip4/192.0.2.07/tcp/1", ip4),
        ("/ip4/0.0.0.0/tcp/1", ip4),
        ("/ip4/224.0.0.1/tcp/1", ip4),
        ("/ip4/255.255.255.255/tcp/1", ip4),
        ("/ip6/2001:DB8::1/tcp/1", ip6),
        ("/ip6/2001:db8:0:0:0:0:0:1/tcp/1", ip6),
        ("/ip6/::/tcp/1", ip6),
        ("/ip6/ff02::1/tcp/1", ip6),
        ("/ip6/::ffff:192.0.2.7/tcp/1", ip6),
        ("/ip6/fe80::1%eth0/tcp/1", ip6),
        ("/dns/Matti Meikäläinen/tcp/1", name),
        ("/dns/Node.example/tcp/1", name),
        ("/dns/matti_m.example/tcp/1", name),
        ("/dns/matti@example.org/tcp/1", name),
        ("/dns/-a.example/tcp/1", name),
        ("/dns/a..example/tcp/1", name),
        ("/dns/a.example./tcp/1", name),
        ("/dns/192.0.2.7/tcp/1", name),
        ("/dns//tcp/1", name),
        ("/ip4/192.0.2.7", transport),
        ("/ip4/192.0.2.7/udp/7001", transport),
        ("/ip4/192.0.2.7/udp/7001/quic", transport),
        ("/ip4/192.0.2.7/sctp/1", transport),
        ("/ip4/192.0.2.7/tcp", port),
        ("/ip4/192.0.2.7/tcp/0", port),
        ("/ip4/192.0.2.7/tcp/+1", port),
        ("/ip4/192.0.2.7/tcp/01", port),
        ("/ip4/192.0.2.7/tcp/65536", port),
        ("/ip4/192.0.2.7/tcp/1/", after),
        ("/ip4/192.0.2.7/tcp/1/ws", after),
        ("/ip4/192.0.2.7/tcp/1/p2p-circuit", after),
        (&format!("/ip4/192.0.2.7/tcp/1/p2p/{RELAY}"), after),
        (&format!("/ip4/192.0.2.7/tcp/1/p2p/{RELAY}/p2p-circuit/p2p/{RELAY}"), after),
        ("/ip4/192.0.2.7/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit", "the relay named"),
        (&format!("/ip4/192.0.2.7/tcp/1/p2p/{}0/p2p-circuit", &RELAY[..51]), "the relay named"),
        (&format!("/dns/{}.example/tcp/1", "a".repeat(64)), name),
        (&format!("/dns/{}/tcp/1", "a.".repeat(100)), "longer than 200"),
    ] {
        assert!(problem_of(text).contains(expected), "{text}: {}", problem_of(text));
    }
    let long = "é".repeat(10_000).parse::<Address>().unwrap_err().to_string();
    assert!(long.len() < 400, "{long}");
}

#[test]
fn the_node_itself_is_left_out_and_put_back() {
    let address = Address::of_node("/ip4/192.0.2.7/tcp/7001", &node(1)).unwrap();
    let full = address.to_node(&node(1));
    assert_eq!(Address::of_node(&full, &node(1)).unwrap(), address);
    assert!(Address::of_node(&full, &node(2)).is_err(), "another node is reached there");
    assert!(full.starts_with("/ip4/192.0.2.7/tcp/7001/p2p/12D3KooW"), "{full}");
}

#[test]
fn a_record_is_short_sorted_and_withdraws_whole() {
    let address = |last: usize| format!("/ip4/10.0.0.{last}/tcp/1").parse::<Address>().unwrap();
    let record = AddressRecord::new([address(2), address(1), address(2)], true).unwrap();
    assert_eq!(record.addresses(), [address(1), address(2)]);
    assert_eq!(AddressRecord::new((1..10).map(address), false), Err(Error::TooMany { got: 9 }));
    let withdrawn = AddressRecord::new([], true).unwrap();
    assert!(withdrawn.is_withdrawn() && !withdrawn.relay());
}

#[test]
fn a_record_has_one_form() {
    let one = b"\x77/ip4/192.0.2.7/tcp/7001".as_slice();
    let two = b"\x77/ip4/192.0.2.8/tcp/7001".as_slice();
    let read = |parts: &[&[u8]]| Statement::decode(Act::Address, &parts.concat());
    assert!(read(&[b"\x83\x01\x82", one, two, b"\xf4"]).is_ok());
    assert!(read(&[b"\x83\x01\x80\xf4"]).is_ok(), "a withdrawal");
    for (what, parts) in [
        ("not in order", [b"\x83\x01\x82".as_slice(), two, one, b"\xf4"].as_slice()),
        ("one twice", &[b"\x83\x01\x82", one, one, b"\xf4"]),
        ("an offer to relay from nowhere", &[b"\x83\x01\x80\xf5"]),
        ("another version", &[b"\x83\x02\x81", one, b"\xf4"]),
        ("a number for the offer", &[b"\x83\x01\x81", one, b"\x00"]),
        ("a word too much", &[b"\x83\x01\x81", one, b"\xf4\xf4"]),
        ("nine", &[b"\x83\x01\x89", &one.repeat(9), b"\xf4"]),
        ("a name", &[b"\x83\x01\x81\x6fMatti Virtanen0\xf4"]),
    ] {
        assert!(read(parts).is_err(), "{what}");
    }
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec!["ip4", "ip6", "dns", "tcp", "udp", "quic-v1", "p2p", "p2p-circuit", RELAY, ""])
            .prop_map(str::to_owned),
        any::<[u8; 4]>().prop_map(|bytes| Ipv4Addr::from(bytes).to_string()),
        any::<[u16; 8]>().prop_map(|groups| Ipv6Addr::from(groups.map(|group| group % 3)).to_string()),
        any::<u16>().prop_map(|port| port.to_string()),
        "[a-zA-Z0-9.-]{0,12}",
        "\\PC{0,6}",
    ]
}

fn sound() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        any::<[u8; 4]>().prop_map(|bytes| format!("/ip4/{}", Ipv4Addr::from(bytes))),
        any::<[u16; 8]>().prop_map(|groups| format!("/ip6/{}", Ipv6Addr::from(groups.map(|group| group % 3)))),
        "[a-z][a-z0-9]{0,9}(\\.[a-z][a-z0-9]{0,9}){0,3}".prop_map(|name| format!("/dns/{name}")),
    ];
    let transport = (1u16.., any::<bool>()).prop_map(|(port, quic)| match quic {
        true => format!("/udp/{port}/quic-v1"),
        false => format!("/tcp/{port}"),
    });
    let relay = proptest::option::of(any::<[u8; 32]>()).prop_map(|relay| match relay {
        Some(key) => format!("/p2p/{}/p2p-circuit", peer::name_of(&NodeId::from_bytes(key))),
        None => String::new(),
    });
    (host, transport, relay).prop_map(|(host, transport, relay)| host + &transport + &relay)
}

proptest! {
    #[test]
    fn whatever_is_read_is_plain_short_and_prints_the_same(parts in proptest::collection::vec(part(), 0..9)) {
        let text = format!("/{}", parts.join("/"));
        if let Ok(address) = text.parse::<Address>() {
            prop_assert_eq!(address.as_str(), text.as_str());
            prop_assert!(text.len() <= ADDRESS_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn sound_addresses_are_read_unless_nobody_can_be_dialled_there(text in sound()) {
        match text.parse::<Address>() {
            Ok(address) => prop_assert_eq!(address.as_str(), text),
            Err(Error::Address { problem, .. }) => prop_assert!(problem.contains("can be dialled"), "{}: {}", text, problem),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn names_of_nodes_read_back(bytes in any::<[u8; 32]>(), at in 0usize..52, digit in "[0-9A-Za-z]") {
        let node = NodeId::from_bytes(bytes);
        let name = peer::name_of(&node);
        prop_assert_eq!(peer::node_of(&name), Some(node));
        let mut other = name.clone();
        other.replace_range(at..=at, &digit);
        prop_assert!(other == name || peer::node_of(&other) != Some(node));
    }

    #[test]
    fn records_read_back(addresses in proptest::collection::vec(sound(), 0..9), relay in any::<bool>()) {
        let record = AddressRecord::new(addresses.iter().filter_map(|text| text.parse().ok()), relay).unwrap();
        let statement = Statement::Address(record);
        prop_assert_eq!(Statement::decode(Act::Address, &statement.encode()), Ok(statement));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _statement = Statement::decode(Act::Address, &bytes);
    }
}
