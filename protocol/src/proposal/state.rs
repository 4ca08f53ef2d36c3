//! What a proposal means on a given day: who is asked, who owes an answer, which answers count, what came of it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::codes::AnswerCode;
use super::words::{self, Addressee, Answer, Ask, Escalation, Outcome, Receipt, Repair, Support};
use super::{addressed, answers, outcomes, repair};
use crate::date::Date;
use crate::id::{DocumentId, OrganisationId, WorkerId};
use crate::joint::{Joint, Said, Source};
use crate::scope::Scope;
use crate::statement::Role;

/// Longest value shown that means nothing here, in bytes of JSON.
pub const UNUSED_BYTES_MAX: usize = 4 * 1024;

/// Where a proposal stands on a given day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Somebody owes an answer.
    Open,
    /// Everybody who owes an answer has acknowledged it.
    Acknowledged,
    /// Somebody owes an answer and the day it was asked for has passed.
    Overdue,
    /// Everybody who was asked has said that it is not theirs: somebody else must be asked.
    Declined,
    /// There is an answer.
    Answered,
    /// Something was promised, and it is time to ask what came of it.
    OutcomeDue,
    /// Something was promised, and what came of it is known so far.
    FollowedUp,
    /// The organisation that asked has closed it.
    Closed,
}

/// A word with its place and who said it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Noted{T}"))]
pub struct Noted<T> {
    /// The path of its entry.
    pub path: String,
    /// Who said it.
    pub by: Source,
    /// The word.
    pub word: T,
}

/// How somebody came to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The proposal names them.
    Named,
    /// The organisation that asked turned to them afterwards.
    Escalated,
    /// Somebody who was asked passed it on; whose words, as addressees are named.
    Forwarded(Addressee),
}

/// Somebody who is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Addressed {
    /// Who.
    pub addressee: Addressee,
    /// How they came to be asked.
    pub via: Via,
    /// How often the asking organisation had turned to somebody else before: 0 for who is named first and whoever they forward to.
    pub turn: u32,
    /// The last day on which their answer is in time. To forward buys no time.
    pub deadline: Date,
    /// When they acknowledged it.
    pub acknowledged: Option<Date>,
    /// What they answer, the last if they answered more than once: its key.
    pub answer: Option<String>,
    /// Whether an answer of theirs is still waited for.
    pub owes: bool,
    /// Whether it is, and the day has passed.
    pub overdue: bool,
}

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotCounted {
    /// It cannot be read as an answer.
    Unreadable,
    /// It gives no reason.
    NoReason,
    /// Who signed it is no decision maker.
    NotDecisionMaker,
    /// It was written down for somebody else, and not by the organisation that asked.
    NotByAsker,
    /// Nobody asked them.
    NotAddressed,
}

impl NotCounted {
    /// Returns why, as a clause for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "it cannot be read",
            Self::NoReason => "it gives no reason",
            Self::NotDecisionMaker => "who signed it is not a decision maker",
            Self::NotByAsker => "only the organisation that asked may write down an answer of others",
            Self::NotAddressed => "they were not asked",
        }
    }
}

/// An answer, counted or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Given {
    /// The path of its entry.
    pub path: String,
    /// Who signed it.
    pub by: Source,
    /// The body whose answer it is, if the asking organisation wrote it down for one without a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_from: Option<String>,
    /// The answer; `None` if it cannot be read.
    pub answer: Option<Answer>,
    /// What stands there instead, unless it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Value>,
    /// Why it does not count; `None` if it does.
    pub not_counted: Option<NotCounted>,
    /// Whether it is the last that counts of whoever gave it.
    pub standing: bool,
    /// Whether the proposal was worded differently when it was answered.
    pub earlier_wording: bool,
}

impl Given {
    /// Returns the answer's code, if it counts and this version knows it.
    pub fn code(&self) -> Option<AnswerCode> {
        self.answer.as_ref().filter(|_| self.not_counted.is_none())?.code.known()
    }
}

/// That it is time to ask what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeDue {
    /// Since when.
    pub since: Date,
    /// So many months after the answer.
    pub months: u16,
}

/// Who sees to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Holder {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The worker; `None` if it was handed to the organisation and nobody there has taken it.
    pub worker: Option<WorkerId>,
}

/// A value that is no word this version can use here: kept and shown as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unused {
    /// The path of its entry.
    pub path: String,
    /// Who said it.
    pub by: Source,
    /// The value, unless it is long.
    pub value: Option<Value>,
    /// Its size in bytes of JSON.
    pub bytes: usize,
}

/// Returns a value to be shown as it is, unless it is long.
pub(super) fn short(value: &Value) -> Option<Value> {
    (words::bytes(value) <= UNUSED_BYTES_MAX).then(|| value.clone())
}

