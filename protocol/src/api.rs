//! What a node answers to the programs of its own organisation: request and response shapes, and nothing else. The command
//! line speaks them over a local socket to a running node, or directly to a store when none runs.
//!
//! A call is one JSON request and any number of binary attachments (encoded changes); so is the answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::charter::Charter;
use crate::date::Date;
use crate::form::Trilingual;
use crate::id::{ChangeId, DocumentId, FormHash, NetworkId, NodeId, OrganisationId, WorkerId};
use crate::joint::Source;
use crate::key::PublicKey;
use crate::phenomenon::{Brief, Card};
use crate::proposal::{State, Trace};
use crate::report::schema::FormId;
use crate::scope::{County, Kind, Scope};
use crate::statement::{Names, OrganisationKind, Role};
use crate::sync::digest::Fingerprint;
use crate::time::Timestamp;
use crate::view::{MergedView, Query, Together};

/// A question or an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// How are you?
    Status,
    /// Who are you, and in which network?
    Identity,
    /// Admit the attached changes. Answered once each is decided, and durable if it is stored.
    Submit,
    /// Every change of a document, attached in causal order. The id may be shortened to its first digits.
    Document {
        /// The id or its beginning.
        document: String,
    },
    /// A page of reports, newest first.
    Reports {
        /// Only of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// One report whole, with every concurrent value. The id may be shortened.
    Report {
        /// The id or its beginning.
        document: String,
    },
    /// Who changed a report, when, and how. The id may be shortened.
    History {
        /// The id or its beginning.
        document: String,
    },
    /// Many reports as one picture.
    View {
        /// What to count by.
        query: Query,
        /// Exact counts of this organisation's own reports, not for publishing, instead of published counts of all.
        #[serde(default)]
        own: bool,
    },
    /// What several organisations see together and none sees alone.
    Together,
    /// The forms known here.
    Forms,
    /// One form whole.
    Form {
        /// The form's id (`talkoot/report/1`), or its document's id or the beginning of that.
        form: String,
    },
    /// A page of phenomena, those begun last first; merged ones count as one.
    Phenomena {
        /// Only those with a contradiction that is not settled.
        #[serde(default)]
        open: bool,
        /// Skip so many.
        #[serde(default)]
        skip: usize,
        /// At most so many.
        limit: usize,
    },
    /// The card of a phenomenon, or of the one it was merged into. The id may be shortened.
    Phenomenon {
        /// The id or its beginning.
        document: String,
        /// Tell also of every entry that was ever written or taken back.
        #[serde(default)]
        history: bool,
    },
    /// Proposals as they stand on a day.
    Proposals {
        /// Which.
        #[serde(default)]
        filter: ProposalFilter,
        /// The day.
        today: Date,
    },
    /// One proposal as it stands on a day, and what it comes from. The id may be shortened.
    Proposal {
        /// The id or its beginning.
        document: String,
        /// The day.
        today: Date,
    },
    /// What came of a report until a day. The id may be shortened.
    Trace {
        /// The id or its beginning.
        document: String,
        /// The day.
        today: Date,
    },
    /// Reports that hold these words, in any of the languages.
    Search {
        /// What is looked for, at most [`QUESTION_BYTES_MAX`].
        words: String,
        /// Only reports of this organisation.
        #[serde(default)]
        organisation: Option<OrganisationId>,
        /// Only of this half-year, such as 2026-H1.
        #[serde(default)]
        half_year: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Reports like one that is here, or like one that is being written.
    Similar {
        /// The id of a report or its beginning; without it the fields are looked at.
        #[serde(default)]
        document: Option<String>,
        /// The fields of a report that is not stored.
        #[serde(default)]
        fields: Map<String, Value>,
        /// At most so many.
        limit: usize,
    },
    /// The organisations known here.
    Organisations,
    /// The workers certified by this organisation.
    Workers,
    /// The peers and how the exchange with each stands.
    Peers,
    /// Stay connected to this address.
    AddPeer {
        /// A multiaddress or host:port.
        address: String,
    },
    /// No longer stay connected to this address.
    RemovePeer {
        /// The address as it was added.
        address: String,
    },
    /// What this node has, in at most 64 KiB: the messages of a request are attached to the answer.
    BundleRequest {
        /// Tell also of what this organisation may receive besides what all members may.
        #[serde(default)]
        reader: Option<OrganisationId>,
    },
    /// What a bundle would hold. The bytes of a request may be attached.
    BundlePlan {
        /// What belongs into it.
        filter: BundleFilter,
    },
    /// A part of a bundle: its deliveries are attached to the answer. The same request as for the plan is attached.
    BundlePage {
        /// What belongs into it.
        filter: BundleFilter,
        /// The last change of the part before.
        after: Option<ChangeId>,
        /// Only up to this ordinal, as the plan named it.
        until: u64,
        /// Number of the first delivery.
        number: u32,
    },
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Response {
    /// To `status`.
    Status(Box<Status>),
    /// To `identity`.
    Identity(Box<Identity>),
    /// To `submit`: one outcome for each change, in order.
    Submitted {
        /// The outcomes.
        outcomes: Vec<Outcome>,
    },
    /// To `document`: the changes are attached.
    Document {
        /// The document's full id.
        document: DocumentId,
    },
    /// To `reports`.
    Reports {
        /// The page.
        reports: Vec<Report>,
        /// How many there are in all.
        total: usize,
    },
    /// To `report`.
    Report(Box<Report>),
    /// To `history`.
    History {
        /// The document's full id.
        document: DocumentId,
        /// Its changes in causal order.
        changes: Vec<HistoryEntry>,
    },
    /// To `view`.
    View(Box<MergedView>),
    /// To `together`.
    Together {
        /// The cells, strongest first.
        cells: Vec<Together>,
    },
    /// To `forms`.
    Forms {
        /// The built-in one first, then those of the own organisation, then others.
        forms: Vec<FormEntry>,
    },
    /// To `form`.
    Form {
        /// Where it is from.
        entry: Box<FormEntry>,
        /// The form package as it stands in its document.
        fields: Map<String, Value>,
    },
    /// To `phenomena`.
    Phenomena {
        /// The page.
        phenomena: Vec<Brief>,
        /// How many there are in all.
        total: usize,
    },
    /// To `phenomenon`.
    Phenomenon {
        /// The full id of the document asked for.
        document: DocumentId,
        /// The card.
        card: Box<Card>,
        /// Everything that was ever written in its documents, each before what builds on it; only if it was asked for.
        #[serde(default)]
        history: Vec<Written>,
    },
    /// To `proposals`.
    Proposals {
        /// The page, in the order of the list.
        proposals: Vec<State>,
        /// How many there are in all.
        total: usize,
    },
    /// To `proposal`.
    Proposal {
        /// The proposal.
        proposal: Box<State>,
        /// The phenomena and reports it comes from.
        sources: Vec<ProposalSource>,
    },
    /// To `trace`.
    Trace {
        /// The report.
        report: Box<Report>,
        /// What came of it.
        trace: Box<Trace>,
    },
    /// To `search` and `similar`. Found by a program: whether it fits, a person decides.
    Found {
        /// The reports, best first.
        hits: Vec<Hit>,
        /// How far the words of this node's reports are known.
        words: WordsStatus,
    },
    /// To `organisations`.
    Organisations {
        /// Members first, then those only seen.
        organisations: Vec<Organisation>,
    },
    /// To `workers`.
    Workers {
        /// One for each certified key.
        workers: Vec<Worker>,
    },
    /// To `peers`.
    Peers {
        /// Addresses kept and peers connected.
        peers: Vec<Peer>,
    },
    /// To `bundle_request`: the messages are attached.
    BundleRequest {
        /// What is told of, by the name of the scope.
        scopes: BTreeMap<String, ScopeStatus>,
    },
    /// To `bundle_plan`: the messages that stand before the deliveries are attached.
    BundlePlan(Box<BundlePlan>),
    /// To `bundle_page`: the deliveries are attached.
    BundlePage {
        /// Where the next part goes on; `None` if this was the last.
        next: Option<ChangeId>,
        /// Changes in this part.
        changes: u64,
        /// Changes that could not be read and are left out.
        damaged: u64,
    },
    /// Done; nothing more to say.
    Done,
    /// It could not be done.
    Failed(Failure),
}

/// Why something could not be done: what happened, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// A stable name for programs.
    pub name: String,
    /// A sentence for people.
    pub message: String,
}

impl Failure {
    /// Makes one.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into() }
    }
}

