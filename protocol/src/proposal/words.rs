//! What an organisation may say in a proposal: each word is one entry, a path and a JSON value.
//!
//! Parts that a newer version adds to a word are kept in its `other` and written out again. [`Word::entry`] holds those who write
//! here to the bounds; whatever others wrote is read as far as it can be.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::codes::{AnswerCode, Effect, RepairState};
use crate::date::Date;
use crate::id::{DocumentId, OrganisationId, WorkerId, sha256};
use crate::report::code::Code;
use crate::report::codes::{Language, Level};
use crate::report::limits::{LINE_CHARS_MAX, LINK_CHARS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};

/// Path of what is asked.
pub const ASK: &str = "ask";
/// Path of an acknowledgement.
pub const RECEIPT: &str = "receipt";
/// Path of support.
pub const SUPPORT: &str = "support";
/// Path of what a repair coordinator says.
pub const REPAIR: &str = "repair";
/// Folder of answers.
pub const ANSWER: &str = "answer";
/// Folder of answers that the asking organisation wrote down for a body without a node.
pub const RECORDED: &str = "recorded";
/// Folder of further addressees.
pub const ESCALATED: &str = "escalated";
/// Folder of outcomes.
pub const OUTCOME: &str = "outcome";

/// Most phenomena a proposal may name.
pub const PHENOMENA_MAX: usize = 50;
/// Most reports a proposal may name.
pub const REPORTS_MAX: usize = 200;
/// Largest word, in bytes of JSON: what is larger means nothing.
pub const WORD_BYTES_MAX: usize = 64 * 1024;
/// Hexadecimal digits of a wording.
const WORDING_DIGITS: usize = 16;

/// Parts this version does not know, as they came.
pub type Parts = Map<String, Value>;

/// Who is asked: an organisation of the network, perhaps one body of it; or a body that has no node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Addressee {
    /// The organisation, if it has a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// The body in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

impl From<OrganisationId> for Addressee {
    fn from(organisation: OrganisationId) -> Self {
        Self { organisation: Some(organisation), ..Self::default() }
    }
}

/// What is proposed, to whom, and until when an answer is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ask {
    /// The proposal in one line.
    pub title: String,
    /// What should be done and why.
    pub text: String,
    /// Who should do it.
    pub addressee: Addressee,
    /// The level on which it has to be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Code<Level>>,
    /// The last day on which an answer is in time.
    pub deadline: Date,
    /// The phenomena it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phenomena: Vec<DocumentId>,
    /// The reports it comes from, besides those of the phenomena.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<DocumentId>,
    /// The language of its texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Code<Language>>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

impl Ask {
    /// Returns 16 hexadecimal digits that stand for what is asked, in these words: an answer names them, so that a later change of
    /// the words is seen.
    pub fn wording(&self) -> String {
        // As a value its keys are sorted, so equal words give equal text, whichever version knows which parts.
        let text = serde_json::to_value(self).unwrap_or_default().to_string();
        let hash = sha256(&[b"talkoot/proposal/wording/1", text.as_bytes()]);
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(WORDING_DIGITS).collect()
    }
}

/// Somebody else is asked too, since no good answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Escalation {
    /// Who is asked now.
    pub addressee: Addressee,
    /// Why.
    pub reason: String,
    /// The last day on which an answer is in time.
    pub deadline: Date,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// The addressee has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// When.
    pub date: Date,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// Where a decision was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// The body that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// When it met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The section of the minutes, such as `§ 12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Where it can be read: an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// What an addressee answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProposalAnswer"))]
pub struct Answer {
    /// The answer.
    pub code: Code<AnswerCode>,
    /// Why; an answer without a reason does not count.
    pub reason: String,
    /// To whom it was forwarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Addressee>,
    /// Where it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The day of the answer.
    pub date: Date,
    /// Which [`Ask::wording`] was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// The answer of a body without a node, written down by the organisation that asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recorded {
    /// Whose answer it is: the words by which the body was asked.
    pub from: String,
    /// What it answered.
    #[serde(flatten)]
    pub answer: Answer,
}

/// Others find the proposal right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Support {
    /// Why, perhaps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProposalOutcome"))]