/// A proposal on a given day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Proposal"))]
pub struct State {
    /// Its document.
    pub document: DocumentId,
    /// For whom it is.
    pub scope: Scope,
    /// The organisation that asks.
    pub owner: OrganisationId,
    /// The day.
    pub today: Date,
    /// Where it stands.
    pub phase: Phase,
    /// Days since the earliest answer owed was asked for.
    pub overdue_days: Option<u32>,
    /// What is asked; `None` if it cannot be read.
    pub ask: Option<Ask>,
    /// Who asked.
    pub asked_by: Option<Source>,
    /// Everybody who is asked, in turn.
    pub addressees: Vec<Addressed>,
    /// Whom else the asking organisation turned to, in turn.
    pub escalations: Vec<Noted<Escalation>>,
    /// All answers, oldest first.
    pub answers: Vec<Given>,
    /// Which of them says what happens: its place in `answers`.
    pub verdict: Option<usize>,
    /// What came of it, oldest first.
    pub outcomes: Vec<Noted<Outcome>>,
    /// Whether it is time to ask for it.
    pub outcome_due: Option<OutcomeDue>,
    /// Who else finds it right, one of each organisation.
    pub support: Vec<Noted<Support>>,
    /// What repair coordinators said.
    pub repair: Vec<Noted<Repair>>,
    /// Who sees to it.
    pub holders: Vec<Holder>,
    /// Whether the organisation that asked has closed it.
    pub closed: bool,
    /// What else stands in it.
    pub other: Vec<Unused>,
}

/// Returns what a proposal means on a day. The joint document must be of kind proposal.
pub fn state(joint: &Joint, today: Date) -> State {
    let mut reader = Reader { joint, other: Vec::new() };
    let asked = reader.own_word::<Ask>(words::ASK);
    let mut escalations = reader.folder::<Escalation>(words::ESCALATED, |by| by.organisation == joint.owner);
    escalations.sort_by(|a, b| (a.word.deadline, &a.path).cmp(&(b.word.deadline, &b.path)));
    let repair = reader.words::<Repair>(words::REPAIR, |said| said.by.has(Role::Coordinator));
    let holders = repair::holders(&repair);
    let closed = repair::is_closed(joint);
    let ask = asked.as_ref().map(|noted| &noted.word);
    let mut answers = answers::gather(joint, ask);
    let mut addressees = ask.map(|ask| addressed::find(ask, &escalations, &mut answers)).unwrap_or_default();
    let verdict = addressed::settle(&mut addressees, &mut answers, closed, today);
    addressed::acknowledge(&mut addressees, joint);
    let outcomes = reader.outcomes();
    reader.keep_receipts(&addressees);
    let promise = verdict.and_then(|at| answers.get(at));
    let heard = outcomes::heard(promise, &outcomes, joint.owner, &addressees, today);
    let (outcome_due, is_followed_up) = (outcomes::due(promise, &heard, today), !heard.is_empty());
    let mut state = State {
        document: joint.document,
        scope: joint.scope,
        owner: joint.owner,
        today,
        phase: Phase::Open,
        overdue_days: overdue_days(&addressees, today),
        asked_by: asked.as_ref().map(|noted| noted.by),
        ask: asked.map(|noted| noted.word),
        addressees,
        escalations,
        answers,
        verdict,
        outcomes,
        outcome_due,
        support: reader.words::<Support>(words::SUPPORT, |_| true),
        repair,
        holders,
        closed,
        other: Vec::new(),
    };
    state.phase = state.phase(is_followed_up);
    state.other = reader.rest();
    state
}

impl State {
    /// Returns the answer that says what happens.
    pub fn verdict(&self) -> Option<&Given> {
        self.answers.get(self.verdict?)
    }

    /// Returns how an organisation is asked, if it is.
    pub fn addressed(&self, organisation: &OrganisationId) -> Option<&Addressed> {
        self.addressees.iter().find(|addressed| addressed.addressee.organisation.as_ref() == Some(organisation))
    }

    /// Returns the first day on which an answer that is owed is, or will be, late the day after.
    pub fn deadline(&self) -> Option<Date> {
        let owed = self.addressees.iter().filter(|addressed| addressed.owes).map(|addressed| addressed.deadline).min();
        owed.or_else(|| self.ask.as_ref().map(|ask| ask.deadline))
    }

    /// Returns whether it comes from this document, a phenomenon or a report.
    pub fn names(&self, document: &DocumentId) -> bool {
        self.ask.as_ref().is_some_and(|ask| ask.phenomena.contains(document) || ask.reports.contains(document))
    }

