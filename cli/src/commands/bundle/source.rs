//! Reads a bundle frame by frame, and keeps account of how much of it is there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::Serialize;
use talkoot_protocol::bundle::{self, BUNDLE_MAGIC, Delivery, LENGTH_BYTES, Opening, REQUEST_MAGIC};

use crate::error::{Error, Result};
use crate::output;

/// What a bundle of any version begins with.
const ANY_BUNDLE: &[u8] = b"talkoot-bundle/";

/// A bundle that is being read.
pub(super) struct Source<R> {
    input: R,
    /// What it says of itself.
    pub(super) opening: Opening,
    extent: Extent,
    /// Bytes read so far.
    pub(super) bytes: u64,
    done: bool,
}

/// How much of a bundle is there.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Extent {
    /// Changes found.
    pub(super) found: u64,
    /// Changes that it says are in it.
    pub(super) expected: u64,
    /// Deliveries that cannot be read.
    pub(super) broken: u64,
    /// Whether its end was found.
    pub(super) ended: bool,
}

impl Extent {
    /// Returns whether all of it is there.
    pub(super) fn is_whole(&self) -> bool {
        self.ended && self.broken == 0 && self.found == self.expected
    }

    /// Says what is not there; nothing if it is whole.
    pub(super) fn sentence(&self) -> Option<String> {
        let Self { found, expected, broken, .. } = self;
        let there = format!("{found} of {} in this file", output::count(*expected, "change is", "changes are"));
        match (self.is_whole(), self.ended, broken) {
            (true, _, _) => None,
            (_, false, 0) => Some(format!("It was cut off: {there}.")),
            (_, false, _) => Some(format!("It is damaged: {there}.")),
            (_, true, 0) => Some(format!("It is not what it says: {found} changes are in it, {expected} should be.")),
            (_, true, _) => {
                let broken = output::count(*broken, "place", "places");
                Some(format!("It is damaged in {broken}: {there}."))
            }
        }
    }
}

/// What stands where a frame should.
enum Frame {
    Content(Vec<u8>),
    Cut,
    /// A length that no frame has: what follows cannot be found.
    Damaged,
}

/// Opens a file.
pub(super) fn open(path: &Path) -> Result<Source<BufReader<File>>> {
    let file =
        File::open(path).map_err(|error| Error::refused(format!("{} cannot be read: {error}", path.display())))?;
    Source::begin(BufReader::new(file)).map_err(|error| error.context(path.display()))
}

impl<R: Read> Source<R> {
    /// Reads what stands before the first change.
    pub(super) fn begin(mut input: R) -> Result<Self> {
        require_magic(&read_up_to(&mut input, BUNDLE_MAGIC.len()).map_err(cannot_read)?)?;
        let mut bytes = BUNDLE_MAGIC.len() as u64;
        let mut next = || match read_frame(&mut input).map_err(cannot_read)? {
            Frame::Content(content) => {
                bytes += (LENGTH_BYTES + content.len()) as u64;
                Ok(content)
            }
            Frame::Cut | Frame::Damaged => Err(ends_early()),
        };
        let strange =
            |error: bundle::Error| Error::refused(format!("this is no sound bundle: {error}")).hint(COPY_AGAIN);
        let mut opening = Opening::introduction(&next()?).map_err(strange)?;
        opening.comparison(&next()?).map_err(strange)?;
        let extent = Extent { expected: opening.changes(), ..Extent::default() };
        Ok(Self { input, opening, extent, bytes, done: false })
    }

    /// Returns the changes of the next delivery; none at the end, be it the right one or not. A delivery that cannot be read
    /// is counted and passed over.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>> {
        while !self.done {
            let content = match read_frame(&mut self.input).map_err(cannot_read)? {
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
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

const COPY_AGAIN: &str = "Copy the file again, or ask for it anew.";

fn ends_early() -> Error {
    Error::refused("it is cut off or damaged before its first change: nothing of it can be read").hint(COPY_AGAIN)
}

fn require_magic(bytes: &[u8]) -> Result<()> {
    if bytes == BUNDLE_MAGIC {
        return Ok(());
    }
    if BUNDLE_MAGIC.starts_with(bytes) {
        return Err(ends_early());
    }
    if REQUEST_MAGIC.starts_with(bytes) {
        return Err(Error::refused("this is a request and not a bundle")
            .hint("Answer it with: talkoot bundle export FILE --request THIS-FILE"));
    }
    if bytes.starts_with(ANY_BUNDLE) {
        return Err(Error::refused("this bundle was made by another version of talkoot").hint("Use the same version."));
    }
    Err(Error::refused("this is no bundle of talkoot").hint("Bundles are made with: talkoot bundle export FILE"))
}

fn cannot_read(error: io::Error) -> Error {
    Error::failed(error).context("cannot read the bundle")
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
            let said = extent.sentence().unwrap();
            assert!(said.contains(&format!("{} of 6", extent.found)), "{said}");
        }
        let extent = read_all(source(&bytes, 6));
        assert!(extent.is_whole() && extent.sentence().is_none());
        assert!(!read_all(source(&bytes, 7)).is_whole(), "fewer than it says");
    }

    #[test]
    fn a_damaged_delivery_is_passed_over() {
        let one = frames(&[false]).len();
        let mut bytes = frames(&[false, false, true]);
        bytes[one + LENGTH_BYTES] ^= 0x40;
        let extent = read_all(source(&bytes, 6));
        assert_eq!(extent, Extent { found: 4, expected: 6, broken: 1, ended: true });
        assert!(extent.sentence().unwrap().contains("damaged in 1 place"));
        bytes[one] = 0xff;
        let extent = read_all(source(&bytes, 6));
        assert_eq!(extent, Extent { found: 2, expected: 6, broken: 1, ended: false });
    }

    #[test]
    fn what_is_no_bundle_is_named() {
        let said = |bytes: &[u8]| format!("{:?}", Source::begin(bytes).err().unwrap());
        assert!(said(b"").contains("cut off"));
        assert!(said(b"talkoot-bun").contains("cut off"));
        assert!(said(b"talkoot-bundle/1\n\0\0").contains("cut off"));
        assert!(said(REQUEST_MAGIC).contains("request"));
        assert!(said(b"talkoot-bundle/9\n....").contains("version"));
        assert!(said(b"%PDF-1.7 and so on ......").contains("no bundle"));
        let mut strange = BUNDLE_MAGIC.to_vec();
        strange.extend(frames(&[true]));
        assert!(said(&strange).contains("introduction"));
    }
}
