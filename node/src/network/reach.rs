//! At which addresses others can reach this node, as far as it can know: what its address record says.

use std::net::IpAddr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::address::is_circuit;

/// How many addresses are told at most.
pub const REACHABLE_MAX: usize = 8;
/// The longest address told, in bytes of text.
pub const REACHABLE_TEXT_MAX: usize = 200;
/// How many of them may lead through relays.
const CIRCUITS_MAX: usize = 4;

/// Chooses the addresses to tell, without this node's name: what the settings announce; else what others have confirmed;
/// else where it listens. Places at relays come behind them.
pub(super) fn choose(announced: &[Multiaddr], confirmed: &[Multiaddr], listening: &[Multiaddr]) -> Vec<Multiaddr> {
    let mut circuits = Vec::new();
    // Only those that came of our own settings: a relay can say of itself what it likes.
    for address in confirmed.iter().filter(|address| is_circuit(address)) {
        add(&mut circuits, without_node(address), CIRCUITS_MAX);
    }
    let confirmed: Vec<_> = confirmed.iter().filter(|address| !is_circuit(address)).cloned().collect();
    let direct = match (announced, confirmed.as_slice()) {
        ([], []) => of_cards(listening),
        ([], confirmed) => confirmed.to_vec(),
        (announced, _) => announced.to_vec(),
    };
    let mut chosen = Vec::new();
    let room = REACHABLE_MAX.saturating_sub(circuits.len());
    direct.iter().for_each(|address| add(&mut chosen, without_node(address), room));
    circuits.into_iter().for_each(|address| add(&mut chosen, address, REACHABLE_MAX));
    chosen
}

/// Returns where a node listens that others may reach: not what only this machine or only this cable understands;
/// loopback if there is nothing else at all, as in tests and demonstrations on one machine.
pub(super) fn of_cards(listening: &[Multiaddr]) -> Vec<Multiaddr> {
    let ip = |address: &Multiaddr| match address.iter().next() {
        Some(Protocol::Ip4(ip)) => Some(IpAddr::from(ip)),
        Some(Protocol::Ip6(ip)) => Some(IpAddr::from(ip)),
        _ => None,
    };
    let direct = || listening.iter().filter(|address| !is_circuit(address));
    if direct().all(|address| ip(address).is_some_and(|ip| ip.is_loopback())) {
        return direct().cloned().collect();
    }
    direct().filter(|address| ip(address).is_none_or(is_of_a_card)).cloned().collect()
}

fn is_of_a_card(ip: IpAddr) -> bool {
    let is_link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !(ip.is_loopback() || ip.is_unspecified() || is_link_local)
}

/// Takes the node's own name off the end. In `…/p2p/RELAY/p2p-circuit` the name is the relay's and stays.
fn without_node(address: &Multiaddr) -> Multiaddr {
    let mut address = address.clone();
    if let Some(last) = address.pop()
        && !matches!(last, Protocol::P2p(_))
    {
        address.push(last);
    }
    address
}

fn add(list: &mut Vec<Multiaddr>, address: Multiaddr, max: usize) {
    if list.len() < max && address.to_string().len() <= REACHABLE_TEXT_MAX && !list.contains(&address) {
        list.push(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<Multiaddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const RELAY: &str = "/ip4/192.0.2.9/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit";
    const SELF: &str = "/p2p/12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X";

    #[test]
    fn what_is_announced_goes_before_what_is_confirmed_and_that_before_where_it_listens() {
        let announced = addresses(&["/dns/node.example.org/tcp/7474"]);
        let confirmed = addresses(&["/ip4/198.51.100.7/tcp/7474"]);
        let listening = addresses(&["/ip4/127.0.0.1/tcp/7474", "/ip4/10.0.0.5/tcp/7474", "/ip6/fe80::1/tcp/7474"]);
        assert_eq!(choose(&announced, &confirmed, &listening), announced);
        assert_eq!(choose(&[], &confirmed, &listening), confirmed);
        assert_eq!(choose(&[], &[], &listening), addresses(&["/ip4/10.0.0.5/tcp/7474"]));
        assert_eq!(choose(&[], &[], &[]), []);
    }

    #[test]
    fn loopback_is_told_only_by_a_node_that_listens_nowhere_else() {
        let loopback = addresses(&["/ip4/127.0.0.1/tcp/1", "/ip6/::1/udp/1/quic-v1"]);
        assert_eq!(choose(&[], &[], &loopback), loopback);
        let useless = addresses(&["/ip4/127.0.0.1/tcp/1", "/ip4/0.0.0.0/tcp/1", "/ip4/169.254.1.1/tcp/1"]);
        assert_eq!(choose(&[], &[], &useless), []);
    }

    #[test]
    fn places_at_relays_are_told_too_without_the_own_name() {
        let with_self = addresses(&[&format!("{RELAY}{SELF}")]);
        let circuit = addresses(&[RELAY]);
        assert_eq!(choose(&[], &with_self, &with_self), circuit);
        assert_eq!(choose(&[], &[], &with_self), [], "only the relay says so");
        let announced = addresses(&[&format!("/ip4/192.0.2.1/tcp/1{SELF}")]);
        let expected = [addresses(&["/ip4/192.0.2.1/tcp/1"]), circuit.clone()].concat();
        assert_eq!(choose(&announced, &with_self, &with_self), expected);
        // A place at a relay is no reason to think that the node can be reached directly, nor that it cannot.
        let listening = [addresses(&["/ip4/10.0.0.5/tcp/1"]), with_self.clone()].concat();
        assert_eq!(choose(&[], &with_self, &listening).len(), 2);
    }

    #[test]
    fn few_and_short_enough_for_a_record() {
        let many: Vec<_> = (1..100).map(|port| format!("/ip4/192.0.2.1/tcp/{port}").parse().unwrap()).collect();
        let circuits: Vec<_> =
            (1..100).map(|port| RELAY.replace("tcp/1/", &format!("tcp/{port}/")).parse().unwrap()).collect();
        let chosen = choose(&many, &circuits, &[]);
        assert_eq!(chosen.len(), REACHABLE_MAX);
        assert_eq!(chosen.iter().filter(|address| is_circuit(address)).count(), CIRCUITS_MAX);
        let long = addresses(&[&format!("/dns/{}.example/tcp/1", "x".repeat(200))]);
        assert_eq!(choose(&long, &[], &[]), []);
    }
}