/// What became of a submitted change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is durable here.
    Stored {
        /// Its id.
        id: ChangeId,
    },
    /// It was here already.
    Known {
        /// Its id.
        id: ChangeId,
    },
    /// It waits, unsaved, for something that is not here.
    Waiting {
        /// Its id.
        id: ChangeId,
        /// A sentence about what is missing.
        missing: String,
    },
    /// It was refused.
    Refused {
        /// Its id, if it is well-formed enough to have one.
        id: Option<ChangeId>,
        /// The rule's stable name.
        name: String,
        /// A sentence.
        message: String,
    },
    /// It could not be written to disk.
    NotStored {
        /// Its id.
        id: ChangeId,
        /// A sentence.
        message: String,
    },
}

/// Who a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its key.
    pub node: NodeId,
    /// The organisation it acts for.
    pub organisation: OrganisationId,
    /// That organisation's names.
    pub names: Names,
    /// Its kind.
    pub kind: OrganisationKind,
    /// The counties it acts in.
    pub counties: Vec<County>,
    /// The network.
    pub network: NetworkId,
    /// The network's charter.
    pub charter: Charter,
    /// The organisation's document, in which its root key makes statements.
    pub document: DocumentId,
    /// The root key's last position there: sequence and change.
    pub tip: (u32, ChangeId),
    /// The addresses on which it listens, if it runs.
    pub listening: Vec<String>,
}

