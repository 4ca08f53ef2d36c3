//! Bytes as choices. Beyond the end everything is 0, so that a script that was cut still means something.

/// A script that is being read.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    rest: &'a [u8],
}

impl<'a> Script<'a> {
    /// Begins.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns whether nothing is left.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a byte.
    pub fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *byte
    }

    /// Reads a number of 16 bits.
    pub fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// Chooses a number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    /// Decides with a chance of one in `of`; at the end of the script no.
    pub fn rarely(&mut self, of: u8) -> bool {
        let byte = self.byte();
        byte != 0 && byte.is_multiple_of(of)
    }

    /// Reads so many bytes, or what is left.
    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        bytes
    }

    /// Chooses some of the numbers below `end`, in any order and perhaps more than once.
    pub fn some_below(&mut self, end: usize) -> Vec<usize> {
        let byte = self.byte();
        let count = usize::from(byte & 15);
        if byte & 0x80 == 0 {
            return (0..count).map(|_| self.below(end)).collect();
        }
        let from = self.below(end);
        (from..end.min(from + 4 * count)).collect()
    }
}
