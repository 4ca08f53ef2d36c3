//! Reads a bundle frame by frame, and keeps account of how much of it is there.

use std::io::{self, Read};

use schemars::JsonSchema;
use serde::Serialize;
use talkoot_protocol::bundle::{self, BUNDLE_MAGIC, Delivery, LENGTH_BYTES, Opening, REQUEST_MAGIC};

use super::Error;

/// What a bundle of any version begins with.
const ANY_BUNDLE: &[u8] = b"talkoot-bundle/";

/// A bundle that is being read.
pub struct Source<R> {
    input: R,
    opening: Opening,
    extent: Extent,
    bytes: u64,
    done: bool,
}

/// How much of a bundle is there.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Extent {
    /// Changes found.
    pub found: u64,
    /// Changes that it says are in it.
    pub expected: u64,
    /// Deliveries that cannot be read.
    pub broken: u64,
    /// Whether its end was found.
    pub ended: bool,
}

impl Extent {
    /// Returns whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.ended && self.broken == 0 && self.found == self.expected
    }

    /// Returns how many changes are not there that it says are in it.
    pub fn lacking(&self) -> u64 {
        self.expected.saturating_sub(self.found)
    }
}

/// What stands where a frame should.
enum Frame {
    Content(Vec<u8>),
    Cut,
    /// A length that no frame has: what follows cannot be found.
    Damaged,
}

impl<R: Read> Source<R> {
    /// Reads what stands before the first change.
    ///
    /// # Errors
    /// All that say what is wrong with a file: [`Error::Read`] to [`Error::Unsound`].
    pub fn begin(mut input: R) -> Result<Self, Error> {
        require_magic(&read_up_to(&mut input, BUNDLE_MAGIC.len()).map_err(Error::Read)?)?;
        let mut bytes = BUNDLE_MAGIC.len() as u64;
        let mut next = || match read_frame(&mut input).map_err(Error::Read)? {
            Frame::Content(content) => {
                bytes += (LENGTH_BYTES + content.len()) as u64;
                Ok(content)
            }
            Frame::Cut | Frame::Damaged => Err(Error::CutAtOnce),
        };
        let mut opening = Opening::introduction(&next()?)?;
        opening.comparison(&next()?)?;
        let extent = Extent { expected: opening.changes(), ..Extent::default() };
        Ok(Self { input, opening, extent, bytes, done: false })
    }

    /// Returns what it says of itself.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Returns how many bytes were read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the changes of the next delivery; none at the end, be it the right one or not. A delivery that cannot be read
    /// is counted and passed over.
    ///
    /// # Errors
    /// [`Error::Read`].
    #[expect(clippy::should_implement_trait, reason = "it can fail, and an iterator would go on after that")]
    pub fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, Error> {
        while !self.done {
            let content = match read_frame(&mut self.input).map_err(Error::Read)? {
                Frame::Content(content) => content,
                Frame::Cut => break,
                Frame::Damaged => {
                    self.extent.broken += 1;
                    break;
                }
            };
            self.bytes += (LENGTH_BYTES + content.len()) as u64;
            match Delivery::decode(&content) {
                Ok(Delivery { end, changes }) => {
                    self.extent.found += changes.len() as u64;
                    self.extent.ended = end;
                    self.done = end;
                    return Ok(Some(changes));
                }
                Err(_) => self.extent.broken += 1,
            }
        }
        self.done = true;
        Ok(None)
    }

    /// Returns how much was found so far.
    pub fn extent(&self) -> Extent {
        self.extent
    }
}

fn require_magic(bytes: &[u8]) -> Result<(), Error> {
    match bytes {
        _ if bytes == BUNDLE_MAGIC => Ok(()),
        _ if BUNDLE_MAGIC.starts_with(bytes) => Err(Error::CutAtOnce),
        _ if REQUEST_MAGIC.starts_with(bytes) => Err(Error::IsRequest),
        _ if bytes.starts_with(ANY_BUNDLE) => Err(Error::OtherVersion),
        _ => Err(Error::NoBundle),
    }
}