/// How a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its key.
    pub node: NodeId,
    /// The organisation it acts for.
    pub organisation: OrganisationId,
    /// Whether it is connected to a network, or only its store is open.
    pub running: bool,
    /// Changes in the log.
    pub changes: u64,
    /// Reports.
    pub reports: u64,
    /// One value over all network-wide changes: equal on two nodes that hold the same.
    pub fingerprint: Fingerprint,
    /// The same for each scope held here, by its name, with the number of changes.
    pub scopes: BTreeMap<String, ScopeStatus>,
    /// Bytes of the log on disk.
    pub log_bytes: u64,
    /// Records found damaged when the store was opened.
    pub damaged: u64,
    /// Changes that wait for something.
    pub parked: u64,
    /// Positions of a key's chain that hold more than one change.
    pub forks: u64,
    /// How often each rule refused a change.
    pub refusals: BTreeMap<String, u64>,
    /// How often each offence ended a session.
    pub offences: BTreeMap<String, u64>,
    /// Documents that cannot be read, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// How far words are known; absent if this process does not look after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<WordsStatus>,
    /// Bytes sent over TCP since the node was started, as the socket has them; QUIC is not counted.
    #[serde(default)]
    pub socket_bytes_sent: u64,
    /// Bytes received, likewise.
    #[serde(default)]
    pub socket_bytes_received: u64,
    /// Connected peers.
    pub connected: u64,
}

/// Most bytes of a question to `search`.
pub const QUESTION_BYTES_MAX: usize = 2_048;
/// Most hits of one answer.
pub const HITS_MAX: usize = 100;

/// How far the words of the reports here are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsStatus {
    /// Reports whose words are known.
    pub documents: u64,
    /// Changes of reports whose words are not known yet.
    pub behind: u64,
}

/// A report that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Its document.
    pub document: DocumentId,
    /// The organisation that began it.
    pub organisation: OrganisationId,
    /// For `search` comparable only within one answer; for `similar` from 0, nothing in common, to 1, the same.
    pub score: f64,
    /// The report's title.
    pub title: String,
    /// Where words that were looked for stand in the title.
    pub title_marks: Vec<Mark>,
    /// The field the excerpt is from.
    pub field: String,
    /// The part of it with most words that were looked for.
    pub excerpt: String,
    /// Where those words stand in the excerpt.
    pub marks: Vec<Mark>,
}

/// A part of a text, counted in characters (Unicode scalar values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The first character.
    pub from: u32,
    /// The one after the last.
    pub to: u32,
}

/// What is held of one scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeStatus {
    /// Number of changes.
    pub changes: u64,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
}

/// A list of proposals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalList {
    /// All of them, by the day until which an answer is asked for.
    #[default]
    All,
    /// What an organisation is asked and has not answered, the most urgent first.
    Inbox,
    /// All that are not closed, the most urgent first.
    Queue,
}

/// Which proposals are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalFilter {
    /// Of which list.
    #[serde(default)]
    pub list: ProposalList,
    /// In the inbox: whose; one's own without it. Elsewhere: only what this organisation asks.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only those overdue.
    #[serde(default)]
    pub overdue: bool,
    /// In the queue: only what this worker holds.
    #[serde(default)]
    pub holder: Option<WorkerId>,
    /// Skip so many.
    #[serde(default)]
    pub skip: usize,
    /// At most so many.
    #[serde(default)]
    pub limit: usize,
}

/// Something a proposal comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalSource {
    /// The document.
    pub document: DocumentId,
    /// Whether it is a phenomenon or a report; `None` if it is not here.
    pub kind: Option<Kind>,
    /// Its title; empty if it is not here.
    pub title: String,
}

/// Which changes a bundle is to hold. With a request attached: of these, only what it lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleFilter {
    /// Only what this organisation may receive; without it, what every member may.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only of this scope.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Only what stands in the log after this ordinal.
    #[serde(default)]
    pub since: Option<u64>,
}

/// What a bundle will hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePlan {
    /// For whom it is, if for one organisation only.
    pub organisation: Option<OrganisationId>,
    /// Number of changes.
    pub changes: u64,
    /// Their bytes, before packing.
    pub raw_bytes: u64,
    /// What is in it, by the name of the scope.
    pub scopes: BTreeMap<String, ScopeStatus>,
    /// Scopes of which the request told too little: all of them is in.
    pub whole: Vec<Scope>,
    /// The log's end: the parts go up to here, and the next bundle may begin after it.
    pub last: u64,
}

