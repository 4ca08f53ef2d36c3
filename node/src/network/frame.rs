//! Frames on a stream: a length of four bytes (big endian), then that many bytes.
//!
//! ```text
//! | length: u32 | bytes: length |      1 <= length <= frame_bytes_max
//! ```
//! The decoder is pure: bytes in, frames out. It believes a length only as far as the bytes have come: memory is taken
//! in steps, so that a peer who announces a mebibyte and sends nothing holds 4 KiB and no more.

use super::event::Offence;

/// How many bytes of length stand before each frame.
pub const HEADER_BYTES: usize = 4;
/// The first step of memory for a frame whose bytes have not come yet.
const FIRST_STEP_BYTES: usize = 4 * 1024;

/// Puts frames together from bytes that come in pieces of any size.
#[derive(Debug)]
pub struct Decoder {
    frame_bytes_max: usize,
    header: [u8; HEADER_BYTES],
    header_filled: usize,
    body: Vec<u8>,
    body_expected: usize,
}

impl Decoder {
    /// Returns a decoder at the border between two frames.
    pub fn new(frame_bytes_max: usize) -> Self {
        Self { frame_bytes_max, header: [0; HEADER_BYTES], header_filled: 0, body: Vec::new(), body_expected: 0 }
    }

    /// Takes bytes from the front of `input` until a frame is whole or the input is used up.
    ///
    /// # Errors
    /// The offence, once the length of a frame is known to be wrong; the stream is useless from there on.
    pub fn take(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, Offence> {
        if self.header_filled < HEADER_BYTES {
            let piece = advance(input, HEADER_BYTES - self.header_filled);
            for (slot, byte) in self.header.iter_mut().skip(self.header_filled).zip(piece) {
                *slot = *byte;
            }
            self.header_filled += piece.len();
            if self.header_filled < HEADER_BYTES {
                return Ok(None);
            }
            self.body_expected = self.checked_length()?;
        }
        let piece = advance(input, self.body_expected - self.body.len());
        self.reserve(piece.len());
        self.body.extend_from_slice(piece);
        if self.body.len() < self.body_expected {
            return Ok(None);
        }
        self.header_filled = 0;
        Ok(Some(std::mem::take(&mut self.body)))
    }

    /// Returns whether the stream may end here without cutting a frame.
    pub fn is_at_border(&self) -> bool {
        self.header_filled == 0
    }

    fn checked_length(&self) -> Result<usize, Offence> {
        let announced = u32::from_be_bytes(self.header);
        let max = self.frame_bytes_max;
        match usize::try_from(announced) {
            Ok(0) => Err(Offence::EmptyFrame),
            Ok(length) if length <= max => Ok(length),
            _ => Err(Offence::OversizedFrame { announced, max }),
        }
    }

    /// Doubles the memory when needed, never past the end of the frame.
    fn reserve(&mut self, more: usize) {
        let needed = self.body.len().saturating_add(more);
        if needed > self.body.capacity() {
            let step = self.body.capacity().saturating_mul(2).max(FIRST_STEP_BYTES).max(needed);
            let capacity = step.min(self.body_expected);
            self.body.reserve_exact(capacity.saturating_sub(self.body.len()));
        }
    }
}

/// Cuts up to `count` bytes off the front of `input`.
fn advance<'a>(input: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (front, rest) = input.split_at(count.min(input.len()));
    *input = rest;
    front
}

/// Appends a frame to `buffer`. The length has been checked by whoever queued the frame.
pub fn encode(frame: &[u8], buffer: &mut Vec<u8>) {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    buffer.reserve(HEADER_BYTES + frame.len());
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(frame);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], piece: usize, max: usize) -> Result<(Vec<Vec<u8>>, bool), Offence> {
        let mut decoder = Decoder::new(max);
        let mut frames = Vec::new();
        for mut input in bytes.chunks(piece) {
            while !input.is_empty() {
                frames.extend(decoder.take(&mut input)?);
            }
        }
        Ok((frames, decoder.is_at_border()))
    }

    #[test]
    fn frames_survive_pieces_of_any_size() {
        let frames: Vec<Vec<u8>> = [1usize, 2, 3, 4, 5, 4096, 4097, 70_000].map(|n| vec![n as u8; n]).to_vec();
        let mut bytes = Vec::new();
        frames.iter().for_each(|frame| encode(frame, &mut bytes));
        for piece in [1, 2, 3, 4, 5, 7, 1000, 5000, bytes.len()] {
            assert_eq!(decode(&bytes, piece, 70_000).unwrap(), (frames.clone(), true), "pieces of {piece}");
        }
        assert!(!decode(&bytes[..bytes.len() - 1], 999, 70_000).unwrap().1);
        assert!(!decode(&bytes[..2], 1, 70_000).unwrap().1);
    }

    #[test]
    fn wrong_lengths_are_offences_before_any_byte_of_the_body() {
        assert_eq!(decode(&[0, 0, 0, 0], 1, 10), Err(Offence::EmptyFrame));
        assert_eq!(decode(&[0, 0, 0, 11], 4, 10), Err(Offence::OversizedFrame { announced: 11, max: 10 }));
        assert_eq!(decode(&[255; 4], 2, 10), Err(Offence::OversizedFrame { announced: u32::MAX, max: 10 }));
    }

    #[test]
    fn a_liar_costs_little_and_an_honest_frame_no_more_than_its_length() {
        let mut decoder = Decoder::new(1 << 20);
        let mut input: &[u8] = &[0, 0x10, 0, 0, 1];
        assert_eq!(decoder.take(&mut input), Ok(None));
        assert!(decoder.body.capacity() <= FIRST_STEP_BYTES, "{}", decoder.body.capacity());
        let rest = vec![1; (1 << 20) - 1];
        for mut input in rest.chunks(3000) {
            if let Some(frame) = decoder.take(&mut input).unwrap() {
                assert_eq!((frame.len(), frame.capacity()), (1 << 20, 1 << 20));
            }
        }
        assert!(decoder.is_at_border());
    }
}