/// Reads so many bytes, or fewer at the end.
fn read_up_to(input: &mut impl Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    input.by_ref().take(bytes as u64).read_to_end(&mut read)?;
    Ok(read)
}

fn read_frame(input: &mut impl Read) -> io::Result<Frame> {
    let Ok(length) = read_up_to(input, LENGTH_BYTES)?.try_into() else { return Ok(Frame::Cut) };
    let Ok(length) = bundle::frame_length(length) else { return Ok(Frame::Damaged) };
    let content = read_up_to(input, length)?;
    Ok(if content.len() == length { Frame::Content(content) } else { Frame::Cut })
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::wire::message::Message;
    use talkoot_protocol::wire::parcel::{Codec, pack};

    use super::*;

    fn frames(ends: &[bool]) -> Vec<u8> {
        let delivery = |end: &bool| bundle::frame(&Message::delivery(1, *end, pack(Codec::Zstd1, [b"one", b"two"])));
        ends.iter().flat_map(delivery).collect()
    }

    /// A source behind its opening, which says that it has so many changes.
    fn source(bytes: &[u8], expected: u64) -> Source<&[u8]> {
        let record = talkoot_protocol::statement::Record {
            inception: talkoot_protocol::statement::Inception {
                root: talkoot_protocol::key::SecretKey::from_seed(&[1; 32]).public(),
                next: talkoot_protocol::key::KeyCommitment::to(
                    &talkoot_protocol::key::SecretKey::from_seed(&[2; 32]).public(),
                ),
            },
            names: talkoot_protocol::statement::Names::default(),
            kind: talkoot_protocol::statement::OrganisationKind::Ngo,
            counties: Default::default(),
            contact: String::new(),
        };
        let network = talkoot_protocol::charter::Charter::commons().network();
        let opening = Opening { network, maker: record, held: Default::default() };
        let extent = Extent { expected, ..Extent::default() };
        Source { input: bytes, opening, extent, bytes: 0, done: false }
    }

    fn read_all(mut source: Source<&[u8]>) -> Extent {
        while source.next().unwrap().is_some() {}
        source.extent()
    }

    #[test]
    fn cut_anywhere_it_says_so_and_gives_what_is_there() {
        let bytes = frames(&[false, false, true]);
        for cut in 0..bytes.len() {
            let extent = read_all(source(&bytes[..cut], 6));
            assert!(!extent.is_whole() && extent.found.is_multiple_of(2), "{cut}");
            assert_eq!(extent.lacking() + extent.found, 6);
        }
        let extent = read_all(source(&bytes, 6));
        assert!(extent.is_whole() && extent.lacking() == 0);
        assert!(!read_all(source(&bytes, 7)).is_whole(), "fewer than it says");
    }

    #[test]
    fn a_damaged_delivery_is_passed_over() {
        let one = frames(&[false]).len();
        let mut bytes = frames(&[false, false, true]);
        bytes[one + LENGTH_BYTES] ^= 0x40;
        let extent = read_all(source(&bytes, 6));
        assert_eq!(extent, Extent { found: 4, expected: 6, broken: 1, ended: true });
        bytes[one] = 0xff;
        let extent = read_all(source(&bytes, 6));
        assert_eq!(extent, Extent { found: 2, expected: 6, broken: 1, ended: false });
    }

    #[test]
    fn what_is_no_bundle_is_named() {
        let refused = |bytes: &[u8]| Source::begin(bytes).err().unwrap();
        assert!(matches!(refused(b""), Error::CutAtOnce));
        assert!(matches!(refused(b"talkoot-bun"), Error::CutAtOnce));
        assert!(matches!(refused(b"talkoot-bundle/1\n\0\0"), Error::CutAtOnce));
        assert!(matches!(refused(REQUEST_MAGIC), Error::IsRequest));
        assert!(matches!(refused(b"talkoot-bundle/9\n...."), Error::OtherVersion));
        assert!(matches!(refused(b"%PDF-1.7 and so on ......"), Error::NoBundle));
        let mut strange = BUNDLE_MAGIC.to_vec();
        strange.extend(frames(&[true]));
        assert!(matches!(refused(&strange), Error::Unsound(_)));
    }
}