/// A form as it is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormEntry {
    /// Its id, as reports name it.
    pub form: FormId,
    /// Its name, if it can be read.
    pub name: Option<Trilingual>,
    /// The hash of its canonical encoding, if it can be read: equal for equal forms.
    pub hash: Option<FormHash>,
    /// Its document; `None` for the one that comes with the program.
    pub document: Option<DocumentId>,
    /// The organisation that publishes it.
    pub organisation: Option<OrganisationId>,
    /// For whom it is.
    pub scope: Option<Scope>,
    /// Number of its document's changes.
    pub changes: usize,
    /// Number of its own questions.
    pub questions: usize,
    /// Why it cannot be used here, if it cannot.
    pub fault: Option<String>,
}

/// One report as it reads now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its document.
    pub document: DocumentId,
    /// The organisation that began it.
    pub organisation: OrganisationId,
    /// The pseudonymous worker who began it.
    pub author: Option<WorkerId>,
    /// For whom it is.
    pub scope: Scope,
    /// When its author says it was begun.
    pub claimed: Timestamp,
    /// Number of its changes.
    pub changes: usize,
    /// The field values, each the one automerge prefers where there are several.
    pub fields: Map<String, Value>,
    /// For each field with concurrent values: all of them, the preferred first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conflicts: BTreeMap<String, Vec<Value>>,
}

/// One change of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its id.
    pub id: ChangeId,
    /// The key that signed it.
    pub author: PublicKey,
    /// The worker behind it, if known here.
    pub worker: Option<WorkerId>,
    /// Its number in that key's chain in this document.
    pub sequence: u32,
    /// What it builds on.
    pub dependencies: Vec<ChangeId>,
    /// When its author says it was.
    pub claimed: Timestamp,
    /// The fields it set or took away.
    pub fields: Vec<String>,
}

/// An entry of a joint document as one change wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The change.
    pub change: ChangeId,
    /// The document.
    pub document: DocumentId,
    /// Who signed it.
    pub by: Source,
    /// The path behind the organisation's prefix.
    pub path: String,
    /// What was written; nothing if the entry was taken back.
    pub value: Option<Value>,
}

/// An organisation as it is known here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its names.
    pub names: Names,
    /// Its kind.
    pub kind: OrganisationKind,
    /// The counties it acts in.
    pub counties: Vec<County>,
    /// How people reach it.
    pub contact: String,
    /// Whether it is one's own.
    pub own: bool,
    /// Whether it is a member.
    pub member: bool,
    /// Whether the charter names it as a founder.
    pub founder: bool,
    /// Who recognises it.
    pub recognised_by: Vec<OrganisationId>,
    /// Its reports here.
    pub reports: u64,
}

/// A certified key of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// The certificate.
    pub certificate: ChangeId,
    /// The worker.
    pub worker: WorkerId,
    /// The key.
    pub key: PublicKey,
    /// What the worker may do.
    pub roles: Vec<Role>,
}

/// A peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The address kept, if it was added here.
    pub address: Option<String>,
    /// The node behind it, once connected.
    pub node: Option<NodeId>,
    /// Whether a connection stands.
    pub connected: bool,
    /// The organisation it acts for, once it has proven it.
    pub organisation: Option<OrganisationId>,
    /// Whether that organisation is a member here.
    pub member: bool,
    /// Whether both hold the same of all they share.
    pub in_step: bool,
    /// Changes it has and this node lacks, as far as its last word tells; `None` before it said anything.
    pub lacking_here: Option<u64>,
    /// Changes this node has and it lacks, as far as its last word tells.
    pub lacking_there: Option<u64>,
    /// Changes it was told of by name in this session.
    pub announced: u64,
    /// Changes sent to it in this session.
    pub sent: u64,
    /// Of those, durable there, by its own word.
    pub stored_there: u64,
    /// Changes it delivered in this session.
    pub received: u64,
    /// Of those, here already.
    pub known: u64,
    /// Of those, stored here because of it.
    pub stored: u64,
    /// Of those, refused, by name.
    pub refused: BTreeMap<String, u64>,
    /// Comparisons with it that this node began in this session.
    pub comparisons: u64,
    /// Messages this node sent for them until their outcome was known: round trips.
    pub rounds: u64,
    /// Bytes of frames sent to it in this session.
    pub bytes_sent: u64,
    /// Bytes of frames received from it in this session.
    pub bytes_received: u64,
    /// Seconds since it last said anything.
    pub silent_seconds: Option<u64>,
    /// Why the last attempt to reach it failed.
    pub trouble: Option<String>,
}
