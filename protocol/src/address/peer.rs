//! The textual name of a node inside an address: base58 (Bitcoin's alphabet) of an identity multihash of the protobuf of an
//! Ed25519 key (libp2p specs, "peer-ids"). Keys of other kinds have no name here.

use crate::id::NodeId;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Identity multihash of 36 bytes; key type 1 (Ed25519); key of 32 bytes.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
/// Bytes of a name before base58.
const BYTES: usize = PREFIX.len() + 32;
/// Digits after the leading one, which stands for the leading zero byte: every such name has as many, since the byte after
/// it is fixed.
const DIGITS: usize = 51;

/// Returns a node's name.
pub(super) fn name_of(node: &NodeId) -> String {
    let mut bytes = [0u8; BYTES];
    bytes[..PREFIX.len()].copy_from_slice(&PREFIX);
    bytes[PREFIX.len()..].copy_from_slice(node.as_bytes());
    let mut digits = [ALPHABET[0]; DIGITS + 1];
    for digit in digits.iter_mut().skip(1).rev() {
        let remainder = bytes.iter_mut().fold(0u32, |rest, byte| {
            let value = rest * 256 + u32::from(*byte);
            *byte = (value / 58) as u8;
            value % 58
        });
        *digit = ALPHABET[remainder as usize];
    }
    digits.into_iter().map(char::from).collect()
}

/// Reads a node's name: exactly what [`name_of`] writes.
pub(super) fn node_of(name: &str) -> Option<NodeId> {
    let mut bytes = [0u8; BYTES];
    if name.len() != DIGITS + 1 {
        return None;
    }
    for digit in name.bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)? as u32;
        let carry = bytes.iter_mut().rev().fold(value, |carry, byte| {
            let value = u32::from(*byte) * 58 + carry;
            *byte = value as u8;
            value >> 8
        });
        if carry != 0 {
            return None;
        }
    }
    let node = NodeId::from_bytes(bytes[PREFIX.len()..].try_into().ok()?);
    (bytes.starts_with(&PREFIX) && name_of(&node) == name).then_some(node)
}
