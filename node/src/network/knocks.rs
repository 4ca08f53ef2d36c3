//! How often strangers of one address may connect: a key is made up in no time, an address is not.
//!
//! Counted before the handshake, which costs more than counting. Pure: the clock is an argument. This machine's own
//! addresses are not counted.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::pace::Bucket;

/// How many connections of one address are accepted in a second, over time.
const PER_SECOND: NonZeroU64 = NonZeroU64::MIN.saturating_add(3);
/// How far ahead of that an address may be: 40 connections at once.
const AHEAD_MAX: Duration = Duration::from_secs(10);
/// How many addresses are remembered; when there are more at once, new ones are not counted.
const ADDRESSES_MAX: usize = 4096;

/// The addresses that connected lately.
#[derive(Debug, Default)]
pub(super) struct Knocks {
    lately: BTreeMap<IpAddr, Bucket>,
}

impl Knocks {
    /// Counts a connection from an address; returns whether it may be accepted.
    pub(super) fn admit(&mut self, from: &Multiaddr, now: Instant) -> bool {
        let Some(ip) = counted_as(from) else { return true };
        if self.lately.len() >= ADDRESSES_MAX {
            self.lately.retain(|_, bucket| !bucket.is_rested(now));
        }
        if self.lately.len() >= ADDRESSES_MAX && !self.lately.contains_key(&ip) {
            return true;
        }
        let bucket = self.lately.entry(ip).or_insert_with(|| Bucket::new(PER_SECOND, AHEAD_MAX));
        let is_in_time = bucket.wait(now).is_zero();
        if is_in_time {
            bucket.spend(1, now);
        }
        is_in_time
    }
}

/// Returns as which address a peer counts: of IPv6 the first half, which is what one line is given. `None`: not counted.
fn counted_as(from: &Multiaddr) -> Option<IpAddr> {
    let ip = match from.iter().next()? {
        Protocol::Ip4(ip) => IpAddr::V4(ip),
        Protocol::Ip6(ip) => ip.to_canonical(),
        _ => return None,
    };
    match ip {
        _ if ip.is_loopback() => None,
        IpAddr::V4(_) => Some(ip),
        IpAddr::V6(ip) => Some(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_gets_a_burst_and_a_rate_and_others_do_not_notice() {
        let (mut knocks, start) = (Knocks::default(), Instant::now());
        let [flood, other] = ["/ip4/192.0.2.1/tcp/1", "/ip4/192.0.2.2/tcp/1"].map(at);
        let accepted = |knocks: &mut Knocks, now| (0..1000).filter(|_| knocks.admit(&flood, now)).count();
        assert_eq!(accepted(&mut knocks, start), 41);
        assert!(knocks.admit(&other, start));
        assert_eq!(accepted(&mut knocks, start + Duration::from_secs(1)), 4);
        assert_eq!(accepted(&mut knocks, start + Duration::from_secs(100)), 41);
    }

    #[test]
    fn whoever_has_many_addresses_of_one_line_has_one() {
        let (mut knocks, now) = (Knocks::default(), Instant::now());
        let from = |host: u32| at(&format!("/ip6/2001:db8:0:1::{host:x}/udp/1/quic-v1"));
        assert_eq!((0..1000).filter(|host| knocks.admit(&from(*host), now)).count(), 41);
        assert!(knocks.admit(&at("/ip6/2001:db8:0:2::1/tcp/1"), now));
        assert!((0..1000).all(|_| knocks.admit(&at("/ip4/127.0.0.1/tcp/1"), now)));
        assert!((0..1000).all(|_| knocks.admit(&at("/p2p-circuit"), now)));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (mut knocks, start) = (Knocks::default(), Instant::now());
        let from = |number: usize| at(&format!("/ip4/10.1.{}.{}/tcp/1", number / 256, number % 256));
        assert!((0..ADDRESSES_MAX + 100).all(|number| knocks.admit(&from(number), start)));
        assert_eq!(knocks.lately.len(), ADDRESSES_MAX);
        assert!(knocks.admit(&from(0), start + Duration::from_secs(60)));
        assert_eq!(knocks.lately.len(), 1);
    }
}
