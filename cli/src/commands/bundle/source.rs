//! Opens a bundle's file, and says in words how much of it is there and what is wrong with it.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use talkoot_node::bundle::{self, Extent, Source};

use crate::error::{Error, Result};
use crate::output;

const COPY_AGAIN: &str = "Copy the file again, or ask for it anew.";

/// Opens a file.
pub(super) fn open(path: &Path) -> Result<Source<BufReader<File>>> {
    let file =
        File::open(path).map_err(|error| Error::refused(format!("{} cannot be read: {error}", path.display())))?;
    Source::begin(BufReader::new(file)).map_err(|error| Error::from(error).context(path.display()))
}

/// Says what of a bundle is not there; nothing if it is whole.
pub(super) fn sentence(extent: &Extent) -> Option<String> {
    let Extent { found, expected, broken, .. } = extent;
    let there = format!("{found} of {} in this file", output::count(*expected, "change is", "changes are"));
    match (extent.is_whole(), extent.ended, broken) {
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

impl From<bundle::Error> for Error {
    fn from(error: bundle::Error) -> Self {
        use bundle::Error as Wrong;
        let message = error.to_string();
        match error {
            Wrong::CutAtOnce => Self::refused(message).hint(COPY_AGAIN),
            Wrong::Unsound(why) => Self::refused(format!("{message}: {why}")).hint(COPY_AGAIN),
            Wrong::IsRequest => {
                Self::refused(message).hint("Answer it with: talkoot bundle export FILE --request THIS-FILE")
            }
            Wrong::OtherVersion => Self::refused(message).hint("Use the same version."),
            Wrong::NoBundle => Self::refused(message).hint("Bundles are made with: talkoot bundle export FILE"),
            Wrong::OtherNetwork { .. } => Self::refused(message)
                .hint("Nothing was stored. Partners share one network: they need the same charter."),
            Wrong::RequestTooLong => Self::refused(message)
                .hint("Nothing was written. Ask your partner for all: talkoot bundle export FILE --for ID"),
            Wrong::Damaged => Self::failed(error).hint("Nothing was written. See which with: talkoot verify"),
            Wrong::Changed => Self::failed(error).hint("Nothing was written. Make the bundle again."),
            Wrong::Misfit => crate::client::unexpected(),
            Wrong::Read(_) | Wrong::NotTaken { .. } => Self::failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_said() {
        let whole = Extent { found: 6, expected: 6, broken: 0, ended: true };
        assert_eq!(sentence(&whole), None);
        let said = |extent: Extent| sentence(&extent).unwrap();
        assert_eq!(
            said(Extent { found: 4, ended: false, ..whole }),
            "It was cut off: 4 of 6 changes are in this file."
        );
        assert!(said(Extent { found: 4, broken: 1, ..whole }).contains("damaged in 1 place"));
        assert!(said(Extent { expected: 7, ..whole }).contains("6 changes are in it, 7 should be"));
    }

    #[test]
    fn what_is_no_bundle_is_named_with_what_to_do() {
        let said = |bytes: &[u8]| format!("{:?}", Error::from(Source::begin(bytes).err().unwrap()));
        assert!(said(b"talkoot-bun").contains("Copy the file again"));
        assert!(said(b"talkoot-request/1\n").contains("--request"));
        assert!(said(b"%PDF-1.7 and so on ......").contains("bundle export"));
    }
}