pub struct Outcome {
    /// The day of this finding.
    pub date: Date,
    /// What came of it.
    pub effect: Code<Effect>,
    /// The same in words.
    pub text: String,
    /// Where it can be seen: an http or https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// To whom a proposal is handed: a worker of the same organisation, or another organisation, perhaps with its worker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Heir {
    /// The organisation, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// The worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

impl Heir {
    /// Returns whether anyone is named.
    pub const fn is_someone(&self) -> bool {
        self.organisation.is_some() || self.worker.is_some()
    }
}

/// What a repair coordinator says: I see to it, another does, it is done with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Repair {
    /// What was done.
    pub state: Code<RepairState>,
    /// Who holds it, or held it until now.
    pub holder: WorkerId,
    /// To whom it was handed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Heir>,
    /// The same in words; to close needs some.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What else stands there.
    #[serde(flatten)]
    pub other: Parts,
}

/// The name of one entry among several of an organisation in one folder: eight hexadecimal digits, chosen at random by who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub u32);

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub enum Word {
    /// What is asked; by the organisation that began the proposal.
    Ask(Box<Ask>),
    /// Somebody else is asked too; by the same.
    Escalated(Tag, Escalation),
    /// An answer of a body without a node; by the same.
    Recorded(Tag, Box<Recorded>),
    /// It was read; by an addressee.
    Receipt(Receipt),
    /// An answer; by an addressee's decision maker.
    Answer(Tag, Box<Answer>),
    /// Support; by anyone.
    Support(Support),
    /// What came of it; by anyone.
    Outcome(Tag, Outcome),
    /// Who sees to it; by a coordinator.
    Repair(Repair),
}

/// Why something cannot be said so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A part that must be filled in is empty.
    #[error("`{field}` is empty")]
    Missing {
        /// The part.
        field: &'static str,
    },
    /// More characters than allowed.
    #[error("`{field}` has {got} characters; at most {limit} are allowed")]
    TooLong {
        /// The part.
        field: &'static str,
        /// Most characters allowed.
        limit: usize,
        /// Characters there are.
        got: usize,
    },
    /// More ids than allowed.
    #[error("`{field}` has {got} entries; at most {limit} are allowed")]
    TooMany {
        /// The part.
        field: &'static str,
        /// Most allowed.
        limit: usize,
        /// How many there are.
        got: usize,
    },
    /// A link that does not begin with `https://` or `http://`.
    #[error("`{field}` is no link; it begins with https:// or http://")]
    NotALink {
        /// The part.
        field: &'static str,
    },
    /// The word is too large as a whole.
    #[error("it takes {got} bytes as a whole; at most {WORD_BYTES_MAX} are allowed")]
    TooLarge {
        /// Its size in bytes of JSON.
        got: usize,
    },
    /// The word has no place in a JSON document.
    #[error("the words cannot be written as JSON: {reason}")]
    NotJson {
        /// Why.
        reason: String,
    },
}

impl Word {
    /// Returns the path of the word.
    pub fn path(&self) -> String {
        let tagged = |folder: &str, tag: &Tag| format!("{folder}/{:08x}", tag.0);
        match self {
            Self::Ask(_) => ASK.to_owned(),
            Self::Receipt(_) => RECEIPT.to_owned(),
            Self::Support(_) => SUPPORT.to_owned(),
            Self::Repair(_) => REPAIR.to_owned(),
            Self::Escalated(tag, _) => tagged(ESCALATED, tag),
            Self::Recorded(tag, _) => tagged(RECORDED, tag),
            Self::Answer(tag, _) => tagged(ANSWER, tag),
            Self::Outcome(tag, _) => tagged(OUTCOME, tag),
        }
    }

