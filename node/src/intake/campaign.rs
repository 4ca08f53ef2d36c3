//! Campaigns: for some days, in some place, people are asked one thing ("Mikä pännii?"). A file of the node lists them; nothing of
//! it leaves the node.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use talkoot_protocol::date::Date;
use talkoot_protocol::form::Trilingual;
use talkoot_protocol::report::area::table;

use crate::small_file::{self, Content, SmallFile};

use super::code;

/// The file's name inside the node's directory.
pub const FILE_NAME: &str = "campaigns.json";
/// Most campaigns.
pub const CAMPAIGNS_MAX: usize = 200;
/// Longest name of a campaign in one language, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Longest question in one language, in characters.
pub const QUESTION_CHARS_MAX: usize = 200;
/// Longest file, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Characters of a campaign's code.
const CODE_CHARS: usize = 8;

/// Why campaigns could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No more fit.
    #[error("there are {CAMPAIGNS_MAX} campaigns already")]
    Full,
    /// It lacks a name or a question, is too long, names no municipality, or ends before it begins.
    #[error(
        "a campaign needs a name and a question of fitting length, a municipality, and an end that is not before its beginning"
    )]
    Unsound,
    /// The file.
    #[error(transparent)]
    File(#[from] small_file::Error),
}

/// The code of a campaign: 8 characters, part of its address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CampaignCode(String);

impl CampaignCode {
    /// Makes a code out of fresh randomness.
    pub fn new(random: [u8; 5]) -> Self {
        Self(code::encode(&random))
    }

    /// Reads a code, however it is typed.
    pub fn parse(text: &str) -> Option<Self> {
        code::canonical(text).map(Self).filter(Self::is_sound)
    }

    /// Returns the characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_sound(&self) -> bool {
        self.0.len() == CODE_CHARS && code::canonical(&self.0).as_ref() == Some(&self.0)
    }
}

impl fmt::Display for CampaignCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its code.
    pub code: CampaignCode,
    /// Its name.
    pub name: Trilingual,
    /// What is asked.
    pub question: Trilingual,
    /// The code of the municipality.
    pub municipality: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Campaign {
    /// Returns whether people may write on a day.
    pub fn is_open(&self, today: Date) -> bool {
        self.from <= today && today <= self.to
    }

    fn is_sound(&self) -> bool {
        let fits = |text: &Trilingual, most: usize| {
            !text.is_empty() && text.all().iter().all(|(_, text)| text.chars().count() <= most)
        };
        self.code.is_sound()
            && fits(&self.name, NAME_CHARS_MAX)
            && fits(&self.question, QUESTION_CHARS_MAX)
            && table::municipality(&self.municipality).is_some()
            && self.from <= self.to
    }
}

impl Content for Vec<Campaign> {
    const BYTES_MAX: usize = FILE_BYTES_MAX;

    fn fault(&self) -> Option<String> {
        let count = self.len();
        match self.iter().position(|campaign| !campaign.is_sound()) {
            Some(at) => Some(format!("its campaign number {} is not sound", at + 1)),
            None => {
                (count > CAMPAIGNS_MAX).then(|| format!("it has {count} campaigns, and {CAMPAIGNS_MAX} are the most"))
            }
        }
    }
}

/// The campaigns of a node.
#[derive(Debug)]
pub struct Campaigns {
    file: SmallFile<Vec<Campaign>>,
    held: BTreeMap<CampaignCode, Campaign>,
}

impl Campaigns {
    /// Reads the campaigns of the node in `dir`; none if there is no file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let file = SmallFile::at(dir.join(FILE_NAME));
        let list: Vec<Campaign> = file.read()?.unwrap_or_default();
        Ok(Self { file, held: list.into_iter().map(|campaign| (campaign.code.clone(), campaign)).collect() })
    }

    /// Returns a campaign.
    pub fn get(&self, code: &CampaignCode) -> Option<&Campaign> {
        self.held.get(code)
    }

    /// Returns all campaigns, the one that began last first.
    pub fn iter(&self) -> impl Iterator<Item = &Campaign> {
        let mut all: Vec<_> = self.held.values().collect();
        all.sort_by(|one, two| two.from.cmp(&one.from).then(one.code.cmp(&two.code)));
        all.into_iter()
    }

    /// Keeps a campaign. It is durable when this returns.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unsound`], [`Error::File`]; then the campaigns are as before.
    pub fn add(&mut self, campaign: Campaign) -> Result<(), Error> {
        if !campaign.is_sound() {
            return Err(Error::Unsound);
        }
        let mut held = self.held.clone();
        held.insert(campaign.code.clone(), campaign);
        self.file.write(&held.values().cloned().collect()).map_err(|error| match error {
            small_file::Error::Unfit { .. } => Error::Full,
            error => Error::File(error),
        })?;
        self.held = held;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(random: u8) -> Campaign {
        let text = |fi: &str| Trilingual { fi: fi.into(), ..Trilingual::default() };
        Campaign {
            code: CampaignCode::new([random; 5]),
            name: text("Mikä pännii?"),
            question: text("Mikä pännii Porvoossa?"),
            municipality: "638".into(),
            from: "2026-11-02".parse().unwrap(),
            to: "2026-11-04".parse().unwrap(),
        }
    }

    #[test]
    fn a_campaign_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut campaigns = Campaigns::open(dir.path()).unwrap();
        campaigns.add(campaign(1)).unwrap();
        campaigns.add(campaign(2)).unwrap();
        let campaigns = Campaigns::open(dir.path()).unwrap();
        let code = CampaignCode::parse(&campaign(1).code.as_str().to_lowercase()).unwrap();
        assert_eq!((campaigns.iter().count(), campaigns.get(&code)), (2, Some(&campaign(1))));
    }

    #[test]
    fn what_is_not_sound_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut campaigns = Campaigns::open(dir.path()).unwrap();
        let long = Trilingual { en: "x".repeat(QUESTION_CHARS_MAX + 1), ..campaign(1).question };
        for bad in [
            Campaign { name: Trilingual::default(), ..campaign(1) },
            Campaign { question: long, ..campaign(1) },
            Campaign { municipality: "999".into(), ..campaign(1) },
            Campaign { to: "2026-11-01".parse().unwrap(), ..campaign(1) },
        ] {
            assert!(matches!(campaigns.add(bad), Err(Error::Unsound)));
        }
        std::fs::write(dir.path().join(FILE_NAME), "[{}]").unwrap();
        assert!(matches!(Campaigns::open(dir.path()), Err(Error::File(small_file::Error::Damaged { .. }))));
    }

    #[test]
    fn it_is_open_on_its_days() {
        let open = ["2026-11-01", "2026-11-02", "2026-11-04", "2026-11-05"]
            .map(|day| campaign(1).is_open(day.parse().unwrap()));
        assert_eq!(open, [false, true, true, false]);
    }
}
