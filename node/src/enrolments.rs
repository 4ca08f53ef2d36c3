//! Codes that were given out to workers whose keys will live in browsers: `<dir>/enrolments.json`, by the hash of each code, with
//! the key that came under it. The codes themselves, and whose they are, never come to the node
//! ([`talkoot_protocol::enrolment`]).
//!
//! The file is read anew for each question: there are few of both. Only the process that holds the store's lock may write it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use talkoot_protocol::enrolment::{EnrolmentId, Proof};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::time::Timestamp;

use crate::small_file::{self, Content, SmallFile};

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "enrolments.json";
/// Most codes that are kept at one time.
pub const ENROLMENTS_MAX: usize = 256;
/// Longest file read or written, in bytes.
pub const FILE_BYTES_MAX: usize = 128 * 1024;
/// Longest time for which a code may be worth something, in milliseconds: 60 days.
pub const VALID_MILLIS_MAX: u64 = 60 * 86_400_000;

/// Why an enrolment could not be begun or go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error("{ENROLMENTS_MAX} codes are waiting for their workers already; let some expire first")]
    Full,
    /// A day that has passed, or too far away.
    #[error("a code is worth something for at most {} days from now on", VALID_MILLIS_MAX / 86_400_000)]
    Validity,
    /// No such code was given out, or its time is long over.
    #[error("this code is not known here")]
    Unknown,
    /// Its time is over.
    #[error("this code has expired")]
    Expired,
    /// Another key came under it before.
    #[error("this code was used already, by another browser")]
    Used,
    /// The file. If it is damaged and taken away, whose code was in it has to be invited anew.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

/// A code, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// From when on it is worth nothing.
    pub expires: Timestamp,
    /// The key that came under it, with what shows that who brought it knew the code.
    pub brought: Option<(PublicKey, Proof)>,
}

impl Content for BTreeMap<EnrolmentId, Kept> {
    const BYTES_MAX: usize = FILE_BYTES_MAX;

    fn fault(&self) -> Option<String> {
        let count = self.len();
        (count > ENROLMENTS_MAX).then(|| format!("it has {count} codes, and {ENROLMENTS_MAX} are the most"))
    }
}

/// The codes of a node.
#[derive(Debug)]
pub struct Enrolments {
    file: SmallFile<BTreeMap<EnrolmentId, Kept>>,
    kept: BTreeMap<EnrolmentId, Kept>,
}