    /// Returns the word as an entry: path and value.
    ///
    /// # Errors
    /// All that is missing, too long, too many or no link, in the order of the parts; or that it is too large.
    pub fn entry(&self) -> Result<(String, Value), Vec<Error>> {
        let mut faults = Faults(Vec::new());
        self.check(&mut faults);
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let value = match self {
            Self::Ask(word) => serde_json::to_value(word),
            Self::Escalated(_, word) => serde_json::to_value(word),
            Self::Recorded(_, word) => serde_json::to_value(word),
            Self::Receipt(word) => serde_json::to_value(word),
            Self::Answer(_, word) => serde_json::to_value(word),
            Self::Support(word) => serde_json::to_value(word),
            Self::Outcome(_, word) => serde_json::to_value(word),
            Self::Repair(word) => serde_json::to_value(word),
        };
        let value = value.map_err(|error| vec![Error::NotJson { reason: error.to_string() }])?;
        match bytes(&value) {
            got if got > WORD_BYTES_MAX => Err(vec![Error::TooLarge { got }]),
            _ => Ok((self.path(), value)),
        }
    }

    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Ask(ask) => {
                faults.text("title", &ask.title, TITLE_CHARS_MAX);
                faults.text("text", &ask.text, TEXT_CHARS_MAX);
                faults.addressee("addressee", &ask.addressee);
                faults.many("phenomena", ask.phenomena.len(), PHENOMENA_MAX);
                faults.many("reports", ask.reports.len(), REPORTS_MAX);
            }
            Self::Escalated(_, escalation) => {
                faults.addressee("addressee", &escalation.addressee);
                faults.text("reason", &escalation.reason, TEXT_CHARS_MAX);
            }
            Self::Recorded(_, recorded) => {
                faults.text("from", &recorded.from, LINE_CHARS_MAX);
                faults.answer(&recorded.answer);
            }
            Self::Receipt(_) => {}
            Self::Answer(_, answer) => faults.answer(answer),
            Self::Support(support) => faults.long("note", &support.note, TEXT_CHARS_MAX),
            Self::Outcome(_, outcome) => {
                faults.text("text", &outcome.text, TEXT_CHARS_MAX);
                faults.link("link", outcome.link.as_deref());
            }
            Self::Repair(repair) => faults.repair(repair),
        }
    }
}

/// Returns the size of a value, in bytes of JSON.
pub(super) fn bytes(value: &Value) -> usize {
    value.to_string().len()
}

/// Reads a word; `None` if it is none, or too large to be one.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok().filter(|_| bytes(value) <= WORD_BYTES_MAX)
}

/// What is wrong with a word.
struct Faults(Vec<Error>);

impl Faults {
    fn long(&mut self, field: &'static str, text: &str, limit: usize) {
        let got = text.chars().count();
        if got > limit {
            self.0.push(Error::TooLong { field, limit, got });
        }
    }

    fn text(&mut self, field: &'static str, text: &str, limit: usize) {
        if text.trim().is_empty() {
            self.0.push(Error::Missing { field });
        }
        self.long(field, text, limit);
    }

    fn many(&mut self, field: &'static str, got: usize, limit: usize) {
        if got > limit {
            self.0.push(Error::TooMany { field, limit, got });
        }
    }

    fn link(&mut self, field: &'static str, link: Option<&str>) {
        let Some(link) = link else { return };
        if !["https://", "http://"].iter().any(|scheme| link.starts_with(scheme)) {
            self.0.push(Error::NotALink { field });
        }
        self.long(field, link, LINK_CHARS_MAX);
    }

    fn addressee(&mut self, field: &'static str, addressee: &Addressee) {
        let body = addressee.body.as_deref().unwrap_or_default();
        if addressee.organisation.is_none() && body.trim().is_empty() {
            self.0.push(Error::Missing { field });
        }
        self.long(field, body, LINE_CHARS_MAX);
    }

    fn answer(&mut self, answer: &Answer) {
        self.text("reason", &answer.reason, TEXT_CHARS_MAX);
        match &answer.to {
            Some(to) => self.addressee("to", to),
            None if answer.code == AnswerCode::Forwarded => self.0.push(Error::Missing { field: "to" }),
            None => {}
        }
        if let Some(decision) = &answer.decision {
            self.long("decision", decision.body.as_deref().unwrap_or_default(), LINE_CHARS_MAX);
            self.long("decision", decision.section.as_deref().unwrap_or_default(), LINE_CHARS_MAX);
            self.link("decision link", decision.link.as_deref());
        }
    }

    fn repair(&mut self, repair: &Repair) {
        match repair.state.known() {
            Some(RepairState::Closed) => self.text("note", &repair.note, TEXT_CHARS_MAX),
            Some(RepairState::Handed) => {
                if !repair.to.as_ref().is_some_and(Heir::is_someone) {
                    self.0.push(Error::Missing { field: "to" });
                }
                self.long("note", &repair.note, TEXT_CHARS_MAX);
            }
            _ => self.long("note", &repair.note, TEXT_CHARS_MAX),
        }
    }
}