    fn phase(&self, is_followed_up: bool) -> Phase {
        let mut owing = self.addressees.iter().filter(|addressed| addressed.owes).peekable();
        let settles = self.verdict().is_some_and(answers::settles);
        match () {
            () if self.outcome_due.is_some() => Phase::OutcomeDue,
            () if self.closed => Phase::Closed,
            () if self.addressees.iter().any(|addressed| addressed.overdue) => Phase::Overdue,
            () if owing.peek().is_some() => match owing.all(|addressed| addressed.acknowledged.is_some()) {
                true => Phase::Acknowledged,
                false => Phase::Open,
            },
            () if settles && is_followed_up => Phase::FollowedUp,
            () if settles => Phase::Answered,
            () if self.ask.is_some() => Phase::Declined,
            () => Phase::Open,
        }
    }
}

fn overdue_days(addressees: &[Addressed], today: Date) -> Option<u32> {
    let earliest = addressees.iter().filter(|addressed| addressed.overdue).map(|addressed| addressed.deadline).min()?;
    u32::try_from(earliest.days_to(today)).ok()
}

/// Reads words, and keeps what is none.
struct Reader<'a> {
    joint: &'a Joint,
    other: Vec<Unused>,
}

impl Reader<'_> {
    fn unused(&mut self, path: &str, said: &Said) {
        self.other.push(Unused {
            path: path.to_owned(),
            by: (&said.by).into(),
            value: short(&said.value),
            bytes: words::bytes(&said.value),
        });
    }

    /// Reads one word of the organisation that asks. What its workers wrote beside it is kept.
    fn own_word<T: DeserializeOwned>(&mut self, path: &str) -> Option<Noted<T>> {
        let owner = self.joint.owner;
        let mut read = None;
        for (organisation, entry) in self.joint.each(path) {
            for said in entry.all() {
                match note(path, said).filter(|_| organisation == owner && read.is_none()) {
                    Some(noted) => read = Some(noted),
                    None => self.unused(path, said),
                }
            }
        }
        read
    }

    /// Reads the word of each organisation under one path: the first that can be read and may be said.
    fn words<T: DeserializeOwned>(&mut self, path: &str, may: impl Fn(&Said) -> bool) -> Vec<Noted<T>> {
        let mut words = Vec::new();
        for (_, entry) in self.joint.each(path) {
            let mut read = None;
            for said in entry.all() {
                match note(path, said).filter(|_| read.is_none() && may(said)) {
                    Some(noted) => read = Some(noted),
                    None => self.unused(path, said),
                }
            }
            words.extend(read);
        }
        words
    }

    /// Reads all words of a folder that these may say.
    fn folder<T: DeserializeOwned>(&mut self, folder: &str, may: impl Fn(&Source) -> bool) -> Vec<Noted<T>> {
        let mut words = Vec::new();
        for (_, name, entry) in self.joint.under(folder) {
            let path = format!("{folder}/{name}");
            for said in entry.all() {
                match note(&path, said).filter(|noted| may(&noted.by)) {
                    Some(noted) => words.push(noted),
                    None => self.unused(&path, said),
                }
            }
        }
        words
    }

    fn outcomes(&mut self) -> Vec<Noted<Outcome>> {
        let mut outcomes = self.folder::<Outcome>(words::OUTCOME, |_| true);
        // A stable sort: equal ones stay in the order of their organisations and paths.
        outcomes.sort_by_key(|noted| (noted.word.date, noted.by.claimed));
        outcomes
    }

    /// Keeps the receipts of those who were not asked, and those that cannot be read.
    fn keep_receipts(&mut self, addressees: &[Addressed]) {
        let asked = |id| addressees.iter().any(|addressed| addressed.addressee.organisation == Some(id));
        for (organisation, entry) in self.joint.each(words::RECEIPT) {
            let is_none = |said: &&Said| !asked(organisation) || note::<Receipt>(words::RECEIPT, said).is_none();
            entry.all().iter().filter(is_none).for_each(|said| self.unused(words::RECEIPT, said));
        }
    }

    /// Returns what could not be used, and what stands under paths that no word has.
    fn rest(mut self) -> Vec<Unused> {
        for entries in self.joint.words.values() {
            for (path, entry) in entries.iter().filter(|(path, _)| !is_known(path)) {
                entry.all().iter().for_each(|said| self.unused(path, said));
            }
        }
        self.other.sort_by(|a, b| (&a.path, a.by.organisation).cmp(&(&b.path, b.by.organisation)));
        self.other
    }
}

/// Returns whether this version reads words under a path. Answers are shown with the others even if they cannot be read.
fn is_known(path: &str) -> bool {
    match path.split_once('/') {
        Some((folder, _)) => [words::ANSWER, words::RECORDED, words::ESCALATED, words::OUTCOME].contains(&folder),
        None => [words::ASK, words::RECEIPT, words::SUPPORT, words::REPAIR].contains(&path),
    }
}

/// Reads a word; `None` if it is none.
pub(super) fn note<T: DeserializeOwned>(path: &str, said: &Said) -> Option<Noted<T>> {
    let word = words::read(&said.value)?;
    Some(Noted { path: path.to_owned(), by: (&said.by).into(), word })
}