impl Enrolments {
    /// Reads the enrolments of the node in `dir`; none if there is no file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let file = SmallFile::at(dir.join(FILE_NAME));
        Ok(Self { kept: file.read()?.unwrap_or_default(), file })
    }

    /// Returns those that are worth something at a time, ascending.
    pub fn iter(&self, now: Timestamp) -> impl Iterator<Item = (EnrolmentId, Kept)> {
        self.kept.iter().filter(move |(_, kept)| now < kept.expires).map(|(id, kept)| (*id, *kept))
    }

    /// Finds one.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Expired`].
    pub fn find(&self, id: &EnrolmentId, now: Timestamp) -> Result<Kept, Error> {
        let kept = self.kept.get(id).copied().ok_or(Error::Unknown)?;
        if now < kept.expires { Ok(kept) } else { Err(Error::Expired) }
    }

    /// Notes that a code was given out; once this returns it is on disk. Those whose time is over are forgotten.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Validity`], [`Error::File`]; then all is as before.
    pub fn invite(&mut self, id: EnrolmentId, expires: Timestamp, now: Timestamp) -> Result<(), Error> {
        let longest = now.as_millis().saturating_add(VALID_MILLIS_MAX);
        if expires <= now || expires.as_millis() > longest {
            return Err(Error::Validity);
        }
        let mut kept: BTreeMap<EnrolmentId, Kept> = self.iter(now).collect();
        kept.entry(id).or_insert(Kept { expires, brought: None });
        self.replace(kept)
    }

    /// Notes the key that came under a code; once this returns it is on disk. The same key may come again.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Expired`], [`Error::Used`], [`Error::File`]; then all is as before.
    pub fn enrol(&mut self, id: EnrolmentId, key: PublicKey, proof: Proof, now: Timestamp) -> Result<(), Error> {
        match self.find(&id, now)?.brought {
            Some(brought) if brought == (key, proof) => Ok(()),
            Some(_) => Err(Error::Used),
            None => {
                let mut kept = self.kept.clone();
                if let Some(kept) = kept.get_mut(&id) {
                    kept.brought = Some((key, proof));
                }
                self.replace(kept)
            }
        }
    }

    fn replace(&mut self, kept: BTreeMap<EnrolmentId, Kept>) -> Result<(), Error> {
        self.file.write(&kept).map_err(|error| match error {
            small_file::Error::Unfit { .. } => Error::Full,
            error => Error::File(error),
        })?;
        self.kept = kept;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::enrolment::Code;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const LATER: Timestamp = Timestamp::from_millis(9_000);

    #[test]
    fn a_code_takes_one_key_until_it_expires() {
        let dir = tempfile::tempdir().unwrap();
        let mut enrolments = Enrolments::open(dir.path()).unwrap();
        let (code, key) = (Code::new([7; 10]), PublicKey::from_bytes([1; 32]));
        let (id, proof) = (code.id(), code.proof(&key));
        assert!(matches!(enrolments.enrol(id, key, proof, NOW), Err(Error::Unknown)));
        enrolments.invite(id, LATER, NOW).unwrap();
        enrolments.enrol(id, key, proof, NOW).unwrap();
        enrolments.enrol(id, key, proof, NOW).unwrap();
        let other = PublicKey::from_bytes([2; 32]);
        assert!(matches!(enrolments.enrol(id, other, code.proof(&other), NOW), Err(Error::Used)));
        enrolments.invite(id, LATER, NOW).unwrap();
        let again = Enrolments::open(dir.path()).unwrap();
        assert_eq!(again.find(&id, NOW).unwrap().brought, Some((key, proof)));
        assert!(matches!(again.find(&id, LATER), Err(Error::Expired)));
        assert_eq!((again.iter(NOW).count(), again.iter(LATER).count()), (1, 0));
    }

    #[test]
    fn the_file_holds_no_code() {
        let dir = tempfile::tempdir().unwrap();
        let code = Code::new([7; 10]);
        Enrolments::open(dir.path()).unwrap().invite(code.id(), LATER, NOW).unwrap();
        let text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        assert!(!text.contains(&code.reveal()) && !text.contains(&code.reveal().replace('-', "")));
    }

    #[test]
    fn number_and_time_are_bounded_and_what_expired_makes_room() {
        let dir = tempfile::tempdir().unwrap();
        let mut enrolments = Enrolments::open(dir.path()).unwrap();
        let id = |number: usize| EnrolmentId::from_bytes([number as u8; 32]);
        (0..ENROLMENTS_MAX).for_each(|number| enrolments.invite(id(number), LATER, NOW).unwrap());
        let one_more = EnrolmentId::from_bytes(std::array::from_fn(|at| at as u8));
        assert!(matches!(enrolments.invite(one_more, LATER, NOW), Err(Error::Full)));
        let too_far = Timestamp::from_millis(NOW.as_millis() + VALID_MILLIS_MAX + 1);
        assert!(matches!(enrolments.invite(one_more, too_far, NOW), Err(Error::Validity)));
        assert!(matches!(enrolments.invite(one_more, NOW, NOW), Err(Error::Validity)));
        enrolments.invite(one_more, Timestamp::from_millis(20_000), LATER).unwrap();
        assert_eq!(Enrolments::open(dir.path()).unwrap().kept.len(), 1);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), "[1]").unwrap();
        assert!(matches!(Enrolments::open(dir.path()), Err(Error::File(small_file::Error::Damaged { .. }))));
    }
}
