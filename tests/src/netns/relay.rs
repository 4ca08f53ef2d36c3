//! A line that takes time, for kernels without netem: nodes are joined by VXLAN tunnels (RFC 7348), whose packets are UDP
//! datagrams, and every tunnel ends at this relay, which passes each datagram on to the node it is for, a fixed time later.
//! What travels through the tunnels are whole Ethernet frames, so the nodes' TCP sees the delay itself: in its handshake, its
//! acknowledgements and its repair of losses, which a relay of byte streams would hide from it.
//!
//! Knows nothing of Talkoot. Loses nothing on purpose: losing is for packet filters.

use std::io::{self, BufRead as _};
use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// The UDP port of all tunnels.
pub const PORT: u16 = 4789;
/// Most datagrams under way at once; more are lost, as in a router whose memory is full.
const UNDER_WAY_MAX: usize = 20_000;
/// Longest datagram, in bytes.
const DATAGRAM_BYTES_MAX: usize = 65_536;
/// Bytes of the VXLAN header before the Ethernet frame.
const VXLAN_BYTES: usize = 8;
/// Bytes of the Ethernet header.
const ETHERNET_BYTES: usize = 14;

/// A datagram under way.
struct Letter {
    due: Instant,
    to: Vec<u8>,
    bytes: Vec<u8>,
}

/// Returns the address of node `number` (from 1) outside its tunnel.
pub fn outside(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 77, 0, number)
}

/// Returns the hardware address of node `number` inside the tunnel: its last byte says where a frame goes.
pub fn hardware(number: u8) -> String {
    format!("02:77:00:00:00:{number:02x}")
}

/// Passes on the datagrams of `nodes` nodes, `delay` later, until standard input ends. Each line there is a new delay in
/// milliseconds.
///
/// # Errors
/// If the port cannot be had.
pub fn serve(nodes: u8, delay: Duration) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT))?;
    let sending = socket.try_clone()?;
    let millis = Arc::new(AtomicU64::new(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)));
    let delay = Arc::clone(&millis);
    let (letters, to_send) = sync_channel(UNDER_WAY_MAX);
    std::thread::Builder::new().name("take".into()).spawn(move || take(&socket, nodes, &delay, &letters))?;
    std::thread::Builder::new().name("pass".into()).spawn(move || pass(&sending, &to_send))?;
    for line in io::stdin().lock().lines() {
        if let Ok(wanted) = line?.trim().parse() {
            millis.store(wanted, Ordering::Relaxed);
        }
    }
    Ok(())
}

fn take(socket: &UdpSocket, nodes: u8, delay: &AtomicU64, letters: &SyncSender<Letter>) {
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        let mut bytes = buffer.get(..length).unwrap_or_default().to_vec();
        let from = match from.ip() {
            std::net::IpAddr::V4(ip) => ip.octets()[3],
            std::net::IpAddr::V6(_) => continue,
        };
        let to = receivers(&bytes, from, nodes);
        complete_checksum(bytes.get_mut(VXLAN_BYTES..).unwrap_or_default());
        let due = Instant::now() + Duration::from_millis(delay.load(Ordering::Relaxed));
        // A full queue loses the datagram: TCP knows what to do.
        let _lost = letters.try_send(Letter { due, to, bytes });
    }
}

/// Sends each datagram when it is due. A shorter delay than before overtakes nothing: a line keeps the order.
fn pass(socket: &UdpSocket, letters: &Receiver<Letter>) {
    for letter in letters {
        std::thread::sleep(letter.due.saturating_duration_since(Instant::now()));
        for number in letter.to {
            // A node that is gone gets nothing.
            let _gone = socket.send_to(&letter.bytes, (outside(number), PORT));
        }
    }
}

/// Returns the nodes a datagram is for, by the hardware address that its frame begins with.
fn receivers(datagram: &[u8], from: u8, nodes: u8) -> Vec<u8> {
    match datagram.get(VXLAN_BYTES..VXLAN_BYTES + 6) {
        Some([first, ..]) if first & 1 == 1 => (1..=nodes).filter(|number| *number != from).collect(),
        Some([.., last]) if (1..=nodes).contains(last) => vec![*last],
        _ => Vec::new(),
    }
}

/// Puts the right checksum into a frame's TCP segment: the kernel leaves that to a network card, and there is none.
fn complete_checksum(frame: &mut [u8]) {
    const TCP: u8 = 6;
    if frame.get(12..14) != Some(&[0x08, 0x00]) {
        return;
    }
    let Some(packet) = frame.get_mut(ETHERNET_BYTES..) else { return };
    let (Some(first), Some(&[high, low]), Some(&TCP)) = (packet.first(), packet.get(2..4), packet.get(9)) else {
        return;
    };
    let (header, whole) = (usize::from(first & 0x0f) * 4, usize::from(u16::from_be_bytes([high, low])));
    let Some(addresses) = packet.get(12..20).map(<[u8]>::to_vec) else { return };
    let Some(segment) = packet.get_mut(header..whole) else { return };
    let Some(field) = segment.get_mut(16..18) else { return };
    field.fill(0);
    let length = u32::try_from(segment.len()).unwrap_or_default();
    let sum = ones_sum(&addresses) + u64::from(TCP) + u64::from(length) + ones_sum(segment);
    if let Some(field) = segment.get_mut(16..18) {
        field.copy_from_slice(&folded(sum).to_be_bytes());
    }
}

/// Returns the sum of a byte string's 16-bit words (RFC 1071).
fn ones_sum(bytes: &[u8]) -> u64 {
    let word = |pair: &[u8]| u64::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or_default()]));
    bytes.chunks(2).map(word).sum()
}

/// Returns the complement of a sum folded to 16 bits.
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Ethernet frame with an IPv4 packet that holds a TCP segment with 5 bytes.
    fn frame() -> Vec<u8> {
        let mut frame = vec![2, 0x77, 0, 0, 0, 3, 2, 0x77, 0, 0, 0, 1, 8, 0];
        frame.extend([0x45, 0, 0, 45, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 78, 0, 1, 10, 78, 0, 3]);
        frame.extend([0x1d, 0x32, 0x1d, 0x33, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 1, 0, 0xde, 0xad, 0, 0]);
        frame.extend(b"hello");
        frame
    }

    #[test]
    fn a_completed_segment_sums_to_nothing() {
        let mut frame = frame();
        complete_checksum(&mut frame);
        let segment = &frame[34..];
        let sum = ones_sum(&frame[26..34]) + 6 + segment.len() as u64 + ones_sum(segment);
        assert_eq!(folded(sum), 0);
        let before = frame.clone();
        complete_checksum(&mut frame);
        assert_eq!(frame, before, "doing it twice changes nothing");
    }

    #[test]
    fn what_is_no_whole_segment_is_left_as_it_is() {
        for length in 0..frame().len() {
            let mut cut = frame()[..length].to_vec();
            complete_checksum(&mut cut);
            assert_eq!(cut, frame()[..length]);
        }
    }

    #[test]
    fn a_frame_goes_where_its_address_says() {
        let datagram = |address: [u8; 6]| [[0; 8].as_slice(), &address].concat();
        assert_eq!(receivers(&datagram([2, 0x77, 0, 0, 0, 3]), 1, 4), [3]);
        assert_eq!(receivers(&datagram([0xff; 6]), 2, 4), [1, 3, 4]);
        assert_eq!(receivers(&datagram([2, 0x77, 0, 0, 0, 9]), 1, 4), [0; 0]);
        assert_eq!(receivers(&[0; 10], 1, 4), [0; 0]);
    }
}
