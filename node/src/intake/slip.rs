//! One slip: what somebody wrote, how it was sorted, and what came of it. In a file one JSON object with these names.

use std::fmt;

use serde::{Deserialize, Serialize};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::{DocumentId, sha256};
use talkoot_protocol::report::area::table;
use talkoot_protocol::report::codes::{Group, Language, Valence};

use super::campaign::CampaignCode;
use super::code::{CodeHash, FollowUpCode};
use super::{ASIDE_DAYS, SETTLED_DAYS, WAITING_DAYS};

/// Longest file of a slip, in bytes.
pub const SLIP_BYTES_MAX: usize = 48 * 1024;
/// Longest text of what troubles or works, in characters.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Longest text of what should be done, in characters.
pub const PROPOSAL_CHARS_MAX: usize = 2_000;
/// Longest name of a heap, in characters.
pub const HEAP_CHARS_MAX: usize = 100;
/// Longest words of a worker to whoever wrote a slip, in characters.
pub const ANSWER_CHARS_MAX: usize = 1_000;
/// Digits of a slip's name.
const ID_DIGITS: usize = 16;

/// The name of a slip: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlipId(String);

impl SlipId {
    /// Makes the name of what was sent from a form.
    pub(super) fn of_seed(seed: &[u8; 16]) -> Self {
        let hash = sha256(&[b"talkoot/1/slip", seed]);
        Self(hash.iter().take(ID_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(text.to_owned());
        id.is_sound().then_some(id)
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_sound(&self) -> bool {
        self.0.len() == ID_DIGITS && self.0.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

impl fmt::Display for SlipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Whether it is good or bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valence: Option<Valence>,
    /// What troubles or works.
    pub text: String,
    /// Where: the code of a municipality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// What should be done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proposal: String,
}

impl Words {
    fn is_sound(&self) -> bool {
        self.text.chars().count() <= TEXT_CHARS_MAX
            && self.proposal.chars().count() <= PROPOSAL_CHARS_MAX
            && self.place.as_ref().is_none_or(|code| table::municipality(code).is_some())
    }
}

/// Why a slip becomes no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is about one person's own matter, which another channel is for.
    Individual,
    /// The same has been reported already.
    Known,
    /// It cannot be understood.
    Unclear,
    /// It is no observation.
    Unfit,
    /// Another; the words say which.
    Other,
}

impl Reason {
    /// Returns all reasons.
    pub const fn all() -> &'static [Self] {
        &[Self::Individual, Self::Known, Self::Unclear, Self::Unfit, Self::Other]
    }

    /// Returns the name in files and forms.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Known => "known",
            Self::Unclear => "unclear",
            Self::Unfit => "unfit",
            Self::Other => "other",
        }
    }
}

/// Why a slip was set aside, when, and in a worker's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAside {
    /// Why.
    pub reason: Reason,
    /// The same in words, for whoever wrote it; may be empty.
    #[serde(default)]
    pub words: String,
    /// When.
    pub on: Date,
}

/// What came of a slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fate {
    /// Nobody has taken it up yet.
    Waiting,
    /// A worker signed a report of it.
    Published {
        /// The report.
        document: DocumentId,
        /// When.
        on: Date,
    },
    /// It becomes no report.
    SetAside(SetAside),
}

/// A slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Its name.
    pub id: SlipId,
    /// The hash of its follow-up code, if whoever wrote it wanted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeHash>,
    /// The day on which it came.
    pub received: Date,
    /// The campaign during which it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignCode>,
    /// The language of the page on which it was written.
    pub language: Language,
    /// The few words under which workers have put it together with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heap: Option<String>,
    /// What was written, as long as it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// What came of it.
    pub fate: Fate,
}

/// A slip that is to be kept.
#[derive(Debug, Clone)]
pub struct Written {
    /// The words.
    pub words: Words,
    /// The language of the page.
    pub language: Language,
    /// The campaign.
    pub campaign: Option<CampaignCode>,
    /// Whether its writer wants to hear what comes of it.
    pub follow: bool,
    /// Today.
    pub received: Date,
}

impl Written {
    pub(super) fn into_slip(self, id: SlipId, code: &FollowUpCode) -> Slip {
        let Self { words, language, campaign, follow, received } = self;
        let code = follow.then(|| code.hash());
        Slip { id, code, received, campaign, language, heap: None, words: Some(words), fate: Fate::Waiting }
    }
}

impl Slip {
    /// Returns whether nobody has taken it up yet.
    pub fn is_waiting(&self) -> bool {
        self.fate == Fate::Waiting
    }

    /// Returns whether it was made of this.
    pub(super) fn is_of(&self, written: &Written) -> bool {
        self.words.as_ref() == Some(&written.words) && self.campaign == written.campaign
    }

    /// Returns whether it is to be deleted.
    pub(super) fn is_old(&self, today: Date) -> bool {
        match &self.fate {
            Fate::Waiting => self.received.days_to(today) > i32::from(WAITING_DAYS),
            Fate::Published { on, .. } => on.days_to(today) > i32::from(SETTLED_DAYS),
            Fate::SetAside(aside) => aside.on.days_to(today) > i32::from(SETTLED_DAYS),
        }
    }

    /// Returns whether its words are to be erased.
    pub(super) fn words_are_old(&self, today: Date) -> bool {
        matches!(&self.fate, Fate::SetAside(aside) if aside.on.days_to(today) > i32::from(ASIDE_DAYS))
    }

    /// Returns whether each part is what the program itself would have written.
    pub(super) fn is_sound(&self) -> bool {
        let told = match &self.fate {
            Fate::SetAside(aside) => aside.words.chars().count() <= ANSWER_CHARS_MAX,
            Fate::Waiting => self.words.is_some(),
            Fate::Published { .. } => true,
        };
        told && self.id.is_sound()
            && self.code.as_ref().is_none_or(CodeHash::is_sound)
            && self.campaign.as_ref().is_none_or(CampaignCode::is_sound)
            && self.heap.as_ref().is_none_or(|heap| *heap == heap_name(heap) && !heap.is_empty())
            && self.words.as_ref().is_none_or(Words::is_sound)
    }
}

/// Returns the name of a heap as it is kept: on one line, no longer than it may be.
pub fn heap_name(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line: String = line.trim().chars().take(HEAP_CHARS_MAX).collect();
    line.trim_end().to_owned()
}
